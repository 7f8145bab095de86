"""Runs on a Dask cluster: the same table as here, to the byte, whoever dies; and errors that say what to do."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import distributed
import nbformat
import psutil
import pytest
from nbformat import v4
from scratch import ROOT, checkout, sourcebook

from sourcebook import cluster, paths, sweep, workers
from sourcebook.case import load
from sourcebook.cluster import Cluster, Refused
from sourcebook.errors import RunError, SourcebookError
from sourcebook.store import Store

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not workers.available(), reason="this system has no fork server, so no warm workers"),
]

MULTIVERSE = """\
outcomes:
  hypotheses: [leaders, margin, n_items, score_*]
  claims: [n_claims]
axes:
  min_reliability: {label: Sources, because: A reason., values: [{value: F, label: all}, {value: E, label: named}]}
  include_unnamed: {label: Unnamed, because: A reason., values: [{value: true, label: in}, {value: false, label: out}]}
"""
RUNS = 8  # one of each notebook for each of four specifications
# A last cell by which a test slows, breaks or kills the runs, wherever they are, and learns of each.
CELL = """\
import os, time
from pathlib import Path
orders = Path({orders!r})
with (orders / "log").open("a") as log:
    log.write(f"{{os.getpid()}} {name} {{min_reliability}} {{include_unnamed}}\\n")
if (orders / "sleep").exists():
    time.sleep(float((orders / "sleep").read_text()))
if "{name}" == "claims" and (orders / f"{{min_reliability}} {{include_unnamed}}").exists():
    exec((orders / f"{{min_reliability}} {{include_unnamed}}").read_text())
