"""The evidence page: every passage in its place, in the article or on a map, for whoever reads, hears, types or prints it."""

import re

import evidencebook
import pytest
import toybook
from bs4 import BeautifulSoup
from test_browser import CONTRAST, visiting

from sourcebook import binding
from sourcebook.press import pdf, sheet
from sourcebook.press.front import Front

FORMS = ["text", "map"]
PAGE = "book/evidence.html"
LONGEST = max(map(len, evidencebook.PARAGRAPHS))


@pytest.fixture(scope="module")
def soup(evidence_books):
    """A function from a form and a page to the parsed HTML."""
    return lambda form, page=PAGE: BeautifulSoup(
        (toybook.html(evidence_books[form]) / page).read_text(encoding="utf-8"), "html.parser"
    )


@pytest.fixture(scope="module")
def sheets(evidence_books):
    """For each form the sheet to be printed, and the folder of its pictures."""
    found, front = {}, Front("The fair", "", ["A coder"], "2031-02-03", "Who?", [])
    for form, book in evidence_books.items():
        page = binding.pages(book, "singlehtml") / "book/index.html"
        found[form] = sheet.sheet(page.read_text("utf-8"), front), page.parent
    return found


def windows(text: str, words: int = 13) -> set[str]:
    """Every run of so many words."""
    found = re.findall(r"\w+", text)
    return {" ".join(found[place : place + words]) for place in range(len(found) - words + 1)}


class TestText:
    def test_is_the_articles_letter_by_letter(self, soup):
        shown = soup("text").select(".evidence-text")
        for mark in soup("text").select(".evidence-mark"):
            assert mark.string == mark["id"] == mark["data-row"]
        for paragraph in shown:
            for mark in paragraph.select(".evidence-mark"):
                mark.decompose()
        assert [paragraph.get_text() for paragraph in shown] == evidencebook.PARAGRAPHS

    def test_is_cut_so_that_each_row_covers_its_passage_and_keeps_its_lane(self, soup):
        page = soup("text")
        for mark in page.select(".evidence-mark"):
            mark.decompose()
        for id, paragraph, start, end, _ in evidencebook.MORE:
            parts = page.select(f'.lane[data-row="{id}"]')
            assert "".join(part.get_text() for part in parts) == evidencebook.PARAGRAPHS[paragraph - 1][start:end]
            assert len({lane for part in parts for lane in part["class"] if re.fullmatch(r"lane-\d", lane)}) == 1
        overlap = page.find(string='"said" that the').find_parents(class_="lane")
        assert [(span["data-row"], span["class"][1]) for span in overlap] == [
            ("C08", "lane-2"),
            ("C07", "lane-1"),
            ("C06", "lane-0"),
        ]

    def test_knows_its_language_and_finds_the_direction_of_each_paragraph(self, soup):
        for paragraph in soup("text").select(".evidence-text"):
            assert (paragraph["lang"], paragraph["dir"]) == ("en", "auto")
            assert all(mark["dir"] == "ltr" for mark in paragraph.select(".evidence-mark"))

    def test_is_data_no_markup_no_link_and_no_nicer_quotation_mark(self, soup):
        page = soup("text")
        assert page.find("img", src="x") is None and "alert(1)" not in "".join(s.text for s in page.find_all("script"))
        shown = page.select(".evidence-text")
        assert [link["class"] for link in page.select(".evidence-text a") if link["class"] != ["evidence-mark"]] == []
        assert "C01 has it" in shown[-1].get_text() and '"said"' in shown[-1].get_text()

    def test_is_in_no_file_of_a_book_that_was_not_given_it(self, evidence_books):
        """Not even thirteen words of it; the row's own words apart."""
        told = windows("\n".join(evidencebook.PARAGRAPHS))
        assert told
        found = toybook.html(evidence_books["map"])
        texts = {path: path.read_text("utf-8", "ignore") for path in found.rglob("*") if path.is_file()}
        gist = windows(f"Gist {evidencebook.HOSTILE}")
        for path, text in texts.items():
            plain = BeautifulSoup(text, "html.parser").get_text(" ") if path.suffix == ".html" else text
            assert not (told - gist) & windows(plain), path.name
        assert evidencebook.RIGHT_TO_LEFT[-15:] in (toybook.html(evidence_books["text"]) / PAGE).read_text("utf-8")

    def test_of_another_article_is_refused(self, evidence_books, tmp_path):
        evidencebook.write(tmp_path / "book", True)
        (tmp_path / "book" / "article.txt").write_text("Another article.\n", "utf-8")
        built = toybook.build(tmp_path / "book")
        assert built.returncode and "is not the article that was coded" in built.stderr

    def test_that_the_case_ships_is_shown_without_being_asked_for(self, tmp_path):
        book = evidencebook.write(tmp_path / "book", True)
        case = book / "data" / "fair"
        (book / "article.txt").rename(case / "ours.txt")
        (case / "case.yml").write_text(
            (case / "case.yml").read_text("utf-8").replace("article:\n", "article:\n  text: ours.txt\n"), "utf-8"
        )
        (book / "_config.yml").write_text(
            (book / "_config.yml")
            .read_text("utf-8")
            .replace("sourcebook_article: article.txt", "sourcebook_article: ''"),
            "utf-8",
        )
        built = toybook.build(book)
        assert built.returncode == 0, built.stderr
        page = BeautifulSoup((toybook.html(book) / PAGE).read_text("utf-8"), "html.parser")
        assert len(page.select(".evidence-text")) == len(evidencebook.PARAGRAPHS)
        assert "not to be passed on" not in page.get_text()


