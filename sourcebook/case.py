"""A case's folder, turned into typed, checked frames."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from sourcebook import digests, paths
from sourcebook.casefile import read_casefile
from sourcebook.check import check, read_text
from sourcebook.errors import CaseError, SourcebookError, nearest
from sourcebook.schema import Schema
from sourcebook.statements import statements


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
    derived: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)  # from them

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(f"case {self.__dict__.get('name')} has no table {name}") from None


def locate(case: str, start: Path | None = None) -> Path:
    """The folder of a case, given by its name in the checkout around `start` or by its path; "" is the book's own case."""
    with suppress(OSError, ValueError):  # a text that no file can be called is the name of no case
        if case and (Path(case) / paths.PACKAGE).is_file():
            return Path(case).resolve()
    top = paths.root(start)
    case = case or paths.default_case(top)
    if len(case) < 200 and "\0" not in case and (top / paths.DATA / case).is_dir() and Path(case).name == case:
        return top / paths.DATA / case
    known = paths.cases(top)
    raise SourcebookError(
        f"there is no case “{case[:200]}”; the cases here are {', '.join(known)}{nearest(case, known)}"
    )


def load(case: str, start: Path | None = None) -> Case:
    """Load a case by name or path; raise CaseError with every fault where it has any.

    A case that this process has loaded before is checked again only if a byte of its files has changed.
    """
    folder = locate(case, start)
    known = _load(folder, digests.folder(folder))
    tables = {name: frame.copy(deep=False) for name, frame in known.tables.items()}
    case = replace(known, meta=deepcopy(known.meta), tables=tables)  # whoever changes them changes his own
    case.derived.update(known.derived)
    return case


@lru_cache(maxsize=4)
def _load(folder: Path, digest: str) -> Case:
    faults = check(folder)
    if faults:
        raise CaseError(folder.name, faults)
    schema = Schema.read(folder)
    meta, _ = read_casefile(folder)
    tables = {name: schema.frame(name, read_text(folder, name)).reset_index(drop=True) for name in schema.tables}
    case = Case(folder.name, folder, meta, schema, tables)
    statements(case)
    return case


def inventory(case: Case) -> pd.DataFrame:
    """The tables that a report on the case rests on: file, rows (int), sha256 (str, first 16 hex digits)."""
    files = [(f"{name}.csv", len(frame)) for name, frame in case.tables.items()]
    hashed = [digests.file(case.folder / file)[:16] for file, _ in files]
    return pd.DataFrame({"file": [file for file, _ in files], "rows": [rows for _, rows in files], "sha256": hashed})
