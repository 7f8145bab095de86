"""Two small reports made by hand, as folders and packages have them: what one of them says is what a test changes."""

import json
from pathlib import Path

import toybook
from nbformat import v4
from packages import described, packed

COLUMNS = {"id": "Row", "gist": "What is said", "counted": "Counted"}
ROWS = [
    {"id": "C01", "gist": "Wants the fair in May.", "counted": "yes"},
    {"id": "C02", "gist": "Wants no fair.", "counted": "yes"},
]
VOICES = [{"section": "Call", "voices": 9}, {"section": "Readout", "voices": 5}]


def resource(name: str, rows: list[dict], columns: dict[str, str], anchor: str = "") -> dict:
    fields = [{"name": column, "title": title, "type": "string"} for column, title in columns.items()]
    return {"name": name, "title": name.title(), "schema": {"fields": fields}, "data": rows} | (
        {"anchor": anchor} if anchor else {}
    )


def tally(finding: str = "The fair has 9 voices.", grade: str = "", voices: list[dict] = VOICES) -> dict:
    """An executed notebook with a parameter, a finding, a figure and a chart."""
    injected = [toybook.cell(f'# Parameters\nmin_grade = "{grade}"\n', tags=["injected-parameters"])] if grade else []
    return toybook.notebook(
        v4.new_markdown_cell("# Who speaks?"),
        toybook.cell('min_grade: str = "F"  # the least grade', tags=["parameters"]),
        *injected,
        toybook.cell("show.answer(values)", toybook.named("finding", finding), toybook.named("n_voices", 14)),
        toybook.cell("show.figure(chart)", toybook.figure("voices", "Who speaks", "Bars.", "Voices.", voices)),
    )


def register(rows: list[dict] = ROWS) -> dict:
    """An executed notebook with a register of rows."""
    return toybook.notebook(
        v4.new_markdown_cell("# Every row"),
        toybook.cell("show.table(rows)", toybook.table(resource("register", rows, COLUMNS, "id"))),
        toybook.cell("show.glue(values)", toybook.named("finding", "The record has 2 rows.")),
    )


def files(books: dict[str, dict] | None = None, case: str = "fair", **values) -> dict[str, bytes]:
    """The files of a report by their path in its folder."""
    books = books or {"tally": tally(), "register": register()}
    held = {f"notebooks/{name}.ipynb": json.dumps(book).encode() for name, book in books.items()}
    return held | {"parameters.json": json.dumps({"case": case, **values}).encode()}


def folder(path: Path, books: dict[str, dict] | None = None, made: dict | None = None, **values) -> Path:
    """Write a report's folder; `made` is what its stamp says that it was made from."""
    held = files(books, **values)
    held |= {"build.json": json.dumps({"made": made}).encode()} if made is not None else {}
    for name, content in held.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def package(path: Path, books: dict[str, dict] | None = None, **values) -> Path:
    """Write a package that holds the report."""
    held = {f"report/{name}": content for name, content in files(books, **values).items()}
    held["data/fair/claims.csv"] = b"id\nC01\n"
    held["origin.json"] = json.dumps({"commit": "", "date": 1_700_000_000}).encode()
    return packed(path, described(held))
