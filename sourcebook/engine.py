"""A papermill engine in which a run costs what its cells cost: each is forked from a process that is already warm.

Registered as `sourcebook` (papermill notebooks/x.ipynb out.ipynb --engine sourcebook). Where the system
cannot fork, papermill's own engine runs the notebook instead, and a line says so.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict
from papermill.engines import Engine, NBClientEngine

from sourcebook import workers
from sourcebook.forked import guarded


class ForkEngine(Engine):
    """Runs the cells in a forked, isolated process; keyword arguments as for papermill's own engine."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, execution_timeout=None, resources=None, **kwargs):
        if not workers.available():
            print("This system cannot fork: papermill's own engine runs the notebook.", file=sys.stderr)
            return KernelEngine.execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, resources=resources or {}, **kwargs
            )
        folder = (resources or {}).get("metadata", {}).get("path") or os.getcwd()
        with _placed(nb_man), workers.process(guarded, folder) as (child, pipe):
            for place, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, place)
                if cell.cell_type == "code" and cell.source.strip():
                    failed = _run(cell, child, pipe, execution_timeout)
                    if failed and "raises-exception" not in cell.metadata.get("tags", []):
                        nb_man.cell_exception(cell, place)
                        break
                nb_man.cell_complete(cell, place)
            else:
                with suppress(*workers.GONE):
                    pipe.send(None)
                child.join(5)
        nb_man.nb.metadata["language_info"] = {"name": "python"}


class KernelEngine(NBClientEngine):
    """papermill's own engine; where a kernel dies, the error says at which cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        kwargs.setdefault("kernel_manager_class", f"{__name__}.QuietManager")
        with _placed(nb_man):
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


class QuietManager(AsyncKernelManager):
    """Starts kernels whose own complaints, such as the traceback of one that cannot start, do not reach the terminal."""

    async def _async_pre_start_kernel(self, **kwargs):
        return await super()._async_pre_start_kernel(**kwargs, stderr=subprocess.DEVNULL)

    pre_start_kernel = _async_pre_start_kernel


@contextmanager
def _placed(nb_man):
    """Give an error that ends the run the index of the cell that was running, as `cell_index`."""
    try:
        yield
    except Exception as error:
        states = [cell.metadata.get("papermill", {}).get("status") for cell in nb_man.nb.cells]
        begun = [place for place, state in enumerate(states) if state not in (None, "pending")]
        error.cell_index = begun[-1] if begun else None  # papermill calls a cell in which a kernel died completed
        raise


def _run(cell: NotebookNode, child, pipe, timeout: int | None) -> bool:
    """Run one cell and write its outputs into it; True if it raised. Raise where the process died or time ran out."""
    parent = multiprocessing.parent_process()  # of a worker: if it goes, so does the run
    try:
        pipe.send(cell.source)
        heard = wait([pipe, parent.sentinel] if parent else [pipe], timeout)
        if not heard:
            raise CellTimeoutError.error_from_timeout_and_cell("the cell ran past its limit", timeout, cell)
        if pipe not in heard:
            raise SystemExit(1)
        answer = pipe.recv()
    except workers.GONE:
        child.join(5)
        killed = ", as where memory runs out" if child.exitcode == -signal.SIGKILL else ""
        raise DeadKernelError(f"the process of the run died (exit code {child.exitcode}{killed})") from None
    if isinstance(answer, str):
        raise DeadKernelError(f"the process of the run failed:\n{answer}")
    told, count, fatal, failed = answer
    cell.outputs = [from_dict(output) for output in told]
    cell.execution_count = count
    if fatal:
        raise DeadKernelError(fatal)
    return failed
