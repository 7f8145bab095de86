"""Warm processes that take one job at a time: results come back, deaths are survived, and nothing stays behind."""

import itertools
import operator
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import jobs
import pytest
from scratch import notebook

from sourcebook import workers
from sourcebook.bindery import _bind
from sourcebook.errors import CaseError, RunError
from sourcebook.forked import guarded
from sourcebook.workers import Died, Workers

pytestmark = pytest.mark.skipif(not workers.available(), reason="this system has no fork server; jobs run in threads")


@pytest.fixture(scope="module")
def team():
    with Workers(2) as team:
        yield team


def results(team, job, *tasks) -> dict:
    return dict(team.each(job, tasks))


def gone(number: int) -> bool:
    """Whether a process has ended, or ends within a few seconds."""
    limit = time.monotonic() + 5
    while time.monotonic() < limit:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def waited(mark: Path) -> int:
    """The process number that a job wrote down."""
    limit = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < limit:
        time.sleep(0.02)
    return int(mark.read_text())


class TestResults:
    def test_come_back_with_their_tasks(self, team):
        assert results(team, operator.sub, (5, 3), (3, 5)) == {(5, 3): 2, (3, 5): -2}

    def test_no_tasks_give_none(self, team):
        assert results(team, operator.sub) == {}

    def test_an_exception_comes_back_as_a_result_and_the_others_go_on(self, team):
        found = results(team, operator.truediv, (1, 0), (6, 3))
        assert isinstance(found[1, 0], ZeroDivisionError) and found[6, 3] == 2

    def test_errors_of_ours_come_back_whole(self, team):
        found = results(team, jobs.fault, ("run",), ("case",))
        run, case = found["run",], found["case",]
        assert isinstance(run, RunError) and (run.notebook, run.cell) == ("claims", 3)
        assert str(run) == "notebooks/claims.ipynb, cell 3: ValueError: no such luck. Mend it."
        assert isinstance(case, CaseError) and [fault.row for fault in case.faults] == [4]
        assert "claims.csv, row 4 (C02), column mode" in str(case)

    @pytest.mark.parametrize(("kind", "told"), [("error", "Closed: shut"), ("lock", "pickle"), ("function", "pickle")])
    def test_what_no_pipe_takes_is_told_and_the_process_lives(self, kind, told):
        with Workers(1) as team:
            before = results(team, jobs.process, ())[()]
            found = results(team, jobs.unsendable, (kind,))[kind,]
            assert isinstance(found, RuntimeError) and told in str(found)
            assert results(team, jobs.process, ())[()] == before

    def test_are_made_in_processes_that_are_kept(self, team):
        found = results(team, jobs.process, *((number,) for number in range(8)))
        numbers = {number for number, _ in found.values()}
        assert len(numbers) <= 2 and os.getpid() not in numbers


class TestSideBySide:
    def test_as_many_as_asked_are_at_work_at_once(self, tmp_path):
        with Workers(3) as team:
            found = results(team, jobs.meet, *((tmp_path, number, 3) for number in range(3)))
        assert list(found.values()) == [True, True, True]

    def test_and_never_more(self, team):
        spans = results(team, jobs.span, *((number,) for number in range(6))).values()
        assert max(sum(began <= start < ended for began, ended in spans) for start, _ in spans) == 2

    def test_as_many_as_processors_unless_told(self):
        assert Workers().number == workers.cores() >= 1

    def test_tasks_are_drawn_as_they_are_needed(self, team):
        """An endless list of tasks is no obstacle, and one task waits at the door."""
        drawn = []

        def endless():
            for number in itertools.count():
                assert number < 100, "drawn without need"
                drawn.append(number)
                yield number, 1

        found = team.each(operator.add, endless())
        for ended in range(1, 6):
            task, result = next(found)
            assert result == task[0] + 1
            assert len(drawn) <= ended + team.number
        found.close()


class TestAProcess:
    def test_has_imported_what_a_run_needs_before_it_is_asked_to_run(self, team):
        names = [(name,) for name in ("pandas", "altair", "papermill", "sourcebook.analysis.hypotheses")]
        assert results(team, jobs.imported, *names) == dict.fromkeys(names, True)

    def test_has_one_thread_so_that_it_may_fork(self, team):
        assert results(team, jobs.threads, ())[()] == 1

    def test_has_the_users_environment_and_folder_of_modules(self, tmp_path):
        """The setting that keeps numpy to one thread while it is imported is not seen by a notebook."""
        script = """
            import os, sys
            sys.path.insert(0, sys.argv[1])
            import jobs
            from sourcebook.workers import Workers
            with Workers(1) as team:
                print(*(found for _, found in team.each(os.getenv, [("OPENBLAS_NUM_THREADS",)])))
                print(*(found for _, found in team.each(jobs.threads, [()])))
        """
        (tmp_path / "script.py").write_text(textwrap.dedent(script))
        command = [sys.executable, tmp_path / "script.py", str(Path(jobs.__file__).parent)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "3"})
        # A script without the guard that multiprocessing asks for: it runs once all the same.
        assert done.stdout == "3\n1\n" and done.stderr == ""

    @pytest.mark.skipif("OPENBLAS_NUM_THREADS" in os.environ, reason="the setting is there")
    def test_and_no_setting_where_there_is_none(self, team):
        assert results(team, os.getenv, ("OPENBLAS_NUM_THREADS",)) == {("OPENBLAS_NUM_THREADS",): None}


