"""Everything that a run or a report is made from is in its list; what it is not made from is not."""

import json
import shutil
from pathlib import Path

import pytest
from room import small

from sourcebook import ingredients

NOTEBOOK = "notebooks/tally.ipynb"


@pytest.fixture
def top(tmp_path):
    return small(tmp_path / "top")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package to change; the code is read from there, not run."""
    here = Path(ingredients.__file__).parent
    copy = shutil.copytree(here, tmp_path / "sourcebook", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(ingredients, "__file__", str(copy / "ingredients.py"))
    return copy


def of_run(top: Path, engine="fork", **parameters) -> dict:
    return ingredients.of_run(top / NOTEBOOK, parameters, top / "data" / "fair", top, engine)


def of_report(top: Path, engine="fork", **values) -> dict:
    books = [top / "notebooks" / name for name in ("tally.ipynb", "hue.ipynb")]
    return ingredients.of_report(values, books, top / "data" / "fair", top, engine)


def append(path: Path, text: str = " \n") -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def cell(path: Path, place: int, **keys) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][place].update(keys)
    path.write_text(json.dumps(book), encoding="utf-8")


def changed(before: dict, after: dict) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


class TestOfARun:
    @pytest.mark.parametrize("file", ["claims.csv", "case.yml", "datapackage.json", "references.bib"])
    def test_each_file_of_the_case_counts(self, top, file):
        before = of_run(top)
        append(top / "data" / "fair" / file)
        assert changed(before, of_run(top)) == [f"data/fair/{file}"]

    def test_a_new_file_of_the_case_counts_and_a_hidden_one_does_not(self, top):
        before = of_run(top)
        (top / "data" / "fair" / ".swap").touch()
        assert of_run(top) == before
        (top / "data" / "fair" / "new.csv").touch()
        assert changed(before, of_run(top)) == ["data/fair/new.csv"]

    @pytest.mark.parametrize("file", ["commentary/claims.md", "multiverse.yml", "outcomes.csv", "outcomes.json"])
    def test_commentary_and_outcomes_count_for_a_notebook_that_speaks_of_them_alone(self, top, file):
        (top / "data" / "fair" / file).touch()
        before = of_run(top)
        append(top / "data" / "fair" / file)
        assert of_run(top) == before
        cell(top / NOTEBOOK, 2, source="multiverse.read(record); show.commentary(record, 'claims', {})")
        before = of_run(top)
        append(top / "data" / "fair" / file)
        assert changed(before, of_run(top)) == [f"data/fair/{file}"]

    @pytest.mark.parametrize("place", [0, 1, 2], ids=["prose", "parameters", "code"])
    def test_every_cell_of_the_notebook_counts(self, top, place):
        before = of_run(top)
        cell(top / NOTEBOOK, place, source="size: int = 4  # how large")
        assert changed(before, of_run(top)) == [NOTEBOOK]

    def test_a_tag_counts_and_stored_outputs_do_not(self, top):
        before = of_run(top)
        cell(top / NOTEBOOK, 2, outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}], execution_count=7)
        assert of_run(top) == before
        cell(top / NOTEBOOK, 2, metadata={"tags": ["raises-exception"]})
        assert changed(before, of_run(top)) == [NOTEBOOK]

    def test_another_notebook_does_not_count(self, top):
        before = of_run(top)
        cell(top / "notebooks" / "hue.ipynb", 2, source="1")
        assert of_run(top) == before

    def test_each_parameter_counts_with_its_type(self, top):
        assert changed(of_run(top), of_run(top, size=4)) == ["parameter size"]
        assert changed(of_run(top, size=4), of_run(top, size="4")) == ["parameter size"]
        assert of_run(top, size=4, kind="x") == of_run(top, kind="x", size=4)

    def test_the_package_counts_but_not_what_makes_pages(self, top, package):
        before = of_run(top)
        append(package / "sphinx" / "outputs.py")
        append(package / "sphinx" / "static" / "house.css")
        assert of_run(top) == before
        append(package / "analysis" / "claims.py")
        (package / "new.py").touch()
        assert changed(before, of_run(top)) == ["sourcebook/analysis/claims.py", "sourcebook/new.py"]

    def test_what_python_leaves_beside_the_modules_does_not_count(self, top, package):
        before = of_run(top)
        (package / "__pycache__").mkdir()
        (package / "__pycache__" / "book.pyc").touch()
        assert of_run(top) == before

    def test_the_lock_python_and_the_engine_count(self, top, monkeypatch):
        before = of_run(top)
        append(top / "requirements.lock", "numpy==2\n")
        monkeypatch.setattr(ingredients.sys, "version_info", (3, 99, 1, "final", 0))
        assert changed(before, of_run(top, engine="kernel")) == ["Python", "engine", "requirements.lock"]

    def test_a_missing_lock_is_no_error(self, top):
        (top / "requirements.lock").unlink()
        assert of_run(top)["requirements.lock"] == ""

    def test_a_notebook_that_is_none_has_a_digest_too(self, top):
        """Whoever runs it will say what is wrong."""
        before = of_run(top)
        (top / NOTEBOOK).write_text("{")
        assert changed(before, of_run(top)) == [NOTEBOOK]

    def test_the_checkout_may_lie_anywhere(self, top, tmp_path):
        before = of_run(top)
        assert of_run(top.rename(tmp_path / "elsewhere")) == before


class TestOfAReport:
    def test_all_notebooks_the_pages_and_the_settings_count(self, top):
        before = of_report(top)
        cell(top / "notebooks" / "hue.ipynb", 2, source="1")
        for file in ("book/index.md", "_config.yml", "_toc.yml"):
            append(top / file)
        assert changed(before, of_report(top)) == ["_config.yml", "_toc.yml", "book/index.md", "notebooks/hue.ipynb"]

    def test_what_makes_pages_counts(self, top, package):
        before = of_report(top)
        append(package / "sphinx" / "static" / "house.css")
        assert changed(before, of_report(top)) == ["sourcebook/sphinx/static/house.css"]

    def test_a_table_of_outcomes_that_was_made_here_counts(self, top):
        before = of_report(top)
        table = top / "_build" / "multiverse" / "fair" / "outcomes.csv"
        table.parent.mkdir(parents=True)
        (table.parent / "runs.sqlite").touch()
        assert of_report(top) == before
        table.touch()
        assert changed(before, of_report(top)) == ["_build/multiverse/fair/outcomes.csv"]

    def test_holds_all_that_its_runs_are_made_from(self, top):
        assert of_run(top).items() <= of_report(top).items()


class TestStatements:
    def test_are_the_code_alone(self, top):
        before = ingredients.statements(top / NOTEBOOK)
        cell(top / NOTEBOOK, 0, source="# Another question")
        cell(top / NOTEBOOK, 2, outputs=[], execution_count=3, metadata={"tags": ["x"]})
        assert ingredients.statements(top / NOTEBOOK) == before
        cell(top / NOTEBOOK, 2, source="1")
        assert ingredients.statements(top / NOTEBOOK) != before


def test_differences_are_told_in_words():
    old = {
        "parameter a": '"F"',
        "parameter b": "1",
        "engine": "fork",
        "Python": "3.11.1",
        "x.csv": "1",
        "y.csv": "1",
        "same": "1",
    }
    new = {
        "parameter a": '"C"',
        "parameter c": "[2]",
        "engine": "kernel",
        "Python": "3.12.0",
        "x.csv": "2",
        "z.csv": "1",
        "same": "1",
    }
    assert ingredients.differences(old, new) == [
        "Python: 3.11.1, now 3.12.0",
        "engine: fork, now kernel",
        "parameter a was F, is now C",
        "parameter b was 1, is now its default",
        "parameter c was its default, is now 2",
        "x.csv changed",
        "y.csv is gone",
        "z.csv is new",
    ]  # fmt: skip
    assert ingredients.differences(old, old) == []
