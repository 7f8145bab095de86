"""Words of a computed sentence: right for none, one and many."""

import pandas as pd
import pytest

from sourcebook import words


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(1, 4, "25%"), (2, 3, "67%"), (0, 5, "0%"), (5, 5, "100%"), (0, 0, "n/a")]
)
def test_a_share_is_a_whole_percentage_and_of_nothing_not_a_number(part, whole, said):
    assert words.percent(part, whole) == said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0, "claim"), "no claim"),
        ((1, "claim"), "1 claim"),
        ((2, "claim"), "2 claims"),
        ((2, "story", "stories"), "2 stories"),
        ((1, "story", "stories"), "1 story"),
    ],
)
def test_a_count_agrees_with_its_noun(arguments, said):
    assert words.count(*arguments) == said


@pytest.mark.parametrize(("number", "said"), [(0, "is"), (1, "is"), (2, "are")])
def test_a_verb_agrees_with_the_count_before_it(number, said):
    assert words.verb(number, "is", "are") == said


@pytest.mark.parametrize(
    ("listed", "said"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c"), ([1, 2], "1 and 2")],
)
def test_a_listing_reads_as_a_sentence_does(listed, said):
    assert words.listing(listed) == said


def test_a_listing_of_nothing_may_say_so_in_its_own_words():
    assert words.listing([], none="nobody") == "nobody"


def test_a_tally_counts_values_in_the_order_in_which_they_first_occur():
    assert words.tally(pd.Series(["blue", "red", "red"])) == "blue 1, red 2"


def test_a_tally_leaves_out_codes_that_do_not_occur():
    assert words.tally(pd.Series(pd.Categorical(["b"], categories=["a", "b"]))) == "b 1"
    assert words.tally(pd.Series([], dtype="str")) == "none"


def test_pairs_stand_side_by_side():
    assert words.pairs(["Ann", "Bob"], pd.Series([3, 1])) == "Ann 3, Bob 1"
    assert words.pairs([], []) == "none"
