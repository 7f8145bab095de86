"""What would cost a machine its memory or minutes is refused before anything parses it, with its place."""

import cases
import pytest

from sourcebook import limits
from sourcebook.check import check
from sourcebook.commentary import refused
from sourcebook.errors import SourcebookError
from sourcebook.markup import markdown


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


def test_a_case_of_ordinary_size_has_no_such_fault(record):
    assert limits.files(record.folder) + limits.cells(record.folder, cases.tables()) == []


@pytest.mark.parametrize("size", [limits.CELL + 1, 200_000])
def test_a_cell_that_is_too_long_is_told_with_file_row_and_column(record, size):
    """The second is longer than Python's own limit on a cell, which raises an error of its own."""
    record.set("claims", "C02", gist="x" * size)
    (fault,) = check(record.folder)
    assert (fault.file, fault.row) == ("claims.csv", 3)
    assert fault.column == "gist" or size > 100_000
    assert "at most 10000 characters" in fault.right


def test_the_longest_cell_that_may_be_is_none(record):
    record.set("claims", "C02", gist="x" * limits.CELL)
    assert check(record.folder) == []


@pytest.mark.parametrize(
    "file", ["case.yml", "datapackage.json", "references.bib", "commentary/claims.md", "outcomes.json"]
)
def test_a_file_that_is_too_large_is_told_and_not_read(record, file, monkeypatch):
    monkeypatch.setattr(limits, "FILE", 100_000)
    (record.folder / file).touch()  # a case may do without one
    record.data(file, lambda data: data + b" " * 100_001)
    (fault,) = check(record.folder)
    assert fault.file == file and "at most 100000 bytes" in fault.right


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_of_more_lines_than_a_machine_has_memory_for_is_told_alone(record, end):
    """Well below the bytes that a table may have: fourteen million short rows took 4 GB."""
    record.data("claims.csv", lambda data: data + f"C99,,,,{end}".encode() * limits.LINES)
    (fault,) = check(record.folder)
    assert fault.file == "claims.csv" and fault.row is None
    assert "lines" in fault.found and "at most 500000 lines" in fault.right


def test_a_table_of_as_many_lines_as_a_large_register_has_is_none(record):
    record.data("claims.csv", lambda data: data + b"C99,,,,\n" * 100_000)
    assert limits.files(record.folder) == []


def test_a_block_of_marks_is_told_with_its_line_and_the_same_marks_in_blocks_are_not():
    """Its time grows with the square of the marks: 50 000 of them took twenty seconds."""
    assert limits.crowded("A line.\n\n" + "*a " * 50_000) == 3
    assert limits.crowded("*a " * 100 + ("\n\n" + "*a " * 100) * 100) is None
    assert limits.crowded(("*a " * 5_000 + "\n\n") * 5) == 9  # many blocks add up
    assert refused("One.\n\n" + "*a" * 11_000)[0][0] == 3
    with pytest.raises(SourcebookError, match="marks of Markdown than"):
        markdown("# The fair\n\n" + "*a " * 50_000, "article.md")
