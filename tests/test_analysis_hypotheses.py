"""Analysis of Competing Hypotheses: scores worked out by hand on the made-up case.

Rated items of the default evidence: C01 (source B, information 2: weight 0.8), C04 and C05 (C, 3: 0.6).
J01 is a conclusion and C07 says C01 again, so neither counts unless a reader wants it.
"""

import pandas as pd
import pytest
from smallcase import case, emptied, table

from sourcebook.analysis import hypotheses as ach


def ranked(weights="grades", evidence="reported", duplicates=False, coder="all", record=None):
    record = record or case()
    items = ach.evidence(record, evidence, duplicates)
    matrix = ach.matrix(record.consistency, items, coder)
    return ach.scores(matrix, items, record.hypotheses, weights), matrix, items


def result(**choices) -> list:
    return list(ranked(**choices)[0][["id", "inconsistency", "rank"]].itertuples(index=False, name=None))


def ratings(*rows: str) -> pd.DataFrame:
    """Ratings, each “item hypothesis rating coder”."""
    lines = [f"K{place}|" + "|".join(row.split()) for place, row in enumerate(rows)]
    return table("consistency", "id|item_id|hypothesis_id|rating|coder\n" + "\n".join(lines))


class TestEvidence:
    def test_reports_of_what_was_said_and_done_in_the_articles_order(self):
        """Neither conclusions (J01, J03), the article's framings, an outsider's reactions nor the evaluation C06; C07 repeats C01."""
        assert list(ach.evidence(case())["id"]) == [
            "E01",
            "C01",
            "C02",
            "C03",
            "E02",
            "C04",
            "C05",
            "R01",
            "R04",
            "J02",
        ]

    def test_all_takes_conclusions_too(self):
        more = set(ach.evidence(case(), "all")["id"]) - set(ach.evidence(case())["id"])
        assert more == {"C06", "R02", "R03", "J01", "J03", "F01", "F02"}

    def test_duplicates_are_counted_only_on_request(self):
        assert set(ach.evidence(case(), duplicates=True)["id"]) - set(ach.evidence(case())["id"]) == {"C07"}

    def test_a_repetition_counts_where_what_it_repeats_is_left_out(self):
        record = case()
        record.tables["claims"] = record.claims[record.claims["id"] != "C01"]
        assert "C07" in set(ach.evidence(record)["id"])

    def test_two_rows_that_repeat_each_other_count_once(self):
        record = case(
            relations="id|from_id|to_id|relation|rationale|note\nL1|C07|C01|restates||\nL2|C01|C07|restates||"
        )
        assert len({"C01", "C07"} & set(ach.evidence(record)["id"])) == 1

    @pytest.mark.parametrize(
        ("id", "weight"),
        [
            ("C01", (0.8 + 0.8) / 2),
            ("C04", (0.6 + 0.6) / 2),
            ("R01", (0.8 + 0.5) / 2),
            ("J02", (1.0 + 0.5) / 2),
            ("E01", 0.5),
        ],
    )
    def test_weight_is_the_mean_of_both_grades_and_half_where_there_is_none(self, id, weight):
        assert ach.evidence(case()).set_index("id").loc[id, "weight"] == pytest.approx(weight)


