"""An article's text, turned into the numbered paragraphs that anchors point into."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sourcebook.errors import SourcebookError
from sourcebook.paths import ARTICLES

LARGEST = 5_000_000  # bytes; a news article has some 10 000
DIGITS = 9  # of a number of a paragraph or code point; Python refuses to read some thousands of them


@dataclass(frozen=True)
class Article:
    """`paragraphs` are the non-empty lines in order, the headline being number 1; `sha256` is of the text's bytes, `content`."""

    sha256: str
    paragraphs: tuple[str, ...]
    content: bytes = field(default=b"", repr=False, compare=False)

    def span(self, paragraph: int, start: int, end: int) -> str | None:
        """The text of a span in Unicode code points, or None where the article has no such place."""
        if not 1 <= paragraph <= len(self.paragraphs):
            return None
        text = self.paragraphs[paragraph - 1]
        return text[start:end] if 0 <= start < end <= len(text) else None


def position(text: str) -> int | None:
    """The number of a paragraph or code point, None where a cell holds none: something else, or more digits than any has."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else None


def shipped(folder: Path, meta: dict) -> Article | None:
    """The text that a case may bring along (case.yml, article.text), or None; SourcebookError where it cannot be read."""
    name = meta["article"].get("text")
    return read(folder / name) if name else None


def at_hand(folder: Path, meta: dict, given: Path | None = None) -> Article | None:
    """The text of a case to code it by: the one given, else the one shipped with it, else the analyst's own copy, else None."""
    if given:
        return passed(given, meta["article"].get("sha256", ""))
    own = own_copy(folder)
    return shipped(folder, meta) or (read(own) if own.is_file() else None)


def own_copy(folder: Path) -> Path:
    """Where an analyst keeps the text of a case, given the case's folder; it need not be there."""
    return folder.parents[1] / ARTICLES / f"{folder.name}.txt"


def passed(path: Path, sha256: str) -> Article:
    """The text that a person passes: that file, or what `sourcebook new` takes out of it where this is the text that has the
    SHA-256 (so the web page serves as well from which the text was taken). SourcebookError where it is no text.
    """
    from sourcebook import intake

    try:
        text, refused = read(path), None
    except SourcebookError as error:
        text, refused = None, error
    if sha256 and (text is None or text.sha256 != sha256):
        with suppress(SourcebookError):
            taken = intake.read(Path(path)).article
            text = taken if taken.sha256 == sha256 else text
    if text is None:
        raise refused
    return text


def digest(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of a span's UTF-8 text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(path: Path) -> Article:
    """Read an article from a UTF-8 text file; raise SourcebookError where it is not one."""
    path = Path(path)
    try:
        size = path.stat().st_size
        # To read a pipe or a device would wait for ever, or never end; of a folder the system says what it is.
        if not (path.is_file() or path.is_dir()):
            raise SourcebookError(f"{path}: not a file. Pass the article's text file with --article.")
        content = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise SourcebookError(
            f"{path}: cannot be read ({error.strerror}). Pass the article's text file with --article."
        ) from None
    if size > LARGEST:
        raise SourcebookError(f"{path}: {size} bytes, more than an article has. Pass the plain text of one article.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourcebookError(
            f"{path}: not UTF-8 text (byte {error.start}). Save the article as UTF-8 plain text."
        ) from None
    # Only line feeds end a line: str.splitlines would also break at characters that occur inside a paragraph.
    lines = text.replace("\r\n", "\n").split("\n")
    paragraphs = tuple(line for line in lines if line.strip())
    if not paragraphs:
        raise SourcebookError(f"{path}: no text in it. Pass the article's text file with --article.")
    return Article(hashlib.sha256(content).hexdigest(), paragraphs, content)
