"""The four anchored tables of a case, turned into one frame of who says what, where and how far away."""

import pandas as pd

KINDS = {"claims": "claim", "reactions": "reaction", "assessments": "judgement", "framings": "framing"}
TYPES = {"claims": "claim_type", "reactions": "stance", "assessments": "judgement_type", "framings": "device"}
OWN = "the article"
COLUMNS = ["id", "kind", "actor_id", "actor", "bloc", "actor_kind", "source_id", "source", "reliability", "removes",
           "type", "topic", "paragraph", "start", "end", "section", "mode", "attribution", "quote", "gist", "note",
           "credibility"]  # fmt: skip
# Which column leads to which table, by which of its columns, and what is taken from there.
LOOKUPS = (
    ("actor_id", "actors", "id", {"actor": "name", "bloc": "bloc", "actor_kind": "kind"}),
    ("source_id", "sources", "id", {"source": "title", "reliability": "reliability", "removes": "removes"}),
    ("paragraph", "paragraphs", "paragraph", {"section": "section"}),
)


def statements(case) -> pd.DataFrame:
    """Every claim, reaction, judgement and framing of the case, one row each, in the order of the article.

    Columns: id, kind (claim, reaction, judgement, framing), actor_id, actor, bloc, actor_kind, source_id,
    source, reliability (Categorical A-F), removes (Int64: hands between speaker and article, 0 for the
    article's own voice, missing where the channel is not named), type (the table's own code), topic,
    paragraph, start, end (Int64), section, mode, attribution, quote, gist, note, credibility (Int64, claims only).
    A judgement's actor is the case's assessor; a framing's is the article itself, which has no actor row.
    """
    if "statements" not in case.derived:
        case.derived["statements"] = _statements(case)
    return case.derived["statements"].copy(deep=False)


def _statements(case) -> pd.DataFrame:
    parts = []
    for table, kind in KINDS.items():
        frame = case.tables[table]
        codes = frame[["topic", "mode", "attribution"]].astype("str")
        frame = frame.assign(kind=kind, type=frame[TYPES[table]].astype("str"), **codes)
        if table == "assessments":
            frame["actor_id"] = case.meta["assessor"]
        parts.append(frame[frame.columns.intersection(COLUMNS)])
    said = pd.concat(parts, ignore_index=True)
    for key, table, row, columns in LOOKUPS:
        rows = case.tables[table].set_index(row)
        for name, column in columns.items():
            said[name] = said[key].map(rows[column])
    said["actor"] = said["actor"].fillna(OWN)
    said["removes"] = said["removes"].mask(said["mode"] == "own", 0)
    return said.sort_values(["paragraph", "start", "id"], kind="stable", ignore_index=True)[COLUMNS]


def items(case) -> pd.DataFrame:
    """Everything a relation or a rating can point at: id, kind, who (str), gist; the statements, then the events."""
    said = statements(case)[["id", "kind", "actor", "gist"]].rename(columns={"actor": "who"})
    events = case.events.rename(columns={"title": "gist"})[["id", "gist"]].assign(kind="event", who="event")
    return pd.concat([said, events], ignore_index=True)[["id", "kind", "who", "gist"]]
