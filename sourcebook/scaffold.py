"""The template and an article, turned into the folder of a new case, which checks and builds before its first row is coded."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sourcebook import files, paths
from sourcebook.article import Article, digest
from sourcebook.errors import ParameterError, SourcebookError
from sourcebook.intake import Intake, Paragraph
from sourcebook.paths import TEMPLATE
from sourcebook.schema import TABLES

TEXT = "article.txt"  # in a case that ships it
UNKNOWN = {
    "title": "Untitled",
    "date": "2000-01-01",
    "language": "und",
}  # for what nobody said; “und” is ISO 639's undetermined
NAME = re.compile("[a-z][a-z0-9_-]{0,59}")
# Below _build/ a report has the name of its case, beside folders of these names; and some systems have files of theirs.
TAKEN = {place.partition("/")[0] for place in (paths.CACHE, paths.SWEPT, paths.ANNOTATIONS, paths.PACKAGES, paths.RUNS)}
TAKEN |= {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}

Rows = list[dict[str, str]]


def named(name: str, known: Iterable[str]) -> None:
    """Raise ParameterError for a name that no case can have beside those that are known."""
    if not NAME.fullmatch(name):
        better = re.sub("[^a-z0-9_-]+", "-", name.lower()).strip("-_0123456789")[:60]
        right = "small letters, digits, - and _, a letter first, 60 at most"
        hint = f"; for instance {better}" if NAME.fullmatch(better) else ""
        raise ParameterError(f"“{name}” cannot be the name of a case: {right}{hint}")
    report = re.fullmatch("(.+)-[0-9a-f]{8}", name)
    # Of the other reports, those of cases too that are not there yet.
    other = name.endswith(paths.WITH_ARTICLE) or paths.AGAINST in name
    if name in TAKEN or other or report and report[1] in known:
        raise ParameterError(
            f"“{name}” cannot be the name of a case: something else that is built has it; take another name"
        )


def template() -> dict[str, Rows]:
    """The example rows of every table, by table, as they are written."""
    return {name: list(csv.DictReader(io.StringIO(_read(f"{name}.csv")))) for name in TABLES}


def made(
    name: str, intake: Intake | None, meta: dict[str, str], notebooks: Iterable[str], ship: bool
) -> dict[str, str]:
    """The files of a new case, by their path in its folder: the template, about this article.

    intake: the article, or None for the template's own. meta: title, publisher, date and language, as far as they are known;
    these go before what the article says. notebooks: names, for a commentary each. ship: put the text into the folder.
    """
    rows = template()
    text = intake.text if intake and ship else _read(TEXT)
    if intake:
        rows = about(rows, intake.paragraphs, (UNKNOWN | intake.meta | meta)["date"])
    told = {f"{name}.csv": _table(each) for name, each in rows.items()}
    told[paths.CASE] = casefile(_read(paths.CASE), intake, meta, ship)
    package = json.loads(_read(paths.PACKAGE))
    told[paths.PACKAGE] = json.dumps({**package, "name": name}, indent=2, ensure_ascii=False) + "\n"
    told[paths.REFERENCES] = _read(paths.REFERENCES)
    told |= {f"{paths.COMMENTARY}/{notebook}.md": _read("commentary.md") for notebook in notebooks}
    return told | ({TEXT: text} if ship or not intake else {})


def about(rows: dict[str, Rows], paragraphs: tuple[Paragraph, ...], day: str) -> dict[str, Rows]:
    """The example rows with the article's paragraphs, and with anchors at the first words of some of them."""
    bodies = [number for number, paragraph in enumerate(paragraphs, 1) if paragraph.kind == "body"] or [1]
    places = {"1": 1, "2": bodies[0], "3": bodies[1 % len(bodies)]}

    def moved(row: dict[str, str]) -> dict[str, str]:
        row = row | ({"date": day} if row.get("date") else {})
        if "paragraph" not in row:
            return row
        place = places[row["paragraph"]]
        text = paragraphs[place - 1].text
        row = row | {"paragraph": str(place)}
        if "printed" in row:
            word = re.search(r"\w{1,20}", text)
            return row | dict.fromkeys(("printed", "corrected"), word[0] if word else "…")
        opening = text[: re.match(r"\S+(\s+\S+){0,5}", text).end()][:60].rstrip()
        quiet = {"quote": "", "mode": "indirect"} if row.get("quote") else {}  # nobody spoke the first words
        return row | {"start": "0", "end": str(len(opening)), "digest": digest(opening)} | quiet

    shape, part = [], 1
    for number, (kind, text) in enumerate(paragraphs, 1):
        part += kind == "heading"
        section = "Opening" if part == 1 else f"Part {part}"
        shape.append({"paragraph": str(number), "section": section, "kind": kind, "length": str(len(text)), "note": ""})
    shape[0]["note"] = "Give the sections names of your own."
    return {name: shape if name == "paragraphs" else list(map(moved, each)) for name, each in rows.items()}


