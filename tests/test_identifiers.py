"""ORCID iDs, DOIs, days and addresses: a slip of the pen in one is told, the right ones pass."""

import pytest

from sourcebook import identifiers


def mistyped(text: str) -> list[str]:
    """The text with each of its digits replaced by the next one, one at a time."""
    return [
        text[:place] + str((int(sign) + 1) % 10) + text[place + 1 :]
        for place, sign in enumerate(text)
        if sign.isdigit()
    ]


class TestOrcid:
    # The examples of ORCID's own page on the structure of its identifier.
    RIGHT = ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"]

    @pytest.mark.parametrize("text", RIGHT)
    def test_a_right_one_passes_and_with_any_one_digit_wrong_it_does_not(self, text):
        assert identifiers.orcid(text)
        assert not any(map(identifiers.orcid, mistyped(text)))

    @pytest.mark.parametrize("text", RIGHT)
    def test_two_neighbouring_digits_exchanged_are_noticed(self, text):
        digits = text.replace("-", "")
        for place in range(15):
            if digits[place] != digits[place + 1] and "X" not in digits[place : place + 2]:
                swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
                assert not identifiers.orcid("-".join(swapped[at : at + 4] for at in range(0, 16, 4)))

    @pytest.mark.parametrize(
        "text",
        ["", "0000000218250097", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1694-233x", "0000-0002-1825-0097\n",
         "٠٠٠٠-٠٠٠٢-١٨٢٥-٠٠٩٧"],
    )  # fmt: skip
    def test_another_form_does_not_pass(self, text):
        assert not identifiers.orcid(text)


@pytest.mark.parametrize("text", ["10.5281/zenodo.1003150", "10.1000/182", "10.1234.5/a(b)_c;d:e/F-1"])
def test_a_doi_passes(text):
    assert identifiers.doi(text)


@pytest.mark.parametrize(
    "text",
    ["", "10.1234/", "10.12/a", "11.1234/a", "doi:10.1234/a", "https://doi.org/10.1234/a", "10.1234/a b", "10.1234/{a}",
     "10.1234/a\n"],
)  # fmt: skip
def test_what_is_no_doi_alone_does_not(text):
    assert not identifiers.doi(text)


def test_a_day_is_one_of_the_calendar():
    assert identifiers.day("2028-02-29")
    assert not any(map(identifiers.day, ["2027-02-29", "2030-13-01", "2030-1-1", "20300101", "2030-W01-1", "", "soon"]))


@pytest.mark.parametrize(
    "text", ["https://example.org", "http://example.org/a/b/", "https://example.org:8080/~a/%C3%96", "https://[::1]/x"]
)
def test_an_address_of_a_folder_passes(text):
    assert identifiers.folder(text)


@pytest.mark.parametrize(
    "text",
    ["", "example.org/a", "ftp://example.org/", "https://", "https:///a", "https://example.org/?a", "https://example.org/#a",
     "https://example.org/index.html", "https://example.org/a b", "https://example.org/Ö", "https://me@example.org/",
     "https://example.org:x/", "https://[/", "https://example.org/%", "javascript:alert(1)", "https://example.org/{a}",
     'https://example.org/"', "https://example.org/<a>"],
)  # fmt: skip
def test_what_could_not_stand_before_a_pages_name_does_not(text):
    assert not identifiers.folder(text)
