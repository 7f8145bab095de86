"""A licence's SPDX identifier, turned into the address of the page that states it."""

import re

# What data, texts and code are mostly given out under; any other text is a licence that we cannot point at.
NAMED = {
    "0BSD", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CDLA-Permissive-1.0",
    "EUPL-1.2", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-3.0-only",
    "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "ODC-By-1.0", "ODbL-1.0", "OGL-UK-3.0", "PDDL-1.0", "Unlicense",
    "etalab-2.0",
}  # fmt: skip
COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(2\.0|2\.5|3\.0|4\.0)")


def address(licence: str) -> str:
    """Creative Commons' own page for theirs, SPDX's for the others it lists, "" for what is no known identifier."""
    if licence == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if found := COMMONS.fullmatch(licence):
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/"
    return f"https://spdx.org/licenses/{licence}.html" if licence in NAMED else ""
