"""A number of rows and a seed, turned into a whole case of made-up words: to see how Sourcebook grows, and to test it.

Run as a program it writes the case into the `data` folder of a checkout: `synthetic.py data --rows 5000`.
"""

import argparse
import csv
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

import yaml

ROOT = Path(__file__).resolve().parents[1]
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bran clen drim flos grun".split()
TOPICS = ["bridge", "ferry", "market", "mill", "road", "school", "tower", "wells"]
BLOCS = ["upland", "lowland", "islands", "observers"]
CODES = {"topic": TOPICS, "bloc": BLOCS}
# Of a hundred rows of the register, how many are of each kind: near to what the two coded cases have.
SHARES = {"claims": 38, "framings": 26, "assessments": 18, "reactions": 10, "events": 8}
LETTERS = {"claims": "C", "framings": "F", "assessments": "J", "reactions": "R", "events": "E"}
A_PARAGRAPH = 4  # rows; so is the article as long as it has rows, like any other
FIRST = date(2031, 3, 1)


class Words:
    """Made-up words. Only `Random.random` is used: it alone is promised to give the same numbers in every Python."""

    def __init__(self, seed: int):
        self.random = Random(seed).random

    def number(self, least: int, most: int) -> int:
        return least + int(self.random() * (most - least + 1))

    def one(self, of):
        return of[int(self.random() * len(of))]

    def word(self) -> str:
        return "".join(self.one(SYLLABLES) for _ in range(self.number(2, 3)))

    def phrase(self, least: int, most: int) -> str:
        return " ".join(self.word() for _ in range(self.number(least, most)))

    def sentence(self, least: int = 5, most: int = 9) -> str:
        return f"{self.phrase(least, most).capitalize()}."


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kinds(rows: int) -> list[str]:
    """The table of each row of the register, all kinds mixed evenly; every kind is there from twenty rows on."""
    whole = sum(SHARES.values())
    due, told = dict.fromkeys(SHARES, 0), []
    for _ in range(rows):
        for table, share in SHARES.items():
            due[table] += share
        most = max(due, key=due.get)
        due[most] -= whole
        told.append(most)
    return told


