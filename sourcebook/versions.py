"""A case and a new version of its article, turned into the case's files as they read for the new one."""

import codecs
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from sourcebook import intake
from sourcebook.anchoring import shown
from sourcebook.article import Article, position, read
from sourcebook.check import check
from sourcebook.errors import Fault, SourcebookError, visible
from sourcebook.landmarks import Span, ordered
from sourcebook.paths import CASE
from sourcebook.reanchoring import Anchor, Left, reanchor
from sourcebook.schema import Schema
from sourcebook.table import Table, csv_text
from sourcebook.words import count, listing

ALIKE = 0.5  # two paragraphs less alike than this are not versions of one
SHOWN = 6  # places that are listed of a passage, and tens of code points that are shown of a paragraph


@dataclass
class Renewal:
    """`files` maps names of a case's files to their new text; the rest says what happened, for a person.

    anchors: how many there are; moved: how many of them stand elsewhere now; left: (table, line, id, Left) of each that
    was not found; slips: (line, id, printed words, paragraphs that hold them) of each erratum that was not;
    added, removed: numbers of new and old paragraphs; lost: notes of removed paragraphs by number.
    """

    files: dict[str, str] = field(default_factory=dict)
    anchors: int = 0
    moved: int = 0
    left: list[tuple[str, int, str, Left]] = field(default_factory=list)
    slips: list[tuple[int, str, str, list[int]]] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    lost: dict[int, str] = field(default_factory=dict)


def renewal(folder: Path, schema: Schema, sha256: str, new: Article, old: Article | None = None) -> Renewal:
    """What the files of the case in `folder` become for the new article; nothing is written.

    sha256: of the article that was coded, as case.yml has it. A row that is left keeps start, end and digest and loses
    its paragraph, so that the check names it, and no later run takes its old place for one in the new text.
    """
    done = Renewal()
    tables = {name: Table(folder / f"{name}.csv") for name in (*schema.anchored, "paragraphs", "errata")}
    lengths = [int(row["length"]) for _, row in tables["paragraphs"].rows()]
    rows = {(name, line): row for name in schema.anchored for line, row in tables[name].rows()}
    anchors = [anchor for key, row in rows.items() if (anchor := _anchor(key, row))]
    found, left = reanchor(anchors, lengths, new, old)
    done.anchors = len(anchors)
    for (name, line), (paragraph, start, end) in found.items():
        row = rows[name, line]
        done.moved += (row["paragraph"], row["start"]) != (str(paragraph), str(start))
        tables[name].set(line, {"paragraph": paragraph, "start": start, "end": end})
    for each in left:
        name, line = each.anchor.key
        tables[name].set(line, {"paragraph": ""})
        done.left.append((name, line, rows[name, line].get("id", ""), each))
    spans = [(anchor.span, found[anchor.key]) for anchor in anchors if anchor.span and anchor.key in found]
    became = paragraphs(lengths, new, spans, old)
    for line, row in tables["errata"].rows():
        now = slip(row["printed"], _number(row["paragraph"]), new, became)
        tables["errata"].set(line, {"paragraph": now or ""})
        if not now:
            holding = [number for number, text in enumerate(new.paragraphs, 1) if row["printed"] in text]
            done.slips.append((line, row["id"], row["printed"], holding))
    done.files = {f"{name}.csv": table.text() for name, table in tables.items()}
    done.files["paragraphs.csv"] = _paragraphs(tables["paragraphs"], new, became, done)
    done.files[CASE] = _casefile(folder / CASE, sha256, new.sha256)
    return done


def blocking(folder: Path, schema: Schema) -> list[Fault]:
    """Faults of the tables concerned that leave their rows or paragraphs unreadable; what is wrong in a row can wait."""
    names = (*schema.anchored, "paragraphs", "errata")
    files = {f"{name}.csv" for name in names}
    faults = [fault for fault in check(folder) if fault.file in files]
    if any(fault.row is None for fault in faults):
        return [fault for fault in faults if fault.row is None or fault.file == "paragraphs.csv"]
    # What would be written into such a row would stand in another column.
    ragged = {(f"{name}.csv", line) for name in names for line in Table(folder / f"{name}.csv").ragged()}
    return [fault for fault in faults if fault.file == "paragraphs.csv" or (fault.file, fault.row) in ragged]


