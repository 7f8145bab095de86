"""Holds the tables of docs/trust.md, which say what was tried, against what the tests tried."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "trust.md"
SAVE = "SOURCEBOOK_SAVE_PROOF"  # set, a table is written into the page instead of compared with it


def markdown(head: list[str], rows: list[list]) -> str:
    """A table of the guide: its head, then its rows, every cell as text."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")


def shows(name: str, head: list[str], rows: list[list], page: Path = PAGE, aside: Iterable[str] = ()):
    """Fail unless the page's table `name` is this one, cell by cell. Nothing in it may differ from run to run: no times.

    The table stands between `<!-- proof: NAME -->` and `<!-- end of NAME -->`. aside: first cells of rows that could not be
    tried here; such rows of the page are let be.
    """
    text = page.read_text("utf-8")
    block = re.search(rf"(?<=<!-- proof: {name} -->\n)(.*?)(?=\n<!-- end of {name} -->)", text, re.DOTALL)
    assert block, f"{page.name} has no lines “<!-- proof: {name} -->” and “<!-- end of {name} -->”"
    table = markdown(head, rows)
    left = tuple(f"| {_cell(name)} |" for name in aside)
    if os.environ.get(SAVE):
        assert not left, f"the rows {', '.join(left)} could not be tried here: save the table where they can be"
        page.write_text(text[: block.start()] + table + text[block.end() :], "utf-8")
        return
    shown = "\n".join(line for line in block[0].splitlines() if not line.startswith(left))
    assert shown == table, (
        f"{page.name} shows another table “{name}” than the tests made; run them with {SAVE}=1 and look at the change"
    )
