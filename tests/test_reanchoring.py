"""A new version of the article: every anchor is found again for certain or reported, and none is ever put in a wrong place."""

import random

import pytest

from sourcebook.article import Article, digest, read
from sourcebook.reanchoring import Anchor, reanchor

# Letters that the offsets of bytes, of UTF-16 and of what a person sees would count in other ways.
WORDS = [
    "fair", "harbour", "rain", "May", "the", "a", "naïve", "nai\u0308ve", "A\u030angstro\u0308m", "e\u0323\u0302",
    "السَّلَام", "עֲלֵיכֶם", "١٢٣", "\u200fשלום\u200f", "🎪", "👩\u200d🚀", "👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🇺🇦🇫🇮",
    "\U00020000\U0002a6d6", "한국", "\u1112\u1161\u11ab", "“open”", "«yes»", "10\u00a0000", "co\u00adoperate", "…", "–", "ﬁn",
]  # fmt: skip


def text(chance: random.Random, number: int) -> list[str]:
    return [
        " ".join(chance.choice(WORDS) for _ in range(chance.randrange(4, 40))) + chance.choice([".", "?", "", " "])
        for _ in range(number)
    ]


class Draft:
    """A text whose code points keep their names through every edit, so that a test knows where each passage went."""

    def __init__(self, chance: random.Random, number: int):
        self.chance, self.names = chance, iter(range(10**9))
        self.paragraphs = [self.named(line) for line in text(chance, number)]
        self.kept: set[int] = set()  # names that no edit may touch

    def named(self, line: str) -> list[tuple[str, int]]:
        return [(sign, next(self.names)) for sign in line]

    def article(self, path) -> Article:
        """As it is read from a file, here with the line ends of Windows and empty lines between."""
        lines = ["".join(sign for sign, _ in line) for line in self.paragraphs]
        path.write_bytes(self.chance.choice(["\r\n\r\n", "\n", "\r\n"]).join(lines).encode())
        return read(path)

    def pick(self) -> list[tuple[int, tuple[int, int, int]]]:
        """A span at random, its code points to be kept: (names, span)."""
        number = self.chance.randrange(len(self.paragraphs))
        line = self.paragraphs[number]
        start = self.chance.randrange(len(line) - 1)
        end = min(len(line), start + self.chance.choice([1, 2, 5, 10, 20, 40, 80]))
        names = [name for _, name in line[start:end]]
        return names, (number + 1, start, end)

    def where(self, names: list[int]) -> tuple[int, int, int] | None:
        for number, line in enumerate(self.paragraphs, 1):
            for start, (_, name) in enumerate(line):
                if name == names[0]:
                    span = [name for _, name in line[start : start + len(names)]]
                    return (number, start, start + len(names)) if span == names else None
        return None

    def edit(self, passages: list[str]) -> None:
        """One change that leaves what is kept together and whole."""
        chance, lines = self.chance, self.paragraphs
        number = chance.randrange(len(lines))
        line = lines[number]
        free = [place for place in range(len(line) + 1) if not self.inside(line, place)]
        match chance.choice(["insert", "delete", "replace", "paragraph", "away", "repeat", "swap"]):
            case "insert":
                place = chance.choice(free)
                line[place:place] = self.named(" " + chance.choice(WORDS))
            case "delete" | "replace" as kind:
                places = [place for place, (_, name) in enumerate(line) if name not in self.kept]
                if places and len(line) > 3:
                    place = chance.choice(places)
                    line[place : place + 1] = self.named(chance.choice("xyzé")) if kind == "replace" else []
            case "paragraph":
                lines.insert(number, self.named(text(chance, 1)[0]))
            case "away":
                if len(lines) > 3 and not any(name in self.kept for _, name in line):
                    lines.pop(number)
            case "repeat":
                place = chance.choice(free)
                line[place:place] = self.named(chance.choice(passages))
            case "swap":
                lines.insert(chance.randrange(len(lines)), lines.pop(number))

    def inside(self, line: list, place: int) -> bool:
        return 0 < place < len(line) and line[place - 1][1] in self.kept and line[place][1] in self.kept


def anchored(article: Article, spans: list) -> list[Anchor]:
    return [
        Anchor(("claims", number), span[2] - span[1], digest(article.span(*span)), span)
        for number, span in enumerate(spans)
    ]


@pytest.mark.parametrize("with_old", [False, True], ids=["digests alone", "with the old text"])
def test_of_500_spans_in_random_texts_each_is_found_in_its_place_or_reported(with_old, tmp_path):
    chance = random.Random(20310203)
    found_, left_, wrong = 0, 0, []
    for _ in range(50):
        draft = Draft(chance, chance.randrange(5, 12))
        old = draft.article(tmp_path / "old.txt")
        picked = [draft.pick() for _ in range(10)]
        draft.kept = {name for names, _ in picked for name in names}
        anchors = anchored(old, [span for _, span in picked])
        passages = [old.span(*span) for _, span in picked]
        for _ in range(chance.randrange(1, 25)):
            draft.edit(passages)
        new = draft.article(tmp_path / "new.txt")
        found, left = reanchor(anchors, [len(line) for line in old.paragraphs], new, old if with_old else None)
        assert found.keys() | {each.anchor.key for each in left} == {anchor.key for anchor in anchors}
        for (names, _), anchor, passage in zip(picked, anchors, passages):
            if anchor.key in found:
                found_ += 1
                assert new.span(*found[anchor.key]) == passage
                if found[anchor.key] != draft.where(names):
                    wrong.append((passage, found[anchor.key], draft.where(names)))
            else:
                left_ += 1
    print(found_, left_, wrong)
    assert found_ + left_ == 500
    assert wrong == []
    assert found_ >= 400
