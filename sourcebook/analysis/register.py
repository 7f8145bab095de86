"""All coded rows, turned into one register: what, who, where in the article, how graded, linked to what."""

import pandas as pd

from sourcebook.statements import statements
from sourcebook.words import count


def register(case, kept: set[str]) -> pd.DataFrame:
    """One row for each statement and event, in the article's order.

    Columns, all str: id, kind, who, type, topic, gist, quote, where (paragraph and offsets), source, grade
    (Admiralty letter and digit), voice (mode, attribution), links (from both ends), counted (yes or no: whether
    the id is in `kept`), note.
    """
    said = statements(case)
    grade = said["reliability"].astype("str").where(said["reliability"].notna(), "") + said["credibility"].astype(
        "str"
    ).where(said["credibility"].notna(), "")
    rows = said.assign(who=said["actor"], grade=grade, voice=said["mode"] + ", " + said["attribution"])
    events = case.events.assign(
        kind="event", who="", type="dated to the " + case.events["precision"].astype("str"), topic="", gist=case.events["title"], quote="",
        source="", grade="", voice="",
    )  # fmt: skip
    table = pd.concat([rows, events], ignore_index=True).sort_values(
        ["paragraph", "start", "id"], kind="stable", ignore_index=True
    )
    place = table[["paragraph", "start", "end"]].astype("str")
    table["where"] = "¶" + place["paragraph"] + ", " + place["start"] + "–" + place["end"]
    table["links"] = table["id"].map(links(case.relations)).fillna("")
    table["counted"] = table["id"].isin(kept).map({True: "yes", False: "no"})
    columns = [
        "id",
        "kind",
        "who",
        "type",
        "topic",
        "gist",
        "quote",
        "where",
        "source",
        "grade",
        "voice",
        "links",
        "counted",
        "note",
    ]
    return table[columns].fillna("").astype("str")


def links(relations: pd.DataFrame) -> dict[str, str]:
    """For each row that a relation touches, its relations in words, outgoing first."""
    words: dict[str, list[str]] = {}
    passive = {"supports": "supported by", "contradicts": "contradicted by", "undercuts": "undercut by",
               "responds_to": "answered by", "restates": "restated by"}  # fmt: skip
    for start, end, kind in zip(relations["from_id"], relations["to_id"], relations["relation"].astype("str")):
        words.setdefault(start, []).append(f"{kind.replace('_', ' ')} {end}")
    for start, end, kind in zip(relations["from_id"], relations["to_id"], relations["relation"].astype("str")):
        words.setdefault(end, []).append(f"{passive.get(kind, kind)} {start}")
    return {id: "; ".join(parts) for id, parts in words.items()}


def figures(register: pd.DataFrame) -> dict:
    """Named figures: n_rows, n_counted, n_left_out, n_linked, n_<kind> for each kind, finding."""
    counted = int((register["counted"] == "yes").sum())
    values = {"n_rows": len(register), "n_counted": counted, "n_left_out": len(register) - counted}
    values["n_linked"] = int((register["links"] != "").sum())
    values |= {f"n_{kind}": int(number) for kind, number in register["kind"].value_counts().sort_index().items()}
    values["finding"] = (
        f"The record has {count(len(register), 'row')}, each with a place in the article; {counted} are counted in this "
        f"report and {values['n_linked']} are linked to others."
    )
    return values
