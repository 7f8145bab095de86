"""The files beside the book's pages: every link leads to one, tables open as they are shown, and no name climbs out."""

import csv
import io
import json
import re
import shutil
import struct
import zlib
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import cases
import citedbook
import nbformat.v4 as v4
import pytest
import toybook
import yaml
from bs4 import BeautifulSoup
from scratch import tree

from sourcebook.formats import CHART, TABLE
from sourcebook.sphinx import downloads

BOOKS = ["toy_book", "cited_book", "stored_book"]
SVG = "{http://www.w3.org/2000/svg}svg"


def soups(folder) -> dict:
    """Every page of a book, by its path below the pages' folder."""
    html = toybook.html(folder)
    found = [path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts]
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in found
    }


def files(folder) -> dict[str, bytes]:
    """Every file among the downloads of a book."""
    top = toybook.html(folder) / "downloads"
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


# Links


@pytest.mark.parametrize("book", BOOKS)
def test_every_link_of_every_page_to_a_download_leads_to_a_file_of_the_book(book, request):
    folder = request.getfixturevalue(book)
    html, links = toybook.html(folder), 0
    for name, soup in soups(folder).items():
        for link in soup.find_all("a", class_="download"):
            assert link.has_attr("download") and not urlsplit(link["href"]).scheme
            path = (html / name).parent / unquote(link["href"])
            assert path.is_file() and path.stat().st_size, f"{name}: {link['href']}"
            assert path.resolve().is_relative_to((html / "downloads").resolve())
            links += 1
    assert links > 10


@pytest.mark.parametrize("book", BOOKS)
def test_every_file_is_linked_from_some_page(book, request):
    """The reference in plain text is the one that the box itself shows."""
    folder = request.getfixturevalue(book)
    html = toybook.html(folder)
    linked = {
        ((html / name).parent / unquote(link["href"])).resolve().relative_to(html.resolve() / "downloads").as_posix()
        for name, soup in soups(folder).items()
        for link in soup.find_all("a", class_="download")
    }
    told = {"citation.txt", "citation.bib", "citation.ris", "citation.json", "CITATION.cff"}
    assert files(folder).keys() - linked <= (told if book == "toy_book" else {"citation.txt"})


def test_links_are_right_from_each_depth_of_folders(cited_book):
    pages = soups(cited_book)
    hrefs = {
        name: pages[f"{name}.html"].find("a", class_="download", string="SVG")
        for name in ("book/index", "book/deep/er/cite")
    }
    assert {name: link["href"] for name, link in hrefs.items()} == {
        "book/index": "../downloads/figures/voices.svg",
        "book/deep/er/cite": "../../../downloads/figures/voices.svg",
    }
    assert pages["chooser.html"].find("a", class_="download", string="CSV")["href"] == "downloads/tables/choose.csv"


def test_a_figure_can_be_had_as_picture_and_as_data(cited_book):
    figure = soups(cited_book)["notebooks/charts.html"].find(id="voices")
    links = {
        link.text: link["href"] for link in figure.find_all("a", class_="download") if "notebooks/" not in link["href"]
    }
    assert links == {name.upper(): f"../downloads/{folder}/voices.{name}" for folder, name in [("figures", "svg"), ("figures", "png"), ("tables", "csv")]}  # fmt: skip


# Pictures


@pytest.mark.parametrize("book", BOOKS)
def test_every_svg_is_well_formed_and_stands_alone(book, request):
    found = {name: content for name, content in files(request.getfixturevalue(book)).items() if name.endswith(".svg")}
    assert found
    for name, content in found.items():
        root = ElementTree.fromstring(content)
        assert root.tag == SVG and float(root.get("width")) > 100 and float(root.get("height")) > 20, name
        assert not [tag for tag in root.iter() if tag.tag.endswith(("}script", "}foreignObject", "}image"))], name


