"""What one changed choice does to a ranking, by hand: ties, gaps in the grid, runs without evidence."""

import pytest

from sourcebook import changes

AXES = [
    {"name": "a", "label": "First", "values": [{"text": "x", "label": "an x"}, {"text": "", "label": "nothing"}]},
    {"name": "b", "label": "Second", "values": [{"text": text, "label": f"a {text}"} for text in ("1", "2", "3")]},
]
HYPOTHESES = [{"id": "H1", "title": "One"}, {"id": "H2", "title": "Two"}]
ROWS = [
    ("none (this report)", "", "“One” (H1)", 1.0, ""),
    ("First", "nothing", "“Two” (H2)", 0.5, "no"),
    ("Second", "a 1", "“One” (H1) and “Two” (H2)", 0.0, "no"),
    ("Second", "a 3", "“One” (H1)", 3.5, "yes"),
]
RUNS = [[0, 2.0, 2.0], [1, 1.0, 2.0], [2, 0.5, 4.0], [4, 1.5, 1.0]]


def single(runs):
    return list(changes.single(AXES, {"a": "x", "b": "2"}, HYPOTHESES, runs).itertuples(index=False, name=None))


def test_each_other_value_of_each_axis_is_a_row_after_the_reports_own():
    assert single(RUNS) == ROWS


def test_a_set_of_choices_that_was_not_run_says_so():
    *_, (_, _, leaders, margin, same) = single([run for run in RUNS if run[0] != 2])
    assert (leaders, same) == ("not run", "") and margin != margin


def test_a_run_without_evidence_has_no_leader():
    *_, (_, _, leaders, margin, same) = single([*RUNS[:2], [2, None, None]])
    assert (leaders, same) == ("no evidence left", "") and margin != margin


@pytest.mark.parametrize("own", [[], [[1, None, None]]])
def test_where_the_report_has_no_leader_nothing_is_like_it_or_unlike_it(own):
    assert {same for *_, same in single([run for run in RUNS if run[0] != 1] + own)} == {""}


@pytest.mark.parametrize("place", range(6))
def test_the_last_axis_varies_fastest(place):
    chosen = {"a": ["x", ""][place // 3], "b": "123"[place % 3]}
    assert changes.place(chosen, AXES) == place


def test_scores_that_differ_by_rounding_alone_are_tied():
    (scores,) = changes.scores([[0, 0.1 + 0.2, 0.3]]).values()
    assert changes.leaders(scores) == [0, 1]


@pytest.mark.parametrize(("scores", "margin"), [((3000, 1000, 2250), 1.25), ((1, 1, 5), 0), ((7,), 0)])
def test_the_margin_is_the_distance_to_the_next(scores, margin):
    assert changes.margin(scores) == margin
