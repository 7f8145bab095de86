"""What case.yml says of a report, turned into citations of it, and of its rows, in the forms that other programs read."""

import json
import re
import unicodedata
from collections.abc import Callable
from copy import deepcopy

from sourcebook import licences
from sourcebook.errors import ParameterError, nearest
from sourcebook.work import Author, Work, work  # noqa: F401  # whoever cites needs the work that is cited

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
RESOLVER = "https://doi.org/"
ORCID = "https://orcid.org/"
MOST = 20  # authors that APA style names; of more, the first nineteen and the last
# A brace counts for BibTeX even behind a backslash, so braces too are written as commands.
TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
}  # fmt: skip


def cite(work: Work, form: str) -> str:
    """The citation in one of FORMS, ending with a line feed; ParameterError where there is no such form."""
    if form not in FORMS:
        raise ParameterError(f"there is no form “{form}”; the forms are {', '.join(FORMS)}{nearest(form, FORMS)}")
    return FORMS[form](work)


def apa(work: Work) -> str:
    """Plain text in APA style, 7th edition."""
    year, month, day = work.date.split("-")
    dated = f"({year}, {MONTHS[int(month) - 1]} {int(day)})"
    version = f" (Version {work.version})" if work.version else ""
    title = f"{work.title}{version}" + (f" [row {work.row}]" if work.row else "")
    names = _names(work.authors)
    publisher = work.publisher if [author.printed for author in work.authors] != [work.publisher] else ""
    parts = [names, dated, title] if names else [title, dated]
    where = [RESOLVER + work.doi] if work.doi else []
    if work.address and (work.row or not where):
        where.append(work.address)
    return " ".join([*(_stopped(part) for part in [*parts, publisher] if part), *where]) + "\n"


def _names(authors: tuple[Author, ...]) -> str:
    """“Lovelace, A., & Babbage, C.”"""
    names = [f"{author.family}, {_initials(author.given)}" if author.person else author.name for author in authors]
    if len(names) > MOST:
        return f"{', '.join(names[: MOST - 1])}, . . . {names[-1]}"
    if len(names) < 2:
        return "".join(names)
    comma = "" if len(names) == 2 and not any(author.person for author in authors) else ","
    return f"{', '.join(names[:-1])}{comma} & {names[-1]}"


def _initials(given: str) -> str:
    """“Jean-Paul Marie” as “J.-P. M.”"""
    words = unicodedata.normalize("NFC", given).split()
    return " ".join("-".join(f"{part[0].upper()}." for part in word.split("-") if part) for word in words)


def _stopped(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def bibtex(work: Work) -> str:
    """An entry for BibTeX and biblatex: @techreport where somebody published it, else @misc."""
    year, month, day = work.date.split("-")
    braced = {
        "author": " and ".join(map(_bibtex_name, work.authors)),
        "title": f"{{{_tex(work.cited)}}}",  # the second pair keeps the capitals
        "type": "Report" if work.publisher else "",
        "institution": _tex(work.publisher) and f"{{{_tex(work.publisher)}}}",
        "year": year,
        "month": MONTHS[int(month) - 1][:3].lower(),
        "day": str(int(day)),
        "version": _tex(work.version),
        "doi": _verbatim(work.doi),
        "url": _verbatim(work.address),
        "language": _tex(work.language),
        "copyright": _tex(work.licence),
        "keywords": ", ".join(f"{{{_tex(word)}}}" if "," in word else _tex(word) for word in work.keywords),
        "abstract": _tex(work.abstract),
        "note": _tex(work.about),
    }
    fields = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in braced.items() if value
    ]
    return "\n".join([f"@{'techreport' if work.publisher else 'misc'}{{{work.key},", *fields, "}"]) + "\n"


def _tex(text: str) -> str:
    """Text as TeX that prints just this text."""
    return "".join(TEX.get(sign, sign) for sign in text)


def _verbatim(text: str) -> str:
    """A DOI or an address, which BibTeX styles print as they stand, without what would end the field."""
    return re.sub(r"[\\{}\s]", lambda found: f"%{ord(found[0]):02X}", text)


