"""The pages of real reports, held against WCAG 2.2 AA: by axe-core, by the Nu HTML checker, by keyboard, and in other surroundings."""

import re
from pathlib import Path

import proof
import pytest
import scratch
import test_chapter
import toybook
import yaml
from bs4 import BeautifulSoup
from test_browser import pages, served, visiting

pytestmark = [pytest.mark.browser, pytest.mark.long]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES = [(theme, width) for width in (1280, 390) for theme in ("light", "dark")]
NAMES = {1280: "desktop", 390: "phone"}
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = %s; })"
RUN = """
(tags) => axe.run(document, { preload: false, resultTypes: ["violations", "incomplete"], runOnly: { type: "tag", values: tags } })
  .then(({ violations, incomplete }) => [violations, incomplete].map((found) => found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => ({ id, at: String(target), why: (any[0]?.data?.messageKey) ?? "" })))))
"""
# What axe cannot judge, for it sees no colour below a text: below the lines of the evidence and on the bars of its map, and in the
# charts. test_what_axe_cannot_judge_has_contrast measures the first two; the tests of charts measure those.
UNJUDGED = {
    "bgGradient",
    "bgOverlap",
    "bgImage",
    "elmPartiallyObscured",
    "elmPartiallyObscuring",
    "shortTextContent",
    "nonBmp",
    "emptyValue",
    "imgNode",
}

# Messages of the Nu HTML checker that are advice on outlines, which is not ours to take: Sphinx nests sections, headings and all.
# It reads files, and so takes 'self' in a policy for no place at all; that the policy lets pages work is what a browser shows.
ADVICE = re.compile(
    "Consider using the “h1” element as a top-level heading only|Article lacks heading|Section lacks heading|"
    "Trailing slash on void elements|violates Content Security Policy"
)

