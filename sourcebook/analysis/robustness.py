"""Outcomes of the same analysis under many sets of choices, turned into how far its answer depends on them.

Multiverse analysis after Steegen, Tuerlinckx, Gelman and Vanpaemel (2016): every combination of defensible choices is
run, and all of their answers are told. Specification curve after Simonsohn, Simmons and Nelson (2020): they are sorted
by how clear the answer is, above the choices that made them. A set is one choice on every axis. Where it leaves no
rated evidence nobody leads; such sets are counted like all others, and said apart. `outcomes` has a row a set and
`axes` their choices, both as sourcebook.multiverse gives them; `hypotheses` is the case's table.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import pandas as pd

from sourcebook import coders, selection
from sourcebook.analysis.hypotheses import EVIDENCE, WEIGHTS
from sourcebook.errors import SourcebookError, require
from sourcebook.parameters import written
from sourcebook.words import count, listing, pairs, percent, verb

LEADERS, SCORE = "hypotheses.leaders", "hypotheses.score_"
USUAL = selection.DEFAULTS | {"evidence": EVIDENCE[0], "duplicates": False, "weights": WEIGHTS[0], "coder": ""}
BINS = 60
EMPTY, OTHER = "no rated evidence is left", "another leads"


def unexamined(hypotheses: pd.DataFrame) -> pd.DataFrame:
    """The outcomes of a case that names no choices: none."""
    return pd.DataFrame({"run": [], LEADERS: [], **{f"{SCORE}{id}": [] for id in hypotheses["id"]}})


def own(case, choices: dict, evidence: str, duplicates: bool, weights: str, coder: str) -> dict[str, str]:
    """What a report takes on every parameter, as on the command line; `choices` as selection.keep leaves them in its case."""
    require("evidence", [evidence], EVIDENCE)
    require("duplicates", [duplicates], [True, False])
    require("weights", [weights], WEIGHTS)
    if coder:
        require("coder", [coder], [*coders.names(case), coders.ALL])
    weighing = {"evidence": evidence, "duplicates": duplicates, "weights": weights, "coder": coder}
    return _written(selection.DEFAULTS | choices | weighing)


def usual(case) -> dict[str, str]:
    """What a report of the case takes on every parameter where its reader chooses nothing, as on the command line."""
    return _written(USUAL | case.meta.get("parameters", {}))


def _written(values: dict) -> dict[str, str]:
    lists = {name: sorted(set(value)) for name, value in values.items() if isinstance(value, list | tuple)}
    return {name: written(value) for name, value in (values | lists).items()}


def base(outcomes: pd.DataFrame, axes: Sequence, own: dict[str, str], usual: dict[str, str]) -> tuple[dict, str]:
    """The set that is the report's own, a text for each axis, and a sentence where it is not quite: empty, or what differs.

    Where the report's own set was not examined, the one that differs from it on the fewest axes; of several, the one
    nearest to the usual choices.
    """
    if outcomes.empty:
        return {}, ""
    away = _distance(outcomes, axes, own)
    row = np.lexsort((_distance(outcomes, axes, usual), away))[0]
    found = {axis.name: outcomes[axis.name].iloc[row] for axis in axes}
    differs = [f"“{axis.label}”" for axis in axes if own.get(axis.name) != found[axis.name]]
    differs += [f"“{name}”" for name, text in own.items() if name not in found and text != usual.get(name)]
    note = f"No set examined is this report's own; what is said starts from the nearest, which differs from it in {listing(differs)}."
    return found, note if differs else ""


def _distance(outcomes: pd.DataFrame, axes: Sequence, texts: dict[str, str]) -> np.ndarray:
    """On how many axes each set differs from one choice on each."""
    differs = [outcomes[axis.name].ne(texts.get(axis.name)).to_numpy() for axis in axes]
    return np.sum(differs, axis=0, dtype=int) if differs else np.zeros(len(outcomes), int)


def _scores(outcomes: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """Inconsistency, a row a set and a column a hypothesis (its id); NaN where no rated evidence is left."""
    names = [f"{SCORE}{id}" for id in hypotheses["id"]]
    missing = [name for name in (LEADERS, *names) if name not in outcomes]
    if missing:
        raise SourcebookError(
            f"The outcomes lack {', '.join(missing)}. Let outcomes in multiverse.yml ask hypotheses for leaders and score_*, "
            "then run: sourcebook multiverse --save"
        )
    scores = outcomes[names].astype(float).where(outcomes[LEADERS].ne(""), axis=0)
    return scores.set_axis(list(hypotheses["id"]), axis=1).reset_index(drop=True)


def leading(outcomes: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """Whether a hypothesis has the least against it, alone or tied: bool, a row a set and a column a hypothesis."""
    scores = _scores(outcomes, hypotheses)
    return scores.eq(scores.min(axis=1), axis=0)


def leads(outcomes: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """How far a hypothesis lies before its best rival: above 0 it leads alone, 0 it is tied, below 0 another leads.

    float, a row a set and a column a hypothesis: the rival's inconsistency less its own; NaN where nobody leads.
    """
    scores = _scores(outcomes, hypotheses)
    values = scores.to_numpy()
    least = np.full((len(scores), 2), np.nan)
    least[:, : values.shape[1]] = np.sort(values, axis=1)[:, :2]
    return scores.rsub(np.where(values == least[:, :1], least[:, 1:], least[:, :1])).round(3)


def survival(outcomes: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """One row a hypothesis, the one that leads most often first.

    id, title, alone, tied, led (int: sets in which it leads alone, tied, either), share (float 0-1: led of all sets),
    best, worst (Int64: its first and last place among the hypotheses; missing where nothing is rated).
    """
    scores, first = _scores(outcomes, hypotheses), leading(outcomes, hypotheses)
    ranked = scores.dropna().rank(axis=1, method="min")
    alone = first[first.sum(axis=1) == 1].sum()
    table = hypotheses[["id", "title"]].assign(alone=list(alone), tied=list(first.sum() - alone), led=list(first.sum()))
    table = table.astype({"alone": int, "tied": int, "led": int})
    table["share"] = table["led"] / max(len(outcomes), 1)
    table["best"], table["worst"] = (list(places.astype("Int64")) for places in (ranked.min(), ranked.max()))
    table = table.astype({"best": "Int64", "worst": "Int64"})
    return table.sort_values(["led", "alone", "id"], ascending=[False, False, True], ignore_index=True)


def leverage(outcomes: pd.DataFrame, axes: Sequence, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """One row an axis, the one that moves the answer most first: over all pairs of sets that differ in it alone.

    axis (parameter), label, pairs, differ (int: pairs, and those whose leaders differ), share (float 0-1, NaN of no
    pair), between (str: the two choices whose leaders differ most often, empty where none do), and for each hypothesis
    shift_<id> (float: mean absolute change of its lead, NaN where no pair has rated evidence on both sides). That nobody
    leads differs from any leader.
    """
    answer, lead = _answer(outcomes, hypotheses), leads(outcomes, hypotheses).to_numpy()
    codes = [pd.Categorical(outcomes[axis.name], [choice.text for choice in axis.choices]).codes for axis in axes]
    rows = []
    for axis, code in zip(axes, codes):
        others = np.zeros(len(outcomes), int)  # a number for all the choices on the other axes
        for other, its in zip(axes, codes):
            others = others if other is axis else others * len(other.choices) + its
        order = np.lexsort((code, others))
        steps = range(1, max(len(axis.choices), 2))
        one, two = np.concatenate([(order[:-step], order[step:]) for step in steps], axis=1)
        matched = others[one] == others[two]
        one, two = one[matched], two[matched]
        change = pd.DataFrame(np.abs(lead[one] - lead[two]))
        found = pd.DataFrame({"differ": answer[one] != answer[two], "change": change.mean(axis=1)})
        by = found.groupby([code[one], code[two]]).mean().sort_values(["differ", "change"], kind="stable")
        between = [f"“{axis.choices[place].label}”" for place in by.index[-1]] if found["differ"].any() else []
        told = [axis.name, axis.label, len(found), found["differ"].sum(), found["differ"].mean(), " and ".join(between)]
        rows.append([*told, *change.mean()])
    names = ["axis", "label", "pairs", "differ", "share", "between", *(f"shift_{id}" for id in hypotheses["id"])]
    table = pd.DataFrame(rows, columns=names).astype({"pairs": int, "differ": int, "share": float})
    moved = table[names[6:]].astype(float).mean(axis=1)
    table = table.assign(moved=moved).sort_values(["share", "moved"], ascending=False, kind="stable", ignore_index=True)
    return table[names]


def _answer(outcomes: pd.DataFrame, hypotheses: pd.DataFrame) -> np.ndarray:
    """A number for each set, alike where the same hypotheses lead, 0 where none does."""
    return leading(outcomes, hypotheses).to_numpy(int) @ (1 << np.arange(len(hypotheses)))


def flips(outcomes: pd.DataFrame, axes: Sequence, base: dict[str, str], hypotheses: pd.DataFrame) -> pd.DataFrame:
    """The smallest changes of a report's choices after which other hypotheses lead, every way to make them.

    changes (int), effect (str: a tie that breaks, widens or shifts, EMPTY, OTHER), how (str: the changed choices in
    words), leaders (str: ids), run (int). Given are all ways with the smallest number of changes after which the
    leaders are not quite the same, and all with the smallest after which none of them leads and another does (OTHER).
    """
    columns = ["changes", "effect", "how", "leaders", "run"]
    first = leading(outcomes, hypotheses)
    distance = _distance(outcomes, axes, base)
    if not len(outcomes) or distance.min():
        return pd.DataFrame(columns=columns)
    before = first.iloc[int(distance.argmin())]
    kept, gained = first.loc[:, before].sum(axis=1), first.loc[:, ~before].any(axis=1)
    effect = np.select(
        [~first.any(axis=1), kept == 0, (kept == before.sum()) & gained, (kept < before.sum()) & ~gained, gained],
        [EMPTY, OTHER, "a rival draws level", "the tie breaks", "the tie shifts"],
        "",
    )
    if not before.any():
        effect = np.where(first.any(axis=1), "a hypothesis leads", "")
    wanted = np.zeros(len(outcomes), bool)
    for kind in (effect != "", effect == OTHER):
        if kind.any():
            wanted |= kind & (distance == distance[kind].min())
    table = pd.DataFrame({
        "changes": distance[wanted],
        "effect": effect[wanted],
        "how": [_how(axes, base, row) for row in outcomes[wanted].to_dict("records")],
        "leaders": [listing(first.columns[row]) for row in first.to_numpy()[wanted]],
        "run": outcomes["run"].to_numpy()[wanted],
    })  # fmt: skip
    return table.sort_values(["changes", "run"], ignore_index=True)


def _how(axes: Sequence, base: dict[str, str], row: dict) -> str:
    """The choices of a set that are not the report's, in words."""
    labels = {(axis.name, choice.text): choice.label for axis in axes for choice in axis.choices}
    return "; ".join(
        f"{axis.label}: {labels[axis.name, row[axis.name]]}" for axis in axes if row[axis.name] != base[axis.name]
    )


