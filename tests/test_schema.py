"""A case's schema: the one place where columns, codes and types are defined."""

import cases
import pandas as pd
import pytest

from sourcebook.check import read_text
from sourcebook.errors import CaseError
from sourcebook.schema import Schema


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return cases.write(tmp_path_factory.mktemp("schema"))


@pytest.fixture(scope="module")
def schema(record):
    return Schema.read(record.folder)


@pytest.fixture(scope="module")
def frames(record, schema):
    return {table: schema.frame(table, read_text(record.folder, table)) for table in schema.tables}


class TestReading:
    """The schema is the case's datapackage.json, or one clear error."""

    def test_it_knows_every_table_and_its_columns_in_order(self, schema):
        assert list(schema.tables) == list(cases.tables())
        assert list(schema.tables["hypotheses"]) == ["id", "title", "statement", "origin", "note"]

    def test_missing_or_broken_it_is_a_case_error_that_names_the_file(self, tmp_path):
        with pytest.raises(CaseError, match=r"datapackage\.json: the file is missing"):
            Schema.read(tmp_path)
        (tmp_path / "datapackage.json").write_text("{\n  oops\n}", "utf-8")
        with pytest.raises(CaseError, match=r"datapackage\.json, row 2: not JSON .*mend the file's syntax"):
            Schema.read(tmp_path)
        (tmp_path / "datapackage.json").write_bytes(b'{"title": "\xe9t\xe9"}')
        with pytest.raises(CaseError, match=r"datapackage\.json: not JSON"):
            Schema.read(tmp_path)


class TestCodes:
    """Codes come in the schema's order with their labels, from the case's own package."""

    def test_the_codes_of_a_column_keep_the_schemas_order(self, schema):
        assert schema.codes("claims", "topic") == ["opening", "ships", "weather"]
        assert schema.codes("consistency", "rating") == ["II", "I", "N", "C", "CC"]
        assert schema.codes("reactions", "stance") == [-2, -1, 0, 1, 2]

    def test_a_column_where_anything_goes_has_none(self, schema):
        assert schema.codes("claims", "gist") == [] and schema.labels("claims", "gist") == {}

    def test_labels_say_each_code_in_words(self, schema):
        assert schema.labels("actors", "bloc") == {"town": "Town", "port": "Port", "outside": "Outside"}

    def test_the_anchored_tables_are_those_with_all_four_columns_of_an_anchor(self, schema):
        assert schema.anchored == ["events", "claims", "reactions", "assessments", "framings"]


class TestTypes:
    """A table of text becomes typed: what is missing is missing, what is coded has an order."""

    def test_columns_are_the_schemas_in_order(self, frames, schema):
        for table, frame in frames.items():
            assert list(frame.columns) == list(schema.tables[table])

    def test_whole_numbers_are_integers_even_where_some_are_missing(self, frames):
        assert frames["sources"]["removes"].dtype == "Int64"
        assert (
            frames["sources"]["removes"].tolist()[:3] == [2, 1, 2] and frames["sources"]["removes"].isna().tolist()[3]
        )

    def test_days_are_dates(self, frames):
        assert frames["sources"]["date"].tolist()[0] == pd.Timestamp(2031, 2, 2)
        assert frames["sources"]["date"].isna().tolist() == [False, True, True, True]

    def test_codes_are_ordered_so_that_grades_compare(self, frames):
        grades = frames["sources"]["reliability"]
        assert (grades <= "C").tolist() == [True, False, True, False]
        assert list(grades.cat.categories) == list("ABCDEF")

    def test_coded_numbers_stay_numbers(self, frames):
        assert frames["reactions"]["stance"].tolist() == [2, -2] and frames["reactions"]["stance"].dtype == "Int64"

    def test_text_is_text_and_an_empty_cell_is_missing(self, frames):
        assert frames["claims"]["quote"].dtype == "str"
        assert frames["claims"]["quote"].isna().tolist() == [False, True, True]

    @pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "True", "007"])
    def test_words_that_look_like_something_else_stay_words(self, tmp_path, schema, word):
        record = cases.write(tmp_path)
        record.set("actors", "mayor", note=word)
        assert schema.frame("actors", read_text(record.folder, "actors"))["note"][2] == word