class TestMap:
    def test_has_a_bar_as_long_as_each_paragraph(self, soup):
        bars = [float(bar["width"].rstrip("%")) for bar in soup("map").select(".evidence-length")]
        assert bars == pytest.approx([100 * len(text) / LONGEST for text in evidencebook.PARAGRAPHS], abs=0.001)

    def test_has_each_row_at_its_place_with_its_length_in_its_lane(self, soup):
        for id, _, start, end, _ in evidencebook.MORE:
            bar = soup("map").find(id=id).rect
            place = [float(bar[name].rstrip("%")) for name in ("x", "width")]
            assert place == pytest.approx([100 * start / LONGEST, 100 * (end - start) / LONGEST], abs=0.001)
        heights = [soup("map").find(id=id).rect["y"] for id in ("C06", "C07", "C08")]
        assert len(set(heights)) == 3

    def test_uses_no_inline_style(self, soup):
        for form in FORMS:
            assert soup(form).select(".evidence [style]") == []


@pytest.mark.parametrize("form", FORMS)
class TestBothForms:
    def test_each_row_has_a_link_that_says_who_what_and_where(self, form, soup):
        page = soup(form)
        links = page.select(".evidence a[id]")
        assert len(links) == evidencebook.ROWS == len({link["id"] for link in links})
        assert page.find(id="C05")["aria-label"] == (
            f"C05, claim, Bo Lind: Says so. Paragraph 6, characters 17 to {len(evidencebook.RIGHT_TO_LEFT)}."
        )
        assert all(link["href"] == f"../notebooks/register.html#{link['id']}" for link in links)

    def test_each_paragraph_lists_its_rows_for_those_who_cannot_point(self, form, soup):
        listed = soup(form).select("#paragraph-7 .evidence-rows > li")
        assert [row["data-row"] for row in listed] == ["C06", "C07", "C08"]
        assert listed[0].get_text(" ", strip=True) == "C06 claim , Bo Lind: The tent holds. assertion; Ships; 0–40"
        assert listed[0].find("a")["href"] == "../notebooks/register.html#C06"

    def test_the_legend_counts_the_rows_of_each_kind(self, form, soup):
        legend = [item.get_text(" ", strip=True) for item in soup(form).select(".evidence-legend li")]
        assert legend == ["claim 8 rows", "reaction 2 rows", "judgement 2 rows", "framing 1 row", "event 2 rows"]

    def test_the_register_leads_back_to_the_passage(self, form, soup):
        row = soup(form, "notebooks/register.html").select_one("tr#C05")
        assert row.select_one("td.col-where a")["href"] == "../book/evidence.html#C05"
        assert row.select_one("td.col-where").get_text(" ", strip=True).endswith("In the article")

    def test_other_pages_link_to_the_register_as_before(self, form, soup):
        assert soup(form, "book/index.html").select_one("a.row-link")["href"] == "../notebooks/register.html#C01"

    def test_it_is_the_same_bytes_in_another_run(self, form, evidence_books, tmp_path, monkeypatch):
        monkeypatch.setenv("PYTHONHASHSEED", "12345")
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        assert toybook.build(evidencebook.write(tmp_path / form, form == "text")).returncode == 0
        pages = [(toybook.html(book) / PAGE).read_bytes() for book in (tmp_path / form, evidence_books[form])]
        assert pages[0] == pages[1]

    def test_the_pdf_is_made_without_a_complaint(self, form, sheets, pango, tmp_path):
        made = pdf.write(*sheets[form], tmp_path / "fair.pdf")
        assert made.read_bytes().startswith(b"%PDF")

    def test_on_paper_lines_marks_and_lists_are_kept_and_links_lead_to_the_page(self, form, sheets):
        made = BeautifulSoup(sheets[form][0], "html.parser")
        assert made.select_one("tr#C05 td.col-where a")["href"] == "#place-C05"
        assert made.select_one("li#place-C05 a.row-link")["href"] == "#C05"
        if form == "text":
            assert "the [circus tent] crew" in made.get_text().replace("C07", "").replace("The ", "the ")
            assert made.select_one(".lane.lane-1.kind-claim") and made.select_one("a.evidence-mark")["href"].startswith(
                "#"
            )
            assert made.select(".evidence-text")[5]["dir"] == "auto"
        else:
            drawn = made.select("svg.evidence-map")[6]
            assert drawn["width"] == "100%" and drawn.rect["width"] and not drawn.select("a")
            assert drawn.find("title").text == "Paragraph 7: 3 rows"


