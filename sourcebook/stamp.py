"""A finished report, turned into a stamp that tells whether it is still what would be built, without building it.

The standard library does all of it: the answer "nothing changed" has to come at once.
"""

import json
import time
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sourcebook import files, ingredients, paths
from sourcebook.ingredients import Made

STAMP = "build.json"
UNCHANGED = "Nothing has changed since it was built."


def asked(case: str, pairs: tuple[str, ...] = (), file: Path | None = None, article: bool = False) -> dict:
    """What a person typed, as far as it decides which report is meant; `article` is whether to show one that does not ship."""
    try:
        text = file.read_text(encoding="utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        text = str(file)  # whoever reads it will say what is wrong with it
    return {"case": case, "parameters": sorted(pairs), "file": text, "article": article}


class Took:
    """How many seconds each part of a build took: `with took("pages"): …`. The clock's times stand in the stamp alone."""

    def __init__(self):
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, part: str):
        begun = time.monotonic()
        yield
        self.seconds[part] = round(time.monotonic() - begun, 2)


def put(report: Path, made: Made, request: dict, formats: Iterable[str] = ("html",), took: dict | None = None) -> None:
    """Stamp a finished report: what it was made from, what was asked for, its formats, and the digest of each file;
    also when it was finished, and how many seconds its parts took.
    """
    entry = {"made": made, "asked": request, "formats": sorted(formats), "files": _files(report)}
    entry |= {"finished": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": took or {}}
    files.write(report / STAMP, json.dumps(entry, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def holds(report: Path, made: Made, formats: Iterable[str] = ("html",)) -> bool:
    """Whether a report is whole, made from just this, and there in these formats."""
    entry = _read(report)
    return bool(entry) and entry["made"] == made and _there(entry, formats) and _whole(report, entry)


def current(top: Path, request: dict, engine: str, formats: Iterable[str] = ("html",)) -> Path | None:
    """The report that was built for this very request and is there in these formats, if nothing that it was made from
    has changed; else None.
    """
    case = top / paths.DATA / (request["case"] or paths.default_case(top))
    if not case.is_dir():
        return None
    now = ingredients.of_report({}, paths.notebooks(top), case, top, engine)
    for stamp in sorted((top / paths.BUILD).glob(f"*/{STAMP}")):
        entry = _read(stamp.parent)
        if entry and entry["asked"] == request and _there(entry, formats) and _without_parameters(entry["made"]) == now:
            if _whole(stamp.parent, entry):
                return stamp.parent
    return None


def _without_parameters(made: Made) -> Made:
    return {name: digest for name, digest in made.items() if not name.startswith("parameter ")}


def _there(entry: dict, formats: Iterable[str]) -> bool:
    return set(formats) <= set(entry["formats"])


def _whole(report: Path, entry: dict) -> bool:
    return _files(report) == entry["files"]


def _files(report: Path) -> dict[str, str]:
    """The digest of every file of a report but its stamp."""
    found = ingredients.files(report, report)
    found.pop(STAMP, None)
    return found


def _read(report: Path) -> dict | None:
    try:
        entry = json.loads((report / STAMP).read_text(encoding="utf-8"))
        return entry if {"made", "asked", "formats", "files"} <= entry.keys() else None
    except (OSError, ValueError, AttributeError):
        return None
