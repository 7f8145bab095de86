"""Turns the roles and directives of written pages into computed values, figures, parameters and the data dictionary."""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from sourcebook.formats import TEXT
from sourcebook.parameters import ALLOWED
from sourcebook.words import shortened

from . import case, dictionary, downloads, figures, notebooks, provenance, tables

logger = logging.getLogger(__name__)


class Computed(SphinxRole):
    """{computed}`notebook/name`: a value that the notebook glued, as plain text."""

    def run(self):
        try:
            return [nodes.Text(shortened(notebooks.pick(self.env, self.text, "value"), TEXT))], []
        except LookupError as error:
            logger.warning("{computed}: %s", error.args[0], location=self.get_location())
            return [nodes.literal("", self.text)], []


class Case(SphinxRole):
    """{case}`article.title`: a value of case.yml, as plain text."""

    def run(self):
        self.env.note_dependency(str(case.folder(self.env.app) / "case.yml"))
        try:
            return [nodes.Text(case.value(self.env.app, self.text))], []
        except LookupError as error:
            logger.warning("{case}: %s", error.args[0], location=self.get_location())
            return [nodes.literal("", self.text)], []


class Chart(SphinxDirective):
    """```{chart} notebook/figure-name```: a notebook's figure on another page, with a number of its own."""

    required_arguments = 1
    option_spec = {"name": directives.unchanged}

    def run(self):
        wanted = self.arguments[0]
        try:
            spec = notebooks.pick(self.env, wanted, "figure")
        except LookupError as error:
            logger.warning("{chart}: %s", error.args[0], location=self.get_location())
            return []
        figure = figures.build(self.env, spec)
        page = self.env.docname.rsplit("/", 1)[-1]
        figures.label(self.state.document, figure, self.options.get("name", f"{page}-{figures.name(spec)}"))
        caption, name = figure.children[-1], wanted.partition("/")[0]
        cell = notebooks.place(notebooks.read(self.env, name), figures.name(spec))
        figure.insert(len(figure) - 1, provenance.note(self.env, name, cell, downloads.of_figure(spec)))
        caption += [nodes.Text(" From "), self.source(figures.name(spec)), nodes.Text(".")]
        return [figure]

    def source(self, name: str) -> pending_xref:
        """A reference to the figure in its chapter, which Sphinx turns into `Figure 3`."""
        return pending_xref(
            "",
            nodes.inline("", "%s"),
            refdomain="std",
            reftype="numref",
            reftarget=name,
            refdoc=self.env.docname,
            refexplicit=False,
            refwarn=True,
        )


class Dictionary(SphinxDirective):
    """```{dictionary}```: every table of the case with its columns, codes and foreign keys."""

    def run(self):
        self.env.note_dependency(str(case.folder(self.env.app) / "datapackage.json"))
        sections, told = [], {}
        for resource in case.schema(self.env.app)["resources"]:
            section = dictionary.section(resource, told)
            figures.label(self.state.document, section, section["ids"][0])
            sections.append(section)
        return sections


class Parameters(SphinxDirective):
    """```{parameters}```: every parameter of the report, its value in this build and who takes it."""

    def run(self):
        merged: dict[str, dict] = {}
        docnames = notebooks.docnames(self.env)
        for docname in docnames:
            short = docname.rsplit("/", 1)[-1]
            for item in notebooks.parameters(notebooks.read(self.env, short)):
                entry = merged.setdefault(item["name"], {**item, "notebooks": []})
                entry["notebooks"].append(short)
        titles = {
            "name": "Parameter",
            "value": "In this build",
            "default": "Default",
            "help": "Meaning",
            "notebooks": "Taken by",
        }
        table = tables.build(
            {
                "title": "Parameters of the report",
                "schema": {"fields": [{"name": name, "title": title} for name, title in titles.items()]},
                "data": [self.row(item, len(docnames)) for item in merged.values()],
            }
        )
        figures.label(self.state.document, table, "report-parameters")
        return [table, provenance.of_parameters(self.env)]

    def row(self, item: dict, everyone: int) -> dict:
        takers = "every notebook" if len(item["notebooks"]) == everyone else ", ".join(item["notebooks"])
        code = {key: nodes.literal("", item[key]) for key in ("name", "value", "default")}
        return {**code, "help": ALLOWED.sub("", item["help"]), "notebooks": takers}


def setup(app):
    app.add_role("computed", Computed())
    app.add_role("case", Case())
    for name, directive in {"chart": Chart, "dictionary": Dictionary, "parameters": Parameters}.items():
        app.add_directive(name, directive)
