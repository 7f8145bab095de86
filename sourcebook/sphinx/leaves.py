"""Turns rows that are too many for one page into further pages, an index that leads to each row, and the text that a script searches."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from docutils.utils import new_document
from sphinx.util import logging

from sourcebook.formats import TABLE

from . import downloads, figures, links, notebooks, tables

logger = logging.getLogger(__name__)
ROWS = 200  # rows a page
INDEX = 5000  # rows a page of an index
FOUND = 5000  # rows in a file of what a script searches
NEAR = 4  # pages named before and after the one at hand; of the others, some twenty
ID = re.compile(r"(\D*)(\d*)(.*)", re.DOTALL)


class Leaf(NamedTuple):
    """A further page: the document that it goes on from, what is spread over the pages, its number, and how many there are."""

    docname: str
    name: str
    number: int
    pages: int


class turning(nodes.Element):
    """The links from one page of rows to the others: `leaf`, `told` (which rows it has), `printed` (what paper has), `ranges` of
    the index, `found`: files to search.
    """


class rowindex(nodes.Element):
    """The ids of rows, each with the page that has it: `rows`."""


def leaves(env) -> dict[str, Leaf]:
    """Page -> what it is, of every page that is no document of its own."""
    if not hasattr(env, "sourcebook_leaves"):
        env.sourcebook_leaves = {}
    return env.sourcebook_leaves


def page(leaf: Leaf) -> str:
    """The page of a leaf; the first one is the document itself."""
    folder = leaf.docname.rpartition("/")[0]
    name = f"{downloads.stem(leaf.name)}-{leaf.number}"
    return leaf.docname if leaf.number == 1 else f"{folder}/{name}" if folder else name


def parts(rows: list, size: int = ROWS) -> list[list]:
    return [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]


def register(env, docname: str, name: str, pages: int) -> list[str]:
    """Remember the further pages of a document; the names of all, the document's first."""
    made = [Leaf(docname, name, number, pages) for number in range(1, pages + 1)]
    for leaf in made[1:]:
        if page(leaf) in env.found_docs or leaves(env).get(page(leaf), leaf) != leaf:
            logger.warning("%s would be two pages: give table %r another name", page(leaf), name, location=docname)
        leaves(env)[page(leaf)] = leaf
    return [page(leaf) for leaf in made]


def order(id: str) -> tuple:
    """By which ids are sorted: C2 before C10. register.js has the same order."""
    letters, number, rest = ID.match(id).groups()
    return letters, int(number or 0), rest


def named(number: int, shown: int, rows: int) -> str:
    """Which rows the page of this number has."""
    start = (number - 1) * ROWS
    return f"Rows {start + 1:,} to {start + shown:,} of {rows:,}."


def table(env, resource: dict) -> list[nodes.Node]:
    """A table on the page that is being read; of one whose rows have permanent ids the first ROWS, and the links to the others."""
    rows, anchor = resource["data"], resource.get("anchor")
    pages = parts(rows)
    names = register(env, env.docname, resource["name"], len(pages)) if anchor and len(pages) > 1 else [env.docname]
    if anchor:
        for name, part in zip(names, pages if len(names) > 1 else [rows]):
            links.register(env, [tables.text(row[anchor]) for row in part], name)
    if len(names) == 1:
        return [tables.build(resource)]
    return _part(resource, Leaf(env.docname, resource["name"], 1, len(names)), pages[0], _turning(resource))


def _part(resource: dict, leaf: Leaf, rows: list[dict], given: dict) -> list[nodes.Node]:
    """One page of a table, with the links to the others before it."""
    told = named(leaf.number, len(rows), len(resource["data"]))
    others = turning("", leaf=leaf, told=told, **given)
    return [others, tables.build({**resource, "title": f"{resource['title']} {told}", "data": rows})]


def _turning(resource: dict) -> dict:
    ids = sorted((tables.text(row[resource["anchor"]]) for row in resource["data"]), key=order)
    ranges = [(part[0], part[-1]) for part in parts(ids, INDEX)]
    found = len(parts(resource["data"], FOUND)) if resource.get("filters") else 0
    printed = (
        f"Printed are the first {ROWS} of {len(ids):,} rows. The pages of the report have all of them, and so has "
        f"its file {downloads.stem(resource['name'])}.csv."
    )
    return {"printed": printed, "ranges": ranges, "found": found}


