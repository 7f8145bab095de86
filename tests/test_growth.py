"""A report grows no faster than its case: what is done is counted, not timed, and what a page holds is bounded."""

import cProfile
import hashlib
import json
import random
import re
import shutil
import sys
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pandas as pd
import proof
import pytest
from docutils import nodes
from test_browser import Visitor

from sourcebook import annotations, charts, linked, paths, show
from sourcebook import case as cases
from sourcebook.book import build
from sourcebook.check import check
from sourcebook.errors import nearest
from sourcebook.evidence import lanes, segments, spans
from sourcebook.formats import CHART
from sourcebook.sphinx import leaves, links, tables
from sourcebook.statements import statements
from sourcebook.work import work

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import synthetic  # noqa: E402

SIZES = (50, 500, 5000)
HEAVIEST = 900  # kB of a page, whatever the case
DRAWN = 100  # kB of a chart's specification
FOLLOWED = 12  # permalinks followed in the browser, of each report
KNOWN = "20f600d5e3f6dc410b17e82f4d29bf735e647c40681ee91352736d0e9222653c"  # of the case of 50 rows


def digest(folder: Path) -> str:
    """One digest of all the files of a folder."""
    told = [
        (path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


class TestMadeUpCases:
    @pytest.mark.parametrize("rows", [20, 50, 500])
    def test_are_sound(self, tmp_path, rows):
        assert check(synthetic.write(tmp_path, rows)) == []

    def test_have_as_many_rows_as_asked_for(self, tmp_path):
        case = cases.load(str(synthetic.write(tmp_path, 137)))
        assert len(statements(case)) + len(case.events) == 137

    def test_are_the_same_bytes_everywhere_and_others_with_another_seed(self, tmp_path):
        known = digest(synthetic.write(tmp_path / "one", 50))
        assert known == digest(synthetic.write(tmp_path / "two", 50)) == KNOWN
        assert known != digest(synthetic.write(tmp_path / "three", 50, seed=2))


class TestBounds:
    """What stands in a page is bounded where its case is not."""

    def drawn(self, chart) -> tuple[list[dict], str]:
        told = chart.to_dict(validate=False)
        return told["datasets"][told["data"]["name"]], told.get("usermeta", {}).get("drawn", "")

    def test_a_chart_draws_its_first_lines_and_says_so(self):
        rows = [
            {"section": f"S{n}", "bloc": bloc, "voice": bloc, "statements": 1}
            for n in range(100)
            for bloc in ("a", "b")
        ]
        frame = pd.DataFrame(rows)
        shown, told = self.drawn(charts.sections(frame, {"a": "A", "b": "B"}))
        assert [row["section"] for row in shown] == list(frame["section"][:120])
        assert told == "Drawn are the first 60 of 100 sections; the coded tables have all of them."
        assert self.drawn(charts.sections(frame[:120], {"a": "A", "b": "B"})) == (shown, "")

    def test_reactions_alike_in_speaker_and_stance_share_a_mark_where_they_are_many(self):
        rows = [
            {
                "id": f"R{n}",
                "actor": f"A{n % 3}",
                "bloc": "a",
                "stance": n % 5 - 2,
                "meaning": "",
                "target": "",
                "gist": "",
            }
            for n in range(1000)
        ]
        shown, _ = self.drawn(charts.stances(pd.DataFrame(rows), {"a": "A"}, {0: "reserved"}))
        assert len(shown) == 15 and sorted(row["id"].partition(" and ")[2] for row in shown)[-1] == "66 more"
        few, _ = self.drawn(charts.stances(pd.DataFrame(rows[:300]), {"a": "A"}, {0: "reserved"}))
        assert [row["id"] for row in few] == [f"R{n}" for n in range(300)]

    def test_a_caption_says_what_its_chart_leaves_out_and_a_long_text_ends(self, monkeypatch):
        shown = []
        monkeypatch.setattr(show, "display", lambda data, **more: shown.append(data[CHART]))
        rows = [{"section": f"S{n}", "bloc": "a", "voice": "a", "statements": 1} for n in range(61)]
        chart = charts.sections(pd.DataFrame(rows), {"a": "A"})
        show.figure(chart, name="f", title="T", caption="C.", alternative="word " * 1000, columns={})
        assert shown[0]["usermeta"]["sourcebook"]["caption"].startswith("C. Drawn are the first 60 of 61 sections")
        assert len(shown[0]["description"]) < 1510 and shown[0]["description"].endswith("word …")

    def test_a_table_shows_its_first_rows_and_says_how_many_there_are(self):
        resource = {
            "name": "t",
            "title": "T.",
            "schema": {"fields": [{"name": "a", "title": "A"}]},
            "data": [{"a": "x"}] * 201,
        }
        table = tables.build(resource)
        assert len(list(table.findall(nodes.row))) == 201  # with that of the head
        assert table[0].astext() == "T. Shown are the first 200 of 201 rows; the CSV has the whole."
        assert tables.build({**resource, "data": resource["data"][:200]})[0].astext() == "T."

    def test_a_long_cell_is_shown_in_part(self):
        resource = {
            "name": "t",
            "title": "T.",
            "schema": {"fields": [{"name": "a", "title": "A"}]},
            "data": [{"a": "word " * 1000}],
        }
        assert tables.build(resource)[0].astext() == "T. Shown are the beginnings of long cells; the CSV has the whole."

    def test_a_wrong_id_among_thousands_is_still_told_the_nearest(self):
        assert nearest("C0123x", [f"C{n:04}" for n in range(5000)]) == "; did you mean C0123?"

    def test_ids_of_seven_digits_are_links(self):
        assert [found[0] for found in links.ROW.finditer("C1234567 and L00001, not C12345678")] == [
            "C1234567",
            "L00001",
        ]

    def test_ids_are_sorted_by_their_numbers(self):
        assert sorted(["E1", "C10", "C2"], key=leaves.order) == ["C2", "C10", "E1"]

    @pytest.mark.parametrize("number", [1, 7, 250])
    def test_a_further_page_has_the_name_of_its_table_and_a_number(self, number):
        assert (
            leaves.page(leaves.Leaf("notebooks/register", "register", number, 250))
            == f"notebooks/register{'' if number == 1 else f'-{number}'}"
        )


class Work(NamedTuple):
    """What doing something takes, the same on every machine, near enough: functions called, and rows of columns that were
    compared with something, each of which is one call however long the column.
    """

    calls: int
    compared: int

    def grows_with_the_rows(self, large: "Work") -> bool:
        """Whether four times the rows took at most some four times the work."""
        return large.calls < 4.4 * self.calls and large.compared <= 4.4 * self.compared


def work_of(act) -> Work:
    profile, lengths = cProfile.Profile(), []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("__eq__", "__ne__", "isin"):
            real = getattr(pd.Series, name)
            patch.setattr(
                pd.Series, name, lambda self, other, real=real: lengths.append(len(self)) or real(self, other)
            )
        profile.enable()
        act()
        profile.disable()
    return Work(sum(entry.callcount for entry in profile.getstats()), sum(lengths))


STEPS = {
    "check": lambda case: check(case.folder),
    "linked data": lambda case: linked.graph(case, work(case.meta, case.name, ""), statements(case)),
    "annotations": lambda case: annotations.annotations(case, work(case.meta, case.name, "")),
    "lanes": lambda case: lanes(spans(case)),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    return [cases.load(str(synthetic.write(folder / "data", rows))) for rows in (500, 2000)]


@pytest.mark.long
class TestWork:
    """Four times the rows are at most some four times the work."""

    @pytest.mark.parametrize("step", STEPS)
    def test_of_a_step_grows_no_faster_than_the_rows(self, two, step):
        small, large = (work_of(lambda case=case: STEPS[step](case)) for case in two)
        assert small.grows_with_the_rows(large), (small, large)

    @pytest.mark.parametrize("notebook", [path.stem for path in paths.notebooks(ROOT)])
    def test_of_a_notebook_grows_no_faster_than_the_rows(self, two, notebook, monkeypatch):
        monkeypatch.setattr(show, "display", lambda *data, **more: None)
        told = json.loads((ROOT / paths.NOTEBOOKS / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
        first, *cells = ["".join(cell["source"]) for cell in told if cell["cell_type"] == "code"]

        def run(case):
            names = {}
            exec(first, names)
            names["case"] = str(case.folder)
            for cell in cells:
                exec(cell, names)

        small, large = (work_of(lambda case=case: run(case)) for case in two)
        assert small.grows_with_the_rows(large), (small, large)

    def test_of_cutting_a_paragraph_with_thousands_of_rows_grows_no_faster_than_the_rows(self):
        def cut(rows: int) -> Work:
            columns = {
                "id": [f"C{n}" for n in range(rows)],
                "start": [9 * n for n in range(rows)],
                "end": [9 * n + 12 for n in range(rows)],
            }
            return work_of(lambda: segments(9 * rows + 3, columns, [n % 2 for n in range(rows)]))

        assert cut(1000).grows_with_the_rows(cut(4000))


def checkout(parent: Path) -> Path:
    """A checkout with this project's notebooks and pages, and no case."""
    for name in (paths.NOTEBOOKS, paths.BOOK):
        shutil.copytree(ROOT / name, parent / name)
    for name in (paths.TOC, paths.CONFIG, paths.LOCK, "pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, parent)
    config = parent / paths.CONFIG
    config.write_text(config.read_text("utf-8").replace("data/hockey", f"data/made{SIZES[0]}"), "utf-8")
    return parent


class Report:
    """The pages of a report, and what is in them."""

    def __init__(self, case, first: Path):
        self.case, self.folder = case, first.parent
        self.pages = {
            path.relative_to(self.folder).as_posix(): path.read_text("utf-8")
            for path in sorted(self.folder.rglob("*.html"))
        }
        self.ids = {page: set(re.findall(r'\sid="([^"]+)"', text)) for page, text in self.pages.items()}
        register = [page for page in self.pages if re.fullmatch(r"notebooks/register(-\d+)?\.html", page)]
        self.rows = {page: re.findall(r'<tr class="row-\w+" id="([A-Z]\d+)"', self.pages[page]) for page in register}
        self.rows = {page: [id for id in ids if id[0] != "L"] for page, ids in self.rows.items()}
        self.charts = [
            unescape(spec)
            for text in self.pages.values()
            for spec in re.findall(r'class="chart-spec">(.*?)</script>', text, re.S)
        ]

    def coded(self) -> list[str]:
        return sorted([*statements(self.case)["id"], *self.case.events["id"]])

    def heaviest(self) -> int:
        return max(len(text.encode()) for text in self.pages.values())

    def dead(self) -> list[tuple[str, str]]:
        """Links to rows, places and pages of rows, in any page, that lead to nothing."""
        found = []
        for page, text in self.pages.items():
            for href in set(re.findall(r'href="([^":]*)"', text)):
                address = urlsplit(urljoin(page, unescape(href)))
                target = unquote(address.path)
                if target.endswith(".html") and (
                    target not in self.pages or address.fragment and unquote(address.fragment) not in self.ids[target]
                ):
                    found.append((page, href))
        return found

    def listed(self) -> dict[str, str]:
        """What the index says: id -> page; empty where one page has all rows."""
        index = [
            text for page, text in self.pages.items() if re.fullmatch(r"notebooks/register-index(-\d+)?\.html", page)
        ]
        return {
            id: f"notebooks/{page}"
            for text in index
            for id, page in re.findall(r'<li id="([^"]+)"><a href="([^"#]+)#\1">', text)
        }

    def sample(self) -> list[str]:
        """Some rows, those at the ends of pages among them."""
        ends = [id for ids in self.rows.values() for id in (ids[0], ids[-1])]
        return sorted(
            random.Random(1).sample(ends, min(len(ends), FOLLOWED // 2))
            + random.Random(2).sample(self.coded(), FOLLOWED // 2)
        )


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    top, patch = checkout(tmp_path_factory.mktemp("growth")), pytest.MonkeyPatch()
    with patch.context() as patched:
        for rows in SIZES:
            synthetic.write(top / paths.DATA, rows)
        patched.chdir(top)
        patched.setenv("SOURCE_DATE_EPOCH", "1900000000")
        return {rows: Report(cases.load(f"made{rows}"), build(f"made{rows}", say=lambda line: None)) for rows in SIZES}


@pytest.fixture(scope="module")
def followed(reports, chromium):
    """How many of the sampled permalinks of the register's first page led to their row, with scripts and without."""
    return {
        (rows, scripts): follow(chromium, report, scripts)
        for rows, report in reports.items()
        for scripts in (True, False)
    }


def follow(chromium, report: Report, scripts: bool) -> tuple[int, int]:
    """Open notebooks/register.html#ID as a reader does, and look where it ends; the number that came to their row, and of how many."""
    came, context = 0, chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(120_000)  # what a busy machine takes is no fault
    for id in report.sample():
        page.goto("about:blank")
        page.goto(f"{(report.folder / 'notebooks/register.html').as_uri()}#{id}", wait_until="commit")
        if scripts:
            page.locator("tr:target").wait_for()
        elif page.wait_for_load_state() or not page.locator(f"tr#{id}").count():
            near = [
                link
                for link in page.locator(".turning-index a").all()
                if leaves.order(link.get_attribute("data-from"))
                <= leaves.order(id)
                <= leaves.order(link.get_attribute("data-to"))
            ]
            near[0].click()
            page.locator(f".row-index li#{id} a").click()
        page.locator(f"tr#{id}:target").wait_for()
        came += page.url.endswith(f"#{id}") and page.locator(f"tr#{id}:target").count() == 1
    context.close()
    return came, len(report.sample())


@pytest.mark.long
class TestReports:
    @pytest.mark.parametrize("rows", SIZES)
    def test_have_every_row_in_the_register_once(self, reports, rows):
        report = reports[rows]
        assert sorted(id for ids in report.rows.values() for id in ids) == report.coded()
        assert all(len(ids) <= leaves.ROWS for ids in report.rows.values())

    @pytest.mark.parametrize("rows", SIZES)
    def test_have_no_link_that_leads_to_nothing(self, reports, rows):
        assert reports[rows].dead() == []

    @pytest.mark.parametrize("rows", SIZES)
    def test_say_for_each_row_on_which_page_it_is(self, reports, rows):
        report = reports[rows]
        known = {id: page for page, ids in report.rows.items() for id in ids}
        assert report.listed() == (known if len(report.rows) > 1 else {})

    @pytest.mark.parametrize("rows", SIZES)
    def test_have_no_page_and_no_chart_heavier_than_the_bound(self, reports, rows):
        assert reports[rows].heaviest() < HEAVIEST * 1000
        assert reports[rows].charts and max(map(len, reports[rows].charts)) < DRAWN * 1000

    def test_say_where_a_chart_and_a_table_leave_something_out(self, reports):
        text = reports[5000].pages["notebooks/hypotheses.html"]
        assert re.search(r"Drawn are the first 60 of \d+ items; the coded tables have all of them\.", text)
        assert re.search(r"Shown are the first 200 of [\d,]+ rows; the CSV has the whole\.", text)
        assert "Drawn are" not in reports[50].pages["notebooks/hypotheses.html"]

    def test_keep_the_whole_of_a_table_among_the_downloads(self, reports):
        report = reports[5000]
        whole = (report.folder / paths.DOWNLOADS / "tables/against.csv").read_text("utf-8")
        assert len(whole.splitlines()) - 1 == int(
            re.search(r"Shown are the first 200 of ([\d,]+) rows", report.pages["notebooks/hypotheses.html"])[
                1
            ].replace(",", "")
        )

    def test_of_a_small_case_are_on_one_page(self, reports):
        assert not any(
            "turning" in text for page, text in reports[50].pages.items() if page.startswith(("notebooks/", "book/"))
        )

    @pytest.mark.browser
    @pytest.mark.parametrize("rows", SIZES)
    @pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
    def test_lead_from_a_permalink_to_its_row(self, followed, rows, scripts):
        came, tried = followed[rows, scripts]
        assert came == tried >= FOLLOWED // 2

    @pytest.mark.browser
    def test_find_a_row_of_any_page_from_a_page_opened_from_a_folder(self, reports, chromium):
        report = reports[5000]
        last = list(report.rows.values())[-1][-1]
        gist = {
            **dict(zip(statements(report.case)["id"], statements(report.case)["gist"])),
            **dict(zip(report.case.events["id"], report.case.events["title"])),
        }[last]
        visitor = Visitor(chromium, report.folder.as_uri())
        page = visitor.go("notebooks/register.html")
        page.get_by_label("Search the rows of all pages").first.fill(gist)
        page.locator(".filter-bar output", has_text=re.compile("^1 of 5000 rows$")).wait_for(timeout=120_000)
        page.locator(".register-found a").first.click()
        page.wait_for_url(f"**#{last}")
        assert page.locator(f"tr#{last}:target").count() == 1
        assert visitor.faults + visitor.violations() == []

    @pytest.mark.browser
    def test_choose_among_the_rows_of_all_pages_and_show_a_bounded_number(self, reports, chromium):
        page = Visitor(chromium, reports[5000].folder.as_uri()).go("notebooks/register.html")
        page.get_by_label("Search the rows of all pages").first.focus()
        page.get_by_label("Kind").first.locator("option").nth(1).wait_for(state="attached", timeout=120_000)
        page.get_by_label("Kind").first.select_option("claim")
        page.locator(".filter-bar output", has_text="1900 of 5000 rows, the first 200 shown").wait_for(timeout=120_000)
        assert page.locator(".register-found tr").count() == 200
        page.get_by_role("button", name="Show this page").first.click()
        page.locator(".register-found tr").first.wait_for(state="detached", timeout=120_000)
        assert page.locator("table.register").first.locator("tbody").first.locator("tr:visible").count() == leaves.ROWS


@pytest.mark.long
@pytest.mark.browser
def test_the_table_of_growth_is_published(reports, followed):
    rows = []
    for size, report in reports.items():
        once = sorted(id for ids in report.rows.values() for id in ids) == report.coded()
        evidence = [page for page in report.pages if re.fullmatch(r"book/evidence(-\d+)?\.html", page)]
        told = [f"{came} of {tried}" for came, tried in (followed[size, True], followed[size, False])]
        bounds = [f"under {HEAVIEST} kB" if report.heaviest() < HEAVIEST * 1000 else f"{report.heaviest() // 1000} kB",
                  f"under {DRAWN} kB" if max(map(len, report.charts)) < DRAWN * 1000 else "more"]  # fmt: skip
        rows.append([size, "none" if not check(report.case.folder) else "some", len(report.rows), "yes" if once else "no", len(evidence), *told,
                     len(report.dead()) or "none", *bounds])  # fmt: skip
    head = ["rows", "faults", "pages of the register", "each row once", "pages of the evidence", "permalinks to their row", "without scripts",
            "dead links", "heaviest page", "heaviest chart"]  # fmt: skip
    proof.shows("growth", head, rows)
