"""A checkout, turned into its commit and the moment by which everything made from it is dated, whenever that is.

The moment is SOURCE_DATE_EPOCH where that is set (https://reproducible-builds.org/specs/source-date-epoch/), else that of
the last commit. An unpacked package is dated by the file that it carries, wherever it was unpacked; any other copy without
git by the day its record was created.
"""

import json
import os
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sourcebook import paths
from sourcebook.errors import SourcebookError

EPOCH = "SOURCE_DATE_EPOCH"
FIRST = 315532800  # 1980-01-01, the first day that a zip archive can hold
LAST = 2**32 - 1  # in 2106; an archive holds no day after 2107
UNREAD = OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError  # of a file that tells no moment
DIGITS = 20  # of a number of seconds, noughts before it included; Python refuses to read some thousands of them


def commit(top: Path) -> str:
    """The commit that is checked out around a folder, or that a package was made from; "" where there is none.

    Read from git's files, without starting it.
    """
    with suppress(*UNREAD):
        return str(json.loads(_text(top / paths.ORIGIN))["commit"])
    git = next((folder / ".git" for folder in (top, *top.parents) if (folder / ".git").exists()), None)
    if git is None:
        return ""
    with suppress(OSError, UnicodeDecodeError):
        if git.is_file():  # of a worktree
            git = git.parent / _text(git).removeprefix("gitdir:").strip()
        head = _text(git / "HEAD")
        if not head.startswith("ref:"):
            return head
        name = head.removeprefix("ref:").strip()
        shared = git / _text(git / "commondir") if (git / "commondir").is_file() else git
        for folder in (git, shared):
            if (folder / name).is_file():
                return _text(folder / name)
        for line in _text(shared / "packed-refs").splitlines():
            if line.endswith(f" {name}"):
                return line.split()[0]
    return _git(top, "rev-parse", "HEAD")  # a repository that keeps its references in another form


def date(top: Path, case: Path) -> int:
    """The moment, in seconds since 1970 (UTC), by which a report on the case in folder `case` is dated."""
    given = os.environ.get(EPOCH, "")
    if given:
        whole = given.isascii() and given.isdigit() and len(given) <= DIGITS
        if not whole or not FIRST <= int(given) <= LAST:
            shown = repr(given) if len(given) <= DIGITS else f"{given[:DIGITS]!r} and {len(given) - DIGITS} more"
            raise SourcebookError(
                f"{EPOCH} is {shown}; it must be a whole number of seconds from {FIRST} (1980) on: "
                f"unset it, or set it, for instance with {EPOCH}=$(git log -1 --format=%ct)."
            )
        return int(given)
    with suppress(*UNREAD):
        return _held(int(json.loads(_text(top / paths.ORIGIN))["date"]))
    if commit(top) and (told := _git(top, "log", "-1", "--format=%ct")):
        return _held(int(told))
    with suppress(*UNREAD):
        created = datetime.fromisoformat(json.loads(_text(case / paths.PACKAGE))["created"])
        return _held(int(created.replace(tzinfo=created.tzinfo or UTC).timestamp()))
    return FIRST


def _held(seconds: int) -> int:
    """The moment, or the nearest that an archive can hold."""
    return min(max(seconds, FIRST), LAST)


def altered(top: Path) -> bool:
    """Whether the files of a checkout are, as far as git knows, others than those of its commit."""
    return bool(_git(top, "status", "--porcelain", "--untracked-files=normal", "--", "."))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def day(seconds: int) -> str:
    """The day of a moment, in UTC, as 2000-12-31."""
    return moment(seconds).date().isoformat()


def _git(top: Path, *words: str) -> str:
    """What git prints, "" where it is not installed or refuses."""
    try:
        done = subprocess.run(["git", "-C", str(top), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
