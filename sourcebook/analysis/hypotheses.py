"""Consistency ratings, turned into a ranking of competing hypotheses.

Analysis of Competing Hypotheses after Heuer, Psychology of Intelligence Analysis (1999), chapter 8: evidence is
rated against every hypothesis, hypotheses are ranked by the evidence against them (inconsistency), not by the
evidence for them, and each item is judged by how well it tells them apart (diagnosticity). How much an item weighs by
its grades is this project's own choice and a parameter.
"""

import pandas as pd

from sourcebook.errors import require
from sourcebook.statements import statements
from sourcebook.words import count, listing

POINTS = {"II": 2.0, "I": 1.0, "N": 0.0, "C": 0.0, "CC": 0.0}  # against a hypothesis
SCALE = {"II": -2, "I": -1, "N": 0, "C": 1, "CC": 2}  # for pictures and diagnosticity
EVIDENCE, WEIGHTS = ("reported", "all"), ("grades", "equal", "count")
OPINIONS = ("evaluation", "forecast")
# Weight of the best grade is 1 and falls evenly to 0.2; what cannot be judged weighs half.
RELIABILITY = {"A": 1.0, "B": 0.8, "C": 0.6, "D": 0.4, "E": 0.2, "F": 0.5}
CREDIBILITY = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.4, 5: 0.2, 6: 0.5}
UNGRADED = 0.5
PAIR = ["item_id", "hypothesis_id"]


def evidence(case, which: str = "reported", duplicates: bool = False) -> pd.DataFrame:
    """The items that may count, in the article's order: id, kind, who, gist, weight (float 0-1).

    which: "reported" takes reports of what was said and done, and no conclusion drawn from them (the assessor's own
    judgements, evaluations and forecasts, the reactions of those who were not party to the event, the article's
    framings), since a conclusion is no evidence for itself; "all" takes both. duplicates: False counts a row that
    only restates another item once. weight is the mean of the weights of the source's and the information's grade.
    """
    require("evidence", [which], EVIDENCE)
    require("duplicates", [duplicates], [True, False])
    said = statements(case)
    parties = said["bloc"].isin(case.meta["accounts"]["sides"])
    assessed = said["id"].isin(case.assessments.loc[case.assessments["layer"] == "assessed", "id"])
    opinion = (
        (said["mode"] == "own") | assessed | said["type"].isin(OPINIONS) | ((said["kind"] == "reaction") & ~parties)
    )
    reliability = said["reliability"].map(RELIABILITY).astype(float).fillna(UNGRADED)
    credibility = said["credibility"].map(CREDIBILITY).astype(float).fillna(UNGRADED)
    place, columns = ["paragraph", "start", "id"], ["id", "kind", "who", "gist", "weight"]
    said = said[["id", "kind", "actor", "gist", "paragraph", "start"]].rename(columns={"actor": "who"})
    said["weight"] = (reliability + credibility) / 2
    events = case.events[["id", "title", "paragraph", "start"]].rename(columns={"title": "gist"})
    events = events.assign(kind="event", who="event", weight=UNGRADED)
    table = pd.concat([said if which == "all" else said[~opinion], events], ignore_index=True)
    table = table.sort_values(place, kind="stable", ignore_index=True)[columns]
    if duplicates:
        return table
    return table[~table["id"].isin(repeats(list(table["id"]), case.relations))].reset_index(drop=True)


def repeats(ids: list[str], relations: pd.DataFrame) -> set[str]:
    """Those of some rows that say again, directly or through others, what another of them says.

    Of rows that restate each other in a ring, the first in `ids` is the one that is kept.
    """
    again = relations[relations["relation"] == "restates"].groupby("from_id")["to_id"].agg(list).to_dict()

    def said_by(id: str) -> set[str]:
        reached, todo = set(), [id]
        while todo:
            new = [next_id for next_id in again.get(todo.pop(), []) if next_id not in reached]
            reached.update(new)
            todo += new
        return reached

    place = {id: number for number, id in enumerate(ids)}
    return {
        id
        for id in ids
        for original in said_by(id) & place.keys() - {id}
        if id not in said_by(original) or place[original] < place[id]
    }


