"""A package, turned into a report once more, and the two held against each other byte by byte."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sourcebook import archive, digests, files, ingredients, origin, paths
from sourcebook.errors import BuildError, Fault, PackageError
from sourcebook.run import glued
from sourcebook.stamp import STAMP
from sourcebook.verify import verify
from sourcebook.words import count

Files = Mapping[str, bytes | memoryview]
SHOWN = 20  # names listed of each kind


def rebuild(package: Path, keep: Path | None = None, say: Callable[[str], None] = print) -> bool:
    """Whether the report of a package, built again from the files of the package, has the same bytes; `say` takes what
    was compared and, where bytes differ, what else does. Raise PackageError for a package that is damaged or unsafe.

    keep: an empty folder in which the unpacked package and its new report are left; otherwise nothing is.
    """
    if keep and keep.exists() and not (keep.is_dir() and not any(keep.iterdir())):
        raise PackageError(package.name, [Fault(str(keep), "is there and not empty", "name a new folder with --keep")])
    held = verify(package)
    say(f"{count(len(held.files), 'file')}, every hash right.")
    say(
        "Building it again runs the package's notebooks with the Sourcebook that is installed here: that is code. "
        "Do this only with packages that you trust."
    )
    start = f"{paths.REPORT}/"
    old = {name.removeprefix(start): content for name, content in held.files.items() if name.startswith(start)}
    kept = {name: content for name, content in held.files.items() if not name.startswith(start)}
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="sourcebook-") as folder:
        unpack(kept, Path(folder))
        new = made(Path(folder), json.loads(bytes(old[paths.PARAMETERS])), say)
    if keep:
        say(f"The unpacked package and its new report: {keep}")
    for name in [name for name in old.keys() - new.keys() if name.endswith(".pdf")]:
        say(f"{name} was not compared: none could be printed here.")
        del old[name]
    return _compared(old, new, held.files, held.entities, say)


def unpack(held: Files, folder: Path) -> None:
    """Write files below a folder that is empty, and nowhere else."""
    faults = archive.wrong(list(held))
    if faults:
        raise PackageError(folder.name, faults)
    for name, content in held.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)


def made(top: Path, values: dict, say: Callable[[str], None]) -> dict[str, bytes]:
    """The files of the report that a process of its own builds in an unpacked package, everything anew."""
    chosen = top / paths.BUILD / paths.PARAMETERS
    chosen.parent.mkdir()
    files.write(chosen, json.dumps({name: value for name, value in values.items() if name != "case"}))
    # This Sourcebook, not the one in the folder: Python would put the working directory first. The date is the folder's.
    code = os.pathsep.join([str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {name: value for name, value in os.environ.items() if name != origin.EPOCH}
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from sourcebook.cli import main; main()", "build", "--fresh", "--format", "all", "-f", str(chosen)],
        cwd=top, env=env | {"PYTHONPATH": code, "PYTHONSAFEPATH": "1", "NO_COLOR": "1"},
        capture_output=True, text=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    reports = [path.parent for path in (top / paths.BUILD).glob(f"*/{paths.PARAMETERS}")]
    told = "\n".join(f"  {line}" for line in done.stderr.strip().splitlines())
    if len(reports) != 1:
        raise BuildError(f"The report could not be built from the files of the package:\n{told}")
    if done.returncode:  # there is a report all the same
        say(f"Only the pages could be built here, not the PDF:\n{told}")
    return finished(reports[0])


def finished(report: Path) -> dict[str, bytes]:
    """The files of a report by their path in its folder, without the stamp, which is of this machine."""
    found = files.below(report)
    found.pop(STAMP, None)
    return found


def _compared(old: Files, new: Files, package: Files, entities: dict, say: Callable[[str], None]) -> bool:
    differ = sorted(name for name in old.keys() & new.keys() if bytes(old[name]) != new[name])
    missing, more = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    same = len(old) - len(differ) - len(missing)
    say(
        f"{count(len(old), 'file')} of the report compared: {same} the same, {len(differ)} differ, "
        f"{len(missing)} missing; {len(more)} that the package does not have."
    )
    if not (differ or missing or more):
        return True
    for told, names in (("differs", differ), ("missing", missing), ("not in the package", more)):
        for name in names[:SHOWN]:
            say(f"  {told}: {name}")
        if len(names) > SHOWN:
            say(f"  {told}: {count(len(names) - SHOWN, 'more file')}")
    values = named(old, new)
    say("The named values are the same." if not values else f"Named values that differ: {', '.join(values)}")
    around = surroundings(package, entities)
    say("What differs around it:" if around else "Sourcebook, the packages of the lock and Python are those of the package.")
    for line in around:
        say(f"  {line}")
    return False


def named(old: Files, new: Files) -> list[str]:
    """The named values (claims.finding) that differ between the executed notebooks of two reports."""
    found = []
    for name in sorted(name for name in old.keys() & new.keys() if name.endswith(".ipynb")):
        was, now = (glued(json.loads(bytes(held[name]))["cells"]) for held in (old, new))
        found += [f"{Path(name).stem}.{key}" for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    return found


def surroundings(package: Files, entities: dict) -> list[str]:
    """What differs between what is installed here and what the package was made with, in words."""
    code = Path(__file__).parent.name + "/"
    theirs = {name: digests.content(content) for name, content in package.items() if name.startswith(code)}
    told = [
        line.replace("is new", "is not in the package").replace("is gone", "is only in the package")
        for line in ingredients.differences(theirs, ingredients.code(pages=True))
    ]
    for name, pinned in re.findall(r"^([\w.-]+)==([^\s;\\]+)", bytes(package.get(paths.LOCK, b"")).decode(), re.MULTILINE):
        try:
            here = version(name)
        except PackageNotFoundError:
            continue  # some are for other systems; what is needed and missing fails by itself
        if re.sub(r"\b0+(?=\d)", "", here) != re.sub(r"\b0+(?=\d)", "", pinned):  # 1.04 and 1.4 are one version
            told.append(f"{name} is {here}, the package's lock has {pinned}")
    python = "{}.{}.{}".format(*sys.version_info)
    was = next((each.get("softwareVersion") for each in entities.values() if each.get("name") == "Python"), python)
    return told + ([f"Python is {python}, the package was made with {was}"] if was != python else [])
