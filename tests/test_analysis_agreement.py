"""Agreement between coders: alpha against published examples, and tables worked out by hand on the made-up case.

The examples are those of Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): A, two observers of binary data;
B, two observers of nominal data; C and D, four observers with missing data, of which chapter 12 of his Content Analysis
(2019) gives the values too.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from smallcase import META, case, emptied

from sourcebook import coders
from sourcebook.analysis import agreement

BINARY = ["0100000010", "1110010000"]
NOMINAL = ["aabbdcccedda", "babbbcccEddd".lower()]
FOUR = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
NONE = agreement.UNMEASURED


def values(observers: list[str]) -> np.ndarray:
    """Observers' values, a text each, as a row a unit and a column an observer; a point is a missing value."""
    return np.array([[np.nan if code == "." else ord(code) for code in codes] for codes in observers]).T


def again(record, **changes: str):
    """The case with everything judged a second time, alike but for some rows: the code of an id, or of item_hypothesis."""
    given = [
        {
            "id": f"G{item}",
            "item_id": item,
            "variable": variable,
            "coder": "second",
            "value": changes.get(item, str(code)),
        }
        for variable, name in (("stance", "reactions"), ("credibility", "claims"), ("layer", "assessments"))
        for item, code in zip(record.tables[name]["id"], record.tables[name][variable])
    ]
    rated = record.consistency.assign(coder="second")
    keys = rated["item_id"] + "_" + rated["hypothesis_id"]
    codes = [changes.get(key, code) for key, code in zip(keys, rated["rating"])]
    rated["rating"] = pd.Categorical(codes, record.consistency["rating"].cat.categories, ordered=True)
    tables = record.tables | {
        "ratings": pd.DataFrame(given, columns=record.ratings.columns, dtype="str"),
        "consistency": pd.concat([record.consistency, rated], ignore_index=True),
    }
    return replace(record, meta=META | {"coders": {"first": "one", "second": "two"}}, tables=tables)


def measured(record) -> pd.DataFrame:
    """What the chart draws: the kinds of judgement with an alpha, a second coder differing here and there."""
    table = agreement.agreement(again(record, R03="1", C02="4", C04="6", J03="claimed", C01_H1="I", C04_H3="CC"))
    return table.dropna(subset="alpha")


def told(record) -> dict:
    table = agreement.agreement(record)
    answers = agreement.under_each(coders.each(record))
    return agreement.figures(table, answers, record.hypotheses)


class TestAlpha:
    @pytest.mark.parametrize(
        ("observers", "level", "published"),
        [(BINARY, "nominal", 0.095), (NOMINAL, "nominal", 0.692), (FOUR, "nominal", 0.743), (FOUR, "ordinal", 0.815),
         (FOUR, "interval", 0.849)],
    )  # fmt: skip
    def test_is_what_krippendorff_publishes(self, observers, level, published):
        assert round(agreement.alpha(values(observers), level), 3) == published

    @pytest.mark.parametrize("level", agreement.LEVELS)
    def test_is_one_where_all_agree_on_everything(self, level):
        assert agreement.alpha(values(["1234", "1234", "1.34"]), level) == 1

    @pytest.mark.parametrize("level", agreement.LEVELS)
    def test_does_not_depend_on_who_is_first_nor_on_the_order_of_the_units(self, level):
        table = values(FOUR)
        for columns, rows in (([3, 1, 0, 2], slice(None)), (slice(None), slice(None, None, -1))):
            assert agreement.alpha(table[:, columns][rows], level) == agreement.alpha(table, level)

    def test_a_unit_that_only_one_judged_says_nothing(self):
        assert agreement.alpha(values(["123.", "1223"]), "ordinal") == agreement.alpha(
            values(["123", "122"]), "ordinal"
        )

    def test_ordinal_takes_the_order_of_the_codes_and_not_their_distance(self):
        near, far = values(["1123", "1223"]), values(["1129", "1229"])
        assert agreement.alpha(near, "ordinal") == agreement.alpha(far, "ordinal")
        assert agreement.alpha(near, "interval") != agreement.alpha(far, "interval")

    def test_a_small_step_costs_less_than_a_large_one_but_not_nominally(self):
        small, large = values(["12345", "12344"]), values(["12345", "12341"])
        assert agreement.alpha(small, "ordinal") > agreement.alpha(large, "ordinal")

    def test_is_below_nought_where_coders_agree_less_than_by_chance(self):
        assert agreement.alpha(values(["1212", "2121"]), "nominal") < 0

    @pytest.mark.parametrize("observers", [["111", "111"], ["12.", "..3"], ["", ""]])
    def test_is_not_defined_without_two_values_of_a_unit_or_where_all_are_the_same(self, observers):
        for level in agreement.LEVELS:
            assert np.isnan(agreement.alpha(values(observers), level))
            assert np.isnan(agreement.interval(values(observers), level)).all()


