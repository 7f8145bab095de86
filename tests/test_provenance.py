"""Under each figure and table stands where it comes from: notebook, cell, this run's parameters, the data and its digests."""

import hashlib
import json

import citedbook
import nbformat.v4 as v4
import pytest
import toybook
from bs4 import BeautifulSoup
from scratch import notebook

from sourcebook.run import execute
from sourcebook.sphinx import provenance

INJECTED = v4.new_code_cell("size = 4", metadata={"tags": ["injected-parameters"]})
BOOKS = ["toy_book", "cited_book", "stored_book"]


def parsed(folder, name):
    return BeautifulSoup((toybook.html(folder) / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def notes(soup) -> list:
    return soup.find_all("details", class_="provenance")


def fields(note) -> dict:
    """What a note says: each label with the text beside it."""
    heads, bodies = note.find_all("dt"), note.find_all("dd")
    return {head.text.removesuffix(":"): body.get_text().strip() for head, body in zip(heads, bodies)}


def note_of(soup, name: str):
    """The note in a figure, or after a table."""
    target = soup.find(id=name)
    return target.find("details", class_="provenance") or target.find_next("details", class_="provenance")


@pytest.fixture(scope="module")
def charts(cited_book):
    return parsed(cited_book, "notebooks/charts")


@pytest.mark.parametrize("book", BOOKS)
def test_every_numbered_figure_and_table_of_a_notebook_has_one_closed_note(book, request):
    folder, seen = request.getfixturevalue(book), 0
    for path in sorted(toybook.html(folder).rglob("notebooks/*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        numbered = {mark.find_parent(id=True)["id"] for mark in soup.find_all(class_="caption-number")}
        assert len(notes(soup)) == len(numbered), path.name
        assert len({id(note_of(soup, name)) for name in numbered}) == len(numbered), path.name
        assert not [note for note in notes(soup) if note.has_attr("open")]
        assert {note.summary.text for note in notes(soup)} <= {"Source and downloads"}
        seen += len(numbered)
    assert seen >= 4


def test_the_cell_is_that_of_the_source_though_a_cell_was_put_in(charts):
    """papermill put one behind cell 2: what is cell 5 of the executed notebook is cell 4 of the one that people open."""
    assert fields(note_of(charts, "voices"))["Notebook"] == "charts.ipynb, cell 4"
    assert fields(note_of(charts, "formulas"))["Notebook"] == "charts.ipynb, cell 5"
    assert fields(note_of(charts, "climbs"))["Notebook"] == "charts.ipynb, cell 6"


def test_without_such_a_cell_it_is_the_same_number(cited_book):
    assert fields(note_of(parsed(cited_book, "notebooks/register"), "register"))["Notebook"] == "register.ipynb, cell 2"
    assert fields(note_of(parsed(cited_book, "chooser"), "choose"))["Notebook"] == "chooser.ipynb, cell 3"


@pytest.mark.parametrize(
    ("injected", "index", "expected"),
    [((), 0, 1), ((), 3, 4), ((2,), 0, 1), ((2,), 1, 2), ((2,), 3, 3), ((2,), 4, 4), ((0,), 1, 1), ((), None, 1)],
)
def test_only_a_cell_put_in_before_counts_less(injected, index, expected):
    cells = [INJECTED if place in injected else v4.new_code_cell("1") for place in range(6)]
    assert provenance.number({"cells": cells}, index) == expected


def test_the_number_is_right_for_what_papermill_really_makes(tmp_path, monkeypatch):
    """Run with parameters and without: the cell that shows something has the number that it has in the file."""
    monkeypatch.chdir(tmp_path)
    path = notebook(tmp_path / "shows.ipynb", "1", "print('here', size)")
    for given in ({}, {"size": 4}):
        executed = json.loads(json.dumps(execute(path, given, tmp_path, "kernel")))
        shown = next(
            place
            for place, cell in enumerate(executed["cells"])
            if cell.get("outputs") and cell["outputs"][0].get("name")
        )
        assert provenance.number(executed, shown) == 4, given


def test_parameters_have_the_values_of_this_run(charts, cited_book):
    assert fields(note_of(charts, "voices"))["Parameters"] == "min_grade = 'C' · sides = ['<port>']"
    assert fields(note_of(parsed(cited_book, "chooser"), "choose"))["Parameters"] == "min_grade = 'F'"


def test_a_notebook_without_parameters_says_nothing_of_them(cited_book):
    assert "Parameters" not in fields(note_of(parsed(cited_book, "notebooks/register"), "register"))


def digests(note) -> dict[str, str]:
    """The files that a note names, with their digests."""
    return {file.contents[0].strip(): file.code.text for file in note.find_all(class_="file")}


def expected(folder, *names: str) -> dict[str, str]:
    return {name: hashlib.sha256((folder / "data" / "fair" / name).read_bytes()).hexdigest()[:16] for name in names}


def test_digests_are_those_of_the_files_of_the_record(charts, cited_book):
    tables = sorted(path.name for path in (cited_book / "data" / "fair").glob("*.csv"))
    assert digests(note_of(charts, "voices")) == expected(cited_book, "case.yml", "datapackage.json", *tables)


def test_a_notebook_with_a_commentary_reads_that_too(cited_book):
    """And one that asks for the multiverse reads its space, and the outcomes where they are stored."""

    def named(name: str, source: str) -> set[str]:
        book = v4.new_notebook(cells=[v4.new_code_cell(source)])
        folder = cited_book / "data" / "fair"
        return {path.relative_to(folder).as_posix() for path in provenance.read(folder, name, book, ["claims.csv"])}

    common = {"case.yml", "datapackage.json", "claims.csv"}
    assert named("charts", "1") == common
    assert named("claims", "1") == common
    assert named("claims", "show.commentary(record, 'claims', figures)") == common | {"commentary/claims.md"}
    assert named("charts", "multiverse.outcomes(case)") == common | {"multiverse.yml"}


def test_a_figure_on_another_page_names_its_notebook_and_cell(charts, cited_book):
    home = fields(note_of(charts, "voices"))
    for page, name in [("book/index", "index-voices"), ("book/deep/er/cite", "cite-voices")]:
        assert fields(note_of(parsed(cited_book, page), name)) == home


def test_and_it_can_be_had_from_there(cited_book):
    note = note_of(parsed(cited_book, "book/deep/er/cite"), "cite-voices")
    assert [link["href"] for link in note.find_all("a")] == [
        "../../../downloads/notebooks/charts.ipynb",
        "../../../downloads/figures/voices.svg",
        "../../../downloads/figures/voices.png",
        "../../../downloads/tables/voices.csv",
    ]


def test_the_table_of_parameters_names_the_cell_of_each_notebook_that_declares_them(cited_book):
    soup = parsed(cited_book, "book/index")
    assert fields(note_of(soup, "report-parameters")) == {"Notebooks": "charts.ipynb, cell 2 · chooser.ipynb, cell 2"}


def test_a_note_is_text_whatever_a_parameter_holds(charts):
    assert "['<port>']" in note_of(charts, "voices").get_text()
    assert not charts.find("article").find("port")


def test_a_changed_record_changes_the_digests_and_nothing_else_of_a_note(cited_book, tmp_path):
    """In a folder that was built before, where Sphinx takes up what it knows."""
    folder = citedbook.write(tmp_path)
    assert toybook.build(folder).returncode == 0
    path = folder / "data" / "fair" / "claims.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Gist of C01.", "Another."), encoding="utf-8")
    assert toybook.build(folder).returncode == 0
    for page, name in [("notebooks/charts", "voices"), ("book/index", "index-voices")]:
        before, after = (note_of(parsed(top, page), name) for top in (cited_book, folder))
        assert digests(after) == {**digests(before), **expected(folder, "claims.csv")} != digests(before)
        assert {**fields(after), "Data": ""} == {**fields(before), "Data": ""}
