"""A case and a reader's choices, turned into a report: notebooks run, staged, and built into pages by Jupyter Book."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import yaml

from sourcebook import commentary, paths
from sourcebook.article import read as read_article
from sourcebook.case import Case, load, locate
from sourcebook.check import check
from sourcebook.errors import BuildError, CaseError, Fault, SourcebookError
from sourcebook.parameters import Parameter, checked, declared
from sourcebook.run import Progress, run_all, silent


def notebooks(top: Path) -> list[Path]:
    """The notebooks of the book, in the order of _toc.yml, the only place where order is stated."""
    toc = paths.settings(top / paths.TOC)
    files = re.findall(rf"{paths.NOTEBOOKS}/[\w-]+", json.dumps(toc))
    return [top / f"{file}.ipynb" for file in files]


class Plan(NamedTuple):
    """What a report is run with: parameters that differ from the notebooks' defaults, each notebook's share, all there
    are, and those that the case sets by itself.
    """

    values: dict
    shares: dict[str, dict]
    known: dict[str, Parameter]
    usual: dict


def plan(case: Case, top: Path, given: dict) -> Plan:
    """Checked values (the case's defaults, then `given` over them), each notebook's share of them, and all parameters."""
    books = notebooks(top)
    known = declared(books)
    usual = checked(case.meta.get("parameters", {}), known, case, place=f"{paths.CASE} of case {case.name}")
    values = checked({**case.meta.get("parameters", {}), **given}, known, case)
    if case.folder.is_absolute() and case.folder != top / paths.DATA / case.name:
        raise SourcebookError(
            f"{case.folder} is not below data/, where the notebooks look for cases: copy it to data/{case.name}."
        )
    other = {} if case.name == paths.default_case(top) else {"case": case.name}
    shares = {
        path.stem: other | {name: value for name, value in values.items() if path.stem in known[name].notebooks}
        for path in books
    }
    return Plan(values, shares, known, usual)


def commentary_faults(folder: Path, top: Path) -> list[Fault]:
    """Names in the case's commentary that its notebook does not glue, going by the notebooks' stored outputs."""
    faults = []
    for path in notebooks(top):
        text = folder / paths.COMMENTARY / f"{path.stem}.md"
        outputs = [
            out for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for out in cell.get("outputs", [])
        ]
        names = {out["metadata"]["scrapbook"]["name"] for out in outputs if "scrapbook" in out.get("metadata", {})}
        if text.is_file() and names:
            faults += commentary.faults(text, names)
    return faults


def report_name(case: Case, values: dict, usual: dict) -> str:
    """The case's name, and for parameters other than its `usual` ones a digest of them, so that reports lie side by side."""
    if values == usual:
        return case.name
    return f"{case.name}-{hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]}"


def build(
    case_name: str,
    given: dict,
    article: Path | None = None,
    say: Callable[[str], None] = print,
    progress: Progress = silent,
    engine: str = "fork",
) -> Path:
    """Build the report of a case and return its first page; `say` takes lines of news, `progress` the notebooks as they end.

    Everything is made in a new folder beside the last good report and takes its place only when it is whole.
    Raise CaseError, ParameterError, RunError or BuildError.
    """
    folder = locate(case_name)
    if article:
        faults = check(folder, read_article(article))
        if faults:
            raise CaseError(folder.name, faults)
    case = load(str(folder))
    top = paths.root()
    values, shares, _, usual = plan(case, top, given)
    name = report_name(case, values, usual)
    (top / paths.BUILD).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=top / paths.BUILD, prefix=f".{name}-") as scratch:
        source = Path(scratch) / "source"
        _stage(top, case, source)
        say(f"Case {case.name}" + "".join(f", {name}={value}" for name, value in values.items()))
        run_all(notebooks(top), source / paths.NOTEBOOKS, shares, top, progress, engine)
        say("Building the pages")
        html = _jupyter_book(source)
        report = Path(scratch) / "report"
        shutil.copytree(source / paths.NOTEBOOKS, report / paths.NOTEBOOKS)
        html.rename(report / "html")
        (report / "parameters.json").write_text(
            json.dumps({"case": case.name, **values}, indent=2, sort_keys=True) + "\n"
        )
        target = top / paths.BUILD / name
        _replace(report, target)
    return target / "html" / "index.html"


def _stage(top: Path, case: Case, source: Path) -> None:
    """Copy what Jupyter Book reads, so that a build never touches a tracked file."""
    shutil.copytree(top / paths.BOOK, source / paths.BOOK)
    shutil.copytree(case.folder, source / paths.DATA / case.name)
    shutil.copy(top / paths.TOC, source / paths.TOC)
    config = paths.settings(top / paths.CONFIG)
    config["sphinx"]["config"]["sourcebook_case"] = f"{paths.DATA}/{case.name}"
    (source / paths.CONFIG).write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _jupyter_book(source: Path) -> Path:
    """Build the staged source, warnings being errors, and return the folder of pages; raise BuildError with the warnings."""
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        ".",
        "-W",
        "-n",
        "--keep-going",
        "-q",
    ]
    done = subprocess.run(
        command,
        cwd=source,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "NO_COLOR": "1"},
    )
    html = source / paths.BUILD / "html"
    if done.returncode or not (html / "index.html").is_file():
        printed = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr).replace(f"{source}{os.sep}", "")
        told = [line for line in printed.splitlines() if re.search(r"WARNING|ERROR|CRITICAL", line)]
        detail = "\n".join(f"  {line}" for line in told or printed.splitlines()[-15:])
        raise BuildError(
            f"Jupyter Book did not accept the pages; the last good report stays.\n{detail}\nMend what the lines name and build again."
        )
    return html


def _replace(new: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one; at no moment is a half-written one there."""
    old = new.with_name("old")
    if target.exists():
        target.rename(old)
    new.rename(target)
