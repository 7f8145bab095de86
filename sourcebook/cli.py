"""What a person types, turned into calls of the package, and its errors into messages and exit codes."""

import errno
import signal
import sys
from pathlib import Path

import click

from sourcebook import __version__, tied
from sourcebook.coding import anchor, bring, export, label, reanchor
from sourcebook.errors import ParameterError, SourcebookError, refused
from sourcebook.options import ARTICLE, CASE, ENGINE, FILE, FORMAT, FRESH, PARAMETER, SHOWN, VERIFY, bar
from sourcebook.publishing import annotations, cite, diff, package, rebuild, verify
from sourcebook.serving import serve
from sourcebook.starting import new


class Commands(click.Group):
    """Errors of ours and of the system become one message and exit code 1, those of the command line itself 2; a
    traceback is a bug.
    """

    def invoke(self, context):
        tied.watch()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a terminal that has no such letter is no reason to stop
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except SourcebookError as error:
            click.echo(f"Error: {error}", err=True)
            context.exit(2 if isinstance(error, ParameterError) else 1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                click.echo(
                    "Error: nobody reads the output any more. Reports that were built before are as they were.",
                    err=True,
                )
                raise  # click sees to it that Python does not complain of it, and ends with code 1
            click.echo(f"Error: {refused(error)}", err=True)
            context.exit(1)
        except KeyboardInterrupt:
            click.echo("Stopped. Reports that were built before are as they were.", err=True)
            context.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sourcebook")
def main():
    """Turn one news article, and the coded record of who said what in it, into a report that can be run again."""


@main.command()
@CASE
@PARAMETER
@FILE
@FORMAT
@SHOWN
@ENGINE
@FRESH
@VERIFY
def build(case, parameter, file, form, article, engine, fresh, verify):
    """Run the notebooks and build the report, as HTML, PDF or both; only what a change can reach is made again.

    \b
    sourcebook build
    sourcebook build --format pdf
    sourcebook build -p min_reliability=C -p include_unnamed=no
    """
    from sourcebook import paths, stamp, workers, workroom

    formats, asked = ("html",) if form == "html" else ("html", "pdf"), stamp.asked(case, parameter, file)
    report = None if article or fresh else stamp.current(paths.root(), asked, engine, formats)
    if report:
        workroom.tidy(report.parent)  # a build killed once its report was in place left its folder
        click.echo(stamp.UNCHANGED)
        page = report / "html" / "index.html"
    else:
        if engine == "fork":
            workers.prepare()
        from sourcebook import book

        page = book.build(case, parameter, article, click.echo, bar, engine, file, fresh, formats)
    if form != "pdf":
        click.echo(f"The report: {page}")
    if page.parents[1].name.endswith(paths.WITH_ARTICLE):
        click.echo("It shows the article's text: keep it to yourself, do not publish it.")
    if form != "html":
        click.echo(f"The PDF: {paths.printed(page)}")
    if verify:
        import sys

        from sourcebook import twin
        from sourcebook.case import locate

        click.echo("Building it a second time, in other surroundings")
        given = [("-p", pair) for pair in parameter] + [("--format", form), ("--engine", engine), ("--case", case)]
        given += [("-f", str(file.resolve()))] if file else []
        given += [("--article", str(article.resolve()))] if article else []
        command = [
            sys.executable,
            "-P",
            "-m",
            "sourcebook.cli",
            "build",
            "--fresh",
            *(word for pair in given for word in pair),
        ]
        number = twin.compare(page.parents[1], command, paths.root(), locate(case))
        click.echo(f"{number} files compared, none differs.")


@main.command()
@click.argument("notebook", nargs=-1)
@CASE
@PARAMETER
@FILE
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to write; below _build/runs/ unless given."
)
@click.option("--save", is_flag=True, help="Store the outputs in notebooks/ itself (what nbval compares with).")
@ENGINE
@FRESH
def run(notebook, case, parameter, file, output, save, engine, fresh):
    """Run notebooks (all of them unless named) without building pages.

    \b
    sourcebook run claims -p min_credibility=3
    """
    from sourcebook import book, paths
    from sourcebook.case import load
    from sourcebook.run import run_all
    from sourcebook.sweep import ready

    record, top = load(case), paths.root()
    told = book.plan(record, top, parameter, file)
    chosen = book.chosen(notebook, top)
    if save and (told.values != told.usual or record.name != paths.default_case(top)):
        raise ParameterError("--save stores the outputs of the default report: leave out -p, -f and --case")
    if save and output:
        raise ParameterError("--save writes into notebooks/, --output elsewhere: leave out one of them")
    folder = (
        top / paths.NOTEBOOKS
        if save
        else output or top / paths.BUILD / paths.RUNS / book.report_name(record, told.values, told.usual)
    )
    if any(map(book.reads_outcomes, chosen)):
        ready(record, told.known, top, bar, click.echo)
    store = None if fresh else book.cache(record, told, top, engine)
    run_all(chosen, folder, told.shares, top, bar, engine, store)
    click.echo(f"The executed notebooks: {folder}")


