"""A table's CSV file, turned into cells that can be written one by one while every other byte stays as it was."""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from sourcebook.errors import Fault, SourcebookError, nearest

# A cell with its quotation marks, and what ends it. Lines may end as Windows, Unix or an old Macintosh end them.
CELL = re.compile(r'("(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|)(,|\r\n|\n|\r|\Z)')


class Table:
    """The file `path` as it is written.

    `columns` are those of the header row; a row is known by its line of the file, the header being 1, as in every
    message. Raises SourcebookError where the file cannot be read as CSV in UTF-8 with commas.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.stem
        try:
            content = path.read_bytes()
            text = content.decode("utf-8-sig")
        except OSError as error:
            raise SourcebookError(f"{path.name}: cannot be read ({error.strerror}).") from None
        except UnicodeDecodeError as error:
            raise SourcebookError(
                f"{path.name}: not UTF-8 (byte {error.start}). Save the file as CSV in UTF-8."
            ) from None
        self._mark = "\ufeff" if content.startswith(codecs.BOM_UTF8) else ""
        self._records = _split(text, path.name)
        self._at = dict(self._records)
        self.columns = [_plain(raw) for raw in self._records[0][1][0]] if self._records else []

    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """Line and cells by column of every row that is not blank; cells that are missing are empty."""
        found = []
        for line, (cells, _) in self._records[1:]:
            values = [_plain(raw) for raw in cells] + [""] * len(self.columns)
            if any(values):
                found.append((line, dict(zip(self.columns, values, strict=False))))
        return found

    def ragged(self) -> list[int]:
        """Lines of the rows that have more or fewer cells than there are columns; of all, where two columns share a name."""
        all_ = len(set(self.columns)) < len(self.columns)
        return [line for line, (raw, _) in self._records[1:] if any(raw) and (all_ or len(raw) != len(self.columns))]

    def misread(self, columns: Iterable[str]) -> Fault | None:
        """Why its rows cannot be read by these columns; None where the header row names each of them once."""
        header = ",".join(self.columns)
        if "," not in header and (";" in header or "\t" in header):
            right = f"save it with commas, or let sourcebook import {self.path.parent.name} {self.path.name} do it"
            return Fault(self.path.name, "its cells are not parted by commas", right)
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            return Fault(self.path.name, f"the header row names {', '.join(twice)} twice", "leave one of them", row=1)
        if missing := [name for name in columns if name not in self.columns]:
            close = nearest(missing[0], self.columns).replace("did you mean", "is it").removesuffix("?")
            right = f"name each column in the header row{close}{'?' if close else ''}"
            return Fault(self.path.name, f"no column {', '.join(missing)}", right, row=1)
        return None

    def set(self, line: int, cells: dict[str, object]) -> None:
        """Write these cells of a row, by column, with quotation marks only where they are needed."""
        raw = self._at[line][0]
        raw += [""] * (len(self.columns) - len(raw))
        for column, value in cells.items():
            raw[self.columns.index(column)] = written([str(value)])

    def drop(self, column: str) -> None:
        """Take a column away, its header too."""
        place = self.columns.index(column)
        self.columns.pop(place)
        for _, (raw, _) in self._records:
            if len(raw) > max(place, 1):
                raw.pop(place)

    def text(self) -> str:
        return self._mark + "".join(",".join(raw) + end for _, (raw, end) in self._records)


def written(cells: list[str]) -> str:
    """One record of CSV without the end of its line: quotation marks only where they are needed."""
    # Only with this line end does every Python put quotation marks around a cell with a bare carriage return.
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    text = line.getvalue().removesuffix("\r\n")
    return "" if text == '""' else text


def csv_text(columns: list[str], rows: list[list[str]]) -> str:
    """A whole table as this project writes it: minimal quotation marks, lines ending in a line feed."""
    return "".join(f"{written(cells)}\n" for cells in [columns, *rows])


def _plain(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def _split(text: str, file: str) -> list[tuple[int, tuple[list[str], str]]]:
    """The records of a file: on which line each begins, its cells as they are written, and the end of its last line."""
    records, cells, place, line, begins = [], [], 0, 1, 1
    while place < len(text):
        found = CELL.match(text, place)
        if not found:
            raise SourcebookError(
                f"{file}, row {line}: a quotation mark is not closed, or stands inside a cell. Mend it."
            )
        cells.append(found[1])
        line += len(re.findall(r"\r\n|\n|\r", found[0]))
        place = found.end()
        if found[2] != "," or place == len(text):
            if found[2] == ",":
                cells.append("")
            records.append((begins, (cells, found[2].removeprefix(","))))
            cells, begins = [], line
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        read = list(reader)
    except csv.Error as error:  # a cell of more than 131 072 characters
        raise SourcebookError(f"{file}, row {reader.line_num}: cannot be read as CSV ({error}). Mend it.") from None
    if [[_plain(raw) for raw in raws] for _, (raws, _) in records] != [record or [""] for record in read]:
        raise SourcebookError(f"{file}: cannot be read as CSV without doubt. Mend its quotation marks.")
    return records
