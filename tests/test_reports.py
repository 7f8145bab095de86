"""A report is found by name, folder or package, and read as data; what cannot be read is named."""

import json
import os
from pathlib import Path

import pytest
import toybook
import twosides
from nbformat import v4

from sourcebook import reports
from sourcebook.errors import PackageError, SourcebookError


@pytest.fixture
def top(tmp_path):
    """A checkout of which only the order of notebooks and two reports matter."""
    (tmp_path / "_toc.yml").write_text("root: index\nchapters: [{file: notebooks/tally}, {file: notebooks/register}]\n")
    for name in ("fair", "fair-0c"):
        twosides.folder(tmp_path / "_build" / name)
    return tmp_path


class TestFinding:
    def test_by_name_below_build(self, top):
        found = reports.find("fair-0c", top)
        assert (found.name, found.case, list(found.notebooks)) == ("fair-0c", "fair", ["tally", "register"])

    def test_by_the_path_of_a_folder_in_no_checkout(self, tmp_path):
        twosides.folder(tmp_path / "kept")
        assert reports.find(str(tmp_path / "kept")).name == "kept"

    def test_in_a_package_of_which_nothing_is_unpacked(self, tmp_path):
        path = twosides.package(tmp_path / "fair-1.0.zip")
        found = reports.find(str(path))
        assert found.name == "fair-1.0" and found.notebooks["tally"].values["n_voices"] == 14
        assert found.record.keys() == {"data/fair/claims.csv"}
        assert [each.name for each in tmp_path.iterdir()] == ["fair-1.0.zip"]

    def test_a_package_with_one_changed_byte_is_refused(self, tmp_path):
        path = twosides.package(tmp_path / "fair.zip")
        path.write_bytes(path.read_bytes().replace(b"9 voices", b"8 voices"))
        with pytest.raises(PackageError, match="notebooks/tally.ipynb"):
            reports.find(str(path))

    def test_a_file_that_is_no_package_is_refused(self, tmp_path):
        (tmp_path / "a.zip").write_bytes(b"PK")
        with pytest.raises(PackageError, match="not a zip archive"):
            reports.find(str(tmp_path / "a.zip"))

    def test_what_there_is_not_is_told_with_what_there_is(self, top):
        with pytest.raises(SourcebookError, match="no report “fiar”; there are: fair, fair-0c; did you mean fair?"):
            reports.find("fiar", top)

    def test_where_there_is_none_at_all_the_next_step_is_told(self, tmp_path):
        (tmp_path / "_toc.yml").write_text("root: index\n")
        with pytest.raises(SourcebookError, match="none below _build/ at all: build one with sourcebook build"):
            reports.find("fair", tmp_path)
        with pytest.raises(SourcebookError, match="outside of a checkout, name the folder of a report, or a package"):
            reports.find("fair")

    def test_of_two_that_are_missing_both_are_named(self, top):
        with pytest.raises(SourcebookError, match="“one”(.|\n)*“two”"):
            reports.find_all(["one", "fair", "two"], top)

    def test_a_folder_without_a_report_is_told_to_be_none(self, tmp_path):
        with pytest.raises(SourcebookError, match="parameters.json is missing"):
            reports.find(str(tmp_path))

    def test_the_digests_of_the_cases_files_come_from_the_stamp(self, tmp_path):
        made = {"data/fair/claims.csv": "d1", "data/other/claims.csv": "d2", "engine": "fork"}
        twosides.folder(tmp_path / "fair", made=made)
        assert reports.find(str(tmp_path / "fair")).record == {"data/fair/claims.csv": "d1"}


