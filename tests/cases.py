"""A small fictional case that the tests write, damage and check; its article is in here, so its anchors can be verified."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PARAGRAPHS = (
    ("Opening", "headline", "Harbour fair moves to May"),
    ("The quarrel", "heading", "What was said"),
    ("The quarrel", "body",
     "Mayor Ada Holm told the Gazette: “We will open the fair in May 🎪.” On the radio the harbour master, Bo Lindt, "
     "denied that a ship will leave before June; such a date, he let it be known, is naïve."),
    ("The quarrel", "body", "“A fine day for the town”, said a resident. People close to the council expect rain."),
    ("The experts", "body",
     "The Institute of Tides judges that the date is meant to please the bakers. It also relays that stalls are sold. "
     "Who asked the fishermen?"),
)  # fmt: skip
ARTICLE = "\n\n".join(text for _, _, text in PARAGRAPHS) + "\n"
CODES = {"topic": ["opening", "ships", "weather"], "bloc": ["town", "port", "outside"]}
META = {
    "title": "The fair",
    "subtitle": "Who wants what, and why",
    "question": "Who wants the fair in May?",
    "article": {"title": "Harbour fair moves to May", "date": "2031-02-03", "language": "en", "sha256": ""},
    "assessor": "tides",
    "accounts": {"event": "E01", "sides": ["town", "port"]},
    "readout": "bulletin",
    "coders": {"first": "Who coded all of it", "second": "Who judged some of it again"},
    "authors": ["A coder"],
    "licence": "CC-BY-4.0",
    "version": "1.0",
}
BIBLIOGRAPHY = "@misc{gazette_2031, author = {{The Gazette}}, title = {{The fair}}, year = {2031}}\n"
COMMENTARY = "In short: {finding} {cite:p}`gazette_2031`.\n\nC01 is a promise.\n"


def digest(text: str) -> str:
    """A passage's digest: written out here rather than asked of the package."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def anchor(paragraph: int, text: str) -> dict:
    """Where a text stands, in code points, and its digest."""
    start = PARAGRAPHS[paragraph - 1][2].index(text)
    return {"paragraph": paragraph, "start": start, "end": start + len(text), "digest": digest(text)}


def _statement(id: str, topic: str, paragraph: int, text: str, mode: str, attribution: str, **cells) -> dict:
    return {"id": id, "topic": topic, "mode": mode, "attribution": attribution, "gist": f"Gist of {id}.",
            **anchor(paragraph, text), **cells}  # fmt: skip


def _ratings() -> list[dict]:
    cells = {"C01": ("CC", "I"), "C03": ("N", "II"), "J02": ("C", "N"), "E01": ("N", "C")}
    pairs = [(item, f"H{place}", rating) for item, ratings in cells.items() for place, rating in enumerate(ratings, 1)]
    return [
        {"id": f"K{number:03}", "item_id": item, "hypothesis_id": hypothesis, "rating": rating, "coder": "first",
         "rationale": "" if rating == "N" else f"{item} bears on {hypothesis}."}
        for number, (item, hypothesis, rating) in enumerate(pairs, 1)
    ]  # fmt: skip


def tables() -> dict[str, list[dict]]:
    """Every row of the case; a column that a row does not name is empty."""
    return {
        "paragraphs": [
            {"paragraph": number, "section": section, "kind": kind, "length": len(text)}
            for number, (section, kind, text) in enumerate(PARAGRAPHS, 1)
        ],
        "actors": [
            {"id": "mayor", "name": "Ada Holm", "as_printed": "Ada Holm", "bloc": "town", "kind": "person"},
            {"id": "master", "name": "Bo Lind", "as_printed": "Bo Lindt", "bloc": "port", "kind": "person"},
            {"id": "resident", "name": "A resident", "as_printed": "a resident", "bloc": "town", "kind": "unnamed"},
            {"id": "council", "name": "People near the council", "as_printed": "People", "bloc": "town", "kind": "collective"},
            {"id": "tides", "name": "Institute of Tides", "as_printed": "Institute of Tides", "bloc": "outside", "kind": "organisation"},
        ],
        "sources": [
            {"id": "gazette", "title": "The Gazette", "kind": "report", "date": "2031-02-02", "bibkey": "gazette_2031",
             "reliability": "B", "removes": 2},
            {"id": "radio", "title": "Harbour radio", "kind": "interview", "reliability": "D", "removes": 1},
            {"id": "bulletin", "title": "Tide bulletin", "kind": "assessment", "reliability": "C", "removes": 2},
            {"id": "unstated", "title": "Not stated", "kind": "unstated", "reliability": "F"},
        ],
        "events": [
            {"id": "E01", "title": "The fair is moved", "date": "2031-02-01", "precision": "day", **anchor(1, "moves to May")},
            {"id": "E02", "title": "Stalls are sold", "date": "2031-01-01", "precision": "month", **anchor(5, "stalls are sold")},
        ],
        "claims": [
            _statement("C01", "opening", 3, "We will open the fair in May 🎪.", "direct", "explicit", actor_id="mayor",
                       source_id="gazette", claim_type="commitment", event_id="E01", credibility=2, quote="open the fair in May 🎪"),
            _statement("C02", "ships", 3, "denied that a ship will leave before June", "indirect", "explicit", actor_id="master",
                       source_id="radio", claim_type="denial", addressee_id="mayor", credibility=4),
            _statement("C03", "weather", 4, "People close to the council expect rain", "indirect", "implied", actor_id="council",
                       source_id="unstated", claim_type="forecast", credibility=6),
        ],
        "reactions": [
            _statement("R01", "opening", 4, "“A fine day for the town”, said a resident", "mixed", "explicit", actor_id="resident",
                       source_id="gazette", target_id="E01", stance=2, quote="A fine day for the town"),
            _statement("R02", "opening", 3, "such a date, he let it be known, is naïve", "indirect", "implied", actor_id="master",
                       source_id="radio", target_id="C01", stance=-2),
        ],
        "assessments": [
            _statement("J01", "opening", 5, "the date is meant to please the bakers", "indirect", "explicit", source_id="bulletin",
                       judgement_type="intent", layer="assessed", confidence="unstated"),
            _statement("J02", "opening", 5, "stalls are sold", "indirect", "implied", source_id="bulletin", judgement_type="report",
                       layer="claimed", confidence="unstated"),
        ],
        "framings": [
            _statement("F01", "ships", 5, "Who asked the fishermen?", "own", "none", device="rhetorical_question"),
        ],
        "relations": [
            {"id": f"L{number:02}", "from_id": start, "relation": relation, "to_id": end, "rationale": "A reason."}
            for number, (start, relation, end) in enumerate([
                ("C02", "contradicts", "C01"), ("C03", "supports", "E02"), ("J01", "undercuts", "C01"),
                ("R02", "responds_to", "C01"), ("F01", "undercuts", "J02"),
            ], 1)
        ],
        "hypotheses": [
            {"id": "H1", "title": "Trade", "statement": "The date serves the bakers.", "origin": "tides"},
            {"id": "H2", "title": "Weather", "statement": "The date serves the guests.", "origin": "the coder"},
        ],
        "consistency": _ratings(),
        "ratings": [
            {"id": "G001", "item_id": "R01", "variable": "stance", "coder": "second", "value": "1"},
            {"id": "G002", "item_id": "C01", "variable": "credibility", "coder": "second", "value": "2"},
            {"id": "G003", "item_id": "J02", "variable": "layer", "coder": "second", "value": "claimed"},
        ],
        "corroboration": [
            {"id": "B01", "item_id": "C01", "bibkey": "gazette_2031", "relation": "confirms",
             "says": "The fair opens in May."},
            {"id": "B02", "item_id": "C03", "bibkey": "gazette_2031", "relation": "silent"},
        ],
        "errata": [{"id": "X01", "paragraph": 3, "printed": "Bo Lindt", "corrected": "Bo Lind", "why": "His own spelling."}],
    }  # fmt: skip


