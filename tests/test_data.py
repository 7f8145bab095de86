"""Every case below data/ as coded: complete, balanced, reasoned, briefly quoted, and anchored in its article.

With the article at hand every anchor is verified. A case may ship its text; for one that does not, $SOURCEBOOK_ARTICLE
says where it is, or it lies beside the checkout in ../shared/article/.
"""

import hashlib
import re
from collections import Counter

import pytest
from click.testing import CliRunner
from pybtex.database import parse_file
from record import ROOT, STATEMENTS, Record, cases, missing, paragraphs

from sourcebook.article import read
from sourcebook.check import check
from sourcebook.cli import main

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
ANCHOR = ("paragraph", "start", "end", "digest")
OWN = ("bloc", "topic")  # columns whose codes are each case's own
QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|‘([^’]*)’(?!\w)")
WORDS = 12


@pytest.fixture(scope="module", params=cases())
def record(request) -> Record:
    return Record(request.param)


@pytest.fixture(scope="module")
def article(record):
    path = record.article()
    if path is None:
        pytest.skip(missing(record))
    return path


def test_there_are_two_cases_at_least():
    assert {"hockey", "weir"} <= set(cases())


class TestTables:
    """The tables are those of the design, described and coded in one place."""

    def test_the_case_has_no_fault(self, record):
        assert [str(fault) for fault in check(record.folder)] == []

    @pytest.mark.parametrize("table", DESIGN)
    def test_each_of_the_design_is_there_with_its_columns(self, record, table):
        assert set(DESIGN[table].split()) <= record.fields[table].keys()
        header = (record.folder / f"{table}.csv").read_text("utf-8").splitlines()[0]
        assert header.split(",") == list(record.fields[table])

    def test_all_cases_have_the_same_columns_and_the_same_codes_but_for_their_sides_and_topics(self, record):
        first = Record(cases()[0])
        assert record.fields.keys() == first.fields.keys()
        for table, fields in record.fields.items():
            assert list(fields) == list(first.fields[table]), table
            for name, field in fields.items():
                if name not in OWN:
                    assert field == first.fields[table][name], (table, name)

    @pytest.mark.parametrize("table", STATEMENTS)
    def test_statements_have_an_anchor_a_mode_an_attribution_a_quote_and_a_gist(self, record, table):
        fields = record.fields[table]
        assert {*ANCHOR, "mode", "attribution", "quote", "gist"} <= fields.keys()
        assert fields["mode"]["constraints"]["enum"] == ["direct", "mixed", "indirect", "own"]
        assert fields["attribution"]["constraints"]["enum"] == ["explicit", "implied", "none"]

    def test_no_csv_lies_there_that_the_package_does_not_describe(self, record):
        """The table of outcomes is computed, not coded, and has its own description beside it."""
        assert {path.stem for path in record.folder.glob("*.csv")} - {"outcomes"} == record.fields.keys()

    def test_every_table_and_column_is_described(self, record):
        for resource in record.package["resources"]:
            assert resource["title"] and resource["description"].endswith(".")
            for field in resource["schema"]["fields"]:
                assert field["description"].strip().endswith("."), (resource["name"], field["name"])

    def test_the_codes_that_are_allowed_are_the_codes_that_are_explained(self, record):
        with_codes = 0
        for table, fields in record.fields.items():
            for name, field in fields.items():
                allowed = field.get("constraints", {}).get("enum", [])
                explained = field.get("categories", [])
                assert allowed == [entry["value"] for entry in explained], (table, name)
                assert all(entry["label"].strip() for entry in explained)
                with_codes += bool(allowed)
        assert with_codes >= 20

    def test_the_four_tables_share_their_topics_and_every_topic_is_used(self, record):
        shared = record.fields["claims"]["topic"]
        for table in STATEMENTS:
            assert record.fields[table]["topic"]["constraints"]["enum"] == shared["constraints"]["enum"]
            assert record.fields[table]["topic"]["categories"] == shared["categories"]
        assert {row["topic"] for _, row in record.coded()} == set(shared["constraints"]["enum"])


