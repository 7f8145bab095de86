"""A report, named, in a folder or in a package, turned into its parts: parameters, named values, tables, charts, rows.

A report is read as data: nothing of it is run, and of a package nothing is unpacked.
"""

import ast
import json
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sourcebook import archive, digests, paths
from sourcebook.errors import SourcebookError, nearest
from sourcebook.formats import ANSWER, CHART, CHOICES, ROLE, TABLE, VALUE
from sourcebook.run import INJECTED, PARAMETERS
from sourcebook.stamp import STAMP
from sourcebook.verify import verify

# Rows by a permanent id are in the tables that have an anchor, and in this chart, whose rows have a pair of ids.
PAIRED = {("hypotheses", "matrix"): ("item", "hypothesis_id")}
# Cells of all tables and charts of one notebook, its rows' missing ones too: each takes some hundred bytes of memory. A register of
# 10 000 claims has 200 000.
CELLS = 2_000_000
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
BROKEN = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)  # what JSON of other shape raises


class Table(NamedTuple):
    """A table, or the data behind a chart: its title, each column's title by name, the rows in these columns, and the
    columns of permanent ids, if it has any.
    """

    title: str
    columns: dict[str, str]
    rows: list[dict]
    ids: tuple[str, ...] = ()


class Notebook(NamedTuple):
    """What an executed notebook says: its glued values, tables and charts by name, the case's commentary, its parameters
    with their defaults, and a digest of its text and code.
    """

    values: dict[str, object]
    tables: dict[str, Table]
    charts: dict[str, Table]
    commentary: str
    defaults: dict[str, object]
    source: str


class Report(NamedTuple):
    """A report's name and case, the values that it was given, its notebooks, and its files by their path in its folder
    (the executed notebooks and what tells of its making).

    record: the digest of each file of the case that it was built from, by its path in the checkout; empty where that
    cannot be told.
    """

    name: str
    case: str
    given: dict[str, object]
    notebooks: dict[str, Notebook]
    files: Mapping[str, bytes]
    record: dict[str, str]

    @property
    def parameters(self) -> dict[str, object]:
        """Every parameter's value in this report, the case first."""
        declared = {name: value for book in self.notebooks.values() for name, value in book.defaults.items()}
        return {"case": self.case} | {name: value for name, value in (declared | self.given).items() if name != "case"}


def names(top: Path) -> list[str]:
    """The reports below _build/, sorted."""
    return sorted(path.parent.name for path in (top / paths.BUILD).glob(f"*/{paths.PARAMETERS}"))


def find_all(wanted: Iterable[str], top: Path | None = None) -> list[Report]:
    """`find` for several reports; raise SourcebookError with what is wrong with any of them."""
    found, faults = [], []
    for each in wanted:
        try:
            found.append(find(each, top))
        except SourcebookError as error:
            faults.append(str(error))
    if faults:
        raise SourcebookError("\n".join(dict.fromkeys(faults)))
    return found


def find(wanted: str, top: Path | None = None) -> Report:
    """The report of this name below `top`/_build/, in the folder of this path, or in the package of this path.

    Raise SourcebookError, which lists the reports that there are, where there is none; PackageError for a package that
    is damaged or unsafe.
    """
    known = names(top) if top else []
    order = [path.stem for path in paths.notebooks(top)] if top else []
    if wanted in known:
        return _folder(top / paths.BUILD / wanted, order)
    path = Path(wanted)
    if path.is_file():
        return _package(path, order)
    if path.is_dir():
        return _folder(path, order)
    if known:
        cure = f"there are: {', '.join(known)}{nearest(wanted, known)}"
    elif top:
        cure = f"there is none below {paths.BUILD}/ at all: build one with sourcebook build"
    else:
        cure = "outside of a checkout, name the folder of a report, or a package"
    raise SourcebookError(f"there is no report “{wanted}”; {cure}")


