"""Tidy frames, turned into charts; what each says in words is the notebook's to add.

Every chart draws one frame, so that the frame is its data table. Colours stand for blocs, stances or layers
and nothing else; the article's own voice is grey.

Altair would check each part of a chart as it is made, which costs a tenth of a run: the tests check every chart whole.
"""

import json
from itertools import cycle

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from sourcebook import theme
from sourcebook.statements import OWN

STEP = 24  # pixels a row
MOST = 60  # lines of a chart: more cannot be read, and a chart's data must not grow with its case
MARKS = 300  # marks of a chart that has one a row; of more, several rows share one


def _height(rows: int) -> int:
    return max(rows, 1) * STEP


def _first(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows of the first MOST values of a column, in the order in which these come."""
    values = frame[by].drop_duplicates()
    return frame if len(values) <= MOST else frame[frame[by].isin(values.iloc[:MOST])]


def _told_of(chart, whole: pd.DataFrame, by: str, nouns: str):
    """The chart, with a note for its caption where it draws only the first values of a column."""
    lines = whole[by].nunique()
    if lines > MOST:
        chart.usermeta = {"drawn": f"Drawn are the first {MOST} of {lines} {nouns}; the coded tables have all of them."}
    return chart


def _counts(largest: float, ticks: int = 0, **looks) -> alt.Axis:
    """An axis of whole numbers. Vega-Lite loses `tickMinStep`: one that ends at few is told how many ticks it has."""
    number = max(int(largest), 1) if largest <= (ticks or 8) else ticks
    return alt.Axis(tickMinStep=1, **({"tickCount": number} if number else {}), **looks)


def _blocs(frame: pd.DataFrame, labels: dict[str, str], title: str = "Voice") -> alt.Color:
    """Colour by the frame's `bloc`, the same for a bloc in every chart of the case, with only the blocs that occur."""
    colours = dict(zip(labels, cycle(theme.COLOURS))) | {OWN: theme.OWN}
    here = [bloc for bloc in [*labels, OWN] if bloc in set(frame["bloc"])]
    names = {bloc: labels.get(bloc, bloc) for bloc in here}
    scale = alt.Scale(domain=list(names.values()), range=[colours[bloc] for bloc in here])
    return alt.Color("voice:N", scale=scale, title=title)


def _told(*fields: str) -> list[alt.Tooltip]:
    """What a pointer is told. (Altair makes channels of plain text too, but takes a hundred times as long.)"""
    return [alt.Tooltip(field) for field in fields]


def _voiced(frame: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    return frame.assign(voice=frame["bloc"].astype("str").map(lambda bloc: labels.get(bloc, bloc)))


@debug_mode(False)
def sections(by_section: pd.DataFrame, blocs: dict[str, str]) -> alt.Chart:
    """Stacked bars: coded statements in each section of the article, by voice."""
    whole, by_section = by_section, _first(by_section, "section")
    frame = _voiced(by_section, blocs)
    rank = {bloc: place for place, bloc in enumerate([*blocs, OWN])}
    frame = frame.assign(layer=frame["bloc"].astype("str").map(rank))
    chart = alt.Chart(frame, width=theme.WIDTH, height=_height(frame["section"].nunique())).mark_bar().encode(
        x=alt.X("statements:Q", title="Coded statements", axis=_counts(by_section.groupby("section")["statements"].sum().max())),
        y=alt.Y("section:N", sort=None, title=None),
        color=_blocs(by_section, blocs),
        order=alt.Order("layer:Q"),
        tooltip=_told("section:N", "voice:N", "statements:Q"),
    )  # fmt: skip
    return _told_of(chart, whole, "section", "sections")


@debug_mode(False)
def distance(distance: pd.DataFrame) -> alt.Chart:
    """Stacked bars: coded statements by what stands between speaker and article, by mode."""
    modes = ["direct", "mixed", "indirect", "own"]
    shades = ["#1b4f72", "#3f86b5", "#a9c9de", theme.OWN]
    frame = distance.assign(layer=distance["mode"].map(modes.index))
    return alt.Chart(frame, width=theme.WIDTH, height=_height(frame["place"].nunique())).mark_bar().encode(
        x=alt.X("statements:Q", title="Coded statements", axis=_counts(distance.groupby("place")["statements"].sum().max())),
        y=alt.Y("place:N", sort=None, title=None),
        color=alt.Color("mode:N", scale=alt.Scale(domain=modes, range=shades), title="Words", legend=alt.Legend(columns=4)),
        order=alt.Order("layer:Q"),
        tooltip=_told("place:N", "mode:N", "statements:Q"),
    )  # fmt: skip


@debug_mode(False)
def claim_types(by_actor: pd.DataFrame, types: list[str]) -> alt.LayerChart:
    """A grid of counts: who does what by speaking. The number stands in the cell, so colour only helps the eye."""
    whole, by_actor = by_actor, _first(by_actor, "actor")
    base = alt.Chart(by_actor, width=theme.WIDTH, height=_height(by_actor["actor"].nunique())).encode(
        x=alt.X("claim_type:N", sort=types, title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("actor:N", sort=None, title=None),
        tooltip=_told("actor:N", "claim_type:N", "claims:Q"),
    )  # fmt: skip
    cells = base.mark_rect().encode(
        color=alt.Color("claims:Q", scale=alt.Scale(range=["#d6e4ef", "#2c6aa6"], domainMin=1), legend=None)
    )
    half = float(by_actor["claims"].max()) / 2 if len(by_actor) else 0
    dark = alt.ColorValue("#1f2328", condition={"test": alt.datum.claims > half, "value": "white"})
    chart = cells + base.mark_text().encode(text=alt.Text("claims:Q"), color=dark)
    return _told_of(chart, whole, "actor", "speakers")


@debug_mode(False)
def accounts(sides: pd.DataFrame, names: list[str], order: list[str]) -> alt.Chart:
    """A mark for each subject that a side speaks of, coloured by how the two accounts stand to each other."""
    colours = ["#b35806", "#e8964a", "#2c6aa6", "#6fa3cf", theme.OWN]
    looks = dict(zip(order, zip(colours, ["cross", "triangle-up", "circle", "diamond", "square"])))
    legend = alt.Legend(columns=1, orient="right")
    frame = sides[sides["claims"] > 0]
    topics = list(sides["topic"].drop_duplicates())
    here = [status for status in order if status in set(frame["status"])]
    return alt.Chart(frame, width=240, height=_height(len(topics))).mark_point(filled=True, size=170, opacity=1).encode(
        x=alt.X("side:N", sort=names, title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("topic:N", sort=topics, title=None, axis=alt.Axis(grid=True)),
        color=alt.Color("status:N", title="Told by", legend=legend, scale=alt.Scale(domain=here, range=[looks[status][0] for status in here])),
        shape=alt.Shape("status:N", title="Told by", legend=legend, scale=alt.Scale(domain=here, range=[looks[status][1] for status in here])),
        tooltip=_told("topic:N", "side:N", "ids:N", "status:N"),
    )  # fmt: skip


@debug_mode(False)
def readouts(subjects: pd.DataFrame, names: list[str], order: list[str]) -> alt.Chart:
    """A mark for what each side's own readout says on a subject, by how far it says what the article has it say."""
    colours = ["#b35806", "#2c6aa6", "#6fa3cf", theme.OWN, theme.OWN]
    looks = dict(zip(order, zip(colours, ["cross", "circle", "diamond", "stroke", "stroke"])))
    legend = alt.Legend(columns=1, orient="right")
    topics = list(subjects["topic"].drop_duplicates())
    here = [mark for mark in order if mark in set(subjects["says"])]
    return alt.Chart(subjects, width=240, height=_height(len(topics))).mark_point(filled=True, size=170, opacity=1, strokeWidth=3).encode(
        x=alt.X("side:N", sort=names, title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("topic:N", sort=topics, title=None, axis=alt.Axis(grid=True)),
        color=alt.Color("says:N", title="The readout", legend=legend, scale=alt.Scale(domain=here, range=[looks[mark][0] for mark in here])),
        stroke=alt.Stroke("says:N", title="The readout", legend=legend, scale=alt.Scale(domain=here, range=[looks[mark][0] for mark in here])),
        shape=alt.Shape("says:N", title="The readout", legend=legend, scale=alt.Scale(domain=here, range=[looks[mark][1] for mark in here])),
        tooltip=_told("topic:N", "side:N", "says:N", "ids:N"),
    )  # fmt: skip


@debug_mode(False)
def carriage(tally: pd.DataFrame, order: list[str]) -> alt.Chart:
    """Stacked bars: the assessor's judgements by what became of them in the article, relayed and concluded apart."""
    layers = list(tally["layer"].drop_duplicates().sort_values())
    here = [status for status in order if status in set(tally["status"])]
    return alt.Chart(tally, width=theme.WIDTH, height=_height(len(here))).mark_bar().encode(
        x=alt.X("judgements:Q", title="Judgements", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("status:N", sort=here, title=None),
        color=alt.Color("layer:N", title=None, scale=alt.Scale(domain=layers, range=["#1b4f72", "#a9c9de"])),
        order=alt.Order("layer:O"),
        tooltip=_told("status:N", "layer:N", "judgements:Q", "ids:N"),
    )  # fmt: skip


@debug_mode(False)
def timeline(timeline: pd.DataFrame) -> alt.Chart | alt.VConcatChart:
    """What the article dates, a row each, from first to last day; where nothing is dated for a year, the axis starts anew."""
    whole, timeline = timeline.assign(entry=range(len(timeline))), timeline.iloc[:MOST]
    frame = timeline.assign(
        until=timeline["end"] + pd.Timedelta(hours=23),
        label=timeline["id"].where(timeline["kind"] == "event", "") + " " + timeline["what"],
    )
    quiet = frame["date"] - frame["end"].cummax().shift()
    part = (quiet > pd.Timedelta(days=366)).cumsum()
    if not part.any():
        return _told_of(_stretch(alt.Chart(frame), frame), whole, "entry", "entries")
    frame = frame.assign(part=part)
    parts = [
        _stretch(alt.Chart().transform_filter(alt.datum.part == number), rows) for number, rows in frame.groupby("part")
    ]
    chart = alt.vconcat(*parts, data=frame, spacing=34, bounds="flush")
    return _told_of(chart, whole, "entry", "entries")


def _stretch(chart: alt.Chart, frame: pd.DataFrame) -> alt.Chart:
    """The entries of one stretch of time on an axis of their own, in days while these can be told apart."""
    whole = ["event", "source"]
    days = (frame["end"].max() - frame["date"].min()).days if len(frame) else 0
    in_days = {"format": "%-d %b", "tickCount": "day"}
    in_months = {"format": "%b %Y", "tickCount": "month"}
    axis = alt.Axis(**in_days if days <= 60 else in_months if days <= 400 else {"format": "%Y", "tickCount": "year"})
    return chart.properties(width=theme.WIDTH - 60, height=_height(len(frame))).mark_bar(height=10, cornerRadius=3).encode(
        x=alt.X("date:T", title=None, axis=axis),
        x2=alt.X2("until:T"),
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=330)),
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=whole, range=[theme.COLOURS[0], theme.OWN])),
        tooltip=[*_told("what:N"), alt.Tooltip("date:T", format="%-d %B %Y"), *_told("precision:N")],
    )  # fmt: skip


@debug_mode(False)
def stances(stances: pd.DataFrame, blocs: dict[str, str], meaning: dict[int, str]) -> alt.LayerChart:
    """One mark a reaction on the scale from rejecting to praising, actors sorted by their mean."""
    whole, stances = stances, _first(stances, "actor")
    if len(stances) > MARKS:
        stances = _together(stances)
    order = list(
        stances.astype({"stance": float})
        .groupby("actor")["stance"]
        .mean()
        .sort_values(ascending=False, kind="stable")
        .index
    )
    frame = _voiced(stances, blocs)
    # Two reactions of one speaker with one stance stand side by side, not on top of each other.
    beside = frame.groupby(["actor", "stance"]).cumcount() * (1 - 2 * (frame["stance"] > 0).astype(int))
    frame["place"] = frame["stance"].astype(float) + 0.14 * beside
    base = alt.Chart(frame, width=theme.WIDTH, height=_height(len(order)) + 10)
    words = " : ".join(f"datum.value == {stance} ? {json.dumps(word)}" for stance, word in meaning.items())
    axis = alt.Axis(values=list(meaning), labelExpr=f"{words} : ''", domain=False, labelFlush=False)
    marks = base.mark_point(filled=True, size=150, opacity=1).encode(
        x=alt.X("place:Q", title=None, axis=axis, scale=alt.Scale(domain=[-2.3, 2.3], nice=False)),
        y=alt.Y("actor:N", sort=order, title=None, axis=alt.Axis(grid=True)),
        color=_blocs(frame, blocs, title="Speaks for"),
        shape=alt.Shape("voice:N", title="Speaks for", scale=alt.Scale(domain=[blocs.get(bloc, bloc) for bloc in blocs if bloc in set(frame["bloc"])])),
        tooltip=_told("id:N", "actor:N", "meaning:N", "target:N", "gist:N"),
    )  # fmt: skip
    chart = base.transform_aggregate(rows="count()").mark_rule(strokeDash=[3, 3]).encode(x=alt.datum(0)) + marks
    return _told_of(chart, whole, "actor", "speakers")


def _together(stances: pd.DataFrame) -> pd.DataFrame:
    """One row for all reactions of a speaker that have one stance: the first of them, and how many more there are."""
    alike = stances.groupby(["actor", "stance"], observed=True, sort=False)["id"]
    more = alike.transform("size") - 1
    told = stances["id"].where(more == 0, stances["id"] + " and " + more.astype("str") + " more")
    return stances.assign(id=told)[alike.cumcount() == 0]


@debug_mode(False)
def bearing(bearing: pd.DataFrame) -> alt.Chart:
    """Diverging bars: rows of the article for (right) and against (left) each conclusion of the assessor."""
    kinds = ["supports", "undercuts", "contradicts"]
    whole, bearing = bearing, _first(bearing, "id")
    frame = bearing.assign(label=bearing["id"] + " " + bearing["gist"])
    ends = frame.assign(left=frame["signed"] < 0).groupby(["id", "left"])["signed"].sum()
    span = max(ends.max(), 0) - min(ends.min(), 0) if len(ends) else 0
    chart = alt.Chart(frame, width=theme.WIDTH - 130, height=_height(frame["id"].nunique())).mark_bar().encode(
        x=alt.X("signed:Q", title="Rows that weaken (left) or support (right)", axis=_counts(span, labelExpr="abs(datum.value)")),
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)),
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=["#2c6aa6", "#e8964a", "#b35806"])),
        tooltip=_told("id:N", "kind:N", "rows:Q", "gist:N"),
    )  # fmt: skip
    return _told_of(chart, whole, "id", "conclusions")


