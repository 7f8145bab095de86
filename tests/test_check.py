"""Checking a case: all its faults in one run, each with its place, what was found there and what would be right."""

import json
import re
import shutil
import socket

import cases
import pytest
from click.testing import CliRunner

from sourcebook.article import read
from sourcebook.check import check
from sourcebook.cli import main

TABLES = list(cases.tables())


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The case in a checkout, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return cases.checkout(tmp_path)


def command(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def places(faults) -> list[tuple]:
    return sorted((fault.file, fault.row or 0, fault.column) for fault in faults)


def only(faults):
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def damage(record) -> list[tuple[str, str, str, str, str]]:
    """Fourteen faults over ten files: where each is, what was found, what would be right."""
    record.set("claims", "C01", claim_type="commitmnt")
    record.set("claims", "C02", actor_id="mastr")
    record.set("claims", "C03", credibility="7")
    (record.folder / "corroboration.csv").unlink()
    record.edit("errata.csv", ",why,", ",because,")
    record.set("reactions", "R02", start="ten")
    record.set("reactions", "R01", quote="one two three four five six seven eight nine ten eleven twelve thirteen")
    record.set("relations", "L02", id="L01")
    record.set("relations", "L04", to_id="C011")
    record.set("assessments", "J01", end="9999")
    record.set("consistency", "K002", rationale="")
    record.data("hypotheses.csv", lambda content: content + "H3,Été,s,o,\n".encode("latin-1"))
    record.set("sources", "gazette", bibkey="gazete_2031")
    record.meta(licens="MIT")
    return [
        ("claims.csv", 2, "claim_type", "“commitmnt”", "assertion, denial, evaluation, forecast, commitment, demand, refusal; did you mean commitment?"),
        ("claims.csv", 3, "actor_id", "“mastr”", "a row in actors.csv; did you mean master?"),
        ("claims.csv", 4, "credibility", "“7”", "allowed are 1, 2, 3, 4, 5, 6"),
        ("corroboration.csv", 0, "", "missing", "restore it"),
        ("errata.csv", 0, "why", "“because”", "id,paragraph,printed,corrected,why,note"),
        ("reactions.csv", 3, "start", "“ten”", "type integer"),
        ("reactions.csv", 2, "quote", "13 words", "at most 12"),
        ("relations.csv", 3, "id", "“L01”", "an id of its own"),
        ("relations.csv", 5, "to_id", "“C011”", "a row in claims, reactions, assessments, framings, events; did you mean C01?"),
        ("assessments.csv", 2, "end", "9999", "paragraph 5 has 136 characters"),
        ("consistency.csv", 3, "rationale", "a rating of I without a reason", "say why"),
        ("hypotheses.csv", 0, "", "not UTF-8", "save the file as UTF-8"),
        ("sources.csv", 2, "bibkey", "“gazete_2031”", "a key of references.bib; did you mean gazette_2031?"),
        ("case.yml", 0, "licens", "no such key", "did you mean licence?"),
    ]  # fmt: skip


def test_a_sound_case_has_no_fault_with_the_article_and_without(record):
    assert check(record.folder) == []
    assert check(record.folder, read(record.article)) == []


class TestManyFaults:
    """Whoever codes mends everything after one run instead of one thing a run."""

    def test_faults_of_every_kind_are_all_told_once_and_nothing_else_is(self, record):
        expected = damage(record)
        assert places(check(record.folder)) == sorted(place[:3] for place in expected)

    def test_each_names_file_line_column_what_was_found_and_what_would_be_right(self, record):
        expected = damage(record)
        told = {(fault.file, fault.row or 0, fault.column): fault for fault in check(record.folder)}
        for *place, found, right in expected:
            fault = told[tuple(place)]
            assert found in fault.found and right in fault.right
            where = re.escape(fault.file) + (rf", row {fault.row}\b.*" if fault.row else "")
            assert re.match(where + (f", (column|key) {fault.column}: " if fault.column else ".*: "), str(fault))

    def test_the_command_prints_them_all_and_exits_with_1(self, checkout):
        expected = damage(checkout)
        result = command()
        assert result.exit_code == 1
        assert f"{len(expected)} faults in case fair:" in result.stderr
        for file, row, column, found, right in expected:
            lines = [
                line
                for line in result.stderr.splitlines()
                if line.strip().startswith(file) and found in line and right in line
            ]
            assert len(lines) == 1, (file, row, column)
            assert not row or f"row {row} (" in lines[0]
        assert "Traceback" not in result.output and not result.stdout

    def test_a_message_names_the_rows_id_beside_its_line(self, record):
        record.set("claims", "C03", credibility="7")
        assert str(only(check(record.folder))) == (
            "claims.csv, row 4 (C03), column credibility: found “7”; allowed are 1, 2, 3, 4, 5, 6"
        )


class TestCommand:
    """`sourcebook check` speaks to people in sentences and to scripts in exit codes."""

    def test_a_sound_case_exits_with_0_and_says_that_the_text_was_not_verified(self, checkout):
        result = command()
        assert result.exit_code == 0, result.output
        assert "Case fair: 14 tables, 45 rows, no fault." in result.stdout
        assert "10 anchors" in result.stdout and "not verified" in result.stdout and "--article" in result.stdout

    def test_with_the_article_every_anchor_is_verified(self, checkout):
        result = command("--article", checkout.article)
        assert result.exit_code == 0, result.output
        assert "10 of 10 anchors verified against the article, none skipped." in result.stdout

    def test_the_analysts_own_copy_is_used_unasked_and_said(self, checkout):
        own = checkout.folder.parents[1] / "articles" / "fair.txt"
        own.parent.mkdir()
        own.write_text(cases.ARTICLE, "utf-8")
        assert "10 of 10 anchors verified against your own copy of the text, articles/fair.txt" in command().stdout
        checkout.set("claims", "C02", digest="0123456789abcdef")
        result = command()
        assert result.exit_code == 1 and "claims.csv, row 3 (C02), column digest: " in result.stderr

    def test_the_text_that_a_case_ships_is_used_unasked_and_said(self, checkout):
        (checkout.folder / "own.txt").write_text(cases.ARTICLE, "utf-8")
        checkout.meta(article={**checkout.read_meta()["article"], "text": "own.txt"})
        assert "10 of 10 anchors verified against the text that the case ships, own.txt" in command().stdout

    def test_with_the_article_an_anchor_that_is_off_is_told_and_without_it_cannot_be(self, checkout):
        checkout.set("claims", "C02", digest="0123456789abcdef")
        result = command("--article", checkout.article)
        assert result.exit_code == 1 and "claims.csv, row 3 (C02), column digest: " in result.stderr
        assert command().exit_code == 0

    def test_the_wrong_article_is_one_message_and_exit_code_1(self, checkout):
        checkout.print_article(cases.ARTICLE.replace("bakers", "butchers"))
        result = command("--article", checkout.article)
        assert result.exit_code == 1 and "1 fault in case fair" in result.stderr
        assert "case.yml, key article.sha256: the article at hand has" in result.stderr

    def test_an_unreadable_article_is_one_message_and_exit_code_1(self, checkout):
        checkout.print_article(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        result = command("--article", checkout.article)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {checkout.article}: ") and result.stderr.count("\n") == 1

    def test_a_figure_in_the_commentary_that_no_notebook_has_is_a_fault_like_any_other(self, checkout):
        checkout.edit("commentary/claims.md", "{finding}", "{findng}")
        checkout.set("claims", "C03", credibility="7")
        result = command()
        assert result.exit_code == 1 and "2 faults in case fair" in result.stderr
        assert "commentary/claims.md, row 1: {findng} is not a figure of this notebook" in result.stderr
        assert "did you mean finding?" in result.stderr

    def test_a_case_that_is_not_there_is_one_message_with_the_cases_that_are(self, checkout):
        result = command("--case", "fare")
        assert result.exit_code == 1
        assert "there is no case “fare”; the cases here are fair; did you mean fair?" in result.stderr

    def test_an_option_that_does_not_exist_exits_with_2(self, checkout):
        assert command("--cases", "fair").exit_code == 2


class TestUnreadableTable:
    """A table that cannot be read is one fault; it neither hides the others' faults nor makes false ones."""

    @pytest.mark.parametrize("table", TABLES)
    def test_missing_it_alone_is_named(self, record, table):
        (record.folder / f"{table}.csv").unlink()
        fault = only(check(record.folder, read(record.article)))
        assert (fault.file, fault.found) == (f"{table}.csv", "the file is missing")

    @pytest.mark.parametrize("table", ["actors", "claims"])
    @pytest.mark.parametrize(
        ("change", "found"),
        [
            (lambda content: b"", "the file is empty"),
            (lambda content: content + b"\xff\xfe", "not UTF-8"),
            (lambda content: content.decode().encode("utf-16"), "not UTF-8"),
            (lambda content: content.replace(b"note", b"remark", 1), "“remark” is not as the schema has it"),
            (
                lambda content: content.replace(b",note", b"", 1).replace(b",\n", b"\n"),
                "the header row is not as the schema has it",
            ),
        ],
        ids=["empty", "stray bytes", "UTF-16", "column renamed", "column dropped"],
    )
    def test_unreadable_it_alone_is_named(self, record, table, change, found):
        record.data(f"{table}.csv", change)
        fault = only(check(record.folder, read(record.article)))
        assert fault.file == f"{table}.csv" and fault.found.startswith(found)

    def test_a_renamed_column_is_told_with_the_header_that_the_table_should_have(self, record):
        record.edit("hypotheses.csv", "origin", "orign")
        fault = only(check(record.folder))
        assert fault.column == "origin" and "“orign”" in fault.found
        assert fault.right == "the header must read id,title,statement,origin,note"

    @pytest.mark.parametrize("digits", [10, 4000, 5000])
    @pytest.mark.parametrize("column", ["paragraph", "start", "end"])
    def test_a_number_of_more_digits_than_any_text_has_signs_is_told(self, record, column, digits):
        record.set("claims", "C01", **{column: "9" * digits})
        told = [fault for fault in check(record.folder, read(record.article)) if fault.id == "C01"]
        assert f"a number of {digits} digits" in [fault.found for fault in told if fault.column == column]

    @pytest.mark.parametrize("label", [" origin", "origin ", "origin\n"])
    def test_blanks_around_a_columns_name_are_told_with_the_header_that_the_table_should_have(self, record, label):
        record.edit("hypotheses.csv", "origin", f'"{label}"')
        fault = only(check(record.folder))
        assert fault.file == "hypotheses.csv" and fault.right == "the header must read id,title,statement,origin,note"

    def test_two_of_them_are_both_named_and_the_sound_tables_still_checked(self, record):
        (record.folder / "actors.csv").unlink()
        record.data("claims.csv", lambda content: content + b"\xff")
        record.set("sources", "radio", reliability="G")
        record.set("assessments", "J02", source_id="buletin")
        assert places(check(record.folder)) == [
            ("actors.csv", 0, ""), ("assessments.csv", 3, "source_id"), ("claims.csv", 0, ""), ("sources.csv", 3, "reliability"),
        ]  # fmt: skip

    def test_a_column_too_many_is_one_fault(self, record):
        record.edit("hypotheses.csv", "origin,note", "origin,note,more")
        assert "“more”" in only(check(record.folder)).found

    def test_a_table_saved_with_semicolons_is_named(self, record):
        record.data("relations.csv", lambda content: content.replace(b",", b";"))
        assert {(fault.file, fault.row) for fault in check(record.folder)} == {("relations.csv", None)}

    def test_a_table_saved_with_tabs_that_no_rule_reads_is_named_too(self, record):
        record.data("errata.csv", lambda content: content.replace(b",", b"\t"))
        assert {(fault.file, fault.row) for fault in check(record.folder)} == {("errata.csv", None)}


class TestRows:
    """What is wrong with a row's form is told for that row, and the rows around it keep their numbers."""

    def test_an_empty_line_is_one_fault_and_the_rows_after_it_keep_their_lines(self, record):
        record.edit("consistency.csv", "\nK002", "\n\nK002")
        record.edit("consistency.csv", "C03 bears on H2.", "")
        told = {(fault.row, fault.column): fault.found for fault in check(record.folder)}
        assert told[3, ""] == "the row is empty"
        assert told[6, "rationale"] == "a rating of II without a reason"

    def test_an_empty_line_is_one_fault(self, record):
        record.edit("consistency.csv", "\nK002", "\n\nK002")
        assert only(check(record.folder)).found == "the row is empty"

    def test_a_table_with_only_its_header_is_a_sound_table(self, record):
        for table in ("corroboration", "errata", "relations", "consistency"):
            record.data(f"{table}.csv", lambda content: content.splitlines(keepends=True)[0])
        assert check(record.folder, read(record.article)) == []

    @pytest.mark.parametrize(
        "change",
        [lambda content: b"\xef\xbb\xbf" + content, lambda content: content.replace(b"\n", b"\r\n")],
        ids=["BOM", "CRLF"],
    )
    def test_what_a_spreadsheet_adds_to_a_file_is_no_fault(self, record, change):
        for table in TABLES:
            record.data(f"{table}.csv", change)
        assert check(record.folder, read(record.article)) == []
        record.set("claims", "C02", mode="indirectly")
        assert places(check(record.folder)) == [("claims.csv", 3, "mode")]

    def test_a_comma_outside_quotation_marks_is_told_with_its_row_and_cure(self, record):
        record.edit("hypotheses.csv", "The date serves the guests.", "The date, serves the guests.")
        fault = only(check(record.folder))
        assert (fault.file, fault.row, fault.id) == ("hypotheses.csv", 3, "H2")
        assert "cell too many" in fault.found and "quotation marks" in fault.right

    def test_a_row_with_a_cell_too_many_is_still_a_row(self, record):
        record.edit("claims.csv", "Gist of C01.", "Gist, of C01.")
        record.set("consistency", "K002", rationale="")
        assert places(check(record.folder)) == [("claims.csv", 2, ""), ("consistency.csv", 3, "rationale")]

    def test_a_row_whose_cells_are_out_of_step_makes_no_false_fault_elsewhere(self, record):
        record.edit("claims.csv", "C01,mayor,gazette,", "C01,mayor,of the town,gazette,")
        assert {(fault.file, fault.row) for fault in check(record.folder, read(record.article))} == {("claims.csv", 2)}

    def test_the_rows_after_a_cell_too_many_keep_their_lines(self, record):
        record.set("relations", "L05", to_id="X99")
        record.edit("relations.csv", "L01,C02,C01,contradicts,A reason.,", "L01,C02,C01,contradicts,A reason.,,,")
        told = [place for place in places(check(record.folder)) if place[2] == "to_id"]
        assert told == [("relations.csv", 6, "to_id")]

    def test_a_row_that_ends_early_is_one_fault(self, record):
        record.edit("hypotheses.csv", "H2,Weather,The date serves the guests.,the coder,", "H2,Weather")
        fault = only(check(record.folder))
        assert (fault.row, fault.found) == (3, "the row ends early")

    def test_rows_after_a_cell_with_a_line_break_are_told_by_their_line_in_the_file(self, record):
        record.edit("hypotheses.csv", "The date serves the bakers.", '"The date\nserves the bakers."')
        record.edit("hypotheses.csv", "Weather", "")
        assert only(check(record.folder)).row == 4

    def test_so_are_those_that_only_a_rule_finds(self, record):
        record.edit("consistency.csv", "C01 bears on H1.", '"C01 bears\non H1."')
        record.edit("consistency.csv", "C03 bears on H2.", "")
        assert only(check(record.folder)).row == 6


class TestCells:
    """One wrong cell is one fault, in the words of a person who codes."""

    @pytest.mark.parametrize(
        ("table", "row", "column", "cell", "found", "right"),
        [
            ("claims", "C01", "topic", "wether", "found “wether”", "allowed are opening, ships, weather; did you mean weather?"),
            ("claims", "C01", "topic", "zzz", "found “zzz”", "allowed are opening, ships, weather"),
            ("claims", "C01", "gist", "", "the cell is empty", "it needs a value: What is said, in our own words."),
            ("claims", "C01", "paragraph", "four", "found “four”", "it must be of type integer"),
            ("claims", "C01", "paragraph", "9", "found “9”", "it must be the paragraph of a row in paragraphs.csv"),
            ("reactions", "R01", "source_id", "gazete", "found “gazete”",
             "it must be the id of a row in sources.csv; did you mean gazette?"),
            ("events", "E02", "date", "2031-02-30", "found “2031-02-30”", "it must be of type date"),
            ("events", "E02", "date", "01.02.2031", "found “01.02.2031”", "it must be of type date"),
            ("events", "E02", "digest", "0xBEEF", "found “0xBEEF”", "it must keep to: pattern [0-9a-f]{16}"),
            ("sources", "radio", "removes", "0", "found “0”", "it must keep to: minimum 1, maximum 9"),
        ],
    )  # fmt: skip
    def test_it_is_told_with_what_is_allowed(self, record, table, row, column, cell, found, right):
        line = record.line(table, row)
        record.set(table, row, **{column: cell})
        fault = only(check(record.folder))
        assert (fault.file, fault.row, fault.id, fault.column) == (f"{table}.csv", line, row, column)
        assert (fault.found, fault.right) == (found, right)

    def test_an_id_given_twice_is_told_where_it_stands_the_second_time(self, record):
        record.set("corroboration", "B02", id="B01")
        fault = only(check(record.folder))
        assert (fault.row, fault.column) == (3, "id") and "position 2" in fault.found

    def test_a_foreign_key_that_may_be_empty_may_be_empty(self, record):
        record.set("claims", "C01", event_id="")
        assert check(record.folder) == []

    @pytest.mark.parametrize("number", [" 3", "3 ", "+3", "03", "0_3", "３"])
    def test_a_number_written_oddly_does_not_slip_past_the_article(self, record, number):
        record.set("claims", "C01", paragraph=number, end="9999", digest="0" * 16)
        assert check(record.folder, read(record.article))

    @pytest.mark.parametrize(
        ("table", "row", "column"), [("claims", "C01", "gist"), ("consistency", "K001", "rationale")]
    )
    def test_blanks_are_no_gist_and_no_reason(self, record, table, row, column):
        record.set(table, row, **{column: "   "})
        assert places(check(record.folder)) == [(f"{table}.csv", 2, column)]

    @pytest.mark.parametrize("name", [" Ada Holm", "Ada Holm ", "Ada Holm\n"])
    def test_spaces_around_a_text_are_told(self, record, name):
        record.set("actors", "mayor", name=name)
        assert places(check(record.folder)) == [("actors.csv", 2, "name")]


class TestPackage:
    """datapackage.json is what everything else is checked by, so its own faults come first."""

    def test_missing_it_is_told_with_the_way_out(self, record):
        (record.folder / "datapackage.json").unlink()
        fault = only(check(record.folder))
        assert (fault.file, fault.found) == (
            "datapackage.json",
            "the file is missing",
        ) and "sourcebook new NAME" in fault.right

    def test_broken_json_is_told_with_its_line(self, record):
        record.data("datapackage.json", lambda content: b'{"name": "fair",\n "resources": [}\n')
        fault = only(check(record.folder))
        assert (fault.file, fault.row) == ("datapackage.json", 2) and fault.found.startswith("not JSON")

    @pytest.mark.parametrize(
        ("old", "new"),
        [('"resources"', '"resource"'), ('"type": "integer"', '"type": "integr"'), ('"fields"', '"field"')],
    )
    def test_json_that_is_no_data_package_is_told_and_not_a_traceback(self, record, old, new):
        record.data("datapackage.json", lambda content: content.replace(old.encode(), new.encode()))
        assert {fault.file for fault in check(record.folder)} == {"datapackage.json"}

    @pytest.mark.parametrize(
        ("pattern", "sound"),
        [(r"(a+)+$", False), (r"(a|a)*b", False), (r"a*a*a*b", False), (r"(ab){2,}", False),
         (r"a{0,900}a{0,900}a{0,900}a{0,900}b", False), (r"a?" * 40 + "a" * 40 + "b", False), ("(a|a)" * 40, False),
         ("(a?" * 40 + ")" * 40 + "a" * 40 + "b", False), ("a?" * 40 + "a" * 40 + "(b|z*)", False), (r"(?x:(a+) +)b", False),
         ("(z*z*|" + "a?" * 26 + "a" * 26 + "b)", False), (r"(a*)a*\1b", False), ("a*a*a{5000}b", False), ("(?=(a+)+b)", False),
         (r"[A-Z]\d{2,}", True), (r"[)*+]{2}\)*\++", True), (r"(ab)?c+", True), (r"[a-z]+\.[a-z]+", True),
         (r"[+-]?\d+(\.\d+)?%?", True), (r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", True), (".{1,200} .{1,200}", True),
         (r"\d{4}-(0[1-9]|1[012])(-(0[1-9]|[12]\d|3[01]))?", True), ("|".join(["one", "two", "three"] * 20), True),
         (r"https?://[^/ ]+(/[^ ]*)?", True), (r"(C|R|J|F|E)\d{2,}(, ?)?", True)],
    )  # fmt: skip
    def test_a_pattern_that_could_be_matched_for_ever_is_told(self, record, pattern, sound):
        package = cases.descriptor()
        note = next(field for field in package["resources"][0]["schema"]["fields"] if field["name"] == "note")
        note["constraints"] = {"pattern": pattern}
        (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
        found = [fault for fault in check(record.folder) if fault.file == "datapackage.json"]
        assert [fault.found for fault in found] == ([] if sound else [f"the pattern “{pattern}” can take for ever"])

    @pytest.mark.parametrize(("pattern", "told"), [("[[a]x", "pattern"), ("(?i)a", "pattern"), ("a" * 501, "too long")])
    def test_a_pattern_that_python_warns_of_or_that_is_very_long_is_a_fault_like_any_other(
        self, record, recwarn, pattern, told
    ):
        """A warning of Python's stood in the terminal before the faults, with the path of a module."""
        package = cases.descriptor()
        note = next(field for field in package["resources"][0]["schema"]["fields"] if field["name"] == "note")
        note["constraints"] = {"pattern": pattern}
        (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
        (fault,) = check(record.folder)
        assert fault.column.endswith("constraints.pattern") and told in fault.found
        assert not [warning for warning in recwarn if warning.category is FutureWarning]

    @pytest.mark.parametrize("sign", ["\ud800", "\0", "\x1b", "\x7f", "\ufffe"])
    def test_a_sign_that_no_page_can_show_is_told_with_its_key_however_deep_it_stands(self, record, sign):
        """A title with half a character ended a build in a traceback, a code with an escape steered the terminal."""
        package = json.loads(json.dumps(cases.descriptor()))
        actors = next(place for place, table in enumerate(package["resources"]) if table["name"] == "actors")
        fields = package["resources"][actors]["schema"]["fields"]
        bloc = next(place for place, field in enumerate(fields) if field["name"] == "bloc")
        fields[bloc]["constraints"]["enum"].append(f"x{sign}[31m")
        package["title"] = f"The{sign} fair"
        package["notes"] = [{f"of{sign}nobody": "sound"}]
        (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
        faults = check(record.folder)
        enum = (
            f"resources.{actors}.schema.fields.{bloc}.constraints.enum.{len(fields[bloc]['constraints']['enum']) - 1}"
        )
        assert {fault.column for fault in faults} == {enum, "title", f"notes.0.of{sign}nobody"}
        assert all(f"U+{ord(sign):04X}" in fault.found for fault in faults)

    @pytest.mark.parametrize("place", ["package", "resource", "schema", "field", "constraints"])
    @pytest.mark.parametrize("named", ["http://hostile.invalid/x.json", "secret.json"])
    def test_nothing_that_it_names_elsewhere_is_read_or_asked_for(self, record, monkeypatch, place, named):
        """A stranger's case would else make whoever checks it ask a stranger's host. A `profile` was such a key."""
        package, asked = cases.descriptor(), []
        resource = package["resources"][0]
        field = next(field for field in resource["schema"]["fields"] if "constraints" in field)
        there = {"package": package, "resource": resource, "schema": resource["schema"], "field": field,
                 "constraints": field["constraints"]}[place]  # fmt: skip
        keys = ("profile", "$ref", "extrapaths", "basepath", "dialect", "jsonSchema", "source", "compression", "scheme")
        there |= dict.fromkeys(keys, named) | {"jsonSchema": {"$ref": named}, "sources": [{"path": named}]}
        (record.folder / "secret.json").write_text('{"a": "quokka"', "utf-8")
        (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: asked.append(given) or [])
        assert check(record.folder) == [] and asked == []

    @pytest.mark.parametrize(("key", "value"), [("$schema", [[]]), ("title", 3), ("licenses", {}), ("sources", ["x"])])
    def test_of_its_own_keys_one_of_another_type_is_told(self, record, key, value):
        (record.folder / "datapackage.json").write_text(json.dumps(cases.descriptor() | {key: value}), "utf-8")
        fault = only(check(record.folder))
        assert fault.column.startswith(key) and fault.found.startswith("not a data package")

    @pytest.mark.parametrize("table", ["relations", "actors"])
    def test_a_table_of_the_design_that_is_not_declared_is_missed(self, record, table):
        package = cases.descriptor()
        package["resources"] = [resource for resource in package["resources"] if resource["name"] != table]
        (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
        fault = only(check(record.folder))
        assert (fault.file, fault.column, fault.found) == ("datapackage.json", "resources", f"no table {table}")


class TestName:
    """Two cases of one checkout have two names; what a case elsewhere is called is nobody's concern."""

    @pytest.fixture
    def copy(self, checkout):
        return shutil.copytree(checkout.folder, checkout.folder.with_name("market"))

    def test_a_copy_that_bears_the_name_of_its_original_is_a_fault_of_the_copy_alone(self, checkout, copy):
        fault = only(check(copy))
        assert (fault.file, fault.column) == ("datapackage.json", "name")
        assert fault.found == "“fair” is the name of another case too, data/fair" and "“market”" in fault.right
        assert check(checkout.folder) == []

    def test_so_it_is_of_two_copies_where_the_original_is_gone(self, checkout, copy):
        checkout.folder.rename(checkout.folder.with_name("wares"))
        assert only(check(copy)).column == "name"

    def test_the_command_says_so_and_once_mended_there_is_no_fault(self, copy):
        assert "key name: “fair” is the name of another case too" in command("--case", "market").stderr
        package = copy / "datapackage.json"
        package.write_text(package.read_text("utf-8").replace('"name": "fair"', '"name": "market"', 1), "utf-8")
        assert command("--case", "market").exit_code == 0

    def test_a_folder_of_another_name_is_none_where_no_other_case_has_that_name(self, checkout):
        assert check(checkout.folder.rename(checkout.folder.with_name("market"))) == []

    @pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"name": 7}'])
    def test_another_case_that_cannot_be_read_is_no_fault_of_this_one(self, checkout, copy, content):
        checkout.data("datapackage.json", lambda _: content)
        assert check(copy) == []

    def test_outside_a_checkout_it_keeps_its_name(self, record):
        assert check(shutil.copytree(record.folder, record.folder.with_name("market"))) == []


class TestCasefile:
    """case.yml is checked like a table: keys, forms, and the rows that it names."""

    def test_missing_it_is_told(self, record):
        (record.folder / "case.yml").unlink()
        assert only(check(record.folder)).found == "the file is missing"

    def test_broken_yaml_is_told_with_its_line(self, record):
        record.data("case.yml", lambda content: b"title: x\nquestion: [a\n")
        fault = only(check(record.folder))
        assert fault.file == "case.yml" and fault.row == 3 and "YAML" in fault.found

    @pytest.mark.parametrize("content", [b"", b"- a list\n", b"title: \xe9\n"], ids=["empty", "list", "latin-1"])
    def test_a_file_that_is_no_mapping_is_one_fault(self, record, content):
        record.data("case.yml", lambda _: content)
        assert only(check(record.folder)).file == "case.yml"

    @pytest.mark.parametrize(
        ("keys", "column", "found", "right"),
        [
            ({"assessor": "tide"}, "assessor", "“tide”", "actors.csv; did you mean tides?"),
            ({"readout": "bulletn"}, "readout", "“bulletn”", "sources.csv; did you mean bulletin?"),
            (
                {"accounts": {"event": "E09", "sides": ["town", "port"]}},
                "accounts.event",
                "“E09”",
                "events.csv; did you mean E0",
            ),
            (
                {"accounts": {"event": "E01", "sides": ["town", "prt"]}},
                "accounts.sides",
                "“prt”",
                "outside; did you mean port?",
            ),
            (
                {"article": {**cases.META["article"], "sha256": "abc"}},
                "article.sha256",
                "'abc' does not match",
                "case.yml",
            ),
            ({"version": 1.0}, "version", "1.0 is not of type 'string'", "case.yml"),
            ({"title": None}, "", "no title", "case.yml"),
            ({"authors": None}, "", "no authors", "case.yml"),
            ({"authors": []}, "authors", "[] should be non-empty", "a list of at least one author"),
            ({"authors": "Ada"}, "authors", "'Ada' is not of type 'array'", "a list of at least one author"),
            ({"authors": ["Ada", "Ada"]}, "authors", "non-unique", "each once"),
            ({"authors": [" "]}, "authors.0", "“ ”", "write a name"),
            ({"authors": [7]}, "authors.0", "7 is not of type", "write a name, or a mapping with name"),
            ({"authors": ["Ada", {"given": "Bo"}]}, "authors.1", "found the keys given", "both given and family"),
            ({"authors": [{"name": "Bo", "family": "Lind"}]}, "authors.0", "the keys name, family", "either name"),
            ({"authors": [{"orcid": "0000-0002-1825-0097"}]}, "authors.0", "the keys orcid", "either name"),
            ({"authors": [{}]}, "authors.0", "the keys none", "either name"),
            ({"authors": [{"name": "Bo", "orcd": "x"}]}, "authors.0.orcd", "no such key", "did you mean orcid?"),
            (
                {"authors": [{"name": "Bo", "orcid": "0000-0002-1825-0098"}]},
                "authors.0.orcid",
                "0098”",
                "the check digit",
            ),
            ({"doi": "https://doi.org/10.1234/a"}, "doi", "“https://doi.org/10.1234/a”", "the DOI alone"),
            ({"url": "https://example.org/index.html"}, "url", "index.html”", "address of the folder"),
            ({"date": "2031-02-29"}, "date", "“2031-02-29”", "a day that there is"),
            (
                {"article": {**cases.META["article"], "sha256": "0" * 64, "date": "2031-2-9"}},
                "article.date",
                "“2031-2-9”",
                "a day that there is",
            ),
            ({"publisher": " "}, "publisher", "“ ”", "leave the key out"),
            ({"keywords": []}, "keywords", "non-empty", "leave the key out"),
            ({"keywords": ["fair", "fair"]}, "keywords", "non-unique", "each once"),
            ({"subtitle": ""}, "subtitle", "'' ", "case.yml"),
        ],
    )
    def test_a_wrong_value_is_named_by_its_key(self, record, keys, column, found, right):
        record.meta(**keys)
        fault = only(check(record.folder))
        assert (fault.file, fault.column) == ("case.yml", column)
        assert found in fault.found and right in fault.right

    def test_all_that_a_citation_can_say_is_taken(self, record):
        person = {"given": "Ada", "family": "Holm", "orcid": "0000-0002-1694-233X", "affiliation": "Harbour school"}
        authors = ["The coders", person, {"name": "Bo", "orcid": "0000-0002-1825-0097"}]
        record.meta(authors=authors, date="2032-02-29", publisher="Tide press", doi="10.1234/a", url="https://example.org/a",
                    keywords=["fair", "May"])  # fmt: skip
        assert check(record.folder) == []

    def test_a_day_needs_no_quotation_marks(self, record):
        record.edit("case.yml", "licence:", "date: 2031-05-06\nlicence:")
        assert check(record.folder) == []

    def test_several_faults_are_told_at_once(self, record):
        record.meta(doi="x", date="soon", authors=[{"name": "Bo", "orcid": "x"}])
        assert sorted(fault.column for fault in check(record.folder)) == ["authors.0.orcid", "date", "doi"]

    def test_an_unknown_key_names_the_nearest_one(self, record):
        record.meta(licens="x")
        fault = only(check(record.folder))
        assert fault.column == "licens" and "did you mean licence?" in fault.right

    def test_so_does_one_further_in(self, record):
        record.meta(article={**cases.META["article"], "sha256": "0" * 64, "publishr": "x"})
        fault = only(check(record.folder))
        assert fault.column == "article.publishr" and "did you mean publisher?" in fault.right

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("version: '1.0'", "version: !!bool foo", "“foo” is no bool"),
            ("version: '1.0'", "version: !!int ''", "“” is no int"),
            ("version: '1.0'", "version: " + "1" * 5000, "is no int"),
            ("version: '1.0'", "version: " + "[" * 3000, "nested too deeply"),
            ("version: '1.0'", "version: &a [*a]", "more than 10000 values"),
            ("version: '1.0'", 'version: "\\uD800"', "a text with U+D800, which no page can show"),
            ("version: '1.0'", 'version: "\\e[2J"', "a text with U+001B"),
        ],
    )
    def test_a_value_that_yaml_cannot_make_is_told_and_not_a_traceback(self, record, old, new, told):
        record.edit("case.yml", old, new)
        fault = only(check(record.folder))
        assert (fault.file, fault.found) == ("case.yml", "not readable as YAML") and told in fault.right

    @pytest.mark.parametrize("line", ["a{0}: &a{0} {{<<: [{1}]}}", "a{0}: &a{0} [{1}]"], ids=["merged", "listed"])
    def test_aliases_to_aliases_are_refused_before_anybody_walks_through_them(self, record, line):
        bomb = ["a0: &a0 {x: y}", *(line.format(n, ", ".join([f"*a{n - 1}"] * 9)) for n in range(1, 10))]
        record.edit("case.yml", "title: The fair\n", "\n".join([*bomb, "title: *a9\n"]))
        fault = only(check(record.folder))
        assert (fault.file, fault.row) == ("case.yml", 5) and "more than 10000 values" in fault.right

    def test_an_alias_that_stands_for_little_is_taken(self, record):
        record.edit("case.yml", "title: The fair\n", "title: &title The fair\n")
        record.edit("case.yml", "subtitle: Who wants what, and why\n", "subtitle: *title\n")
        assert check(record.folder) == []

    def test_yaml_that_would_run_code_is_refused(self, record, tmp_path):
        mark = tmp_path / "ran"
        record.edit("case.yml", "title: The fair", f"title: !!python/object/apply:os.mkdir ['{mark}']")
        assert only(check(record.folder)).file == "case.yml"
        assert not mark.exists()


class TestShippedArticle:
    """A case may bring its article's text along; its anchors are then verified unasked."""

    @pytest.fixture
    def shipped(self, record):
        record.data("case.yml", lambda content: content.replace(b"sha256:", b"text: article.txt\n  sha256:"))
        (record.folder / "article.txt").write_bytes(record.article.read_bytes())
        return record

    def test_it_is_read_and_every_anchor_held_against_it(self, shipped):
        assert check(shipped.folder) == []
        shipped.set("claims", "C02", digest="0" * 16)
        fault = only(check(shipped.folder))
        assert (fault.file, fault.id, fault.column) == ("claims.csv", "C02", "digest")

    def test_one_that_is_not_there_is_told(self, shipped):
        (shipped.folder / "article.txt").unlink()
        fault = only(check(shipped.folder))
        assert (fault.file, fault.column) == (
            "case.yml",
            "article.text",
        ) and "put the article's text there" in fault.right

    def test_one_that_is_no_text_is_told_by_its_name_alone(self, shipped):
        (shipped.folder / "article.txt").write_bytes(b"\xff")
        assert only(check(shipped.folder)).found.startswith("article.txt: not UTF-8 text")

    @pytest.mark.parametrize("name", ["../article.txt", "/article.txt", "article.md", "a/b.txt"])
    def test_a_name_that_leads_elsewhere_is_told(self, shipped, name):
        shipped.data("case.yml", lambda content: content.replace(b"article.txt", name.encode()))
        assert only(check(shipped.folder)).column == "article.text"
