"""A table's file: some cells are written, and not one byte besides."""

import csv
import random
from functools import partial

import pytest

from sourcebook.errors import SourcebookError
from sourcebook.table import Table, csv_text, written


@pytest.fixture
def table(tmp_path):
    def write(content: bytes | str) -> Table:
        path = tmp_path / "claims.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Table(path)

    return write


@pytest.mark.parametrize(
    "content",
    [
        "id,note\nC1,a\n",
        "id,note\r\nC1,a\r\n",
        "id,note\nC1,a",
        'id,note\n"C1","needless marks"\nC2,"a, b"\nC3,"say ""yes"""\n',
        'id,note\nC1,"two\nlines"\n\nC2,\n',
        "id\nC1\n\nC2\n",
        "id,note\n",
        "id,note\nC1,a,too many\nC2\n",
        'id,note\nC1,a "b" c\n',
    ],
    ids=[
        "plain",
        "CRLF",
        "no last line end",
        "quotation marks",
        "line break inside",
        "one column",
        "no row",
        "ragged",
        "marks inside",
    ],
)
def test_a_file_that_nothing_is_written_into_stays_as_it_is(content, table):
    assert table(content).text() == content


def test_a_mark_at_the_beginning_stays_and_is_no_part_of_a_name(table):
    read = table(b"\xef\xbb\xbfid,note\nC1,a\n")
    assert read.columns == ["id", "note"] and read.text() == "\ufeffid,note\nC1,a\n"


def test_a_cell_longer_than_csv_is_read_is_refused_with_its_row(table, request):
    """Python's own limit, which some libraries lift for the whole process."""
    request.addfinalizer(partial(csv.field_size_limit, csv.field_size_limit(131_072)))
    with pytest.raises(SourcebookError, match=r"claims\.csv, row 2: cannot be read as CSV \(field larger"):
        table(f"id,note\nC1,{'a' * 200_000}\n")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id;note", "its cells are not parted by commas; save it with commas, or let sourcebook import"),
        ("id\tnote", "its cells are not parted by commas"),
        ("id,note,note", "row 1: the header row names note twice; leave one of them"),
        ("id,nots", "row 1: no column note; name each column in the header row; is it nots?"),
    ],
)
def test_a_header_row_by_which_no_row_can_be_read_is_told(table, header, told):
    assert told in str(table(f"{header}\n").misread(("id", "note")))


def test_a_header_row_that_names_every_column_and_more_is_none(table):
    assert table("more,note,id\n").misread(("id", "note")) is None


def test_rows_are_known_by_their_line_of_the_file(table):
    read = table('id,note\nC1,"two\nlines"\n\nC2,b\nC3\n')
    assert read.rows() == [
        (2, {"id": "C1", "note": "two\nlines"}),
        (5, {"id": "C2", "note": "b"}),
        (6, {"id": "C3", "note": ""}),
    ]


def test_only_the_cells_that_are_written_change(table):
    read = table('id,note,"end"\r\n"C1","as it was",1\r\nC2,b,2\r\n')
    read.set(2, {"end": 7})
    read.set(3, {"note": 'a, "b"'})
    assert read.text() == 'id,note,"end"\r\n"C1","as it was",7\r\nC2,"a, ""b""",2\r\n'


def test_a_row_that_is_too_short_is_filled_up_to_the_cell(table):
    read = table("id,note,end\nC1\n")
    read.set(2, {"end": 7})
    assert read.text() == "id,note,end\nC1,,7\n"


def test_rows_that_lose_cells_when_read_by_column_are_told(table):
    assert table("id,note\nC1,a\n\nC2\nC3,a,b\n").ragged() == [4, 5]
    assert table("id,id\nC1,a\n").ragged() == [2] and table("id,note\nC1,\n").ragged() == []


def test_a_column_is_taken_away_from_every_row(table):
    read = table('id,words,note\nC1,"a, b",x\nC2\n')
    read.drop("words")
    assert read.text() == "id,note\nC1,x\nC2\n" and read.columns == ["id", "note"]


@pytest.mark.parametrize("content", ['id,note\nC1,"open\n', 'id,note\nC1,"a"b\n'])
def test_a_quotation_mark_that_can_be_read_in_two_ways_is_refused_with_its_row(content, table):
    with pytest.raises(SourcebookError, match=r"claims\.csv, row 2: a quotation mark"):
        table(content)


def test_what_is_not_utf8_or_not_there_is_refused(table, tmp_path):
    with pytest.raises(SourcebookError, match=r"not UTF-8 \(byte 4\)"):
        table("id\né".encode("latin-1")[:3] + b"x\xff")
    with pytest.raises(SourcebookError, match=r"nowhere\.csv: cannot be read"):
        Table(tmp_path / "nowhere.csv")


def test_random_cells_come_back_as_they_were(table):
    chance = random.Random(20310203)
    signs = [*"a,\"\n\r;' é🎪=", "\r\n", '""']
    rows = [["".join(chance.choices(signs, k=chance.randrange(6))) for _ in range(3)] for _ in range(500)]
    rows = [row for row in rows if any(row)]
    read = table(csv_text(["a", "b", "c"], rows))
    assert [list(cells.values()) for _, cells in read.rows()] == rows
    for line, cells in read.rows():
        read.set(line, cells)
    assert read.text() == csv_text(["a", "b", "c"], rows)


def test_quotation_marks_stand_only_where_they_are_needed():
    assert written(["a b", "a,b", "", 'a"b', "a\nb"]) == 'a b,"a,b",,"a""b","a\nb"'
    assert written([""]) == ""
