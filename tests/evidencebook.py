"""A small book of the fictional case with the page of its evidence: passages that overlap, another script, and hostile words."""

import json
import shutil
from pathlib import Path

import cases
import nbformat.v4 as v4
import toybook
import yaml

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {computed}`a/b` {{ 7*7 }} *x* C01"
# A paragraph that is read from right to left, with words from left to right, markup and a row's id in it.
RIGHT_TO_LEFT = f"אמרה ראש העיר 🎪 {HOSTILE} והיריד ייפתח במאי"
OVERLAPPING = 'The 🎪 crew "said" that the tent & the <b>ropes</b> hold, as C01 has it.'
PARAGRAPHS = [*(text for _, _, text in cases.PARAGRAPHS), RIGHT_TO_LEFT, OVERLAPPING]
# id, paragraph, start, end, gist
MORE = [
    ("C04", 6, 0, 24, f"Gist {HOSTILE}"),
    ("C05", 6, 17, len(RIGHT_TO_LEFT), "Says so."),
    ("C06", 7, 0, 40, "The tent holds."),
    ("C07", 7, 4, 26, "The crew says it."),
    ("C08", 7, 11, 62, "The ropes hold."),
]
ROWS = 10 + len(MORE)


def record(folder: Path) -> cases.Record:
    """The case below a folder, with the two paragraphs and their rows, and its article beside it."""
    found = cases.write(folder)
    kept = found.rows("paragraphs")
    for number, text in enumerate(PARAGRAPHS[len(kept) :], len(kept) + 1):
        kept.append({"paragraph": number, "section": "The end", "kind": "body", "length": len(text)})
    found.put("paragraphs", kept, list(kept[0]))
    claims = found.rows("claims")
    for id, paragraph, start, end, gist in MORE:
        cells = {"id": id, "actor_id": "master", "source_id": "radio", "claim_type": "assertion", "topic": "ships",
                 "credibility": 4, "paragraph": paragraph, "start": start, "end": end, "mode": "indirect",
                 "attribution": "explicit", "gist": gist}  # fmt: skip
        claims.append(cells | {"digest": cases.digest(PARAGRAPHS[paragraph - 1][start:end])})
    found.put("claims", claims, list(claims[0]))
    found.print_article("\n\n".join(PARAGRAPHS) + "\n", adopt=True)
    return found


def register(rows: list[dict]) -> dict:
    titles = {"id": "Row", "kind": "Kind", "where": "Where"}
    resource = {
        "name": "register",
        "title": "Every coded row",
        "anchor": "id",
        "filters": ["kind"],
        "schema": {"fields": [{"name": name, "title": title, "type": "string"} for name, title in titles.items()]},
        "data": rows,
    }
    glued = toybook.cell("glue('n_rows', n)", toybook.named("n_rows", len(rows)))
    return toybook.notebook(
        v4.new_markdown_cell("# The register"), glued, toybook.cell("show.register(rows)", toybook.table(resource))
    )


def write(folder: Path, text: bool) -> Path:
    """The book's source with the repository's own page; `text`: as a build leaves it that was given the article."""
    found = record(folder / "data")
    rows = [
        {"id": row["id"], "kind": table.rstrip("s"), "where": f"¶{row['paragraph']}, {row['start']}–{row['end']}"}
        for table in ("claims", "reactions", "assessments", "framings", "events")
        for row in found.rows(table)
    ]
    config = yaml.safe_load((toybook.ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"] |= {"sourcebook_case": "data/fair", "sourcebook_article": "article.txt" if text else ""}
    found.article.rename(folder / "article.txt" if text else folder.with_name(f"{folder.name}.txt"))
    chapters = [{"file": "book/evidence"}, {"file": "notebooks/register"}, {"file": "book/bibliography"}]
    texts = {
        "_config.yml": yaml.safe_dump(config),
        "_toc.yml": yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters}),
        "book/index.md": "# The fair\n\nSee C01.\n",
        "book/bibliography.md": "# Bibliography\n\n```{bibliography}\n```\n",
        "book/references.bib": "",
        "notebooks/register.ipynb": json.dumps(register(rows)),
    }
    for name, content in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    shutil.copy(toybook.ROOT / "book/evidence.md", folder / "book")
    return folder