def _folder(folder: Path, order: Iterable[str]) -> Report:
    wanted = [folder / paths.PARAMETERS, folder / STAMP, *sorted((folder / paths.NOTEBOOKS).glob("*.ipynb"))]
    held, size = {}, 0
    try:
        for path in filter(Path.is_file, wanted):
            size += path.stat().st_size
            if size > archive.LARGEST:
                raise SourcebookError(
                    f"{path}: {path.stat().st_size} bytes; up to here the report's files are more than a report has "
                    f"({archive.LARGEST}). Build the report again."
                )
            held[path.relative_to(folder).as_posix()] = path.read_bytes()
    except OSError as error:
        raise SourcebookError(f"{error.filename}: cannot be read ({error.strerror})") from None
    name = folder.resolve().name
    return read(name, held, _made(held.get(STAMP, b"")), order)


def _made(stamp: bytes) -> dict[str, str]:
    """The digests that a report's stamp has of the files that it was made from; none where it has none."""
    try:
        return {str(name): str(digest) for name, digest in json.loads(stamp)["made"].items()}
    except BROKEN:
        return {}


def _package(path: Path, order: Iterable[str]) -> Report:
    files, start = verify(path).files, f"{paths.REPORT}/"
    parts = (f"{start}{paths.NOTEBOOKS}/", f"{start}{paths.PARAMETERS}")
    held = {name.removeprefix(start): bytes(content) for name, content in files.items() if name.startswith(parts)}
    data = {name: digests.content(bytes(content)) for name, content in files.items() if name.startswith(paths.DATA)}
    return read(path.stem, held, data, order)


def read(name: str, files: Mapping[str, bytes], made: Mapping[str, str], order: Iterable[str] = ()) -> Report:
    """The parts of a report from its files; raise SourcebookError with the file that cannot be read as what it should be.

    files: by their path in the report's folder; made: digests of the files that it was built from, by their path in
    the checkout; order: the notebooks as they are to be told of, others after them.
    """
    try:
        given = dict(json.loads(files[paths.PARAMETERS]))
        case = given.pop("case")
        if not isinstance(case, str) or not case.strip("./\\"):
            raise ValueError("its case is no name")
    except BROKEN as error:
        found = "is missing" if paths.PARAMETERS not in files else f"does not tell the parameters ({_why(error)})"
        raise SourcebookError(f"{name}: {paths.PARAMETERS} {found}; name a report, or build it again.") from None
    start, end = f"{paths.NOTEBOOKS}/", ".ipynb"
    books = {path[len(start) : -len(end)]: path for path in files if path.startswith(start) and path.endswith(end)}
    if not books:
        raise SourcebookError(f"{name}: there is no notebook below {start}; build the report again.")
    rank = {book: place for place, book in enumerate(order)}
    ordered = sorted(books, key=lambda book: (rank.get(book, len(rank)), book))
    notebooks = {book: notebook(book, files[books[book]], f"{name}: {books[book]}") for book in ordered}
    record = {path: digest for path, digest in made.items() if path.startswith(f"{paths.DATA}/{case}/")}
    return Report(name, case, given, notebooks, files, record)


