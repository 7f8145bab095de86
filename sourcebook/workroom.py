"""A folder of built things, turned into a place to build in, which no killed process litters.

Whoever builds there shares a lock on the folder. The system takes it back when the process ends, however it ends; so
whoever finds nobody else there may clear away what was left half made.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = ".lock"
LEFT = re.compile(r"\..+(-[a-z0-9_]{8}|\.[0-9a-f]{8})")  # as workroom calls a folder, and files.write a file
ASIDE = "old-0"  # what book.replace calls a report whose place it takes


@contextmanager
def workroom(folder: Path, prefix: str) -> Iterator[Path]:
    """A new hidden folder in `folder`, which is gone with all that is in it when the block ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with _shared(folder):
        room = tempfile.TemporaryDirectory(dir=folder, prefix=f".{prefix}-", ignore_cleanup_errors=True)
        try:
            yield Path(room.name)
        finally:
            _clean(room)


def _clean(room: tempfile.TemporaryDirectory) -> None:
    """Delete a folder, to the end: a request to stop that comes meanwhile is heard when it is gone."""
    try:
        room.cleanup()
    except KeyboardInterrupt:
        _clean(room)
        raise


def tidy(folder: Path) -> None:
    """Clear away what killed processes left in `folder`, for who has nothing to build there; where that user may not
    write, it stays.
    """
    with suppress(OSError), _shared(folder):
        pass


@contextmanager
def _shared(folder: Path) -> Iterator[None]:
    """The lock, shared while the block runs. Windows has none: there what was left stays until `sourcebook clean`."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / LOCK).open("ab") as lock:
        with suppress(OSError):  # somebody else is building, or the file system has no locks
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(folder)
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _clear(folder: Path) -> None:
    """Delete what killed processes left: folders that they built in, and files half written. A report that was being
    replaced just then, on a system on which that takes two steps, is put back first.
    """
    for path in [path for path in folder.rglob(".*") if LEFT.fullmatch(path.name)]:
        if path.is_dir() and not path.is_symlink():
            aside, place = path / ASIDE, path.with_name(path.name[1:-9])
            if aside.is_dir() and not place.exists():
                aside.rename(place)
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
