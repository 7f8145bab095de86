"""Turns Jupyter Book's single page into the HTML of a printed report: title page, contents, chapters, no web furniture."""

import re
from datetime import date
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

from sourcebook import citation
from sourcebook.work import Work, line

# What only a screen has a use for. Data behind a chart stay in the HTML report; the printed one has the chart's text.
FURNITURE = (
    "script, style, template, button, a.headerlink, img.only-dark, details.figure-data, details.provenance, .screen, "
    "div.cell_input, details.code-fold > summary"
)
SUMMARY, CONTENTS = "Summary", "Contents"
WIDE = 8  # columns; the rows of a table of more are set as entries
KEPT = {"id", "href", "src", "alt", "class", "scope", "start", "lang", "title", "colspan", "rowspan"}


class Front(NamedTuple):
    """What the title page says. Rows are (label, value) pairs; whatever the case does not give has none."""

    title: str
    subtitle: str
    authors: list[str]
    day: str  # 2000-12-31
    question: str
    rows: list[tuple[str, str]]
    keywords: tuple[str, ...] = ()
    language: str = "en"


def front(meta: dict, work: Work) -> Front:
    """The title page of a report, from its case.yml and the work that it is cited as."""
    article = meta["article"]
    told = [article["title"], article.get("publisher", ""), long_day(article["date"])]
    rows = {
        "Version": work.version,
        "Publisher": work.publisher,
        "DOI": work.doi and f"{citation.RESOLVER}{work.doi}",
        "Address": work.url,
        "ORCID": ", ".join(f"{author.printed} {citation.ORCID}{author.orcid}" for author in work.authors if author.orcid),
        "Licence": work.licence,
        "Article": ", ".join(filter(None, told)),
        "Cite as": citation.cite(work, "apa").strip(),
    }
    authors = [", ".join(filter(None, (author.printed, author.affiliation))) for author in work.authors]
    given = [(label, value) for label, value in rows.items() if value]
    title, subtitle = line(meta["title"]), line(meta.get("subtitle"))
    return Front(title, subtitle, authors, work.date, work.abstract, given, work.keywords, work.language)


def sheet(page: str, front: Front) -> str:
    """The whole document as HTML, its pictures still addressed as in `page` (the text of the single page's file)."""
    found = BeautifulSoup(page, "html.parser")
    article = found.select_one("article.bd-article")
    # The theme repeats its list of chapters, for phones.
    captions = list(dict.fromkeys(caption.get_text(" ", strip=True) for caption in found.select("p.caption > .caption-text")))
    _strip(article)
    for table in article.select("table.data"):
        _table(found, table)
    for figure in article.select("figure.chart-figure"):
        figure["class"] = ["figure"]
    chapters = _chapters(article)
    made = BeautifulSoup("<!DOCTYPE html><html><head></head><body></body></html>", "html.parser")
    made.html["lang"] = front.language
    _head(made, front)
    made.body.append(_title_page(made, front))
    made.body.append(_contents(made, chapters, captions))
    main = made.new_tag("main")
    main.extend(chapter for part in chapters for chapter in part)
    made.body.append(main)
    _resolve(made)
    return str(made)


def _strip(article: Tag) -> None:
    """Take away what only a screen has a use for, and the sentence before a cell of which then nothing is left."""
    for cell in article.select("div.cell"):
        if not cell.select_one("div.cell_output"):
            before = cell.find_previous_sibling()
            if before is not None and before.name == "p" and not before.find("strong"):
                before.decompose()
            cell.decompose()
    for piece in article.select(FURNITURE):
        if not piece.decomposed:
            piece.decompose()
    for fold in article.select("details.code-fold, div.pst-scrollable-table-container, div.chooser, div.chart"):
        fold.unwrap()
    for link in article.select("a.reference.download"):
        link.unwrap()


def _chapters(article: Tag) -> list[list[Tag]]:
    """The chapters, by part: the opening page alone, then those of each part of the table of contents."""
    opening = article.find("section")
    parts = []
    for tree in opening.select("div.toctree-wrapper"):
        tree.extract()
        chapters = []
        for section in tree.find_all("section", recursive=False):
            anchor = section.find_previous_sibling()
            if anchor is not None and anchor.name == "span" and anchor.get("id"):
                section.insert(0, anchor.extract())  # where links to the chapter as a page lead
            chapters.append(section)
        parts.append(chapters)
    title = opening.find("h1")
    subtitle = title.find_next_sibling()
    if subtitle is not None and subtitle.name == "p" and not subtitle.get("class"):
        subtitle.decompose()  # both stand on the title page
    title.name, title.string = "h2", SUMMARY
    for rubric in opening.select("p.rubric"):
        rubric.name = "h3"
    return [[opening], *parts]


def _table(made: BeautifulSoup, table: Tag) -> None:
    """Give heads their scope; set the rows of a wide table as entries, since a page has no room for its columns."""
    heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
    for head in table.select("thead th"):
        head["scope"] = "col"
    classes = {"data"} | {"dictionary"} & set(table.get("class", []))
    if len(heads) > WIDE:
        classes.add("entries")
        for extra in table.select("thead th")[2:]:
            extra.decompose()
        for row in table.select("tbody tr"):
            _entry(made, row, heads)
    for group in table.select("colgroup"):
        group.decompose()
    table["class"] = sorted(classes)


