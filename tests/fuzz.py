"""Inputs made at random, tried on all that reads what a user or a stranger brings; run by itself, it tries as many as it is told.

    python tests/fuzz.py 1000000 [SEED [NAME ...]]

Each input must give a result or an error of ours that names where it is, within PATIENCE seconds. A part of the inputs
is made by Hypothesis, from nothing or into a sound input, and the rest by tests/mutation.py out of sound ones.
"""

import csv
import io
import json
import logging
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import cases
import mutation
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from mutation import any_bytes, as_json, as_yaml, bent, odd, retabled, token, twisted

PATIENCE = (
    20  # seconds of computing for one input, which takes some thousandths; what else the machine does is no matter
)
MEMORY = 400_000  # kilobytes by which trying may make the process grow
LONGEST = 100_000  # signs of a message; a case with many faults has many lines
BY_HYPOTHESIS = 5  # one input in so many
ROUND = 2000  # inputs that Hypothesis makes at once: it keeps what it has made
SETTINGS = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
# What no message may hold: signs that steer a terminal or turn its letters round, and places of the machine.
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
INTERNAL = re.compile(r"Traceback|object at 0x|site-packages|/sourcebook/")
FILES = ("case.yml", "datapackage.json", "references.bib", "multiverse.yml", "commentary/claims.md")


class Hang(BaseException):
    """An input that took longer than PATIENCE; no reader's own clause catches it."""


@dataclass
class Target:
    """What is tried: `take` reads an input and gives back messages, if any; `make` makes one of a Random, `strategy` is
    Hypothesis's; `says` is what an error's message must have in it; share: inputs of a thousand.
    """

    name: str
    share: float
    take: Callable
    make: Callable
    strategy: st.SearchStrategy
    says: str = ""


@dataclass
class Tried:
    """What came of the inputs of a target; faults: by what happened where, the shortest input that did it."""

    hypothesis: int = 0
    mutation: int = 0
    outcomes: Counter = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


def bytes_near(seeds: list[bytes]) -> st.SearchStrategy:
    """Any bytes, any text, and sound bytes in which a piece is another."""

    def put(sound: bytes, at: int, drop: int, text: str) -> bytes:
        at %= len(sound) + 1
        return sound[:at] + mutation.raw(text) + sound[at + drop :]

    text = st.text(st.characters(exclude_categories=()), max_size=30)
    placed = st.builds(put, st.sampled_from(seeds), st.integers(0, 10**6), st.integers(0, 60), text)
    return placed | text.map(mutation.raw) | st.binary(max_size=200)


def values_near(seeds: list, written: Callable) -> st.SearchStrategy:
    """Any document, and sound ones in which one value is any other."""
    scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    inner = st.recursive(
        scalar,
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
        max_leaves=6,
    )

    def graft(sound, way: list[int], value):
        if not way or not sound or not isinstance(sound, dict | list):
            return value
        keys = list(sound) if isinstance(sound, dict) else range(len(sound))
        key = keys[way[0] % len(keys)]
        copy = sound.copy()
        copy[key] = graft(sound[key], way[1:], value)
        return copy

    return st.builds(graft, st.sampled_from(seeds), st.lists(st.integers(0, 50), max_size=9), inner).map(written)


def made_of(seeds: list[bytes], *more: Callable) -> Callable:
    """An input of a Random: mostly a sound one, bent; at times any bytes."""

    def make(rng: Random) -> bytes:
        if rng.random() < 0.05:
            return any_bytes(rng)
        ways = [*more, lambda rng: bent(rng.choice(seeds), rng)]
        content = rng.choice(ways)(rng)
        return bent(content, rng, 1) if rng.random() < 0.1 else content

    return make


def documents(seeds: list, written: Callable) -> Callable:
    """A sound document, twisted and written."""

    def make(rng: Random) -> bytes:
        try:
            return written(twisted(rng.choice(seeds), rng))
        except (ValueError, RecursionError):  # json and yaml write no number of 5000 digits
            return any_bytes(rng)

    return make


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {part.filename: archive.read(part) for part in archive.infolist()}


