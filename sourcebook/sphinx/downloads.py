"""Turns the book's figures, tables, notebooks and coded data into files beside its pages, and into the links to them."""

import shutil
from base64 import b64decode
from contextlib import suppress
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.util import logging

from sourcebook import digests, paths, pictures, spreadsheet
from sourcebook.formats import CHART, CHOICES, TABLE

from . import case, figures, notebooks, tables

logger = logging.getLogger(__name__)
FOLDER = paths.DOWNLOADS


class download(nodes.inline, nodes.TextElement):
    """A link to one of the files; `path` is that below the folder."""


def visit_download(translator, node):
    up = "../" * translator.builder.current_docname.count("/")
    address = escape(f"{up}{FOLDER}/{quote(node['path'])}", quote=True)
    translator.body.append(f'<a class="download" href="{address}" download>')


def depart_download(translator, node):
    translator.body.append("</a>")


def link(path: str, label: str) -> download:
    return download("", label, path=path)


def joined(items: list[nodes.Node]) -> list[nodes.Node]:
    """Nodes with a dot between them."""
    return [part for place, item in enumerate(items) for part in ([nodes.Text(" · ")] if place else []) + [item]]


def stem(name: str) -> str:
    """What the file of a figure or table is called: its name, or the digest of a name that has no Latin letter or digit."""
    return tables.slug(name) or digests.text(name)[:8]


def of_figure(spec: dict) -> list[download]:
    name = figures.name(spec)
    return [link(f"figures/{stem(name)}.{form}", form.upper()) for form in ("svg", "png")] + of_table(name)


def of_table(name: str) -> list[download]:
    return [link(f"tables/{stem(name)}.csv", "CSV")]


def of_data(resource: dict) -> download:
    """The coded table of a resource of datapackage.json."""
    return link(f"data/{stem(resource['name'])}.csv", "CSV")


def of_notebook(name: str) -> download:
    return link(f"notebooks/{name}.ipynb", f"{name}.ipynb")


def finish(app, exception):
    """Write every file; pages of other builders have none."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir, FOLDER)
    shutil.rmtree(out, ignore_errors=True)
    for kind in ("figures", "tables", "notebooks", "data"):
        (out / kind).mkdir(parents=True)
    store = Path(app.config.sourcebook_pictures) if app.config.sourcebook_pictures else None
    for docname in notebooks.docnames(app.env):
        name = docname.rsplit("/", 1)[-1]
        shutil.copyfile(app.env.doc2path(docname), out / "notebooks" / f"{name}.ipynb")
        for output in notebooks.outputs(notebooks.read(app.env, name)):
            write(output.get("data", {}), out, store)
    for resource in case.schema(app)["resources"]:
        fields = [{"name": field["name"], "type": field.get("type")} for field in resource["schema"]["fields"]]
        coded = {"schema": {"fields": fields}, "data": case.rows(app, resource)}  # under their names, not their titles
        put(out / "data", resource["name"], coded)


def write(data: dict, out: Path, store: Path | None) -> None:
    """The files of one output of a cell."""
    if CHART in data and (name := figures.name(data[CHART])):
        put(out / "tables", name, figures.data(data[CHART]))
        path = out / "figures" / stem(name)
        with suppress(ValueError):  # what Vega cannot draw: the page that shows it has said so
            path.with_suffix(".svg").write_text(pictures.svg(data[CHART], False, store)[0], encoding="utf-8")
            path.with_suffix(".png").write_bytes(b64decode(pictures.png(data[CHART], store)))
    for resource in filter(None, (data.get(TABLE), data.get(CHOICES, {}).get("table"))):
        put(out / "tables", resource["name"], resource)


def put(folder: Path, name: str, resource: dict) -> None:
    text = spreadsheet.csv_text(resource["schema"]["fields"], resource["data"])
    path = folder / f"{stem(name)}.csv"
    if path.exists():
        logger.warning(
            "two outputs would both be %s/%s: give the one called %r another name", folder.name, path.name, name
        )
    path.write_text(text, encoding="utf-8", newline="")


def setup(app):
    app.add_node(download, html=(visit_download, depart_download))
    app.connect("build-finished", finish, priority=840)
