"""Reactions, turned into who stands where towards what."""

import pandas as pd

from sourcebook.statements import items
from sourcebook.words import count, percent

SIDES = {-1: "against", 0: "reserved or mixed", 1: "in favour"}


def stances(case) -> pd.DataFrame:
    """One row a reaction: id, actor, bloc, stance (Int64 -2..2), meaning, target_id, target, topic, gist; by bloc, then stance."""
    known = items(case).set_index("id")["gist"]
    actors = case.actors.rename(columns={"id": "actor_id", "name": "actor"})[["actor_id", "actor", "bloc"]]
    meaning = case.schema.labels("reactions", "stance")
    table = case.reactions.merge(actors, on="actor_id")
    table["target"] = table["target_id"].map(known).fillna("(left out by the reader's choices)")
    table["meaning"] = table["stance"].map(lambda stance: meaning[int(stance)])
    table["stance"] = table["stance"].astype("Int64")
    columns = ["id", "actor", "bloc", "stance", "meaning", "target_id", "target", "topic", "gist"]
    return table.sort_values(["bloc", "stance", "id"], ignore_index=True)[columns].astype(
        {"bloc": "str", "topic": "str"}
    )


def by_actor(stances: pd.DataFrame) -> pd.DataFrame:
    """One row an actor: actor, bloc, reactions (int), lowest, mean, highest stance (float), most favourable first."""
    table = stances.astype({"stance": float}).groupby(["actor", "bloc"]).agg(
        reactions=("id", "size"), lowest=("stance", "min"), mean=("stance", "mean"), highest=("stance", "max"),
        ids=("id", ", ".join),
    )  # fmt: skip
    return table.reset_index().sort_values(["mean", "actor"], ascending=[False, True], ignore_index=True)


def by_bloc(stances: pd.DataFrame) -> pd.DataFrame:
    """One row a bloc and stance that occurs: bloc, stance (int), meaning, reactions (int)."""
    table = stances.groupby(["bloc", "stance", "meaning"]).size().rename("reactions").reset_index()
    return table.astype({"stance": int})


def figures(stances: pd.DataFrame, sides: list[str]) -> dict:
    """Named figures: n_reactions, n_for, n_against, n_reserved, for_from_sides, against_outside, mean by bloc (mean_<bloc>), finding.

    `sides` are the blocs that took part in the event; the question is whether anybody else speaks well of it.
    """
    sign = stances["stance"].astype("int64").clip(-1, 1)
    inside = stances["bloc"].isin(sides)
    favour, against = int((sign > 0).sum()), int((sign < 0).sum())
    values = {
        "n_reactions": len(stances), "n_actors": stances["actor"].nunique(),
        "n_for": favour, "n_against": against, "n_reserved": int((sign == 0).sum()),
        "n_inside": int(inside.sum()), "n_outside": int((~inside).sum()),
        "for_inside": int((inside & (sign > 0)).sum()), "for_outside": int((~inside & (sign > 0)).sum()),
        "against_inside": int((inside & (sign < 0)).sum()), "against_outside": int((~inside & (sign < 0)).sum()),
        "against_outside_share": percent(int((~inside & (sign < 0)).sum()), int((~inside).sum())),
    }  # fmt: skip
    for bloc, mean in stances.astype({"stance": float}).groupby("bloc")["stance"].mean().items():
        values[f"mean_{bloc}"] = f"{mean:+.1f}"
    values["speakers"] = "; ".join(stances["actor"] + " " + stances["meaning"]) or "none"
    values["finding"] = (
        f"The article carries {count(len(stances), 'reaction')}: {favour} in favour, {against} against and {values['n_reserved']} reserved. "
        f"The two parties to the event account for {values['for_inside']} of those in favour; by others, "
        f"{values['for_outside']} in favour and {values['against_outside']} against."
        if len(stances)
        else "No reaction is left to count."
    )
    return values