class TestInterval:
    def test_is_the_same_every_time_and_for_coders_in_any_order(self):
        table = values(FOUR)
        assert agreement.interval(table, "ordinal") == agreement.interval(table[:, [2, 0, 3, 1]], "ordinal")

    def test_lies_around_alpha(self):
        for level in agreement.LEVELS:
            low, high = agreement.interval(values(FOUR), level)
            assert low < agreement.alpha(values(FOUR), level) < high <= 1

    def test_is_narrower_where_more_is_judged(self):
        few, many = (agreement.interval(values([codes * times for codes in NOMINAL]), "nominal") for times in (1, 8))
        assert many[1] - many[0] < few[1] - few[0]

    def test_is_a_point_where_all_agree(self):
        assert agreement.interval(values(["1234", "1234"]), "ordinal") == (1, 1)

    def test_is_of_the_alphas_of_units_drawn_anew(self):
        """The same draws, an alpha at a time."""
        table = values(FOUR)[:11]  # the twelfth unit has one value, and is in no draw
        drawn = np.random.default_rng(5).integers(0, 11, (40, 11))
        one_by_one = np.percentile([agreement.alpha(table[draw], "ordinal") for draw in drawn], [2.5, 97.5])
        assert agreement.interval(values(FOUR), "ordinal", draws=40, seed=5) == pytest.approx(tuple(one_by_one))


class TestJudgements:
    def test_of_the_tables_are_the_reference_coders_and_further_ones_stand_beside_them(self):
        made = agreement.judgements(again(case(), R03="1"))
        found = made[made["unit"] == "R03"]
        assert list(found[["variable", "coder", "code", "value"]].itertuples(index=False, name=None)) == [
            ("stance", "first", "-1", -1.0),
            ("stance", "second", "1", 1.0),
        ]

    def test_a_credibility_that_cannot_be_judged_is_no_grade_but_an_answer_to_another_question(self):
        made = agreement.judgements(case()).set_index(["variable", "unit"])
        assert np.isnan(made.loc[("credibility", "C06"), "value"]) and made.loc[("judged", "C06"), "value"] == 0
        assert made.loc[("credibility", "C01"), "value"] == 2 and made.loc[("judged", "C01"), "value"] == 1

    def test_a_rating_of_a_row_against_a_hypothesis_is_a_unit(self):
        made = agreement.judgements(case()).set_index("unit")
        assert made.loc["C04 / H1", ["item_id", "code", "value", "rationale"]].tolist() == ["C04", "II", -2, "A demand is no peace."]  # fmt: skip


