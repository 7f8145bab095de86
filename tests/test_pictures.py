"""Charts as pictures: drawn once and kept, drawn again where what is kept is damaged, the same bytes in any process."""

import base64
import copy
import json
import re
import struct
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import toybook
import vl_convert

from sourcebook import pictures, theme
from sourcebook.formats import CHART

SPEC = toybook.figure("voices", "A title", "Bars.", "A caption.", toybook.VOICES)["data"][CHART]
IMPOSSIBLE = {**SPEC, "transform": [{"filter": "np.x(1)"}]}


@pytest.fixture
def drawn(monkeypatch):
    """Which pictures are really drawn."""
    calls = []
    for form in ("svg", "png"):
        real = getattr(vl_convert, f"vegalite_to_{form}")

        def draw(*given, form=form, real=real, **named):
            calls.append(form)
            return real(*given, **named)

        monkeypatch.setattr(vl_convert, f"vegalite_to_{form}", draw)
    return calls


def light(spec, folder):
    return pictures.svg(spec, False, folder)[0]


DRAW = pytest.mark.parametrize(("form", "draw"), [("svg", light), ("png", pictures.png)])


def kept(folder) -> list:
    return sorted(folder.iterdir())


@DRAW
def test_a_picture_is_drawn_once_and_kept(tmp_path, drawn, form, draw):
    first = draw(SPEC, tmp_path)
    assert draw(copy.deepcopy(SPEC), tmp_path) == first and drawn == [form]
    assert len(kept(tmp_path)) == 1


@DRAW
def test_without_a_folder_nothing_is_kept(drawn, form, draw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert draw(SPEC, None) == draw(SPEC, None) and drawn == [form, form]
    assert kept(tmp_path) == []


@DRAW
def test_a_folder_that_there_is_not_is_made(tmp_path, form, draw):
    assert draw(SPEC, tmp_path / "a" / "b") == draw(SPEC, None)


def bytewise(change):
    return lambda path: path.write_bytes(change(path.read_bytes()))


def swapped(path):
    """Another picture with a digest that is right for the one that was there."""
    entry = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**entry, "text": entry["text"][:-9] + "x" + entry["text"][-8:]}), encoding="utf-8")


DAMAGES = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut short": bytewise(lambda content: content[: len(content) // 2]),
    "a byte changed": swapped,
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "no JSON": lambda path: path.write_text("<svg/>"),
    "another form": lambda path: path.write_text("[]"),
    "no digest": lambda path: path.write_text('{"text": "<svg/>"}'),
    "no picture": lambda path: path.write_text(json.dumps({"sha256": "0" * 64, "text": None})),
    "gone": lambda path: path.unlink(),
}


@DRAW
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_drawn_again_and_mended(tmp_path, drawn, form, draw, damage):
    first = draw(SPEC, tmp_path)
    (path,) = kept(tmp_path)
    whole = path.read_bytes()
    DAMAGES[damage](path)
    assert draw(SPEC, tmp_path) == first and drawn == [form, form]
    assert path.read_bytes() == whole and kept(tmp_path) == [path]


@DRAW
def test_another_chart_or_another_theme_is_another_picture(tmp_path, drawn, form, draw, monkeypatch):
    first = draw(SPEC, tmp_path)
    other = copy.deepcopy(SPEC)
    other["datasets"]["data-1"][0]["voices"] = 99
    assert draw(other, tmp_path) != first
    monkeypatch.setattr(theme, "config", lambda dark=False: {"font": "monospace", "background": None})
    draw(SPEC, tmp_path)
    assert drawn == [form] * 3 and len(kept(tmp_path)) == 3


@DRAW
def test_a_picture_of_an_older_program_is_not_taken(tmp_path, drawn, form, draw, monkeypatch):
    draw(SPEC, tmp_path)
    monkeypatch.setattr(pictures, "version", lambda name: "0.0.1")
    draw(SPEC, tmp_path)
    assert drawn == [form, form]


def test_svg_and_png_of_one_chart_are_kept_side_by_side(tmp_path, drawn):
    for _ in range(2):
        picture, drawing = pictures.png(SPEC, tmp_path), light(SPEC, tmp_path)
    pictures.svg(SPEC, True, tmp_path)
    assert drawn == ["png", "svg", "svg"] and len(kept(tmp_path)) == 3
    assert drawing.startswith("<svg") and base64.b64decode(picture, validate=True).startswith(b"\x89PNG")


