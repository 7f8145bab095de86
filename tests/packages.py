"""A small package made without Jupyter Book, and archives damaged or forged byte by byte."""

import io
import json
import os
import struct
import zipfile
from pathlib import Path

from nbformat import v4
from room import small

from sourcebook import archive, book, digests, manifest, origin, package, rebuild

MOMENT = 1_700_000_000
REPORT = {"html/index.html": "<p>The fair</p>", "html/_static/ünï code.js": "1", "fair.pdf": "%PDF-1.7"}


def executed(value: object) -> str:
    """The text of an executed notebook with one named value."""
    output = v4.new_output(
        "display_data", {"application/papermill.record/application/json": json.dumps(value)},
        metadata={"scrapbook": {"name": "finding"}},
    )  # fmt: skip
    cell = v4.new_code_cell("show()", id="one", outputs=[output], execution_count=1)
    return json.dumps(v4.new_notebook(cells=[cell]))


def report(folder: Path, case: str = "fair", **values) -> Path:
    """A report's folder as a build leaves it; its first page."""
    told = {f"notebooks/{name}.ipynb": executed(f"{name} {values}") for name in ("tally", "hue")}
    told |= {"parameters.json": json.dumps({"case": case, **values}), "build.json": "{}", ".hidden": "x"}
    for name, text in (REPORT | told).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "html" / "index.html"


def checkout(top: Path, monkeypatch) -> Path:
    """A small checkout in which a build costs nothing; the working directory is in it."""
    top.mkdir(parents=True, exist_ok=True)
    small(top)
    quick(top, monkeypatch)
    return top


def quick(top: Path, monkeypatch) -> None:
    """Let builds in a checkout cost nothing."""

    def build(
        case, given=(), article=None, say=print, progress=None, engine="fork", file=None, fresh=False, formats=()
    ):
        record = package.load(case)
        told = book.plan(record, top, given, file)
        return report(top / "_build" / book.report_name(record, told.values, told.usual), record.name, **told.values)

    monkeypatch.chdir(top)
    monkeypatch.setenv(origin.EPOCH, str(MOMENT))
    monkeypatch.setattr(book, "build", build)


def again(monkeypatch, change=lambda files: files) -> None:
    """Let a rebuild cost nothing, and give the report that `change` makes of the right one."""

    def made(top, values, printed, say):
        report(top / "_build" / "fair", **values)
        return change(rebuild.finished(top / "_build" / "fair"))

    monkeypatch.setattr(rebuild, "made", made)


def packed(path: Path, files: dict[str, bytes], listed: bool = True, seconds: int = MOMENT) -> Path:
    """Write an archive as Sourcebook does, its list of digests made anew unless told."""
    if listed:
        held = {name: content for name, content in files.items() if name != "manifest-sha256.txt"}
        files = files | {"manifest-sha256.txt": manifest.text(held).encode()}
    path.write_bytes(b"".join(piece for _, piece in archive.parts(files, seconds)))
    return path


def described(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with metadata that tells of just these."""
    graph = [
        {"@id": name, "@type": "File", "contentSize": str(len(content)), "sha256": digests.content(content)}
        for name, content in files.items()
    ]
    graph.append({"@id": "manifest-sha256.txt", "@type": "File"})
    return files | {"ro-crate-metadata.json": json.dumps({"@graph": graph}).encode()}


def tiny() -> dict[str, bytes]:
    """The files of the smallest package that verifies, without its list of digests."""
    return described(
        {"origin.json": json.dumps({"commit": "", "date": MOMENT}).encode(), "a.txt": b"one", "b/c.txt": b"two"}
    )


def zipped(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    """Write an archive with zipfile, as somebody else would."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def patched(path: Path, offset: int, form: str, value: int) -> Path:
    """Set one field in the entry of the first file in the archive's directory."""
    content = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<L", content, len(content) - 6)
    struct.pack_into(form, content, start + offset, value)
    path.write_bytes(content)
    return path


def flipped(path: Path, place: int, bit: int, to: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    to.write_bytes(content)
    return to


def names(path: Path) -> dict[str, bytes]:
    """The files of an archive as zipfile reads them."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        return {name: file.read(name) for name in file.namelist()}


def elsewhere(folder: Path) -> set[str]:
    return {os.path.relpath(path, folder) for path in folder.rglob("*")}
