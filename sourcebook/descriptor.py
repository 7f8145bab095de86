"""A case's datapackage.json, turned into the list of what in it is not as the tables of a case are described."""

import json
import re
import warnings
from collections.abc import Iterator
from functools import cache
from math import inf
from re import _parser  # nobody else says what a pattern is made of

from sourcebook import limits
from sourcebook.errors import Fault, choices, unshown
from sourcebook.paths import PACKAGE, TEMPLATE
from sourcebook.words import listing

PATTERN = 500  # characters of a pattern; that of a digest has eleven
# Steps of a match for each sign of a cell, at worst: two repeats without end need half as many as a cell may have signs, and a few
# choices beside them (a plus or minus, a per cent sign) double that.
STEPS = 2.5 * limits.CELL
SIGNS = 100  # that are compared in a row in about the time of a step
ONE = {"LITERAL", "NOT_LITERAL", "IN", "ANY"}  # what matches just one sign

TEXT = {"type": "string"}
NAMES = {"type": "array", "items": TEXT, "minItems": 1}
LENGTH = {"type": "integer", "minimum": 0}
CODE = {"type": ["string", "integer"], "pattern": r"^\S(.*\S)?$"}
FIELD = {
    "type": "object",
    "required": ["name", "type", "description"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z]\w*$"},
        "type": {"enum": ["string", "integer", "date"]},
        **dict.fromkeys(("title", "description"), TEXT),
        "constraints": {
            "type": "object",
            "properties": {
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
                "enum": {"type": "array", "items": CODE, "minItems": 1, "uniqueItems": True},
                "pattern": {**TEXT, "format": "pattern", "maxLength": PATTERN},
                "minimum": {"type": ["integer", "string"]},
                "maximum": {"type": ["integer", "string"]},
                "minLength": LENGTH,
                "maxLength": LENGTH,
            },
        },
        "categories": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["value", "label"],
                "properties": {"value": CODE, "label": {"type": "string", "pattern": r"\S"}},
            },
        },
    },
}
KEY = {
    "type": "object",
    "required": ["fields", "reference"],
    "properties": {
        "fields": NAMES,
        "reference": {
            "type": "object",
            "required": ["resource", "fields"],
            "properties": {"resource": TEXT, "fields": NAMES},
        },
    },
}
TABLE = {
    "type": "object",
    "required": ["name", "path", "schema"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z]\w*$"},
        **dict.fromkeys(("path", "title", "description"), TEXT),
        "schema": {
            "type": "object",
            "required": ["fields"],
            "properties": {
                "fields": {"type": "array", "items": FIELD, "minItems": 1},
                "primaryKey": NAMES,
                "foreignKeys": {"type": "array", "items": KEY},
            },
        },
    },
}
FORM = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        **dict.fromkeys(("$schema", "name", "title", "description", "version", "created"), TEXT),
        **dict.fromkeys(("licenses", "contributors", "sources"), {"type": "array", "items": {"type": "object"}}),
        "resources": {"type": "array", "items": TABLE},
    },
}
RULES = FIELD["properties"]["constraints"]["properties"]
COMPARE = "compare datapackage.json of a new case (sourcebook new NAME)"


def faults(descriptor: object) -> list[Fault]:
    """Texts that no page can show, and what is wrong with its form; where nothing is, tables and columns that every case has
    and this one lacks or types otherwise.
    """
    return [*_signs(descriptor), *(list(_form(descriptor)) or _tables(descriptor))]


def bare(descriptor: dict) -> dict:
    """What of a sound one says how its tables are checked. Of its other keys (Data Package has many) some name files or
    addresses, which whoever checks a stranger's case would read, or ask.
    """
    resources = []
    for resource in descriptor["resources"]:
        schema = resource["schema"]
        fields = [
            {
                "name": field["name"],
                "type": field["type"],
                "constraints": {rule: value for rule, value in field.get("constraints", {}).items() if rule in RULES},
            }
            for field in schema["fields"]
        ]
        keys = {key: schema[key] for key in ("primaryKey", "foreignKeys") if key in schema}
        # Without its dialect a reader would guess one, and take a table of semicolons for a sound one.
        told = {"name": resource["name"], "path": resource["path"], "format": "csv", "encoding": "utf-8"}
        resources.append({**told, "dialect": {"csv": {"delimiter": ","}}, "schema": {"fields": fields, **keys}})
    return {"resources": resources}