def descriptor() -> dict:
    """The design's Table Schema with this case's own topics and blocs."""
    package = json.loads((ROOT / "data/hockey/datapackage.json").read_text("utf-8"))
    package.update(name="fair", title="The fair", description="Made up by the tests.")
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] in CODES:
                codes = CODES[field["name"]]
                field["constraints"]["enum"] = codes
                field["categories"] = [{"value": code, "label": code.title()} for code in codes]
    return package


class Record:
    """The folder of a case on disk, to be read and damaged a cell at a time."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.article = folder.parent / "article.txt"

    def rows(self, table: str) -> list[dict]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def line(self, table: str, id: str) -> int:
        """The line of the file on which the row stands; no row of a sound table takes two."""
        return next(number for number, row in enumerate(self.rows(table), 2) if next(iter(row.values())) == id)

    def put(self, table: str, rows: list[dict], columns: list[str]) -> None:
        with (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def set(self, table: str, row: str, /, **cells) -> None:
        """Write other values into the cells of one row, found by the value of its first column."""
        rows = self.rows(table)
        next(each for each in rows if next(iter(each.values())) == row).update(cells)
        self.put(table, rows, list(rows[0]))

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), "utf-8", newline="")

    def data(self, file: str, change) -> None:
        """Rewrite a file's bytes."""
        path = self.folder / file
        path.write_bytes(change(path.read_bytes()))

    def read_meta(self) -> dict:
        return yaml.safe_load((self.folder / "case.yml").read_text("utf-8"))

    def meta(self, **keys) -> None:
        """Set keys of case.yml; None leaves a key out."""
        path = self.folder / "case.yml"
        meta = {**yaml.safe_load(path.read_text("utf-8")), **keys}
        kept = {key: value for key, value in meta.items() if value is not None}
        path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), "utf-8")

    def print_article(self, content: bytes | str, *, adopt: bool = False) -> Path:
        """Write another article; `adopt` makes it the one that case.yml speaks of."""
        content = content.encode() if isinstance(content, str) else content
        self.article.write_bytes(content)
        if adopt:
            self.meta(article={**META["article"], "sha256": hashlib.sha256(content).hexdigest()})
        return self.article


def write(parent: Path) -> Record:
    """Write the case to `parent`/fair and its article beside it; sound until a test damages it."""
    record = Record(parent / "fair")
    (record.folder / "commentary").mkdir(parents=True)
    package = descriptor()
    (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    (record.folder / "references.bib").write_text(BIBLIOGRAPHY, "utf-8")
    (record.folder / "commentary/claims.md").write_text(COMMENTARY, "utf-8")
    (record.folder / "case.yml").write_text(yaml.safe_dump(META, sort_keys=False), "utf-8")
    rows = tables()
    for resource in package["resources"]:
        record.put(resource["name"], rows[resource["name"]], [field["name"] for field in resource["schema"]["fields"]])
    record.print_article(ARTICLE, adopt=True)
    return record


def checkout(parent: Path) -> Record:
    """Write the case into a checkout of its own, with this project's notebooks: what the commands work in."""
    shutil.copytree(ROOT / "notebooks", parent / "notebooks")
    shutil.copy(ROOT / "_toc.yml", parent)
    (parent / "_config.yml").write_text("sphinx: {config: {sourcebook_case: data/fair}}\n", "utf-8")
    return write(parent / "data")