class TestAgreement:
    def test_counts_what_two_judged_and_on_what_they_agree(self):
        """Stance of 4 reactions, grade of 6 claims (C06 has none; the second gives C04 none either), 7 claims, 3 judgements."""
        table = agreement.agreement(again(case(), R03="1", C02="4", C04="6", J03="claimed")).set_index("variable")
        assert table["units"].to_dict() == {"stance": 4, "credibility": 5, "judged": 7, "layer": 3, "consistency": 11}
        assert table["alike"].to_dict() == {"stance": 3, "credibility": 4, "judged": 6, "layer": 2, "consistency": 11}
        assert set(table["coders"]) == {"first, second"} and table.loc["stance", "exact"] == 0.75

    def test_alpha_of_the_layer_worked_out_by_hand(self):
        """Assessed 3 times, claimed 3 times, one pair apart: 1 - (2/6) / (2·3·3 / (6·5))."""
        table = agreement.agreement(again(case(), J03="claimed")).set_index("variable")
        assert table.loc["layer", "alpha"] == round(1 - (2 / 6) / (18 / 30), 3) == 0.444
        assert table.loc["layer", "reading"] == "not reliable"

    def test_is_whole_where_a_second_coder_judged_everything_alike(self):
        table = agreement.agreement(again(case()))
        assert set(table["alpha"]) == {1.0} and set(table["reading"]) == {"reliable"} and set(table["exact"]) == {1.0}

    def test_says_that_nothing_was_measured_with_one_coder(self):
        table = agreement.agreement(case())
        assert set(table["reading"]) == {NONE} and set(table["units"]) == {0} and table["alpha"].isna().all()

    def test_says_so_where_alpha_is_not_defined(self):
        """All three judgements are conclusions to both: nothing shows that the coders could tell the layers apart."""
        record = again(case(), J02="assessed")
        record.tables["assessments"]["layer"] = record.assessments["layer"].where(
            record.assessments["id"] != "J02", "assessed"
        )
        layer = agreement.agreement(record).set_index("variable").loc["layer"]
        assert layer["reading"] == agreement.UNDEFINED and np.isnan(layer["alpha"]) and layer["units"] == 3

    @pytest.mark.parametrize(
        ("value", "reading"), [(0.8, "reliable"), (0.799, "tentative"), (0.667, "tentative"), (0.666, "not reliable")]
    )
    def test_is_read_by_krippendorffs_marks(self, value, reading):
        assert agreement._reading(value, pd.DataFrame([[1, 1]])) == reading

    def test_a_case_of_which_nothing_is_left_has_none(self):
        assert set(agreement.agreement(emptied(again(case())))["reading"]) == {NONE}


class TestDifferences:
    def test_are_listed_with_each_coders_code_the_furthest_apart_first(self):
        found = agreement.differences(again(case(), R03="1", J03="claimed", C04_H1="C", C02="4"))
        assert list(found[["item_id", "hypothesis_id", "codes", "apart"]].itertuples(index=False, name=None)) == [
            ("J03", "", "first: assessed; second: claimed", "other"),
            ("C04", "H1", "first: II; second: C", "3 of 4"),
            ("R03", "", "first: -1; second: 1", "2 of 4"),
            ("C02", "", "first: 3; second: 4", "1 of 4"),
        ]
        assert list(found["distance"]) == [1, 0.75, 0.5, 0.25]
        assert found.loc[1, "rationales"] == "first: A demand is no peace; second: A demand is no peace"

    def test_may_be_held_to_the_large_ones(self):
        found = agreement.differences(again(case(), R03="1", C02="4"), agreement.FAR)
        assert list(found["item_id"]) == ["R03"]

    def test_of_a_claim_that_only_one_could_judge_are_told_once(self):
        found = agreement.differences(again(case(), C01="6"))
        assert list(found[["variable", "codes"]].itertuples(index=False, name=None)) == [
            ("judged", "first: 2; second: 6")
        ]

    def test_are_none_where_all_agree_or_one_coder_judged(self):
        assert agreement.differences(again(case())).empty and agreement.differences(case()).empty