@debug_mode(False)
def stress(stress: pd.DataFrame, groups: list[str]) -> alt.Chart:
    """A column a group: how many statements each makes on each topic, the statement's own topics on top."""
    topics = list(stress["topic"].drop_duplicates())
    frame = stress.assign(highlight=stress["only_readout"])
    return alt.Chart(frame, width=150, height=_height(len(topics))).mark_bar().encode(
        x=alt.X("rows:Q", title="Statements", axis=_counts(stress["rows"].max(), ticks=4)),
        y=alt.Y("topic:N", sort=topics, title=None),
        color=alt.Color("group:N", legend=None, scale=alt.Scale(domain=groups, range=[theme.COLOURS[1], theme.COLOURS[5], theme.OWN])),
        column=alt.Column("group:N", sort=groups, title=None, header=alt.Header(labelAnchor="start", labelFontWeight=600)),
        tooltip=_told("topic:N", "group:N", "rows:Q", "ids:N"),
    )  # fmt: skip


@debug_mode(False)
def scores(scores: pd.DataFrame) -> alt.LayerChart:
    """Bars: how much of the evidence speaks against each hypothesis, the least first."""
    frame = scores.assign(label=scores["id"] + " " + scores["title"])
    base = alt.Chart(frame, width=theme.WIDTH, height=_height(len(frame))).encode(
        x=alt.X("inconsistency:Q", title="Weighted inconsistency (less is better)"),
        y=alt.Y("label:N", sort=None, title=None),
        tooltip=_told("label:N", "statement:N", "inconsistency:Q", "against:Q", "strongly_against:Q"),
    )  # fmt: skip
    number = base.mark_text(align="left", dx=5).encode(text=alt.Text("inconsistency:Q", format=".2f"))
    return base.mark_bar(color=theme.COLOURS[0]) + number


