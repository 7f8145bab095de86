"""A case and its report, turned into one archive that can be stored, cited, checked, and built again.

Unpacked it is a checkout, with the report below `report/`. Nothing in it comes from the clock, the folder or the user;
the versions of Python and of what is installed are told in its metadata.
"""

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sourcebook import (
    archive,
    book,
    crate,
    digests,
    files,
    licences,
    manifest,
    multiverse,
    origin,
    outcomes,
    paths,
    rebuild,
)
from sourcebook.case import Case, load
from sourcebook.errors import BuildError, Fault, PackageError
from sourcebook.parameters import written
from sourcebook.run import Progress, silent

# Of a checkout: what builds the report, and what tells a stranger what this is. The software's own CITATION.cff is not
# among them: in a package that file is how to cite the report.
KEPT = (
    paths.CONFIG, paths.TOC, paths.LOCK, "environment.yml", "pyproject.toml", "Makefile", "LICENSE", "LICENSE-DATA",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
)  # fmt: skip
GUIDE = "docs"
CODE_LICENCE = licences.address("MIT")


class Package(NamedTuple):
    """A written package: where it lies, how many files it holds, its bytes and their SHA-256."""

    path: Path
    files: int
    size: int
    digest: str


def package(
    case_name: str,
    given: dict | tuple[str, ...] = (),
    file: Path | None = None,
    output: Path | None = None,
    say: Callable[[str], None] = print,
    progress: Progress = silent,
) -> Package:
    """Build the report where it is not current, and write its package; raise PackageError where one cannot be made."""
    case, top = load(case_name), paths.root()
    told = book.plan(case, top, given, file)
    seconds = origin.date(top, case.folder)
    kept = checkout(top, case, seconds)
    if case.name == paths.default_case(top):
        report = _built(case_name, given, file, say, progress)
        kept |= swept(case, top)
    else:
        # In the package this case is the book's own, and so its notebooks are not told which it is. Build it as such.
        kept |= swept(case, top)
        say(f"Building the report on {case.name}")
        with tempfile.TemporaryDirectory(prefix="sourcebook-") as scratch:
            rebuild.unpack(kept, Path(scratch))
            report = rebuild.made(Path(scratch), told.values, True, say)
    name = book.report_name(case, told.values, told.usual)
    if origin.altered(top):
        say(f"Files here differ from commit {origin.commit(top)[:12]}: the package holds them as they are now.")
    held = assembled(kept, report, case, told, top, seconds)
    version = re.sub(r"[^\w.+-]+", "-", case.meta["version"])[:40]  # some file systems take 143 bytes for a name
    output = output or top / paths.BUILD / paths.PACKAGES / f"{name}-{version}.zip"
    faults = archive.wrong(list(held))
    if faults:
        raise PackageError(name, faults)
    content = b"".join(piece for _, piece in archive.parts(held, seconds))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(output, [content])
    except OSError as error:
        found = f"cannot be written ({error.strerror})"
        raise PackageError(output.name, [Fault(str(output), found, "name another file with --output")]) from None
    return Package(output, len(held), len(content), digests.content(content))


def _built(
    case_name: str, given: dict | tuple[str, ...], file: Path | None, say, progress: Progress
) -> dict[str, bytes]:
    """The files of the report, with a PDF where one can be printed here; what is current is not built again."""
    try:
        page = book.build(case_name, given, None, say, progress, file=file, formats=("html", "pdf"))
    except BuildError as error:
        page = book.build(case_name, given, None, say, progress, file=file)  # which is there, or fails as well
        say(f"The package has no PDF: {error}")
    return rebuild.finished(page.parents[1])


