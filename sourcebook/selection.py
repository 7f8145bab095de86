"""A case and a reader's choices, turned into the case without what the reader sets aside."""

import re
from dataclasses import replace
from datetime import date
from inspect import signature

import pandas as pd

from sourcebook.case import Case
from sourcebook.errors import ParameterError, require
from sourcebook.statements import statements

UNNAMED = ("unnamed", "collective")
ATTRIBUTION = ("explicit", "implied")
DAY = "a day such as 2000-12-31, or empty"
LENGTH = {
    "day": pd.DateOffset(days=1), "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1), "year": pd.DateOffset(years=1),
}  # fmt: skip


def day(value: object) -> date | None:
    """A day from a date or from text such as 2000-12-31, None from empty text; raise ValueError for anything else."""
    if isinstance(value, str):
        if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError(value)  # fromisoformat takes more forms than a reader would tell from slips
        return date.fromisoformat(value) if value else None
    if type(value) is not date:  # a datetime is a date to Python, but no day to a reader
        raise ValueError(value)
    return value


def period(since: object, until: object) -> tuple[date | None, date | None]:
    """The first and the last day wanted, None for no limit; raise ParameterError for no days, or in the wrong order."""
    days, wrong = [], []
    for name, value in (("since", since), ("until", until)):
        try:
            days.append(day(value))
        except ValueError:
            wrong.append(f"{name}: found {value!r}, it must be {DAY}")
    if not wrong and all(days) and days[0] > days[1]:
        wrong.append(f"since: found {days[0]}, which is after until, {days[1]}; exchange them or leave one out")
    if wrong:
        raise ParameterError("\n".join(wrong))
    return days[0], days[1]


def keep(
    case: Case,
    min_reliability: str = "F",
    min_credibility: int = 6,
    attribution: str = "implied",
    exclude_actors: list[str] | tuple = (),
    exclude_blocs: list[str] | tuple = (),
    include_unnamed: bool = True,
    modes: list[str] | tuple = (),
    since: str | date = "",
    until: str | date = "",
) -> Case:
    """The case with only the statements and events that pass every choice, and the links between what is left.

    min_reliability: keep statements whose source is graded at least this (A best, F worst); the article's own
    voice has no source and stays. min_credibility: keep claims graded at least this (1 best, 6 worst).
    attribution: "explicit" keeps only statements whose passage names the speaker, "implied" also those whose
    surroundings do; what is attributed to nobody is the article's own voice and stays. exclude_actors,
    exclude_blocs: leave out what these say. include_unnamed: False leaves out speakers without a name.
    modes: keep only statements reported in these; empty keeps all. since, until: leave out what is known to be
    earlier or later than this day. The day of a statement is its source's, that of the article's own voice the
    article's; an event has all days of the period to which it is dated. What has no date stays.
    Events are left out by their dates alone: nobody in particular says them. Relations and ratings stay where both
    ends do. Raise ParameterError for a value that the case does not allow.
    """
    since, until = period(since, until)
    choices = {
        name: str(value) if isinstance(value, date) else value
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
    require("modes", modes, codes("claims", "mode"))
    said = statements(case)
    rank = said["reliability"].astype("str").map({grade: place for place, grade in enumerate(grades)})
    passed = rank.isna() | (rank <= grades.index(min_reliability))
    passed &= said["credibility"].isna() | (said["credibility"] <= min_credibility).fillna(False)
    passed &= (said["attribution"] != "implied") | (attribution == "implied")
    passed &= ~said["actor_id"].isin(list(exclude_actors))
    passed &= ~said["bloc"].isin([bloc for bloc in blocs if bloc in exclude_blocs])
    passed &= include_unnamed | ~said["actor_kind"].isin(UNNAMED)
    if modes:
        passed &= said["mode"].isin(list(modes))
    happened = case.events
    if since or until:
        own = (said["mode"] == "own") | (said["kind"] == "framing")
        days = said["source_id"].map(case.sources.set_index("id")["date"])
        days = days.mask(own, pd.Timestamp(case.meta["article"]["date"]))
        passed &= _within(days, days, since, until)
        happened = happened[_within(happened["date"], _last(happened), since, until)]
    left = set(said.loc[passed.astype(bool), "id"])
    known = left | set(happened["id"])

    def of(table: str, column: str, ids: set[str]) -> pd.DataFrame:
        frame = case.tables[table]
        return frame[frame[column].isin(ids)].reset_index(drop=True)

    tables = dict(case.tables)
    for table in ("claims", "reactions", "assessments", "framings", "events"):
        tables[table] = of(table, "id", known)
    for table, column in (("consistency", "item_id"), ("ratings", "item_id"), ("relations", "from_id")):
        tables[table] = of(table, column, known)
    outside = case.corroboration["item_id"]  # empty where the article leaves something out, which no choice brings in
    tables["corroboration"] = case.corroboration[outside.isna() | outside.isin(known)].reset_index(drop=True)
    tables["relations"] = tables["relations"][tables["relations"]["to_id"].isin(known)].reset_index(drop=True)
    kept = replace(case, tables=tables, choices=choices)
    kept.derived["statements"] = said[passed.astype(bool)].reset_index(drop=True)  # need not be put together again
    return kept


def _last(events: pd.DataFrame) -> pd.Series:
    """The last day of the period to which each event is dated."""
    last = events["date"]
    for precision, length in LENGTH.items():
        last = last.mask(events["precision"] == precision, events["date"] + length - pd.Timedelta(days=1))
    return last


def _within(first: pd.Series, last: pd.Series, since: date | None, until: date | None) -> pd.Series:
    """Which periods share a day with the one wanted; a missing date is no reason to say that it lies outside."""
    outside = pd.Series(False, index=first.index)
    if since:
        outside |= last < pd.Timestamp(since)
    if until:
        outside |= first > pd.Timestamp(until)
    return ~outside


DEFAULTS = {name: option.default for name, option in signature(keep).parameters.items() if name != "case"}
