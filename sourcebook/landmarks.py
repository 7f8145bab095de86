"""Passages that stand once in both versions of a text, turned into the order that every other passage has to fit into."""

from bisect import bisect_left

Span = tuple[int, int, int]  # paragraph, start, end


def ordered(marks: dict[Span, Span]) -> list[tuple[Span, Span]]:
    """Of pairs of old and new spans the heaviest sequence (by length of text) in which both keep their order."""
    pairs = sorted(marks.items())
    best: list[tuple[int, int]] = []  # weight of the best sequence that ends here, and the pair before in it
    for place, (old, new) in enumerate(pairs):
        weight, before = 0, -1
        for earlier in range(place):
            if best[earlier][0] > weight and _fit(pairs[earlier], (old, new)):
                weight, before = best[earlier][0], earlier
        best.append((weight + old[2] - old[1], before))
    place = max(range(len(best)), key=lambda each: best[each][0], default=-1)
    kept = []
    while place >= 0:
        kept.append(pairs[place])
        place = best[place][1]
    return kept[::-1]


def _fit(first: tuple[Span, Span], second: tuple[Span, Span]) -> bool:
    """Whether two pairs keep their order; two that overlapped must have kept their distance too, being whole."""
    (old, new), (other, then) = first, second
    if old[0] == other[0] and other[1] < old[2]:
        return new[0] == then[0] and then[1] - new[1] == other[1] - old[1]
    return (new[0], new[2]) <= (then[0], then[1])


class Landmarks:
    """Pairs of old and new spans, the heaviest of them that keep their order, asked which new places fit an old one."""

    def __init__(self, marks: dict[Span, Span]):
        self.pairs = ordered(marks)
        self.starts = [old[:2] for old, _ in self.pairs]

    def around(self, span: Span) -> tuple[list, list]:
        """Pairs before and behind a span, the nearest last and first."""
        place = bisect_left(self.starts, span[:2])
        return self.pairs[:place], self.pairs[place:]

    def fits(self, span: Span, candidate: Span) -> bool:
        before, behind = self.around(span)
        pair = span, candidate
        # Long landmarks may reach over shorter ones, so the nearest few are asked.
        return all(_fit(each, pair) for each in before[-8:]) and all(_fit(pair, each) for each in behind[:8])

    def steady(self, span: Span, candidate: Span) -> bool:
        """Whether the candidate keeps its distance from the landmarks next to it on both sides, in one paragraph."""
        before, behind = self.around(span)
        return bool(before and behind) and all(
            new[0] == candidate[0] and new[1] - candidate[1] == old[1] - span[1] for old, new in (before[-1], behind[0])
        )