def kept(page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('.evidence-row')].filter((row) => row.checkVisibility()).map((row) => row.dataset.row)"
    )


@pytest.mark.browser
@pytest.mark.parametrize("form", FORMS)
class TestInABrowser:
    @pytest.fixture
    def visitor(self, form, evidence_books, chromium):
        with visiting(chromium, toybook.html(evidence_books[form]).as_uri()) as visitor:
            yield visitor
            assert visitor.violations() + visitor.faults == []

    def test_filters_work_by_keyboard_say_their_state_and_let_go(self, visitor):
        page = visitor.go(PAGE)
        everything = kept(page)
        assert len(everything) == evidencebook.ROWS
        page.get_by_label("Kind").focus()
        page.keyboard.type("reaction")
        assert sorted(kept(page)) == ["R01", "R02"]
        page.keyboard.press("Tab")
        page.keyboard.type("Bo")
        assert kept(page) == ["R02"]
        assert page.locator(".evidence .filter-bar output").inner_text() == f"1 of {evidencebook.ROWS} rows"
        assert page.locator(".evidence .filter-bar output").get_attribute("aria-live") == "polite"
        links = "[...document.querySelectorAll('.evidence a[id]')].filter((link) => link.checkVisibility()).map((link) => link.id)"
        assert page.evaluate(links) == ["R02"]
        page.get_by_role("button", name="Show all").click()
        assert kept(page) == everything
        page.get_by_label("Subject").select_option("Weather")
        assert kept(page) == ["C03"]

    def test_lists_can_be_put_away(self, visitor):
        page = visitor.go(PAGE)
        page.get_by_label("Lists of rows").uncheck()
        assert kept(page) == []
        page.emulate_media(media="print")
        assert len(kept(page)) == evidencebook.ROWS

    def test_the_tab_key_goes_from_passage_to_passage_shows_each_and_enter_follows(self, visitor):
        page = visitor.go(PAGE)
        page.locator("a#C06").focus()
        box = page.locator(".evidence-box")
        assert box.is_visible() and box.inner_text().startswith("C06 claim, Bo Lind: The tent holds.")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "C07"
        assert box.inner_text().startswith("C07 ")
        page.keyboard.press("Escape")
        assert not box.is_visible()
        page.keyboard.press("Enter")
        page.wait_for_url("**/notebooks/register.html#C07")
        page.locator("tr#C07 a.place-link").click()
        page.wait_for_url("**/book/evidence.html#C07")

    def test_a_link_to_a_row_leads_to_its_passage_whatever_is_filtered(self, visitor):
        page = visitor.go(f"{PAGE}#C07")
        page.locator(".evidence-box:visible").wait_for()
        assert page.locator("a#C07").evaluate("link => link.matches('.lit:target')")
        top = page.locator("a#C07").bounding_box()["y"]
        assert 60 < top < 840
        page.get_by_label("Kind").select_option("event")
        page.evaluate("location.hash = '#C08'")
        page.locator(".evidence-row[data-row=C08]").wait_for(state="visible")
        page.locator(".evidence-box", has_text="The ropes hold.").wait_for()

    def test_gists_are_text_in_the_box_too(self, visitor):
        page = visitor.go(PAGE)
        page.locator("a#C04").focus()
        assert "<script>alert(1)</script>" in page.locator(".evidence-box").inner_text()
        assert page.locator(".evidence-box :is(img, script)").count() == 0

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_all_text_has_contrast_lit_or_not(self, visitor, theme):
        visitor.context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page = visitor.go(f"{PAGE}#C07")
        page.locator(".evidence-box:visible").wait_for()
        assert page.evaluate(CONTRAST) == []

    def test_it_fits_a_phone(self, form, evidence_books, chromium):
        with visiting(chromium, toybook.html(evidence_books[form]).as_uri(), width=390) as visitor:
            page = visitor.go(f"{PAGE}#C05")
            page.locator(".evidence-box:visible").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            box = page.locator(".evidence-box").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390
            assert visitor.violations() + visitor.faults == []

    def test_without_scripts_everything_is_there_and_links_work(self, form, evidence_books, chromium):
        with visiting(chromium, toybook.html(evidence_books[form]).as_uri(), java_script_enabled=False) as visitor:
            page = visitor.go(PAGE)
            rows = page.locator(".evidence-row")
            assert rows.count() == evidencebook.ROWS and all(row.is_visible() for row in rows.all())
            page.locator("a#C07").focus()
            page.keyboard.press("Enter")
            page.wait_for_url("**/notebooks/register.html#C07")