def collect(app) -> Iterator[tuple]:
    """Write the further pages. They are made one at a time: the tree of a table of 50,000 rows would not fit into memory."""
    if app.builder.name != "html":
        return
    env = app.env
    spread: dict[tuple[str, str], int] = {(leaf.docname, leaf.name): leaf.pages for leaf in leaves(env).values()}
    for (docname, name), number in sorted(spread.items()):
        written = [page(Leaf(docname, name, place, number)) for place in range(1, number + 1)]
        for place, (title, content) in enumerate(MAKERS.get(name, of_table)(app, docname, name), 2):
            _write(app, docname, written[place - 1], title, content, written, place)
    yield from ()


def of_table(app, docname: str, name: str) -> Iterator[tuple[str, list[nodes.Node]]]:
    """Title and content of each further page of a table; its index and the files for a script are written besides."""
    notebook = notebooks.read(app.env, docname.rsplit("/", 1)[-1])
    found = (output.get("data", {}).get(TABLE) for output in notebooks.outputs(notebook))
    resource = next(told for told in found if told and told["name"] == name)
    pages, given = parts(resource["data"]), _turning(resource)
    for number, rows in enumerate(pages[1:], 2):
        leaf = Leaf(docname, name, number, len(pages))
        content = _part(resource, leaf, rows, given)
        content[1]["ids"] = [f"{downloads.stem(name)}-page-{number}"]
        yield f"{resource['title'].rstrip('.')}, page {number}", content
    _index(app, docname, name, resource, pages)
    _search(app, docname, name, resource, pages)


def _index(app, docname: str, name: str, resource: dict, pages: list) -> None:
    """The pages that name every id and lead to its row: what a reader without scripts has instead of a search."""
    anchor = resource["anchor"]
    where = {
        tables.text(row[anchor]): page(Leaf(docname, name, number, len(pages)))
        for number, part in enumerate(pages, 1)
        for row in part
    }
    ids = parts(sorted(where, key=order), INDEX)
    for number, part in enumerate(ids, 1):
        title = f"{resource['title'].rstrip('.')}: {part[0]} to {part[-1]}"
        rows = [(id, where[id]) for id in part]
        _write(app, docname, indexed(docname, name, number), title, [rowindex("", rows=rows)], [], 0)


def indexed(docname: str, name: str, number: int) -> str:
    """The page of an index."""
    return (
        page(Leaf(docname, f"{name}-index", number, 0))
        if number > 1
        else f"{page(Leaf(docname, name, 2, 0))[:-2]}-index"
    )


def _search(app, docname: str, name: str, resource: dict, pages: list) -> None:
    """The text of all rows as scripts: a page opened from a folder may load a script, and no other file."""
    if not resource.get("filters"):
        return
    columns = [field["name"] for field in resource["schema"]["fields"]]
    rows = [
        [number, *(tables.text(row.get(column)) for column in columns)]
        for number, part in enumerate(pages, 1)
        for row in part
    ]
    folder = Path(app.outdir, "_static", "rows")
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts(rows, FOUND), 1):
        text = f'(window.sourcebookRows ??= {{}})["{downloads.stem(name)}-{number}"] = {figures.inert(part)};\n'
        (folder / f"{downloads.stem(name)}-{number}.js").write_text(text, encoding="utf-8", newline="\n")


def _write(app, docname: str, name: str, title: str, content: list[nodes.Node], pages: list[str], number: int) -> None:
    """One page, as Sphinx writes that of a document: links resolved, in the search, between the pages before and after it."""
    env, builder = app.env, app.builder
    document = new_document(env.doc2path(docname))
    document.settings.env = env
    section = nodes.section("", nodes.title("", title), ids=[downloads.stem(title)], names=[])
    section.extend(content)
    document += section
    env.titles[name] = env.longtitles[name] = nodes.title("", title)
    env.toc_num_entries[name] = 1
    after = pages[number] if 0 < number < len(pages) else None
    builder.relations[name] = [docname, pages[number - 2] if number > 1 else docname, after]
    try:
        env.resolve_references(document, name, builder)
        builder.write_doc_serialized(name, document)
        builder.write_doc(name, document)
    finally:
        env.toc_num_entries.pop(name)


