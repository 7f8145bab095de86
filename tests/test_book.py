"""A build is made aside and takes its place only when it is whole: it touches no tracked file and never spoils the last report."""

import html
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from scratch import BOOKS, checkout, figures, git, glued, notebook, sourcebook, tree
from smallcase import case

from sourcebook import book
from sourcebook.errors import BuildError, CaseError, ParameterError, SourcebookError


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    """A checkout of its own, under version control, to build and to break things in."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    folder = checkout(tmp_path_factory.mktemp("book") / "checkout")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "as checked out")
    return folder


@pytest.fixture(scope="module")
def name(top):
    config = yaml.safe_load((top / "_config.yml").read_text(encoding="utf-8"))
    return Path(config["sphinx"]["config"]["sourcebook_case"]).name


@pytest.fixture(scope="module")
def side(top, name):
    """A side of the event, which a reader may leave out."""
    return yaml.safe_load((top / "data" / name / "case.yml").read_text(encoding="utf-8"))["accounts"]["sides"][0]


@pytest.fixture(scope="module")
def report(top, name):
    """The folder of the default report, built as a user builds it, and what the build printed."""
    done = sourcebook(top, "build")
    assert done.returncode == 0, done.stderr
    return top / "_build" / name, done


@pytest.fixture(scope="module")
def other(top, report, name, side):
    """The report without one side, built after the default one; the default one's files before and after."""
    before = tree(report[0])
    done = sourcebook(top, "build", "-p", f"exclude_blocs={side}")
    assert done.returncode == 0, done.stderr
    folders = [folder for folder in (top / "_build").iterdir() if folder.name.startswith(f"{name}-")]
    assert len(folders) == 1
    return folders[0], done, before


def words_of(markup: str) -> str:
    """The text of a piece of HTML, with straight apostrophes and single spaces."""
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    return " ".join(re.sub("[‘’]", "'", text).split())


def words(page: Path) -> str:
    return words_of(page.read_text(encoding="utf-8"))


@pytest.fixture
def mended(top, report):
    """Give files of the checkout another text for one test."""
    kept = {}

    def write(path: str, text: str):
        file = top / path
        kept.setdefault(file, file.read_bytes())
        file.write_text(text, encoding="utf-8")

    yield write
    for file, content in kept.items():
        file.write_bytes(content)


class TestTheReport:
    def test_lies_where_the_command_says(self, report):
        said = report[1].stdout.splitlines()[-1]
        assert said == f"The report: {report[0] / 'html' / 'index.html'}"
        assert Path(said.removeprefix("The report: ")).is_file()

    def test_has_every_page_of_the_table_of_contents(self, report, top):
        pages = re.findall(r"(?:book|notebooks)/\w+", (top / "_toc.yml").read_text(encoding="utf-8"))
        assert len(pages) > len(BOOKS)
        assert all((report[0] / "html" / f"{page}.html").is_file() for page in pages)

    def test_has_the_executed_notebooks_and_the_parameters_beside_the_pages(self, report, name):
        assert {path.stem for path in (report[0] / "notebooks").iterdir()} == set(BOOKS)
        assert json.loads((report[0] / "parameters.json").read_text()) == {"case": name}

    def test_opens_with_the_findings_as_computed(self, report):
        page = words(report[0] / "html" / "book" / "index.html")
        for question in ("source", "claims", "reactions", "assessment", "hypotheses"):
            assert glued(report[0] / "notebooks" / f"{question}.ipynb")["finding"] in page

    def test_leaves_the_working_tree_clean(self, top, report, other):
        assert git(top, "status", "--porcelain") == ""

    def test_leaves_nothing_half_made(self, top, report, other):
        assert {path.name for path in (top / "_build").iterdir()} == {report[0].name, other[0].name}

    def test_holds_no_path_of_the_machine_that_built_it(self, top, report):
        for path in report[0].rglob("*"):
            if path.suffix in (".html", ".ipynb", ".json", ".js"):
                assert str(top) not in path.read_text(encoding="utf-8"), path


class TestAnotherChoice:
    def test_is_another_report_beside_the_first_which_stays_as_it_was(self, report, other):
        assert other[0] != report[0]
        assert tree(report[0]) == other[2]

    def test_is_recorded(self, other, name, side):
        assert json.loads((other[0] / "parameters.json").read_text()) == {"case": name, "exclude_blocs": [side]}

    @pytest.mark.parametrize("question", ["source", "claims", "reactions", "hypotheses", "register"])
    def test_changes_the_sentences_in_notebook_and_page(self, report, other, question):
        mine, theirs = (glued(folder[0] / "notebooks" / f"{question}.ipynb")["finding"] for folder in (report, other))
        assert mine != theirs
        page = words(other[0] / "html" / "notebooks" / f"{question}.html")
        assert theirs in page and mine not in page

    @pytest.mark.parametrize(
        "chart",
        [
            "source/voices-by-section",
            "claims/claims-by-actor",
            "claims/accounts",
            "reactions/stances",
            "hypotheses/matrix",
        ],
    )
    def test_changes_the_charts(self, report, other, chart):
        question, figure = chart.split("/")
        mine, theirs = (figures(folder[0] / "notebooks" / f"{question}.ipynb")[figure] for folder in (report, other))
        assert mine["datasets"] != theirs["datasets"]

    def test_leaves_what_does_not_depend_on_it(self, report, other):
        """Nobody in particular says an event or a source's date."""
        mine, theirs = (figures(folder[0] / "notebooks" / "claims.ipynb")["timeline"] for folder in (report, other))
        assert mine == theirs

    def test_shows_the_choice_to_the_reader(self, report, other, side):
        for folder, chosen in ((report[0], False), (other[0], True)):
            page = (folder / "html" / "book" / "index.html").read_text(encoding="utf-8")
            row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*exclude_blocs.*?</tr>", page, re.DOTALL)[0]
            assert (f"'{side}'" in words_of(row)) == chosen, row


