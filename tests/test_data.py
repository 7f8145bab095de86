"""The hockey case as coded: complete, balanced, reasoned, free of the article's text, and anchored in it.

With the article at hand every anchor is verified; $SOURCEBOOK_ARTICLE says where it is, or it lies beside the
checkout in ../shared/article/hockey.txt.
"""

import csv
import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pybtex.database import parse_file

from sourcebook.article import read
from sourcebook.check import check
from sourcebook.cli import main

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "data/hockey"
PACKAGE = json.loads((CASE / "datapackage.json").read_text("utf-8"))
FIELDS = {
    resource["name"]: {field["name"]: field for field in resource["schema"]["fields"]}
    for resource in PACKAGE["resources"]
}
DESIGN = {
    "actors": "id name as_printed role organisation country bloc kind note",
    "sources": "id title kind publisher date bibkey reliability note",
    "claims": "id actor_id source_id claim_type topic credibility note",
    "reactions": "id actor_id source_id target_id stance topic note",
    "assessments": "id judgement_type layer confidence note",
    "framings": "id topic device note",
    "events": "id date precision note",
    "relations": "id from_id to_id relation rationale note",
    "hypotheses": "id note",
    "consistency": "id item_id hypothesis_id rating coder rationale note",
    "ratings": "id item_id variable coder value rationale note",
    "corroboration": "id item_id bibkey relation carriage says note",
    "errata": "id paragraph printed corrected why note",
}
STATEMENTS = ("claims", "reactions", "assessments", "framings")
ANCHOR = ("paragraph", "start", "end", "digest")
QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|‘([^’]*)’(?!\w)")
WORDS = 12


def rows(table: str) -> list[dict]:
    with (CASE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coded() -> list[tuple[str, dict]]:
    return [(table, row) for table in STATEMENTS for row in rows(table)]


def our_texts() -> list[tuple[str, str]]:
    """Every cell, commentary and setting of the case: where it stands and its text."""
    cells = [
        (f"{table}.csv {next(iter(row.values()))} {column}", cell)
        for table in FIELDS for row in rows(table) for column, cell in row.items()
    ]  # fmt: skip
    files = [*CASE.glob("commentary/*.md"), CASE / "case.yml", CASE / "references.bib"]
    return cells + [(path.name, path.read_text("utf-8")) for path in sorted(files)]


class TestTables:
    """The tables are those of the design, described and coded in one place."""

    def test_the_case_has_no_fault(self):
        assert [str(fault) for fault in check(CASE)] == []

    @pytest.mark.parametrize("table", DESIGN)
    def test_each_of_the_design_is_there_with_its_columns(self, table):
        assert set(DESIGN[table].split()) <= FIELDS[table].keys()
        assert (CASE / f"{table}.csv").read_text("utf-8").splitlines()[0].split(",") == list(FIELDS[table])

    @pytest.mark.parametrize("table", STATEMENTS)
    def test_statements_have_an_anchor_a_mode_an_attribution_a_quote_and_a_gist(self, table):
        fields = FIELDS[table]
        assert {*ANCHOR, "mode", "attribution", "quote", "gist"} <= fields.keys()
        assert fields["mode"]["constraints"]["enum"] == ["direct", "mixed", "indirect", "own"]
        assert fields["attribution"]["constraints"]["enum"] == ["explicit", "implied", "none"]

    def test_no_csv_lies_there_that_the_package_does_not_describe(self):
        """The table of outcomes is computed, not coded, and has its own description beside it."""
        assert {path.stem for path in CASE.glob("*.csv")} - {"outcomes"} == FIELDS.keys()

    def test_every_table_and_column_is_described(self):
        for resource in PACKAGE["resources"]:
            assert resource["title"] and resource["description"].endswith(".")
            for field in resource["schema"]["fields"]:
                assert field["description"].strip().endswith("."), (resource["name"], field["name"])

    def test_the_codes_that_are_allowed_are_the_codes_that_are_explained(self):
        with_codes = 0
        for table, fields in FIELDS.items():
            for name, field in fields.items():
                allowed = field.get("constraints", {}).get("enum", [])
                explained = field.get("categories", [])
                assert allowed == [entry["value"] for entry in explained], (table, name)
                assert all(entry["label"].strip() for entry in explained)
                with_codes += bool(allowed)
        assert with_codes >= 20

    def test_the_four_tables_share_their_topics_and_every_topic_is_used(self):
        topics = FIELDS["claims"]["topic"]["constraints"]["enum"]
        for table in STATEMENTS:
            assert FIELDS[table]["topic"]["constraints"]["enum"] == topics
            assert FIELDS[table]["topic"]["categories"] == FIELDS["claims"]["topic"]["categories"]
        assert {row["topic"] for _, row in coded()} == set(topics)


class TestCoverage:
    """The whole article is coded, and what is coded hangs together."""

    def test_there_are_at_least_sixty_statements(self):
        assert len(coded()) >= 60

    def test_every_paragraph_of_body_text_has_at_least_one(self):
        body = {row["paragraph"] for row in rows("paragraphs") if row["kind"] == "body" and int(row["paragraph"]) >= 2}
        assert len(body) >= 25
        assert body - {row["paragraph"] for _, row in coded()} == set()

    def test_the_assessors_chapter_is_coded_in_each_paragraph_both_explicitly_and_by_implication(self):
        judgements = rows("assessments")
        assert {row["paragraph"] for row in judgements} == {str(number) for number in range(11, 17)}
        assert {row["attribution"] for row in judgements} == {"explicit", "implied"}
        assert {row["layer"] for row in judgements} == {"claimed", "assessed"}

    def test_the_readouts_themes_are_coded_in_its_paragraphs(self):
        source = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))["readout"]
        themes = [row for row in rows("claims") if row["source_id"] == source and 29 <= int(row["paragraph"]) <= 36]
        assert len({row["topic"] for row in themes}) >= 4

    def test_rows_support_contradict_and_undercut_each_other_and_more(self):
        kinds = Counter(row["relation"] for row in rows("relations"))
        assert {"supports", "contradicts", "undercuts"} <= kinds.keys() and len(kinds) >= 4

    def test_no_relation_is_stated_twice(self):
        links = Counter((row["from_id"], row["to_id"], row["relation"]) for row in rows("relations"))
        assert [link for link, number in links.items() if number > 1] == []

    def test_every_actor_and_source_is_used(self):
        case = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))
        said = [row for _, row in coded()]
        actors = {row.get(column) for row in said for column in ("actor_id", "addressee_id")} | {case["assessor"]}
        unused = {row["id"] for row in rows("actors") if row["kind"] != "outlet"} - actors
        assert unused == set()
        assert {row["id"] for row in rows("sources")} - {row.get("source_id") for row in said} == set()


