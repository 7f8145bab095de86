"""What a person types to cite, archive, check and compare reports, turned into calls of the package; `cli` brings it to the others."""

from pathlib import Path

import click

from sourcebook.options import ARTICLE, CASE, CITATION, FILE, OUTPUT, PARAMETER, bar


@click.command()
@CASE
@PARAMETER
@FILE
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Where to write; below _build/packages/ unless given.",
)  # fmt: skip
def package(case, parameter, file, output):
    """Build the report and write all that it is made from, with it, into one archive: an RO-Crate.

    \b
    sourcebook package
    sourcebook package -p min_reliability=C --output strict.zip
    """
    from sourcebook import workers

    workers.prepare()
    from sourcebook import package as packages

    made = packages.package(case, parameter, file, output, click.echo, bar)
    click.echo(f"{made.files} files, {made.size} bytes, SHA-256 {made.digest}")
    click.echo(f"The package: {made.path}")


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
def verify(package):
    """Check every hash of a package; nothing of it is run or unpacked."""
    from sourcebook import verify as verifying
    from sourcebook.words import count

    held = verifying.verify(package)
    click.echo(f"{count(len(held.files), 'file')}, every hash right.")
    click.echo(f"SHA-256 of the package: {held.digest}")


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Leave the unpacked package and its new report in this new folder.",
)  # fmt: skip
@click.pass_context
def rebuild(context, package, keep):
    """Build a package's report again and compare every file; this runs the package's notebooks."""
    from sourcebook import rebuild as rebuilding

    if not rebuilding.rebuild(package, keep, click.echo):
        context.exit(1)


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, metavar="FORM",
    help="text: for people; json: for programs.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show all of long lists.")
@click.option(
    "--page", is_flag=True, help="Build the pages of B with a chapter on what changed, in a folder of its own."
)
@click.pass_context
def diff(context, a, b, form, everything, page):
    """Say what changed from report A to report B: findings, figures, rows, tables, charts.

    Each is the name of a report below _build/, the path of a report's folder, or a package. The exit code is 1 where a
    main finding changed, else 0; 2 where the two cannot be compared.

    \b
    sourcebook diff fair fair-1906ec33
    sourcebook diff _build/packages/fair-0.1.0.zip fair --page
    """
    from contextlib import suppress

    from sourcebook import difference, paths, reports, telling
    from sourcebook.errors import SourcebookError

    try:
        top = None
        with suppress(SourcebookError):  # outside of a checkout, folders and packages can still be compared
            top = paths.root()
        sides = reports.find_all((a, b), top)
        told = telling.document(*sides, difference.compare(*sides))
        if form == "json":
            click.echo(telling.written(told), nl=False)
        else:
            click.echo("\n".join(telling.lines(told, everything)))
        if page:
            from sourcebook import chapter

            click.echo("Building the pages", err=True)
            made = chapter.build(*sides, told, paths.root())
            click.echo(f"The page: {made}", err=form == "json")
    except SourcebookError as error:
        # Not 1, which says that a main finding changed.
        click.echo(f"Error: {error}", err=True)
        context.exit(2)
    context.exit(int(told["main_finding_changed"]))


@click.command()
@click.argument("row", default="")
@CASE
@CITATION
@OUTPUT
def cite(row, case, form, output):
    """Print a citation of the report, or of one row of it, in the form that another program reads.

    \b
    sourcebook cite
    sourcebook cite C01 --format bibtex
    """
    from sourcebook import citation, files
    from sourcebook.case import load

    text = citation.cite(_work(load(case), row), form)
    if output:
        click.echo(f"The citation: {files.export(output, text)}")
    else:
        click.echo(text, nl=False)


@click.command()
@CASE
@ARTICLE
@OUTPUT
def annotations(case, article, output):
    """Write the anchors of a case as W3C Web Annotations; with the article, each passage is quoted in them."""
    from sourcebook import annotations, check, files, paths
    from sourcebook.case import load
    from sourcebook.errors import CaseError

    record, text = load(case), None
    if article:
        content, _ = check.text_at_hand(record.folder, article)
        faults = check.check(record.folder, content)
        if faults:
            raise CaseError(record.name, faults)
        text = annotations.plain(content)
    told = annotations.annotations(record, _work(record), text)
    if not output:
        output = paths.root() / paths.BUILD / paths.ANNOTATIONS / f"{record.name}.jsonld"
        output.parent.mkdir(parents=True, exist_ok=True)
    click.echo(f"{told['total']} annotations: {files.export(output, annotations.written(told))}")
    if article:
        click.echo(
            "Each quotes its passage. The file holds pieces of the article: keep it to yourself, do not publish it."
        )
    else:
        click.echo("They hold positions and no word of the article. To add quotations: --article PATH.")


def _work(record, row: str = ""):
    """The report on a case as it is cited, dated by case.yml or by its checkout; or a row of it."""
    from dataclasses import replace

    from sourcebook import origin, paths
    from sourcebook.work import told, work

    day = origin.day(origin.date(paths.root(), record.folder))
    gist, page = told(record, row) if row else ("", "")
    return replace(work(record.meta, record.name, day, row, gist), page=page)
