"""A case's files, turned into the list of those that are too large to be parsed: what costs a machine its memory or minutes
is refused before anything reads it.
"""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from sourcebook.errors import Fault
from sourcebook.paths import CASE, COMMENTARY, MULTIVERSE, OUTCOMES, PACKAGE, REFERENCES
from sourcebook.words import count

TABLE = 100_000_000  # bytes of a table, hundreds of times what one has
LINES = 500_000  # of a table; a register of 50 000 rows has some 80 000, and each takes some hundred times its bytes once read
FILE = 2_000_000  # bytes of any other file of a case, likewise
CELL = 10_000  # characters; the longest gist of a case has some 300
TEXT = 50_000  # characters of a commentary, which is a page or two
# Marks of Markdown. The time to read a block grows with the square of those in it, so the squares are added up; a page of prose has
# some dozens of marks, and 10 000 in one block take a second.
MARKS = 10_000
MARK = re.compile(r"[*_~\[\]`]")


def files(folder: Path) -> list[Fault]:
    """Files of a case that are larger than a case has use for, in bytes, or in lines where they are tables."""
    named = [folder / name for name in (PACKAGE, CASE, REFERENCES, MULTIVERSE)]
    named.append((folder / OUTCOMES).with_suffix(".json"))
    named += [*sorted(folder.glob("*.csv")), *sorted(folder.glob(f"{COMMENTARY}/*.md"))]
    faults = []
    for path in named:
        most = TABLE if path.suffix == ".csv" else FILE
        if path.is_file() and path.stat().st_size > most:
            found = f"{path.stat().st_size} bytes"
            faults.append(
                Fault(path.relative_to(folder).as_posix(), found, f"at most {most} bytes are read: shorten it")
            )
        elif path.suffix == ".csv" and path.is_file() and (lines := _lines(path)) > LINES:
            right = f"at most {count(LINES, 'line')} of a table are read: shorten it"
            faults.append(Fault(path.name, count(lines, "line"), right))
    return faults


def _lines(path: Path) -> int:
    """The lines of a file, however they end."""
    lines = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            lines += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
    return lines


def cells(folder: Path, tables: Iterable[str]) -> list[Fault]:
    """Cells of some tables that are longer than any text in a table needs to be."""
    return [fault for table in tables for fault in _long(folder / f"{table}.csv")]


def _long(path: Path) -> list[Fault]:
    right = f"write at most {count(CELL, 'character')}; is a quotation mark not closed?"
    faults, line = [], 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            head: list[str] = []
            for record in reader:
                head = head or record
                for place, cell in enumerate(record):
                    if len(cell) > CELL:
                        column = head[place][:40] if place < len(head) else ""
                        faults.append(
                            Fault(path.name, f"a cell of {count(len(cell), 'character')}", right, column, line)
                        )
                line = reader.line_num + 1
    except csv.Error:  # longer than Python's own limit
        faults.append(Fault(path.name, "a cell that is too long to read", right, row=line))
    except (OSError, UnicodeDecodeError):
        pass  # told by the check itself
    return faults


def crowded(text: str) -> int | None:
    """The line, from 1, of the block of a Markdown text with which its marks are more than can be read in a short time."""
    first, marks, before = 1, 0, 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            first, marks, before = number + 1, 0, before + marks**2
        marks += len(MARK.findall(line))
        if before + marks**2 > MARKS**2:
            return first
    return None
