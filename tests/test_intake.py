"""Reading whatever file an article comes in: numbered paragraphs and what the file says of itself, or one clear error."""

import os
import socket
import subprocess
import sys

import pytest

from sourcebook import article, intake
from sourcebook.errors import SourcebookError
from sourcebook.intake import read

WORDS = "Ida Lindqvist, mayor of Örsund, said on Monday that the bridge will open in May, whatever the ferry crews may think of it. "
PAGE = f"""<!doctype html><html lang="sv-SE"><head><meta charset="utf-8"><title>Bridge</title></head><body>
<article><h1>Örsund waits</h1><p>{WORDS}</p><p>{WORDS * 2}</p></article></body></html>"""


@pytest.fixture
def written(tmp_path):
    def write(content: bytes | str, name: str = "article.txt"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


class TestPlainText:
    """Every non-empty line is a paragraph, the first the headline; nothing inside a line is touched."""

    @pytest.mark.parametrize(
        "end", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n \t\n", "\x0c", "\u2028", "\u2029", "\x85"]
    )
    def test_whatever_ends_a_line_in_a_file_ends_a_paragraph(self, written, end):
        told = read(written(f"Örsund waits{end}One  two{end}Three"))
        assert [tuple(each) for each in told.paragraphs] == [
            ("headline", "Örsund waits"),
            ("body", "One  two"),
            ("body", "Three"),
        ]
        assert told.form == "plain text"

    def test_what_is_stored_is_read_again_as_the_same_paragraphs_with_the_same_digest(self, written, tmp_path):
        told = read(written("  Örsund waits \r\n\r\n\r\nOne\u00a0two 🎪\r\n"))
        stored = written(told.text, "stored.txt")
        assert article.read(stored) == told.article
        assert read(stored).text == told.text

    def test_the_headline_is_the_title_and_nothing_else_is_said(self, written):
        assert read(written("Örsund waits\nMore")).meta == {"title": "Örsund waits"}

    def test_a_first_line_as_long_as_a_paragraph_is_no_title(self, written):
        assert read(written(WORDS * 2)).meta == {}

    def test_the_encoding_and_by_what_it_is_known_are_told(self, written):
        told = read(written("мост".encode("utf-16")))
        assert (told.encoding, told.known_by) == ("utf-16-le", "its byte order mark")
        assert read(written("мост".encode("koi8-r")), "koi8-r").paragraphs[0].text == "мост"

    def test_markup_in_a_plain_text_is_text(self, written):
        assert read(written("# One <b>two</b>")).paragraphs[0].text == "# One <b>two</b>"


class TestForms:
    @pytest.mark.parametrize(
        ("name", "content", "form"),
        [
            ("a.md", "# Örsund waits", "Markdown"), ("a.MARKDOWN", "# Örsund waits", "Markdown"), ("a.html", PAGE, "HTML"),
            ("a.HTM", PAGE, "HTML"), ("a.txt", PAGE, "HTML"), ("a", "\n <html>" + PAGE, "HTML"), ("a", "Örsund waits", "plain text"),
        ],
    )  # fmt: skip
    def test_the_form_goes_by_the_name_and_a_page_shows_itself(self, written, name, content, form):
        told = read(written(content, name))
        assert told.form == form and told.paragraphs[0] == ("headline", "Örsund waits")

    def test_a_page_in_another_encoding_is_read_as_it_declares(self, written):
        content = PAGE.replace('"utf-8"', "iso-8859-1").encode("cp1252")
        told = read(written(content, "a.html"))
        assert told.paragraphs[0].text == "Örsund waits" and told.encoding == "iso-8859-1"

    def test_no_network_is_asked(self, written, monkeypatch):
        def refused(*args, **kwargs):
            raise AssertionError("the network was asked")

        for name in ("socket", "create_connection", "getaddrinfo"):
            monkeypatch.setattr(socket, name, refused)
        linked = '<link rel=stylesheet href="http://example.org/x"><img src="http://example.org/x"><script src="http://example.org/x">'
        told = read(written(PAGE.replace("</head>", f"{linked}</script></head>"), "a.html"))
        assert told.meta["language"] == "sv"

    def test_what_reads_pages_is_imported_only_for_a_page(self, written):
        code = "import sys, sourcebook.cli, sourcebook.starting; print({'trafilatura', 'lxml', 'charset_normalizer'} & set(sys.modules))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "set()"


class TestRefused:
    """What is no article, or cannot be read as one, is one sentence or two: what it is, and what to do."""

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("a.txt", b"", "0 bytes. Pass the file"),
            ("a.html", b"", "0 bytes. Pass the file"),
            ("a.txt", b" \r\n\t\n", "nothing but blanks"),
            ("a.txt", b"\xef\xbb\xbf\n", "nothing but blanks"),
            ("a.txt", "\u00a0\n\u2003".encode(), "no words in it"),
            ("a.txt", b"%PDF-1.7\n%\xe2\xe3", "a PDF, whatever its name says. Save the article as plain text"),
            ("a.txt", b"PK\x03\x04\x14", "a ZIP archive, such as a DOCX"),
            ("a.md", b"\x1f\x8b\x08", "compressed with gzip"),
            ("a.txt", b"\x89PNG\r\n\x1a\n\0\0", "a picture (PNG)"),
            ("a.txt", b"\xff\xd8\xff\xe0\0", "a picture (JPEG)"),
            ("a.txt", b"RIFF\x10\0\0\0WEBPVP8 ", "a picture (WebP)"),
            ("a.doc", b"\xd0\xcf\x11\xe0\xa1", "an Office document"),
            ("a.txt", b"{\\rtf1\\ansi", "an RTF document"),
            ("a.mht", b'From: <x>\r\nContent-Type: multipart/related;\r\n\ttype="text/html"\r\n\r\n', "a web archive (MHTML)"),
            ("a.txt", b"The bridge\0is open", "byte 10 is NUL"),
            ("a.txt", "The bridge".encode("utf-16-le"), "--encoding utf-16-le"),
            ("a.txt", b"The bridge\n\x1b$B", "paragraph 2 holds U+001B"),
            ("a.txt", b"caf\xe9", "--encoding"),
            ("a.html", b"<html></html>", "no article was found in the page: no word of running text, where at least 50"),
            ("a.html", b"<html><body><p>Please accept our cookies.</p></body></html>", "4 words of running text"),
            ("a.html", b"<html><body>" + b"<div>" * 100_000 + b"x", "nested more than 256 deep"),
            ("a.md", b"> " * 100_000 + b"x", "nested more than 100 deep"),
        ],
    )  # fmt: skip
    def test_it_is_named_with_the_way_out(self, written, name, content, told):
        path = written(content, name)
        with pytest.raises(SourcebookError) as caught:
            read(path)
        message = str(caught.value)
        assert message.startswith(f"{path}: ") and told in message and "\n" not in message
        assert any(way in message for way in ("Save", "Pass", "--encoding"))

    def test_fifty_megabytes_are_refused_unread(self, tmp_path, monkeypatch):
        path = tmp_path / "big.txt"
        with path.open("wb") as file:
            file.truncate(50_000_000)
        monkeypatch.setattr(type(path), "read_bytes", lambda path: pytest.fail("it was read"))
        with pytest.raises(SourcebookError, match=r"big\.txt: 50000000 bytes, more than an article has"):
            read(path)

    def test_more_text_than_any_command_would_read_again_is_refused(self, written, monkeypatch):
        monkeypatch.setattr(article, "LARGEST", 30)
        assert read(written("a" * 28)).paragraphs
        with pytest.raises(SourcebookError, match="31 bytes of text, more than an article has"):
            read(written("a" * 29))

    def test_a_folder_a_missing_file_and_a_pipe_are_refused(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for path, told in (
            (tmp_path, "a folder"),
            (tmp_path / "nowhere.txt", "cannot be read (No such file"),
            (tmp_path / "pipe", "not a file"),
        ):
            with pytest.raises(SourcebookError) as caught:
                read(path)
            assert str(caught.value).startswith(f"{path}: {told}") and "Pass" in str(caught.value)

    def test_the_largest_file_is_far_above_any_page_and_far_below_a_machines_memory(self):
        assert article.LARGEST < intake.LARGEST < 50_000_000
