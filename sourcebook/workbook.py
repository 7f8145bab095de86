"""A spreadsheet's file (.xlsx, .ods, .csv), turned into sheets of cells that still know what the spreadsheet took them for."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from sourcebook import opendocument
from sourcebook.cells import EMPTY, ERROR, FORMULA, TEXT, Cell, typed
from sourcebook.cells import letters as column
from sourcebook.errors import SourcebookError
from sourcebook.words import count

LARGEST = 20_000_000  # bytes of a workbook, unpacked; a case has some 100 000
TAGS = 2_000_000  # of one part; a sheet of 20 000 rows has some 1 500 000, and each takes a hundred bytes of memory
LONGEST = 32_767  # UTF-16 units of a cell; a spreadsheet cuts the rest off
ROWS, COLUMNS = 20_000, 200  # at most, of a sheet
SUFFIXES = (".xlsx", ".ods", ".csv")
# Where XML defines entities, which a few bytes can make fill a memory.
ENTITIES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le")[:-1])
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how .xlsx writes a sign that XML has no place for
# Excel's other ways to show a number: what was typed is not what the cell holds.
SHOWN_AS = {"%": "a percentage", "E+": "a number of another form", "?/": "a fraction"}


@dataclass
class Sheet:
    """`rows` are the number in the sheet and the cells of each row that is not empty, the header row first.

    merged: the ranges of its merged cells, as A1:B2; hidden: whether the spreadsheet does not show it.
    """

    name: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden: bool = False


def read(path: Path) -> list[Sheet]:
    """The sheets of a file, without those that are empty; SourcebookError where it is none, too large or encrypted.

    Nothing is computed or run: of a formula only that it is one is told.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise SourcebookError(f"{path.name}: a file to import ends in {', '.join(SUFFIXES)}. Save it as one of these.")
    try:
        if path.exists() and not path.is_file():  # reading a pipe or a device would wait for ever, or never end
            raise SourcebookError(f"{path.name}: not a file. Name a spreadsheet's file.")
        if path.stat().st_size > LARGEST:
            raise SourcebookError(f"{path.name}: {path.stat().st_size} bytes, more than a case has. Name another file.")
        content = path.read_bytes()
    except OSError as error:
        raise SourcebookError(f"{path.name}: cannot be read ({error.strerror}). Name a spreadsheet's file.") from None
    if path.suffix.lower() == ".csv":
        sheets = list(_kept(path, [(path.stem, _plain(path, content))]))
    else:
        _safe(path, content)
        office = path.suffix.lower() == ".xlsx"
        reader = _xlsx if office else partial(opendocument.sheets, rows=ROWS, columns=COLUMNS)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of looks and settings that are not read
                sheets = list(_kept(path, reader(content)))
                for sheet, (hidden, merged) in zip(sheets, (_odd if office else opendocument.odd)(content)):
                    sheet.hidden, sheet.merged = hidden, merged
        except SourcebookError:
            raise
        except Exception as error:  # a damaged file raises whatever its reader happens to trip over
            raise SourcebookError(
                f"{path.name}: cannot be read ({type(error).__name__}: {error}). Save it anew."
            ) from error
    return [sheet for sheet in sheets if sheet.rows]


