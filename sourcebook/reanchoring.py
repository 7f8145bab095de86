"""Anchors into one version of an article, turned into anchors into the next: each found again for certain, or left.

The digest of an anchor says of any passage of its length whether it is the one, so the old text is not needed. Where a
passage stands more than once in the new text, its paragraph decides: one of the same length that holds all its anchors
where they were is the same one; in any other, the passages (and, with the old text, pieces of it) that stand once in
both texts are landmarks, and a passage lies between those that were before and behind it. What more than one place fits
is not guessed.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from sourcebook.anchoring import Place, nearest, occurrences
from sourcebook.article import Article, digest
from sourcebook.landmarks import Landmarks, Span

LONE = 24  # code points; a passage of that length that stands once in the text is itself, wherever it has gone
PIECE = 16  # code points of the pieces of the old text that are looked for in the new one
PIECES = 1500  # at most so many of them
CHANGED = 0.6  # a passage less alike than this is not suggested for one that is gone
TOLD = 8  # code points under anchors by which a paragraph of the same length is known again

Passage = tuple[str, int]  # digest, length


@dataclass(frozen=True)
class Anchor:
    """A row's anchor: `key` says which row, `span` where its passage stood, None where that is not known."""

    key: tuple[str, int]
    length: int
    digest: str
    span: Span | None

    @property
    def passage(self) -> "Passage":
        return self.digest, self.length


@dataclass(frozen=True)
class Left:
    """An anchor that was not found again: the places that hold its passage now, none or too many, and the closest passage."""

    anchor: Anchor
    places: tuple[Span, ...] = ()
    suggestion: Place | None = None


def reanchor(
    anchors: list[Anchor], lengths: list[int], new: Article, old: Article | None = None
) -> tuple[dict[tuple, Span], list[Left]]:
    """The new span of each anchor, by its key, and the anchors that are left; every anchor is in one of the two.

    lengths: of the old paragraphs, in order. A found span holds the very passage: its digest is the anchor's.
    """
    places = _places(anchors, new, old)
    # All that is known of where a passage stood: what stood in several places is no landmark, though it may stand in one now.
    stood: dict[Passage, set[Span | None]] = {}
    for anchor in anchors:
        stood.setdefault(anchor.passage, set()).add(anchor.span)
    for passage, spans in _places(anchors, old, old).items() if old else ():
        stood[passage].update(spans)
    marks = {
        span: places[passage][0] for passage, (span, *more) in stood.items() if not more and len(places[passage]) == 1
    }
    marks = {span: place for span, place in marks.items() if span} | (_pieces(old, new) if old else {})
    everywhere = Landmarks(marks)
    spans = [(passage, span) for passage, known in stood.items() for span in known]
    chosen = _unchanged(spans, lengths, places, everywhere, new, old)
    grew = True
    while grew:  # each that is found is a landmark for the others
        marks |= {span: place for (_, span), place in chosen.items() if span}
        more = {
            (passage, span): place
            for passage, span in spans
            if (passage, span) not in chosen
            and (place := _chosen(span, places[passage], marks, everywhere, len(stood[passage]) == 1))
        }
        chosen |= more
        grew = bool(more)
    claimed = Counter((passage, place) for (passage, _), place in chosen.items())
    found, left = {}, []
    for anchor in anchors:
        place = chosen.get((anchor.passage, anchor.span))
        if place and claimed[anchor.passage, place] == 1:  # two passages alike cannot both have become one
            found[anchor.key] = place
        else:
            now = places[anchor.passage]
            suggested = _suggested(anchor.span, old, new) if old and anchor.span and not now else None
            left.append(Left(anchor, tuple(now), suggested))
    return found, left


def _suggested(span: Span, old: Article, new: Article) -> Place | None:
    """What became of a passage that was changed, as far as the words around it tell; None where nothing is like it."""
    words = old.span(*span)
    close = nearest(new, words, close=CHANGED) if words else None
    if not close:
        return None
    was, now = old.paragraphs[span[0] - 1], new.paragraphs[close.paragraph - 1]
    start = end = 0
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if a <= span[1] < b:
            start = c + span[1] - a if kind == "equal" else c
        if a < span[2] <= b:
            end = c + span[2] - a if kind == "equal" else d
    aligned = now[start:end]
    if SequenceMatcher(None, words, aligned, autojunk=False).ratio() < CHANGED or aligned != aligned.strip():
        return close
    return Place(close.paragraph, start, end, aligned)


