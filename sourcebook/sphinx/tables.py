"""Turns a table resource (Table Schema fields and rows) into a numbered docutils table of plain text."""

import html
import re

from docutils import nodes

from sourcebook import words

NUMBERS = {"integer", "number"}
LONG = 60  # characters; longer text gets a column with a minimum width
NARROW = 4  # columns; a table of more is set as cards on a phone
WIDE = 8  # columns; a table of more is set as cards on a desktop too
SHORT = 12  # characters; a column of such is never broken
MOST = 200  # rows; of a longer table a page has these, and its file all of them
FULL = 1000  # characters of a cell on a page, likewise


class cell(nodes.entry):
    """A body cell that knows its column's title, which a phone shows beside it."""


def visit_cell(translator, node):
    translator.visit_entry(node)
    tag = translator.body.pop()
    translator.body.append(tag.replace("<td", f'<td data-label="{html.escape(node["label"])}"', 1))


def depart_cell(translator, node):
    translator.depart_entry(node)


def text(value) -> str:
    """A cell's text, that of a node too."""
    return value.astext() if isinstance(value, nodes.Node) else words.cell(value)


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")


def _paragraphs(value) -> list[nodes.Node]:
    """One paragraph a line, text only: nothing in a cell is ever markup (our own directives may pass a node)."""
    if isinstance(value, nodes.Node):
        return [nodes.paragraph("", "", value)]
    return [nodes.paragraph("", line) for line in text(value).splitlines() if line.strip()]


def _column_classes(field: dict, rows: list[dict]) -> list[str]:
    name = field["name"]
    classes = [f"col-{slug(name)}"]
    shown = [row.get(name) for row in rows if row.get(name) is not None]
    if field.get("type") in NUMBERS:
        classes.append("number")
    elif any(len(text(value)) > LONG for value in shown):
        classes.append("long")
    elif all(len(text(value)) <= SHORT for value in shown):
        classes.append("short")
    return classes


def build(resource: dict, *, caption: bool = True, classes=()) -> nodes.table:
    """The table node; its caller gives it a name, if it is to be numbered."""
    fields = resource["schema"]["fields"]
    rows, title = resource["data"], resource.get("title")
    anchor = resource.get("anchor")
    if caption and title and not anchor:  # what has no caption is no table of its own
        rows, title = _bounded(rows, title)
    styles = {field["name"]: _column_classes(field, rows) for field in fields}
    table = nodes.table(classes=["data", *classes])
    if resource.get("filters"):
        table["classes"].append("register")
    if len(fields) > WIDE:
        table["classes"].append("wide")
    if anchor or len(fields) > NARROW or any("long" in style for style in styles.values()):
        table["classes"].append("cards")
    if caption and title:
        table += nodes.title("", title)
    # Data is shown as it is: no quotation mark of it is turned into a nicer one.
    group = nodes.tgroup(cols=len(fields), support_smartquotes=False)
    group.extend(nodes.colspec(colwidth=1) for _ in fields)
    table += group

    head = nodes.row()
    for field in fields:
        entry = nodes.entry(classes=list(styles[field["name"]]))
        if field["name"] in resource.get("filters", ()):
            entry["classes"].append("filter")
        entry += nodes.paragraph("", field.get("title") or field["name"])
        head += entry
    group += nodes.thead("", head)

    body = nodes.tbody()
    for record in rows:
        row = nodes.row()
        for field in fields:
            name = field["name"]
            entry = cell(classes=list(styles[name]), label=field.get("title") or name)
            entry.extend(_paragraphs(record.get(name)))
            if name == anchor:
                _anchor(row, entry, text(record[name]))
            row += entry
        body += row
    group += body
    return table


def _bounded(rows: list[dict], title: str) -> tuple[list[dict], str]:
    """What a page shows of a table without permanent ids, and its title, which says what it does not show."""
    shown = [
        {name: words.shortened(value, FULL) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows[:MOST]
    ]
    cut = [f"the first {MOST} of {len(rows):,} rows"] if len(rows) > MOST else []
    cut += ["the beginnings of long cells"] if shown != rows[:MOST] else []
    return shown, f"{title} Shown are {words.listing(cut)}; the CSV has the whole." if cut else title


def _anchor(row: nodes.row, entry: cell, identifier: str):
    """Give the row its permanent id, as it is coded, and the cell a link to it."""
    row["ids"].append(identifier)
    link = nodes.reference("", "¶", refid=identifier, classes=["headerlink", "row-permalink"])
    link["reftitle"] = f"Permalink to {identifier}"
    entry["classes"].append("anchor")
    entry.children[0] += link


def setup(app):
    app.add_node(cell, html=(visit_cell, depart_cell))
