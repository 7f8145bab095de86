"""What sources outside the article say of its rows, turned into how each stands and how the assessor was carried.

That a speaker's own channel, or the channel that the article names, has a statement too shows that it was said. Only a
source beyond both can show that it is so, and even this one may have heard it from them.
"""

from collections import defaultdict

import pandas as pd

from sourcebook.case import Case
from sourcebook.words import count, listing, verb

SUPPORT = ("confirms", "partly")
# What a readout says of a claim, the weightiest first: one subject has one mark a side.
MARKS = {"contradicts": "says otherwise", "confirms": "says so", "partly": "says part of it", "silent": "silent"}
STATUS = ("contradicted", "disputed", "borne out", "borne out in part", "said so", "not found")
TOLD = ("both", "one alone", "in conflict", "neither")
CARRIAGE = ("carried", "sharpened", "softened", "not found", "not in what was read")
JUDGED = ("evaluation", "forecast")  # of these it cannot be checked whether they are so
NOTHING = "Nothing outside the article was read"


def items(case: Case) -> pd.DataFrame:
    """The rows of a case that can be held against a source, in the order claims, events, judgements.

    Columns, all str: id; kind (claim, event, judgement); who (the speaker, empty for an event) and body (the organisation
    it speaks for); named and cited (publisher and bibkey of the channel that the article names); gist.
    """
    people, channels = case.actors.set_index("id"), case.sources.set_index("id")
    parts = [
        case.claims.assign(kind="claim", speaker=case.claims["actor_id"]),
        case.events.assign(kind="event", speaker="", gist=case.events["title"], source_id=""),
        case.assessments.assign(kind="judgement", speaker=case.meta["assessor"]),
    ]
    table = pd.concat([part[["id", "kind", "speaker", "source_id", "gist"]].astype(object) for part in parts])
    table["who"] = table["speaker"].map(people["name"].astype(object))
    for column, by, frame, field in (
        ("body", "speaker", people, "organisation"),
        ("named", "source_id", channels, "publisher"),
        ("cited", "source_id", channels, "bibkey"),
    ):
        table[column] = table[by].map(frame[field].astype(object)) if field in frame else ""
    return table[["id", "kind", "who", "body", "named", "cited", "gist"]].fillna("").reset_index(drop=True)