def targets(top: Path) -> list[Target]:
    """All that is tried, in a folder of its own, which is the working directory."""
    return [*_parameters(top), *_case(top), *_texts(top), *_sheets(top), *_reports(top)]


def _file(name: str, take: Callable) -> Callable:
    """`take` of the path of a file with the input in it."""
    path = Path(name)

    def taken(content: bytes):
        path.write_bytes(content)
        return take(path)

    return taken


def _parameters(top: Path) -> Iterator[Target]:
    from sourcebook import codes, parameters
    from sourcebook.case import load
    from sourcebook.parameters import Parameter

    case = load(str(top / "sound" / "fair"))
    known = {
        name: Parameter(name, kind, default, "", allowed, ("tally",))
        for name, kind, default, allowed in [
            ("min_reliability", "str", "F", "sources.reliability"), ("min_credibility", "int", 6, "claims.credibility"),
            ("attribution", "str", "implied", "explicit|implied"), ("exclude_actors", "list", [], "actors.id"),
            ("exclude_blocs", "list", [], "actors.bloc"), ("include_unnamed", "bool", True, ""), ("tolerance", "float", 0.0, ""), ("most", "int", 3, ""), ("labels", "list", [], ""), ("title", "str", "", ""),
            ("since", "date", "", ""), ("until", "date", "", ""), ("coder", "str", "", "all|consistency.coder"),
        ]
    }  # fmt: skip
    values = ["F", "C", "3", "yes", "0", "1.5", "2031-02-03", "", "town,port", "mayor", "implied", "first", "all"]
    near = [*known, "case", "min_reliabilty", "Since", "", " since", "since ", "__class__", "default"]

    def use(given: dict, place: str = "") -> None:
        for name, value in parameters.checked(given, known, case, place).items():
            json.dumps(value)
            assert parameters.checked({name: parameters.written(value)}, known, case) == {name: value} or isinstance(
                value, list
            )

    def typed(pairs: tuple[str, ...]) -> None:
        use(parameters.gathered(None, pairs, known, case))

    def pair(rng: Random) -> str:
        name = rng.choice(near) if rng.random() < 0.9 else token(rng)
        value = rng.choice(values) if rng.random() < 0.4 else token(rng)
        return name + rng.choice(("=", "=", "=", "=", "==", "")) + value + (token(rng) if rng.random() < 0.2 else "")

    some = st.text(st.characters(exclude_categories=()), max_size=15)
    word = st.builds("{}={}".format, st.sampled_from(near) | some, st.sampled_from(values) | some) | some
    yield Target(
        "parameters on the command line", 220, typed, lambda rng: tuple(pair(rng) for _ in range(rng.randint(0, 4))),
        st.lists(word, max_size=4).map(tuple), "cannot be used",
    )  # fmt: skip

    sound = [
        {
            "min_reliability": "C",
            "exclude_blocs": ["town", "port"],
            "since": date(2031, 2, 3),
            "min_credibility": 3,
            "include_unnamed": False,
        }
    ]
    written = [as_yaml(each) for each in sound]

    def filed(path: Path) -> None:
        use(parameters.gathered(path, (), known, case), str(path))

    yield Target(
        "parameters in a YAML file", 130, _file("given.yml", filed), made_of(written, documents(sound, as_yaml)),
        bytes_near(written) | values_near(sound, as_yaml), "given.yml",
    )  # fmt: skip

    def value(rng: Random):
        chosen = rng.random()
        if chosen < 0.3:
            return rng.choice(values)
        return rng.choice((odd(rng), rng.choice(values).split(","), (odd(rng), "mayor"), {1}, b"C", date.min, 3 + 4j))

    anything = st.none() | st.booleans() | st.integers() | st.floats()
    anything |= (
        some
        | st.binary(max_size=5)
        | st.dates()
        | st.datetimes()
        | st.decimals()
        | st.fractions()
        | st.complex_numbers()
    )
    yield Target(
        "parameters in Python", 170, use, lambda rng: {rng.choice(near): value(rng) for _ in range(rng.randint(0, 3))},
        st.dictionaries(st.sampled_from(near) | some, anything | st.lists(anything, max_size=3), max_size=3), "cannot be used",
    )  # fmt: skip

    cell = "min_reliability: str = 'F'  # keep sources graded at least this (sources.reliability)\nsince: str = ''  # from (date)\nn: int = 3\n"

    def book(source: str) -> dict:
        cell = {
            "cell_type": "code",
            "execution_count": None,
            "id": "a",
            "metadata": {"tags": ["parameters"]},
            "outputs": [],
            "source": source,
        }
        kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
        return {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}

    def source(rng: Random) -> bytes:
        return as_json(book(bent(cell.encode(), rng).decode("utf-8", "replace")))

    yield Target(
        "a notebook's parameters cell", 4, _file("tally.ipynb", lambda path: parameters.declared([path])),
        made_of([as_json(book(cell))], source, source, documents([book(cell)], as_json)),
        values_near([book(cell)], as_json), "tally",
    )  # fmt: skip

    def label(pairs: tuple[str, ...]) -> None:
        codes.given(codes.own("bloc"), pairs)

    yield Target(
        "codes and their labels", 30, label, lambda rng: tuple(f"{rng.choice(('town', 'port', token(rng)))}={token(rng)}" for _ in range(rng.randint(0, 8))),
        st.lists(word, max_size=8).map(tuple), "bloc",
    )  # fmt: skip


