"""What coders judge in a case (ratings, corroboration), and who they are, turned into the faults that a Table Schema cannot see.

Tables come as in sourcebook.rules: as text, indexed by line of the file.
"""

from collections.abc import Iterator

from sourcebook.errors import Fault, nearest
from sourcebook.paths import CASE
from sourcebook.rules import Tables, fault, rows
from sourcebook.schema import Schema

# The judgements that further coders give in ratings.csv, and the table in which the reference coder's stand.
RATED = {"stance": "reactions", "credibility": "claims", "layer": "assessments"}


def tables(tables: Tables, schema: Schema) -> list[Fault]:
    """Ratings without a reason or given twice, of what there is not, and findings with too few cells or too many."""
    return [*_ratings(tables), *_judgements(tables, schema), *_findings(tables)]


def casefile(meta: dict, tables: Tables) -> list[Fault]:
    """Coders whom case.yml does not name, and a carriage of what it does not call the assessor's own."""
    return [*_originals(meta, tables), *_coders(meta, tables)]


def _ratings(tables: Tables) -> Iterator[Fault]:
    seen = set()
    for table, line, row in rows(tables, "consistency"):
        key = row["item_id"], row["hypothesis_id"], row["coder"]
        if key in seen:
            yield fault(
                table,
                line,
                row,
                "rating",
                f"{row['coder']} rated {key[0]} against {key[1]} before",
                "one rating a coder: delete one",
            )
        seen.add(key)
        if row["rating"] != "N" and not row["rationale"]:
            yield fault(
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
    ids = {of: {row["id"] for _, _, row in rows(tables, of)} for of in RATED.values()}
    for table, line, row in rows(tables, "ratings"):
        key = row["item_id"], row["variable"], row["coder"]
        of = RATED.get(row["variable"])
        if key in seen:
            found = f"{row['coder']} rated the {row['variable']} of {row['item_id']} before"
            yield fault(table, line, row, "value", found, "one rating a coder: delete one")
        seen.add(key)
        if of is None or of not in tables:
            continue  # told elsewhere
        known, codes = ids[of], schema.codes(of, row["variable"])
        if row["item_id"] and row["item_id"] not in known:
            right = f"a {row['variable']} has a row of {of}.csv{nearest(row['item_id'], sorted(known))}"
            yield fault(table, line, row, "item_id", f"found “{row['item_id']}”", right)
        if row["value"] and row["value"] not in map(str, codes):
            right = f"allowed are {', '.join(map(str, codes))}{nearest(row['value'], codes)}"
            yield fault(table, line, row, "value", f"found “{row['value']}”", right)


def _findings(tables: Tables) -> Iterator[Fault]:
    """Corroboration without a row, a relation or words where these are due, or with them where they are not."""
    for table, line, row in rows(tables, "corroboration"):
        omitted = row["carriage"] == "omitted"
        for column in ("item_id", "relation"):
            if omitted and row[column]:
                right = "what the article omits has no row: leave it empty, or code another carriage"
                yield fault(table, line, row, column, f"found “{row[column]}” beside omitted", right)
            elif not omitted and not row[column]:
                yield fault(
                    table, line, row, column, "the cell is empty", "only a row with the carriage omitted has none"
                )
        if not row["says"] and row["relation"] != "silent":
            yield fault(table, line, row, "says", "the cell is empty", "say in our own words what the source says")
        if row["carriage"] and row["relation"] == "silent":
            right = "what the source does not say the article cannot carry: leave one of them out"
            yield fault(table, line, row, "carriage", f"found “{row['carriage']}” of a source that is silent", right)


def _originals(meta: dict, tables: Tables) -> Iterator[Fault]:
    originals = meta.get("originals", [])
    for table, line, row in rows(tables, "corroboration"):
        if row["carriage"] and row["bibkey"] not in originals:
            right = f"only what the assessor itself published has a carriage: name {row['bibkey']} in {CASE}, originals"
            yield fault(table, line, row, "carriage", f"found “{row['carriage']}”", right)


def _coders(meta: dict, tables: Tables) -> Iterator[Fault]:
    """Coders whom case.yml does not name, and the reference coder among the further ones."""
    named = list(meta.get("coders", {}))
    for table, line, row in rows(tables, "consistency", "ratings"):
        if named and row["coder"] not in named:
            right = f"the coders of {CASE} are {', '.join(named)}{nearest(row['coder'], named)}"
            yield fault(table, line, row, "coder", f"found “{row['coder']}”", right)
        elif table == "ratings" and not named:
            right = f"name the coders in {CASE}, the reference coder first"
            yield fault(table, line, row, "coder", f"found “{row['coder']}”", right)
        elif table == "ratings" and row["coder"] == named[0]:
            right = "the reference coder's judgement stands in the row itself: write it there"
            yield fault(table, line, row, "coder", f"found “{row['coder']}”", right)
