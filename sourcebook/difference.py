"""Two reports' parts, turned into what came, went and changed from the one to the other.

The same is: text whatever its white space, a number within a billionth, nothing and empty text, rows in another order.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sourcebook.reports import Report, Table, number

FINDING = "finding"  # what every notebook glues its main finding as
CAME, WENT, CHANGED = "came", "went", "changed"
FIGURE = re.compile(r"(?<![A-Za-z\d])[+-]?\d[\d.,]*%?")  # not the number of an id such as C07
KEY = 20  # columns of which it is tried which a key can spare; for each, all rows are gone through once more
NEAR, TINY = 1e-9, 1e-12  # relative, and of numbers next to nothing absolute
LARGE = 1e300
AMOUNT = re.compile(r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?%?")  # a number that a notebook has put into words


class Value(NamedTuple):
    """A named value of a notebook (or, without one, a parameter): its old and new value, None where there is none, their
    difference, and this as a percentage of the old, where they are numbers.

    The difference of two percentages is in points, and has no percentage.
    """

    notebook: str
    name: str
    change: str
    old: object
    new: object
    difference: float | None
    percent: float | None


class Cell(NamedTuple):
    """A changed cell of a row, by its column and the column's title; the rest as in Value."""

    column: str
    title: str
    old: object
    new: object
    difference: float | None
    percent: float | None


class Row(NamedTuple):
    """A row that came, went or changed: its key (cell by column), its place from 1 in the table that has it (the new one
    first), its changed cells, and all its cells where it came or went.
    """

    key: dict[str, object]
    place: int
    change: str
    cells: list[Cell]
    row: dict[str, object]


class Part(NamedTuple):
    """A table or chart that came, went or changed: its titles in both reports, columns that came and went, and rows."""

    notebook: str
    name: str
    change: str
    old_title: str
    new_title: str
    columns_came: list[str]
    columns_went: list[str]
    rows: list[Row]


class Difference(NamedTuple):
    """All that differs between two reports. compared: the notebooks that both have."""

    compared: list[str]
    findings: list[Value]
    parameters: list[Value]
    values: list[Value]
    commentary: list[Value]
    rows: list[Part]
    tables: list[Part]
    charts: list[Part]
    only_old: list[str]
    only_new: list[str]
    sources: list[str]

    @property
    def anything(self) -> bool:
        """Whether there is any difference at all."""
        return any(self[1:])


def compare(old: Report, new: Report) -> Difference:
    """What came, went and changed from an old report to a new one.

    findings: the values glued as `finding`; parameters; values: all other glued ones; commentary: the case's own; rows:
    parts whose rows have permanent ids; tables, charts: the others; only_old, only_new: notebooks that one side alone
    has, of which nothing is compared; sources: notebooks whose text or code differs.
    """
    both = [name for name in new.notebooks if name in old.notebooks]
    pairs = [(name, old.notebooks[name], new.notebooks[name]) for name in both]
    values = [value for name, was, now in pairs for value in _values(name, was.values, now.values)]
    tables = [part for name, was, now in pairs for part in _parts(name, was.tables, now.tables)]
    charts = [part for name, was, now in pairs for part in _parts(name, was.charts, now.charts)]
    commentary = [
        value for name, was, now in pairs for value in _values(name, _said(was.commentary), _said(now.commentary))
    ]
    return Difference(
        both,
        [value for value in values if value.name == FINDING],
        list(_values("", old.parameters, new.parameters)),
        [value for value in values if value.name != FINDING],
        commentary,
        [part for ids, part in tables + charts if ids],
        [part for ids, part in tables if not ids],
        [part for ids, part in charts if not ids],
        [name for name in old.notebooks if name not in new.notebooks],
        [name for name in new.notebooks if name not in old.notebooks],
        [name for name, was, now in pairs if was.source != now.source],
    )


def same(old: object, new: object) -> bool:
    """Whether a reader would take two values for one."""
    if _counts(old) and _counts(new):
        return math.isclose(old, new, rel_tol=NEAR, abs_tol=TINY)
    return _plain(old) == _plain(new)


def figures_only(old: object, new: object) -> bool:
    """Whether two texts have the same words, and differ in numbers alone."""
    return (
        all(isinstance(text, str) for text in (old, new)) and FIGURE.sub("", old).split() == FIGURE.sub("", new).split()
    )


def moved(old: object, new: object) -> tuple[float | None, float | None]:
    """The difference of two numbers, and this as a percentage of the old one; None where there is no such thing."""
    was, now = _amount(old), _amount(new)
    if was is None or now is None or was[1] != now[1]:
        return None, None
    difference = now[0] - was[0]
    return difference, None if was[1] or not was[0] else 100 * difference / abs(was[0])


def _counts(value: object) -> bool:
    """Whether a value is a number that can be reckoned with."""
    return number(value) and abs(value) < LARGE


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return value, "truth"  # True is 1 to Python
    return " ".join(value.split()) if isinstance(value, str) else "" if value is None else value


def _amount(value: object) -> tuple[float, str] | None:
    """A number and its unit, of text such as “1,128” or “73%” too."""
    if _counts(value):
        return value, ""
    if isinstance(value, str) and len(value) < 30 and AMOUNT.fullmatch(value):
        return float(value.replace(",", "").rstrip("%")), "%" * value.endswith("%")
    return None


