"""A file that holds an article (plain text, Markdown or a saved web page), turned into numbered paragraphs and what it says of itself."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sourcebook import article, identifiers
from sourcebook.encoding import decode
from sourcebook.errors import UNPRINTABLE, SourcebookError
from sourcebook.words import count

LARGEST = 20_000_000  # bytes of a file; a page that was saved with its pictures has some millions
BY_HAND = "Save the article as plain text in UTF-8, with the headline as its first line, and pass that file."
PAGES, MARKDOWN = {".html", ".htm", ".xhtml"}, {".md", ".markdown", ".mkd"}
PLAIN = "plain text"
# What files of other kinds begin with.
KINDS = (
    (b"%PDF", "a PDF"), (b"%!PS", "PostScript"), (b"PK\x03\x04", "a ZIP archive, such as a DOCX, ODT or EPUB document"),
    (b"PK\x05\x06", "an empty ZIP archive"), (b"\x1f\x8b", "compressed with gzip"), (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\0", "compressed with xz"), (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"), (b"\xff\xd8\xff", "a picture (JPEG)"), (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"), (b"MM\0*", "a picture (TIFF)"), (b"\xd0\xcf\x11\xe0", "an Office document (DOC)"),
    (b"{\\rtf", "an RTF document"), (b"bplist00", "a web archive of a browser"), (b"SQLite format 3\0", "a database"),
)  # fmt: skip


class Paragraph(NamedTuple):
    """A non-empty line: what it is (headline, heading or body) and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class Intake:
    """An article as it was read; `meta` has title, publisher, date and language as far as the file says them."""

    paragraphs: tuple[Paragraph, ...]
    form: str
    encoding: str
    known_by: str
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text to store: one paragraph a line, a blank line between them."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs) + "\n"

    @property
    def article(self) -> article.Article:
        """What `article.read` makes of the stored text."""
        content = self.text.encode()
        digest = hashlib.sha256(content).hexdigest()
        return article.Article(digest, tuple(paragraph.text for paragraph in self.paragraphs), content)


def read(path: Path, encoding: str = "") -> Intake:
    """Read an article; nothing is fetched from anywhere. `encoding` overrules what the file says of its own.

    Raise SourcebookError, with the way out, for what is no article or cannot be read as one, and ParameterError for an
    encoding that there is not.
    """
    content = _content(path)
    kind = "a picture (WebP)" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
    if re.match(rb"(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n)*?content-type:\s*multipart/", content[:4096], re.I):
        kind = "a web archive (MHTML)"
    kind = kind or next((name for mark, name in KINDS if content.startswith(mark)), None)
    if kind:
        raise SourcebookError(f"{path}: {kind}, whatever its name says. {BY_HAND}")
    if not content.strip(b" \t\r\n\f\v\0\xef\xbb\xbf"):
        found = "0 bytes" if not content else "nothing but blanks"
        raise SourcebookError(f"{path}: {found}. Pass the file that holds the article's text.")
    page = path.suffix.lower() in PAGES or bool(
        re.match(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)\b", content[:200], re.I)
    )
    decoded = decode(content, str(path), page, encoding)
    if page:
        from sourcebook.markup import page as read_page

        form, (found, meta) = "HTML", read_page(decoded.text, str(path))
    elif path.suffix.lower() in MARKDOWN:
        from sourcebook.markup import markdown

        form, (found, meta) = "Markdown", markdown(decoded.text, str(path))
    else:
        form, (found, meta) = PLAIN, (plain(decoded.text), {})
    paragraphs = _numbered(found, path)
    meta = {name: value for name, value in {**_told(meta), "title": _title(paragraphs)}.items() if value}
    return Intake(paragraphs, form, decoded.encoding, decoded.known_by, meta)


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise SourcebookError(f"{path}: a folder. Pass the file in it that holds the article's text.")
        size = path.stat().st_size
        if not path.is_file():  # reading a pipe or a device would wait for ever
            raise SourcebookError(f"{path}: not a file. Pass the file that holds the article's text.")
        if size > LARGEST:
            raise SourcebookError(f"{path}: {size} bytes, more than an article has ({LARGEST} at most). {BY_HAND}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise SourcebookError(f"{path}: cannot be read ({cause}). Pass the article's file with --article.") from None


def plain(text: str) -> list[Paragraph]:
    """The lines of a plain text, at whatever ends a line; blanks around them are dropped, those inside kept."""
    return [Paragraph("body", line.strip()) for line in re.split("\r\n|[\n\r\v\f\x85\u2028\u2029]", text)]


def _numbered(found: list[Paragraph], path: Path) -> tuple[Paragraph, ...]:
    """The paragraphs that hold something, the first of them being the headline."""
    full = [paragraph for paragraph in found if paragraph.text]
    if not full:
        raise SourcebookError(f"{path}: no words in it. {BY_HAND}")
    for number, (_, text) in enumerate(full, 1):
        if odd := UNPRINTABLE.search(text):
            raise SourcebookError(
                f"{path}: paragraph {number} holds U+{ord(odd[0]):04X}, which no text has. Delete it, or, if the letters "
                "around it are wrong too, name the encoding: --encoding NAME."
            )
    size = sum(len(text.encode()) for _, text in full) + 2 * len(full)
    if size > article.LARGEST:
        raise SourcebookError(f"{path}: {count(size, 'byte')} of text, more than an article has. {BY_HAND}")
    return (Paragraph("headline", full[0].text), *full[1:])


def _title(paragraphs: tuple[Paragraph, ...]) -> str:
    """The headline, unless the first line is none: then it is the article's text, which no case carries."""
    return paragraphs[0].text if len(paragraphs[0].text) <= 200 else ""


def _told(meta: dict) -> dict[str, str]:
    """What a file says of itself, where it has the form that case.yml wants."""
    texts = {
        name: " ".join(UNPRINTABLE.sub("", value).split()) for name, value in meta.items() if isinstance(value, str)
    }
    day, language = texts.get("date", "")[:10], re.match("[a-z]{2,3}(?![a-z])", texts.get("language", "").lower())
    return {
        "publisher": texts.get("publisher", ""),
        "date": day if identifiers.day(day) else "",
        "language": language[0] if language else "",
    }
