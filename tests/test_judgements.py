"""Ratings, further coders and corroboration: what their tables must have beyond a schema, and who may have coded them."""

import cases
import pytest

from sourcebook import judgements
from sourcebook.check import read_text
from sourcebook.schema import Schema


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


def frames(record) -> dict:
    return {name: read_text(record.folder, name) for name in cases.tables()}


def rule(record) -> list:
    return judgements.tables(frames(record), Schema.read(record.folder))


def test_the_sound_case_breaks_no_rule(record):
    assert rule(record) == judgements.casefile(cases.META, frames(record)) == []


class TestRatings:
    """A rating that is not neutral has its reason, and a coder rates a row against a hypothesis once."""

    @pytest.mark.parametrize("rating", ["II", "I", "C", "CC"])
    def test_without_a_reason_it_is_told(self, record, rating):
        record.set("consistency", "K001", rating=rating, rationale="")
        (fault,) = rule(record)
        assert (fault.id, fault.column) == ("K001", "rationale") and f"a rating of {rating} " in fault.found

    def test_a_neutral_one_needs_none(self, record):
        record.set("consistency", "K001", rating="N", rationale="")
        assert rule(record) == []

    def test_a_second_one_of_the_same_coder_is_told_and_one_of_another_coder_is_not(self, record):
        record.set("consistency", "K002", hypothesis_id="H1")
        (fault,) = rule(record)
        assert (fault.id, fault.found) == ("K002", "first rated C01 against H1 before")
        record.set("consistency", "K002", coder="second")
        assert rule(record) == []


class TestFurtherCoders:
    """Another coder's rating is of a judgement that its row has, in one of its codes, once, and not the reference coder's."""

    @pytest.mark.parametrize(
        ("cells", "column", "found", "right"),
        [
            ({"item_id": "C01"}, "item_id", "“C01”", "a stance has a row of reactions.csv"),
            ({"value": "3"}, "value", "“3”", "allowed are -2, -1, 0, 1, 2"),
            ({"value": "praises"}, "value", "“praises”", "allowed are -2, -1, 0, 1, 2"),
            ({"item_id": "C01", "variable": "credibility", "value": "2"}, "value", "second rated the credibility of C01 before", "once"),
        ],
    )  # fmt: skip
    def test_what_is_not_so_is_told(self, record, cells, column, found, right):
        record.set("ratings", "G001", **cells)
        (fault,) = rule(record)
        assert fault.file == "ratings.csv" and fault.column == column and found in fault.found
        assert right in fault.right or fault.right == "one rating a coder: delete one"

    @pytest.mark.parametrize(
        ("coder", "right"), [("secnod", "did you mean second?"), ("first", "stands in the row itself")]
    )
    def test_a_coder_is_named_in_case_yml_and_is_not_the_first(self, record, coder, right):
        record.set("ratings", "G001", coder=coder)
        (fault,) = judgements.casefile(cases.META, frames(record))
        assert (fault.file, fault.id, fault.column) == ("ratings.csv", "G001", "coder") and right in fault.right

    def test_ratings_without_named_coders_are_told(self, record):
        meta = {key: value for key, value in cases.META.items() if key != "coders"}
        faults = judgements.casefile(meta, frames(record))
        assert {fault.id for fault in faults} == {"G001", "G002", "G003"} and "name the coders" in faults[0].right

    def test_a_coder_of_the_consistency_table_is_named_too(self, record):
        record.set("consistency", "K001", coder="third")
        (fault,) = judgements.casefile(cases.META, frames(record))
        assert (fault.file, fault.id) == ("consistency.csv", "K001")


class TestCorroboration:
    """A finding is about a row, or about what the article omits of the assessor's own publication."""

    META = {**cases.META, "originals": ["gazette_2031"]}

    @pytest.mark.parametrize(
        ("cells", "columns"),
        [
            ({"item_id": ""}, ["item_id"]),
            ({"relation": ""}, ["relation"]),
            ({"says": ""}, ["says"]),
            ({"carriage": "omitted"}, ["item_id", "relation"]),
            ({"relation": "silent", "carriage": "sharpened"}, ["carriage"]),
        ],
    )
    def test_what_is_missing_or_too_much_is_told(self, record, cells, columns):
        record.set("corroboration", "B01", **cells)
        faults = rule(record)
        assert {(fault.file, fault.id) for fault in faults} == {("corroboration.csv", "B01")}
        assert sorted(fault.column for fault in faults) == columns

    def test_what_is_omitted_has_neither_row_nor_relation_and_breaks_no_rule(self, record):
        record.set("corroboration", "B01", item_id="", relation="", carriage="omitted")
        assert rule(record) == judgements.casefile(self.META, frames(record)) == []

    def test_only_what_the_assessor_published_has_a_carriage(self, record):
        record.set("corroboration", "B01", carriage="carried")
        (fault,) = judgements.casefile(cases.META, frames(record))
        assert (fault.id, fault.column) == ("B01", "carriage") and "originals" in fault.right