class TestHypotheses:
    """Each explanation is rated against all rows that bear on any, with a reason wherever it is not neutral."""

    def test_there_are_at_least_four(self):
        assert len(rows("hypotheses")) >= 4

    def test_every_rated_row_is_rated_against_every_hypothesis_once_by_each_coder(self):
        ratings = rows("consistency")
        hypotheses = [row["id"] for row in rows("hypotheses")]
        items, coders = {row["item_id"] for row in ratings}, {row["coder"] for row in ratings}
        once = {(item, hypothesis, coder): 1 for item in items for hypothesis in hypotheses for coder in coders}
        assert Counter((row["item_id"], row["hypothesis_id"], row["coder"]) for row in ratings) == Counter(once)
        assert len(items) >= 20

    def test_every_rating_that_is_not_neutral_has_a_reason(self):
        assert [row["id"] for row in rows("consistency") if row["rating"] != "N" and not row["rationale"].strip()] == []

    def test_none_of_them_is_only_supported_or_only_refuted(self):
        """A hypothesis with nothing for it, or nothing against it, was not put to the test."""
        for hypothesis in rows("hypotheses"):
            given = {row["rating"] for row in rows("consistency") if row["hypothesis_id"] == hypothesis["id"]}
            assert given & {"I", "II"} and given & {"C", "CC"}, hypothesis["id"]


