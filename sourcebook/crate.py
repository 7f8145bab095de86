"""The files of a package and what is known of the report, turned into the metadata of an RO-Crate.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1), since Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5), which
tells how the files came about, extends that version.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from sourcebook import digests, kinds, paths, swhid

if TYPE_CHECKING:
    from sourcebook.citation import Author, Work

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CODE = "sourcebook/"
SHA256 = "http://schema.org/sha256"  # what RO-Crate 1.2 has of its own; 1.1 does not know the word yet
TIMES = (
    "Times are those of the last commit, by the convention of reproducible builds, so that the same inputs give the "
    "same bytes; the run's own clock times are not part of the package."
)
PYTHON = "https://www.python.org/"
# What else the report is made with: the name of each distribution, and where it is at home.
SOFTWARE = {
    "papermill": "https://papermill.readthedocs.io/",
    "jupyter-book": "https://jupyterbook.org/",
    "pandas": "https://pandas.pydata.org/",
    "altair": "https://altair-viz.github.io/",
    "vl-convert-python": "https://github.com/vega/vl-convert",
    "weasyprint": "https://weasyprint.org/",
}


class Report(NamedTuple):
    """What the metadata tells of a report besides its files.

    values: each parameter's value, as one would type it, what it means, and the notebooks that take it. tables: what is
    in a file of the case, by file name. article: the article's part of case.yml. licences: the address of the data's
    and of the code's.
    """

    work: Work
    case: str
    moment: datetime
    values: dict[str, tuple[str, str, tuple[str, ...]]]
    tables: dict[str, str]
    article: dict
    licences: tuple[str, str]


def metadata(report: Report, files: dict[str, bytes]) -> str:
    """The text of ro-crate-metadata.json for a package of these files: the same text for the same files and facts."""
    from rocrate.model import ContextEntity, File
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms = {"sha256": SHA256}

    def entity(identifier: str, kind: str, **properties) -> ContextEntity:
        return crate.add(ContextEntity(crate, identifier, {"@type": kind, **properties}))

    licence, code = (entity(address, "CreativeWork", **told) for address, told in _licences(report))
    held = {}
    for name, content in sorted(files.items()):
        own = {"license": code} if name.startswith(CODE) else {}
        held[name] = crate.add(File(crate, dest_path=name, properties=_file(report, name, content) | own))
    listing = {"name": paths.MANIFEST, "description": kinds.MEANINGS[paths.MANIFEST], "encodingFormat": "text/plain"}
    crate.add(File(crate, dest_path=paths.MANIFEST, properties=listing))
    authors, tools = _people(report.work.authors, entity), _tools(files, code, entity)
    parameters = {
        name: entity(f"#parameter-{name}", "PropertyValue", name=name, value=value, description=told)
        for name, (value, told, _) in report.values.items()
    }
    actions = [
        entity(
            identifier, "CreateAction", name=name, description=f"{told} {TIMES}", endTime=report.moment.isoformat(),
            agent=_one(authors), instrument=[tools[tool], tools["sourcebook"]],
            object=_one([held.get(each) or parameters[each] for each in given]),
            result=_one([held[each] for each in made]),
        )
        for identifier, tool, name, told, given, made in _steps(report, list(held))
    ]  # fmt: skip
    told = _root(report.work, authors, entity) | {
        "license": licence,
        "author": _one(authors),
        "conformsTo": entity(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"),
        "isBasedOn": entity("#article", "CreativeWork", **_article(report.article)),
        "mainEntity": held[f"{paths.REPORT}/html/index.html"],
        "mentions": _one(actions),
    }
    for name, value in told.items():
        crate.root_dataset[name] = value
    return json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _root(work: Work, authors: list, entity) -> dict:
    """What the citation says of the whole; nothing where it says nothing."""
    doi = f"https://doi.org/{work.doi}"
    return {name: value for name, value in {
        "name": work.title,
        "description": work.abstract or work.title,
        "datePublished": work.date,
        "version": work.version,
        "inLanguage": work.language,
        "publisher": _publisher(work, authors, entity),
        "keywords": ", ".join(work.keywords),
        "url": work.url,
        "identifier": work.doi and entity(doi, "PropertyValue", name="DOI", value=f"doi:{work.doi}", url=doi,
                                          propertyID="https://registry.identifiers.org/registry/doi"),
    }.items() if value}  # fmt: skip


def _tools(files: dict[str, bytes], code, entity) -> dict:
    """What the report was made with, by name, in the versions that are installed."""
    python = {"name": "Python", "softwareVersion": "{}.{}.{}".format(*sys.version_info), "url": PYTHON}
    tools = {"Python": entity(PYTHON, "SoftwareApplication", **python)}
    for name, url in SOFTWARE.items():
        tools[name] = entity(url, "SoftwareApplication", name=name, softwareVersion=version(name), url=url)
    # Sourcebook has no home on the web that is known here, but an address that follows from its files.
    address = swhid.address({name.removeprefix(CODE): held for name, held in files.items() if name.startswith(CODE)})
    tools["sourcebook"] = entity(
        address, "SoftwareApplication", name="sourcebook", softwareVersion=version("sourcebook"), url=address,
        description="Turns a case and its parameters into a report. The identifier is that of the files below "
        f"{CODE}; it leads to them if they were archived under it.", license=code,
        softwareRequirements=list(tools.values()),
    )  # fmt: skip
    return tools


def _file(report: Report, name: str, content: bytes) -> dict:
    told = {
        "name": PurePosixPath(name).name,
        "encodingFormat": kinds.form(name),
        "contentSize": str(len(content)),
        "sha256": digests.content(content),
    }
    meaning = kinds.meaning(name, f"{paths.DATA}/{report.case}", report.tables)
    return told | ({"description": meaning} if meaning else {})


def _licences(report: Report) -> list[tuple[str, dict]]:
    """The address of the data's licence and of the code's, and what they are."""
    data, code = report.licences
    told = "Licence of the tables, the pages and the report: see LICENSE-DATA."
    return [
        (data, {"name": report.work.licence, "description": told, "url": data}),
        (code, {"name": PurePosixPath(code).stem, "description": "Licence of the code: see LICENSE.", "url": code}),
    ]


def _people(authors: tuple[Author, ...], entity) -> list:
    """An entity for each author: a person by ORCID where there is one, an organisation where there is but a name."""
    found = []
    for number, author in enumerate(authors, 1):
        told = {"name": author.printed}
        if author.person:
            told |= {"givenName": author.given, "familyName": author.family}
        elif not author.orcid:
            told |= WHERE
        if author.affiliation:
            told["affiliation"] = _organisation(author.affiliation, entity)
        identifier = f"https://orcid.org/{author.orcid}" if author.orcid else f"#author-{number}"
        found.append(entity(identifier, "Person" if author.person or author.orcid else "Organization", **told))
    return found


# RO-Crate recommends an address for every organisation. The record has none, and none is made up: this is the file of
# the package that says who they are.
WHERE = {"url": {"@id": paths.CITATION}}


def _organisation(name: str, entity):
    slug = "".join(sign if sign.isalnum() else "-" for sign in name.casefold())
    return entity(f"#organisation-{slug}", "Organization", name=name, **WHERE)


def _publisher(work: Work, authors: list, entity):
    """Who publishes the package: as the case says, else the first organisation among its authors, which then does."""
    if work.publisher:
        return next((each for each in authors if each["name"] == work.publisher), None) or _organisation(
            work.publisher, entity
        )
    return next((each for each in authors if each.type == "Organization"), None)


def _article(told: dict) -> dict:
    known = {
        "name": told["title"],
        "datePublished": told["date"],
        "inLanguage": told["language"],
        "sha256": told["sha256"],
    }
    known["description"] = "The article that the case is about. Its text is not in the package."
    return known | ({"publisher": told["publisher"]} if "publisher" in told else {})


def _steps(report: Report, names: list[str]) -> list[tuple[str, str, str, str, list[str], list[str]]]:
    """What was done, in order: id, tool, name, description, names of files and parameters that went in, names of files
    that came out.
    """
    made = f"{paths.REPORT}/{paths.NOTEBOOKS}/"
    data = [name for name in names if name.startswith(f"{paths.DATA}/")]
    executed = [name for name in names if name.startswith(made)]
    pages = [name for name in names if name.startswith(f"{paths.BOOK}/") or name in (paths.CONFIG, paths.TOC)]
    steps = []
    for name in executed:
        stem = PurePosixPath(name).stem
        taken = [parameter for parameter, (_, _, notebooks) in report.values.items() if stem in notebooks]
        steps.append((
            f"#run-{stem}", "papermill", f"Run of {stem}", "The notebook executed with the parameters of the report.",
            [f"{paths.NOTEBOOKS}/{stem}.ipynb", *data, *taken], [name],
        ))  # fmt: skip
    bound = [name for name in names if name.startswith(f"{paths.REPORT}/html/") and not name.endswith(".pdf")]
    printed = [name for name in names if name.startswith(f"{paths.REPORT}/") and name.endswith(".pdf")]
    for identifier, tool, name, told, results in [
        (
            "#pages",
            "jupyter-book",
            "Building of the pages",
            "The executed notebooks and the written pages, bound.",
            bound,
        ),
        ("#print", "weasyprint", "Printing", "The book laid out for print.", printed),
    ]:
        if results:
            steps.append((identifier, tool, name, told, [*executed, *pages, *data], results))
    return steps


def _one(values: list):
    """JSON-LD of RO-Crate 1.1 has a single value by itself, not in a list of one."""
    return values[0] if len(values) == 1 else values
