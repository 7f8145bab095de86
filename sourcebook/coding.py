"""What a person types to code a case (anchors, new versions of the article, spreadsheets), turned into calls of the package."""

from pathlib import Path

import click

TEXT = click.option(
    "--article", type=click.Path(path_type=Path), metavar="PATH",
    help="The article's text; the case's own, or the copy in articles/, unless given.",
)  # fmt: skip

WRITABLE = "Nothing is changed: make it writable, and run the same again."


@click.command("codes")
@click.argument("case")
@click.argument("column")
@click.argument("code", nargs=-1)
def label(case, column, code):
    """List or set the codes that are a case's own: its sides (bloc) and its subjects (topic), in every table that has them.

    \b
    sourcebook codes fair bloc
    sourcebook codes fair bloc town="The town" port="The port" outside="Everybody else"
    """
    from sourcebook import codes, files, texts
    from sourcebook.case import locate
    from sourcebook.paths import PACKAGE
    from sourcebook.words import count

    folder, column = locate(case), codes.own(column)
    schema, _ = texts.described(folder)
    if not code:
        for value, words in codes.listed(schema.descriptor, column).items():
            click.echo(f"{value}={words}")
        return
    told = codes.given(column, code)
    files.export(folder / PACKAGE, codes.written(schema.descriptor, column, told), WRITABLE)
    click.echo(
        f"{PACKAGE}: {column} has {count(len(told), 'code')}. Rows that have another are faults now: sourcebook check --case {case}"
    )


@click.command()
@click.argument("case")
@click.argument("words", default=None, required=False)
@TEXT
@click.option("--paragraph", type=click.IntRange(min=1), metavar="N", help="Look in this paragraph alone.")
@click.option(
    "--occurrence", type=click.IntRange(min=1), metavar="N", help="Where the words stand several times, take this one."
)
@click.option("--row", metavar="ID", default="", help="Write the anchor into this row.")
@click.option("--table", metavar="NAME", default="", help="Only this table.")
def anchor(case, words, article, paragraph, occurrence, row, table):
    """Find the place of a few quoted words in the article; without words, anchor all rows that quote their passage.

    \b
    sourcebook anchor fair --paragraph 3 "denied that a ship"
    sourcebook anchor fair --row C02 "denied that a ship"
    sourcebook anchor fair --table claims
    """
    from sourcebook import anchoring, texts
    from sourcebook.case import locate
    from sourcebook.errors import ParameterError, choices, visible
    from sourcebook.words import listing

    if words is not None and not words.strip():  # an empty variable of a shell must not anchor whole tables
        raise ParameterError(
            "no words are quoted: quote some, or leave them out to anchor every row that quotes its passage"
        )
    if not words and (paragraph or occurrence or row):
        raise ParameterError("--paragraph, --occurrence and --row are for quoted words: quote some, or leave them out")
    if words and table and not row:
        raise ParameterError("--table is for a whole table, or goes with --row: leave out it or the words")
    folder = locate(case)
    schema, meta = texts.described(folder)
    if table and table not in schema.anchored:
        raise ParameterError(f"--table: no table with anchors is called “{table}”; {choices(table, schema.anchored)}")
    text = texts.coded(folder, meta, article)
    chosen = [table] if table else schema.anchored
    if not words:
        return _whole_tables(folder, chosen, text)
    place = anchoring.one(text, words, paragraph, occurrence)
    cells = place.cells
    click.echo(visible(f"Found: {anchoring.shown(text, place)}"))
    if place.differs:
        click.echo(f"The article has it with {listing(place.differs)}; the anchor is that of its own text.")
    if row:
        click.echo(_into_row(folder, chosen, row, cells))
    click.echo(",".join(map(str, cells.values())))


def _into_row(folder: Path, names: list[str], id: str, cells: dict) -> str:
    """Write an anchor into the row of this id, in whichever of the tables it stands; what was done, in words."""
    from sourcebook import files
    from sourcebook.errors import CaseError, Fault, SourcebookError, choices
    from sourcebook.passages import RAGGED, RAGGED_CURE
    from sourcebook.schema import ANCHOR, PASSAGE
    from sourcebook.table import Table

    known, tables = [], [Table(folder / f"{name}.csv") for name in names]
    again = f"Nothing was written. Mend these, then run the same again in case {folder.name}."
    if faults := [fault for table in tables if (fault := table.misread(("id", *ANCHOR)))]:
        raise CaseError(folder.name, faults, again)
    for name, table in zip(names, tables):
        for line, row in table.rows():
            known.append(row["id"])
            if known[-1] == id:
                if line in table.ragged():
                    raise CaseError(folder.name, [Fault(table.path.name, RAGGED, RAGGED_CURE, row=line, id=id)], again)
                table.set(line, cells | ({PASSAGE: ""} if PASSAGE in table.columns else {}))
                files.export(table.path, table.text(), WRITABLE)
                return f"Written into {name}.csv, row {line} ({id})."
    where = ", ".join(f"{name}.csv" for name in names)
    raise SourcebookError(f"{where}: no row “{id}”; {choices(id, known)}")


