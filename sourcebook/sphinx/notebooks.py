"""Turns an executed notebook of the book into its named values, its figures and its parameters."""

import ast
import io
import json
import tokenize
from functools import lru_cache
from pathlib import Path

from sourcebook.errors import choices
from sourcebook.formats import CHART, VALUE


@lru_cache(maxsize=64)
def _read(path: str, changed: int) -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def docnames(env) -> list[str]:
    """The notebooks of the book, in the order of the table of contents."""
    listed = [name for name in env.found_docs if env.doc2path(name).endswith(".ipynb")]
    order = list(getattr(env.app.config, "external_site_map", None) or [])
    rank = {name.removesuffix(".ipynb"): place for place, name in enumerate(order)}
    return sorted(listed, key=lambda name: (rank.get(name, len(rank)), name))


def read(env, name: str) -> dict:
    """The notebook called `name`; the page being read is read again when it changes."""
    known = {docname.rsplit("/", 1)[-1]: docname for docname in docnames(env)}
    if name not in known:
        raise LookupError(f"the book has no notebook {name!r}; {choices(name, known)}")
    path = Path(env.doc2path(known[name]))
    if "docname" in env.temp_data:  # a page is being read, not written
        env.note_dependency(str(path))
    return _read(str(path), path.stat().st_mtime_ns)


def outputs(notebook: dict):
    """Every output of every cell, in order."""
    for cell in notebook["cells"]:
        yield from cell.get("outputs", [])


def values(notebook: dict) -> dict[str, str]:
    """Name -> text of every value that the notebook glued."""
    found = {}
    for output in outputs(notebook):
        record = output.get("metadata", {}).get("scrapbook", {})
        if record.get("mime_prefix") == VALUE:
            text = output["data"].get(VALUE + "text/plain", "")
            found[record["name"]] = "".join(text) if isinstance(text, list) else str(text)
    return found


def figures(notebook: dict) -> dict[str, dict]:
    """Name -> Vega-Lite specification of every figure that the notebook shows."""
    specs = (output["data"][CHART] for output in outputs(notebook) if CHART in output.get("data", {}))
    return {spec.get("usermeta", {}).get("sourcebook", {}).get("name"): spec for spec in specs}


def place(notebook: dict, figure: str) -> int | None:
    """The index, from 0, of the cell that shows the figure of this name."""
    found = (number for number, cell in enumerate(notebook["cells"]) if figure in figures({"cells": [cell]}))
    return next(found, None)


def pick(env, dotted: str, kind: str) -> object:
    """The value or figure at `notebook/name`; LookupError names the nearest one."""
    name, slash, wanted = dotted.partition("/")
    if not slash:
        raise LookupError(f"{dotted!r} should read notebook/name, for instance 'claims/finding'")
    found = {"value": values, "figure": figures}[kind](read(env, name))
    if wanted not in found:
        raise LookupError(f"notebook {name!r} has no {kind} {wanted!r}; {choices(wanted, found)}")
    return found[wanted]


def declared(source: str) -> list[dict]:
    """Name, type, value and trailing comment of each plain assignment in a cell."""
    lines = io.StringIO(source).readline
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(lines)
        if token.type == tokenize.COMMENT
    }
    found = []
    for statement in ast.parse(source).body:
        target = getattr(statement, "target", None) or (getattr(statement, "targets", None) or [None])[0]
        if isinstance(target, ast.Name) and statement.value is not None:
            annotation = getattr(statement, "annotation", None)
            found.append(
                {
                    "name": target.id,
                    "type": ast.unparse(annotation) if annotation else "",
                    "value": ast.unparse(statement.value),
                    "help": comments.get(statement.end_lineno, ""),
                }
            )
    return found


def parameters(notebook: dict) -> list[dict]:
    """Name, type, default, help and value in this run of each parameter that the notebook declares."""
    tagged = {"parameters": [], "injected-parameters": []}
    for cell in notebook["cells"]:
        for tag in tagged.keys() & set(cell.get("metadata", {}).get("tags", [])):
            tagged[tag] += declared("".join(cell["source"]))
    given = {item["name"]: item["value"] for item in tagged["injected-parameters"]}
    return [
        {**item, "default": item["value"], "value": given.get(item["name"], item["value"])}
        for item in tagged["parameters"]
    ]