class TestMatrix:
    def test_only_the_evidences_ratings_in_its_order(self):
        """In the order of the article, C01 comes before C04 and C05; J01 and C07 are not in the evidence."""
        matrix = ranked()[1]
        assert list(matrix["item_id"]) == ["C01"] * 3 + ["C04"] * 3 + ["C05"] * 3
        assert list(matrix["value"]) == [1, -1, -1, -2, 2, 0, 1, 1, 1]

    @pytest.mark.parametrize(
        ("first", "second", "kept"),
        [("II", "I", "I"), ("CC", "N", "N"), ("I", "CC", "I"), ("II", "C", "C"), ("N", "II", "N")],
    )
    def test_of_several_coders_the_most_cautious_rating_counts(self, first, second, kept):
        for coders in (("a", "b"), ("b", "a")):
            given = ratings(f"C01 H1 {first} {coders[0]}", f"C01 H1 {second} {coders[1]}")
            assert list(ach.matrix(given, ach.evidence(case()))["rating"]) == [kept]

    def test_one_coder_on_request(self):
        given = ratings("C01 H1 II ann", "C01 H1 N ben", "C04 H1 C ben")
        assert list(ach.matrix(given, ach.evidence(case()), "ann")["rating"]) == ["II"]
        assert list(ach.matrix(given, ach.evidence(case()), "ben")["rating"]) == ["N", "C"]


class TestScores:
    def test_each_item_alike(self):
        """H2: C01 is I, 1. H3: C01 is I, 1. H1: C04 is II, 2."""
        assert result(weights="equal") == [("H2", 1.0, 1), ("H3", 1.0, 1), ("H1", 2.0, 3)]

    def test_weighed_by_the_grades(self):
        """H2 and H3: 1 x 0.8. H1: 2 x 0.6."""
        assert result(weights="grades") == [("H2", 0.8, 1), ("H3", 0.8, 1), ("H1", 1.2, 3)]

    def test_as_a_plain_tally(self):
        """C01 is I against H2 and H3, C04 is II against H1: one minus each, whatever their grades."""
        assert result(weights="count") == [("H1", 1.0, 1), ("H2", 1.0, 1), ("H3", 1.0, 1)]

    def test_with_conclusions(self):
        """J01 is II against H1 and weighs (1.0 + 0.5) / 2: 1.2 + 2 x 0.75."""
        assert result(evidence="all") == [("H2", 0.8, 1), ("H3", 0.8, 1), ("H1", 2.7, 3)]

    def test_with_duplicates(self):
        """C07 is I against H2 and weighs what C01 weighs."""
        assert result(duplicates=True) == [("H3", 0.8, 1), ("H1", 1.2, 2), ("H2", 1.6, 3)]

    def test_what_fits_does_not_help(self):
        """Only what speaks against a hypothesis counts: CC for H1 on every item changes nothing."""
        record = case()
        items = ach.evidence(record)
        both = pd.concat([record.consistency, ratings("C02 H1 CC x", "C03 H1 CC x", "R01 H1 CC x")])
        assert list(ach.scores(ach.matrix(both, items), items, record.hypotheses)["inconsistency"]) == [0.8, 0.8, 1.2]

    def test_ratings_are_counted_by_what_they_say(self):
        scores = ranked()[0].set_index("id")
        assert scores.loc["H1", ["against", "strongly_against", "for_"]].tolist() == [0, 1, 2]
        assert scores.loc["H2", ["against", "strongly_against", "for_"]].tolist() == [1, 0, 2]
        assert scores.loc["H3", ["against", "strongly_against", "for_"]].tolist() == [1, 0, 1]

    def test_a_hypothesis_that_nobody_rated_has_nothing_against_it(self):
        record = case()
        items = ach.evidence(record)
        scores = ach.scores(ach.matrix(ratings("C01 H1 I x"), items), items, record.hypotheses)
        assert list(scores["id"]) == ["H2", "H3", "H1"] and list(scores["inconsistency"]) == [0, 0, 0.8]


class TestDiagnosticity:
    def test_is_the_span_of_the_ratings_the_widest_first(self):
        """C04 from II to CC: 4. C01 from I to C: 2. C05 is C under all: 0, it decides nothing."""
        found = ach.diagnosticity(ranked()[1])
        assert list(found.itertuples(index=False, name=None)) == [("C04", 4), ("C01", 2), ("C05", 0)]

    @pytest.mark.parametrize("rating", ["II", "I", "N", "C", "CC"])
    def test_an_item_rated_alike_under_all_has_none(self, rating):
        matrix = ach.matrix(ratings(*(f"C01 {id} {rating} x" for id in ("H1", "H2", "H3"))), ach.evidence(case()))
        assert list(ach.diagnosticity(matrix)["diagnosticity"]) == [0]


