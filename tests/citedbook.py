"""A small book of a complete case, published under an address and entitled as nobody should: what is cited of it, and files."""

import json
from pathlib import Path

import cases
import nbformat.v4 as v4
import toybook
import yaml

ADDRESS = "https://example.org/fair/"
TITLE = """The "fair's" </script><script>alert(1)</script> C01 -- \\emph{x} & $a_b$ 50% ..."""
HOSTILE_GIST = "=HYPERLINK(1) </script><!--<script>"
PDF = "fair.pdf"
META = {
    "title": TITLE,
    "subtitle": "Who wants what",
    "question": 'Who "wants" the fair <in> May?',
    "authors": [
        {"given": "Ada", "family": "Lovelace", "orcid": "0000-0002-1825-0097", "affiliation": "Sea & Wind"},
        {"given": "Bo", "family": 'van "der" Lind'},
        {"name": "Tide <press>"},
    ],
    "publisher": "Tide & Press",
    "doi": "10.1234/fair(1)",
    "url": ADDRESS,
    "date": "2031-05-06",
    "keywords": ["fair", 'rain "and" wind'],
}
SETTINGS = {"sourcebook_case": "data/fair", "sourcebook_pdf": PDF}
FORMULAS = [
    {"said": "=1+1", "n": -5},
    {"said": "+49 30", "n": 2},
    {"said": "@SUM(A1)", "n": None},
    {"said": "-", "n": 0.5},
    {"said": 'a "quoted", word\nin two lines', "n": 1},
]
# A name that would climb out of a folder, were it taken for a path.
CLIMBS = "../../climbs"

CHARTS = toybook.notebook(
    v4.new_markdown_cell("# Who speaks?\n\nOf the rows."),
    toybook.cell('min_grade: str = "F"  # the least grade\nsides: list[str] = []  # left out', tags=["parameters"]),
    toybook.cell('# Parameters\nmin_grade = "C"\nsides = ["<port>"]\n', tags=["injected-parameters"]),
    toybook.cell("glue('finding', text)", toybook.named("finding", 'Ada "speaks" <most>.')),
    toybook.cell(
        "show.figure(voices)",
        toybook.figure("voices", "Who speaks", "Bars: 14, 5 and 9.", "Voices by section.", toybook.VOICES),
    ),
    toybook.cell(
        "show.table(formulas)",
        toybook.table({
            "name": "formulas",
            "title": "What is said",
            "schema": {"fields": [{"name": "said", "title": "=Said", "type": "string"}, {"name": "n", "title": "Rows", "type": "number"}]},
            "data": FORMULAS,
        }),
    ),
    toybook.cell(
        "show.figure(climbs)",
        toybook.figure(CLIMBS, "Climbs", "Bars.", "A figure that climbs.", [{"section": "=1", "voices": 2}]),
    ),
)  # fmt: skip

# At the top of the book's folder, and reading the table of outcomes.
CHOOSER = toybook.notebook(
    v4.new_markdown_cell("# Choose"),
    toybook.cell('min_grade: str = "F"  # the least grade', tags=["parameters"]),
    toybook.cell("show.choices(multiverse)", toybook.choices(**toybook.CHOICES)),
)

ANCHORED = ("claims", "reactions", "assessments", "framings")


def register() -> dict:
    """The anchored rows of the case, as the register shows them."""
    tables = cases.tables()
    rows = [
        {"id": row["id"], "kind": name.rstrip("s"), "gist": row["gist"]} for name in ANCHORED for row in tables[name]
    ]
    return toybook.notebook(
        v4.new_markdown_cell("# Every coded row"),
        toybook.cell(
            "show.register(rows)",
            toybook.table({
                "name": "register",
                "title": "Every coded row",
                "anchor": "id",
                "filters": ["kind"],
                "schema": {"fields": [{"name": name, "title": name.title(), "type": "string"} for name in ("id", "kind", "gist")]},
                "data": rows,
            }),
        ),
    )  # fmt: skip


PAGES = {
    "book/index.md": "# {case}`title`\n\n{computed}`charts/finding`\n\n```{chart} charts/voices\n```\n\n"
    "```{parameters}\n```\n\n```{citation}\n```\n",
    "book/deep/er/cite.md": "# How to cite\n\nLike this, or as in C02:\n\n```{citation}\n```\n\n```{chart} charts/voices\n```\n",
    "book/dictionary.md": "# Data dictionary\n\n```{dictionary}\n```\n\n```{bibliography}\n```\n",
    "book/colophon.md": "# Colophon\n\n```{colophon}\n```\n",
    "top.md": "# At the top <of> it\n\n```{citation}\n```\n",
}
NOTEBOOKS = {"notebooks/charts": CHARTS, "notebooks/register": register(), "chooser": CHOOSER}
NAMES = [*(name.removesuffix(".md") for name in PAGES), *NOTEBOOKS]  # of the pages


def write(folder: Path, **meta) -> Path:
    """The book's source with the repository's own _config.yml; `meta` changes case.yml, None leaving a key out."""
    record = cases.write(folder / "data")
    record.meta(**{**META, **meta})
    record.set("claims", "C03", gist=HOSTILE_GIST)
    (record.folder / "multiverse.yml").write_text("{}", "utf-8")
    config = yaml.safe_load((toybook.ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"] |= SETTINGS
    chapters = [{"file": name} for name in [*NOTEBOOKS, *NAMES] if name != "book/index"]
    chapters = list({chapter["file"]: chapter for chapter in chapters}.values())
    texts = {
        "_config.yml": yaml.safe_dump(config),
        "_toc.yml": yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters}),
        "book/references.bib": "",
        **PAGES,
        **{f"{name}.ipynb": json.dumps(book) for name, book in NOTEBOOKS.items()},
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def publish(folder: Path) -> Path:
    """Put a PDF where `sourcebook build` puts it."""
    (toybook.html(folder) / "downloads" / PDF).write_bytes(b"%PDF-1.7\n")
    return folder
