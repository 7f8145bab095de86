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
