"""A small checkout: the fictional case, two notebooks of one step each, and a multiverse in which to run them."""

from pathlib import Path

import cases
import yaml
from scratch import notebook

GRADE = 'min_reliability: str = "F"  # keep sources graded at least this (sources.reliability)\n'
TALLY = GRADE + "size: int = 3  # how large it is"
HUE = GRADE + 'colour: str = "red"  # which colour it has (red|blue)'
SUMS = """from sourcebook import show
show.glue({"total": 10 * "ABCDEF".index(min_reliability) + size, "half": size / 2, "word": f"{min_reliability}, {size}", "aside": 1})"""
SHADES = """from sourcebook import show
show.glue({"shade": f"{colour} {min_reliability}", "depth": None if colour == "blue" else 7})"""
SPACE = {
    "outcomes": {"tally": ["total", "half", "word"], "hue": ["*"]},
    "axes": {
        "min_reliability": {"F": "all", "C": "the better ones"},
        "size": {3: "as it is", 4: "larger", 5: "largest"},
        "colour": {"red": "warm", "blue": "cold"},
    },
}
# What each specification gives, worked out by hand; by min_reliability, size, colour.
EXPECTED = [
    f"{run},{grade},{size},{colour},{total},{size / 2},\"{grade}, {size}\",{'' if colour == 'blue' else 7},{colour} {grade}"
    for run, (grade, size, colour, total) in enumerate(
        [
            ("F", 3, "red", 53), ("F", 3, "blue", 53), ("F", 4, "red", 54), ("F", 4, "blue", 54), ("F", 5, "red", 55), ("F", 5, "blue", 55),
            ("C", 3, "red", 23), ("C", 3, "blue", 23), ("C", 4, "red", 24), ("C", 4, "blue", 24), ("C", 5, "red", 25), ("C", 5, "blue", 25),
        ],
        1,
    )
]  # fmt: skip
NOTEBOOKS = ("tally", "hue")
HEADER = "run,min_reliability,size,colour,tally.total,tally.half,tally.word,hue.depth,hue.shade"


def multiverse(top: Path, outcomes: dict = SPACE["outcomes"], axes: dict = SPACE["axes"], /, **more) -> None:
    """Write the case's multiverse.yml; `axes` has the label of each value."""
    told = {
        name: {
            "label": name.title(),
            "because": "It could be otherwise.",
            "values": [{"value": value, "label": label} for value, label in values.items()],
        }
        for name, values in axes.items()
    }
    text = yaml.safe_dump({"outcomes": outcomes, "axes": told, **more}, sort_keys=False, allow_unicode=True)
    (top / "data" / "fair" / "multiverse.yml").write_text(text, encoding="utf-8")


def small(top: Path, sums: str = SUMS, shades: str = SHADES) -> Path:
    """Write the checkout; `sums` and `shades` are the steps of its notebooks."""
    cases.write(top / "data")
    notebook(top / "notebooks" / "tally.ipynb", sums, parameters=TALLY)
    notebook(top / "notebooks" / "hue.ipynb", shades, parameters=HUE)
    (top / "book").mkdir()
    (top / "book" / "index.md").write_text("# The fair\n", encoding="utf-8")
    chapters = [{"file": f"notebooks/{name}"} for name in NOTEBOOKS]
    settings = {
        "_toc.yml": {"format": "jb-book", "root": "book/index", "chapters": chapters},
        "_config.yml": {"sphinx": {"config": {"sourcebook_case": "data/fair"}}},
    }
    for name, told in settings.items():
        (top / name).write_text(yaml.safe_dump(told), encoding="utf-8")
    (top / "requirements.lock").write_text("pandas==3.0.0\n", encoding="utf-8")
    multiverse(top)
    return top
