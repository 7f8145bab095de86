"""A case's case.yml, turned into a checked dictionary of what is not a table."""

from pathlib import Path

import yaml

from sourcebook.errors import Fault, nearest
from sourcebook.paths import CASE

TEXT = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "title",
        "subtitle",
        "question",
        "article",
        "assessor",
        "accounts",
        "readout",
        "authors",
        "licence",
        "version",
    ],
    "properties": {
        "title": TEXT,
        "subtitle": TEXT,
        "question": TEXT,
        "article": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title", "date", "language", "sha256"],
            "properties": {
                "title": TEXT,
                "publisher": TEXT,
                "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                "language": {"type": "string", "pattern": "^[a-z]{2,3}$"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
        },
        "assessor": TEXT,
        "accounts": {
            "type": "object",
            "additionalProperties": False,
            "required": ["event", "sides"],
            "properties": {"event": TEXT, "sides": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}},
        },
        "readout": TEXT,
        "authors": {"type": "array", "items": TEXT, "minItems": 1},
        "licence": TEXT,
        "version": TEXT,
        "parameters": {"type": "object"},
    },
}


def read_casefile(folder: Path) -> tuple[dict | None, list[Fault]]:
    """The content of `folder`/case.yml and its faults; None instead of the content where it has any."""
    from jsonschema import Draft202012Validator

    try:
        meta = yaml.safe_load((folder / CASE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, [Fault(CASE, "the file is missing", "every case has one: copy another case's and adapt it")]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = where.line + 1 if where else None
        return None, [Fault(CASE, "not readable as YAML", getattr(error, "problem", None) or str(error), row=line)]
    faults = []
    for error in Draft202012Validator(SCHEMA).iter_errors(meta):
        place, known = [*map(str, error.path)], error.schema.get("properties", {})
        if error.validator == "additionalProperties":
            faults += [
                Fault(
                    CASE,
                    "there is no such key",
                    f"the keys here are {', '.join(known)}{nearest(key, known)}",
                    column=".".join([*place, key]),
                )
                for key in error.instance.keys() - known.keys()
            ]
        else:
            faults.append(Fault(CASE, error.message, "see “case.yml” in docs/coding.md", column=".".join(place)))
    return (None if faults else meta), faults
