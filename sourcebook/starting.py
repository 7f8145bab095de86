"""What a person types to begin a case, turned into calls of the package; `cli` brings it to the others."""

from pathlib import Path

import click


@click.command()
@click.argument("case")
@click.option(
    "--article", type=click.Path(path_type=Path), metavar="FILE",
    help="The article: plain text, Markdown or a saved web page; the template's own example unless given.",
)  # fmt: skip
@click.option("--encoding", default="", metavar="NAME", help="The file's encoding, where it says none or a wrong one.")
@click.option(
    "--title", default="", metavar="TEXT", help="The headline; before what the file says, like the next three."
)
@click.option("--publisher", default="", metavar="TEXT", help="Who published the article.")
@click.option("--date", default="", metavar="DAY", help="The day it appeared, as 2030-12-31.")
@click.option("--language", default="", metavar="CODE", help="Its language, as en.")
@click.option("--ship-text", is_flag=True, help="Put the text into the case: only where you may publish it.")
def new(case, article, encoding, title, publisher, date, language, ship_text):
    """Begin a case: a folder below data/ with every table, filled with examples to replace.

    \b
    sourcebook new bridge --article article.html
    """
    from sourcebook import intake, paths, scaffold
    from sourcebook.errors import ParameterError
    from sourcebook.words import count, listing

    top = paths.root()
    scaffold.named(case, paths.cases(top))
    meta = _checked({"title": title, "publisher": publisher, "date": date, "language": language})
    if not article and (encoding or ship_text):
        raise ParameterError(
            f"{'--encoding' if encoding else '--ship-text'} says something of a text: pass it with --article"
        )
    scaffold.free(top, case, None)
    read = intake.read(article, encoding) if article else None
    copy = read.text if read and not ship_text else None
    notebooks = [path.stem for path in paths.notebooks(top)]
    content = scaffold.made(case, read, meta, notebooks, ship_text)
    folder = scaffold.write(top, case, content, read.article if read else None, copy)
    if read:
        numbered = count(len(read.paragraphs), "paragraph")
        click.echo(f"The article: {read.form}, read as {read.encoding} ({read.known_by}); {numbered} numbered.")
        lacking = scaffold.lacking(read, meta)
        if lacking:
            click.echo(f"Not found in it, to be filled in in {paths.CASE}: {listing(lacking)}.")
    else:
        click.echo("No article was given, so the case has an example of one, to be replaced.")
    click.echo(f"The text: {top / paths.ARTICLES / f'{case}.txt' if copy else folder / scaffold.TEXT}")
    click.echo(f"The case: {folder}")
    click.echo("Replace the example rows; then:")
    for command in ("anchor", "check --case", "build --case"):
        click.echo(f"    sourcebook {command} {case}")


def _checked(meta: dict[str, str]) -> dict[str, str]:
    """What was said of the article, without what was not; ParameterError where it cannot stand in case.yml."""
    import re

    from sourcebook import identifiers
    from sourcebook.errors import UNPRINTABLE, ParameterError

    given = {name: " ".join(value.split()) for name, value in meta.items() if value}
    for name, value in given.items():
        if not value or UNPRINTABLE.search(value):
            raise ParameterError(f"--{name}: found {meta[name]!r}; write a text")
    if "date" in given and not identifiers.day(given["date"]):
        raise ParameterError(f"--date: found “{given['date']}”; write a day that there is, as 2030-12-31")
    if "language" in given and not re.fullmatch("[a-z]{2,3}", given["language"]):
        raise ParameterError(f"--language: found “{given['language']}”; write two or three small letters, such as en")
    return given