def choices(axes: Sequence) -> pd.DataFrame:
    """One row a choice, in the order of the axes: key (a safe name of it), axis (parameter), axis_label, text, label."""
    rows = [
        (f"{axis.name}_{place}", axis.name, axis.label, choice.text, choice.label)
        for axis in axes
        for place, choice in enumerate(axis.choices)
    ]
    return pd.DataFrame(rows, columns=["key", "axis", "axis_label", "text", "label"])


def curve(
    outcomes: pd.DataFrame, axes: Sequence, base: dict[str, str], hypotheses: pd.DataFrame, focal: str
) -> pd.DataFrame:
    """The specification curve of one hypothesis, drawn together to at most BINS steps, so that a picture stays small.

    Sets are sorted by `focal`'s lead (see `leads`), the smallest first; those in which nobody leads are not on it. A step
    holds sets that share a lead, or where there are more than BINS leads, neighbouring ones. One row a step: start, end
    (int: places in that order), sets (int), low, middle, high (float: its leads, the middle one the median), own (float:
    the lead under the report's choices in the step where it falls, else NaN), and for each of `choices` a column of its
    key: the share (float 0-1) of the step's sets that make it.
    """
    lead = leads(outcomes, hypotheses).get(focal, pd.Series(np.nan, index=range(len(outcomes)))).rename("lead")
    known = choices(axes)
    made = pd.DataFrame(
        {key: outcomes[axis].eq(text).to_numpy(float) for key, axis, text in zip(known["key"], known["axis"], known["text"])},
        index=lead.index,
    )  # fmt: skip
    mine = lead.where(_distance(outcomes, axes, base) == 0)
    lead = lead.dropna()
    step = lead.rank(method="dense") if lead.nunique() <= BINS else (lead.rank() - 0.5) * BINS // len(lead)
    table = lead.groupby(step).agg(sets="size", low="min", middle="median", high="max")
    table.insert(0, "end", table["sets"].cumsum())
    table.insert(0, "start", table["end"] - table["sets"])
    table["own"] = mine.groupby(step).first()
    return table.join(made.groupby(step).mean().round(3)).reset_index(drop=True)


