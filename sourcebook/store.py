"""Results of runs, kept one by one as they come, so that a sweep that is stopped at any moment goes on where it was."""

import json
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sourcebook.errors import SourcebookError

PATIENCE = 60  # seconds to wait for another process
TABLE = "CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, outcomes TEXT NOT NULL) WITHOUT ROWID"


class Store:
    """A file of results by key. Several processes may use it at once; what one has put, the others find."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.damaged, limit = path, False, time.monotonic() + PATIENCE
        while not self._open(limit):
            time.sleep(0.02)

    def _open(self, limit: float) -> bool:
        """Whether the file can be used; if not, it may be the next time: it was damaged, and is gone, or just busy."""
        try:
            self._connect()
        except sqlite3.OperationalError as error:
            # SQLite does not wait by itself where two processes make the file at once.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > limit:
                raise SourcebookError(f"{self.path} cannot be used ({error}): mend that and run again") from None
            return False
        except sqlite3.DatabaseError:
            self.damaged = True
            for file in (self.path, *self.path.parent.glob(f"{self.path.name}-*")):
                file.unlink(missing_ok=True)
            return False
        return True

    def _connect(self) -> None:
        self.file = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            # A result is in the operating system's hands once it is put, so that a killed process loses none.
            self.file.execute("PRAGMA journal_mode=WAL")
            self.file.execute("PRAGMA synchronous=OFF")
            if self.file.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the store is damaged")
            self.file.execute(TABLE)
        except sqlite3.DatabaseError:
            self.file.close()
            raise

    def put(self, key: str, outcomes: dict) -> None:
        try:
            self.file.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (key, json.dumps(outcomes)))
        except sqlite3.OperationalError as error:
            raise SourcebookError(f"{self.path} cannot be written ({error}): mend that and run again") from None

    def get(self, key: str) -> dict | None:
        found = self.file.execute("SELECT outcomes FROM runs WHERE key = ?", (key,)).fetchone()
        return found and json.loads(found[0])

    def __contains__(self, key: str) -> bool:
        return self.file.execute("SELECT 1 FROM runs WHERE key = ?", (key,)).fetchone() is not None

    def missing(self, keys: Iterable[str]) -> int:
        """How many of some different keys have no result yet."""
        return sum(key not in self for key in keys)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
