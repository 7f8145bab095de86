"""A case's files as they are written, read without any of the package's code, for the tests of the data."""

import csv
import json
import os
import re
from functools import cached_property
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
STATEMENTS = ("claims", "reactions", "assessments", "framings")


class Record:
    """One case below data/: `name`, `folder`, and its tables, fields, settings and texts."""

    def __init__(self, name: str):
        self.name, self.folder = name, ROOT / "data" / name

    @cached_property
    def package(self) -> dict:
        return json.loads((self.folder / "datapackage.json").read_text("utf-8"))

    @cached_property
    def fields(self) -> dict[str, dict[str, dict]]:
        return {
            resource["name"]: {field["name"]: field for field in resource["schema"]["fields"]}
            for resource in self.package["resources"]
        }

    @cached_property
    def meta(self) -> dict:
        return yaml.safe_load((self.folder / "case.yml").read_text("utf-8"))

    def rows(self, table: str) -> list[dict]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def coded(self) -> list[tuple[str, dict]]:
        return [(table, row) for table in STATEMENTS for row in self.rows(table)]

    def anchored(self) -> list[dict]:
        return [row for table in ("events", *STATEMENTS) for row in self.rows(table)]

    def our_texts(self) -> list[tuple[str, str]]:
        """Every cell, commentary and setting of the case: where it stands and its text."""
        cells = [
            (f"{table}.csv {next(iter(row.values()))} {column}", cell)
            for table in self.fields for row in self.rows(table) for column, cell in row.items()
        ]  # fmt: skip
        files = [*self.folder.glob("commentary/*.md"), self.folder / "case.yml", self.folder / "references.bib"]
        return cells + [(path.name, path.read_text("utf-8")) for path in sorted(files)]

    def misprinted(self) -> dict[str, tuple[str, str]]:
        """Actors whose name is misprinted where the table has it as printed: id -> last word printed, last word right."""
        return {
            actor["id"]: (slip["printed"].split()[-1], slip["corrected"].split()[-1])
            for actor in self.rows("actors") for slip in self.rows("errata")
            if slip["printed"] == actor["as_printed"]
        }  # fmt: skip

    def article(self) -> Path | None:
        """The article's text: shipped with the case, or named for it, or beside the checkout, or the analyst's own; else None."""
        shipped = self.meta["article"].get("text")
        if shipped:
            return self.folder / shipped
        if os.environ.get("SOURCEBOOK_ARTICLE"):
            return Path(os.environ["SOURCEBOOK_ARTICLE"])  # named and not there is a failure, not a reason to skip
        places = ROOT.parent / f"shared/article/{self.name}.txt", ROOT / f"articles/{self.name}.txt"
        return next((path for path in places if path.is_file()), None)


def cases() -> list[str]:
    """The names of all cases below data/."""
    return sorted(path.parent.name for path in ROOT.glob("data/*/datapackage.json"))


def paragraphs(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line.strip()]


def missing(record: Record) -> str:
    """Why a test that needs the text of a case is skipped."""
    return (
        f"ANCHORS NOT VERIFIED: the text of the article of {record.name} is not in the project and not beside it "
        f"(../shared/article/{record.name}.txt); name it in SOURCEBOOK_ARTICLE"
    )


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words, whatever their case, punctuation and line breaks."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    words = re.findall(
        r"[\w-]+", re.sub(r"\\[nrt]|[’']", lambda match: " " if match[0][0] == "\\" else "", text).casefold()
    )
    return set(zip(*(words[start:] for start in range(length))))
