"""The four anchored tables of a case, turned into one frame of who says what, where and how far away."""

import pandas as pd

KINDS = {"claims": "claim", "reactions": "reaction", "assessments": "judgement", "framings": "framing"}
TYPES = {"claims": "claim_type", "reactions": "stance", "assessments": "judgement_type", "framings": "device"}
OWN = "the article"


def statements(case) -> pd.DataFrame:
    """Every claim, reaction, judgement and framing of the case, one row each, in the order of the article.

    Columns: id, kind (claim, reaction, judgement, framing), actor_id, actor, bloc, actor_kind, source_id,
    source, reliability (Categorical A-F), removes (Int64: hands between speaker and article, 0 for the
    article's own voice, missing where the channel is not named), type (the table's own code), topic,
    paragraph, start, end (Int64), section, mode, attribution, quote, gist, note, credibility (Int64, claims only).
    A judgement's actor is the case's assessor; a framing's is the article itself, which has no actor row.
    """
    parts = []
    for table, kind in KINDS.items():
        frame = case.tables[table].copy()
        frame["kind"] = kind
        frame["type"] = frame[TYPES[table]].astype("str")
        if table == "assessments":
            frame["actor_id"] = case.meta["assessor"]
        parts.append(frame.astype({"topic": "str", "mode": "str", "attribution": "str"}))
    together = pd.concat(parts, ignore_index=True)
    actors = case.actors.rename(columns={"id": "actor_id", "name": "actor", "kind": "actor_kind"})
    sources = case.sources.rename(columns={"id": "source_id", "title": "source"})
    together = (
        together.merge(actors[["actor_id", "actor", "bloc", "actor_kind"]], on="actor_id", how="left")
        .merge(sources[["source_id", "source", "reliability", "removes"]], on="source_id", how="left")
        .merge(case.paragraphs[["paragraph", "section"]], on="paragraph", how="left")
    )
    own = together["mode"] == "own"
    together["actor"] = together["actor"].where(together["actor"].notna(), OWN)
    together["removes"] = together["removes"].mask(own, 0)
    columns = ["id", "kind", "actor_id", "actor", "bloc", "actor_kind", "source_id", "source", "reliability", "removes",
               "type", "topic", "paragraph", "start", "end", "section", "mode", "attribution", "quote", "gist", "note",
               "credibility"]  # fmt: skip
    return together.sort_values(["paragraph", "start", "id"], kind="stable")[columns].reset_index(drop=True)


def items(case) -> pd.DataFrame:
    """Everything a relation or a rating can point at: id, kind, who (str), gist; the statements, then the events."""
    said = statements(case)[["id", "kind", "actor", "gist"]].rename(columns={"actor": "who"})
    events = case.events.rename(columns={"title": "gist"})[["id", "gist"]].assign(kind="event", who="event")
    return pd.concat([said, events], ignore_index=True)[["id", "kind", "who", "gist"]]