@debug_mode(False)
def matrix(grid: pd.DataFrame) -> alt.LayerChart:
    """The matrix of consistency ratings, the most telling items on top; the rating stands in the cell."""
    ratings = ["II", "I", "N", "C", "CC"]
    whole, grid = grid, _first(grid, "item")
    base = alt.Chart(grid, width=250, height=max(grid["item"].nunique(), 1) * 20).encode(
        x=alt.X("hypothesis_id:N", title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)),
        tooltip=_told("label:N", "hypothesis:N", "rating:N", "rationale:N"),
    )  # fmt: skip
    shades = alt.Scale(domain=ratings, range=theme.DIVERGING[:2] + ["transparent"] + theme.DIVERGING[3:])
    cells = base.mark_rect().encode(color=alt.Color("rating:N", scale=shades, legend=None))
    ends = alt.FieldOneOfPredicate("rating", ["II", "CC"])
    quiet = alt.FieldOneOfPredicate("rating", ["N"])
    words = base.mark_text(fontSize=11).encode(
        text=alt.Text("rating:N"),
        color=alt.ColorValue("#1f2328", condition={"test": ends, "value": "white"}),
        opacity=alt.OpacityValue(1, condition={"test": quiet, "value": 0}),
    )
    return _told_of(cells + words, whole, "item", "items")


