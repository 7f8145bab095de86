"""Options that several commands take, and the bar that shows how far they are."""

import sys
from contextlib import contextmanager
from pathlib import Path

import click

CASE = click.option("--case", default="", metavar="NAME", help="Folder below data/; the book's own case unless given.")
PARAMETER = click.option(
    "-p", "parameter", multiple=True, metavar="NAME=VALUE", help="Set a parameter; repeat for more. Lists take commas."
)
FILE = click.option(
    "-f", "--parameters", "file", type=click.Path(path_type=Path), metavar="FILE",
    help="Take parameters from a YAML file of name: value; -p goes before it.",
)  # fmt: skip
ARTICLE = click.option(
    "--article",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The article's text: verify every anchor against it.",
)
SHOWN = click.option(
    "--article", type=click.Path(path_type=Path), metavar="PATH",
    help="The article's text: verify every anchor against it, and show it in a report beside the one without.",
)  # fmt: skip
ENGINE = click.option(
    "--engine", type=click.Choice(["fork", "kernel"]), default="fork", show_default=True, metavar="ENGINE",
    help="fork: run notebooks in processes forked from a warm one; kernel: each in a Jupyter kernel. The outputs are the same.",
)  # fmt: skip
FORMAT = click.option(
    "--format", "form", type=click.Choice(["html", "pdf", "all"]), default="html", show_default=True, metavar="FORMAT",
    help="html: pages; pdf: a report to print, which is made from the pages; all: both.",
)  # fmt: skip
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write into a file of this name."
)
CITATION = click.option(
    "--format", "form", type=click.Choice(["apa", "bibtex", "cff", "csl-json", "ris"]), default="apa",
    show_default=True, metavar="FORM", help="apa, bibtex, cff, csl-json or ris.",
)  # fmt: skip
VERIFY = click.option(
    "--verify", is_flag=True, help="Then build it a second time in other surroundings, and compare every byte."
)
FRESH = click.option("--fresh", is_flag=True, help="Run all notebooks and build all pages anew.")


@contextmanager
def bar(total: int):
    """A bar on the error stream, so that what a script reads stays free of it."""
    with click.progressbar(
        length=total, label="Running notebooks", item_show_func=lambda name: name, show_pos=True, file=sys.stderr
    ) as bar:
        yield lambda name: bar.update(1, name)
