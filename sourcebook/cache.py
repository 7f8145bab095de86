"""Executed notebooks, kept under the digest of all that they were made from, and the reasons to run one again."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sourcebook import digests, files, ingredients
from sourcebook.ingredients import Made

KEPT = 24  # results of a notebook; the ones longest unused go


class Cache:
    """A folder of results: <notebook>/<key>.json with what it was made from, the executed notebook, and its digest.

    made: what a run of a notebook is made from.
    """

    def __init__(self, folder: Path, made: Callable[[Path], Made]):
        self.folder, self.made, self.asked = folder, made, {}

    def get(self, notebook: Path) -> str | None:
        """The executed notebook's text; None where it was never run so, or where what is stored is damaged."""
        made = self.asked[notebook] = self.made(notebook)
        path = self._path(notebook, made)
        entry = _read(path)
        if entry is None:
            return None
        files.touch(path)
        return entry["notebook"]

    def put(self, notebook: Path, text: str) -> None:
        """Keep the result of a notebook that `get` did not find, unless what it was made from changed meanwhile."""
        made = self.made(notebook)
        if made != self.asked.get(notebook):
            return
        path = self._path(notebook, made)
        entry = {"made": made, "sha256": digests.text(text), "notebook": text}
        with suppress(OSError):  # a result that cannot be kept is made again
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write(path, json.dumps(entry, ensure_ascii=False))
            files.prune(path.parent, KEPT)

    def reasons(self, notebook: Path) -> list[str]:
        """Why the notebook would run again, in words; empty where its result is there."""
        made = self.made(notebook)
        path = self._path(notebook, made)
        if path.is_file():
            return [] if _read(path) else ["its stored result is damaged"]
        told = [
            ingredients.differences(entry["made"], made)
            for path in sorted((self.folder / notebook.stem).glob("*.json"))
            if (entry := _read(path))
        ]
        return min(told, key=len, default=["it has not been run yet"])

    def _path(self, notebook: Path, made: Made) -> Path:
        return self.folder / notebook.stem / f"{digests.value(made)[:32]}.json"


def _read(path: Path) -> dict | None:
    """An entry; None where there is none or a byte of it is not what was written."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        sound = entry["sha256"] == digests.text(entry["notebook"]) and path.stem == digests.value(entry["made"])[:32]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return entry if sound else None
