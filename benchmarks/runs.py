"""Runs a second: sourcebook's forked workers against a shell loop of papermill, each notebook, the same parameters."""

import argparse
import itertools
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from common import by_turns, call, copied, machine, median, medians, ratio, same

SIDES = ("sourcebook, start included", "papermill x1", "papermill x2")
WARM = "sourcebook, once warm"
WARMING = 4  # runs after which both workers have begun


def sets(number: int, taken: set[str]) -> list[dict]:
    """Different parameters, of which a notebook gets those that it takes."""
    grades = itertools.product("FEDCBA", (6, 5, 4, 3, 2, 1), (True, False))
    names = ("min_reliability", "min_credibility", "include_unnamed")
    return [{k: v for k, v in zip(names, values) if k in taken} for values in itertools.islice(grades, number)]


def forked(top: Path, notebook: Path, found: list[dict], again: int, out: Path) -> None:
    """In a process of its own: all runs, so many times over, by two warm workers; prints the seconds a run once warm."""
    from sourcebook.run import run
    from sourcebook.workers import Workers

    begun = time.perf_counter()
    tasks = [(notebook, out / f"{place}.ipynb", values, top) for place, values in enumerate(found)] * again
    with Workers(2) as team:
        for place, (_, result) in enumerate(team.each(run, tasks)):
            if isinstance(result, BaseException):
                sys.exit(str(result))
            if place < WARMING:
                begun = time.perf_counter()
    print((time.perf_counter() - begun) / (len(tasks) - WARMING))


def papermill(top: Path, notebook: Path, found: list[dict], out: Path, processes: int) -> None:
    def one(place: int) -> None:
        given = [word for name, value in found[place].items() for word in ("-p", name, value)]
        call("papermill", notebook, out / f"{place}.ipynb", "-k", "python3", "--no-progress-bar", *given, cwd=top)

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, range(len(found))))


def compared(top: Path, notebook: Path, number: int, rounds: int, again: int, folder: Path) -> dict[str, float]:
    """Seconds of each side for the same runs of one notebook; ends where the outputs differ."""
    found, warm = sets(number, takes(notebook)), []
    out = {side: Path(folder, notebook.stem, side) for side in SIDES}
    for each in out.values():
        each.mkdir(parents=True)

    def ours() -> None:
        told = call(sys.executable, __file__, "--forked", top, notebook, number, again, out[SIDES[0]], cwd=top)
        warm.append(float(told))

    print(f"{notebook.stem}, {len(found)} runs by papermill, {len(found) * again} by sourcebook")
    theirs = {side: partial(papermill, top, notebook, found, out[side], n) for n, side in enumerate(SIDES[1:], 1)}
    times = by_turns(rounds, **{SIDES[0]: ours, **theirs})
    for place in range(len(found)):
        for side in theirs:
            same(out[SIDES[0]] / f"{place}.ipynb", out[side] / f"{place}.ipynb", notebook.stem)
    medians(times)
    seconds = {side: median(each) for side, each in times.items()} | {WARM: median(warm) * len(found)}
    seconds[SIDES[0]] /= again
    print("runs a second: " + ", ".join(f"{side} {len(found) / each:.2f}" for side, each in seconds.items()))
    ratio(seconds[SIDES[1]] / seconds[WARM], f"{notebook.stem}: rate of {WARM} to {SIDES[1]}", "50")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebook", action="append", help="only this one (repeat for more)")
    parser.add_argument("--sets", type=int, default=12, help="parameter sets a notebook, at least 3")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--again", type=int, default=10, help="our side does its runs so often: they are soon over")
    parser.add_argument("--quick", action="store_true", help="one notebook, three sets, two times over, one round")
    parser.add_argument("--forked", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.forked:
        top, notebook, number, again, out = options.forked
        forked(Path(top), Path(notebook), sets(int(number), takes(Path(notebook))), int(again), Path(out))
        return
    if options.quick:
        options.notebook, options.sets, options.again, options.rounds = ["register"], 3, 2, 1
    machine("papermill", "ipykernel", "pandas")
    print("papermill x1: a shell loop of `papermill`, one run at a time; papermill x2: two such loops side by side")
    with tempfile.TemporaryDirectory() as folder:
        from sourcebook import paths

        top = copied(folder)
        chosen = [path for path in paths.notebooks(top) if not options.notebook or path.stem in options.notebook]
        told = [
            compared(top, notebook, options.sets, options.rounds, options.again, Path(folder)) for notebook in chosen
        ]
    total = {side: sum(each[side] for each in told) for side in (*SIDES, WARM)}
    for side in SIDES[1:]:
        for ours in (SIDES[0], WARM):
            ratio(total[side] / total[ours], f"rate of {ours} to {side}, all notebooks alike; outputs equal")


def takes(notebook: Path) -> set[str]:
    from sourcebook.parameters import declared

    return set(declared([notebook]))


if __name__ == "__main__":
    main()
