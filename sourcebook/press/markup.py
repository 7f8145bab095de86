"""Turns a name, a class and a text into an element of the printed document; the text is never markup."""

from bs4 import BeautifulSoup, Tag


def element(name: str, style: str = "", text: str = "", **attributes: str) -> Tag:
    tag = BeautifulSoup("", "html.parser").new_tag(name, attrs=attributes)
    if style:
        tag["class"] = style.split()
    if text:
        tag.string = text
    return tag


def words(tag: Tag) -> str:
    """The text of an element on one line."""
    return " ".join(tag.get_text(" ", strip=True).split())
