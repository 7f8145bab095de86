"""Whose voices, at what distance: counted by hand on the made-up case, and every total the same."""

import pytest
from smallcase import SCHEMA, case, emptied

from sourcebook.analysis import source
from sourcebook.statements import OWN, statements


@pytest.fixture(scope="module")
def said():
    return statements(case())


def rows(frame, *columns):
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_voices_are_counted_and_the_articles_own_is_one_of_them(said):
    """Most statements first, ties by name; 4 + 4 + 3 + 2 + 2 + 1 = 16."""
    table = source.voices(said)
    assert rows(table, "actor", "bloc", "statements", "sources") == [
        ("Ann", "north", 4, 1),
        ("Bob", "south", 4, 1),
        ("The Institute", "outside", 3, 1),
        ("Cleo", "outside", 2, 1),
        (OWN, OWN, 2, 0),
        ("Aides", "outside", 1, 1),
    ]
    assert list(table["share"]) == [4 / 16, 4 / 16, 3 / 16, 2 / 16, 2 / 16, 1 / 16]


def test_sections_follow_the_article_not_the_alphabet(said):
    table = source.by_section(said, case().paragraphs)
    assert rows(table, "section", "bloc", "statements", "order") == [
        ("Opening", "outside", 1, 0),
        ("Opening", OWN, 2, 0),
        ("The meeting", "north", 3, 1),
        ("The meeting", "south", 3, 1),
        ("Reactions", "north", 1, 2),
        ("Reactions", "outside", 2, 2),
        ("Reactions", "south", 1, 2),
        ("Judgement", "outside", 3, 3),
    ]


def test_what_an_actor_is_said_to_say_in_the_articles_own_voice_is_the_articles():
    """R04 is Bob's reaction, but the article sums it up itself: its section counts it as the article's own."""
    record = case()
    record.reactions.loc[record.reactions["id"] == "R04", "mode"] = "own"
    own = statements(record)
    table = source.by_section(own, case().paragraphs)
    assert rows(table[table["section"] == "Reactions"], "bloc", "statements") == [
        ("north", 1),
        ("outside", 2),
        (OWN, 1),
    ]


def test_distance_tells_hands_in_between_from_channels_that_are_not_named(said):
    assert rows(source.distance(said), "place", "mode", "statements") == [
        ("the article itself", "own", 2),
        ("the speaker's own channel", "direct", 1),
        ("the speaker's own channel", "indirect", 6),
        ("an outlet in between", "indirect", 4),
        ("an outlet in between", "mixed", 2),
        ("channel not named", "indirect", 1),
    ]


@pytest.mark.parametrize(
    ("removes", "words"),
    [(0, "the article itself"), (1, "the speaker's own channel"), (2, "an outlet in between"),
     (3, "two or more in between"), (7, "two or more in between"), (None, "channel not named")],
)  # fmt: skip
def test_place(removes, words):
    assert source.place(removes) == words


def test_every_way_of_counting_counts_the_same_statements(said):
    record = case()
    totals = {
        "sections": source.by_section(said, record.paragraphs)["statements"].sum(),
        "distances": source.distance(said)["statements"].sum(),
        "voices": source.voices(said)["statements"].sum(),
        "channels and own": source.channels(said, record.sources)["statements"].sum() + len(record.framings),
        "figures": source.figures(said)["n_statements"],
    }
    assert totals == dict.fromkeys(totals, 16)
    assert source.voices(said)["share"].sum() == pytest.approx(1)


def test_channels_come_best_grade_first_and_an_unused_one_is_shown_with_none():
    record = case()
    said = statements(record)
    table = source.channels(said[said["source_id"] != "study"], record.sources)
    assert rows(table, "id", "statements") == [("study", 0), ("paper", 6), ("readout", 4), ("unsaid", 1)]


def test_channels_of_one_grade_come_most_used_first():
    record = case()
    record.sources.loc[record.sources["id"] == "study", "reliability"] = "B"
    assert rows(source.channels(statements(record), record.sources), "id", "statements")[:2] == [
        ("paper", 6),
        ("study", 3),
    ]


def test_devices_are_counted_with_what_they_mean():
    labels = SCHEMA.labels("framings", "device")
    assert rows(source.devices(case().framings, labels), "device", "meaning", "rows", "ids") == [
        ("inference", "the inference", 1, "F01"),
        ("loaded_word", "the loaded_word", 1, "F02"),
    ]


def test_figures_and_the_sentence_made_of_them(said):
    """2 of 16 are its own; of the other 14, C01, C05 and R01 keep words, C06 names no channel."""
    values = source.figures(said)
    assert (values["n_voices"], values["n_own"], values["n_attributed"]) == (5, 2, 14)
    assert (values["n_direct"], values["direct_share"]) == (3, "21%")
    assert (values["n_unnamed_channel"], values["unnamed_channel_share"]) == (1, "7%")
    assert values["sections"] == "Opening 3, The meeting 6, Reactions 4, Judgement 3"
    assert values["finding"] == (
        "The article carries 5 voices in 16 coded statements; 2 (12%) are in its own voice. Of the 14 attributed ones, "
        "3 (21%) keep any of the speaker's words and 1 (7%) name no channel."
    )


def test_nothing_left_is_a_sentence_and_empty_tables():
    record = emptied(case())
    said = statements(record)
    assert source.figures(said)["finding"].startswith("The article carries no voice in no coded statement; 0 (n/a)")
    assert source.voices(said).empty and source.distance(said).empty
    assert source.by_section(said, record.paragraphs).empty
    assert source.devices(record.framings, {}).empty
    assert list(source.channels(said, record.sources)["statements"]) == [0, 0, 0, 0]
