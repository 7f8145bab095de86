"""The page that states a licence, for those that are known."""

import pytest
from packaging.licenses import canonicalize_license_expression

from sourcebook.licences import NAMED, address

COMMONS = ["CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-2.5", "CC-BY-ND-2.0", "CC-BY-NC-SA-4.0", "CC0-1.0"]


@pytest.mark.parametrize("licence", sorted(NAMED | set(COMMONS)))
def test_every_identifier_is_spelt_as_spdx_spells_it(licence):
    """Held against the list in packaging, which is SPDX's."""
    assert canonicalize_license_expression(licence) == licence


def test_a_creative_commons_licence_has_the_page_of_its_text():
    assert address("CC-BY-NC-SA-4.0") == "https://creativecommons.org/licenses/by-nc-sa/4.0/"
    assert address("CC0-1.0") == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert address("MIT") == "https://spdx.org/licenses/MIT.html"


@pytest.mark.parametrize(
    "licence", ["", "All rights reserved", "CC-BY-5.0", "CC-BY", "cc-by-4.0", "CC-SA-4.0", "MIT OR x"]
)
def test_any_other_text_has_none(licence):
    assert address(licence) == ""
