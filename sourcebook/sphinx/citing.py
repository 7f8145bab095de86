"""Turns what case.yml says of the report into what it is cited by: a box to copy from, meta tags, linked data, files."""

from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from sourcebook import annotations, citation, ingredients, linked
from sourcebook.case import Case, load
from sourcebook.errors import SourcebookError
from sourcebook.statements import statements
from sourcebook.work import REGISTER, Work, work

from . import case, downloads, figures, links, notebooks

logger = logging.getLogger(__name__)
LABELS = {"apa": "Reference", "bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON", "cff": "CITATION.cff"}
ROW = "ROWNUMBER0"  # stands for a row's id in the citations that a script completes


def cited(app, row: str = "") -> Work:
    return work(case.settings(app), case.folder(app).name, case.day(app), row)


def record(app) -> Case | None:
    """The case; a warning, and None, where it has faults."""
    try:
        return load(str(case.folder(app).resolve()))
    except SourcebookError as error:
        logger.warning("no linked data and no annotations were made: %s", error, type="sourcebook", subtype="case")
        return None


@lru_cache(maxsize=4)
def _graph(app, page: str) -> str:
    """The linked data of the report and of the rows on one page; the file among the downloads has those of all rows."""
    found = record(app)
    if found is None:
        return ""
    said, where = statements(found), links.rows(app.env)
    here = said[said["id"].map(where.get) == page]
    graph = linked.graph(found, cited(app), here, f"../{downloads.FOLDER}/data/")
    return linked.script(graph)


class Citation(SphinxDirective):
    """```{citation}```: how to cite the report, in every form, to be copied or downloaded."""

    def run(self):
        told = cited(self.env.app)
        self.env.note_dependency(str(case.folder(self.env.app) / "case.yml"))
        box = nodes.container(classes=["citing"])
        text = citation.cite(told, "apa").strip()
        box += nodes.paragraph("", text, classes=["citing-text"], support_smartquotes=False)
        for form in [form for form in LABELS if form != "apa"]:
            written = citation.cite(told, form)
            block = nodes.literal_block(written, written, language="none")
            box += figures.disclosure("", block, summary=LABELS[form], classes=["citing-form", "screen"])
        files = [downloads.link(file(form), LABELS[form]) for form in LABELS if form != "apa"]
        if self.config.sourcebook_pdf:
            files.insert(0, downloads.link(self.config.sourcebook_pdf, "PDF of the report"))
        files += [
            downloads.link(path, label)
            for path, label in (("annotations.jsonld", "Web annotations"), ("report.jsonld", "Linked data"))
        ]
        box += nodes.paragraph("", "", nodes.Text("Download: "), *downloads.joined(files), classes=["screen"])
        return [box]


def file(form: str) -> str:
    return "CITATION.cff" if form == "cff" else f"citation.{citation.EXTENSIONS[form]}"


def tags(app, pagename, templatename, context, doctree):
    """Highwire's tags, a description, and the linked data of the report or of its rows."""
    if doctree is None or app.builder.name != "html":
        return
    told, root = cited(app), pagename == app.config.root_doc
    title = app.env.titles[pagename].astext() if pagename in app.env.titles else ""
    address = f"{told.url}{quote(pagename)}.html" if told.url else ""
    named = [
        ("description", description(app, pagename, doctree)),
        ("citation_title", told.title if root else title),
        ("citation_inbook_title", "" if root else told.title),
        *(("citation_author", f"{author.family}, {author.given}" if author.person else author.name) for author in told.authors),
        ("citation_publication_date", told.date.replace("-", "/")),
        ("citation_publisher", told.publisher),
        ("citation_technical_report_institution", told.publisher),
        ("citation_doi", told.doi),
        ("citation_language", told.language),
        ("citation_keywords", "; ".join(told.keywords)),
        ("citation_public_url", address),
        ("citation_pdf_url", f"{told.url}{downloads.FOLDER}/{app.config.sourcebook_pdf}" if told.url and app.config.sourcebook_pdf else ""),
    ]  # fmt: skip
    lines = [f'<meta name="{name}" content="{escape(text, quote=True)}" />' for name, text in named if text]
    if root or f"{pagename}.html#" == REGISTER:
        if graph := _graph(app, pagename):
            lines.append(f'<script type="application/ld+json">{graph}</script>')
    context["metatags"] = context.get("metatags", "") + "\n".join(["", *lines, ""])


def description(app, pagename: str, doctree) -> str:
    """The question of the report, the answer of a notebook, the first paragraph of any other page."""
    if pagename == app.config.root_doc:
        return cited(app).abstract
    if pagename in notebooks.docnames(app.env):
        found = notebooks.values(notebooks.read(app.env, pagename.rsplit("/", 1)[-1]))
        if "finding" in found:
            return found["finding"]
    return next((" ".join(paragraph.astext().split()) for paragraph in doctree.findall(nodes.paragraph)), "")[:300]


def templates(app) -> str:
    """Citations of a row in every form, in which a script puts the id of the row that a reader points at."""
    told = cited(app, ROW)
    forms = [{"label": LABELS[form], "text": citation.cite(told, form)} for form in LABELS if form != "cff"]
    return figures.inert({"row": ROW, "forms": forms, "url": told.url and f"{told.url}{REGISTER}"})


def renewed(app, env):
    """Write all pages again when a file of the case changed: each is cited by it."""
    now = ingredients.files(Path(app.srcdir), case.folder(app))
    before, env.sourcebook_case_files = getattr(env, "sourcebook_case_files", now), now
    return list(env.found_docs) if before != now else []


def finish(app, exception):
    """Write the citations, the linked data and the annotations as files."""
    if exception or app.builder.name != "html":
        return
    out, told = Path(app.outdir, downloads.FOLDER), cited(app)
    for form in LABELS:
        (out / file(form)).write_text(citation.cite(told, form), encoding="utf-8", newline="\n")
    if (found := record(app)) is not None:
        graph = linked.graph(found, told, statements(found), "data/")
        for name, value in {"report": graph, "annotations": annotations.annotations(found, told)}.items():
            (out / f"{name}.jsonld").write_text(annotations.written(value), encoding="utf-8", newline="\n")


def configure(app, config):
    """Pages name their own address where case.yml says where the report is published."""
    config.html_baseurl = work(case.settings(app), "", "").url


def setup(app):
    # The name of the PDF that will lie among the downloads, "" where none was asked for.
    app.add_config_value("sourcebook_pdf", "", "env", str)
    app.add_directive("citation", Citation)
    app.connect("config-inited", configure)
    app.connect("env-updated", renewed)
    app.connect("html-page-context", tags)
    app.connect("build-finished", finish, priority=845)