def grounds(axes: Sequence, base: dict[str, str]) -> pd.DataFrame:
    """One row an axis: axis (parameter), label, because, values (str: the labels of all its choices), own (the report's)."""
    rows = []
    for axis in axes:
        labels = {choice.text: choice.label for choice in axis.choices}
        rows.append(
            (axis.name, axis.label, axis.because, "; ".join(labels.values()), labels.get(base.get(axis.name), ""))
        )
    return pd.DataFrame(rows, columns=["axis", "label", "because", "values", "own"])


def chooser(outcomes: pd.DataFrame, axes: Sequence, base: dict[str, str], hypotheses: pd.DataFrame) -> dict:
    """What show.choices takes: axes, base, hypotheses, and runs (a set's place in the full grid, from 0, and its scores)."""
    scores = _scores(outcomes, hypotheses).astype(object)
    scores = scores.where(scores.notna(), None)
    return {
        "axes": [
            {"name": axis.name, "label": axis.label, "values": [{"text": choice.text, "label": choice.label} for choice in axis.choices]}
            for axis in axes
        ],
        "base": base,
        "hypotheses": hypotheses[["id", "title"]].to_dict("records"),
        "runs": [[int(run) - 1, *row] for run, row in zip(outcomes["run"], scores.to_numpy().tolist())],
    }  # fmt: skip