def forgotten(app, exception):
    """Leave no title of a page that is no document in what Sphinx keeps."""
    for name in [*app.env.titles] if app.env else []:
        if name not in app.env.found_docs:
            app.env.titles.pop(name, None)
            app.env.longtitles.pop(name, None)


def forget(app, env, docname):
    gone = {name for name, leaf in leaves(env).items() if leaf.docname == docname}
    env.sourcebook_rows = {row: name for row, name in links.rows(env).items() if name not in gone}
    for name in gone:
        links.places(env).pop(name, None)
    env.sourcebook_leaves = {name: leaf for name, leaf in leaves(env).items() if leaf.docname != docname}


def merge(app, env, docnames, other):
    found = {name: leaf for name, leaf in leaves(other).items() if leaf.docname in docnames}
    leaves(env).update(found)
    links.merge(app, env, found, other)


def visit_turning(translator, node):
    """The page's rows among all, the other pages, and where each id is found."""
    builder, leaf = translator.builder, node["leaf"]
    if builder.name != "html":
        translator.body.append(f'<p class="turning">{escape(node["printed"])}</p>\n')
        return

    def attribute(key: str) -> str:
        return key.replace("_", "-")

    def link(target: str, label: str, **given) -> str:
        told = "".join(f' {attribute(key)}="{escape(value, quote=True)}"' for key, value in given.items())
        address = escape(builder.get_relative_uri(here, target), quote=True)
        return f'<a href="{address}"{told}>{escape(label)}</a>'

    here, slug = page(leaf), downloads.stem(leaf.name)
    up = "../" * here.count("/")
    step = max(1, leaf.pages // 20)
    shown = [
        n for n in range(1, leaf.pages + 1) if n in (1, leaf.pages) or n % step == 0 or abs(n - leaf.number) <= NEAR
    ]
    numbers = [
        f'<strong aria-current="page">{n}</strong>' if n == leaf.number
        else link(page(leaf._replace(number=n)), str(n), aria_label=f"Page {n}")
        for n in shown
    ]  # fmt: skip
    first = page(leaf._replace(number=1))
    told = escape(node["told"])
    data = {"data-name": slug, "data-first": builder.get_relative_uri(here, first) or f"{first.rsplit('/', 1)[-1]}.html",
            "data-found": " ".join(f"{up}_static/rows/{slug}-{n}.js" for n in range(1, node["found"] + 1))}  # fmt: skip
    translator.body.append(
        translator.starttag(node, "nav", CLASS="turning", **{"aria-label": f"Pages of {leaf.name}"}, **data)
    )
    translator.body.append(f"<p>{told} Pages: {' '.join(numbers)}</p>\n")
    if node["ranges"]:
        told = [
            link(indexed(leaf.docname, leaf.name, n), f"{low} to {high}", data_from=low, data_to=high)
            for n, (low, high) in enumerate(node["ranges"], 1)
        ]
        translator.body.append(
            f'<p class="turning-index">A row that is not on this page is found by its id: {", ".join(told)}.</p>\n'
        )
    translator.body.append("</nav>\n")


def visit_index(translator, node):
    builder = translator.builder
    here = builder.current_docname
    uris = {name: builder.get_relative_uri(here, name) for name in dict.fromkeys(name for _, name in node["rows"])}
    lines = (
        f'<li id="{escape(id, quote=True)}"><a href="{escape(uris[name], quote=True)}#{escape(id, quote=True)}">{escape(id)}</a></li>'
        for id, name in node["rows"]
    )
    translator.body.append('<ul class="row-index">\n' + "\n".join(lines) + "\n</ul>\n")


def depart(translator, node):
    pass


MAKERS: dict = {}  # what is spread over pages and is no table -> a function as `of_table`


def setup(app):
    app.add_node(turning, html=(visit_turning, depart))
    app.add_node(rowindex, html=(visit_index, depart))
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("html-collect-pages", collect)
    app.connect("build-finished", forgotten, priority=100)
