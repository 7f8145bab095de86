"""Turns an output's place in its notebook into a note, one click away: notebook, cell, parameters, data, downloads."""

from functools import lru_cache
from pathlib import Path

from docutils import nodes

from sourcebook import digests, ingredients, paths
from sourcebook.run import INJECTED, PARAMETERS

from . import case, downloads, figures, notebooks

TITLE = "Source and downloads"


def note(env, docname: str, cell_index: int | None, files: list[downloads.download]) -> figures.disclosure:
    """The note of what the cell with this index, from 0, of an executed notebook shows."""
    name = docname.rsplit("/", 1)[-1]
    notebook = notebooks.read(env, name)
    told = [
        ("Notebook", [downloads.of_notebook(name), nodes.Text(f", cell {number(notebook, cell_index)}")]),
        ("Parameters", values(notebook)),
        ("Data", data(env, name, notebook)),
        ("Downloads", downloads.joined(files)),
    ]
    return disclosed(told)


def of_parameters(env) -> figures.disclosure:
    """The note of the table of all parameters: the cell of each notebook that declares them."""
    told = []
    for docname in notebooks.docnames(env):
        name = docname.rsplit("/", 1)[-1]
        cells = notebooks.read(env, name)["cells"]
        for place, cell in enumerate(cells, 1):
            if PARAMETERS in cell.get("metadata", {}).get("tags", []):
                told.append(nodes.inline("", "", downloads.of_notebook(name), nodes.Text(f", cell {place}")))
    return disclosed([("Notebooks", downloads.joined(told))])


def disclosed(told: list[tuple[str, list[nodes.Node]]]) -> figures.disclosure:
    fields = nodes.field_list()
    for label, content in told:
        if content:
            fields += nodes.field(
                "", nodes.field_name("", label), nodes.field_body("", nodes.paragraph("", "", *content))
            )
    return figures.disclosure("", fields, summary=TITLE, classes=["provenance"])


def number(notebook: dict, index: int | None) -> int:
    """The number, from 1, that a cell has in the notebook as it was before papermill put a cell into it."""
    before = notebook["cells"][: (index or 0) + 1]
    return len(before) - sum(INJECTED in cell.get("metadata", {}).get("tags", []) for cell in before)


def values(notebook: dict) -> list[nodes.Node]:
    """The parameters that the notebook takes, with their values in this run."""
    return downloads.joined(
        [nodes.literal("", f"{item['name']} = {item['value']}") for item in notebooks.parameters(notebook)]
    )


def data(env, name: str, notebook: dict) -> list[nodes.Node]:
    """Every file of the record that the notebook loads, with the first 16 hex digits of its SHA-256."""
    folder = case.folder(env.app)
    files = read(folder, name, notebook, [resource["path"] for resource in case.schema(env.app)["resources"]])
    for path in files:
        env.note_dependency(str(path))
    found = hashed(tuple(files), tuple(path.stat().st_mtime_ns for path in files))
    return downloads.joined([
        nodes.inline("", f"{path.relative_to(folder).as_posix()} ", nodes.literal("", digest[:16]), classes=["file"])
        for path, digest in found
    ])  # fmt: skip


def read(folder: Path, name: str, notebook: dict, listed: list[str]) -> list[Path]:
    """The files of a case that a notebook reads: to load a case is to check and read all of its tables."""
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    found = [paths.CASE, paths.PACKAGE, *listed, f"{paths.COMMENTARY}/{name}.md", paths.MULTIVERSE, paths.OUTCOMES]
    found = [folder / file for file in found if ingredients.can_read(code, Path(file))]
    return [file for file in found if file.is_file()]


@lru_cache(maxsize=64)
def hashed(files: tuple[Path, ...], changed: tuple[int, ...]) -> list[tuple[Path, str]]:
    return [(path, digests.file(path)) for path in files]
