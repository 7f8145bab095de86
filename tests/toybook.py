"""Turns a handful of made-up outputs, hostile ones among them, into a small book and builds it as users do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import nbformat.v4 as v4
import yaml

from sourcebook import show

ROOT = Path(__file__).parents[1]
HOSTILE = """<script>alert(1)</script> </script> <img src=x onerror="alert(1)"> {computed}`a/b` [x](javascript:alert(1)) {{ 7*7 }}"""
HOSTILE_CELL = "=HYPERLINK(1)"
VALUE = "application/papermill.record/"


def cell(source: str, *outputs: dict, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)})


def shown(data: dict, **metadata):
    return v4.new_output("display_data", data=data, metadata=metadata)


def named(name: str, value):
    data = {VALUE + "text/plain": str(value), VALUE + "application/json": json.dumps(value)}
    return shown(data, scrapbook={"name": name, "mime_prefix": VALUE})


def figure(name: str, title: str, alt: str, caption: str, rows: list[dict]):
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.20.1.json",
        "title": title,
        "description": alt,
        "data": {"name": "data-1"},
        "datasets": {"data-1": rows},
        "mark": {"type": "bar", "tooltip": True},
        "width": 560,
        "encoding": {
            "y": {"field": "section", "type": "nominal", "title": None},
            "x": {"field": "voices", "type": "quantitative", "title": "Voices"},
            "color": {"field": "section", "type": "nominal", "legend": None},
        },
        "usermeta": {
            "sourcebook": {"name": name, "caption": caption, "columns": {"section": "Section", "voices": "Voices"}}
        },
    }
    return shown({"application/vnd.vegalite.v5+json": spec, "text/plain": alt})


def table(resource: dict):
    return shown(
        {
            "application/vnd.dataresource+json": resource,
            "text/html": "<table><tr><td><script>alert(2)</script></td></tr></table>",
            "text/plain": "a table",
        }
    )


def choices(**given):
    with mock.patch.object(show, "display") as display:
        show.choices(**given)
    return shown(display.call_args.args[0])


def notebook(*cells):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = v4.new_notebook(
        cells=list(cells), metadata={"kernelspec": kernel, "language_info": {"name": "python", "file_extension": ".py"}}
    )
    for place, each in enumerate(book.cells):
        each["id"] = f"cell-{place}"
    return book


# Three of the twelve sets of choices were not run, one left no evidence.
CHOICES = {
    "name": "choose",
    "caption": "The ranking under other choices.",
    "axes": [
        {
            "name": "sources",
            "label": "Sources",
            "values": [
                {"text": "F", "label": "all sources"},
                {"text": "E", "label": f"named ones {HOSTILE}"},
                {"text": "", "label": "none at all"},
            ],
        },
        {
            "name": "sides",
            "label": "Sides",
            "values": [{"text": "", "label": "all sides"}, {"text": "us,russia", "label": "without the parties"}],
        },
        {
            "name": "weights",
            "label": f"Weights {HOSTILE}",
            "values": [{"text": "grades", "label": "by grade"}, {"text": "equal", "label": "all alike"}],
        },
    ],
    "base": {"sources": "F", "sides": "", "weights": "equal"},
    "hypotheses": [
        {"id": "H1", "title": "A first step in good faith"},
        {"id": "H2", "title": f"Delay {HOSTILE}"},
        {"id": "H3", "title": "Chance"},
    ],
    "runs": [
        [1, 3.0, 2.25, 6.0],
        [2, 1.0, 2.0, 2.0],
        [3, 2.0, 0.5, 2.5],
        [4, 0.125, 1.0, 0.5],
        [5, 2.0, 2.0, 2.0],
        [6, 0.0, 0.0, 1.0],
        [7, 1.5, 1.5, 4.0],
        [9, 4.0, 2.0, 3.0],
        [10, None, None, None],
    ],
}

VOICES = [{"section": "Reactions", "voices": 14}, {"section": "Readout", "voices": 5}, {"section": "Call", "voices": 9}]

ALPHA = notebook(
    v4.new_markdown_cell(
        "# Whose voices does it carry?\n\nMethod in a sentence. See {numref}`voices-by-section`, row C07 and `C07`."
    ),
    cell('min_grade: str = "F"  # keep sources graded at least this\nlimit: int = 3', tags=["parameters"]),
    cell('# Parameters\nmin_grade = "C # not a comment"\n', tags=["injected-parameters"]),
    cell(
        "glue('n_claims', 12)",
        named("n_claims", 12),
        named("finding", "Twelve claims, led by C07; H1 of 2025 is a row too."),
    ),
    cell(
        "show.figure(voices)",
        figure(
            "voices-by-section",
            "Reactions carry most voices",
            "Bars: 14 voices, 5 and 9.",
            "Voices by section of the article, led by C07.",
            VOICES,
        ),
    ),
    v4.new_markdown_cell("## What they say\n\n<script>alert(3)</script> and <b>raw</b> [x](javascript:alert(1))"),
    cell(
        "show.prose()",
        shown(
            {
                "text/markdown": "The case's own reading of R03, with *emphasis*, 1 < 2 & \\<img src=x onerror=alert(1)>, C:\\\\.x.\n\n"
                "## A heading of its own\n\nSee {numref}`accounts` and {cite}`heuer1999`.",
                "text/plain": "…",
            }
        ),
    ),
    cell(
        "show.table(accounts)",
        table(
            {
                "name": "accounts",
                "title": "Two accounts of one call",
                "schema": {
                    "fields": [
                        {"name": "topic", "title": "Topic", "type": "string"},
                        {"name": "n", "title": "Rows", "type": "integer"},
                        {"name": "note", "title": "Note", "type": "string"},
                    ]
                },
                "data": [
                    {"topic": "energy", "n": 12, "note": "said by both\nin two lines, see C07"},
                    {"topic": "prisoners", "n": 3, "note": None},
                ],
            }
        ),
    ),
    v4.new_markdown_cell("Body text runs on for a while so that the measure of the page can be judged by eye. " * 8),
    v4.new_markdown_cell("## Choose yourself\n\nSee {numref}`choose`."),
    cell("show.choices(**space)", choices(**CHOICES)),
)

BETA = notebook(
    v4.new_markdown_cell("# Hostile words\n\nEverything here is data."),
    cell('min_grade: str = "F"  # keep sources graded at least this', tags=["parameters"]),
    cell("glue('hostile', text)", named("hostile", HOSTILE)),
    cell(
        "show.figure(hostile)",
        figure(
            "hostile-figure",
            HOSTILE,
            f"Bars. {HOSTILE}",
            f"A caption. {HOSTILE}",
            [{"section": HOSTILE, "voices": 2}, {"section": "plain\u2028text", "voices": 1}],
        ),
    ),
    cell(
        "show.table(hostile)",
        table(
            {
                "name": "hostile-table",
                "title": f"A title. {HOSTILE}",
                "schema": {"fields": [{"name": HOSTILE, "title": HOSTILE, "type": "string"}]},
                "data": [{HOSTILE: HOSTILE}],
            }
        ),
    ),
)

REGISTER = notebook(
    v4.new_markdown_cell("# Every coded row"),
    cell(
        "show.register(rows)",
        table(
            {
                "name": "register",
                "title": "Every coded row",
                "anchor": "id",
                "filters": ["kind", "actor"],
                "schema": {
                    "fields": [
                        {"name": "id", "title": "Row", "type": "string"},
                        {"name": "kind", "title": "Kind", "type": "string"},
                        {"name": "actor", "title": "Actor", "type": "string"},
                        {"name": "paragraph", "title": "Paragraph", "type": "integer"},
                        {"name": "gist", "title": "What is said", "type": "string"},
                    ]
                },
                "data": [
                    {
                        "id": "C07",
                        "kind": "claim",
                        "actor": "North",
                        "paragraph": 4,
                        "gist": "Says that attacks on energy sites stop for thirty days, which R03 doubts.",
                    },
                    {"id": "C08", "kind": "claim", "actor": "South", "paragraph": 5, "gist": HOSTILE},
                    {
                        "id": "R03",
                        "kind": "reaction",
                        "actor": "South",
                        "paragraph": 9,
                        "gist": "Doubts C07 and asks for a text that both sides sign, as in heuer1999 and nobody2020, before a ceasefire.",
                    },
                    {
                        "id": "H1",
                        "kind": "hypothesis",
                        "actor": "",
                        "paragraph": None,
                        "gist": "A first step in good faith",
                    },
                ],
            }
        ),
    ),
)

INDEX = """# The report

