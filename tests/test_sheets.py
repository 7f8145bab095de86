"""Tables are edited in a spreadsheet and come back without a loss, or nothing is written and every fault has its place there."""

import csv
import io
from collections import Counter
from datetime import date, datetime

import cases
import pytest
from openpyxl import Workbook, load_workbook
from scratch import tree
from test_workbook import cell, ods, row

from sourcebook import limits, sheets
from sourcebook.article import digest, read
from sourcebook.check import check
from sourcebook.errors import CaseError, SourcebookError


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


@pytest.fixture
def bring(record, tmp_path):
    """Bring in a workbook of sheets, each given by its rows."""

    def bring_(name: str = "tables.xlsx", article=None, change=None, **given):
        book = Workbook()
        book.remove(book.active)
        for title, rows in given.items():
            sheet = book.create_sheet(title)
            for cells in rows:
                sheet.append(cells)
        if change:
            change(book)
        book.save(tmp_path / name)
        return sheets.bring(record.folder, [tmp_path / name], article)

    return bring_


def rows(record, table: str) -> list[list[str]]:
    with (record.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def faults(record, call) -> list[str]:
    """What is told of a call that fails; the case is as it was."""
    before = tree(record.folder)
    with pytest.raises(CaseError) as caught:
        call()
    assert tree(record.folder) == before and str(caught.value).endswith(
        "Nothing was written. Mend these and import again."
    )
    return [str(fault) for fault in caught.value.faults]


def shown_as(number_format: str | None):
    """A change to the workbook: the cell of H2's note has this format, if any."""

    def change(book):
        if number_format:
            book["hypotheses"]["E3"].number_format = number_format

    return change


class TestRoundTrip:
    def test_tables_that_went_out_and_come_back_have_every_byte(self, record, tmp_path):
        record.set("claims", "C03", note="=1+1, “1-2”\nMAR1; 007", gist="TRUE")
        before = tree(record.folder)
        (tmp_path / "all.xlsx").write_bytes(sheets.out(record.folder))
        assert sheets.bring(record.folder, [tmp_path / "all.xlsx"]) == {} and tree(record.folder) == before
        for name in ("claims", "events"):
            (record.folder / f"{name}.csv").unlink()
        assert sheets.bring(record.folder, [tmp_path / "all.xlsx"]) == {"claims": 3, "events": 2}
        assert tree(record.folder) == before

    def test_a_file_with_the_same_cells_keeps_its_line_ends_and_marks(self, record, tmp_path):
        record.data("claims.csv", lambda data: data.replace(b"\n", b"\r\n").replace(b"C01,", b'"C01",'))
        before = tree(record.folder)
        (tmp_path / "all.xlsx").write_bytes(sheets.out(record.folder))
        assert sheets.bring(record.folder, [tmp_path / "all.xlsx"]) == {} and tree(record.folder) == before

    def test_a_table_that_would_lose_a_cell_does_not_go_out(self, record):
        record.data("hypotheses.csv", lambda data: data.replace(b"H2,", b"H2,more,"))
        with pytest.raises(SourcebookError, match=r"hypotheses\.csv, row 3: its cells are not those of the header row"):
            sheets.out(record.folder)

    def test_what_a_workbook_cannot_hold_is_told_all_at_once_and_does_not_go_out(self, record):
        record.set("claims", "C01", note="a" * 32_768)
        record.set("claims", "C02", note="\x07")
        record.set("events", "E01", note="\ufffe")
        record.set("events", "E02", note="_x0041_" * 4_000)
        with pytest.raises(CaseError) as caught:
            sheets.out(record.folder)
        assert [str(fault) for fault in caught.value.faults] == [
            "claims.csv, row 2 (C01), column note: 32768 characters in one cell; a workbook's cell holds 32767 at most: shorten it",
            "claims.csv, row 3 (C02), column note: the character U+0007, which a workbook cannot hold; delete it",
            "events.csv, row 2 (E01), column note: the character U+FFFE, which a workbook cannot hold; delete it",
            "events.csv, row 3 (E02), column note: 28000 characters in one cell; a workbook's cell holds 32767 at most: shorten it",
        ]

    def test_a_cell_as_long_as_a_case_may_have_comes_back(self, record, tmp_path):
        record.set("claims", "C01", note="a" * limits.CELL)
        (tmp_path / "all.xlsx").write_bytes(sheets.out(record.folder))
        assert sheets.bring(record.folder, [tmp_path / "all.xlsx"]) == {}

    def test_a_text_that_begins_with_an_apostrophe_comes_back(self, record, tmp_path):
        record.set("claims", "C01", note="'=1+1")
        (tmp_path / "all.xlsx").write_bytes(sheets.out(record.folder))
        assert sheets.bring(record.folder, [tmp_path / "all.xlsx"]) == {}

    def test_every_table_goes_out(self, record, tmp_path):
        (tmp_path / "all.xlsx").write_bytes(sheets.out(record.folder))
        assert set(load_workbook(tmp_path / "all.xlsx").sheetnames) == cases.tables().keys()


class TestBring:
    def test_an_edited_row_and_a_new_one_are_written_as_this_project_writes_tables(self, record, bring):
        head, first, *more = rows(record, "hypotheses")
        new = ["H3", "Chance, or none", "It serves nobody.", "the coder", "A “note”"]
        assert bring(hypotheses=[head, [*first[:-1], "Edited."], *more, new]) == {"hypotheses": 3}
        text = (record.folder / "hypotheses.csv").read_bytes().decode()
        assert text.endswith('\nH3,"Chance, or none",It serves nobody.,the coder,A “note”\n') and "\r" not in text
        assert ",tides,Edited.\n" in text and check(record.folder) == []

    def test_columns_may_stand_in_another_order(self, record, bring):
        table = rows(record, "hypotheses")
        assert bring(hypotheses=[cells[::-1] for cells in table]) == {} and rows(record, "hypotheses") == table

    def test_a_file_may_be_called_like_its_table_whatever_its_sheet_is_called(self, record, bring):
        table = rows(record, "hypotheses")
        table[1][1] = "Commerce"
        assert bring("Hypotheses.xlsx", Sheet1=table) == {"hypotheses": 2}

    def test_a_sheet_of_ones_own_begins_with_a_line(self, record, bring):
        assert bring(hypotheses=rows(record, "hypotheses"), _mine=[["anything"]]) == {}

    def test_whole_numbers_and_days_are_written_as_tables_have_them(self, record, bring):
        head, *body = rows(record, "events")
        table = [[float(cell) if cell.isdecimal() else cell for cell in cells] for cells in body]
        table[0][head.index("date")] = datetime(2031, 2, 1)
        table[1][head.index("date")] = date(2031, 1, 1)
        assert bring(events=[head, *table]) == {}

    def test_a_csv_of_semicolons_is_read(self, record, tmp_path):
        table = rows(record, "hypotheses")
        table[2][1] = "Rain; sun"
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(table)
        (tmp_path / "hypotheses.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
        assert sheets.bring(record.folder, [tmp_path / "hypotheses.csv"]) == {"hypotheses": 2}
        assert rows(record, "hypotheses") == table

    def test_a_document_of_libreoffice_is_read(self, record, tmp_path):
        table = rows(record, "hypotheses")
        lines = [row(*(cell("string", text) if text else "<table:table-cell/>" for text in cells)) for cells in table]
        (tmp_path / "t.ods").write_bytes(ods(*lines, name="hypotheses"))
        assert sheets.bring(record.folder, [tmp_path / "t.ods"]) == {} and rows(record, "hypotheses") == table

    def test_passages_are_anchored_on_the_way(self, record, bring):
        head, *body = rows(record, "framings")
        new = dict(zip(head, body[0])) | {"id": "F02", "paragraph": "", "start": "", "end": "", "digest": ""}
        words = "A fine day for the town"
        table = [[*head, "anchor_text"], [*body[0], ""], [*new.values(), words]]
        assert bring(framings=table, article=read(record.article)) == {"framings": 2}
        added = record.rows("framings")[1]
        assert (added["paragraph"], added["start"], added["end"], added["digest"]) == ("4", "1", "24", digest(words))
        assert words not in (record.folder / "framings.csv").read_text("utf-8")
        assert check(record.folder, read(record.article)) == []

    def test_what_was_wrong_in_other_tables_before_does_not_stand_in_the_way(self, record, bring):
        record.set("claims", "C01", topic="wether")
        table = rows(record, "hypotheses")
        table[1][1] = "Commerce"
        assert bring(hypotheses=table) == {"hypotheses": 2}


class TestFaults:
    """Each names the file, the sheet, the row in the sheet and the column; the case stays as it is."""

    HEAD = ["id", "title", "statement", "origin", "note"]

    def test_those_of_the_check_are_told_of_the_sheet(self, record, bring):
        table = rows(record, "claims")
        table[2][table[0].index("topic")] = "wether"
        table[3][table[0].index("gist")] = " spaces "
        told = faults(record, lambda: bring(claims=[table[0], [], table[1], table[2], [], [], table[3]]))
        assert told == [
            "tables.xlsx, sheet claims, row 4 (C02), column topic: found “wether”; allowed are opening, ships, weather; did you mean weather?",
            "tables.xlsx, sheet claims, row 7 (C03), column gist: found “ spaces ”; delete the spaces around it",
        ]

    def test_lines_that_a_cell_breaks_do_not_shift_them(self, record, bring):
        table = rows(record, "claims")
        table[1][-1] = "two\nlines"
        table[3][table[0].index("topic")] = "wether"
        (told,) = faults(record, lambda: bring(claims=table))
        assert told.startswith("tables.xlsx, sheet claims, row 4 (C03), column topic")

    def test_however_many_they_are_the_table_is_read_once_to_place_them(self, record, bring, monkeypatch):
        head, *body = rows(record, "claims")
        reads = Counter()
        monkeypatch.setattr(sheets, "Table", lambda path, own=sheets.Table: reads.update([path.name]) or own(path))
        body = [["wrong", *cells[1:]] for cells in body]
        assert len(faults(record, lambda: bring(claims=[head, *body]))) >= len(body) == 3
        assert reads["claims.csv"] == 2  # to see whether anything changed, and to place the faults

    def test_one_that_arises_in_another_table_is_told_of_that(self, record, bring):
        head, first, _ = rows(record, "hypotheses")
        told = faults(record, lambda: bring(hypotheses=[head, first]))
        assert told and all(line.startswith("consistency.csv, row ") and "hypothesis_id" in line for line in told)

    @pytest.mark.parametrize(
        ("value", "number_format", "found"),
        [
            (date(2030, 2, 1), None, "cell E3 holds a date, 2030-02-01; the spreadsheet turned the text into a date: format the column as text"),
            (True, None, "cell E3 holds a truth value, true; the spreadsheet turned the text into a truth value: format the column as text"),
            (0.5, "0%", "cell E3 holds 0.5; the spreadsheet turned the text into a percentage: format the column as text"),
            (1234567890123456, None, "the spreadsheet turned the text into a number, of which it keeps 15 digits"),
            ("=A1", None, "cell E3 holds the formula =A1; write its value in its place"),
            ("#REF!", None, "cell E3 holds the error #REF!; write a value in its place"),
            ("'-2", None, "cell E3 begins with an apostrophe, “'-2”"),
        ],
    )  # fmt: skip
    def test_what_the_spreadsheet_made_of_a_text(self, record, bring, value, number_format, found):
        table = rows(record, "hypotheses")
        table[2][4] = value

        (told,) = faults(record, lambda: bring(hypotheses=table, change=shown_as(number_format)))
        assert told.startswith("tables.xlsx, sheet hypotheses, row 3 (H2), column note: ") and found in told

    @pytest.mark.parametrize(
        ("value", "number_format"),
        [(7, "000"), (5, '"$"0'), (1000, "#,##0"), (2.1, "0.00"), (2.1, None), (-2, None), (2, "0.0")],
    )
    def test_a_number_in_a_column_of_text_that_may_not_be_what_was_typed(self, record, bring, value, number_format):
        table = rows(record, "hypotheses")
        table[2][4] = value

        (told,) = faults(record, lambda: bring(hypotheses=table, change=shown_as(number_format)))
        assert told == (
            f"tables.xlsx, sheet hypotheses, row 3 (H2), column note: cell E3 holds the number {value}; the spreadsheet turned "
            "the text into a number, and may have changed it: format the column as text, then type it again"
        )

    def test_a_whole_number_in_a_column_of_text_that_is_shown_as_it_is_held_is_text(self, record, bring):
        table = rows(record, "hypotheses")
        table[2][4] = 2031
        assert bring(hypotheses=table) == {"hypotheses": 2} and rows(record, "hypotheses")[2][4] == "2031"

    def test_merged_cells_and_a_hidden_sheet(self, record, bring):
        def change(book):
            book["hypotheses"].merge_cells("D2:E2")
            book["hypotheses"].sheet_state = "hidden"
            book["_mine"].sheet_state = "hidden"

        head, first, second = rows(record, "hypotheses")
        first[4] = None
        told = faults(
            record, lambda: bring(_mine=[["x"]], _seen=[["x"]], hypotheses=[head, first, second], change=change)
        )
        assert told == [
            "tables.xlsx, sheet hypotheses: the cells D2:E2 are merged, and hold one value; unmerge them, and fill in each",
            "tables.xlsx, sheet hypotheses: the sheet is hidden; show it, or call it _hypotheses to leave it out",
        ]

    def test_an_apostrophe_that_begins_a_word_is_text(self, record, bring):
        table = rows(record, "hypotheses")
        table[2][4] = "'Tis a note"
        assert bring(hypotheses=table) == {"hypotheses": 2}

    def test_a_day_with_a_time(self, record, bring):
        table = rows(record, "events")
        table[1][table[0].index("date")] = datetime(2031, 2, 1, 5)
        (told,) = faults(record, lambda: bring(events=table))
        assert "cell C2 holds 2031-02-01 05:00:00; a day has no time" in told

    def test_all_of_them_at_once(self, record, bring):
        table = [[*self.HEAD[:3], "orign", "", "title"], ["H1", "=1", "x", "y", "beside", "z", "more"]]
        told = faults(record, lambda: bring(hypotheses=table, clams=[["id"]]))
        assert told == [
            "tables.xlsx, sheet clams: no table is called “clams”; call it like its table, or _clams to leave it out; did you mean claims?",
            "tables.xlsx, sheet hypotheses, row 1: column D is called “orign”; the columns are id, title, statement, origin, note; did you mean origin?",
            "tables.xlsx, sheet hypotheses, row 1: column E has no name; name it, or empty it",
            "tables.xlsx, sheet hypotheses, row 1: column F is a second “title”; leave one of them",
            "tables.xlsx, sheet hypotheses, row 1: no column origin, note; the first row of the sheet holds id, title, statement, origin, note",
            "tables.xlsx, sheet hypotheses, row 2 (H1): cell G2 stands beside the table; empty it",
            "tables.xlsx, sheet hypotheses, row 2 (H1), column title: cell B2 holds the formula =1; write its value in its place",
        ]  # fmt: skip

    def test_a_table_that_comes_twice(self, record, bring):
        table = rows(record, "hypotheses")
        (told,) = faults(record, lambda: bring(**{"hypotheses": table, "hypotheses ": table}))
        assert "hypotheses came before, from tables.xlsx, sheet hypotheses; import one of them" in told

    def test_a_file_with_nothing_in_it(self, record, bring):
        assert faults(record, lambda: bring(hypotheses=[])) == [
            "tables.xlsx: there is nothing in it; name a file with tables"
        ]

    def test_passages_without_the_text_and_passages_that_are_not_found(self, record, bring):
        head, first = rows(record, "framings")
        table = [[*head, "anchor_text"], [*first, "no such words at all"]]
        (told,) = faults(record, lambda: bring(framings=table))
        assert told.startswith(
            "tables.xlsx, sheet framings, column anchor_text: its passages are quoted and not anchored; the article's"
        )
        (told,) = faults(record, lambda: bring(framings=table, article=read(record.article)))
        assert told.startswith(
            "tables.xlsx, sheet framings, row 2 (F01), column anchor_text: “no such words at all” does not stand"
        )
