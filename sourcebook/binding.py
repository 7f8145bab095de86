"""A report's source, staged beside it, turned into pages by Jupyter Book and from these into a PDF, each by a process of its own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import yaml

from sourcebook import files, origin, paths, pictures, tied
from sourcebook.case import Case
from sourcebook.errors import BuildError, disk_full
from sourcebook.press import front, pdf, sheet
from sourcebook.work import work

TEXT = "article.txt"  # in a staged source, where Jupyter Book reads no page and copies no file


def stage(top: Path, case: Case, source: Path, epoch: int, printed: str = "", article: bytes | None = None) -> None:
    """Copy what Jupyter Book reads, so that a build never touches a tracked file; `article` is the text to be shown, if any."""
    shutil.copytree(top / paths.BOOK, source / paths.BOOK)
    shutil.copytree(case.folder, source / paths.DATA / case.name, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(top / paths.TOC, source / paths.TOC)
    config = paths.settings(top / paths.CONFIG)
    # Jupyter Book leaves out what _toc.yml does not name, but not where a folder's name looks like a pattern, as [x]*.
    left_out = config.get("exclude_patterns") or []
    if isinstance(left_out, list):  # Jupyter Book itself refuses what is none
        config["exclude_patterns"] = [*left_out, f"{paths.DATA}/**"]
    config["sphinx"]["config"]["sourcebook_case"] = f"{paths.DATA}/{case.name}"
    config["sphinx"]["config"]["sourcebook_day"] = origin.day(epoch)
    config["sphinx"]["config"]["sourcebook_pdf"] = printed
    # Whatever _config.yml says: a text comes into a report only where this very build was given it.
    config["sphinx"]["config"]["sourcebook_article"] = "" if article is None else TEXT
    if article is not None:
        (source / TEXT).write_bytes(article)
    config["sphinx"]["config"]["sourcebook_pictures"] = str(top / paths.BUILD / paths.PICTURES)
    (source / paths.CONFIG).write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


@contextmanager
def drawing(top: Path, source: Path):
    """A second process that draws charts while the block runs."""
    books = [source / paths.NOTEBOOKS / notebook.name for notebook in paths.notebooks(top)]
    command = [sys.executable, "-m", pictures.__name__, top / paths.BUILD / paths.PICTURES, *books]
    with tied.tie() as tie:
        drawing = subprocess.Popen(command, **tie, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            drawing.kill()
            drawing.wait()


def print_pdf(source: Path, case: Case, epoch: int, output: Path) -> None:
    """Print the staged source, which Jupyter Book has read already; raise BuildError where that cannot be done."""
    single = pages(source, "singlehtml")
    page = single / f"{paths.settings(source / paths.TOC)['root']}.html"
    title = front.front(case.meta, work(case.meta, case.name, origin.day(epoch)))
    made = sheet.sheet(page.read_text(encoding="utf-8"), title)
    written = files.write(single / "sheet.html", made)
    # In a process of its own, since typefaces are dated by a variable of the environment.
    command = [sys.executable, "-m", pdf.__name__, written, output]
    done = _run(command, source, {origin.EPOCH: str(epoch)})
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"The PDF was not made: its process ended with code {done.returncode}.")


def _run(command: list, cwd: Path, more: dict[str, str]) -> subprocess.CompletedProcess:
    room = cwd.parent / "tmp"  # Sphinx leaves a file in the folder for temporary ones wherever it fails
    room.mkdir(exist_ok=True)
    with tied.tie(surroundings({"TMPDIR": str(room), **more})) as tie:
        return subprocess.run(
            command, cwd=cwd, **tie, capture_output=True, text=True, encoding="utf-8", errors="replace"
        )


def surroundings(more: dict[str, str]) -> dict[str, str]:
    """The environment of a process that makes pages, with some variables `more`."""
    # Jupyter Book prints the folder's name, which the reader's own encoding may lack.
    return {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8:backslashreplace", **more}


def pages(source: Path, builder: str = "html", run: Callable[..., subprocess.CompletedProcess] = _run) -> Path:
    """Build the staged source, warnings being errors, and return the folder of pages; raise BuildError with the warnings.

    run: runs a command in a folder with some variables of the environment; a process of its own unless given.
    """
    command = [
        sys.executable,
        "-c",
        "from sourcebook import tied; tied.watch(); from jupyter_book.cli.main import main; main()",
        "build",
        ".",
        "--builder",
        builder,
        "-W",
        "-n",
        "--keep-going",
        "-q",
    ]
    done = run(command, source, {})
    html = source / paths.BUILD / builder
    if done.returncode or not (html / "index.html").is_file():
        printed = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr).replace(f"{source}{os.sep}", "")
        told = [line for line in printed.splitlines() if re.search(r"WARNING|ERROR|CRITICAL|threw an exception", line)]
        if full := disk_full(printed):
            raise BuildError(f"The pages could not be written; the last good report stays. {full}")
        detail = "\n".join(f"  {line}" for line in told or printed.splitlines()[-15:])
        raise BuildError(
            f"Jupyter Book did not accept the pages; the last good report stays.\n{detail}\nMend what the lines name and build again."
        )
    return html
