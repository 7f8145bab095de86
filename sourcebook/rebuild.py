"""A package, turned into a report once more, and the two held against each other byte by byte."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from sourcebook import archive, comparison, files, origin, paths, tied
from sourcebook.comparison import Files
from sourcebook.errors import BuildError, Fault, PackageError
from sourcebook.stamp import STAMP
from sourcebook.verify import verify
from sourcebook.words import count


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
    values = _parameters(package.name, old)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="sourcebook-") as folder:
        unpack(kept, Path(folder))
        new = made(Path(folder), values, any(name.endswith(".pdf") for name in old), say)
    if keep:
        say(f"The unpacked package and its new report: {keep}")
    for name in [name for name in old.keys() - new.keys() if name.endswith(".pdf")]:
        say(f"{name} was not compared: none could be printed here. Pages that lead to it differ by that.")
        del old[name]
    same, told = comparison.compared(old, new)
    for line in told if same else [*told, *comparison.surroundings(held.files, held.entities)]:
        say(line)
    return same


def _parameters(package: str, report: Files) -> dict:
    """What the report was built with."""
    try:
        values = json.loads(bytes(report[paths.PARAMETERS]))
        return {name: value for name, value in values.items() if name != "case"}  # which _config.yml names
    except (KeyError, ValueError, AttributeError, RecursionError):
        fault = Fault(f"{paths.REPORT}/{paths.PARAMETERS}", "does not tell the report's parameters", archive.AGAIN)
        raise PackageError(package, [fault]) from None


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


def made(top: Path, values: dict, printed: bool, say: Callable[[str], None]) -> dict[str, bytes]:
    """The files of the report that a process of its own builds in an unpacked package, everything anew; `printed` is
    whether as a PDF too.
    """
    chosen = top / paths.BUILD / paths.PARAMETERS
    chosen.parent.mkdir(exist_ok=True)
    files.write(chosen, json.dumps(values))
    # This Sourcebook, not the one in the folder, which Python would find first. The date is the folder's.
    code = os.pathsep.join([str(Path(__file__).resolve().parents[1]), *filter(None, sys.path)])
    env = {name: value for name, value in os.environ.items() if name != origin.EPOCH}
    with tied.tie(env | {"PYTHONPATH": code, "PYTHONSAFEPATH": "1", "NO_COLOR": "1"}) as tie:
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from sourcebook.cli import main; main()", "build", "--fresh",
             "--format", "all" if printed else "html", "-f", str(chosen)],
            cwd=top, **tie, capture_output=True, text=True, encoding="utf-8", errors="replace",
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
