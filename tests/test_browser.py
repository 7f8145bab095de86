"""The book in a real browser with no network: every chart drawn, nothing refused, nothing requested, all of it usable."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import toybook

pytestmark = pytest.mark.browser

# Fixtures that give the folder of a built book's pages. Add a name to put another book through the same tests.
BOOKS = ["toy_html", "cited_html", pytest.param("stored_html", marks=pytest.mark.long)]

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`));
"""


@pytest.fixture(scope="session")
def stored_html(stored_book):
    return toybook.html(stored_book)


@pytest.fixture(scope="session")
def toy_html(toy_book):
    return toybook.html(toy_book)


@pytest.fixture(scope="session")
def cited_html(cited_book):
    return toybook.html(cited_book)


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder: Path):
    """The folder's address over HTTP, on this machine only."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def opened(folder: Path, scheme: str):
    if scheme == "file":
        yield folder.as_uri()
    else:
        with served(folder) as address:
            yield address


class Visitor:
    """A browser window that has no network and keeps what went wrong."""

    def __init__(self, browser, base: str, width: int = 1280, **options):
        self.base = base
        self.faults: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light", **options)
        self.context.route("**/*", self.guard)
        self.context.add_init_script(WATCH)
        if base.startswith("file:"):
            self.context.set_offline(True)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.fault(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.fault(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.fault(f"{dialog.type}: {dialog.message}"), dialog.dismiss()))
        self.page.on("requestfailed", lambda request: self.fault(f"failed: {request.url}"))

    def fault(self, text: str):
        self.faults.append(f"{self.page.url.removeprefix(self.base)} {text}")

    def guard(self, route):
        if route.request.url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.fault(f"requests {route.request.url}")
            route.abort()

    def go(self, name: str):
        self.page.goto(f"{self.base}/{name}", wait_until="load")
        return self.page

    def draw(self) -> int:
        """Bring each chart into view, as a reader who scrolls does; how many there are."""
        charts = self.page.locator(".chart")
        for place in range(charts.count()):
            charts.nth(place).scroll_into_view_if_needed()
            try:
                charts.nth(place).locator(".chart-live svg").wait_for(timeout=15_000)
            except Exception as error:  # noqa: BLE001 - whatever the browser says belongs into the report
                self.fault(f"chart {place + 1} is not drawn: {str(error).splitlines()[0]}")
        return charts.count()

    def violations(self) -> list[str]:
        return [f"{self.page.url.removeprefix(self.base)} {each}" for each in self.page.evaluate("window.violations")]


@contextmanager
def visiting(browser, base: str, **options):
    visitor = Visitor(browser, base, **options)
    try:
        yield visitor
    finally:
        visitor.context.close()


def pages(folder: Path) -> list[str]:
    """Every page of a book. The folder of static files holds templates only; the landing page leads on at once."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*.html")))
    return [path.as_posix() for path in found if path.parts[0] != "_static" and path.as_posix() != "index.html"]


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("book", BOOKS)
def test_every_page_works_without_network(book, scheme, chromium, request):
    """Each chart is drawn; no console error, no violation of the policy, no request but to the book itself."""
    folder = request.getfixturevalue(book)
    drawn, faults = 0, []
    with opened(folder, scheme) as base, visiting(chromium, base) as visitor:
        for name in pages(folder):
            visitor.go(name)
            drawn += visitor.draw()
            faults += visitor.violations()
    assert faults + visitor.faults == []
    assert drawn > 0


@pytest.mark.parametrize("book", BOOKS)
def test_the_landing_page_leads_to_the_first_page(book, chromium, request):
    folder = request.getfixturevalue(book)
    with visiting(chromium, folder.as_uri()) as visitor:
        visitor.page.goto(f"{visitor.base}/index.html", wait_until="commit")
        visitor.page.wait_for_url(f"{visitor.base}/book/index.html")
        assert visitor.faults == []


def test_nothing_of_a_hostile_title_runs_where_search_shows_it(chromium, cited_html):
    with visiting(chromium, cited_html.as_uri()) as visitor:
        page = visitor.go("search.html?q=fair")
        page.locator("#search-results li a").first.wait_for()
        assert "<script>alert(1)</script>" in page.locator("#search-results").inner_text()  # as text
        assert visitor.violations() + visitor.faults == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("book", BOOKS)
def test_no_page_is_wider_than_the_window_with_all_its_folds_open(book, width, chromium, request):
    folder = request.getfixturevalue(book)
    wide = []
    with visiting(chromium, folder.as_uri(), width=width) as visitor:
        for name in pages(folder):
            visitor.go(name)
            visitor.draw()
            visitor.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            surplus = visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if surplus > 0:
                wide.append(f"{name}: {surplus} px")
    assert wide == []


@pytest.mark.parametrize("book", BOOKS)
def test_without_scripts_every_figure_shows_one_picture(book, chromium, request):
    folder = request.getfixturevalue(book)
    with visiting(chromium, folder.as_uri(), java_script_enabled=False) as visitor:
        for name in pages(folder):
            for chart in visitor.go(name).locator(".chart").all():
                visible = [image for image in chart.locator("img").all() if image.is_visible()]
                assert ["only-light" in image.get_attribute("class") for image in visible] == [True], name


