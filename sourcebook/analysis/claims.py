"""Claims, turned into who does what by speaking, and into two sides' accounts of one event."""

import pandas as pd

from sourcebook.words import count, listing

# How two accounts of one subject stand to each other, by the strongest relation that joins them.
STATUS = {
    "contradicts": "both, in conflict",
    "undercuts": "both, in tension",
    "supports": "both, in agreement",
    "restates": "both, in agreement",
    None: "both, not linked",
    "alone": "one side only",
}
ORDER = list(dict.fromkeys(STATUS.values()))


def by_actor(claims: pd.DataFrame, actors: pd.DataFrame) -> pd.DataFrame:
    """Claims by actor and type: actor, bloc, claim_type (schema's order), claims (int), total (int), most claims first."""
    named = actors.rename(columns={"id": "actor_id", "name": "actor"})[["actor_id", "actor", "bloc"]]
    table = claims.merge(named, on="actor_id").groupby(["actor", "bloc", "claim_type"], observed=True).size()
    table = table.rename("claims").reset_index()
    table["total"] = table.groupby("actor")["claims"].transform("sum")
    return table.sort_values(["total", "actor", "claim_type"], ascending=[False, True, True], ignore_index=True)


def accounts(
    claims: pd.DataFrame, actors: pd.DataFrame, relations: pd.DataFrame, event: str, sides: list[str]
) -> pd.DataFrame:
    """What each of two sides says of one event, topic by topic.

    One row a topic that either side's claims about `event` name: topic, first_ids, first, second_ids, second
    (str: the claims' ids, and the same with their gists, empty where a side says nothing), first_n, second_n (int), status (see
    STATUS), pairs (str: the claims that the deciding relation joins, as "C15 / C18").
    """
    bloc = claims["actor_id"].map(actors.set_index("id")["bloc"].astype("str"))
    told = claims.assign(side=bloc).loc[(claims["event_id"] == event) & bloc.isin(sides)]
    side_of = told.set_index("id")["side"].to_dict()
    across = [
        link
        for link in zip(relations["from_id"], relations["to_id"], relations["relation"].astype("str"))
        if {side_of.get(link[0]), side_of.get(link[1])} == set(sides)
    ]
    rows = []
    for topic, group in told.groupby("topic", observed=True, sort=False):
        first, second = (group[group["side"] == side] for side in sides)
        links = [link for link in across if {link[0], link[1]} <= set(group["id"])]
        found = {kind for *_, kind in links}
        decided = next((kind for kind in STATUS if kind in found), None) if len(first) and len(second) else "alone"
        rows.append({
            "topic": str(topic),
            "first_ids": ", ".join(first["id"]), "first": _told(first), "first_n": len(first),
            "second_ids": ", ".join(second["id"]), "second": _told(second), "second_n": len(second),
            "status": STATUS[decided], "pairs": ", ".join(f"{a} / {b}" for a, b, kind in links if kind == decided),
        })  # fmt: skip
    columns = ["topic", "first_ids", "first", "first_n", "second_ids", "second", "second_n", "status", "pairs"]
    table = pd.DataFrame(rows, columns=columns)
    return (
        table.assign(rank=table["status"].map(ORDER.index))
        .sort_values(["rank", "topic"], ignore_index=True)
        .drop(columns="rank")
    )


def _told(claims: pd.DataFrame) -> str:
    return " ".join(f"{id} {gist}" for id, gist in zip(claims["id"], claims["gist"]))


def sides(accounts: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The accounts as one row a topic and side: topic, side, claims (int), ids, status."""
    parts = [
        accounts[["topic", "status"]].assign(side=name, claims=accounts[f"{place}_n"], ids=accounts[f"{place}_ids"])
        for place, name in zip(("first", "second"), names)
    ]
    return pd.concat(parts, ignore_index=True)


def timeline(events: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """All that the article dates: date, end (datetime64: last day of the period), what, kind (event, source), id, precision."""
    last = {
        "day": pd.Timedelta(0),
        "week": pd.Timedelta(days=6),
        "month": pd.offsets.MonthEnd(0),
        "year": pd.offsets.YearEnd(0),
    }
    happened = events.assign(kind="event").rename(columns={"title": "what"})
    dated = sources[sources["date"].notna()].assign(kind="source", precision="day").rename(columns={"title": "what"})
    columns = ["date", "what", "kind", "id", "precision"]
    table = pd.concat(
        [happened[columns].astype({"precision": "str"}), dated[columns].astype({"precision": "str"})], ignore_index=True
    )
    table["end"] = pd.to_datetime(
        [date + last[precision] for date, precision in zip(table["date"], table["precision"])]
    )
    return table.sort_values(["date", "kind", "id"], ignore_index=True)


def busiest(timeline: pd.DataFrame) -> str:
    """The day on which most entries of the timeline begin, as a sentence; empty of an empty timeline."""
    if timeline.empty:
        return "Nothing is dated"
    days = timeline["date"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return f"{days.iloc[0]} of {len(timeline)} dated entries fall on {days.index[0].day} {days.index[0]:%B %Y}"


def decisive(claims: pd.DataFrame, events: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Relations that set a claim or event against a claim: from_id, relation (contradicts first), to_id, rationale."""
    known = set(claims["id"]) | set(events["id"])
    kinds = ["contradicts", "undercuts"]
    table = relations[
        relations["relation"].isin(kinds) & relations["from_id"].isin(known) & relations["to_id"].isin(claims["id"])
    ]
    table = table.astype({"relation": "str"}).sort_values(["relation", "id"], ignore_index=True)
    return table[["from_id", "relation", "to_id", "rationale"]]


def figures(claims: pd.DataFrame, accounts: pd.DataFrame, names: list[str]) -> dict:
    """Named figures: n_claims, n_speakers, n_<claim_type> for each, n_topics, n_one, n_both, n_agree, n_tension, n_conflict,
    conflicts (the subjects in conflict with their claims), first_side, second_side, finding.
    """
    values = {"n_claims": len(claims), "n_speakers": claims["actor_id"].nunique()}
    values |= {f"n_{kind}": int(number) for kind, number in claims["claim_type"].value_counts(sort=False).items()}
    tally = accounts["status"].value_counts().reindex(ORDER, fill_value=0)
    conflict, tension, agree, _, one = (int(tally[status]) for status in ORDER)
    fought = accounts.loc[accounts["status"] == STATUS["contradicts"], ["topic", "pairs"]]
    conflicts = listing([f"{topic} ({pairs})" for topic, pairs in fought.itertuples(index=False)])
    values |= {
        "n_topics": len(accounts), "n_one": one, "n_both": len(accounts) - one, "n_agree": agree, "n_tension": tension,
        "n_conflict": conflict, "conflicts": conflicts, "first_side": names[0], "second_side": names[1],
        "n_second_alone": int(((accounts["first_n"] == 0) & (accounts["second_n"] > 0)).sum()),
        "n_first_alone": int(((accounts["second_n"] == 0) & (accounts["first_n"] > 0)).sum()),
    }  # fmt: skip
    values["subjects"] = "; ".join(accounts["topic"] + ", " + accounts["status"]) or "none"
    values["finding"] = (
        f"The two sides give an account of the event on {count(len(accounts), 'subject')}: one side alone tells {one}, "
        f"both tell {len(accounts) - one}; of the latter, {agree} in agreement, {tension} in tension and {conflict} in conflict"
        + (f": {conflicts}." if conflict else ".")
        if len(accounts)
        else "Neither side gives an account of the event."
    )
    return values
