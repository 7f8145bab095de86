"""Frames, charts and sentences, turned into outputs that JupyterLab and the book both render.

A figure is a Vega-Lite specification with its caption, alternative text and columns in it; a table is a
Frictionless tabular data resource beside plain HTML; a sentence is Markdown in which every value is
escaped; a named value is glued, so that other pages and programs can read it.
"""

import html
import json
import math
import re

import altair as alt
import pandas as pd
from IPython.display import display

from sourcebook import changes, theme
from sourcebook import commentary as case_commentary
from sourcebook.errors import require
from sourcebook.formats import ANSWER, CHOICES, ROLE, SENTENCE, TABLE, TEXT
from sourcebook.formats import CHART as VEGALITE
from sourcebook.formats import VALUE as GLUE
from sourcebook.words import shortened

MARK = 400  # characters of a cell of a chart's data
MARKUP = re.compile(r"([!-/:-@\[-`{-~])")  # all that Markdown could read as markup


def escape(text: object) -> str:
    """Text as Markdown that shows just this text."""
    return MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def figure(chart: alt.TopLevelMixin, *, name: str, title: str, caption: str, alternative: str, columns: dict[str, str]):
    """Show a chart: `title` states the finding, `columns` maps each field of its data table to the column's title."""
    # The tests hold every chart against the schema of Vega-Lite; here it would cost half of the run.
    spec = chart.to_dict(validate=False)
    if drawn := spec.pop("usermeta", {}).get("drawn"):
        caption = f"{caption} {drawn}"
    for row in (row for rows in spec.get("datasets", {}).values() for row in rows):
        row.update({field: shortened(cell, MARK) for field, cell in row.items() if isinstance(cell, str)})
    alternative = shortened(alternative, TEXT)
    spec |= {"title": title, "description": alternative}
    spec["config"] = theme.config()
    spec["usermeta"] = {
        "embedOptions": {"actions": False, "renderer": "svg"},
        "sourcebook": {
            "name": name,
            "caption": caption,
            "columns": list(columns.items()),
        },  # pairs: nbformat sorts the keys of a dict
    }
    display({VEGALITE: spec, "text/plain": alternative}, raw=True)


def table(
    frame: pd.DataFrame, *, name: str, caption: str, columns: dict[str, str], anchor: str = "", filters: list[str] = ()
):
    """Show a frame's `columns` (field -> title); `anchor` is the column of permanent ids, `filters` those to filter by."""
    resource = _resource(frame, name, caption, columns)
    if anchor:
        resource["anchor"] = anchor
    if filters:
        resource["filters"] = list(filters)
    plain = f"{caption} ({len(frame)} rows)"
    display({TABLE: resource, "text/html": _markup(resource), "text/plain": plain}, raw=True)


def choices(
    *, name: str, caption: str, axes: list[dict], base: dict[str, str], hypotheses: list[dict], runs: list[list]
):
    """Show what other choices would do to the ranking: in the book a form, elsewhere a table of each single change.

    axes: name, label and values (text, label) of each; base: the report's own text on each axis; hypotheses: id and
    title of each; runs: as in sourcebook.changes. The payload has a run as a line: its place, then its scores in thousandths.
    """
    for axis in axes:
        require(axis["name"], [base.get(axis["name"])], [value["text"] for value in axis["values"]])
    frame = changes.single(axes, base, hypotheses, runs)
    columns = {
        "choice": "Changed choice",
        "value": "To",
        "leaders": "Least against",
        "margin": "Margin",
        "same": "As in this report",
    }
    table = _resource(frame, name, caption, columns)
    payload = {
        "axes": axes,
        "base": base,
        "hypotheses": hypotheses,
        "runs": [" ".join(map(str, [place, *given])) for place, given in changes.scores(runs).items()],
        "table": table,
    }
    plain = f"{caption} ({len(axes)} choices, {len(runs)} sets of them run)"
    display({CHOICES: payload, "text/html": _markup(table), "text/plain": plain}, raw=True)


def _resource(frame: pd.DataFrame, name: str, caption: str, columns: dict[str, str]) -> dict:
    """A frame as a Frictionless data resource."""
    rows = [{field: _plain(row[field]) for field in columns} for row in frame[list(columns)].to_dict("records")]
    numeric = [field for field in columns if pd.api.types.is_numeric_dtype(frame[field]) and frame[field].dtype != bool]
    return {
        "name": name,
        "title": caption,
        "schema": {
            "fields": [
                {"name": field, "title": title, "type": "number" if field in numeric else "string"}
                for field, title in columns.items()
            ]
        },
        "data": rows,
    }


def _markup(resource: dict) -> str:
    """A data resource as HTML in which text is text."""
    titles = [field["title"] for field in resource["schema"]["fields"]]
    head = "".join(f"<th>{html.escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_text(value))}</td>" for value in row.values()) + "</tr>"
        for row in resource["data"]
    )
    caption = html.escape(resource["title"])
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def answer(values: dict):
    """Show the notebook's computed answer, `values["finding"]`, and glue every named value."""
    text = shortened(str(values["finding"]), TEXT)
    data = {"text/markdown": f"**Answer.** {escape(text)}", "text/plain": text}
    display(data, raw=True, metadata={ROLE: ANSWER})  # told apart from what the analyst writes
    glue(values)


def sentence(text: str):
    """Show one computed sentence, in which no mark is markup."""
    text = shortened(text, TEXT)
    data = {"text/markdown": escape(text), "text/plain": text}
    display(data, raw=True, metadata={ROLE: SENTENCE})


def glue(values: dict):
    """Store named values (text, whole numbers, fractions) in the notebook, unseen: the convention of myst_nb.glue."""
    for name, value in values.items():
        data = {f"{GLUE}text/plain": _text(_plain(value)), f"{GLUE}application/json": json.dumps(_plain(value))}
        display(data, raw=True, metadata={"scrapbook": {"name": name, "mime_prefix": GLUE}})


def commentary(case, notebook: str, values: dict):
    """Show what the case's own commentary says to this notebook, its named figures filled in; nothing if it has none."""
    text = case_commentary.fill(
        case, notebook, {name: escape(shortened(_text(_plain(value)), TEXT)) for name, value in values.items()}
    )
    if text:
        display({"text/markdown": text, "text/plain": text}, raw=True)


def _plain(value):
    """A cell as JSON has it: text, number, bool or None."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def _text(value) -> str:
    return "" if value is None else str(value)