def figures(
    outcomes: pd.DataFrame, axes: Sequence, base: dict[str, str], hypotheses: pd.DataFrame, note: str = ""
) -> dict:
    """Named figures of the sets examined: n_specs, n_grid (of the full grid), n_axes, n_empty (nobody leads);
    of the report's own answer: leaders, leader_ids, n_same, same_share (the same leaders), n_kept, kept_share (at
    least one of them still leads); focal, focal_id, n_focal, focal_share (that one of them which leads most often);
    survivor, survivor_share (what leads most often of all), ranking; most_moving, most_moving_share, moving;
    n_flip, flip (the smallest change that alters the answer), n_other, other (that makes another lead instead);
    base_note, finding, and carried: a sentence for those who read of the answer alone. `base`, `note` as `base` gives them.
    """
    names = {id: f"“{title}” ({id})" for id, title in zip(hypotheses["id"], hypotheses["title"])}
    first, ranked = leading(outcomes, hypotheses), survival(outcomes, hypotheses)
    mine = first[_distance(outcomes, axes, base) == 0].any()
    same = int((first == mine).all(axis=1).sum())
    kept = int(first.loc[:, mine].any(axis=1).sum())
    ways = flips(outcomes, axes, base, hypotheses)
    moving = leverage(outcomes, axes, hypotheses).dropna(subset="share")
    most = moving[moving["share"] > 0].head(1)
    focal = ranked[ranked["id"].isin(first.columns[mine]) if mine.any() else ranked["id"].notna()].head(1)
    survivor = ranked[(ranked["led"] == ranked["led"].max()) & (ranked["led"] > 0)]
    whole, grid = len(outcomes), prod(len(axis.choices) for axis in axes) if axes else 0
    values = {
        "n_specs": whole, "n_grid": grid, "n_axes": len(axes), "n_empty": int((~first.any(axis=1)).sum()),
        "leaders": listing([names[id] for id in first.columns[mine]]), "leader_ids": listing(first.columns[mine]),
        "n_same": same, "same_share": percent(same, whole), "n_kept": kept, "kept_share": percent(kept, whole),
        "focal": listing(focal["id"].map(names)), "focal_id": listing(focal["id"]),
        "n_focal": int(focal["led"].sum()), "focal_share": percent(int(focal["led"].sum()), whole),
        "survivor": listing(survivor["id"].map(names)), "survivor_share": percent(ranked["led"].max() if len(ranked) else 0, whole),
        "ranking": pairs(ranked["title"], [percent(led, whole) for led in ranked["led"]]),
        "most_moving": listing(most["label"]), "most_moving_share": percent(float(most["share"].sum()), len(moving) and 1),
        "moving": pairs(moving["label"], [percent(share, 1) for share in moving["share"]]),
    }  # fmt: skip
    for name, some in (("flip", ways), ("other", ways[ways["effect"] == OTHER])):
        least = some[some["changes"] == some["changes"].min()]
        more = f", or {count(len(least) - 1, 'other way', 'other ways')}" if len(least) > 1 else ""
        values[f"n_{name}"], values[name] = int(least["changes"].head(1).sum()), listing(least["how"].head(1)) + more
    values["base_note"] = note
    return values | {"finding": _finding(values, mine.sum()), "carried": _carried(values, mine.sum())}