@debug_mode(False)
def agreement(agreement: pd.DataFrame, tentative: float, reliable: float) -> alt.LayerChart:
    """A point for the alpha of each kind of judgement, with its interval, against the two marks that are customary."""
    labels = agreement["label"] + " (" + agreement["units"].astype("str") + ")"
    frame = agreement.assign(name=labels, words=agreement["alpha"].map("{:.3f}".format))
    lowest = min([0.0, *agreement["low"], *agreement["alpha"]])
    base = alt.Chart(frame, width=theme.WIDTH, height=max(len(frame), 1) * (STEP + 14))
    scale = alt.Scale(domain=[lowest, 1], nice=False, padding=8)
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=True))
    marks = base.transform_aggregate(rows="count()")
    rules, names = [], []
    for mark, word, lift in ((tentative, "tentative", 7), (reliable, "reliable", 7 if lowest > -0.3 else 21)):
        x = alt.datum(mark)
        rules.append(marks.mark_rule(strokeDash=[3, 3]).encode(x=x))
        names.append(marks.mark_text(align="left", dx=3, dy=-lift).encode(x=x, y=alt.value(0), text=alt.datum(word)))
    spread = base.mark_rule(strokeWidth=3, color=theme.COLOURS[5]).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    points = base.mark_point(filled=True, size=110, opacity=1, color=theme.COLOURS[0]).encode(
        x=alt.X("alpha:Q", title="Krippendorff’s alpha (1: full agreement, 0: as by chance)", scale=scale),
        y=y,
        tooltip=_told("label:N", "units:Q", "alpha:Q", "low:Q", "high:Q", "reading:N"),
    )  # fmt: skip
    words = base.mark_text(align="left").encode(x=alt.value(theme.WIDTH + 6), y=y, text=alt.Text("words:N"))
    return alt.layer(*rules, spread, points, words, *names)
