"""A run counts only if every code cell ran and none raised; what it writes is the same each time."""

import gc
import json
from contextlib import nullcontext

import pytest
from scratch import notebook

from sourcebook import run as running
from sourcebook.cache import Cache
from sourcebook.errors import RunError, SourcebookError
from sourcebook.run import run, run_all

# papermill leaves the event loop and sockets of each run to the garbage collector. They are collected
# here, so that their warnings do not fail whatever test happens to be running later.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def swept():
    yield
    gc.collect()


GOOD = ["label = f'{colour} {size}'\nlabel", "import sys\nprint(sys.stdin is not None, flush=True)\nlabel * size"]


def refused(tmp_path, *cells, parameters=None, engine="fork") -> RunError:
    """The error of a run, of which nothing may be written."""
    output = tmp_path / "out" / "q.ipynb"
    with pytest.raises(RunError) as caught:
        run(notebook(tmp_path / "q.ipynb", *cells), output, parameters or {}, tmp_path, engine)
    assert not output.exists() and not output.parent.exists()
    assert caught.value.notebook == "q"
    assert "notebooks/q.ipynb" in str(caught.value)
    return caught.value


def code(path) -> list:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same notebook run twice, into a folder that is not there yet."""
    folder = tmp_path_factory.mktemp("good")
    source = notebook(folder / "q.ipynb", *GOOD)
    before = source.read_bytes()
    outputs = [run(source, folder / name / "q.ipynb", {"colour": "blue"}, folder) for name in ("one", "two")]
    assert source.read_bytes() == before, "the notebook itself is left alone"
    return outputs


class TestAGoodRun:
    def test_is_written_where_it_was_asked(self, runs):
        assert [path.parent.name for path in runs] == ["one", "two"] and all(path.is_file() for path in runs)

    def test_has_every_cell_executed_in_order_with_the_parameters_injected(self, runs):
        cells = code(runs[0])
        assert [cell["execution_count"] for cell in cells] == [1, 2, 3, 4]
        assert "".join(cells[1]["source"]) == '# Parameters\ncolour = "blue"\n'
        assert cells[2]["outputs"][0]["data"]["text/plain"] == ["'blue 3'"]

    def test_gives_the_same_bytes_twice(self, runs):
        assert runs[0].read_bytes() == runs[1].read_bytes()

    def test_holds_neither_times_nor_papermills_notes_nor_random_ids(self, runs):
        book = json.loads(runs[0].read_text(encoding="utf-8"))
        assert set(book["metadata"]) == {"kernelspec", "language_info"}
        assert [cell["id"] for cell in book["cells"]] == ["cell-1", "cell-2", "injected-parameters", "cell-3", "cell-4"]
        assert {key for cell in book["cells"] for key in cell["metadata"]} == {"tags"}
        assert "start_time" not in json.dumps(book) and "papermill" not in json.dumps(book)

    def test_has_the_folder_it_was_told_to_work_in(self, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        source = notebook(tmp_path / "q.ipynb", "from pathlib import Path\nPath.cwd().name")
        cells = code(run(source, tmp_path / "out.ipynb", {}, tmp_path / "elsewhere"))
        assert cells[-1]["outputs"][0]["data"]["text/plain"] == ["'elsewhere'"]


class TestValues:
    def test_are_data_whatever_they_hold(self, tmp_path):
        """A value with quotation marks, line ends and code in it arrives as it was given."""
        value = '\'); raise SystemExit #\n"""\\ {{ 7*7 }} é'
        source = notebook(tmp_path / "q.ipynb", f"assert colour == {value!r}, colour")
        assert run(source, tmp_path / "out.ipynb", {"colour": value}, tmp_path).is_file()


