"""What a report is cited by: tags and linked data for machines, a box and a dialog for readers, files for their programs."""

import json
import os
import re
from contextlib import contextmanager

import citedbook
import pytest
import toybook
from bs4 import BeautifulSoup
from citedbook import ADDRESS, NAMES, TITLE
from scratch import sourcebook
from test_browser import CONTRAST, opened, visiting

from sourcebook import annotations, citation, linked, origin
from sourcebook.case import load
from sourcebook.schema import TABLES
from sourcebook.statements import statements
from sourcebook.work import work

FULL = f"{TITLE}: Who wants what"
FORMS = ["bibtex", "ris", "csl-json", "cff"]
FILES = {
    "apa": "citation.txt",
    "bibtex": "citation.bib",
    "ris": "citation.ris",
    "csl-json": "citation.json",
    "cff": "CITATION.cff",
}
BOXES = ["book/index", "book/deep/er/cite", "top"]
REGISTER = "notebooks/register"
TOY = ["book/index", "book/dictionary", "notebooks/alpha", "notebooks/beta", "notebooks/register"]


def parsed(folder, name):
    return BeautifulSoup((toybook.html(folder) / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def page(cited_book):
    """A function from a page's name to its parsed HTML."""
    soups = {name: parsed(cited_book, name) for name in NAMES}
    return lambda name: soups[name]


@pytest.fixture(scope="module")
def case(cited_book):
    return load(str(cited_book / "data" / "fair"))


@pytest.fixture(scope="module")
def told(case):
    """The report as it is cited: a function that may be given a row."""
    return lambda row="": work(case.meta, "fair", "1999-01-01", row)


def tags(soup, name: str) -> list[str]:
    return [tag["content"] for tag in soup.head.find_all("meta", attrs={"name": name})]


def graph(soup) -> dict:
    """The linked data of a page, as a reader of it takes it from the page."""
    (script,) = soup.find_all("script", type="application/ld+json")
    return json.loads(script.string)


# Meta tags


def test_the_opening_page_is_cited_as_the_report(page):
    soup = page("book/index")
    assert tags(soup, "citation_title") == [FULL]
    assert tags(soup, "citation_inbook_title") == []
    assert tags(soup, "description") == ['Who "wants" the fair <in> May?'] == [citedbook.META["question"]]


def test_every_other_page_is_cited_as_a_part_of_it(page):
    titles = {name: tags(page(name), "citation_title") for name in NAMES if name != "book/index"}
    assert titles == {
        "book/deep/er/cite": ["How to cite"],
        "book/dictionary": ["Data dictionary"],
        "book/colophon": ["Colophon"],
        "top": ["At the top <of> it"],
        "notebooks/charts": ["Who speaks?"],
        "notebooks/register": ["Every coded row"],
        "chooser": ["Choose"],
    }
    assert {name: tags(page(name), "citation_inbook_title") for name in titles} == dict.fromkeys(titles, [FULL])


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_the_tags_that_case_yml_gives_and_each_but_the_authors_once(page, name):
    soup = page(name)
    assert tags(soup, "citation_author") == ["Lovelace, Ada", 'van "der" Lind, Bo', "Tide <press>"]
    single = {
        "citation_publication_date": "2031/05/06",
        "citation_publisher": "Tide & Press",
        "citation_technical_report_institution": "Tide & Press",
        "citation_doi": "10.1234/fair(1)",
        "citation_language": "en",
        "citation_keywords": 'fair; rain "and" wind',
        "citation_public_url": f"{ADDRESS}{name}.html",
        "citation_pdf_url": f"{ADDRESS}downloads/fair.pdf",
    }
    assert {tag: tags(soup, tag) for tag in single} == {tag: [text] for tag, text in single.items()}
    assert len(tags(soup, "description")) == 1
    assert [link["href"] for link in soup.find_all("link", rel="canonical")] == [f"{ADDRESS}{name}.html"]


def test_a_page_is_described_by_its_answer_or_by_its_first_words(page):
    assert tags(page("notebooks/charts"), "description") == ['Ada "speaks" <most>.']
    assert tags(page("book/deep/er/cite"), "description") == ["Like this, or as in C02:"]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_title_stays_text_in_the_head(page, name):
    soup = page(name)
    assert "alert(1)" not in [(script.string or "").strip() for script in soup.find_all("script")]
    assert FULL in tags(soup, "citation_title") + tags(soup, "citation_inbook_title")


@pytest.mark.parametrize("name", TOY)
def test_what_case_yml_does_not_give_has_no_tag(toy_book, name):
    """The toy's case has a title alone; without an address no page claims one, and without a PDF none is named."""
    soup = parsed(toy_book, name)
    named = {tag["name"] for tag in soup.head.find_all("meta", attrs={"name": re.compile("^citation_")})}
    part = set() if name == "book/index" else {"citation_inbook_title"}
    assert named == {"citation_title", "citation_publication_date", "citation_language"} | part
    assert not soup.find("link", rel="canonical")


@pytest.mark.parametrize("name", TOY)
def test_without_a_day_of_its_own_a_report_is_dated_by_its_checkout(toy_book, name):
    """The toy's folder is none, and its record does not say when it was made: that gives the first day of archives."""
    day = origin.day(int(os.environ.get(origin.EPOCH) or origin.FIRST))
    assert tags(parsed(toy_book, name), "citation_publication_date") == [day.replace("-", "/")]


# Linked data


def test_the_opening_page_tells_of_report_data_and_article_and_not_of_rows(page, case, told):
    found = graph(page("book/index"))
    assert [node["@type"] for node in found["@graph"][:3]] == ["Report", "Dataset", "NewsArticle"]
    assert found["@graph"][0]["name"] == FULL and found["@graph"][0]["@id"] == ADDRESS
    assert not [node for node in found["@graph"] if "Claim" in node["@type"]]
    assert found == linked.graph(case, told(), statements(case).iloc[:0], "../downloads/data/")


def test_the_register_tells_of_each_row_under_the_address_of_its_anchor(page):
    soup = page(REGISTER)
    anchors = [row["id"] for row in soup.find("table", class_="register").tbody.find_all("tr")]
    rows = {node["identifier"]: node["@id"] for node in graph(soup)["@graph"] if "Claim" in node["@type"]}
    assert rows == {anchor: f"{ADDRESS}notebooks/register.html#{anchor}" for anchor in anchors} and len(anchors) == 8


def test_no_other_page_has_linked_data(page):
    holding = [name for name in NAMES if page(name).find("script", type="application/ld+json")]
    assert holding == ["book/index", REGISTER]


@pytest.mark.parametrize("name", ["book/index", REGISTER])
def test_linked_data_cannot_end_its_element(cited_book, name):
    """Read as a browser does, up to the first end tag, whatever stands in title and gists."""
    text = (toybook.html(cited_book) / f"{name}.html").read_text(encoding="utf-8")
    (inside,) = re.findall(r'<script type="application/ld\+json">(.*?)</script', text, re.DOTALL)
    assert not re.search("[<>&\u2028\u2029]", inside)
    assert json.loads(inside)["@graph"][0]["name"] == FULL
    assert (citedbook.HOSTILE_GIST in [node["name"] for node in json.loads(inside)["@graph"]]) == (name == REGISTER)


@pytest.mark.parametrize("name", ["book/index", REGISTER])
def test_the_data_lies_where_linked_data_says(page, cited_book, name):
    dataset = next(node for node in graph(page(name))["@graph"] if node["@type"] == "Dataset")
    addresses = [part["distribution"]["contentUrl"] for part in dataset["hasPart"]]
    assert len(addresses) == len(TABLES)
    folder = (toybook.html(cited_book) / name).parent
    assert [address for address in addresses if not (folder / address).is_file()] == []


def test_in_the_file_too(cited_book, case, told):
    downloads = toybook.html(cited_book) / "downloads"
    found = json.loads((downloads / "report.jsonld").read_text(encoding="utf-8"))
    assert found == linked.graph(case, told(), statements(case), "data/")
    (dataset,) = [node for node in found["@graph"] if node["@type"] == "Dataset"]
    assert all((downloads / part["distribution"]["contentUrl"]).is_file() for part in dataset["hasPart"])


def test_annotations_are_those_of_the_command(cited_book, case, told):
    text = (toybook.html(cited_book) / "downloads" / "annotations.jsonld").read_text(encoding="utf-8")
    assert text == annotations.written(annotations.annotations(case, told()))


# The box


@pytest.fixture(scope="module")
def printed(cited_book):
    """What `sourcebook cite` prints in each form, in a checkout of this case."""
    return {form: sourcebook(cited_book, "cite", "--format", form).stdout for form in ["apa", *FORMS]}


@pytest.mark.parametrize("name", BOXES)
def test_the_box_shows_the_citation_in_every_form_as_the_command_prints_it(page, printed, name):
    """Quotation marks, dashes and dots as they were typed, in the box as in the title of the page."""
    (box,) = page(name).find_all(class_="citing")
    assert box.find(class_="citing-text").text == printed["apa"].strip()
    shown = {fold.summary.text: fold.find("pre").text for fold in box.find_all("details", class_="citing-form")}
    assert shown == {
        "BibTeX": printed["bibtex"],
        "RIS": printed["ris"],
        "CSL-JSON": printed["csl-json"],
        "CITATION.cff": printed["cff"],
    }
    assert TITLE in printed["apa"] and TITLE in page("book/index").h1.text


@pytest.mark.parametrize("form", FILES)
def test_the_file_of_each_form_is_what_the_command_prints(cited_book, printed, form):
    assert (toybook.html(cited_book) / "downloads" / FILES[form]).read_bytes() == printed[form].encode()


def test_the_box_is_closed_and_offers_every_file(page):
    (box,) = page("top").find_all(class_="citing")
    assert not [fold for fold in box.find_all("details") if fold.has_attr("open")]
    links = {link.text: link["href"] for link in box.find_all("a", class_="download")}
    assert links == {
        "PDF of the report": "downloads/fair.pdf",
        "BibTeX": "downloads/citation.bib",
        "RIS": "downloads/citation.ris",
        "CSL-JSON": "downloads/citation.json",
        "CITATION.cff": "downloads/CITATION.cff",
        "Web annotations": "downloads/annotations.jsonld",
        "Linked data": "downloads/report.jsonld",
    }


def test_a_hostile_title_stays_text_in_the_box(page):
    for name in BOXES:
        assert not page(name).find("article").find_all("script", string="alert(1)")


def test_its_script_is_loaded_only_where_there_is_something_to_copy(page):
    loading = [name for name in NAMES if page(name).find("script", src=re.compile(r"citing\.js"), defer=True)]
    assert loading == ["book/index", "book/deep/er/cite", "top", REGISTER]
    assert [name for name in NAMES if page(name).find("script", class_="citing-data")] == [REGISTER]


def test_templates_for_rows_are_inert_json(cited_book):
    text = (toybook.html(cited_book) / f"{REGISTER}.html").read_text(encoding="utf-8")
    (inside,) = re.findall(r'<script[^>]*class="citing-data"[^>]*>(.*?)</script', text, re.DOTALL)
    assert not re.search("[<>&\u2028\u2029]", inside) and json.loads(inside)["forms"]


def test_a_case_that_changes_changes_every_box_tag_and_row_when_the_book_is_built_again(tmp_path):
    """In the same folder, where Sphinx takes up what it knows, and of most pages no source has changed."""
    folder = citedbook.write(tmp_path)
    assert toybook.build(folder).returncode == 0
    for file, old, new in [
        ("case.yml", "10.1234/fair(1)", "10.1234/changed"),
        ("claims.csv", "Gist of C02.", "Another."),
    ]:
        path = folder / "data" / "fair" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert toybook.build(folder).returncode == 0
    for name in BOXES:
        assert "https://doi.org/10.1234/changed" in parsed(folder, name).find(class_="citing-text").text, name
    assert {name: tags(parsed(folder, name), "citation_doi") for name in NAMES} == dict.fromkeys(
        NAMES, ["10.1234/changed"]
    )
    (row,) = [node for node in graph(parsed(folder, REGISTER))["@graph"] if node.get("identifier") == "C02"]
    assert row["name"] == "Another."


# A case with faults


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """The book of a case with a fault, and what its build said of it."""
    folder = citedbook.write(tmp_path_factory.mktemp("faulty"), version=None)
    return folder, toybook.build(folder)


def test_a_case_with_faults_is_told_with_the_fault(faulty):
    built = faulty[1]
    assert built.returncode != 0
    assert "no linked data and no annotations were made" in built.stderr and "version" in built.stderr


def test_and_has_pages_without_linked_data_and_with_citations(faulty):
    folder = faulty[0]
    soup = parsed(folder, "book/index")
    assert not soup.find("script", type="application/ld+json")
    assert tags(soup, "citation_title") == [FULL]
    assert soup.find(class_="citing-text")
    left = {path.name for path in (toybook.html(folder) / "downloads").iterdir() if path.is_file()}
    assert left == set(FILES.values())


def test_and_whoever_does_not_mind_may_say_so(toy_book):
    """The toy's settings suppress the warning, and its build has passed with warnings as errors."""
    assert "sourcebook.case" in (toy_book / "_config.yml").read_text(encoding="utf-8")
    assert not parsed(toy_book, "book/index").find("script", type="application/ld+json")


# In a browser


@contextmanager
def reading(chromium, folder, scheme="http", **options):
    """A reader of a book's pages, whose clipboard can be read."""
    with opened(toybook.html(folder), scheme) as base, visiting(chromium, base, **options) as visitor:
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield visitor


def copied(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


# What a browser does that lets no page write to the clipboard, or lets it in no way at all.
REFUSED = "navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));"
MISSING = "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });"
FORBIDDEN = f"{REFUSED} document.execCommand = () => false;"


@pytest.mark.browser
@pytest.mark.parametrize("lacking", ["", REFUSED])
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_each_button_copies_the_text_beside_it(chromium, cited_book, printed, scheme, lacking):
    """Also where the browser refuses the clipboard and the text has to be selected."""
    with reading(chromium, cited_book, scheme) as visitor:
        visitor.context.add_init_script(lacking)
        page = visitor.go("book/deep/er/cite.html")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        for name, form in [
            ("the citation", "apa"),
            ("BibTeX", "bibtex"),
            ("RIS", "ris"),
            ("CSL-JSON", "csl-json"),
            ("CITATION.cff", "cff"),
        ]:
            button = page.get_by_role("button", name=f"Copy {name}")
            button.focus()
            page.keyboard.press("Enter")
            bar = page.locator(".citing-bar", has=button)
            bar.get_by_text("Copied").wait_for()
            assert copied(page) == (printed[form].strip() if form == "apa" else printed[form]), name
            assert button.evaluate("el => el === document.activeElement"), "the next key goes on from the button"
        assert page.locator("textarea").count() == 0
        assert visitor.violations() + visitor.faults == []


@pytest.mark.browser
def test_a_browser_without_any_clipboard_is_told_what_to_do(chromium, cited_book):
    with reading(chromium, cited_book) as visitor:
        visitor.context.add_init_script(FORBIDDEN)
        page = visitor.go("top.html")
        page.get_by_role("button", name="Copy the citation").click()
        page.get_by_role("status").get_by_text("select the text and copy it").wait_for()
        assert page.locator("textarea").count() == 0
        assert visitor.faults == []


@pytest.mark.browser
def test_a_page_over_plain_http_has_no_clipboard_and_copies_all_the_same(chromium, cited_book):
    with reading(chromium, cited_book) as visitor:
        page = visitor.go("notebooks/register.html")
        page.get_by_role("button", name="Cite row C02").click()
        page.evaluate("clipboard = navigator.clipboard; " + MISSING)
        page.get_by_role("button", name="Copy Reference").click()
        page.get_by_role("dialog").get_by_text("Copied").wait_for()
        assert (
            page.evaluate("clipboard.readText()")
            == page.locator("dialog section", has_text="Reference").locator("pre").inner_text()
        )
        assert visitor.faults == []


def texts(page) -> dict[str, str]:
    """What the open dialog offers to copy, by its headings."""
    sections = page.get_by_role("dialog").locator("section").all()
    return {section.locator("h3").inner_text(): section.locator("pre").text_content() for section in sections}


@pytest.mark.browser
def test_a_row_is_cited_from_the_keyboard_alone(chromium, cited_book):
    with reading(chromium, cited_book) as visitor:
        page = visitor.go("notebooks/register.html")
        page.locator("#C03 a.row-link").focus()  # the last thing in the row before
        page.keyboard.press("Tab")
        assert page.locator("#R01 a.row-permalink").evaluate("el => el === document.activeElement")
        page.keyboard.press("Tab")
        button = page.get_by_role("button", name="Cite row R01")
        assert button.evaluate("el => el === document.activeElement")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Cite row R01", exact=True)
        assert dialog.is_visible() and dialog.evaluate("el => el.contains(document.activeElement)")
        for _ in range(30):  # round and round: nothing of the page behind can be reached
            page.keyboard.press("Tab")
            assert page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
        dialog.get_by_role("button", name="Close").focus()  # and not in the browser's own controls
        page.keyboard.press("Escape")
        assert page.get_by_role("dialog").count() == 0
        assert button.evaluate("el => el === document.activeElement")
        assert visitor.violations() + visitor.faults == []


@pytest.mark.browser
def test_the_dialog_closes_by_its_button_and_beside_it_but_not_while_text_is_selected(chromium, cited_book):
    with reading(chromium, cited_book) as visitor:
        page = visitor.go("notebooks/register.html")
        dialog, cite = page.get_by_role("dialog"), page.get_by_role("button", name="Cite row C01")
        cite.click()
        dialog.get_by_role("button", name="Close").click()
        assert dialog.count() == 0 and cite.evaluate("el => el === document.activeElement")
        cite.click()
        box, text = dialog.bounding_box(), dialog.locator("pre").first.bounding_box()
        page.mouse.click(box["x"] + 4, box["y"] + 4)  # on its own edge
        assert dialog.is_visible()
        page.mouse.move(text["x"] + 40, text["y"] + text["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 3, text["y"] + text["height"] / 2, steps=4)
        page.mouse.up()
        assert dialog.is_visible(), "the mouse was let go on the edge"
        page.mouse.move(text["x"] + 40, text["y"] + text["height"] / 2)
        page.mouse.down()
        page.mouse.move(5, text["y"] + text["height"] / 2, steps=4)
        page.mouse.up()
        assert dialog.is_visible(), "the mouse was let go beside it"
        page.mouse.click(5, 5)
        assert dialog.count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_a_row_is_cited_in_every_form_under_its_public_address(chromium, cited_book, told, scheme):
    with reading(chromium, cited_book, scheme) as visitor:
        page = visitor.go("notebooks/register.html")
        for row in ("C01", "F01"):
            page.get_by_role("button", name=f"Cite row {row}").click()
            entry = told(row)
            assert texts(page) == {
                "Permalink": f"{ADDRESS}notebooks/register.html#{row}",
                "Reference": citation.cite(entry, "apa").strip(),
                "BibTeX": citation.cite(entry, "bibtex").strip(),
                "RIS": citation.cite(entry, "ris").strip(),
                "CSL-JSON": citation.cite(entry, "csl-json").strip(),
            }
            page.get_by_role("button", name="Copy Permalink").click()
            page.get_by_role("dialog").get_by_text("Copied").wait_for()
            assert copied(page) == f"{ADDRESS}notebooks/register.html#{row}"
            page.keyboard.press("Escape")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_without_a_public_address_a_permalink_is_that_of_the_page_as_it_was_opened(chromium, toy_book, scheme):
    with reading(chromium, toy_book, scheme) as visitor:
        page = visitor.go("notebooks/register.html#C08")
        page.get_by_role("button", name="Cite row R03").click()
        found = texts(page)
        assert found["Permalink"] == f"{visitor.base}/notebooks/register.html#R03"
        assert found["Reference"] == "A toy <report> [row R03]. (1980, January 1)." or origin.EPOCH in os.environ
        assert visitor.base not in "".join(text for label, text in found.items() if label != "Permalink")
        page.goto(found["Permalink"])
        page.locator("#R03:target").wait_for()


@pytest.mark.browser
def test_the_button_is_no_word_of_its_row(chromium, cited_book):
    """Neither the search of the register nor its lists find it."""
    with reading(chromium, cited_book) as visitor:
        page = visitor.go("notebooks/register.html")
        assert page.get_by_role("button", name="Cite row").count() == 8
        page.get_by_label("Search the rows").fill("cite")
        assert page.get_by_role("button", name="Cite row").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_without_scripts_the_box_opens_and_rows_keep_their_permalinks(chromium, cited_book, printed, scheme):
    with reading(chromium, cited_book, scheme, java_script_enabled=False) as visitor:
        page = visitor.go("book/index.html")
        assert page.locator(".citing-text").inner_text() == printed["apa"].strip()
        page.locator(".citing-form summary", has_text="RIS").click()
        assert page.locator(".citing-form pre:visible").text_content() == printed["ris"]
        assert page.locator(".citing button, .citing-bar").count() == 0, "no button that would do nothing"
        page = visitor.go("notebooks/register.html")
        permalink = page.locator("#C02 a.row-permalink")
        permalink.focus()
        page.keyboard.press("Enter")
        page.locator("#C02:target").wait_for()
        assert page.get_by_role("button", name="Cite row").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_can_be_read_in_both_themes_and_fits_a_phone(chromium, cited_book, theme):
    with reading(chromium, cited_book, width=390) as visitor:
        visitor.context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page = visitor.go("notebooks/register.html")
        page.get_by_role("button", name="Cite row C01").click()
        page.get_by_role("button", name="Copy Reference").click()
        page.get_by_role("dialog").get_by_text("Copied").wait_for()
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert page.evaluate(CONTRAST) == []
        box = page.get_by_role("dialog").bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 900
        assert page.get_by_role("dialog").evaluate("el => el.scrollWidth - el.clientWidth") == 0
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
