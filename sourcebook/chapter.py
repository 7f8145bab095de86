"""A report and what changed in it, turned into a copy of its pages with one more chapter, in a folder of its own."""

import re
from pathlib import Path

import yaml

from sourcebook import binding, book, files, ingredients, origin, paths, telling
from sourcebook.case import load
from sourcebook.errors import BuildError
from sourcebook.reports import Report
from sourcebook.words import listing
from sourcebook.workroom import workroom

PAGE = "# What changed\n\n```{changes}\n```\n"
CAPTION = "Comparison"


def build(old: Report, new: Report, told: dict, top: Path) -> Path:
    """Build the pages of the new report with the chapter, from its executed notebooks, and return the chapter's page.

    told: as sourcebook.telling.document gives it. The folder is _build/<new>-against-<old>/; the report itself stays as it
    is. Raise BuildError where the checkout's case or notebooks are not those that the report was built from.
    """
    faults = differing(new, top)
    if faults:
        raise BuildError("\n".join([f"There can be no page of {new.name} here:", *(f"  {fault}" for fault in faults)]))
    case = load(str(top / paths.DATA / new.case))
    name = f"{_safe(new.name)}{paths.AGAINST}{_safe(old.name)}"
    target = top / paths.BUILD / name
    with workroom(target.parent, name) as scratch:
        source, made = scratch / "source", scratch / "made"
        binding.stage(top, case, source, origin.date(top, case.folder))
        (source / paths.NOTEBOOKS).mkdir()
        for notebook in new.notebooks:
            path = f"{paths.NOTEBOOKS}/{notebook}.ipynb"
            (source / path).write_bytes(new.files[path])
        content = telling.written(told)
        files.write(source / f"{paths.CHANGES}.json", content)
        files.write(source / f"{paths.CHANGES}.md", PAGE)
        insert(source / paths.TOC)
        with binding.drawing(top, source):
            html = binding.pages(source)
        made.mkdir()
        html.rename(made / "html")
        files.write(made / f"{paths.CHANGES}.json", content)
        book.replace(made, target)
    return target / "html" / f"{paths.CHANGES}.html"


def differing(report: Report, top: Path) -> list[str]:
    """Why the pages of a report cannot be made from the checkout: what of it is other than what the report was built from."""
    if report.case not in paths.cases(top):
        return [f"the checkout has no case {report.case}: take the commit that the report was built from"]
    if not report.record:
        return [
            "the report does not tell which files of the case it was built from: build it again, or name its package"
        ]
    now = ingredients.files(top, top / paths.DATA / report.case)
    faults = [
        f"{line} since it was built: build the report again, or take the commit that it was built from"
        for line in ingredients.differences(report.record, now)
    ]
    wanted = {path.stem for path in paths.notebooks(top)}
    lacking, more = sorted(wanted - report.notebooks.keys()), sorted(report.notebooks.keys() - wanted)
    if lacking:
        faults.append(f"it has no notebook {listing(lacking)}, of which {paths.TOC} makes chapters: build it again")
    if more:
        faults.append(f"{paths.TOC} has no chapter for its notebook {listing(more)}: take the commit it was built from")
    return faults


def insert(toc: Path) -> None:
    """Put the chapter before all others of a staged table of contents."""
    settings = paths.settings(toc)
    if "parts" in settings:
        settings["parts"].insert(0, {"caption": CAPTION, "chapters": [{"file": paths.CHANGES}]})
    else:
        settings["chapters"].insert(0, {"file": paths.CHANGES})
    files.write(toc, yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))


def _safe(name: str) -> str:
    """A report's name as part of a folder's, whatever folder or package it was read from."""
    return re.sub(r"[^\w.+-]+", "-", name).strip(".-")[:60] or "report"
