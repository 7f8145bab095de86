"""A report's pages with a chapter on what changed: as they were, in a folder of their own, and only from the same record."""

import json
import re
import shutil
from pathlib import Path

import cases
import pytest
import scratch
import toybook
import twosides
import yaml
from bs4 import BeautifulSoup
from test_browser import CONTRAST, opened, visiting

from sourcebook import chapter, ingredients, reports

HOSTILE = toybook.HOSTILE
NOTEBOOKS = ("tally", "register")
INDEX = "# The fair\n\n{computed}`tally/finding`\n\n```{chart} tally/voices\n```\n\nSee {numref}`register`.\n"
BEFORE = [
    {"section": "Call", "voices": 9}, {"section": f"Gone {HOSTILE}", "voices": 1},
    *({"section": f"Part {number}", "voices": number} for number in range(1, 13)),
]  # fmt: skip
AFTER = [{**row, "voices": row["voices"] + 2} for row in BEFORE if not row["section"].startswith("Gone")]
ROWS = [twosides.ROWS[0] | {"gist": f"Wants it, see C02. {HOSTILE}"}, twosides.ROWS[1] | {"counted": "no"}]
PAGE = "changes.html"


def made(top: Path) -> dict:
    return ingredients.files(top, top / "data" / "fair")


def checkout(top: Path) -> Path:
    """A checkout with a sound case, two notebooks, and two reports on it, the newer one stamped."""
    cases.write(top / "data")
    books = {"tally": twosides.tally(), "register": twosides.register()}
    config = yaml.safe_load((scratch.ROOT / "_config.yml").read_text("utf-8"))
    config["sphinx"]["config"] |= {"sourcebook_case": "data/fair", "suppress_warnings": ["sourcebook.case"]}
    parts = [{"caption": "Findings", "chapters": [{"file": f"notebooks/{name}"} for name in NOTEBOOKS]}]
    texts = {
        "_config.yml": yaml.safe_dump(config),
        "_toc.yml": yaml.safe_dump({"format": "jb-book", "root": "book/index", "parts": parts}),
        "book/index.md": INDEX,
        "book/references.bib": "",
        **{f"notebooks/{name}.ipynb": json.dumps(book) for name, book in books.items()},
    }
    for name, text in texts.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, "utf-8")
    old = {"tally": twosides.tally(voices=BEFORE), "register": twosides.register()}
    new = {
        "tally": twosides.tally(f"The fair has 5 voices. {HOSTILE}", "C", AFTER),
        "register": twosides.register(ROWS),
    }
    twosides.folder(top / "_build" / "old <b>{{ 7*7 }} ünï", old)
    twosides.folder(top / "_build" / "new", new, made(top), min_grade="C")
    return top


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    return checkout(tmp_path_factory.mktemp("chapter") / "checkout")


@pytest.fixture(scope="module")
def built(top):
    """The checkout, its pages built by the command, and what its reports were before."""
    before = scratch.tree(top)
    done = scratch.sourcebook(top, "diff", "old <b>{{ 7*7 }} ünï", "new", "--page", "--format", "json")
    assert done.returncode == 1, done.stderr
    return top, before, done


@pytest.fixture(scope="module")
def html(built):
    (folder,) = (built[0] / "_build").glob("new-against-*/html")
    return folder


@pytest.fixture(scope="module")
def soup(html):
    return BeautifulSoup((html / PAGE).read_text("utf-8"), "html.parser").find("article")


def section(soup, title: str):
    return soup.find("section", id=f"changed-{title}")


class TestFolder:
    def test_is_one_of_its_own_and_leaves_both_reports_as_they_were(self, built):
        top, before, _ = built
        after = scratch.tree(top)
        assert {name: after[name] for name in before} == before
        added = {name.split("/")[1] for name in after.keys() - before.keys()}
        assert "new-against-old-b-7-7-ünï" in added and added - {"cache", ".lock"} == {"new-against-old-b-7-7-ünï"}

    def test_is_no_report_itself(self, built):
        assert reports.names(built[0]) == ["new", "old <b>{{ 7*7 }} ünï"]

    def test_holds_the_difference_for_programs_too_as_the_command_prints_it(self, built, html):
        assert (html.parent / "changes.json").read_text("utf-8") == built[2].stdout

    def test_has_the_same_bytes_when_it_is_made_again(self, built, html, tmp_path):
        top = built[0]
        kept = shutil.copytree(html.parent, tmp_path / "kept")
        assert scratch.sourcebook(top, "diff", "old <b>{{ 7*7 }} ünï", "new", "--page").returncode == 1
        assert scratch.tree(html.parent) == scratch.tree(kept)


