"""Turns LaTeX formulas into MathML, which browsers draw themselves: no MathJax, no other host."""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def mathml(node, block: bool) -> str | None:
    """The formula as MathML; one that cannot be read is a warning, and None."""
    try:
        return tex2mathml(node.astext(), as_block=block)
    except MathError as error:
        logger.warning("formula: %s; write it in plain LaTeX", error, location=node)
        return None


def visit_inline(translator, node):
    _visit(translator, node, False)


def visit_block(translator, node):
    _visit(translator, node, True)


def _visit(translator, node, block):
    drawn = mathml(node, block)
    tag = "div" if block else "span"
    body = drawn if drawn is not None else translator.encode(node.astext())
    translator.body.append(f"{translator.starttag(node, tag, '', CLASS='math')}{body}</{tag}>")
    raise nodes.SkipNode


def configure(app, config):
    config.html_math_renderer = "mathml"


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("config-inited", configure)
