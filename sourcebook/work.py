"""What case.yml says of a report, turned into the work that is cited: the report, or one row of it."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from sourcebook.errors import SourcebookError, nearest

REGISTER = "notebooks/register.html#"  # the page, below the report's address, on which every anchored row stands
LANGUAGE = "en"  # of the report, whatever the article's
GISTS = ("gist", "title", "name", "rationale", "why", "note")  # what says in words what a row is; the first there is


@dataclass(frozen=True)
class Author:
    """A person (given and family) or a name as printed; "" is what is not known."""

    name: str = ""
    given: str = ""
    family: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def person(self) -> bool:
        return bool(self.given or self.family)

    @property
    def printed(self) -> str:
        return self.name or " ".join(filter(None, (self.given, self.family)))


@dataclass(frozen=True)
class Work:
    """A report, or its row `row`; all text is of one line, and "" is what is not known. `date` is as 2030-12-31."""

    title: str
    authors: tuple[Author, ...]
    date: str
    version: str = ""
    licence: str = ""
    publisher: str = ""
    doi: str = ""
    url: str = ""  # ends with /
    language: str = LANGUAGE
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    key: str = ""  # in a BibTeX file
    row: str = ""
    gist: str = ""
    page: str = REGISTER  # where the row stands; "" for a row that has no address of its own

    @property
    def address(self) -> str:
        """Where what is cited stands on the web, "" where nobody said."""
        return f"{self.url}{self.page}{quote(self.row)}" if self.url and self.row and self.page else self.url

    @property
    def cited(self) -> str:
        """The title, with the row."""
        return f"{self.title} [row {self.row}]" if self.row else self.title

    @property
    def about(self) -> str:
        """Which row, and what it says; "" of a whole report."""
        return f"Row {self.row}: {self.gist}".removesuffix(": ") if self.row else ""


def work(meta: dict, name: str, day: str, row: str = "", gist: str = "") -> Work:
    """The report on the case `name`, of which case.yml says `meta`; `day` dates it where case.yml does not."""
    date = line(meta.get("date") or day)
    url = line(meta.get("url"))
    slug, sign = re.sub(r"[^A-Za-z0-9]+", "-", _plain(name)), re.sub(r"[^A-Za-z0-9_.:]+", "-", _plain(row))
    return Work(
        title=": ".join(filter(None, (line(meta.get("title")), line(meta.get("subtitle"))))),
        authors=tuple(dict.fromkeys(author(item) for item in meta.get("authors", ()))),
        date=date,
        version=line(meta.get("version")),
        licence=line(meta.get("licence")),
        publisher=line(meta.get("publisher")),
        doi=line(meta.get("doi")),
        url=url if not url or url.endswith("/") else f"{url}/",
        abstract=line(meta.get("question")),
        keywords=tuple(map(line, meta.get("keywords", ()))),
        key="-".join(filter(None, (slug.strip("-") or "report", date[:4], sign.strip("-")))),
        row=line(row),
        gist=line(gist),
    )


def author(told: str | dict) -> Author:
    """One of case.yml's authors: a text, or a mapping with the fields of Author."""
    return (
        Author(**{field: line(text) for field, text in told.items()}) if isinstance(told, dict) else Author(line(told))
    )


def _plain(text: str) -> str:
    """The letters of a text without their accents, and nothing that is not ASCII."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def line(text) -> str:
    """Text on one line, without what no line can hold: line breaks and control characters count as spaces."""
    kept = ("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in str(text or ""))
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in kept).split())


def told(case, row: str) -> tuple[str, str]:
    """What a row of any table says, and the page on which it stands; SourcebookError where there is no such row."""
    known = []
    for table, frame in case.tables.items():
        if "id" not in frame:
            continue
        for found in frame[frame["id"] == row].fillna("").astype("str").to_dict("records"):
            gist = next((found[column] for column in GISTS if found.get(column)), "")
            return gist, REGISTER if table in case.schema.anchored else ""
        known += frame["id"].tolist()
    raise SourcebookError(
        f"case {case.name} has no row “{row}”; the report's register lists the rows{nearest(row, known)}"
    )