class TestReading:
    def test_values_tables_charts_and_ids(self):
        told = reports.read("fair", twosides.files(), {})
        assert told.notebooks["tally"].values == {"finding": "The fair has 9 voices.", "n_voices": 14}
        assert told.notebooks["tally"].charts["voices"].rows == twosides.VOICES
        assert told.notebooks["register"].tables["register"].ids == ("id",)

    def test_every_parameter_has_its_value_given_or_not(self):
        assert reports.read("fair", twosides.files(), {}).parameters == {"case": "fair", "min_grade": "F"}
        told = reports.read("fair", twosides.files(min_grade="C"), {})
        assert told.parameters == {"case": "fair", "min_grade": "C"}

    def test_the_parameters_of_a_run_are_no_part_of_a_notebooks_text(self):
        plain, strict = (reports.read("a", twosides.files({"t": twosides.tally(grade=g)}), {}) for g in ("", "C"))
        assert plain.notebooks["t"].source == strict.notebooks["t"].source

    def test_commentary_is_read_as_one_reads_it_without_the_computed_answer(self):
        said = toybook.shown({"text/markdown": "**Half** of it: 50\\%.", "text/plain": "…"})
        answer = toybook.shown({"text/markdown": "**Answer.** No.", "text/plain": "No."}, sourcebook="answer")
        book = toybook.notebook(toybook.cell("show", answer, said))
        assert reports.notebook("t", json.dumps(book).encode(), "").commentary == "**Half** of it: 50%."

    def test_a_matrix_of_ratings_has_a_pair_of_ids(self):
        rows = [{"item": "C01", "hypothesis_id": "H1", "rating": "C"}]
        figure = toybook.figure("matrix", "M", "M", "M", rows)
        columns = {name: name for name in rows[0]}
        figure["data"]["application/vnd.vegalite.v5+json"]["usermeta"]["sourcebook"]["columns"] = columns
        book = json.dumps(toybook.notebook(toybook.cell("show", figure))).encode()
        assert reports.notebook("hypotheses", book, "").charts["matrix"].ids == ("item", "hypothesis_id")

    def test_cells_that_are_no_text_or_number_are_told_as_they_are_written(self):
        rows = [{"id": {"a": [1]}, "gist": float("nan"), "counted": True}]
        (row,) = (
            reports.read("a", twosides.files({"r": twosides.register(rows)}), {}).notebooks["r"].tables["register"].rows
        )
        assert row == {"id": '{"a": [1]}', "gist": None, "counted": True}


def shown_table(rows: list[dict], columns: dict[str, str]):
    return toybook.cell("show.table(rows)", toybook.table(twosides.resource("t", rows, columns)))


