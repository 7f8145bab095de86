"""Rows become spans, lanes and segments: nothing of a paragraph is lost, and no row hides another."""

import random

import cases
import evidencebook
import pandas as pd
import pytest

from sourcebook.case import load
from sourcebook.evidence import COLUMNS, Segment, lanes, segments, spans


@pytest.fixture
def found(tmp_path):
    return spans(load(str(cases.write(tmp_path).folder)))


def drawn(seed: int) -> tuple[dict[int, int], pd.DataFrame]:
    """Lengths of paragraphs, and rows on them, of which many overlap, touch, or are the same."""
    chance = random.Random(seed)
    lengths = {number: chance.randint(1, 60) for number in range(1, 5)}
    rows = []
    for place in range(chance.randint(0, 40)):
        paragraph = chance.choice(list(lengths))
        start = chance.randrange(lengths[paragraph])
        rows.append((f"C{place:02}", paragraph, start, chance.randint(start + 1, lengths[paragraph])))
    chance.shuffle(rows)
    return lengths, pd.DataFrame(rows, columns=["id", "paragraph", "start", "end"])


class TestSpans:
    def test_are_all_anchored_rows_in_the_order_of_the_article(self, found):
        assert list(found.columns) == COLUMNS
        assert list(found["id"]) == ["E01", "C01", "C02", "R02", "R01", "C03", "J01", "E02", "J02", "F01"]

    def test_say_who_what_kind_and_in_which_words_it_is_coded(self, found):
        told = found.set_index("id")[["kind", "who", "type", "topic", "gist"]].T.to_dict("list")
        assert told["C01"] == ["claim", "Ada Holm", "commitment", "Opening", "Gist of C01."]
        assert told["R02"] == ["reaction", "Bo Lind", "rejects", "Opening", "Gist of R02."]
        assert told["J02"] == ["judgement", "Institute of Tides", "report", "Opening", "Gist of J02."]
        assert told["F01"] == ["framing", "the article", "rhetorical question", "Ships", "Gist of F01."]
        assert told["E02"] == ["event", "", "dated to the month", "", "Stalls are sold"]

    def test_change_nothing_of_the_case(self, tmp_path):
        case = load(str(cases.write(tmp_path).folder))
        before = {name: frame.copy() for name, frame in case.tables.items()}
        assert spans(case).equals(spans(case))
        assert all(before[name].equals(frame) for name, frame in case.tables.items())


class TestLanes:
    @pytest.mark.parametrize("seed", range(30))
    def test_never_collide_and_are_as_few_as_overlap_at_one_place(self, seed):
        lengths, rows = drawn(seed)
        rows["lane"] = lanes(rows)
        for paragraph, length in lengths.items():
            here = rows[rows["paragraph"] == paragraph]
            covering = [here[(here["start"] <= place) & (place < here["end"])]["lane"] for place in range(length)]
            assert all(lane.is_unique for lane in covering)
            assert len(here) == 0 or here["lane"].max() + 1 == max(map(len, covering))

    @pytest.mark.parametrize("seed", range(5))
    def test_do_not_depend_on_the_order_of_the_rows(self, seed):
        _, rows = drawn(seed)
        again = rows.sample(frac=1, random_state=seed)
        assert lanes(again).sort_index().equals(lanes(rows))

    def test_are_free_again_where_a_row_ends_and_in_the_next_paragraph(self):
        rows = pd.DataFrame(
            [("A1", 1, 0, 5), ("A2", 1, 5, 9), ("A3", 1, 2, 6), ("A4", 2, 0, 1)],
            columns=["id", "paragraph", "start", "end"],
        )
        assert list(lanes(rows)) == [0, 0, 1, 0]

    def test_of_no_rows_are_none(self):
        assert lanes(drawn(0)[1].iloc[:0]).empty


class TestSegments:
    @pytest.mark.parametrize("seed", range(30))
    def test_put_together_are_the_paragraph_and_each_row_covers_just_its_span(self, seed):
        lengths, rows = drawn(seed)
        rows["lane"] = lanes(rows)
        for paragraph, length in lengths.items():
            text = "".join(map(chr, range(0x1F300, 0x1F300 + length)))
            here = rows[rows["paragraph"] == paragraph]
            pieces = segments(length, here, here["lane"])
            assert "".join(text[piece.start : piece.end] for piece in pieces) == text
            assert all(piece.start < piece.end for piece in pieces)
            for row in here.itertuples():
                covered = "".join(text[piece.start : piece.end] for piece in pieces if row.id in piece.ids)
                assert covered == text[row.start : row.end]

    def test_name_their_rows_in_the_order_of_the_lanes(self):
        rows = pd.DataFrame([("A1", 1, 2, 5), ("A2", 1, 0, 9)], columns=["id", "paragraph", "start", "end"])
        assert segments(10, rows, lanes(rows)) == [
            Segment(0, 2, ("A2",)), Segment(2, 5, ("A2", "A1")), Segment(5, 9, ("A2",)), Segment(9, 10, ()),
        ]  # fmt: skip

    def test_of_a_paragraph_without_rows_are_one(self):
        none = drawn(0)[1].iloc[:0]
        assert segments(7, none, lanes(none)) == [Segment(0, 7, ())]

    def test_count_code_points(self, tmp_path):
        """An emoji and a letter of another script are one each."""
        found = spans(load(str(evidencebook.record(tmp_path).folder)))
        here = found[found["paragraph"] == 7]
        text = evidencebook.OVERLAPPING
        pieces = segments(len(text), here, lanes(here))
        assert [(text[piece.start : piece.end], piece.ids) for piece in pieces][:3] == [
            ("The ", ("C06",)), ("🎪 crew ", ("C06", "C07")), ('"said" that the', ("C06", "C07", "C08")),
        ]  # fmt: skip
