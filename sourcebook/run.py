"""A notebook and its parameters, turned into an executed notebook that is known to have run to its end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sourcebook.errors import RunError

TIMEOUT = 600  # seconds a cell
QUIET = "--IPKernelApp.log_level=50"  # a kernel's notes about its transport are no news of the notebook
WORKERS = 2
INJECTED = "injected-parameters"


def run(notebook: Path, output: Path, parameters: dict, cwd: Path) -> Path:
    """Execute `notebook` through papermill in a kernel of its own, with `cwd` as its folder, and write `output`.

    Raise RunError, naming the cell, unless every code cell ran and none raised; `output` is then not written.
    """
    import nbformat
    import papermill

    try:
        executed = papermill.execute_notebook(
            str(notebook), None, parameters=parameters, kernel_name="python3", language="python",
            progress_bar=False, execution_timeout=TIMEOUT, extra_arguments=[QUIET],
            # papermill's own cwd= changes the folder of the whole process, which runs side by side would fight over.
            resources={"metadata": {"path": str(cwd)}},
        )  # fmt: skip
    except papermill.exceptions.PapermillExecutionError as error:
        raise RunError(notebook.stem, error.cell_index + 1, f"{error.ename}: {error.evalue}", _open(notebook)) from error
    except Exception as error:  # a kernel that died or timed out comes as one of several classes of nbclient
        raise RunError(notebook.stem, None, f"{type(error).__name__}: {error}", _open(notebook)) from error
    whole(executed, notebook.stem)
    output.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(plain(executed), output)
    return output


def whole(notebook, name: str) -> None:
    """Raise RunError unless every code cell has an execution count and none has an error.

    papermill alone takes `raise SystemExit(0)` for the end of a notebook that is complete.
    """
    for place, cell in enumerate(notebook.cells, 1):
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
    notebooks: list[Path], folder: Path, parameters: dict[str, dict], cwd: Path, progress: Progress = silent
) -> list[Path]:
    """Run each notebook with its own parameters into `folder`, a few at a time; raise the first RunError that occurs."""
    with progress(len(notebooks)) as done, ThreadPoolExecutor(WORKERS) as pool:
        jobs = {
            pool.submit(run, notebook, folder / notebook.name, parameters[notebook.stem], cwd): notebook for notebook in notebooks
        }
        for job in as_completed(jobs):
            if job.exception():
                pool.shutdown(cancel_futures=True)
                raise job.exception()
            done(jobs[job].stem)
    return [folder / notebook.name for notebook in notebooks]


def _open(notebook: Path) -> str:
    return f"Open notebooks/{notebook.name} with the same parameters and run it cell by cell."
