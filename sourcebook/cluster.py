"""Jobs sent to the workers of a Dask cluster, which need the package and nothing else: what a run reads travels with it.

A worker unpacks the files into a folder of its own, once, and lets warm processes do the runs there, as the local pool
does. A worker that dies costs the runs that it was at: Dask gives them to another.
"""

import logging
import multiprocessing
import re
import secrets
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path

from sourcebook import digests, ingredients, paths
from sourcebook.case import Case
from sourcebook.errors import SourcebookError
from sourcebook.workers import Died, Workers

ADDRESS = r"((tcp|tls|ws|wss)://)?[^\s/]+:\d{1,5}"
AHEAD = 3  # runs that wait at each worker's door, so that none stands idle
PATIENCE = 30  # seconds for a scheduler to answer, and for a first worker to come


class Refused(SourcebookError):
    """A process of the cluster whose results would not be ours."""

    def __init__(self, *places: str):
        super().__init__(
            f"{', '.join(places)}: another version of the package or of Python than here, or none. "
            "Install the same on all, and start the scheduler and the workers again."
        )
        self.places = places

    def __reduce__(self):
        return Refused, self.places


class Bundle:
    """Everything that a run of a case reads: names below the checkout, and their bytes.

    On a worker it is unpacked when first used. Its folder and its processes go with it: when the sweep ends, or when
    Dask lets go of it because the client is gone.
    """

    def __init__(self, name: str, files: tuple[tuple[str, bytes], ...]):
        self.name, self.files, self.lock, self.end = name, files, threading.Lock(), None

    def __reduce__(self):
        return Bundle, (self.name, self.files)

    @classmethod
    def of(cls, case: Case, top: Path):
        found = [top / paths.CONFIG, top / paths.TOC, *paths.notebooks(top)]
        found += [path for path in case.folder.rglob("*") if path.is_file()]
        files = tuple((path.relative_to(top).as_posix(), path.read_bytes()) for path in sorted(found))
        return cls(secrets.token_hex(8), files)

    def call(self, job: Callable, task: tuple, place):
        """The job's result, done by a warm process of the Dask worker `place` on the unpacked files, or what it raised."""
        with self.lock:
            if self.end is None:
                self._unpack(place)
            if not self.end.alive:
                raise Died("its sweep is over")
        task = tuple(Path(self.folder.name, part) if isinstance(part, Path) else part for part in task)
        ((_, result),) = self.team.each(job, [task])
        try:
            if isinstance(result, BaseException):
                raise result
            return result
        finally:
            del result  # it holds this call, and so the bundle: together they would outlive the sweep

    def _unpack(self, place) -> None:
        # In Dask's own folder, which Dask clears even after a worker that was killed.
        self.folder = tempfile.TemporaryDirectory(dir=place.local_directory, ignore_cleanup_errors=True)
        for name, content in self.files:
            path = Path(self.folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        # Dask's nanny makes its worker a daemon, which may have no children; ours end when the pipe to the worker closes.
        multiprocessing.current_process().daemon = False
        self.team = Workers(place.state.nthreads).__enter__()
        self.end = weakref.finalize(self, _end, self.team, self.folder)
        unpacked.add(self)


unpacked: weakref.WeakSet[Bundle] = weakref.WeakSet()  # on this worker


class Cluster:
    """The workers of the Dask scheduler at an address; in place of sourcebook.workers.Workers."""

    def __init__(self, address: str, case: Case, top: Path):
        try:
            import distributed
        except ImportError:
            raise SourcebookError(
                "--dask needs dask.distributed, which is not installed: pip install 'sourcebook[cluster]'"
            ) from None
        if not re.fullmatch(ADDRESS, address):  # Dask itself would hang on some
            raise SourcebookError(
                f"--dask: “{address}” is no address; the scheduler prints its own, such as tcp://host:8786"
            )
        self.dask, self.address, self.top, self.bundle = distributed, address, top, Bundle.of(case, top)

    def __enter__(self):
        self.client = None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what a person needs to know, our own messages say
        try:
            self.client = self.dask.Client(self.address, timeout=PATIENCE, set_as_default=False)
            self.client.wait_for_workers(1, timeout=PATIENCE)
            self._vouch()
        except BaseException as error:
            if self.client:
                self.client.close()
            if not isinstance(error, (OSError, ValueError, OverflowError, TimeoutError)):
                raise
            raise SourcebookError(
                f"{self.address}: no scheduler with a worker answered there ({error}). "
                "Start them with dask scheduler and dask worker, and give the address that the scheduler prints."
            ) from None
        # A result, not scattered data: should every worker that holds it die, the scheduler makes it again.
        self.sent = self.client.submit(_same, self.bundle, pure=False)
        return self

    def _vouch(self) -> None:
        """Refuse a cluster that does not have the package as it is here; who comes later is refused by _there."""
        told = {"the scheduler": ""} | self.client.run(_code, on_error="return")
        with suppress(Exception):  # whatever the scheduler raises where it lacks the package
            told["the scheduler"] = self.client.run_on_scheduler(_code)
        others = [place for place, code in told.items() if code != _code()]
        if others:
            raise Refused(*others)

    def __exit__(self, *error):
        with suppress(OSError, TimeoutError):
            if self.client.status == "running":
                self.client.run(_leave, self.bundle.name, on_error="ignore")
        self.client.close()

    def each(self, job: Callable, tasks: Iterable[tuple]) -> Iterator[tuple[tuple, object]]:
        """Call `job(*task)` on the workers for each task and yield (task, result) as they end; see Workers.each."""
        try:
            yield from self._each(job, tasks)
        except (CancelledError, OSError, TimeoutError):
            raise SourcebookError(
                f"{self.address}: the scheduler is gone; what has run is kept. Start it again and run the same command."
            ) from None

    def _each(self, job: Callable, tasks: Iterable[tuple]) -> Iterator[tuple[tuple, object]]:
        tasks, running, ended = iter(tasks), {}, self.dask.as_completed(loop=self.client.loop)
        while True:
            room = AHEAD * max(sum(self.client.nthreads().values()), 1)
            for task in islice(tasks, max(room - len(running), 0)):
                given = tuple(part.relative_to(self.top) if isinstance(part, Path) else part for part in task)
                future = self.client.submit(_there, self.sent, _code(), job, given, pure=False)
                running[future.key] = task
                ended.add(future)
            if not running:
                return
            for future in ended.next_batch():
                error = future.exception() if future.status == "error" else None
                if isinstance(error, Refused):
                    raise error
                yield running.pop(future.key), error or future.result()


def _same(bundle: Bundle) -> Bundle:
    return bundle


def _there(bundle: Bundle, code: str, job: Callable, task: tuple):
    """A task on a worker of the cluster: the job, done on the files that came with it."""
    from distributed import get_worker

    place = get_worker()
    if _code() != code:
        raise Refused(place.address)
    return bundle.call(job, task, place)


def _leave(name: str) -> None:
    """On a worker: the sweep of this bundle is over, finished or not."""
    for bundle in list(unpacked):
        if bundle.name == name:
            bundle.end()


def _end(team: Workers, folder: tempfile.TemporaryDirectory) -> None:
    team.__exit__()
    folder.cleanup()


@lru_cache(maxsize=1)
def _code() -> str:
    """The digest of the package that is installed here, and of Python's version."""
    return digests.value([ingredients.code(pages=False), sys.version_info[:3]])
