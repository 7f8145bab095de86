"""A sheet becomes a PDF that can be read aloud, searched and followed, and nothing is read for it but its own pictures."""

import builtins
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from test_press_sheet import META, PAGE

from sourcebook import origin, theme
from sourcebook.errors import BuildError
from sourcebook.press import pdf, sheet
from sourcebook.press.front import front
from sourcebook.work import work

BARS = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="20" font-family="{theme.FONT}">{{}}</text></svg>'
# The libraries of another system, as its loader would fail to find them.
ABSENT = "cannot load library 'libgobject-2.0-0': libgobject-2.0-0: cannot open shared object file"


def made(page=PAGE, **more):
    meta = META | more
    return sheet.sheet(page, front(meta, work(meta, "fair", "2031-03-04")))


@pytest.fixture
def root(tmp_path):
    """A folder with the sheet's one picture, among others of the machine."""
    pictures = tmp_path / "single" / "_images"
    pictures.mkdir(parents=True)
    (pictures / "bars-light.svg").write_text(BARS.format("Tall bars"), "utf-8")
    (tmp_path / "secret.svg").write_text(BARS.format("SECRET"), "utf-8")
    return tmp_path / "single"


def text(poppler, path):
    return " ".join(poppler("pdftotext", str(path), "-").split())


def inner(path: Path) -> bytes:
    """All that a PDF holds, unpacked."""
    content = path.read_bytes()
    unpacked = [content]
    for found in re.finditer(rb"stream\r?\n", content):
        try:
            unpacked.append(zlib.decompressobj().decompress(content[found.end() :]))
        except zlib.error:
            continue
    return b"\n".join(unpacked)


@pytest.fixture(scope="module")
def printed(poppler, tmp_path_factory):
    """The PDF of a small page, whose title looks like markup."""
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "_images").mkdir()
    (folder / "_images" / "bars-light.svg").write_text(BARS.format("Tall bars"), "utf-8")
    return pdf.write(made(title="The fair <b>"), folder, folder / "fair.pdf")


class TestThePdf:
    def test_is_tagged_and_says_so_in_its_own_properties(self, poppler, printed):
        told = poppler("pdfinfo", str(printed))
        assert re.search(r"^Tagged: +yes$", told, re.MULTILINE)
        assert re.search(r"^Title: +The fair <b>: Who wants what$", told, re.MULTILINE)
        assert re.search(r"^Author: +A coder$", told, re.MULTILINE)
        assert b'pdfuaid:part="1"' in inner(printed) and b"/DisplayDocTitle true" in inner(printed)

    def test_says_its_language_and_what_each_picture_shows(self, printed):
        assert re.search(rb"/Lang ?\(en\)", inner(printed))
        assert b"/Alt (Bars: 2 and 1.)" in inner(printed)

    def test_carries_every_typeface_that_it_is_set_in(self, poppler, printed):
        lines = poppler("pdffonts", str(printed)).splitlines()[2:]
        families = {re.sub(r"^[A-Z]{6}\+|(-Semi)?(-Bold)?(-Italic)?,?$", "", line.split()[0]) for line in lines}
        assert families == {name.replace(" ", "-") for name in (pdf.SERIF, pdf.SANS)}  # and none of the machine's
        assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in lines), lines

    def test_holds_the_words_of_its_pictures_as_words(self, poppler, printed):
        assert "Tall bars" in text(poppler, printed)

    def test_has_the_chapters_in_its_contents_with_their_pages(self, poppler, printed):
        contents = poppler("pdftotext", "-f", "2", "-l", "2", "-layout", str(printed), "-")
        pages = dict(re.findall(r"^ *(\w[\w ]*?)[ .]+(\d+)$", contents, re.MULTILINE))
        for chapter, page in pages.items():
            shown = poppler("pdftotext", "-f", page, "-l", page, str(printed), "-")
            assert chapter in shown
        assert {"Summary", "The claims", "Method"} <= pages.keys()

    def test_is_dated_by_the_report_not_by_the_clock(self, poppler, printed):
        told = poppler("pdfinfo", "-isodates", str(printed))
        assert re.search(r"^CreationDate: +2031-03-04T00:00:00", told, re.MULTILINE)