def matrix(consistency: pd.DataFrame, evidence: pd.DataFrame, coder: str = "all") -> pd.DataFrame:
    """Ratings of the evidence by one coder, or of all coders' ratings the most cautious: the nearest N, or N where two
    that are equally near it point opposite ways.

    Long: item_id, hypothesis_id, rating (str), value (int, SCALE), rationale, in the evidence's order.
    """
    require("coder", [coder], ["all", *consistency["coder"].unique()] if len(consistency) else [coder])
    rated = consistency if coder == "all" else consistency[consistency["coder"] == coder]
    rated = rated[rated["item_id"].isin(evidence["id"])].astype({"rating": "str"})
    order = {id: place for place, id in enumerate(evidence["id"])}
    rated["value"], rated["rationale"] = rated["rating"].map(SCALE), rated["rationale"].fillna("")
    rated["place"] = rated["item_id"].map(order)
    if rated.duplicated(PAIR).any():
        rated = _cautious(rated)
    rated = rated.sort_values(["place", "hypothesis_id"], ignore_index=True)
    return rated[["item_id", "hypothesis_id", "rating", "value", "rationale"]]


def _cautious(rated: pd.DataFrame) -> pd.DataFrame:
    """Of several coders' ratings of one pair the nearest to N; N where two that are equally near point opposite ways."""
    rated["caution"] = rated["value"].abs()
    nearest = rated[rated["caution"] == rated.groupby(PAIR)["caution"].transform("min")]
    split = nearest.groupby(PAIR)["value"].transform("nunique") > 1
    nearest = nearest.assign(
        value=nearest["value"].mask(split, 0),
        rating=nearest["rating"].mask(split, "N"),
        rationale=nearest["rationale"].mask(split, "the coders disagree"),
    )
    return nearest.sort_values(["place", "hypothesis_id", "coder"]).drop_duplicates(PAIR)


def scores(
    matrix: pd.DataFrame, evidence: pd.DataFrame, hypotheses: pd.DataFrame, weights: str = "grades"
) -> pd.DataFrame:
    """Rank hypotheses by inconsistency, the least first.

    One row a hypothesis: id, title, inconsistency (float: sum over items of POINTS times weight), against,
    strongly_against, for_ (int: items rated I, II, and C or CC), rank (int, ties share one).
    weights: "grades" counts each item by evidence's weight, "equal" each alike; "count" also takes II for I, which
    makes inconsistency a plain tally, as Heuer's minuses are.
    """
    require("weights", [weights], WEIGHTS)
    weight = evidence.set_index("id")["weight"] if weights == "grades" else pd.Series(1.0, index=evidence["id"])
    points = matrix["rating"].map(POINTS).clip(upper=1 if weights == "count" else None)
    points *= matrix["item_id"].map(weight)
    table = hypotheses[["id", "title", "statement", "origin"]].copy()
    by = matrix["hypothesis_id"]
    table["inconsistency"] = table["id"].map(points.groupby(by).sum()).fillna(0.0).round(3)
    for name, ratings in (("against", ["I"]), ("strongly_against", ["II"]), ("for_", ["C", "CC"])):
        table[name] = table["id"].map(matrix["rating"].isin(ratings).groupby(by).sum()).fillna(0).astype(int)
    table["rank"] = table["inconsistency"].rank(method="min").astype(int)
    return table.sort_values(["inconsistency", "id"], ignore_index=True)


def diagnosticity(matrix: pd.DataFrame) -> pd.DataFrame:
    """How well each item tells the hypotheses apart: item_id, diagnosticity (int 0-4: highest less lowest value), most first.

    An item rated alike under every hypothesis has 0: however true, it decides nothing (Heuer 1999).
    """
    values = matrix.groupby("item_id", sort=False)["value"]
    table = (values.max() - values.min()).rename("diagnosticity").reset_index()
    return table.sort_values("diagnosticity", ascending=False, kind="stable", ignore_index=True)


