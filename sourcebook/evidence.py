"""A case's anchored rows, turned into spans of its paragraphs, cut where any of them begins or ends, each row in a lane of its own."""

from bisect import insort
from typing import NamedTuple

import pandas as pd

from sourcebook.statements import KINDS, TYPES, statements

EVENTS = {"table": "events", "kind": "event", "type": "precision"}
COLUMNS = ["id", "kind", "who", "type", "topic", "gist", "paragraph", "start", "end"]
ORDER = [*KINDS.values(), EVENTS["kind"]]  # of the kinds, wherever they are listed


class Segment(NamedTuple):
    """A stretch of a paragraph over which nothing begins or ends, and the rows that cover it, in the order of their lanes."""

    start: int
    end: int
    ids: tuple[str, ...]


def spans(case) -> pd.DataFrame:
    """Every anchored row of the case, one row each, in the order of the article.

    Columns: id, kind (claim, reaction, judgement, framing, event), who (str; empty for an event), type (the table's own
    code in words), topic (its label, empty for an event), gist (an event's is its title), paragraph, start, end (Int64,
    code points, end exclusive).
    """
    said = statements(case).rename(columns={"actor": "who"})
    for table, kind in KINDS.items():
        here = said["kind"] == kind
        said.loc[here, "type"] = said.loc[here, "type"].map(_words(case, table, TYPES[table]))
        said.loc[here, "topic"] = said.loc[here, "topic"].replace(case.schema.labels(table, "topic"))
    events = case.events.rename(columns={"title": "gist"}).assign(kind=EVENTS["kind"], who="", topic="")
    events["type"] = "dated " + events["precision"].map(case.schema.labels("events", "precision")).astype("str")
    both = pd.concat([said[COLUMNS], events[COLUMNS]], ignore_index=True)
    return both.sort_values(["paragraph", "start", "id"], kind="stable", ignore_index=True)


def _words(case, table: str, column: str) -> dict[str, str]:
    """What to call each code of a column: itself, where it is a word, else its label."""
    labels = {str(code): label for code, label in case.schema.labels(table, column).items()}
    named = {code: code.replace("_", " ") for code in map(str, case.schema.codes(table, column))}
    return {code: word if word.replace(" ", "").isalpha() else labels.get(code, word) for code, word in named.items()}


def lanes(spans: pd.DataFrame) -> pd.Series:
    """The lane of each row, an int from 0, under the row's index: rows of a paragraph that overlap have different ones.

    Takes the columns id, paragraph, start, end. Each row, in the order of the starts, the longer one first, gets the
    lowest lane that is free: the fewest lanes there can be, since intervals make a perfect graph.
    """
    found, ends = {}, {}
    rows = zip(spans["paragraph"], spans["start"], -spans["end"], spans["id"], spans.index)
    for paragraph, start, end, _, index in sorted(rows):
        taken = ends.setdefault(paragraph, [])
        lane = next((lane for lane, last in enumerate(taken) if last <= start), len(taken))
        taken[lane:lane + 1] = [-end]  # fmt: skip
        found[index] = lane
    return pd.Series([found[index] for index in spans.index], index=spans.index, dtype="int64", name="lane")


def segments(length: int, spans: pd.DataFrame, lane: pd.Series) -> list[Segment]:
    """One paragraph of `length` code points, cut at every start and end of its rows; the pieces follow one another without a gap.

    Takes the columns id, start, end of the rows of this paragraph, and their `lanes`.
    """
    rows = sorted(
        (int(place), id, int(start), int(end))
        for place, id, start, end in zip(lane, spans["id"], spans["start"], spans["end"])
    )
    begun, ended = {}, {}
    for place, id, start, end in rows:
        begun.setdefault(start, []).append((place, id))
        ended.setdefault(end, []).append((place, id))
    covering, pieces = [], []
    cuts = sorted({0, length, *begun, *ended})
    for begin, end in zip(cuts, cuts[1:]):
        for row in ended.get(begin, ()):
            covering.remove(row)
        for row in begun.get(begin, ()):
            insort(covering, row)
        pieces.append(Segment(begin, end, tuple(id for _, id in covering)))
    return pieces
