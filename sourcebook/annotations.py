"""The anchors of a case, turned into W3C Web Annotations (Web Annotation Data Model, 2017).

Positions count Unicode code points in the article's non-empty lines, joined by one line feed: so the lengths that
paragraphs.csv has are enough to give them, and whoever has the article can cut the passages out.
"""

import json
import uuid
from base64 import urlsafe_b64encode

from sourcebook import licences
from sourcebook.article import Article, digest
from sourcebook.citation import ORCID
from sourcebook.errors import SourcebookError
from sourcebook.work import GISTS, REGISTER, Author, Work

# What the model's own context has no term for: the digest of a passage, an identifier of its words, and a summary.
TERMS = {"digest": "http://purl.org/dc/terms/identifier", "summary": "http://www.w3.org/ns/activitystreams#summary"}
CONTEXT = ["http://www.w3.org/ns/anno.jsonld", TERMS]
AROUND = 32  # code points quoted before and after a passage, by which a reader's program finds it again
COUNTED = (
    "Positions count Unicode code points, from 0, in the text made of the article's non-empty lines, "
    "joined by one line feed."
)


def annotations(case, work: Work, text: str | None = None) -> dict:
    """An AnnotationCollection with one annotation for each anchored row on its first page, in the article's order.

    `text` is the article's as `plain` gives it; with it each passage is quoted too. Raise SourcebookError where it is
    not the text that was coded.
    """
    source = named("sha-256", case.meta["article"]["sha256"])
    starts, length = {}, 0
    for number, count in zip(case.paragraphs["paragraph"], case.paragraphs["length"]):
        starts[int(number)] = length
        length += int(count) + 1
    told = []
    for table in case.schema.anchored:
        for row in case.tables[table].astype(object).to_dict("records"):
            start, end = (starts[int(row["paragraph"])] + int(row[column]) for column in ("start", "end"))
            target = {
                "type": "SpecificResource",
                "source": source,
                "selector": [{"type": "TextPositionSelector", "start": start, "end": end}],
                "digest": named("sha-256-64", row["digest"]),
            }
            if text is not None:
                if digest(text[start:end]) != row["digest"]:
                    raise SourcebookError(f"{table}.csv, {row['id']}: the text is not the one that was coded. "
                                          f"Run: sourcebook check --case {case.name} --article PATH")  # fmt: skip
                target["selector"].append(_quoted(text, start, end))
            annotation = {"id": _urn(source, case.name, row["id"]), "type": "Annotation"}
            annotation |= {"motivation": ["describing", "classifying"], "body": _body(case, work, table, row)}
            told.append((start, end, row["id"], annotation | {"target": target}))
    items = [annotation for *_, annotation in sorted(told, key=lambda each: each[:3])]
    collection = _urn(source, case.name, "")
    return {
        "@context": CONTEXT,
        "id": collection,
        "type": "AnnotationCollection",
        "label": work.title,
        "summary": COUNTED,
        **({"creator": [_agent(author) for author in work.authors]} if work.authors else {}),
        "created": f"{work.date}T00:00:00Z",
        **({"rights": licences.address(work.licence)} if licences.address(work.licence) else {}),
        "total": len(items),
        "first": {
            "id": _urn(source, case.name, "first"),
            "type": "AnnotationPage",
            "partOf": collection,
            "startIndex": 0,
            "items": items,
        },
    }


def plain(article: Article) -> str:
    """The article as the one text in which positions are counted."""
    return "\n".join(article.paragraphs)


def written(told: dict) -> str:
    """Linked data as the text of a file, the same bytes for the same record."""
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def named(algorithm: str, digest: str) -> str:
    """A digest in hex as a URI of RFC 6920, whose sha-256-64 is a SHA-256 cut to its first 64 bits."""
    return f"ni:///{algorithm};{urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip('=')}"


def _urn(source: str, case: str, row: str) -> str:
    """An identifier that stays the same as long as article, case and row do (UUID of version 5)."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{source}?{case}#{row}')}"


def _quoted(text: str, start: int, end: int) -> dict:
    told = {"type": "TextQuoteSelector", "exact": text[start:end]}
    around = {"prefix": text[max(start - AROUND, 0) : start], "suffix": text[end : end + AROUND]}
    return told | {name: words for name, words in around.items() if words}


def _body(case, work: Work, table: str, row: dict) -> list[dict]:
    """The row's gist, its codes as tags, and where it stands in the report."""
    gist = next(row[column] for column in GISTS if isinstance(row.get(column), str))
    coded = [column for column in row if case.schema.codes(table, column) and row[column] == row[column]]
    tags = [f"id:{row['id']}", f"table:{table}", *(f"{column}:{row[column]}" for column in coded)]
    plain_text = {"type": "TextualBody", "format": "text/plain"}
    body = [{**plain_text, "value": gist, "language": work.language, "purpose": "describing"}]
    body += [{**plain_text, "value": tag, "purpose": "tagging"} for tag in tags]
    if work.url:
        body.append({"type": "SpecificResource", "source": f"{work.url}{REGISTER}{row['id']}", "purpose": "linking"})
    return body


def _agent(author: Author) -> dict:
    known = {"id": ORCID + author.orcid} if author.orcid else {}
    return {**known, "type": "Person" if author.person else "Organization", "name": author.printed}