def png(content: bytes) -> tuple[int, int]:
    """Width and height of a whole PNG: each chunk has its checksum, and pixels are as many as the size says."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, []
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        place += 12 + length
    assert chunks[0][0] == b"IHDR" and chunks[-1][0] == b"IEND"
    width, height, depth, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    assert len(pixels) == height * (1 + width * {2: 3, 6: 4}[colour] * depth // 8)
    return width, height


@pytest.mark.parametrize("book", BOOKS)
def test_every_png_is_whole_and_twice_as_large_as_the_svg_beside_it(book, request):
    found = files(request.getfixturevalue(book))
    pairs = [(found[name], found[f"{name.removesuffix('png')}svg"]) for name in found if name.endswith(".png")]
    assert pairs and len(pairs) == len([name for name in found if name.endswith(".svg")])
    for picture, drawing in pairs:
        root = ElementTree.fromstring(drawing)
        assert png(picture) == pytest.approx((2 * float(root.get("width")), 2 * float(root.get("height"))), abs=2)


# Tables


def test_a_table_is_as_it_is_shown_but_for_what_a_spreadsheet_would_run(cited_book):
    assert rows(files(cited_book)["tables/formulas.csv"]) == [
        ["'=Said", "Rows"],
        ["'=1+1", "-5"],
        ["'+49 30", "2"],
        ["'@SUM(A1)", ""],
        ["'-", "0.5"],
        ['a "quoted", word\nin two lines', "1"],
    ]


def shown(table) -> list[list[str]]:
    """What a table of a page shows, without the permalinks of its rows and the links to their places in the article."""
    links = {"headerlink", "place-link"}

    def text(cell) -> str:
        found = [
            "".join(part.find_all(string=lambda word: not links & set(word.parent.get("class", []))))
            for part in cell.find_all("p")
        ]
        return "\n".join(found)

    return [[text(cell) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]


FORMULA = re.compile("[\\s\u200b]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")


def plain(cell: str) -> str:
    """A cell of a CSV file as its reader sees it: no apostrophe before a formula, no blank line, numbers as pages have them."""
    text = cell[1:] if cell[:1] == "'" and FORMULA.match(cell[1:]) else cell
    text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return (
        f"{float(text):.15g}" if re.fullmatch(r"-?\d+\.\d+", text) else {"True": "yes", "False": "no"}.get(text, text)
    )


@pytest.mark.parametrize("book", BOOKS)
def test_every_table_of_every_notebook_is_in_its_file(book, request):
    folder = request.getfixturevalue(book)
    found, compared = files(folder), 0
    for soup in soups(folder).values():
        for table in soup.find_all("table", class_="data", id=True):
            file = found.get(f"tables/{table['id']}.csv")
            if file is not None:
                told = [[plain(cell) for cell in row] for row in rows(file)]
                assert [[" ".join(cell.split()) for cell in row] for row in told] == [
                    [" ".join(cell.split()) for cell in row] for row in shown(table)
                ], table["id"]
                compared += 1
    assert compared >= 2


@pytest.mark.parametrize("book", BOOKS)
def test_the_data_of_every_figure_is_in_its_file(book, request):
    folder = request.getfixturevalue(book)
    found, compared = files(folder), 0
    for name, soup in soups(folder).items():
        for figure in soup.find_all("figure", class_="chart-figure"):
            file = found[f"tables/{re.search(r'tables/([^.]+)[.]csv', str(figure))[1]}.csv"]
            told = [[plain(cell) for cell in row] for row in rows(file)]
            assert len(told) > 1, f"{name}: {figure['id']} has no data"
            assert told == shown(figure.find(class_="figure-data").table), f"{name}: {figure['id']}"
            compared += 1
    assert compared


@pytest.mark.parametrize("book", BOOKS)
def test_no_cell_of_any_file_is_a_formula(book, request):
    """Numbers with a sign are none: they stand in columns of numbers."""
    for name, content in files(request.getfixturevalue(book)).items():
        if name.endswith(".csv"):
            cells = [cell for row in rows(content) for cell in row if FORMULA.match(cell)]
            assert all(re.fullmatch(r"-\d+(\.\d+)?(e-?\d+)?", cell) for cell in cells), name


def test_coded_tables_are_those_of_the_record(cited_book):
    tables = cases.tables()
    found = {name: content for name, content in files(cited_book).items() if name.startswith("data/")}
    assert found.keys() == {f"data/{name}.csv" for name in tables}
    for name, content in found.items():
        source = (cited_book / "data" / "fair" / f"{name.removeprefix('data/')}").read_bytes()
        assert [[plain(cell) for cell in row] for row in rows(content)] == rows(source), name
    assert f"'{citedbook.HOSTILE_GIST}" in sum(rows(found["data/claims.csv"]), [])


def test_the_dictionary_offers_each_of_them_beside_its_columns(cited_book):
    soup = soups(cited_book)["book/dictionary.html"]
    for name in cases.tables():
        entry = soup.find(id=f"table-{name}")
        assert [link["href"] for link in entry.find_all("a", class_="download")] == [f"../downloads/data/{name}.csv"]


def test_notebooks_are_those_that_were_executed(cited_book):
    found = files(cited_book)
    for name in citedbook.NOTEBOOKS:
        assert found[f"notebooks/{name.rsplit('/', 1)[-1]}.ipynb"] == (cited_book / f"{name}.ipynb").read_bytes()


# Names that are none


def test_a_hostile_name_cannot_climb_out_of_the_folder(cited_book):
    """A figure of the book is called ../../climbs."""
    found = files(cited_book)
    assert {"figures/climbs.svg", "figures/climbs.png", "tables/climbs.csv"} <= found.keys()
    inside = (toybook.html(cited_book) / "downloads").resolve()
    left = [path for path in cited_book.rglob("climbs*") if "downloads" in path.parts]
    assert left and all(path.resolve().is_relative_to(inside) for path in left)


NAMES = [
    "../x",
    "..",
    "/etc/passwd",
    "a/../../b",
    "..\\..\\x",
    "C:\\x",
    "%2e%2e/x",
    "x\0y",
    ".hidden",
    "con.svg",
    " ",
    "日本",
    "x" * 40,
]


def table(name: str) -> dict:
    return {"name": name, "title": "A table", "schema": {"fields": [{"name": "a"}]}, "data": [{"a": "1"}]}


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_name_file_and_link_agree_and_stay_inside(tmp_path, name):
    top = tmp_path / "outer" / "downloads"
    for kind in ("figures", "tables"):
        (top / kind).mkdir(parents=True)
    chart = toybook.figure(name, "A title", "Bars.", "A caption.", toybook.VOICES)["data"][CHART]
    downloads.write({CHART: chart}, top, None)
    downloads.write({TABLE: table(f"{name} too")}, top, None)
    wanted = {link["path"] for link in [*downloads.of_figure(chart), *downloads.of_table(f"{name} too")]}
    assert tree(tmp_path / "outer").keys() == {f"downloads/{path}" for path in wanted} and len(wanted) == 4


def test_a_chart_that_cannot_be_drawn_spoils_no_other_file(tmp_path):
    """Its page has said so already; its data is there all the same."""
    folder = toybook.write(tmp_path)
    path = folder / "notebooks" / "alpha.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"mark": {', '"transform": [{"filter": "np.x(1)"}], "mark": {', 1), encoding="utf-8")
    built = toybook.build(folder)
    assert built.returncode != 0 and "figure 'voices-by-section' cannot be drawn" in built.stderr
    assert "threw an exception" not in built.stderr
    found = files(folder)
    assert not {"figures/voices-by-section.svg", "figures/voices-by-section.png"} & found.keys()
    assert {
        "tables/voices-by-section.csv",
        "figures/hostile-figure.svg",
        "data/claims.csv",
        "citation.txt",
    } <= found.keys()
    assert "Content-Security-Policy" in (toybook.html(folder) / "book" / "index.html").read_text(encoding="utf-8")


def test_two_outputs_whose_files_would_be_one_are_a_fault(tmp_path):
    folder = toybook.write(tmp_path)
    path = folder / "notebooks" / "beta.ipynb"
    text = path.read_text(encoding="utf-8")
    assert text.count('"hostile-table"') == 1
    path.write_text(text.replace('"hostile-table"', '"Voices by section"'), encoding="utf-8")
    built = toybook.build(folder)
    assert built.returncode != 0
    assert "tables/voices-by-section.csv" in built.stderr and "another name" in built.stderr


def test_what_an_earlier_build_left_is_gone(toy_book, tmp_path):
    folder = shutil.copytree(toy_book, tmp_path / "again")
    left = toybook.html(folder) / "downloads" / "figures" / "of-before.svg"
    left.write_text("<svg/>")
    path = folder / "book" / "index.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    assert toybook.build(folder).returncode == 0
    assert not left.exists() and files(folder) == files(toy_book)


def test_a_notebook_whose_name_is_no_address_can_be_had(tmp_path):
    """A space, a hash and a percent sign in its name."""
    folder = toybook.write(tmp_path)
    name = "50% of #1 é"
    book = toybook.notebook(v4.new_markdown_cell("# Odd"), toybook.cell("show.table(odd)", toybook.table(table("odd"))))
    (folder / "notebooks" / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    toc = folder / "_toc.yml"
    told = yaml.safe_load(toc.read_text(encoding="utf-8"))
    told["chapters"].append({"file": f"notebooks/{name}"})
    toc.write_text(yaml.safe_dump(told), encoding="utf-8")
    built = toybook.build(folder)
    assert built.returncode == 0, built.stderr
    page = toybook.html(folder) / "notebooks" / f"{name}.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    (link,) = [link for link in soup.find_all("a", class_="download") if link.text == f"{name}.ipynb"]
    assert not re.search(r"[ #é]|%(?![0-9A-F]{2})", link["href"])
    assert (page.parent / unquote(urlsplit(link["href"]).path)).is_file()
