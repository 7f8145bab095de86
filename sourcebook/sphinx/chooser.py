"""Turns the runs of a grid of choices into a table of single changes, and the inert data from which a script makes a form."""

from docutils import nodes

from . import figures, tables


class chooser(nodes.container):
    """A table of what each single change does, with the data of all the runs."""


class names(nodes.container):
    """The ids of the hypotheses, unseen: each becomes a link to its row, which the script takes over."""


def visit_chooser(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="chooser"))


def depart_chooser(translator, node):
    data = figures.inert(node["data"])
    translator.body.append(f'<script type="application/json" class="chooser-data">{data}</script></div>\n')


def visit_names(translator, node):
    translator.body.append('<template class="chooser-names">')


def depart_names(translator, node):
    translator.body.append("</template>\n")


def build(payload: dict) -> chooser:
    """The chooser; its table is its first child, to be named by the caller."""
    table = tables.build(payload["table"])
    ids = [nodes.paragraph("", hypothesis["id"]) for hypothesis in payload["hypotheses"]]
    data = {key: payload[key] for key in ("axes", "base", "hypotheses", "runs")}
    return chooser("", table, names("", *ids), data=data)


def setup(app):
    app.add_node(chooser, html=(visit_chooser, depart_chooser))
    app.add_node(names, html=(visit_names, depart_names))