class TestAFailedRun:
    def test_a_cell_that_raises_is_named_with_what_it_said(self, tmp_path):
        error = refused(tmp_path, "1", "raise ValueError('no such luck')", "2")
        assert error.cell == 4
        assert "notebooks/q.ipynb, cell 4: ValueError: no such luck. Open notebooks/q.ipynb" in str(error)

    def test_the_cell_is_counted_in_the_notebook_that_a_reader_opens(self, tmp_path):
        """papermill puts a cell of its own below the parameters; the notebook in notebooks/ does not have it."""
        assert refused(tmp_path, "1", "raise ValueError('x')", parameters={"size": 4}).cell == 4

    @pytest.mark.parametrize("leave", ["raise SystemExit(0)", "import sys; sys.exit()"])
    def test_a_cell_that_leaves_politely_has_not_finished(self, tmp_path, leave):
        """papermill alone calls this a complete run."""
        error = refused(tmp_path, leave, "'never reached'")
        assert error.cell == 3 and "SystemExit" in error.cause

    def test_even_in_the_last_cell(self, tmp_path):
        assert refused(tmp_path, "1", "raise SystemExit(0)").cell == 4

    @pytest.mark.parametrize(
        "kill", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    )
    def test_a_killed_kernel_is_no_end(self, tmp_path, kill):
        assert "died" in refused(tmp_path, "1", kill, "2").cause

    def test_a_cell_that_never_ends_is_stopped(self, tmp_path, monkeypatch):
        monkeypatch.setattr(running, "TIMEOUT", 1)
        assert "timed out" in refused(tmp_path, "1", "import time; time.sleep(60)").cause

    @pytest.mark.parametrize("engine", ["fork", "kernel"])
    def test_a_killed_kernel_is_told_with_its_cell(self, tmp_path, engine):
        assert refused(tmp_path, "1", "import os; os._exit(0)", "2", engine=engine).cell == 4

    @pytest.mark.parametrize(
        ("act", "told"),
        [("print", "the cell writes more than 10,000,000 characters"), ("display", "displays more than 100,000,000")],
    )
    def test_a_cell_that_writes_or_displays_without_end_is_stopped(self, tmp_path, act, told):
        error = refused(tmp_path, "1", f"while True: {act}('x' * 100_000)")
        assert error.cell == 4 and told in error.cause

    @pytest.mark.parametrize("given", ["0", "-1", "ten", "1.5", "٣", "10000000", "1" * 5000])
    def test_a_time_limit_that_is_none_is_told(self, tmp_path, monkeypatch, given):
        monkeypatch.setenv(running.LIMIT, given)
        with pytest.raises(SourcebookError, match="SOURCEBOOK_CELL_SECONDS is .* must be a whole number"):
            run_all([notebook(tmp_path / "q.ipynb", "1")], tmp_path / "out", {"q": {}}, tmp_path)

    def test_the_time_limit_is_the_users(self, tmp_path, monkeypatch):
        monkeypatch.setenv(running.LIMIT, "1")
        error = refused(tmp_path, "1", "import time; time.sleep(60)")
        assert error.cause == "the cell timed out after 1 seconds" and running.LIMIT in error.cure

    def test_a_cell_that_never_ends_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setattr(running, "TIMEOUT", 1)
        assert refused(tmp_path, "1", "import time; time.sleep(60)").cell == 4

    def test_an_earlier_output_is_left_as_it_was(self, tmp_path):
        output = tmp_path / "out.ipynb"
        output.write_text("the last good one")
        with pytest.raises(RunError):
            run(notebook(tmp_path / "q.ipynb", "1 / 0"), output, {}, tmp_path)
        assert output.read_text() == "the last good one"


class TestRunAll:
    def test_tells_of_each_and_gives_each_its_own_parameters_in_the_given_order(self, tmp_path):
        books = [notebook(tmp_path / f"{name}.ipynb", "colour") for name in ("b", "a", "c")]
        told = []
        shares = {"a": {"colour": "green"}, "b": {}, "c": {"colour": "grey"}}
        outputs = run_all(
            books,
            tmp_path / "out",
            shares,
            tmp_path,
            lambda total: nullcontext(lambda name: told.append((name, total))),
        )
        assert [path.stem for path in outputs] == ["b", "a", "c"] and sorted(told) == [("a", 3), ("b", 3), ("c", 3)]
        assert [code(path)[-1]["outputs"][0]["data"]["text/plain"] for path in outputs] == [
            ["'red'"],
            ["'green'"],
            ["'grey'"],
        ]

    def test_one_failure_fails_all(self, tmp_path):
        """And leaves what lay there before."""
        books = [notebook(tmp_path / "good.ipynb", "1"), notebook(tmp_path / "bad.ipynb", "1 / 0")]
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "good.ipynb").write_text("the last good one")
        with pytest.raises(RunError, match=r"notebooks/bad\.ipynb, cell 3: ZeroDivisionError"):
            run_all(books, tmp_path / "out", {"good": {}, "bad": {}}, tmp_path)
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.ipynb"]
        assert (tmp_path / "out" / "good.ipynb").read_text() == "the last good one"

    def test_a_notebook_that_kills_its_worker_too_is_told(self, tmp_path):
        book = notebook(tmp_path / "kills.ipynb", "import os, signal\nos.killpg(0, signal.SIGKILL)")
        with pytest.raises(RunError, match=r"notebooks/kills\.ipynb: its process died \(exit code -9\)"):
            run_all([book], tmp_path / "out", {"kills": {}}, tmp_path)
        assert not (tmp_path / "out").exists()


class TestWithACache:
    @pytest.fixture
    def go(self, tmp_path):
        """Run two notebooks; their outputs, and which of them ran."""
        books = [notebook(tmp_path / f"{name}.ipynb", "colour") for name in ("a", "b")]

        def go(made):
            ran = []
            cache = Cache(tmp_path / "cache", lambda path: made(path.stem))
            outputs = run_all(
                books,
                tmp_path / "out",
                {"a": {}, "b": {}},
                tmp_path,
                lambda total: nullcontext(ran.append),
                cache=cache,
            )
            return [path.read_bytes() for path in outputs], sorted(ran)

        return go

    def test_only_what_changed_runs_and_the_outputs_are_the_same(self, go):
        first, ran = go(lambda name: {"x": "1"})
        assert ran == ["a", "b"]
        second, ran = go(lambda name: {"x": "1"})
        assert ran == [] and second == first
        third, ran = go(lambda name: {"x": "2" if name == "b" else "1"})
        assert ran == ["b"] and third == first

    def test_what_is_stored_damaged_runs_again(self, go, tmp_path):
        first, _ = go(lambda name: {"x": "1"})
        (entry,) = (tmp_path / "cache" / "a").iterdir()
        entry.write_bytes(entry.read_bytes().replace(b"red", b"rad"))
        assert go(lambda name: {"x": "1"}) == (first, ["a"])
