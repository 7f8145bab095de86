"""One side's official statement, turned into what it stresses, what others stress, and what the article reads into it."""

import pandas as pd

from sourcebook.statements import OWN
from sourcebook.words import count, listing

GROUPS = ["the statement", "other voices", OWN]


def stress(said: pd.DataFrame, readout: str) -> pd.DataFrame:
    """How often each topic is raised by whom: topic, group (see GROUPS), rows (int), ids (str), only_readout (bool), lead (int).

    `readout` is the id of the source examined. `lead` is the statement's rows less those of other voices.
    """
    group = pd.Series(GROUPS[1], index=said.index)
    group = group.mask(said["source_id"] == readout, GROUPS[0]).mask(said["mode"] == "own", GROUPS[2])
    table = (
        said.assign(group=group)
        .groupby(["topic", "group"])
        .agg(rows=("id", "size"), ids=("id", ", ".join))
        .reset_index()
    )
    wide = table.pivot(index="topic", columns="group", values="rows").reindex(columns=GROUPS).fillna(0)
    table["lead"] = table["topic"].map(wide[GROUPS[0]] - wide[GROUPS[1]]).astype(int)
    table["only_readout"] = table["topic"].map((wide[GROUPS[0]] > 0) & (wide[GROUPS[1]] == 0)).astype(bool)
    return table.sort_values(["lead", "topic", "group"], ascending=[False, True, True], ignore_index=True)


def readings(case, readout: str) -> pd.DataFrame:
    """What the article reads into each row of the statement: id, gist, topic, readings (int), reading_ids, read (str).

    A framing is a reading of a row where the row is coded as offered in support of it.
    """
    offered = case.relations[case.relations["relation"] == "supports"]
    framings = case.framings.set_index("id")["gist"]
    links = offered[offered["to_id"].isin(framings.index)].groupby("from_id")["to_id"].agg(list)
    table = case.claims[case.claims["source_id"] == readout][["id", "gist", "topic"]].astype({"topic": "str"})
    rows = table["id"].map(links).map(lambda ids: ids if isinstance(ids, list) else [])
    table = table.assign(
        readings=rows.map(len),
        reading_ids=rows.map(", ".join),
        read=rows.map(lambda ids: " ".join(framings[id] for id in ids)),
    )
    return table.sort_values(["readings", "id"], ascending=[False, True], ignore_index=True)


def figures(stress: pd.DataFrame, readings: pd.DataFrame) -> dict:
    """Named figures: n_rows, n_topics, n_only, only_topics, n_readings, n_read, n_shared, finding."""
    raised = stress[stress["group"] == GROUPS[0]]
    only = raised[raised["only_readout"]]
    n_readings, n_read = int(readings["readings"].sum()), int((readings["readings"] > 0).sum())
    topics = listing(only["topic"])
    values = {
        "n_rows": len(readings), "n_topics": len(raised), "n_only": len(only), "only_topics": topics,
        "n_shared": len(raised) - len(only), "n_readings": n_readings, "n_read": n_read, "n_unread": len(readings) - n_read,
    }  # fmt: skip
    values["finding"] = (
        f"The official statement raises {count(len(raised), 'subject')}; on {len(only)} of them no other voice in the article "
        f"speaks ({topics}). The article draws {count(n_readings, 'reading')} of its own from {n_read} of the statement's "
        f"{count(len(readings), 'row')} and none from the other {values['n_unread']}."
    )
    return values