class TestNames:
    """Names are printed in one column and right in all others."""

    def test_a_name_that_the_errata_correct_is_corrected_in_name_and_kept_in_as_printed(self):
        corrected = []
        for actor in rows("actors"):
            for slip in rows("errata"):
                if slip["printed"] == actor["as_printed"]:
                    last = slip["corrected"].split()[-1]
                    assert actor["name"].split()[-1] == last and slip["printed"].split()[-1] not in actor["name"]
                    corrected.append(actor["id"])
        assert {"hill", "zelenskyy"} <= set(corrected)

    def test_no_prose_uses_the_misprinted_name(self):
        slips = {actor["as_printed"].split()[-1] for actor in rows("actors") if actor["id"] in ("hill", "zelenskyy")}
        assert slips == {"Gill", "Zelenskyi"}
        for place, text in our_texts():
            if not place.endswith((" as_printed", " printed")) and not place.startswith("errata.csv"):
                assert not slips & set(re.findall(r"\w+", text)), place

    def test_every_slip_stands_in_a_paragraph_and_says_how_we_know(self):
        for slip in rows("errata"):
            assert slip["printed"] != slip["corrected"] and slip["why"].strip(), slip["id"]


class TestCitations:
    """What is cited is in the case's bibliography, and nothing in it is invented."""

    ENTRIES = parse_file(str(CASE / "references.bib"), "bibtex").entries

    def test_every_bibkey_resolves(self):
        keys = {row["bibkey"] for table in ("sources", "corroboration") for row in rows(table)} - {""}
        assert len(keys) >= 8 and keys <= set(self.ENTRIES)

    def test_what_the_article_cites_without_an_address_has_none(self):
        for key in {row["bibkey"] for row in rows("sources")} - {""}:
            assert not {"url", "doi"} & set(self.ENTRIES[key].fields), key

    def test_what_was_read_outside_has_a_title_a_publisher_a_date_and_an_address(self):
        """Nobody can look up what has none; the sources that the article names stay apart from what was read."""
        read, named = {row["bibkey"] for row in rows("corroboration")}, {row["bibkey"] for row in rows("sources")}
        assert len(read) >= 20 and not read & named
        for key in read:
            entry = self.ENTRIES[key]
            assert entry.fields["title"] and entry.fields["publisher"] and entry.persons.get("author"), key
            assert entry.fields["year"].isdigit() and entry.fields["month"], key
            assert entry.fields["url"].startswith("https://") and "urldate" in entry.fields, key

    def test_both_readouts_the_assessors_own_text_and_outlets_that_the_article_cites_were_read(self):
        case = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))
        read = {row["bibkey"] for row in rows("corroboration")}
        for side in case["accounts"]["sides"]:
            assert set(case["accounts"]["readouts"][side]) <= read, side
        assert set(case["originals"]) <= read
        cited = {row["publisher"] for row in rows("sources")}
        passed_on = {self.ENTRIES[key].fields.get("channel", self.ENTRIES[key].fields["publisher"]) for key in read}
        assert len(cited & passed_on) >= 5

    def test_whose_words_an_entry_passes_on_is_spelt_as_in_the_tables(self):
        """Else a speaker's own channel would count as a source beyond it."""
        known = {row["publisher"] for row in rows("sources")}
        known |= {row[column] for row in rows("actors") for column in ("name", "organisation")}
        channels = {entry.fields["channel"] for entry in self.ENTRIES.values() if "channel" in entry.fields}
        assert len(channels) >= 6 and channels <= known

    def test_every_key_that_the_commentary_cites_resolves(self):
        cited = {
            key.strip()
            for path in CASE.glob("commentary/*.md")
            for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", path.read_text("utf-8"))
            for key in keys.split(",")
        }
        method = parse_file(str(ROOT / "book/references.bib"), "bibtex").entries
        assert cited <= set(self.ENTRIES) | set(method)


class TestCorroboration:
    """What sources outside say is coded by the same measure for both sides, and once."""

    def test_every_claim_of_a_side_about_the_event_was_held_against_both_readouts(self):
        case = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))["accounts"]
        bloc = {row["id"]: row["bloc"] for row in rows("actors")}
        about = {row["id"] for row in rows("claims")
                 if row["event_id"] == case["event"] and bloc[row["actor_id"]] in case["sides"]}  # fmt: skip
        for side in case["sides"]:
            asked = {row["item_id"] for row in rows("corroboration") if row["bibkey"] in case["readouts"][side]}
            assert len(about) >= 10 and about <= asked, side

    def test_no_source_is_asked_twice_about_one_row(self):
        asked = Counter((row["item_id"], row["bibkey"]) for row in rows("corroboration") if row["item_id"])
        assert [pair for pair, number in asked.items() if number > 1] == []

    def test_what_the_assessor_published_has_a_carriage_wherever_it_says_something_on_a_judgement(self):
        originals = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))["originals"]
        of = [row for row in rows("corroboration") if row["item_id"].startswith("J") and row["bibkey"] in originals]
        assert len(of) >= 15 and all(row["carriage"] and row["note"] for row in of)
        assert {row["carriage"] for row in rows("corroboration")} >= {"carried", "sharpened", "softened", "omitted"}


