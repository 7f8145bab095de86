"""Statements, turned into the voices of the article: whose they are, how far away, and which are its own."""

import pandas as pd

from sourcebook.statements import OWN
from sourcebook.words import count, percent, tally

DISTANCE = {0: "the article itself", 1: "the speaker's own channel", 2: "an outlet in between"}
UNKNOWN = "channel not named"
FARTHER = "two or more in between"


def voices(said: pd.DataFrame) -> pd.DataFrame:
    """One row a voice, most statements first: actor, bloc (the article's own: OWN), statements, share (0-1), sources (int)."""
    said = said.assign(bloc=said["bloc"].astype("str").where(said["bloc"].notna(), OWN))
    table = (
        said.groupby(["actor", "bloc"], observed=True)
        .agg(statements=("id", "size"), sources=("source_id", "nunique"))
        .reset_index()
        .sort_values(["statements", "actor"], ascending=[False, True], ignore_index=True)
    )
    return table.assign(share=table["statements"] / max(len(said), 1))


def by_section(said: pd.DataFrame, paragraphs: pd.DataFrame) -> pd.DataFrame:
    """Statements by section (in the article's order), and by bloc in each: section, bloc, statements, order (int)."""
    order = {section: place for place, section in enumerate(paragraphs["section"].drop_duplicates())}
    bloc = said["bloc"].astype("str").where(said["bloc"].notna() & (said["mode"] != "own"), OWN)
    table = said.assign(bloc=bloc).groupby(["section", "bloc"]).size().rename("statements").reset_index()
    return table.assign(order=table["section"].map(order)).sort_values(["order", "bloc"], ignore_index=True)


def place(removes) -> str:
    """What stands between speaker and article, in words."""
    return UNKNOWN if pd.isna(removes) else DISTANCE.get(int(removes), FARTHER)


def distance(said: pd.DataFrame) -> pd.DataFrame:
    """Statements by hands between speaker and article, and by mode: place, mode, statements, order (int)."""
    table = (
        said.assign(place=said["removes"].astype("object").map(place))
        .groupby(["place", "mode"])
        .size()
        .rename("statements")
        .reset_index()
    )
    order = [*DISTANCE.values(), FARTHER, UNKNOWN]
    return table.assign(order=table["place"].map(order.index)).sort_values(["order", "mode"], ignore_index=True)


def channels(said: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """One row a source: id, title, kind, publisher, date, reliability, removes, statements (int), best grade first."""
    used = said.groupby("source_id").size().rename("statements").reset_index().rename(columns={"source_id": "id"})
    table = sources.merge(used, on="id", how="left").fillna({"statements": 0}).astype({"statements": int})
    return table.sort_values(["reliability", "statements", "id"], ascending=[True, False, True], ignore_index=True)


def devices(framings: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """What the article does in its own voice: device, meaning, rows (int), ids (str), most frequent first."""
    table = framings.groupby("device", observed=True).agg(rows=("id", "size"), ids=("id", ", ".join)).reset_index()
    table["meaning"] = table["device"].astype("str").map(labels)
    return table.astype({"device": "str"}).sort_values(["rows", "device"], ascending=[False, True], ignore_index=True)


def figures(said: pd.DataFrame) -> dict:
    """Named figures: n_statements, n_voices, n_own, own_share, n_unnamed_channel, n_direct, direct_share,
    sections and places (counts in words), finding."""
    others = said[said["mode"] != "own"]
    n_own, n_direct = len(said) - len(others), int(others["mode"].isin(["direct", "mixed"]).sum())
    n_unnamed = int((others["removes"].isna()).sum())
    values = {
        "n_statements": len(said),
        "n_voices": said.loc[said["actor"] != OWN, "actor"].nunique(),
        "n_own": n_own,
        "own_share": percent(n_own, len(said)),
        "n_attributed": len(others),
        "n_unnamed_channel": n_unnamed,
        "unnamed_channel_share": percent(n_unnamed, len(others)),
        "n_direct": n_direct,
        "direct_share": percent(n_direct, len(others)),
        "sections": tally(said["section"]),
        "places": tally(said["removes"].astype("object").map(place)),
    }
    values["finding"] = (
        f"The article carries {count(values['n_voices'], 'voice')} in {count(len(said), 'coded statement')}; "
        f"{n_own} ({values['own_share']}) are in its own voice. Of the {len(others)} attributed ones, "
        f"{n_direct} ({values['direct_share']}) keep any of the speaker's words and {n_unnamed} "
        f"({values['unnamed_channel_share']}) name no channel."
    )
    return values