"""


class Bench:
    """A checkout whose notebooks do as they are told, with what its runs noted."""

    def __init__(self, folder: Path):
        self.top, self.orders = checkout(folder / "checkout"), folder / "orders"
        self.orders.mkdir()
        folder = self.top / paths.DATA / paths.default_case(self.top)
        (folder / paths.MULTIVERSE).write_text(MULTIVERSE, encoding="utf-8")
        for name in ("hypotheses", "claims"):
            path = self.top / "notebooks" / f"{name}.ipynb"
            book = nbformat.read(path, 4)
            book.cells.append(v4.new_code_cell(CELL.format(orders=str(self.orders), name=name), id="orders"))
            nbformat.write(book, path)
            self.cells = len(book.cells)
        self.case, self.task = load("", self.top), (path, {}, self.top, "")

    def fresh(self, **orders: str) -> None:
        """Forget all results; let the runs obey these orders."""
        shutil.rmtree(self.top / "_build", ignore_errors=True)
        for file in self.orders.iterdir():
            file.unlink()
        for name, text in orders.items():
            (self.orders / name).write_text(text)

    def order(self, **orders: str | None) -> None:
        for name, text in orders.items():
            (self.orders / name).write_text(text) if text else (self.orders / name).unlink()

    @property
    def log(self) -> list[list[str]]:
        """The process and the parameters of each run so far."""
        path = self.orders / "log"
        return [line.split(" ", 1) for line in path.read_text().splitlines()] if path.exists() else []

    def sweep(self, scheduler: str | None = None) -> bytes:
        """The table of outcomes."""
        return sweep.sweep(self.case, self.top, scheduler=scheduler, say=lambda line: None).read_bytes()


class Dask:
    """A scheduler and workers as processes of their own, in a folder where there is nothing."""

    def __init__(self, folder: Path):
        self.folder, self.workers = folder, []
        file = folder / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self.scheduler = self._start("dask_scheduler", *words)
        until(file.exists)
        self.address = json.loads(file.read_text())["address"]

    def _start(self, program: str, *words: str, **env: str) -> subprocess.Popen:
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *words],
                cwd=self.folder, stdout=log, stderr=log, env=os.environ | env, start_new_session=True,
            )  # fmt: skip

    def worker(self, *words: str, **env: str) -> psutil.Process:
        """Start one with one thread, do not wait for it."""
        started = self._start("dask_worker", self.address, "--nthreads", "1", "--no-dashboard", *words, **env)
        self.workers.append(started)
        return psutil.Process(started.pid)

    def nannies(self) -> list[psutil.Process]:
        return [psutil.Process(worker.pid) for worker in self.workers if worker.poll() is None]

    def wait(self, number: int) -> None:
        """Until there are so many workers, and no more."""
        with distributed.Client(self.address, set_as_default=False) as client:
            until(lambda: len(client.nthreads()) == number)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            found = below(psutil.Process(process.pid)) if process.poll() is None else []
            process.kill()
            for child in found:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.wait()


def until(happened, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def below(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def runs_below(process: psutil.Process, bench: Bench) -> bool:
    return bool({str(child.pid) for child in below(process)} & {pid for pid, _ in bench.log})


def warm(process: psutil.Process) -> list[psutil.Process]:
    """The processes that fork servers below a process have started, and that live."""
    found = []
    for child in below(process):
        with suppress(psutil.Error):  # it has ended meanwhile
            if "forkserver" in " ".join(child.parent().cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


@contextmanager
def meanwhile(act):
    """Do something in another thread while the block runs; its failure is the block's."""
    failed = []

    def guarded():
        try:
            act()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    yield
    thread.join()
    assert not failed, failed


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A cluster of two workers, each with a nanny, as dask worker starts them."""
    dask = Dask(tmp_path_factory.mktemp("dask"))
    try:
        dask.worker(), dask.worker()
        dask.wait(2)
        yield dask
    finally:
        dask.end()


@pytest.fixture(scope="module")
def local(bench):
    """The table as it comes out without a cluster."""
    bench.fresh()
    return bench.sweep()


class TestTable:
    def test_equals_the_local_one_to_the_byte(self, bench, dask, local):
        bench.fresh()
        assert bench.sweep(dask.address) == local and local.count(b"\n") == 5
        assert len(bench.log) == RUNS
        # Nothing is left on the workers.
        until(lambda: not any(map(warm, dask.nannies())))
        assert not [path for path in dask.folder.rglob("*.ipynb")]

    def test_needs_no_file_that_the_workers_can_see(self, bench, dask):
        """The checkout is away while they run."""
        bench.fresh()
        away = bench.top.with_name("away")
        tasks = [
            (bench.top / "notebooks" / "claims.ipynb", {"min_reliability": grade}, bench.top, "") for grade in "ABCDEF"
        ]
        with Cluster(dask.address, bench.case, bench.top) as team:
            bench.top.rename(away)
            try:
                found = dict((task[1]["min_reliability"], result) for task, result in team.each(sweep._outcomes, tasks))
            finally:
                away.rename(bench.top)
        assert sorted(found) == list("ABCDEF") and found["F"]["n_claims"] > found["C"]["n_claims"] > 0


class TestDeaths:
    def killed(self, bench, dask, victim) -> bytes:
        """The table of a sweep in which `victim()`, a worker's process that is at a run, is killed."""
        found = []

        def kill():
            until(lambda: len(bench.log) >= 3 and runs_below(victim(), bench))
            found.extend(below(victim()))
            victim().kill()

        with meanwhile(kill):
            table = bench.sweep(dask.address)
        _, alive = psutil.wait_procs(found, timeout=10)
        assert len(found) >= 3 and not alive  # a fork server, a warm process, a run
        return table

    def repeated(self, bench) -> int:
        told = [parameters for _, parameters in bench.log]
        assert len(set(told)) == RUNS
        return len(told) - len(set(told))

    def test_of_a_worker_costs_only_the_runs_that_it_was_at(self, bench, dask, local):
        bench.fresh(sleep="0.3")
        third = dask.worker("--no-nanny")
        dask.wait(3)
        assert self.killed(bench, dask, lambda: third) == local
        # The run under way, and at most one more, which was done but not fetched.
        assert 1 <= self.repeated(bench) <= 2
        dask.wait(2)

    def test_of_a_worker_that_its_nanny_brings_back(self, bench, dask, local):
        bench.fresh(sleep="0.3")
        nanny = psutil.Process(dask.workers[0].pid)
        spawned = next(child for child in nanny.children() if "spawn_main" in " ".join(child.cmdline()))
        assert self.killed(bench, dask, lambda: spawned) == local
        assert 1 <= self.repeated(bench) <= 2
        dask.wait(2)

    def test_of_a_run_fail_that_run_and_no_other(self, bench, dask, local):
        deeds = {
            "E True": "raise ValueError('as ordered')",
            "E False": "os.kill(os.getpid(), 9)",
            "F False": "os.killpg(0, 9)",
        }
        bench.fresh(**deeds)
        before = [nanny.children() for nanny in dask.nannies()]
        with pytest.raises(
            SourcebookError, match=f"3 of {RUNS} runs failed; the results of the others are kept"
        ) as failed:
            bench.sweep(dask.address)
        cell = f"cell {bench.cells}"
        for told in (
            f"claims with min_reliability=E: {cell}: ValueError: as ordered",
            f"claims with include_unnamed=no, min_reliability=E: {cell}: DeadKernelError: the process of the run died",
            "claims with include_unnamed=no: Died: its process died",  # it took the warm process with it, twice
        ):
            assert told in str(failed.value)
        bench.order(**dict.fromkeys([*deeds, "log"]))
        assert bench.sweep(dask.address) == local and len(bench.log) == len(deeds)
        assert before == [nanny.children() for nanny in dask.nannies()]

    def test_of_a_cell_arrive_as_the_error_that_a_local_run_raises(self, bench, dask):
        bench.fresh(**{"F True": "raise ValueError('as ordered')"})
        with Cluster(dask.address, bench.case, bench.top) as team:
            ((_, error),) = team.each(sweep._outcomes, [bench.task])
        assert isinstance(error, RunError) and (error.notebook, error.cell) == ("claims", bench.cells)

    @pytest.mark.parametrize(("sign", "pause"), [(signal.SIGINT, "60"), (signal.SIGKILL, "1")])
    def test_of_the_command_keep_what_ran_and_leave_nothing_running(self, bench, dask, local, sign, pause):
        """Ctrl-C ends even runs that would take a minute; after a command that was killed, runs end by themselves."""
        bench.fresh(sleep="0.2")
        command = [sys.executable, "-m", "sourcebook.cli", "multiverse", "--dask", dask.address]
        started = subprocess.Popen(command, cwd=bench.top, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: len(bench.log) >= 5)
        bench.order(sleep=pause)
        time.sleep(0.6)
        started.send_signal(sign)
        _, told = started.communicate(timeout=15)
        assert started.returncode == (1 if sign == signal.SIGINT else -sign) and "Traceback" not in told
        until(lambda: not any(map(warm, dask.nannies())), 15)
        bench.order(sleep=None, log=None)
        with sqlite3.connect(next(bench.top.glob(f"_build/multiverse/*/{sweep.STORE}"))) as file:
            (kept,) = file.execute("SELECT count(*) FROM runs").fetchone()
        file.close()
        assert bench.sweep(dask.address) == local
        assert kept >= 3 and len(bench.log) == RUNS - kept

    def test_of_the_scheduler_end_the_sweep_with_an_error(self, bench, tmp_path):
        bench.fresh(sleep="0.2")
        dask = Dask(tmp_path)
        try:
            dask.worker("--no-nanny")

            def kill():
                until(lambda: len(bench.log) >= 3)
                dask.scheduler.kill()

            with meanwhile(kill), pytest.raises(SourcebookError, match="the scheduler is gone; what has run is kept"):
                bench.sweep(dask.address)
        finally:
            dask.end()
        with Store(next(bench.top.glob("_build/multiverse/*")) / sweep.STORE) as store:
            assert store.file.execute("SELECT count(*) FROM runs").fetchone() >= (1,)


