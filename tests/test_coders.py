"""Whose record it is: the judgements of one coder in place of the reference coder's, on the made-up case."""

from dataclasses import replace

import pytest
from smallcase import META, case, table

from sourcebook import coders
from sourcebook.errors import ParameterError
from sourcebook.selection import keep
from sourcebook.statements import statements

NAMED = {"ann": "who coded all", "ben": "who judged again", "eve": "who rated hypotheses alone"}
RATED = """\
id|item_id|hypothesis_id|rating|coder|rationale
K1|C01|H1|C|ann|Why.
K2|C01|H1|I|ben|Why not.
K3|C01|H1|N|eve|"""
JUDGED = """\
id|item_id|variable|coder|value
G1|R01|stance|ben|-1
G2|C01|credibility|ben|6
G3|J01|layer|ben|claimed"""


@pytest.fixture
def record():
    tables = case().tables | {"consistency": table("consistency", RATED), "ratings": table("ratings", JUDGED)}
    return replace(case(), meta=META | {"coders": NAMED}, tables=tables)


def cells(record, name: str, column: str) -> dict:
    return dict(zip(record.tables[name]["id"], record.tables[name][column]))


class TestNames:
    def test_stand_in_case_yml_the_reference_coder_first(self, record):
        assert coders.names(record) == ["ann", "ben", "eve"]

    def test_are_those_of_the_ratings_where_case_yml_has_none(self, record):
        assert coders.names(replace(record, meta=META)) == ["ann", "ben", "eve"]
        assert coders.names(case()) == ["first"]

    def test_are_none_where_nobody_rated_and_nobody_is_named(self):
        assert coders.names(case(consistency="id|item_id|hypothesis_id|rating|coder|rationale|note")) == []


class TestCodedBy:
    def test_one_coders_judgements_stand_in_place_of_the_reference_coders(self, record):
        found = coders.coded_by(record, "ben")
        assert cells(found, "reactions", "stance") == cells(record, "reactions", "stance") | {"R01": -1}
        assert cells(found, "claims", "credibility") == cells(record, "claims", "credibility") | {"C01": 6}
        assert cells(found, "assessments", "layer") == cells(record, "assessments", "layer") | {"J01": "claimed"}

    def test_only_that_coders_ratings_of_the_hypotheses_are_left(self, record):
        for coder, row in (("ann", "K1"), ("ben", "K2"), ("eve", "K3")):
            assert list(coders.coded_by(record, coder).consistency["id"]) == [row]

    def test_the_types_of_all_columns_stay(self, record):
        found = coders.coded_by(record, "ben")
        for name, frame in record.tables.items():
            assert found.tables[name].dtypes.equals(frame.dtypes), name

    def test_nobody_in_particular_is_the_reference_coder(self, record):
        found = coders.coded_by(record)
        assert list(found.consistency["id"]) == ["K1"]
        assert found.tables["reactions"].equals(record.reactions)

    def test_all_keeps_everybodys_ratings_beside_the_reference_coders_judgements(self, record):
        found = coders.coded_by(record, "all")
        assert list(found.consistency["id"]) == ["K1", "K2", "K3"]
        assert found.reactions.equals(record.reactions)

    def test_with_one_coder_everything_is_that_coders(self):
        for coder in ("", "first", "all"):
            assert coders.coded_by(case(), coder).consistency.equals(case().consistency)

    def test_leaves_the_record_as_it_was(self, record):
        before = {name: frame.copy() for name, frame in record.tables.items()}
        coders.coded_by(record, "ben")
        assert all(record.tables[name].equals(frame) for name, frame in before.items())

    def test_what_is_said_of_a_statement_is_that_coders_too(self, record):
        """Statements that were put together before are another coder's."""
        record.derived["statements"] = statements(record)
        found = statements(coders.coded_by(record, "ben")).set_index("id")
        assert found.loc["C01", "credibility"] == 6 and found.loc["R01", "type"] == "-1"

    def test_a_coders_own_grades_decide_what_a_reader_keeps(self, record):
        kept = keep(coders.coded_by(record, "ben"), min_credibility=5)
        assert "C01" not in set(kept.claims["id"]) and "C01" in set(keep(record, min_credibility=5).claims["id"])

    def test_somebody_else_is_an_error_that_names_the_nearest(self, record):
        with pytest.raises(
            ParameterError, match="coder: found 'bem'; allowed are ann, ben, eve, all; did you mean ben?"
        ):
            coders.coded_by(record, "bem")


def test_each_is_the_record_of_everybody_and_of_all(record):
    found = coders.each(record)
    assert list(found) == ["ann", "ben", "eve", "all"]
    assert list(found["ben"].consistency["id"]) == ["K2"] and len(found["all"].consistency) == 3
