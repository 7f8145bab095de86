"""A build is made aside and takes its place only when it is whole: it touches no tracked file and never spoils the last report."""

import html
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from room import small
from scratch import BOOKS, checkout, figures, git, glued, notebook, sourcebook, tree
from smallcase import case

from sourcebook import binding, book, package, paths, stamp, sweep
from sourcebook.case import load
from sourcebook.errors import BuildError, CaseError, ParameterError, SourcebookError
from sourcebook.press import pdf
from sourcebook.verify import verify


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
        assert {path.name for path in (top / "_build").iterdir()} == {report[0].name, other[0].name, "cache", ".lock"}

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


class TestBuiltAgain:
    """In a process of its own: the answer comes before pandas, papermill or a worker would be started."""

    SCRIPT = """
import sys
started = []
sys.addaudithook(lambda event, _: event in ("subprocess.Popen", "os.fork", "os.posix_spawn") and started.append(event))
from sourcebook.cli import main
main(sys.argv[1:], standalone_mode=False)
import multiprocessing.forkserver
assert not started and multiprocessing.forkserver._forkserver._forkserver_pid is None
assert not {"pandas", "numpy", "papermill", "altair", "sphinx"} & sys.modules.keys()
"""

    def again(self, top, *words):
        done = subprocess.run(
            [sys.executable, "-c", self.SCRIPT, "build", *words],
            cwd=top,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def test_with_nothing_changed_is_left_as_it_is_at_once(self, top, report, other, side):
        before = tree(top / "_build")
        for folder, words in ((report[0], []), (other[0], ["-p", f"exclude_blocs={side}"])):
            assert self.again(top, *words) == [
                "Nothing has changed since it was built.",
                f"The report: {folder / 'html' / 'index.html'}",
            ]
        assert tree(top / "_build") == before


class Quick:
    """Builds of the small checkout, in this process and without Jupyter Book."""

    def __init__(self, top, monkeypatch):
        self.top, self.ran, self.said, self.made = top, [], [], 0
        self.meanwhile = lambda: None
        monkeypatch.chdir(top)
        monkeypatch.setattr(binding, "pages", self.pages)
        monkeypatch.setattr(binding, "drawing", lambda *_: nullcontext())

    def pages(self, source):
        self.made += 1
        self.meanwhile()
        html = source / "_build" / "html"
        html.mkdir(parents=True)
        told = {path.stem: glued(path) for path in sorted((source / "notebooks").iterdir())}
        (html / "index.html").write_text(json.dumps(told))
        return html

    def build(self, given=(), article=None, **more):
        """What a build says, which notebooks it runs, and whether it makes pages."""
        self.ran, self.said, self.made = [], [], 0
        page = book.build("", given, article, self.said.append, lambda total: nullcontext(self.ran.append), **more)
        self.figures = json.loads(page.read_text())
        return sorted(self.ran), bool(self.made)


EVERYTHING, NOTHING, PAGES = (["hue", "tally"], True), ([], False), ([], True)


class TestWithTheArticle:
    """A report that shows somebody else's text lies beside the one that ships, and never takes its place."""

    @pytest.fixture
    def quick(self, tmp_path, monkeypatch):
        quick = Quick(small(tmp_path / "top"), monkeypatch)
        plain = quick.pages

        def pages(source):
            """Pages that show what they were given."""
            html, named = (
                plain(source),
                paths.settings(source / "_config.yml")["sphinx"]["config"]["sourcebook_article"],
            )
            (html / "evidence.html").write_text((source / named).read_text("utf-8") if named else "a map", "utf-8")
            return html

        def printer():
            raise BuildError("The PDF needs Pango.")

        monkeypatch.setattr(binding, "pages", pages)
        monkeypatch.setattr(pdf, "printer", printer)
        return quick

    @pytest.fixture
    def article(self, quick):
        return quick.top / "data" / "article.txt"

    def evidence(self, quick, name="fair"):
        return (quick.top / "_build" / name / "html" / "evidence.html").read_text("utf-8")

    def test_it_has_a_folder_of_its_own_and_the_text_is_in_no_other(self, quick, article):
        quick.build()
        before = tree(quick.top / "_build" / "fair")
        assert quick.build(article=article) == PAGES
        assert self.evidence(quick, "fair-with-article") == article.read_text("utf-8")
        assert tree(quick.top / "_build" / "fair") == before and self.evidence(quick) == "a map"

    def test_the_file_from_which_the_text_was_taken_serves_as_well(self, quick, article):
        page = article.with_suffix(".md")
        page.write_text(f"# {article.read_text('utf-8')}", "utf-8")
        quick.build(article=page)
        assert self.evidence(quick, "fair-with-article") == article.read_text("utf-8")

    def test_another_choice_has_another(self, quick, article):
        quick.build(("size=4",), article=article)
        (made,) = (quick.top / "_build").glob("fair-*")
        assert re.fullmatch(r"fair-[0-9a-f]{8}-with-article", made.name)

    def test_it_is_never_taken_for_the_report_that_was_asked_for_without(self, quick, article):
        quick.build(article=article)
        assert stamp.current(quick.top, stamp.asked(""), "fork") is None
        assert quick.build() == PAGES and self.evidence(quick) == "a map"
        assert quick.build() == quick.build(article=article) == NOTHING

    def test_a_text_that_the_case_ships_is_in_the_report_itself(self, quick, article):
        shutil.copy(article, quick.top / "data" / "fair" / "ours.txt")
        case = quick.top / "data" / "fair" / "case.yml"
        case.write_text(case.read_text("utf-8").replace("article:\n", "article:\n  text: ours.txt\n"), "utf-8")
        quick.build(article=article)
        assert [path.name for path in (quick.top / "_build").glob("fair*")] == ["fair"]
        held = verify(package.package("", say=lambda line: None).path).files
        assert bytes(held["data/fair/ours.txt"]) == article.read_bytes()

    def test_no_setting_brings_a_text_in(self, quick, article):
        config = quick.top / "_config.yml"
        told = paths.settings(config)
        told["sphinx"]["config"]["sourcebook_article"] = str(article)
        config.write_text(yaml.safe_dump(told), "utf-8")
        quick.build()
        assert self.evidence(quick) == "a map"

    def test_no_thirteen_words_of_it_are_in_a_package(self, quick, article):
        """Whatever was built before."""
        quick.build(article=article)
        words = re.findall(r"\w+", article.read_text("utf-8"))
        runs = [" ".join(words[place : place + 13]) for place in range(len(words) - 12)]
        held = verify(package.package("", say=lambda line: None).path).files
        assert "report/html/evidence.html" in held
        for name, content in held.items():
            told = " ".join(re.findall(r"\w+", bytes(content).decode("utf-8", "ignore")))
            assert [run for run in runs if run in told] == [], name


class TestWhatIsMadeAgain:
    @pytest.fixture
    def quick(self, tmp_path, monkeypatch):
        return Quick(small(tmp_path / "top"), monkeypatch)

    def test_is_nothing_where_nothing_changed(self, quick):
        assert quick.build() == EVERYTHING and quick.build() == NOTHING
        assert quick.said == ["Case fair", "Nothing has changed since it was built."]

    def test_is_everything_where_that_was_asked_for(self, quick):
        quick.build()
        assert quick.build(fresh=True) == EVERYTHING

    def test_is_the_notebook_that_changed_and_the_pages(self, quick):
        quick.build()
        path = quick.top / "notebooks" / "tally.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace("# A question", "# Another"), encoding="utf-8")
        assert quick.build() == (["tally"], True)

    def test_is_the_notebook_that_takes_a_parameter(self, quick):
        quick.build()
        assert quick.build(("size=4",)) == (["tally"], True)
        assert quick.figures["tally"]["total"] == 54
        assert quick.build() == quick.build(("size=4",)) == NOTHING, "the reports lie side by side"

    def test_is_the_pages_where_only_they_changed(self, quick):
        quick.build()
        (quick.top / "book" / "index.md").write_text("# Another fair\n")
        assert quick.build() == PAGES

    def test_is_the_pages_where_one_of_them_was_damaged(self, quick):
        quick.build()
        (quick.top / "_build" / "fair" / "html" / "index.html").write_text("{}")
        assert quick.build() == PAGES and quick.figures["hue"]["shade"] == "red F"

    def test_is_what_changed_while_it_was_built(self, quick):
        """Such a report is not taken for the one of the record as it is now."""
        claims = quick.top / "data" / "fair" / "claims.csv"
        text = claims.read_text(encoding="utf-8")
        quick.meanwhile = lambda: claims.write_text(text.replace("Gist of C01", "The gist of C01"), encoding="utf-8")
        quick.build()
        quick.meanwhile = lambda: None
        assert stamp.current(quick.top, stamp.asked(""), "fork") is None
        claims.write_text(text, encoding="utf-8")
        assert stamp.current(quick.top, stamp.asked(""), "fork") is None, "nor for that of the record as it was"
        assert quick.build()[1] and quick.build() == NOTHING

    def test_parameters_from_python_are_a_request_of_their_own(self, quick):
        """“sourcebook build” must not find the report of other parameters and call it unchanged."""
        quick.build({"size": 4})
        assert stamp.current(quick.top, stamp.asked(""), "fork") is None
        assert stamp.current(quick.top, stamp.asked("", ("size=4",)), "fork").name.startswith("fair-")

    def test_is_what_shows_outcomes_where_more_of_them_are_there(self, quick, monkeypatch):
        """A build makes do with a sample; once all specifications have been run, the report shows them."""
        count = "from sourcebook import multiverse, show\nfrom sourcebook.case import load\n"
        count += "show.glue({'rows': len(multiverse.outcomes(load('')))})"
        notebook(quick.top / "notebooks" / "sheet.ipynb", count, parameters="width: int = 1  # how wide it is")
        chapters = [{"file": f"notebooks/{name}"} for name in ("tally", "hue", "sheet")]
        (quick.top / "_toc.yml").write_text(
            yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters})
        )
        monkeypatch.setattr(sweep, "MANY", 8)
        quick.build()
        assert quick.figures["sheet"] == {"rows": 8} and quick.build() == NOTHING
        sweep.sweep(load(""), quick.top, say=lambda line: None)
        assert quick.build() == (["sheet"], True) and quick.figures["sheet"] == {"rows": 12}