class TestPage:
    def test_opens_with_whether_a_main_finding_changed(self, soup):
        opening = [each.text for each in soup.find("section").find_all("p", recursive=False)]
        assert opening[0] == "This is new, held against old <b>{{ 7*7 }} ünï."
        assert opening[1].startswith("1 of 2 main findings changed, in words: tally.")

    def test_shows_words_that_went_and_came(self, soup):
        (cell,) = section(soup, "main-findings").find_all("td", class_="col-change")
        assert cell.find("del").text == "9" and cell.find("ins").text == "5"

    def test_links_each_row_to_the_register_and_each_chapter(self, soup):
        rows = section(soup, "rows")
        assert rows.find("a", string="C02")["href"] == "notebooks/register.html#C02"
        assert section(soup, "main-findings").find("a", string="tally")["href"] == "notebooks/tally.html"

    def test_shows_by_how_much_the_data_of_a_chart_moved(self, soup):
        charts = section(soup, "charts")
        assert charts.find("p").text == "voices in tally (1 went, 13 changed)"
        cells = [cell.text.strip() for cell in charts.find("tbody").find("tr").find_all("td")]
        assert cells == ["Call", "changed", "Voices", "9", "11", "+2", "+22"]
        assert charts.find("details").find("summary").text == "14 changes"

    def test_takes_no_number_from_a_figure_or_table_of_the_report(self, html, soup):
        assert not soup.find(class_="caption-number")
        index = BeautifulSoup((html / "book/index.html").read_text("utf-8"), "html.parser")
        assert index.find("figure").find(class_="caption-number").text.strip() == "Figure 1"
        assert index.find("a", string="Table 1")

    def test_shows_what_reports_say_as_text_only(self, html, soup):
        raw = (html / PAGE).read_text("utf-8")
        assert HOSTILE in section(soup, "rows").text and not soup.find("img", src="x")
        assert not re.search(r"<script>alert|javascript:alert\(1\)[\"']", raw)

    def test_is_the_first_chapter_of_the_book(self, html):
        index = BeautifulSoup((html / "book/index.html").read_text("utf-8"), "html.parser")
        links = [a["href"] for a in index.find("nav", class_="bd-links").find_all("a") if "#" not in a["href"]]
        assert links[0] == "../changes.html"

    @pytest.mark.browser
    @pytest.mark.parametrize("width", [390, 1280])
    def test_can_be_read_on_a_phone_and_a_desktop_with_nothing_refused(self, html, chromium, width):
        with opened(html, "file") as base, visiting(chromium, base, width=width) as visitor:
            page = visitor.go(PAGE)
            page.locator("details.changed summary").first.click()
            assert page.locator("details.changed table").first.is_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert page.evaluate(CONTRAST) == []
            assert visitor.violations() + visitor.faults == []


class TestRefusal:
    """Pages are made only of the record that the report was built from; the difference itself is told all the same."""

    @pytest.fixture
    def other(self, top, tmp_path, monkeypatch):
        folder = shutil.copytree(top, tmp_path / "checkout")
        monkeypatch.chdir(folder)
        return folder

    @staticmethod
    def refused(top: Path, report: str = "new") -> list[str]:
        return chapter.differing(reports.find(report, top), top)

    def test_of_nothing_where_all_is_as_it_was(self, top):
        assert self.refused(top) == []

    def test_where_a_table_of_the_case_changed(self, other):
        with (other / "data/fair/claims.csv").open("a") as file:
            file.write("\n")
        (fault,) = self.refused(other)
        assert fault.startswith("data/fair/claims.csv changed since it was built: build the report again")
        done = scratch.sourcebook(other, "diff", "new", "new", "--page")
        assert done.returncode == 2 and "There is no difference." in done.stdout
        assert done.stderr.endswith(f"There can be no page of new here:\n  {fault}\n")
        assert not list((other / "_build").glob("new-against-new"))

    def test_where_a_file_of_it_came_or_went(self, other):
        (other / "data/fair/new.csv").write_text("")
        (other / "data/fair/commentary/claims.md").unlink()
        assert [fault.split(":")[0] for fault in self.refused(other)] == [
            "data/fair/commentary/claims.md is gone since it was built",
            "data/fair/new.csv is new since it was built",
        ]

    def test_where_the_case_is_not_there(self, other):
        (other / "_build/new/parameters.json").write_text('{"case": "../fair"}')
        assert self.refused(other)[0].startswith("the checkout has no case ../fair")

    def test_where_nothing_tells_what_it_was_built_from(self, other):
        (other / "_build/new/build.json").unlink()
        assert self.refused(other)[0].startswith("the report does not tell which files")

    def test_where_it_has_other_notebooks_than_the_book(self, other):
        book = other / "_build/new/notebooks/tally.ipynb"
        book.rename(book.with_name("hue.ipynb"))
        assert [fault.split(",")[0].split(":")[0] for fault in self.refused(other)] == [
            "it has no notebook tally", "_toc.yml has no chapter for its notebook hue"
        ]  # fmt: skip


def test_a_table_of_contents_without_parts_gets_the_chapter_as_well(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: index\nchapters: [{file: a}]\n")
    chapter.insert(tmp_path / "_toc.yml")
    assert yaml.safe_load((tmp_path / "_toc.yml").read_text()) == {
        "root": "index", "chapters": [{"file": "changes"}, {"file": "a"}]
    }  # fmt: skip
