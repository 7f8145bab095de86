"""A report whose every field is an attack: nothing of it runs, nothing leaves, no file of the machine comes in, and the words stand there
as words; or the case is refused, with file, row and column. See tests/hostile.py for the attacks.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import hostile
import nh3
import proof
import pytest
from bs4 import BeautifulSoup

from sourcebook import article, book, case, intake, multiverse, scaffold, workbook
from sourcebook.check import check
from sourcebook.errors import STEERING, UNPRINTABLE, CaseError, SourcebookError
from sourcebook.parameters import checked, declared, gathered
from sourcebook.paths import notebooks
from sourcebook.rules import digests
from sourcebook.server import Site, serving
from sourcebook.sweep import Sweep

pytestmark = [pytest.mark.long, pytest.mark.browser]

SINKS = ["tables", "headers", "article", "case.yml", "datapackage.json", "references.bib", "commentary", "multiverse.yml",
         "_config.yml", "parameters", "names", "new and import", "another's report"]  # fmt: skip
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`));
"""
# The page's own text: what a script or a style sheet holds is none, and BibTeX, YAML and JSON have escapes of their own.
TEXT = """() => {
  const body = document.body.cloneNode(true);
  body.querySelectorAll("script, style, noscript, .citing-form").forEach((element) => element.remove());
  return body.textContent;
}"""
LINKS = "() => [...document.querySelectorAll('[href],[src],[action]')].map((a) => a.getAttribute('href') || a.getAttribute('src') || a.getAttribute('action'))"
SAFE = re.compile(r"(https?:|mailto:|#|data:image/|[\w./%-]*([?#]|$))", re.ASCII)
KNOWN = re.compile(r"\[PST\]|The compiled spec uses Vega v5")  # what the theme and the chart library say on every page
PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."})
BENDING = "names doubled, misspelt or left out"  # of columns
BENT = [
    lambda names, column: names[names.index(column) - 1],
    lambda names, column: f"{column[:-1]}{column[-1] * 2}",
    lambda names, column: column.upper(),
    lambda names, column: f" {column}",
    lambda names, column: "",
]
ARTICLE = "The fair\n\n" + "Words of an article that is long enough to be one. " * 8