def _said(commentary: str) -> dict[str, object]:
    return {"commentary": commentary} if commentary else {}


def _values(notebook: str, old: dict[str, object], new: dict[str, object]) -> Iterator[Value]:
    """Named values that came, went or changed, in the order of the new report, those that went at the end."""
    for name in [*new, *(name for name in old if name not in new)]:
        change = CAME if name not in old else WENT if name not in new else CHANGED
        was, now = old.get(name), new.get(name)
        if change != CHANGED or not same(was, now):
            yield Value(notebook, name, change, was, now, *moved(was, now))


def _parts(notebook: str, old: dict[str, Table], new: dict[str, Table]) -> Iterator[tuple[tuple[str, ...], Part]]:
    """Tables or charts that came, went or changed, each with its columns of permanent ids."""
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            titles = was.title if was else "", now.title if now else ""
            yield (now or was).ids, Part(notebook, name, WENT if was else CAME, *titles, [], [], [])
            continue
        came = [column for column in now.columns if column not in was.columns]
        went = [column for column in was.columns if column not in now.columns]
        rows = list(joined(was, now))
        if rows or came or went or not same(was.title, now.title):
            yield now.ids, Part(notebook, name, CHANGED, was.title, now.title, came, went, rows)


def joined(old: Table, new: Table) -> Iterator[Row]:
    """The rows that changed or went, in the old table's order, then those that came.

    Rows are joined on their permanent ids, else on `key`. Of several with one key, those that are in both tables stand
    for each other; what is left is joined in order.
    """
    columns = [column for column in new.columns if column in old.columns]
    keys = key(old, new, columns)
    groups: dict[tuple, tuple[list, list]] = defaultdict(lambda: ([], []))
    for side, table in enumerate((old, new)):
        for place, row in enumerate(table.rows, 1):
            groups[tuple(_mark(row[column]) for column in keys)][side].append((place, row))
    came = []
    for was, now in groups.values():
        was, now = _left(was, now, columns), _left(now, was, columns)
        for (_, before), (place, row) in zip(was, now):
            cells = [
                Cell(column, new.columns[column], before[column], row[column], *moved(before[column], row[column]))
                for column in columns
                if not same(before[column], row[column])
            ]
            if cells:
                yield Row({column: row[column] for column in keys}, place, CHANGED, cells, {})
        for place, row in was[len(now) :]:
            yield Row({column: row[column] for column in keys}, place, WENT, [], row)
        came += now[len(was) :]
    for place, row in sorted(came, key=lambda pair: pair[0]):
        yield Row({column: row[column] for column in keys}, place, CAME, [], row)


def key(old: Table, new: Table, columns: list[str]) -> tuple[str, ...]:
    """The columns by which rows are known: those of permanent ids, else the fewest of the first columns of text that tell
    the rows of both tables apart, else all columns of text.
    """
    if old.ids and old.ids == new.ids:
        return old.ids
    words = [column for column in columns if _wordy(column, old, new)]
    length = _apart(words, old, new)
    if length is None:
        return tuple(words)
    chosen = words[:length]
    for column in reversed(chosen if length <= KEY else ()):
        fewer = [each for each in chosen if each != column]
        chosen = fewer if fewer and _unique(fewer, old, new) else chosen
    return tuple(chosen)


def _apart(columns: list[str], *tables: Table) -> int | None:
    """How many of the first columns tell the rows of each table apart; None where all of them do not.

    A row's group so far stands for its cells so far, so that each cell is looked at once.
    """
    groups = [[0] * len(table.rows) for table in tables]
    for length, column in enumerate(columns, 1):
        apart = True
        for place, table in enumerate(tables):
            known: dict[tuple, int] = {}
            groups[place] = [
                known.setdefault((group, _mark(row[column])), len(known))
                for group, row in zip(groups[place], table.rows)
            ]
            apart = apart and len(known) == len(table.rows)
        if apart:
            return length
    return None


def _wordy(column: str, *tables: Table) -> bool:
    """Whether a column has text in any row."""
    values = [row[column] for table in tables for row in table.rows if row[column] not in (None, "")]
    return not all(map(number, values))


def _unique(columns: list[str], *tables: Table) -> bool:
    return all(
        len({tuple(_mark(row[column]) for column in columns) for row in table.rows}) == len(table.rows)
        for table in tables
    )


def _mark(value: object) -> object:
    """A value as a key: values that are the same have the same, but for numbers just beside where they are rounded."""
    return f"{value:.12g}" if _counts(value) else _plain(value)


def _left(rows: list[tuple[int, dict]], others: list[tuple[int, dict]], columns: list[str]) -> list[tuple[int, dict]]:
    """The rows without those that are among the others just as they are, one for one."""
    held = Counter(tuple(_mark(row[column]) for column in columns) for _, row in others)
    left = []
    for place, row in rows:
        mark = tuple(_mark(row[column]) for column in columns)
        if held[mark]:
            held[mark] -= 1
        else:
            left.append((place, row))
    return left
