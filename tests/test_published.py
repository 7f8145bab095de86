"""What is published of a commit is the same bytes wherever and whenever it is made, and its PDF is fit to print."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import lacking, packaged
from scratch import BOOKS, figures, git, glued, tree

from sourcebook.press.pdf import SANS, SERIF

# Folders list their entries in another order: what a program makes of them must not depend on it.
SHUFFLED = """
import os, random
listdir, scandir = os.listdir, os.scandir

def shuffled(entries):
    entries = list(entries)
    random.Random(7).shuffle(entries)
    return entries

class Scan:
    def __init__(self, *args):
        self.open = scandir(*args)
        self.entries = iter(shuffled(self.open))
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *error): self.open.close()
    def close(self): self.open.close()

os.listdir, os.scandir = lambda *args: shuffled(listdir(*args)), Scan
"""
OTHERS = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr", "PYTHONUTF8": "1",
          "PYTHONHASHSEED": "4242", "USER": "nemo-4242", "LOGNAME": "nemo-4242", "COLUMNS": "40",
          "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}  # fmt: skip

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def name():
    config = yaml.safe_load((Path(__file__).parents[1] / "_config.yml").read_text("utf-8"))
    return Path(config["sphinx"]["config"]["sourcebook_case"]).name


@pytest.fixture(scope="module")
def others(published, tmp_path_factory):
    """What another makes of the same commit, elsewhere and more than a year later."""
    faketime = shutil.which("faketime")
    if not faketime:
        lacking("faketime not found, which shifts the clock (on Debian: apt-get install faketime).")
    place = tmp_path_factory.mktemp("others")
    git(place, "clone", "-q", str(published.parent), str(place / "ein anderer Ort, öffentlich"))
    (place / "home").mkdir()
    (place / "site").mkdir()
    (place / "site" / "sitecustomize.py").write_text(SHUFFLED, "utf-8")
    more = OTHERS | {"HOME": str(place / "home"), "PYTHONPATH": str(place / "site")}
    return packaged(place / "ein anderer Ort, öffentlich", more, [faketime, "-f", "+400d"], umask=0o077)


class TestTwoBuilds:
    def test_of_one_commit_have_the_same_bytes_of_pages_pdf_and_package(self, published, others, name, capsys):
        """Another folder, time zone, language, hash seed, user, order of folders, file mode and clock."""
        ours, theirs = ({**tree(build / name), **tree(build / "packages")} for build in (published, others))
        ours.pop("build.json"), theirs.pop("build.json")
        assert {Path(path).suffix for path in ours} >= {
            ".html",
            ".pdf",
            ".zip",
            ".svg",
            ".png",
            ".csv",
            ".ipynb",
            ".js",
        }
        assert ours.keys() == theirs.keys()
        differing = [path for path in ours if ours[path] != theirs[path]]
        with capsys.disabled():
            print(f"\n{len(ours)} files of two builds compared, {len(differing)} differ.")
        assert not differing

    def test_had_other_clocks_which_stand_in_the_stamp_alone(self, published, others, name):
        years = [
            json.loads((build / name / "build.json").read_text("utf-8"))["finished"][:4]
            for build in (published, others)
        ]
        assert int(years[1]) - int(years[0]) in (1, 2)
        for path in (others / name).rglob("*"):
            if path.suffix in (".html", ".json", ".jsonld", ".cff", ".bib", ".js") and path.name != "build.json":
                if path.name not in ("vega.js",):
                    assert f"{years[1]}-" not in path.read_text("utf-8"), path

    def test_say_nothing_of_the_machine(self, others):
        place = others.parent
        for path in place.joinpath("_build").rglob("*"):
            if path.is_file() and "cache" not in path.parts:
                content = path.read_bytes()
                assert b"nemo-4242" not in content and str(place.parent).encode() not in content, path


@pytest.fixture(scope="module")
def pdf(published, name):
    return published / name / f"{name}.pdf"


@pytest.fixture(scope="module")
def words(poppler, pdf):
    """All text of the PDF, with single spaces."""
    return " ".join(poppler("pdftotext", str(pdf), "-").split())


def captions(report: Path) -> list[str]:
    """The caption of every figure and of every table that the notebooks show."""
    found = []
    for book in BOOKS:
        path = report / "notebooks" / f"{book}.ipynb"
        found += [spec["usermeta"]["sourcebook"]["caption"] for spec in figures(path).values()]
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                tables = [
                    data.get("application/vnd.dataresource+json"),
                    data.get("application/vnd.sourcebook.choices+json", {}).get("table"),
                ]
                found += [table["title"] for table in tables if table]
    return found


def plain(text: str) -> str:
    """Text whatever quotation marks and spaces it is set with."""
    return " ".join(re.sub("[“”\"'’‘]", " ", text).split())


class TestThePdf:
    def test_is_tagged_and_has_title_and_language(self, poppler, pdf):
        told = poppler("pdfinfo", str(pdf))
        title = yaml.safe_load(next((pdf.parents[2] / "data" / pdf.stem).glob("case.yml")).read_text("utf-8"))["title"]
        assert re.search(r"^Tagged: +yes$", told, re.MULTILINE)
        assert re.search(rf"^Title: +{re.escape(title)}", told, re.MULTILINE)
        assert int(re.search(r"^Pages: +(\d+)$", told, re.MULTILINE)[1]) > 30

    def test_carries_its_typefaces_and_takes_none_of_the_machine(self, poppler, pdf):
        lines = poppler("pdffonts", str(pdf)).splitlines()[2:]
        assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in lines)
        families = {re.sub(r"^[A-Z]{6}\+", "", line.split()[0]) for line in lines}
        ours = tuple(name.replace(" ", "-") for name in (SERIF, SANS))
        assert all(family.startswith(ours) for family in families), families

    def test_has_the_caption_of_every_figure_and_table(self, published, name, words):
        known = captions(published / name)
        assert len(known) > 25
        assert [caption for caption in known if plain(caption) not in plain(words)] == []

    def test_has_every_finding_as_computed(self, published, name, words):
        for book in BOOKS:
            finding = glued(published / name / "notebooks" / f"{book}.ipynb").get("finding", "")
            assert plain(finding) in plain(words), book

    @pytest.mark.parametrize(
        "furniture",
        ["Show code", "Source and downloads", "Skip to main content", "Copy", "Data of this figure", "import "],
    )
    def test_has_nothing_that_only_a_screen_needs(self, words, furniture):
        assert furniture not in words

    def test_no_page_is_empty(self, poppler, pdf):
        pages = poppler("pdftotext", "-layout", str(pdf), "-").split("\f")[:-1]
        empty = [number for number, page in enumerate(pages, 1) if len(page.split()) < 20]
        assert empty == []

    def test_lies_among_the_pages_too_which_lead_to_it(self, published, name, pdf):
        html = published / name / "html"
        assert (html / "downloads" / pdf.name).read_bytes() == pdf.read_bytes()
        assert f'href="../downloads/{pdf.name}"' in (html / "book" / "index.html").read_text("utf-8")