def _entry(made: BeautifulSoup, row: Tag, heads: list[str]) -> None:
    """The cells of a row from the third on, each after its column's name, as lines of the second cell."""
    first, second, *rest = row.find_all("td", recursive=False)
    short, long = [], []
    for head, cell in zip(heads[2:], rest, strict=True):
        if cell.get_text(strip=True):
            (long if "long" in cell.get("class", []) else short).append((head, cell))
    for pairs in [short, *([pair] for pair in long)]:
        if not pairs:
            continue
        line = _with(made, "p", "fields")
        for head, cell in pairs:
            field = _with(made, "span", "field")
            label = _with(made, "span", "label")
            label.string = head
            field.append(label)
            field.append(" ")
            for number, paragraph in enumerate(cell.find_all("p")):
                if number:
                    field.append(" ")
                field.extend(list(paragraph.contents))
            line.append(field)
            line.append(" ")
        second.append(line)
    for cell in rest:
        cell.decompose()


def _head(made: BeautifulSoup, front: Front) -> None:
    title = _with(made, "title", "", f"{front.title}: {front.subtitle}" if front.subtitle else front.title)
    made.head.extend([made.new_tag("meta", attrs={"charset": "utf-8"}), title])
    given = {
        "author": "; ".join(front.authors),
        "description": front.question,
        "keywords": ", ".join(front.keywords),
        "generator": "Sourcebook",
        "dcterms.created": front.day,
        "dcterms.modified": front.day,
    }
    for name, content in given.items():
        if content:
            made.head.append(made.new_tag("meta", attrs={"name": name, "content": content}))


def _title_page(made: BeautifulSoup, front: Front) -> Tag:
    page = _with(made, "header", "title-page")
    page.append(_with(made, "p", "kind", "Report on one article, with its coded record"))
    page.append(_with(made, "h1", "", front.title))
    if front.subtitle:
        page.append(_with(made, "p", "subtitle", front.subtitle))
    page.append(_with(made, "p", "authors", " · ".join(front.authors)))
    page.append(_with(made, "p", "day", long_day(front.day)))
    page.append(_with(made, "p", "question", front.question))
    imprint = _with(made, "dl", "imprint")
    for label, value in front.rows:
        imprint.append(_with(made, "dt", "", label))
        imprint.append(_with(made, "dd", "", value))
    page.append(imprint)
    return page


def _contents(made: BeautifulSoup, parts: list[list[Tag]], captions: list[str]) -> Tag:
    """Chapters and their sections, each a link; the style sheet adds the page's number."""
    nav = _with(made, "nav", "contents")
    nav.append(_with(made, "h2", "", CONTENTS))
    nav.h2["id"] = "printed-contents"
    for number, chapters in enumerate(parts):
        if number and number <= len(captions):
            nav.append(_with(made, "p", "part", captions[number - 1]))
        listed = _with(made, "ul", "chapters")
        for chapter in chapters:
            item = _with(made, "li", "")
            item.append(_entry_of(made, chapter))
            sections = [section for section in chapter.find_all("section", recursive=False) if section.find("h3")]
            if sections and "dictionary-entry" not in sections[0].get("class", []):
                under = _with(made, "ul", "sections")
                for section in sections:
                    place = _with(made, "li", "")
                    place.append(_entry_of(made, section))
                    under.append(place)
                item.append(under)
            listed.append(item)
        nav.append(listed)
    return nav


def _entry_of(made: BeautifulSoup, section: Tag) -> Tag:
    link = _with(made, "a", "", section.find(["h2", "h3"]).get_text(" ", strip=True))
    link["href"] = f"#{section['id']}"
    return link


def _resolve(made: BeautifulSoup) -> None:
    """Let every link lead somewhere: one to a place that was left out becomes its text. Drop attributes of the screen."""
    known: set[str] = set()
    for tag in made.body.find_all(id=True):
        if tag["id"] in known:  # docutils numbers what has no name page by page, and all pages are one here
            del tag["id"]
        else:
            known.add(tag["id"])
    for link in made.body.find_all("a"):
        address = link.get("href", "")
        if "#" in address and not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
            link["href"] = address = "#" + address.rpartition("#")[2]
        if address.startswith("#") and address[1:] not in known or not address:
            link.unwrap()
    for tag in made.body.find_all(True):
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT}


def _with(made: BeautifulSoup, name: str, style: str, text: str = "") -> Tag:
    tag = made.new_tag(name)
    if style:
        tag["class"] = [style]
    if text:
        tag.string = text
    return tag


def long_day(day: str) -> str:
    """2000-12-31 as 31 December 2000, whatever the locale."""
    found = date.fromisoformat(day)
    return f"{found.day} {citation.MONTHS[found.month - 1]} {found.year}"