@pytest.mark.browser
def test_the_pointer_on_a_passage_shows_all_its_rows_and_a_click_on_a_single_one_follows(evidence_books, chromium):
    with visiting(chromium, toybook.html(evidence_books["text"]).as_uri()) as visitor:
        page = visitor.go(PAGE)
        lane = page.locator(".lane[data-row=C08]", has_text='"said" that the')
        lane.scroll_into_view_if_needed()
        words = """lane => { const range = document.createRange(); range.selectNodeContents(lane.lastChild);
            const box = range.getClientRects()[0]; return [box.x + box.width / 2, box.y + box.height / 2]; }"""
        page.mouse.move(*lane.evaluate(words))
        box = page.locator(".evidence-box")
        assert re.findall(r"C0\d(?= claim)", box.inner_text()) == ["C06", "C07", "C08"]
        box.hover()
        page.wait_for_timeout(400)
        assert box.is_visible()  # the pointer may go there
        page.mouse.move(5, 5)
        box.wait_for(state="hidden")
        page.locator(".segment", has_text="Who asked").click()
        page.wait_for_url("**/notebooks/register.html#F01")


@pytest.mark.browser
def test_kinds_are_told_apart_without_colour(evidence_books, chromium):
    """Each has a line of another form."""
    with visiting(chromium, toybook.html(evidence_books["text"]).as_uri()) as visitor:
        page = visitor.go(PAGE)
        lines = page.evaluate(
            "[...document.querySelectorAll('.evidence-legend .lane')].map((lane) => getComputedStyle(lane).backgroundImage)"
        )
        assert len({re.sub(r"rgb\([^)]*\)", "ink", line) for line in lines}) == 5
