"""Turns the difference of two reports, staged beside the pages as changes.json, into a chapter on what changed."""

import json
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from sourcebook import paths, telling, words
from sourcebook.difference import CAME, WENT

from . import figures, notebooks, tables

logger = logging.getLogger(__name__)
FILE = f"{paths.CHANGES}.json"
OPEN, FEW = 20, 8  # lines, and those of one of many tables; a longer table is behind a button
BY = {"difference": "Difference", "percent": "In %"}


class edit(nodes.inline):
    """Words that came or went, as HTML's own elements for these have them."""


def visit_edit(translator, node):
    translator.body.append(f"<{'ins' if node['change'] == CAME else 'del'}>")


def depart_edit(translator, node):
    translator.body.append(f"</{'ins' if node['change'] == CAME else 'del'}>")


def edited(old, new) -> nodes.inline:
    """Two texts as one, with what went and what came."""
    found = nodes.inline()
    for change, text in telling.words(words.cell(old), words.cell(new)):
        found += [edit("", text, change=change) if change else nodes.Text(text), nodes.Text(" ")]
    return found


class Changes(SphinxDirective):
    """```{changes}```: what changed against another report, from the file beside the pages."""

    def run(self):
        path = Path(self.env.srcdir, FILE)
        self.env.note_dependency(str(path))
        try:
            self.told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            logger.warning("{changes}: %s cannot be read: %s", FILE, error, location=self.get_location())
            return []
        opening = [
            f"This is {self.told['new']['name']}, held against {self.told['old']['name']}.",
            telling.headline(self.told),
            telling.summary(self.told),
            *telling.skipped(self.told),
        ]
        # Names of reports are data: no quotation mark in them is made nicer.
        paragraphs = [nodes.paragraph("", line, support_smartquotes=False) for line in opening]
        made = [self.findings(), self.parameters(), *self.parts("rows", "Rows"), self.values(), self.commentary()]
        made += [*self.parts("tables", "Tables"), *self.parts("charts", "Charts"), self.sources()]
        return paragraphs + [section for section in made if section]

    def section(self, title: str, *content: nodes.Node) -> nodes.section:
        identifier = f"changed-{tables.slug(title)}"
        section = nodes.section("", nodes.title("", title), *content, ids=[identifier], names=[])
        figures.label(self.state.document, section, identifier)
        return section

    def table(self, columns: dict[str, str], rows: list[dict], most: int = OPEN) -> nodes.Node:
        """A table without a number, so that those of the report keep theirs."""
        fields = [
            {"name": key, "title": label, "type": "number" if key in BY else "string"} for key, label in columns.items()
        ]
        table = tables.build({"schema": {"fields": fields}, "data": rows}, classes=["changes"])
        if len(rows) <= most:
            return table
        return figures.disclosure(
            "", table, summary=words.count(len(rows), "change"), classes=["figure-data", "changed"]
        )

    def chapter(self, notebook: str) -> str | nodes.reference:
        """The name of a notebook, as a link to its chapter."""
        known = {docname.rsplit("/", 1)[-1]: docname for docname in notebooks.docnames(self.env)}
        if notebook not in known:
            return notebook
        address = self.env.app.builder.get_relative_uri(self.env.docname, known[notebook])
        return nodes.reference("", notebook, refuri=address, internal=True)

    def findings(self):
        rows = [
            {
                "notebook": self.chapter(value["notebook"]),
                "in": "figures only" if value["figures_only"] else "words",
                "change": edited(value["old"], value["new"]),
            }
            for value in self.told["findings"]
        ]
        titles = {"notebook": "Chapter", "in": "Changed in", "change": "Finding"}
        if rows:
            return self.section("Main findings", self.table(titles, rows))

    def parameters(self):
        rows = [{key: telling.typed(value[key]) for key in ("name", "old", "new")} for value in self.told["parameters"]]
        titles = {"name": "Parameter", "old": "Before", "new": "Now"}
        if rows:
            return self.section("Parameters", self.table(titles, rows))

    def values(self):
        rows = [
            {"notebook": self.chapter(value["notebook"]), "name": value["name"], **_sides(value)}
            for value in self.told["values"]
        ]
        titles = {"notebook": "Chapter", "name": "Value", "old": "Before", "new": "Now", **BY}
        if rows:
            return self.section("Named values", self.table(titles, rows))

    def commentary(self):
        rows = [
            {"notebook": self.chapter(value["notebook"]), "change": edited(value["old"], value["new"])}
            for value in self.told["commentary"]
        ]
        titles = {"notebook": "Chapter", "change": "Commentary"}
        if rows:
            return self.section("Commentary", self.table(titles, rows))

    def parts(self, kind: str, title: str):
        content = [node for part in self.told[kind] for node in self.part(part)]
        return [self.section(title, *content)] if content else []

    def part(self, part: dict) -> list[nodes.Node]:
        """What differs in one table or chart: a sentence, and a table of rows."""
        notebook = self.chapter(part["notebook"])
        opening = nodes.paragraph("", "", nodes.strong("", part["name"]), support_smartquotes=False)
        opening += [nodes.Text(" in "), nodes.Text(notebook) if isinstance(notebook, str) else notebook]
        opening += nodes.Text(f" {telling.extent(part)}")
        found = [opening]
        if part["change"] not in (CAME, WENT) and part["old_title"] != part["new_title"]:
            title = nodes.paragraph("", "Title: ", support_smartquotes=False)
            title += edited(part["old_title"], part["new_title"])
            found.append(title)
        columns = [f"{name} {change}" for change in (CAME, WENT) for name in part[f"columns_{change}"]]
        if columns:
            found.append(nodes.paragraph("", f"Columns: {', '.join(columns)}.", support_smartquotes=False))
        rows = [row for group in telling.grouped(part["rows"]) for row in _rows(group)]
        if rows:
            titles = {"row": "Row", "change": "Change", "column": "Column", "old": "Before", "new": "Now"}
            if any(row["difference"] for row in rows):
                titles |= BY
            found.append(self.table(titles, rows, FEW))
        return found

    def sources(self):
        names = self.told["notebooks"]["differing"]
        if names:
            text = f"The text or code of these notebooks differs, which alone can change what they say: {', '.join(names)}."
            return self.section("Notebooks", nodes.paragraph("", text))


def _sides(value: dict) -> dict:
    """The old and new value, and by how much it moved."""
    percent = "" if value["percent"] is None else f"{value['percent']:+.0f}"
    difference = "" if value["difference"] is None else f"{value['difference']:+.6g}"
    return {side: telling.typed(value[side]) for side in ("old", "new")} | {
        "difference": difference,
        "percent": percent,
    }


def _rows(group: list[dict]) -> list[dict]:
    """The rows of the chapter's table for rows that are told of together."""
    first, nothing = group[0], {"column": "", "old": "", "new": "", "difference": "", "percent": ""}
    if first["cells"]:
        names = ", ".join(map(telling.known, group))
        return [
            {"row": names, "change": first["change"], "column": each["title"], **_sides(each)}
            for each in first["cells"]
        ]
    side = "new" if first["change"] == CAME else "old"
    return [
        nothing | {"row": telling.known(row), "change": row["change"], side: telling.said(row).removeprefix(": ")}
        for row in group
    ]


def setup(app):
    app.add_node(edit, html=(visit_edit, depart_edit))
    app.add_directive("changes", Changes)
