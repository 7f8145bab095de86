"""A case's references.bib, turned into a frame of what its rows are held against."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sourcebook.errors import Fault, unshown
from sourcebook.paths import REFERENCES

COLUMNS = ("key", "title", "publisher", "channel", "date", "url")

WRITTEN = 2_000_000  # characters that all abbreviations of a file may stand for, as many as a file may have bytes


def entries(folder: Path) -> pd.DataFrame:
    """One row an entry of `folder`/references.bib, in the file's order; all columns are str, empty where it says nothing.

    key; title; publisher (else howpublished, else the author); channel: the speaker or outlet whose words the entry only
    passes on, else the publisher; date, as “18 March 2025”, “March 2025” or “2025”; url. An entry without a file to read
    it from is none: where there is no references.bib, the frame has no row.
    """
    file = folder / REFERENCES
    found = parsed(file) if file.is_file() else {}
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


def parsed(file: Path):
    """The entries of a .bib file by key; PybtexError where it cannot be read."""
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError
    from pybtex.utils import CaseInsensitiveDict

    class Abbreviations(CaseInsensitiveDict):
        """Those of @string, which name one another: fifteen lines of them are thousands of millions of signs."""

        written = 0

        def __getitem__(self, name):
            text = super().__getitem__(name)
            self.written += len(text)
            if self.written > WRITTEN:
                raise PybtexError(
                    f"with “{name[:40]}” the abbreviations of @string, written out, are more than {WRITTEN} characters"
                )
            return text

    parser = Parser()
    parser.macros = Abbreviations(parser.macros)
    return parser.parse_file(str(file)).entries


def signs(file: Path) -> list[Fault]:
    """The lines of a .bib file with a sign that no page can show, of which pybtex takes some even in a name."""
    lines = enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
    return [Fault(REFERENCES, *told, row=number) for number, line in lines if (told := unshown(line, line.strip()))]


def faults(key: str, entry) -> Iterator[Fault]:
    """What a page cannot print of a bibliography's entry: text that is no LaTeX, an address that is none of the web's."""
    from pybtex.richtext import Text

    given = [*entry.fields.items()]
    given += [(role, str(person)) for role, people in entry.persons.items() for person in people]
    for name, value in given:
        if name == "url" and not re.match("https?:", value, re.IGNORECASE):
            yield Fault(REFERENCES, f"url of {key} is “{value[:60]}”", "write an address with http: or https:")
        for address in re.findall(r"\\url\s*\{([^{}]*)\}", value):  # of which the pages make a link
            if not re.match("(https?|mailto):", address, re.IGNORECASE):
                right = "write an address with http:, https: or mailto:"
                yield Fault(REFERENCES, f"{name} of {key} has a link to “{address[:60]}”", right)
        try:
            Text.from_latex(value)
        except Exception as error:  # the readers of LaTeX raise whatever they happen to trip over
            right = "close each brace, and write % as \\%"
            yield Fault(REFERENCES, f"{name} of {key} is not readable as LaTeX ({error})", right)


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