def _case(top: Path) -> Iterator[Target]:
    from sourcebook import bibliography, check, commentary, judgements, multiverse, rules
    from sourcebook.case import load
    from sourcebook.casefile import read_casefile
    from sourcebook.schema import Schema
    from sourcebook.table import Table

    folder, sound = top / "sound" / "fair", load(str(top / "sound" / "fair"))
    tables = {name: check.read_text(folder, name) for name in sound.tables}
    own = Path("parts/fair")
    shutil.copytree(folder, own)
    contents = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    contents |= {f"{name}.csv": (folder / f"{name}.csv").read_bytes() for name in tables}

    def told(faults: list) -> list[str]:
        return [str(fault) for fault in faults]

    def casefile(path: Path) -> list[str]:
        meta, faults = read_casefile(own)
        if meta:
            faults = [
                *rules.casefile(meta, tables, sound.schema),
                *judgements.casefile(meta, tables),
                *rules.references(tables, folder, meta),
            ]
        return told(faults)

    meta = [sound.meta]
    yield Target(
        "case.yml", 60, _file("parts/fair/case.yml", casefile), made_of([contents["case.yml"]], documents(meta, as_yaml)),
        bytes_near([contents["case.yml"]]) | values_near(meta, as_yaml), "case.yml",
    )  # fmt: skip

    spaces = [{"outcomes": {"hypotheses": ["finding", "score_*"]},
               "axes": {"min_reliability": {"label": "Sources", "because": "Some are not.", "values": [{"value": "F", "label": "all"}, {"value": 3, "label": "some"}]}}}]  # fmt: skip

    def space(path: Path) -> None:
        found = multiverse.read(parted)
        assert len(found) > 1 and found.at(len(found) - 1)

    parted = sound.__class__(sound.name, own, sound.meta, sound.schema, sound.tables)
    yield Target(
        "multiverse.yml", 30, _file("parts/fair/multiverse.yml", space), made_of([as_yaml(spaces[0])], documents(spaces, as_yaml)),
        bytes_near([as_yaml(spaces[0])]) | values_near(spaces, as_yaml), "multiverse.yml",
    )  # fmt: skip

    def schema(path: Path) -> list[str]:
        found = check.described(own)
        return told(rules.tables(few, found) + rules.anchors(few, found) + judgements.tables(few, found))

    few = {name: tables[name].head(2) for name in ("claims", "paragraphs", "ratings")}
    package = [json.loads(contents["datapackage.json"])]
    yield Target(
        "datapackage.json", 12, _file("parts/fair/datapackage.json", schema), made_of([contents["datapackage.json"]], documents(package, as_json)),
        bytes_near([contents["datapackage.json"]]) | values_near(package, as_json), "datapackage.json",
    )  # fmt: skip

    def table(given: tuple[str, bytes]) -> list[str]:
        name, content = given
        path = own / f"{name}.csv"
        path.write_bytes(content)
        read = Table(path)
        assert read.text().encode() == content
        read.rows(), read.ragged(), read.misread(("id", "paragraph"))
        if read.misread(tuple(sound.schema.tables[name])) or read.columns != list(sound.schema.tables[name]):
            return []
        frame = {name: check.read_text(own, name)}
        faults = (
            rules.tables(frame, sound.schema)
            + rules.anchors(frame, sound.schema)
            + judgements.tables(frame, sound.schema)
        )
        return told(faults + rules.references(frame, folder) + judgements.casefile(sound.meta, frame))

    names = sorted(tables)

    def cells(rng: Random) -> tuple[str, bytes]:
        name = rng.choice(names)
        sound_ = contents[f"{name}.csv"]
        return name, retabled(sound_, rng) if rng.random() < 0.7 else bent(sound_, rng)

    any_table = st.sampled_from(names).flatmap(
        lambda name: st.tuples(st.just(name), bytes_near([contents[f"{name}.csv"]]))
    )
    yield Target("a table's cells", 70, table, cells, any_table, ".csv")

    def against(given: tuple[str, bytes]) -> list[str]:
        name, content = given
        (own / f"{name}.csv").write_bytes(content)
        descriptor = sound.schema.descriptor
        alone = [
            {**each, "schema": {**each["schema"], "foreignKeys": []}}
            for each in descriptor["resources"]
            if each["name"] == name
        ]
        return told(check._schema_faults(own, Schema({**descriptor, "resources": alone}))[0])

    yield Target("a table against its schema", 4, against, cells, any_table, ".csv")

    def references(path: Path) -> list[str]:
        faults = rules.references(tables, own)
        if not any("not readable" in str(fault) for fault in faults):
            bibliography.entries(own)
        return told(faults)

    bib = [contents["references.bib"], b'@string{g = "The Gazette"}\n@article{gazette_2031, author = {Holm, Ada and de la Lindt, Bo and {The Port}}, title = {A {\\"u}ber \\emph{fair}}, journal = g # " of May", month = may, year = 2031, url = {https://x.example/a_b}}\n']  # fmt: skip
    yield Target(
        "references.bib",
        15,
        _file("parts/fair/references.bib", references),
        made_of(bib),
        bytes_near(bib),
        "references.bib",
    )

    def words(path: Path) -> list[str]:
        faults = commentary.faults(path, ["finding", "n_claims"])
        if not faults:
            commentary.fill(parted, "claims", {"finding": "It rains.", "n_claims": "3"})
        return told(faults)

    note = [contents["commentary/claims.md"]]
    yield Target(
        "commentary", 50, _file("parts/fair/commentary/claims.md", words), made_of(note), bytes_near(note), "claims.md"
    )

    whole = Path("whole/data/fair")
    shutil.copytree(folder, whole)
    article = (top / "sound" / "article.txt").read_bytes()

    def all_of_it(given: tuple[str, bytes]) -> list[str]:
        name, content = given
        before = (whole / name).read_bytes() if (whole / name).is_file() else None
        (whole / name).write_bytes(content)
        try:
            load(str(whole))
        finally:
            if before is None:
                (whole / name).unlink()
            else:
                (whole / name).write_bytes(before)

    shipped = {**sound.meta, "article": {**sound.meta["article"], "text": "article.txt"}}
    (whole / "case.yml").write_bytes(as_yaml(shipped))
    (whole / "article.txt").write_bytes(article)

    def any_file(rng: Random) -> tuple[str, bytes]:
        chosen = rng.randint(0, 9)
        if chosen < 6:
            name, content = cells(rng)
            return f"{name}.csv", content
        if chosen == 6:
            return "datapackage.json", documents(package, as_json)(rng)
        if chosen == 7:
            return "case.yml", documents([shipped], as_yaml)(rng)
        name = rng.choice(["article.txt", "references.bib", "case.yml", "datapackage.json"])
        return name, bent((whole / name).read_bytes(), rng)

    either = any_table.map(lambda given: (f"{given[0]}.csv", given[1])) | st.tuples(
        st.just("case.yml"), values_near([shipped], as_yaml)
    ) | st.tuples(st.just("datapackage.json"), values_near(package, as_json))  # fmt: skip
    yield Target("a whole case", 0.5, all_of_it, any_file, either, "case")

    settings_ = [{"title": "The fair", "sphinx": {"config": {"sourcebook_case": "data/fair"}}}]

    def configured(path: Path) -> None:
        from sourcebook import paths

        paths.default_case(path.parent)

    yield Target(
        "_config.yml", 30, _file("_config.yml", configured), made_of([as_yaml(settings_[0])], documents(settings_, as_yaml)),
        bytes_near([as_yaml(settings_[0])]) | values_near(settings_, as_yaml), "_config.yml",
    )  # fmt: skip


