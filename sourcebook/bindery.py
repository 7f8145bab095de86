"""A staged source, turned into pages again and again by a process that has loaded Sphinx and its extensions once.

Most of a small rebuild is Python's imports and the checking of the case. The process keeps both, and forks for each
build, so that no build sees what another left behind.
"""

import importlib
import os
import subprocess
import sys
import tempfile
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path

from sourcebook import binding, paths, tied, workers
from sourcebook.case import load
from sourcebook.errors import BuildError, SourcebookError


class Bindery:
    """Our end of the process. `expect` has it load a case, for this build and the next ones; `run` is binding.pages' way to run."""

    def __init__(self, pipe):
        self._pipe = pipe

    def expect(self, case: Path) -> None:
        self._pipe.send(("case", str(case)))

    def run(self, command: list[str], cwd: Path, more: dict[str, str]) -> subprocess.CompletedProcess:
        """What binding.run gives for this command of Jupyter Book; raise BuildError where the process is gone."""
        try:
            self._pipe.send(("build", command, str(cwd), binding.surroundings(more)))
            code, told = self._pipe.recv()
        except (EOFError, OSError):
            raise BuildError("The process that makes pages ended. Start again: sourcebook serve") from None
        return subprocess.CompletedProcess(command, code, told, "")


@contextmanager
def bindery(top: Path):
    """The process while the block runs, for pages with the extensions of this checkout's settings."""
    extensions = paths.settings(top / paths.CONFIG)["sphinx"]["config"].get("extensions", [])
    with workers.process(_bind, extensions) as (_, pipe):
        yield Bindery(pipe)


def _bind(pipe, extensions: list[str]) -> None:
    """Import what every build does, then take orders until the other end is gone."""
    from sphinx.application import builtin_extensions

    for name in ("jupyter_book.cli.main", *builtin_extensions, *extensions):
        with suppress(ImportError):  # Sphinx will say what is wrong with it
            importlib.import_module(name)
    while True:
        try:
            order, *rest = pipe.recv()
        except workers.GONE:
            return
        if order == "case":
            with suppress(SourcebookError, OSError):  # the build itself says what is wrong
                load(*rest)
        else:
            pipe.send(_forked(*rest))


def _forked(command: list[str], cwd: str, environment: dict[str, str]) -> tuple[int, str]:
    """The exit code of Jupyter Book's command, run in a fork that is tied to this process, and all that it printed."""
    with tempfile.TemporaryFile() as told:
        theirs, ours = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            _become(command, cwd, {**environment, tied.TIED: "1"}, theirs, told.fileno())
        os.close(theirs)
        _, status = os.waitpid(child, 0)
        os.close(ours)
        told.seek(0)
        return os.waitstatus_to_exitcode(status), told.read().decode(errors="replace")


def _become(command: list[str], cwd: str, environment: dict[str, str], given: int, told: int) -> None:
    """Be the process that runs the command; never returns."""
    code = 1
    try:
        os.dup2(given, 0)
        os.dup2(told, 1)
        os.dup2(told, 2)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environment)
        tied.watch()
        sys.argv = ["jupyter-book", *command[command.index("build") :]]
        from jupyter_book.cli.main import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
