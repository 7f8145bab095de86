"""Turns code cells into closed folds with a button that says Show code."""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms import SphinxTransform


def part(cell, element: str):
    """The part of a cell's container that holds its code, or its outputs."""
    return next((node for node in cell.children if node.get("nb_element") == element), None)


class FoldCode(SphinxTransform):
    """Folds each cell as if it were tagged hide-input; the tag `show-input` keeps one open."""

    default_priority = 300

    def apply(self, **kwargs):
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") == "cell_code":
                self.fold(cell)

    def fold(self, cell):
        outputs = part(cell, "cell_code_output")
        if outputs is not None and not outputs.children:  # named values leave nothing to see
            cell.remove(outputs)
        if cell.get("hide_mode") or "tag_show-input" in cell["classes"]:
            return
        cell["hide_mode"] = "input"
        cell["prompt_show"] = self.config.nb_code_prompt_show
        cell["prompt_hide"] = self.config.nb_code_prompt_hide
        self.join(cell)

    def join(self, cell):
        """A cell that shows nothing shares the button of the folded cell after it."""
        place = cell.parent.index(cell)
        before = cell.parent[place - 1] if place else None
        source = part(cell, "cell_code_source")
        if source is None or getattr(before, "attributes", {}).get("hide_mode") != "input":
            return
        if len(before.children) == 1 and before[0].get("nb_element") == "cell_code_source":
            source[0:0] = before[0].children
            cell.parent.remove(before)


def visit_fold(translator, node):
    """myst-nb's own markup names the button "Toggle hidden content" to a screen reader, whatever it shows."""
    show, hide = translator.encode(node["prompt_show"]), translator.encode(node["prompt_hide"])
    translator.body.append(
        '<details class="code-fold">\n'
        f'<summary><span class="when-closed">{show}</span><span class="when-open">{hide}</span></summary>\n'
    )


def depart_fold(translator, node):
    translator.body.append("</details>\n")


def setup(app):
    app.add_transform(FoldCode)
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
