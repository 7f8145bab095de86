"""What case.yml says of a report, turned into citations of it and its rows, in the forms that other programs read."""

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


def cite(entry: Work, form: str) -> str:
    """The citation in one of FORMS, ending with a line feed; ParameterError where there is no such form."""
    if form not in FORMS:
        raise ParameterError(f"there is no form “{form}”; the forms are {', '.join(FORMS)}{nearest(form, FORMS)}")
    return FORMS[form](entry)


def apa(entry: Work) -> str:
    """Plain text in APA style, 7th edition."""
    year, month, day = entry.date.split("-")
    dated = f"({year}, {MONTHS[int(month) - 1]} {int(day)})"
    version = f" (Version {entry.version})" if entry.version else ""
    title = f"{entry.title}{version}" + (f" [row {entry.row}]" if entry.row else "")
    names = _names(entry.authors)
    publisher = entry.publisher if [author.printed for author in entry.authors] != [entry.publisher] else ""
    parts = [names, dated, title] if names else [title, dated]
    where = [RESOLVER + entry.doi] if entry.doi else []
    if entry.address and (entry.row or not where):
        where.append(entry.address)
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


def bibtex(entry: Work) -> str:
    """An entry for BibTeX and biblatex: @techreport where somebody published it, else @misc."""
    year, month, day = entry.date.split("-")
    braced = {
        "author": " and ".join(map(_bibtex_name, entry.authors)),
        "title": f"{{{_tex(entry.cited)}}}",  # the second pair keeps the capitals
        "type": "Report" if entry.publisher else "",
        "institution": _tex(entry.publisher) and f"{{{_tex(entry.publisher)}}}",
        "year": year,
        "month": MONTHS[int(month) - 1][:3].lower(),
        "day": str(int(day)),
        "version": _tex(entry.version),
        "doi": _verbatim(entry.doi),
        "url": _verbatim(entry.address),
        "language": _tex(entry.language),
        "copyright": _tex(entry.licence),
        "keywords": ", ".join(f"{{{_tex(word)}}}" if "," in word else _tex(word) for word in entry.keywords),
        "abstract": _tex(entry.abstract),
        "note": _tex(entry.about),
    }
    fields = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in braced.items() if value]
    return "\n".join([f"@{'techreport' if entry.publisher else 'misc'}{{{entry.key},", *fields, "}"]) + "\n"


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


def cff(entry: Work) -> str:
    """A CITATION.cff of version 1.2.0: the coded data, and the report as what is to be cited."""
    import yaml

    known = {"license": entry.licence} if licences.address(entry.licence) else {}
    common = {
        "title": entry.cited,
        "authors": [_cff_author(author) for author in entry.authors],
        "version": entry.version,
        **known,
        "doi": entry.doi,
        "url": entry.address,
        "abstract": entry.abstract,
        "keywords": list(entry.keywords),
    }
    licence = f"Licence: {entry.licence}" if entry.licence and not known else ""
    report = {
        "type": "report",
        **common,
        "date-published": entry.date,
        "institution": {"name": entry.publisher} if entry.publisher else {},
        "languages": [entry.language] if entry.language else [],
        "notes": "\n".join(filter(None, (entry.about, licence))),
    }
    told = {
        "cff-version": "1.2.0",
        "message": "If you use this report or its data, please cite it as below.",
        "type": "dataset",
        **common,
        "date-released": entry.date,
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


def csl(entry: Work) -> str:
    """A list of one item of CSL-JSON, as Zotero, pandoc and citation processors read it."""
    authors = [
        _given({"family": author.family, "given": author.given}) if author.person else {"literal": author.name}
        for author in entry.authors
    ]
    item = {
        "id": entry.key,
        "type": "report",
        "title": entry.cited,
        "author": authors,
        "issued": {"date-parts": [[int(part) for part in entry.date.split("-")]]},
        "version": entry.version,
        "publisher": entry.publisher,
        "DOI": entry.doi,
        "URL": entry.address,
        "language": entry.language,
        "abstract": entry.abstract,
        "keyword": ", ".join(entry.keywords),
        "note": "\n".join(_notes(entry)),
    }
    return json.dumps([_given(item)], ensure_ascii=False, indent=2) + "\n"


def ris(entry: Work) -> str:
    """A record of RIS; all text is of one line, so none of it can be taken for a tag."""
    fields = [
        ("TY", "RPRT"),
        ("ID", entry.key),
        *(("AU", f"{author.family}, {author.given}" if author.person else author.name) for author in entry.authors),
        ("TI", entry.cited),
        ("PY", entry.date[:4]),
        ("DA", entry.date.replace("-", "/")),
        ("ET", entry.version),
        ("PB", entry.publisher),
        ("DO", entry.doi),
        ("UR", entry.address),
        ("LA", entry.language),
        ("AB", entry.abstract),
        *(("KW", word) for word in entry.keywords),
        *(("N1", note) for note in _notes(entry)),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in fields if value) + "ER  - \n"


def _notes(entry: Work) -> list[str]:
    """What has no field of its own: the row, and the licence."""
    return list(filter(None, (entry.about, f"Licence: {entry.licence}" if entry.licence else "")))


FORMS: dict[str, Callable[[Work], str]] = {"apa": apa, "bibtex": bibtex, "cff": cff, "csl-json": csl, "ris": ris}
EXTENSIONS = {"apa": "txt", "bibtex": "bib", "cff": "cff", "csl-json": "json", "ris": "ris"}
