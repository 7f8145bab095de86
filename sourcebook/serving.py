"""The command that keeps a report up to date while its case is being coded, and shows it in a browser."""

import time

import click

from sourcebook.options import CASE, FILE, PARAMETER, SHOWN

LOOK = 0.25  # seconds between two looks at the files


@click.command()
@CASE
@PARAMETER
@FILE
@SHOWN
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="NUMBER", help="0 takes a free one."
)  # fmt: skip
@click.option("--open", "browse", is_flag=True, help="Open the report in the browser.")
def serve(case, parameter, file, article, port, browse):
    """Show the report in a browser, and rebuild what an edit touches; only this machine can see it. Ctrl-C ends it.

    \b
    sourcebook serve --open
    """
    from sourcebook import paths, workers

    workers.prepare()
    from sourcebook.bindery import bindery
    from sourcebook.case import locate
    from sourcebook.live import Live, state
    from sourcebook.server import Site, serving
    from sourcebook.workroom import workroom

    top = paths.root()
    with workroom(top / paths.BUILD, "live") as folder, bindery(top) as press:
        live = Live(case, parameter, file, folder, press, click.echo, article)
        known = state(top, locate(case))  # before anything is read, so that no edit is missed
        site = Site(live.rebuild())
        with serving(site, port) as address:
            click.echo(f"The report: {address}  (edit a table, a notebook or a page; Ctrl-C ends it)")
            if browse:
                click.launch(address)
            try:
                _watch(live, site, known)
            except KeyboardInterrupt:
                click.echo("\nEnded.")


def _watch(live, site, known: dict) -> None:
    """Rebuild after each edit, and bring the table of outcomes into step when there is none; ends by an exception."""
    from sourcebook.case import locate
    from sourcebook.errors import SourcebookError, visible
    from sourcebook.live import changed, modules, state

    folder, late, sound = locate(live.name), None, True
    try:
        while True:
            if sound and live.behind and late is None:
                click.echo("The outcomes are out of step with the record: their chapter follows")
                late = live.catch_up()
            time.sleep(LOOK)
            now = state(live.top, folder)
            edited = changed(known, now)
            caught_up = late is not None and late.poll() == 0
            if edited and changed(now, state(live.top, folder)):
                continue  # still being written
            if not edited and not caught_up:
                continue
            if own := modules(edited):
                raise SourcebookError(
                    f"Sourcebook's own code changed ({', '.join(path.name for path in own)}). Start again: sourcebook serve"
                )
            if edited:
                click.echo(visible(f"Changed: {', '.join(path.name for path in edited)}"))
            known, late = now, _stop(late)
            try:
                site.show(live.rebuild())
                sound = True
            except SourcebookError as error:
                sound = False
                click.echo(f"Error: {error}", err=True)
                site.blame(str(error))
    finally:
        _stop(late)


def _stop(process) -> None:
    """End a process, if there is one that has not ended by itself."""
    if process is not None:
        with process:
            process.terminate()