{computed}`alpha/finding` There are {computed}`alpha/n_claims` claims. The article is "{case}`article.title`"; C99 is no row.

```{chart} alpha/voices-by-section
```

See {numref}`index-voices-by-section` and {numref}`accounts`. {computed}`beta/hostile`

## Parameters

```{parameters}
```

The score is {math}`s = \\sum_i w_i x_i^2`.

```{math}
s = \\frac{a < b}{c}
```

{cite}`heuer1999`
"""

DICTIONARY = """# Data dictionary

{ref}`table-claims` is the main table.

```{dictionary}
```

```{bibliography}
```
"""

PACKAGE = {
    "name": "toy",
    "resources": [
        {
            "name": "claims",
            "path": "claims.csv",
            "description": "One thing an actor is reported to say.",
            "schema": {
                "primaryKey": "id",
                "fields": [
                    {
                        "name": "id",
                        "type": "string",
                        "description": "Permanent id.",
                        "constraints": {"required": True, "unique": True, "pattern": "C[0-9]{2}"},
                    },
                    {
                        "name": "mode",
                        "type": "string",
                        "description": "How it is quoted.",
                        "constraints": {"enum": ["direct", "own"]},
                        "codes": {"direct": "in the speaker's words", "own": "the article's own voice"},
                    },
                    {"name": "actor_id", "type": "string", "description": "Who says it."},
                ],
                "foreignKeys": [{"fields": "actor_id", "reference": {"resource": "actors", "fields": "id"}}],
            },
        },
        {
            "name": "actors",
            "path": "actors.csv",
            "description": "Who speaks.",
            "schema": {"fields": [{"name": "id", "type": "string"}]},
        },
    ],
}

REFERENCES = "@book{heuer1999,\n author={Heuer, Richards J.},\n title={Psychology of Intelligence Analysis},\n publisher={Center for the Study of Intelligence},\n year={1999}\n}\n"


def write(folder: Path) -> Path:
    """The book's source, with the repository's own _config.yml."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["sourcebook_case"] = "data/toy"
    # Pages are what is tried here: their case is too small to be one, and a book says so where nobody asks it not to.
    config["sphinx"]["config"]["suppress_warnings"] = ["sourcebook.case"]
    texts = {
        "_config.yml": yaml.safe_dump(config),
        "_toc.yml": yaml.safe_dump(
            {
                "format": "jb-book",
                "root": "book/index",
                "chapters": [{"file": f"notebooks/{name}"} for name in ("alpha", "beta", "register")]
                + [{"file": "book/dictionary"}],
            }
        ),
        "book/index.md": INDEX,
        "book/dictionary.md": DICTIONARY,
        "book/references.bib": "",
        "data/toy/references.bib": REFERENCES,
        "data/toy/case.yml": yaml.safe_dump({"title": "A toy <report>", "article": {"title": f"Headline {HOSTILE}"}}),
        "data/toy/datapackage.json": json.dumps(PACKAGE),
        "data/toy/claims.csv": "id,mode,actor_id\nC07,own,north\n",
        "data/toy/actors.csv": f'id\n"{HOSTILE_CELL}"\n',
    }
    for name, book in {"alpha": ALPHA, "beta": BETA, "register": REGISTER}.items():
        texts[f"notebooks/{name}.ipynb"] = json.dumps(book)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def build(folder: Path) -> subprocess.CompletedProcess:
    """What a user types, with warnings as errors."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "-n", "--keep-going"]
    if not Path(command[0]).exists():
        command[0] = shutil.which("jupyter-book") or command[0]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "NO_COLOR": "1"}
    )


def html(folder: Path) -> Path:
    return folder / "_build" / "html"
