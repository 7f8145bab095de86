"""A few quoted words, turned into the one place of an article that they mark, exact to the code point."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from sourcebook.article import Article, digest
from sourcebook.errors import PassageError

DOUBLE, SINGLE = "“”„‟«»″〝〞＂", "‘’‚‛′‹›`´＇"
DASHES = "‐‑‒–—―−﹘﹣－"
# What cannot be seen and stands in no word: soft hyphens, marks of direction, spaces of no width. Joiners are letters' own.
UNSEEN = "\u00ad\u200b\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SIGNS = {**dict.fromkeys(DOUBLE, '"'), **dict.fromkeys(SINGLE, "'"), **dict.fromkeys(DASHES, "-"), "…": "..."}
KINDS: dict[str, Callable[[str], bool]] = {
    "other quotation marks": lambda sign: sign in DOUBLE + SINGLE + "\"'",
    "other dashes": lambda sign: sign in DASHES + "-",
    "other spaces": str.isspace,
    "other dots": lambda sign: sign in "….",
    "signs that cannot be seen": lambda sign: sign in UNSEEN,
    "accents written in another way": lambda sign: unicodedata.combining(sign) or len(unicodedata.normalize("NFD", sign)) > 1,
}  # fmt: skip
JOINED = re.compile(
    "[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
)  # go with the sign before, and a joiner with the next too
FLAG, FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]"), re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")  # two letters a flag
AROUND = 30  # code points shown on each side of a passage
FEW = 4  # words; of so few, each may be misspelt
MOST = 300  # code points of a quotation that are compared to find the closest passage
MARKS = 32  # code points before a sign that decide whether it composes; Unicode's streams have at most 30 marks
CLOSE = 0.45  # a passage less alike than this is not worth showing


@dataclass(frozen=True)
class Place:
    """Where a passage stands: offsets in code points of its paragraph, end exclusive; `differs` says how it is written otherwise."""

    paragraph: int
    start: int
    end: int
    text: str
    differs: tuple[str, ...] = ()

    @property
    def cells(self) -> dict[str, object]:
        return {"paragraph": self.paragraph, "start": self.start, "end": self.end, "digest": digest(self.text)}


def one(article: Article, words: str, paragraph: int | None = None, occurrence: int | None = None) -> Place:
    """The place that the words mark; raise PassageError where there is none, or several and none was chosen."""
    if paragraph is not None and not 1 <= paragraph <= len(article.paragraphs):
        raise PassageError(f"there is no paragraph {paragraph}", f"the article has {len(article.paragraphs)}")
    words = words.strip()
    if not words:
        raise PassageError("no words are quoted", "quote a few words of the passage")
    places, where = find(article, words, paragraph), f"in paragraph {paragraph}" if paragraph else "in the article"
    if not places:
        close = nearest(article, words, paragraph)
        right = f"the closest is {shown(article, close)}" if close else "nothing there is like it"
        if close and (told := differences(words, close.text)):
            right += f": {told}"
        elsewhere = find(article, words) if paragraph else []
        if elsewhere:
            right = f"it stands in paragraph {', '.join(str(place.paragraph) for place in elsewhere)}"
        raise PassageError(f"“{words}” does not stand {where}", right)
    if occurrence is not None and not 1 <= occurrence <= len(places):
        raise PassageError(f"“{words}” stands {_times(len(places))} {where}", f"there is no occurrence {occurrence}")
    if occurrence is None and len(places) > 1:
        listed = "; ".join(f"{number}: {shown(article, place)}" for number, place in enumerate(places, 1))
        raise PassageError(
            f"“{words}” stands {_times(len(places))} {where} ({listed})",
            "quote more of the words around it, name the paragraph, or take one with --occurrence",
        )
    return places[(occurrence or 1) - 1]


def find(article: Article, words: str, paragraph: int | None = None) -> list[Place]:
    """Every place of the words in one paragraph or in all; only where they stand nowhere as they are written, those where
    they stand with other quotation marks, dashes, spaces, unseen signs or composition of accents (Unicode NFC).

    A place that would cut a letter from its accent, or an emoji in two, is none.
    """
    chosen = [(number, text) for number, text in enumerate(article.paragraphs, 1) if paragraph in (None, number)]
    exact = [
        Place(number, start, start + len(words), words)
        for number, text in chosen
        for start in occurrences(text, words)
        if whole(text, start, start + len(words))
    ]
    if exact:
        return exact
    wanted, found = "".join(sign for sign, _, _ in fold(words)).strip(), []
    for number, text in chosen:
        folded = fold(text)
        for at in occurrences("".join(sign for sign, _, _ in folded), wanted) if wanted else ():
            (_, start, first), (_, last, end) = folded[at], folded[at + len(wanted) - 1]
            inside = at and folded[at - 1][1:] == (start, first)
            cut = at + len(wanted) < len(folded) and folded[at + len(wanted)][1:] == (last, end)
            if not inside and not cut and whole(text, start, end):
                found.append(Place(number, start, end, text[start:end], differing(words, text[start:end])))
    return found


def occurrences(text: str, words: str) -> Iterator[int]:
    """Where the words begin in the text; occurrences may overlap."""
    start = text.find(words)
    while start >= 0:
        yield start
        start = text.find(words, start + 1)


def whole(text: str, start: int, end: int) -> bool:
    """Whether neither end of a span cuts a letter from its accents, or an emoji or a flag in two."""
    return not any(0 < place < len(text) and _cut(text, place) for place in (start, end))


def _cut(text: str, place: int) -> bool:
    before, sign = text[place - 1], text[place]
    if unicodedata.category(sign).startswith("M") or JOINED.match(sign):
        return True
    if before == "\u200d":
        return unicodedata.category(sign) == "So"
    flags = FLAGS.search(text, 0, place) if FLAG.match(sign) else None
    return bool(flags) and len(flags[0]) % 2 == 1


def fold(text: str) -> list[tuple[str, int, int]]:
    """Signs that two ways of writing the same passage share, each with the span of the text that it stands for.

    Several signs may stand for one span (… is three dots), and one for several code points (any run of blanks is one).
    """
    signs: list[tuple[str, int, int]] = []
    for start, end in _clusters(text):
        part = unicodedata.normalize("NFC", text[start:end])
        part = "".join(SIGNS.get(sign, " " if sign.isspace() else sign) for sign in part if sign not in UNSEEN)
        if part in (" ", "-") and signs and signs[-1][0] == part:
            signs[-1] = part, signs[-1][1], end
        else:
            signs += [(sign, start, end) for sign in part]
    return signs


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of letters with what composes with them: NFC of the whole is that of the parts, one after the other."""
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and text[place] > "\u02ff":
            before, sign = text[max(start, place - MARKS) : place], text[place]
            joined = unicodedata.normalize("NFC", before + sign)
            if unicodedata.combining(sign) or joined != unicodedata.normalize("NFC", before) + unicodedata.normalize(
                "NFC", sign
            ):
                continue
        if start < len(text):
            yield start, place
        start = place


