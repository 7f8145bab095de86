"""The charts of robustness are valid Vega-Lite, render, and stay small: of hand-made outcomes, of one row, of none, of hostile text."""

import inspect
import json

import numpy as np
import pandas as pd
import pytest
from test_analysis_robustness import AXES, BASE, OUTCOMES, SAMPLE, H, axis
from test_charts import HOSTILE, data, spec, svg, texts

from sourcebook import curves
from sourcebook.analysis import robustness


def frames(outcomes=OUTCOMES, axes=AXES, hypotheses=H) -> dict:
    return {
        "survival": robustness.survival(outcomes, hypotheses),
        "curve": robustness.curve(outcomes, axes, BASE, hypotheses, "H1"),
        "leverage": robustness.leverage(outcomes, axes, hypotheses),
    }


def draw(name: str, frame: pd.DataFrame, axes=AXES):
    more = {"survival": [len(OUTCOMES)], "curve": [robustness.choices(axes)], "leverage": []}
    return getattr(curves, name)(frame, *more[name])


NAMES = list(frames())


def test_every_chart_of_the_module_is_drawn_here():
    functions = inspect.getmembers(curves, inspect.isfunction)
    public = {name for name, each in functions if each.__module__ == curves.__name__ and not name.startswith("_")}
    assert public == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
class TestEveryChart:
    def test_draws_its_frame_whole_and_has_it_as_its_data_table(self, name):
        frame = frames()[name]
        specification = spec(draw(name, frame))
        assert len(data(specification)) == len(frame) and set(frame.columns) <= set(data(specification)[0])
        assert len(specification["datasets"]) == 1
        assert "NaN" not in texts(svg(specification))

    def test_draws_one_row(self, name):
        assert svg(spec(draw(name, frames()[name].head(1))))

    def test_draws_none(self, name):
        nothing = frames(robustness.unexamined(H), ())[name].head(0)
        assert svg(spec(draw(name, nothing, ())))

    def test_draws_a_sample_and_sets_without_evidence(self, name):
        for outcomes in (SAMPLE, OUTCOMES.tail(1)):
            assert svg(spec(draw(name, frames(outcomes)[name])))

    def test_shows_a_hostile_text_as_text(self, name):
        hostile = H.assign(title=HOSTILE)
        axes = tuple(axis(each.name, HOSTILE, **{choice.text: HOSTILE for choice in each.choices}) for each in AXES)
        picture = svg(spec(draw(name, frames(axes=axes, hypotheses=hostile)[name], axes)))
        assert "<script" not in picture
        assert any(word in texts(picture) for word in ("<script>alert(1)", "H1 <script>"))

    def test_leaves_its_frame_as_it_was_and_is_the_same_each_time(self, name):
        frame, same = frames()[name], frames()[name]
        first = json.dumps(draw(name, frame).to_dict())
        pd.testing.assert_frame_equal(frame, same)
        assert json.dumps(draw(name, same).to_dict()) == first


class TestSurvival:
    def test_tells_alone_from_tied_and_writes_the_share(self):
        picture = texts(svg(spec(draw("survival", frames()["survival"]))))
        assert all(word in picture.split("\n") for word in ("H1 Peace", "alone", "tied", "50%", "17%"))


class TestLeverage:
    def test_two_choices_of_one_name_have_a_bar_each(self):
        axes = tuple(axis(each.name, "Same", **{choice.text: choice.label for choice in each.choices}) for each in AXES)
        picture = texts(svg(spec(draw("leverage", frames(axes=axes)["leverage"])))).split("\n")
        assert picture.count("Same") == 2 and {"100%", "83%"} <= set(picture)

    def test_says_where_no_pair_was_run(self):
        assert "no pair" in texts(svg(spec(draw("leverage", frames(SAMPLE)["leverage"]))))


class TestCurve:
    def test_marks_this_report_and_names_every_choice_under_its_heading(self):
        picture = texts(svg(spec(draw("curve", frames()["curve"])))).split("\n")
        assert picture.count("this report") == 1
        labels = ["Sources", "all", "named", "good", "Evidence", "reports", "conclusions too"]
        assert [word for word in picture if word in labels] == labels

    def test_marks_nothing_where_the_report_has_no_answer(self):
        nowhere = robustness.curve(OUTCOMES, AXES, {"min_reliability": "B", "evidence": "all"}, H, "H1")
        assert "this report" not in texts(svg(spec(draw("curve", nowhere))))

    def test_stays_small_however_many_sets_there_are(self):
        """Its pictures and its specification, of two thousand sets with as many leads."""
        many = pd.concat([OUTCOMES.head(5)] * 400, ignore_index=True)
        many["hypotheses.score_H1"] = 1 + np.arange(2000) / 1000
        specification = spec(draw("curve", frames(many)["curve"]))
        assert len(svg(specification)) < 100_000 and len(json.dumps(specification)) < 40_000
