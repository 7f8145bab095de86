"""A notebook and its parameters, turned into an executed notebook that is known to have run to its end."""

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from sourcebook import files, paths, workers
from sourcebook.cache import Cache
from sourcebook.errors import RunError, SourcebookError
from sourcebook.formats import VALUE
from sourcebook.workers import Died, Workers
from sourcebook.workroom import workroom

TIMEOUT, LIMIT = (
    600,
    "SOURCEBOOK_CELL_SECONDS",
)  # seconds a cell may take, unless this variable of the environment has others
QUIET = "--IPKernelApp.log_level=50"  # a kernel's notes about its transport are no news of the notebook
ENGINES = {"fork": "sourcebook", "kernel": "sourcebook-kernel"}  # as papermill calls them
PARAMETERS, INJECTED = "parameters", "injected-parameters"


def execute(notebook: Path, parameters: dict, cwd: Path, engine: str = "fork"):
    """The notebook as papermill executes it, with `cwd` as its folder: an nbformat notebook without what differs from
    run to run.

    engine: "fork" runs it in a process forked from a warm one, "kernel" in a Jupyter kernel of its own; the outputs
    are the same. Raise RunError, naming the cell, unless every code cell ran and none raised.
    """
    from nbclient.exceptions import CellTimeoutError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import raise_for_execution_errors
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    seconds = limit()
    if workers.METHOD == "fork":
        _vouch(parameters, cwd)
    kernel = {"engine_name": ENGINES[engine], "kernel_name": "python3"}
    try:
        # The steps of papermill.execute_notebook, without the last: it writes the notebook even where nobody wants it,
        # and its cwd= would change the folder of the whole process, which runs side by side would fight over.
        prepared = load_notebook_node(str(notebook))
        if parameters:
            prepared = parameterize_notebook(prepared, parameters, language="python", **kernel)
        executed = papermill_engines.execute_notebook_with_engine(
            nb=prepared, progress_bar=False, log_output=False, start_timeout=60, execution_timeout=seconds,
            extra_arguments=[QUIET], resources={"metadata": {"path": str(cwd)}}, **kernel,
        )  # fmt: skip
        raise_for_execution_errors(executed, None)
    except PapermillExecutionError as error:
        place = _number(notebook, error.cell_index, parameters)
        raise RunError(notebook.stem, place, f"{error.ename}: {error.evalue}", _open(notebook)) from error
    except CellTimeoutError as error:
        place = _number(notebook, getattr(error, "cell_index", None), parameters)
        cure = f"If it needs longer, set {LIMIT} to more than {seconds}."
        raise RunError(notebook.stem, place, f"the cell timed out after {seconds} seconds", cure) from error
    except Exception as error:  # a process that died or ran out of time comes as one of several classes of nbclient
        place = _number(notebook, getattr(error, "cell_index", None), parameters)
        cure = _open(notebook)
        if engine == "kernel" and place is None:
            cure = "No kernel can be started here: see what python -m ipykernel --version says, or leave out --engine kernel."
        raise RunError(notebook.stem, place, f"{type(error).__name__}: {error}", cure) from error
    whole(executed, notebook.stem)
    return plain(executed)


def run(notebook: Path, output: Path, parameters: dict, cwd: Path, engine: str = "fork") -> Path:
    """`execute`, its result written to `output`, which a failed run leaves as it was."""
    import nbformat

    executed = execute(notebook, parameters, cwd, engine)
    output.parent.mkdir(parents=True, exist_ok=True)
    return files.write(output, nbformat.writes(executed) + "\n")


def glued(cells) -> dict:
    """The named values (text, numbers) in the outputs of some cells."""
    return {
        output["metadata"]["scrapbook"]["name"]: json.loads(output["data"][f"{VALUE}application/json"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def limit() -> int:
    """How many seconds a cell may take."""
    given = os.environ.get(LIMIT, "")
    short = given.isascii() and given.isdigit() and len(given) < 20  # Python refuses to read some thousands of digits
    if given and not (short and 0 < int(given) < 10**6):
        raise SourcebookError(
            f"{LIMIT} is {given[:20]!r}; it must be a whole number of seconds: unset it, or set it to {TIMEOUT}."
        )
    return int(given or TIMEOUT)


def _vouch(parameters: dict, cwd: Path) -> None:
    """Check and load the run's case in this process, so that the run forked from it finds it in memory."""
    from sourcebook.case import load

    with suppress(SourcebookError):  # the notebook itself says what is wrong
        load(parameters.get("case", ""), cwd)


def _number(notebook: Path, index: int | None, parameters: dict) -> int | None:
    """The number, from 1, that a cell of the executed notebook has in its source, which lacks the injected cell."""
    if index is None:
        return None
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [place for place, cell in enumerate(cells) if PARAMETERS in cell["metadata"].get("tags", [])]
    return index + 1 - bool(parameters and index > (tagged or [-1])[0])


def whole(notebook, name: str) -> None:
    """Raise RunError unless every code cell has an execution count and none has an error.

    papermill alone takes `raise SystemExit(0)` for the end of a notebook that is complete.
    """
    injected = 0
    for index, cell in enumerate(notebook.cells, 1):
        injected += INJECTED in cell.metadata.get("tags", [])
        place = index - injected
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            raise RunError(name, place, f"{errors[0].ename}: {errors[0].evalue}", "Mend the cell and run again.")
        if cell.execution_count is None:
            raise RunError(name, place, "the cell did not run", "An earlier cell ended the run: look there.")


def plain(notebook):
    """The notebook without what differs from run to run: times, durations, random ids and papermill's own notes."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        for key in ("papermill", "execution", "collapsed"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
    return notebook


# Given how many notebooks there are, a context in which the name of each is handed over as it ends.
Progress = Callable[[int], AbstractContextManager[Callable[[str], object]]]


def silent(total: int) -> AbstractContextManager[Callable[[str], object]]:
    return nullcontext(lambda name: None)


def run_all(
    notebooks: list[Path],
    folder: Path,
    parameters: dict[str, dict],
    cwd: Path,
    progress: Progress = silent,
    engine: str = "fork",
    cache: Cache | None = None,
) -> list[Path]:
    """Run each notebook with its own parameters into `folder`, a few at a time; what the cache holds is not run again.

    Raise the first RunError that occurs; then nothing in `folder` has changed.
    """
    limit()  # before any process is started
    with workroom(cwd / paths.BUILD, "run") as scratch:
        results = {notebook: scratch / notebook.name for notebook in notebooks}
        for notebook, result in results.items():
            if cache and (text := cache.get(notebook)) is not None:
                files.write(result, text)
        fresh = [notebook for notebook, result in results.items() if not result.exists()]
        tasks = [(notebook, results[notebook], parameters[notebook.stem], cwd, engine) for notebook in fresh]
        with progress(len(tasks)) as done, Workers() as team:
            for (notebook, *_), result in team.each(run, tasks):
                if isinstance(result, Died):
                    raise RunError(notebook.stem, None, str(result), "Run it again.")
                if isinstance(result, BaseException):
                    raise result
                done(notebook.stem)
        for notebook in fresh if cache else ():
            cache.put(notebook, results[notebook].read_text(encoding="utf-8"))
        folder.mkdir(parents=True, exist_ok=True)
        for notebook, result in results.items():
            files.write_bytes(folder / notebook.name, [result.read_bytes()])
    return [folder / notebook.name for notebook in notebooks]


def _open(notebook: Path) -> str:
    return f"Open notebooks/{notebook.name} with the same parameters and run it cell by cell."
