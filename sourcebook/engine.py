"""A papermill engine in which a run costs what its cells cost: each is forked from a process that is already warm.

Registered as `sourcebook` (papermill notebooks/x.ipynb out.ipynb --engine sourcebook). Where the system
cannot fork, papermill's own engine runs the notebook instead, and a line says so.
"""

import multiprocessing
import os
import sys
import threading
import types
from contextlib import contextmanager

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict
from papermill.engines import Engine, NBClientEngine

from sourcebook.forked import guarded

starting = threading.Lock()


def available() -> bool:
    """Whether this system has a fork server."""
    return "forkserver" in multiprocessing.get_all_start_methods()


class ForkEngine(Engine):
    """Runs the cells in a forked, isolated process; keyword arguments as for papermill's own engine."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, execution_timeout=None, resources=None, **kwargs):
        if not available():
            print("This system cannot fork: papermill's own engine runs the notebook.", file=sys.stderr)
            return NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, resources=resources or {}, **kwargs
            )
        folder = (resources or {}).get("metadata", {}).get("path") or os.getcwd()
        with _child(folder) as (process, pipe):
            for place, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, place)
                if cell.cell_type == "code" and cell.source.strip():
                    failed = _run(cell, process, pipe, execution_timeout)
                    if failed and "raises-exception" not in cell.metadata.get("tags", []):
                        nb_man.cell_exception(cell, place)
                        break
                nb_man.cell_complete(cell, place)
            else:
                pipe.send(None)
                process.join(5)
        nb_man.nb.metadata["language_info"] = {"name": "python"}


def _run(cell: NotebookNode, process, pipe, timeout: int | None) -> bool:
    """Run one cell and write its outputs into it; True if it raised. Raise where the process died or time ran out."""
    pipe.send(cell.source)
    if not pipe.poll(timeout):
        raise CellTimeoutError.error_from_timeout_and_cell("the cell ran past its limit", timeout, cell)
    try:
        answer = pipe.recv()
    except EOFError:
        process.join(5)
        raise DeadKernelError(f"the process of the run died (exit code {process.exitcode})") from None
    if isinstance(answer, str):
        raise DeadKernelError(f"the process of the run failed:\n{answer}")
    told, count, fatal, failed = answer
    cell.outputs = [from_dict(output) for output in told]
    cell.execution_count = count
    if fatal:
        raise DeadKernelError(fatal)
    return failed


@contextmanager
def _child(folder: str):
    """A process forked from the warm one, and the pipe to it; killed, with whatever it started, when the block ends early."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sourcebook.warm"])
    ours, theirs = context.Pipe()
    process = context.Process(target=guarded, args=(theirs, folder, sys.path), daemon=True)
    with starting, _no_main():
        process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        ours.close()
        if process.is_alive():
            process.kill()
        process.join()


@contextmanager
def _no_main():
    """Let multiprocessing see a bare main module: it would import the caller's script anew in every run."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
