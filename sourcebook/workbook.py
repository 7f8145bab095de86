"""A spreadsheet's file (.xlsx, .ods, .csv), turned into sheets of cells that still know what the spreadsheet took them for."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree

from sourcebook.errors import SourcebookError
from sourcebook.words import count

LARGEST = 100_000_000  # bytes of a workbook, unpacked; a case has some 100 000
ROWS, COLUMNS = 20_000, 200  # at most, of a sheet
EXACT = 1e15  # from here on a spreadsheet loses digits
SUFFIXES = (".xlsx", ".ods", ".csv")
EMPTY, TEXT, NUMBER, DATE, TIME, TRUTH, FORMULA, ERROR = (
    "empty",
    "text",
    "number",
    "date",
    "time",
    "truth",
    "formula",
    "error",
)
# Where XML defines entities, which a few bytes can make fill a memory.
ENTITIES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le")[:-1])
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how .xlsx writes a sign that XML has no place for
# Excel's other ways to show a number: what was typed is not what the cell holds.
SHOWN_AS = {"%": "a percentage", "E+": "a number of another form", "?/": "a fraction"}


@dataclass(frozen=True)
class Cell:
    """What a cell holds: `text` as it would stand in a table, `kind` what the spreadsheet takes it for, `note` how it shows it."""

    kind: str = EMPTY
    text: str = ""
    note: str = ""


@dataclass
class Sheet:
    """`rows` are the number in the sheet and the cells of each row that is not empty, the header row first."""

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


def read(path: Path) -> list[Sheet]:
    """The sheets of a file, without those that are empty; SourcebookError where it is none, too large or encrypted.

    Nothing is computed or run: of a formula only that it is one is told.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise SourcebookError(f"{path.name}: a file to import ends in {', '.join(SUFFIXES)}. Save it as one of these.")
    try:
        if path.stat().st_size > LARGEST:
            raise SourcebookError(f"{path.name}: {path.stat().st_size} bytes, more than a case has. Name another file.")
        content = path.read_bytes()
    except OSError as error:
        raise SourcebookError(f"{path.name}: cannot be read ({error.strerror}). Name a spreadsheet's file.") from None
    if path.suffix.lower() == ".csv":
        sheets = [Sheet(path.stem, list(_kept(path, _plain(path, content))))]
    else:
        _safe(path, content)
        reader = _xlsx if path.suffix.lower() == ".xlsx" else _ods
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of looks and settings that are not read
                sheets = [Sheet(name, list(_kept(path, rows))) for name, rows in reader(content)]
        except SourcebookError:
            raise
        except Exception as error:  # a damaged file raises whatever its reader happens to trip over
            raise SourcebookError(
                f"{path.name}: cannot be read ({type(error).__name__}: {error}). Save it anew."
            ) from error
    return [sheet for sheet in sheets if sheet.rows]


def column(number: int) -> str:
    """The letters of a sheet's column, the first being 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _kept(path: Path, rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with something in them, without the empty cells at their end."""
    number = 0
    for line, cells in rows:
        while cells and cells[-1].kind == EMPTY:
            cells.pop()
        if cells:
            number += 1
            if number > ROWS or len(cells) > COLUMNS:
                raise SourcebookError(
                    f"{path.name}: more than {count(ROWS, 'row')} or {count(COLUMNS, 'column')}. Name a case's tables."
                )
            yield line, cells


