"""A case's commentary, turned into Markdown with the notebook's computed figures in it."""

import re

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
    lines = path.read_text(encoding="utf-8").strip().split("\n")
    faults = [
        Fault(f"{COMMENTARY}/{path.name}", number, "", "", f"{{{name}}} is not a figure of this notebook",
              f"its figures are {', '.join(sorted(values))}{nearest(name, values)}")
        for number, line in enumerate(lines, 1)
        for name in FIGURE.findall(line)
        if name not in values
    ]  # fmt: skip
    if faults:
        raise CaseError(case.name, faults)
    text = FIGURE.sub(lambda match: values[match[1]], "\n".join(lines))
    return f"*This commentary was written for the whole record; this report leaves out a part.*\n\n{text}" if case.choices else text
