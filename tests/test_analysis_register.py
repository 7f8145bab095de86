"""Every coded row in one register: results worked out by hand on the made-up case."""

import pytest
from smallcase import case, emptied

from sourcebook.analysis import register


@pytest.fixture(scope="module")
def rows():
    return register.register(case(), {"C01", "C02", "E01"}).set_index("id")


def test_every_statement_and_event_has_one_row_in_the_articles_order(rows):
    assert list(rows.index) == [
        "F01", "C06", "F02", "E01", "C01", "C02", "C03", "E02", "C04", "C05", "C07", "R01", "R02", "R03", "R04", "J01", "J02", "J03",
    ]  # fmt: skip


def test_a_row_says_who_where_through_what_and_how_graded(rows):
    columns = ["kind", "who", "type", "topic", "gist", "quote", "where", "source", "grade", "voice", "links"]
    assert rows.loc["C01", columns].tolist() == [
        "claim", "Ann", "assertion", "water", "Both share the water.", "we agreed", "¶3, 10–20", "Report in the Paper", "B2",
        "mixed, explicit", "supported by C02; restated by C07",
    ]  # fmt: skip


@pytest.mark.parametrize(("id", "grade"), [("C06", "F6"), ("R01", "B"), ("J01", "A"), ("F01", ""), ("E01", "")])
def test_a_grade_has_only_what_was_graded(rows, id, grade):
    assert rows.loc[id, "grade"] == grade


def test_an_event_has_a_place_and_no_speaker(rows):
    assert rows.loc["E02", ["kind", "who", "type", "gist", "where"]].tolist() == [
        "event", "", "dated to the week", "Week of floods", "¶4, 0–5",
    ]  # fmt: skip


def test_what_the_reader_left_out_is_shown_and_marked(rows):
    assert set(rows.index[rows["counted"] == "yes"]) == {"C01", "C02", "E01"}


def test_every_cell_is_text(rows):
    assert not rows.isna().any().any()
    assert {type(cell) for column in rows for cell in rows[column]} == {str}
    assert not rows.isin(["nan", "<NA>", "NaT", "None"]).any().any()


def test_links_are_told_from_both_ends_outgoing_first():
    links = register.links(case().relations)
    assert links["C05"] == "undercuts J01; supports F01; answered by R02"
    assert links["C03"] == "contradicted by C04"
    assert links["R02"] == "responds to C05"
    assert links["E02"] == "undercuts C02" and links["C02"] == "supports C01; undercut by E02"
    assert "R01" not in links


def test_figures_and_the_sentence_made_of_them(rows):
    values = register.figures(rows.reset_index())
    assert values["n_counted"] + values["n_left_out"] == values["n_rows"] == 18
    kinds = [values[f"n_{kind}"] for kind in ("claim", "reaction", "judgement", "framing", "event")]
    assert kinds == [7, 4, 3, 2, 2] and sum(kinds) == 18
    assert values["n_linked"] == 10
    assert values["finding"] == (
        "The record has 18 rows, each with a place in the article; 3 are counted in this report and 10 are linked to others."
    )


def test_an_empty_record_is_a_sentence_and_an_empty_table():
    nothing = register.register(emptied(case()), set())
    assert nothing.empty
    assert register.figures(nothing)["finding"].startswith("The record has no row")
