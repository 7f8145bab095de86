"""What an analyst types while coding: anchor, reanchor, import and export, with exit codes for scripts and no traceback."""

import csv
import shutil

import cases
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from scratch import tree

from sourcebook import files
from sourcebook.article import read
from sourcebook.check import check
from sourcebook.cli import main

SHIP = "denied that a ship will leave before June"


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A checkout to work in, in which the analyst keeps a copy of the text."""
    record = cases.checkout(tmp_path)
    (tmp_path / "articles").mkdir()
    shutil.copy(record.article, tmp_path / "articles/fair.txt")
    monkeypatch.chdir(tmp_path)
    return record


def typed(*words, code: int = 0):
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == code, result.output
    return result


class TestAnchor:
    def test_prints_the_place_and_last_of_all_the_cells_to_paste(self, record):
        held = next(row for row in record.rows("claims") if row["id"] == "C02")
        lines = typed("anchor", "fair", "--paragraph", 3, SHIP).stdout.splitlines()
        assert lines[-1] == ",".join(held[column] for column in ("paragraph", "start", "end", "digest"))
        assert lines[0].startswith("Found: paragraph 3, 110-151 …") and f"[{SHIP}]" in lines[0]

    def test_says_what_the_article_writes_otherwise(self, record):
        shown = typed("anchor", "fair", '"A fine day for the town"').stdout
        assert "The article has it with other quotation marks" in shown and shown.splitlines()[-1].startswith("4,0,25,")

    def test_writes_into_a_row_and_nothing_else(self, record):
        before = (record.folder / "claims.csv").read_text("utf-8")
        record.set("claims", "C02", start="1", end="2", digest="0" * 16)
        assert "Written into claims.csv, row 3 (C02)." in typed("anchor", "fair", "--row", "C02", SHIP).stdout
        assert (record.folder / "claims.csv").read_text("utf-8") == before

    def test_takes_the_occurrence_that_is_named(self, record):
        refused = typed("anchor", "fair", "--paragraph", 3, "the fair", code=0)
        assert refused.stdout.splitlines()[-1].startswith("3,47,55,")
        error = typed("anchor", "fair", "--paragraph", 3, "the", code=1).stderr
        assert "“the” stands 4 times in paragraph 3" in error and "[the] radio" in error and "--occurrence" in error
        assert (
            typed("anchor", "fair", "--paragraph", 3, "--occurrence", 2, "the")
            .stdout.splitlines()[-1]
            .startswith("3,47,50,")
        )

    def test_words_that_stand_nowhere_show_what_is_closest(self, record):
        assert "the closest is paragraph 3" in typed("anchor", "fair", "denied that a shop will leave", code=1).stderr

    def test_without_words_anchors_every_table_that_quotes_and_the_check_asks_for_it(self, record):
        sound = {name: (record.folder / f"{name}.csv").read_bytes() for name in ("claims", "framings")}
        for name, words in (("claims", {"C02": SHIP}), ("framings", {"F01": "Who asked the fishermen?"})):
            rows = record.rows(name)
            for row in rows:
                row["anchor_text"] = words.get(row["id"], "")
                if row["anchor_text"]:
                    row |= {"paragraph": "", "start": "", "end": "", "digest": ""}
            record.put(name, rows, list(rows[0]))
        faults = [str(fault) for fault in check(record.folder)]
        assert faults == [
            f"{name}.csv, column anchor_text: its passages are quoted and not anchored yet; run sourcebook anchor fair"
            for name in ("claims", "framings")
        ]
        shown = typed("anchor", "fair", "--table", "claims").stdout
        assert shown == "claims.csv: 1 row anchored.\n"
        assert typed("anchor", "fair").stdout == "framings.csv: 1 row anchored.\n"
        assert {name: (record.folder / f"{name}.csv").read_bytes() for name in sound} == sound
        assert "there is nothing to anchor" in typed("anchor", "fair").stdout

    def test_a_row_that_fails_is_told_and_the_others_are_written(self, record):
        rows = [
            row | {"anchor_text": words}
            for row, words in zip(record.rows("claims"), ("We will open", "the", SHIP[:10]))
        ]
        record.put("claims", rows, list(rows[0]))
        done = typed("anchor", "fair", code=1)
        assert (
            done.stdout == "claims.csv: 1 row anchored.\n"
        )  # the third names paragraph 4, where its words do not stand
        assert "claims.csv, row 3 (C02), column anchor_text: “the” stands 4 times in paragraph 3" in done.stderr
        assert "claims.csv, row 4 (C03), column anchor_text: “denied tha” does not stand in paragraph 4" in done.stderr
        assert done.stderr.endswith("Mend these, then run again: sourcebook anchor fair\n")
        assert [row["anchor_text"] for row in record.rows("claims")] == ["", "the", "denied tha"]

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--paragraph", "3"], "for quoted words"),
            (["--row", "C01"], "for quoted words"),
            (["--table", "claims", "We will"], "--table is for a whole table"),
            (["--table", "clams"], "did you mean claims?"),
            (["--paragraph", "0", "We will"], "0 is not in the range"),
        ],
    )
    def test_a_command_line_that_says_nothing_is_exit_2(self, record, words, told):
        assert told in typed("anchor", "fair", *words, code=2).stderr

    def test_an_empty_variable_of_a_shell_does_not_anchor_whole_tables(self, record):
        for words in ("", "  "):
            assert "no words are quoted" in typed("anchor", "fair", words, code=2).stderr

    def test_a_table_that_commas_do_not_part_is_told(self, record):
        record.data("claims.csv", lambda data: data.replace(b",", b";"))
        before = tree(record.folder)
        told = "claims.csv: its cells are not parted by commas; save it with commas, or let sourcebook import fair claims.csv"
        assert told in typed("anchor", "fair", code=1).stderr
        assert told in typed("anchor", "fair", "--row", "C02", SHIP, code=1).stderr
        assert told in typed("export", "fair", "tables.xlsx", code=1).stderr
        assert tree(record.folder) == before

    def test_a_table_without_the_columns_of_an_anchor_is_told(self, record):
        record.edit("claims.csv", "paragraph,start,end,digest", "para,start,end,dig")
        told = "claims.csv, row 1: no column paragraph, digest; name each column in the header row; is it para?"
        assert told in typed("anchor", "fair", code=1).stderr
        assert told in typed("anchor", "fair", "--row", "C02", SHIP, code=1).stderr

    def test_a_row_in_whose_cells_no_place_is_known_is_not_written_into(self, record):
        record.edit("claims.csv", "C02,", "C02,more,")
        before = tree(record.folder)
        error = typed("anchor", "fair", "--row", "C02", SHIP, code=1).stderr
        assert "claims.csv, row 3 (C02): its cells are not those of the header row" in error
        assert tree(record.folder) == before

    def test_what_cannot_be_written_is_told(self, record, monkeypatch):
        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        rows = [row | {"anchor_text": ""} for row in record.rows("framings")]
        record.put("framings", rows, list(rows[0]))
        monkeypatch.setattr(files, "write_bytes", refuse)
        for words in (["anchor", "fair", "--row", "C02", SHIP], ["anchor", "fair"], ["codes", "fair", "topic", "a=x"]):
            error = typed(*words, code=1).stderr
            assert "cannot be written (Permission denied)" in error and "make it writable" in error

    def test_an_unknown_row_names_the_nearest(self, record):
        assert "no row “C2”; did you mean C02?" in typed("anchor", "fair", "--row", "C2", SHIP, code=1).stderr

    def test_the_text_must_be_at_hand_and_the_one_that_was_coded(self, record, tmp_path):
        (tmp_path / "other.txt").write_text("Another text.\n", "utf-8")
        error = typed("anchor", "fair", "--article", "other.txt", "Another", code=1).stderr
        assert "not the one that case fair is coded after" in error and "sourcebook reanchor fair" in error
        (tmp_path / "articles/fair.txt").unlink()
        assert "is not at hand: pass it with --article PATH" in typed("anchor", "fair", SHIP, code=1).stderr
        assert typed("anchor", "fair", "--article", record.article, SHIP).stdout


class TestReanchor:
    @pytest.fixture
    def new(self, tmp_path):
        (tmp_path / "new.txt").write_bytes(("News\r\n\r\n" + cases.ARTICLE.replace("\n", "\r\n")).encode())
        return tmp_path / "new.txt"

    def test_moves_the_case_and_the_analysts_copy(self, record, new, tmp_path):
        shown = typed("reanchor", "fair", "--article", new).stdout
        assert shown.startswith(
            "Case fair: 10 of 10 anchors found again, 10 of them in another place.\nParagraph 1 is new"
        )
        # The text that was coded is one that `new` makes, so its versions are: blanks and ends of lines are none of it.
        assert (tmp_path / "articles/fair.txt").read_bytes() == new.read_bytes().replace(b"\r\n", b"\n")
        assert "10 of 10 anchors verified" in typed("check", "--case", "fair", "--article", new).stdout
        assert sorted(path.name for path in record.folder.parent.iterdir()) == ["article.txt", "fair"]

    def test_a_dry_run_says_the_same_and_writes_nothing(self, record, new, tmp_path):
        before = tree(tmp_path)
        dry = typed("reanchor", "fair", "--article", new, "--dry-run").stdout
        assert tree(tmp_path) == before and dry.endswith("Nothing was written.\n")
        assert typed("reanchor", "fair", "--article", new).stdout == dry.removesuffix("Nothing was written.\n")

    def test_what_is_left_is_exit_1_and_what_the_check_names(self, record, new):
        new.write_text(new.read_text("utf-8").replace("is naïve", "was naïve"), "utf-8")
        shown = typed("reanchor", "fair", "--article", new, code=1).stdout
        assert "9 of 10 anchors" in shown and "reactions.csv, row 3 (R02)" in shown
        error = typed("check", "--case", "fair", "--article", new, code=1).stderr
        assert error.startswith(
            "Error: 1 fault in case fair:\n  reactions.csv, row 3 (R02), column paragraph: the cell is empty"
        )
        typed("anchor", "fair", "--row", "R02", "such a date, he let it be known, was naïve")
        assert typed("check", "--case", "fair", "--article", new).exit_code == 0

    def test_the_old_text_may_be_given_or_be_missing(self, record, new, tmp_path):
        (tmp_path / "articles/fair.txt").rename(tmp_path / "old.txt")
        shown = typed("reanchor", "fair", "--article", new, "--dry-run").stdout
        assert typed("reanchor", "fair", "--article", new, "--old", "old.txt", "--dry-run").stdout == shown
        assert "not the text that was coded" in typed("reanchor", "fair", "--article", new, "--old", new, code=1).stderr
        shutil.copy(new, tmp_path / "articles/fair.txt")
        assert "found by their digests alone" in typed("reanchor", "fair", "--article", new, "--dry-run").stdout

    def test_the_same_text_changes_nothing(self, record, tmp_path):
        before = tree(tmp_path)
        assert "there is nothing to do" in typed("reanchor", "fair", "--article", record.article).stdout
        assert tree(tmp_path) == before

    @pytest.mark.parametrize("old_at_hand", [True, False])
    def test_the_very_file_that_the_text_was_taken_from_changes_nothing(self, record, tmp_path, old_at_hand):
        lines = "\r\n".join(f"  {line} \t" for line in cases.ARTICLE.split("\n"))
        (tmp_path / "raw.txt").write_bytes(lines.encode())
        if not old_at_hand:
            (tmp_path / "articles/fair.txt").unlink()
        before = tree(record.folder)
        assert "there is nothing to do" in typed("reanchor", "fair", "--article", "raw.txt").stdout
        assert (
            tree(record.folder) == before and read(tmp_path / "articles/fair.txt").sha256 == read(record.article).sha256
        )

    def test_of_a_text_that_new_did_not_make_a_new_version_is_the_file_as_it_is(self, record, tmp_path):
        raw = cases.ARTICLE.replace("\n", " \r\n").encode()
        record.print_article(raw.decode(), adopt=True)
        shutil.copy(record.article, tmp_path / "articles/fair.txt")
        (tmp_path / "new.txt").write_bytes(b"News \r\n" + raw)
        typed("reanchor", "fair", "--article", "new.txt")
        assert (tmp_path / "articles/fair.txt").read_bytes() == b"News \r\n" + raw

    @pytest.mark.parametrize(("encoding", "told"), [("utf-16", []), ("windows-1252", ["--encoding", "windows-1252"])])
    def test_a_text_in_another_encoding_is_taken(self, record, tmp_path, encoding, told):
        text = ("News\n\n" + cases.ARTICLE).replace("🎪", "!" if encoding != "utf-16" else "🎪")
        (tmp_path / "new.txt").write_bytes(text.encode(encoding))
        shown = typed("reanchor", "fair", "--article", "new.txt", *told, "--dry-run", code=int(bool(told))).stdout
        assert "Paragraph 1 is new" in shown

    def test_where_the_text_cannot_be_kept_nothing_is_written(self, record, new, tmp_path):
        shutil.rmtree(tmp_path / "articles")
        (tmp_path / "articles").write_text("a file", "utf-8")
        before = tree(tmp_path)
        error = typed("reanchor", "fair", "--article", new, "--old", record.article, code=1).stderr
        assert "articles: no folder can be made there" in error and "Nothing is changed" in error
        assert tree(tmp_path) == before

    def test_a_row_in_whose_cells_no_place_is_known_is_mended_first(self, record, new):
        record.edit("claims.csv", "C02,", "C02,more,")
        before = tree(record.folder)
        assert "claims.csv, row 3 (C02)" in typed("reanchor", "fair", "--article", new, code=1).stderr
        assert tree(record.folder) == before

    def test_a_digest_that_stands_in_a_comment_too_is_told_with_its_lines(self, record, new):
        path = record.folder / "case.yml"
        path.write_text(f"# {read(record.article).sha256}\n{path.read_text('utf-8')}", "utf-8")
        error = typed("reanchor", "fair", "--article", new, code=1).stderr
        assert "case.yml: the SHA-256 of the text that was coded stands in lines 1 and" in error and "comments" in error

    def test_a_text_that_the_case_ships_is_replaced_with_the_tables(self, record, new):
        shutil.copy(record.article, record.folder / "article.txt")
        record.meta(article={**cases.META["article"], "sha256": read(record.article).sha256, "text": "article.txt"})
        typed("reanchor", "fair", "--article", new)
        text = new.read_bytes().replace(b"\r\n", b"\n")
        assert (record.folder / "article.txt").read_bytes() == text and check(record.folder) == []

    def test_tables_that_cannot_be_read_are_mended_first(self, record, new):
        record.edit("claims.csv", "id,actor_id", "id,actor")
        assert "claims.csv" in typed("reanchor", "fair", "--article", new, code=1).stderr


class TestSpreadsheets:
    def test_out_edited_and_in_again(self, record, tmp_path):
        assert typed("export", "fair", "tables.xlsx").stdout == "The tables: tables.xlsx\n"
        assert "Nothing differs" in typed("import", "fair", "tables.xlsx").stdout
        book = load_workbook("tables.xlsx")
        book["claims"]["Q2"] = "An edited note."
        book.save("tables.xlsx")
        assert typed("import", "fair", "tables.xlsx").stdout == "claims.csv: written, 3 rows.\n"
        assert record.rows("claims")[0]["note"] == "An edited note."

    def test_a_fault_is_exit_1_and_nothing_is_written(self, record, tmp_path):
        typed("export", "fair", "tables.xlsx")
        book = load_workbook("tables.xlsx")
        book["claims"]["E2"] = "wether"
        book.save("tables.xlsx")
        before = tree(record.folder)
        error = typed("import", "fair", "tables.xlsx", code=1).stderr
        assert "tables.xlsx, sheet claims, row 2 (C01), column topic: found “wether”" in error
        assert tree(record.folder) == before

    def test_a_table_of_semicolons_in_the_case_is_told_and_mended_by_an_import(self, record):
        rows = record.rows("hypotheses")
        before = (record.folder / "hypotheses.csv").read_bytes()
        with (record.folder / "hypotheses.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        error = typed("check", "--case", "fair", code=1).stderr
        assert (
            "hypotheses.csv: its cells are not parted by commas; save it with commas, or let sourcebook import fair hypotheses.csv do it"
            in error
        )
        typed("import", "fair", "data/fair/hypotheses.csv")
        assert (record.folder / "hypotheses.csv").read_bytes() == before

    def test_a_table_with_a_mark_at_its_beginning_is_read(self, record):
        record.data("claims.csv", lambda data: b"\xef\xbb\xbf" + data)
        assert check(record.folder) == []

    def test_from_inside_the_case_with_nothing_that_differs_the_folder_stays(self, record, monkeypatch):
        typed("export", "fair", "tables.xlsx")
        before = record.folder.stat().st_ino
        monkeypatch.chdir(record.folder)
        assert "Nothing differs" in typed("import", "fair", "../../tables.xlsx").stdout
        assert record.folder.stat().st_ino == before

    def test_an_editor_that_has_a_table_open_does_not_stand_in_the_way(self, record):
        typed("export", "fair", "tables.xlsx")
        book = load_workbook("tables.xlsx")
        book["claims"]["Q2"] = "An edited note."
        book.save("tables.xlsx")
        (record.folder / ".#claims.csv").symlink_to("nobody@nowhere.1:1")
        assert typed("import", "fair", "tables.xlsx").stdout == "claims.csv: written, 3 rows.\n"
        assert (record.folder / ".#claims.csv").is_symlink()

    def test_files_of_other_kinds_are_refused(self, record):
        assert "must end in .xlsx" in typed("export", "fair", "tables.csv", code=2).stderr
        assert "cannot be written" in typed("export", "fair", "nowhere/tables.xlsx", code=1).stderr
        assert "ends in .xlsx, .ods, .csv" in typed("import", "fair", "tables.xls", code=1).stderr
        assert "nowhere.xlsx: cannot be read" in typed("import", "fair", "nowhere.xlsx", code=1).stderr
