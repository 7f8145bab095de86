"""A case and a reader's choices, turned into the case without what the reader sets aside."""

from dataclasses import replace
from inspect import signature

import pandas as pd

from sourcebook.case import Case
from sourcebook.errors import require
from sourcebook.statements import statements

UNNAMED = ("unnamed", "collective")
ATTRIBUTION = ("explicit", "implied")


def keep(
    case: Case,
    min_reliability: str = "F",
    min_credibility: int = 6,
    attribution: str = "implied",
    exclude_actors: list[str] | tuple = (),
    exclude_blocs: list[str] | tuple = (),
    include_unnamed: bool = True,
) -> Case:
    """The case with only the statements that pass every choice, and the links between what is left.

    min_reliability: keep statements whose source is graded at least this (A best, F worst); the article's own
    voice has no source and stays. min_credibility: keep claims graded at least this (1 best, 6 worst).
    attribution: "explicit" keeps only statements whose passage names the speaker, "implied" also those whose
    surroundings do; what is attributed to nobody is the article's own voice and stays. exclude_actors,
    exclude_blocs: leave out what these say. include_unnamed: False leaves out speakers without a name.
    Events stay: nobody in particular says them. Relations and ratings stay where both ends do. Raise ParameterError
    for a value that the case does not allow.
    """
    choices = {
        name: value
        for name, value in locals().items()
        if name != "case" and (value or None) != (DEFAULTS[name] or None)
    }
    codes = case.schema.codes
    grades, blocs = codes("sources", "reliability"), codes("actors", "bloc")
    require("min_reliability", [min_reliability], grades)
    require("min_credibility", [min_credibility], codes("claims", "credibility"))
    require("attribution", [attribution], ATTRIBUTION)
    require("exclude_actors", exclude_actors, list(case.actors["id"]))
    require("exclude_blocs", exclude_blocs, blocs)
    require("include_unnamed", [include_unnamed], [True, False])
    said = statements(case)
    rank = said["reliability"].astype("str").map({grade: place for place, grade in enumerate(grades)})
    passed = rank.isna() | (rank <= grades.index(min_reliability))
    passed &= said["credibility"].isna() | (said["credibility"] <= min_credibility).fillna(False)
    passed &= (said["attribution"] != "implied") | (attribution == "implied")
    passed &= ~said["actor_id"].isin(list(exclude_actors))
    passed &= ~said["bloc"].isin([bloc for bloc in blocs if bloc in exclude_blocs])
    passed &= include_unnamed | ~said["actor_kind"].isin(UNNAMED)
    left = set(said.loc[passed.astype(bool), "id"])
    known = left | set(case.events["id"])

    def of(table: str, column: str, ids: set[str]) -> pd.DataFrame:
        frame = case.tables[table]
        return frame[frame[column].isin(ids)].reset_index(drop=True)

    tables = dict(case.tables)
    for table in ("claims", "reactions", "assessments", "framings"):
        tables[table] = of(table, "id", left)
    for table, column in (("consistency", "item_id"), ("corroboration", "item_id"), ("relations", "from_id")):
        tables[table] = of(table, column, known)
    tables["relations"] = tables["relations"][tables["relations"]["to_id"].isin(known)].reset_index(drop=True)
    return replace(case, tables=tables, choices=choices)


DEFAULTS = {name: option.default for name, option in signature(keep).parameters.items() if name != "case"}