def _texts(top: Path) -> Iterator[Target]:
    from sourcebook import anchoring, article, intake, passages, versions
    from sourcebook.case import load
    from sourcebook.table import Table

    plain = [
        cases.ARTICLE.encode(),
        cases.ARTICLE.encode("utf-16"),
        "Über „Nacht“: é\r\n\r\nNaïve Gäste.\r\n".encode("cp1252"),
    ]

    def text(path: Path) -> None:
        found = article.read(path)
        assert all(line.strip() for line in found.paragraphs)
        article.passed(path, "0" * 64)

    yield Target("an article's text", 60, _file("article.txt", text), made_of(plain), bytes_near(plain), "article.txt")

    def taken(path: Path) -> None:
        found = intake.read(path)
        assert article.read(_written(found.text)).paragraphs == found.article.paragraphs

    def _written(text: str) -> Path:
        path = Path("taken.txt")
        path.write_bytes(text.encode())
        return path

    marks = "---\ntitle: Harbour fair\ndate: 2031-02-03\n---\n# Harbour *fair* moves\n\n> “Rain,” said [Ada](https://x.example/).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n  - two\n\n```\ncode\n```\n<div>piece<br>of <b>HTML</b></div>\n"  # fmt: skip
    told = [marks.encode()]
    yield Target(
        "an article in Markdown", 20, _file("article.md", taken), made_of(told), bytes_near(told), "article.md"
    )
    body = "".join(
        f"<p>{line} It was said at length on the quay, while the harbour master counted the stalls and the rain began.</p>"
        for line in cases.ARTICLE.split("\n\n")
    )
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fair</title><meta property="og:site_name" content="The Gazette"></head><body><nav><a href="/">Home</a></nav><article><h1>Harbour fair</h1>{body}<ul><li>One</li></ul><table><tr><td>a</td></tr></table></article></body></html>'.encode()  # fmt: skip
    yield Target(
        "an article as a web page", 3, _file("page.html", taken), made_of([page]), bytes_near([page]), "page.html"
    )

    fair = article.read(top / "sound" / "article.txt")
    said = [
        word for _, _, line in cases.PARAGRAPHS for word in (line, line[:30], line[10:40], line.split()[0], line[-12:])
    ]

    def quoted(given: tuple) -> None:
        place = anchoring.one(fair, *given)
        assert fair.paragraphs[place.paragraph - 1][place.start : place.end] == place.text
        anchoring.shown(fair, place)

    def quote(rng: Random) -> tuple:
        words = bent(rng.choice(said).encode(), rng, 2).decode("utf-8", "replace") if rng.random() < 0.8 else token(rng)
        return words, rng.choice((None, None, 1, 3, 0, -1, 10**30)), rng.choice((None, None, None, 1, 2, 10**30))

    number = st.none() | st.integers()
    yield Target(
        "words quoted",
        26.5,
        quoted,
        quote,
        st.tuples(st.sampled_from(said) | st.text(st.characters(exclude_categories=()), max_size=40), number, number),
    )

    folder = top / "sound" / "fair"
    claims = (folder / "claims.csv").read_bytes().decode().split("\n")
    asked = "\n".join(
        [
            f"{claims[0]},anchor_text",
            *(f'{line},"{said[place]}"' for place, line in enumerate(claims[1:-1]) if said[place]),
        ]
    )
    tables = [asked.replace("“", "").encode(), (folder / "claims.csv").read_bytes()]

    def rows(path: Path) -> list[str]:
        table = Table(path)
        done = passages.anchor(table, fair)
        table.text()
        return [str(fault) for fault in done.faults]

    yield Target(
        "passages quoted in a table", 8, _file("claims.csv", rows), made_of(tables, lambda rng: retabled(rng.choice(tables), rng)),
        bytes_near(tables), "claims.csv",
    )  # fmt: skip

    known = load(str(folder))
    moved = Path("moved/fair")
    shutil.copytree(folder, moved)
    sha256 = known.meta["article"]["sha256"]

    def renewed(given: tuple[str, bytes]) -> list[str]:
        name, content = given
        path = Path("version.txt") if name == "version.txt" else moved / name
        before = path.read_bytes() if path.is_file() else b""
        path.write_bytes(content)
        new = intake.read(path).article if name == "version.txt" else article.read(top / "sound" / "article.txt")
        try:
            done = versions.renewal(moved, known.schema, sha256, new, fair if len(content) % 2 else None)
            return list(versions.told("fair", done, new))
        finally:
            path.write_bytes(before)

    def version(rng: Random) -> tuple[str, bytes]:
        return "version.txt", bent(cases.ARTICLE.encode(), rng)

    yield Target(
        "a new version of an article",
        5,
        renewed,
        version,
        st.tuples(st.just("version.txt"), bytes_near([cases.ARTICLE.encode()])),
    )


