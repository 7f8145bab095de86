"""The published tables of what was tried: they are those of the tests, or a test fails."""

import proof
import pytest

TEXT = "Before\n\n<!-- proof: faults -->\n| fault | seen |\n| --- | --- |\n| a | 1 |\n<!-- end of faults -->\n\nAfter\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.delenv(proof.SAVE, raising=False)
    path = tmp_path / "trust.md"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_page_that_shows_what_was_tried_passes(page):
    proof.shows("faults", ["fault", "seen"], [["a", 1]], page)


def test_a_page_that_shows_something_else_fails_and_says_what_to_do(page):
    with pytest.raises(AssertionError, match="run them with SOURCEBOOK_SAVE_PROOF=1"):
        proof.shows("faults", ["fault", "seen"], [["a", 2]], page)


def test_a_page_without_the_table_fails(page):
    with pytest.raises(AssertionError, match="no lines “<!-- proof: pages -->”"):
        proof.shows("pages", ["page"], [["a"]], page)


def test_a_row_that_cannot_be_tried_here_is_let_be_and_the_others_are_compared(page, monkeypatch):
    page.write_text(TEXT.replace("| a | 1 |", "| a | 1 |\n| b\\|c | 2 |"), "utf-8")
    proof.shows("faults", ["fault", "seen"], [["a", 1]], page, aside=["b|c"])
    with pytest.raises(AssertionError):
        proof.shows("faults", ["fault", "seen"], [["a", 2]], page, aside=["b|c"])
    monkeypatch.setenv(proof.SAVE, "1")
    with pytest.raises(AssertionError, match="save the table where they can be"):
        proof.shows("faults", ["fault", "seen"], [["a", 1]], page, aside=["b|c"])


def test_saving_replaces_the_table_and_nothing_else(page, monkeypatch):
    monkeypatch.setenv(proof.SAVE, "1")
    proof.shows("faults", ["fault", "seen"], [["b", "3 \\1"]], page)
    assert page.read_text("utf-8") == TEXT.replace("| a | 1 |", "| b | 3 \\1 |")
