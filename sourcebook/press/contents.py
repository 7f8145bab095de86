"""Turns the chapters of a printed report into its contents, its list of figures and tables, and its index of rows.

Each is a list of links; the style sheet puts the number of the page behind them.
"""

import re

from bs4 import Tag

from sourcebook.press.markup import element, words

CONTENTS, LISTS, INDEX = "Contents", "Figures and tables", "Index of rows"


def contents(parts: list[list[Tag]], captions: list[str]) -> Tag:
    """Chapters and their sections; the first part, the opening page, has no caption."""
    nav = _nav("printed-contents", CONTENTS)
    for number, chapters in enumerate(parts):
        if 0 < number <= len(captions):
            nav.append(element("p", "part", captions[number - 1]))
        listed = element("ul", "chapters")
        for chapter in chapters:
            item = element("li")
            item.append(_link(chapter["id"], words(chapter.find("h2"))))
            sections = [section for section in chapter.find_all("section", recursive=False) if section.find("h3")]
            if sections and "dictionary-entry" not in sections[0].get("class", []):
                item.append(_list("sections", [(section["id"], words(section.find("h3"))) for section in sections]))
            listed.append(item)
        nav.append(listed)
    return nav


def lists(parts: list[list[Tag]]) -> Tag | None:
    """The numbered figures, then the numbered tables, by their captions; None where there are none."""
    nav = _nav("printed-lists", LISTS)
    for kind, tag in (("Figures", "figure"), ("Tables", "table")):
        found = [
            (piece["id"], words(caption))
            for chapters in parts
            for chapter in chapters
            for piece in chapter.find_all(tag, id=True)
            if (caption := piece.find(["figcaption", "caption"])) is not None and caption.select_one(".caption-number")
        ]
        if found:
            nav.append(element("p", "part", kind))
            nav.append(_list("captions", found))
    return nav if nav.find("ul") else None


def index(parts: list[list[Tag]]) -> Tag | None:
    """Where each coded row stands, in the order of the ids; None where no row has a place."""
    rows = [row["id"] for chapters in parts for chapter in chapters for row in chapter.select("tr[id]")]
    if not rows:
        return None
    chapter = element("section", "rows", id="printed-rows")
    chapter.append(element("h2", "", INDEX))
    chapter.append(_list("", [(row, row) for row in sorted(set(rows), key=_order)]))
    return chapter


def _order(row: str) -> list:
    """C2 before C10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", row)]


def _nav(identifier: str, title: str) -> Tag:
    nav = element("nav", "contents", id=identifier)
    nav.append(element("h2", "", title))
    return nav


def _list(style: str, links: list[tuple[str, str]]) -> Tag:
    listed = element("ul", style)
    for identifier, text in links:
        item = element("li")
        item.append(_link(identifier, text))
        listed.append(item)
    return listed


def _link(identifier: str, text: str) -> Tag:
    return element("a", "", text, href=f"#{identifier}")
