"""Reading an article: numbered paragraphs, spans in code points, digests, and one clear error for what is no article."""

import hashlib
import os
from pathlib import Path

import cases
import pytest

from sourcebook import article
from sourcebook.article import Article, at_hand, digest, passed, read
from sourcebook.errors import SourcebookError


@pytest.fixture
def written(tmp_path):
    def write(content: bytes | str):
        path = tmp_path / "article.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


class TestParagraphs:
    """A paragraph is a non-empty line, the headline being the first, however the file was saved."""

    @pytest.mark.parametrize(
        "content",
        [
            "One\n\nTwo\n",
            "One\nTwo",
            "\n\n One \n".replace(" ", "") + "\t\n  \nTwo",
            "One\r\n\r\nTwo\r\n",
            "\ufeffOne\n\nTwo",
        ],
        ids=["blank line between", "none", "blanks and tabs", "CRLF", "BOM"],
    )
    def test_they_are_the_non_empty_lines(self, written, content):
        assert read(written(content)).paragraphs == ("One", "Two")

    @pytest.mark.parametrize("inside", ["\u2028", "\x0b", "\x0c", "\x85", "\u00a0"])
    def test_only_a_line_feed_ends_one(self, written, inside):
        assert read(written(f"One{inside}more\nTwo")).paragraphs == (f"One{inside}more", "Two")

    def test_blanks_inside_and_around_them_are_kept_for_the_anchors(self, written):
        assert read(written("  One  two \nThree")).paragraphs[0] == "  One  two "


class TestSpans:
    """Offsets are Unicode code points of a paragraph, the end exclusive; what is not there is None, never a guess."""

    TEXT = Article("", ("Ab", "x 🎪é“y”"))

    def test_a_span_counts_code_points_and_not_bytes_or_surrogates(self):
        assert self.TEXT.span(2, 2, 3) == "🎪"
        assert self.TEXT.span(2, 3, 7) == "é“y”"

    @pytest.mark.parametrize(
        "place", [(0, 0, 1), (3, 0, 1), (-1, 0, 1), (1, 0, 3), (1, -1, 1), (1, 1, 1), (1, 2, 1), (1, 2, 3)]
    )
    def test_a_place_that_the_article_does_not_have_is_none(self, place):
        assert self.TEXT.span(*place) is None

    def test_a_digest_is_the_first_16_hex_digits_of_the_sha256_of_the_utf8_text(self):
        # printf 'naïve' | sha256sum
        assert digest("naïve") == "f86fd89de87a848a"

    def test_the_sha256_of_the_article_is_of_the_files_bytes(self, written):
        content = b"\xef\xbb\xbfOne\r\n"
        assert read(written(content)).sha256 == hashlib.sha256(content).hexdigest()


class TestNoArticle:
    """What is no article gets one sentence that names the file, what it is, and what to pass instead."""

    @pytest.mark.parametrize(
        ("content", "cause", "cure"),
        [
            (b"", "no text in it", "--article"),
            (b"\xef\xbb\xbf", "no text in it", "--article"),
            (b" \r\n\t\n", "no text in it", "--article"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "not UTF-8 text (byte 10)", "UTF-8 plain text"),
            ("naïve".encode("latin-1"), "not UTF-8 text (byte 2)", "UTF-8 plain text"),
            ("One\nTwo".encode("utf-16"), "not UTF-8 text (byte 0)", "UTF-8 plain text"),
        ],
        ids=["empty", "only a BOM", "only blanks", "PDF", "latin-1", "UTF-16"],
    )
    def test_it_is_refused(self, written, content, cause, cure):
        path = written(content)
        with pytest.raises(SourcebookError) as caught:
            read(path)
        message = str(caught.value)
        assert message.startswith(f"{path}: {cause}") and cure in message and "\n" not in message

    def test_a_huge_file_is_refused_with_its_size_and_one_of_the_largest_size_read(self, written, monkeypatch):
        monkeypatch.setattr(article, "LARGEST", 10)
        assert read(written("a" * 10)).paragraphs == ("a" * 10,)
        with pytest.raises(SourcebookError, match=r"article\.txt: 11 bytes, more than an article has"):
            read(written("a" * 11))

    def test_the_largest_size_is_far_above_any_article_and_far_below_a_machines_memory(self):
        assert 100_000 <= article.LARGEST <= 100_000_000

    def test_a_file_that_is_missing_or_a_folder_is_refused(self, tmp_path):
        with pytest.raises(SourcebookError, match=r"nowhere\.txt: cannot be read \(No such file.*--article"):
            read(tmp_path / "nowhere.txt")
        with pytest.raises(SourcebookError, match="cannot be read .*--article"):
            read(tmp_path)


def test_the_tests_own_article_has_the_paragraphs_that_its_case_says(tmp_path):
    assert read(cases.write(tmp_path).article).paragraphs == tuple(text for _, _, text in cases.PARAGRAPHS)


class TestAtHand:
    """The text to code by is the one given, else the one that the case ships, else the analyst's own copy."""

    @pytest.fixture
    def folder(self, tmp_path):
        for place in ("data/fair", "articles"):
            (tmp_path / place).mkdir(parents=True)
        (tmp_path / "given.txt").write_text("given", "utf-8")
        (tmp_path / "data/fair/own.txt").write_text("shipped", "utf-8")
        return tmp_path / "data/fair"

    def test_what_is_given_goes_first_and_the_analysts_copy_last(self, folder):
        ships, keeps_none = {"article": {"text": "own.txt"}}, {"article": {}}
        copy = folder.parents[1] / "articles/fair.txt"
        assert at_hand(folder, keeps_none) is None
        copy.write_text("copy", "utf-8")
        assert at_hand(folder, keeps_none).paragraphs == ("copy",)
        assert at_hand(folder, ships).paragraphs == ("shipped",)
        assert at_hand(folder, ships, folder.parents[1] / "given.txt").paragraphs == ("given",)


class TestPassed:
    """Whoever passes a text may pass the file that was coded, or the one from which `sourcebook new` took the text."""

    def test_the_file_that_was_coded_is_taken_as_it_is(self, written):
        content = "One  \n\n\nTwo\n"
        assert passed(written(content), hashlib.sha256(content.encode()).hexdigest()).paragraphs == ("One  ", "Two")

    @pytest.mark.parametrize("content", ["One\r\nTwo", "\n\n One \nTwo", "One\n\nTwo".encode("utf-16")])
    def test_the_one_that_the_text_was_taken_from_gives_that_text(self, written, content):
        wanted = hashlib.sha256(b"One\n\nTwo\n").hexdigest()
        assert passed(written(content), wanted) == Article(wanted, ("One", "Two"))

    def test_another_text_is_what_it_is_so_that_the_check_can_say_so(self, written):
        content = b"One\r\nThree"
        assert passed(written(content), "0" * 64).sha256 == hashlib.sha256(content).hexdigest()

    def test_what_is_no_text_is_refused(self, written):
        with pytest.raises(SourcebookError, match="not UTF-8"):
            passed(written(b"%PDF-1.7\n\xe2\xe3"), "0" * 64)


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path / "pipe.txt", Path(os.devnull)):
        with pytest.raises(SourcebookError, match="not a file. Pass the article's text file with --article"):
            read(path)