def squashed(text: str) -> str:
    """Text without blanks and with plain quotation marks: a heading may have nicer ones, and a cell a line break."""
    return re.sub(r"[\s¶\u00ad\u200b-\u200d\ufeff]+", "", text.translate(PLAIN)).replace("---", "--")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The case with its attacks, sound as far as its check can tell."""
    made = hostile.Case(tmp_path_factory.mktemp("hostile"))
    made.fill()
    made.settle()
    assert check(made.record.folder) == []
    assert book.commentary_faults(made.record.folder, made.top) == []
    return made


def run(top: Path, *words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "sourcebook.cli", *words]
    return subprocess.run(command, cwd=top, capture_output=True, encoding="utf-8", errors="replace", timeout=580)


@pytest.fixture(scope="module")
def report(made, pango):
    """The report as a user builds it, pages and PDF."""
    done = run(made.top, "build", "--format", "all")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return made.top / "_build/fair"


@pytest.fixture(scope="module")
def seen(report, chromium):
    return visited(chromium, report / "html", sorted((report / "html").rglob("*.html")))


def visited(chromium, html: Path, pages: list[Path]) -> tuple[dict[str, str], list[str]]:
    """What a browser met on some pages, served as `sourcebook serve` serves them: text by page, and faults."""
    texts, faults = {}, []
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    with serving(Site(html), 0) as base:

        def guard(route):
            if route.request.url.startswith((base, "data:")):
                route.continue_()
            else:
                faults.append(f"requests {route.request.url}")
                route.abort()

        context.route("**/*", guard)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on(
            "console", lambda message: KNOWN.match(message.text) or faults.append(f"{page.url} console: {message.text}")
        )
        page.on("pageerror", lambda error: faults.append(f"{page.url} error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"{page.url} dialog"), dialog.dismiss()))
        for path in pages:
            name = path.relative_to(html).as_posix()
            page.goto(base + name, wait_until="load")
            if name == "index.html":  # leads on at once
                page.wait_for_url(f"{base}book/index.html")
            for chart in page.locator(".chart").all():
                chart.scroll_into_view_if_needed()
                chart.locator(".chart-live svg").wait_for(timeout=60_000)
            page.mouse.move(200, 400)
            texts[name] = page.evaluate(TEXT)
            faults += [f"{name} {each}" for each in page.evaluate("window.violations")]
            faults += [f"{name} ran"] * page.evaluate("'pwned' in window")
            faults += [f"{name} links to {each[:80]}" for each in page.evaluate(LINKS) if not SAFE.match(each)]
    context.close()
    return texts, faults


def test_on_no_page_does_anything_run_leave_or_complain(seen):
    """No global of an attack, no dialog, no console message, no violation of the policy, no request, no link of another scheme."""
    texts, faults = seen
    assert len(texts) > 15
    assert faults == []


def test_wherever_an_attack_is_shown_it_is_shown_whole_and_as_text(seen, made):
    page = squashed("\n".join(seen[0].values()))
    counted, shown = Counter(re.findall(r"zq\d{5}", page)), 0
    for attack in made.planted:
        # Markdown and BibTeX have marks of their own, which are no text.
        if attack.sink not in ("commentary", "references.bib") and counted[attack.mark]:
            whole = squashed(attack.text)
            assert page.count(whole) == counted[attack.mark], attack
            shown += 1
    assert shown > 0.5 * len(made.planted)  # not every column is printed; all of them are in the downloads


def test_no_file_of_the_machine_comes_into_anything_that_is_made(report, made, poppler):
    read = 0
    for path in [path for path in made.top.joinpath("_build").rglob("*") if path.is_file()]:
        assert hostile.SECRET.encode() not in path.read_bytes(), path
        read += 1
    assert read > 100
    assert hostile.SECRET not in poppler("pdftotext", report / "fair.pdf", "-")
    schemes = {
        line.split()[-1].split(":")[0] for line in poppler("pdfinfo", "-url", report / "fair.pdf").splitlines()[1:]
    }
    assert schemes <= {"http", "https", "mailto"}


def test_no_cell_of_a_download_begins_a_formula(report):
    """Cells that a spreadsheet would run begin with an apostrophe."""
    tables = sorted((report / "html/downloads").rglob("*.csv"))
    assert len(tables) > 20
    for path in tables:
        for row in hostile.csv.reader(path.read_text("utf-8").splitlines(keepends=True)):
            assert not [cell for cell in row if cell[:1] in tuple("=@＝＋－＠\t\r")], path
            assert not [cell for cell in row if re.match(r"[+-](?![\d.]+$)", cell)], path


def test_the_package_holds_no_file_of_the_machine(report, made):
    done = run(made.top, "package")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (archive,) = made.top.glob("_build/packages/*.zip")
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        assert len(names) > 100 and not [name for name in names if name.startswith("/") or ".." in name.split("/")]
        assert not [name for name in names if hostile.SECRET.encode() in packed.read(name)]


def test_the_rendered_commentary_is_what_nh3_would_leave_of_it(report):
    """An independent judge over the HTML: sanitised once more, with the elements of the subset alone, nothing of it changes."""
    tags = {"div", "p", "em", "strong", "code", "pre", "span", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "table", "dl", "dt", "dd",
            "thead", "tbody", "tr", "th", "td", "hr"}  # fmt: skip
    allowed = {"*": {"class", "id"}, "a": {"href", "title"}}
    found = 0
    for path in (report / "html/notebooks").glob("*.html"):
        for box in BeautifulSoup(path.read_text("utf-8"), "html.parser").find_all(class_="commentary"):
            clean = nh3.clean(
                str(box), tags=tags, attributes=allowed, link_rel=None, url_schemes={"http", "https", "mailto"}
            )
            again = BeautifulSoup(clean, "html.parser")
            assert [(e.name, e.attrs) for e in again.find_all()] == [(e.name, e.attrs) for e in [box, *box.find_all()]]
            assert again.get_text() == box.get_text()
            found += 1
    assert found


@pytest.fixture(scope="module")
def compared(report, made, chromium, tmp_path_factory):
    """The report held against a stranger's: the stranger's, what the terminal got, and what a browser met in the chapter on it."""
    folder = tmp_path_factory.mktemp("stranger")
    stranger = hostile.Stranger(report, folder, made.secret)
    done = run(made.top, "diff", str(folder), "fair", "--page", "--all")
    assert done.returncode == 1 and "The page: " in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    page = Path(done.stdout.splitlines()[-1].removeprefix("The page: "))
    return stranger, done.stdout + done.stderr, visited(chromium, page.parent, [page])


def test_a_report_held_against_a_strangers_neither_runs_nor_asks_nor_steers_a_terminal(compared, made):
    stranger, told, (texts, faults) = compared
    assert stranger.planted.total() > 2000
    assert faults == []
    assert not STEERING.search(told) and "Traceback" not in told and hostile.SECRET not in told
    (text,) = texts.values()
    assert hostile.SECRET not in text and "<script>" in text and "{include}" in text


def ways(kind: str, text: str, made, folder: Path, known: dict, loaded):
    """What can be tried with a text without a build: sink, the call, and what must be true of its result where it raises no error."""

    def never(result):
        return False

    for given in ({text: "1"}, {f"{text}=1": 1}):
        yield "parameters", lambda given=given: checked(given, known, loaded), never
    yield "parameters", lambda: gathered(None, (f"{text}=1",), known, loaded), never
    for name in known:  # one that takes any text of its type gets a value of that type, and never this one
        yield (
            "parameters",
            lambda name=name: checked({name: text}, known, loaded),
            lambda found: text not in found.values(),
        )
    path = folder / "parameters.yml"
    path.write_bytes(f"{text}: 1\nmin_reliability: {text}\n".encode("utf-8", "surrogatepass"))
    yield "parameters", lambda: gathered(path, (), known, loaded), never
    for document in variations(text):
        yield "multiverse.yml", lambda document=document: varied(document, made, known, loaded), never
    yield "names", lambda: case.locate(text, made.top), never
    yield "names", lambda: scaffold.named(text, ()), lambda _: re.fullmatch("[a-z][a-z0-9_-]*", text)
    yield "names", lambda: book.chosen((text,), made.top), never
    if kind not in hostile.LINES:  # the others are in the report itself
        yield "article", lambda: read(folder / "article.txt", text, loaded), lambda found: not UNPRINTABLE.search(text)
    page = f"<html><body><article><h1>The fair</h1><p>{ARTICLE}</p><p>{text}</p></article></body></html>"
    for suffix, content in {".txt": f"{ARTICLE}\n\n{text}\n", ".md": f"{ARTICLE}\n\n{text}\n", ".html": page}.items():
        path = folder / f"article{suffix}"
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        yield "new and import", lambda path=path: intake.read(path), lambda found: hostile.SECRET not in found.text
    sheet, book_ = folder / "tables.csv", folder / "tables.xlsx"
    quoted = text.replace('"', '""')
    sheet.write_bytes(f'id,note\nC01,"{quoted}"\n'.encode("utf-8", "surrogatepass"))
    files = [sheet]
    if workbook.fits(text) and kind != "marks that break a file":
        book_.write_bytes(workbook.written({"claims": (["id", "note"], [["C01", text]])}))
        files.append(book_)
    for path in files:
        yield "new and import", lambda path=path: workbook.read(path), lambda found: found[0].rows[1][1][1].text == text


def variations(text: str):
    """multiverse.yml with a text where a name, a value or a figure is asked for; and as a label, if no line may hold it."""
    sound = {"label": "Sources", "because": "It could be otherwise."}
    values = [{"value": value, "label": value} for value in "FE"]
    axis = {**sound, "values": values}
    yield {"outcomes": hostile.OUTCOMES, "axes": {text: axis}}
    yield {"outcomes": {text: ["finding"]}, "axes": {"min_reliability": axis}}
    yield {"outcomes": {"claims": [text]}, "axes": {"min_reliability": axis}}
    yield {"outcomes": hostile.OUTCOMES, "axes": {"min_reliability": {**axis, text: text}}}
    yield {
        "outcomes": hostile.OUTCOMES,
        "axes": {"min_reliability": {**axis, "values": [*values, {"value": text, "label": "x"}]}},
    }
    if UNPRINTABLE.search(text):
        yield {"outcomes": hostile.OUTCOMES, "axes": {"min_reliability": {**axis, "label": text}}}
        yield {"outcomes": hostile.OUTCOMES, "axes": {"min_reliability": {**axis, "because": text}}}


def varied(document: dict, made, known: dict, loaded):
    """A multiverse.yml as `sourcebook multiverse` holds it against case and notebooks."""
    path = loaded.folder / "multiverse.yml"
    before = path.read_bytes()
    try:
        path.write_text(json.dumps(document), "utf-8")
        Sweep(loaded, multiverse.read(loaded), known, made.top).check()
    finally:
        path.write_bytes(before)


def read(path: Path, text: str, loaded) -> article.Article:
    """An article as `sourcebook check` holds a case against it."""
    path.write_bytes(f"{ARTICLE}\n\n{text}\n".encode("utf-8", "surrogatepass"))
    found = article.read(path)
    if faults := digests({}, loaded.schema, found, found.sha256):
        raise CaseError(loaded.name, faults)
    return found


@pytest.fixture(scope="module")
def tried(made, tmp_path_factory):
    """What is tried without a build: sink, kind, and whether it was let in (and then changed nothing) or refused by an error."""
    tried, folder = [], tmp_path_factory.mktemp("files")
    loaded, known = case.load(str(made.record.folder)), declared(notebooks(made.top))
    sound = hostile.Case(tmp_path_factory.mktemp("sound"))
    for place in range(max(map(len, sound.columns.values()))):
        for bend in BENT:
            tried += [("headers", BENDING, "refused")] * len(sound.headers(place, bend))
    for place, (kind, text) in enumerate(made.attacks):
        tried += [("headers", kind, "refused")] * len(sound.headers(place, lambda names, column, text=text: text))
        for sink, call, holds in ways(kind, text, made, folder, known, loaded):
            try:
                result = call()
            except SourcebookError as error:
                assert hostile.SECRET not in str(error) and "Traceback" not in str(error)
                tried.append((sink, kind, "refused"))
            else:
                assert holds(result), (sink, kind, text[:60], result)
                tried.append((sink, kind, "let in"))
    return tried


def test_what_is_tried_without_a_build_is_an_error_or_changes_nothing(tried):
    assert len(tried) > 1000


def test_the_guide_shows_what_was_tried(made, tried, seen, compared):
    """Attacks let in, which did nothing, and attacks refused, by kind and sink."""
    cells: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for attack in made.planted:
        cells[attack.kind, attack.sink]["let in"] += 1
    for sink, kind in made.refused:
        cells[kind, sink]["refused"] += 1
    for kind, _ in made.attacks:  # how often each is in the stranger's report hangs on how much a report says
        assert compared[0].planted[kind]
        cells[kind, "another's report"]["let in"] += 1
    for sink, kind, what in tried:
        cells[kind, sink][what] += 1
    rows = []
    for kind in [*hostile.KINDS, BENDING]:
        told = [cells[kind, sink] for sink in SINKS]
        rows.append(
            [
                kind,
                *(
                    " ".join(f"{count[what]} {what}" for what in ("let in", "refused") if count[what]) or "none"
                    for count in told
                ),
            ]
        )
    total = [sum(found.total() for (_, where), found in cells.items() if where == sink) for sink in SINKS]
    rows.append(["**tried in all**", *total])
    proof.shows("hostile", ["attack", *SINKS], rows)
