"""The tutorial, typed as it stands: from an article to its finished report, in one go, in a checkout of its own."""

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import scratch

pytestmark = pytest.mark.long

BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (scratch.ROOT / "docs/tutorial.md").read_text("utf-8")


def steps() -> list[tuple[str, str]]:
    """What is typed, and what is printed below it (empty where nothing is shown), in order."""
    told: list[tuple[str, str]] = []
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            told.append((text, ""))
        else:
            told[-1] = told[-1][0], text
    return told


def fits(shown: str, printed: str) -> bool:
    """Whether the output is the one shown, in which … stands for anything."""
    pattern = re.sub(r"([*?\[])", r"[\1]", shown.strip()).replace("…", "*")
    return fnmatchcase(printed.strip(), pattern)


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    """An empty folder, into which a checkout was put; the command is on the path, as in an activated environment."""
    folder = scratch.checkout(tmp_path_factory.mktemp("tutorial") / "checkout")
    command = folder.parent / "bin/sourcebook"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sourcebook.cli "$@"\n', "utf-8")
    command.chmod(0o755)
    return folder


def type_(text: str, top: Path) -> subprocess.CompletedProcess:
    env = {**os.environ, "PATH": f"{top.parent / 'bin'}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    # The name of a report with other parameters ends in a digest, which a reader completes with the Tab key.
    text = text.replace("water-…", '"$(cd _build && ls -d water-????????)"')
    return subprocess.run(
        ["bash", "-e", "-c", text], cwd=top, env=env, capture_output=True, encoding="utf-8", errors="replace"
    )


@pytest.mark.skipif(not shutil.which("bash"), reason="TUTORIAL NOT TYPED: there is no bash")
def test_it_leads_from_an_empty_case_to_the_finished_report(top):
    assert len(steps()) >= 12
    for text, shown in steps():
        done = type_(text, top)
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        assert not shown or fits(shown, done.stdout), f"{text}\nprinted:\n{done.stdout}\nshown:\n{shown}"
    page = (top / "_build/water/html/index.html").read_text("utf-8")
    assert "Quellin weir" in page and (top / "_build/water/html/book/evidence.html").is_file()


def test_what_is_shown_is_compared(top):
    assert fits("Case water\n…\nThe report: …/index.html\n", "Case water\nx\nThe report: /a/b/index.html")
    assert not fits("Case water\n…\n", "Case fire\n") and not fits("2 rows [x].", "2 rows x.")
