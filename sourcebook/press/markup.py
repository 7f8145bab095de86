"""Turns a name, a class and a text into an element of the printed document; the text is never markup."""

import re
import unicodedata

from bs4 import BeautifulSoup, Tag

# A pictograph with what only changes how it looks: its colour, its form, the joint to the next one.
PICTOGRAPH = re.compile("([\U0001f000-\U0001faff])[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*")


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


def spelled(text: str) -> str:
    """Text with each pictograph (an emoji), which a report's typefaces lack, by its Unicode name: “[circus tent]”."""
    return PICTOGRAPH.sub(lambda found: f"[{unicodedata.name(found[1], 'symbol').lower()}]", text)
