"""A case's files, turned into the list of everything that is wrong with them."""

import csv
import json
import os
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pandas as pd

from sourcebook import descriptor, judgements, limits, rules
from sourcebook.article import Article, own_copy, passed, read, shipped
from sourcebook.casefile import read_casefile
from sourcebook.errors import CaseError, Fault, SourcebookError, nearest
from sourcebook.paths import CASE, DATA, NOTEBOOKS, PACKAGE
from sourcebook.schema import PASSAGE, Schema
from sourcebook.strays import strays

# Errors after which a table's rows cannot be trusted, so that nothing more is asked of them.
STRUCTURE = {
    "scheme-error", "source-error", "encoding-error", "format-error", "resource-error",
    "incorrect-label", "missing-label", "extra-label", "blank-label", "duplicate-label", "blank-header",
}  # fmt: skip
LABELS = {kind for kind in STRUCTURE if "label" in kind}
# Said again, less clearly, beside another error of the same row.
ECHOES = {"primary-key"}


def check(folder: Path, article: Article | None = None) -> list[Fault]:
    """Every fault of the case in `folder`; an empty list is a sound case.

    With the article, given here or shipped with the case, every anchor's digest too.
    """
    if large := limits.files(folder):
        return large
    try:
        schema = described(folder)
    except CaseError as error:
        return error.faults
    if long := limits.cells(folder, schema.tables):
        return long  # told alone, since the other checks would take minutes over them
    meta, faults = read_casefile(folder)
    faults += _taken(folder, schema)
    from frictionless import FrictionlessException

    try:
        found, broken = _schema_faults(folder, schema)
    except FrictionlessException as error:
        return [*faults, Fault(PACKAGE, f"not a data package ({error})", "mend what the message names")]
    waiting = [name for name in schema.anchored if PASSAGE in _header(folder, name).split(",")]
    found = [fault for fault in found if fault.file.removesuffix(".csv") not in waiting] + [
        Fault(
            f"{name}.csv",
            "its passages are quoted and not anchored yet",
            f"run sourcebook anchor {folder.name}",
            PASSAGE,
        )
        for name in waiting
    ]
    broken.update(waiting)
    tables = {name: read_text(folder, name) for name in schema.tables if name not in broken}
    for name, frame in [*tables.items()]:  # frictionless overlooks blanks around the names
        if list(frame) != list(schema.tables[name]):
            found.append(Fault(f"{name}.csv", f"the header reads {','.join(frame)}", _right_header(schema, name)))
            del tables[name]
    ragged = {(fault.file, fault.row) for fault in found if not fault.column}  # its cells stand in wrong columns
    told = rules.tables(tables, schema) + judgements.tables(tables, schema)
    told += rules.anchors(tables, schema) + rules.references(tables, folder, meta)
    faults += found + [fault for fault in told if (fault.file, fault.row) not in ragged]
    if meta:
        faults += rules.casefile(meta, tables, schema) + judgements.casefile(meta, tables)
    if meta and not article:
        try:
            article = shipped(folder, meta)
        except SourcebookError as error:
            found = str(error).replace(f"{folder}{os.sep}", "")
            faults.append(Fault(CASE, found, "put the article's text there, or leave the key out", "article.text"))
    if article and meta:
        faults += rules.digests(tables, schema, article, meta["article"]["sha256"])
    return faults


def described(folder: Path) -> Schema:
    """The case's Table Schema; CaseError with every fault of datapackage.json, so that whoever has it need not doubt its form.

    Before that, CaseError with what may not be read at all.
    """
    if faults := strays(folder):
        raise CaseError(folder.name, faults)
    try:
        schema = Schema.read(folder)
    except (ValueError, RecursionError) as error:  # of numbers of 5000 digits, or nested more deeply than Python goes
        raise CaseError(folder.name, [Fault(PACKAGE, f"not JSON ({error})", "mend the file's syntax")]) from None
    if faults := descriptor.faults(schema.descriptor):
        raise CaseError(folder.name, faults)
    return schema


