"""Turns case.yml, and the work that a report is cited as, into its title page."""

from datetime import date
from typing import NamedTuple

from bs4 import Tag
from docutils.utils.smartquotes import smartyPants

from sourcebook import citation, licences
from sourcebook.press.markup import element
from sourcebook.work import Work, line

KIND = "Report on one article, with its coded record"


class Front(NamedTuple):
    """What the title page says. Rows are (label, value) pairs; whatever the case does not give has none."""

    title: str
    subtitle: str
    authors: list[str]
    day: str  # 2000-12-31
    question: str
    rows: list[tuple[str, str]]
    keywords: tuple[str, ...] = ()
    language: str = "en"


def front(meta: dict, work: Work) -> Front:
    article = meta["article"]
    named = [f"{author.printed} {citation.ORCID}{author.orcid}" for author in work.authors if author.orcid]
    rows = {
        "Version": work.version,
        "Publisher": work.publisher,
        "DOI": work.doi and f"{citation.RESOLVER}{work.doi}",
        "Address": work.url,
        "ORCID": ", ".join(named),
        "Licence": ", ".join(filter(None, (work.licence, licences.address(work.licence)))),
        "Article": ", ".join(filter(None, (line(article["title"]), line(article.get("publisher")), long_day(article["date"])))),
        "Cite as": citation.cite(work, "apa").strip(),
    }  # fmt: skip
    authors = [", ".join(filter(None, (author.printed, author.affiliation))) for author in work.authors]
    given = [(label, value) for label, value in rows.items() if value]
    texts = [line(meta["title"]), line(meta.get("subtitle")), authors, work.date, work.abstract]
    return Front(*texts, given, work.keywords, work.language)


def title_page(front: Front) -> Tag:
    page = element("header", "title-page")
    page.append(element("p", "kind", KIND))
    page.append(element("h1", "", quoted(front.title)))
    if front.subtitle:
        page.append(element("p", "subtitle", quoted(front.subtitle)))
    page.append(element("p", "authors", " · ".join(front.authors)))
    page.append(element("p", "day", long_day(front.day)))
    page.append(element("p", "question", quoted(front.question)))
    imprint = element("dl", "imprint")
    for label, value in front.rows:
        imprint.extend([element("dt", "", label), element("dd", "", value)])
    page.append(imprint)
    return page


def head(front: Front) -> list[Tag]:
    """The title and what else the file says of itself."""
    given = {
        "author": "; ".join(front.authors),
        "description": front.question,
        "keywords": ", ".join(front.keywords),
        "generator": "Sourcebook",
        "dcterms.created": front.day,
        "dcterms.modified": front.day,
    }
    title = element("title", "", f"{front.title}: {front.subtitle}" if front.subtitle else front.title)
    metas = [meta(name, content) for name, content in given.items() if content]
    return [element("meta", charset="utf-8"), title, *metas]


def meta(name: str, content: str) -> Tag:
    made = element("meta", content=content)
    made["name"] = name
    return made


def quoted(text: str) -> str:
    """Text with the quotation marks of print."""
    return smartyPants(text, "qde")


def long_day(day: str) -> str:
    """2000-12-31 as 31 December 2000, whatever the locale."""
    found = date.fromisoformat(day)
    return f"{found.day} {citation.MONTHS[found.month - 1]} {found.year}"