def test_a_chart_that_is_taller_than_a_page_is_made_smaller_not_cut(poppler, root, tmp_path):
    """Nor does it run into the foot of the page, and its caption stays with it."""
    names = "Uppermost", "Middlemost", "Lowermost"
    marks = [BARS.format(name).replace('y="20"', f'y="{y}"') for name, y in zip(names, (20, 1500, 2990))]
    drawn = marks[0].replace("</svg>", "".join(mark[mark.index("<text") : -6] for mark in marks[1:]) + "</svg>")
    (root / "_images" / "bars-light.svg").write_text(drawn.replace('height="40"', 'height="3000"'), "utf-8")
    path = pdf.write(made(), root, tmp_path / "out.pdf")
    (page,) = [page for page in poppler("pdftotext", "-bbox", str(path), "-").split("<page ") if names[0] in page]
    height = float(re.search(r'height="([\d.]+)"', page)[1])
    ends = [float(re.search(rf'yMax="([\d.]+)">{name}<', page)[1]) for name in (*names, "wanted.")]
    assert ends == sorted(ends) and ends[-1] < height - 27 / 25.4 * 72, ends


class TestWhatIsRead:
    @pytest.mark.usefixtures("pango")
    @pytest.mark.parametrize(
        "address",
        ["../secret.svg", "https://example.org/x.svg", "data:image/svg+xml,x", "file:///etc/hostname", "//host/x.svg"],
    )
    def test_nothing_outside_the_pages_own_folder_is(self, root, tmp_path, address):
        page = PAGE.replace("_images/bars-light.svg", address)
        with pytest.raises(BuildError, match="none of the report's pictures|disallowed"):
            pdf.write(made(page), root, tmp_path / "out.pdf")
        assert not (tmp_path / "out.pdf").exists()

    @pytest.mark.usefixtures("pango")
    def test_a_picture_that_is_not_there_is_an_error_that_names_it(self, root, tmp_path):
        (root / "_images" / "bars-light.svg").unlink()
        with pytest.raises(BuildError, match="bars-light.svg"):
            pdf.write(made(), root, tmp_path / "out.pdf")

    @pytest.mark.usefixtures("pango")
    def test_a_picture_that_cannot_be_drawn_is_an_error_not_a_gap(self, root, tmp_path):
        (root / "_images" / "bars-light.svg").write_text("no picture", "utf-8")
        with pytest.raises(BuildError, match="WeasyPrint did not accept"):
            pdf.write(made(), root, tmp_path / "out.pdf")
        assert not (tmp_path / "out.pdf").exists()


class TestTheStyleSheet:
    @pytest.mark.usefixtures("pango")
    def test_has_no_rule_that_the_printer_would_ignore(self, root, tmp_path):
        """A warning would be an error, so this is all that printing well takes."""
        assert pdf.write(made(), root, tmp_path / "out.pdf").stat().st_size > 10_000

    def test_the_typefaces_are_there_on_every_machine(self):
        assert {(name, style) for name, style, path in pdf.faces() if path.is_file()} == {
            (name, style) for name in pdf.FAMILIES for style in ("normal", "italic")
        }


@pytest.mark.usefixtures("pango")
def test_printed_twice_by_processes_of_their_own_it_has_the_same_bytes(root, tmp_path):
    (root / "sheet.html").write_text(made(), "utf-8")
    outputs = []
    for number, seed in enumerate(("1", "77")):
        output = tmp_path / f"{number}.pdf"
        command = [sys.executable, "-m", "sourcebook.press.pdf", str(root / "sheet.html"), str(output)]
        more = {"PYTHONHASHSEED": seed, "TZ": f"UTC{number}", origin.EPOCH: "1600000000"}
        subprocess.run(command, check=True, env={**os.environ, **more})
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]


def test_where_pango_is_missing_one_message_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "weasyprint":
            raise OSError(ABSENT + "\nmore lines\nof advice")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BuildError) as raised:
        pdf.printer()
    message = str(raised.value)
    assert message.startswith(f"The PDF needs the library Pango, which was not found ({ABSENT}).")
    for system in ("Debian", "Fedora", "macOS", "conda"):
        assert re.search(rf"^  {system}.* install ", message, re.MULTILINE)
    assert "more lines" not in message