class TestCoverage:
    """The whole article is coded, and what is coded hangs together."""

    def test_there_are_at_least_sixty_statements(self, record):
        assert len(record.coded()) >= 60

    def test_every_paragraph_of_body_text_has_at_least_one(self, record):
        rows = record.rows("paragraphs")
        body = {row["paragraph"] for row in rows if row["kind"] == "body" and int(row["paragraph"]) >= 2}
        assert len(body) >= 25
        assert body - {row["paragraph"] for _, row in record.coded()} == set()

    def test_the_assessors_judgements_are_explicit_and_implied_relayed_and_concluded(self, record):
        judgements = record.rows("assessments")
        assert {row["attribution"] for row in judgements} == {"explicit", "implied"}
        assert {row["layer"] for row in judgements} == {"claimed", "assessed"}

    def test_the_readout_raises_several_subjects(self, record):
        themes = [row for row in record.rows("claims") if row["source_id"] == record.meta["readout"]]
        assert len({row["topic"] for row in themes}) >= 4

    def test_the_two_sides_give_accounts_that_meet_and_conflict(self, record):
        bloc = {row["id"]: row["bloc"] for row in record.rows("actors")}
        side = {
            row["id"]: bloc[row["actor_id"]]
            for row in record.rows("claims") if row["event_id"] == record.meta["accounts"]["event"]
        }  # fmt: skip
        fought = [
            {side.get(row["from_id"]), side.get(row["to_id"])}
            for row in record.rows("relations") if row["relation"] == "contradicts"
        ]  # fmt: skip
        assert set(record.meta["accounts"]["sides"]) in fought

    def test_rows_support_contradict_and_undercut_each_other_and_more(self, record):
        kinds = Counter(row["relation"] for row in record.rows("relations"))
        assert {"supports", "contradicts", "undercuts"} <= kinds.keys() and len(kinds) >= 4

    def test_no_relation_is_stated_twice(self, record):
        links = Counter((row["from_id"], row["to_id"], row["relation"]) for row in record.rows("relations"))
        assert [link for link, number in links.items() if number > 1] == []

    def test_every_actor_and_source_is_used(self, record):
        said = [row for _, row in record.coded()]
        actors = {row.get(column) for row in said for column in ("actor_id", "addressee_id")}
        actors.add(record.meta["assessor"])
        assert {row["id"] for row in record.rows("actors") if row["kind"] != "outlet"} - actors == set()
        assert {row["id"] for row in record.rows("sources")} - {row.get("source_id") for row in said} == set()

    def test_the_parties_own_channels_share_one_grade(self, record):
        bloc = {row["id"]: row["bloc"] for row in record.rows("actors")}
        theirs = {
            row["source_id"] for _, row in record.coded()
            if bloc.get(row.get("actor_id")) in record.meta["accounts"]["sides"]
        }  # fmt: skip
        own = [row for row in record.rows("sources") if row["id"] in theirs and row["kind"] in ("readout", "post")]
        assert len(own) >= 2 and len({row["reliability"] for row in own}) == 1


class TestHypotheses:
    """Each explanation is rated against all rows that bear on any, with a reason wherever it is not neutral."""

    def test_there_are_at_least_four(self, record):
        assert len(record.rows("hypotheses")) >= 4

    def test_every_rated_row_is_rated_against_every_hypothesis_once_by_each_coder(self, record):
        ratings = record.rows("consistency")
        hypotheses = [row["id"] for row in record.rows("hypotheses")]
        items, coders = {row["item_id"] for row in ratings}, {row["coder"] for row in ratings}
        once = {(item, hypothesis, coder): 1 for item in items for hypothesis in hypotheses for coder in coders}
        assert Counter((row["item_id"], row["hypothesis_id"], row["coder"]) for row in ratings) == Counter(once)
        assert len(items) >= 20

    def test_every_rating_that_is_not_neutral_has_a_reason(self, record):
        ratings = record.rows("consistency")
        assert [row["id"] for row in ratings if row["rating"] != "N" and not row["rationale"].strip()] == []

    def test_none_of_them_is_only_supported_or_only_refuted(self, record):
        """A hypothesis with nothing for it, or nothing against it, was not put to the test."""
        for hypothesis in record.rows("hypotheses"):
            given = {row["rating"] for row in record.rows("consistency") if row["hypothesis_id"] == hypothesis["id"]}
            assert given & {"I", "II"} and given & {"C", "CC"}, hypothesis["id"]


class TestNames:
    """Names are printed in one column and right in all others."""

    def test_a_name_that_the_errata_correct_is_corrected_in_name_and_kept_in_as_printed(self, record):
        names = {actor["id"]: actor["name"] for actor in record.rows("actors")}
        assert record.misprinted()
        for actor, (printed, right) in record.misprinted().items():
            assert names[actor].split()[-1] == right and printed not in names[actor]

    def test_no_prose_uses_the_misprinted_name(self, record):
        slips = {printed for printed, _ in record.misprinted().values()}
        for place, text in record.our_texts():
            if not place.endswith((" as_printed", " printed")) and not place.startswith("errata.csv"):
                assert not slips & set(re.findall(r"\w+", text)), place

    def test_every_slip_stands_in_a_paragraph_and_says_how_we_know(self, record):
        for slip in record.rows("errata"):
            assert slip["printed"] != slip["corrected"] and slip["why"].strip(), slip["id"]


class TestCitations:
    """What is cited is in the case's bibliography, and has no address that the article does not give."""

    @pytest.fixture
    def entries(self, record):
        return parse_file(str(record.folder / "references.bib"), "bibtex").entries

    def test_every_bibkey_resolves(self, record, entries):
        keys = {row["bibkey"] for table in ("sources", "corroboration") for row in record.rows(table)} - {""}
        assert len(keys) >= 8 and keys <= set(entries)

    def test_what_the_article_cites_without_an_address_has_none(self, record, entries):
        for key in {row["bibkey"] for row in record.rows("sources")} - {""}:
            assert not {"url", "doi"} & set(entries[key].fields), key

    def test_every_key_that_the_commentary_cites_resolves(self, record, entries):
        cited = {
            key.strip()
            for path in record.folder.glob("commentary/*.md")
            for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", path.read_text("utf-8"))
            for key in keys.split(",")
        }
        method = parse_file(str(ROOT / "book/references.bib"), "bibtex").entries
        assert cited <= set(entries) | set(method)

    def test_every_notebook_has_its_commentary(self, record):
        assert {path.stem for path in record.folder.glob("commentary/*.md")} == {
            path.stem for path in ROOT.glob("notebooks/*.ipynb")
        }