def _unchanged(
    spans: list, lengths: list[int], places: dict, everywhere: Landmarks, new: Article, old: Article | None
) -> dict[tuple, Span]:
    """New spans of the passages in paragraphs that are as they were, wherever these stand now."""
    held: dict[int, list] = {}
    for passage, span in spans:
        if span and 1 <= span[0] <= len(lengths):
            held.setdefault(span[0], []).append((passage, span))
    became = {}
    for number, within in held.items():
        same = [
            place
            for place, text in enumerate(new.paragraphs, 1)
            if (text == old.paragraphs[number - 1] if old else len(text) == lengths[number - 1])
            and all((place, *span[1:]) in places[passage] for passage, span in within)
        ]
        if len(same) > 1:
            whole = number, 0, lengths[number - 1]
            same = [place for place in same if old and everywhere.fits(whole, (place, *whole[1:]))]
        told = len({offset for _, span in within for offset in range(*span[1:])})
        if len(same) == 1 and (old or told >= TOLD):
            became[number] = same[0]
    taken = Counter(became.values())
    return {
        (passage, span): (became[number], *span[1:])
        for number, within in held.items()
        for passage, span in within
        if taken[became.get(number)] == 1
    }


def _places(anchors: Iterable[Anchor], new: Article, old: Article | None) -> dict[Passage, list[Span]]:
    """Where the passage of each digest and length stands in the new text."""
    wanted: dict[int, set[str]] = {}
    places: dict[Passage, list[Span]] = {}
    for anchor in anchors:
        key = anchor.passage
        words = old.span(*anchor.span) if old and anchor.span else None
        if key in places:
            continue
        places[key] = []
        if words and digest(words) == anchor.digest and len(words) == anchor.length:
            for number, text in enumerate(new.paragraphs, 1):
                places[key] += [(number, start, start + len(words)) for start in occurrences(text, words)]
        else:
            wanted.setdefault(anchor.length, set()).add(anchor.digest)
    for length, digests in wanted.items():
        for number, text in enumerate(new.paragraphs, 1):
            for start in range(len(text) - length + 1) if length > 0 else ():
                hashed = digest(text[start : start + length])
                if hashed in digests:
                    places[hashed, length].append((number, start, start + length))
    return places


def _pieces(old: Article, new: Article) -> dict[Span, Span]:
    """Pieces of the old text that stand once in it and once in the new one."""
    step = max(PIECE // 2, sum(map(len, old.paragraphs)) // PIECES)
    before, after = "\n".join(old.paragraphs), "\n".join(new.paragraphs)
    starts = [0]
    for text in new.paragraphs:
        starts.append(starts[-1] + len(text) + 1)
    pieces = {}
    for number, text in enumerate(old.paragraphs, 1):
        for start in range(0, len(text) - PIECE + 1, step):
            piece = text[start : start + PIECE]
            at = after.find(piece)
            if at >= 0 and after.find(piece, at + 1) < 0 and before.find(piece) == before.rfind(piece):
                paragraph = bisect_right(starts, at)
                place = at - starts[paragraph - 1]
                pieces[number, start, start + PIECE] = paragraph, place, place + PIECE
    return pieces


def _chosen(
    span: Span | None, places: list[Span], marks: dict[Span, Span], everywhere: Landmarks, single: bool
) -> Span | None:
    """Which of the places of a passage is the one that stood at `span`, or None where that is not certain.

    single: the passage is not known to have stood anywhere else.
    """
    lone = places[0] if len(places) == 1 and single else None
    if lone and lone[2] - lone[1] >= LONE:
        return lone
    if not span:
        return None
    near = Landmarks({old: new for old, new in marks.items() if old[0] == span[0] and old != span})
    if lone and not near.pairs:
        return lone if everywhere.fits(span, lone) else None
    fitting = [place for place in places if near.fits(span, place) and any(new[0] == place[0] for _, new in near.pairs)]
    if len(fitting) > 1:
        fitting = [place for place in fitting if near.steady(span, place)]
    return fitting[0] if len(fitting) == 1 else None