def _kept(path: Path, sheets: Iterable[tuple[str, Iterator[tuple[int, list[Cell]]]]]) -> Iterator[Sheet]:
    """Sheets with the rows that have something in them, without the empty cells at a row's end."""
    held = 0
    for name, rows in sheets:
        sheet = Sheet(name)
        for line, cells in rows:
            while cells and cells[-1].kind == EMPTY:
                cells.pop()
            if not cells:
                continue
            if len(sheet.rows) == ROWS or len(cells) > COLUMNS:
                raise SourcebookError(
                    f"{path.name}: more than {count(ROWS, 'row')} or {count(COLUMNS, 'column')}. Name a case's tables."
                )
            held += sum(len(cell.text) for cell in cells)
            if held > LARGEST:  # a text that a file holds once may stand in any number of its cells
                raise SourcebookError(
                    f"{path.name}, sheet {name[:80]}, row {line}: with it the cells hold more than "
                    f"{count(LARGEST, 'character')}. Name a case's tables."
                )
            sheet.rows.append((line, cells))
        yield sheet


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
                content = archive.read(part)
                if content.count(b"<") > TAGS:
                    raise SourcebookError(
                        f"{path.name}: more than {TAGS} tags in {part.filename[:80]}. It is not read."
                    )
                if any(mark in content for mark in ENTITIES):  # a comment of any length may stand before it
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
    if len(told) > 1 or told == '"':
        raise SourcebookError(
            f"{path.name}, row 1: names “{told[:40]}” as what parts its cells, and one sign is needed. Delete that line."
        )
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

    _told_apart(content)
    book = load_workbook(io.BytesIO(_kept_escapes(content)), read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        yield sheet.title, _filled(sheet)


def _told_apart(content: bytes) -> None:
    """ValueError where two sheets are one part of the file: it would be read for each of them, of which there may be thousands."""
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    parts = [part.target for _, part in reader.parser.find_sheets()]
    if len(set(parts)) < len(parts):
        raise ValueError("two of its sheets are one part of the file")


def _filled(sheet) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet up to their last cell that is not empty, or of one too wide to a cell more than a sheet may have.

    openpyxl's own rows would have every empty row and cell that stands before these, and a few bytes can name trillions.
    """
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for line, parts in parser.parse():
            cells: list[Cell] = []
            for part in parts:
                if part["value"] in (None, ""):
                    continue
                place = min(part["column"], COLUMNS + 1)  # what is too wide is told by its width alone
                cells += [Cell()] * (place - len(cells))
                cells[place - 1] = _excel(ReadOnlyCell(sheet, **part))
            yield line, cells


def _kept_escapes(content: bytes) -> bytes:
    """The archive with each x005F_ of its shared strings written so that openpyxl, which drops it there, leaves it.

    _x005F_x0041_ stands for the text _x0041_; without the first part it would stand for A.
    """
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(kept, "w") as copy:
        for part in archive.infolist():
            data = archive.read(part)
            if part.filename.lower().endswith("sharedstrings.xml"):
                data = data.replace(b"x005F_", b"xx005F_005F_")
            copy.writestr(part.filename, data)
    return kept.getvalue()


def _odd(content: bytes) -> Iterator[tuple[bool, list[str]]]:
    """Of every sheet of a workbook, in their order: whether it is hidden, and the ranges of its merged cells."""
    from openpyxl import load_workbook

    # Read only, openpyxl tells nothing of merged cells, and else it unpacks whatever a sheet claims to hold.
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for sheet in book.worksheets:
            with archive.open(sheet._worksheet_path) as stream:
                merged = []
                for _, element in ElementTree.iterparse(stream):
                    if element.tag.rpartition("}")[2] == "mergeCell":
                        merged.append(element.get("ref", ""))
                    element.clear()
            yield sheet.sheet_state != "visible", merged


def _excel(cell) -> Cell:
    value = cell.value
    if value is None or value == "":
        return Cell()
    if cell.data_type == "f":
        return Cell(FORMULA, str(getattr(value, "text", value)))
    if cell.data_type == "e":
        return Cell(ERROR, str(value))
    if isinstance(value, str):
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return Cell(TEXT, text, as_text=cell.number_format == "@")
    note = next((told for sign, told in SHOWN_AS.items() if sign in (cell.number_format or "")), "")
    return typed(value, note, cell.number_format in ("General", "@", "0"))


def fits(text: str) -> bool:
    """Whether a workbook's cell can hold a text, with what has to be written otherwise in it."""
    return len(_escaped(text).encode("utf-16-le", "surrogatepass")) <= 2 * LONGEST


def _escaped(text: str) -> str:
    return ESCAPED.sub(r"_x005F\g<0>", text)


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
                    cell.value, cell.data_type = _escaped(text), "s"  # text, even where it begins like a formula
                if line == 1:
                    cell.font = Font(bold=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
