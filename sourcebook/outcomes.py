"""The stored results of a sweep, turned into the table of outcomes and its description, and these into a frame.

The description, a Frictionless data resource, says what the table was made from, so that nobody takes an old one for new.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from sourcebook import digests, files, paths
from sourcebook.store import Store

TYPES = {"string": "str", "integer": "Int64", "number": "float64"}


def write(sweep, places: Iterable[int], store: Store, folder: Path, sample: dict | None) -> Path:
    """Write the table of outcomes of a sourcebook.sweep.Sweep and its description into a folder."""
    columns: dict[str, dict[str, set]] = {name: {} for name in sweep.space.outcomes}
    for place in places:
        for run in sweep.runs(place):
            for name, value in (store.get(run.key) or {}).items():
                columns[run.notebook.stem].setdefault(name, set()).add(type(value))
    fields = {"run": "integer"} | {axis.name: "string" for axis in sweep.space.axes}
    for notebook, found in columns.items():
        for name in sweep.space.watched(notebook, found):
            kinds = found[name] - {type(None)}
            kind = "integer" if kinds == {int} else "number" if kinds and kinds <= {int, float} else "string"
            fields[f"{notebook}.{name}"] = kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / paths.OUTCOMES
    files.write(path, _rows(sweep, places, store, list(fields)))
    told = {
        "name": path.stem, "path": path.name, "profile": "tabular-data-resource", "format": "csv",
        "title": "Outcomes of the multiverse: one row a specification; written by sourcebook multiverse",
        "hash": f"sha256:{digests.file(path)}", "grid": len(sweep.space), "sample": sample, "fixed": sweep.fixed,
        "schema": {"fields": [{"name": n, "type": t} for n, t in fields.items()], "missingValues": [""], "primaryKey": ["run"]},
        "made": sweep.made,
    }  # fmt: skip
    files.write(path.with_suffix(".json"), json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return path


def _rows(sweep, places: Iterable[int], store: Store, columns: list[str]) -> Iterator[str]:
    """The lines of the table."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(columns)
    yield line.text
    for place in places:
        row = {"run": place + 1} | {name: choice.text for name, choice in sweep.space.at(place).items()}
        for run in sweep.runs(place):
            found = store.get(run.key) or {}
            row |= {f"{run.notebook.stem}.{name}": value for name, value in found.items()}
        writer.writerow(["" if row.get(column) is None else row[column] for column in columns])
        yield line.text


class _Line:
    """What csv writes to: the last line alone."""

    def write(self, text: str) -> None:
        self.text = text


def description(folder: Path) -> dict | None:
    """What stands beside a table of outcomes: what it was made from, its columns' types; None unless both are sound."""
    try:
        told = json.loads((folder / paths.OUTCOMES).with_suffix(".json").read_text(encoding="utf-8"))
        sound = told["hash"] == f"sha256:{digests.file(folder / paths.OUTCOMES)}" and _made(told["made"])
        sound = sound and (told["sample"] is None or isinstance(told["sample"], dict)) and bool(_types(told))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return told if sound else None


def current(folder: Path, space, made: dict[str, str]) -> tuple[dict, pd.DataFrame] | None:
    """The description of a table, and the table, if it was made from just this and holds what a sweep of the
    sourcebook.multiverse.Multiverse writes; else None, since its hash is in reach of whoever wrote the table.
    """
    told = description(folder)
    try:
        if told and told["made"] == made and _fits(frame := read(folder, told), told, space):
            return told, frame
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        pass
    return None


def _made(made: object) -> bool:
    """Whether this is a list of ingredients and their digests."""
    return isinstance(made, dict) and not any(
        name.startswith("parameter ") or not isinstance(digest, str) for name, digest in made.items()
    )


def _types(told: dict) -> dict[str, str]:
    """The columns' types; KeyError or TypeError where one is none that a sweep writes."""
    return {field["name"]: TYPES[field["type"]] for field in told["schema"]["fields"]}


def _fits(frame: pd.DataFrame, told: dict, space) -> bool:
    """Whether each row is a specification of the grid, each once, and every other column an outcome that is asked for."""
    axes = [axis.name for axis in space.axes]
    runs = frame["run"].tolist()
    whole = len(runs) == len(space) if told["sample"] is None else bool(runs)
    if list(frame) != list(_types(told)) or list(frame)[: len(axes) + 1] != ["run", *axes]:
        return False
    if not whole or len(set(runs)) < len(runs) or min(runs) < 1 or max(runs) > len(space):
        return False
    for name in list(frame)[len(axes) + 1 :]:
        notebook, _, figure = name.partition(".")
        if notebook not in space.outcomes or not space.watched(notebook, [figure]):
            return False
    texts = frame[axes].to_numpy().tolist()
    return all([c.text for c in space.at(run - 1).values()] == row for run, row in zip(runs, texts))


def read(folder: Path, told: dict) -> pd.DataFrame:
    """The table, its columns as the description types them; see sourcebook.multiverse.outcomes."""
    types = _types(told)
    text = (folder / paths.OUTCOMES).read_text(encoding="utf-8")
    words = [name for name, kind in types.items() if kind == "str"]
    frame = pd.read_csv(
        io.StringIO(text), dtype=types, keep_default_na=False, na_values={n: [""] for n in types if n not in words}
    )
    return frame.astype({"run": "int64"})
