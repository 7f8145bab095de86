"""A case's references.bib, turned into a frame of what its rows are held against."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sourcebook.errors import Fault
from sourcebook.paths import REFERENCES

COLUMNS = ("key", "title", "publisher", "channel", "date", "url")


def entries(folder: Path) -> pd.DataFrame:
    """One row an entry of `folder`/references.bib, in the file's order; all columns are str, empty where it says nothing.

    key; title; publisher (else howpublished, else the author); channel: the speaker or outlet whose words the entry only
    passes on, else the publisher; date, as “18 March 2025”, “March 2025” or “2025”; url. An entry without a file to read
    it from is none: where there is no references.bib, the frame has no row.
    """
    from pybtex.database import parse_file

    file = folder / REFERENCES
    found = parse_file(file, "bibtex").entries if file.is_file() else {}
    rows = []
    for key, entry in found.items():
        given = {name: entry.fields.get(name, "") for name in ("title", "publisher", "howpublished", "channel")}
        text = {name: _plain(value) for name, value in given.items()}
        people = [_printed(person) for person in entry.persons.get("author", [])]
        publisher = text["publisher"] or text["howpublished"] or "; ".join(people)
        date = " ".join(filter(None, (entry.fields.get(name, "") for name in ("day", "month", "year"))))
        rows.append(
            {"key": key, "title": text["title"], "publisher": publisher, "channel": text["channel"] or publisher,
             "date": date, "url": entry.fields.get("url", "")}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


def faults(key: str, entry) -> Iterator[Fault]:
    """What a page cannot print of an entry: text that is no LaTeX, an address that is none of the web's or mail's."""
    given = {name: [value] for name, value in entry.fields.items()}
    given |= {role: [str(person) for person in people] for role, people in entry.persons.items()}
    for name, values in given.items():
        place = f"{name} of {key}"
        for value in values:
            try:
                addresses = [value] if name == "url" else list(_addresses(value))
            except Exception as error:  # the readers of LaTeX raise whatever they happen to trip over
                right = "close each brace and write % as \\%"
                yield Fault(REFERENCES, f"{place} is not readable as LaTeX ({error})", right)
                continue
            for address in addresses:
                if not re.match(r"(https?|mailto):", address, re.IGNORECASE):
                    yield Fault(
                        REFERENCES,
                        f"{place} links to “{address[:60]}”",
                        "write an address with http:, https: or mailto:",
                    )


def _addresses(latex: str) -> Iterator[str]:
    """Where the links of a LaTeX text lead."""
    from pybtex.richtext import HRef, Text

    waiting = [Text.from_latex(latex)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, HRef):
            yield str(part.url)
        waiting += getattr(part, "parts", [])


def _plain(latex: str) -> str:
    from pybtex.richtext import Text

    return str(Text.from_latex(latex))


def _printed(person) -> str:
    """A name as it is printed, the given names first."""
    names = [
        *person.first_names,
        *person.middle_names,
        *person.prelast_names,
        *person.last_names,
        *person.lineage_names,
    ]
    return " ".join(map(_plain, names))