INTERACTIVE = """
() => {
  const all = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary, textarea";
  window.wanted = new Set([...document.querySelectorAll(all)].filter((element) =>
    element.tabIndex >= 0 && element.getClientRects().length && element.checkVisibility({ visibilityProperty: true })));
  window.reached = new Set();
  window.faults = [];
  return window.wanted.size;
}
"""
# Where the focus is now: counted, if it can be seen and nothing lies over it.
FOCUSED = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body || window.reached.has(at)) return false;
  window.reached.add(at);
  const name = `${at.tagName} ${at.className.baseVal ?? at.className} ${(at.getAttribute("aria-label") ?? at.textContent).trim().slice(0, 30)}`;
  const boxes = [...at.getClientRects()].filter(({ width, height }) => width && height);
  const seen = boxes.some(({ x, y, width, height }) =>
    [[0.5, 0.5], [0.05, 0.5], [0.95, 0.5], [0.5, 0.1], [0.5, 0.9]].some(([h, v]) => {
      const top = document.elementFromPoint(x + width * h, y + height * v);
      return top && (at.contains(top) || top.contains(at) || top.closest("a, label") === at.closest("a, label"));
    }));
  if (boxes.length && !seen) window.faults.push(`hidden: ${name}`);
  const shown = [at, at.parentElement, ...at.children].some((element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  if (!shown) window.faults.push(`no mark of the focus: ${name}`);
  return true;
}
"""


def until(page, question: str, given=None):
    """Wait until the page answers yes. (Playwright's own way evaluates text in the page, which its policy refuses.)"""
    for _ in range(300):
        if page.evaluate(question, given):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never so: {question}")


def report(folder: Path) -> dict[str, str]:
    """Every page of a book by its name, as it lies on the disk."""
    return {name: (folder / name).read_text("utf-8") for name in pages(folder)}


@pytest.fixture(scope="module")
def stored_html(stored_book):
    return toybook.html(stored_book)


@pytest.fixture(scope="module")
def weir_html(tmp_path_factory):
    """The page of the evidence of the case that ships its text, which so is shown in it."""
    top = scratch.checkout(tmp_path_factory.mktemp("weir") / "checkout")
    config = yaml.safe_load((top / "_config.yml").read_text("utf-8"))
    config["sphinx"]["config"]["sourcebook_case"] = "data/weir"
    (top / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    (top / "book" / "evidence.md").write_text("# The evidence\n\n```{evidence}\n```\n", "utf-8")
    chapters = [{"file": "book/limitations"}, {"file": "book/bibliography"}]
    (top / "_toc.yml").write_text(
        yaml.safe_dump({"format": "jb-book", "root": "book/evidence", "chapters": chapters}), "utf-8"
    )
    (top / "book" / "limitations.md").write_text("# Limitations\n\nNone.\n", "utf-8")
    done = toybook.build(top)
    assert done.returncode == 0, done.stdout + done.stderr
    return toybook.html(top)


@pytest.fixture(scope="module")
def changed_html(tmp_path_factory):
    """A report with the chapter on what changed."""
    top = test_chapter.checkout(tmp_path_factory.mktemp("changed") / "checkout")
    done = scratch.sourcebook(top, "diff", "old <b>{{ 7*7 }} ünï", "new", "--page")
    assert done.returncode == 1, done.stderr
    (folder,) = (top / "_build").glob("new-against-*/html")
    return folder


@pytest.fixture(scope="module")
def others(toy_book, cited_book, evidence_books, weir_html, changed_html):
    """The pages of books that show what the first case has not: other texts, directions, titles and forms."""
    small = {"toy": toy_book, "cited": cited_book, "text": evidence_books["text"], "map": evidence_books["map"]}
    return {name: toybook.html(book) for name, book in small.items()} | {"weir": weir_html, "changed": changed_html}


def judged(page, axe: str) -> tuple[list[str], list[str]]:
    """What axe finds wrong in a page as it stands, and what it cannot judge."""
    page.evaluate(axe)  # through the debugger, which the page's policy does not bind
    wrong, unclear = page.evaluate(RUN, TAGS)
    unclear = [each for each in unclear if not (each["id"] == "color-contrast" and each["why"] in UNJUDGED)]
    return [f"{each['id']} {each['at']}" for each in wrong], [
        f"{each['id']} {each['at']} {each['why']}" for each in unclear
    ]


def shade(page, theme: str):
    """Switch the colours as the theme's own button does, and wait until the charts have followed."""
    page.evaluate(
        "(theme) => { document.documentElement.dataset.mode = document.documentElement.dataset.theme = theme; }", theme
    )
    until(
        page,
        "(theme) => [...document.querySelectorAll('.chart')].every((chart) => chart.dataset.drawn === theme)",
        theme,
    )


def scan(visitor, name: str, axe: str, modes) -> tuple[dict, list[str]]:
    """(theme, width) -> what axe finds in a page, with all of its folds open, and first with them closed; what it cannot judge."""
    page, found, unclear = visitor.go(name), {}, []
    visitor.draw()
    for place, (theme, width) in enumerate(modes):
        page.set_viewport_size({"width": width, "height": 900})
        shade(page, theme)
        wrong = []
        for opened in ("false", "true") if place == 0 else ("true",):
            page.evaluate(UNFOLD % opened)
            page.wait_for_timeout(500)  # the theme looks a little later which code scrolls
            for kept, more in zip((wrong, unclear), judged(page, axe)):
                kept += more
        found[theme, width] = wrong
    return found, unclear


def walk(page) -> tuple[int, int, list[str]]:
    """Go through a page with the Tab key: how many of its links, buttons and fields there are, how many were reached, and faults."""
    wanted = page.evaluate(INTERACTIVE)
    still = 0
    while still < 3:  # past the last element the browser begins anew
        page.keyboard.press("Tab")
        still = 0 if page.evaluate(FOCUSED) else still + 1
    reached = page.evaluate("[...window.wanted].filter((element) => window.reached.has(element)).length")
    missed = page.evaluate(
        "[...window.wanted].filter((element) => !window.reached.has(element)).map((element) => `missed: ${element.outerHTML.slice(0, 90)}`)"
    )
    return wanted, reached, page.evaluate("window.faults") + missed


@pytest.fixture(scope="module")
def told(chromium, axe, vnu, stored_html):
    """Of each page of the first case's report: what axe, the Nu HTML checker, the console and a walk by keyboard found."""
    found = {}
    markup = vnu(*(str(stored_html / name) for name in pages(stored_html)))
    with served(stored_html) as base:
        for name in pages(stored_html):
            with visiting(chromium, base, reduced_motion="reduce") as visitor:
                said = []
                visitor.page.on(
                    "console", lambda message, said=said: message.type != "log" and said.append(message.text)
                )
                axed, unclear = scan(visitor, name, axe, MODES)
                console = visitor.faults + said
                page = visitor.page
                page.set_viewport_size({"width": 1280, "height": 900})
                visitor.go(name)
                found[name] = {
                    "axe": axed,
                    "unclear": unclear,
                    "vnu": [each["message"] for each in markup if each["url"].endswith(f"/{name}") and not ADVICE.search(each["message"])],
                    "console": console,
                    "walk": walk(page),
                }  # fmt: skip
    return found


@pytest.mark.parametrize(("theme", "width"), MODES)
def test_axe_finds_no_violation(theme, width, told):
    """Every page of the report, with folds open and closed."""
    assert {name: each["axe"][theme, width] for name, each in told.items() if each["axe"][theme, width]} == {}


def test_axe_leaves_nothing_undecided_but_colours_that_are_measured_elsewhere(told):
    assert {name: each["unclear"] for name, each in told.items() if each["unclear"]} == {}


def test_the_nu_html_checker_finds_nothing(told):
    """No error and no warning, but for its advice on outlines."""
    assert {name: each["vnu"] for name, each in told.items() if each["vnu"]} == {}


def test_the_console_stays_empty(told):
    """No error and no warning; the theme's own notes of what it did are of the kind `log`."""
    assert {name: each["console"] for name, each in told.items() if each["console"]} == {}


def test_the_tab_key_reaches_all_and_the_focus_is_always_seen(told):
    """2.1.1, 2.1.2, 2.4.7, 2.4.11: no link, button or field is left out, none holds the focus, no header lies over it."""
    assert {name: each["walk"][2] for name, each in told.items() if each["walk"][2]} == {}


@pytest.mark.parametrize("name", ["toy", "cited", "text", "map", "weir", "changed"])
def test_axe_finds_no_violation_in_other_reports(name, chromium, axe, others):
    found = {}
    with served(others[name]) as base, visiting(chromium, base) as visitor:
        for page in pages(others[name]):
            modes, unclear = scan(visitor, page, axe, [("light", 1280), ("dark", 390)])
            found[page] = [*modes["light", 1280], *modes["dark", 390], *unclear]
    assert {page: each for page, each in found.items() if each} == {}


def test_the_nu_html_checker_finds_nothing_in_other_reports(vnu, others):
    found = []
    for folder in others.values():
        found += [
            each for each in vnu(*(str(folder / name) for name in pages(folder))) if not ADVICE.search(each["message"])
        ]
    assert [f"{each['url']} {each['message']}" for each in found] == []


@pytest.fixture(scope="module")
def soups(stored_html, others):
    books = {"stored": stored_html, **others}
    return {
        book: {name: BeautifulSoup(text, "html.parser") for name, text in report(folder).items()}
        for book, folder in books.items()
    }


@pytest.fixture(scope="module")
def every(soups):
    return [(f"{book}/{name}", soup) for book, found in soups.items() for name, soup in found.items()]


class TestMarkup:
    """What a page says of itself, in whatever book."""

    def test_pages_of_a_report_have_titles_of_their_own_and_say_their_language(self, soups):
        for book, found in soups.items():
            titles = [soup.title.get_text() for soup in found.values()]
            assert len(set(titles)) == len(titles), book
            assert {soup.html["lang"] for soup in found.values()} == {"en"}

    def test_headings_go_down_one_step_at_a_time_from_one_of_the_first_rank(self, every):
        for name, soup in every:
            ranks = [int(heading.name[1]) for heading in soup.main.find_all(re.compile("^h[1-6]$"))]
            assert len(soup.find_all("h1")) == 1 and ranks[0] == 1, name
            assert all(later - earlier <= 1 for earlier, later in zip(ranks, ranks[1:])), name

    def test_landmarks_are_there_once(self, every):
        for name, soup in every:
            outside = [each for each in soup.find_all("header") if not each.find_parent(["main", "article", "section"])]
            assert len(soup.find_all("main")) == len(outside) == 1, name
            assert soup.find("nav", {"aria-label": "Main"}), name
            assert len(soup.find_all("a", {"aria-current": "page"})) == (0 if name.endswith("/search.html") else 1), (
                name
            )

    def test_every_column_says_that_it_is_one_and_no_name_is_empty(self, every):
        for name, soup in every:
            for head in soup.find_all("th"):
                assert head.get("scope") in ("col", "row") and head.get_text(strip=True), f"{name}: {head}"

    def test_every_chart_has_a_caption_an_alternative_text_and_a_table_behind_a_button(self, every):
        charts = 0
        for name, soup in every:
            for chart in soup.find_all("div", "chart"):
                figure, charts = chart.find_parent("figure"), charts + 1
                assert figure.figcaption.get_text(strip=True), name
                assert chart["data-alt"] and {image["alt"] for image in chart.find_all("img")} == {chart["data-alt"]}
                assert figure.find("details", "figure-data").find("table").find("td"), name
        assert charts > 17

    def test_the_article_is_in_its_own_language(self, soups):
        texts = soups["weir"]["book/evidence.html"].find_all("p", "evidence-text")
        assert texts and {text["lang"] for text in texts} == {"en"}


@pytest.fixture
def desk(chromium, stored_html):
    with served(stored_html) as base, visiting(chromium, base) as visitor:
        yield visitor


@pytest.fixture
def phone(chromium, stored_html):
    with served(stored_html) as base, visiting(chromium, base, width=390) as visitor:
        yield visitor


class TestKeyboard:
    def test_the_first_stop_passes_over_the_chapters(self, desk):
        page = desk.go("notebooks/claims.html")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")

    def test_escape_closes_the_search_and_gives_the_focus_back(self, desk, axe):
        page = desk.go("notebooks/claims.html")
        page.locator(".search-button-field").focus()
        page.keyboard.press("Enter")
        page.locator("#pst-search-dialog[open] input").wait_for()
        assert judged(page, axe) == ([], [])
        page.keyboard.press("Escape")
        until(page, "() => document.activeElement.classList.contains('search-button-field')")

    def test_escape_closes_the_chapters_of_a_phone_and_gives_the_focus_back(self, phone, axe):
        page = phone.go("notebooks/claims.html")
        page.locator(".primary-toggle").focus()
        page.keyboard.press("Enter")
        page.locator("dialog[open] nav.bd-links").wait_for()
        page.wait_for_timeout(500)  # it slides in
        assert judged(page, axe) == ([], [])
        page.keyboard.press("Escape")
        until(page, "() => document.activeElement.classList.contains('primary-toggle')")

    def test_escape_closes_a_citation_of_a_row_and_gives_the_focus_back(self, desk, axe):
        page = desk.go("notebooks/register.html")
        page.locator(".citing-row").first.focus()
        page.keyboard.press("Enter")
        page.locator(".citing-dialog[open]").wait_for()
        assert judged(page, axe) == ([], [])
        page.keyboard.press("Escape")
        until(page, "() => document.activeElement.classList.contains('citing-row')")

    def test_the_button_of_the_chapters_says_whether_they_are_there_and_keeps_the_focus(self, desk):
        page = desk.go("notebooks/claims.html")
        button = page.locator(".primary-toggle")
        button.focus()
        for state in ("false", "true"):
            page.keyboard.press("Enter")
            until(page, "(state) => document.activeElement.getAttribute('aria-expanded') === state", state)

    def test_the_button_of_the_colours_is_named_by_those_in_force(self, desk):
        page = desk.go("notebooks/claims.html")
        page.locator(".theme-switch-button").focus()
        names = set()
        for _ in range(3):
            page.keyboard.press("Enter")
            names.add(re.search("Colours: [a-z ]+", page.locator(".theme-switch-button").aria_snapshot())[0])
        assert names == {f"Colours: {word}" for word in ("light", "dark", "as the system")}

    def test_what_a_filter_or_a_search_leaves_is_announced(self, desk):
        page = desk.go("notebooks/register.html")
        assert page.locator(".filter-bar output[aria-live=polite]").count() == page.locator(".filter-bar").count() > 0
        page = desk.go("search.html?q=ceasefire")
        page.locator("#search-results [role=status]", has_text="found").wait_for()


class TestSurroundings:
    def test_at_320_pixels_which_is_a_zoom_of_400_percent_nothing_is_wider_than_the_window(self, chromium, stored_html):
        """1.4.10; tables and charts that need both directions scroll for themselves."""
        wide = []
        with visiting(chromium, stored_html.as_uri(), width=320) as visitor:
            for name in pages(stored_html):
                visitor.go(name).evaluate(UNFOLD % "true")
                if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    wide.append(name)
        assert wide == []

    @pytest.mark.parametrize("width", [390, 1280])
    def test_with_the_readers_own_spacing_no_text_is_lost(self, width, chromium, stored_html):
        """1.4.12: lines 1.5, paragraphs 2, letters 0.12, words 0.16 times the size of the letters."""
        spacing = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"
        cut = """() => [...document.querySelectorAll("main *, header *")].filter((element) => {
          const style = getComputedStyle(element);
          if (!element.checkVisibility() || element.closest(".visually-hidden, thead, svg, select, .skip-link")) return false;
          const lost = (how, beyond) => ["hidden", "clip"].includes(how) && beyond > 2;
          return lost(style.overflowX, element.scrollWidth - element.clientWidth) && element.clientWidth > 1
            || lost(style.overflowY, element.scrollHeight - element.clientHeight) && element.clientHeight > 1;
        }).map((element) => element.outerHTML.slice(0, 100))"""
        lost = {}
        with visiting(chromium, stored_html.as_uri(), width=width) as visitor:
            for name in pages(stored_html):
                page = visitor.go(name)
                page.add_style_tag(content=spacing)
                page.evaluate(UNFOLD % "true")
                found = page.evaluate(cut)
                if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    found.append("wider than the window")
                lost |= {name: found} if found else {}
        assert lost == {}

    def test_who_wants_no_motion_gets_none(self, chromium, stored_html):
        moving = """() => [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none" || style.scrollBehavior === "smooth";
        }).length"""
        with visiting(chromium, stored_html.as_uri(), reduced_motion="reduce") as visitor:
            for name in ("notebooks/claims.html", "book/evidence.html", "notebooks/register.html"):
                assert visitor.go(name).evaluate(moving) == 0

    def test_colours_that_the_system_forces_leave_charts_and_lines_as_they_are(self, chromium, stored_html):
        with visiting(chromium, stored_html.as_uri(), forced_colors="active") as visitor:
            style = "(element) => { const s = getComputedStyle(element); return [s.forcedColorAdjust, s.backgroundColor, s.backgroundImage]; }"
            page = visitor.go("notebooks/source.html")
            adjust, ground, _ = page.locator(".chart").first.evaluate(style)
            assert adjust == "none" and ground == "rgb(255, 255, 255)"
            page = visitor.go("book/evidence.html")
            assert "gradient" in page.locator(".evidence-legend .lane").first.evaluate(style)[2]

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_what_axe_cannot_judge_has_contrast(self, theme, chromium, stored_html):
        """The ids on the bars of the evidence's map: 4.5 to 1."""
        pair = """(text) => [getComputedStyle(text).fill, getComputedStyle(text.parentNode.querySelector(".evidence-bar")).fill]"""
        with visiting(chromium, stored_html.as_uri()) as visitor:
            page = visitor.go("book/evidence.html")
            shade(page, theme)
            light = [luminance(colour) for colour in page.locator(".evidence-map a text").first.evaluate(pair)]
            assert (max(light) + 0.05) / (min(light) + 0.05) >= 4.5

    def test_a_link_is_told_without_its_colour(self, desk):
        """1.4.1: it is underlined, or it stands in a list of links, in a heading's mark, or is a button by its looks."""
        plain = """() => [...document.querySelectorAll(".bd-article :is(p, td, li, dd, figcaption) a[href]:not(.headerlink, .evidence-mark)")]
          .filter((link) => link.checkVisibility() && !getComputedStyle(link).textDecorationLine.includes("underline"))
          .map((link) => link.outerHTML.slice(0, 120))"""
        found = {}
        for name in ("book/index", "notebooks/claims", "book/bibliography", "notebooks/register", "book/evidence"):
            page = desk.go(f"{name}.html")
            page.evaluate(UNFOLD % "true")
            found |= {name: rest} if (rest := page.evaluate(plain)) else {}
        assert found == {}


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestWithoutScripts:
    @pytest.fixture
    def visitor(self, chromium, stored_html):
        with visiting(chromium, stored_html.as_uri(), width=390, java_script_enabled=False) as visitor:
            yield visitor

    def test_a_phone_shows_the_chapters_above_the_page_and_no_button_that_does_nothing(self, visitor):
        page = visitor.go("notebooks/claims.html")
        assert page.get_by_role("link", name="The register").first.is_visible()
        assert [button.inner_text() for button in page.locator("button").all() if button.is_visible()] == []

    def test_register_evidence_and_choices_show_all_that_they_have(self, visitor):
        page = visitor.go("notebooks/register.html")
        assert page.locator("table.register tbody tr").first.is_visible()
        assert visitor.go("book/evidence.html").locator(".evidence-row").first.is_visible()
        assert visitor.go("notebooks/robustness.html").locator(".chooser table").is_visible()

    def test_the_page_of_the_search_says_that_it_needs_them(self, visitor):
        assert "JavaScript" in visitor.go("search.html").locator("main").inner_text()


def test_the_published_table_is_what_was_found(told):
    head = [
        "page",
        *(f"axe, {theme}, {NAMES[width]}" for theme, width in MODES),
        "markup",
        "console",
        "reached by keyboard",
    ]
    rows = [
        [
            name.removesuffix(".html"),
            *(len(each["axe"][mode]) for mode in MODES),
            len(each["vnu"]),
            len(each["console"]),
            "all" if each["walk"][1] == each["walk"][0] else f"{each['walk'][1]} of {each['walk'][0]}",
        ]
        for name, each in told.items()
    ]
    proof.shows("pages", head, rows)
