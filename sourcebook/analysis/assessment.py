"""The assessor's judgements and the relations to them, turned into what each rests on."""

import pandas as pd

from sourcebook.words import count, percent, verb

BEARING = ("supports", "undercuts", "contradicts")
LAYERS = {"claimed": "relayed", "assessed": "concluded"}


def support(assessments: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """One row a judgement, in the article's order: id, gist, layer, type, attribution, confidence, topic, and for each
    of supports, undercuts and contradicts the ids of the rows that bear so on it (str) and their number (n_…, int).
    """
    table = assessments.rename(columns={"judgement_type": "type"})
    table = table[["id", "gist", "layer", "type", "attribution", "confidence", "topic", "paragraph"]].copy()
    for kind in BEARING:
        bearing = relations[relations["relation"] == kind].groupby("to_id")["from_id"].agg(list)
        rows = table["id"].map(bearing).map(lambda ids: ids if isinstance(ids, list) else [])
        table[kind] = rows.map(", ".join)
        table[f"n_{kind}"] = rows.map(len)
    coded = ["layer", "type", "attribution", "confidence", "topic"]
    return table.astype(dict.fromkeys(coded, "str")).reset_index(drop=True)


def bearing(support: pd.DataFrame) -> pd.DataFrame:
    """The conclusions' support as signed counts for a diverging bar: id, gist, kind, rows (int), signed (int), total (int)."""
    concluded = support[support["layer"] == "assessed"]
    long = concluded.melt(["id", "gist"], [f"n_{kind}" for kind in BEARING], "kind", "rows")
    long["kind"] = long["kind"].str.removeprefix("n_")
    long["signed"] = long["rows"].where(long["kind"] == "supports", -long["rows"])
    long["total"] = long.groupby("id")["signed"].transform("sum")
    return long.sort_values(["total", "id", "kind"], ascending=[False, True, True], ignore_index=True)


def layers(support: pd.DataFrame) -> pd.DataFrame:
    """Judgements by layer and attribution: layer, attribution, judgements (int)."""
    table = support.groupby(["layer", "attribution"]).size().rename("judgements").reset_index()
    return table.assign(layer=table["layer"].map(LAYERS))


def figures(support: pd.DataFrame, assessor: str) -> dict:
    """Named figures: assessor, n_judgements, n_assessed, n_claimed, n_explicit, n_implied, n_bare, bare_ids, n_contested, n_unstated, finding."""
    concluded = support[support["layer"] == "assessed"]
    bare = concluded[concluded["n_supports"] == 0]
    contested = concluded[(concluded["n_undercuts"] + concluded["n_contradicts"]) > 0]
    implied = int((support["attribution"] != "explicit").sum())
    values = {
        "assessor": assessor, "n_judgements": len(support),
        "n_assessed": len(concluded), "n_claimed": len(support) - len(concluded),
        "n_explicit": len(support) - implied, "n_implied": implied, "implied_share": percent(implied, len(support)),
        "n_bare": len(bare), "bare_ids": ", ".join(bare["id"]) or "none",
        "n_contested": len(contested), "contested_ids": ", ".join(contested["id"]) or "none",
        "n_unstated": int((support["confidence"] == "unstated").sum()),
    }  # fmt: skip
    values["conclusions"] = "; ".join(
        f"{id} {for_} for, {undercut + contradicted} against"
        for id, for_, undercut, contradicted in concluded[
            ["id", "n_supports", "n_undercuts", "n_contradicts"]
        ].itertuples(index=False)
    )
    supported = len(concluded) - len(bare)
    values["finding"] = (
        f"The article carries {count(len(support), 'judgement')} of its assessor, {assessor}: {values['n_claimed']} relay what was said or done, "
        f"{len(concluded)} conclude. Other rows of the article support {supported} of the conclusions and weaken "
        f"{len(contested)}; {count(len(bare), 'conclusion')} {verb(len(bare), 'stands', 'stand')} without support. "
        f"Only {values['n_explicit']} of the {len(support)} are ascribed in so many words."
    )
    return values