def _whole_tables(folder: Path, names: list[str], text) -> None:
    from sourcebook import files
    from sourcebook.errors import CaseError
    from sourcebook.passages import anchor
    from sourcebook.schema import ANCHOR, PASSAGE
    from sourcebook.table import Table
    from sourcebook.words import count

    tables = [Table(folder / f"{name}.csv") for name in names]
    faults = [fault for table in tables if (fault := table.misread(ANCHOR))]
    sound = [table for table in tables if not table.misread(ANCHOR)]
    waiting = [table for table in sound if PASSAGE in table.columns]
    for table in waiting:
        done = anchor(table, text)
        if done.rows or not done.faults:
            files.export(
                table.path,
                table.text(),
                "The rows of this table are as they were: make it writable, and run the same again.",
            )
        click.echo(f"{table.path.name}: {count(done.rows, 'row')} anchored.")
        for line, id, remark in done.remarks:
            click.echo(f"    row {line} ({id}): {remark}")
        faults += done.faults
    if not waiting and not faults:
        click.echo(f"No table has a column {PASSAGE}: there is nothing to anchor.")
    if faults:
        raise CaseError(folder.name, faults, f"Mend these, then run again: sourcebook anchor {folder.name}")


@click.command()
@click.argument("case")
@click.option(
    "--article", type=click.Path(path_type=Path), metavar="PATH", required=True, help="The new version of the article."
)
@click.option(
    "--old", type=click.Path(path_type=Path), metavar="PATH", help="The version that was coded, if you have it."
)
@click.option(
    "--encoding",
    default="",
    metavar="NAME",
    help="The new version's encoding, such as windows-1252, where it says none or a wrong one.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.pass_context
def reanchor(context, case, article, old, encoding, dry_run):
    """Move a case to a new version of its article: find every anchor again for certain, and list those that are left.

    \b
    sourcebook reanchor fair --article new.txt --dry-run
    """
    from sourcebook import files, intake, texts, versions
    from sourcebook.article import own_copy
    from sourcebook.case import locate
    from sourcebook.errors import CaseError
    from sourcebook.paths import NOTEBOOKS

    folder = locate(case).resolve()
    schema, meta = texts.described(folder)
    taken, sha256 = intake.read(article, encoding), meta["article"]["sha256"]
    new = versions.version(article, taken, sha256, None)
    ships, copy = meta["article"].get("text"), own_copy(folder)
    keeps = not ships and (copy.is_file() or (folder.parents[1] / NOTEBOOKS).is_dir()) and not dry_run
    if new.sha256 == sha256:
        if keeps:  # a run that was killed before it came to this
            texts.room(copy)
            files.export(copy, new.content, WRITABLE)
        click.echo(f"Case {folder.name} is coded after this very text: there is nothing to do.")
        return
    faults = versions.blocking(folder, schema)
    if faults:
        raise CaseError(folder.name, faults)
    before = texts.earlier(folder, meta, old, click.echo)
    new = versions.version(article, taken, sha256, before)
    told = versions.renewal(folder, schema, sha256, new, before)
    for line in versions.told(folder.name, told, new):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was written.")
    else:
        if keeps:
            texts.room(copy)
        files.swap(folder, {**told.files, **({ships: new.content} if ships else {})})
        if keeps:
            files.export(copy, new.content, "The case is moved: run the same again to keep the text.")
    if told.left or told.slips:
        context.exit(1)


@click.command("import")
@click.argument("case")
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@TEXT
def bring(case, file, article):
    """Take a case's tables from spreadsheets (.xlsx, .ods or .csv), after the same checks; on a fault nothing is written.

    \b
    sourcebook import fair tables.xlsx
    sourcebook import fair claims.ods reactions.csv
    """
    from sourcebook import sheets, texts
    from sourcebook.case import locate
    from sourcebook.words import count

    folder = locate(case).resolve()
    _, meta = texts.described(folder)
    changed = sheets.bring(folder, file, texts.matching(folder, meta, article))
    for table, rows in changed.items():
        click.echo(f"{table}.csv: written, {count(rows, 'row')}.")
    if not changed:
        click.echo("Nothing differs from the tables of the case.")


@click.command()
@click.argument("case")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(case, file):
    """Write a case's tables into a spreadsheet (.xlsx) in which every cell is text, to be edited and imported again."""
    from sourcebook import files, sheets
    from sourcebook.case import locate
    from sourcebook.errors import ParameterError

    if file.suffix.lower() != ".xlsx":
        raise ParameterError(f"{file.name}: the file's name must end in .xlsx")
    click.echo(f"The tables: {files.export(file, sheets.out(locate(case)))}")
