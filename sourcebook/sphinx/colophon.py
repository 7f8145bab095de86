"""Turns what a build is made with and from into the colophon: versions, the moment it is dated by, every input's digest."""

from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from sourcebook import ingredients, pictures
from sourcebook.run import INJECTED

from . import case, figures, notebooks, tables

# What makes the report, in the order in which it does.
MAKERS = {
    "sourcebook": "reads the record, analyses it, makes the pages",
    "papermill": "runs the notebooks",
    "pandas": "holds the tables",
    "altair": "describes the charts",
    "vl-convert-python": f"draws them, with Vega-Lite {pictures.VEGA_LITE}",
    "jupyter-book": "binds the pages",
    "myst-nb": "reads the notebooks",
    "sphinx": "writes the pages",
    "sphinx-book-theme": "lays them out",
    "sphinxcontrib-bibtex": "sets the references",
    "weasyprint": "prints the PDF",
    "fontpkg-source-serif-4": "the typeface in which the PDF is read",
    "fontpkg-arimo": "the typeface of its tables and charts",
    "rocrate": "describes the package",
}


class Colophon(SphinxDirective):
    """```{colophon}```: a table of programs and a table of inputs, the same for every build of the same commit."""

    def run(self):
        return [self.programs(), self.inputs()]

    def programs(self) -> nodes.table:
        rows = [
            {"name": nodes.literal("", name), "version": version(name), "does": does} for name, does in MAKERS.items()
        ]
        return self.table(
            "programs",
            "Programs that made the report.",
            {"name": "Program", "version": "Version", "does": "What it does"},
            rows,
        )

    def inputs(self) -> nodes.table:
        app = self.env.app
        folder = case.folder(app)
        found = ingredients.files(Path(app.srcdir), folder)
        for docname in notebooks.docnames(self.env):
            path = Path(self.env.doc2path(docname))
            found[path.relative_to(app.srcdir).as_posix()] = ingredients.source(path, INJECTED)
        for name in found:
            self.env.note_dependency(str(Path(app.srcdir, name)))
        rows = [
            {"file": nodes.literal("", name), "sha256": nodes.literal("", digest)}
            for name, digest in sorted(found.items())
        ]
        return self.table("inputs", "Files that the report was made from.", {"file": "File", "sha256": "SHA-256"}, rows)

    def table(self, name: str, title: str, titles: dict[str, str], rows: list[dict]) -> nodes.table:
        fields = [{"name": column, "title": label} for column, label in titles.items()]
        table = tables.build({"title": title, "schema": {"fields": fields}, "data": rows})
        figures.label(self.state.document, table, f"colophon-{name}")
        return table


def setup(app):
    app.add_directive("colophon", Colophon)