def test_the_picture_has_the_most_telling_items_on_top():
    scores, matrix, items = ranked()
    grid = ach.grid(matrix, items, scores)
    assert list(grid["item"].drop_duplicates()) == ["C04", "C01", "C05"]
    assert list(grid["diagnosticity"]) == [4, 4, 4, 2, 2, 2, 0, 0, 0]
    assert grid.loc[0, ["label", "hypothesis_id", "hypothesis", "rating"]].tolist() == [
        "C04 The border must move.",
        "H1",
        "Peace",
        "II",
    ]


def test_what_decides_is_listed_the_heaviest_first():
    """C04: 2 x 0.6 = 1.2; C01: 1 x 0.8, twice."""
    scores, matrix, items = ranked()
    decides = ach.against(ach.grid(matrix, items, scores), items)
    assert list(decides[["item", "hypothesis_id", "rating", "weight"]].itertuples(index=False, name=None)) == [
        ("C04", "H1", "II", 0.6), ("C01", "H2", "I", 0.8), ("C01", "H3", "I", 0.8),
    ]  # fmt: skip


class TestFigures:
    def values(self, **choices):
        scores, matrix, _ = ranked(**choices)
        return ach.figures(scores, matrix, case().hypotheses)

    def test_a_tie_is_told_as_a_tie(self):
        values = self.values()
        assert (values["leader_id"], values["leader_score"], values["margin"]) == ("H2 and H3", 0.8, 0.0)
        assert values["finding"] == (
            "On 3 items of evidence “Land” (H2) and “Show” (H3) are tied with the least against them (0.80); "
            "most speaks against “Peace” (H1) (1.20)."
        )

    def test_a_single_leader_is_named_with_the_next_and_the_last(self):
        values = self.values(duplicates=True)
        assert (values["leader_id"], values["margin"], values["worst_id"]) == ("H3", 0.4, "H2")
        assert values["finding"] == (
            "On 4 items of evidence the least speaks against “Show” (H3) (inconsistency 0.80), next “Peace” (H1) (1.20); "
            "most speaks against “Land” (H2) (1.60)."
        )

    def test_counts(self):
        values = self.values()
        assert (values["n_hypotheses"], values["n_items"], values["n_ratings"]) == (3, 3, 9)
        assert (values["n_diagnostic"], values["n_undiagnostic"]) == (2, 1)
        assert (values["score_H1"], values["score_H2"], values["score_H3"]) == (1.2, 0.8, 0.8)


class TestNothingLeft:
    def test_is_a_sentence_and_empty_tables(self):
        scores, matrix, items = ranked(record=emptied(case()))
        assert items.empty and matrix.empty
        assert list(scores["inconsistency"]) == [0, 0, 0] and list(scores["rank"]) == [1, 1, 1]
        grid = ach.grid(matrix, items, scores)
        assert grid.empty and ach.against(grid, items).empty
        values = ach.figures(scores, matrix, case().hypotheses)
        assert values["finding"] == "With no item of rated evidence left, no hypothesis stands out."

    def test_nobody_leads_where_nothing_is_rated(self):
        """The chart's title says “Least speaks against: {leader}”."""
        scores, matrix, _ = ranked(record=emptied(case()))
        assert ach.figures(scores, matrix, case().hypotheses)["leader"] == "none"

    def test_a_case_without_hypotheses_gets_a_sentence(self):
        record = case(
            hypotheses="id|title|statement|origin|note",
            consistency="id|item_id|hypothesis_id|rating|coder|rationale|note",
        )
        scores, matrix, _ = ranked(record=record)
        assert "no hypothesis" in ach.figures(scores, matrix, record.hypotheses)["finding"]
