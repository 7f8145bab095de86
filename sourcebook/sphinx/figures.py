"""Turns a Vega-Lite specification into a numbered figure: static pictures, caption, data table, inert specification."""

import json
import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from sourcebook import pictures, reports

from . import tables

logger = logging.getLogger(__name__)


class chart(nodes.container):
    """The pictures of one figure, with the specification from which a script may draw it anew."""


class disclosure(nodes.container):
    """Content that a reader opens with a button."""


def inert(value) -> str:
    """JSON that no HTML parser can mistake for markup."""
    raw = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return re.sub(r"[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", raw)


def visit_chart(translator, node):
    # The style sheet lets a chart shrink on a phone, but not so far that its letters cannot be read.
    given = {"data-alt": node["alt"], "style": f"--natural: {node['natural']}px"}
    translator.body.append(translator.starttag(node, "div", CLASS="chart", **given))


def depart_chart(translator, node):
    translator.body.append(f'<script type="application/json" class="chart-spec">{inert(node["spec"])}</script></div>\n')


def visit_disclosure(translator, node):
    summary = translator.encode(node["summary"])
    translator.body.append(translator.starttag(node, "details") + f"<summary>{summary}</summary>\n")


def depart_disclosure(translator, node):
    translator.body.append("</details>\n")


def _note(spec: dict) -> dict:
    return spec.get("usermeta", {}).get("sourcebook", {})


def name(spec: dict) -> str:
    """The figure's name, or '' for a chart that did not come through sourcebook.show."""
    return _note(spec).get("name", "")


def lacking(spec: dict) -> list[str]:
    """What every figure of a report has, and this one has not."""
    given = {
        "a name": name(spec),
        "a caption": _note(spec).get("caption"),
        "an alternative text": spec.get("description"),
        "columns for its data table": _note(spec).get("columns"),
    }
    return [thing for thing, value in given.items() if not value]


def data(spec: dict) -> dict:
    """The rows behind the figure, in the columns that the notebook chose to show."""
    return reports.behind(spec)


def _picture(env, spec: dict, dark: bool) -> Path:
    """The static picture, in the folder that Jupyter Book copies pictures from."""
    store = env.config.sourcebook_pictures
    drawn, digest = pictures.svg(spec, dark, Path(store) if store else None)
    folder = Path(env.mystnb_config.output_folder)
    path = folder / f"{tables.slug(name(spec)) or 'chart'}-{'dark' if dark else 'light'}-{digest[:12]}.svg"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn, encoding="utf-8")
    return path


def _width(picture: Path) -> int:
    found = re.search(r'<svg[^>]*\swidth="(\d+)', picture.read_text(encoding="utf-8"))
    return int(found[1]) if found else 640


def build(env, spec: dict) -> nodes.figure:
    """The figure; its caller gives it a name. The caption comes last, as docutils wants it."""
    alt = spec.get("description", "")
    drawing = chart(alt=alt, natural=640, spec={key: value for key, value in spec.items() if key != "config"})
    try:
        for dark in (False, True):
            shade = "only-dark" if dark else "only-light"
            path = _picture(env, spec, dark)
            address = "/" + Path(os.path.relpath(path, env.srcdir)).as_posix()
            drawing += nodes.image(uri=address, alt=alt, classes=["chart-static", shade])
            drawing["natural"] = _width(path)
    except ValueError as error:  # what vl_convert raises for whatever Vega cannot draw
        logger.warning(
            "figure %r cannot be drawn: %s; only Vega's own functions work in expressions (no methods)",
            name(spec),
            str(error).strip(),
            location=env.docname,
        )
    figure = nodes.figure("", drawing, classes=["chart-figure"])
    resource = data(spec)
    if resource["schema"]["fields"]:
        figure += disclosure("", tables.build(resource), summary="Data of this figure", classes=["figure-data"])
    if _note(spec).get("caption"):
        figure += nodes.caption("", _note(spec)["caption"])
    return figure


def label(document, node: nodes.Element, wanted: str):
    """Make the node a target for {numref} and {ref} under its name."""
    node["names"].append(nodes.fully_normalize_name(wanted))
    document.note_explicit_target(node, node)


def setup(app):
    # A folder outside the book in which pictures are kept from build to build; says nothing of what pages look like.
    app.add_config_value("sourcebook_pictures", "", "", str)
    app.add_node(chart, html=(visit_chart, depart_chart))
    app.add_node(disclosure, html=(visit_disclosure, depart_disclosure))
