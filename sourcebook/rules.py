"""What a Table Schema cannot say of a case (anchors, quotes, links across tables), turned into faults.

Every function takes tables as text: a dict of frames, one str column a field, indexed by line of the
file. A table that could not be read is not in the dict, and nothing is asked of it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sourcebook.article import Article, digest
from sourcebook.casefile import readouts
from sourcebook.errors import Fault, nearest
from sourcebook.paths import ARTICLES, CASE, REFERENCES
from sourcebook.schema import Schema

WORDS = 12  # a quotation's budget
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# The judgements that further coders give in ratings.csv, and the table in which the reference coder's stand.
RATED = {"stance": "reactions", "credibility": "claims", "layer": "assessments"}
ITEMS = ("claims", "reactions", "assessments", "framings", "events")
# Columns whose value is the id of a row in any of ITEMS: a foreign key names one table, so it cannot say this.
LINKS = (("reactions", "target_id"), ("relations", "from_id"), ("relations", "to_id"),
         ("consistency", "item_id"), ("ratings", "item_id"), ("corroboration", "item_id"))  # fmt: skip

Tables = dict[str, pd.DataFrame]


def tables(tables: Tables, schema: Schema) -> list[Fault]:
    """Ids that two tables share, links to rows that are not there, quotes, and ratings without a reason."""
    return [
        *_cells(tables, schema),
        *_shared_ids(tables),
        *_links(tables),
        *_quotes(tables, schema),
        *_ratings(tables),
        *_judgements(tables, schema),
        *_findings(tables),
        *_order(tables),
    ]


def _rows(tables: Tables, *names: str) -> Iterator[tuple[str, int, dict]]:
    for name in names:
        for line, row in tables.get(name, pd.DataFrame()).iterrows():
            if any(row):  # an empty line is a fault of its own
                yield name, line, row.to_dict()


def _fault(table: str, line: int, row: dict, column: str, found: str, right: str) -> Fault:
    return Fault(f"{table}.csv", found, right, column=column, row=line, id=row.get("id", ""))


def _cells(tables: Tables, schema: Schema) -> Iterator[Fault]:
    for table, line, row in _rows(tables, *tables):
        for column, value in row.items():
            if found := UNPRINTABLE.search(value):
                right = "such marks break a page or a chart and cannot be seen: delete it"
                yield _fault(table, line, row, column, f"the character U+{ord(found[0]):04X} in “{value[:40]}”", right)
            elif value != value.strip():
                yield _fault(table, line, row, column, f"found “{value[:40]}”", "delete the spaces around it")
            elif schema.tables[table][column]["type"] == "integer" and _odd(value):
                yield _fault(table, line, row, column, f"found “{value}”", f"write the number as {int(value)}")


def _odd(number: str) -> bool:
    """Whether Python reads a number here that is not written as one writes it (+3, 03, 0_3, ３)."""
    try:
        return str(int(number)) != number
    except ValueError:
        return False  # a type error, and told as one


def _shared_ids(tables: Tables) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for table, line, row in _rows(tables, *ITEMS):
        first = seen.setdefault(row["id"], table)
        if first != table:
            yield _fault(
                table, line, row, "id", f"“{row['id']}” is a row of {first}.csv too", "ids are unique over all tables"
            )


def _links(tables: Tables) -> Iterator[Fault]:
    if not set(ITEMS) <= tables.keys():  # an unreadable table would make every link to it look broken
        return
    known = {row["id"] for _, _, row in _rows(tables, *ITEMS)}
    for table, column in LINKS:
        for _, line, row in _rows(tables, table):
            if row[column] and row[column] not in known:
                right = f"it must be the id of a row in {', '.join(ITEMS)}{nearest(row[column], known)}"
                yield _fault(table, line, row, column, f"found “{row[column]}”", right)
    for table, line, row in _rows(tables, "relations"):
        if row["from_id"] == row["to_id"]:
            yield _fault(table, line, row, "to_id", "the row is linked to itself", "link two different rows")


def _quotes(tables: Tables, schema: Schema) -> Iterator[Fault]:
    for table, line, row in _rows(tables, *(name for name in schema.anchored if "mode" in schema.tables[name])):
        quote, mode = row["quote"], row["mode"]
        if len(quote.split()) > WORDS:
            yield _fault(
                table,
                line,
                row,
                "quote",
                f"{len(quote.split())} words",
                f"quote at most {WORDS} and give the rest in the gist",
            )
        if quote and mode in ("indirect", "own"):
            yield _fault(
                table,
                line,
                row,
                "quote",
                f"words quoted in a row of mode {mode}",
                "leave it empty, or make the mode mixed or direct",
            )
        if not quote and mode in ("direct", "mixed"):
            yield _fault(
                table,
                line,
                row,
                "quote",
                f"no words quoted in a row of mode {mode}",
                "quote some of them, or make the mode indirect",
            )
        if mode == "own" and row["attribution"] != "none":
            right = "what the article says in its own voice is attributed to nobody: none"
            yield _fault(table, line, row, "attribution", f"found “{row['attribution']}” in a row of mode own", right)


def _ratings(tables: Tables) -> Iterator[Fault]:
    seen = set()
    for table, line, row in _rows(tables, "consistency"):
        key = row["item_id"], row["hypothesis_id"], row["coder"]
        if key in seen:
            yield _fault(
                table,
                line,
                row,
                "rating",
                f"{row['coder']} rated {key[0]} against {key[1]} before",
                "one rating a coder: delete one",
            )
        seen.add(key)
        if row["rating"] != "N" and not row["rationale"]:
            yield _fault(
                table,
                line,
                row,
                "rationale",
                f"a rating of {row['rating']} without a reason",
                "say why, in our own words",
            )


def _judgements(tables: Tables, schema: Schema) -> Iterator[Fault]:
    """Further coders' ratings of a column that its row does not have, of no code of it, or given twice."""
    seen = set()
    for table, line, row in _rows(tables, "ratings"):
        key = row["item_id"], row["variable"], row["coder"]
        of = RATED.get(row["variable"])
        if key in seen:
            found = f"{row['coder']} rated the {row['variable']} of {row['item_id']} before"
            yield _fault(table, line, row, "value", found, "one rating a coder: delete one")
        seen.add(key)
        if of is None or of not in tables:
            continue  # told elsewhere
        rows, codes = [each["id"] for _, _, each in _rows(tables, of)], schema.codes(of, row["variable"])
        if row["item_id"] and row["item_id"] not in rows:
            right = f"a {row['variable']} has a row of {of}.csv{nearest(row['item_id'], rows)}"
            yield _fault(table, line, row, "item_id", f"found “{row['item_id']}”", right)
        if row["value"] and row["value"] not in map(str, codes):
            right = f"allowed are {', '.join(map(str, codes))}{nearest(row['value'], codes)}"
            yield _fault(table, line, row, "value", f"found “{row['value']}”", right)


