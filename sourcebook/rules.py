"""What a Table Schema cannot say of a case (anchors, quotes, links across tables), turned into faults.

Every function takes tables as text: a dict of frames, one str column a field, indexed by line of the
file. A table that could not be read is not in the dict, and nothing is asked of it.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sourcebook import bibliography
from sourcebook.article import DIGITS, Article, digest, position
from sourcebook.casefile import readouts
from sourcebook.errors import UNPRINTABLE, Fault, nearest, unshown
from sourcebook.paths import ARTICLES, CASE, REFERENCES
from sourcebook.schema import Schema

WORDS = 12  # a quotation's budget
ITEMS = ("claims", "reactions", "assessments", "framings", "events")
# Columns whose value is the id of a row in any of ITEMS: a foreign key names one table, so it cannot say this.
LINKS = (("reactions", "target_id"), ("relations", "from_id"), ("relations", "to_id"),
         ("consistency", "item_id"), ("ratings", "item_id"), ("corroboration", "item_id"))  # fmt: skip

Tables = dict[str, pd.DataFrame]


def tables(tables: Tables, schema: Schema) -> list[Fault]:
    """Marks that nobody sees, ids that two tables share, links to rows that are not there, quotes, paragraphs out of order."""
    return [
        *_cells(tables, schema),
        *_shared_ids(tables),
        *_links(tables),
        *_quotes(tables, schema),
        *_order(tables),
    ]


def rows(tables: Tables, *names: str) -> Iterator[tuple[str, int, dict]]:
    """Table, line and cells of every row of some tables, one after the other; empty lines are faults of their own."""
    for name in names:
        table = tables.get(name, pd.DataFrame())
        for line, row in zip(table.index, table.to_dict("records")):
            if any(row.values()):  # an empty line is a fault of its own
                yield name, line, row


def fault(table: str, line: int, row: dict, column: str, found: str, right: str) -> Fault:
    """A fault of one cell."""
    return Fault(f"{table}.csv", found, right, column=column, row=line, id=row.get("id", ""))


def _cells(tables: Tables, schema: Schema) -> Iterator[Fault]:
    for table, line, row in rows(tables, *tables):
        for column, value in row.items():
            if told := unshown(value):
                yield fault(table, line, row, column, *told)
            elif value != value.strip():
                yield fault(table, line, row, column, f"found “{value[:40]}”", "delete the spaces around it")
            elif schema.tables[table][column]["type"] == "integer":
                if value.isdecimal() and position(value) is None:
                    right = f"no text is so long, and no scale: write at most {DIGITS} digits"
                    yield fault(table, line, row, column, f"a number of {len(value)} digits", right)
                elif _odd(value):
                    yield fault(table, line, row, column, f"found “{value}”", f"write the number as {int(value)}")


def _odd(number: str) -> bool:
    """Whether Python reads a number here that is not written as one writes it (+3, 03, 0_3, ３)."""
    try:
        return str(int(number)) != number
    except ValueError:
        return False  # a type error, and told as one


def _shared_ids(tables: Tables) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for table, line, row in rows(tables, *ITEMS):
        first = seen.setdefault(row["id"], table)
        if first != table:
            yield fault(
                table, line, row, "id", f"“{row['id']}” is a row of {first}.csv too", "ids are unique over all tables"
            )


def _links(tables: Tables) -> Iterator[Fault]:
    if not set(ITEMS) <= tables.keys():  # an unreadable table would make every link to it look broken
        return
    known = {row["id"] for _, _, row in rows(tables, *ITEMS)}
    for table, column in LINKS:
        for _, line, row in rows(tables, table):
            if row[column] and row[column] not in known:
                right = f"it must be the id of a row in {', '.join(ITEMS)}{nearest(row[column], known)}"
                yield fault(table, line, row, column, f"found “{row[column]}”", right)
    for table, line, row in rows(tables, "relations"):
        if row["from_id"] == row["to_id"]:
            yield fault(table, line, row, "to_id", "the row is linked to itself", "link two different rows")


def _quotes(tables: Tables, schema: Schema) -> Iterator[Fault]:
    for table, line, row in rows(tables, *(name for name in schema.anchored if "mode" in schema.tables[name])):
        quote, mode = row["quote"], row["mode"]
        if len(quote.split()) > WORDS:
            yield fault(
                table,
                line,
                row,
                "quote",
                f"{len(quote.split())} words",
                f"quote at most {WORDS} and give the rest in the gist",
            )
        if quote and mode in ("indirect", "own"):
            yield fault(
                table,
                line,
                row,
                "quote",
                f"words quoted in a row of mode {mode}",
                "leave it empty, or make the mode mixed or direct",
            )
        if not quote and mode in ("direct", "mixed"):
            yield fault(
                table,
                line,
                row,
                "quote",
                f"no words quoted in a row of mode {mode}",
                "quote some of them, or make the mode indirect",
            )
        if mode == "own" and row["attribution"] != "none":
            right = "what the article says in its own voice is attributed to nobody: none"
            yield fault(table, line, row, "attribution", f"found “{row['attribution']}” in a row of mode own", right)


def _order(tables: Tables) -> Iterator[Fault]:
    for place, (table, line, row) in enumerate(rows(tables, "paragraphs"), 1):
        if row["paragraph"] != str(place):
            yield fault(
                table,
                line,
                row,
                "paragraph",
                f"found “{row['paragraph']}”",
                f"paragraphs are numbered in order: {place}",
            )
            return


def anchors(tables: Tables, schema: Schema) -> list[Fault]:
    """Spans that end before they begin or run past their paragraph."""
    lengths = {row["paragraph"]: row["length"] for _, _, row in rows(tables, "paragraphs")}
    faults = []
    for table, line, row in rows(tables, *schema.anchored):
        start, end, length = (position(text) for text in (row["start"], row["end"], lengths.get(row["paragraph"], "")))
        if start is None or end is None:
            continue  # a fault of the cell, and told as one
        if end <= start:
            faults.append(
                fault(
                    table,
                    line,
                    row,
                    "end",
                    f"the span {start}-{end} is empty",
                    f"end is exclusive and greater than {start}",
                )
            )
        elif length is not None and end > length:
            right = f"paragraph {row['paragraph']} has {length} characters"
            faults.append(fault(table, line, row, "end", f"the span ends at {end}", right))
    return faults


def references(tables: Tables, folder: Path, meta: dict | None = None) -> list[Fault]:
    """Bibliography keys, of the tables and of case.yml, that the case's references.bib does not have."""
    from pybtex.exceptions import PybtexError

    if not (folder / REFERENCES).is_file():
        return [Fault(REFERENCES, "the file is missing", "write one entry for each bibkey of sources.csv")]
    signs: list[Fault] = []
    try:
        signs += bibliography.signs(folder / REFERENCES)
        entries = bibliography.parsed(folder / REFERENCES)
    except (PybtexError, UnicodeDecodeError) as error:
        found = f"not readable as BibTeX ({error})"
        return [*signs, Fault(REFERENCES, found, "mend the entry", row=getattr(error, "lineno", None))]
    known = set(entries)
    faults = signs + [found for key, entry in entries.items() for found in bibliography.faults(key, entry)]
    faults += [
        fault(
            table,
            line,
            row,
            "bibkey",
            f"found “{row['bibkey']}”",
            f"it must be a key of {REFERENCES}{nearest(row['bibkey'], known)}",
        )
        for table, line, row in rows(tables, "sources", "corroboration")
        if row["bibkey"] and row["bibkey"] not in known
    ]
    meta = meta or {}
    named = [("accounts.readouts", key) for key in sum(readouts(meta).values(), [])]
    named += [("originals", key) for key in meta.get("originals", [])]
    return faults + [
        Fault(CASE, f"found “{key}”", f"it must be a key of {REFERENCES}{nearest(key, known)}", column=column)
        for column, key in named
        if key not in known
    ]


