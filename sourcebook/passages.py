"""A table's column of quoted words, turned into the anchors of its rows; the words do not stay."""

from dataclasses import dataclass, field

from sourcebook.anchoring import one
from sourcebook.article import Article, position
from sourcebook.errors import Fault, PassageError
from sourcebook.schema import ANCHOR, PASSAGE
from sourcebook.table import Table
from sourcebook.words import listing

RAGGED = "its cells are not those of the header row"
RAGGED_CURE = "put text that holds a comma in quotation marks, and a comma for each empty cell"


@dataclass
class Anchored:
    """What became of a table: how many rows were anchored, faults of those that were not, and remarks (line, id, what)."""

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    remarks: list[tuple[int, str, str]] = field(default_factory=list)


def anchor(table: Table, article: Article) -> Anchored:
    """Anchor every row of the table that quotes its passage, in its paragraph where it names one, else in the article.

    The words of such a row are taken out; with the last of them goes the column. A row that fails keeps its words, and a
    table that lacks a column of the anchor stays as it is. So does a row with more or fewer cells than the header row:
    which of them holds what is not known.
    """
    done = Anchored()
    if PASSAGE in table.columns and (fault := table.misread(ANCHOR)):
        done.faults.append(fault)
        return done
    ragged = set(table.ragged()) if PASSAGE in table.columns else ()
    for line, row in table.rows():
        words, id = row.get(PASSAGE, "").strip(), row.get("id", "")
        if line in ragged:
            done.faults.append(Fault(table.path.name, RAGGED, RAGGED_CURE, row=line, id=id))
            continue
        if not words:
            continue
        number = row["paragraph"].strip()
        paragraph = position(number)
        if number and paragraph is None:
            right = "write the number of a paragraph, or leave it empty"
            done.faults.append(Fault(table.path.name, f"found “{number[:40]}”", right, "paragraph", line, id))
            continue
        try:
            place = one(article, words, paragraph)
        except PassageError as error:
            done.faults.append(Fault(table.path.name, error.found, error.right, PASSAGE, line, id))
            continue
        table.set(line, {**place.cells, PASSAGE: ""})
        done.rows += 1
        if place.differs:
            done.remarks.append((line, id, f"found with {listing(place.differs)}"))
    if PASSAGE in table.columns and not done.faults:
        table.drop(PASSAGE)
    return done
