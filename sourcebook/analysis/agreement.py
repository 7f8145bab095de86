"""Several coders' judgements of the same rows, turned into how far they agree and whether the answer is the same.

Agreement beyond chance is Krippendorff's alpha (Krippendorff, Content Analysis, 4th edition, 2019, chapter 12): 1 where
coders agree on everything, 0 where they agree no more than if their codes had been dealt out at random, below 0 where they
agree less than that. It takes any number of coders, and rows that some of them did not judge.

Credibility has a code that is no grade, “cannot be judged”. It has no place on a scale from probable to improbable, so two
questions are asked apart: whether coders agree on which claims can be judged, and how they grade those that both judge.
"""

from collections.abc import Mapping
from math import lcm

import numpy as np
import pandas as pd

from sourcebook import coders
from sourcebook.analysis import hypotheses as ach
from sourcebook.errors import require
from sourcebook.judgements import RATED
from sourcebook.statements import items
from sourcebook.words import count, listing, pairs, percent, verb

LEVELS = ("nominal", "ordinal", "interval")
VARIABLES = {
    "stance": ("Stance of reactions", "ordinal"),
    "credibility": ("Credibility of claims", "ordinal"),
    "judged": ("Whether a claim can be judged", "nominal"),
    "layer": ("Layer of judgements", "nominal"),
    "consistency": ("Consistency with hypotheses", "ordinal"),
}
UNJUDGED = 6  # the credibility that is no grade
RELIABLE, TENTATIVE = 0.8, 0.667  # Krippendorff 2019: below the first only tentative conclusions, below the second none
UNMEASURED, UNDEFINED = "not measured", "not defined: all codes are alike"
FAR = 0.5  # of a scale's length
DRAWS, SEED = 1000, 0
COLUMNS = ["variable", "unit", "item_id", "coder", "code", "value", "rationale"]


def judgements(case) -> pd.DataFrame:
    """Every judgement that a coder made, one row each, the coders in the order of coders.names.

    variable (a key of VARIABLES), unit (str: the id of a row, or “row / hypothesis”), item_id, coder, code (str: as it was
    given), value (float: place on the scale, or a number for each code; NaN for a credibility that cannot be judged),
    rationale (str). `judged` has a claim's credibility again, its value being 1 for any grade and 0 for none.
    """
    known = coders.names(case)
    if not known:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS}).astype({"value": float})
    parts = []
    given = case.ratings.astype({"variable": "str"})
    for variable, table in RATED.items():
        own = case.tables[table][["id", variable]].rename(columns={"id": "item_id", variable: "code"})
        own = own.dropna(subset="code").assign(coder=known[0])
        others = given[given["variable"] == variable].rename(columns={"value": "code"})
        both = pd.concat([own.astype({"code": "str"}), others[["item_id", "coder", "code", "rationale"]]])
        codes = {str(code): float(place) for place, code in enumerate(case.schema.codes(table, variable))}
        scale = {code: float(code) for code in codes} if VARIABLES[variable][1] == "ordinal" else codes
        both = both.assign(variable=variable, unit=both["item_id"], value=both["code"].map(scale))
        if variable == "credibility":
            graded = both["value"] != UNJUDGED
            parts.append(both.assign(value=both["value"].where(graded)))
            both = both.assign(variable="judged", value=graded.astype(float))
        parts.append(both)
    rated = case.consistency.astype({"rating": "str"}).rename(columns={"rating": "code"})
    unit = rated["item_id"] + " / " + rated["hypothesis_id"]
    parts.append(rated.assign(variable="consistency", unit=unit, value=rated["code"].map(ach.SCALE).astype(float)))
    table = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    table["rationale"] = table["rationale"].fillna("").astype("str")
    table = table.assign(first=table["variable"].map(list(VARIABLES).index), then=table["coder"].map(known.index))
    return table.sort_values(["first", "then"], kind="stable", ignore_index=True)[COLUMNS]


def alpha(values, level: str) -> float:
    """Krippendorff's alpha of values, a row a unit and a column a coder, NaN where a coder did not judge.

    level: "nominal" takes any two codes as equally different, "ordinal" by how many judgements lie between them,
    "interval" by their distance. NaN where it is not defined: no unit has two values, or all values are the same.
    """
    require("level", [level], LEVELS)
    shares, parts, domain = _coincidences(values)
    return float(_alpha(shares.sum(axis=0), parts, domain, level)) if len(shares) else np.nan


