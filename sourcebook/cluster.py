"""Jobs sent to the workers of a Dask cluster, which need the package and nothing else: what a run reads travels with it.

A worker unpacks the files into a folder of its own, once, and lets a warm process do the runs there, as the local pool
does. A worker that dies costs the runs that it was at: Dask gives them to another.
"""

import multiprocessing
import queue
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from sourcebook import digests, ingredients, paths
from sourcebook.case import Case
from sourcebook.errors import SourcebookError
from sourcebook.workers import Worker

AHEAD = 3  # runs that wait at each worker's door, so that none stands idle
PATIENCE = 30  # seconds for a scheduler to answer, and for a first worker to come

Bundle = tuple[tuple[str, bytes], ...]


def bundle(case: Case, top: Path) -> Bundle:
    """Everything that a run of this case reads, as names below the checkout and their bytes."""
    found = [top / paths.CONFIG, top / paths.TOC, *paths.notebooks(top)]
    found += [path for path in case.folder.rglob("*") if path.is_file()]
    return tuple((path.relative_to(top).as_posix(), path.read_bytes()) for path in sorted(found))


class Cluster:
    """The workers of the Dask scheduler at an address; in place of sourcebook.workers.Workers."""

    def __init__(self, address: str, case: Case, top: Path):
        try:
            import distributed
        except ImportError:
            raise SourcebookError(
                "--dask needs dask.distributed, which is not installed: pip install 'sourcebook[cluster]'"
            ) from None
        self.dask, self.address, self.top, self.files = distributed, address, top, bundle(case, top)

    def __enter__(self):
        try:
            self.client = self.dask.Client(self.address, timeout=PATIENCE, set_as_default=False)
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise SourcebookError(
                f"{self.address}: no scheduler with a worker answered there ({error}). "
                "Start them with dask scheduler and dask worker, and give the address that the scheduler prints."
            ) from None
        # A result, not scattered data: should every worker that holds it die, the scheduler makes it again.
        self.sent, self.code = self.client.submit(_same, self.files, pure=False), _code()
        return self

    def __exit__(self, *error):
        self.client.close()

    def each(self, job: Callable, tasks: Iterable[tuple]) -> Iterator[tuple[tuple, object]]:
        """Call `job(*task)` on the workers for each task and yield (task, result) as they end; see Workers.each."""
        tasks, running, waiting = iter(tasks), {}, self.dask.as_completed(loop=self.client.loop)
        while True:
            for task in tasks:
                given = tuple(part.relative_to(self.top) if isinstance(part, Path) else part for part in task)
                future = self.client.submit(_there, self.sent, self.code, job, given, pure=False)
                running[future.key] = task
                waiting.add(future)
                if len(running) >= AHEAD * max(sum(self.client.nthreads().values()), 1):
                    break
            if not running:
                return
            future = next(waiting)
            yield running.pop(future.key), future.exception() if future.status == "error" else future.result()


def _same(files: Bundle) -> Bundle:
    return files


def _there(files: Bundle, code: str, job: Callable, task: tuple):
    """A task on a worker of the cluster: the job, done by a warm process on the files that came with it."""
    if _code() != code:
        raise SourcebookError("a worker of the cluster has another version of the package: install the same on all")
    folder, idle = _unpacked(files)
    task = tuple(Path(folder.name, part) if isinstance(part, Path) else part for part in task)
    try:
        worker = idle.get_nowait()
    except queue.Empty:
        worker = Worker()
    try:
        return worker.patient(job, *task)
    finally:
        idle.put(worker)


@lru_cache(maxsize=4)
def _unpacked(files: Bundle) -> tuple[tempfile.TemporaryDirectory, queue.SimpleQueue]:
    """The files in a folder that goes with this process, and the warm processes that work there, of which none is yet."""
    folder = tempfile.TemporaryDirectory(prefix="sourcebook-")
    for name, content in files:
        path = Path(folder.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Dask's nanny makes its worker a daemon, which may have no children; ours end when the pipe to the worker closes.
    multiprocessing.current_process().daemon = False
    return folder, queue.SimpleQueue()


@lru_cache(maxsize=1)
def _code() -> str:
    """The digest of the package that is installed here."""
    return digests.value(ingredients.code(pages=False))