@main.command()
@click.argument("notebook", nargs=-1)
@CASE
@PARAMETER
@FILE
@ENGINE
def explain(notebook, case, parameter, file, engine):
    """Say for each notebook whether a build would run it again, and why."""
    from sourcebook import book, paths
    from sourcebook.case import load
    from sourcebook.words import count

    record, top = load(case), paths.root()
    told = book.plan(record, top, parameter, file)
    store, again = book.cache(record, told, top, engine), 0
    for path in book.chosen(notebook, top):
        reasons = store.reasons(path)
        again += bool(reasons)
        click.echo(f"{path.stem}: {'would run' if reasons else 'would not run, its result is stored'}")
        for reason in reasons:
            click.echo(f"    {reason}")
    click.echo(f"A build would run {count(again, 'notebook')}.")


@main.command()
@CASE
@PARAMETER
@FILE
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Run N specifications, not all.")
@click.option("--seed", default=0, show_default=True, metavar="NUMBER", help="Which sample.")
@click.option(
    "--workers", "number", type=click.IntRange(min=1), metavar="N", help="As many as processors unless given."
)
@click.option("--dask", "scheduler", metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://host:8786.")
@click.option("--save", is_flag=True, help="Store the table with the case, for the report to show.")
def multiverse(case, parameter, file, sample, seed, number, scheduler, save):
    """Run the notebooks under every combination of choices that multiverse.yml names.

    What ran is kept: stopped at any moment, the same command goes on where it was.

    \b
    sourcebook multiverse
    sourcebook multiverse --sample 200 --seed 1
    """
    from sourcebook import paths, workers

    if not scheduler:
        workers.prepare()
    from sourcebook import sweep
    from sourcebook.case import load

    record, top = load(case), paths.root()
    path = sweep.sweep(record, top, parameter, file, sample or 0, seed, number or 0, scheduler, save, bar, click.echo)
    click.echo(f"The table of outcomes: {path}")


@main.command()
@CASE
def params(case):
    """List every parameter: its type, default, allowed values, meaning, and the notebooks that take it."""
    from sourcebook import book, paths
    from sourcebook.case import load

    record = load(case)
    values, shares, known, _ = book.plan(record, paths.root())
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
    """Check a case's files and print every fault; with the article at hand, verify every anchor too."""
    from sourcebook import book, multiverse, paths
    from sourcebook import check as checks
    from sourcebook.case import load, locate
    from sourcebook.errors import CaseError
    from sourcebook.sweep import Sweep

    folder, top = locate(case), paths.root()
    text, source = checks.text_at_hand(folder, article)
    faults = checks.check(folder, text) + book.commentary_faults(folder, top)
    if faults:
        raise CaseError(folder.name, faults)
    record = load(str(folder))
    told = book.plan(record, top)  # the case's own defaults are parameters like any others
    space = multiverse.read(record)
    if space:
        Sweep(record, space, told.known, top).check()
    anchors = sum(len(record.tables[table]) for table in record.schema.anchored)
    rows = sum(map(len, record.tables.values()))
    click.echo(f"Case {record.name}: {len(record.tables)} tables, {rows} rows, no fault.")
    if source:
        click.echo(f"{anchors} of {anchors} anchors verified against {source}, none skipped.")
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


for command in (new, label, anchor, reanchor, bring, export, serve, cite, annotations, package, verify, rebuild, diff):
    main.add_command(command)


def process() -> None:
    """`main`, as a process of its own. A request to end it, or a terminal that is closed, stops it as Ctrl-C does: in
    order. Once all is done and told, while Python ends, neither of them changes anything.
    """
    known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]  # as SIGHUP is under nohup
    for number in heard:
        signal.signal(number, signal.default_int_handler)
    try:
        main()
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    process()
