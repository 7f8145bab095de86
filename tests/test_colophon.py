"""The colophon names programs as they are installed and files as they are, and nothing of machine or moment."""

import getpass
import hashlib
import json
import re
from importlib.metadata import requires, version
from pathlib import Path

import citedbook
import pytest
import toybook
from bs4 import BeautifulSoup
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from scratch import tree

from sourcebook.ingredients import source
from sourcebook.sphinx import colophon


@pytest.fixture(scope="module")
def soup(cited_book):
    page = toybook.html(cited_book) / "book" / "colophon.html"
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def table(soup, name: str) -> list[list[str]]:
    return [
        [cell.text.strip() for cell in row.find_all("td")] for row in soup.find("table", id=name).tbody.find_all("tr")
    ]


def test_programs_have_the_versions_that_are_installed(soup):
    rows = table(soup, "colophon-programs")
    assert [(name, number) for name, number, _ in rows] == [(name, version(name)) for name in colophon.MAKERS]
    assert all(does for *_, does in rows)


def test_every_program_is_one_that_sourcebook_requires():
    """What jupyter-book brings along counts as required."""
    required = {
        canonicalize_name(Requirement(line).name) for name in ("sourcebook", "jupyter-book") for line in requires(name)
    }
    assert {canonicalize_name(name) for name in colophon.MAKERS} <= required | {"sourcebook"}


def test_the_version_of_vega_lite_is_the_one_that_draws(cited_book, soup):
    from sourcebook.pictures import VEGA_LITE

    (drawer,) = [row for row in table(soup, "colophon-programs") if row[0] == "vl-convert-python"]
    assert drawer[2].endswith(f"Vega-Lite {VEGA_LITE}")


def test_every_file_of_the_record_has_its_digest(soup, cited_book):
    told = dict(table(soup, "colophon-inputs"))
    record = tree(cited_book / "data" / "fair")
    assert {name: digest for name, digest in told.items() if name.startswith("data/")} == {
        f"data/fair/{name}": digest for name, digest in record.items()
    }
    assert "data/fair/commentary/claims.md" in told and "data/fair/references.bib" in told


def test_and_so_has_every_notebook_as_it_was_before_the_run(soup, cited_book, tmp_path):
    """Without outputs, and without the cell that papermill put in, which is in no file that a reader has."""
    told = dict(table(soup, "colophon-inputs"))
    notebooks = {name for name in told if name.endswith(".ipynb")}
    assert notebooks == {f"{name}.ipynb" for name in citedbook.NOTEBOOKS}
    for name in ("notebooks/register.ipynb", "chooser.ipynb"):
        assert told[name] == source(cited_book / name)
    book = json.loads((cited_book / "notebooks" / "charts.ipynb").read_text(encoding="utf-8"))
    del book["cells"][2]
    before = tmp_path / "charts.ipynb"
    before.write_text(json.dumps(book), encoding="utf-8")
    assert told["notebooks/charts.ipynb"] == source(before)


def test_the_files_are_in_order(soup):
    names = [name for name, _ in table(soup, "colophon-inputs")]
    assert names == sorted(names) and len(names) == len(set(names))


def test_it_has_no_time_and_no_path_of_the_machine(soup, cited_book):
    text = soup.find("article").get_text(" ")
    assert not re.search(r"\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}|(?<![\w./])/\w", text)
    folders = {str(cited_book), str(Path.home()), str(Path.cwd()), *cited_book.parts[1:-1]} - {
        "tmp",
        "data",
        "home",
        "root",
    }
    assert not [folder for folder in folders if folder in text]
    assert not re.search(rf"\b{re.escape(getpass.getuser())}\b", text) or getpass.getuser() in citedbook.NAMES


def test_a_file_that_changes_changes_its_line_alone(soup, tmp_path):
    """In a folder that was built before, where Sphinx takes up what it knows."""
    folder = citedbook.write(tmp_path)
    assert toybook.build(folder).returncode == 0
    commentary = folder / "data" / "fair" / "commentary" / "claims.md"
    commentary.write_text("Another.\n", encoding="utf-8")
    assert toybook.build(folder).returncode == 0
    page = (toybook.html(folder) / "book" / "colophon.html").read_text(encoding="utf-8")
    before, after = (
        dict(table(soup, "colophon-inputs")),
        dict(table(BeautifulSoup(page, "html.parser"), "colophon-inputs")),
    )
    assert after.pop("data/fair/commentary/claims.md") == hashlib.sha256(b"Another.\n").hexdigest()
    assert before.keys() - after.keys() == {"data/fair/commentary/claims.md"}
    assert all(before[name] == digest for name, digest in after.items())
