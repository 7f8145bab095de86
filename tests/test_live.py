"""While a case is coded, an edit runs what hangs on it and nothing else, and the pages are those of a build from nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import cases
import faults
import pytest
import scratch
import yaml
from bs4 import BeautifulSoup
from room import small

from sourcebook import book, live, serving
from sourcebook.bindery import bindery
from sourcebook.errors import BuildError, CaseError, SourcebookError

INDEX = "searchindex.js"
SHEET = re.compile(rb"(mystnb\.[0-9a-f]+\.css)\?v=[0-9a-f]+")  # Sphinx numbers a sheet that an earlier build left


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    """A checkout whose book is about the fictional case."""
    folder = scratch.checkout(tmp_path_factory.mktemp("live") / "checkout")
    shutil.rmtree(folder / "data")
    cases.write(folder / "data")
    config = yaml.safe_load((folder / "_config.yml").read_text("utf-8"))
    config["sphinx"]["config"]["sourcebook_case"] = "data/fair"
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return folder


@pytest.fixture(scope="module")
def record(top):
    return cases.Record(top / "data/fair")


class Rebuilt:
    """A live report, its pages, and what it said."""

    def __init__(self, top, folder, press):
        self.top, self.said = top, []
        self.live = live.Live("", (), None, folder, press, self.said.append)

    def __call__(self) -> Path:
        self.said.clear()
        return self.live.rebuild()

    @property
    def ran(self) -> str:
        return re.fullmatch(r"Ran (.*); made the pages in [\d.]+ s", self.said[-1])[1]


@pytest.fixture(scope="module")
def rebuild(top, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        with bindery(top) as press:
            rebuilt = Rebuilt(top, tmp_path_factory.mktemp("folder"), press)
            rebuilt()
            yield rebuilt


def pages(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: SHEET.sub(rb"\1", path.read_bytes()) for name, path in found.items()}


def from_nothing(top: Path) -> dict[str, bytes]:
    return pages(book.build("", say=lambda line: None, fresh=True).parent)


def searched(index: bytes) -> dict[str, set[str]]:
    """Each word of the index with the pages that it leads to; Sphinx keeps words that no page has any more."""
    told = json.loads(index.removeprefix(b"Search.setIndex(").removesuffix(b")"))
    pages = {
        word: [found] if isinstance(found, int) else found
        for kind in ("terms", "titleterms")
        for word, found in told[kind].items()
    }
    return {word: {told["docnames"][page] for page in found} for word, found in pages.items() if found}


def same(shown: dict, built: dict) -> None:
    """Pictures of an earlier state may lie there still; no page of this one shows them. The index for the search holds the
    same in another order.
    """
    assert [name for name in built if shown.get(name) != built[name] and name != INDEX] == [] and len(built) > 50
    assert searched(shown[INDEX]) == searched(built[INDEX])
    left = shown.keys() - built.keys()
    assert {name.partition("/")[0] for name in left} <= {"_images"}
    named = b"".join(content for name, content in shown.items() if name.endswith(".html"))
    assert [name for name in left if name.encode() in named] == []


class TestAnEdit:
    """Each test edits on top of what the one before left, as a person would."""

    def test_of_a_page_runs_no_notebook(self, top, rebuild):
        page = top / "book/limitations.md"
        page.write_text(page.read_text("utf-8") + "\nOne sentence more.\n", "utf-8")
        shown = rebuild()
        assert rebuild.ran == "no notebook"
        assert "One sentence more." in (shown / "book/limitations.html").read_text("utf-8")

    def test_of_a_commentary_runs_its_notebook_alone(self, record, rebuild):
        (record.folder / "commentary/messaging.md").write_text("Few voices, and C03 is one.\n", "utf-8")
        shown = rebuild()
        assert rebuild.ran == "messaging" and "Few voices" in (shown / "notebooks/messaging.html").read_text("utf-8")

    def test_of_a_notebook_runs_that_one(self, top, rebuild):
        path = top / "notebooks/reactions.ipynb"
        path.write_text(path.read_text("utf-8").replace("**Method.**", "**How.**", 1), "utf-8")
        rebuild()
        assert rebuild.ran == "reactions"

    def test_of_a_table_runs_them_all_and_gives_the_pages_of_a_build_from_nothing(self, top, record, rebuild):
        """A new row, other words in an old one, a relation less, and the edits of the tests before."""
        rows = record.rows("claims")
        rows[0]["gist"] = "The fair opens in May, rain or not."
        added = {**rows[1], "id": "C04", "gist": "A second thought on ships.", "note": "New."}
        record.put("claims", [*rows, added], list(rows[0]))
        links = record.rows("relations")
        record.put("relations", links[:-1], list(links[0]))
        shown = pages(rebuild())
        assert len(rebuild.ran.split(", ")) >= 8 and b"C04" in shown["notebooks/register.html"]
        same(shown, from_nothing(top))

    def test_that_takes_a_row_away_leaves_nothing_of_it(self, top, record, rebuild):
        rows = [row for row in record.rows("claims") if row["id"] != "C04"]
        record.put("claims", rows, list(rows[0]))
        shown = pages(rebuild())
        assert not any(b"C04" in content for name, content in shown.items() if name.endswith(".html"))
        same(shown, from_nothing(top))

    def test_that_changes_nothing_runs_nothing(self, record, rebuild):
        record.data("claims.csv", lambda content: content)
        rebuild()
        assert rebuild.ran == "no notebook"

    def test_that_is_a_fault_leaves_the_pages_that_are_shown(self, top, record, rebuild):
        before, held = rebuild.live.shown, (record.folder / "claims.csv").read_bytes()
        record.set("claims", "C02", actor_id="nobody")
        with pytest.raises(CaseError, match="claims.csv, row 3"):
            rebuild()
        record.data("claims.csv", lambda content: held)
        index = top / "book/index.md"
        kept = index.read_text("utf-8")
        index.write_text(kept + "\n{computed}`claims/nothing`\n", "utf-8")
        with pytest.raises(BuildError, match="has no value 'nothing'"):
            rebuild()
        assert rebuild.live.shown == before and (before / "index.html").is_file()
        index.write_text(kept, "utf-8")
        same(pages(rebuild()), from_nothing(top))


class TestTheArticle:
    def test_is_shown_while_it_is_coded_and_not_if_it_is_another(self, top, record, rebuild, tmp_path):
        shown = rebuild.live.shown / "book/evidence.html"
        assert "Who asked the fishermen?" not in shown.read_text("utf-8")
        rebuild.live.article = record.article
        shown = rebuild() / "book/evidence.html"
        assert "Who asked the fishermen?" in BeautifulSoup(shown.read_text("utf-8"), "html.parser").text
        rebuild.live.article = tmp_path / "other.txt"
        rebuild.live.article.write_text("Another text.", "utf-8")
        with pytest.raises(CaseError, match="the article at hand has"):
            rebuild()
        rebuild.live.article = None


class TestState:
    def test_what_a_report_is_made_from_is_looked_at_and_what_editors_leave_is_not(self, top, record):
        def told():
            return live.state(top, record.folder)

        before = told()
        for name in (".claims.csv.swp", "#claims.csv#", ".~lock.claims.csv#"):
            (record.folder / name).touch()
        assert live.changed(before, told()) == []
        (record.folder / "more.csv").touch()
        (top / "book/new.md").touch()
        assert live.changed(before, told()) == [top / "book/new.md", record.folder / "more.csv"]
        (record.folder / "more.csv").unlink()
        (top / "book/new.md").unlink()
        assert live.changed(before, told()) == []


class TestOwnCode:
    def test_is_told_from_styles_scripts_and_the_code_of_others(self, top):
        package = Path(live.__file__).parent
        edited = [package / "run.py", package / "sphinx/static/house.css", package / "live.js", top / "book/index.md"]
        assert live.modules([*edited, top / "sourcebook/run.py"]) == [package / "run.py"]

    def test_that_changed_ends_it_rather_than_run_what_was_loaded_before(self, top, monkeypatch):
        """Else its results would be kept as those of the new code."""
        monkeypatch.chdir(top)
        shown = SimpleNamespace(top=top, name="", behind=False, rebuild=lambda: pytest.fail("it went on"))
        with pytest.raises(SourcebookError, match=r"own code changed \(.*run\.py.*Start again"):
            serving._watch(shown, None, {})


class TestSync:
    def test_files_come_go_and_change_and_what_is_the_same_keeps_its_time(self, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        for path, text in {
            source / "a/same": "x", target / "a/same": "x", source / "changed": "new", target / "changed": "old",
            source / "deep/new": "n", target / "gone": "g", target / "_build/html/index.html": "built",
        }.items():  # fmt: skip
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        before = (target / "a/same").stat().st_mtime_ns
        live.sync(source, target)
        held = {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*") if path.is_file()}
        assert held == {"a/same": "x", "changed": "new", "deep/new": "n", "_build/html/index.html": "built"}
        assert (target / "a/same").stat().st_mtime_ns == before


@pytest.fixture
def served(top):
    """The command itself, as it runs in a terminal: its address, its lines, and the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcebook.cli", "serve", "--port", "0"], cwd=top, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    lines: list[str] = []
    while not lines or not lines[-1].startswith("The report: "):
        line = process.stdout.readline()
        assert line, "".join(lines)
        lines.append(line)
    yield lines[-1].split()[2], process
    if process.poll() is None:
        process.kill()
    process.stdout.close()
    process.wait()