def _taken(folder: Path, schema: Schema) -> list[Fault]:
    """Of a case below data/ of a checkout: the fault that it bears the name of another there, as a copy of it does.

    Elsewhere (a package unpacked, a case by its path) a folder may be called as one likes.
    """
    data, name = folder.parent, schema.descriptor.get("name")
    if data.name != DATA or not (data.parent / NOTEBOOKS).is_dir() or folder.name.startswith("."):
        return []
    if not isinstance(name, str) or name == folder.name:
        return []
    for other in sorted(data.glob(f"*/{PACKAGE}")):
        if other.parent.name != folder.name and not other.parent.name.startswith(".") and _name(other) == name:
            found = f"“{name}” is the name of another case too, {DATA}/{other.parent.name}"
            return [Fault(PACKAGE, found, f"write the name of this one's folder, “{folder.name}”", column="name")]
    return []


def _name(package: Path) -> str | None:
    """The name in a datapackage.json; None where there is none to read."""
    try:
        return json.loads(package.read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def text_at_hand(folder: Path, given: Path | None = None) -> tuple[Article | None, str]:
    """The text to hold a case's anchors against, and what it is in words: what is given, what the case ships (which `check`
    reads itself, so it is None here), the analyst's own copy; None and "" where there is none.
    """
    article = ((read_casefile(folder)[0]) or {}).get("article", {})
    own = own_copy(folder)
    if given:
        return passed(given, article.get("sha256", "")), "the article"
    if article.get("text"):
        return None, f"the text that the case ships, {article['text']}"
    return (read(own), f"your own copy of the text, {own.parent.name}/{own.name}") if own.is_file() else (None, "")


def read_text(folder: Path, table: str) -> pd.DataFrame:
    """A table as it is written: one str column a field, blank = "", indexed by line of the file (the header being 1).

    A row that is too short is filled up and one that is too long cut, so that every row is there to be checked.
    """
    records, lines = _records(folder / f"{table}.csv")
    head, *body = records
    rows = [(record + [""] * len(head))[: len(head)] for record in body]
    return pd.DataFrame(rows, columns=head, index=lines[1:], dtype=str)


def _records(path: Path) -> tuple[list[list[str]], list[int]]:
    """The records of a CSV file, and the line on which each begins: a cell may hold a line break."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        records, lines, line = [], [], 1
        for record in reader:
            records.append(record)
            lines.append(line)
            line = reader.line_num + 1
    return records, lines


@lru_cache(maxsize=2)  # asked for each fault of a table; emptied by each check
def _lines(path: Path) -> list[int]:
    return _records(path)[1]


def _schema_faults(folder: Path, schema: Schema) -> tuple[list[Fault], set[str]]:
    """What frictionless finds, and the names of the tables whose structure is broken.

    frictionless blames an unreadable table on every table that refers to it and then reads those no
    further. So a package with faults is read twice more: without its foreign keys for the faults of each
    table, then with those between sound tables for the faults between them.
    """
    _lines.cache_clear()
    errors = _validate(folder, schema.descriptor)
    if not errors:
        return [], set()
    plain = _validate(folder, _without_keys(schema.descriptor, keep=set()))
    broken = {table for table, error in plain if error.type in STRUCTURE}
    sound = schema.tables.keys() - broken
    linked = _validate(folder, _without_keys(schema.descriptor, keep=sound))
    errors = plain + [(table, error) for table, error in linked if error.type == "foreign-key"]
    # A row that ends early lacks one cell after another, and each required one is told as empty besides.
    short = {(table, error.row_number) for table, error in errors if error.type == "missing-cell"}
    labels = Counter(table for table, error in errors if error.type in LABELS)
    faults = []
    for table, error in errors:
        place = table, getattr(error, "row_number", None)
        if error.type in LABELS and _foreign(_header(folder, table)):
            found = "its cells are not parted by commas"
            right = f"save it with commas, or let sourcebook import {folder.name} {table}.csv do it"
            faults.append(Fault(f"{table}.csv", found, right))
            continue
        if error.type in LABELS and labels[table] > 1:
            faults.append(
                Fault(f"{table}.csv", f"the header reads {_header(folder, table)}", _right_header(schema, table))
            )
            continue
        beside = error.type in ECHOES or table in broken and error.type not in STRUCTURE
        if beside or place in short and error.type == "constraint-error" and error.cell in (None, "", "None"):
            continue
        faults.append(_fault(table, error, schema, folder))
    return list(dict.fromkeys(faults)), broken


def _validate(folder: Path, package: dict) -> list[tuple[str, object]]:
    from frictionless import Package, system  # costs a third of a second, so only where it is used

    with system.use_context(trusted=False):
        report = Package.from_descriptor(descriptor.bare(package), basepath=str(folder)).validate()
    general = [("", error) for error in report.errors]
    return general + [(task.name, error) for task in report.tasks for error in task.errors]


def _without_keys(descriptor: dict, keep: set[str]) -> dict:
    """The descriptor with only the tables in `keep` and the keys between them; with no `keep`, all tables and no key."""
    resources = []
    for resource in descriptor["resources"]:
        if keep and resource["name"] not in keep:
            continue
        keys = [key for key in resource["schema"].get("foreignKeys", []) if key["reference"]["resource"] in keep]
        resources.append({**resource, "schema": {**resource["schema"], "foreignKeys": keys}})
    return {**descriptor, "resources": resources}


def _header(folder: Path, table: str) -> str:
    """A table's header row; empty where there is none to read."""
    try:
        return ",".join(_records(folder / f"{table}.csv")[0][0])
    except (OSError, UnicodeDecodeError, IndexError, csv.Error):
        return ""


def _foreign(header: str) -> bool:
    """Whether a spreadsheet of another language has written the table, with semicolons or tabs for commas."""
    return "," not in header and (";" in header or "\t" in header)


def _right_header(schema: Schema, table: str) -> str:
    return f"the header must read {','.join(schema.tables.get(table, []))}"


def _fault(table: str, error, schema: Schema, folder: Path) -> Fault:
    """One frictionless error in the words of this project: what was found and what would be right."""
    file, row = f"{table}.csv" if table else "datapackage.json", getattr(error, "row_number", None)
    row = row and _lines(folder / file)[row - 1]  # frictionless counts records, an editor lines
    cells = getattr(error, "cells", None) or [""]
    id, column = cells[0] or "", getattr(error, "field_name", "") or ""
    field = schema.tables.get(table, {}).get(column, {})
    rule = field.get("constraints", {})
    cell = getattr(error, "cell", None)
    match error.type:
        case "constraint-error" if not cell:
            found, right = "the cell is empty", f"it needs a value: {field['description']}"
        case "constraint-error" if "enum" in rule:
            codes = ", ".join(map(str, rule["enum"]))
            found, right = f"found “{cell}”", f"allowed are {codes}{nearest(cell, rule['enum'])}"
        case "constraint-error":
            wanted = ", ".join(f"{name} {value}" for name, value in rule.items() if name not in ("required", "unique"))
            found, right = f"found “{cell}”", f"it must keep to: {wanted}"
        case "type-error":
            found, right = f"found “{cell}”", f"it must be of type {field['type']}"
        case "unique-error":
            found, right = (
                f"“{cell}” stands in an earlier row too ({error.note})",
                f"give this row {'an id' if column == 'id' else f'a {column}'} of its own",
            )
        case "foreign-key":
            column, cell = error.field_names[0], error.field_cells[0]
            keys = read_text(folder, error.reference_name)[error.reference_field_names[0]]
            found = f"found “{cell}”"
            right = f"it must be the {error.reference_field_names[0]} of a row in {error.reference_name}.csv{nearest(cell, keys)}"
        case "extra-cell":
            found, right = f"one cell too many, “{cell}”", "put text that holds a comma in quotation marks"
        case "missing-cell":
            column = ""
            found, right = (
                "the row ends early",
                f"it needs {len(schema.tables[table])} cells, a comma for each empty one",
            )
        case "blank-row":
            found, right = "the row is empty", "delete the line"
        case "scheme-error":
            found, right = "the file is missing", "restore it, or write one with only the header row"
        case "source-error":
            found, right = "the file is empty", f"it needs at least the header row {','.join(schema.tables[table])}"
        case "encoding-error":
            found, right = f"not UTF-8 ({error.note})", "save the file as UTF-8"
        case kind if kind in STRUCTURE:
            label = f"“{error.label}”" if getattr(error, "label", "") else "the header row"
            found, right = f"{label} is not as the schema has it", _right_header(schema, table)
        case _:
            found, right = error.message, "see datapackage.json"
    return Fault(file, found, right, column=column, row=row, id=id)
