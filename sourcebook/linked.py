"""A case, turned into schema.org linked data: the report, its data, the article, and each coded row."""

import json

from sourcebook import licences
from sourcebook.annotations import named
from sourcebook.citation import ORCID, RESOLVER
from sourcebook.statements import KINDS
from sourcebook.work import REGISTER, Author, Work

TYPES = {"person": "Person", "government": "GovernmentOrganization", "organisation": "Organization",
         "outlet": "NewsMediaOrganization"}  # fmt: skip
# What day an event has where its date is known less exactly; a week has no form of its own.
PRECISION = {"day": 10, "month": 7, "year": 4}
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def graph(case, work: Work, rows, data: str = "") -> dict:
    """JSON-LD of one @graph: Report, Dataset, NewsArticle, then people and organisations, then the coded rows.

    rows: those of sourcebook.statements.statements that are to be in it; data: address of the folder with the tables.
    Where case.yml has no url, what has no address of its own is named by a fragment, as #C15, of the page that carries
    the graph: the register.
    """
    base = f"{work.url}{REGISTER}" if work.url else "#"
    report, dataset = work.url or "#report", f"{base}data"
    article = named("sha-256", case.meta["article"]["sha256"])
    authors = [_author(author, f"{base}author-{place}") for place, author in enumerate(work.authors, 1)]
    coders = [{"@id": author["@id"]} for author in authors]
    speakers = rows[rows["actor_id"].notna()].drop_duplicates("actor_id")
    # A named kind is a person or an organisation; a crowd, or somebody unnamed, may be either.
    actors = [
        {"@id": f"{base}actor-{row['actor_id']}", "@type": TYPES.get(row["actor_kind"], "Thing"), "name": row["actor"]}
        for row in speakers.sort_values("actor_id").to_dict("records")
    ]
    digests = {
        id: digest for table in KINDS for id, digest in zip(case.tables[table]["id"], case.tables[table]["digest"])
    }
    common = _given({
        "license": _licence(work.licence),
        "version": work.version,
        "datePublished": work.date,
        "inLanguage": work.language,
        "keywords": list(work.keywords),
        "publisher": _organisation(work.publisher),
    })  # fmt: skip
    known = {
        "@id": report,
        "@type": "Report",
        "name": work.title,
        "abstract": work.abstract,
        "author": coders,
        **common,
        "identifier": _property("doi", RESOLVER + work.doi) if work.doi else {},
        "url": work.url,
        "about": _event(case),
        "isBasedOn": [{"@id": article}, {"@id": dataset}],
    }
    return {
        "@context": "https://schema.org",
        "@graph": [
            _given(known),
            _given(_dataset(case, dataset, data) | {"creator": coders, **common, "isBasedOn": {"@id": article}}),
            _article(case, article),
            *authors,
            *actors,
            *(
                _row(case, row, digests, base, coders, article, dataset)
                for row in rows.astype(object).to_dict("records")
            ),
        ],
    }


def script(told: dict) -> str:
    """The graph as JSON that can stand in a script element: nothing in it can end the element or begin another."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return "".join(UNSAFE.get(sign, sign) for sign in text)


def _dataset(case, dataset: str, data: str) -> dict:
    """The case's tables, each with what its columns mean and where it can be had."""
    parts = []
    for resource in case.schema.descriptor["resources"]:
        columns = [
            _given({"@type": "PropertyValue", "name": field["name"], "description": field.get("description")})
            for field in resource["schema"]["fields"]
        ]
        download = {"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": f"{data}{resource['path']}"}
        parts.append(_given({
            "@type": "Dataset",
            "name": resource.get("title") or resource["name"],
            "description": resource.get("description"),
            "variableMeasured": columns,
            "distribution": download,
        }))  # fmt: skip
    descriptor = case.schema.descriptor
    return {"@id": dataset, "@type": "Dataset", "name": descriptor.get("title") or case.name,
            "description": descriptor.get("description"), "hasPart": parts}  # fmt: skip


def _article(case, article: str) -> dict:
    told = case.meta["article"]
    return _given({
        "@id": article,
        "@type": "NewsArticle",
        "headline": told["title"],
        "name": told["title"],
        "datePublished": told["date"],
        "inLanguage": told["language"],
        "publisher": _organisation(told.get("publisher")),
    })  # fmt: skip


def _event(case) -> dict:
    """The event of which the two sides give accounts."""
    found = case.events[case.events["id"] == case.meta["accounts"]["event"]].astype(object).to_dict("records")
    if not found:
        return {}
    (event,) = found
    exact = PRECISION.get(str(event["precision"]), 0)
    day = str(event["date"])[:exact] if event["date"] == event["date"] else ""
    return _given({"@type": "Event", "name": event["title"], "startDate": day})


def _row(case, row: dict, digests: dict[str, str], base: str, coders: list, article: str, dataset: str) -> dict:
    """A statement as a claim, and as a quotation where it has spoken words; the article's own voice is no speaker."""
    table = next(table for table, kind in KINDS.items() if kind == row["kind"])
    spoken = row["quote"] == row["quote"] and bool(row["quote"])
    speaker = {"@id": f"{base}actor-{row['actor_id']}"} if row["actor_id"] == row["actor_id"] else {}
    return _given({
        "@id": f"{base}{row['id']}",
        "@type": ["Claim", "Quotation"] if spoken else "Claim",
        "identifier": row["id"],
        "name": row["gist"],
        "text": row["quote"] if spoken else row["gist"],
        "genre": row["kind"],
        "keywords": case.schema.labels(table, "topic").get(row["topic"], row["topic"]),
        "author": speaker,
        "spokenByCharacter": speaker if spoken else {},
        "claimInterpreter": coders,
        "isPartOf": {"@id": dataset},
        "appearance": {
            "@type": "CreativeWork",
            "isPartOf": {"@id": article},
            "position": int(row["paragraph"]),
            "identifier": [
                _property("start", int(row["start"])),
                _property("end", int(row["end"])),
                _property("sha-256-64", named("sha-256-64", digests[row["id"]])),
            ],
        },
    })  # fmt: skip


def _author(author: Author, otherwise: str) -> dict:
    known = {"@id": ORCID + author.orcid if author.orcid else otherwise}
    if not author.person:
        return {**known, "@type": "Organization", "name": author.name}
    told = {"name": author.printed, "givenName": author.given, "familyName": author.family}
    return _given({**known, "@type": "Person", **told, "affiliation": _organisation(author.affiliation)})


def _organisation(name: str | None) -> dict:
    return {"@type": "Organization", "name": name} if name else {}


def _licence(licence: str):
    """The address of a known licence, else a work of which only the name is known."""
    return licences.address(licence) or (licence and {"@type": "CreativeWork", "name": licence})


def _property(name: str, value) -> dict:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}


def _given(told: dict) -> dict:
    return {key: value for key, value in told.items() if value not in ("", None, {}, [])}
