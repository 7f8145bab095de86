"""What the weir case alone must be: a whole invented article, shipped with it, that teaches every kind of row."""

import json
import re
from collections import Counter

from pybtex.database import parse_file
from record import STATEMENTS, Record, paragraphs

WEIR = Record("weir")


def evidence() -> set[str]:
    """Rows that may count by default: reports of what was said and done, the parties' reactions, and events."""
    bloc = {row["id"]: row["bloc"] for row in WEIR.rows("actors")}
    said = {row["id"] for row in WEIR.rows("claims") if row["claim_type"] not in ("evaluation", "forecast")}
    relayed = {row["id"] for row in WEIR.rows("assessments") if row["layer"] == "claimed"}
    parties = {row["id"] for row in WEIR.rows("reactions") if bloc[row["actor_id"]] in WEIR.meta["accounts"]["sides"]}
    return said | relayed | parties | {row["id"] for row in WEIR.rows("events")}


class TestTheArticle:
    def test_it_is_shipped_and_has_nine_hundred_words_at_least_in_paragraphs_under_headings(self):
        lines = paragraphs(WEIR.article())
        assert WEIR.article().parent == WEIR.folder
        assert 900 <= sum(len(line.split()) for line in lines) <= 1300 and 25 <= len(lines) <= 36
        assert Counter(row["kind"] for row in WEIR.rows("paragraphs"))["heading"] >= 4

    def test_everything_says_that_it_is_invented(self):
        assert "fictional" in WEIR.package["description"]
        assert "invented" in WEIR.meta["question"]
        for key, entry in parse_file(str(WEIR.folder / "references.bib"), "bibtex").entries.items():
            assert "Invented for this case" in entry.fields["note"], key
            assert not {"url", "doi"} & set(entry.fields), key

    def test_no_spoken_quotation_in_it_has_more_than_twelve_words(self):
        quotations = re.findall(r"“([^”\"]*)[”\"]", WEIR.article().read_text("utf-8"))
        assert len(quotations) >= 12 and max(len(quotation.split()) for quotation in quotations) <= 12


class TestWhatItTeaches:
    def test_a_side_is_set_against_the_other_and_a_witness_against_a_side(self):
        assert Counter(row["relation"] for row in WEIR.rows("relations"))["contradicts"] >= 2

    def test_somebody_speaks_who_is_not_named(self):
        unnamed = {row["id"] for row in WEIR.rows("actors") if row["kind"] == "unnamed"}
        assert {row["actor_id"] for row in WEIR.rows("claims")} & unnamed

    def test_the_print_has_slips_of_several_kinds(self):
        assert len(WEIR.rows("errata")) >= 3

    def test_every_code_of_the_shared_columns_of_statements_is_met_or_is_known_to_be_missing(self):
        """What a reader of the tables will not see an example of is listed here, so that it stays little."""
        columns = ("claim_type", "stance", "judgement_type", "layer", "confidence", "device", "mode", "attribution")
        used = {(column, row[column]) for _, row in WEIR.coded() for column in columns if column in row}
        allowed = {
            (column, str(code))
            for table in STATEMENTS for column in columns if column in WEIR.fields[table]
            for code in WEIR.fields[table][column]["constraints"]["enum"]
        }  # fmt: skip
        assert allowed - used == {
            ("claim_type", "evaluation"), ("claim_type", "refusal"),
            ("confidence", "high"), ("judgement_type", "characterisation"),
        }  # fmt: skip

    def test_every_row_that_counts_as_evidence_is_rated(self):
        rated = {row["item_id"] for row in WEIR.rows("consistency")}
        assert evidence() - rated == set()

    def test_outside_sources_confirm_contradict_and_are_silent_and_the_assessors_own_is_carried_in_every_way(self):
        found = WEIR.rows("corroboration")
        assert {row["relation"] for row in found} - {""} == {"confirms", "partly", "contradicts", "silent"}
        assert {row["carriage"] for row in found} - {""} == {"carried", "sharpened", "softened", "omitted"}
        assert set(WEIR.meta["accounts"]["readouts"].values()) | set(WEIR.meta["originals"]) < {
            row["bibkey"] for row in found
        }

    def test_what_each_side_says_of_the_meeting_was_held_against_both_sides_own_readouts(self):
        bloc = {row["id"]: row["bloc"] for row in WEIR.rows("actors")}
        asked = {(row["item_id"], row["bibkey"]) for row in WEIR.rows("corroboration")}
        accounts = WEIR.meta["accounts"]
        claims = [row for row in WEIR.rows("claims") if row["event_id"] == accounts["event"]]
        told = [row["id"] for row in claims if bloc[row["actor_id"]] in accounts["sides"]]
        assert len(told) >= 10
        assert {(id, key) for id in told for key in accounts["readouts"].values()} <= asked

    def test_every_judgement_was_held_against_the_assessors_own_paper(self):
        (paper,) = WEIR.meta["originals"]
        asked = {row["item_id"] for row in WEIR.rows("corroboration") if row["bibkey"] == paper}
        assert {row["id"] for row in WEIR.rows("assessments")} <= asked

    def test_it_has_one_coder_and_says_so(self):
        assert len(WEIR.meta["coders"]) == 1 and WEIR.rows("ratings") == []

    def test_its_multiverse_is_small_and_run_whole(self):
        outcomes = (WEIR.folder / "outcomes.csv").read_text("utf-8").splitlines()
        assert 2 <= len(outcomes) - 1 <= 200
        assert json.loads((WEIR.folder / "outcomes.json").read_text("utf-8"))