def casefile(meta: dict, tables: Tables, schema: Schema) -> list[Fault]:
    """Names in case.yml that no row or code of the tables bears."""
    named = [("assessor", meta["assessor"], "actors"), ("readout", meta["readout"], "sources"),
             ("accounts.event", meta["accounts"]["event"], "events")]  # fmt: skip
    faults = []
    for key, value, table in named:
        known = [row["id"] for _, _, row in rows(tables, table)]
        if table in tables and value not in known:
            right = f"it must be the id of a row in {table}.csv{nearest(value, known)}"
            faults.append(Fault(CASE, f"found “{value}”", right, column=key))
    blocs = schema.codes("actors", "bloc")
    for side in meta["accounts"]["sides"]:
        if side not in blocs:
            right = f"allowed are {', '.join(blocs)}{nearest(side, blocs)}"
            faults.append(Fault(CASE, f"found “{side}”", right, column="accounts.sides"))
    for side in meta["accounts"].get("readouts", {}):
        if side not in meta["accounts"]["sides"]:
            right = f"the sides here are {', '.join(meta['accounts']['sides'])}"
            faults.append(Fault(CASE, f"found the side “{side}”", right, column="accounts.readouts"))
    return faults


def digests(tables: Tables, schema: Schema, article: Article, sha256: str) -> list[Fault]:
    """Anchors whose text in the article is not the text that was coded, and quotes that are not in their span."""
    if article.sha256 != sha256:
        right = f"pass the text that was coded (sourcebook new puts it into {ARTICLES}/), or code the new one and write its SHA-256 here"
        return [Fault(CASE, f"the article at hand has {article.sha256[:16]}…", right, column="article.sha256")]
    faults = []
    for number, text in enumerate(article.paragraphs, 1):
        if found := UNPRINTABLE.search(text):
            right = "no text has such a mark, and a page cannot show it: code the text without it"
            what = f"paragraph {number} of the article holds U+{ord(found[0]):04X}"
            faults.append(Fault(CASE, what, right, column="article.sha256"))
    lengths = {str(number): str(len(text)) for number, text in enumerate(article.paragraphs, 1)}
    for table, line, row in rows(tables, "paragraphs"):
        length = lengths.get(row["paragraph"], "no such paragraph")
        if length != row["length"]:
            found = f"length {row['length']}"
            faults.append(fault(table, line, row, "length", found, f"the article has {length}"))
    for table, line, row in rows(tables, *schema.anchored):
        numbers = [position(row[column]) for column in ("paragraph", "start", "end")]
        text = None if None in numbers else article.span(*numbers)
        if text is None:
            continue  # out of bounds, and told by anchors()
        if digest(text) != row["digest"]:
            found = f"paragraph {numbers[0]}, {numbers[1]}-{numbers[2]} has the digest {digest(text)}"
            faults.append(fault(table, line, row, "digest", found, f"the row has {row['digest']}: mend the anchor"))
        if row.get("quote") and row["quote"] not in text:
            found = "the words do not stand in the row's span"
            faults.append(fault(table, line, row, "quote", found, "quote as printed, from inside the span"))
    return faults