def _safe(path: Path, content: bytes) -> None:
    """Refuse what is no workbook, and what would unpack to more than a workbook needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST or len(parts) > 10_000:
                raise SourcebookError(f"{path.name}: unpacked it is more than {LARGEST} bytes. It is not read.")
            if any(part.flag_bits & 1 for part in parts):
                raise SourcebookError(f"{path.name}: encrypted. Save it without a password.")
            for part in parts:  # no more of a part is ever unpacked than the list says
                with archive.open(part) as stream:
                    head = stream.read(4096)
                if any(mark in head for mark in ENTITIES):
                    raise SourcebookError(
                        f"{path.name}: defines entities of its own, as no spreadsheet does. It is not read."
                    )
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise SourcebookError(
            f"{path.name}: not a workbook ({error}), or encrypted. Save it as .xlsx or .ods without a password."
        ) from None


def _plain(path: Path, content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Rows of a CSV file, whatever sign a spreadsheet parts its cells with."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourcebookError(f"{path.name}: not UTF-8 (byte {error.start}). Save it as “CSV UTF-8”.") from None
    head = text.split("\n", 1)[0]
    told = head.strip().removeprefix("sep=") if head.startswith("sep=") else ""
    sign = told or max(",;\t", key=head.count)
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True), 1
    try:
        for record in reader:
            if not (told and line == 1):
                yield line, [Cell(TEXT, cell) if cell else Cell() for cell in record]
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourcebookError(f"{path.name}, row {line}: not CSV ({error}). Mend its quotation marks.") from None


def _xlsx(content: bytes) -> Iterator[tuple[str, Iterator]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        rows = sheet.iter_rows(min_row=1, min_col=1)
        yield sheet.title, ((line, [_excel(cell) for cell in row]) for line, row in enumerate(rows, 1))


def _excel(cell) -> Cell:
    value = cell.value
    if value is None or value == "":
        return Cell()
    if cell.data_type == "f":
        return Cell(FORMULA, str(getattr(value, "text", value)))
    if cell.data_type == "e":
        return Cell(ERROR, str(value))
    if isinstance(value, str):
        return Cell(TEXT, ESCAPED.sub(lambda found: chr(int(found[1], 16)), value))
    note = next((told for sign, told in SHOWN_AS.items() if sign in (cell.number_format or "")), "")
    return _typed(value, note)


def _typed(value, note: str = "") -> Cell:
    if isinstance(value, bool):
        return Cell(TRUTH, str(value).lower())
    if isinstance(value, datetime):
        return Cell(DATE, value.date().isoformat() if value.time() == time() else value.isoformat(" "))
    if isinstance(value, date):
        return Cell(DATE, value.isoformat())
    if isinstance(value, time | timedelta):
        return Cell(TIME, str(value))
    if abs(value) >= EXACT:
        return Cell(NUMBER, repr(value), "a number, of which it keeps 15 digits")
    return Cell(NUMBER, str(int(value)) if float(value).is_integer() else repr(value), note)


NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def _ods(content: bytes) -> Iterator[tuple[str, Iterator]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = ElementTree.fromstring(archive.read("content.xml"))
    for table in tree.iter(_name("table:table")):
        yield table.get(_name("table:name"), ""), _ods_rows(table)


def _ods_rows(table: ElementTree.Element) -> Iterator[tuple[int, list[Cell]]]:
    line = 1
    for row in table.iter(_name("table:table-row")):
        cells: list[Cell] = []
        for each in row:
            if each.tag in (_name("table:table-cell"), _name("table:covered-table-cell")):
                cell, times = _ods_cell(each), int(each.get(_name("table:number-columns-repeated"), 1))
                cells += [cell] * min(times, COLUMNS + 1)
        times = int(row.get(_name("table:number-rows-repeated"), 1))
        if any(cell.kind != EMPTY for cell in cells):
            for each in range(min(times, ROWS + 1)):
                yield line + each, list(cells)
        line += times


def _ods_cell(cell: ElementTree.Element) -> Cell:
    if formula := cell.get(_name("table:formula")):
        return Cell(FORMULA, formula)
    value = cell.get(_name("office:value"), "")
    match cell.get(_name("office:value-type")):
        case "float":
            return _typed(float(value))
        case "percentage" | "currency" as kind:
            note = "a percentage" if kind == "percentage" else "an amount of money"
            return _typed(float(value), note)
        case "date":
            return _typed(datetime.fromisoformat(cell.get(_name("office:date-value"), "")))
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


def written(sheets: dict[str, tuple[list[str], list[list[str]]]]) -> bytes:
    """A workbook (.xlsx) of tables, by name: their columns and rows. Every cell, also one still empty, is formatted as text,
    so that a spreadsheet makes neither a date nor a number of what is typed into it.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    for name, (columns, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number in range(1, len(columns) + 1):
            sheet.column_dimensions[column(number)].number_format = "@"
        for line, cells in enumerate([columns, *rows], 1):
            for number, text in enumerate(cells, 1):
                cell = sheet.cell(line, number)
                cell.number_format = "@"
                if text:
                    cell.value, cell.data_type = (
                        ESCAPED.sub(r"_x005F\g<0>", text),
                        "s",
                    )  # text, even where it begins like a formula
                if line == 1:
                    cell.font = Font(bold=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