def version(path: Path, taken: intake.Intake, sha256: str, before: Article | None) -> Article:
    """The text of a new version of an article: `taken` is what intake makes of the file, `before` the text that was coded.

    Where a case was begun with `sourcebook new`, its text is one that intake makes, and so is each version of it: else
    the blanks around a line would make another text of the same. Of any other case the file is the text, byte by byte.
    """
    utf8 = codecs.lookup(taken.encoding).name == "utf-8"
    if taken.form != intake.PLAIN or not utf8 or taken.article.sha256 == sha256 or (before and _taken(before)):
        return taken.article
    return read(path)


def _taken(text: Article) -> bool:
    """Whether intake would make this very text of it."""
    lines = [line.text for line in intake.plain(text.content.decode("utf-8-sig")) if line.text]
    return text.content == ("\n\n".join(lines) + "\n").encode()


def told(case: str, done: Renewal, new: Article) -> Iterator[str]:
    """What a person is told of a renewal, line by line."""
    found = done.anchors - len(done.left)
    yield f"Case {case}: {found} of {count(done.anchors, 'anchor')} found again, {done.moved} of them in another place."
    for number in done.added:
        yield f"Paragraph {number} is new: mend its section and kind in paragraphs.csv: {_begins(new.paragraphs[number - 1])}"
    for number in done.removed:
        note = f"; its note was: {done.lost[number]}" if number in done.lost else ""
        yield visible(f"Old paragraph {number} is gone{note}")
    if done.left or done.slips:
        yield "Left, to be done by hand; these rows have lost their paragraph, so the check names them:"
    for name, line, id, left in sorted(done.left, key=lambda each: each[:2]):
        yield visible(f"  {name}.csv, row {line} ({id}): {_why(case, id, left, new)}")
    for line, id, printed, holding in done.slips:
        found = f"stands in {count(len(holding), 'paragraph')}" if holding else "stands nowhere"
        where = (
            f" ({', '.join(map(str, holding))}): write the right one"
            if holding
            else ": delete the row if it was mended"
        )
        yield visible(f"  errata.csv, row {line} ({id}): “{printed}” {found}{where}")


def _why(case: str, id: str, left: Left, new: Article) -> str:
    was = "paragraph {}, {}-{}".format(*left.anchor.span) if left.anchor.span else "its passage"
    command = f"sourcebook anchor {case} --row {id}"
    if left.suggestion:
        words = f"--paragraph {left.suggestion.paragraph} {shlex.quote(left.suggestion.text)}"
        return f"{was} stands nowhere; perhaps {shown(new, left.suggestion)}: {command} {words}"
    if not left.places:
        return f"{was} stands nowhere: {command} “…”, or delete the row"
    listed = ", ".join("paragraph {}, {}-{}".format(*place) for place in left.places[:SHOWN])
    more = f" and {len(left.places) - SHOWN} more" if len(left.places) > SHOWN else ""
    return f"{was} may be {listed}{more}: {command} --paragraph N --occurrence N “…”"


def _begins(text: str) -> str:
    text = visible(text)
    return f"“{text[: SHOWN * 10]}…”" if len(text) > SHOWN * 10 else f"“{text}”"


def _anchor(key: tuple[str, int], row: dict[str, str]) -> Anchor | None:
    """A row's anchor; one that lost its paragraph before still has its length; None where a row has none."""
    start, end = _number(row["start"]), _number(row["end"])
    if start < 0 or end <= start or not row["digest"]:
        return None
    paragraph = _number(row["paragraph"])
    return Anchor(key, end - start, row["digest"], (paragraph, start, end) if paragraph > 0 else None)


def _number(text: str) -> int:
    found = position(text)
    return -1 if found is None else found


def _paragraphs(table: Table, new: Article, became: dict[int, int], done: Renewal) -> str:
    """The table of paragraphs of the new text: what became of an old one keeps all but number and length."""
    before = {_number(row["paragraph"]): row for _, row in table.rows()}
    was = {now: number for number, now in became.items()}
    rows, section = [], next((row["section"] for row in before.values()), "")
    for number, text in enumerate(new.paragraphs, 1):
        kept = before.get(was.get(number, 0))
        row = dict(kept) if kept else {**dict.fromkeys(table.columns, ""), "section": section, "kind": "body"}
        row |= {"paragraph": str(number), "length": str(len(text))}
        section = row["section"]
        rows.append([row[column] for column in table.columns])
        if not kept:
            done.added.append(number)
    done.removed = [number for number in before if number not in became]
    done.lost = {number: before[number]["note"] for number in done.removed if before[number].get("note")}
    return csv_text(table.columns, rows)


