"""A report, turned into the list of files that come out otherwise when it is built a second time in other surroundings.

The surroundings are another folder with another name, time zone, language, user, home, hash seed, file mode and time; nothing
that was stored is used again. What is the same in both is the machine with its programs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sourcebook import digests, origin, paths, tied
from sourcebook.errors import BuildError
from sourcebook.stamp import STAMP

SURROUNDINGS = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1234567", "PYTHONUTF8": "1",
                "USER": "somebody-else", "LOGNAME": "somebody-else"}  # fmt: skip
INPUTS = (paths.DATA, paths.NOTEBOOKS, paths.BOOK, paths.CONFIG, paths.TOC, paths.LOCK, f"{paths.BUILD}/{paths.SWEPT}")


def compare(report: Path, command: list[str], top: Path, case: Path) -> int:
    """Build the report again in a copy of the checkout `top`, and return how many files were compared.

    command: what builds it, run in the copy; case: the case's folder. Raise BuildError, naming each file that differs, is
    missing or is new.
    """
    with tempfile.TemporaryDirectory(prefix="sourcebook twin ü ") as folder:
        copy, home = Path(folder, "checkout"), Path(folder, "home")
        home.mkdir()
        _copy(top, copy)
        searched = os.pathsep.join(path for path in sys.path if path)
        more = {**SURROUNDINGS, "HOME": str(home), "PYTHONPATH": searched, origin.EPOCH: str(origin.date(top, case))}
        with tied.tie({**os.environ, **more}) as tie:
            done = subprocess.run(
                command, cwd=copy, **tie, capture_output=True, encoding="utf-8", errors="replace", umask=0o077
            )
        if done.returncode:
            raise BuildError(f"The second build failed, the first stays:\n{done.stderr.strip()}")
        ours, theirs = contents(report), contents(copy / report.relative_to(top))
    differing = [name for name in sorted(ours | theirs) if ours.get(name) != theirs.get(name)]
    if differing:
        told = [f"  {name}: {_said(name in ours, name in theirs)}" for name in differing]
        raise BuildError(
            "\n".join([f"Built twice, {len(told)} of {len(ours | theirs)} files differ; the report stays:", *told])
            + "\nWhat these files hold depends on the machine: look for the clock, paths, locales and the order of sets."
        )
    return len(ours)


def contents(report: Path) -> dict[str, str]:
    """The digest of every file of a report but its stamp, which holds the clock's times."""
    found = digests.files(report, (path for path in report.rglob("*") if path.is_file()))
    found.pop(STAMP, None)
    return found


def _said(first: bool, second: bool) -> str:
    """What is to be said of a file that differs, by which build made it."""
    if not second:
        return "was not made again"
    return "has other bytes" if first else "was made the second time only"


def _copy(top: Path, copy: Path) -> None:
    """What a build reads, the last names first, so that folders list them in another order where that can be."""
    for name in reversed(INPUTS):
        source = top / name
        found = sorted(source.rglob("*"), reverse=True) if source.is_dir() else [source]
        for file in filter(Path.is_file, found):
            target = copy / file.relative_to(top)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