CONTRAST = """
() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest("svg, script, noscript, style, :disabled")) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${element.tagName}.${element.className} ${texts.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return [...poor];
}
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("book", BOOKS)
def test_all_text_has_contrast(book, theme, chromium, request):
    """WCAG 2 AA: 4.5 to 1 for text, code and folds opened."""
    folder = request.getfixturevalue(book)
    poor = []
    with visiting(chromium, folder.as_uri()) as visitor:
        visitor.context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        for name in pages(folder):
            page = visitor.go(name)
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
            poor += [f"{name} {each}" for each in page.evaluate(CONTRAST)]
    assert poor == []


def test_if_the_bundle_does_not_load_the_picture_stays(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        visitor.page.route("**/vega.js", lambda route: route.abort())
        with visitor.page.expect_console_message(lambda message: "The static picture stays" in message.text):
            visitor.go("notebooks/alpha.html").locator(".chart").scroll_into_view_if_needed()
        assert visitor.page.locator(".chart img.only-light").is_visible()
        assert visitor.page.locator(".chart-live").count() == 0


def test_the_theme_switch_changes_the_chart_that_is_shown(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/alpha.html")
        visitor.draw()
        colour = "el => getComputedStyle(el.querySelector('.role-title text')).fill"
        light = page.locator(".chart-live").evaluate(colour)
        for _ in range(3):  # auto, light, dark
            if page.evaluate("document.documentElement.dataset.theme") == "dark":
                break
            page.locator(".theme-switch-button:visible").first.click()
        page.locator(".chart[data-drawn=dark]").wait_for()
        assert page.locator(".chart-live").count() == 1
        assert page.locator(".chart-live").evaluate(colour) != light
        assert visitor.faults == []


def test_a_chart_has_its_alternative_text_and_tooltips(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/beta.html")
        visitor.draw()
        assert page.locator(".chart-live").get_attribute("aria-label").startswith("Bars.")
        page.locator(".chart-live .mark-rect path").first.hover()
        tooltip = page.locator("#vg-tooltip-element")
        tooltip.wait_for()
        assert "<script>alert(1)</script>" in tooltip.inner_text()  # as text
        assert tooltip.locator("img, script").count() == 0
        assert visitor.faults == []


def test_on_paper_the_light_picture_is_printed(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/alpha.html")
        visitor.draw()
        page.emulate_media(media="print")
        assert page.locator(".chart img.only-light").is_visible()
        assert not page.locator(".chart img.only-dark").is_visible()
        assert not page.locator(".chart-live").is_visible()
        assert not page.locator(".code-fold").first.is_visible()


def shown(page) -> list[str]:
    return [row.get_attribute("id") for row in page.locator("table.register tbody tr").all() if row.is_visible()]


def test_the_register_is_searched_and_filtered_by_keyboard(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/register.html")
        assert shown(page) == ["C07", "C08", "R03", "H1"]
        page.get_by_label("Search the rows").focus()
        page.keyboard.type("DOUBTS thirty")
        assert shown(page) == ["C07"]
        assert page.locator(".filter-bar output").inner_text() == "1 of 4 rows"
        page.get_by_label("Search the rows").fill("")
        page.keyboard.press("Tab")  # to the first list
        page.keyboard.type("claim")
        assert shown(page) == ["C07", "C08"]
        page.keyboard.press("Tab")
        page.keyboard.type("South")
        assert shown(page) == ["C08"]
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # show all
        assert shown(page) == ["C07", "C08", "R03", "H1"]


def test_a_permalink_leads_to_its_row_whatever_is_filtered(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/register.html")
        page.get_by_label("Kind").select_option("claim")
        page.locator("#C07 a.row-link", has_text="R03").click()
        page.locator("#R03").wait_for(state="visible")
        assert page.url.endswith("#R03")


@pytest.mark.parametrize("address", ["#%", "#%ff", "#nothing", "#"])
def test_an_address_that_names_no_row_leaves_the_register_as_it_is(chromium, toy_html, address):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go(f"notebooks/register.html{address}")
        assert page.locator(".filter-bar").count() == page.locator("table.register").count() > 0
        assert visitor.faults == []


def test_on_a_phone_a_row_is_a_card_with_labels(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri(), width=390) as visitor:
        page = visitor.go("notebooks/register.html")
        cell = page.locator("#C07 td.col-actor")
        assert cell.evaluate("el => getComputedStyle(el, '::before').content") == '"Actor"'
        assert cell.bounding_box()["y"] > page.locator("#C07 td.col-kind").bounding_box()["y"]


def test_code_opens_from_the_keyboard(chromium, toy_html):
    with visiting(chromium, toy_html.as_uri()) as visitor:
        page = visitor.go("notebooks/alpha.html")
        button = page.locator(".code-fold > summary").first
        assert button.inner_text() == "Show code"
        button.focus()
        page.keyboard.press("Enter")
        assert page.locator(".code-fold").first.locator("pre").first.is_visible()
        assert button.inner_text() == "Hide code"


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_search_finds_a_word_of_the_register(scheme, chromium, toy_html):
    with opened(toy_html, scheme) as base, visiting(chromium, base) as visitor:
        page = visitor.go("search.html?q=ceasefire")
        page.locator("#search-results li a").first.wait_for()
        assert "Every coded row" in page.locator("#search-results").inner_text()
        assert visitor.faults == []