def notebook(name: str, content: bytes, place: str) -> Notebook:
    """What the executed notebook called `name` says; raise SourcebookError, opening with `place`, for what is none, or
    was not run.
    """
    try:
        cells = json.loads(content)["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        if crowded := _crowded(cells):
            raise SourcebookError(
                f"{place}, cell {crowded}: up to here its tables and charts have more than {CELLS} cells, which are not "
                "read. Build the report again, with fewer rows or columns in that table."
            )
        tables, charts = dict(_tables(outputs)), dict(_charts(name, outputs))
        source = [[cell["cell_type"], _text(cell["source"])] for cell in cells if INJECTED not in _tags(cell)]
        told = Notebook(_values(outputs), tables, charts, _commentary(outputs), _defaults(cells), digests.value(source))
    except BROKEN as error:
        raise SourcebookError(
            f"{place}: cannot be read as a notebook ({_why(error)}); build the report again."
        ) from None
    if not outputs:
        raise SourcebookError(f"{place}: no cell has an output, so it was not run; build the report again.")
    return told


def _crowded(cells: list[dict]) -> int | None:
    """The cell, from 1, with whose tables and charts a notebook has more cells of a table than are read.

    Columns and rows are counted, not what they hold: of many columns and many empty rows a small file has too many.
    """
    held = 0
    for number, cell in enumerate(cells, 1):
        for output in cell.get("outputs", ()):
            held += sum(len(resource["schema"]["fields"]) * len(resource["data"]) for resource in _resources(output))
            if spec := output.get("data", {}).get(CHART):
                rows, columns = _drawn(spec)
                held += len(columns) * len(rows)
            if held > CELLS:
                return number
    return None


def behind(spec: dict) -> dict:
    """The rows behind a chart as a table resource, in the columns that the notebook chose to show."""
    rows, columns = _drawn(spec)
    fields = []
    for column, title in columns.items():
        values = [row.get(column) for row in rows if row.get(column) is not None]
        kind = "number" if values and all(map(number, values)) else "string"
        fields.append({"name": column, "title": title, "type": kind})
    return {"schema": {"fields": fields}, "data": rows}


def _drawn(spec: dict) -> tuple[list[dict], dict[str, str]]:
    """The rows behind a chart, and the titles of its columns by their names."""
    rows = spec.get("datasets", {}).get(spec.get("data", {}).get("name"), [])
    return rows, dict(spec.get("usermeta", {}).get("sourcebook", {}).get("columns", {}))


def number(value: object) -> bool:
    """Whether a value is a number; to a reader, a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:120]


def _text(source: object) -> str:
    """Text of a notebook, which may be a list of lines."""
    return "".join(source) if isinstance(source, list) else str(source)


def _tags(cell: dict) -> list:
    return cell.get("metadata", {}).get("tags", [])


def _values(outputs: list[dict]) -> dict[str, object]:
    found = {}
    for output in outputs:
        record = output.get("metadata", {}).get("scrapbook")
        if record:
            found[str(record["name"])] = _scalar(json.loads(_text(output["data"][f"{VALUE}application/json"])))
    return found


def _resources(output: dict) -> Iterator[dict]:
    """The tables of an output, as table resources."""
    data = output.get("data", {})
    yield from filter(None, (data.get(TABLE), data.get(CHOICES, {}).get("table")))


def _tables(outputs: list[dict]) -> Iterator[tuple[str, Table]]:
    for output in outputs:
        for resource in _resources(output):
            anchor = resource.get("anchor")
            yield str(resource["name"]), _table(resource, resource.get("title", ""), (anchor,) if anchor else ())


def _charts(notebook: str, outputs: list[dict]) -> Iterator[tuple[str, Table]]:
    for output in outputs:
        spec = output.get("data", {}).get(CHART)
        name = str(spec.get("usermeta", {}).get("sourcebook", {}).get("name", "")) if spec else ""
        if name:
            yield name, _table(behind(spec), spec.get("title", ""), PAIRED.get((notebook, name), ()))


def _table(resource: dict, title: object, ids: tuple[str, ...]) -> Table:
    fields = resource["schema"]["fields"]
    columns = {str(field["name"]): str(field.get("title") or field["name"]) for field in fields}
    rows = [{column: _scalar(row.get(column)) for column in columns} for row in resource["data"]]
    return Table(" ".join(str(title).split()), columns, rows, ids if set(ids) <= columns.keys() else ())


def _scalar(value: object) -> object:
    """A cell: text, finite number, truth value or None; whatever else stands there is told as it is written."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)


def _told(value: object) -> object:
    """A parameter's value as JSON can hold it; what it has no form for is told as Python writes it.

    ValueError for what cannot be written at all, such as a number of thousands of digits.
    """
    try:
        json.dumps(value, default=str)
    except TypeError:  # a mapping by anything but text and numbers
        return str(value)
    return value


def _commentary(outputs: list[dict]) -> str:
    """What the case's own commentary says, as Markdown without its backslashes; not the computed answer."""
    said = [
        _text(output["data"]["text/markdown"])
        for output in outputs
        if "text/markdown" in output.get("data", {}) and output.get("metadata", {}).get(ROLE) != ANSWER
    ]
    return ESCAPED.sub(r"\1", "\n\n".join(said))


def _defaults(cells: list[dict]) -> dict[str, object]:
    """The parameters that a notebook declares, with their defaults; none of a cell that is no plain list of them."""
    found = {}
    for cell in cells:
        if PARAMETERS in _tags(cell):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # what Python thinks of a stranger's code is not for the terminal
                    statements = ast.parse(_text(cell["source"])).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for statement in statements:
                target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", ())), None)
                try:
                    found[target.id] = _told(ast.literal_eval(statement.value))
                except (AttributeError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                    continue
    return found
