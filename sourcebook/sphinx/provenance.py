"""Turns an output's place in its notebook into a note, one click away: notebook, cell, parameters, data, downloads."""

from functools import lru_cache
from pathlib import Path

from docutils import nodes

from sourcebook import digests, paths
from sourcebook.run import INJECTED

from . import case, downloads, figures, notebooks

TITLE = "Source and downloads"


def note(env, docname: str, cell_index: int | None, files: list[downloads.download]) -> figures.disclosure:
    """The note of what the cell with this index, from 0, of an executed notebook shows."""
    name = docname.rsplit("/", 1)[-1]
    notebook = notebooks.read(env, name)
    told = [
        ("Notebook", [downloads.of_notebook(name), nodes.Text(f", cell {number(notebook, cell_index)}")]),
        ("Parameters", values(notebook)),
        ("Data", data(env, name)),
        ("Downloads", joined(files)),
    ]
    return disclosed(told)


def disclosed(told: list[tuple[str, list[nodes.Node]]]) -> figures.disclosure:
    fields = nodes.field_list()
    for label, content in told:
        if content:
            fields += nodes.field("", nodes.field_name("", label), nodes.field_body("", nodes.paragraph("", "", *content)))
    return figures.disclosure("", fields, summary=TITLE, classes=["provenance"])


def number(notebook: dict, index: int | None) -> int:
    """The number, from 1, that a cell has in the notebook as it was before papermill put a cell into it."""
    before = notebook["cells"][: (index or 0) + 1]
    return len(before) - sum(INJECTED in cell.get("metadata", {}).get("tags", []) for cell in before)


def values(notebook: dict) -> list[nodes.Node]:
    """The parameters that the notebook takes, with their values in this run."""
    return joined([nodes.literal("", f"{item['name']} = {item['value']}") for item in notebooks.parameters(notebook)])


def data(env, name: str) -> list[nodes.Node]:
    """Every file of the record that the notebook loads, with the first 16 hex digits of its SHA-256."""
    folder = case.folder(env.app)
    for path in read(folder, name):
        env.note_dependency(str(path))
    found = hashed(tuple(read(folder, name)), tuple(path.stat().st_mtime_ns for path in read(folder, name)))
    listed = [nodes.inline("", "", nodes.Text(f"{path.relative_to(folder).as_posix()} "), nodes.literal("", digest[:16])) for path, digest in found]
    return joined(listed)


def read(folder: Path, name: str) -> list[Path]:
    """The files of a case that a notebook may read: loading a case reads all of its tables."""
    found = [folder / paths.CASE, folder / paths.PACKAGE, *sorted(folder.glob("*.csv"))]
    found += [folder / paths.COMMENTARY / f"{name}.md", folder / paths.MULTIVERSE]
    return [path for path in found if path.is_file()]


@lru_cache(maxsize=64)
def hashed(files: tuple[Path, ...], changed: tuple[int, ...]) -> list[tuple[Path, str]]:
    return [(path, digests.file(path)) for path in files]


def joined(items: list[nodes.Node]) -> list[nodes.Node]:
    """Nodes with a dot between them."""
    return [part for place, item in enumerate(items) for part in ([nodes.Text(" · ")] if place else []) + [item]]
