"""A case's multiverse, turned into its table of outcomes: the notebooks run once for each different set of choices."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sourcebook import digests, fitting, ingredients, multiverse, outcomes, paths
from sourcebook.case import Case
from sourcebook.errors import CaseError, ParameterError, RunError, SourcebookError
from sourcebook.multiverse import Multiverse
from sourcebook.parameters import Parameter, checked, declared, gathered, written
from sourcebook.run import Progress, glued, silent
from sourcebook.store import Store
from sourcebook.words import count
from sourcebook.workers import Workers

STORE = "runs.sqlite"
TOLD = 10  # failed runs that a message names
MANY = 400  # specifications that a build runs unasked, unless its choices are more


class Run(NamedTuple):
    """One notebook under one set of choices; specifications that differ only in what it does not take share it."""

    notebook: Path
    parameters: dict
    key: str


class Sweep:
    """The runs behind a case's table of outcomes.

    fixed: values of parameters that are no axes. Raise CaseError where multiverse.yml and the notebooks do not fit.
    """

    def __init__(
        self, case: Case, space: Multiverse, known: dict[str, Parameter], top: Path, fixed: dict | None = None
    ):
        self.case, self.space, self.known, self.top = case, space, known, top
        usual = checked(case.meta.get("parameters", {}), known, case, place=f"{paths.CASE} of case {case.name}")
        axes = {axis.name for axis in space.axes}
        self.fixed = checked({**case.meta.get("parameters", {}), **(fixed or {})}, known, case)
        if clash := sorted(axes & (fixed or {}).keys()):
            raise ParameterError(
                f"{', '.join(clash)}: an axis of {paths.MULTIVERSE}, of which every value is run; leave it out"
            )
        faults, self.values = fitting.values(case, space, known, top, usual)
        if faults:
            raise CaseError(case.name, faults)
        own = {name: usual.get(name, known[name].default) for name in axes}
        self.base = space.place({name: written(value) for name, value in own.items()})
        self.made = multiverse.made(case, space, top)
        # A result does not depend on which other choices are tried, so more axes need not mean that all runs again.
        part = {name: digest for name, digest in self.made.items() if name != paths.MULTIVERSE}
        self._made = digests.value([part, ingredients.surroundings(top)])
        self._other = {} if case.name == paths.default_case(top) else {"case": case.name}

    def check(self) -> None:
        """Raise CaseError for patterns that fit no figure, going by the notebooks' stored outputs."""
        books = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths.notebooks(self.top)}
        faults = fitting.unknown(self.space, {name: glued(books[name]["cells"]) for name in self.space.outcomes})
        if faults:
            raise CaseError(self.case.name, faults)

    def places(self, size: int = 0, seed: int = 0) -> Sequence[int]:
        """All places of the grid, or a seeded sample of so many, always with what the report itself chooses and every
        specification that differs from that in one choice.
        """
        if not size or size >= len(self.space):
            return range(len(self.space))
        chosen = set(self._near())
        if size < len(chosen):
            raise ParameterError(
                f"--sample {size} is too small: the report's own specification and those one choice away from it are "
                f"always run, so a sample has at least {len(chosen)}"
            )
        rest = random.Random(seed).sample(range(len(self.space)), size)
        for place in rest:
            if len(chosen) < size:
                chosen.add(place)
        return sorted(chosen)

    def _near(self) -> Iterator[int]:
        own = {name: choice.text for name, choice in self.space.at(self.base).items()}
        yield self.base
        for axis in self.space.axes:
            for choice in axis.choices:
                if choice.text != own[axis.name]:
                    yield self.space.place({**own, axis.name: choice.text})

    def runs(self, place: int) -> Iterator[Run]:
        """The runs of one specification, one for each notebook whose outcomes are collected."""
        values = self.fixed | {name: self.values[name, choice.text] for name, choice in self.space.at(place).items()}
        for name in self.space.outcomes:
            taken = {
                parameter: value
                for parameter, value in sorted(values.items())
                if name in self.known[parameter].notebooks and value != self.known[parameter].default
            }
            key = digests.value([name, self.space.outcomes[name], taken, self._made])[:32]
            yield Run(self.top / paths.NOTEBOOKS / f"{name}.ipynb", self._other | taken, key)

    def missing(self, places: Iterable[int], store: Store) -> Iterator[Run]:
        """Each run of some specifications that has no result yet, once."""
        seen = set()
        for place in places:
            for run in self.runs(place):
                if run.key not in seen and run.key not in store:
                    seen.add(run.key)
                    yield run

    def fill(self, places: Iterable[int], store: Store, each: Callable, progress: Progress = silent) -> int:
        """Run whatever has no result yet and put each result into the store as it comes; the number of runs.

        each: Workers.each, or whatever else calls a job for many tasks. Raise RunError or SourcebookError, naming the
        parameters, where runs failed; the results of the others are kept.
        """
        total, failed = sum(1 for _ in self.missing(places, store)), []
        with progress(total) as done:
            tasks = ((run.notebook, run.parameters, self.top, run.key) for run in self.missing(places, store))
            for (notebook, parameters, _, key), result in each(_outcomes, tasks):
                if isinstance(result, BaseException):
                    failed.append((notebook, parameters, result))
                elif faults := fitting.unknown(self.space, {notebook.stem: result}):
                    raise CaseError(self.case.name, faults)
                else:
                    store.put(key, {name: result[name] for name in self.space.watched(notebook.stem, result)})
                done(notebook.stem)
        if failed:
            raise SourcebookError(_failures(failed, total))
        return total


