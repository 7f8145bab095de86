"""Sheets that people edit, turned into a case's tables, and back; on any fault the case stays as it is."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sourcebook import files, spreadsheet, workbook
from sourcebook.article import Article
from sourcebook.cells import DATE, ERROR, FORMULA, NUMBER, TIME, TRUTH, Cell
from sourcebook.check import check, described
from sourcebook.errors import UNPRINTABLE, CaseError, Fault, SourcebookError, choices, nearest
from sourcebook.passages import RAGGED, RAGGED_CURE, anchor
from sourcebook.schema import PASSAGE, Schema
from sourcebook.table import Table, csv_text
from sourcebook.words import count
from sourcebook.workbook import Sheet

CURE = "Nothing was written. Mend these and import again."
AS_TEXT = "format the column as text, then type it again"
# What a spreadsheet made of a text, by the kind of cell.
MADE = {DATE: "a date", TIME: "a time", TRUTH: "a truth value"}


@dataclass
class Filled:
    """A table as a sheet has it: its columns in the schema's order, its rows as text, and the number of each in the sheet."""

    table: str
    label: str
    columns: list[str]
    rows: list[list[str]]
    lines: list[int]


def bring(folder: Path, paths: Iterable[Path], article: Article | None = None) -> dict[str, int]:
    """Put the tables of these files in the place of a case's own; raise CaseError, and write nothing, where one has a fault.

    The number of rows of each table that changed; a table with the same cells keeps its bytes. A table may have the
    column of quoted passages: with the article they are anchored on the way. What was wrong in other tables before does
    not stand in the way; what becomes wrong there does.
    """
    schema = described(folder)
    filled, faults = _gathered(paths, schema)
    if faults:
        raise CaseError(folder.name, faults, CURE)
    with tempfile.TemporaryDirectory(prefix="sourcebook-") as scratch:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))  # such as the lock of an editor
        changed = {table: len(each.rows) for table, each in filled.items() if _put(copy / f"{table}.csv", each)}
        for name in changed:
            if PASSAGE in filled[name].columns:
                table = Table(copy / f"{name}.csv")
                if article:
                    faults += anchor(table, article).faults
                    files.write(table.path, table.text())
                else:
                    right = "the article's text is not at hand: pass it with --article, or keep a copy in articles/"
                    faults.append(Fault(table.path.name, "its passages are quoted and not anchored", right, PASSAGE))
        own = {f"{table}.csv" for table in filled}
        before = set(check(folder, article))
        # What is said of the column of passages as a whole is told row by row already.
        faults += [
            fault
            for fault in check(copy, article)
            if (fault.file in own or fault not in before) and fault.column != PASSAGE
        ]
        if faults:
            told = own & {fault.file for fault in faults}
            places = {file: _places(copy / file, filled[file.removesuffix(".csv")]) for file in told}
            raise CaseError(folder.name, [_there(fault, filled, places) for fault in faults], CURE)
        if changed:  # else a shell that is in the folder would find itself in one that is gone
            files.swap(folder, {f"{table}.csv": (copy / f"{table}.csv").read_bytes() for table in changed})
    return changed


def _put(path: Path, filled: Filled) -> bool:
    """Write a table, unless the file has the very same cells; whether it was written."""
    try:
        now = Table(path)
        same = now.columns == filled.columns and [list(row.values()) for _, row in now.rows()] == filled.rows
    except SourcebookError:
        same = False  # what cannot be read is put right
    if not same:
        files.write(path, csv_text(filled.columns, filled.rows))
    return not same


def _places(path: Path, each: Filled) -> dict[int, int]:
    """The rows of a sheet by the lines of the table that was made from it."""
    return {line: place for (line, _), place in zip(Table(path).rows(), each.lines)}


def _there(fault: Fault, filled: dict[str, Filled], places: dict[str, dict[int, int]]) -> Fault:
    """A fault of a table, told of the sheet that it was made from."""
    each = filled.get(fault.file.removesuffix(".csv"))
    if not each:
        return fault
    return replace(fault, file=each.label, row=places[fault.file].get(fault.row, fault.row))


def _gathered(paths: Iterable[Path], schema: Schema) -> tuple[dict[str, Filled], list[Fault]]:
    filled: dict[str, Filled] = {}
    faults: list[Fault] = []
    for path in paths:
        sheets = workbook.read(path)
        if not sheets:
            faults.append(Fault(path.name, "there is nothing in it", "name a file with tables"))
        for sheet in sheets:
            label = path.name if path.suffix.lower() == ".csv" else f"{path.name}, sheet {sheet.name}"
            alone = len(sheets) == 1 and path.stem.strip().lower()
            table = next((name for name in (sheet.name.strip().lower(), alone) if name in schema.tables), "")
            if not table and sheet.name.startswith("_"):
                continue  # somebody's own
            if not table:
                right = (
                    f"call it like its table, or _{sheet.name} to leave it out; {choices(sheet.name, schema.tables)}"
                )
                faults.append(Fault(label, f"no table is called “{sheet.name}”", right))
            elif table in filled:
                faults.append(Fault(label, f"{table} came before, from {filled[table].label}", "import one of them"))
            else:
                filled[table] = _filled(table, label, sheet, schema, faults)
    return filled, faults


