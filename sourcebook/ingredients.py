"""A run and a report, turned into the list of everything that they are made from: each part's name and digest.

Two lists that are equal make equal results; where they differ, the names that differ are the reason to run again.
The standard library is all that this module needs, so that a report in which nothing changed is found out at once.
"""

import json
import os
import sys
from pathlib import Path

from sourcebook import digests, origin, paths

Made = dict[str, str]
# What only pages are made with; no run can see it.
PAGES = {"sphinx", "press"}


def of_run(notebook: Path, parameters: dict, case: Path, top: Path, engine: str) -> Made:
    """What an executed notebook is made from: its source, its parameters, the case's files that it can read, the code,
    the lock.
    """
    told = {f"parameter {name}": json.dumps(value, sort_keys=True) for name, value in parameters.items()}
    parts = {f"{paths.NOTEBOOKS}/{notebook.name}": source(notebook), "engine": engine}
    cells = "\n".join(commands(notebook))
    known = {name: digest for name, digest in files(top, case).items() if can_read(cells, Path(name))}
    return parts | told | known | code(pages=False) | surroundings(top)


def can_read(code: str, file: Path) -> bool:
    """Whether a notebook with this code can read a file of its case: all but commentary whose name it nowhere writes as a
    text, and the choices and outcomes of a multiverse that it nowhere speaks of.
    """
    if file.parent.name == paths.COMMENTARY:
        return f'"{file.stem}"' in code or f"'{file.stem}'" in code
    return file.stem not in (Path(paths.MULTIVERSE).stem, Path(paths.OUTCOMES).stem) or reads_outcomes(code)


def reads_outcomes(code: str) -> bool:
    """Whether a notebook with this code asks for the table of outcomes, which then has to be in step."""
    return "multiverse" in code


def of_report(values: dict, notebooks: list[Path], case: Path, top: Path, engine: str) -> Made:
    """What a report is made from: that of all its runs, the pages that people write, what makes pages of them, and the
    commit, which dates them.
    """
    told = {f"parameter {name}": json.dumps(value, sort_keys=True) for name, value in values.items()}
    books = {f"{paths.NOTEBOOKS}/{notebook.name}": source(notebook) for notebook in notebooks}
    settings = {name: digests.file(top / name) for name in (paths.CONFIG, paths.TOC)}
    parts = books | told | settings | files(top, case) | files(top, top / paths.BOOK)
    parts |= {"commit": origin.commit(top), origin.EPOCH: os.environ.get(origin.EPOCH, "")}
    return parts | {"engine": engine} | swept(case, top) | code(pages=True) | surroundings(top)


def swept(case: Path, top: Path) -> Made:
    """The table of outcomes that is not stored with the case but was made here, if there is one."""
    table = top / paths.BUILD / paths.SWEPT / case.name / paths.OUTCOMES
    return digests.files(top, [table] if table.is_file() else [])


def source(notebook: Path, without: str = "") -> str:
    """The digest of a notebook without its stored outputs, which no run reads, and without cells tagged `without`."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        cells = [cell for cell in cells if without not in cell["metadata"].get("tags", [])]
        return digests.value([[cell["cell_type"], cell["source"], cell["metadata"]] for cell in cells])
    except (ValueError, KeyError, TypeError):
        return digests.file(notebook)  # no notebook: whoever runs it will say so


def statements(notebook: Path) -> str:
    """The digest of a notebook's code alone: what decides its figures."""
    return digests.value(commands(notebook))


def commands(notebook: Path) -> list[str]:
    """The source of each code cell; the whole file where it is no notebook, as whoever runs it will say."""
    text = notebook.read_text(encoding="utf-8", errors="replace")
    try:
        return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return [text]


def files(top: Path, folder: Path) -> Made:
    """Each file below a folder, hidden ones apart."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return digests.files(top, found) if folder.is_relative_to(top) else digests.files(folder, found)


def code(pages: bool) -> Made:
    """The package's modules; those that make pages, with their scripts and styles, only if asked."""
    package = Path(__file__).parent
    found = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    if not pages:
        found = [path for path in found if not PAGES & set(path.relative_to(package).parts)]
    return {f"{package.name}/{name}": digest for name, digest in digests.files(package, found).items()}


def surroundings(top: Path) -> Made:
    """The versions of everything else: the lock, and Python's own."""
    lock = top / paths.LOCK
    version = "{}.{}.{}".format(*sys.version_info)
    return {paths.LOCK: digests.file(lock) if lock.is_file() else "", "Python": version}


def differences(old: Made, new: Made) -> list[str]:
    """What changed from one list to the other, in words."""
    told = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if name.startswith("parameter "):
            told.append(f"{name} was {_said(was)}, is now {_said(now)}")
        elif name in ("engine", "Python"):
            told.append(f"{name}: {was}, now {now}")
        else:
            told.append(f"{name} {'is new' if was is None else 'is gone' if now is None else 'changed'}")
    return told


def _said(value: str | None) -> str:
    """A parameter's value in words."""
    if value is None:
        return "its default"
    plain = json.loads(value)
    return ", ".join(map(str, plain)) or "empty" if isinstance(plain, list) else str(plain)
