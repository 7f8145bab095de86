"""How far an answer depends on choices, worked out by hand: two axes, three hypotheses, ties, a set without evidence.

run  sources  evidence  H1   H2   H3   leads
1    F        reported  1    1    3    H1 H2
2    F        all       1    2    3    H1
3    D        reported  1    1    4    H1 H2
4    D        all       2    1    3    H2
5    B        reported  2    3    1    H3
6    B        all       -    -    -    nobody
"""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scratch import ROOT
from smallcase import case

from sourcebook import parameters
from sourcebook.analysis import robustness
from sourcebook.errors import ParameterError, SourcebookError
from sourcebook.selection import keep

H = pd.DataFrame({"id": ["H1", "H2", "H3"], "title": ["Peace", "Land", "Show"]})


def axis(name: str, label: str, **choices: str):
    """An axis as sourcebook.multiverse gives it; choices as text=label."""
    given = tuple(SimpleNamespace(text=text, label=said) for text, said in choices.items())
    return SimpleNamespace(name=name, label=label, because=f"{label} are a matter of taste.", choices=given)


AXES = (
    axis("min_reliability", "Sources", F="all", D="named", B="good"),
    axis("evidence", "Evidence", reported="reports", all="conclusions too"),
)
SCORES = ["1 1 3", "1 2 3", "1 1 4", "2 1 3", "2 3 1", ""]
BASE = {"min_reliability": "F", "evidence": "reported"}
USUAL = {**BASE, "weights": "grades"}


def grid(scores: list[str], axes=AXES) -> pd.DataFrame:
    """Outcomes of the full grid, the last axis fastest; “1 2 3” are the scores of a set, nothing says that nobody leads."""
    rows = []
    for run, (texts, line) in enumerate(
        zip(product(*([choice.text for choice in axis.choices] for axis in axes)), scores, strict=True), 1
    ):
        given = [float(score) for score in line.split()] or [0.0] * len(H)
        leaders = " ".join(id for id, score in zip(H["id"], given) if score == min(given)) if line else ""
        rows.append({"run": run, **dict(zip([axis.name for axis in axes], texts)), "hypotheses.leaders": leaders})
        rows[-1] |= {f"hypotheses.score_{id}": score for id, score in zip(H["id"], given)}
    return pd.DataFrame(rows)


