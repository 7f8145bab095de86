"""Turns the package's style sheet, scripts and templates, and the Vega bundle, into pages, and into files that those in need load."""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.jinja2glue import SphinxFileSystemLoader

from sourcebook import pictures, theme

from . import chooser, citing, figures, leaves, passages

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"  # parts of the theme's pages that are not as they should be
LANDING = """<!DOCTYPE html>
<html lang="{language}">
<head>
    <meta charset="utf-8" />
    <meta http-equiv="refresh" content="0; url={address}" />
    <title>{title}</title>
</head>
<body><a href="{address}">{title}</a></body>
</html>
"""


def add_folders(app):
    """Late, so that the folders' place on this machine does not enter what Sphinx notes of the settings."""
    app.config.html_static_path = [*app.config.html_static_path, str(STATIC)]
    if app.builder.format == "html":
        bridge = app.builder.templates
        for chain, found in ((bridge.loaders, SphinxFileSystemLoader), (bridge.pathchain, str)):
            chain[:0] = [found(str(folder)) for folder in (TEMPLATES, TEMPLATES / "components")]
        bridge.templatepathlen += 2  # how many of them a name with "!" before it passes over


def scripts(app, pagename, templatename, context, doctree):
    """Load a script only where there is something for it to do."""
    if doctree is None:
        return
    if next(doctree.findall(figures.chart), None) is not None:
        app.add_js_file("charts.js", loading_method="defer")
    if next(doctree.findall(chooser.chooser), None) is not None:
        app.add_js_file("chooser.js", loading_method="defer")
    if next(doctree.findall(passages.evidence), None) is not None:
        app.add_css_file("evidence.css", priority=910)
        app.add_js_file("evidence.js", loading_method="defer")
    if any("register" in table["classes"] for table in doctree.findall(nodes.table)):
        app.add_js_file("register.js", loading_method="defer")
        app.add_js_file("citing.js", loading_method="defer")
        app.add_js_file(None, body=citing.templates(app), type="application/json", **{"class": "citing-data"})
    if any(isinstance(node, leaves.turning | leaves.rowindex) for node in doctree.findall()):
        app.add_js_file("register.js", loading_method="defer")
    if any("citing" in box["classes"] for box in doctree.findall(nodes.container)):
        app.add_js_file("citing.js", loading_method="defer")


def vega(store: str) -> str:
    """The charts' two colour schemes and the Vega bundle: one script, no other host."""
    schemes = {"light": theme.config(False), "dark": theme.config(True)}
    bundle = pictures.bundle(Path(store) if store else None)
    # In a function of its own: the bundle's short names would meet those of Sphinx's scripts.
    return f"(() => {{\nwindow.sourcebookCharts={json.dumps(schemes, sort_keys=True)};\n{bundle}\n}})();\n"


def finish(app, exception):
    """Write what every book has once: the bundle, and the page that leads to the first one."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    (out / "_static" / "vega.js").write_text(vega(app.config.sourcebook_pictures), encoding="utf-8")
    # Other books' inventory of this one: packed by the machine's own zlib, it would be all that differs between machines.
    (out / "objects.inv").unlink(missing_ok=True)
    root = app.config.root_doc
    if root != "index" and app.builder.name == "html":
        page = LANDING.format(language=app.config.language, address=f"{root}.html", title=escape(app.config.html_title))
        (out / "index.html").write_text(page, encoding="utf-8")


def setup(app):
    app.add_css_file("house.css", priority=900)
    app.add_js_file("keyboard.js", loading_method="defer")
    app.connect("builder-inited", add_folders)
    app.connect("html-page-context", scripts)
    app.connect("build-finished", finish, priority=850)
