"""Chart specifications, turned into static pictures, each drawn once: they are kept under the digest of what they show.

Drawing takes a third of a build. So a second process draws the book's charts from the last to the first (this
module's own command) while Jupyter Book, which reads from the first to the last, draws what it does not find yet.
"""

import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from sourcebook import digests, files, theme, tied
from sourcebook.formats import CHART

VEGA_LITE = "5.20"
# vl-convert calls the modules that it holds by their addresses; nothing is fetched. The plain name gives an empty one.
SCRIPT = """import * as lite from "https://cdn.jsdelivr.net/npm/vega-lite@5.20.1/+esm";
Object.assign(window,{vegaEmbed,vegaLite:lite});"""
FORM = 1  # of what is done to a picture once it is drawn
ID, USE = re.compile(r'\bid="([a-z_]+\d+)"'), re.compile(r"""(\bid="|url\(#|href="#)([a-z_]+\d+)("|\))""")
KEPT = 400  # pictures; the ones longest unused go


def svg(specification: dict, dark: bool, folder: Path | None) -> tuple[str, str]:
    """A chart as SVG, and the digest of what it shows. Raise ValueError where Vega cannot draw it."""
    drawn = {**specification, "config": theme.config(dark)}
    key = digests.value([version("vl-convert-python"), VEGA_LITE, FORM, drawn])

    def draw() -> str:
        import vl_convert

        return numbered(vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE), key[:8])

    return _kept(folder, key, draw), key


def png(specification: dict, folder: Path | None) -> str:
    """A chart as PNG on white, twice as large as on the page, in base64. Raise ValueError where Vega cannot draw it."""
    drawn = {**specification, "config": {**theme.config(), "background": "white"}}

    def draw() -> str:
        import vl_convert

        return b64encode(vl_convert.vegalite_to_png(drawn, vl_version=VEGA_LITE, scale=2)).decode()

    return _kept(folder, digests.value(["png", version("vl-convert-python"), VEGA_LITE, drawn]), draw)


def numbered(text: str, prefix: str) -> str:
    """An SVG whose ids are numbered from 1 in their order, behind a prefix that makes them its own.

    Vega numbers clips and gradients on from the last chart that its process drew, whichever that was.
    """
    names = {name: f"c{prefix}-{place}" for place, name in enumerate(dict.fromkeys(ID.findall(text)), 1)}
    return USE.sub(lambda found: found[1] + names.get(found[2], found[2]) + found[3], text)


def bundle(folder: Path | None) -> str:
    """Vega, Vega-Lite and their embedder as one script, which gives the last two to the window."""

    def make() -> str:
        import vl_convert

        return vl_convert.javascript_bundle(SCRIPT, vl_version=VEGA_LITE)

    return _kept(folder, digests.value([version("vl-convert-python"), VEGA_LITE, SCRIPT]), make)


def specifications(notebook: Path) -> Iterator[dict]:
    """The charts in the outputs of a notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if CHART in output.get("data", {}):
                yield output["data"][CHART]


def _kept(folder: Path | None, key: str, make: Callable[[], str]) -> str:
    """What is stored under a key; made, and stored, where nothing is or where a byte of it changed."""
    if folder is None:
        return make()
    path = folder / f"{key[:32]}.json"
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        if entry["sha256"] == digests.text(entry["text"]):
            files.touch(path)
            return entry["text"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    text = make()
    with suppress(OSError):  # a picture that cannot be kept is drawn again
        folder.mkdir(parents=True, exist_ok=True)
        files.write(path, json.dumps({"sha256": digests.text(text), "text": text}, ensure_ascii=False))
        files.prune(folder, KEPT)
    return text


def main(folder: str, *notebooks: str) -> None:
    """Draw all charts of some notebooks, the last first."""
    bundle(Path(folder))
    for notebook in reversed(notebooks):
        for specification in reversed(list(specifications(Path(notebook)))):
            for dark in (True, False):
                svg(specification, dark, Path(folder))
            png(specification, Path(folder))


if __name__ == "__main__":
    tied.watch()
    main(*sys.argv[1:])
