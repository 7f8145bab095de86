"""Turns the book's pages into pages that can load and run nothing but themselves, and says so in each of them."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import markupsafe
import yaml
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from sourcebook import casefile

logger = logging.getLogger(__name__)
SCHEMES = ["http", "https", "mailto"]
RUNNABLE = {"", "module", "text/javascript", "application/javascript"}
CHARSET = '<meta charset="utf-8" />'
TITLES = {"docstitle", "pagetitle", "project", "root_title", "shorttitle"}
MYST = "myst"  # the key of front matter that holds settings of the parser
MARK = '<meta http-equiv="Content-Security-Policy"'


def configure(app, config):
    """No raw HTML, no Jinja, no scheme but the web's and mail's, whatever _config.yml says."""
    config.myst_disable_syntax = sorted({*config.myst_disable_syntax, "html_block", "html_inline"})
    refused = {"substitution", "html_image", "html_admonition"}
    config.myst_enable_extensions = sorted(set(config.myst_enable_extensions) - refused)
    config.myst_url_schemes = SCHEMES


def own_settings(app, docname, source):
    """No page and no notebook sets how MyST reads it: its front matter could bring Jinja and raw HTML back."""
    text = source[0]
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(text)
        told = notebook.get("metadata", {})
        stripped = json.dumps({**notebook, "metadata": {key: told[key] for key in told if key != MYST}})
    elif front := re.match(r"\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE):
        try:
            told = casefile.parsed(front[1])
        except yaml.YAMLError:
            return  # MyST tells it
        stripped = "\n" * front[0].count("\n") + text[front.end() :]
    else:
        return
    if isinstance(told, dict) and MYST in told:
        logger.warning("sets %r in its front matter; such settings are _config.yml's alone", MYST, location=docname)
        source[0] = stripped


def restrict(app):
    """docutils itself then refuses include, literalinclude, csv-table :file: and raw."""
    app.env.settings.update(file_insertion_enabled=False, raw_enabled=False)


def confine(app, env):
    """Pictures and downloads come from the book's own folder or from what the build drew."""
    roots = [Path(app.srcdir).resolve(), Path(env.mystnb_config.output_folder).resolve()]
    for kind in (env.images, env.dlfiles):
        for name, (pages, _) in kind.items():
            path = Path(app.srcdir, name).resolve()
            if not any(path.is_relative_to(root) for root in roots):
                logger.warning("%r lies outside the book's folder; move it inside", name, location=min(pages))


class LimitSchemes(SphinxPostTransform):
    """Whatever wrote a link (a bibliography entry, say): with another scheme it stays text."""

    default_priority = 600

    def run(self, **kwargs):
        for link in list(self.document.findall(nodes.reference)):
            scheme = urlsplit(link.get("refuri", "").strip()).scheme.lower()
            if scheme and scheme not in SCHEMES:
                told = link["refuri"].strip()[:80]
                logger.warning("link with the scheme %r (%r); use %s", scheme, told, ", ".join(SCHEMES), location=link)
                link.replace_self(nodes.inline("", "", *link.children))


class Page(HTMLParser):
    """What a page would run or load: inline scripts, addresses of other hosts, event handlers."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.foreign: list[str] = []
        self.handlers: list[str] = []
        self._inline: list[str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.handlers += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        loads = ["src", "srcset", "poster", "data", "action", "formaction", "background"]
        if tag not in {"a", "area"} and given.get("rel") != "canonical":
            loads += ["href", "xlink:href"]
        self.foreign += [given[name] for name in loads if given.get(name, "").startswith(("http:", "https:", "//"))]
        if tag == "script" and "src" not in given and given.get("type", "").lower() in RUNNABLE:
            self._inline = []

    def handle_data(self, data):
        if self._inline is not None:
            self._inline.append(data)

    def handle_endtag(self, tag):
        if tag == "script" and self._inline is not None:
            self.scripts.append("".join(self._inline))
            self._inline = None


def content_security_policy(scripts) -> str:
    """The policy of a page with these inline scripts."""
    digests = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    hashes = "".join(f" 'sha256-{digest}'" for digest in sorted(digests))
    return (
        f"default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
    )


def plain_titles(app, pagename, templatename, context, doctree):
    """Titles as text: the theme writes them as they stand. Templates that do escape leave what is escaped as it is."""
    for name in TITLES & context.keys():
        context[name] = markupsafe.escape(context[name])


def seal(app, exception):
    """Write its policy into each page; warn of what the policy would refuse."""
    if exception or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        where = path.relative_to(app.outdir).as_posix()
        if MARK in text:
            continue  # written by an earlier build
        if where.startswith("_static/"):
            path.unlink()  # a template of the theme's, and no page
            continue
        if CHARSET not in text:
            if app.builder.name != "html":
                continue  # Jupyter Book's landing page before the one that is printed; nobody reads it
            logger.warning("%s has no line %s, and so no place for its policy", where, CHARSET)
            continue
        page = Page(text)
        for address in page.foreign:
            logger.warning("%s loads %s from another host; the report must work without network", where, address)
        for handler in page.handlers:
            logger.warning("%s has the event handler %s, which its policy refuses", where, handler)
        meta = f'{MARK} content="{content_security_policy(page.scripts)}" />'
        # "auto" means nothing to the style sheet: a script replaces it, and without scripts the page is a light one.
        text = text.replace(' data-theme="auto"', ' data-theme="light"', 1)
        path.write_text(text.replace(CHARSET, f"{CHARSET}\n    {meta}", 1), encoding="utf-8")


def setup(app):
    # Jupyter Book always sets this one, for an extension that the book does without.
    app.add_config_value("comments_config", {}, "env", dict)
    app.connect("config-inited", configure)
    app.connect("source-read", own_settings)
    app.connect("builder-inited", restrict)
    app.connect("env-updated", confine)
    app.add_post_transform(LimitSchemes)
    app.connect("html-page-context", plain_titles, priority=900)
    app.connect("build-finished", seal, priority=900)