def _bibtex_name(author: Author) -> str:
    if not author.person:
        return f"{{{_tex(author.name)}}}"  # braces keep it from being taken apart

    def part(text: str) -> str:
        return f"{{{_tex(text)}}}" if re.search(r",|\band\b", text, re.IGNORECASE) else _tex(text)

    return f"{part(author.family)}, {part(author.given)}"


def cff(work: Work) -> str:
    """A CITATION.cff of version 1.2.0: the coded data, and the report as what is to be cited."""
    import yaml

    known = {"license": work.licence} if licences.address(work.licence) else {}
    common = {
        "title": work.cited,
        "authors": [_cff_author(author) for author in work.authors],
        "version": work.version,
        **known,
        "doi": work.doi,
        "url": work.address,
        "abstract": work.abstract,
        "keywords": list(work.keywords),
    }
    licence = f"Licence: {work.licence}" if work.licence and not known else ""
    report = {
        "type": "report",
        **common,
        "date-published": work.date,
        "institution": {"name": work.publisher} if work.publisher else {},
        "languages": [work.language] if work.language else [],
        "notes": "\n".join(filter(None, (work.about, licence))),
    }
    told = {
        "cff-version": "1.2.0",
        "message": "If you use this report or its data, please cite it as below.",
        "type": "dataset",
        **common,
        "date-released": work.date,
        "preferred-citation": _given(deepcopy(report)),  # what is shared would be written as a reference
    }
    return yaml.safe_dump(_given(told), sort_keys=False, allow_unicode=True, width=120)


def _cff_author(author: Author) -> dict:
    """A person or an entity; the format has no affiliation of an entity."""
    orcid = ORCID + author.orcid if author.orcid else ""
    if not author.person:
        return _given({"name": author.name, "orcid": orcid})
    return _given({"given-names": author.given, "family-names": author.family, "orcid": orcid,
                   "affiliation": author.affiliation})  # fmt: skip


def _given(told: dict) -> dict:
    return {key: value for key, value in told.items() if value}


def csl(work: Work) -> str:
    """A list of one item of CSL-JSON, as Zotero, pandoc and citation processors read it."""
    authors = [
        _given({"family": author.family, "given": author.given}) if author.person else {"literal": author.name}
        for author in work.authors
    ]
    item = {
        "id": work.key,
        "type": "report",
        "title": work.cited,
        "author": authors,
        "issued": {"date-parts": [[int(part) for part in work.date.split("-")]]},
        "version": work.version,
        "publisher": work.publisher,
        "DOI": work.doi,
        "URL": work.address,
        "language": work.language,
        "abstract": work.abstract,
        "keyword": ", ".join(work.keywords),
        "note": "\n".join(_notes(work)),
    }
    return json.dumps([_given(item)], ensure_ascii=False, indent=2) + "\n"


def ris(work: Work) -> str:
    """A record of RIS; all text is of one line, so none of it can be taken for a tag."""
    fields = [
        ("TY", "RPRT"),
        ("ID", work.key),
        *(("AU", f"{author.family}, {author.given}" if author.person else author.name) for author in work.authors),
        ("TI", work.cited),
        ("PY", work.date[:4]),
        ("DA", work.date.replace("-", "/")),
        ("ET", work.version),
        ("PB", work.publisher),
        ("DO", work.doi),
        ("UR", work.address),
        ("LA", work.language),
        ("AB", work.abstract),
        *(("KW", word) for word in work.keywords),
        *(("N1", note) for note in _notes(work)),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in fields if value) + "ER  - \n"


def _notes(work: Work) -> list[str]:
    """What has no field of its own: the row, and the licence."""
    return list(filter(None, (work.about, f"Licence: {work.licence}" if work.licence else "")))


FORMS: dict[str, Callable[[Work], str]] = {"apa": apa, "bibtex": bibtex, "cff": cff, "csl-json": csl, "ris": ris}
EXTENSIONS = {"apa": "txt", "bibtex": "bib", "cff": "cff", "csl-json": "json", "ris": "ris"}