def tuples(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


OUTCOMES = grid(SCORES)
SAMPLE = OUTCOMES[OUTCOMES["run"].isin([1, 4, 6])]
BINARY = tuple(axis(name, name.upper(), no="without", yes="with") for name in ("one", "two", "three"))
NO = dict.fromkeys(("one", "two", "three"), "no")


class TestLeads:
    def test_are_the_best_rivals_score_less_its_own(self):
        leads = robustness.leads(OUTCOMES, H)
        assert leads["H1"].tolist()[:5] == [0, 1, 0, -1, -1]
        assert leads["H2"].tolist()[:5] == [0, -1, 0, 1, -2]
        assert leads["H3"].tolist()[:5] == [-2, -2, -3, -2, 1]

    def test_nobody_has_one_without_evidence_though_all_scores_are_equal(self):
        assert robustness.leads(OUTCOMES, H).iloc[5].isna().all()
        assert not robustness.leading(OUTCOMES, H).iloc[5].any()

    def test_a_hypothesis_without_a_rival_has_none(self):
        assert robustness.leads(OUTCOMES, H.head(1)).isna().all(axis=None)
        assert robustness.leading(OUTCOMES, H.head(1))["H1"].tolist() == [True] * 5 + [False]

    def test_a_table_without_the_scores_says_what_it_lacks_and_what_to_do(self):
        with pytest.raises(
            SourcebookError, match=r"lack hypotheses.score_H2, hypotheses.score_H3\. .*multiverse --save"
        ):
            robustness.leads(OUTCOMES.drop(columns=["hypotheses.score_H2", "hypotheses.score_H3"]), H)


class TestSurvival:
    def test_counts_sets_led_alone_and_tied_and_takes_shares_of_all_sets(self):
        survival = robustness.survival(OUTCOMES, H)
        assert tuples(survival, "id", "alone", "tied", "led", "share") == [
            ("H1", 1, 2, 3, 3 / 6), ("H2", 1, 2, 3, 3 / 6), ("H3", 1, 0, 1, 1 / 6),
        ]  # fmt: skip

    def test_gives_the_range_of_places_where_anything_is_rated(self):
        survival = robustness.survival(OUTCOMES, H)
        assert tuples(survival, "best", "worst") == [(1, 2), (1, 3), (1, 3)]
        assert robustness.survival(OUTCOMES.tail(1), H)["best"].isna().all()

    def test_the_one_that_leads_most_often_comes_first_and_of_equals_the_one_more_often_alone(self):
        """Runs 3 to 5: H2 tied and alone, H3 alone, H1 tied."""
        assert list(robustness.survival(OUTCOMES[OUTCOMES["run"].isin([3, 4, 5])], H)["id"]) == ["H2", "H3", "H1"]


class TestLeverage:
    def test_compares_all_pairs_of_sets_that_differ_in_one_choice_alone(self):
        """Sources: only F and D agree, without conclusions. Evidence: all three pairs differ."""
        leverage = robustness.leverage(OUTCOMES, AXES, H)
        assert tuples(leverage, "axis", "label", "pairs", "differ") == [
            ("evidence", "Evidence", 3, 3), ("min_reliability", "Sources", 6, 5),
        ]  # fmt: skip
        assert leverage["share"].tolist() == [1, pytest.approx(5 / 6)]

    def test_says_how_far_each_lead_moves_where_both_sets_have_evidence(self):
        """Sources, H1: F-D 0, F-B 1, D-B 1 on reports, F-D 2 with conclusions; B has no evidence there."""
        shifts = robustness.leverage(OUTCOMES, AXES, H).set_index("axis")[["shift_H1", "shift_H2", "shift_H3"]]
        assert shifts.loc["min_reliability"].tolist() == [4 / 4, 6 / 4, 8 / 4]
        assert shifts.loc["evidence"].tolist() == [2 / 2, 2 / 2, 1 / 2]

    def test_names_the_two_values_that_differ_most(self):
        """F-B and D-B differ always; D-B moves the leads further."""
        between = robustness.leverage(OUTCOMES, AXES, H).set_index("axis")["between"]
        assert between["min_reliability"] == "“named” and “good”"

    def test_a_choice_that_changes_no_leader_names_none(self):
        same = robustness.leverage(grid(["1 2 3"] * 6), AXES, H)
        assert same["share"].tolist() == [0, 0] and same["between"].tolist() == ["", ""]

    def test_takes_the_pairs_that_a_sample_has_and_says_where_there_are_none(self):
        """Of runs 1, 4 and 6 only 4 and 6 differ in one choice alone, the sources."""
        leverage = robustness.leverage(SAMPLE, AXES, H)
        assert tuples(leverage, "axis", "pairs", "differ") == [("min_reliability", 1, 1), ("evidence", 0, 0)]
        assert leverage["share"].isna().tolist() == [False, True]
        assert leverage["shift_H1"].isna().all(), "one end of the only pair has no evidence"

    def test_does_not_depend_on_the_order_of_the_rows(self):
        shuffled = OUTCOMES.sample(frac=1, random_state=3)
        pd.testing.assert_frame_equal(robustness.leverage(shuffled, AXES, H), robustness.leverage(OUTCOMES, AXES, H))

    def test_counts_what_a_count_by_hand_of_every_pair_counts(self):
        """Three axes and a sample, against the definition."""
        rng = np.random.default_rng(1)
        whole = grid([" ".join(map(str, row)) for row in rng.integers(0, 3, (8, 3))], BINARY)
        some = whole.sample(6, random_state=1)
        leaders, names = some["hypotheses.leaders"].tolist(), list(NO)
        rows = some[names].values.tolist()
        for name, pairs, differ in tuples(robustness.leverage(some, BINARY, H), "axis", "pairs", "differ"):
            found = [
                leaders[a] != leaders[b]
                for a, b in product(range(6), repeat=2)
                if a < b and [names[k] for k in range(3) if rows[a][k] != rows[b][k]] == [name]
            ]
            assert (pairs, differ) == (len(found), sum(found))


class TestFlips:
    def ways(self, outcomes=OUTCOMES, axes=AXES, base=None) -> list[tuple]:
        return tuples(robustness.flips(outcomes, axes, base or BASE, H), "changes", "effect", "how", "leaders", "run")

    def test_are_all_ways_to_alter_the_answer_with_the_fewest_changes(self):
        assert self.ways() == [
            (1, "the tie breaks", "Evidence: conclusions too", "H1", 2),
            (1, "another leads", "Sources: good", "H3", 5),
        ]

    def test_tell_what_becomes_of_a_sole_leader(self):
        assert self.ways(base={"min_reliability": "F", "evidence": "all"}) == [
            (1, "a rival draws level", "Evidence: reports", "H1 and H2", 1),
            (1, "another leads", "Sources: named", "H2", 4),
            (1, "no rated evidence is left", "Sources: good", "none", 6),
        ]

    def test_a_new_leader_is_looked_for_farther_off_than_a_broken_tie(self):
        """One: the tie breaks. One and two together: H3. Three alone does nothing."""
        scores = ["1 1 3", "1 1 3", "1 1 3", "1 1 3", "1 2 3", "1 2 3", "3 3 1", "3 3 1"]
        assert self.ways(grid(scores, BINARY), BINARY, NO) == [
            (1, "the tie breaks", "ONE: with", "H1", 5),
            (2, "another leads", "ONE: with; TWO: with", "H3", 7),
        ]

    def test_a_tie_may_shift(self):
        assert self.ways(grid(["1 1 3", "1 3 1"], AXES[1:]), AXES[1:], {"evidence": "reported"}) == [
            (1, "the tie shifts", "Evidence: conclusions too", "H1 and H3", 2)
        ]

    def test_from_a_set_without_evidence_any_leader_is_a_change(self):
        ways = self.ways(base={"min_reliability": "B", "evidence": "all"})
        assert [(changes, effect, run) for changes, effect, _, _, run in ways] == [
            (1, "a hypothesis leads", 2), (1, "a hypothesis leads", 4), (1, "a hypothesis leads", 5),
        ]  # fmt: skip

    def test_there_are_none_where_every_set_agrees(self):
        assert self.ways(grid(["1 2 3"] * 6)) == []

    def test_in_a_sample_are_those_that_were_run(self):
        assert self.ways(SAMPLE) == [
            (2, "the tie breaks", "Sources: named; Evidence: conclusions too", "H2", 4),
            (2, "no rated evidence is left", "Sources: good; Evidence: conclusions too", "none", 6),
        ]


class TestCurve:
    def test_sorts_sets_by_the_lead_those_that_share_one_in_one_step(self):
        """H1: -1 in runs 4 and 5, 0 in 1 and 3, 1 in 2; run 6 is not on it."""
        curve = robustness.curve(OUTCOMES, AXES, BASE, H, "H1")
        assert tuples(curve, "start", "end", "sets", "low", "middle", "high") == [
            (0, 2, 2, -1, -1, -1), (2, 4, 2, 0, 0, 0), (4, 5, 1, 1, 1, 1),
        ]  # fmt: skip

    def test_gives_the_share_of_a_steps_sets_that_make_each_choice(self):
        curve = robustness.curve(OUTCOMES, AXES, BASE, H, "H1")
        assert list(robustness.choices(AXES)["key"]) == list(curve.columns[7:])
        assert curve["min_reliability_0"].tolist() == [0, 0.5, 1]
        assert curve["min_reliability_1"].tolist() == [0.5, 0.5, 0]
        assert curve["min_reliability_2"].tolist() == [0.5, 0, 0]
        assert curve["evidence_1"].tolist() == [0.5, 0, 1]

    def test_marks_the_reports_own_set(self):
        assert robustness.curve(OUTCOMES, AXES, BASE, H, "H3")["own"].dropna().to_dict() == {1: -2}
        other = {"min_reliability": "F", "evidence": "all"}
        assert robustness.curve(OUTCOMES, AXES, other, H, "H1")["own"].dropna().to_dict() == {2: 1}

    @pytest.mark.parametrize("leads", [40, 900])
    def test_stays_small_however_many_sets_there_are_and_loses_none(self, leads):
        """Many axes' worth of sets with `leads` different leads of H1."""
        many = pd.concat([OUTCOMES.iloc[[1]]] * 2000, ignore_index=True)
        many["hypotheses.score_H2"] = 2 + np.arange(2000) % leads / 1000
        curve = robustness.curve(many, AXES, BASE, H, "H1")
        assert len(curve) == min(leads, robustness.BINS) and curve["sets"].sum() == 2000
        assert (curve["start"].iloc[1:].tolist(), curve["start"].iloc[0]) == (curve["end"].iloc[:-1].tolist(), 0)
        assert (curve["high"].to_numpy()[:-1] < curve["low"].to_numpy()[1:]).all(), "sets with one lead stay together"

    def test_does_not_depend_on_the_order_of_the_rows(self):
        shuffled = OUTCOMES.sample(frac=1, random_state=3)
        pd.testing.assert_frame_equal(
            robustness.curve(shuffled, AXES, BASE, H, "H1"), robustness.curve(OUTCOMES, AXES, BASE, H, "H1")
        )


class TestBase:
    def test_is_the_reports_own_set(self):
        own = USUAL | {"evidence": "all"}
        assert robustness.base(OUTCOMES, AXES, own, USUAL) == ({"min_reliability": "F", "evidence": "all"}, "")

    def test_takes_the_usual_value_where_the_reports_own_was_not_examined_and_says_so(self):
        found, note = robustness.base(OUTCOMES, AXES, USUAL | {"min_reliability": "C", "evidence": "all"}, USUAL)
        assert found == {"min_reliability": "F", "evidence": "all"}
        assert note.endswith("starts from the nearest, which differs from it in “Sources”.")

    def test_takes_the_nearest_set_of_a_sample(self):
        """From F with conclusions: runs 1, 4 and 6 are each one change off; run 1 is the usual."""
        found, note = robustness.base(SAMPLE, AXES, USUAL | {"evidence": "all"}, USUAL)
        assert found == BASE and "“Evidence”" in note

    def test_says_so_where_the_report_chooses_what_no_axis_varies(self):
        found, note = robustness.base(OUTCOMES, AXES, USUAL | {"weights": "equal"}, USUAL)
        assert found == BASE and "differs from it in “weights”." in note


class TestParameters:
    def test_own_are_written_as_on_the_command_line(self):
        record = keep(case(), min_reliability="C", exclude_blocs=["south", "north"], include_unnamed=False)
        own = robustness.own(case(), record.choices, "all", True, "equal", "first")
        assert [own[name] for name in ("min_reliability", "min_credibility", "exclude_blocs", "exclude_actors")] == [
            "C",
            "6",
            "north,south",
            "",
        ]
        assert [own[name] for name in ("include_unnamed", "evidence", "duplicates", "weights", "coder")] == ["no", "all", "yes", "equal", "first"]  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "value"), [("evidence", "some"), ("duplicates", "yes"), ("weights", "heavy"), ("coder", "nobody")]
    )
    def test_a_value_that_is_not_allowed_is_an_error(self, name, value):
        """Plain papermill hands over whatever was typed."""
        given = {"evidence": "all", "duplicates": False, "weights": "equal", "coder": "all"} | {name: value}
        with pytest.raises(ParameterError, match=f"^{name}: found"):
            robustness.own(case(), {}, **given)

    def test_usual_are_the_notebooks_defaults_and_the_cases_before_them(self):
        known = parameters.declared([ROOT / "notebooks" / "robustness.ipynb"])
        defaults = {name: parameters.written(each.default) for name, each in known.items() if name != "case"}
        assert robustness.usual(case()) == defaults
        record = SimpleNamespace(meta={"parameters": {"min_reliability": "D"}})
        assert robustness.usual(record) == defaults | {"min_reliability": "D"}