@DRAW
def test_what_vega_cannot_draw_is_a_value_error_and_keeps_nothing(tmp_path, form, draw):
    with pytest.raises(ValueError):
        draw(IMPOSSIBLE, tmp_path)
    assert kept(tmp_path) == []


def test_a_png_is_on_white_and_twice_as_large_as_the_drawing():
    """A picture with a clear ground is black on black where somebody pastes it into a dark window."""
    picture = base64.b64decode(pictures.png(SPEC, None))
    root = ElementTree.fromstring(light(SPEC, None))
    assert struct.unpack(">II", picture[16:24]) == pytest.approx(
        (2 * float(root.get("width")), 2 * float(root.get("height"))), abs=2
    )
    seen = vl_convert.vegalite_to_png({**SPEC, "config": {**theme.config(), "background": "white"}}, vl_version=pictures.VEGA_LITE, scale=2)  # fmt: skip
    clear = vl_convert.vegalite_to_png({**SPEC, "config": theme.config()}, vl_version=pictures.VEGA_LITE, scale=2)
    assert picture == seen != clear


def test_the_specifications_own_settings_do_not_count(tmp_path, drawn):
    """The book's theme is what every picture is drawn in."""
    assert pictures.png({**SPEC, "config": {"background": "red"}}, tmp_path) == pictures.png(SPEC, tmp_path)
    assert drawn == ["png"]


def test_ids_in_a_drawing_are_its_own_and_refer_to_each_other():
    text = '<svg><clipPath id="clip7"/><g clip-path="url(#clip7)"/><path id="gradient_0" href="#clip7"/><a href="#other"/></svg>'
    assert pictures.numbered(text, "ab") == (
        '<svg><clipPath id="cab-1"/><g clip-path="url(#cab-1)"/><path id="cab-2" href="#cab-1"/><a href="#other"/></svg>'
    )


def test_another_process_that_drew_other_charts_before_draws_the_same_bytes(tmp_path):
    """Vega numbers clips on from chart to chart, so the order of drawing must not be seen."""
    script = (
        "import json, sys; from pathlib import Path; from sourcebook import pictures\n"
        "spec = json.loads(sys.stdin.read())\n"
        "clipped = {**spec, 'mark': {'type': 'bar', 'clip': True}}\n"
        "for _ in range(3): pictures.svg({**clipped, 'title': 'another'}, True, None)\n"
        "print(json.dumps([pictures.svg(clipped, False, None)[0], pictures.png(clipped, None)]))"
    )
    clipped = {**SPEC, "mark": {"type": "bar", "clip": True}}
    done = subprocess.run([sys.executable, "-c", script], input=json.dumps(SPEC), capture_output=True, text=True, check=True, encoding="utf-8")  # fmt: skip
    assert json.loads(done.stdout) == [light(clipped, None), pictures.png(clipped, None)]
    assert re.search(r'id="c[0-9a-f]{8}-1"', light(clipped, None))


def test_the_command_draws_all_that_a_book_shows_so_that_the_book_draws_nothing(tmp_path, drawn):
    path = tmp_path / "alpha.ipynb"
    path.write_text(json.dumps(toybook.ALPHA), encoding="utf-8")
    store = tmp_path / "store"
    pictures.main(str(store), str(path))
    assert sorted(drawn) == ["png", "svg", "svg"]
    (spec,) = pictures.specifications(path)
    pictures.bundle(store)
    for dark in (True, False):
        pictures.svg(spec, dark, store)
    pictures.png(spec, store)
    assert len(drawn) == 3 and len(kept(store)) == 4


def test_only_so_many_pictures_are_kept(tmp_path, monkeypatch):
    """Those that were used last."""
    monkeypatch.setattr(pictures, "KEPT", 2)
    keys = []
    for number in range(4):
        pictures._kept(tmp_path, f"{number}" * 64, lambda number=number: f"picture {number}")
        keys.append(tmp_path / f"{str(number) * 32}.json")
    assert set(kept(tmp_path)) <= set(keys) and len(kept(tmp_path)) == 2 and keys[-1] in kept(tmp_path)


def test_two_pictures_on_one_page_have_no_id_in_common_and_every_reference_leads_to_one():
    part = {"mark": {"type": "bar", "clip": True}, "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    pair = {"$schema": SPEC["$schema"], "hconcat": [part, part], "data": {"values": [{"a": 1}, {"a": 2}]}}
    one, two = (light({**pair, "title": title}, None) for title in ("one", "two"))
    first, second = (set(re.findall(r'\bid="([^"]+)"', drawing)) for drawing in (one, two))
    assert first and not first & second
    assert set(re.findall(r"url\(#([^)]+)\)", one)) == first
