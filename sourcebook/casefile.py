"""A case's case.yml, turned into a checked dictionary of what is not a table."""

from pathlib import Path

import yaml

from sourcebook.errors import UNPRINTABLE, Fault, nearest
from sourcebook.identifiers import FORMS
from sourcebook.paths import CASE

MOST = 10_000  # values in a YAML file; a case.yml has some fifty
# Where a rule has a description, that is what a fault says would be right.
TEXT = {"type": "string", "minLength": 1}
WORDS = {"type": "string", "pattern": r"\S", "description": "write a text, or leave the key out"}
# A readout is often read in parts: as it is reprinted here and quoted there.
KEYS = {
    "type": ["string", "array"],
    "pattern": r"\S",
    "items": WORDS,
    "minItems": 1,
    "uniqueItems": True,
    "description": "write a bibkey, or a list of them, each once",
}
DAY = {"type": "string", "format": "day", "description": "write a day that there is, as 2030-12-31"}
AUTHOR = {
    "type": ["string", "object"],
    "pattern": r"\S",
    "description": "write a name, or a mapping with name, or with given and family",
    "additionalProperties": False,
    "properties": {
        "name": WORDS,
        "given": WORDS,
        "family": WORDS,
        "orcid": {
            "type": "string",
            "format": "orcid",
            "description": "write the 16 digits in groups of four, the last being the check digit, without an address",
        },
        "affiliation": WORDS,
    },
    "if": {"type": "object"},
    "then": {
        "oneOf": [
            {"required": ["name"], "properties": {"given": False, "family": False}},
            {"required": ["given", "family"], "properties": {"name": False}},
        ],
        "description": "an author has either name, or both given and family",
    },
}
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
                "date": DAY,
                "language": {"type": "string", "pattern": "^[a-z]{2,3}$"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "text": {
                    "type": "string",
                    "pattern": r"^[\w-][\w.-]*\.txt$",
                    "description": "write the name of a text file in the case's folder, as article.txt, or leave the key out",
                },
            },
        },
        "assessor": TEXT,
        "accounts": {
            "type": "object",
            "additionalProperties": False,
            "required": ["event", "sides"],
            "properties": {
                "event": TEXT,
                "sides": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2},
                "readouts": {"type": "object", "additionalProperties": KEYS},
            },
        },
        "readout": TEXT,
        "originals": {
            "type": "array",
            "items": WORDS,
            "minItems": 1,
            "uniqueItems": True,
            "description": "write a list of bibkeys, each once, or leave the key out",
        },
        "coders": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": ["all"]}},
            "additionalProperties": WORDS,
            "description": "write each coder's name in small letters and who that is, the reference coder first",
        },
        "authors": {
            "type": "array",
            "items": AUTHOR,
            "minItems": 1,
            "uniqueItems": True,
            "description": "write a list of at least one author, each once",
        },
        "licence": TEXT,
        "version": TEXT,
        "date": DAY,
        "publisher": WORDS,
        "doi": {
            "type": "string",
            "format": "doi",
            "description": "write the DOI alone, as 10.1234/abc, without https://doi.org/",
        },
        "url": {
            "type": "string",
            "format": "folder",
            "description": "write the http or https address of the folder of the report, without ?, # or a page",
        },
        "keywords": {
            "type": "array",
            "items": WORDS,
            "minItems": 1,
            "uniqueItems": True,
            "description": "write a list of words, each once, or leave the key out",
        },
        "parameters": {"type": "object"},
    },
}


def readouts(meta: dict) -> dict[str, list[str]]:
    """The bibkeys of each side's own readout, of the sides that have one: case.yml may name one key or several."""
    named = meta.get("accounts", {}).get("readouts", {})
    return {side: [keys] if isinstance(keys, str) else list(keys) for side, keys in named.items()}


class Plain(yaml.SafeLoader):
    """YAML without dates of its own: 2000-12-31 is the text that stands there.

    A value that is not what its tag says, and aliases that stand for more than MOST values, are a yaml.YAMLError.
    """

    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream):
        super().__init__(stream)
        self.size, self.sizes = 0, {}  # values so far, aliases written out; those of each node that is complete

    def compose_node(self, parent, index):
        # Ten lines of aliases to aliases are a thousand million values to whoever walks through them.
        alias, before, mark = self.check_event(yaml.AliasEvent), self.size, self.peek_event().start_mark
        node = super().compose_node(parent, index)
        self.size += self.sizes.get(node, MOST + 1) if alias else 1
        if self.size > MOST:
            raise yaml.composer.ComposerError(None, None, f"written out, it has more than {MOST} values", mark)
        if not alias:
            self.sizes[node] = self.size - before
        return node

    def construct_object(self, node, deep=False):
        if isinstance(node, yaml.ScalarNode) and (odd := UNPRINTABLE.search(node.value)):
            problem = f"a text with U+{ord(odd[0]):04X}, which no page can show"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception:  # “!!bool foo” is a KeyError, “!!int ''” an IndexError, a number of 5000 digits a ValueError
            problem = f"“{str(node.value)[:40]}” is no {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


def parsed(text: str) -> object:
    """What a YAML text says; yaml.YAMLError, with problem and problem_mark where there is a place, whatever is wrong with it."""
    try:
        return yaml.load(text, Plain)
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None
    except (ValueError, OverflowError):  # "\\U00110000"
        raise yaml.YAMLError("an escape in it stands for no character") from None


def read_casefile(folder: Path) -> tuple[dict | None, list[Fault]]:
    """The content of `folder`/case.yml and its faults; None instead of the content where it has any."""
    if not (folder / CASE).is_file():
        return None, [
            Fault(
                CASE,
                "the file is missing",
                "every case has one: take it from a new case (sourcebook new NAME) and adapt it",
            )
        ]
    return read_document(folder, CASE, SCHEMA, "see “case.yml” in docs/coding.md")


def read_document(folder: Path, file: str, schema: dict, advice: str) -> tuple[dict | None, list[Fault]]:
    """A YAML file held against a JSON Schema: its content, or None where it has faults, and these."""
    from jsonschema import Draft202012Validator, FormatChecker

    try:
        content = parsed((folder / file).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = where.line + 1 if where else None
        return None, [Fault(file, "not readable as YAML", getattr(error, "problem", None) or str(error), row=line)]
    forms = FormatChecker(formats=())
    for name, holds in FORMS.items():
        forms.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    faults = []
    for error in Draft202012Validator(schema, format_checker=forms).iter_errors(content):
        place, known = [*map(str, error.path)], error.schema.get("properties", {})
        if error.validator == "additionalProperties":
            faults += [
                Fault(
                    file,
                    "there is no such key",
                    f"the keys here are {', '.join(known)}{nearest(key, known)}",
                    column=".".join([*place, str(key)]),
                )
                for key in error.instance.keys() - known.keys()
            ]
        elif error.validator == "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            found = f"no {', '.join(missing)}"
            faults += [fault for fault in [Fault(file, found, advice, column=".".join(place))] if fault not in faults]
        else:
            right = error.schema.get("description", advice)
            faults.append(Fault(file, _found(error), right, column=".".join(place)))
    return (None if faults else content), faults


def _found(error) -> str:
    """What stands where a rule is broken; where the rule says itself what would be right, without the rule."""
    if error.validator == "oneOf":
        return f"found the keys {', '.join(error.instance) or 'none'}"
    described = "description" in error.schema and error.validator in ("format", "pattern")
    return f"found “{error.instance}”" if described else error.message
