"""Landmarks keep their order, and every other passage lies between those that were before and behind it."""

from sourcebook.landmarks import Landmarks, ordered


def test_the_heaviest_sequence_in_order_is_kept():
    marks = {(1, 0, 9): (1, 0, 9), (2, 0, 3): (5, 0, 3), (3, 0, 9): (3, 0, 9), (4, 0, 9): (4, 0, 9)}
    assert ordered(marks) == [pair for pair in marks.items() if pair[0][0] != 2]
    assert ordered({(1, 0, 9): (2, 0, 9), (2, 0, 3): (1, 0, 3)}) == [((1, 0, 9), (2, 0, 9))]
    assert ordered({}) == []


def test_passages_that_overlapped_must_have_kept_their_distance():
    rigid = {(1, 0, 10): (1, 5, 15), (1, 4, 14): (1, 9, 19)}
    assert len(ordered(rigid)) == 2
    assert len(ordered(rigid | {(1, 4, 14): (1, 10, 20)})) == 1


def test_a_place_fits_between_its_neighbours_and_nowhere_else():
    marks = Landmarks({(1, 0, 5): (1, 0, 5), (1, 20, 25): (1, 30, 35)})
    assert marks.fits((1, 8, 12), (1, 8, 12)) and marks.fits((1, 8, 12), (1, 26, 30))
    assert not marks.fits((1, 8, 12), (1, 4, 8)) and not marks.fits((1, 8, 12), (1, 27, 31))
    assert not marks.fits((1, 8, 12), (2, 8, 12))


def test_a_place_is_steady_that_keeps_its_distance_on_both_sides():
    marks = Landmarks({(1, 0, 5): (2, 10, 15), (1, 20, 25): (2, 30, 35)})
    assert marks.steady((1, 8, 12), (2, 18, 22)) and not marks.steady((1, 8, 12), (2, 19, 23))
    assert not Landmarks({(1, 0, 5): (1, 0, 5)}).steady((1, 8, 12), (1, 8, 12)), "one side alone does not tell"
