"""A case in the making, turned into its report again whenever a file of it changes; only what hangs on the edit runs again."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from sourcebook import binding, book, files, multiverse, origin, paths, sweep, tied
from sourcebook.bindery import Bindery
from sourcebook.case import Case, load, locate
from sourcebook.run import run_all, silent

State = dict[Path, tuple[int, int]]


def state(top: Path, case: Path) -> State:
    """When each file was changed that a report on the case is made from, and its size."""
    folders = [case, top / paths.NOTEBOOKS, top / paths.BOOK, Path(__file__).parent]
    found = [top / paths.CONFIG, top / paths.TOC, *(path for folder in folders for path in folder.rglob("*"))]
    told = {}
    for path in found:
        try:
            if path.name[0] not in ".#" and path.suffix not in (".pyc", ".swp") and path.is_file():
                about = path.stat()
                told[path] = about.st_mtime_ns, about.st_size
        except OSError:  # an editor has put another file in its place just now
            continue
    return told


def changed(before: State, after: State) -> list[Path]:
    """The files that came, went or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def modules(edited: list[Path]) -> list[Path]:
    """Those of some files that are Sourcebook's own code, which this process has loaded as it was: what it would run now
    is not what lies there, and would be kept under the wrong name.
    """
    package = Path(__file__).parent
    return [path for path in edited if path.suffix == ".py" and path.is_relative_to(package)]


class Live:
    """The report of a case, kept in `folder` between rebuilds: notebooks come out of the cache, and Sphinx reads again
    only what changed.

    given, file: parameters, as book.plan takes them. article: the text, for the evidence page to show. press: makes the
    pages. say: takes lines of news.
    """

    def __init__(
        self, case: str, given: tuple[str, ...], file: Path | None, folder: Path, press: Bindery, say: Callable[[str], None],
        article: Path | None = None,
    ):  # fmt: skip
        self.name, self.given, self.file, self.press, self.say, self.article = case, given, file, press, say, article
        self.top, self.folder, self.source = paths.root(), folder, folder / "source"
        self.shown: Path | None = None  # the pages of the last good rebuild
        self.behind = False  # whether the table of outcomes is out of step with the record

    def rebuild(self) -> Path:
        """Bring the report up to date and return the folder of its pages, which no later rebuild touches.

        A table of outcomes that is out of step is left alone, and its chapter as it was (see `catch_up`), if there was
        one. Raise whatever book.build raises; what was shown before stays.
        """
        begun = time.monotonic()
        text = book.verified(locate(self.name), self.article) if self.article else None
        case = load(self.name)
        told = book.plan(case, self.top, self.given, self.file)
        books = paths.notebooks(self.top)
        last = self._last(case, told)
        if not last:
            sweep.ready(case, told.known, self.top, silent, self.say)
        self.behind = sweep.behind(case, told.known, self.top) is not None
        ran: list[str] = []
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            stage = Path(scratch, "source")
            binding.stage(self.top, case, stage, origin.date(self.top, case.folder), article=text)
            late = [path for path in books if self.behind and book.reads_outcomes(path)]
            now = [path for path in books if path not in late]
            store = book.cache(case, told, self.top, "fork")
            run_all(
                now,
                stage / paths.NOTEBOOKS,
                told.shares,
                self.top,
                lambda total: nullcontext(ran.append),
                "fork",
                store,
            )
            for path in late:
                shutil.copy(last / path.name, stage / paths.NOTEBOOKS)
            sync(stage, self.source)
        # Only now: what it reads while files change it would keep under the digest of what was there before.
        self.press.expect(self.source / paths.DATA / case.name)
        html = binding.pages(self.source, run=self.press.run)
        shown = Path(tempfile.mkdtemp(dir=self.folder, prefix="pages-"), "html")
        shutil.copytree(html, shown)
        if self.shown:
            shutil.rmtree(self.shown.parent)
        self.shown = shown
        self.say(f"Ran {', '.join(sorted(ran)) or 'no notebook'}; made the pages in {time.monotonic() - begun:.1f} s")
        return shown

    def _last(self, case: Case, told: book.Plan) -> Path | None:
        """The notebooks of the last rebuild, or of the report as it was built before, from which a late one is taken."""
        built = self.top / paths.BUILD / book.report_name(case, told.values, told.usual)
        folder = (self.source if self.shown else built) / paths.NOTEBOOKS
        return folder if folder.is_dir() else None

    def catch_up(self) -> subprocess.Popen:
        """A process that brings the table of outcomes into step; when it has ended well, rebuild. It can be killed at any
        moment: what it has found is kept. It is tied to this process by its input, which whoever has it closes in the end.
        """
        command = [sys.executable, "-P", "-m", "sourcebook.cli", "multiverse", "--case", self.name]
        space = multiverse.read(load(self.name))
        size = sweep.unasked(space) if space else 0
        command += ["--sample", str(size)] if size else []
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(
            command, cwd=self.top, stdin=subprocess.PIPE, env={**os.environ, tied.TIED: "1"}, **quiet
        )


def sync(source: Path, target: Path) -> None:
    """Make a folder hold what another one holds; files whose bytes are the same are left as they are, with their times.

    What was built in the target stays.
    """
    wanted = files.below(source)
    for folder, inner, names in os.walk(target):
        if Path(folder) == target and paths.BUILD in inner:
            inner.remove(paths.BUILD)
        for path in (Path(folder, name) for name in names):
            if path.relative_to(target).as_posix() not in wanted:
                path.unlink()
    for name, content in wanted.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_bytes(path, [content])
