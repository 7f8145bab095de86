"""Runs over a grid of choices, turned into what each single changed choice does to the ranking.

A run is a list: its place in the full grid (from 0, the last axis varies fastest), then a score for each hypothesis,
of which the lowest leads, or None for each where no evidence was left.
"""

import pandas as pd

from sourcebook.words import listing

BASE = "none (this report)"
NOT_RUN, NOTHING_LEFT = "not run", "no evidence left"


def scores(runs: list[list]) -> dict[int, tuple[int, ...]]:
    """Place -> scores in thousandths, so that ties are exact; none where no evidence was left."""
    return {
        int(place): () if any(pd.isna(score) for score in given) else tuple(round(1000 * score) for score in given)
        for place, *given in runs
    }


def place(chosen: dict[str, str], axes: list[dict]) -> int:
    """Where a choice on every axis stands in the full grid."""
    found = 0
    for axis in axes:
        texts = [value["text"] for value in axis["values"]]
        found = found * len(texts) + texts.index(chosen[axis["name"]])
    return found


def leaders(scores: tuple[int, ...]) -> list[int]:
    """Which hypotheses share the lowest score, by their place in the list of hypotheses."""
    return [number for number, score in enumerate(scores) if score == min(scores)]


def margin(scores: tuple[int, ...]) -> float:
    """How far the next hypothesis lies behind a sole leader; 0 for a tie or without a rival."""
    ordered = sorted(scores)
    return (ordered[1] - ordered[0]) / 1000 if len(ordered) > 1 else 0.0


def single(axes: list[dict], base: dict[str, str], hypotheses: list[dict], runs: list[list]) -> pd.DataFrame:
    """What one changed choice does, the report's own choices first, then each axis in turn.

    choice, value (str: labels), leaders (str: titles and ids), margin (float, NaN where nobody leads), same (str: yes
    or no, whether the leaders are the report's; empty where that cannot be said).
    """
    ran = scores(runs)
    names = [f"“{each['title']}” ({each['id']})" for each in hypotheses]
    own = ran.get(place(base, axes), ())
    changes = [(BASE, "", base)]
    changes += [
        (axis["label"], value["label"], {**base, axis["name"]: value["text"]})
        for axis in axes
        for value in axis["values"]
        if value["text"] != base[axis["name"]]
    ]
    rows = []
    for choice, value, chosen in changes:
        given = ran.get(place(chosen, axes))
        told = listing([names[number] for number in leaders(given)], NOTHING_LEFT) if given is not None else NOT_RUN
        comparable = given and own and chosen is not base
        same = ("yes" if leaders(given) == leaders(own) else "no") if comparable else ""
        rows.append((choice, value, told, margin(given) if given else float("nan"), same))
    return pd.DataFrame(rows, columns=["choice", "value", "leaders", "margin", "same"])