class TestThePdf:
    """Printing itself is left out here: what a build does around it."""

    BOTH = ("html", "pdf")

    @pytest.fixture
    def quick(self, tmp_path, monkeypatch):
        quick = Quick(small(tmp_path / "top"), monkeypatch)
        pages = quick.pages
        quick.printed = []

        def print_pdf(source, case, epoch, output):
            quick.printed.append(paths.settings(source / "_config.yml")["sphinx"]["config"]["sourcebook_pdf"])
            output.write_text("%PDF")

        def with_downloads(source):
            html = pages(source)
            (html / "downloads").mkdir()
            return html

        monkeypatch.setattr(binding, "pages", with_downloads)
        monkeypatch.setattr(binding, "print_pdf", print_pdf)
        monkeypatch.setattr(pdf, "printer", lambda: None)
        return quick

    @property
    def missing(self):
        def printer():
            raise BuildError("The PDF needs Pango.")

        return printer

    def test_is_made_only_where_it_was_asked_for_and_lies_beside_the_pages_and_among_them(self, quick):
        quick.build()
        report = quick.top / "_build" / "fair"
        assert not quick.printed and not list(report.rglob("*.pdf"))
        assert quick.build(formats=self.BOTH) == PAGES
        assert quick.printed == ["fair.pdf"], "the pages know what the file will be called"
        assert {path.relative_to(report).as_posix() for path in report.rglob("*.pdf")} == {
            "fair.pdf",
            "html/downloads/fair.pdf",
        }

    def test_is_not_made_again_where_nothing_changed_and_stays_where_only_pages_are_asked_for(self, quick):
        quick.build(formats=self.BOTH)
        assert quick.build(formats=self.BOTH) == quick.build() == NOTHING
        assert len(quick.printed) == 1 and (quick.top / "_build" / "fair" / "fair.pdf").exists()

    def test_of_an_older_state_does_not_stay_beside_newer_pages(self, quick):
        quick.build(formats=self.BOTH)
        (quick.top / "book" / "index.md").write_text("# Another fair\n")
        assert quick.build() == PAGES
        assert not list((quick.top / "_build" / "fair").rglob("*.pdf"))

    def test_where_nothing_can_print_the_pages_are_built_and_one_error_says_so(self, quick, monkeypatch):
        monkeypatch.setattr(pdf, "printer", self.missing)
        page = quick.top / "_build" / "fair" / "html" / "index.html"
        for turn in ("first", "again"):
            with pytest.raises(BuildError) as raised:
                quick.build(formats=self.BOTH)
            assert str(raised.value) == f"The PDF needs Pango.\nThe HTML report was built: {page}", turn
            assert page.exists()
        assert quick.said[-1] == stamp.UNCHANGED, "the second time it is not built anew"
        assert quick.build() == NOTHING

    def test_once_something_can_print_it_is_made(self, quick, monkeypatch):
        with monkeypatch.context() as without:
            without.setattr(pdf, "printer", self.missing)
            with pytest.raises(BuildError):
                quick.build(formats=self.BOTH)
        assert quick.build(formats=self.BOTH) == PAGES and quick.printed == ["fair.pdf"]

    def test_that_cannot_be_printed_well_leaves_the_last_good_report(self, quick, monkeypatch):
        quick.build(formats=self.BOTH)
        before = tree(quick.top / "_build" / "fair")
        (quick.top / "book" / "index.md").write_text("# Another fair\n")

        def refused(*_):
            raise BuildError("WeasyPrint did not accept the pages")

        monkeypatch.setattr(binding, "print_pdf", refused)
        with pytest.raises(BuildError, match="WeasyPrint"):
            quick.build(formats=self.BOTH)
        assert tree(quick.top / "_build" / "fair") == before

    def test_how_long_each_part_took_stands_in_the_stamp_alone(self, quick):
        quick.build(formats=self.BOTH)
        told = json.loads((quick.top / "_build" / "fair" / stamp.STAMP).read_text(encoding="utf-8"))
        assert set(told["seconds"]) == {"notebooks", "pages", "pdf"} and told["formats"] == ["html", "pdf"]


