"""A made-up case, small enough to compute every result by hand: two sides, one meeting, one institute that judges it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from sourcebook.analysis import corroboration
from sourcebook.case import Case
from sourcebook.schema import Schema

META = {
    "title": "The meeting at the river",
    "question": "Who said what?",
    "article": {"title": "The meeting at the river", "date": "2020-01-03", "language": "en"},
    "assessor": "inst",
    "accounts": {"event": "E01", "sides": ["north", "south"]},
    "readout": "readout",
    "parameters": {},
}
TOPICS = ["water", "border", "tone", "fish", "trade"]
STANCES = {-2: "rejects", -1: "doubts", 0: "reserved", 1: "welcomes", 2: "praises"}
CODES = {
    "bloc": ["north", "south", "outside"], "topic": TOPICS, "mode": ["direct", "mixed", "indirect", "own"],
    "attribution": ["explicit", "implied", "none"], "reliability": list("ABCDEF"), "precision": ["day", "week", "month", "year"],
    "claim_type": ["assertion", "denial", "evaluation", "forecast", "commitment", "demand", "refusal"],
    "judgement_type": ["report", "intent"], "layer": ["claimed", "assessed"], "confidence": ["high", "unstated"],
    "device": ["inference", "loaded_word"], "relation": ["supports", "contradicts", "undercuts", "responds_to", "restates"],
    "finding": ["confirms", "partly", "contradicts", "silent"], "carriage": ["carried", "sharpened", "softened", "omitted"],
    "rating": ["II", "I", "N", "C", "CC"], "credibility": [1, 2, 3, 4, 5, 6], "stance": list(STANCES),
}  # fmt: skip
INTEGERS = ("paragraph", "start", "end", "length", "removes", "credibility", "stance")

# Paragraphs 1-2 open, 3-4 tell of the meeting, 5 of reactions, 6 of the institute's judgement.
TABLES = {
    "paragraphs": """
        paragraph|section|kind|length|note
        1|Opening|headline|90|
        2|Opening|body|90|
        3|The meeting|body|90|
        4|The meeting|body|90|
        5|Reactions|heading|90|
        6|Judgement|body|90|""",
    "actors": """
        id|name|bloc|kind|note
        ann|Ann|north|person|
        bob|Bob|south|person|
        inst|The Institute|outside|organisation|
        cleo|Cleo|outside|person|
        aides|Aides|outside|unnamed|""",
    "sources": """
        id|title|kind|publisher|date|reliability|removes|note
        readout|Statement of the South|readout|South|2020-01-02|C|1|
        paper|Report in the Paper|report|The Paper||B|2|
        study|Study of the Institute|assessment|Institute|2020-01-01|A|1|
        unsaid|Channel not named|unstated|||F||""",
    "events": """
        id|title|date|precision|paragraph|start|end|note
        E01|Meeting at the river|2020-01-01|day|3|0|5|
        E02|Week of floods|2019-12-30|week|4|0|5|""",
    "claims": """
        id|actor_id|source_id|claim_type|topic|event_id|credibility|paragraph|start|end|mode|attribution|quote|gist|note
        C01|ann|paper|assertion|water|E01|2|3|10|20|mixed|explicit|we agreed|Both share the water.|
        C02|bob|readout|assertion|water|E01|3|3|30|40|indirect|explicit||The water is shared.|
        C03|ann|paper|denial|border|E01|2|3|50|60|indirect|explicit||The border was not discussed.|
        C04|bob|readout|demand|border|E01|3|4|10|20|indirect|implied||The border must move.|
        C05|bob|readout|commitment|tone|E01|3|4|30|40|direct|explicit|in peace|Promises a calm tone.|
        C06|aides|unsaid|evaluation|water||6|2|10|20|indirect|explicit||The talk was short.|
        C07|ann|paper|assertion|water|E01|2|4|50|60|indirect|explicit||Says again that water is shared.|C01 once more""",
    "reactions": """
        id|actor_id|source_id|target_id|stance|topic|paragraph|start|end|mode|attribution|quote|gist|note
        R01|ann|paper|E01|2|tone|5|0|10|mixed|explicit|splendid|Praises the meeting.|
        R02|cleo|paper|C05|-2|tone|5|20|30|indirect|explicit||Rejects the promise.|
        R03|cleo|paper|E01|-1|tone|5|40|50|indirect|explicit||Doubts the meeting.|
        R04|bob|readout|E01|0|water|5|60|70|indirect|implied||Waits.|""",
    "assessments": """
        id|source_id|judgement_type|layer|confidence|topic|paragraph|start|end|mode|attribution|quote|gist|note
        J01|study|intent|assessed|unstated|border|6|0|10|indirect|explicit||The South wants land.|
        J02|study|report|claimed|unstated|water|6|20|30|indirect|implied||The South spoke of water.|
        J03|study|intent|assessed|high|tone|6|40|50|indirect|implied||Nobody is in earnest.|""",
    "framings": """
        id|topic|device|paragraph|start|end|mode|attribution|quote|gist|note
        F01|border|inference|1|0|10|own|none||The South seeks land.|
        F02|tone|loaded_word|2|30|40|own|none||Calls the talk grand.|""",
    "relations": """
        id|from_id|to_id|relation|rationale|note
        L01|C02|C01|supports|Both say so.|
        L02|C04|C03|contradicts|A demand at the meeting was a subject of it.|
        L03|C07|C01|restates|The same once more.|
        L04|C04|J01|supports|A demand for land.|
        L05|C05|J01|undercuts|A promise of peace.|
        L06|C05|F01|supports|The article takes it so.|
        L07|E02|C02|undercuts|There was a flood.|
        L08|R02|C05|responds_to|It answers the promise.|""",
    "hypotheses": """
        id|title|statement|origin|note
        H1|Peace|Both want peace.|the North|
        H2|Land|The South wants land.|the Institute|
        H3|Show|It is all for show.|the coder|""",
    "consistency": """
        id|item_id|hypothesis_id|rating|coder|rationale|note
        K01|C01|H1|C|first|Sharing is peace.|
        K02|C01|H2|I|first|Sharing is not taking.|
        K03|C01|H3|I|first|It is concrete.|
        K04|C04|H1|II|first|A demand is no peace.|
        K05|C04|H2|CC|first|It asks for land.|
        K06|C04|H3|N|first||
        K07|C05|H1|C|first|A promise.|
        K08|C05|H2|C|first|A promise.|
        K09|C05|H3|C|first|A promise.|
        K10|J01|H1|II|first|A conclusion.|
        K11|C07|H2|I|first|As C01.|""",
    "errata": "id|paragraph|printed|corrected|why|note",
    "ratings": "id|item_id|variable|coder|value|rationale|note",
    "corroboration": "id|item_id|bibkey|relation|carriage|says|note",
}  # fmt: skip

# What was read outside: each side's own readout, the study itself, the paper that the article names, and another outlet.
OUTSIDE = """
    id|item_id|bibkey|relation|carriage|says|note
    B01|C01|north_2020|confirms||We share it.|
    B02|C01|south_2020|confirms||It is shared.|
    B03|C01|wire_2020|partly||Some of it is shared.|
    B04|C02|north_2020|silent|||
    B05|C02|south_2020|confirms||Shared.|
    B06|C03|north_2020|silent|||
    B07|C03|south_2020|contradicts||It was discussed.|
    B08|C03|paper_2020|confirms||It was not discussed.|
    B09|C04|north_2020|silent|||
    B10|C04|south_2020|silent|||
    B11|C05|north_2020|contradicts||No calm was promised.|
    B12|E01|wire_2020|partly||They met.|
    B13|J01|study_2020|confirms|sharpened|The South may want land.|The may is gone.
    B14|J02|study_2020|silent|||
    B15||study_2020||omitted|The North wants land too.|Last page."""
ENTRIES = """
    key|title|publisher|channel|date|url
    paper_2020|A meeting|The Paper|The Paper|2 January 2020|https://example.org/paper
    north_2020|Our account|North|Ann|January 2020|https://example.org/north
    south_2020|Statement|South|South|January 2020|https://example.org/south
    wire_2020|They met|The Wire|The Wire|2020|https://example.org/wire
    study_2020|The study|Institute|The Institute|2020|https://example.org/study
    unread_2020|Not asked|Nobody|Nobody|2020|https://example.org/unread"""
