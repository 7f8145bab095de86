"""Turns the anchors of a case into the evidence page: the article in place, where it is at hand, else a map of its paragraphs."""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from sourcebook import article
from sourcebook.errors import SourcebookError
from sourcebook.evidence import ORDER, lanes, segments, spans
from sourcebook.words import count

from . import case, citing, links

logger = logging.getLogger(__name__)
LANES = 8  # lanes that have a place of their own under a line; a row in a deeper one has its mark and its entry
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
                f'<text class="{" ".join(shown)}" x="{x}%" dx="3" y="{y + 11}" font-size="10">{told(row["id"])}</text>'
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


def text(app, record) -> article.Article | None:
    """The article, where a build was given it or the case ships it, and it is the one that was coded; else None."""
    named = app.config.sourcebook_article
    try:
        found = article.read(Path(app.confdir, named)) if named else article.shipped(record.folder, record.meta)
    except SourcebookError as error:
        logger.warning("the evidence page has no text: %s", error)
        return None
    if found and found.sha256 != record.meta["article"]["sha256"]:
        logger.warning(
            "the evidence page has no text: what sourcebook_article names is not the article that was coded; "
            "build with sourcebook build --article PATH, which checks it"
        )
        return None
    return found


def told(row: dict) -> str:
    """What a row is and where, for those who hear it."""
    who = f", {row['who']}" if row["who"] else ""
    return f"{row['id']}, {row['kind']}{who}: {row['gist']} Paragraph {row['paragraph']}, characters {row['start']} to {row['end']}."


class Evidence(SphinxDirective):
    """```{evidence}```: each paragraph of the article with the passages that were coded, as text or as a map."""

    def run(self):
        app = self.env.app
        for path in sorted(case.folder(app).rglob("*")):
            if path.is_file():
                self.env.note_dependency(str(path))
        record = citing.record(app)
        if record is None:
            return []
        if app.config.sourcebook_article:
            self.env.note_dependency(str(Path(app.confdir, app.config.sourcebook_article)))
        found, shown = spans(record), text(app, record)
        found["lane"] = lanes(found)
        links.places(self.env)[self.env.docname] = list(found["id"])
        whole = evidence("", support_smartquotes=False, classes=["with-text" if shown else "with-map"])
        whole += nodes.paragraph("", self.form(record, shown))
        whole += self.legend(found)
        longest = int(record.paragraphs["length"].max())
        for paragraph in record.paragraphs.sort_values("paragraph").to_dict("records"):
            rows = found[found["paragraph"] == paragraph["paragraph"]]
            whole += self.paragraph(record, shown, paragraph, rows, longest)
        return [whole]

    def form(self, record, shown) -> str:
        """Which form of the page this is, in a sentence."""
        if shown is None:
            return (
                "The article is somebody else’s work, and its text is not in this report. Each grey bar is a paragraph, as long as "
                "it has characters; the bars below it are its rows, each at the place and with the length of its passage."
            )
        if record.meta["article"].get("text"):
            return "The text is the article’s own. A passage has a line under it for each row that is coded from it."
        return (
            "The text is the article’s own, shown to whoever built this report with it. It is not part of the report, and not "
            "to be passed on. A passage has a line under it for each row that is coded from it."
        )

    def legend(self, found) -> nodes.Node:
        """The kinds with their lines and how many rows each has."""
        numbers = found["kind"].value_counts()
        listed = nodes.bullet_list(classes=["evidence-legend"])
        for kind in (kind for kind in ORDER if kind in numbers):
            sample = nodes.inline("", kind, classes=["lane", "lane-0", f"kind-{kind}"])
            listed += nodes.list_item(
                "", nodes.paragraph("", "", sample, nodes.Text(f" {count(int(numbers[kind]), 'row')}"))
            )
        return listed

    def paragraph(self, record, shown, paragraph: dict, rows, longest: int) -> nodes.Node:
        """A paragraph: its number, its text or its map, its rows."""
        number, depth = int(paragraph["paragraph"]), int(rows["lane"].max()) + 1 if len(rows) else 0
        block = nodes.container(
            ids=[f"paragraph-{number}"], classes=["evidence-paragraph", f"lanes-{min(depth, LANES)}"]
        )
        section = f"{paragraph['section']} · " if isinstance(paragraph["section"], str) else ""
        label = f"¶{number} · {section}{count(int(paragraph['length']), 'character')} · {count(len(rows), 'row')}"
        block += nodes.paragraph("", label, classes=["evidence-number"])
        listed = rows.to_dict("records")
        if shown:
            content = shown.paragraphs[number - 1]
            block += self.passage(
                content, segments(len(content), rows, rows["lane"]), listed, record, paragraph["kind"]
            )
        elif listed or paragraph["length"]:
            block += self.map(f"Paragraph {number}: {count(len(rows), 'row')}", paragraph, listed, longest, depth)
        if listed:
            block += nodes.bullet_list("", *map(self.entry, listed), classes=["evidence-rows"])
        return block

    def passage(self, content: str, pieces, rows: list[dict], record, kind: str) -> evidence_text:
        """The text in its segments; each row's mark stands at its beginning."""
        known = {row["id"]: row for row in rows}
        made = evidence_text(
            language=record.meta["article"]["language"], classes=["evidence-text", f"of-{kind}"], closed=True
        )
        for piece in pieces:
            inner = nodes.inline(classes=["segment"]) if piece.ids else made
            if piece.ids:
                made += inner
            for id in piece.ids:
                row = known[id]
                cover = evidence_span(row=id, classes=["lane", f"lane-{row['lane']}", f"kind-{row['kind']}"])
                inner += cover
                inner = cover
            inner.extend(
                evidence_mark("", id, row=id, told=told(known[id]))
                for id in piece.ids
                if known[id]["start"] == piece.start
            )
            inner += nodes.Text(content[piece.start : piece.end])
        return made

    def map(self, label: str, paragraph: dict, rows: list[dict], longest: int, depth: int) -> evidence_map:
        def share(characters) -> float:
            return round(100 * int(characters) / longest, 3)

        drawn = [
            {"id": row["id"], "kind": row["kind"], "lane": row["lane"], "told": told(row), "x": share(row["start"]),
             "width": share(row["end"] - row["start"])}
            for row in rows
        ]  # fmt: skip
        return evidence_map("", share=share(paragraph["length"]), rows=drawn, told=label, lanes=depth)

    def entry(self, row: dict) -> evidence_row:
        """A row as a line: what, who, the gist, and how it is coded."""
        kind = nodes.inline("", row["kind"], classes=["lane", "lane-0", f"kind-{row['kind']}"])
        coded = "; ".join(filter(None, (row["type"], row["topic"], f"{row['start']}–{row['end']}")))
        who = f", {row['who']}:" if row["who"] else ":"
        line = nodes.paragraph("", "", nodes.Text(f"{row['id']} "), kind, nodes.Text(f"{who} {row['gist']} "))
        line += nodes.inline("", coded, classes=["evidence-coded"])
        return evidence_row(
            "", line, row=row["id"], kind=row["kind"], who=row["who"], topic=row["topic"], classes=["evidence-row"]
        )


