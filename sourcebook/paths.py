"""Where everything lies: each path of a checkout, named once."""

import json
import re
from pathlib import Path

from sourcebook.errors import SourcebookError

DATA, NOTEBOOKS, BOOK, BUILD = "data", "notebooks", "book", "_build"
CACHE, PICTURES, SWEPT, ANNOTATIONS, RUNS = "cache/runs", "cache/pictures", "multiverse", "annotations", "runs"
CONFIG, TOC = "_config.yml", "_toc.yml"
PACKAGE, CASE, COMMENTARY, REFERENCES = "datapackage.json", "case.yml", "commentary", "references.bib"
MULTIVERSE, OUTCOMES = "multiverse.yml", "outcomes.csv"
DOWNLOADS = "downloads"  # below a report's pages
WITH_ARTICLE = "-with-article"  # behind the name of a report that shows a text which its case does not ship
AGAINST = "-against-"  # between the names of two reports, in that of the report on what changed
ARTICLES = "articles"  # an analyst's own texts, one a case; never in git, a package or a report
CHANGES = "changes"  # the chapter on what changed against another report, and the JSON that it is made from
LOCK = "requirements.lock"
# What a package has beside the checkout that it holds: see sourcebook.package.
REPORT, PARAMETERS, PACKAGES = "report", "parameters.json", "packages"
CRATE, MANIFEST, CITATION = "ro-crate-metadata.json", "manifest-sha256.txt", "CITATION.cff"
TEMPLATE = Path(__file__).with_name("template")  # what every new case is begun with
ORIGIN = "origin.json"  # in a package, which has no git: the commit and the moment of it


def root(start: Path | None = None) -> Path:
    """The checkout that holds `start` (the working directory unless told), so that a command works in any folder of it."""
    try:
        start = (start or Path.cwd()).resolve()
    except FileNotFoundError:
        raise SourcebookError(
            "the folder that you are in was replaced or deleted: change into it again, as with cd ."
        ) from None
    for folder in (start, *start.parents):
        if (folder / DATA).is_dir() and (folder / NOTEBOOKS).is_dir():
            return folder
    raise SourcebookError(
        f"{start} is not in a Sourcebook checkout: no folder above it holds both {DATA}/ and {NOTEBOOKS}/. "
        "Change into the checkout and try again."
    )


def default_case(top: Path) -> str:
    """The case that the checkout's own book is about, as _config.yml has it."""
    try:
        return Path(settings(top / CONFIG)["sphinx"]["config"]["sourcebook_case"]).name
    except (KeyError, TypeError):
        raise SourcebookError(
            f"{CONFIG} does not say which case the book is about: set sphinx, config, sourcebook_case to data/NAME."
        ) from None


def settings(path: Path) -> dict:
    """What _config.yml or _toc.yml says; SourcebookError where it cannot be read."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        # libyaml's parser, where PyYAML was built with it, is ten times as fast as its own; nested 40,000 deep it kills the process.
        fast = len(text) < 10_000
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader) if fast else yaml.SafeLoader)
    except Exception as error:  # “!!int ''” is an IndexError, “!!bool foo” a KeyError
        raise SourcebookError(
            f"{path.name} cannot be read ({error}); restore it, for instance with git checkout {path.name}."
        ) from error


def notebooks(top: Path) -> list[Path]:
    """The notebooks of the book, in the order of _toc.yml, the only place where order is stated."""
    files = re.findall(rf"{NOTEBOOKS}/[\w-]+", json.dumps(settings(top / TOC)))
    return [top / f"{file}.ipynb" for file in files]


def cases(top: Path) -> list[str]:
    """Names of the cases of a checkout, sorted."""
    return sorted(package.parent.name for package in (top / DATA).glob(f"*/{PACKAGE}"))


def printed(page: Path) -> Path:
    """The PDF of a report, given its first page: it has the name of the report's folder."""
    report = page.parents[1]
    return report / f"{report.name}.pdf"