def _sheets(top: Path) -> Iterator[Target]:
    from test_workbook import ods

    from sourcebook import sheets, workbook
    from sourcebook.errors import CaseError
    from sourcebook.schema import Schema

    folder = top / "sound" / "fair"
    schema = Schema.read(folder)

    def bring(path: Path) -> None:
        _, faults = sheets._gathered([path], schema)
        if faults:
            raise CaseError("fair", faults, sheets.CURE)

    plain = [(folder / "claims.csv").read_bytes(), (folder / "claims.csv").read_bytes().replace(b",", b";")]
    yield Target(
        "a spreadsheet as .csv",
        10,
        _file("claims.csv", bring),
        made_of(plain, lambda rng: retabled(plain[0], rng)),
        bytes_near(plain),
        "claims.csv",
    )

    head, *body = csv.reader(io.StringIO(plain[0].decode(), newline=""))
    office = unpacked(workbook.written({"claims": (head, body)}))
    cell = '<table:table-cell office:value-type="{}" office:{}="{}"><text:p>{}</text:p></table:table-cell>'
    kinds = [cell.format(*each) for each in [
        ("string", "string-value", "id", "id"), ("float", "value", "1.5", "1.5"), ("date", "date-value", "2031-02-03", "x"),
        ("percentage", "value", ".5", "50%"), ("boolean", "boolean-value", "true", "x"), ("time", "time-value", "PT1H", "1"),
    ]]  # fmt: skip
    more = '<table:table-cell table:number-columns-repeated="3"/><table:table-cell table:number-columns-spanned="2"/>'
    line = f'<table:table-row table:number-rows-repeated="2">{"".join(kinds)}{more}</table:table-row>'
    named = "".join(cell.format("string", "string-value", name, name) for name in head)
    open_ = unpacked(ods(f"<table:table-row>{named}</table:table-row>", line))

    def parts(sound: dict[str, bytes]) -> Callable:
        def make(rng: Random) -> bytes:
            changed = dict(sound)
            name = rng.choice(
                [
                    part
                    for part in sorted(changed)
                    if part.endswith("xml")
                    and ("sheet" in part or "content" in part or "styles" in part or rng.random() < 0.2)
                ]
            )
            changed[name] = numbered(changed[name], rng) if rng.random() < 0.5 else bent(changed[name], rng, 2)
            if rng.random() < 0.05:
                changed.pop(name)
            return packed(changed)

        return make

    def numbered(content: bytes, rng: Random) -> bytes:
        """Another value in one pair of quotation marks or between two tags."""
        found = list(re.finditer(rb'"[^"<>]*"|>[^<>]*<', content))
        one = rng.choice(found)
        value = mutation.raw(token(rng)).replace(b"<", b"&lt;").replace(b'"', b"&quot;").replace(b"\0", b"")
        return content[: one.start() + 1] + value + content[one.end() - 1 :]

    for suffix, sound, share in (("xlsx", office, 4), ("ods", open_, 20)):
        content = packed(sound)
        yield Target(
            f"a spreadsheet as .{suffix}",
            share,
            _file(f"claims.{suffix}", bring),
            made_of([content], parts(sound), parts(sound), parts(sound)),
            bytes_near([content]),
            f"claims.{suffix}",
        )


