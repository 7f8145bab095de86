"""A case's multiverse and its notebooks, turned into the typed values to run, or into what of the two does not fit."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from sourcebook import paths
from sourcebook.case import Case
from sourcebook.errors import Fault, ParameterError, nearest
from sourcebook.multiverse import Multiverse
from sourcebook.parameters import Parameter, checked, written


def values(case: Case, space: Multiverse, known: dict[str, Parameter], top: Path, usual: dict) -> tuple[list, dict]:
    """What of multiverse.yml does not fit the case and its notebooks; and each choice's typed value, by axis and text."""
    faults, values = [], {}

    def fault(column: str, found: str, right: str) -> None:
        faults.append(Fault(paths.MULTIVERSE, found, right, column=column))

    for axis in space.axes:
        place = f"axes.{axis.name}"
        if axis.name not in known or axis.name == "case":
            names = [name for name in known if name != "case"]
            fault(
                place, "there is no such parameter", f"the parameters are {', '.join(names)}{nearest(axis.name, names)}"
            )
            continue
        texts = [choice.text for choice in axis.choices]
        for choice in axis.choices:
            try:
                value = checked({axis.name: choice.value}, known, case)
                values[axis.name, choice.text] = value.get(axis.name, known[axis.name].default)
            except ParameterError as error:
                found, _, right = str(error).splitlines()[-1].strip().partition("; ")
                fault(f"{place}.values", found, right or "see sourcebook params")
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            fault(f"{place}.values", f"“{text}” twice", "give each value once")
        own = written(usual.get(axis.name, known[axis.name].default))
        if own not in texts:
            fault(f"{place}.values", f"not the report's own choice, “{own}”", "every axis holds it, to compare with")
    books = {path.stem: path for path in paths.notebooks(top)}
    for name in space.outcomes:
        if name not in books:
            fault(
                f"outcomes.{name}",
                "there is no such notebook",
                f"the notebooks are {', '.join(books)}{nearest(name, books)}",
            )
    return faults, values


def unknown(space: Multiverse, figures: dict[str, Iterable[str]]) -> list[Fault]:
    """Patterns of multiverse.yml that fit none of the named figures of their notebook."""
    return [
        Fault(
            paths.MULTIVERSE, f"“{pattern}” is no figure of this notebook",
            f"its figures are {', '.join(sorted(figures[name]))}{nearest(pattern, figures[name])}", column=f"outcomes.{name}",
        )
        for name, patterns in space.outcomes.items()
        for pattern in patterns
        if figures.get(name) and not any(fnmatchcase(figure, pattern) for figure in figures[name])
    ]  # fmt: skip