def _filled(table: str, label: str, sheet: Sheet, schema: Schema, faults: list[Fault]) -> Filled:
    (line, head), *body = sheet.rows
    if sheet.hidden:
        faults.append(Fault(label, "the sheet is hidden", f"show it, or call it _{sheet.name} to leave it out"))
    faults += [
        Fault(label, f"the cells {each} are merged, and hold one value", "unmerge them, and fill in each")
        for each in sheet.merged
    ]
    names, fields = [cell.text.strip() for cell in head], schema.tables[table]
    columns = [*fields, *([PASSAGE] if table in schema.anchored and PASSAGE in names else [])]
    for place, name in enumerate(names, 1):
        where = f"column {workbook.column(place)}"
        if not name and any(len(cells) >= place and cells[place - 1].text for _, cells in body):
            faults.append(Fault(label, f"{where} has no name", "name it, or empty it", row=line))
        elif name and name not in columns:
            right = f"the columns are {', '.join(columns)}{nearest(name, columns)}"
            faults.append(Fault(label, f"{where} is called “{name}”", right, row=line))
        elif name and names.index(name) < place - 1:
            faults.append(Fault(label, f"{where} is a second “{name}”", "leave one of them", row=line))
    missing = [name for name in columns if name not in names]
    if missing:
        right = f"the first row of the sheet holds {', '.join(columns)}"
        faults.append(Fault(label, f"no column {', '.join(missing)}", right, row=line))
    filled = Filled(table, label, columns, [], [])
    for line, cells in body:
        cells = [*cells, *[Cell()] * (len(names) - len(cells))]
        id = cells[names.index("id")].text if "id" in names else ""
        for place, cell in enumerate(cells, 1):
            name = names[place - 1] if place <= len(names) else ""
            where = f"{workbook.column(place)}{line}"
            if place > len(names) and cell.text:
                faults.append(Fault(label, f"cell {where} stands beside the table", "empty it", row=line, id=id))
            kind = fields.get(name, {}).get("type", "string")
            for found, right in _odd(cell, kind, where):
                faults.append(Fault(label, found, right, name, line, id))
        filled.rows.append([cells[names.index(name)].text if name in names else "" for name in columns])
        filled.lines.append(line)
    return filled


def _odd(cell: Cell, kind: str, where: str) -> Iterator[tuple[str, str]]:
    """What a spreadsheet made of a cell that is not what stands in a table of this project."""
    if cell.kind == FORMULA:
        yield f"cell {where} holds the formula {cell.text[:40]}", "write its value in its place"
    elif cell.kind == ERROR:
        yield f"cell {where} holds the error {cell.text}", "write a value in its place"
    elif cell.kind == DATE and kind == "date":
        if len(cell.text) > 10:
            yield f"cell {where} holds {cell.text}", "a day has no time: write the day alone"
    elif cell.kind in MADE:
        made = MADE[cell.kind]
        yield f"cell {where} holds {made}, {cell.text}", f"the spreadsheet turned the text into {made}: {AS_TEXT}"
    elif cell.kind == NUMBER and cell.note:
        yield f"cell {where} holds {cell.text}", f"the spreadsheet turned the text into {cell.note}: {AS_TEXT}"
    elif cell.kind == NUMBER and kind == "string" and not (cell.as_text and cell.text.isdecimal()):
        right = f"the spreadsheet turned the text into a number, and may have changed it: {AS_TEXT}"
        yield f"cell {where} holds the number {cell.text}", right
    elif cell.as_text:
        return  # what was typed into such a cell is what it holds
    elif cell.text.startswith("'") and spreadsheet.FORMULA.match(cell.text[1:]):
        right = "the apostrophe only keeps a spreadsheet from taking the text for a formula: delete it"
        yield f"cell {where} begins with an apostrophe, “{cell.text[:40]}”", right


def out(folder: Path) -> bytes:
    """A workbook (.xlsx) of all tables of a case, to be edited and brought back; CaseError where a cell would not come back."""
    schema, sheets, faults = described(folder), {}, []
    for name in schema.tables:
        table = Table(folder / f"{name}.csv")
        rows = table.rows()
        sheets[name] = table.columns, [list(row.values()) for _, row in rows]
        if fault := table.misread(schema.tables[name]):
            faults.append(fault)
            continue
        faults += [Fault(table.path.name, RAGGED, RAGGED_CURE, row=line) for line in table.ragged()]
        for line, row in [(1, dict(zip(table.columns, table.columns))), *rows]:
            for column, text in row.items():
                told = partial(
                    Fault, table.path.name, column=column, row=line, id=row["id"] if "id" in row and line > 1 else ""
                )
                if odd := UNPRINTABLE.search(text):
                    faults.append(told(f"the character U+{ord(odd[0]):04X}, which a workbook cannot hold", "delete it"))
                elif not workbook.fits(text):
                    right = f"a workbook's cell holds {workbook.LONGEST} at most: shorten it"
                    faults.append(told(f"{count(len(text), 'character')} in one cell", right))
    if faults:
        raise CaseError(folder.name, faults, "Nothing was written. Mend these and export again.")
    return workbook.written(sheets)
