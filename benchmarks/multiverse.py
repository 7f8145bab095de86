"""A large multiverse: how fast, how much memory, and whether a sweep that is killed repeats a run."""

import argparse
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
from common import copied, machine, ratio

MARKS = (10, 50, 100)  # per cent at which memory is read


def planned(top: Path, least: int) -> tuple[int, int]:
    """The size of the smallest sample that takes at least so many runs, all of the grid at most; and its runs."""
    from sourcebook import multiverse
    from sourcebook.case import load
    from sourcebook.parameters import declared
    from sourcebook.paths import notebooks
    from sourcebook.sweep import Sweep

    case = load("", top)
    space = multiverse.read(case)
    sweep = Sweep(case, space, declared(notebooks(top)), top)
    few, many = sum(len(axis.choices) - 1 for axis in space.axes) + 1, len(space)

    def runs(size: int) -> int:
        return len({run.key for place in sweep.places(size) for run in sweep.runs(place)})

    while few < many:
        size = (few + many) // 2
        few, many = (few, size) if runs(size) >= least else (size + 1, many)
    return many, runs(many)


def stored(top: Path) -> int:
    """How many results there are so far."""
    with (
        suppress(StopIteration, sqlite3.Error),
        closing(sqlite3.connect(next(top.glob("_build/multiverse/*/*.sqlite")))) as file,
    ):
        return file.execute("SELECT count(*) FROM runs").fetchone()[0]
    return 0


def table(top: Path) -> bytes:
    return next(top.glob("_build/multiverse/*/outcomes.csv")).read_bytes()


def start(top: Path, size: int, *words) -> subprocess.Popen:
    command = [Path(sys.executable).with_name("sourcebook"), "multiverse", "--sample", str(size), *words]
    return subprocess.Popen(
        command, cwd=top, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )


def memory(process: psutil.Process) -> tuple[float, float, int]:
    """MB of the process; of it and all below it, shared pages counted once; and how many processes that is."""
    found, total = [process, *process.children(recursive=True)], 0
    for each in found:
        try:
            told = each.memory_full_info()
            total += getattr(told, "pss", told.uss)
        except psutil.Error:  # a run that has just ended
            continue
    return process.memory_info().rss / 1e6, total / 1e6, len(found)


def followed(top: Path, size: int, total: int, marks: tuple[int, ...]) -> tuple[float, str]:
    """Seconds and output of a sweep whose memory is told at each mark."""
    begun, left = time.perf_counter(), list(marks)
    sweep = start(top, size)
    process, peak, known = psutil.Process(sweep.pid), 0.0, (0.0, 0.0, 0)
    while sweep.poll() is None:
        try:
            known = memory(process)
            peak = max(peak, known[0])
            while left and stored(top) >= total * left[0] / 100:
                print(
                    f"  at {left.pop(0)} %: the sweep {known[0]:.0f} MB, with all {known[2]} processes {known[1]:.0f} MB",
                    flush=True,
                )
        except psutil.Error:
            pass
        time.sleep(0.2)
    for mark in left:  # it ended before it was looked at
        print(
            f"  at {mark} %: the sweep {known[0]:.0f} MB, with all {known[2]} processes {known[1]:.0f} MB (just before its end)"
        )
    print(f"  peak of the sweep itself: {peak:.0f} MB")
    told = sweep.communicate()[0]
    if sweep.returncode:
        sys.exit(f"sourcebook multiverse failed:\n{told}")
    return time.perf_counter() - begun, told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="at least so many")
    parser.add_argument("--quick", action="store_true", help="the smallest sample")
    options = parser.parse_args()
    machine("pandas", "papermill")
    with tempfile.TemporaryDirectory() as folder:
        top = copied(folder)
        size, total = planned(top, 1 if options.quick else options.runs)
        print(f"{size:,} specifications, {total:,} runs")
        seconds, _ = followed(top, size, total, MARKS)
        whole = table(top)
        print(f"{seconds:.1f} s, {total / seconds:.2f} runs a second")
        shutil.rmtree(top / "_build")

        killed = start(top, size)
        while stored(top) < total / 2 and killed.poll() is None:
            time.sleep(0.05)
        below = psutil.Process(killed.pid).children(recursive=True)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        _, alive = psutil.wait_procs(below, timeout=10)
        kept = stored(top)
        print(f"killed with {kept:,} of {total:,} results stored; of its processes {len(alive)} lived on")
        _, told = followed(top, size, total, ())
        made = int(re.search(r"([\d,]+) new run", told)[1].replace(",", ""))
        if table(top) != whole:
            sys.exit("the table of the resumed sweep is another")
    print(f"resumed: {made:,} runs made, {made + kept - total} repeated; the table is the same to the byte")
    ratio((made + kept) / total, "runs made and kept to runs needed, killed and resumed", "1")


if __name__ == "__main__":
    main()
