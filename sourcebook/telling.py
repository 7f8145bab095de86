"""A difference of two reports, turned into a document for programs, and this into lines for a person."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import accumulate, groupby

from sourcebook.difference import CAME, CHANGED, WENT, Difference, Part, figures_only
from sourcebook.errors import STEERING, visible
from sourcebook.reports import Report
from sourcebook.words import cell, count, listing

FORMAT, VERSION = "sourcebook-difference", 1
SHOWN, LEAST = 20, 3  # lines of a section, and of a table in a section of many
AROUND = 6  # words that are told on either side of a change in a long text
LONG = 160  # characters of one text that a line tells
MOST = 4000  # words of a text that are held against others one by one
# Pairs of the same word that are looked at, for each word of two texts. Pages of prose take up to 200; a few words in turn, over and
# over, take hundreds of thousands, which is a minute for one text. A pair takes some 60 nanoseconds.
PAIRS = 300
SIGNS = {CAME: "+", WENT: "-", CHANGED: "~"}
HALVES = "\ud800-\udfff"  # of a character, which no file and no terminal takes


def document(old: Report, new: Report, found: Difference) -> dict:
    """The difference as JSON holds it; docs/comparing.md describes its keys."""
    sides = [{"name": side.name, "case": side.case, "parameters": side.parameters} for side in (old, new)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "old": sides[0],
        "new": sides[1],
        "main_finding_changed": bool(found.findings),
        "same": not found.anything,
        "counts": {
            "compared": len(found.compared),
            "findings": len(found.findings),
            "parameters": len(found.parameters),
            "values": len(found.values),
            "commentary": len(found.commentary),
            "rows": {
                change: sum(row.change == change for part in found.rows for row in part.rows)
                for change in (CAME, WENT, CHANGED)
            },
            "tables": len(found.tables),
            "charts": len(found.charts),
        },
        "notebooks": {
            "compared": found.compared,
            "only_old": found.only_old,
            "only_new": found.only_new,
            "differing": found.sources,
        },
        "findings": [
            value._asdict() | {"figures_only": figures_only(value.old, value.new)} for value in found.findings
        ],
        "parameters": [value._asdict() for value in found.parameters],
        "values": [value._asdict() for value in found.values],
        "commentary": [value._asdict() for value in found.commentary],
        "rows": list(map(_part, found.rows)),
        "tables": list(map(_part, found.tables)),
        "charts": list(map(_part, found.charts)),
    }


def written(told: dict) -> str:
    """The document as a file and a program have it: JSON, in which what would steer a terminal is written as an escape."""
    text = re.sub(f"[{HALVES}]", "\ufffd", json.dumps(told, indent=1, ensure_ascii=False, default=str))
    return STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n"


def _part(part: Part) -> dict:
    rows = [row._asdict() | {"cells": [each._asdict() for each in row.cells]} for row in part.rows]
    return part._asdict() | {"rows": rows}


def headline(told: dict) -> str:
    """Whether a main finding changed, which, and whether in words or in figures alone."""
    books = {
        kind: [value["notebook"] for value in told["findings"] if value["figures_only"] == alone]
        for kind, alone in (("in words", False), ("in figures only", True))
    }
    number = told["counts"]["compared"]
    if not told["findings"]:
        return f"No main finding changed ({count(number, 'notebook')} compared)."
    kinds = "; ".join(f"{kind}: {listing(names)}" for kind, names in books.items() if names)
    return f"{len(told['findings'])} of {count(number, 'main finding')} changed, {kinds}."


def summary(told: dict) -> str:
    """How much else differs, in a sentence."""
    counts = told["counts"]
    if told["same"]:
        return "There is no difference."
    rows = [f"{number} {change}" for change, number in counts["rows"].items() if number]
    parts = [
        count(counts["parameters"], "parameter") if counts["parameters"] else "",
        count(counts["values"], "other named value") if counts["values"] else "",
        f"the commentary of {count(counts['commentary'], 'notebook')}" if counts["commentary"] else "",
        f"rows ({', '.join(rows)})" if rows else "",
        count(counts["tables"], "table") if counts["tables"] else "",
        count(counts["charts"], "chart") if counts["charts"] else "",
        f"the text or code of {count(len(told['notebooks']['differing']), 'notebook')}"
        if told["notebooks"]["differing"]
        else "",
    ]
    return f"What else differs: {listing(list(filter(None, parts)), 'nothing')}."


def skipped(told: dict) -> list[str]:
    """What was not compared, since one report alone has it."""
    return [
        f"Not compared, since only {told[side]['name']} has {'it' if len(books) == 1 else 'them'}: {listing(books)}."
        for side in ("old", "new")
        if (books := told["notebooks"][f"only_{side}"])
    ]


def lines(told: dict, everything: bool = False) -> list[str]:
    """The difference for a person: whether a main finding changed, how much else, then each part, long ones cut."""
    found = [headline(told), f"From {told['old']['name']} to {told['new']['name']}. {summary(told)}", *skipped(told)]
    for title, section in {
        "Parameters": [_moved(value["name"], value) for value in told["parameters"]],
        "Main findings": [f"{value['notebook']}: {_marked(value)}" for value in told["findings"]],
    }.items():
        found += _section(title, [section], everything)
    found += _section("Other named values", list(_by_notebook(told["values"])), everything)
    found += _section(
        "Commentary", [[f"{value['notebook']}: {_marked(value)}" for value in told["commentary"]]], everything
    )
    for title, kind in {"Rows": "rows", "Tables": "tables", "Charts": "charts"}.items():
        found += _section(title, [[about(part), *_indented(part_lines(part))] for part in told[kind]], everything)
    found += _section("Notebooks with other text or code", [told["notebooks"]["differing"]], everything)
    return [visible(line).replace("\n", "\\n") for line in found]


def _by_notebook(values: list[dict]) -> Iterator[list[str]]:
    for notebook, group in groupby(values, key=lambda value: value["notebook"]):
        told = [_moved(value["name"], value) for value in group]
        yield [f"{notebook} ({len(told)})", *_indented(told)]


def _section(title: str, blocks: list[list[str]], everything: bool) -> list[str]:
    """A section of a few blocks, each of which has its share of lines, so that a long one does not hide the others."""
    blocks = list(filter(None, blocks))
    share = max(LEAST, SHOWN // len(blocks)) if blocks else 0
    return ["", title, *(line for block in blocks for line in _cut(block, share, everything))] if blocks else []


def _indented(found: list[str]) -> list[str]:
    return [f"  {line}" for line in found]


def _cut(found: list[str], most: int, everything: bool) -> list[str]:
    if not everything and len(found) > most + 1:  # to say that one line is left out takes a line as well
        return _indented([*found[:most], f"  and {len(found) - most} more (--all)"])
    return _indented(found)


def about(part: dict) -> str:
    """A table or chart, and how many of its rows came, went and changed."""
    sign = "" if part["change"] == CHANGED else f"{SIGNS[part['change']]} "
    return f"{sign}{part['notebook']}: {part['name']} {extent(part)}"


def extent(part: dict) -> str:
    """How much of a table or chart differs: “(5 went, 10 changed)”, or that it came or went as a whole."""
    if part["change"] != CHANGED:
        return f"{part['change']}: {part['new_title'] or part['old_title']}"
    counts = [f"{number} {change}" for change in (CAME, WENT, CHANGED) if (number := _number(part, change))]
    return f"({', '.join(counts) or 'its title or columns'})"


def _number(part: dict, change: str) -> int:
    return sum(row["change"] == change for row in part["rows"])


def part_lines(part: dict) -> list[str]:
    """A line for each thing that differs in a table or chart; rows in which the same words changed share one."""
    found = []
    if part["change"] == CHANGED and part["old_title"] != part["new_title"]:
        found.append(f"title: {marked(words(part['old_title'], part['new_title']))}")
    found += [f"column {name} {change}" for change in (CAME, WENT) for name in part[f"columns_{change}"]]
    for rows in grouped(part["rows"]):
        names = [known(row) for row in rows]
        first = rows[0]
        if first["change"] == CHANGED:
            changes = "; ".join(_moved(each["title"], each) for each in first["cells"])
            found.append(
                f"~ {names[0]}: {changes}" if len(rows) == 1 else f"~ {changes}, in {len(rows)}: {', '.join(names)}"
            )
        else:
            told = f"{names[0]}{said(first)}" if len(rows) == 1 else f"{_head(first)}: {'; '.join(map(_tail, rows))}"
            found.append(f"{SIGNS[first['change']]} {told}")
    return found


def grouped(rows: list[dict]) -> Iterator[list[dict]]:
    """Rows to be told of together, in order: those in which the same words changed in the same way, and those that came,
    or went, with the same first column of several by which they are known.
    """
    groups = defaultdict(list)
    for number, row in enumerate(rows):
        changes = tuple((each["column"], cell(each["old"]), cell(each["new"])) for each in row["cells"])
        alone = any(each["difference"] is not None for each in row["cells"])  # two alike would be so by chance
        several = (row["change"], _head(row)) if len(row["key"]) > 1 else number
        groups[number if alone else changes or several].append(row)
    yield from groups.values()


def _head(row: dict) -> str:
    return cell(next(iter(row["key"].values())))


def _tail(row: dict) -> str:
    """The rest of a row's key, and the next that it says."""
    rest = [cell(value) for value in list(row["key"].values())[1:]]
    told = [_short(cell(value)) for name, value in row["row"].items() if name not in row["key"] and cell(value)]
    return " ".join([*rest, *told[:1]])