def _casefile(path: Path, old: str, new: str) -> str:
    text = path.read_bytes().decode("utf-8")  # with the mark at its beginning, where it has one
    lines = [str(number) for number, line in enumerate(text.split("\n"), 1) for _ in re.finditer(old, line)]
    if len(lines) != 1:
        where = f"in lines {listing(lines)}" if lines else "in no line as a whole"
        raise SourcebookError(
            f"{path.name}: the SHA-256 of the text that was coded stands {where}. It must stand there once, as article.sha256: "
            "take it out of comments and of any other key, and run this again."
        )
    return text.replace(old, new)


def paragraphs(
    lengths: list[int], new: Article, moved: Iterable[tuple[Span, Span]], old: Article | None = None
) -> dict[int, int]:
    """Which new paragraph each old one became, by number; one that has no version in the new text is not in it.

    lengths: of the old paragraphs, in order; moved: the old and new span of each anchor that was found again.
    """
    votes: Counter = Counter()
    for before, after in moved:
        votes[before[0], after[0]] += before[2] - before[1]
    became: dict[int, int] = {}
    if old:
        matcher = SequenceMatcher(None, old.paragraphs, new.paragraphs, autojunk=False)
        for block in matcher.get_matching_blocks():
            became.update({block.a + each + 1: block.b + each + 1 for each in range(block.size)})
    for (before, after), _ in votes.most_common():
        if before not in became and after not in became.values():
            became[before] = after
    if old:
        for number, text in enumerate(old.paragraphs, 1):  # what was moved whole
            again = [place for place, other in enumerate(new.paragraphs, 1) if other == text]
            if number not in became and len(again) == 1 and again[0] not in became.values():
                became[number] = again[0]
    pinned = [(0, 0), *_in_order(became), (len(lengths) + 1, len(new.paragraphs) + 1)]
    for (low, left), (high, right) in zip(pinned, pinned[1:]):
        gap = [number for number in range(low + 1, high) if number not in became]
        room = [number for number in range(left + 1, right) if number not in became.values()]
        became.update(_paired(gap, room, lengths, new, old))
    return dict(sorted(became.items()))


def _in_order(became: dict[int, int]) -> list[tuple[int, int]]:
    pairs = ordered({(old, 0, 1): (new, 0, 1) for old, new in became.items()})
    return [(old[0], new[0]) for old, new in pairs]


def _paired(gap: list[int], room: list[int], lengths: list[int], new: Article, old: Article | None) -> dict[int, int]:
    """Old and new paragraphs between two that are known: by likeness, without the old text by length or by their number."""
    pairs: dict[int, int] = {}
    if old:
        for number in gap:
            matcher = SequenceMatcher(None, b=old.paragraphs[number - 1], autojunk=False)
            alike = {}
            for place in room:
                matcher.set_seq1(new.paragraphs[place - 1])
                if place > max(pairs.values(), default=0) and matcher.quick_ratio() >= ALIKE:
                    alike[place] = matcher.ratio()
            best = max(alike, key=alike.get, default=0)
            if alike.get(best, 0) >= ALIKE:
                pairs[number] = best
        return pairs
    if len(gap) == len(room):
        return dict(zip(gap, room))
    sizes = [lengths[number - 1] for number in gap], [len(new.paragraphs[place - 1]) for place in room]
    for block in SequenceMatcher(None, *sizes, autojunk=False).get_matching_blocks():
        pairs.update({gap[block.a + each]: room[block.b + each] for each in range(block.size)})
    return pairs


def slip(printed: str, paragraph: int, new: Article, became: dict[int, int]) -> int | None:
    """The paragraph in which a printed slip stands now: the version of its old one, else the only one that holds it, else None."""
    holding = [number for number, text in enumerate(new.paragraphs, 1) if printed in text]
    if became.get(paragraph) in holding:
        return became[paragraph]
    return holding[0] if len(holding) == 1 else None