def _signs(value: object, place: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Keys and texts, at any depth and whether or not anything here reads them, with a sign that breaks a page or a terminal."""
    if isinstance(value, str):
        if told := unshown(value):
            yield Fault(PACKAGE, *told, column=".".join(place))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _signs(each, (*place, str(number)))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _signs(key, (*place, key))
            yield from _signs(each, (*place, key))


def _form(descriptor: object) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator, FormatChecker

    forms = FormatChecker(formats=())
    forms.checks("pattern", raises=Exception)(_compiles)
    for error in Draft202012Validator(FORM, format_checker=forms).iter_errors(descriptor):
        yield Fault(PACKAGE, f"not a data package: {error.message}", COMPARE, column=".".join(map(str, error.path)))


def _compiles(text: object) -> bool:
    if not isinstance(text, str) or len(text) > PATTERN:
        return True  # told by the form
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # “[[a]”: Python tells it on each reading, beside the check's own words
        return bool(re.compile(f"^{text}$"))  # as whoever holds a cell against it will


def _endless(pattern: str) -> bool:
    """Whether the worst cell for a pattern keeps a machine for ever: (a+)+ does with aaaa…b, and so do forty of a? in a row."""
    ways, length, signs = _work(_parser.parse(f"^{pattern}$"))
    return ways * (1 + signs // SIGNS) / max(length, 1) > STEPS


def _work(parts) -> tuple[float, int, int]:
    """What a part of a pattern may cost, as Python has parsed it: the ways to match it, the signs of a cell that it takes so many ways
    for, and the signs that each way compares.

    What stands in a row multiplies its ways, branches add theirs up.
    """
    ways, length, signs = 1.0, 0, 0
    for kind, given in parts:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, item = given
            if most > 1 and (len(item) != 1 or str(item[0][0]) not in ONE):
                return inf, 0, 0
            most = max(min(most, limits.CELL), least)
            found = (
                _either([_work(item), (1.0, 0, 0)]) if most == 1 > least else (most - least + 1.0, most - least, least)
            )
        elif name == "SUBPATTERN":
            found = _work(given[-1])
        elif name in ("ASSERT", "ASSERT_NOT"):
            found = _work(given[1])
        elif name == "ATOMIC_GROUP":
            found = _work(given)
        elif name == "BRANCH":
            found = _either([_work(branch) for branch in given[1]])
        elif name == "GROUPREF_EXISTS":
            found = _either([_work(branch) for branch in given[1:] if branch])
        elif name.startswith("GROUPREF"):
            found = limits.CELL, 0, 0  # a group may hold a whole cell
        else:
            found = 1.0, 0, 1
        ways, length, signs = ways * found[0], length + found[1], signs + found[2]
    return ways, length, signs


def _either(branches: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    """The work of branches, for cells of the length at which one of them has most work for each sign."""
    worst = max(branches, key=lambda branch: (branch[0] / max(branch[1], 1), branch[1]))
    return sum(branch[0] for branch in branches), worst[1], max(branch[2] for branch in branches)


def _tables(descriptor: dict) -> Iterator[Fault]:
    names = [resource["name"] for resource in descriptor["resources"]]
    tables = {resource["name"]: resource for resource in descriptor["resources"]}
    if missing := [name for name in _usual() if name not in tables]:
        right = "every case has it: take it from a new case (sourcebook new NAME)"
        yield Fault(PACKAGE, f"no table {', '.join(missing)}", right, column="resources")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Fault(PACKAGE, f"{listing(twice)} described twice", "describe each table once", column="resources")
    if moved := [name for name, resource in tables.items() if resource["path"] != f"{name}.csv"]:
        yield Fault(
            PACKAGE, f"another path for {', '.join(moved)}", "a table's path is its name and .csv", column="path"
        )
    for name, resource in tables.items():
        yield from _columns(name, resource["schema"], tables)


def _columns(table: str, schema: dict, tables: dict[str, dict]) -> Iterator[Fault]:
    names = [field["name"] for field in schema["fields"]]
    fields = {field["name"]: field for field in schema["fields"]}
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Fault(PACKAGE, f"{listing(twice)} described twice", "describe each column once", column=table)
    for name, usual in _usual().get(table, {}).items():
        field = fields.get(name)
        if not field:
            right = "every case has it: take it from a new case (sourcebook new NAME)"
            yield Fault(PACKAGE, f"no column {name}", right, column=table)
        elif field["type"] != usual["type"]:
            yield Fault(
                PACKAGE,
                f"found the type {field['type']}",
                f"it is {usual['type']} in every case",
                column=f"{table}.{name}",
            )
        elif "enum" in usual.get("constraints", {}) and "enum" not in field.get("constraints", {}):
            yield Fault(PACKAGE, "no list of codes", f"it has one in every case: {COMPARE}", column=f"{table}.{name}")
    for name, field in fields.items():
        codes = field.get("constraints", {}).get("enum", ())
        if any(isinstance(code, int) != (field["type"] == "integer") for code in codes):
            right = f"write {'whole numbers' if field['type'] == 'integer' else 'texts'}"
            yield Fault(PACKAGE, f"found the codes {', '.join(map(str, codes))}", right, column=f"{table}.{name}")
        if _endless(pattern := field.get("constraints", {}).get("pattern", "")):
            right = (
                "repeat no group, nothing without end more than twice, and leave little else open, as ? and {0,9} do"
            )
            yield Fault(PACKAGE, f"the pattern “{pattern}” can take for ever", right, column=f"{table}.{name}")
        for end in ("minimum", "maximum"):
            if isinstance(field.get("constraints", {}).get(end), str) and field["type"] != "date":
                yield Fault(PACKAGE, f"its {end} is a text", "write a whole number", column=f"{table}.{name}")
    named = [("primaryKey", table, name) for name in schema.get("primaryKey", ())]
    for key in schema.get("foreignKeys", ()):
        other = key["reference"]["resource"]
        named += [("foreignKeys", table, name) for name in key["fields"]]
        named += [("foreignKeys", other, name) for name in key["reference"]["fields"]]
    for key, of, name in named:
        known = [field["name"] for field in tables[of]["schema"]["fields"]] if of in tables else []
        if name not in known:
            found = f"{key} names {of}.{name}, which there is not"
            yield Fault(PACKAGE, found, choices(name, known) if known else choices(of, tables), column=table)


@cache
def _usual() -> dict[str, dict[str, dict]]:
    """The columns that every case has, by table and name: those of the template."""
    told = json.loads((TEMPLATE / PACKAGE).read_text(encoding="utf-8"))
    return {each["name"]: {field["name"]: field for field in each["schema"]["fields"]} for each in told["resources"]}