def _findings(tables: Tables) -> Iterator[Fault]:
    """Corroboration without a row, a relation or words where these are due, or with them where they are not."""
    for table, line, row in _rows(tables, "corroboration"):
        omitted = row["carriage"] == "omitted"
        for column in ("item_id", "relation"):
            if omitted and row[column]:
                right = "what the article omits has no row: leave it empty, or code another carriage"
                yield _fault(table, line, row, column, f"found “{row[column]}” beside omitted", right)
            elif not omitted and not row[column]:
                yield _fault(
                    table, line, row, column, "the cell is empty", "only a row with the carriage omitted has none"
                )
        if not row["says"] and row["relation"] != "silent":
            yield _fault(table, line, row, "says", "the cell is empty", "say in our own words what the source says")
        if row["carriage"] and row["relation"] == "silent":
            right = "what the source does not say the article cannot carry: leave one of them out"
            yield _fault(table, line, row, "carriage", f"found “{row['carriage']}” of a source that is silent", right)


def _order(tables: Tables) -> Iterator[Fault]:
    for place, (table, line, row) in enumerate(_rows(tables, "paragraphs"), 1):
        if row["paragraph"] != str(place):
            yield _fault(
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
    lengths = {row["paragraph"]: row["length"] for _, _, row in _rows(tables, "paragraphs")}
    faults = []
    for table, line, row in _rows(tables, *schema.anchored):
        start, end, length = row["start"], row["end"], lengths.get(row["paragraph"], "")
        if not (start.isdecimal() and end.isdecimal()):
            continue  # a type error, and told as one
        if int(end) <= int(start):
            faults.append(
                _fault(
                    table,
                    line,
                    row,
                    "end",
                    f"the span {start}-{end} is empty",
                    f"end is exclusive and greater than {start}",
                )
            )
        elif length.isdecimal() and int(end) > int(length):
            right = f"paragraph {row['paragraph']} has {length} characters"
            faults.append(_fault(table, line, row, "end", f"the span ends at {end}", right))
    return faults


def references(tables: Tables, folder: Path, meta: dict | None = None) -> list[Fault]:
    """Bibliography keys, of the tables and of case.yml, that the case's references.bib does not have."""
    from pybtex.database import parse_file
    from pybtex.exceptions import PybtexError

    try:
        known = set(parse_file(folder / REFERENCES, "bibtex").entries)
    except (PybtexError, UnicodeDecodeError) as error:
        if not (folder / REFERENCES).is_file():
            return [Fault(REFERENCES, "the file is missing", "write one entry for each bibkey of sources.csv")]
        return [
            Fault(REFERENCES, f"not readable as BibTeX ({error})", "mend the entry", row=getattr(error, "lineno", None))
        ]
    faults = [
        _fault(
            table,
            line,
            row,
            "bibkey",
            f"found “{row['bibkey']}”",
            f"it must be a key of {REFERENCES}{nearest(row['bibkey'], known)}",
        )
        for table, line, row in _rows(tables, "sources", "corroboration")
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
        known = [row["id"] for _, _, row in _rows(tables, table)]
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
    return faults + [*_originals(meta, tables), *_coders(meta, tables)]


def _originals(meta: dict, tables: Tables) -> Iterator[Fault]:
    originals = meta.get("originals", [])
    for table, line, row in _rows(tables, "corroboration"):
        if row["carriage"] and row["bibkey"] not in originals:
            right = f"only what the assessor itself published has a carriage: name {row['bibkey']} in {CASE}, originals"
            yield _fault(table, line, row, "carriage", f"found “{row['carriage']}”", right)


def _coders(meta: dict, tables: Tables) -> Iterator[Fault]:
    """Coders whom case.yml does not name, and the reference coder among the further ones."""
    named = list(meta.get("coders", {}))
    for table, line, row in _rows(tables, "consistency", "ratings"):
        if named and row["coder"] not in named:
            right = f"the coders of {CASE} are {', '.join(named)}{nearest(row['coder'], named)}"
            yield _fault(table, line, row, "coder", f"found “{row['coder']}”", right)
        elif table == "ratings" and not named:
            right = f"name the coders in {CASE}, the reference coder first"
            yield _fault(table, line, row, "coder", f"found “{row['coder']}”", right)
        elif table == "ratings" and row["coder"] == named[0]:
            right = "the reference coder's judgement stands in the row itself: write it there"
            yield _fault(table, line, row, "coder", f"found “{row['coder']}”", right)


def digests(tables: Tables, schema: Schema, article: Article, sha256: str) -> list[Fault]:
    """Anchors whose text in the article is not the text that was coded, and quotes that are not in their span."""
    if article.sha256 != sha256:
        right = f"pass the text that was coded (sourcebook new puts it into {ARTICLES}/), or code the new one and write its SHA-256 here"
        return [Fault(CASE, f"the article at hand has {article.sha256[:16]}…", right, column="article.sha256")]
    faults = []
    lengths = {str(number): str(len(text)) for number, text in enumerate(article.paragraphs, 1)}
    for table, line, row in _rows(tables, "paragraphs"):
        length = lengths.get(row["paragraph"], "no such paragraph")
        if length != row["length"]:
            found = f"length {row['length']}"
            faults.append(_fault(table, line, row, "length", found, f"the article has {length}"))
    for table, line, row in _rows(tables, *schema.anchored):
        numbers = [row[column] for column in ("paragraph", "start", "end")]
        text = article.span(*map(int, numbers)) if all(number.isdecimal() for number in numbers) else None
        if text is None:
            continue  # out of bounds, and told by anchors()
        if digest(text) != row["digest"]:
            found = f"paragraph {numbers[0]}, {numbers[1]}-{numbers[2]} has the digest {digest(text)}"
            faults.append(_fault(table, line, row, "digest", found, f"the row has {row['digest']}: mend the anchor"))
        if row.get("quote") and row["quote"] not in text:
            found = "the words do not stand in the row's span"
            faults.append(_fault(table, line, row, "quote", found, "quote as printed, from inside the span"))
    return faults