def content(rows: int, seed: int) -> tuple[dict[str, list[dict]], str]:
    """Every table's rows, and the article's text."""
    words = Words(seed)
    actors = [
        {"id": f"actor_{number}", "name": f"{words.word().capitalize()} {words.word().capitalize()} {number}",
         "bloc": BLOCS[number % 4], "kind": "unnamed" if number % 9 == 8 else "person"}
        for number in range(1, 5 + rows // 12)
    ]  # fmt: skip
    for actor in actors:
        actor["as_printed"] = actor["name"]
    actors[0].update(bloc="observers", kind="organisation")
    keys = [f"entry{number}_2031" for number in range(1, 5 + rows // 12)]
    sources = [
        {"id": f"source_{number}", "title": words.sentence(3, 5), "kind": "readout" if number == 1 else words.one(["post", "report", "interview"]),
         "date": (FIRST + timedelta(number % 60)).isoformat(), "bibkey": key, "reliability": words.one("ABCDEF"), "removes": words.number(1, 2)}
        for number, key in enumerate(keys, 1)
    ]  # fmt: skip
    tables = {table: [] for table in SHARES} | {"actors": actors, "sources": sources, "paragraphs": []}

    paragraphs = [("Opening", "headline", words.phrase(5, 7).capitalize())]
    section, left, texts = "Opening", kinds(rows), {}
    while left:
        if len(paragraphs) % 6 == 0:
            section = f"{words.phrase(2, 3).capitalize()} {len(paragraphs) // 6}"
            paragraphs.append((section, "heading", section))
        here, left = left[:A_PARAGRAPH], left[A_PARAGRAPH:]
        line, number = "", len(paragraphs) + 1
        for table in here:
            passage, start = words.sentence(), len(line)
            # Every third passage begins inside the one before it.
            back = min(start, words.number(5, 25)) if words.number(1, 3) == 1 else 0
            line += f"{passage} "
            id = f"{LETTERS[table]}{len(tables[table]) + 1:02}"
            texts[id] = passage
            span = line[start - back : -1]
            row = {"id": id, "paragraph": number, "start": start - back, "end": len(line) - 1, "digest": digest(span)}
            tables[table].append(row | _coded(table, row, words, actors, sources, passage, tables))
        paragraphs.append((section, "body", line.strip()))
    tables["paragraphs"] = [
        {"paragraph": number, "section": section, "kind": kind, "length": len(text)}
        for number, (section, kind, text) in enumerate(paragraphs, 1)
    ]
    tables |= _judged(tables, words, list(texts), keys)
    return tables, "\n\n".join(text for _, _, text in paragraphs) + "\n"


def _coded(table: str, row: dict, words: Words, actors, sources, passage: str, tables: dict) -> dict:
    """What a row says besides where it stands."""
    if table == "events":
        return {"title": f"{words.phrase(3, 5).capitalize()} {row['id']}", "precision": words.one(["day", "day", "week", "month"]),
                "date": (FIRST + timedelta(words.number(0, 89))).isoformat()}  # fmt: skip
    own = {"topic": words.one(TOPICS), "gist": words.sentence(6, 12)}
    if table == "framings":
        return own | {
            "device": words.one(["inference", "loaded_word", "plain_report"]),
            "mode": "own",
            "attribution": "none",
        }
    quote = " ".join(passage.split()[:3]) if words.number(1, 3) == 1 else ""
    own |= {"mode": "mixed" if quote else "indirect", "quote": quote, "attribution": words.one(["explicit", "implied"]),
            "source_id": words.one(sources)["id"]}  # fmt: skip
    if table == "assessments":
        return own | {"judgement_type": words.one(["report", "effect", "intent"]), "layer": words.one(["claimed", "assessed"]),
                      "confidence": words.one(["high", "unstated"])}  # fmt: skip
    own["actor_id"] = words.one(actors)["id"]
    if table == "reactions":
        return own | {
            "stance": words.number(-2, 2),
            "target_id": f"C{words.number(1, max(len(tables['claims']), 1)):02}",
        }
    types = ["assertion", "denial", "evaluation", "forecast", "commitment", "demand"]
    return own | {"claim_type": words.one(types), "credibility": words.number(1, 6), "event_id": "E01" if words.number(1, 4) == 1 else "",
                  "addressee_id": words.one(["", actors[0]["id"]])}  # fmt: skip


def _judged(tables: dict, words: Words, ids: list[str], keys: list[str]) -> dict[str, list[dict]]:
    """The tables that relate rows to each other, to hypotheses, to coders and to what was read outside."""
    rows = len(ids)
    relations = []
    for number in range(1, 1 + rows * 7 // 10):
        start = words.number(0, rows - 1)
        other = (start + words.number(1, min(rows - 1, 40))) % rows
        kind = words.one(["supports", "supports", "contradicts", "undercuts", "restates"])
        relations.append(
            {
                "id": f"L{number:02}",
                "from_id": ids[start],
                "to_id": ids[other],
                "relation": kind,
                "rationale": words.sentence(),
            }
        )
    hypotheses = [
        {"id": f"H{number}", "title": f"{words.phrase(2, 3).capitalize()} {number}", "statement": words.sentence(8, 12), "origin": "the generator"}
        for number in range(1, 4)
    ]  # fmt: skip
    consistency = []
    for id in ids:
        for hypothesis in hypotheses if id[0] in "CRE" else ():
            rating = words.one(["II", "I", "N", "N", "C", "CC"])
            consistency.append({"id": f"K{len(consistency) + 1:03}", "item_id": id, "hypothesis_id": hypothesis["id"], "rating": rating,
                                "coder": "first", "rationale": "" if rating == "N" else words.sentence()})  # fmt: skip
    rated = []
    for table, variable in {"claims": "credibility", "reactions": "stance", "assessments": "layer"}.items():
        for row in tables[table][::2]:
            value = (
                row[variable]
                if words.number(1, 4) > 1
                else words.one({"credibility": [2, 3], "stance": [0, 1], "layer": ["claimed"]}[variable])
            )
            rated.append(
                {
                    "id": f"G{len(rated) + 1:03}",
                    "item_id": row["id"],
                    "variable": variable,
                    "coder": "second",
                    "value": value,
                }
            )
    found = []
    for row in tables["claims"] + tables["assessments"]:
        judged = row["id"][0] == "J"
        told = words.one(["confirms", "partly", "silent"])
        found.append({"id": f"B{len(found) + 1:02}", "item_id": row["id"], "bibkey": "original_2031" if judged else words.one(keys), "relation": told,
                      "carriage": words.one(["carried", "sharpened"]) if judged and told != "silent" else "",
                      "says": "" if told == "silent" else words.sentence()})  # fmt: skip
    errata = [
        {"id": f"X{number:02}", "paragraph": row["paragraph"], "printed": words.word(), "corrected": words.word(), "why": words.sentence()}
        for number, row in enumerate(tables["paragraphs"][1::8], 1)
    ]  # fmt: skip
    return {
        "relations": relations,
        "hypotheses": hypotheses,
        "consistency": consistency,
        "ratings": rated,
        "corroboration": found,
        "errata": errata,
    }


def descriptor(name: str) -> dict:
    """The template's schema with the topics and sides of these cases."""
    package = json.loads((ROOT / "data/weir/datapackage.json").read_text("utf-8"))
    package.update(
        name=name, title=f"Made-up case {name}", description="Made up by a generator, to see how Sourcebook grows."
    )
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] in CODES:
                codes = CODES[field["name"]]
                field["constraints"]["enum"] = codes
                field["categories"] = [{"value": code, "label": f"the {code}"} for code in codes]
    return package


def meta(name: str, sha256: str) -> dict:
    return {
        "title": f"A made-up case, {name}",
        "subtitle": "Words without a meaning",
        "question": "How does a report grow with its case?",
        "article": {"title": "A made-up article", "date": "2031-06-01", "language": "en", "sha256": sha256, "text": "article.txt"},
        "assessor": "actor_1",
        "accounts": {"event": "E01", "sides": ["upland", "lowland"], "readouts": {"upland": "entry1_2031", "lowland": "entry2_2031"}},
        "readout": "source_1",
        "originals": ["original_2031"],
        "coders": {"first": "The generator", "second": "The generator again, of half of the rows"},
        "authors": ["The generator"],
        "licence": "CC-BY-4.0",
        "version": "1.0",
        "date": "2031-06-02",
    }  # fmt: skip


def write(parent: Path, rows: int, seed: int = 1, name: str = "") -> Path:
    """Write a sound case of `rows` rows of the register (at least 20) below `parent`, and return its folder."""
    name = name or f"made{rows}"
    folder = Path(parent, name)
    (folder / "commentary").mkdir(parents=True)
    tables, text = content(rows, seed)
    package = descriptor(name)
    for resource in package["resources"]:
        columns = [field["name"] for field in resource["schema"]["fields"]]
        with (folder / resource["path"]).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[resource["name"]])
    keys = [source["bibkey"] for source in tables["sources"]] + ["original_2031"]
    entries = (f"@misc{{{key}, author = {{{{Made up}}}}, title = {{Entry {key}}}, year = {{2031}}}}\n" for key in keys)
    files = {
        "article.txt": text,
        "datapackage.json": json.dumps(package, indent=1) + "\n",
        "references.bib": "".join(entries),
        "case.yml": yaml.safe_dump(meta(name, hashlib.sha256(text.encode()).hexdigest()), sort_keys=False),
        "commentary/register.md": "All of it is made up: {finding}\n",
    }
    for file, written in files.items():
        (folder / file).write_text(written, encoding="utf-8", newline="")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=500, help="of the register, at least 20")
    parser.add_argument("--quick", action="store_true", help="50 rows")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="")
    options = parser.parse_args()
    print(write(options.folder, 50 if options.quick else options.rows, options.seed, options.name))


if __name__ == "__main__":
    main()
