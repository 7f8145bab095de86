"""Turns the HTML of a printed report into a PDF: tagged (PDF/UA-1), its letters embedded, read from one folder alone."""

import logging
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sourcebook import theme, tied
from sourcebook.errors import BuildError

STYLE = Path(__file__).with_name("print.css")
# The typefaces under names that no machine has: one of its own would be taken for the report's.
SERIF, SANS = "Sourcebook Serif", "Sourcebook Sans"
FAMILIES = {SERIF: "Source Serif 4", SANS: "Arimo"}
MISSING = """The PDF needs the library Pango, which was not found ({reason}).
Install it, and build again:
  Debian, Ubuntu   apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
  Fedora           dnf install pango harfbuzz
  macOS            brew install pango
  conda            conda install -c conda-forge pango"""


def printer():
    """The module WeasyPrint; raise BuildError, saying what to install, where Pango is not on this machine."""
    try:
        import weasyprint
    except OSError as error:  # what its bindings raise
        reason = str(error).splitlines()[0]
        raise BuildError(MISSING.format(reason=reason)) from error
    return weasyprint


def faces() -> list[tuple[str, str, Path]]:
    """Family, style (normal or italic) and file of every typeface of the report: variable ones, so of every weight."""
    import fontpkg

    return [
        (name, style, Path(fontpkg.path(family, style=style)))
        for name, family in FAMILIES.items()
        for style in ("normal", "italic")
    ]


def write(sheet: str, root: Path, output: Path) -> Path:
    """Print a sheet whose pictures are addressed from the folder `root`: nothing outside it is read but the typefaces.

    Raise BuildError where Pango is missing, or with all that WeasyPrint had to warn of.
    """
    weasyprint = printer()
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    letters = faces()
    known = {path.resolve() for *_, path in letters}

    class Confined(URLFetcher):
        def fetch(self, url, headers=None):
            path = Path(unquote(urlsplit(url).path)).resolve()
            if urlsplit(url).scheme != "file" or not (path in known or path.is_relative_to(root.resolve())):
                raise FatalURLFetchingError(f"the pages ask for {url[:200]!r}, which is none of the report's pictures")
            if not path.is_file():
                raise FatalURLFetchingError(f"the picture {path.name!r} is missing")
            if path.suffix == ".svg":  # Arimo has the widths of the typeface in which a chart was measured
                drawn = path.read_text(encoding="utf-8").replace(theme.FONT, SANS)
                return URLFetcherResponse(url, drawn, {"Content-Type": "image/svg+xml"})
            return super().fetch(url, headers)

    fonts, fetcher = FontConfiguration(), Confined(allowed_protocols=["file"])
    rules = "".join(
        f"@font-face {{ font-family: '{name}'; font-style: {style}; src: url('{path.as_uri()}'); }}\n"
        for name, style, path in letters
    )
    with _warnings() as warned:
        css = weasyprint.CSS(string=rules + STYLE.read_text(encoding="utf-8"), font_config=fonts, url_fetcher=fetcher)
        page = weasyprint.HTML(string=sheet, base_url=f"{root.as_uri()}/", url_fetcher=fetcher)
        try:
            page.write_pdf(
                output, stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True, finisher=_opened
            )
        except FatalURLFetchingError as error:
            warned.append(str(error))
    if warned:
        output.unlink(missing_ok=True)
        told = "\n".join(f"  {line}" for line in dict.fromkeys(warned))
        raise BuildError(f"WeasyPrint did not accept the pages; the PDF was not made.\n{told}")
    return output


def _opened(document, pdf) -> None:
    """Let readers show the bookmarks beside the first page."""
    pdf.catalog["PageMode"] = "/UseOutlines"


@contextmanager
def _warnings():
    """What WeasyPrint warns of while the block runs: it would leave out a picture or a rule, and go on."""
    heard: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: heard.append(" ".join(record.getMessage().split()))
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield heard
    finally:
        logger.removeHandler(handler)


def main(page: str, output: str) -> None:
    """Print the sheet in a file, whose folder is the root of its pictures."""
    sheet = Path(page)
    try:
        write(sheet.read_text(encoding="utf-8"), sheet.parent, Path(output))
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    tied.watch()
    main(*sys.argv[1:])
