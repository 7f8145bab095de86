"""What a spreadsheet's cell holds, with what the spreadsheet took it for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EXACT = 1e15  # from here on a spreadsheet loses digits
EMPTY, TEXT, NUMBER, DATE = "empty", "text", "number", "date"
TIME, TRUTH, FORMULA, ERROR = "time", "truth", "formula", "error"


@dataclass(frozen=True)
class Cell:
    """What a cell holds: `text` as it would stand in a table, `kind` what the spreadsheet takes it for, `note` how it shows it.

    as_text: of a text, whether the cell is formatted as text; of a number, whether it is shown digit by digit like `text`.
    """

    kind: str = EMPTY
    text: str = ""
    note: str = ""
    as_text: bool = False


def typed(value, note: str = "", as_text: bool = False) -> Cell:
    """The cell of a value as Python has it; `note` and `as_text` say how the spreadsheet shows a number."""
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
    return Cell(NUMBER, str(int(value)) if float(value).is_integer() else repr(value), note, as_text)


def letters(number: int) -> str:
    """The letters of a sheet's column, the first being 1."""
    told = ""
    while number:
        number, rest = divmod(number - 1, 26)
        told = chr(65 + rest) + told
    return told