def differing(words: str, text: str) -> tuple[str, ...]:
    """In what two ways of writing the same passage differ."""
    return tuple(name for name, of in KINDS.items() if list(filter(of, words.strip())) != list(filter(of, text)))


def nearest(article: Article, words: str, paragraph: int | None = None, close: float = CLOSE) -> Place | None:
    """The passage of whole words that is most like the words; None where nothing is more like them than `close` (0 to 1)."""
    plain, best, found = _plain(words[:MOST]), close, None
    wanted = Counter(plain.split())
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    for number, text in enumerate(article.paragraphs, 1):
        if paragraph not in (None, number):
            continue
        spans = [match.span() for match in re.finditer(r"\S+", text)]
        spoken = [_plain(text[start:end]) for start, end in spans]
        for first in range(len(spans)):
            for length in {max(1, wanted.total() + more) for more in (-1, 0, 1)}:
                # To compare letters costs a hundred times as much as words, and of many words some must be the same.
                if (
                    wanted.total() > FEW
                    and (wanted & Counter(spoken[first : first + length])).total() < wanted.total() / 4
                ):
                    continue
                start, end = spans[first][0], spans[min(first + length, len(spans)) - 1][1]
                matcher.set_seq1(_plain(text[start:end]))
                if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
                    best, found = matcher.ratio(), Place(number, start, end, text[start:end])
    return found


def _plain(text: str) -> str:
    return "".join(sign for sign, _, _ in fold(text)).strip().casefold()


def differences(words: str, text: str) -> str:
    """The first words in which a passage is not what was quoted."""
    ours, theirs = words.split(), text.split()
    changes = [
        (" ".join(ours[a:b]), " ".join(theirs[c:d]))
        for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    told = [
        f"“{new}” for “{old}”" if new and old else f"“{new}” more" if new else f"without “{old}”"
        for old, new in changes
    ]
    return ", ".join(told[:3]) if len(changes) < len(ours) else ""


def shown(article: Article, place: Place) -> str:
    """A place for a person: its numbers, and the passage in brackets with some of the words around it."""
    text = article.paragraphs[place.paragraph - 1]
    before, after = text[max(0, place.start - AROUND) : place.start], text[place.end : place.end + AROUND]
    left = "…" if place.start > AROUND else ""
    right = "…" if place.end + AROUND < len(text) else ""
    return f"paragraph {place.paragraph}, {place.start}-{place.end} {left}{before}[{place.text}]{after}{right}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