@pytest.mark.browser
def test_a_page_in_the_browser_follows_each_edit_and_shows_what_is_wrong_with_it(chromium, top, record, served):
    """And the page's own policy refuses nothing of it. Ctrl-C ends the command and leaves nothing behind."""
    address, process = served
    page, told, kept = chromium.new_page(), [], (record.folder / "claims.csv").read_bytes()
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}notebooks/register.html")
    record.set("claims", "C01", gist="Seen while I typed.")
    page.locator("#C01").get_by_text("Seen while I typed.").wait_for(timeout=180_000)
    record.set("claims", "C01", actor_id="<b>nobody</b>")
    banner = page.locator("pre[role=alert]")
    banner.wait_for(timeout=180_000)
    assert "“<b>nobody</b>”" in banner.inner_text() and banner.locator("b").count() == 0
    record.data("claims.csv", lambda content: kept)
    banner.wait_for(state="detached", timeout=180_000)
    assert page.get_by_text("Seen while I typed.").count() == 0 and told == []
    page.close()
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0 and rest.endswith("Ended.\n"), rest
    for _ in range(50):
        if not list((top / "_build").glob(".live-*")):
            break
        time.sleep(0.1)
    assert not list((top / "_build").glob(".live-*"))


CAUGHT = """
import os, time
from pathlib import Path
from sourcebook.live import Live
process = Live("", (), None, Path("folder"), None, print).catch_up()
while process.poll() is None and not Path("begun").exists():
    time.sleep(0.05)
assert process.poll() is None
os.kill(os.getpid(), 9)
"""


def test_killed_it_leaves_no_process_behind_that_goes_on_with_the_outcomes(tmp_path):
    top = small(
        tmp_path / "top",
        f"import pathlib, time; pathlib.Path({str(tmp_path / 'top/begun')!r}).touch(); time.sleep(600)",
    )
    command, environment = [sys.executable, "-c", CAUGHT], {**os.environ, faults.MARK: str(top)}
    assert subprocess.run(command, cwd=top, env=environment, timeout=60).returncode == -signal.SIGKILL
    assert faults.lingering(str(top)) == []
