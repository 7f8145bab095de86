"""Every chart is a valid Vega-Lite specification that renders: of the made-up case, of one row, of none, and of hostile text."""

import json

import pandas as pd
import pytest
import vl_convert
from smallcase import OUTSIDE, STANCES, case, emptied, outside
from test_analysis_agreement import measured

from sourcebook import charts, theme
from sourcebook.analysis import agreement, assessment, claims, corroboration, hypotheses, messaging, reactions, source
from sourcebook.statements import OWN, statements

NAMES = ["North", "South"]
BLOCS = {"north": "the North", "south": "the South", "outside": "others"}
HOSTILE = (
    """<script>alert(1)</script> "quoted" 'single' \\ {{7*7}} [x](javascript:alert(1)) datum.value & ünïcode\n😀 end"""
)


def frames(record) -> dict:
    """What each chart draws, as the notebooks compute it."""
    said = statements(record)
    accounts = claims.accounts(record.claims, record.actors, record.relations, "E01", ["north", "south"])
    items = hypotheses.evidence(record)
    matrix = hypotheses.matrix(record.consistency, items)
    scores = hypotheses.scores(matrix, items, record.hypotheses)
    told = outside(record)
    return {
        "sections": source.by_section(said, record.paragraphs),
        "distance": source.distance(said),
        "claim_types": claims.by_actor(record.claims, record.actors),
        "accounts": claims.sides(accounts, NAMES),
        "readouts": corroboration.subjects(told, NAMES),
        "carriage": corroboration.tally(
            corroboration.carriage(record.assessments, record.corroboration, ["study_2020"])
        ),
        "timeline": claims.timeline(record.events, record.sources),
        "stances": reactions.stances(record),
        "bearing": assessment.bearing(assessment.support(record.assessments, record.relations)),
        "stress": messaging.stress(said, "readout"),
        "scores": scores,
        "matrix": hypotheses.grid(matrix, items, scores),
        "agreement": measured(record),
    }