class TestRefusal:
    @pytest.fixture(autouse=True)
    def brief(self, monkeypatch):
        monkeypatch.setattr(cluster, "PATIENCE", 1)

    @pytest.mark.parametrize(
        "address", ["", "nonsense", "tcp://host", "tcp://127.0.0.1:port", "gopher://host:1", "a b:1"]
    )
    def test_of_what_is_no_address(self, bench, address):
        with pytest.raises(
            SourcebookError, match="is no address; the scheduler prints its own, such as tcp://host:8786"
        ):
            Cluster(address, bench.case, bench.top)

    @pytest.mark.parametrize("address", ["tcp://127.0.0.1:{}", "127.0.0.1:{}", "tcp://127.0.0.1:99999"])
    def test_of_an_address_where_nothing_listens(self, bench, address):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            with pytest.raises(SourcebookError, match="no scheduler with a worker answered there") as refused:
                Cluster(address.format(taken.getsockname()[1]), bench.case, bench.top).__enter__()
        assert "Start them with dask scheduler and dask worker" in str(refused.value)

    def test_of_a_scheduler_without_a_worker(self, bench, tmp_path):
        dask = Dask(tmp_path)
        try:
            with pytest.raises(SourcebookError, match="no scheduler with a worker answered there"):
                Cluster(dask.address, bench.case, bench.top).__enter__()
        finally:
            dask.end()

    def test_where_distributed_is_not_installed(self, bench, monkeypatch):
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(SourcebookError, match=r"not installed: pip install 'sourcebook\[cluster\]'"):
            Cluster("tcp://127.0.0.1:8786", bench.case, bench.top)

    def test_of_a_worker_with_another_version_whenever_it_comes(self, bench, dask, tmp_path, monkeypatch):
        monkeypatch.setattr(cluster, "PATIENCE", 30)
        bench.fresh(sleep="0.1")
        shutil.copytree(ROOT / "sourcebook", tmp_path / "sourcebook", ignore=shutil.ignore_patterns("__pycache__"))
        with (tmp_path / "sourcebook" / "words.py").open("a") as module:
            module.write("# changed\n")
        with Cluster(dask.address, bench.case, bench.top) as team:
            stranger = dask.worker("--no-nanny", PYTHONPATH=str(tmp_path))
            dask.wait(3)
            with pytest.raises(Refused, match="^tcp://.*: another version of the package or of Python than here"):
                for _ in team.each(sweep._outcomes, [bench.task] * 30):
                    pass
        with pytest.raises(Refused, match="Install the same on all"):
            bench.sweep(dask.address)
        stranger.terminate()
        dask.wait(2)

    def test_is_one_line_and_exit_1_on_the_command_line(self, bench):
        done = sourcebook(bench.top, "multiverse", "--dask", "nonsense")
        assert done.returncode == 1 and done.stderr.startswith("Error: --dask: “nonsense” is no address")
        assert len(done.stderr.splitlines()) == 1
