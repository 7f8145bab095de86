"""The work that is cited: what case.yml says and no more."""

from datetime import date

import cases
import pytest

from sourcebook.case import load
from sourcebook.errors import SourcebookError
from sourcebook.work import LANGUAGE, Author, author, line, told, work

ADA = {"given": "Ada", "family": "Holm", "orcid": "0000-0002-1825-0097", "affiliation": "Harbour school"}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(str(cases.write(tmp_path_factory.mktemp("work")).folder))


class TestWork:
    def test_holds_what_case_yml_says(self):
        keys = {"date": "2031-05-06", "publisher": "Tide press", "doi": "10.1234/fair", "url": "https://example.org/fair",
                "keywords": ["fair", "May"], "authors": [ADA, "The coders"]}  # fmt: skip
        found = work({**cases.META, **keys}, "fair", "2031-01-01")
        assert (found.title, found.version, found.licence) == ("The fair: Who wants what, and why", "1.0", "CC-BY-4.0")
        assert (found.date, found.publisher, found.doi) == ("2031-05-06", "Tide press", "10.1234/fair")
        assert (found.abstract, found.keywords) == ("Who wants the fair in May?", ("fair", "May"))
        assert found.authors == (Author(**ADA), Author(name="The coders"))

    def test_invents_nothing(self):
        found = work(cases.META, "fair", "2031-01-01")
        assert (found.publisher, found.doi, found.url, found.address, found.keywords, found.row) == (
            "",
            "",
            "",
            "",
            (),
            "",
        )
        assert found.date == "2031-01-01", "the day handed over, where case.yml has none"

    def test_its_language_is_the_reports_not_the_articles(self):
        article = {**cases.META["article"], "language": "sv"}
        assert work({**cases.META, "article": article}, "fair", "2031-01-01").language == LANGUAGE == "en"

    @pytest.mark.parametrize("url", ["https://example.org/fair", "https://example.org/fair/"])
    def test_a_row_has_the_address_of_its_place_in_the_register(self, url):
        found = work({**cases.META, "url": url}, "fair", "2031-01-01", "C01", "Gist of C01.")
        assert found.address == "https://example.org/fair/notebooks/register.html#C01"
        assert (found.cited, found.about) == ("The fair: Who wants what, and why [row C01]", "Row C01: Gist of C01.")

    def test_values_that_other_readers_of_yaml_made_dates_or_numbers_are_text(self):
        found = work({**cases.META, "date": date(2031, 5, 6), "version": 0.1}, "fair", "2031-01-01")
        assert (found.date, found.version) == ("2031-05-06", "0.1")

    def test_an_author_named_twice_is_one(self):
        assert work({**cases.META, "authors": ["A", {"name": " A "}]}, "fair", "2031-01-01").authors == (Author("A"),)

    @pytest.mark.parametrize(
        ("name", "row", "key"),
        [
            ("fair", "", "fair-2031"),
            ("fair", "C01", "fair-2031-C01"),
            ("Örsund {x}, %", "", "Orsund-x-2031"),
            ("橋", "", "report-2031"),
        ],
    )
    def test_its_key_is_one_that_every_bibtex_takes(self, name, row, key):
        assert work(cases.META, name, "2031-01-01", row).key == key


def test_a_person_has_given_and_family_name_and_is_printed_with_both():
    assert author(ADA).person and author(ADA).printed == "Ada Holm"
    assert not author("A coder").person and author("A coder").printed == "A coder"


def test_a_line_has_no_line_break_no_control_character_and_no_half_of_a_pair():
    assert line(" a\nb\r\n\x00c\u2028d\x1b[31m\x85 \ud800") == "a b c d [31m \ufffd"
    assert line(None) == "" and line("e\u0301 👩‍👩‍👧") == "e\u0301 👩‍👩‍👧"


class TestRows:
    @pytest.mark.parametrize(
        ("row", "gist"),
        [("C01", "Gist of C01."), ("E01", "The fair is moved"), ("H1", "Trade"), ("mayor", "Ada Holm"), ("L01", "A reason."),
         ("K003", ""), ("X01", "His own spelling.")],
    )  # fmt: skip
    def test_every_row_with_an_id_says_something_and_only_the_registers_have_a_place_there(self, case, row, gist):
        found, page = told(case, row)
        assert found == gist or not gist
        assert bool(page) == (row in ("C01", "E01"))

    def test_a_row_that_is_not_there_names_the_nearest(self, case):
        with pytest.raises(SourcebookError, match="case fair has no row “C09”; .*; did you mean C0"):
            told(case, "C09")