def test_the_chooser_gets_every_set_at_its_place_in_the_grid():
    assert robustness.chooser(SAMPLE, AXES, BASE, H) == {
        "axes": [
            {"name": "min_reliability", "label": "Sources", "values": [{"text": "F", "label": "all"}, {"text": "D", "label": "named"}, {"text": "B", "label": "good"}]},
            {"name": "evidence", "label": "Evidence", "values": [{"text": "reported", "label": "reports"}, {"text": "all", "label": "conclusions too"}]},
        ],
        "base": BASE,
        "hypotheses": [{"id": "H1", "title": "Peace"}, {"id": "H2", "title": "Land"}, {"id": "H3", "title": "Show"}],
        "runs": [[0, 1, 1, 3], [3, 2, 1, 3], [5, None, None, None]],
    }  # fmt: skip


def test_grounds_are_told_axis_by_axis():
    assert tuples(robustness.grounds(AXES, BASE), "label", "because", "values", "own") == [
        ("Sources", "Sources are a matter of taste.", "all; named; good", "all"),
        ("Evidence", "Evidence are a matter of taste.", "reports; conclusions too", "reports"),
    ]


class TestFigures:
    def values(self, outcomes=OUTCOMES, axes=AXES, base=None, note="") -> dict:
        return robustness.figures(outcomes, axes, base or BASE, H, note)

    def test_count_sets_and_answers(self):
        values = self.values()
        assert [values[name] for name in ("n_specs", "n_grid", "n_axes", "n_empty")] == [6, 6, 2, 1]
        assert [values[name] for name in ("n_same", "same_share", "n_kept", "kept_share")] == [2, "33%", 4, "67%"]
        assert (values["leader_ids"], values["leaders"]) == ("H1 and H2", "“Peace” (H1) and “Land” (H2)")
        assert (values["focal_id"], values["n_focal"], values["focal_share"]) == ("H1", 3, "50%")
        assert (values["survivor"], values["ranking"]) == (
            "“Peace” (H1) and “Land” (H2)",
            "Peace 50%, Land 50%, Show 17%",
        )
        assert (values["most_moving"], values["most_moving_share"], values["moving"]) == ("Evidence", "100%", "Evidence 100%, Sources 83%")  # fmt: skip
        assert (values["n_flip"], values["flip"]) == (1, "Evidence: conclusions too, or 1 other way")
        assert (values["n_other"], values["other"]) == (1, "Sources: good")

    def test_a_tie_is_told_as_a_tie(self):
        values = self.values()
        assert values["finding"] == (
            "With this report's choices “Peace” (H1) and “Land” (H2) share the lead, as in 2 of 6 sets of defensible choices (33%); "
            "“Peace” (H1) leads, alone or tied, in 3 (50%). It takes 1 changed choice to alter that (Evidence: conclusions too, or 1 other way); "
            "the choice that moves the answer most is “Evidence”, which alters it in 100% of the pairs of sets that differ in nothing else. "
            "In 1 of the sets no rated evidence is left."
        )
        assert values["carried"] == (
            "This answer holds in 2 of 6 sets of defensible choices (33%), and “Peace” (H1) leads, alone or tied, in 3 (50%); "
            "the choice that moves it most is “Evidence”."
        )

    def test_a_sole_leader_is_told_with_what_it_takes_to_unseat_it(self):
        scores = ["1 2 3", "1 2 3", "1 2 3", "1 2 3", "1 1 3", "1 1 3", "3 3 1", "3 3 1"]
        finding = self.values(grid(scores, BINARY), BINARY, NO)["finding"]
        assert finding.startswith(
            "With this report's choices “Peace” (H1) leads alone, as in 4 of 8 sets of defensible choices (50%); it leads, alone or tied, in 6 (75%). "
            "It takes 1 changed choice to alter that (ONE: with), and 2 to put another in the lead; "
        )

    def test_an_answer_that_always_holds_is_told_so(self):
        values = self.values(grid(["1 2 3"] * 6))
        assert (
            values["finding"]
            == "With this report's choices “Peace” (H1) leads alone, as in all 6 sets of defensible choices."
        )
        assert values["carried"] == "This answer holds in all 6 sets of defensible choices."
        assert (values["most_moving"], values["n_flip"], values["flip"]) == ("none", 0, "none")

    def test_one_set_is_not_many(self):
        values = self.values(
            OUTCOMES.head(1), (axis("evidence", "Evidence", reported="reports"),), {"evidence": "reported"}
        )
        assert "as in 1 of 1 set of defensible choices (100%)." in values["finding"]
        assert values["carried"] == "This answer holds in 1 of 1 set of defensible choices (100%)."

    def test_a_sample_is_told_as_a_sample(self):
        values = self.values(SAMPLE)
        assert (
            "as in 1 of 3 sets of defensible choices sampled from 6 (33%); “Land” (H2) leads, alone or tied, in 2 (67%)"
            in values["finding"]
        )
        assert "1 of 3 sets of defensible choices sampled from 6 (33%)" in values["carried"]

    def test_choices_that_were_not_examined_are_told_so(self):
        values = self.values(note="No set examined is this report's own.")
        assert values["finding"].startswith("With the nearest choices examined “Peace” (H1)")
        assert values["finding"].endswith("No set examined is this report's own.") and values["base_note"]
        assert values["carried"].startswith("The answer of the nearest choices examined (H1 and H2) holds in")

    def test_without_evidence_there_is_no_answer(self):
        values = self.values(base={"min_reliability": "B", "evidence": "all"})
        assert (values["leader_ids"], values["n_same"], values["n_kept"], values["focal_id"]) == ("none", 1, 0, "H1")
        assert values["finding"].startswith(
            "With this report's choices no rated evidence is left, as in 1 of 6 sets of defensible choices (17%); "
            "what leads most often is “Peace” (H1) and “Land” (H2), in 50%. It takes 1 changed choice to alter that"
        )
        assert values["carried"] == "There is no answer that could hold under other choices."

    def test_without_evidence_in_any_set_nothing_leads(self):
        values = self.values(grid([""] * 6))
        assert (
            values["finding"]
            == "With this report's choices no rated evidence is left, as in all 6 sets of defensible choices."
        )
        assert (values["survivor"], values["n_empty"], values["n_flip"]) == ("none", 6, 0)

    def test_thousands_are_set_apart_in_sentences(self):
        many = tuple(axis(f"axis{place}", "Axis", **{f"v{value}": "x" for value in range(4)}) for place in range(5))
        base = {each.name: "v0" for each in many}
        values = self.values(grid(["1 2 3"] * 1024, many), many, base)
        assert "all 1,024 sets" in values["finding"] and values["n_specs"] == 1024

    def test_names_are_the_same_whatever_was_examined(self):
        """A commentary names them, and a case may yet get its choices."""
        assert (
            self.values(robustness.unexamined(H), (), {}).keys() == self.values().keys() == self.values(SAMPLE).keys()
        )


class TestUnexamined:
    """A case that names no choices."""

    def test_says_so(self):
        values = robustness.figures(robustness.unexamined(H), (), {}, H)
        assert "was not examined" in values["finding"]
        assert values["carried"] == "Whether it holds under other choices was not examined."
        assert (values["n_specs"], values["same_share"], values["most_moving"], values["leaders"]) == (
            0,
            "n/a",
            "none",
            "none",
        )

    def test_every_frame_is_empty(self):
        nothing = robustness.unexamined(H)
        assert robustness.base(nothing, (), {}, {}) == ({}, "")
        assert robustness.survival(nothing, H)["led"].sum() == 0
        assert robustness.leverage(nothing, (), H).empty and robustness.flips(nothing, (), {}, H).empty
        assert robustness.curve(nothing, (), {}, H, "none").empty and robustness.choices(()).empty
        assert robustness.grounds((), {}).empty and robustness.chooser(nothing, (), {}, H)["runs"] == []