def sweep(
    case: Case, top: Path, given: tuple[str, ...] = (), file: Path | None = None, size: int = 0, seed: int = 0,
    workers: int = 0, scheduler: str | None = None, save: bool = False, progress: Progress = silent,
    say: Callable[[str], None] = print,
) -> Path:  # fmt: skip
    """Run a case's multiverse and return its table of outcomes; `given` and `file` set parameters that are no axes.

    size, seed: a sample of so many specifications. workers: how many local processes. scheduler: the address of a
    Dask cluster instead. save: put the table beside the case's own.
    """
    space = multiverse.read(case)
    if space is None:
        raise SourcebookError(
            f"data/{case.name} has no {paths.MULTIVERSE}: write one that names axes and values, see docs/multiverse.md"
        )
    known = declared(paths.notebooks(top))
    fixed = gathered(file, given, known, case)
    if save and fixed:
        raise ParameterError(
            "--save stores what the report shows, which has the case's own parameters: leave out -p and -f"
        )
    swept = Sweep(case, space, known, top, fixed)
    places = swept.places(size, seed)
    folder = multiverse.results(case, top)
    if fixed:
        folder = folder.with_name(f"{case.name}-{digests.value(swept.fixed)[:8]}")
    with Store(folder / STORE) as store:
        if store.damaged:
            say("The store of results was damaged: starting anew.")
        with _team(workers, scheduler, case, top) as team:
            ran = swept.fill(places, store, team.each, progress)
        say(f"{len(places):,} of {len(space):,} specifications; {count(ran, 'new run')}")
        sample = {"size": size, "seed": seed} if len(places) < len(space) else None
        return outcomes.write(swept, places, store, case.folder if save else folder, sample)


def _team(workers: int, scheduler: str | None, case: Case, top: Path):
    """Who does the runs: processes here, or a cluster."""
    if not scheduler:
        return Workers(workers)
    from sourcebook.cluster import Cluster

    return Cluster(scheduler, case, top)


def behind(case: Case, known: dict[str, Parameter], top: Path) -> Sweep | None:
    """What would bring the case's table of outcomes into step; None where it is, or the case has no multiverse."""
    space = multiverse.read(case)
    if space is None:
        return None
    sweep = Sweep(case, space, known, top)
    folders = multiverse.results(case, top), case.folder
    return None if any(outcomes.current(folder, space, sweep.made) for folder in folders) else sweep


def unasked(space: Multiverse) -> int:
    """How many specifications a build runs without being asked: of a large multiverse a sample that has every choice in it;
    0 stands for all.
    """
    least = 1 + sum(len(axis.choices) - 1 for axis in space.axes)
    size = max(MANY, least)
    return size if len(space) > size else 0


def ready(case: Case, known: dict[str, Parameter], top: Path, progress: Progress, say: Callable[[str], None]) -> None:
    """See to it that the case's table of outcomes, if it has a multiverse, is there and in step.

    So that an edit of the record costs seconds, a sample of a large multiverse has to do; `sweep` runs all of it.
    """
    sweep = behind(case, known, top)
    if sweep is None:
        return
    size = unasked(sweep.space)
    sample = {"size": size, "seed": 0} if size else None
    places = sweep.places(**sample or {})
    part = f"a sample of {len(places):,}" if sample else f"all {len(places):,}"
    say(
        f"{paths.OUTCOMES} is out of step with the record: running {part} specifications (for all of them: sourcebook multiverse --save)"
    )
    folder = multiverse.results(case, top)
    with Store(folder / STORE) as store, Workers() as team:
        sweep.fill(places, store, team.each, progress)
        outcomes.write(sweep, places, store, folder, sample)


def _outcomes(notebook: Path, parameters: dict, top: Path, key: str) -> dict:
    """The job of a worker: run a notebook, hand back what it glued."""
    from sourcebook.run import execute

    return glued(execute(notebook, parameters, top).cells)


def _failures(failed: list, total: int) -> str:
    lines = [f"{len(failed)} of {total} runs failed; the results of the others are kept."]
    for notebook, parameters, error in failed[:TOLD]:
        told = ", ".join(f"{name}={written(value)}" for name, value in parameters.items()) or "its defaults"
        cause = (
            f"cell {error.cell}: {error.cause}" if isinstance(error, RunError) else f"{type(error).__name__}: {error}"
        )
        lines.append(f"  {notebook.stem} with {told}: {cause}")
    if len(failed) > TOLD:
        lines.append(f"  and {len(failed) - TOLD} more")
    return "\n".join(
        [*lines, "Mend the cause and run the same command again: results that are still valid are not repeated."]
    )