class TestADeath:
    def test_of_a_process_is_survived(self, team, tmp_path):
        """The task is tried once more, in a process of its own."""
        assert results(team, jobs.die_once, (tmp_path / "mark",)) == {(tmp_path / "mark",): "done"}

    def test_that_comes_again_is_told_and_the_others_go_on(self, team):
        found = results(team, jobs.die, ())
        assert isinstance(found[()], Died) and str(found[()]) == "its process died (exit code -9)"
        assert results(team, operator.add, (1, 2), (3, 4)) == {(1, 2): 3, (3, 4): 7}


class TestNothingStaysBehind:
    def test_when_the_block_is_left_before_the_end(self, tmp_path):
        marks = [tmp_path / name for name in ("short", "long", "longer", "never")]
        with Workers(2) as team:
            found = team.each(jobs.linger, zip(marks, (0, 60, 60, 60)))
            assert next(found)[0] == (marks[0], 0)
            numbers = [waited(mark) for mark in marks[:3]]
            began = time.monotonic()
        assert time.monotonic() - began < 5
        assert all(map(gone, numbers)) and not marks[3].exists()

    def test_a_worker_that_is_closed_starts_no_more(self):
        worker = workers.Worker()
        assert worker.call(operator.add, 1, 2) == 3
        number = worker.child.pid
        worker.close()
        assert gone(number)
        with pytest.raises(Died):
            worker.patient(operator.add, 1, 2)
        worker.running.__exit__(None, None, None)

    @pytest.mark.parametrize(
        ("target", "given", "order"),
        [
            (workers._serve, [], (operator.add, (1, 2))),
            (guarded, ["."], "1 + 1"),
            (_bind, [[]], ("build", ["build"], ".", {})),
        ],
        ids=["worker", "run", "bindery"],
    )
    def test_nor_a_word_of_a_process_whose_answer_nobody_reads_any_more(self, target, given, order):
        """As where the caller was killed just then: the system tells that otherwise than where all was read."""
        with workers.process(target, *given) as (child, pipe):
            pipe.send(order)
            assert pipe.poll(60)
            pipe.close()
            child.join(10)
            assert child.exitcode == 0

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
    def test_when_the_caller_is_interrupted_or_killed_in_a_cell_that_never_ends(self, tmp_path, how):
        """Neither the process of the notebook nor the one that forked it."""
        mark = tmp_path / "mark"
        cell = f"import os, pathlib\npath = pathlib.Path({str(mark)!r})\npath.with_suffix('.part').write_text(f'{{os.getpid()}}')"
        notebook(tmp_path / "q.ipynb", f"{cell}\npath.with_suffix('.part').rename(path)", "while True: pass")
        script = """
            import sys
            from pathlib import Path
            from sourcebook.run import execute
            from sourcebook.workers import Workers
            here = Path(sys.argv[1])
            with Workers(1) as team:
                for _ in team.each(execute, [(here / "q.ipynb", {}, here)]):
                    print("ended")
        """
        (tmp_path / "script.py").write_text(textwrap.dedent(script))
        caller = subprocess.Popen(
            [sys.executable, tmp_path / "script.py", tmp_path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        notebooks = waited(mark)
        others = family(caller.pid)
        assert notebooks in others
        try:
            caller.send_signal(how)
            printed, _ = caller.communicate(timeout=20)
            assert caller.returncode != 0 and printed == b""
            assert [number for number in others if not gone(number)] == []
        finally:
            caller.kill()
            for number in family(caller.pid):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)


def family(session: int) -> set[int]:
    """All processes of a session but its leader."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,sess="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return {number for number, of in pairs if of == session != number}


class TestWithoutFork:
    @pytest.fixture(params=["this system cannot", "it was not wanted"])
    def threaded(self, request, monkeypatch):
        wanted = request.param != "it was not wanted"
        if wanted:
            monkeypatch.setattr(workers, "available", lambda: False)
        with Workers(2, warm=wanted) as team:
            yield team

    def test_jobs_run_in_threads_of_this_process(self, threaded):
        assert results(threaded, jobs.process, (1,)) == {(1,): (os.getpid(), False)}

    def test_exceptions_are_results_too(self, threaded):
        assert isinstance(results(threaded, operator.truediv, (1, 0))[1, 0], ZeroDivisionError)

    def test_as_many_as_asked_are_at_work_at_once(self, threaded, tmp_path):
        found = results(threaded, jobs.meet, *((tmp_path, number, 2) for number in range(2)))
        assert list(found.values()) == [True, True]