def interval(values, level: str, draws: int = DRAWS, seed: int = SEED, within: float = 0.95) -> tuple[float, float]:
    """The bootstrap interval of alpha that holds `within` of the draws, as percentiles; `values` as alpha takes them.

    Units are drawn with replacement and alpha is computed anew, the disagreement expected by chance included: the standard
    bootstrap of Zapf, Castell, Morawietz and Karch (2016), who found that it covers as often as it says, and that the one of
    Hayes and Krippendorff (2007), which draws pairs and keeps the expected disagreement, does so too seldom. Draws in which
    alpha is not defined are left out. (NaN, NaN) where alpha itself is not. Units of one article are no sample of others: it
    says how much hangs on which rows there are.
    """
    require("level", [level], LEVELS)
    shares, parts, domain = _coincidences(values)
    if not len(shares) or np.isnan(_alpha(shares.sum(axis=0), parts, domain, level)):
        return np.nan, np.nan
    units = len(shares)
    drawn = np.random.default_rng(seed).integers(0, units, (draws, units))
    times = np.bincount((drawn + units * np.arange(draws)[:, None]).ravel(), minlength=draws * units)
    sums = times.reshape(draws, units).astype(float) @ shares.reshape(units, -1)
    found = _alpha(sums.reshape(draws, *shares.shape[1:]), parts, domain, level)
    found = found[~np.isnan(found)]
    tail = 50 * (1 - within)
    low, high = np.percentile(found, [tail, 100 - tail]) if len(found) else (np.nan, np.nan)
    return float(low), float(high)


