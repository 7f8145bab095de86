"""A spreadsheet's file is read for what each cell holds and what the spreadsheet took it for; nothing in it runs."""

import io
import os
import zipfile
from collections import Counter
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from sourcebook import opendocument, workbook
from sourcebook.cells import Cell
from sourcebook.errors import SourcebookError
from sourcebook.workbook import column, read, written

HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
    "<office:body><office:spreadsheet>"
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"


def packed(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def ods(*rows: str, name: str = "claims") -> bytes:
    """A document as LibreOffice writes it, with these rows."""
    body = f'<table:table table:name="{name}">{"".join(rows)}</table:table>'
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": HEAD + body + TAIL})


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(kind: str, text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="{kind}" {more}><text:p>{text}</text:p></table:table-cell>'


def xlsx(*rows: list, title: str = "claims", change=None) -> bytes:
    book = Workbook()
    book.active.title = title
    for cells in rows:
        book.active.append(cells)
    if change:
        change(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(content: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with some XML of a part, else of its first sheet, put otherwise."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    return packed(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})


@pytest.fixture
def file(tmp_path):
    def write(name: str, content: bytes | str):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def told(cells: list[Cell]) -> list[tuple]:
    return [(cell.kind, cell.text) for cell in cells]


class TestXlsx:
    def test_every_kind_of_cell_is_known(self, file):
        values = [
            "1-2",
            2,
            2.0,
            2.5,
            True,
            date(2030, 1, 2),
            datetime(2030, 1, 2, 5),
            time(1, 2),
            "=A1+1",
            "#N/A",
            None,
            "x",
        ]
        (sheet,) = read(file("t.xlsx", xlsx(values)))
        assert sheet.name == "claims" and told(sheet.rows[0][1]) == [
            ("text", "1-2"), ("number", "2"), ("number", "2"), ("number", "2.5"), ("truth", "true"), ("date", "2030-01-02"),
            ("date", "2030-01-02 05:00:00"), ("time", "01:02:00"), ("formula", "=A1+1"), ("error", "#N/A"), ("empty", ""),
            ("text", "x"),
        ]  # fmt: skip

    def test_a_number_that_shows_as_something_else_says_as_what(self, file):
        def change(sheet):
            sheet["A1"].number_format, sheet["B1"].number_format = "0.00%", "# ?/?"

        (sheet,) = read(file("t.xlsx", xlsx([0.5, 0.5, 1234567890123456], change=change)))
        notes = [cell.note for cell in sheet.rows[0][1]]
        assert notes == ["a percentage", "a fraction", "a number, of which it keeps 15 digits"]

    def test_merged_cells_and_hidden_sheets_are_known(self, file):
        def change(sheet):
            sheet.merge_cells("A2:B3")
            sheet.parent.create_sheet("other").append(["x"])
            sheet.sheet_state = "hidden"

        first, other = read(file("t.xlsx", xlsx(["id", "a"], ["C1", None], change=change)))
        assert (first.hidden, first.merged, other.hidden, other.merged) == (True, ["A2:B3"], False, [])

    def test_whether_a_number_is_shown_as_it_is_held_is_known(self, file):
        def change(sheet):
            for place, shown in enumerate(["000", '"$"0', "#,##0", "0.00", "@", "0"], 2):
                sheet.cell(1, place).number_format = shown

        (sheet,) = read(file("t.xlsx", xlsx([7] * 7, change=change)))
        assert [cell.as_text for cell in sheet.rows[0][1]] == [True, False, False, False, False, True, True]

    def test_empty_rows_are_left_out_and_the_others_keep_their_number(self, file):
        (sheet,) = read(file("t.xlsx", xlsx(["id"], [None], [], ["a", None, ""])))
        assert [(line, told(cells)) for line, cells in sheet.rows] == [(1, [("text", "id")]), (4, [("text", "a")])]

    def test_a_sheet_with_nothing_in_it_is_none(self, file):
        assert read(file("t.xlsx", xlsx())) == []

    def test_signs_that_xml_has_no_place_for_are_read_as_excel_writes_them(self, file):
        (sheet,) = read(file("t.xlsx", xlsx(["a_x000D_\nb", "_x005F_x0041_"])))
        assert [cell.text for cell in sheet.rows[0][1]] == ["a\r\nb", "_x0041_"]

    def test_such_signs_are_read_in_the_list_of_strings_that_a_spreadsheet_keeps_too(self, file):
        """Where openpyxl writes each string into its cell, Excel and LibreOffice write a list of them."""
        texts = ["_x005F_x0041_", "x_x000D_\ny", "x005F_"]
        listed = "".join(f"<si><t>{text}</t></si>" for text in texts)
        main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        packages = "http://schemas.openxmlformats.org/package/2006"
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        cells = "".join(f'<c r="{letter}1" t="s"><v>{place}</v></c>' for place, letter in enumerate("ABC"))
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="claims" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">'
            f'<Relationship Id="r1" Type="{office}/worksheet" Target="sheet1.xml"/></Relationships>',
            "xl/sheet1.xml": f'<worksheet {main}><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
            "xl/sharedStrings.xml": f"<sst {main}>{listed}</sst>",
        }
        (sheet,) = read(file("t.xlsx", packed(parts)))
        assert [cell.text for cell in sheet.rows[0][1]] == ["_x0041_", "x\r\ny", "x005F_"]

    def test_one_cell_at_the_far_end_costs_nothing(self, file):
        (sheet,) = read(file("t.xlsx", xlsx(["id"], change=lambda sheet: sheet.cell(1_048_576, 1, "end"))))
        assert [line for line, _ in sheet.rows] == [1, 1_048_576]

    def test_rows_and_cells_with_nothing_in_them_are_not_even_counted(self, file, monkeypatch):
        """A few bytes can name a row, and a column, before which there are more empty ones than a machine can list."""
        made = Counter()
        monkeypatch.setattr(workbook, "_excel", lambda cell, own=workbook._excel: made.update("x") or own(cell))
        wide = "".join(f'<row r="{line}"><c r="XFD{line}"/></row>' for line in range(2, 102))
        far = '<row r="3000000"><c r="A3000000"><v>1</v></c></row>'
        (sheet,) = read(file("t.xlsx", rewritten(xlsx(["id"]), "</row>", f"</row>{wide}{far}")))
        assert [(line, told(cells)) for line, cells in sheet.rows] == [
            (1, [("text", "id")]), (3_000_000, [("number", "1")]),
        ]  # fmt: skip
        assert made.total() == 2

    def test_a_cell_beyond_the_columns_of_a_table_is_refused_and_not_lost(self, file):
        wide = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
        with pytest.raises(SourcebookError, match="more than 20000 rows or 200 columns"):
            read(file("t.xlsx", rewritten(xlsx(["id"]), "</row>", f"</row>{wide}")))


class TestOds:
    def test_every_kind_of_cell_is_known(self, file):
        cells = [
            cell("string", "1-2"),
            cell("float", "2", 'office:value="2"'),
            cell("date", "01.02.30", 'office:date-value="2030-02-01"'),
            cell("date", "01.02.30", 'office:date-value="2030-02-01T05:00:00"'),
            cell("time", "01:02", 'office:time-value="PT01H02M00S"'),
            cell("boolean", "WAHR", 'office:boolean-value="true"'),
            cell("percentage", "50 %", 'office:value="0.5"'),
            cell("currency", "5 €", 'office:value="5"'),
            cell("float", "3", 'office:value="3" table:formula="of:=1+2"'),
            '<table:table-cell table:number-columns-repeated="2"/>',
            cell("string", "x"),
            '<table:table-cell table:number-columns-repeated="16000"/>',
        ]
        (sheet,) = read(file("t.ods", ods(row(*cells))))
        assert told(sheet.rows[0][1]) == [
            ("text", "1-2"), ("number", "2"), ("date", "2030-02-01"), ("date", "2030-02-01 05:00:00"), ("time", "01:02"),
            ("truth", "true"), ("number", "0.5"), ("number", "5"), ("formula", "of:=1+2"), ("empty", ""), ("empty", ""),
            ("text", "x"),
        ]  # fmt: skip
        assert [cell.note for cell in sheet.rows[0][1]][6:8] == ["a percentage", "an amount of money"]

    def test_text_is_read_with_its_spaces_tabs_lines_and_spans_and_without_comments(self, file):
        inside = (
            "<office:annotation><text:p>a comment</text:p></office:annotation>"
            '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:span>d<text:line-break/></text:span>e</text:p><text:p>f</text:p>'
        )
        (sheet,) = read(
            file("t.ods", ods(row(f'<table:table-cell office:value-type="string">{inside}</table:table-cell>')))
        )
        assert sheet.rows[0][1][0].text == "a   b\tcd\ne\nf"

    def test_merged_cells_hidden_sheets_and_numbers_shown_otherwise_are_known(self, file):
        table = (
            '<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:style style:name="h">'
            '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
            '<table:table table:name="claims" table:style-name="h">'
        )
        lines = [
            row(cell("string", "id"), cell("float", "007", 'office:value="7"'), cell("float", "7", 'office:value="7"')),
            row(cell("string", "C1", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>"),
        ]
        content = HEAD + table + "".join(lines) + "</table:table>" + TAIL
        (sheet,) = read(file("t.ods", packed({"content.xml": content})))
        assert (sheet.hidden, sheet.merged) == (True, ["A2:B2"])
        assert [cell.as_text for cell in sheet.rows[0][1]] == [False, False, True]

    def test_repeated_rows_are_as_many_rows_and_empty_ones_only_count(self, file):
        rows = [row(cell("string", "id")), row("<table:table-cell/>", more='table:number-rows-repeated="1000000"'),
                row(cell("string", "a"), more='table:number-rows-repeated="2"')]  # fmt: skip
        (sheet,) = read(file("t.ods", ods(*rows)))
        assert [line for line, _ in sheet.rows] == [1, 1_000_002, 1_000_003]


class TestCsv:
    ROWS = [("text", "C1"), ("text", "1-2"), ("empty", ""), ("text", "a; b, c")]

    @pytest.mark.parametrize("sign", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_whatever_parts_the_cells(self, file, sign, mark, end):
        lines = [sign.join(["id", "a", "b", "c"]), sign.join(["C1", "1-2", "", '"a; b, c"']), ""]
        (sheet,) = read(file("claims.csv", mark + end.join(lines).encode()))
        assert sheet.name == "claims" and told(sheet.rows[1][1]) == self.ROWS

    def test_the_line_that_names_the_separator_is_none_of_the_table(self, file):
        (sheet,) = read(file("claims.csv", "sep=;\r\nid;a\r\nC1;x\r\n"))
        assert [(line, told(cells)) for line, cells in sheet.rows] == [
            (2, [("text", "id"), ("text", "a")]), (3, [("text", "C1"), ("text", "x")]),
        ]  # fmt: skip

    def test_a_line_that_names_more_than_one_sign_is_refused(self, file):
        with pytest.raises(SourcebookError, match=r"claims\.csv, row 1: names “;;” as what parts its cells"):
            read(file("claims.csv", "sep=;;\nid;;a\n"))

    def test_text_in_utf16_as_excel_writes_it(self, file):
        (sheet,) = read(file("claims.csv", "id\tä\r\n".encode("utf-16")))
        assert told(sheet.rows[0][1]) == [("text", "id"), ("text", "ä")]

    def test_another_encoding_or_an_open_quotation_mark_is_refused(self, file):
        with pytest.raises(SourcebookError, match=r"claims\.csv: not UTF-8 \(byte 3\). Save it as “CSV UTF-8”"):
            read(file("claims.csv", "id,ä".encode("latin-1")))
        with pytest.raises(SourcebookError, match=r"claims\.csv, row 2: not CSV"):
            read(file("claims.csv", 'id,a\nC1,"open\n'))


class TestRefused:
    @pytest.mark.parametrize("name", ["t.xls", "t.xlsm", "t.txt", "t"])
    def test_any_other_kind_of_file(self, name, file):
        with pytest.raises(SourcebookError, match=r"ends in \.xlsx, \.ods, \.csv"):
            read(file(name, b""))

    @pytest.mark.parametrize("name", ["t.xlsx", "t.ods"])
    @pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0 encrypted", b"PK\x03\x04 cut off"])
    def test_what_is_no_archive(self, name, content, file):
        with pytest.raises(SourcebookError, match="not a workbook .* or encrypted"):
            read(file(name, content))

    @pytest.mark.parametrize("name", ["t.xlsx", "t.ods"])
    def test_an_archive_of_something_else(self, name, file):
        with pytest.raises(SourcebookError, match="cannot be read"):
            read(file(name, packed({"a.txt": "a"})))

    @pytest.mark.parametrize("name", ["t.xlsx", "t.ods"])
    def test_what_unpacks_to_more_than_a_workbook_has(self, name, file, monkeypatch):
        monkeypatch.setattr(workbook, "LARGEST", 1_000_000)
        bomb = packed({"content.xml": b" " * 1_000_001, "xl/workbook.xml": b""})
        assert len(bomb) < 10_000
        with pytest.raises(SourcebookError, match="unpacked it is more than 1000000 bytes"):
            read(file(name, bomb))

    def test_a_file_larger_than_that_is_not_even_opened(self, file, monkeypatch):
        monkeypatch.setattr(workbook, "LARGEST", 10)
        with pytest.raises(SourcebookError, match="11 bytes, more than a case has"):
            read(file("claims.csv", b"a" * 11))

    @pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.ods"])
    def test_a_pipe_or_a_device_is_not_waited_for(self, name, tmp_path):
        os.mkfifo(tmp_path / name)
        (tmp_path / f"link-{name}").symlink_to("/dev/zero")
        for path in (tmp_path / name, tmp_path / f"link-{name}"):
            with pytest.raises(SourcebookError, match="not a file. Name a spreadsheet's file"):
                read(path)

    def test_a_number_of_blanks_that_would_fill_a_memory(self, file):
        blanks = '<table:table-cell office:value-type="string"><text:p><text:s text:c="2000000000"/></text:p></table:table-cell>'
        with pytest.raises(SourcebookError, match=r"t\.ods: cannot be read .*2000000000 blanks in its cells"):
            read(file("t.ods", ods(row(blanks))))

    def test_a_row_of_repeated_cells_that_would_fill_a_memory(self, file, monkeypatch):
        empty = '<table:table-cell table:number-columns-repeated="99999"/>'
        (sheet,) = read(file("t.ods", ods(row(cell("string", "id"), empty * 1000))))
        assert len(sheet.rows[0][1]) == 1
        asked = list(opendocument.sheets(ods(row(empty * 1000, cell("string", "x"))), 20, 10))
        assert [len(cells) for _, rows in asked for _, cells in rows] == [12]
        with pytest.raises(SourcebookError, match="more than 20,000 rows or 200 columns|more than 20000 rows"):
            read(file("t.ods", ods(row(empty * 1000, cell("string", "x")))))

    def test_what_is_read_at_all_is_bounded_by_what_its_parsing_takes(self):
        assert workbook.LARGEST <= 20_000_000

    @pytest.mark.parametrize("before", ["", f"<!--{' ' * 5000}-->"], ids=["", "behind a comment"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_entities(self, encoding, before, file):
        bomb = before + '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>' + HEAD + TAIL
        with pytest.raises(SourcebookError, match="defines entities of its own"):
            read(file("t.ods", packed({"content.xml": bomb.encode(encoding)})))

    def test_more_rows_or_columns_than_a_table_has(self, file, monkeypatch):
        monkeypatch.setattr(workbook, "ROWS", 5)
        monkeypatch.setattr(workbook, "COLUMNS", 3)
        repeated = row(cell("string", "a"), more='table:number-rows-repeated="1000000"')
        for name, content in [
            ("t.csv", "a\n" * 6), ("t.xlsx", xlsx(*[["a"]] * 6)), ("t.ods", ods(repeated)), ("t.csv", "a,a,a,a\n"),
            ("t.ods", ods(row(cell("string", "a", 'table:number-columns-repeated="1000000"')))),
        ]:  # fmt: skip
            with pytest.raises(SourcebookError, match="more than 5 rows or 3 columns"):
                read(file(name, content))

    def test_sheets_that_are_one_part_of_the_file_which_would_be_read_for_each_of_them(self, file):
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        again = f'<sheet xmlns:r="{relation}" name="again" sheetId="9" r:id="rId1"/>'
        content = rewritten(xlsx(["id"]), "<sheets>", f"<sheets>{again}", "xl/workbook.xml")
        with pytest.raises(SourcebookError, match=r"t\.xlsx: cannot be read .*two of its sheets are one part"):
            read(file("t.xlsx", content))

    def test_a_text_that_is_held_once_and_stands_in_cells_without_number(self, file, monkeypatch):
        """A few hundred bytes of a workbook could fill a memory: what counts is the text of all cells, of all sheets."""
        monkeypatch.setattr(workbook, "LARGEST", 20_000)
        often = row(
            cell("string", "x" * 500, 'table:number-columns-repeated="10"'), more='table:number-rows-repeated="9"'
        )
        with pytest.raises(
            SourcebookError, match="t.ods, sheet claims, row 5: .* more than 20000 characters. Name a case"
        ):
            read(file("t.ods", ods(often)))
        once = row(cell("string", "x" * 500, 'table:number-columns-repeated="9"'))
        several = f'<table:table table:name="other">{once}</table:table>'
        sheets = several.join([HEAD, *[""] * 4, TAIL])
        with pytest.raises(
            SourcebookError, match="t.ods, sheet other, row 1: .* more than 20000 characters. Name a case"
        ):
            read(file("t.ods", packed({"content.xml": sheets})))


class TestWritten:
    def test_every_text_comes_back_as_it_is(self, file):
        cells = [
            "1-2",
            "MAR1",
            "007",
            "=1+1",
            "+1",
            "'x",
            "#N/A",
            "TRUE",
            "1e5",
            " a ",
            "a\nb",
            "a\r\nb",
            "\t",
            "_x0041_",
            "é🎪",
        ]
        (sheet,) = read(file("t.xlsx", written({"claims": (cells, [cells, ["", "x"]])})))
        assert told(sheet.rows[1][1]) == [("text", text) for text in cells]
        assert told(sheet.rows[2][1]) == [("empty", ""), ("text", "x")]

    def test_cells_are_formatted_as_text_the_empty_ones_too(self, file):
        from openpyxl import load_workbook

        path = file("t.xlsx", written({"claims": (["id", "note"], [["C1", ""]])}))
        sheet = load_workbook(path)["claims"]
        assert {cell.number_format for line in sheet.iter_rows() for cell in line} == {"@"}
        assert [sheet.column_dimensions[letter].number_format for letter in "AB"] == ["@", "@"]


def test_columns_have_letters():
    assert [column(number) for number in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