def casefile(text: str, intake: Intake | None, meta: dict[str, str], ship: bool) -> str:
    """The template's case.yml, its comments kept, with what is known of the article."""
    if intake:
        known = UNKNOWN | intake.meta | meta
        text = _set(text, "  publisher", known.get("publisher", ""))
        text = _set(text, "  sha256", intake.article.sha256)
        text = _set(text, "  text", TEXT if ship else "")
    else:
        known = meta
    for key in ("title", "date", "language"):
        if key in known:
            text = _set(text, f"  {key}", known[key])
    if not intake and "publisher" in known:
        text = _set(text, "  publisher", known["publisher"])
    title = known.get("title", UNKNOWN["title"])
    return text if title == UNKNOWN["title"] else _set(text, "title", title)


def lacking(intake: Intake | None, meta: dict[str, str]) -> list[str]:
    """What of the article nobody said, so that a person has to fill it in."""
    return [
        name
        for name in ("title", "publisher", "date", "language")
        if name not in (intake.meta if intake else {}) | meta
    ]


def _set(text: str, key: str, value: str) -> str:
    """A line of YAML with another value, or, without one, as a comment."""
    indent, name = re.fullmatch("( *)(.+)", key).groups()
    # JSON's strings are YAML's; what YAML takes for no letter is written by its number.
    written = re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff]", lambda odd: f"\\u{ord(odd[0]):04x}", json.dumps(value, ensure_ascii=False)
    )
    line = f"{key}: {written}" if value else f"{indent}# {name}:"
    return re.sub(rf"^{key}: .*$", lambda _: line, text, count=1, flags=re.MULTILINE)


def _table(rows: Rows) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _read(name: str) -> str:
    return (TEMPLATE / name).read_text(encoding="utf-8")


def free(top: Path, name: str, text: str | None) -> None:
    """Raise SourcebookError where the case is there already, or another text has the place of its own copy."""
    target, copy = top / paths.DATA / name, top / paths.ARTICLES / f"{name}.txt"
    if target.exists() or target.is_symlink():
        raise SourcebookError(
            f"there is a case “{name}” already: {target}, which is left as it is. Two cases cannot have one id: take another "
            "name, or move that folder away."
        )
    if text is not None and copy.exists() and (not copy.is_file() or copy.read_bytes() != text.encode()):
        raise SourcebookError(
            f"{copy}: there is another text already, which is left as it is. The text that the anchors of {name} point into "
            "belongs there: take another name for the case, or move that file away and pass it with --article from there."
        )


def write(top: Path, name: str, content: dict[str, str], article: Article | None, text: str | None) -> Path:
    """Put a new case into data/, whole or not at all, and the analyst's own copy of the text (if any) into articles/.

    Raise SourcebookError where it cannot be written, would have a fault, or is there already.
    """
    from sourcebook.check import check

    free(top, name, text)
    target, copy = top / paths.DATA / name, top / paths.ARTICLES / f"{name}.txt"
    fresh = text is not None and not copy.exists()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as scratch:
            folder = Path(scratch) / name
            (folder / paths.COMMENTARY).mkdir(parents=True)
            for file, told in content.items():
                files.write(folder / file, told)
            faults = check(folder, article)
            if faults:
                raise SourcebookError(
                    "\n".join(["the new case would have faults, and is not written:", *map(str, faults)])
                )
            if fresh:
                copy.parent.mkdir(exist_ok=True)
                files.write(copy, text)
            folder.rename(target)
    except BaseException as error:
        if fresh and not target.exists():
            copy.unlink(missing_ok=True)
            with suppress(OSError):
                copy.parent.rmdir()  # unless there is another in it
        if isinstance(error, OSError):
            free(top, name, None)  # somebody else has made it meanwhile
            raise SourcebookError(f"{target}: cannot be written ({error.strerror}). Nothing was written.") from None
        raise
    return target
