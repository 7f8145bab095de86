"""A case's folder, turned into typed, checked frames."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sourcebook import paths
from sourcebook.casefile import read_casefile
from sourcebook.check import check, read_text
from sourcebook.errors import CaseError, SourcebookError, nearest
from sourcebook.schema import Schema


@dataclass(frozen=True)
class Case:
    """The coded record of one article.

    `tables` maps the name of each table of datapackage.json to a frame with one row a record and the
    schema's columns: text is str (NaN where missing), a coded text an ordered Categorical, a whole number
    Int64, a day datetime64. A table is also an attribute: `case.claims`. `meta` is case.yml, `choices` what
    a reader set aside (see sourcebook.selection), empty for the whole record.
    """

    name: str
    folder: Path
    meta: dict
    schema: Schema
    tables: dict[str, pd.DataFrame] = field(repr=False)
    choices: dict = field(default_factory=dict)

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(f"case {self.__dict__.get('name')} has no table {name}") from None


def locate(case: str, start: Path | None = None) -> Path:
    """The folder of a case, given by its name in the checkout around `start` or by its path; "" is the book's own case."""
    if case and (Path(case) / paths.PACKAGE).is_file():
        return Path(case).resolve()
    top = paths.root(start)
    case = case or paths.default_case(top)
    if (top / paths.DATA / case).is_dir() and Path(case).name == case:
        return top / paths.DATA / case
    known = paths.cases(top)
    raise SourcebookError(f"there is no case “{case}”; the cases here are {', '.join(known)}{nearest(case, known)}")


def load(case: str) -> Case:
    """Load a case by name or path; raise CaseError with every fault where it has any."""
    folder = locate(case)
    faults = check(folder)
    if faults:
        raise CaseError(folder.name, faults)
    schema = Schema.read(folder)
    meta, _ = read_casefile(folder)
    tables = {name: schema.frame(name, read_text(folder, name)).reset_index(drop=True) for name in schema.tables}
    return Case(folder.name, folder, meta, schema, tables)


def inventory(case: Case) -> pd.DataFrame:
    """The tables that a report on the case rests on: file, rows (int), sha256 (str, first 16 hex digits)."""
    files = [(f"{name}.csv", len(frame)) for name, frame in case.tables.items()]
    hashed = [hashlib.sha256((case.folder / file).read_bytes()).hexdigest()[:16] for file, _ in files]
    return pd.DataFrame({"file": [file for file, _ in files], "rows": [rows for _, rows in files], "sha256": hashed})
