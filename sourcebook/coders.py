"""A case and the name of a coder, turned into the record as that coder coded it.

The tables hold the reference coder's judgements, ratings.csv what further coders make of the same rows, and consistency.csv
the ratings of all.
"""

from dataclasses import replace

from sourcebook.case import Case
from sourcebook.errors import require
from sourcebook.judgements import RATED

ALL = "all"  # everybody's consistency ratings at once, of which an analysis takes the most cautious


def names(case: Case) -> list[str]:
    """Who coded the case, the reference coder first: as case.yml names them, else as consistency.csv first does."""
    return list(case.meta.get("coders", {})) or case.consistency["coder"].unique().tolist()


def coded_by(case: Case, coder: str = "") -> Case:
    """The case with the stance, credibility and layer that one coder gave, and that coder's consistency ratings alone.

    coder: empty for the reference coder, ALL for the reference coder's judgements beside everybody's consistency ratings.
    What a coder did not judge stays as the reference coder has it; a coder who rated no consistency leaves none. Raise
    ParameterError for anybody else. Ask before sourcebook.selection.keep does: a coder's own grades decide what is kept.
    """
    known = names(case)
    if coder:
        require("coder", [coder], [*known, ALL])
    chosen = coder or next(iter(known), ALL)
    if chosen == ALL:
        return case
    given = case.ratings[case.ratings["coder"] == chosen]
    tables = {
        **case.tables,
        "consistency": case.consistency[case.consistency["coder"] == chosen].reset_index(drop=True),
    }
    for variable, table in RATED.items():
        values = given[given["variable"].astype("str") == variable].set_index("item_id")["value"].to_dict()
        if values:
            tables[table] = _judged(case.tables[table], variable, values)
    coded = replace(case, tables=tables)
    if given.empty:
        coded.derived.update(case.derived)  # the statements are the same
    return coded


def each(case: Case) -> dict[str, Case]:
    """The record as each coder coded it, by the coder's name, and under ALL what coded_by gives for that."""
    return {name: coded_by(case, name) for name in [*names(case), ALL]}


def _judged(frame, variable: str, values: dict[str, str]):
    """A table in which some rows, by id, have another value in one column, whose type stays."""
    column = frame[variable]
    told = column.astype("object").mask(frame["id"].isin(values), frame["id"].map(values))
    whole = told.map(int, na_action="ignore") if column.dtype == "Int64" else told
    return frame.assign(**{variable: whole.astype(column.dtype)})