READOUTS = [["north_2020"], ["south_2020"]]


def raw(text: str) -> pd.DataFrame:
    """Lines of cells, the first of them the header, as a frame of text."""
    header, *rows = [line.strip().split("|") for line in text.strip().splitlines()]
    return pd.DataFrame(rows, columns=header, dtype=str)


def _field(name: str, table: str) -> dict:
    kind = "integer" if name in INTEGERS else "date" if name == "date" else "string"
    name, shown = ("finding", name) if (table, name) == ("corroboration", "relation") else (name, name)
    field = {"name": shown, "type": kind, "constraints": {"enum": CODES[name]} if name in CODES else {}}
    if name in CODES:
        field["categories"] = [{"value": code, "label": STANCES.get(code, f"the {code}")} for code in CODES[name]]
    return field


def _resource(name: str, text: str) -> dict:
    return {
        "name": name,
        "path": f"{name}.csv",
        "schema": {"fields": [_field(column, name) for column in raw(text).columns]},
    }


SCHEMA = Schema({"name": "river", "resources": [_resource(name, text) for name, text in TABLES.items()]})


def case(**texts: str) -> Case:
    """The case, some of its tables written anew."""
    tables = {name: SCHEMA.frame(name, raw(texts.get(name, text))) for name, text in TABLES.items()}
    return Case("river", Path("river"), META, SCHEMA, tables)


def table(name: str, text: str) -> pd.DataFrame:
    """One table of another content, typed as the case's own; its first line is the header."""
    header = raw(TABLES[name]).columns
    frame = raw(text).reindex(columns=header, fill_value="")
    return SCHEMA.frame(name, frame)


def outside(record: Case, keys: list[list[str]] = READOUTS) -> pd.DataFrame:
    """What the two readouts say of the claims about the meeting, as the notebook on claims computes it."""
    items = corroboration.items(record)
    findings = corroboration.findings(record.corroboration, items, raw(ENTRIES))
    return corroboration.readouts(record.claims, items, findings, "E01", keys)


def emptied(whole: Case) -> Case:
    """The case after choices that leave no statement at all: its people, sources, hypotheses and sections stay."""
    stay = {"paragraphs", "actors", "sources", "hypotheses"}
    return replace(
        whole, tables={name: frame if name in stay else frame.iloc[:0] for name, frame in whole.tables.items()}
    )
