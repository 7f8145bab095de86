"""A case and a reader's choices, turned into a report: notebooks run, staged, and built into pages by Jupyter Book."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sourcebook import binding, commentary, files, ingredients, multiverse, origin, paths, stamp
from sourcebook.cache import Cache
from sourcebook.case import Case, load, locate
from sourcebook.casefile import read_casefile
from sourcebook.check import check, text_at_hand
from sourcebook.errors import BuildError, CaseError, Fault, ParameterError, SourcebookError, nearest
from sourcebook.parameters import Parameter, checked, declared, gathered, written
from sourcebook.paths import notebooks
from sourcebook.press import pdf
from sourcebook.run import Progress, glued, run_all, silent
from sourcebook.sweep import ready
from sourcebook.workroom import tidy, workroom


class Plan(NamedTuple):
    """What a report is run with: parameters that differ from the notebooks' defaults, each notebook's share, all there
    are, and those that the case sets by itself.
    """

    values: dict
    shares: dict[str, dict]
    known: dict[str, Parameter]
    usual: dict


def plan(case: Case, top: Path, given: dict | tuple[str, ...] = (), file: Path | None = None) -> Plan:
    """Checked values, each notebook's share of them, and all parameters.

    given: values by name, or “name=value” texts of a command line. These go before the YAML file, the file before the
    case's defaults, and these before the notebooks' own.
    """
    books = notebooks(top)
    known = declared(books)
    if file or not isinstance(given, dict):
        given = gathered(file, tuple(given), known, case)
    usual = checked(case.meta.get("parameters", {}), known, case, place=f"{paths.CASE} of case {case.name}")
    values = checked({**case.meta.get("parameters", {}), **given}, known, case)
    if case.folder.is_absolute() and case.folder != top / paths.DATA / case.name:
        raise SourcebookError(
            f"{case.folder} is not below data/, where the notebooks look for cases: copy it to data/{case.name}."
        )
    other = {} if case.name == paths.default_case(top) else {"case": case.name}
    shares = {
        path.stem: other | {name: value for name, value in values.items() if path.stem in known[name].notebooks}
        for path in books
    }
    return Plan(values, shares, known, usual)


def commentary_faults(folder: Path, top: Path) -> list[Fault]:
    """Names in the case's commentary that its notebook does not glue, going by the notebooks' stored outputs."""
    faults = []
    for path in notebooks(top):
        text = folder / paths.COMMENTARY / f"{path.stem}.md"
        names = set(glued(json.loads(path.read_text(encoding="utf-8"))["cells"]))
        if text.is_file() and names:
            faults += commentary.faults(text, names)
    return faults


def report_name(case: Case, values: dict, usual: dict, with_article: bool = False) -> str:
    """The case's name, and for parameters other than its `usual` ones a digest of them, so that reports lie side by side;
    one that shows a text which is not the case's own to ship says so, and never takes the place of one that does not.
    """
    digest = (
        "" if values == usual else "-" + hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]
    )
    return case.name + digest + (paths.WITH_ARTICLE if with_article else "")


def chosen(names: tuple[str, ...], top: Path) -> list[Path]:
    """The notebooks of these names, all of them without names; raise ParameterError for a name that none has."""
    books = {path.stem: path for path in notebooks(top)}
    for name in names:
        if name not in books:
            raise ParameterError(
                f"there is no notebook “{name}”; the notebooks are {', '.join(books)}{nearest(name, books)}"
            )
    return [path for name, path in books.items() if not names or name in names]


def reads_outcomes(notebook: Path) -> bool:
    """Whether a notebook asks for the table of outcomes, which then has to be in step."""
    return ingredients.reads_outcomes("\n".join(ingredients.commands(notebook)))


def cache(case: Case, plan: Plan, top: Path, engine: str) -> Cache:
    """The store of executed notebooks, for runs of this plan."""
    space = multiverse.read(case)

    def made(notebook: Path) -> ingredients.Made:
        parts = ingredients.of_run(notebook, plan.shares[notebook.stem], case.folder, top, engine)
        if space and reads_outcomes(notebook):
            parts |= {f"outcomes: {name}": digest for name, digest in multiverse.made(case, space, top).items()}
            parts |= ingredients.swept(case.folder, top)
        return parts

    return Cache(top / paths.BUILD / paths.CACHE, made)


def verified(folder: Path, article: Path) -> bytes | None:
    """The article's text as it is to be shown, every anchor having been verified against it; None where the case ships it
    and so has it among its files. Raise CaseError with every fault.
    """
    text = text_at_hand(folder, article)[0]
    faults = check(folder, text)
    if faults:
        raise CaseError(folder.name, faults)
    return None if read_casefile(folder)[0]["article"].get("text") else text.content


def build(
    case_name: str,
    given: dict | tuple[str, ...] = (),
    article: Path | None = None,
    say: Callable[[str], None] = print,
    progress: Progress = silent,
    engine: str = "fork",
    file: Path | None = None,
    fresh: bool = False,
    formats: Iterable[str] = ("html",),
) -> Path:
    """Build the report of a case and return its first page; `say` takes lines of news, `progress` the notebooks as they end.

    article: the article's text, which every anchor is verified against and the evidence page then shows. Unless the case
    ships it, the report is one beside the text-free one (see report_name), which is what ships.
    formats: "html", which is always made, and "pdf" (see paths.printed). Only what a change can reach is made again, unless
    `fresh`. Everything is made in a new folder beside the last good report and takes its place only when it is whole.
    Raise CaseError, ParameterError, RunError or BuildError; where it is the PDF alone that cannot be made, the HTML
    report is there all the same.
    """
    folder = locate(case_name)
    text = verified(folder, article) if article else None
    case = load(str(folder))
    top, books = paths.root(), notebooks(paths.root())
    told = plan(case, top, given, file)
    name = report_name(case, told.values, told.usual, text is not None)
    target = top / paths.BUILD / name
    pairs = tuple(f"{name}={written(value)}" for name, value in given.items()) if isinstance(given, dict) else given
    request = stamp.asked(case_name, pairs, file, text is not None)
    say(f"Case {case.name}" + "".join(f", {name}={written(value)}" for name, value in told.values.items()))
    if any(map(reads_outcomes, books)):
        ready(case, told.known, top, progress, say)
    refused = None
    if "pdf" in formats:
        try:
            pdf.printer()
        except BuildError as error:
            refused, formats = error, ("html",)
    made = ingredients.of_report(told.values, books, case.folder, top, engine)
    if not fresh and stamp.holds(target, made, formats):
        tidy(target.parent)
        say(stamp.UNCHANGED)
    else:
        with workroom(target.parent, name) as scratch:
            store = None if fresh else cache(case, told, top, engine)
            report, took = _made(scratch, name, case, told, store, engine, formats, say, progress, text)
            if ingredients.of_report(told.values, books, case.folder, top, engine) == made:
                # Without a stamp, what changed meanwhile is built the next time.
                stamp.put(report, made, request, formats, took)
            replace(report, target)
    page = target / "html" / "index.html"
    if refused:
        raise BuildError(f"{refused}\nThe HTML report was built: {page}")
    return page


def _made(
    scratch: Path,
    name: str,
    case: Case,
    told: Plan,
    store: Cache | None,
    engine: str,
    formats: Iterable[str],
    say: Callable[[str], None],
    progress: Progress,
    text: bytes | None,
) -> tuple[Path, dict[str, float]]:
    """The folder of the whole report `name`, made below `scratch`, and how many seconds its parts took."""
    top, source, report, took = paths.root(), scratch / "source", scratch / "report", stamp.Took()
    epoch, printed = origin.date(top, case.folder), f"{name}.pdf" if "pdf" in formats else ""
    binding.stage(top, case, source, epoch, printed, text)
    with took("notebooks"):
        run_all(notebooks(top), source / paths.NOTEBOOKS, told.shares, top, progress, engine, store)
    say("Building the pages")
    with took("pages"), binding.drawing(top, source):
        html = binding.pages(source)
    shutil.copytree(source / paths.NOTEBOOKS, report / paths.NOTEBOOKS)
    html.rename(report / "html")
    values = {"case": case.name, **told.values}
    files.write(report / paths.PARAMETERS, json.dumps(values, indent=2, sort_keys=True) + "\n")
    if printed:
        say("Printing the PDF")
        with took("pdf"):
            binding.print_pdf(source, case, epoch, report / printed)
        shutil.copy(report / printed, report / "html" / paths.DOWNLOADS)
    return report, took.seconds


def replace(new: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one; at no moment is a half-written one there, or none.

    Where two builds end at once, the last to come wins. (A system on which folders cannot change places has none for an
    instant; killed in it, a build leaves the older one in the hidden folder beside, for the next to put back: see workroom.)
    """
    refused = None
    for attempt in range(100):
        if files.exchange(new, target):
            return
        with suppress(FileNotFoundError):
            target.rename(new.with_name(f"old-{attempt}"))
        try:
            new.rename(target)
            return
        except OSError as error:  # another build has put its own there just now
            refused = error
    raise BuildError(f"{target} cannot be replaced ({refused}): wait for other builds to end, and build again.")
