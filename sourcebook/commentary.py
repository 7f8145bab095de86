"""A case's commentary, turned into Markdown with the notebook's computed figures in it."""

import re
from collections.abc import Iterable
from pathlib import Path

from sourcebook.errors import CaseError, Fault, nearest
from sourcebook.paths import COMMENTARY

# A name in braces; before a backtick it is a MyST role, such as {cite:p}`key`, and left alone.
FIGURE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}(?!`)")


def fill(case, notebook: str, values: dict[str, str]) -> str:
    """The text of commentary/`notebook`.md with each {name} replaced; empty where the case has none.

    Raise CaseError, naming each, where a name is not one of the notebook's figures. Under a reader's
    choices the text says first that it was written for the whole record.
    """
    path = case.folder / COMMENTARY / f"{notebook}.md"
    if not path.is_file():
        return ""
    unknown = faults(path, values)
    if unknown:
        raise CaseError(case.name, unknown)
    text = FIGURE.sub(lambda match: values[match[1]], path.read_text(encoding="utf-8").strip())
    return (
        f"*This commentary was written for the whole record; this report leaves out a part.*\n\n{text}"
        if case.choices
        else text
    )


def faults(path: Path, names: Iterable[str]) -> list[Fault]:
    """Names in a commentary that are not among the figures of its notebook."""
    names = sorted(names)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        return [Fault(f"{COMMENTARY}/{path.name}", f"not UTF-8 ({error})", "save the file as UTF-8")]
    return [
        Fault(f"{COMMENTARY}/{path.name}", f"{{{name}}} is not a figure of this notebook", f"its figures are {', '.join(names)}{nearest(name, names)}", row=number)
        for number, line in enumerate(lines, 1)
        for name in FIGURE.findall(line)
        if name not in names
    ]  # fmt: skip
