"""What the benchmarks share: a copy of the checkout to work in, times taken by turns, and the line that a ratio is."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAVE = shutil.ignore_patterns(".git", ".venv", "_build", "*.egg-info", "__pycache__", ".*_cache", ".ipynb_checkpoints")


def copied(folder: str) -> Path:
    """The checkout, built files apart, in a folder of its own: the default report from nothing."""
    return Path(shutil.copytree(ROOT, Path(folder, "checkout"), ignore=LEAVE))


def machine(*packages: str) -> None:
    """Say what the times were taken on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told = ", ".join(f"{name} {version(name)}" for name in packages)
    print(
        f"{cores} cores, load {os.getloadavg()[0]:.1f}, Python {'.'.join(map(str, sys.version_info[:3]))}, {told}",
        flush=True,
    )


def call(*command, cwd: Path) -> str:
    """Run a command; its output, or an end with all that it said."""
    env = {**os.environ, "NO_COLOR": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def sourcebook(*words, cwd: Path) -> str:
    return call(Path(sys.executable).with_name("sourcebook"), *words, cwd=cwd)


def by_turns(rounds: int, **sides: Callable[[], object]) -> dict[str, list[float]]:
    """Seconds of each side, taken A B A B, so that what else the machine does falls on both."""
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, act in sides.items():
            start = time.perf_counter()
            act()
            times[name].append(time.perf_counter() - start)
            print(f"  {name}: {times[name][-1]:.2f} s", flush=True)
    return times


def median(times: list[float]) -> float:
    return statistics.median(times)


def medians(times: dict[str, list[float]]) -> None:
    print("medians: " + ", ".join(f"{name} {median(found):.2f} s" for name, found in times.items()))


def ratio(value: float, told: str, bar: str = "") -> None:
    print(f"ratio: {value:.3g} ({told}{f'; bar: {bar}' if bar else ''})", flush=True)


def cells(path: Path) -> list:
    """What a run of a notebook gave, without what differs from run to run (times, papermill's notes, random ids)."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    kept = ("cell_type", "source", "outputs", "execution_count")
    told = [{key: cell[key] for key in kept if key in cell} for cell in found]
    for cell in told:
        cell["source"] = "".join(cell["source"])
        if cell["source"].startswith("# Parameters"):  # papermill's, which sourcebook writes in another order
            cell["source"] = sorted(cell["source"].splitlines())
        for output in cell.get("outputs", []):
            for key in ("text", *output.get("data", {})):
                place = output if key == "text" else output["data"]
                if isinstance(place.get(key), list):
                    place[key] = "".join(place[key])
    return told


def same(one: Path, other: Path, name: str) -> None:
    if cells(one) != cells(other):
        sys.exit(f"{name}: the two sides' outputs differ ({one}, {other}); the times mean nothing.")


@contextmanager
def dask(folder: Path, number: int):
    """A scheduler and workers of one thread, as processes in an empty folder: the address and the workers."""
    folder.mkdir(exist_ok=True)
    file, started = folder / "scheduler.json", []

    def start(program: str, *words) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *map(str, words), "--no-dashboard"]
        with (folder / "log").open("a") as log:
            started.append(subprocess.Popen(command, cwd=folder, stdout=log, stderr=log))
        return started[-1]

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file)
        while not file.exists():
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        yield address, [start("worker", address, "--nthreads", 1, "--no-nanny") for _ in range(number)]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
