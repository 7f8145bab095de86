"""Turns the anchors of a case into the evidence page: the article in place, where it is at hand, else a map of its paragraphs."""

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

from . import case, citing, leaves, links
from .passages import ALONE, alone, evidence, evidence_map, evidence_mark, evidence_row, evidence_span, evidence_text

logger = logging.getLogger(__name__)
NAME = "evidence"
LANES = 8  # lanes that have a place of their own under a line; a row in a deeper one has its mark and its entry


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
        drawing = Drawing(record, text(app, record))
        names = leaves.register(self.env, self.env.docname, NAME, len(drawing.pages))
        for number, name in enumerate(names, 1):
            links.places(self.env)[name] = drawing.ids(number)
        return drawing.page(1, self.env.docname)


def further(app, docname: str, name: str):
    """Title and content of each page after the first."""
    record = citing.record(app)
    if record is None:
        return
    drawing = Drawing(record, text(app, record))
    for number in range(2, len(drawing.pages) + 1):
        yield f"{app.env.titles[docname].astext()}, page {number}", drawing.page(number, docname)


class Drawing:
    """A case's passages, on as many pages as they need: some leaves.ROWS rows on each, and no paragraph on two."""

    def __init__(self, record, shown):
        self.record, self.shown = record, shown
        self.found = spans(record)
        self.found["lane"] = lanes(self.found)
        self.rows = {int(number): rows.to_dict("records") for number, rows in self.found.groupby("paragraph")}
        self.longest = int(record.paragraphs["length"].max())
        self.pages, size = [[]], 0
        for paragraph in record.paragraphs.sort_values("paragraph").to_dict("records"):
            weight = max(len(self.of(paragraph)), 1)
            if self.pages[-1] and size + weight > leaves.ROWS:
                self.pages.append([])
                size = 0
            self.pages[-1].append(paragraph)
            size += weight

    def of(self, paragraph: dict) -> list[dict]:
        """The rows of a paragraph."""
        return self.rows.get(int(paragraph["paragraph"]), [])

    def ids(self, number: int) -> list[str]:
        """The rows of a page."""
        return [row["id"] for paragraph in self.pages[number - 1] for row in self.of(paragraph)]

    def page(self, number: int, docname: str) -> list[nodes.Node]:
        """One page, and where there are more the links to them."""
        whole = evidence("", support_smartquotes=False, classes=["with-text" if self.shown else "with-map"])
        whole += nodes.paragraph("", self.form(self.record, self.shown))
        whole += self.legend(self.found)
        whole.extend(
            self.paragraph(self.record, self.shown, each, self.of(each), self.longest)
            for each in self.pages[number - 1]
        )
        return [*self.others(number, docname), whole]

    def others(self, number: int, docname: str) -> list[nodes.Node]:
        """The links to the other pages; none where one page has everything."""
        if len(self.pages) == 1:
            return []
        first, last, every = (
            int(each["paragraph"])
            for each in (self.pages[number - 1][0], self.pages[number - 1][-1], self.pages[-1][-1])
        )
        printed = f"Printed are paragraphs {first} to {last} of {every:,}. The pages of the report have all of them."
        told = f"Paragraphs {first:,} to {last:,} of {every:,}, with {count(len(self.ids(number)), 'row')}."
        leaf = leaves.Leaf(docname, NAME, number, len(self.pages))
        return [leaves.turning("", leaf=leaf, told=told, printed=printed, ranges=[], found=0)]

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

    def paragraph(self, record, shown, paragraph: dict, listed: list[dict], longest: int) -> nodes.Node:
        """A paragraph: its number, its text or its map, its rows."""
        number, depth = int(paragraph["paragraph"]), max((row["lane"] + 1 for row in listed), default=0)
        block = nodes.container(
            ids=[f"paragraph-{number}"], classes=["evidence-paragraph", f"lanes-{min(depth, LANES)}"]
        )
        section = f"{paragraph['section']} · " if isinstance(paragraph["section"], str) else ""
        label = f"¶{number} · {section}{count(int(paragraph['length']), 'character')} · {count(len(listed), 'row')}"
        block += nodes.paragraph("", label, classes=["evidence-number"])
        if shown:
            content = shown.paragraphs[number - 1]
            block += self.passage(content, self.cut(content, listed), listed, record, paragraph["kind"])
        elif listed or paragraph["length"]:
            block += self.map(f"Paragraph {number}: {count(len(listed), 'row')}", paragraph, listed, longest, depth)
        if listed:
            block += nodes.bullet_list("", *map(self.entry, listed), classes=["evidence-rows"])
        return block

    def cut(self, content: str, listed: list[dict]):
        """The segments of a paragraph's text."""
        columns = {name: [row[name] for row in listed] for name in ("id", "start", "end", "lane")}
        return segments(len(content), columns, columns["lane"])

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
        known, builder = links.placed(self.env), self.app.builder
        for row in self.document.findall(nodes.row):
            for identifier in row["ids"]:
                cells = [cell for cell in row.children if "col-where" in cell["classes"] and len(cell.children)]
                if identifier not in known or not cells or not links.carried(builder, known[identifier]):
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
    app.add_directive("evidence", Evidence)
    leaves.MAKERS[NAME] = further
    app.add_post_transform(LinkPlaces)
