"""Frames of sourcebook.analysis.robustness, turned into charts of how an answer depends on the choices behind it.

As in sourcebook.charts every chart draws one frame, which is its data table. Shades, not colours, tell things apart.
"""

import json

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from sourcebook import theme

STEP, ROW = 24, 15  # pixels a bar, and a row of choices
FULL, PALE = "#2c6aa6", "#a9c9de"


def _named(labels: dict[str, str]) -> str:
    """An expression for the label of an axis whose values are the names of something."""
    return f"{json.dumps(labels)}[datum.value]"


def _height(frame: pd.DataFrame) -> int:
    return max(len(frame), 1) * STEP


@debug_mode(False)
def survival(survival: pd.DataFrame, sets: int) -> alt.LayerChart:
    """Stacked bars: in how many of the sets of choices each hypothesis leads, alone or tied."""
    frame = survival.assign(label=survival["id"] + " " + survival["title"]).astype({"best": object, "worst": object})
    base = alt.Chart(frame, width=theme.WIDTH, height=_height(frame)).encode(
        y=alt.Y("label:N", sort=list(frame["label"]), title=None)
    )
    bars = base.transform_fold(["alone", "tied"], as_=["how", "number"]).mark_bar().encode(
        x=alt.X("number:Q", title="Sets of choices", scale=alt.Scale(domain=[0, max(sets, 1)], nice=False), axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("how:N", title="Leads", scale=alt.Scale(domain=["alone", "tied"], range=[FULL, PALE])),
        order=alt.Order("how:O"),
        tooltip=["label:N", "how:N", "number:Q"],
    )  # fmt: skip
    return bars + base.mark_text(align="left", dx=5).encode(x="led:Q", text=alt.Text("share:Q", format=".0%"))


@debug_mode(False)
def curve(curve: pd.DataFrame, choices: pd.DataFrame) -> alt.VConcatChart:
    """The specification curve: the sorted lead of one hypothesis, and below it the share of sets that make each choice."""
    ends = alt.Scale(domain=[0, int(curve["end"].max()) if len(curve) else 1], nice=False)
    whole = alt.Chart(curve, width=theme.WIDTH)
    base = whole.encode(x=alt.X("start:Q", scale=ends, axis=None), x2="end:Q")
    lead = alt.Y("middle:Q", title="Lead over the best rival", scale=alt.Scale(padding=12))
    spread = base.mark_rect(color=FULL, opacity=0.35, aria=False).encode(y=alt.Y("low:Q"), y2="high:Q")
    area = base.mark_rect(color=FULL, opacity=0.2, aria=False).encode(y=lead, y2=alt.datum(0))
    line = base.mark_rule(color=FULL, strokeWidth=4, aria=False).encode(y=lead)
    own = whole.transform_filter("isValid(datum.own)").transform_calculate(place="(datum.start + datum.end) / 2")
    own = own.encode(x=alt.X("place:Q", scale=ends, axis=None), y="own:Q")
    mark = own.mark_point(shape="diamond", filled=True, size=110, opacity=1, color=theme.COLOURS[1])
    word = own.mark_text(dy=-13).encode(text=alt.datum("this report"))
    zero = whole.transform_aggregate(steps="count()").mark_rule(strokeDash=[3, 3]).encode(y=alt.datum(0))
    top = alt.layer(area, spread, zero, line, mark, word).properties(height=140)

    labels: dict[str, str] = {}
    for row in choices.to_dict("records"):
        labels.setdefault(f"{row['axis']}:", row["axis_label"])  # a heading: no key of a choice ends in a colon
        labels[row["key"]] = row["label"]
    heading = alt.condition("indexof(datum.value, ':') > 0", alt.value(600), alt.value(400))
    axis = alt.Axis(labelExpr=_named(labels), labelFontWeight=heading, labelFontSize=11)
    bottom = base.transform_fold(list(choices["key"]), as_=["choice", "share"]).transform_filter("datum.share > 0").mark_rect(aria=False, color=FULL).encode(
        x=alt.X("start:Q", title="Sets of choices, sorted by this lead", scale=ends, axis=alt.Axis(grid=False, tickMinStep=1)),
        y=alt.Y("choice:N", title=None, scale=alt.Scale(domain=list(labels), paddingInner=0.15), axis=axis),
        opacity=alt.Opacity("share:Q", title="Share that makes the choice", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=alt.Legend(format=".0%", values=[0.25, 0.5, 0.75, 1])),
    ).properties(height=max(len(labels), 1) * ROW)  # fmt: skip
    return alt.vconcat(top, bottom, spacing=6, bounds="flush")


@debug_mode(False)
def leverage(leverage: pd.DataFrame) -> alt.LayerChart:
    """Bars: of the pairs of sets that differ in one choice alone, the share whose leaders differ, a bar an axis."""
    words = leverage["share"].map(lambda share: "no pair" if pd.isna(share) else f"{share:.0%}")
    frame = leverage.assign(words=words, length=leverage["share"].fillna(0))
    labels = dict(zip(frame["axis"], frame["label"]))
    base = alt.Chart(frame, width=theme.WIDTH, height=_height(frame)).encode(
        x=alt.X("length:Q", title="Pairs of sets in which it alters the answer", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5)),
        y=alt.Y("axis:N", sort=list(labels), title=None, axis=alt.Axis(labelExpr=_named(labels))),
        tooltip=["label:N", "words:N", "pairs:Q", "between:N"],
    )  # fmt: skip
    return base.mark_bar(color=FULL) + base.mark_text(align="left", dx=5).encode(text="words:N")
