"""Turns every id of a coded row, and every key of the bibliography, wherever it is named, into a link to the row or entry."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

logger = logging.getLogger(__name__)
ROW = re.compile(r"\b[A-Z]{1,3}\d{1,7}\b|\b[a-z]\w*\d{2,4}[a-z]?\b")  # a key is told by the year at its end
CLOSED = (
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.math,
    nodes.target,
    addnodes.pending_xref,
    addnodes.toctree,
)


def rows(env) -> dict[str, str]:
    """Row id -> page that carries the row."""
    if not hasattr(env, "sourcebook_rows"):
        env.sourcebook_rows = {}
    return env.sourcebook_rows


def places(env) -> dict[str, list[str]]:
    """Page -> the rows whose places in the article it shows."""
    if not hasattr(env, "sourcebook_places"):
        env.sourcebook_places = {}
    return env.sourcebook_places


def cited(env) -> dict[str, tuple[str, str]]:
    """Key of the bibliography -> page and target of its entry; a report without a bibliography has none."""
    if "cite" not in env.domaindata:
        return {}
    citations = env.get_domain("cite").citations
    return {entry.key: (entry.bibliography_key.docname, entry.citation_id) for entry in citations}


def register(env, ids: list[str], page: str):
    """Remember the rows of a page; an id belongs to one row of the whole book."""
    for identifier in ids:
        if identifier in rows(env):
            logger.warning(
                "row %s is already in %s: an id belongs to one row; leave out 'anchor' in one table",
                identifier,
                rows(env)[identifier],
                location=env.docname,
            )
        rows(env)[identifier] = page


def placed(env) -> dict[str, str]:
    """Row id -> page that shows its place in the article; made once, before the pages are written."""
    if getattr(env, "sourcebook_placed", None) is None:
        env.sourcebook_placed = {row: page for page, shown in places(env).items() for row in shown}
    return env.sourcebook_placed


def carried(builder, page: str) -> bool:
    """Whether what is built has this page: paper has only the first of the pages that long tables are spread over."""
    return builder.name == "html" or page in builder.env.found_docs


def forget(app, env, docname):
    env.sourcebook_rows = {row: page for row, page in rows(env).items() if page != docname}
    places(env).pop(docname, None)


def merge(app, env, docnames, other):
    rows(env).update({row: page for row, page in rows(other).items() if page in docnames})
    places(env).update({page: shown for page, shown in places(other).items() if page in docnames})


def renewed(app, env):
    """Write all pages again when rows came or went, for each of them may name one."""
    env.sourcebook_placed = None
    before, now = getattr(env, "sourcebook_rows_written", None), (dict(rows(env)), dict(places(env)))
    env.sourcebook_rows_written = now
    return list(env.found_docs) if before is not None and before != now else []


class LinkRows(SphinxPostTransform):
    """Runs after references are resolved, so that it sees the text as it will be printed."""

    default_priority = 500
    formats = ("html",)

    def run(self, **kwargs):
        entries = cited(self.env)
        for text in list(self.document.findall(nodes.Text)):
            if ROW.search(text) and not self.closed(text):
                parts = list(self.split(str(text), entries))
                if len(parts) > 1 or not isinstance(parts[0], nodes.Text):
                    text.parent.replace(text, parts)

    def closed(self, text) -> bool:
        node = text.parent
        while node is not None:
            heading = isinstance(node, nodes.title) and not isinstance(node.parent, nodes.table)
            if (
                heading
                or isinstance(node, CLOSED)
                or node.get("closed")
                or "anchor" in getattr(node, "attributes", {}).get("classes", ())
            ):
                return True
            node = node.parent
        return False

    def target(self, word: str, entries: dict) -> tuple[str, str] | None:
        """Page and target of an id or key; no table of all is made, since each page would make one."""
        page = rows(self.env).get(word)
        return entries.get(word) or ((page, word) if page and carried(self.app.builder, page) else None)

    def split(self, text, entries):
        end = 0
        for found in ROW.finditer(text):
            if not (known := self.target(found[0], entries)):
                continue
            page, target = known
            if found.start() > end:
                yield nodes.Text(text[end : found.start()])
            link = make_refnode(self.app.builder, self.env.docname, page, target, nodes.Text(found[0]))
            # A key of the bibliography is long, and may be broken.
            link["classes"] += ["row-link"] if target == found[0] else ["row-link", "entry-link"]
            yield link
            end = found.end()
        if end < len(text):
            yield nodes.Text(text[end:])


def setup(app):
    app.add_post_transform(LinkRows)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", renewed)
