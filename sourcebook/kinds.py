"""The path of a file in a package, turned into its media type and what it is, in a few words."""

from pathlib import PurePosixPath

from sourcebook import paths

# By IANA's list of media types where it has one; not by the system's, which differs from machine to machine.
FORMATS = {
    ".bib": "application/x-bibtex", ".cff": "application/yaml", ".css": "text/css", ".csv": "text/csv",
    ".eot": "application/vnd.ms-fontobject", ".gif": "image/gif", ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".ipynb": "application/x-ipynb+json", ".jpg": "image/jpeg", ".js": "text/javascript", ".json": "application/json",
    ".jsonld": "application/ld+json", ".lock": "text/plain", ".map": "application/json", ".md": "text/markdown",
    ".mjs": "text/javascript", ".otf": "font/otf", ".pdf": "application/pdf", ".png": "image/png",
    ".py": "text/x-python",
    ".ris": "application/x-research-info-systems", ".svg": "image/svg+xml", ".toml": "application/toml",
    ".ttf": "font/ttf", ".txt": "text/plain", ".woff": "font/woff", ".woff2": "font/woff2", ".xml": "application/xml",
    ".yaml": "application/yaml", ".yml": "application/yaml", "": "text/plain",
}  # fmt: skip
MEANINGS = {
    paths.CASE: "What the case is about, and all that is no table",
    paths.MULTIVERSE: "The choices that could be defended otherwise",
    paths.REFERENCES: "What the case cites",
    paths.CONFIG: "Settings of the book; the case that it is about",
    paths.TOC: "The order of the book's chapters",
    paths.LOCK: "The version and digests of every package that the report was made with",
    "environment.yml": "The same versions for conda",
    "pyproject.toml": "What the Python package needs, and how it is installed",
    "README.md": "What Sourcebook is, and how a report is built",
    "LICENSE": "Licence of the code",
    "LICENSE-DATA": "Licence of the data and the prose",
    paths.CITATION: "How to cite the report, in the Citation File Format",
    paths.ORIGIN: "The commit that the package was made from, and its moment in seconds since 1970",
    paths.PACKAGE: "The coded tables as a Data Package, with their schema, size and digests",
    paths.MANIFEST: "The SHA-256 of every other file, for sha256sum -c",
    f"{paths.REPORT}/{paths.PARAMETERS}": "The case and the parameters that the report was built with",
    f"{paths.REPORT}/html/index.html": "The report's first page: open this",
}


def form(name: str) -> str:
    """The media type of a file."""
    return FORMATS.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def meaning(name: str, case: str, tables: dict[str, str]) -> str:
    """What a file is, "" where its name says it; `case` is the case's folder, `tables` says what its files hold."""
    path = PurePosixPath(name)
    if path.parent == PurePosixPath(case):
        return tables.get(path.name) or MEANINGS.get(path.name, "")
    if path.suffix == ".ipynb":
        return f"The notebook {path.stem}, as " + ("executed" if name.startswith(f"{paths.REPORT}/") else "written")
    return "The report to print" if path.suffix == ".pdf" else MEANINGS.get(name, "")
