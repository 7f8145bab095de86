"""What a person types, turned into calls of the package, and its errors into messages and exit codes."""

import sys
from contextlib import contextmanager
from pathlib import Path

import click

from sourcebook import __version__
from sourcebook.errors import ParameterError, SourcebookError

CASE = click.option("--case", default="", metavar="NAME", help="Folder below data/; the book's own case unless given.")
PARAMETER = click.option(
    "-p", "parameter", multiple=True, metavar="NAME=VALUE", help="Set a parameter; repeat for more. Lists take commas."
)
ARTICLE = click.option(
    "--article",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The article's text: verify every anchor against it.",
)


ENGINE = click.option(
    "--engine", type=click.Choice(["fork", "kernel"]), default="fork", show_default=True, metavar="ENGINE",
    help="fork: run notebooks in processes forked from a warm one; kernel: each in a Jupyter kernel. The outputs are the same.",
)  # fmt: skip


@contextmanager
def _bar(total: int):
    """A bar on the error stream, so that what a script reads stays free of it."""
    with click.progressbar(
        length=total, label="Running notebooks", item_show_func=lambda name: name, file=sys.stderr
    ) as bar:
        yield lambda name: bar.update(1, name)


class Commands(click.Group):
    """Errors of ours become one message and exit code 1, those of the command line itself 2; a traceback is a bug."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except SourcebookError as error:
            click.echo(f"Error: {error}", err=True)
            context.exit(2 if isinstance(error, ParameterError) else 1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sourcebook")
def main():
    """Turn one news article, and the coded record of who said what in it, into a report that can be run again."""


@main.command()
@CASE
@PARAMETER
@ARTICLE
@ENGINE
def build(case, parameter, article, engine):
    """Run the notebooks and build the HTML report.

    \b
    sourcebook build
    sourcebook build -p min_reliability=C -p include_unnamed=no
    """
    from sourcebook import book
    from sourcebook.parameters import split

    page = book.build(case, split(parameter), article, say=click.echo, progress=_bar, engine=engine)
    click.echo(f"The report: {page}")


@main.command()
@click.argument("notebook", nargs=-1)
@CASE
@PARAMETER
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to write; below _build/runs/ unless given."
)
@click.option("--save", is_flag=True, help="Store the outputs in notebooks/ itself (what nbval compares with).")
@ENGINE
def run(notebook, case, parameter, output, save, engine):
    """Run notebooks (all of them unless named) without building pages.

    \b
    sourcebook run claims -p min_credibility=3
    """
    from sourcebook import book, paths
    from sourcebook.case import load
    from sourcebook.errors import nearest
    from sourcebook.parameters import split
    from sourcebook.run import run_all

    record, top = load(case), paths.root()
    values, shares, _, usual = book.plan(record, top, split(parameter))
    chosen = [path for path in book.notebooks(top) if not notebook or path.stem in notebook]
    for name in notebook:
        if name not in shares:
            raise ParameterError(
                f"there is no notebook “{name}”; the notebooks are {', '.join(shares)}{nearest(name, shares)}"
            )
    if save and (values != usual or record.name != paths.default_case(top)):
        raise ParameterError("--save stores the outputs of the default report: leave out -p and --case")
    if save and output:
        raise ParameterError("--save writes into notebooks/, --output elsewhere: leave out one of them")
    folder = (
        top / paths.NOTEBOOKS
        if save
        else output or top / paths.BUILD / "runs" / book.report_name(record, values, usual)
    )
    run_all(chosen, folder, shares, top, _bar, engine)
    click.echo(f"The executed notebooks: {folder}")


@main.command()
@CASE
def params(case):
    """List every parameter: its type, default, allowed values, meaning, and the notebooks that take it."""
    from sourcebook import book, paths
    from sourcebook.case import load

    record = load(case)
    values, shares, known, _ = book.plan(record, paths.root(), {})
    for parameter in known.values():
        if parameter.name == "case":
            continue  # chosen with --case
        taken = "all notebooks" if len(parameter.notebooks) == len(shares) else ", ".join(parameter.notebooks)
        default = values.get(parameter.name, parameter.default)
        click.echo(f"{parameter.name} ({parameter.type}, default {default!r})")
        click.echo(f"    {parameter.help}; {taken}")
        if parameter.values(record):
            click.echo(f"    allowed: {', '.join(parameter.values(record))}")


@main.command()
@CASE
@ARTICLE
def check(case, article):
    """Check a case's files and print every fault; with the article, verify every anchor too."""
    from sourcebook import book, paths
    from sourcebook import check as checks
    from sourcebook.article import read
    from sourcebook.case import load, locate
    from sourcebook.errors import CaseError

    folder, top = locate(case), paths.root()
    faults = checks.check(folder, read(article) if article else None) + book.commentary_faults(folder, top)
    if faults:
        raise CaseError(folder.name, faults)
    record = load(str(folder))
    book.plan(record, top, {})  # the case's own defaults are parameters like any others
    anchors = sum(len(record.tables[table]) for table in record.schema.anchored)
    rows = sum(map(len, record.tables.values()))
    click.echo(f"Case {record.name}: {len(record.tables)} tables, {rows} rows, no fault.")
    if article:
        click.echo(f"{anchors} of {anchors} anchors verified against the article, none skipped.")
    else:
        click.echo(
            f"{anchors} anchors checked for form and bounds; their text was not verified: pass it with --article PATH."
        )


@main.command()
def clean():
    """Delete all that was built (the folder _build)."""
    import shutil

    from sourcebook import paths

    folder = paths.root() / paths.BUILD
    if folder.exists():
        shutil.rmtree(folder)
        click.echo(f"Deleted: {folder}")
    else:
        click.echo("Nothing was built.")


if __name__ == "__main__":
    main()