class TestBroken:
    """A report that is not as it should be gives a message that names the file."""

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"{", b"[]", b'"cells"', b'{"cells": 1}', b'{"cells": [1]}', b'{"cells": [{"outputs": [1]}]}', b"\xff",
            b"[" * 100_000, b'{"cells": [{"outputs": [{"metadata": {"scrapbook": 1}}]}]}',
            b'{"cells": [{"outputs": [{"data": {"application/vnd.dataresource+json": []}}]}]}',
            b'{"cells": [{"outputs": [{"data": {"application/vnd.dataresource+json": {"name": "t", "schema": 1}}}]}]}',
            b'{"cells": [{"outputs": [{"data": {"application/vnd.vegalite.v5+json": "x"}}]}]}',
        ],
    )  # fmt: skip
    def test_a_notebook_that_is_none(self, content):
        held = twosides.files() | {"notebooks/tally.ipynb": content}
        with pytest.raises(SourcebookError, match="^fair: notebooks/tally.ipynb: cannot be read as a notebook"):
            reports.read("fair", held, {})

    def test_a_notebook_that_was_not_run(self):
        book = toybook.notebook(v4.new_markdown_cell("# Who?"), v4.new_code_cell("1"))
        with pytest.raises(SourcebookError, match="notebooks/tally.ipynb: no cell has an output, so it was not run"):
            reports.read("fair", twosides.files({"tally": book}), {})

    @pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"case": 1}', b'{"case": ".."}', b"[" * 100_000])
    def test_parameters_that_are_none(self, content):
        with pytest.raises(SourcebookError, match="fair: parameters.json does not tell the parameters"):
            reports.read("fair", twosides.files() | {"parameters.json": content}, {})

    def test_no_notebook_at_all(self):
        with pytest.raises(SourcebookError, match="there is no notebook below notebooks/"):
            reports.read("fair", {"parameters.json": b'{"case": "fair"}'}, {})

    @pytest.mark.parametrize(
        "source", ["x = (", "x = open('/')", "for x in y: pass", "\0", "x = y = 1", "-" * 100_000 + "1"]
    )
    def test_a_parameters_cell_that_is_no_list_of_values_is_not_run_and_gives_none(self, source):
        cells = [toybook.cell(source, tags=["parameters"]), toybook.cell("show", toybook.named("finding", "No."))]
        book = reports.notebook("t", json.dumps(toybook.notebook(*cells)).encode(), "")
        assert book.defaults in ({}, {"x": 1}) and book.values == {"finding": "No."}

    @pytest.mark.parametrize(
        "value, told", [("{(1, 2): 3}", "{(1, 2): 3}"), ("[{b'a': 1}]", "[{b'a': 1}]"), (f"0x{'f' * 5000}", None)]
    )
    def test_a_parameter_that_json_has_no_form_for_is_told_as_python_writes_it_or_not_at_all(self, value, told):
        cells = [
            toybook.cell(f"x = {value}", tags=["parameters"]),
            toybook.cell("show", toybook.named("finding", "No.")),
        ]
        book = reports.notebook("t", json.dumps(toybook.notebook(*cells)).encode(), "")
        assert book.defaults.get("x") == told

    def test_what_python_warns_of_in_a_strangers_cell_does_not_reach_the_terminal(self, recwarn):
        cells = [toybook.cell("x = 1is 2", tags=["parameters"]), toybook.cell("show", toybook.named("finding", "No."))]
        assert reports.notebook("t", json.dumps(toybook.notebook(*cells)).encode(), "").defaults == {}
        assert not recwarn.list

    @pytest.mark.parametrize("stamp", [b"", b"[]", b'{"made": 1}', b'{"made": [1]}'])
    def test_a_stamp_that_is_none_tells_of_no_file(self, tmp_path, stamp):
        (twosides.folder(tmp_path / "fair") / "build.json").write_bytes(stamp)
        assert reports.find(str(tmp_path / "fair")).record == {}

    def test_a_table_of_more_cells_than_are_read_is_refused_by_the_number_of_its_notebooks_cell(self, monkeypatch):
        """Rows that hold nothing have a cell in every column all the same: a small file could fill a memory."""
        columns = {f"c{number}": "" for number in range(3000)}
        book = toybook.notebook(v4.new_markdown_cell("# Rows"), shown_table([{}] * 1000, columns))
        with pytest.raises(SourcebookError, match=r"^fair: notebooks/tally.ipynb, cell 2: .* more than 2000000 cells"):
            reports.read("fair", twosides.files({"tally": book}), {})
        monkeypatch.setattr(reports, "CELLS", 10)
        charts = [toybook.figure(name, "M", "M", "M", twosides.VOICES) for name in "abc"]
        book = toybook.notebook(*(toybook.cell("show", chart) for chart in charts))
        with pytest.raises(SourcebookError, match="cell 3: up to here its tables and charts have more than 10 cells"):
            reports.read("fair", twosides.files({"tally": book}), {})

    def test_a_folder_of_files_larger_than_a_package_may_be_is_not_read(self, tmp_path, monkeypatch):
        path = twosides.folder(tmp_path / "fair") / "notebooks/tally.ipynb"
        os.truncate(path, 2**40)  # of a file with a hole, only its size is large
        monkeypatch.setattr(
            Path, "read_bytes", lambda path, own=Path.read_bytes: path.stat().st_size < 2**30 and own(path)
        )
        with pytest.raises(SourcebookError, match=r"tally.ipynb: 1099511627776 bytes; .* more than a report has"):
            reports.find(str(tmp_path / "fair"))
