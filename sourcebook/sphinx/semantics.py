"""Turns docutils' tables and bibliography into HTML that says what each part is to whoever does not see it."""

from docutils import nodes


def visit_entry(translator, node):
    """A cell; one of the head says that it is a column's name, and one of a stub that it is a row's."""
    head = isinstance(node.parent.parent, nodes.thead)
    type(translator).visit_entry(translator, node)
    tag = translator.body.pop()
    if not tag.startswith("<th"):
        translator.body.append(tag)
    elif node.astext().strip():
        translator.body.append(tag.replace("<th", f'<th scope="{"col" if head else "row"}"', 1))
    else:  # the corner of a table with names on both sides is the name of nothing
        translator.body.append(tag.replace("<th", "<td", 1))
        translator.context[-1] = "</td>\n"


def depart_entry(translator, node):
    type(translator).depart_entry(translator, node)


def visit_citation(translator, node):
    """An entry of the bibliography. docutils gives it a role that ARIA has given up; in a list it is an item."""
    type(translator).visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def depart_citation(translator, node):
    type(translator).depart_citation(translator, node)


def setup(app):
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