def findings(corroboration: pd.DataFrame, items: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """The coded findings on `items`, each with where its source stands to what it was asked about.

    Columns: those of `corroboration` (coded text as str, empty where missing); publisher, date and title of the source, from
    `entries` (see sourcebook.bibliography); reach: “own” where the source is the speaker, the body it speaks for, or passes
    on their words; “named” where it is the channel that the article names; else “other”.
    """
    coded = corroboration.astype(object).fillna("")
    table = coded[coded["item_id"].isin(items["id"])].reset_index(drop=True)
    known = entries.set_index("key").reindex(table["bibkey"]).fillna("").reset_index(drop=True)
    asked = items.set_index("id").reindex(table["item_id"]).reset_index(drop=True)
    reach = []
    for key, channel, who, body, named, cited in zip(
        table["bibkey"], known["channel"], asked["who"], asked["body"], asked["named"], asked["cited"]
    ):
        own = bool(channel) and channel in (who, body)
        reach.append("own" if own else "named" if key == cited or channel and channel == named else "other")
    return table.assign(
        publisher=known["publisher"], date=known["date"], title=known["title"], reach=pd.Series(reach, dtype=object)
    )


def standing(items: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One row an item that was held against at least one source, in the order of `items`.

    Columns: id, kind, who, gist (str); n_confirms, n_partly, n_contradicts, n_silent (int: findings of each relation);
    sources (str: their keys); status: “contradicted” or “disputed” where a source says otherwise, the latter where another
    bears it out; “borne out” or “borne out in part” where a source beyond the speaker and the named channel says so; “said
    so” where only these two do; “not found” where all are silent.
    """
    rows, found = [], _by_item(findings)
    for id, kind, who, gist in items[["id", "kind", "who", "gist"]].itertuples(index=False):
        if not (here := found[id]):
            continue
        relations = [finding["relation"] for finding in here]
        rows.append(
            {"id": id, "kind": kind, "who": who, "gist": gist, **{f"n_{mark}": relations.count(mark) for mark in MARKS},
             "sources": ", ".join(dict.fromkeys(finding["bibkey"] for finding in here)), "status": _status(here)}
        )  # fmt: skip
    columns = ["id", "kind", "who", "gist", "n_confirms", "n_partly", "n_contradicts", "n_silent", "sources", "status"]
    return pd.DataFrame(rows, columns=columns)


def _by_item(findings: pd.DataFrame) -> dict[str, list[dict]]:
    """The findings on each item as records, in their order; of an item that has none, none."""
    found = defaultdict(list)
    for finding in findings.to_dict("records"):
        found[finding["item_id"]].append(finding)
    return found


def _status(findings: list[dict]) -> str:
    bears = [finding for finding in findings if finding["relation"] in SUPPORT]
    if any(finding["relation"] == "contradicts" for finding in findings):
        return "disputed" if bears else "contradicted"
    beyond = [finding["relation"] for finding in bears if finding["reach"] == "other"]
    if beyond:
        return "borne out" if "confirms" in beyond else "borne out in part"
    return "said so" if bears else "not found"


def single(case: Case, items: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """The claims that rest on one source still: nothing read beyond the speaker and the named channel bears them out.

    Evaluations and forecasts are left out. In the article's order: id, who, gist, channel (str: the title of the source
    that the article names), found: “said so” where the speaker's own channel or the named one has the statement too,
    “nothing read says so” otherwise.
    """
    bears = findings[findings["relation"].isin(SUPPORT)]
    borne, said = set(bears.loc[bears["reach"] == "other", "item_id"]), set(bears["item_id"])
    asked = case.claims[~case.claims["claim_type"].isin(JUDGED) & ~case.claims["id"].isin(borne)].reset_index(drop=True)
    who, channel = items.set_index("id")["who"], case.sources.set_index("id")["title"]
    return pd.DataFrame({
        "id": asked["id"],
        "who": asked["id"].map(who),
        "gist": asked["gist"],
        "channel": asked["source_id"].map(channel),
        "found": asked["id"].map(lambda id: "said so" if id in said else "nothing read says so"),
    })  # fmt: skip


def readouts(
    claims: pd.DataFrame, items: pd.DataFrame, findings: pd.DataFrame, event: str, keys: list[list[str]]
) -> pd.DataFrame:
    """What each side's own readout says of the claims about `event` that were held against both of them.

    `keys` has for each of the two sides the keys in which its readout was read: several are parts of one, none means that it
    was not, and then there is no row. One row a claim, in the article's order: id, topic, who, gist; first, second: what the readout says of it, a value of MARKS;
    first_says, second_says: the mark, and behind a colon what it says in our words; told (see TOLD; of the two readouts, so a speaker's own may contradict it).
    """
    places = list(zip(("first", "second"), keys))
    rows, found = [], _by_item(findings)
    for id, topic in claims.loc[claims["event_id"] == event, ["id", "topic"]].itertuples(index=False):
        row = {"id": id, "topic": str(topic)}
        for place, sources in places:
            here = [finding for finding in found[id] if finding["bibkey"] in sources]
            relations = {finding["relation"] for finding in here}
            kind = next((kind for kind in MARKS if kind in relations), "")
            row[place] = MARKS.get(kind)
            says = " ".join(finding["says"] for finding in here if finding["relation"] == kind)
            row[f"{place}_says"] = f"{MARKS.get(kind)}: {says}" if says else MARKS.get(kind)
        if row.get("first") and row.get("second"):
            rows.append(row | {"told": _told(row["first"], row["second"])})
    table = pd.DataFrame(rows, columns=["id", "topic", "first", "first_says", "second", "second_says", "told"])
    known = items.set_index("id")
    table.insert(2, "who", table["id"].map(known["who"]))
    table.insert(3, "gist", table["id"].map(known["gist"]))
    return table


def _told(first: str, second: str) -> str:
    marks, says = {first, second}, {MARKS[kind] for kind in SUPPORT}
    if MARKS["contradicts"] in marks:
        return "in conflict"
    return "both" if marks <= says else "one alone" if marks & says else "neither"


def subjects(readouts: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The readouts by subject and side: topic, side, says (the weightiest of MARKS on it), ids (str), told (see TOLD).

    Two rows a topic, those told by both first. `names` are the labels of the two sides, in the order of the readouts.
    """
    rows = []
    for topic, group in readouts.groupby("topic", sort=False):
        marks = [next(mark for mark in MARKS.values() if mark in set(group[place])) for place in ("first", "second")]  # fmt: skip
        told = _told(*marks)
        ids = ", ".join(group["id"])
        rows += [{"topic": topic, "side": side, "says": mark, "ids": ids, "told": told} for side, mark in zip(names, marks)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["topic", "side", "says", "ids", "told"])
    return (
        table.assign(rank=table["told"].map(TOLD.index))
        .sort_values(["rank", "topic"], kind="stable", ignore_index=True)
        .drop(columns="rank")
    )


def carriage(assessments: pd.DataFrame, corroboration: pd.DataFrame, originals: list[str]) -> pd.DataFrame:
    """Each judgement beside what the assessor itself published, in the article's order.

    Columns, all str: id, gist, layer, says (in our words, the parts of several publications after one another); note,
    with the keys of what was read behind it; status: “carried”, “sharpened” or “softened” as coded, the strongest departure where several are; “not
    found” where the publications that were read are silent; “not in what was read” where none was asked.
    """
    coded = corroboration.astype(object).fillna("")
    coded, rows = _by_item(coded[coded["bibkey"].isin(originals)]), []
    for id, gist, layer in assessments[["id", "gist", "layer"]].astype(object).itertuples(index=False):
        here = coded[id]
        found = [finding for finding in here if finding["relation"] != "silent"]
        kinds = {finding["carriage"] for finding in found}
        status = next((kind for kind in ("sharpened", "softened", "carried") if kind in kinds), None)
        notes = [finding["note"] for finding in found if finding["note"]]
        rows.append({
            "id": id, "gist": gist, "layer": layer, "says": " ".join(finding["says"] for finding in found),
            "note": " ".join([*notes, ", ".join(dict.fromkeys(finding["bibkey"] for finding in here))]).strip(),
            "status": status or ("carried" if found else CARRIAGE[3] if here else CARRIAGE[4]),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "gist", "layer", "says", "note", "status"])


def tally(carriage: pd.DataFrame) -> pd.DataFrame:
    """Judgements by status and layer: status (in the order of CARRIAGE), layer, judgements (int), ids (str)."""
    grouped = carriage.groupby(["status", "layer"])["id"].agg(["size", ", ".join]).reset_index()
    grouped.columns = ["status", "layer", "judgements", "ids"]
    rank = grouped["status"].map(CARRIAGE.index)
    return grouped.assign(rank=rank).sort_values(["rank", "layer"], ignore_index=True).drop(columns="rank")


def totals(carriage: pd.DataFrame) -> tuple[list[str], list[int]]:
    """The statuses that occur, in the order of CARRIAGE, and the number of judgements of each."""
    number = carriage["status"].value_counts().reindex(CARRIAGE, fill_value=0)
    return list(number[number > 0].index), list(number[number > 0])


def omitted(corroboration: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """What the assessor published and the article leaves out: id, says, note, bibkey, publisher (all str)."""
    coded = corroboration.astype(object).fillna("")
    table = coded.loc[coded["carriage"] == "omitted", ["id", "says", "note", "bibkey"]].reset_index(drop=True)
    return table.assign(publisher=table["bibkey"].map(entries.set_index("key")["publisher"]).fillna(""))


def read(corroboration: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """The sources that were read: key, publisher, title, date, findings (int), in the order of the bibliography."""
    number = corroboration["bibkey"].value_counts()
    table = entries[entries["key"].isin(number.index)].reset_index(drop=True)
    return table.assign(findings=table["key"].map(number).astype(int))[
        ["key", "publisher", "title", "date", "findings"]
    ]


def figures(
    standing: pd.DataFrame, single: pd.DataFrame, readouts: pd.DataFrame, subjects: pd.DataFrame, read: pd.DataFrame
) -> dict:
    """Named figures of the checks on claims and events: n_outside (sources read), n_checked, n_borne, n_in_part, n_said,
    n_disputed, n_contradicted, n_not_found, disputed_ids, n_single, n_single_said, single_ids, n_told (claims in the
    readouts), n_told_both, n_told_one, n_told_contradicted, n_told_neither, n_told_subjects, told_subjects; and the sentences
    outside, single_sentence and told_sentence.
    """
    checked = standing[standing["kind"] != "judgement"]
    status = checked["status"].value_counts().reindex(STATUS, fill_value=0)
    told = readouts["told"].value_counts().reindex(TOLD, fill_value=0)
    against = checked[checked["status"].isin(["contradicted", "disputed"])]
    values = {
        "n_outside": len(read), "n_checked": len(checked), "n_borne": int(status["borne out"]),
        "n_in_part": int(status["borne out in part"]), "n_said": int(status["said so"]), "n_disputed": int(status["disputed"]),
        "n_contradicted": int(status["contradicted"]), "n_not_found": int(status["not found"]),
        "disputed_ids": ", ".join(against["id"]) or "none",
        "n_single": len(single), "n_single_said": int((single["found"] == "said so").sum()),
        "single_ids": ", ".join(single["id"]) or "none",
        "n_told": len(readouts), "n_told_both": int(told["both"]), "n_told_one": int(told["one alone"]),
        "n_told_contradicted": int(told["in conflict"]), "n_told_neither": int(told["neither"]),
        "n_told_subjects": subjects["topic"].nunique(),
        "told_subjects": "; ".join(dict.fromkeys(subjects["topic"] + ", " + subjects["told"])) or "none",
    }  # fmt: skip
    asked = {key for keys in checked["sources"] for key in keys.split(", ")}
    borne, said = values["n_borne"] + values["n_in_part"], values["n_said"]
    values["outside"] = (
        f"Held against {count(len(asked), 'source')} outside the article, {borne or 'none'} of "
        f"{count(len(checked), 'checked claim or event', 'checked claims and events')} {verb(borne, 'is', 'are')} borne out "
        f"beyond the speaker and the channel named, {said or 'none'} {verb(said, 'is', 'are')} only said again, and sources "
        + (f"speak against {len(against)}: {values['disputed_ids']}." if len(against) else "speak against none.")
        if len(checked)
        else f"{NOTHING} that bears on these rows."
    )
    values["single_sentence"] = (
        f"{count(len(single), 'claim').capitalize()} that can be checked {verb(len(single), 'rests', 'rest')} on a single "
        f"source still; for {values['n_single_said'] or 'none'} of them that source, or a copy of it, was read and says so."
        if len(read)
        else f"{NOTHING}, so every claim rests on the article and the channel that it names."
    )
    values["told_sentence"] = (
        f"Of {count(len(readouts), 'claim')} about the event, both readouts tell {told['both'] or 'none'}, one alone tells "
        f"{told['one alone'] or 'none'}, {told['neither'] or 'none'} {verb(int(told['neither']), 'is', 'are')} in neither, and "
        f"one readout says otherwise of {told['in conflict'] or 'none'}."
        if len(readouts)
        else f"{NOTHING} on the claims about the event, so the sides' own readouts are known only from what it says of them."
    )
    return values


def against(carriage: pd.DataFrame, omitted: pd.DataFrame, originals: list[str], assessor: str) -> dict:
    """Named figures of the comparison with the assessor's own publications: n_originals, n_compared, n_carried, n_sharpened,
    n_softened, n_unread, n_unfound, n_omitted, sharpened_ids, softened_ids, unread_ids, and the sentence original.
    """
    status = carriage["status"].value_counts().reindex(CARRIAGE, fill_value=0)
    ids = carriage.groupby("status")["id"].agg(", ".join)
    compared = len(carriage) - int(status[CARRIAGE[4]])
    values = {
        "n_originals": len(originals), "n_compared": compared, "n_carried": int(status["carried"]),
        "n_sharpened": int(status["sharpened"]), "n_softened": int(status["softened"]),
        "n_unfound": int(status["not found"]), "n_unread": int(status[CARRIAGE[4]]), "n_omitted": len(omitted),
        "sharpened_ids": ids.get("sharpened", "none"), "softened_ids": ids.get("softened", "none"),
        "unread_ids": ids.get(CARRIAGE[4], "none"),
    }  # fmt: skip
    parts = [
        f"carries {values['n_carried']} as published",
        f"sharpens {values['n_sharpened']}",
        f"softens {values['n_softened']}",
    ]
    values["original"] = (
        f"Of {count(compared, 'judgement')} held against what {assessor} itself published, the article {listing(parts)}; "
        f"{values['n_unfound'] or 'none'} {verb(values['n_unfound'], 'is', 'are')} missing there. "
        f"{count(values['n_unread'], 'other judgement').capitalize()} {verb(values['n_unread'], 'was', 'were')} not in reach. The article leaves out {count(len(omitted), 'noted point')}."
        if originals and compared
        else f"{NOTHING} on these judgements, so what {assessor} itself published is known only from it."
    )
    return values
