"""Turns the tables of pages into tables of print: heads with a scope, true minus signs, wide rows set as entries."""

from bs4 import Tag

from sourcebook.press.markup import element, words

WIDE = 8  # columns; a page has no room for more, so the rows of such a table are set as entries
KEPT = {"dictionary"}  # what a table may be, beside data


def table(found: Tag) -> None:
    """Set one table of the pages for print, in its place."""
    heads = [words(head) for head in found.select("thead th")]
    for head in found.select("thead th"):
        head["scope"] = "col"
    for cell in found.select("td.number"):
        for text in cell.find_all(string=lambda text: text.strip().startswith("-")):
            text.replace_with(text.replace("-", "\N{MINUS SIGN}", 1))
    styles = {"data"} | KEPT & set(found.get("class", []))
    if len(heads) > WIDE:
        styles.add("entries")
        for head in found.select("thead th")[2:]:
            head.decompose()
        for row in found.select("tbody tr"):
            entry(row, heads)
    for group in found.select("colgroup"):
        group.decompose()
    found["class"] = sorted(styles)


def entry(row: Tag, heads: list[str]) -> None:
    """The cells of a row from the third on, each after its column's name, as lines of the second cell."""
    _, second, *rest = row.find_all("td", recursive=False)
    filled = [(head, cell) for head, cell in zip(heads[2:], rest, strict=True) if words(cell)]
    brief = [pair for pair in filled if "long" not in pair[1].get("class", [])]
    for pairs in [brief, *([pair] for pair in filled if pair not in brief)]:
        if pairs:
            line = element("p", "fields")
            for head, cell in pairs:
                line.extend([field(head, cell), " "])
            second.append(line)
    for cell in rest:
        cell.decompose()


def field(head: str, cell: Tag) -> Tag:
    """A cell's content behind the name of its column, from which it is never parted."""
    made = element("span", "field short" if "short" in cell.get("class", []) else "field")
    made.extend([element("span", "label", head), "\N{NO-BREAK SPACE}"])
    for number, paragraph in enumerate(cell.find_all("p")):
        if number:
            made.append(" ")
        made.extend(list(paragraph.contents))
    return made
