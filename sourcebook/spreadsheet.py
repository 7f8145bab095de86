"""A data resource's fields and rows, turned into CSV that a spreadsheet opens without running any of it.

A spreadsheet takes a cell for a formula by how it begins. Such cells get an apostrophe before them, as OWASP's page on
CSV injection advises (https://owasp.org/www-community/attacks/CSV_Injection). Whoever opens the file with another
separator than the comma cuts its cells anew, and no mark can guard those.
"""

import csv
import io
import math
import re

# What begins a formula, its full-width forms included; a spreadsheet may skip blanks and unseen signs before it.
FORMULA = re.compile("[\t\r]|[\\s\ufeff\u200b-\u200f\u2060]*[=+\\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Control characters that no spreadsheet can hold, as the pictures that Unicode has of them; line breaks and tabs stay.
SEEN = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}
SEEN |= dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], 0xFFFD)


def csv_text(fields: list[dict], rows: list[dict]) -> str:
    """CSV with a head row of titles, lines ending in a line feed.

    fields: name, title and type of each column, as in a Table Schema; rows: values by name, None being empty. Text that
    could be a formula gets an apostrophe before it; numbers of a column of numbers and all other text stay as they are.
    """
    numeric = {field["name"] for field in fields if field.get("type") in ("number", "integer")}
    lines = [[_guarded(field.get("title") or field["name"]) for field in fields]]
    lines += [[_cell(row.get(field["name"]), field["name"] in numeric) for field in fields] for row in rows]
    return "".join(map(_line, lines))


def _line(cells: list[str]) -> str:
    # Only with this line end does every Python put quotation marks around a cell with a bare carriage return.
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().removesuffix("\r\n") + "\n"


def _cell(value, numeric: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value)
    return text if numeric and NUMBER.fullmatch(text) else _guarded(text)


def _guarded(text: str) -> str:
    text = str(text).translate(SEEN)
    return f"'{text}" if FORMULA.match(text) else text
