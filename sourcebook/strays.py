"""A case's folder, turned into the list of what in it is no file of the case's own: links that lead elsewhere, pipes, devices.

Whoever gets a case from somebody else would publish what its links lead to, and wait for ever at a pipe.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sourcebook.errors import Fault
from sourcebook.paths import DATA, NOTEBOOKS


def strays(folder: Path) -> list[Fault]:
    """What may not be read; hidden files, such as an editor's lock, are no part of a case. Cases of one checkout may share
    a file by a link.
    """
    home = folder.resolve()
    if home.parent.name == DATA and (home.parents[1] / NOTEBOOKS).is_dir():
        home = home.parent
    faults = []
    for path in _entries(folder):
        name = path.relative_to(folder).as_posix()
        try:
            place = path.resolve(strict=True)
            mode = place.stat().st_mode
        except (OSError, RuntimeError):  # the second is Python's word for a link that leads back to itself
            faults.append(Fault(name, "a link that leads nowhere", "put the file itself there"))
            continue
        if not place.is_relative_to(home):
            faults.append(Fault(name, "a link that leads out of the case", "put the file itself there"))
        elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            faults.append(Fault(name, "a pipe, socket or device", "put a file there, or take it away"))
    return faults


def _entries(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in [*folders, *sorted(names)] if not name.startswith("."))
