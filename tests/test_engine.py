"""The forked engine: as isolated, as complete and as strict as a kernel, and equal to it in what it gives."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import DeadKernelError

from sourcebook import engine, run, workers

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(
    not workers.available(), reason="this system has no fork server; papermill's own engine runs here"
)


def notebook(folder: Path, *cells: str) -> Path:
    path = folder / "made.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]), path
    )
    return path


def execute(path: Path, name: str = "sourcebook", **options):
    return papermill.execute_notebook(
        str(path), None, engine_name=name, kernel_name="python3", language="python", progress_bar=False,
        extra_arguments=["--IPKernelApp.log_level=50"], **options,
    )  # fmt: skip


def outputs(executed) -> list:
    return [(cell.get("execution_count"), cell.get("outputs")) for cell in executed.cells]


CELLS = {
    "stdout and stderr, joined": "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\nprint('d')",
    "the value of the last line": "import pandas as pd\npd.DataFrame({'x': [1, 2]})",
    "no value": "x = 1;",
    "a rich display": "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'), {'text/plain': 'y'}, raw=False)",
    "raw data and metadata": "display({'text/plain': 'y'}, raw=True, metadata={'a': 1})",
    "bytes as base64": "display({'image/png': b'abc', 'text/plain': 'z'}, raw=True)",
    "a magic": "%precision 3\n3.14159265",
    "a cell magic": "%%html\n<b>x</b>",
    "a shell command": "!echo from the shell",
    "await at the top": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "a display that is updated": "handle = display('before', display_id=True)\nhandle.update('after')",
    "a name of the module": "__name__",
    "a warning": "import warnings\nwarnings.simplefilter('ignore')\nwarnings.warn('unseen')",
}


def test_outputs_equal_those_of_a_kernel(tmp_path):
    """Streams, values, displays, magics and shell commands come out as papermill's own engine has them."""
    path = notebook(tmp_path, *CELLS.values())
    forked, kernel = outputs(execute(path)), outputs(execute(path, None))
    differing = [name for name, ours, theirs in zip(CELLS, forked, kernel) if ours != theirs]
    assert not differing


BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def of_code(book) -> list:
    return [cell.outputs for cell in book.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def executed():
    """Every notebook as a build runs it: in a process that a worker forked."""
    with workers.Workers() as team:
        return {path: result for (path, *_), result in team.each(run.execute, [(path, {}, ROOT) for path in BOOKS])}


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_notebook_of_the_book_gives_its_stored_outputs(path, executed):
    """The stored outputs came from either engine: nbval compares a kernel's with them, this test the fork's."""
    assert of_code(executed[path]) == of_code(nbformat.read(path, 4))


def test_papermill_alone_gives_what_a_worker_gives(executed):
    """There each run is forked from the fork server itself."""
    alone = execute(BOOKS[0], resources={"metadata": {"path": str(ROOT)}})
    assert of_code(alone) == of_code(executed[BOOKS[0]])


def test_no_state_leaks_from_run_to_run(tmp_path):
    """Variables, imported modules' attributes, the environment and the folder are as fresh as in a new kernel."""
    execute(notebook(tmp_path, "import os, pandas\nleak = 1\npandas.leak = 1\nos.environ['LEAK'] = '1'\nos.chdir('/')"))
    after = execute(
        notebook(tmp_path, "import os, pandas\n('leak' in globals(), hasattr(pandas, 'leak'), 'LEAK' in os.environ)")
    )
    assert after.cells[0].outputs[0].data["text/plain"] == "(False, False, False)"


class TestAProcessThatDiesBetweenCells:
    """As where the system takes it away because memory runs out."""

    LATER = "import os, threading\nthreading.Timer(0.2, os._exit, [3]).start()"

    @pytest.fixture(autouse=True)
    def waited(self, monkeypatch):
        """After each cell the parent waits until the process is gone, and so meets what it would meet by chance."""
        real = engine._run

        def run(cell, child, pipe, timeout):
            failed = real(cell, child, pipe, timeout)
            child.join(10)
            return failed

        monkeypatch.setattr(engine, "_run", run)

    def test_is_told_as_the_death_that_it_is(self, tmp_path):
        with pytest.raises(DeadKernelError, match=r"the process of the run died \(exit code 3\)") as caught:
            execute(notebook(tmp_path, self.LATER, "'never'"))
        assert caught.value.cell_index == 1

    def test_takes_nothing_from_cells_that_have_all_run(self, tmp_path):
        done = execute(notebook(tmp_path, f"{self.LATER}\n'done'"))
        assert done.cells[0].outputs[0].data["text/plain"] == "'done'"


def test_an_error_is_shown_and_ends_the_run(tmp_path):
    """The error has a kernel's name, value and traceback, and the cells after it do not run."""
    path = notebook(tmp_path, "def f():\n    return 1 / 0", "f()", "print('never')")
    shown = {}
    for name in ("sourcebook", None):
        with pytest.raises(papermill.PapermillExecutionError) as caught:
            execute(path, name)
        shown[name] = caught.value
    ours, theirs = shown["sourcebook"], shown[None]
    assert (ours.ename, ours.evalue, ours.cell_index) == (theirs.ename, theirs.evalue, theirs.cell_index)
    assert any("return 1 / 0" in "".join(line.split("\x1b")) or "/" in line for line in ours.traceback)
    assert len(ours.traceback) == len(theirs.traceback)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("import sys\nsys.exit(0)", "exit"),
        ("raise SystemExit", "exit"),
        ("import os\nos._exit(0)", "died"),
        ("import os\nos.kill(os.getpid(), 9)", "died"),
        ("import os\nif os.fork() == 0:\n    print('copy')", "forked"),
    ],
)
def test_a_cell_that_ends_or_copies_its_process_fails_the_run(tmp_path, cell, told):
    with pytest.raises(Exception, match=told):
        execute(notebook(tmp_path, "1", cell, "2"))


def test_a_cell_past_its_time_fails_the_run_and_leaves_no_process(tmp_path):
    mark = tmp_path / "pid"
    cell = f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    with pytest.raises(Exception, match="past its limit"):
        execute(notebook(tmp_path, cell), execution_timeout=1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_ctrl_c_ends_the_run_at_once(tmp_path):
    """As with a kernel, the caller sees KeyboardInterrupt and nothing goes on behind it."""
    path, mark = (
        notebook(tmp_path, "open('{}', 'w').write('x')\nimport time\ntime.sleep(60)".format(tmp_path / "mark")),
        tmp_path / "mark",
    )
    script = (
        "import papermill\n"
        f"papermill.execute_notebook({str(path)!r}, None, engine_name='sourcebook', kernel_name='python3', language='python', progress_bar=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, start_new_session=True)
    limit = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert mark.exists()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode != 0
    assert b"KeyboardInterrupt" in told


def test_where_fork_is_missing_papermills_engine_runs_and_it_is_said(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(workers, "available", lambda: False)
    executed = execute(notebook(tmp_path, "1 + 1"))
    assert executed.cells[0].outputs[0].data["text/plain"] == "2"
    assert "cannot fork" in capfd.readouterr().err