DRAW = {
    "sections": lambda frame: charts.sections(frame, BLOCS),
    "distance": charts.distance,
    "claim_types": lambda frame: charts.claim_types(frame, ["assertion", "denial", "demand"]),
    "accounts": lambda frame: charts.accounts(frame, NAMES, claims.ORDER),
    "readouts": lambda frame: charts.readouts(frame, NAMES, list(corroboration.MARKS.values())),
    "carriage": lambda frame: charts.carriage(frame, corroboration.CARRIAGE),
    "timeline": charts.timeline,
    "stances": lambda frame: charts.stances(frame, BLOCS, STANCES),
    "bearing": charts.bearing,
    "stress": lambda frame: charts.stress(frame, messaging.GROUPS),
    "scores": charts.scores,
    "matrix": charts.matrix,
    "agreement": lambda frame: charts.agreement(frame, agreement.TENTATIVE, agreement.RELIABLE),
}
# The columns whose text comes from a case's cells; the others hold codes and computed words.
CELLS = {
    "sections": "section", "distance": "place", "claim_types": "actor", "accounts": "topic", "timeline": "what",
    "readouts": "topic", "carriage": "status",
    "stances": "actor", "bearing": "gist", "stress": "topic", "scores": "title", "matrix": "label", "agreement": "label",
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    return frames(case(corroboration=OUTSIDE))


def spec(chart) -> dict:
    """The specification as the notebooks show it, with the house's look."""
    return chart.to_dict(validate=True) | {"config": theme.config()}


def svg(specification: dict) -> str:
    return vl_convert.vegalite_to_svg(specification, vl_version="5.20")


def data(specification: dict) -> list[dict]:
    return specification["datasets"][specification["data"]["name"]]


def texts(picture: str) -> str:
    """The words in a picture, in order."""
    import xml.etree.ElementTree as ElementTree

    return "\n".join(
        element.text or "" for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")
    )


def test_every_chart_of_the_module_is_drawn_here():
    import inspect

    public = {
        name
        for name, function in inspect.getmembers(charts, inspect.isfunction)
        if function.__module__ == charts.__name__
    }
    assert {name for name in public if not name.startswith("_")} == set(DRAW) == set(CELLS)


@pytest.mark.parametrize("name", DRAW)
class TestEveryChart:
    def test_draws_its_frame_whole(self, name, drawn):
        """The frame is the chart's data table, so every row of it is in the specification, and its words in the picture."""
        specification = spec(DRAW[name](drawn[name]))
        rows = drawn[name][drawn[name]["claims"] > 0] if name == "accounts" else drawn[name]
        assert len(data(specification)) == len(rows)
        picture = texts(svg(specification))
        for word in rows[CELLS[name]].astype(str).str.split().str[0].unique():
            assert word in picture

    def test_draws_one_row(self, name, drawn):
        specification = spec(DRAW[name](drawn[name].iloc[:1]))
        assert len(data(specification)) == 1
        assert str(drawn[name][CELLS[name]].iloc[0]).split()[0] in texts(svg(specification))

    def test_draws_nothing_left_as_an_empty_chart(self, name, drawn):
        specification = spec(DRAW[name](drawn[name].iloc[:0]))
        assert data(specification) == []
        assert svg(specification).startswith("<svg")

    def test_draws_a_case_of_which_nothing_is_left(self, name):
        assert svg(spec(DRAW[name](frames(emptied(case(corroboration=OUTSIDE)))[name]))).startswith("<svg")

    def test_shows_hostile_text_as_text(self, name, drawn):
        frame = drawn[name].copy()
        frame[CELLS[name]] = frame[CELLS[name]].astype(str) + HOSTILE
        picture = svg(spec(DRAW[name](frame)))
        assert "<script>alert" not in picture
        assert "<script>alert" in texts(picture), "escaped, and still there to be read"

    def test_the_same_data_gives_the_same_specification(self, name, drawn):
        first, second = (
            json.dumps(DRAW[name](frame[name]).to_dict()) for frame in (drawn, frames(case(corroboration=OUTSIDE)))
        )
        assert first == second

    def test_leaves_its_frame_as_it_was(self, name):
        frame, same = frames(case(corroboration=OUTSIDE))[name], frames(case(corroboration=OUTSIDE))[name]
        DRAW[name](frame)
        assert list(frame.columns) == list(same.columns) and frame.equals(same)

    def test_brings_no_look_of_its_own_and_asks_nobody(self, name, drawn):
        specification = DRAW[name](drawn[name]).to_dict()
        assert set(specification.get("config", {})) <= {"view"}, "Altair's own default, which the house's look replaces"
        text = json.dumps({key: value for key, value in specification.items() if key != "$schema"})
        assert "http" not in text and '"url"' not in text


class TestColours:
    def scale(self, chart, field="voice"):
        found = []

        def walk(part):
            if isinstance(part, dict):
                if part.get("field") == field and "scale" in part and "range" in part["scale"]:
                    found.append(dict(zip(part["scale"]["domain"], part["scale"]["range"])))
                for value in part.values():
                    walk(value)
            elif isinstance(part, list):
                for value in part:
                    walk(value)

        walk(chart.to_dict())
        return found[0]

    def test_a_side_has_one_colour_in_every_chart_whoever_else_is_in_it(self, drawn):
        whole = self.scale(charts.sections(drawn["sections"], BLOCS))
        part = drawn["sections"][drawn["sections"]["bloc"] == "outside"]
        assert self.scale(charts.sections(part, BLOCS)) == {"others": whole["others"]}
        assert self.scale(charts.stances(drawn["stances"], BLOCS, STANCES))["others"] == whole["others"]

    def test_the_articles_own_voice_is_no_sides_colour(self, drawn):
        scale = self.scale(charts.sections(drawn["sections"], BLOCS))
        assert scale[OWN] == theme.OWN
        assert theme.OWN not in theme.COLOURS

    def test_sides_differ_in_colour(self, drawn):
        scale = self.scale(charts.sections(drawn["sections"], BLOCS))
        assert len(set(scale.values())) == len(scale) == 4

    def test_a_status_keeps_its_colour_when_others_are_missing(self, drawn):
        frame = drawn["accounts"]
        whole = self.scale(charts.accounts(frame, NAMES, claims.ORDER), "status")
        alone = self.scale(charts.accounts(frame[frame["status"] == "one side only"], NAMES, claims.ORDER), "status")
        assert alone == {"one side only": whole["one side only"]}


class TestStances:
    def test_two_reactions_of_one_speaker_with_one_stance_do_not_cover_each_other(self, drawn):
        twice = drawn["stances"].iloc[[2, 2]]
        places = [row["place"] for row in data(spec(charts.stances(twice, BLOCS, STANCES)))]
        assert len(set(places)) == 2

    @pytest.mark.parametrize("stance", [-2, -1, 0, 1, 2])
    def test_many_of_them_stay_on_the_scale(self, drawn, stance):
        many = drawn["stances"].iloc[[0] * 8].assign(stance=stance)
        places = [row["place"] for row in data(spec(charts.stances(many, BLOCS, STANCES)))]
        assert all(-2.3 <= place <= 2.3 for place in places)

    def test_the_axis_says_what_each_step_means(self, drawn):
        picture = texts(svg(spec(charts.stances(drawn["stances"], BLOCS, STANCES))))
        assert all(word in picture for word in STANCES.values())

    def test_a_step_may_be_named_with_any_mark(self, drawn):
        meaning = STANCES | {-1: "doesn't \\ trust"}
        assert "doesn't \\ trust" in texts(svg(spec(charts.stances(drawn["stances"], BLOCS, meaning))))


class TestCounts:
    """Rows are whole: an axis that ends at few of them has no halves on it."""

    def ticks(self, chart) -> list[str]:
        return [word for word in texts(svg(spec(chart))).splitlines() if word.replace(".", "").isdecimal()]

    @pytest.mark.parametrize("largest", [1, 2, 3, 5, 8])
    def test_no_axis_that_ends_at_few_has_halves(self, drawn, largest):
        bearing = drawn["bearing"].iloc[:1].assign(kind="supports", signed=largest, rows=largest)
        stress = drawn["stress"].iloc[:1].assign(rows=largest)
        sections = drawn["sections"].iloc[:1].assign(statements=largest)
        distance = drawn["distance"].iloc[:1].assign(statements=largest)
        for chart in (
            charts.bearing(bearing), charts.stress(stress, messaging.GROUPS), charts.sections(sections, BLOCS), charts.distance(distance)
        ):  # fmt: skip
            ticks = self.ticks(chart)
            assert len(ticks) >= 2 and not [tick for tick in ticks if "." in tick], ticks

    def test_an_axis_to_both_sides_counts_both(self, drawn):
        row = drawn["bearing"].iloc[:1]
        both = pd.concat(
            [row.assign(kind="supports", signed=4, rows=4), row.assign(kind="undercuts", signed=-1, rows=1)]
        )
        assert self.ticks(charts.bearing(both)) == ["1", "0", "1", "2", "3", "4"]


class TestTimeline:
    def entries(self, *rows):
        """Entries of a timeline as (id, first day, last day)."""
        frame = pd.DataFrame(rows, columns=["id", "date", "end"])
        frame = frame.assign(what="Something", kind="event", precision="day")
        return frame.assign(date=pd.to_datetime(frame["date"]), end=pd.to_datetime(frame["end"]))

    RECENT = ("E02", "2031-06-09", "2031-06-09"), ("E03", "2031-06-11", "2031-06-11")

    def test_days_that_are_close_share_one_axis(self):
        specification = spec(charts.timeline(self.entries(*self.RECENT)))
        assert "vconcat" not in specification
        assert "9 Jun" in texts(svg(specification)) and "2031" not in texts(svg(specification))

    def test_an_entry_of_decades_ago_does_not_press_the_others_into_one_line(self):
        """Otherwise every day of a month is drawn at the same place, under ticks that name no year."""
        old = ("E01", "1974-01-01", "1974-12-31")
        specification = spec(charts.timeline(self.entries(old, *self.RECENT)))
        assert [len(part["encoding"]) for part in specification["vconcat"]] == [5, 5]
        assert len(data(specification)) == 3
        words = texts(svg(specification))
        assert "Jan 1974" in words and "9 Jun" in words

    def test_a_long_period_that_reaches_the_next_entry_leaves_no_gap(self):
        assert "vconcat" not in spec(charts.timeline(self.entries(("E01", "2030-01-01", "2030-12-31"), *self.RECENT)))

    @pytest.mark.parametrize(
        ("last", "tick"), [("2031-06-30", "11 Jun"), ("2031-09-30", "Jul 2031"), ("2034-06-01", "2033")]
    )
    def test_ticks_are_as_fine_as_can_be_told_apart(self, last, tick):
        assert tick in texts(svg(spec(charts.timeline(self.entries(*self.RECENT, ("E04", "2031-06-12", last))))))


class TestTheme:
    def test_light_and_dark_differ_in_ink_only(self):
        light, dark = theme.config(), theme.config(dark=True)
        assert light.keys() == dark.keys()
        assert light["range"] == dark["range"], "a side keeps its colour at night"
        assert light["axis"]["labelColor"] != dark["axis"]["labelColor"]

    def test_the_page_shines_through(self):
        assert theme.config()["background"] == theme.config(dark=True)["background"] == "transparent"
