"""Jobs, turned into results by a few warm processes that each take one job at a time.

The processes come from the standard library's fork server, which has imported all that a run needs (sourcebook.warm),
so that a new one costs a few milliseconds. Each has one thread, so that it may in turn fork a notebook's run.
"""

import multiprocessing
import multiprocessing.forkserver as forkserver
import os
import queue
import signal
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pickle import PickleError

WARM = "sourcebook.warm"
METHOD = "forkserver"  # how this process starts others; a worker, warm itself and of one thread, forks them directly
GONE = (
    EOFError,
    ConnectionError,
)  # what a pipe raises whose other end is gone: before, or while something waits to be read
starting = threading.Lock()


class Died(Exception):
    """The process of a job is gone, and with it the job."""


def available() -> bool:
    """Whether this system has a fork server."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare() -> None:
    """Let the fork server begin its imports now, while this process is busy with its own."""
    if available():
        multiprocessing.set_forkserver_preload([WARM])
        with starting, _no_main(), _clean():
            forkserver.ensure_running()


@contextmanager
def process(target: Callable, *args):
    """A new process that runs `target(pipe, *args)`, and our end of the pipe; at the end of the block it is killed."""
    context = multiprocessing.get_context(METHOD)
    if METHOD == "forkserver":
        context.set_forkserver_preload([WARM])
    ours, theirs = context.Pipe()
    with starting:  # or the environment could be the one that another start has put on just now
        child = context.Process(target=_begin, args=(theirs, target, list(sys.path), dict(os.environ), *args))
        with _no_main(), _clean():
            child.start()
    theirs.close()
    try:
        yield child, ours
    finally:
        ours.close()
        if child.is_alive():
            child.kill()
        child.join()


@contextmanager
def _no_main():
    """Let multiprocessing see a bare main module: it would import the caller's script anew in every process."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _clean():
    """An environment from which a fork server imports the modules that this process would, whatever lies in its folder.

    OpenBLAS, which numpy brings, would start threads; it looks once, when it is loaded.
    """
    wanted = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _begin(pipe, target: Callable, path: list[str], environment: dict[str, str], *args) -> None:
    """In the new process: `target`, in the caller's environment as it is now. The caller hears Ctrl-C, and ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path[:] = path
    os.environ.clear()
    os.environ.update(environment)
    target(pipe, *args)


class Worker:
    """One warm process, started when it is first called, and again after it died."""

    def __init__(self):
        self.running, self.closed, self.lock = None, False, threading.Lock()

    def call(self, job: Callable, *args):
        """The job's result, or the exception that it raised. Raise Died where the process did not live to tell."""
        with self.lock:
            if self.closed:
                raise Died("it was not started")
            if self.running is None:
                started = process(_serve)
                self.child, self.pipe = started.__enter__()
                self.running = started
        try:
            self.pipe.send((job, args))
            well, answer = self.pipe.recv()
        except (EOFError, OSError):
            self.kill()
            self.running.__exit__(None, None, None)
            self.running = None
            raise Died(f"its process died (exit code {self.child.exitcode})") from None
        if not well:
            raise answer
        return answer

    def patient(self, job: Callable, *args):
        """`call`, tried once more where the process died."""
        try:
            return self.call(job, *args)
        except Died:
            return self.call(job, *args)

    def kill(self):
        """End the process, and whatever runs in it."""
        if self.running is not None:
            try:
                os.killpg(self.child.pid, signal.SIGKILL)
            except OSError:  # it has not made its group yet, or is gone
                self.child.kill()

    def close(self):
        """End the process for good; a call that is under way raises Died."""
        with self.lock:
            self.closed = True
            self.kill()


class Workers:
    """Some workers, as many as processors unless told; leave the `with` block and they are gone, finished or not.

    Without `warm`, or where the system cannot fork, jobs run in threads of this process.
    """

    def __init__(self, number: int = 0, warm: bool = True):
        self.number, self.warm = number or cores(), warm and available()

    def __enter__(self):
        self.all = [Worker() for _ in range(self.number)]
        self.idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self.all:
            self.idle.put(worker)
        self.threads = ThreadPoolExecutor(self.number)
        return self

    def __exit__(self, *error):
        for worker in self.all:
            worker.close()
        self.threads.shutdown(cancel_futures=True)
        for worker in self.all:
            if worker.running:
                worker.running.__exit__(None, None, None)

    def each(self, job: Callable, tasks: Iterable[tuple]) -> Iterator[tuple[tuple, object]]:
        """Call `job(*task)` for each task and yield (task, result) as they end; a result may be the exception raised.

        Tasks are drawn as workers come free, so that neither they nor their results heap up. A task whose process dies
        is tried once more.
        """
        tasks, running = iter(tasks), {}
        while True:
            for task in tasks:
                running[self.threads.submit(self._call, job, task)] = task
                if len(running) > self.number:
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.exception() or future.result()

    def _call(self, job: Callable, task: tuple):
        if not self.warm:
            return job(*task)
        worker = self.idle.get()
        try:
            return worker.patient(job, *task)
        finally:
            self.idle.put(worker)


def _serve(pipe) -> None:
    """The process's side: jobs in, results out, until the pipe closes."""
    global METHOD
    METHOD = "fork"
    os.setpgid(0, 0)  # so that it can be ended with all that it started
    with suppress(*GONE):
        while True:
            job, args = pipe.recv()
            try:
                answer = True, job(*args)
            except Exception as error:
                error.__cause__ = error.__context__ = None  # may not survive the pipe; the message says it
                answer = False, error
            try:
                pipe.send(answer)
            except (TypeError, AttributeError, ValueError, PickleError) as error:  # what cannot be pickled
                told = error if answer[0] else answer[1]
                pipe.send((False, RuntimeError("".join(traceback.format_exception(told)))))
