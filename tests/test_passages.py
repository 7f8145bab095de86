"""Rows that quote their passage get its anchor, and the words do not stay in the table."""

import pytest

from sourcebook.article import Article, digest
from sourcebook.passages import anchor
from sourcebook.table import Table

TEXT = Article("", ("The fair moves", "“The fair opens”, he said"))
HEAD = "id,paragraph,start,end,digest,gist,anchor_text\n"


@pytest.fixture
def table(tmp_path):
    def write(content: str) -> Table:
        (tmp_path / "claims.csv").write_text(content, "utf-8", newline="")
        return Table(tmp_path / "claims.csv")

    return write


def test_every_row_with_words_is_anchored_and_the_column_goes(table):
    read = table(HEAD + 'C1,,,,,"a, b",he said\nC2,1,,,,x,The fair\nC3,2,0,3,e,y,\n')
    done = anchor(read, TEXT)
    assert (done.rows, done.faults, done.remarks) == (2, [], [])
    assert read.text() == (
        "id,paragraph,start,end,digest,gist\n"
        f'C1,2,18,25,{digest("he said")},"a, b"\nC2,1,0,8,{digest("The fair")},x\nC3,2,0,3,e,y\n'
    )


def test_the_column_may_stand_anywhere(table):
    read = table("anchor_text,id,paragraph,start,end,digest\nhe said,C1,,,,\n")
    anchor(read, TEXT)
    assert read.text() == f"id,paragraph,start,end,digest\nC1,2,18,25,{digest('he said')}\n"


def test_rows_that_fail_are_all_told_and_keep_their_words_the_others_are_anchored(table):
    read = table(HEAD + "C1,,,,,x,The fair\nC2,,,,,x,he said\nC3,,,,,x,he sang\nC4,two,,,,x,he said\n")
    done = anchor(read, TEXT)
    assert done.rows == 1
    assert [(fault.file, fault.row, fault.id, fault.column) for fault in done.faults] == [
        ("claims.csv", 2, "C1", "anchor_text"),
        ("claims.csv", 4, "C3", "anchor_text"),
        ("claims.csv", 5, "C4", "paragraph"),
    ]
    assert "stands twice" in done.faults[0].found and "the closest is" in done.faults[1].right
    assert read.text() == (
        HEAD + f"C1,,,,,x,The fair\nC2,2,18,25,{digest('he said')},x,\nC3,,,,,x,he sang\nC4,two,,,,x,he said\n"
    )


def test_what_the_article_writes_otherwise_is_remarked(table):
    done = anchor(table(HEAD + 'C1,,,,,x,"""The fair opens"""\n'), TEXT)
    assert done.remarks == [(2, "C1", "found with other quotation marks")]


def test_a_table_without_the_column_stays_as_it_is(table):
    read = table("id,paragraph,start,end,digest\nC1,1,0,3,e\n")
    assert anchor(read, TEXT).rows == 0 and read.text() == "id,paragraph,start,end,digest\nC1,1,0,3,e\n"


def test_a_row_with_a_comma_that_no_marks_enclose_is_told_and_stays_as_it_is(table):
    content = HEAD + "C1,,,,,x,The fair, moves\nC2,,,,,x,he said\nC3,1,0,3\n"
    read = table(content)
    done = anchor(read, TEXT)
    assert [(fault.row, fault.id, fault.found) for fault in done.faults] == [
        (2, "C1", "its cells are not those of the header row"),
        (4, "C3", "its cells are not those of the header row"),
    ]
    assert done.rows == 1 and read.text() == content.replace("C2,,,,,x,he said", f"C2,2,18,25,{digest('he said')},x,")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("id,paragraph,start,end,digest,anchor_text,anchor_text", "names anchor_text twice"),
        ("id,gist,anchor_text", "no column paragraph, start, end, digest"),
    ],
)
def test_a_table_that_cannot_hold_an_anchor_is_told_once_and_stays_as_it_is(table, head, told):
    content = f"{head}\nC1,x,he said\nC2,x,he said\n"
    read = table(content)
    (fault,) = anchor(read, TEXT).faults
    assert told in str(fault) and read.text() == content


def test_a_number_of_thousands_of_digits_is_no_paragraph(table):
    read = table(HEAD + f"C1,{'9' * 5000},,,,x,he said\n")
    (fault,) = anchor(read, TEXT).faults
    assert fault.column == "paragraph" and len(fault.found) < 60 and read.text().endswith("he said\n")
