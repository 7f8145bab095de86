"""Turns the case's folder into the book's title, its bibliography and the values that pages may name."""

import csv
import json
from pathlib import Path

import yaml
from sphinx.errors import ConfigError

from sourcebook import origin
from sourcebook.errors import choices
from sourcebook.work import author


def folder(app) -> Path:
    """The case's folder, found from the folder of _config.yml."""
    return Path(app.confdir, app.config.sourcebook_case)


def settings(app) -> dict:
    """What case.yml says."""
    path = folder(app) / "case.yml"
    if not path.is_file():
        raise ConfigError(
            f"sourcebook_case is {app.config.sourcebook_case!r}, but there is no case.yml in that folder. "
            "Name a folder below data/ in _config.yml, at sphinx: config: sourcebook_case."
        )
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def schema(app) -> dict:
    """What datapackage.json says of the case's tables."""
    return json.loads((folder(app) / "datapackage.json").read_text(encoding="utf-8"))


def rows(app, resource: dict) -> list[dict]:
    """The rows of a coded table as they are written, every cell a text."""
    with (folder(app) / resource["path"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(app, dotted: str) -> str:
    """The value at a dotted key of case.yml, as text; LookupError names the nearest key."""
    found = settings(app)
    walked = []
    for key in dotted.split("."):
        keys = list(found) if isinstance(found, dict) else []
        if key not in keys:
            where = f" below {'.'.join(walked)!r}" if walked else ""
            raise LookupError(f"case.yml has no key {key!r}{where}; {choices(key, keys)}")
        found = found[key]
        walked.append(key)
    if isinstance(found, list):
        return ", ".join(author(item).printed if isinstance(item, dict) else str(item) for item in found)
    if isinstance(found, dict):
        raise LookupError(f"{dotted!r} of case.yml holds several values; name one: {', '.join(found)}")
    return str(found)


def configure(app, config):
    """Take title and bibliography from the case, so that another case needs one changed line."""
    title = settings(app).get("title")
    if title:
        config.html_title = config.project = str(title)
    references = folder(app) / "references.bib"
    entry = references.relative_to(app.confdir).as_posix()
    if references.is_file() and entry not in (config.bibtex_bibfiles or []):
        config.bibtex_bibfiles = [*(config.bibtex_bibfiles or []), entry]


def day(app) -> str:
    """The day by which the report is dated: the case's own, else the one a build was given, else that of the commit."""
    given = settings(app).get("date") or app.config.sourcebook_day
    return str(given) if given else origin.day(origin.date(Path(app.confdir), folder(app)))


def setup(app):
    app.add_config_value("sourcebook_case", "", "env", str)
    app.add_config_value("sourcebook_day", "", "env", str)
    app.connect("config-inited", configure, priority=100)
