"""An OpenDocument spreadsheet (.ods), turned into rows of cells: of its one XML file only what a table needs is read."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

from sourcebook.cells import EMPTY, FORMULA, TEXT, TIME, TRUTH, Cell, letters, typed

NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}

BLANKS = 100_000  # at most, that a document writes as their number


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def sheets(content: bytes, rows: int, columns: int) -> Iterator[tuple[str, Iterator]]:
    """Name and rows (number and cells) of every sheet; of a row or a cell that is repeated more often than a sheet may have
    rows or columns, one more than these, so that the reader sees it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = ElementTree.fromstring(archive.read("content.xml"))
    blanks = sum(int(each.get(_name("text:c"), 1)) for each in tree.iter(_name("text:s")))
    if blanks > BLANKS:
        raise ValueError(f"{blanks} blanks in its cells")
    for table in tree.iter(_name("table:table")):
        yield table.get(_name("table:name"), ""), _rows(table, rows, columns)


def odd(content: bytes) -> Iterator[tuple[bool, list[str]]]:
    """Of every sheet, in their order: whether it is hidden, and its merged cells, each by its first and last, as A1:B2."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = ElementTree.fromstring(archive.read("content.xml"))
    unseen = {
        style.get(_name("style:name"))
        for style in tree.iter(_name("style:style"))
        if any(each.get(_name("table:display")) == "false" for each in style.iter(_name("style:table-properties")))
    }
    for table in tree.iter(_name("table:table")):
        yield table.get(_name("table:style-name")) in unseen, list(_merged(table))


def _merged(table: ElementTree.Element) -> Iterator[str]:
    line = 1
    for row in table.iter(_name("table:table-row")):
        place = 1
        for cell in row:
            if cell.tag in (_name("table:table-cell"), _name("table:covered-table-cell")):
                wide, high = (int(cell.get(_name(f"table:number-{of}-spanned"), 1)) for of in ("columns", "rows"))
                if wide > 1 or high > 1:
                    yield f"{letters(place)}{line}:{letters(place + wide - 1)}{line + high - 1}"
                place += int(cell.get(_name("table:number-columns-repeated"), 1))
        line += int(row.get(_name("table:number-rows-repeated"), 1))


def _rows(table: ElementTree.Element, rows: int, columns: int) -> Iterator[tuple[int, list[Cell]]]:
    line = 1
    for row in table.iter(_name("table:table-row")):
        cells: list[Cell] = []
        for each in row:
            if each.tag in (_name("table:table-cell"), _name("table:covered-table-cell")):
                cell, times = _cell(each), int(each.get(_name("table:number-columns-repeated"), 1))
                if len(cells) > columns:  # only whether anything stands there matters still
                    if cell.kind == EMPTY:
                        continue
                    cells.append(cell)
                    break
                cells += [cell] * min(times, columns + 1)
        times = int(row.get(_name("table:number-rows-repeated"), 1))
        if any(cell.kind != EMPTY for cell in cells):
            for each in range(min(times, rows + 1)):
                yield line + each, list(cells)
        line += times


def _cell(cell: ElementTree.Element) -> Cell:
    if formula := cell.get(_name("table:formula")):
        return Cell(FORMULA, formula)
    value = cell.get(_name("office:value"), "")
    match cell.get(_name("office:value-type")):
        case "float":
            number = typed(float(value))
            return replace(number, as_text=_text(cell) in ("", number.text))
        case "percentage" | "currency" as kind:
            note = "a percentage" if kind == "percentage" else "an amount of money"
            return typed(float(value), note)
        case "date":
            return typed(datetime.fromisoformat(cell.get(_name("office:date-value"), "")))
        case "time":
            return Cell(TIME, _text(cell))
        case "boolean":
            return Cell(TRUTH, cell.get(_name("office:boolean-value"), ""))
    text = cell.get(_name("office:string-value")) or _text(cell)
    return Cell(TEXT, text) if text else Cell()


def _text(cell: ElementTree.Element) -> str:
    """The text of a cell, without a comment that is pinned to it; each paragraph is a line."""
    return "\n".join("".join(_signs(part)) for part in cell.findall(_name("text:p")))


def _signs(part: ElementTree.Element) -> Iterator[str]:
    yield part.text or ""
    for each in part:
        if each.tag == _name("text:s"):
            yield " " * int(each.get(_name("text:c"), 1))
        elif each.tag == _name("text:tab"):
            yield "\t"
        elif each.tag == _name("text:line-break"):
            yield "\n"
        elif each.tag != _name("office:annotation"):
            yield from _signs(each)
        yield each.tail or ""