def known(row: dict) -> str:
    """What a row is known by."""
    return ", ".join(filter(None, map(cell, row["key"].values()))) or f"row {row['place']}"


def said(row: dict) -> str:
    """What a row that came or went says, beside its key."""
    told = [_short(cell(value)) for name, value in row["row"].items() if name not in row["key"] and cell(value)]
    return f": {', '.join(told[:3])}" if told else ""


def _moved(name: str, value: dict) -> str:
    """“n_claims: 47 → 31 (-16, -34%)”."""
    if value.get("change") in (CAME, WENT):
        return f"{SIGNS[value['change']]} {name}: {_short(cell(typed(value['new' if value['change'] == CAME else 'old'])))}"
    was, now = (cell(typed(value[side])) for side in ("old", "new"))
    if max(len(was.split()), len(now.split())) > 3:
        return f"{name}: {marked(words(was, now))}"
    return f"{name}: {was or 'nothing'} → {now or 'nothing'}{by(value)}"


def typed(value: object) -> object:
    """A list as one would type it."""
    return ",".join(map(cell, value)) if isinstance(value, list) else value


def by(value: dict) -> str:
    """By how much a number moved: “ (-16, -34%)”, “ (+2 points)”, or nothing."""
    difference, percent = value["difference"], value["percent"]
    if difference is None:
        return ""
    points = ""
    if isinstance(value["new"], str) and value["new"].endswith("%"):
        points = " point" if abs(difference) == 1 else " points"
    return f" ({difference:+.6g}{points}" + (
        f", {percent:+.{0 if abs(percent) >= 1 else 1}f}%)" if percent is not None else ")"
    )


