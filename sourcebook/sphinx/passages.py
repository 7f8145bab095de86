"""Turns the nodes of the evidence page into HTML: segments and marks of a text, bars of a map, the rows of a paragraph."""

from html import escape

from docutils import nodes

from sourcebook.press.pdf import SANS

from . import links

PITCH, BAR, TOP = 24, 20, 12  # of a map, in pixels: from lane to lane, the height of a row, where the first lane begins
LABELLED = {"desk": 3.8, "phone": 8}  # the share of the width, in percent, from which on a row has room for its id
LINES = {"reaction": "7 4", "framing": "2 3", "event": "9 3 2 3"}  # how the line of a kind is broken
COLOURS = {
    "claim": "#0b5c9e",
    "reaction": "#a33f00",
    "judgement": "#5b3a9e",
    "framing": "#595959",
    "event": "#00695c",
}
ALONE = "place-"  # before the id of a place where all pages are one, and the register has the row's own id


class evidence(nodes.container):
    """All of it; a script finds its filters here."""


class evidence_text(nodes.TextElement):
    """A paragraph of the article: `language`, `lanes`."""


class evidence_span(nodes.inline):
    """A segment as far as one row covers it: `row`."""


class evidence_mark(nodes.inline):
    """A row's id at the beginning of its passage: `row`, `told`."""


class evidence_map(nodes.Element):
    """A paragraph as a bar: `share`, its part of the longest one, `rows` and `told`."""


class evidence_row(nodes.list_item):
    """A row in the list of its paragraph; `row` and what a reader filters by."""


def address(translator, row: str) -> str:
    """Where the register has the row; the row itself where there is no register."""
    page = links.rows(translator.builder.env).get(row)
    if page and not links.carried(translator.builder, page):
        return f"#{ALONE}{row}"
    up = translator.builder.get_relative_uri(translator.builder.current_docname, page) if page else ""
    return f"{up}#{row}"


def alone(builder) -> bool:
    return builder.name != "html"


def visit_evidence(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="evidence"))


def depart_evidence(translator, node):
    translator.body.append("</div>\n")


def visit_text(translator, node):
    # Each paragraph finds its own direction; the marks in it have one and are passed over for that.
    translator.body.append(translator.starttag(node, "p", "", dir="auto", lang=node["language"]))


def depart_text(translator, node):
    translator.body.append("</p>\n")


def visit_span(translator, node):
    translator.body.append(translator.starttag(node, "span", "", **{"data-row": node["row"]}))


def depart_span(translator, node):
    translator.body.append("</span>")


def visit_mark(translator, node):
    given = {
        "href": address(translator, node["row"]),
        "data-row": node["row"],
        "aria-label": node["told"],
        "dir": "ltr",
    }
    if not alone(translator.builder):
        given["ids"] = [node["row"]]
    translator.body.append(translator.starttag(node, "a", "", CLASS="evidence-mark", **given))


def depart_mark(translator, node):
    translator.body.append("</a>")


def visit_map(translator, node):
    def told(text):
        return escape(str(text), quote=True)

    height = TOP + node["lanes"] * PITCH
    # On paper the styles of the page do not reach into a picture, which would take a typeface of the machine.
    face = f' font-family="{SANS}"' if alone(translator.builder) else ""
    parts = [
        f'<svg class="evidence-map" role="group" aria-label="{told(node["told"])}" width="100%" height="{height}">',
        f"<title>{told(node['told'])}</title>",
        f'<rect class="evidence-length" x="0" y="0" width="{node["share"]}%" height="6" fill="#b9bcc0"/>',
    ]
    for row in node["rows"]:
        x, width, y, kind = row["x"], row["width"], TOP + row["lane"] * PITCH, row["kind"]
        place = "" if alone(translator.builder) else f' id="{told(row["id"])}"'
        parts.append(f'<a class="kind-{kind}"{place} href="{told(address(translator, row["id"]))}"'
                     f' data-row="{told(row["id"])}" aria-label="{told(row["told"])}"><title>{told(row["told"])}</title>'
                     f'<rect class="evidence-bar" x="{x}%" y="{y}" width="{width}%" height="{BAR}" fill="#f1f0ec"/>')  # fmt: skip
        # Two lines for a judgement, one for every other kind.
        for up in (1, 5) if kind == "judgement" else (1.5,):
            line, broken = y + BAR - up, LINES.get(kind)
            dash = f' stroke-dasharray="{broken}"' if broken else ""
            parts.append(f'<line x1="{x}%" x2="{x + width:.3f}%" y1="{line}" y2="{line}" stroke="{COLOURS[kind]}"'
                         f' stroke-width="{2 if kind == "judgement" else 3}"{dash}/>')  # fmt: skip
        shown = [name for name, least in LABELLED.items() if width >= least]
        if shown:
            parts.append(
                f'<text class="{" ".join(shown)}" x="{x}%" dx="3" y="{y + 11}" font-size="10"{face}>{told(row["id"])}</text>'
            )
        parts.append("</a>")
    translator.body.append("".join([*parts, "</svg>\n"]))


def depart_map(translator, node):
    pass


def visit_row(translator, node):
    given = {f"data-{name}": node[name] for name in ("row", "kind", "who", "topic")}
    if alone(translator.builder):
        given["ids"] = [ALONE + node["row"]]
    translator.body.append(translator.starttag(node, "li", "", **given))


def depart_row(translator, node):
    translator.body.append("</li>\n")


def setup(app):
    app.add_node(evidence, html=(visit_evidence, depart_evidence))
    app.add_node(evidence_text, html=(visit_text, depart_text))
    app.add_node(evidence_span, html=(visit_span, depart_span))
    app.add_node(evidence_mark, html=(visit_mark, depart_mark))
    app.add_node(evidence_map, html=(visit_map, depart_map))
    app.add_node(evidence_row, html=(visit_row, depart_row))
