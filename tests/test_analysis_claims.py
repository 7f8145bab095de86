"""Who does what by speaking, and two sides' accounts of one event: results worked out by hand on the made-up case."""

import pandas as pd
import pytest
from smallcase import case, emptied, table

from sourcebook.analysis import claims

SIDES, NAMES = ["north", "south"], ["North", "South"]


def accounts(links: str = "", record=None):
    """The accounts of the meeting; `links` are relations, “from kind to”, in place of the case's own."""
    record = record or case()
    relations = record.relations
    if links:
        rows = [line.split() for line in links.splitlines()]
        relations = table(
            "relations",
            "id|from_id|to_id|relation\n" + "\n".join(f"L{n}|{a}|{b}|{kind}" for n, (a, kind, b) in enumerate(rows)),
        )
    return claims.accounts(record.claims, record.actors, relations, "E01", SIDES)


def status(links: str) -> dict[str, str]:
    told = accounts(links)
    return dict(zip(told["topic"], told["status"]))


class TestByActor:
    def test_counts_each_kind_of_claim_of_each_speaker_most_claims_first(self):
        record = case()
        found = claims.by_actor(record.claims, record.actors)
        assert list(found.itertuples(index=False, name=None)) == [
            ("Ann", "north", "assertion", 2, 3),
            ("Ann", "north", "denial", 1, 3),
            ("Bob", "south", "assertion", 1, 3),
            ("Bob", "south", "commitment", 1, 3),
            ("Bob", "south", "demand", 1, 3),
            ("Aides", "outside", "evaluation", 1, 1),
        ]

    def test_the_counts_add_up_to_the_claims(self):
        record = case()
        assert claims.by_actor(record.claims, record.actors)["claims"].sum() == len(record.claims) == 7


class TestAccounts:
    def test_side_by_side_conflict_first_and_one_side_last(self):
        told = accounts()
        assert list(
            told[["topic", "first_ids", "first_n", "second_ids", "second_n", "status", "pairs"]].itertuples(
                index=False, name=None
            )
        ) == [
            ("border", "C03", 1, "C04", 1, "both, in conflict", "C04 / C03"),
            ("water", "C01, C07", 2, "C02", 1, "both, in agreement", "C02 / C01"),
            ("tone", "", 0, "C05", 1, "one side only", ""),
        ]
        assert told.loc[1, "first"] == "C01 Both share the water. C07 Says again that water is shared."
        assert told.loc[2, "first"] == ""

    def test_a_claim_about_another_event_or_of_a_third_party_is_in_no_account(self):
        record = case()
        record.claims.loc[record.claims["id"] == "C03", "event_id"] = "E02"
        record.claims.loc[record.claims["id"] == "C06", "event_id"] = "E01"
        told = accounts(record=record).set_index("topic")
        assert told.loc["border", ["first_ids", "second_ids", "status"]].tolist() == ["", "C04", "one side only"]
        assert told.loc["water", ["first_ids", "second_ids"]].tolist() == ["C01, C07", "C02"]

    @pytest.mark.parametrize(
        ("kind", "standing"),
        [("contradicts", "both, in conflict"), ("undercuts", "both, in tension"), ("supports", "both, in agreement"),
         ("restates", "both, in agreement"), ("responds_to", "both, not linked")],
    )  # fmt: skip
    def test_a_relation_decides_how_two_accounts_stand(self, kind, standing):
        assert status(f"C02 {kind} C01")["water"] == standing
        assert status(f"C01 {kind} C02")["water"] == standing, "whichever way it is coded"

    def test_speaking_of_one_subject_is_not_agreement(self):
        """Both speak of water and of the border, and nothing links what they say."""
        assert status("C05 supports J01") == {
            "border": "both, not linked",
            "water": "both, not linked",
            "tone": "one side only",
        }

    def test_the_gravest_of_several_relations_decides_and_only_its_pair_is_named(self):
        told = accounts("C02 supports C01\nC07 undercuts C02").set_index("topic")
        assert told.loc["water", "status"] == "both, in tension"
        assert told.loc["water", "pairs"] == "C07 / C02"

    def test_a_relation_within_one_side_decides_nothing(self):
        assert status("C07 contradicts C01")["water"] == "both, not linked"

    def test_a_relation_across_subjects_decides_nothing(self):
        assert status("C04 contradicts C01") == {
            "border": "both, not linked",
            "water": "both, not linked",
            "tone": "one side only",
        }

    def test_as_marks_each_subject_has_one_for_each_side(self):
        marks = claims.sides(accounts(), NAMES)
        assert list(marks[["topic", "side", "claims", "ids"]].itertuples(index=False, name=None)) == [
            ("border", "North", 1, "C03"), ("water", "North", 2, "C01, C07"), ("tone", "North", 0, ""),
            ("border", "South", 1, "C04"), ("water", "South", 1, "C02"), ("tone", "South", 1, "C05"),
        ]  # fmt: skip