def grid(matrix: pd.DataFrame, evidence: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """The matrix for a picture: item (id), label, hypothesis, rating, value, rationale, diagnosticity, most diagnostic first."""
    told = evidence.set_index("id")
    table = matrix.rename(columns={"item_id": "item"})
    table["diagnosticity"] = table["item"].map(diagnosticity(matrix).set_index("item_id")["diagnosticity"])
    table["hypothesis"] = table["hypothesis_id"].map(scores.set_index("id")["title"])
    table["label"] = table["item"] + " " + table["item"].map(told["gist"])
    table = table.sort_values(
        ["diagnosticity", "item", "hypothesis_id"], ascending=[False, True, True], ignore_index=True
    )
    return table[["item", "label", "hypothesis_id", "hypothesis", "rating", "value", "rationale", "diagnosticity"]]


def against(grid: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Ratings that count against a hypothesis: item, gist, hypothesis_id, rating, weight, rationale, the heaviest first."""
    told = evidence.set_index("id")
    table = grid[grid["rating"].isin(["I", "II"])].copy()
    table["gist"], table["weight"] = table["item"].map(told["gist"]), table["item"].map(told["weight"]).round(2)
    table["heft"] = table["rating"].map(POINTS) * table["weight"]
    table = table.sort_values(["heft", "item", "hypothesis_id"], ascending=[False, True, True], ignore_index=True)
    return table[["item", "gist", "hypothesis_id", "rating", "weight", "rationale"]]


def _named(scores: pd.DataFrame) -> list[str]:
    return [f"“{title}” ({id})" for title, id in zip(scores["title"], scores["id"])]


def figures(scores: pd.DataFrame, matrix: pd.DataFrame, hypotheses: pd.DataFrame) -> dict:
    """Named figures: n_hypotheses, n_items, n_ratings, n_diagnostic, leader, leader_id, leaders (ids, spaces between), leader_score, runner_up, margin,
    worst, worst_id, worst_score, score_<id>, finding. Where several share the lowest score, `leader` names them all and margin is 0.
    """
    lead = scores[scores["rank"] == 1] if len(matrix) else scores.head(0)
    rest = scores[scores["rank"] > 1]
    told = diagnosticity(matrix) if len(matrix) else pd.DataFrame({"diagnosticity": []})
    worst = scores.tail(1)
    best = float(lead["inconsistency"].min()) if len(lead) else 0.0
    margin = float(rest["inconsistency"].iloc[0]) - best if len(rest) and len(lead) == 1 else 0.0
    values = {
        "n_hypotheses": len(hypotheses), "n_items": int(matrix["item_id"].nunique()), "n_ratings": len(matrix),
        "n_diagnostic": int((told["diagnosticity"] > 1).sum()), "n_undiagnostic": int((told["diagnosticity"] == 0).sum()),
        "leader": listing(_named(lead)), "leader_id": listing(lead["id"]), "leaders": " ".join(lead["id"]), "leader_score": round(best, 2),
        "runner_up": listing(_named(rest.head(1))), "margin": round(margin, 2),
        "worst": listing(_named(worst)), "worst_id": listing(worst["id"]), "worst_score": round(float(worst["inconsistency"].sum()), 2),
    }  # fmt: skip
    values |= {f"score_{id}": float(score) for id, score in zip(scores["id"], scores["inconsistency"])}
    values["ranking"] = ", ".join(
        f"{title} {score:.2f}" for title, score in zip(scores["title"], scores["inconsistency"])
    )
    items = count(values["n_items"], "item")
    if not len(matrix) or not len(rest):
        values["finding"] = f"With {items} of rated evidence left, no hypothesis stands out."
    elif len(lead) > 1:
        values["finding"] = (
            f"On {items} of evidence {values['leader']} are tied with the least against them ({values['leader_score']:.2f}); "
            f"most speaks against {values['worst']} ({values['worst_score']:.2f})."
        )
    else:
        values["finding"] = (
            f"On {items} of evidence the least speaks against {values['leader']} (inconsistency {values['leader_score']:.2f}), "
            f"next {values['runner_up']} ({rest['inconsistency'].iloc[0]:.2f}); most speaks against {values['worst']} "
            f"({values['worst_score']:.2f})."
        )
    return values
