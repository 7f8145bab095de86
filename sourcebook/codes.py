"""A case's datapackage.json and a list of codes with labels, turned into a descriptor whose tables allow these codes."""

import json
import re
from collections import Counter

from sourcebook.errors import ParameterError, nearest
from sourcebook.paths import CASE
from sourcebook.rules import UNPRINTABLE
from sourcebook.words import count, listing

OWN = ("bloc", "topic")  # columns whose codes are the case's own; all others are the same in every case
MOST = {"bloc": 6}  # there are six colours to tell sides apart
CODE = re.compile(r"[a-z][a-z0-9_]*")
# What YAML takes for no text: case.yml names sides and topics by their codes.
NO_TEXT = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def own(column: str) -> str:
    """The name of a column whose codes are the case's own; ParameterError for any other."""
    if column not in OWN:
        raise ParameterError(
            f"the codes of {column} are the same in every case; a case's own are those of {listing(OWN)}{nearest(column, OWN)}"
        )
    return column


def listed(descriptor: dict, column: str) -> dict[str, str]:
    """Code -> label, in their order, as the first table has them in which the column stands."""
    return {entry["value"]: entry["label"] for entry in _fields(descriptor, column)[0].get("categories", [])}


def given(column: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Code -> label from “code=label” texts; ParameterError with everything that is wrong with them."""
    parted = [pair.partition("=") for pair in pairs]
    wrong = [
        f"“{code}”: a code has small letters, digits and _, a letter first"
        for code, _, _ in parted
        if not CODE.fullmatch(code)
    ]
    wrong += [
        f'“{code}”: write a label for readers behind it, as {code}="In words"'
        for code, _, label in parted
        if not label.strip()
    ]
    codes = {code: " ".join(label.split()) for code, _, label in parted}
    wrong += [
        f"“{code}”: YAML, the language of {CASE}, reads it as something else than a text; take another, as {code}_{column}"
        for code in codes
        if code in NO_TEXT
    ]
    wrong += [
        f"“{code}”: its label holds U+{ord(odd[0]):04X}, which no text has; delete it"
        for code, label in codes.items()
        if (odd := UNPRINTABLE.search(label))
    ]
    labels = Counter(label for label in codes.values() if label)
    wrong += [
        f"“{label}” is the label of {listing([code for code in codes if codes[code] == label])}: give each its own"
        for label, number in labels.items()
        if number > 1
    ]
    wrong += ["a code stands twice"] if len(codes) < len(parted) else []
    if len(codes) > MOST.get(column, len(codes)):
        wrong.append(f"{count(len(codes), 'code')}, and a {column} has at most {MOST[column]}")
    if wrong:
        raise ParameterError(f"{column}: {'; '.join(wrong)}")
    return codes


def written(descriptor: dict, column: str, codes: dict[str, str]) -> str:
    """The descriptor as a file's text, with these codes in every table that has the column."""
    told = json.loads(json.dumps(descriptor))
    for field in _fields(told, column):
        field["categories"] = [{"value": code, "label": label} for code, label in codes.items()]
        field.setdefault("constraints", {})["enum"] = list(codes)
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _fields(descriptor: dict, column: str) -> list[dict]:
    found = [field for resource in descriptor["resources"] for field in resource["schema"]["fields"]]
    return [field for field in found if field["name"] == column]