class LinkPlaces(SphinxPostTransform):
    """Where the register says where a row stands, a link leads there."""

    default_priority = 510
    formats = ("html",)

    def run(self, **kwargs):
        known = {row: page for page, rows in links.places(self.env).items() for row in rows}
        builder = self.app.builder
        for row in self.document.findall(nodes.row):
            for identifier in row["ids"]:
                cells = [cell for cell in row.children if "col-where" in cell["classes"] and len(cell.children)]
                if identifier not in known or not cells:
                    continue
                line, page = cells[0].children[-1], known[identifier]
                target = (ALONE if alone(builder) else "") + identifier
                label = nodes.Text(line.astext() if alone(builder) else "In the article")
                link = make_refnode(builder, self.env.docname, page, target, label, f"{identifier} in the article")
                link["classes"].append("place-link")
                if alone(builder):  # on paper the place itself is the link
                    line.clear()
                line.extend([link] if alone(builder) else [nodes.Text(" "), link])


def setup(app):
    # The article's text as a file, from the folder of _config.yml; "" where a build was not given it.
    app.add_config_value("sourcebook_article", "", "env", str)
    app.add_node(evidence, html=(visit_evidence, depart_evidence))
    app.add_node(evidence_text, html=(visit_text, depart_text))
    app.add_node(evidence_span, html=(visit_span, depart_span))
    app.add_node(evidence_mark, html=(visit_mark, depart_mark))
    app.add_node(evidence_map, html=(visit_map, depart_map))
    app.add_node(evidence_row, html=(visit_row, depart_row))
    app.add_directive("evidence", Evidence)
    app.add_post_transform(LinkPlaces)