def _reports(top: Path) -> Iterator[Target]:
    import twosides

    from sourcebook import difference, reports, telling, verify

    twosides.folder(top / "there" / "fair")
    twosides.package(top / "there" / "fair.zip")
    base = reports.find(str(top / "there" / "fair"))
    stored = {
        f"notebooks/{path.name}": path.read_bytes()
        for path in sorted((top / "there" / "fair" / "notebooks").glob("*.ipynb"))
    }
    stored["parameters.json"] = (top / "there" / "fair" / "parameters.json").read_bytes()
    names = sorted(stored)

    def one(given: tuple[str, bytes]) -> None:
        name, content = given
        other = reports.read("fair", {**stored, name: content}, {})
        told = telling.document(base, other, difference.compare(base, other))
        telling.written(told), telling.lines(told)
        telling.document(other, base, difference.compare(other, base))

    def part(rng: Random) -> tuple[str, bytes]:
        name = rng.choice(names)
        twist = documents([json.loads(stored[name])], as_json)
        return name, twist(rng) if rng.random() < 0.8 else bent(stored[name], rng)

    twists = st.sampled_from(names).flatmap(
        lambda name: st.tuples(
            st.just(name), bytes_near([stored[name]]) | values_near([json.loads(stored[name])], as_json)
        )
    )
    yield Target("another's report", 23, one, part, twists, "fair")

    package = (top / "there" / "fair.zip").read_bytes()

    def checked_(path: Path) -> None:
        verify.verify(path)

    def repaired(rng: Random) -> bytes:
        """A package in which a file is another, and the checksums of the archive are right again."""
        parts = unpacked(package)
        name = rng.choice(sorted(parts))
        parts[name] = bent(parts[name], rng)
        return packed(parts)

    yield Target(
        "another's package",
        20,
        _file("fair.zip", checked_),
        made_of([package], repaired, repaired),
        bytes_near([package]),
        "fair.zip",
    )


