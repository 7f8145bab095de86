"""A case's multiverse.yml, turned into the axes along which its analyses are run again, and the table of what came out.

A multiverse analysis (Steegen, Tuerlinckx, Gelman and Vanpaemel 2016) runs an analysis under every combination of
choices that could be defended. A combination is a specification; the table of outcomes has one row for each.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import prod
from pathlib import Path

import pandas as pd

from sourcebook import digests, ingredients, paths
from sourcebook import outcomes as table
from sourcebook.case import Case
from sourcebook.casefile import TEXT, read_document
from sourcebook.errors import CaseError, SourcebookError
from sourcebook.ingredients import Made
from sourcebook.parameters import written

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["outcomes", "axes"],
    "properties": {
        "outcomes": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "array", "items": TEXT, "minItems": 1},
        },
        "axes": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["label", "because", "values"],
                "properties": {
                    "label": TEXT,
                    "because": TEXT,
                    "values": {
                        "type": "array",
                        "minItems": 2,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["value", "label"],
                            "properties": {
                                "value": {"type": ["string", "number", "boolean", "array"]},
                                "label": TEXT,
                            },
                        },
                    },
                },
            },
        },
    },
}
# What of the package decides a figure, and what of case.yml does not.
METHOD = ("coders.py", "selection.py", "statements.py", "schema.py", "words.py")
SHOWN = (
    "title",
    "subtitle",
    "question",
    "authors",
    "licence",
    "version",
    "date",
    "publisher",
    "doi",
    "url",
    "keywords",
)


@dataclass(frozen=True)
class Choice:
    """One value of an axis: `text` as on the command line, `label` in words, `value` as multiverse.yml has it."""

    text: str
    label: str
    value: object


@dataclass(frozen=True)
class Axis:
    """A parameter, why it could be chosen otherwise, and the values that could be defended."""

    name: str
    label: str
    because: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Multiverse:
    """All specifications: each combination of one choice on every axis, the last axis varying fastest.

    outcomes: patterns of the glued values that are collected, by notebook; * stands for any letters.
    """

    axes: tuple[Axis, ...]
    outcomes: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return prod(len(axis.choices) for axis in self.axes)

    def at(self, place: int) -> dict[str, Choice]:
        """The specification at a place of the grid, from 0."""
        chosen = {}
        for axis in reversed(self.axes):
            place, digit = divmod(place, len(axis.choices))
            chosen[axis.name] = axis.choices[digit]
        return {axis.name: chosen[axis.name] for axis in self.axes}

    def place(self, texts: dict[str, str]) -> int | None:
        """Where in the grid a choice on each axis stands; None where one of them is not among the axis's."""
        place = 0
        for axis in self.axes:
            found = [choice.text for choice in axis.choices]
            if texts[axis.name] not in found:
                return None
            place = place * len(found) + found.index(texts[axis.name])
        return place

    def watched(self, notebook: str, names) -> list[str]:
        """Those of some glued names that are outcomes, in the order of the patterns."""
        found = [name for pattern in self.outcomes[notebook] for name in sorted(names) if fnmatchcase(name, pattern)]
        return list(dict.fromkeys(found))


def read(case: Case) -> Multiverse | None:
    """The case's multiverse; None where it has none. Raise CaseError with every fault of the file's form."""
    if not (case.folder / paths.MULTIVERSE).is_file():
        return None
    told, faults = read_document(case.folder, paths.MULTIVERSE, SCHEMA, "see “multiverse.yml” in docs/multiverse.md")
    if faults:
        raise CaseError(case.name, faults)
    axes = tuple(
        Axis(name, axis["label"], axis["because"], tuple(map(_choice, axis["values"])))
        for name, axis in told["axes"].items()
    )
    return Multiverse(axes, {name: tuple(patterns) for name, patterns in told["outcomes"].items()})


def _choice(told: dict) -> Choice:
    value = told["value"]
    return Choice(written(sorted(value, key=str) if isinstance(value, list) else value), told["label"], value)


def made(case: Case, space: Multiverse, top: Path) -> Made:
    """What the table of outcomes is made from: the record, the axes, the notebooks' code, and the code behind it."""
    package = Path(__file__).parent
    modules = [package / name for name in METHOD] + [package / "analysis" / f"{name}.py" for name in space.outcomes]
    files = [case.folder / f"{name}.csv" for name in case.tables] + [case.folder / paths.PACKAGE]
    meta = {name: value for name, value in case.meta.items() if name not in SHOWN}
    notebooks = {name: top / paths.NOTEBOOKS / f"{name}.ipynb" for name in space.outcomes}
    return {
        paths.CASE: digests.value(meta),
        paths.MULTIVERSE: digests.value([[[a.name, [c.text for c in a.choices]] for a in space.axes], space.outcomes]),
        **digests.files(case.folder, files),
        **{
            f"{paths.NOTEBOOKS}/{path.name}": ingredients.statements(path)
            for path in notebooks.values()
            if path.is_file()
        },
        **{
            f"{package.name}/{name}": digest
            for name, digest in digests.files(package, [path for path in modules if path.is_file()]).items()
        },
    }


def results(case: Case, top: Path) -> Path:
    """The folder of results that are not stored with the case."""
    return top / paths.BUILD / paths.SWEPT / case.name


def outcomes(case: Case) -> pd.DataFrame | None:
    """The table of outcomes, one row a specification; None where the case has no multiverse.

    Columns: run (int64: place in the full grid, from 1), each axis (str: Choice.text), then each outcome, named
    <notebook>.<glued name> (str, Int64 or float64). Raise SourcebookError where the table that is there was made from
    another record, other axes or other code.
    """
    space, top = read(case), paths.root(case.folder)
    if space is None:
        return None
    now, folders = made(case, space, top), (case.folder, results(case, top))
    if current := list(filter(None, (table.current(folder, space, now) for folder in folders))):
        _, frame = min(current, key=lambda found: found[0]["sample"] is not None)  # the whole before a sample of it
        return frame
    others = [found["made"] for found in map(table.description, folders) if found and found["made"] != now]
    reasons = [ingredients.differences(other, now) for other in others]
    reason = "; ".join(min(reasons, key=len, default=["it has not been made yet"]))
    raise SourcebookError(
        f"{paths.OUTCOMES} of case {case.name} is out of step: {reason}. Run: sourcebook multiverse --case {case.name}"
    )