class TestQuotations:
    """Spoken words are quoted briefly; the rest is in our own words."""

    def test_no_quote_has_more_than_twelve_words(self, record):
        assert [row["id"] for _, row in record.coded() if len(row["quote"].split()) > WORDS] == []
        assert sum(bool(row["quote"]) for _, row in record.coded()) >= 10

    def test_no_text_of_the_case_quotes_more_than_twelve_words(self, record):
        long = [
            (place, quotation)
            for place, text in record.our_texts() if not place.endswith((".bib", ".yml"))
            for groups in QUOTED.findall(text) for quotation in groups
            if len(quotation.split()) > WORDS
        ]  # fmt: skip
        assert long == []

    def test_a_long_quotation_would_be_found_in_any_kind_of_quotation_marks(self):
        words = " ".join(["word"] * 13)
        for text in (f"“{words}”", f'"{words}"', f"«{words}»", f"‘{words}’ it says"):
            assert max(len(group.split()) for group in QUOTED.search(text).groups() if group) == 13


class TestWithTheArticle:
    """Each row is where it says it is."""

    def test_the_text_is_the_one_that_was_coded(self, record, article):
        assert hashlib.sha256(article.read_bytes()).hexdigest() == record.meta["article"]["sha256"]

    def test_every_anchor_is_verified_and_none_skipped(self, record, article):
        """Computed here anew, so that no shortcut in the package can skip a row."""
        lines, verified = paragraphs(article), 0
        for row in record.anchored():
            text = lines[int(row["paragraph"]) - 1][int(row["start"]) : int(row["end"])]
            assert hashlib.sha256(text.encode()).hexdigest()[:16] == row["digest"], row["id"]
            assert row.get("quote", "") in text, row["id"]
            verified += 1
        assert verified == len(record.coded()) + len(record.rows("events"))
        assert [str(fault) for fault in check(record.folder, read(article))] == []

    def test_the_command_says_so(self, record, article):
        result = CliRunner().invoke(main, ["check", "--case", str(record.folder), "--article", str(article)])
        number = len(record.anchored())
        assert result.exit_code == 0 and f"{number} of {number} anchors verified" in result.output

    def test_every_paragraph_has_the_length_that_the_case_gives(self, record, article):
        lengths = [len(line) for line in paragraphs(article)]
        assert [int(row["length"]) for row in record.rows("paragraphs")] == lengths

    def test_every_slip_of_the_errata_stands_in_its_paragraph(self, record, article):
        lines = paragraphs(article)
        slips = record.rows("errata")
        assert [slip["id"] for slip in slips if slip["printed"] not in lines[int(slip["paragraph"]) - 1]] == []


class TestCorroboration:
    """What sources outside say is coded by the same measure for both sides, and once."""

    @pytest.fixture
    def readouts(self, record) -> dict[str, set[str]]:
        """The entries that hold each side's own readout, whole or in part."""
        given = record.meta["accounts"]["readouts"]
        return {side: {keys} if isinstance(keys, str) else set(keys) for side, keys in given.items()}

    def test_every_claim_of_a_side_about_the_event_was_held_against_both_readouts(self, record, readouts):
        accounts = record.meta["accounts"]
        bloc = {row["id"]: row["bloc"] for row in record.rows("actors")}
        about = {row["id"] for row in record.rows("claims")
                 if row["event_id"] == accounts["event"] and bloc[row["actor_id"]] in accounts["sides"]}  # fmt: skip
        assert readouts.keys() == set(accounts["sides"])
        for side, keys in readouts.items():
            asked = {row["item_id"] for row in record.rows("corroboration") if row["bibkey"] in keys}
            assert len(about) >= 8 and about <= asked, side

    def test_no_source_is_asked_twice_about_one_row(self, record):
        asked = Counter((row["item_id"], row["bibkey"]) for row in record.rows("corroboration") if row["item_id"])
        assert [pair for pair, number in asked.items() if number > 1] == []

    def test_what_the_assessor_published_has_a_carriage_wherever_it_says_something_on_a_judgement(self, record):
        of = [
            row for row in record.rows("corroboration")
            if row["item_id"].startswith("J") and row["bibkey"] in record.meta["originals"] and row["relation"] != "silent"
        ]  # fmt: skip
        assert len(of) >= 8 and all(row["carriage"] for row in of)
        assert {row["carriage"] for row in record.rows("corroboration")} >= {
            "carried",
            "sharpened",
            "softened",
            "omitted",
        }