def _marked(value: dict) -> str:
    return marked(words(cell(value["old"]), cell(value["new"])))


def words(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts as pieces in order, each with whether it is in both (""), came or went; long pieces in both are cut."""
    was, now = old.split(), new.split()
    if len(was) + len(now) > MOST:
        return [(WENT, _short(old)), (CAME, _short(new))]
    try:
        turns = _Matcher(was, now).get_opcodes()
    except _Costly:
        return [(WENT, _short(old)), (CAME, _short(new))]
    found = []
    for kind, start, end, begin, stop in turns:
        if kind == "equal":
            found.append(("", _around(was[start:end], start > 0, end < len(was))))
        else:
            found += [
                (change, " ".join(part)) for change, part in ((WENT, was[start:end]), (CAME, now[begin:stop])) if part
            ]
    return found


class _Costly(Exception):
    """Two texts take more work to hold against each other than a reader would wait for."""


class _Matcher(SequenceMatcher):
    """Holds two texts against each other word by word; raises _Costly rather than look at more than PAIRS pairs a word."""

    def __init__(self, was: list[str], now: list[str]):
        super().__init__(None, was, now, autojunk=False)
        self.left = PAIRS * (len(was) + len(now))
        self.before = [0, *accumulate(len(self.b2j.get(word, ())) for word in was)]  # pairs of the words before each

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
        self.left -= self.before[len(self.a) if ahi is None else ahi] - self.before[alo]
        if self.left < 0:
            raise _Costly
        return super().find_longest_match(alo, ahi, blo, bhi)


def _around(same: list[str], before: bool, after: bool) -> str:
    """Words that both texts have, without those far from a change."""
    head, tail = same[: AROUND * before], same[len(same) - AROUND * after :]
    if len(same) <= 4 * AROUND:
        return " ".join(same)
    return " ".join([*head, "…", *tail])


def marked(pieces: list[tuple[str, str]]) -> str:
    """Pieces of text in a line, marked as git's word diff marks them."""
    forms = {"": "{}", WENT: "[-{}-]", CAME: "{{+{}+}}"}
    return " ".join(forms[change].format(text) for change, text in pieces)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
