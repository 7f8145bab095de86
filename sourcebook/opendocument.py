"""An OpenDocument spreadsheet (.ods), turned into rows of cells: of its one XML file only what a table needs is read."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

from sourcebook.cells import EMPTY, FORMULA, TEXT, TIME, TRUTH, Cell, typed

NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def sheets(content: bytes, rows: int, columns: int) -> Iterator[tuple[str, Iterator]]:
    """Name and rows (number and cells) of every sheet; of a row or a cell that is repeated more often than a sheet may have
    rows or columns, one more than these, so that the reader sees it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = ElementTree.fromstring(archive.read("content.xml"))
    for table in tree.iter(_name("table:table")):
        yield table.get(_name("table:name"), ""), _rows(table, rows, columns)


def _rows(table: ElementTree.Element, rows: int, columns: int) -> Iterator[tuple[int, list[Cell]]]:
    line = 1
    for row in table.iter(_name("table:table-row")):
        cells: list[Cell] = []
        for each in row:
            if each.tag in (_name("table:table-cell"), _name("table:covered-table-cell")):
                cell, times = _cell(each), int(each.get(_name("table:number-columns-repeated"), 1))
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
            return typed(float(value))
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
