"""A case's bibliography as a frame: what an entry gives, and nothing that it does not."""

import pytest

from sourcebook import bibliography

ENTRIES = """
@misc{copy_2031, author = {Holm, Ada and {The Gazette}}, title = {{The {Fair} in full}}, publisher = {The Gazette},
  channel = {Town of Fair}, year = {2031}, month = feb, day = {3}, url = {https://example.org/a%20b}}
@misc{post_2031, author = {Lind, Bo}, title = {{[Post]}}, howpublished = {Harbour net}, year = {2031}, month = feb}
@misc{word_2031, author = {Lind, Bo and {The Port}}, title = {{Meßwerte ab 5\\% 🎪}}, year = {2031}}
@misc{bare_2031, title = {{Nobody's}}}
"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "references.bib").write_text(ENTRIES, "utf-8")
    return bibliography.entries(tmp_path).set_index("key")


def test_each_entry_is_a_row_in_the_files_order(found):
    assert list(found.index) == ["copy_2031", "post_2031", "word_2031", "bare_2031"]


def test_title_and_address_are_plain_text(found):
    assert found.loc["copy_2031", ["title", "url"]].tolist() == ["The Fair in full", "https://example.org/a%20b"]
    assert found.loc["word_2031", "title"] == "Meßwerte ab 5% 🎪"


def test_the_publisher_is_the_one_named_else_where_it_was_said_else_who_said_it(found):
    assert found["publisher"].tolist() == ["The Gazette", "Harbour net", "Bo Lind; The Port", ""]


def test_the_channel_is_whose_words_it_passes_on_else_the_publisher(found):
    assert found["channel"].tolist()[:2] == ["Town of Fair", "Harbour net"]


def test_the_date_is_as_exact_as_the_entry(found):
    assert found["date"].tolist() == ["3 February 2031", "February 2031", "2031", ""]


def test_a_case_without_the_file_has_no_entry(tmp_path):
    empty = bibliography.entries(tmp_path)
    assert empty.empty and list(empty.columns) == list(bibliography.COLUMNS)