def _part(number: int, values: dict) -> str:
    """“12 of 40 sets of defensible choices (30%)”, and of a sample how many there are in all."""
    whole, grid = values["n_specs"], values["n_grid"]
    sets = f"{verb(whole, 'set', 'sets')} of defensible choices" + (f" sampled from {grid:,}" if whole < grid else "")
    return f"all {whole:,} {sets}" if number == whole > 1 else f"{number:,} of {whole:,} {sets} ({percent(number, whole)})"  # fmt: skip


def _finding(values: dict, leaders: int) -> str:
    if not values["n_specs"]:
        return "This case names no other defensible choices, so whether the answer holds under them was not examined."
    whose = "the nearest choices examined" if values["base_note"] else "this report's choices"
    same = values["n_same"]
    if leaders:
        said = f"With {whose} {values['leaders']} {verb(leaders, 'leads alone', 'share the lead')}, as in {_part(same, values)}"
        rest = f"; {_focal(values, leaders)}"
    else:
        said = f"With {whose} no rated evidence is left, as in {_part(same, values)}"
        rest = f"; what leads most often is {values['survivor']}, in {values['survivor_share']}"
    said += f"{rest if same < values['n_specs'] else ''}."
    if values["n_flip"]:
        other = f", and {values['n_other']} to put another in the lead" if values["n_other"] > values["n_flip"] else ""
        said += f" It takes {count(values['n_flip'], 'changed choice')} to alter that ({values['flip']}){other}"
        moves = (
            f"; the choice that moves the answer most is “{values['most_moving']}”, which alters it in "
            f"{values['most_moving_share']} of the pairs of sets that differ in nothing else"
        )
        said += f"{moves if values['most_moving'] != 'none' else ''}."
    if leaders and values["n_empty"]:
        said += f" In {values['n_empty']:,} of the sets no rated evidence is left."
    return f"{said} {values['base_note']}".strip()


def _focal(values: dict, leaders: int) -> str:
    """How often the leader, or of several the one that does so most often, leads alone or tied."""
    some = "all" if values["n_focal"] == values["n_specs"] else f"{values['n_focal']:,} ({values['focal_share']})"
    return f"{values['focal'] if leaders > 1 else 'it'} leads, alone or tied, in {some}"


def _carried(values: dict, leaders: int) -> str:
    if not values["n_specs"]:
        return "Whether it holds under other choices was not examined."
    if not leaders:
        return "There is no answer that could hold under other choices."
    nearest = f"The answer of the nearest choices examined ({values['leader_ids']})"
    subject = nearest if values["base_note"] else "This answer"
    said = f"{subject} holds in {_part(values['n_same'], values)}"
    if leaders > 1 and values["n_same"] < values["n_specs"]:
        said += f", and {_focal(values, leaders)}"
    moving = values["most_moving"]
    return f"{said}; the choice that moves it most is “{moving}”." if moving != "none" else f"{said}."
