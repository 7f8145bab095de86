"""A case in the making, turned into its rules and the text that it is coded after; another text is refused."""

from collections.abc import Callable
from pathlib import Path

from sourcebook.article import Article, at_hand
from sourcebook.casefile import read_casefile
from sourcebook.check import described as ruled
from sourcebook.errors import CaseError, SourcebookError
from sourcebook.paths import ARTICLES
from sourcebook.schema import Schema


def described(folder: Path) -> tuple[Schema, dict]:
    """A case's schema and its case.yml, whatever its tables hold; CaseError where one of the two has faults."""
    schema = ruled(folder)
    meta, faults = read_casefile(folder)
    if faults:
        raise CaseError(folder.name, faults)
    return schema, meta


def coded(folder: Path, meta: dict, given: Path | None = None) -> Article:
    """The text that the case is coded after; SourcebookError where it is not at hand."""
    text = at_hand(folder, meta, given)
    if not text:
        raise SourcebookError(
            f"the text of case {folder.name} is not at hand: pass it with --article PATH, or keep a copy as {ARTICLES}/{folder.name}.txt."
        )
    if text.sha256 != meta["article"]["sha256"]:
        raise SourcebookError(
            f"the text at hand is not the one that case {folder.name} is coded after: its SHA-256 is {text.sha256}, and "
            f"case.yml has another (article.sha256). Pass that text; to move to a new version: sourcebook reanchor {folder.name} --article PATH."
        )
    return text


def matching(folder: Path, meta: dict, given: Path | None = None) -> Article | None:
    """`coded`, or None where no text is given and the one that the case is coded after is not at hand."""
    if given:
        return coded(folder, meta, given)
    text = at_hand(folder, meta)
    return text if text and text.sha256 == meta["article"]["sha256"] else None


def earlier(folder: Path, meta: dict, given: Path | None, say: Callable[[str], None]) -> Article | None:
    """The text that was coded before there was a new version, or None where nobody has it; one that is given must be it."""
    try:
        old = at_hand(folder, meta, given)
    except SourcebookError:
        if given:
            raise
        return None
    if old and old.sha256 != meta["article"]["sha256"]:
        if given:
            raise SourcebookError(f"{given}: not the text that was coded: its SHA-256 is not that of case.yml.")
        say("The text at hand is not the one that was coded: the anchors are found by their digests alone.")
        return None
    return old


def room(copy: Path) -> None:
    """Make the folder of the analyst's own texts; SourcebookError where none can be, before anything else is written."""
    try:
        copy.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise SourcebookError(
            f"{copy.parent}: no folder can be made there to keep the text in ({error.strerror}). Nothing is changed: move "
            "away what stands there, and run the same again."
        ) from None
    if copy.is_dir():
        raise SourcebookError(f"{copy}: a folder, where the text is to be kept. Move it away, and run the same again.")