@contextmanager
def workshop() -> Iterator[list[Target]]:
    """The targets, in a temporary folder (in memory where there is such a place) that is the working directory."""
    memory = Path("/dev/shm")
    there = os.getcwd()
    with tempfile.TemporaryDirectory(
        prefix="sourcebook-", dir=memory if os.access(memory, os.W_OK) else None
    ) as folder:
        top = Path(folder).resolve()
        cases.write(top / "sound")
        os.chdir(top)
        logging.disable(logging.CRITICAL)  # papermill's remarks on lines that declare nothing
        try:
            yield targets(top)
        finally:
            logging.disable(logging.NOTSET)
            os.chdir(there)


def _hung(*_) -> None:
    raise Hang


def judged(target: Target, given: object) -> str:
    """What an input came to: “taken” or “refused”; an AssertionError or whatever else was raised where that was no answer."""
    from sourcebook.errors import SourcebookError

    signal.signal(signal.SIGVTALRM, _hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        told, refused = target.take(given) or [], False
    except SourcebookError as error:
        told, refused = [str(error)], True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    for message in told:
        assert message.strip(), "an empty message"
        found = STEERING.search(message)
        assert not found, f"a message with U+{ord(found[0]):04X}: {message[:300]!r}"
        assert not INTERNAL.search(message) and os.getcwd() not in message, (
            f"a message that tells of the machine: {message[-600:]!r}"
        )
        assert len(message) <= LONGEST, f"a message of {len(message)} signs"
        assert refused is False or target.says in message, f"a message that does not say where: {message[:300]!r}"
        assert refused or "\n" not in message, f"a fault of several lines: {message[:300]!r}"
    return "refused" if told else "taken"


def _kind(error: BaseException) -> str:
    """What happened where, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "sourcebook" in frame.filename and "site-packages" not in frame.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return f"{type(error).__name__} at {where}: {str(error)[:200]}"


def _shown(given: object) -> str:
    try:
        return repr(given)
    except ValueError:
        return "a number of very many digits"


def tries(target: Target, number: int, seed_: int = 0) -> Tried:
    """Try a number of inputs, which follow from the seed."""
    done = Tried()

    def take(given: object) -> None:
        try:
            done.outcomes[judged(target, given)] += 1
        except (Exception, Hang) as error:
            kind = re.sub(r"[^\x20-\x7e]+|\d{3,}", "…", _kind(error))
            key = kind.split(": ")[0] if not isinstance(error, AssertionError) else kind[:70]
            shown = _shown(given)
            if key not in done.faults or len(shown) < len(done.faults[key]) - len(kind) - 4:
                done.faults[key] = f"{kind} <- {shown[:2000]}"

    rng = Random(f"{target.name} {seed_}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # frictionless closes no table that it stumbles over
        of_hypothesis = number // BY_HYPOTHESIS
        for start in range(0, of_hypothesis, ROUND):
            now = min(ROUND, of_hypothesis - start)

            @seed(zlib.crc32(f"{target.name} {seed_} {start}".encode()))
            @settings(SETTINGS, max_examples=now)
            @given(target.strategy)
            def hypothesis(given):
                take(given)
                done.hypothesis += 1

            hypothesis()
        for _ in range(number - done.hypothesis):
            take(target.make(rng))
            done.mutation += 1
    return done


def main(number: int, seed_: int = 0, *only: str) -> None:
    with workshop() as all_:
        whole, total = sum(target.share for target in all_), Counter()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for target in all_:
            if only and target.name not in only:
                continue
            start = time.time()
            done = tries(target, max(10, round(number * target.share / whole)), seed_)
            spent = time.time() - start
            count = done.hypothesis + done.mutation
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            print(
                f"{target.name}: {done.hypothesis} + {done.mutation}, {dict(done.outcomes)}, {1000 * spent / count:.2f} ms each, {spent:.0f} s, {grown // 1024} MB",
                flush=True,
            )
            for fault in done.faults.values():
                print("   ", fault, flush=True)
            total["hypothesis"] += done.hypothesis
            total["mutation"] += done.mutation
            total["faults"] += len(done.faults)
        print(f"seed {seed_}: {dict(total)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