def _coincidences(values) -> tuple[np.ndarray, int, np.ndarray]:
    """How often each two codes meet in each unit, in fractions of so many parts, and the codes' values in order.

    A unit with m values counts each pair 1/(m-1) times. Counted in parts that make all of these whole, every sum that
    follows is of whole numbers, and so comes out alike in any order and on any machine.
    """
    values = np.asarray(values, float) if np.size(values) else np.empty((0, 0))
    domain = np.unique(values[~np.isnan(values)])
    counts = (values[:, :, None] == domain).sum(axis=1)
    counts = counts[counts.sum(axis=1) > 1]
    others = counts.sum(axis=1) - 1
    parts = lcm(*map(int, others))
    met = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(domain), dtype=int)
    return met * (parts // others)[:, None, None].astype(float), parts, domain


def _alpha(met: np.ndarray, parts: int, domain: np.ndarray, level: str) -> np.ndarray:
    """Alpha of coincidence matrices (the last two axes), NaN where no disagreement can be expected."""
    each = met.sum(axis=-1)
    if level == "nominal":
        apart = 1 - np.eye(len(domain))
    else:
        # All judgements up to the middle of a code's own: the difference of two is what lies between them.
        place = np.cumsum(each, axis=-1) - each / 2 if level == "ordinal" else domain
        apart = (place[..., :, None] - place[..., None, :]) ** 2
    observed = (met * apart).sum(axis=(-1, -2))
    expected = (each[..., :, None] * each[..., None, :] * apart).sum(axis=(-1, -2))
    with np.errstate(invalid="ignore"):
        return 1 - (each.sum(axis=-1) - parts) * observed / np.where(expected > 0, expected, np.nan)


def _units(judgements: pd.DataFrame, variable: str) -> pd.DataFrame:
    """What coders made of the units that at least two of them judged: a row a unit, a column a coder, NaN where not."""
    own = judgements[judgements["variable"] == variable].dropna(subset="value")
    wide = own.pivot(index="unit", columns="coder", values="value").reindex(own["unit"].unique())
    return wide[wide.count(axis=1) > 1].dropna(axis=1, how="all")


def agreement(case) -> pd.DataFrame:
    """One row a kind of judgement, in the order of VARIABLES.

    variable, label, level, units (int: judged by at least two coders), coders (str: who judged any of these, commas
    between), alike (int: units on which all who judged them agree), exact (float 0-1: their share), alpha, low, high (float,
    to three places: with the bounds of `interval`), bounds (str: “low to high”, or empty), reading (str: what is customary to conclude, UNMEASURED, or UNDEFINED).
    NaN where there is none.
    """
    made, rows = judgements(case), []
    for variable, (label, level) in VARIABLES.items():
        units = _units(made, variable)
        alike = int((units.nunique(axis=1) == 1).sum())
        found = [round(number, 3) for number in (alpha(units, level), *interval(units, level))]
        bounds = "" if np.isnan(found[0]) else f"{found[1]:.3f} to {found[2]:.3f}"
        exact = alike / len(units) if len(units) else np.nan
        who = ", ".join(name for name in coders.names(case) if name in units)
        rows.append([variable, label, level, len(units), who, alike, exact, *found, bounds, _reading(found[0], units)])
    names = "variable label level units coders alike exact alpha low high bounds reading".split()
    return pd.DataFrame(rows, columns=names)


def _reading(value: float, units: pd.DataFrame) -> str:
    if np.isnan(value):
        return UNDEFINED if len(units) else UNMEASURED
    return "reliable" if value >= RELIABLE else "tentative" if value >= TENTATIVE else "not reliable"


def differences(case, least: float = 0.0) -> pd.DataFrame:
    """The units on which coders differ, the furthest apart first; those that differ by at least so much of their scale.

    variable, label, unit, item_id, hypothesis_id (str, empty but for consistency), gist, codes (str: each coder's), apart (str:
    steps of so many of the scale, or “other”), distance (float 0-1: of the scale's whole length), rationales (str).
    """
    made, told, rows = judgements(case), items(case).set_index("id")["gist"], []
    for variable, (label, level) in VARIABLES.items():
        units = _units(made, variable)
        steps = units.max(axis=1) - units.min(axis=1)
        whole = _length(case, variable) if level == "ordinal" else 1
        of = made[made["variable"] == variable].groupby("unit", sort=False)
        for unit, step in steps[steps > 0].items():
            own = of.get_group(unit)
            item, _, hypothesis = unit.partition(" / ")
            codes = "; ".join(f"{coder}: {code}" for coder, code in zip(own["coder"], own["code"]))
            why = "; ".join(
                f"{coder}: {text.rstrip('.')}" for coder, text in zip(own["coder"], own["rationale"]) if text
            )
            apart = f"{step:.0f} of {whole:.0f}" if level == "ordinal" else "other"
            far = float(step / whole) if level == "ordinal" else 1.0
            rows.append([variable, label, unit, item, hypothesis, told.get(item, ""), codes, apart, far, why])
    names = "variable label unit item_id hypothesis_id gist codes apart distance rationales".split()
    table = pd.DataFrame(rows, columns=names).astype({"distance": float})
    return table[table["distance"] >= least].sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _length(case, variable: str) -> float:
    """Steps from one end of an ordinal scale to the other."""
    if variable == "consistency":
        scale = list(ach.SCALE.values())
    else:
        scale = [
            code
            for code in case.schema.codes(RATED[variable], variable)
            if (variable, code) != ("credibility", UNJUDGED)
        ]
    return max(scale) - min(scale)


def under_each(
    records: Mapping, evidence: str = "reported", duplicates: bool = False, weights: str = "grades"
) -> pd.DataFrame:
    """What comes of the hypotheses under each coder: one row for each of some records, as coders.each gives them.

    coder, items (int: rated items that count), leaders (str: ids, with spaces between), leader (str: their titles too),
    margin (float), ranking (str), and for each hypothesis rank_<id> (int) and score_<id> (float). A coder who rated no
    hypothesis has no answer and no row. The other arguments are those of hypotheses.evidence and hypotheses.scores.
    """
    rows = []
    for coder, record in records.items():
        if record.consistency.empty:
            continue
        found = ach.evidence(record, evidence, duplicates)
        matrix = ach.matrix(record.consistency, found)
        scores = ach.scores(matrix, found, record.hypotheses, weights)
        values = ach.figures(scores, matrix, record.hypotheses)
        row = {
            "coder": coder,
            "items": values["n_items"],
            **{name: values[name] for name in ("leaders", "leader", "margin", "ranking")},
        }
        row |= {f"rank_{id}": rank for id, rank in zip(scores["id"], scores["rank"])}
        rows.append(row | {f"score_{id}": score for id, score in zip(scores["id"], scores["inconsistency"])})
    return pd.DataFrame(rows, columns=None if rows else ["coder", "items", "leaders", "leader", "margin", "ranking"])


def figures(agreement: pd.DataFrame, answers: pd.DataFrame, hypotheses: pd.DataFrame) -> dict:
    """Named figures of tables as `agreement` and `under_each` give them, and the case's hypotheses.

    n_coders (who judged the same units), n_units, n_alike, n_differ (of all kinds), exact_share; n_measured, n_reliable,
    n_tentative, n_unreliable (kinds of judgement, by their alpha), alphas; for each kind units_, exact_, alpha_, low_, high_
    and reading_<variable> (text); n_answers (coders with an answer), answers (each coder's leaders), common (who leads under
    each), finding. Where nobody judged what another did, n_coders is 0.
    """
    told = agreement.set_index("variable")
    counted = agreement[agreement["variable"] != "credibility"]  # each of these claims is counted under `judged`
    units, differ = int(counted["units"].sum()), int((agreement["units"] - agreement["alike"]).sum())
    measured = agreement.dropna(subset="alpha")
    by = measured["reading"].value_counts()
    own = answers[answers["coder"] != coders.ALL]
    leading = [set(leaders.split()) for leaders in own["leaders"]]
    common = set.intersection(*leading) if leading else set()
    names = {id: f"“{title}” ({id})" for id, title in zip(hypotheses["id"], hypotheses["title"])}
    who = {name for listed in agreement["coders"] for name in listed.split(", ") if name}
    values = {
        "n_coders": len(who), "n_units": units, "n_alike": units - differ, "n_differ": differ,
        "exact_share": percent(units - differ, units), "n_measured": len(measured), "n_reliable": int(by.get("reliable", 0)),
        "n_tentative": int(by.get("tentative", 0)), "n_unreliable": int(by.get("not reliable", 0)),
        "alphas": pairs(measured["label"].str.lower(), [f"{value:.3f}" for value in measured["alpha"]]),
        "n_answers": len(own), "answers": _answers(own), "common": listing([name for id, name in names.items() if id in common]),
    }  # fmt: skip
    for variable in VARIABLES:
        row = told.loc[variable]
        values[f"units_{variable}"] = int(row["units"])
        values[f"exact_{variable}"] = percent(int(row["alike"]), int(row["units"]))
        values |= {f"{name}_{variable}": "none" if np.isnan(row[name]) else f"{row[name]:.3f}" for name in ("alpha", "low", "high")}  # fmt: skip
        values[f"reading_{variable}"] = row["reading"]
    return values | {"finding": _finding(values, measured, leading, common)}


def _answers(own: pd.DataFrame) -> str:
    told = [
        f"under coder “{coder}” {listing(leaders.split(), 'nobody')}"
        for coder, leaders in zip(own["coder"], own["leaders"])
    ]
    return "; ".join(told) or "none"


def _finding(values: dict, measured: pd.DataFrame, leading: list[set], common: set) -> str:
    if not values["n_units"]:
        return (
            "Agreement between coders was not measured: no row that counts here was judged by more than one. Another coder "
            "might have come to another answer."
        )
    who = f"{values['n_coders']} coders" if values["n_coders"] == 2 else f"at least 2 of {values['n_coders']} coders"
    said = (
        f"Of {count(values['n_units'], 'judgement')} that {who} made, they agree exactly on {values['n_alike']} "
        f"({values['exact_share']})."
    )
    if len(measured):
        marked = [f"{label.lower()} {value:.3f} ({reading})" for label, value, reading in zip(measured["label"], measured["alpha"], measured["reading"])]  # fmt: skip
        said += f" Krippendorff’s alpha is, for {listing(marked)}."
    if len(leading) < 2:
        return f"{said} Fewer than 2 of them rated the hypotheses, so there is no second answer to compare it with."
    if all(each == leading[0] for each in leading):
        leads = verb(len(common), "has the least against it", "are tied with the least against them")
        return f"{said} Under each of them {values['common']} {leads}." if common else f"{said} Under none of them does a hypothesis stand out."  # fmt: skip
    if common:
        return f"{said} Under each of them {values['common']} {verb(len(common), 'leads', 'lead')}, alone or tied; the answer is not quite the same ({values['answers']})."  # fmt: skip
    return f"{said} The answer hangs on who coded ({values['answers']})."
