"""What one side's statement stresses: results worked out by hand on the made-up case."""

import pytest
from smallcase import case, emptied, table

from sourcebook.analysis import messaging
from sourcebook.statements import statements


@pytest.fixture(scope="module")
def record():
    """The case, with one more claim of the readout, on fish, of which nobody else speaks."""
    whole = case()
    fish = table(
        "claims",
        """id|actor_id|source_id|claim_type|topic|paragraph|start|end|mode|attribution|gist
        C08|bob|readout|assertion|fish|4|70|80|indirect|explicit|There is fish.""",
    )
    whole.tables["claims"] = whole.claims.merge(fish, how="outer").astype(whole.claims.dtypes.to_dict())
    return whole


@pytest.fixture(scope="module")
def stress(record):
    return messaging.stress(statements(record), "readout")


def test_subjects_by_who_raises_them_the_statements_own_lead_first(stress):
    """Lead is the statement's rows less other voices': fish 1-0, border 1-2, water 2-4, tone 1-4; the article's own count for neither."""
    columns = ["topic", "group", "rows", "ids", "lead", "only_readout"]
    assert list(stress[columns].itertuples(index=False, name=None)) == [
        ("fish", "the statement", 1, "C08", 1, True),
        ("border", "other voices", 2, "C03, J01", -1, False),
        ("border", "the article", 1, "F01", -1, False),
        ("border", "the statement", 1, "C04", -1, False),
        ("water", "other voices", 4, "C06, C01, C07, J02", -2, False),
        ("water", "the statement", 2, "C02, R04", -2, False),
        ("tone", "other voices", 4, "R01, R02, R03, J03", -3, False),
        ("tone", "the article", 1, "F02", -3, False),
        ("tone", "the statement", 1, "C05", -3, False),
    ]


def test_every_statement_is_counted_once(record, stress):
    assert stress["rows"].sum() == len(statements(record)) == 17


def test_a_subject_that_only_the_article_takes_up_is_still_raised_by_the_statement_alone(record):
    """Without C03 and J01 no other voice speaks of the border; the article does, and it is no voice but its own."""
    said = statements(record)
    table = messaging.stress(said[~said["id"].isin(["C03", "J01"])], "readout")
    assert set(table.loc[table["only_readout"], "topic"]) == {"fish", "border"}


def test_a_subject_that_only_the_article_raises_is_not_the_statements(record):
    said = statements(record)
    table = messaging.stress(said.assign(topic=said["topic"].mask(said["id"] == "F02", "trade")), "readout")
    assert table.loc[table["topic"] == "trade", ["group", "lead", "only_readout"]].to_numpy().tolist() == [
        ["the article", 0, False]
    ]


def test_a_row_that_tells_against_a_framing_is_not_read_so():
    against = case(relations="id|from_id|to_id|relation|rationale|note\nL1|C04|F01|undercuts||")
    assert messaging.readings(against, "readout")["readings"].sum() == 0


def test_a_reading_is_a_framing_that_a_row_is_offered_in_support_of(record):
    """L06: the article reads F01 from C05. L04 supports a judgement, which is no reading."""
    found = messaging.readings(record, "readout")
    assert list(found[["id", "readings", "reading_ids", "read"]].itertuples(index=False, name=None)) == [
        ("C05", 1, "F01", "The South seeks land."), ("C02", 0, "", ""), ("C04", 0, "", ""), ("C08", 0, "", ""),
    ]  # fmt: skip


def test_figures_and_the_sentence_made_of_them(record, stress):
    values = messaging.figures(stress, messaging.readings(record, "readout"))
    assert values["n_only"] + values["n_shared"] == values["n_topics"] == 4
    assert values["n_read"] + values["n_unread"] == values["n_rows"] == 4
    assert values["finding"] == (
        "The official statement raises 4 subjects; on 1 of them no other voice in the article speaks (fish). The article draws "
        "1 reading of its own from 1 of the statement's 4 rows and none from the other 3."
    )


def test_nothing_left_is_a_sentence_and_empty_tables():
    record = emptied(case())
    stress, readings = messaging.stress(statements(record), "readout"), messaging.readings(record, "readout")
    assert stress.empty and readings.empty
    values = messaging.figures(stress, readings)
    assert (values["n_rows"], values["n_topics"], values["only_topics"]) == (0, 0, "none")
    assert values["finding"].startswith("The official statement raises no subject")
