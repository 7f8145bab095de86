"""Who stands where towards what: results worked out by hand on the made-up case."""

import pytest
from smallcase import case, emptied

from sourcebook.analysis import reactions

SIDES = ["north", "south"]


@pytest.fixture(scope="module")
def stances():
    return reactions.stances(case())


def test_one_row_a_reaction_by_side_then_stance_with_what_it_answers(stances):
    assert list(
        stances[["id", "actor", "stance", "meaning", "target_id", "target"]].itertuples(index=False, name=None)
    ) == [
        ("R01", "Ann", 2, "praises", "E01", "Meeting at the river"),
        ("R04", "Bob", 0, "reserved", "E01", "Meeting at the river"),
        ("R02", "Cleo", -2, "rejects", "C05", "Promises a calm tone."),
        ("R03", "Cleo", -1, "doubts", "E01", "Meeting at the river"),
    ]


def test_a_target_that_the_reader_set_aside_is_said_to_be_left_out():
    record = case()
    record.tables["claims"] = record.claims[record.claims["id"] != "C05"]
    told = reactions.stances(record).set_index("id")["target"]
    assert told["R02"] == "(left out by the reader's choices)"
    assert told["R03"] == "Meeting at the river"


def test_an_actors_range_and_mean_most_favourable_first(stances):
    """Cleo: (-2 + -1) / 2 = -1.5."""
    assert list(reactions.by_actor(stances).itertuples(index=False, name=None)) == [
        ("Ann", "north", 1, 2.0, 2.0, 2.0, "R01"),
        ("Bob", "south", 1, 0.0, 0.0, 0.0, "R04"),
        ("Cleo", "outside", 2, -2.0, -1.5, -1.0, "R02, R03"),
    ]


def test_a_sides_stances_are_counted_and_add_up(stances):
    table = reactions.by_bloc(stances)
    assert list(table.itertuples(index=False, name=None)) == [
        ("north", 2, "praises", 1), ("outside", -2, "rejects", 1), ("outside", -1, "doubts", 1), ("south", 0, "reserved", 1),
    ]  # fmt: skip
    assert table["reactions"].sum() == len(stances)


def test_figures_tell_the_parties_from_everybody_else(stances):
    values = reactions.figures(stances, SIDES)
    assert values["n_for"] + values["n_against"] + values["n_reserved"] == values["n_reactions"] == 4
    assert values["n_inside"] + values["n_outside"] == 4
    assert (values["for_inside"], values["for_outside"]) == (1, 0)
    assert (values["against_inside"], values["against_outside"], values["against_outside_share"]) == (0, 2, "100%")
    assert (values["mean_north"], values["mean_south"], values["mean_outside"]) == ("+2.0", "+0.0", "-1.5")
    assert values["finding"] == (
        "The article carries 4 reactions: 1 in favour, 2 against and 1 reserved. "
        "The two parties to the event account for 1 of those in favour; by others, 0 in favour and 2 against."
    )


def test_the_parties_are_those_that_the_case_names(stances):
    values = reactions.figures(stances, ["north", "outside"])
    assert (values["against_inside"], values["against_outside"], values["n_outside"]) == (2, 0, 1)


def test_nothing_left_is_a_sentence_and_empty_tables():
    nothing = reactions.stances(emptied(case()))
    assert nothing.empty and reactions.by_actor(nothing).empty and reactions.by_bloc(nothing).empty
    values = reactions.figures(nothing, SIDES)
    assert (values["n_reactions"], values["speakers"], values["against_outside_share"]) == (0, "none", "n/a")
    assert values["finding"].startswith("No reaction is left to count.")