class TestUnderEach:
    def test_the_hypotheses_are_ranked_by_each_coders_ratings(self):
        """Under the first, H2 and H3 have 0.8 against them and H1 1.2; the second rates C04 neutral to H1."""
        found = agreement.under_each(coders.each(again(case(), C04_H1="N"))).set_index("coder")
        assert found.loc["first", ["leaders", "rank_H1", "score_H1", "items"]].tolist() == ["H2 H3", 3, 1.2, 3]
        assert found.loc["second", ["leaders", "margin", "rank_H1", "score_H1"]].tolist() == ["H1", 0.8, 1, 0]
        assert found.loc["all", "leaders"] == "H1", "the most cautious rating of C04 is the neutral one"

    def test_items_weigh_by_each_coders_own_grades(self):
        """C01 is graded 2 by the first and 6 by the second: it weighs (0.8 + 0.5) / 2 to the second."""
        found = agreement.under_each(coders.each(again(case(), C01="6"))).set_index("coder")
        assert found.loc["first", "score_H2"] == 0.8 and found.loc["second", "score_H2"] == 0.65

    def test_a_readers_choices_of_evidence_and_weights_are_those_of_the_hypotheses(self):
        found = agreement.under_each(coders.each(case()), "all", True, "equal").set_index("coder")
        assert found.loc["first", ["score_H1", "score_H2", "score_H3"]].tolist() == [4, 2, 1]

    def test_a_coder_who_rated_no_hypothesis_has_no_answer(self):
        record = again(case())
        record.tables["consistency"] = case().consistency
        assert list(agreement.under_each(coders.each(record))["coder"]) == ["first", "all"]


class TestFinding:
    def test_the_same_judgements_given_twice_are_full_agreement_and_the_same_answer(self):
        figures = told(again(case()))
        assert figures["finding"].startswith("Of 25 judgements that 2 coders made, they agree exactly on 25 (100%).")
        assert figures["finding"].endswith(
            "Under each of them “Land” (H2) and “Show” (H3) are tied with the least against them."
        )
        assert {figures[f"alpha_{variable}"] for variable in agreement.VARIABLES} == {"1.000"}
        assert (figures["n_reliable"], figures["n_differ"], figures["n_answers"]) == (5, 0, 2)

    def test_another_answer_is_told_with_who_gave_which(self):
        finding = told(again(case(), C04_H1="N"))["finding"]
        assert finding.endswith(
            "The answer hangs on who coded (under coder “first” H2 and H3; under coder “second” H1)."
        )

    def test_an_answer_that_is_the_same_in_part_is_told_as_that(self):
        finding = told(again(case(), C01_H3="N"))["finding"]
        assert finding.endswith(
            "Under each of them “Show” (H3) leads, alone or tied; the answer is not quite the same "
            "(under coder “first” H2 and H3; under coder “second” H3)."
        )

    def test_a_judgement_counts_once_though_credibility_is_asked_in_two_parts(self):
        figures = told(again(case(), C01="6", C02="4"))
        assert (figures["n_units"], figures["n_differ"]) == (25, 2)

    def test_with_one_coder_agreement_was_not_measured(self):
        figures = told(case())
        assert figures["finding"].startswith(
            "Agreement between coders was not measured: no row that counts here was judged"
        )
        assert (figures["n_coders"], figures["alphas"], figures["alpha_stance"]) == (0, "none", "none")

    def test_where_a_second_coder_rated_no_hypothesis_there_is_no_second_answer(self):
        record = again(case())
        record.tables["consistency"] = case().consistency
        assert told(record)["finding"].endswith("so there is no second answer to compare it with.")

    def test_of_three_coders_it_says_that_two_are_enough(self):
        record = again(case())
        third = record.ratings.assign(coder="third")
        record.tables["ratings"] = pd.concat([record.ratings, third.iloc[:1]], ignore_index=True)
        record.meta["coders"]["third"] = "three"
        assert told(record)["finding"].startswith("Of 25 judgements that at least 2 of 3 coders made, ")

    def test_a_case_of_which_nothing_is_left_gets_a_sentence(self):
        record = emptied(again(case()))
        assert "not measured" in told(record)["finding"]
