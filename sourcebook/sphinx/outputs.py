"""Turns the outputs of executed cells into nodes: figures, tables, a chooser, commentary; named values stay unseen."""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from sourcebook import commentary
from sourcebook.formats import ANSWER, CHART, CHOICES, ROLE, SENTENCE, TABLE, VALUE

from . import NAME, chooser, downloads, figures, leaves, provenance

logger = logging.getLogger(__name__)

# Formats that could carry markup or scripts of their own. The text/plain beside them is shown instead.
REFUSED = {
    "text/html",
    "text/latex",
    "image/svg+xml",
    "application/javascript",
    "application/vnd.jupyter.widget-view+json",
}


def _environment(renderer):
    """The build environment, if the book uses this extension; other books on this machine are left alone."""
    env = renderer.renderer.sphinx_env
    return env if env is not None and NAME in env.app.extensions else None


def _source(env, data, name: str):
    return provenance.note(env, env.docname, data.cell_index, downloads.of_table(name))


class Figure:
    """application/vnd.vegalite.v5+json becomes a numbered figure."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        env = _environment(renderer)
        if env is None or data.mime_type != CHART:
            return None
        figure = figures.build(env, data.content)
        if lacking := figures.lacking(data.content):
            logger.warning(
                "cell %s shows a chart without %s; show it with sourcebook.show",
                data.cell_index + 1,
                ", ".join(lacking),
                location=env.docname,
            )
        if name := figures.name(data.content):
            figures.label(renderer.renderer.document, figure, name)
            source = provenance.note(env, env.docname, data.cell_index, downloads.of_figure(data.content))
            figure.insert(len(figure) - 1, source)  # the caption comes last, as docutils wants it
        return [figure]


class Table:
    """application/vnd.dataresource+json becomes a numbered table."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        env = _environment(renderer)
        if env is None or data.mime_type != TABLE:
            return None
        *before, table = leaves.table(env, data.content)
        figures.label(renderer.renderer.document, table, data.content["name"])
        return [*before, table, _source(env, data, data.content["name"])]


class Choices:
    """application/vnd.sourcebook.choices+json becomes a numbered table that a script turns into a form."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        env = _environment(renderer)
        if env is None or data.mime_type != CHOICES:
            return None
        node = chooser.build(data.content)
        figures.label(renderer.renderer.document, node[0], data.content["table"]["name"])
        return [node, _source(env, data, data.content["table"]["name"])]


class Commentary:
    """text/markdown becomes MyST, of which only the subset of a commentary is let in, in a container that says whose words it has:
    the computed answer, a computed sentence, or the case's own commentary.
    """

    @staticmethod
    def handle_mime(renderer, data, inline):
        env = _environment(renderer)
        if env is None or data.mime_type != "text/markdown":
            return None
        if wrong := commentary.refused(
            data.string
        ):  # checked before it was run, and a notebook may come from elsewhere
            for _, found, right in wrong:
                logger.warning("cell %s shows %s; %s", data.cell_index + 1, found, right, location=env.docname)
            return [nodes.literal_block("", data.string)]
        parsed = renderer._render_markdown_base(data, fmt="myst", inline=inline)
        role = data.output_metadata.get(ROLE)
        role = role if role in (ANSWER, SENTENCE) else "commentary"
        return parsed if inline else [nodes.container("", *parsed, classes=[role])]


class Unseen:
    """Named values and formats that could carry scripts give nothing."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        if _environment(renderer) is None:
            return None
        return [] if data.mime_type in REFUSED or data.mime_type.startswith(VALUE) else None


class KeepBackslashes(SphinxTransform):
    """Docutils drops a backslash before a full stop where it makes quotation marks nicer; text with one keeps its marks as they are."""

    default_priority = 740  # before smart quotes, which are 750

    def apply(self, **kwargs):
        for text in self.document.findall(nodes.Text):
            if "\\" in text:
                text.parent["support_smartquotes"] = False


def prefer(app, config):
    """Rank our formats before the fallbacks that stand beside them."""
    ours = [("*", CHART, 1), ("*", TABLE, 2), ("*", CHOICES, 3), ("*", "text/markdown", 4)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *ours]


def setup(app):
    app.add_transform(KeepBackslashes)
    app.connect("config-inited", prefer)
