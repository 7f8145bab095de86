"""Tables as CSV: what they hold is what a program reads, and nothing that a spreadsheet runs."""

import csv
import io
import random

import pandas as pd
import pytest

from sourcebook.spreadsheet import csv_text

FIELDS = [{"name": "id", "title": "Row", "type": "string"}, {"name": "n", "title": "Stance", "type": "number"}]
# All that a cell may begin with to be taken for a formula, some behind what a spreadsheet skips.
STARTS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u00a0=", "\n=", "\ufeff=", "\u200b=", "  \t@"]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def one(text: str) -> str:
    """What Python's csv reads of a text in a column of text."""
    _, (cell, _) = read(csv_text(FIELDS, [{"id": text, "n": 1}]))
    return cell


def test_the_head_has_the_titles_and_a_field_without_one_its_name():
    assert csv_text([*FIELDS, {"name": "note"}], []) == "Row,Stance,note\n"


@pytest.mark.parametrize("start", STARTS)
def test_what_could_be_a_formula_gets_an_apostrophe(start):
    assert one(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("start", STARTS)
def test_so_does_a_title(start):
    assert read(csv_text([{"name": "x", "title": f"{start}1"}], []))[0] == [f"'{start}1"]


@pytest.mark.parametrize(
    "text", ["a=b", "'=1", "1-2", "“=1”", "", " ", "¶3, 10–20", "–2", "a\tb", "a,b", 'a "b"', "a\nb", "a\rb"]
)
def test_any_other_text_stays_as_it_is(text):
    assert one(text) == text


@pytest.mark.parametrize(("value", "cell"), [(-2, "-2"), (-0.5, "-0.5"), (1e-7, "1e-07"), ("-2", "-2"), (0, "0")])
def test_a_number_in_a_column_of_numbers_stays_a_number(value, cell):
    assert read(csv_text(FIELDS, [{"id": "a", "n": value}]))[1] == ["a", cell]


@pytest.mark.parametrize("value", ["-2+3", "=1", "-A1", "+1 ", "-１"])
def test_text_in_a_column_of_numbers_is_guarded_like_any_other(value):
    assert read(csv_text(FIELDS, [{"id": "a", "n": value}]))[1] == ["a", f"'{value}"]


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_is_missing_is_empty(value):
    assert csv_text(FIELDS, [{"id": value, "n": value}, {}]).splitlines()[1:] == [",", ","]


def test_control_characters_are_shown_not_sent():
    assert one("a\x00b\x1b[31m\x7f\x9b\ud800") == "a␀b␛[31m␡\ufffd\ufffd"
    assert csv_text(FIELDS, [{"id": "\ud800\x00", "n": 1}]).encode()


def test_random_text_comes_back_with_nothing_changed_but_the_apostrophe():
    """Read by Python's csv and by pandas."""
    chance = random.Random(20310203)
    signs = [*"=+-@'\",;\t\r\n \u00a0aZ0é\u0301–＝＋－＠🎪\u200d\u2028\ufeff", "\r\n", "=1"]
    texts = ["".join(chance.choices(signs, k=chance.randrange(1, 9))) for _ in range(4000)]
    written = csv_text(FIELDS, [{"id": text, "n": place} for place, text in enumerate(texts)])
    cells = [cell for cell, _ in read(written)[1:]]
    guarded = [cell != text for cell, text in zip(cells, texts, strict=True)]
    assert all(cell in (text, f"'{text}") for cell, text in zip(cells, texts))
    assert 1000 < sum(guarded) < 3000, "both kinds occur"
    assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) or cell.startswith(("\t", "\r")) for cell in cells)
    frame = pd.read_csv(io.StringIO(written), dtype={"Row": str}, keep_default_na=False)
    assert frame["Row"].tolist() == cells and frame["Stance"].tolist() == list(range(len(texts)))


def test_the_file_has_line_feeds_alone_between_its_rows():
    assert csv_text(FIELDS, [{"id": "a", "n": 1}, {"id": "b", "n": 2}]) == "Row,Stance\na,1\nb,2\n"
