"""Turns Jupyter Book's single page into the HTML of a printed report: title page, contents, chapters, no web furniture."""

import re

from bs4 import BeautifulSoup, Tag

from sourcebook.press import contents
from sourcebook.press.front import Front, head, quoted, title_page
from sourcebook.press.markup import PICTOGRAPH, element, spelled, words
from sourcebook.press.tables import table

# What only a screen has a use for. The data behind a chart stay with the pages; in print its text tells what it shows.
FURNITURE = (
    "script, style, template, button, a.headerlink, img.only-dark, details.figure-data, details.provenance, .screen, "
    "div.cell_input, details.code-fold > summary"
)
WRAPPERS = "details.code-fold, div.pst-scrollable-table-container, div.chooser, div.chart"
SUMMARY = "Summary"
SHORT = (
    3000  # characters; a chapter of the last part that has fewer, and no table, begins on the page of the one before
)
KEPT = {"id", "href", "src", "alt", "class", "scope", "start", "lang", "dir", "colspan", "rowspan"}


def sheet(page: str, front: Front) -> str:
    """The whole document as HTML, its pictures still addressed as in `page`, the text of the single page's file."""
    found = BeautifulSoup(page, "html.parser")
    article = found.select_one("article.bd-article")
    # The theme repeats its list of chapters, for phones.
    captions = list(dict.fromkeys(words(caption) for caption in found.select("p.caption > .caption-text")))
    strip(article)
    for each in article.select("table.data"):
        table(each)
    for figure in article.select("figure.chart-figure"):
        figure["class"] = ["figure"]
    parts = chapters(article, front)
    if (rows := contents.index(parts)) is not None:
        parts[-1].append(rows)
    for chapter in parts[-1][1:]:
        if len(words(chapter)) < SHORT and not chapter.find("table"):
            chapter["class"] = [*chapter.get("class", []), "short"]
    made = BeautifulSoup("<!DOCTYPE html><html><head></head><body></body></html>", "html.parser")
    made.html["lang"] = front.language
    made.head.extend(head(front))
    main = element("main")
    lists = [each for each in (contents.contents(parts, captions), contents.lists(parts)) if each is not None]
    main.extend(chapter for part in parts for chapter in part)
    made.body.extend([title_page(front), *lists, main])
    for text in made.body.find_all(string=PICTOGRAPH):
        text.replace_with(spelled(text))
    resolve(made.body)
    return str(made)


def strip(article: Tag) -> None:
    """Take away what only a screen has a use for, and each sentence that leads to nothing but code, or to the answer,
    which needs no introduction.
    """
    for cell in article.select("div.cell"):
        shown = cell.select_one("div.cell_output")
        if shown is None or shown.select_one("div.answer"):
            before = cell.find_previous_sibling()
            if before is not None and before.name == "p" and not before.find("strong"):
                before.decompose()
        if shown is None:
            cell.decompose()
    for piece in article.select(FURNITURE):
        if not piece.decomposed:
            piece.decompose()
    for wrapper in article.select(f"{WRAPPERS}, svg a"):
        wrapper.unwrap()
    for piece in article.select("svg title ~ title"):  # of what was a link
        piece.decompose()


def chapters(article: Tag, front: Front) -> list[list[Tag]]:
    """The chapters, by part: the opening page alone, then those of each part of the table of contents."""
    opening = article.find("section")
    parts = []
    for tree in opening.select("div.toctree-wrapper"):
        tree.extract()
        for section in tree.find_all("section", recursive=False):
            anchor = section.find_previous_sibling()
            if anchor is not None and anchor.name == "span" and anchor.get("id"):
                section.insert(0, anchor.extract())  # where links to the chapter as a page lead
        parts.append(tree.find_all("section", recursive=False))
    for rubric in opening.select("p.rubric"):
        rubric.name = "h3"
    # What stands on the title page is not said again: title and subtitle, the question, how to cite.
    title = opening.find("h1")
    title.name, title.string = "h2", SUMMARY
    if (subtitle := title.find_next_sibling("p")) is not None and words(subtitle).rstrip(".") == quoted(front.subtitle):
        subtitle.decompose()
    for piece in opening.find_all("p", recursive=False) + opening.select(".citing"):
        heading = piece.find_previous_sibling()
        if "citing" in piece.get("class", []) or words(piece) == quoted(front.question):
            piece.decompose()
            if heading.name == "h3":
                heading.decompose()
    return [[opening], *parts]


def resolve(body: Tag) -> None:
    """Let every link lead somewhere: one to a place that was left out becomes its text. Drop what only a screen reads."""
    known: set[str] = set()
    for tag in body.find_all(id=True):
        if tag["id"] in known:  # docutils numbers what has no name page by page, and all pages are one here
            del tag["id"]
        else:
            known.add(tag["id"])
    for link in body.find_all("a"):
        address = link.get("href", "")
        if "#" in address and not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
            link["href"] = address = "#" + address.rpartition("#")[2]
        if not address or (address.startswith("#") and address[1:] not in known):
            link.unwrap()
    drawn = {id(tag) for tag in body.select("svg, svg *")}
    for tag in body.find_all(True):
        if id(tag) in drawn:
            continue
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT}