class TestDates:
    @pytest.fixture
    def quick(self, tmp_path, monkeypatch):
        return Quick(small(tmp_path / "top"), monkeypatch)

    def test_a_commit_dates_the_pages_so_they_are_made_again_and_no_notebook_runs(self, quick):
        git(quick.top, "init", "-q")
        (quick.top / ".gitignore").write_text("_build\n")
        quick.build()
        git(quick.top, "add", "-A")
        git(quick.top, "commit", "-qm", "first")
        assert quick.build() == PAGES and quick.build() == NOTHING

    def test_so_does_another_moment_that_the_builder_gives(self, quick, monkeypatch):
        quick.build()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
        assert quick.build() == PAGES and quick.build() == NOTHING

    def test_a_moment_that_is_none_stops_the_build_before_anything_is_made(self, quick, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
        with pytest.raises(SourcebookError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
            quick.build()
        assert quick.ran == [] and not (quick.top / "_build" / "fair").exists()


class TestTwoBuildsAtOnce:
    SCRIPT = """
import sys, time
from sourcebook import binding, book
def pages(source):
    html = source / "_build" / "html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("whole")
    time.sleep(0.5)
    return html
binding.pages = pages
print(book.build("", fresh=True, say=lambda line: None))
"""

    def test_both_end_well_and_the_report_is_whole(self, tmp_path):
        top = small(tmp_path / "top")
        builds = [
            subprocess.Popen(
                [sys.executable, "-c", self.SCRIPT], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for build in builds:
            printed, told = build.communicate(timeout=60)
            assert build.returncode == 0, told
            assert printed == f"{top / '_build' / 'fair' / 'html' / 'index.html'}\n"
        assert stamp.current(top, stamp.asked(""), "fork") == top / "_build" / "fair"
        assert {path.name for path in (top / "_build").iterdir()} <= {"fair", "cache", ".lock"}, (
            "nothing half made is left"
        )

    def test_that_end_at_the_same_moment_replace_each_other(self, tmp_path):
        """Again and again, from two threads: each report is whole, and the last one stays."""

        def replace(who):
            for number in range(50):
                new = tmp_path / f"{who}-{number}" / "report"
                new.mkdir(parents=True)
                (new / "one").write_text(f"{who} {number}")
                (new / "two").write_text(f"{who} {number}")
                book.replace(new, tmp_path / "target")

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(replace, "ab"))
        one, two = ((tmp_path / "target" / name).read_text() for name in ("one", "two"))
        assert one == two and one.endswith(" 49")


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
        [sys.executable, "-m", "sourcebook.cli", "build", "--fresh"],
        cwd=top,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
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
    shutil.copytree(top / "data" / name, tmp_path / name)
    monkeypatch.chdir(top)
    with pytest.raises(SourcebookError, match="copy it to data/"):
        book.plan(load(str(tmp_path / name)), top, {})