class TestTimeline:
    def test_events_and_dated_sources_by_day(self):
        record = case()
        entries = claims.timeline(record.events, record.sources)
        assert list(entries["id"]) == ["E02", "E01", "study", "readout"]
        assert list(entries["kind"]) == ["event", "event", "source", "source"]

    @pytest.mark.parametrize(
        ("date", "precision", "last"),
        [
            ("2020-01-01", "day", "2020-01-01"),
            ("2019-12-30", "week", "2020-01-05"),
            ("2020-03-01", "month", "2020-03-31"),
            pytest.param("2020-02-01", "month", "2020-02-29"),
            pytest.param("2020-04-01", "month", "2020-04-30"),
            ("2019-01-01", "year", "2019-12-31"),
            pytest.param("2020-01-01", "year", "2020-12-31"),
        ],
    )
    def test_a_period_ends_on_its_last_day(self, date, precision, last):
        events = table("events", f"id|title|date|precision\nE01|Something|{date}|{precision}")
        assert claims.timeline(events, case().sources.iloc[:0])["end"].tolist() == [pd.Timestamp(last)]

    def test_the_busiest_day_is_told_and_the_earlier_of_two(self):
        record = case()
        assert (
            claims.busiest(claims.timeline(record.events, record.sources))
            == "2 of 4 dated entries fall on 1 January 2020"
        )
        assert (
            claims.busiest(claims.timeline(record.events, record.sources.iloc[:0]).iloc[::-1])
            == "1 of 2 dated entries fall on 30 December 2019"
        )


class TestDecisive:
    def test_what_sets_a_claim_or_event_against_a_claim_and_nothing_else(self):
        """L04, L05 point at a judgement, L01 and L03 agree."""
        record = case()
        found = claims.decisive(record.claims, record.events, record.relations)
        assert list(found[["from_id", "relation", "to_id"]].itertuples(index=False, name=None)) == [
            ("C04", "contradicts", "C03"), ("E02", "undercuts", "C02"),
        ]  # fmt: skip


class TestFigures:
    def test_kinds_add_up_to_the_claims_and_subjects_to_the_accounts(self):
        record = case()
        values = claims.figures(record.claims, accounts(), NAMES)
        kinds = record.schema.codes("claims", "claim_type")
        assert sum(values[f"n_{kind}"] for kind in kinds) == values["n_claims"] == 7
        assert values["n_forecast"] == 0, "a kind that does not occur has a figure too"
        assert values["n_one"] + values["n_both"] == values["n_topics"] == 3
        assert (values["n_conflict"], values["n_tension"], values["n_agree"]) == (1, 0, 1)
        assert (values["n_first_alone"], values["n_second_alone"]) == (0, 1)
        assert values["n_speakers"] == 3

    def test_the_finding_names_the_conflict_and_its_claims(self):
        assert claims.figures(case().claims, accounts(), NAMES)["finding"] == (
            "The two sides give an account of the event on 3 subjects: one side alone tells 1, both tell 2; "
            "of the latter, 1 in agreement, 0 in tension and 1 in conflict: border (C04 / C03)."
        )

    def test_without_conflict_the_finding_ends_there(self):
        values = claims.figures(case().claims, accounts("C02 supports C01"), NAMES)
        assert values["conflicts"] == "none"
        assert values["finding"].endswith("0 in conflict.")


def test_nothing_left_is_a_sentence_and_empty_tables():
    record = emptied(case())
    told = accounts(record=record)
    assert told.empty and list(told.columns) == list(accounts().columns)
    assert claims.sides(told, NAMES).empty
    assert claims.by_actor(record.claims, record.actors).empty
    assert claims.decisive(record.claims, record.events, record.relations).empty
    values = claims.figures(record.claims, told, NAMES)
    assert (values["n_claims"], values["n_denial"], values["n_topics"], values["subjects"]) == (0, 0, 0, "none")
    assert values["finding"].startswith("Neither side gives an account of the event.")
    nothing = claims.timeline(record.events, record.sources.iloc[:0])
    assert nothing.empty and claims.busiest(nothing) == "Nothing is dated"