class TestItsName:
    def test_is_the_cases_where_nothing_was_chosen(self):
        assert book.report_name(case(), {}, {}) == "river"

    def test_depends_on_the_choices_and_not_on_their_order(self):
        one = book.report_name(case(), {"a": 1, "b": ["x"]}, {})
        assert re.fullmatch(r"river-[0-9a-f]{8}", one)
        assert one == book.report_name(case(), {"b": ["x"], "a": 1}, {})
        assert one != book.report_name(case(), {"a": 2, "b": ["x"]}, {})
        assert one.removeprefix("river") == book.report_name(
            replace(case(), name="lake"), {"a": 1, "b": ["x"]}, {}
        ).removeprefix("lake")


class TestAFailedBuild:
    """Each leaves the last good report as it is, to the byte, and nothing else behind."""

    @pytest.fixture(autouse=True)
    def untouched(self, top, report, other):
        before = tree(top / "_build")
        yield
        assert tree(top / "_build") == before

    @pytest.fixture(autouse=True)
    def one_chapter(self, untouched, mended):
        """One notebook and one page fail as well as all, and sooner."""
        mended("_toc.yml", "format: jb-book\nroot: book/limitations\nchapters:\n- file: notebooks/source\n")

    @pytest.fixture
    def stored(self, top, report, monkeypatch):
        """Build in this process, with the notebooks as they were executed for the last good report."""
        monkeypatch.chdir(top)
        monkeypatch.setattr(book, "run_all", lambda books, folder, *_: shutil.copytree(report[0] / "notebooks", folder))
        return lambda: book.build("", {}, say=lambda line: None)

    def test_a_notebook_that_raises(self, top, mended):
        notebook(top / "fails.ipynb", "1", "raise ValueError('no such luck')", parameters="size: int = 3  # how large")
        mended("notebooks/source.ipynb", (top / "fails.ipynb").read_text(encoding="utf-8"))
        (top / "fails.ipynb").unlink()
        done = sourcebook(top, "build")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "notebooks/source.ipynb, cell 4: ValueError: no such luck" in done.stderr

    def test_a_commentary_with_a_figure_that_there_is_not(self, top, name, mended):
        mended(f"data/{name}/commentary/source.md", "As many as\n{n_statement} statements.\n")
        done = sourcebook(top, "build")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "commentary/source.md, row 2: {n_statement} is not a figure of this notebook" in done.stderr
        assert "did you mean n_statements?" in done.stderr

    def test_pages_that_jupyter_book_warns_of_are_told_with_their_lines(self, top, mended, stored):
        page = (top / "book" / "limitations.md").read_text(encoding="utf-8").rstrip("\n")
        line = page.count("\n") + 3
        mended("book/limitations.md", f"{page}\n\n{{computed}}`source/nothing`\n\n[](nowhere.md)\n")
        with pytest.raises(BuildError) as caught:
            stored()
        told = str(caught.value)
        assert told.startswith("Jupyter Book did not accept the pages; the last good report stays.")
        assert re.search(rf"book/limitations\.md:{line}: WARNING: .*nothing", told), told
        assert re.search(rf"book/limitations\.md:{line + 2}: WARNING: .*nowhere", told), told
        assert str(top) not in told, "places are told from the top of the checkout"

    def test_an_unknown_parameter_is_told_before_anything_runs(self, top, monkeypatch):
        monkeypatch.chdir(top)
        said = []
        with pytest.raises(ParameterError, match="did you mean exclude_blocs?"):
            book.build("", {"exclude_bloc": "x"}, say=said.append)
        assert said == []

    def test_a_broken_case_is_told_before_anything_runs(self, top, name, mended, monkeypatch):
        monkeypatch.chdir(top)
        claims = (top / "data" / name / "claims.csv").read_text(encoding="utf-8")
        mended(f"data/{name}/claims.csv", claims.replace(",assertion,", ",asertion,", 1))
        said = []
        with pytest.raises(CaseError, match=r"claims\.csv, row \d+ (.|\n)*assertion"):
            book.build("", {}, say=said.append)
        assert said == []

    def test_an_article_that_is_another_is_told_before_anything_runs(self, top, tmp_path, monkeypatch):
        monkeypatch.chdir(top)
        (tmp_path / "other.txt").write_text("Another article.\n", encoding="utf-8")
        with pytest.raises(CaseError, match="article.sha256"):
            book.build("", {}, article=tmp_path / "other.txt", say=lambda line: None)


def test_a_killed_build_leaves_the_last_good_report(top, report, other):
    before = tree(report[0])
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcebook.cli", "build"], cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not list((top / "_build").glob(f".{report[0].name}-*/source")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = list((top / "_build").glob(f".{report[0].name}-*"))
    assert left, "it was killed in the middle"
    assert tree(report[0]) == before and git(top, "status", "--porcelain") == ""
    for folder in left:
        shutil.rmtree(folder)


def test_a_case_elsewhere_is_refused_with_the_way_out(tmp_path, top, name, monkeypatch):
    """A notebook is told a case by name only, so that no report carries the path of a machine."""
    from sourcebook.case import load

    shutil.copytree(top / "data" / name, tmp_path / name)
    monkeypatch.chdir(top)
    with pytest.raises(SourcebookError, match="copy it to data/"):
        book.plan(load(str(tmp_path / name)), top, {})
