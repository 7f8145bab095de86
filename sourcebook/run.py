"""A notebook and its parameters, turned into an executed notebook that is known to have run to its end."""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sourcebook.errors import RunError

TIMEOUT = 600  # seconds a cell
QUIET = "--IPKernelApp.log_level=50"  # a kernel's notes about its transport are no news of the notebook
WORKERS = 2
ENGINES = {"fork": "sourcebook", "kernel": None}  # as papermill calls them
INJECTED = "injected-parameters"


def run(notebook: Path, output: Path, parameters: dict, cwd: Path, engine: str = "fork") -> Path:
    """Execute `notebook` through papermill, with `cwd` as its folder, and write `output`.

    engine: "fork" runs it in a process forked from a warm one, "kernel" in a Jupyter kernel of its own; the outputs
    are the same. Raise RunError, naming the cell, unless every code cell ran and none raised; `output` is then
    left as it was.
    """
    import nbformat
    import papermill

    with tempfile.TemporaryDirectory() as scratch:
        trace = Path(scratch, notebook.name)  # papermill notes in it which cell is running
        try:
            executed = papermill.execute_notebook(
                str(notebook), str(trace), parameters=parameters, engine_name=ENGINES[engine], kernel_name="python3",
                language="python", progress_bar=False, execution_timeout=TIMEOUT, extra_arguments=[QUIET],
                # papermill's own cwd= changes the folder of the whole process, which runs side by side would fight over.
                resources={"metadata": {"path": str(cwd)}},
            )  # fmt: skip
        except papermill.exceptions.PapermillExecutionError as error:
            place = number(nbformat.read(trace, 4), error.cell_index)
            raise RunError(notebook.stem, place, f"{error.ename}: {error.evalue}", _open(notebook)) from error
        except Exception as error:  # a process that died or ran out of time comes as one of several classes of nbclient
            stopped = nbformat.read(trace, 4) if trace.is_file() else nbformat.v4.new_notebook()
            running = [
                place
                for place, cell in enumerate(stopped.cells)
                if cell.metadata.get("papermill", {}).get("status") == "running"
            ]
            place = number(stopped, running[-1]) if running else None
            raise RunError(notebook.stem, place, f"{type(error).__name__}: {error}", _open(notebook)) from error
    whole(executed, notebook.stem)
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.part")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        nbformat.write(plain(executed), file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(output)
    return output


def number(executed, index: int) -> int:
    """The number, from 1, that a cell of an executed notebook has in its source, which lacks the injected cell."""
    injected = sum(INJECTED in cell.metadata.get("tags", []) for cell in executed.cells[:index])
    return index + 1 - injected


def whole(notebook, name: str) -> None:
    """Raise RunError unless every code cell has an execution count and none has an error.

    papermill alone takes `raise SystemExit(0)` for the end of a notebook that is complete.
    """
    for index, cell in enumerate(notebook.cells):
        place = number(notebook, index)
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
) -> list[Path]:
    """Run each notebook with its own parameters into `folder`, a few at a time.

    Raise the first RunError that occurs; then nothing in `folder` has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch = tempfile.TemporaryDirectory(dir=folder, prefix=".run-")
    with scratch, progress(len(notebooks)) as done, ThreadPoolExecutor(WORKERS) as pool:
        jobs = {
            pool.submit(
                run, notebook, Path(scratch.name, notebook.name), parameters[notebook.stem], cwd, engine
            ): notebook
            for notebook in notebooks
        }
        for job in as_completed(jobs):
            if job.exception():
                pool.shutdown(cancel_futures=True)
                raise job.exception()
            done(jobs[job].stem)
        for notebook in notebooks:
            Path(scratch.name, notebook.name).replace(folder / notebook.name)
    return [folder / notebook.name for notebook in notebooks]


def _open(notebook: Path) -> str:
    return f"Open notebooks/{notebook.name} with the same parameters and run it cell by cell."