def checkout(top: Path, case: Case, seconds: int) -> dict[str, bytes]:
    """The files from which the report can be built again, by their path in the package."""
    from sourcebook.citation import cite, work

    code = Path(__file__).parent
    held = {name: (top / name).read_bytes() for name in KEPT if (top / name).is_file()}
    held |= {f"{paths.NOTEBOOKS}/{path.name}": path.read_bytes() for path in paths.notebooks(top)}
    for folder, where in [
        (case.folder, f"{paths.DATA}/{case.name}"),
        (top / paths.BOOK, paths.BOOK),
        (top / GUIDE, GUIDE),
        (code, code.name),
    ]:
        held |= {f"{where}/{name}": content for name, content in files.below(folder).items()}
    listed = described(held[f"{paths.DATA}/{case.name}/{paths.PACKAGE}"])
    known = {f"{paths.DATA}/{case.name}/{path}" for path in [*listed, case.meta["article"].get("text")] if path}
    text = [name for name in held.keys() - known if digests.content(held[name]) == case.meta["article"]["sha256"]]
    if text:  # where it is the case's own to hand on, case.yml or its data package names it
        why = "is the article itself, which is not ours to hand on"
        raise PackageError(
            case.name, [Fault(name, why, f"keep it outside {name.split('/')[0]}/") for name in sorted(text)]
        )
    held[paths.CONFIG] = settings(held[paths.CONFIG], case.name)
    held[paths.CITATION] = cite(work(case.meta, case.name, origin.day(seconds)), "cff").encode()
    held[paths.ORIGIN] = _json({"commit": origin.commit(top), "date": seconds})
    held[paths.PACKAGE] = data_package(held, case.name)
    return held


def swept(case: Case, top: Path) -> dict[str, bytes]:
    """The table of outcomes that was not stored with the case but made here, where the report shows it."""
    folder, space = multiverse.results(case, top), multiverse.read(case)
    if space is None or not outcomes.current(folder, space, multiverse.made(case, space, top)):
        return {}
    table = folder / paths.OUTCOMES
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in (table, table.with_suffix(".json"))}


def described(content: bytes) -> list[str]:
    """The files that a datapackage.json lists."""
    return [resource["path"] for resource in json.loads(content)["resources"] if isinstance(resource.get("path"), str)]


def settings(config: bytes, case: str) -> bytes:
    """_config.yml with the packaged case as the book's own; every other byte, and so the comments, as it was."""
    return re.sub(
        rb"^(\s*sourcebook_case:\s*)\S+", rb"\g<1>" + f"{paths.DATA}/{case}".encode(), config, flags=re.MULTILINE
    )


def data_package(held: dict[str, bytes], case: str) -> bytes:
    """The case's datapackage.json for the root of the package, each table with its size and digest."""
    described = json.loads(held[f"{paths.DATA}/{case}/{paths.PACKAGE}"])
    for resource in described["resources"]:
        resource["path"] = f"{paths.DATA}/{case}/{resource['path']}"
        content = held[resource["path"]]
        resource["hash"], resource["bytes"] = f"sha256:{digests.content(content)}", len(content)
    return _json(described)


def assembled(
    kept: dict[str, bytes], report: dict[str, bytes], case: Case, told: book.Plan, top: Path, seconds: int
) -> dict[str, bytes]:
    """All files of the package, with the metadata and the list of digests."""
    from sourcebook.citation import work

    held = kept | {f"{paths.REPORT}/{name}": content for name, content in report.items()}
    described = json.loads(kept[paths.PACKAGE])
    values = {"case": case.name, **told.values}
    facts = crate.Report(
        work(case.meta, case.name, origin.day(seconds)),
        case.name,
        origin.moment(seconds),
        {
            name: (written(values.get(name, known.default)), known.help, known.notebooks)
            for name, known in told.known.items()
        },
        {Path(each["path"]).name: each.get("description", each.get("title", "")) for each in described["resources"]},
        case.meta["article"],
        (_licence(described, case.meta["licence"]), CODE_LICENCE),
    )
    held[paths.CRATE] = crate.metadata(facts, held).encode()
    return held | {paths.MANIFEST: manifest.text(held).encode()}


def _licence(described: dict, name: str) -> str:
    """The address of the data's licence: as the Data Package or its name tells it, else one within the package."""
    known = {each.get("name"): each.get("path") for each in described.get("licenses", [])}
    return known.get(name) or licences.address(name) or "#licence"


def _json(content: dict) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