class TestQuotations:
    """Spoken words are quoted briefly; the rest is in our own words."""

    def test_no_quote_has_more_than_twelve_words(self):
        assert [row["id"] for _, row in coded() if len(row["quote"].split()) > WORDS] == []
        assert sum(bool(row["quote"]) for _, row in coded()) >= 10

    def test_no_text_of_the_case_quotes_more_than_twelve_words(self):
        long = [
            (place, quotation)
            for place, text in our_texts() if not place.endswith((".bib", ".yml"))
            for groups in QUOTED.findall(text) for quotation in groups
            if len(quotation.split()) > WORDS
        ]  # fmt: skip
        assert long == []

    def test_a_long_quotation_would_be_found_in_any_kind_of_quotation_marks(self):
        words = " ".join(["word"] * 13)
        for text in (f"“{words}”", f'"{words}"', f"«{words}»", f"‘{words}’ it says"):
            assert max(len(group.split()) for group in QUOTED.search(text).groups() if group) == 13


def _article_path() -> Path | None:
    named = os.environ.get("SOURCEBOOK_ARTICLE")
    if named:
        return Path(named)  # named and not there is a failure, not a reason to skip
    beside = ROOT.parent / "shared/article/hockey.txt"
    return beside if beside.is_file() else None


@pytest.fixture(scope="module")
def article() -> Path:
    path = _article_path()
    if path is None:
        pytest.skip(
            "ANCHORS NOT VERIFIED: the article's text is not in the project and not beside it "
            "(../shared/article/hockey.txt); name it in SOURCEBOOK_ARTICLE"
        )
    return path


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words, whatever their case, punctuation and line breaks."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    words = re.findall(
        r"[\w-]+", re.sub(r"\\[nrt]|[’']", lambda match: " " if match[0][0] == "\\" else "", text).casefold()
    )
    return set(zip(*(words[start:] for start in range(length))))


class TestWithTheArticle:
    """Each row is where it says it is, and the text itself is nowhere in the project."""

    def test_the_text_is_the_one_that_was_coded(self, article):
        sha256 = yaml.safe_load((CASE / "case.yml").read_text("utf-8"))["article"]["sha256"]
        assert hashlib.sha256(article.read_bytes()).hexdigest() == sha256

    def test_every_anchor_is_verified_and_none_skipped(self, article):
        """Computed here anew, so that no shortcut in the package can skip a row."""
        paragraphs = [line for line in article.read_text("utf-8").split("\n") if line.strip()]
        verified = 0
        for table in ("events", *STATEMENTS):
            for row in rows(table):
                text = paragraphs[int(row["paragraph"]) - 1][int(row["start"]) : int(row["end"])]
                assert hashlib.sha256(text.encode()).hexdigest()[:16] == row["digest"], row["id"]
                assert row.get("quote", "") in text, row["id"]
                verified += 1
        assert verified == len(coded()) + len(rows("events"))
        assert [str(fault) for fault in check(CASE, read(article))] == []

    def test_the_command_says_so(self, article):
        result = CliRunner().invoke(main, ["check", "--case", str(CASE), "--article", str(article)])
        number = len(coded()) + len(rows("events"))
        assert result.exit_code == 0 and f"{number} of {number} anchors verified" in result.output

    def test_every_paragraph_has_the_length_that_the_case_gives(self, article):
        lengths = [len(line) for line in article.read_text("utf-8").split("\n") if line.strip()]
        assert [int(row["length"]) for row in rows("paragraphs")] == lengths

    def test_every_slip_of_the_errata_stands_in_its_paragraph(self, article):
        paragraphs = [line for line in article.read_text("utf-8").split("\n") if line.strip()]
        missing = [
            slip["id"] for slip in rows("errata") if slip["printed"] not in paragraphs[int(slip["paragraph"]) - 1]
        ]
        assert missing == []

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
