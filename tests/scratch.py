"""Copies of the checkout to build and break in, and notebooks written by a test."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import v4

from sourcebook.paths import default_case

ROOT = Path(__file__).resolve().parents[1]
LEAVE = shutil.ignore_patterns(
    ".git",
    ".venv",
    "_build",
    "articles",
    "node_modules",
    "*.egg-info",
    "__pycache__",
    ".pytest_cache",
    ".ipynb_checkpoints",
    "node_modules",
)
BOOKS = [
    "source",
    "claims",
    "reactions",
    "assessment",
    "messaging",
    "hypotheses",
    "robustness",
    "agreement",
    "register",
]
PARAMETERS = 'colour: str = "red"  # which colour\nsize: int = 3  # how large'


def checkout(folder: Path) -> Path:
    """Copy what the checkout holds, built and installed files apart."""
    shutil.copytree(ROOT, folder, ignore=LEAVE, dirs_exist_ok=True)
    return folder


def own(top: Path) -> Path:
    """The folder of the case that the book of a checkout is about."""
    return top / "data" / default_case(top)


def git(folder: Path, *words: str) -> str:
    settings = [
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@invalid",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
    ]
    done = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def sourcebook(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """What a user types in `folder`, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sourcebook.cli", *words],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook: a heading (cell 1), a parameters cell (cell 2), and code cells (from cell 3)."""
    tagged = v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = v4.new_notebook(
        cells=[v4.new_markdown_cell("# A question"), tagged, *map(v4.new_code_cell, cells)],
        metadata={"kernelspec": kernel},
    )
    for place, cell in enumerate(book.cells, 1):
        cell["id"] = f"cell-{place}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path


def glued(path: Path) -> dict:
    """The named values of an executed notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        output["metadata"]["scrapbook"]["name"]: json.loads(
            "".join(output["data"]["application/papermill.record/application/json"])
        )
        for cell in cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def figures(path: Path) -> dict[str, dict]:
    """The charts' specifications in an executed notebook, by name."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    specs = [
        output["data"]["application/vnd.vegalite.v5+json"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "application/vnd.vegalite.v5+json" in output.get("data", {})
    ]
    return {spec["usermeta"]["sourcebook"]["name"]: spec for spec in specs}
