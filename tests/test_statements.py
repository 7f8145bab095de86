"""Statements: the four anchored tables as one frame of who says what, where and how far away."""

import cases
import pytest

from sourcebook.case import load
from sourcebook.statements import OWN, items, statements


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(str(cases.write(tmp_path_factory.mktemp("statements")).folder))


@pytest.fixture(scope="module")
def said(case):
    return statements(case).set_index("id")


def test_there_is_one_row_a_claim_reaction_judgement_and_framing_in_the_articles_order(case):
    # Paragraph 3: C01, C02, R02 by their offsets; 4: R01 before C03; 5: J01, J02, F01.
    assert statements(case)["id"].tolist() == ["C01", "C02", "R02", "R01", "C03", "J01", "J02", "F01"]


def test_each_has_its_kind(said):
    kinds = {"C01": "claim", "R02": "reaction", "J01": "judgement", "F01": "framing"}
    assert said.loc[list(kinds), "kind"].to_dict() == kinds


def test_the_type_is_the_tables_own_code(said):
    types = {"C01": "commitment", "R02": "-2", "J01": "intent", "F01": "rhetorical_question"}
    assert said.loc[list(types), "type"].to_dict() == types


def test_a_speaker_comes_with_corrected_name_bloc_and_kind(said):
    assert said.loc["C02", ["actor_id", "actor", "bloc", "actor_kind"]].tolist() == [
        "master",
        "Bo Lind",
        "port",
        "person",
    ]


def test_a_judgement_is_the_assessors_whoever_that_is_in_the_case(case, said):
    assert said.loc["J01", "actor_id"] == case.meta["assessor"] == "tides"
    assert said.loc["J01", "actor"] == "Institute of Tides"


def test_a_framing_is_the_articles_own_and_at_no_remove(said):
    assert said.loc["F01", "actor"] == OWN
    assert said.loc["F01", ["actor_id", "bloc", "source_id", "reliability"]].isna().all()
    assert said.loc["F01", "removes"] == 0


def test_distance_and_grade_are_the_sources_and_unknown_stays_unknown(said):
    assert said.loc[["C01", "C02", "J01"], "removes"].tolist() == [2, 1, 2]
    assert said.loc[["C01", "C02", "J01"], "reliability"].tolist() == ["B", "D", "C"]
    assert said.loc["C03", ["removes"]].isna().all() and said.loc["C03", "reliability"] == "F"


def test_each_stands_in_the_section_of_its_paragraph(said):
    assert said.loc[["C01", "C03", "F01"], "section"].tolist() == ["The quarrel", "The quarrel", "The experts"]


def test_only_claims_have_a_credibility(said):
    assert said["credibility"].dropna().to_dict() == {"C01": 2, "C02": 4, "C03": 6}


def test_the_columns_are_those_of_the_docstring(case):
    documented = statements.__doc__
    for column in statements(case).columns:
        assert column in documented


def test_items_are_the_statements_and_then_the_events(case):
    found = items(case)
    assert found["id"].tolist() == ["C01", "C02", "R02", "R01", "C03", "J01", "J02", "F01", "E01", "E02"]
    assert found.columns.tolist() == ["id", "kind", "who", "gist"]
    assert found.iloc[-1].tolist() == ["E02", "event", "event", "Stalls are sold"]
    assert found.iloc[0].tolist() == ["C01", "claim", "Ada Holm", "Gist of C01."]


def test_the_cases_own_tables_are_left_as_they_were(case):
    columns = list(case.claims.columns)
    statements(case)
    items(case)
    assert list(case.claims.columns) == columns and "kind" not in columns
