"""What the hockey case alone must be: two names corrected, two chapters coded throughout, and its article's text nowhere in the project."""

import json
import subprocess

import pytest
from pybtex.database import parse_file
from record import ROOT, Record, missing, runs

WORDS = 12
HOCKEY = Record("hockey")


@pytest.fixture(scope="module")
def article():
    path = HOCKEY.article()
    if path is None:
        pytest.skip(missing(HOCKEY))
    return path


def test_the_names_that_are_misprinted_are_two_and_both_corrected():
    assert HOCKEY.misprinted() == {"hill": ("Gill", "Hill"), "zelenskyy": ("Zelenskyi", "Zelenskyy")}


def test_the_assessors_chapter_is_coded_in_each_paragraph():
    assert {row["paragraph"] for row in HOCKEY.rows("assessments")} == {str(number) for number in range(11, 17)}


def test_the_readouts_themes_are_coded_in_its_paragraphs():
    themes = [row for row in HOCKEY.rows("claims") if row["source_id"] == HOCKEY.meta["readout"]]
    assert len({row["topic"] for row in themes if 29 <= int(row["paragraph"]) <= 36}) >= 4


class TestTheTextIsNowhere:
    """The article is somebody else's work: the project carries anchors, facts and short quotations."""

    def test_the_case_ships_no_text(self):
        assert "text" not in HOCKEY.meta["article"] and list(HOCKEY.folder.glob("*.txt")) == []

    def test_no_thirteen_words_of_it_in_a_row_stand_in_any_file_of_the_project(self, article):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if listed.returncode:
            pytest.skip(f"PROJECT NOT SEARCHED FOR THE ARTICLE'S TEXT: not a git checkout ({listed.stderr.strip()})")
        text = article.read_text("utf-8")
        forbidden, searched, found = runs(text, WORDS + 1), 0, []
        for name in filter(None, listed.stdout.split("\0")):
            path = ROOT / name
            if not path.is_file():
                continue  # deleted and not yet committed
            try:
                here = runs(path.read_text("utf-8"), WORDS + 1) & forbidden
            except UnicodeDecodeError:
                continue  # an image
            searched += 1
            found += [(name, " ".join(run)) for run in here]
        assert found == []
        assert searched > 40

    def test_thirteen_words_would_be_found_however_they_are_broken_up(self, article):
        words = article.read_text("utf-8").split()[40:53]
        forbidden = runs(article.read_text("utf-8"), WORDS + 1)
        for disguise in (
            " ".join(words),
            "\n".join(words).upper(),
            json.dumps("\n".join(words)),
            "**" + "** ".join(words),
        ):
            assert runs(disguise, WORDS + 1) & forbidden
        assert not runs(" ".join(words[:-1]), WORDS + 1) & forbidden


class TestWhatWasRead:
    """Sources outside the article can be looked up by whoever doubts the report, and stay apart from those it names."""

    ENTRIES = parse_file(str(HOCKEY.folder / "references.bib"), "bibtex").entries
    READ = {row["bibkey"] for row in HOCKEY.rows("corroboration")}

    def test_has_a_title_a_publisher_a_date_and_an_address(self):
        assert len(self.READ) >= 20 and not self.READ & {row["bibkey"] for row in HOCKEY.rows("sources")}
        for key in self.READ:
            entry = self.ENTRIES[key]
            assert entry.fields["title"] and entry.fields["publisher"] and entry.persons.get("author"), key
            assert entry.fields["year"].isdigit() and entry.fields["month"], key
            assert entry.fields["url"].startswith("https://") and "urldate" in entry.fields, key

    def test_holds_both_readouts_the_assessors_own_text_and_outlets_that_the_article_cites(self):
        for keys in HOCKEY.meta["accounts"]["readouts"].values():
            assert keys and set(keys) <= self.READ
        assert set(HOCKEY.meta["originals"]) <= self.READ
        cited = {row["publisher"] for row in HOCKEY.rows("sources")}
        passed_on = {
            self.ENTRIES[key].fields.get("channel", self.ENTRIES[key].fields["publisher"]) for key in self.READ
        }
        assert len(cited & passed_on) >= 5

    def test_names_whose_words_it_passes_on_as_the_tables_do(self):
        """Else a speaker's own channel would count as a source beyond it."""
        known = {row["publisher"] for row in HOCKEY.rows("sources")}
        known |= {row[column] for row in HOCKEY.rows("actors") for column in ("name", "organisation")}
        channels = {entry.fields["channel"] for entry in self.ENTRIES.values() if "channel" in entry.fields}
        assert len(channels) >= 6 and channels <= known
