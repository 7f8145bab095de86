"""What sources outside say of the rows: results worked out by hand on the made-up case."""

import pytest
from smallcase import ENTRIES, OUTSIDE, READOUTS, case, emptied, outside, raw

from sourcebook.analysis import corroboration

NAMES = ["North", "South"]


@pytest.fixture(scope="module")
def record():
    return case(corroboration=OUTSIDE)


@pytest.fixture(scope="module")
def items(record):
    return corroboration.items(record)


@pytest.fixture(scope="module")
def findings(record, items):
    return corroboration.findings(record.corroboration, items, raw(ENTRIES))


def rows(frame, *columns) -> list[tuple]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def computed(record, keys=READOUTS, originals=("study_2020",)) -> dict:
    """All named figures of a record, as the notebooks compute them."""
    entries, items = raw(ENTRIES), corroboration.items(record)
    findings = corroboration.findings(record.corroboration, items, entries)
    told = outside(record, keys)
    carriage = corroboration.carriage(record.assessments, record.corroboration, originals)
    return corroboration.figures(
        corroboration.standing(items, findings), corroboration.single(record, items, findings), told,
        corroboration.subjects(told, NAMES), corroboration.read(record.corroboration, entries),
    ) | corroboration.against(carriage, corroboration.omitted(record.corroboration, entries), originals, "The Institute")  # fmt: skip


class TestFindings:
    def test_claims_events_and_judgements_can_be_asked_about(self, items):
        assert items["id"].tolist() == "C01 C02 C03 C04 C05 C06 C07 E01 E02 J01 J02 J03".split()
        assert rows(items[items["id"].isin(["C02", "E01", "J01"])], "kind", "who", "named", "gist") == [
            ("claim", "Bob", "South", "The water is shared."),
            ("event", "", "", "Meeting at the river"),
            ("judgement", "The Institute", "Institute", "The South wants land."),
        ]

    def test_a_source_is_the_speakers_own_the_named_channel_or_another(self, findings):
        """Ann's own account is hers for C01 and another's for C02; the Paper is what the article names for Ann's claims."""
        assert dict(rows(findings, "id", "reach")) == {
            "B01": "own", "B02": "other", "B03": "other", "B04": "other", "B05": "named", "B06": "own", "B07": "other",
            "B08": "named", "B09": "other", "B10": "named", "B11": "other", "B12": "other", "B13": "own", "B14": "own",
        }  # fmt: skip

    def test_the_body_that_a_speaker_speaks_for_is_its_own_channel_too(self, record, items):
        spoken = items.assign(body=["The Wire" if id == "C01" else "" for id in items["id"]])
        found = corroboration.findings(record.corroboration, spoken, raw(ENTRIES))
        assert dict(rows(found, "id", "reach"))["B03"] == "own"

    def test_what_the_article_cites_is_the_named_channel_whatever_it_is_called(self, record, items):
        found = corroboration.findings(record.corroboration, items.assign(cited="wire_2020"), raw(ENTRIES))
        assert dict(rows(found, "id", "reach"))["B03"] == "named"

    def test_what_was_left_out_by_choice_is_not_asked_about(self, record, items):
        left = items[items["id"] != "C01"]
        assert "C01" not in set(corroboration.findings(record.corroboration, left, raw(ENTRIES))["item_id"])


class TestStanding:
    def test_each_row_that_was_asked_about_has_its_counts_and_a_status(self, items, findings):
        found = corroboration.standing(items, findings)
        assert rows(found, "id", "n_confirms", "n_partly", "n_contradicts", "n_silent", "status") == [
            ("C01", 2, 1, 0, 0, "borne out"),
            ("C02", 1, 0, 0, 1, "said so"),
            ("C03", 1, 0, 1, 1, "disputed"),
            ("C04", 0, 0, 0, 2, "not found"),
            ("C05", 0, 0, 1, 0, "contradicted"),
            ("E01", 0, 1, 0, 0, "borne out in part"),
            ("J01", 1, 0, 0, 0, "said so"),
            ("J02", 0, 0, 0, 1, "not found"),
        ]
        assert found["sources"].tolist()[0] == "north_2020, south_2020, wire_2020"
        assert set(found["status"]) <= set(corroboration.STATUS)

    def test_a_claim_rests_on_one_source_until_another_beyond_it_bears_it_out(self, record, items, findings):
        """C01 has others behind it, C06 is an evaluation; C05 and C07 have nobody, C02 and C03 only those named."""
        assert rows(corroboration.single(record, items, findings), "id", "who", "channel", "found") == [
            ("C02", "Bob", "Statement of the South", "said so"),
            ("C03", "Ann", "Report in the Paper", "said so"),
            ("C04", "Bob", "Statement of the South", "nothing read says so"),
            ("C05", "Bob", "Statement of the South", "nothing read says so"),
            ("C07", "Ann", "Report in the Paper", "nothing read says so"),
        ]


class TestReadouts:
    def test_each_claim_about_the_event_stands_beside_both(self, record):
        """C05 was held against one readout only, and C07 against neither: nothing can be said of them."""
        assert rows(outside(record), "id", "topic", "first", "second", "second_says", "told") == [
            ("C01", "water", "says so", "says so", "says so: It is shared.", "both"),
            ("C02", "water", "silent", "says so", "says so: Shared.", "one alone"),
            ("C03", "border", "silent", "says otherwise", "says otherwise: It was discussed.", "in conflict"),
            ("C04", "border", "silent", "silent", "silent", "neither"),
        ]

    def test_one_subject_has_the_weightiest_mark_of_its_claims(self, record):
        assert rows(corroboration.subjects(outside(record), NAMES), "topic", "side", "says", "ids", "told") == [
            ("water", "North", "says so", "C01, C02", "both"),
            ("water", "South", "says so", "C01, C02", "both"),
            ("border", "North", "silent", "C03, C04", "in conflict"),
            ("border", "South", "says otherwise", "C03, C04", "in conflict"),
        ]

    def test_a_readout_may_be_read_in_several_parts(self, record):
        """The Wire carries a part of the North's: it says part of C01 too, which weighs less than the whole."""
        found = outside(record, [["wire_2020", "north_2020"], ["south_2020"]])
        assert found.loc[0, ["first", "first_says"]].tolist() == ["says so", "says so: We share it."]

    @pytest.mark.parametrize("keys", [[[], []], [["north_2020"], []]])
    def test_without_both_there_is_nothing_to_compare(self, record, keys):
        told = outside(record, keys)
        assert told.empty and corroboration.subjects(told, NAMES).empty


class TestOriginal:
    def test_each_judgement_is_carried_sharpened_softened_or_not_there(self, record):
        found = corroboration.carriage(record.assessments, record.corroboration, ["study_2020"])
        assert rows(found, "id", "layer", "says", "note", "status") == [
            ("J01", "assessed", "The South may want land.", "The may is gone. study_2020", "sharpened"),
            ("J02", "claimed", "", "study_2020", "not found"),
            ("J03", "assessed", "", "", "not in what was read"),
        ]
        assert rows(corroboration.tally(found), "status", "layer", "judgements", "ids") == [
            ("sharpened", "assessed", 1, "J01"), ("not found", "claimed", 1, "J02"), ("not in what was read", "assessed", 1, "J03"),
        ]  # fmt: skip
        assert corroboration.totals(found) == (["sharpened", "not found", "not in what was read"], [1, 1, 1])

    def test_of_several_publications_the_departure_decides(self, record):
        more = OUTSIDE + "\n    B16|J01|paper_2020|partly|carried|Land is wanted.|"
        changed = case(corroboration=more)
        found = corroboration.carriage(changed.assessments, changed.corroboration, ["study_2020", "paper_2020"])
        assert found.loc[0, ["status", "says"]].tolist() == ["sharpened", "The South may want land. Land is wanted."]

    def test_what_the_article_leaves_out_is_listed(self, record):
        assert rows(corroboration.omitted(record.corroboration, raw(ENTRIES)), "id", "says", "note", "publisher") == [
            ("B15", "The North wants land too.", "Last page.", "Institute")
        ]


class TestRead:
    def test_only_what_was_asked_is_listed_with_the_number_of_its_findings(self, record):
        assert rows(corroboration.read(record.corroboration, raw(ENTRIES)), "key", "findings") == [
            ("paper_2020", 1), ("north_2020", 5), ("south_2020", 4), ("wire_2020", 2), ("study_2020", 3),
        ]  # fmt: skip


class TestFigures:
    def test_they_count_and_the_sentences_say_so(self, record):
        """Six claims and events were asked about, of four sources; the study was asked about judgements alone."""
        values = computed(record)
        status = ["n_borne", "n_in_part", "n_said", "n_disputed", "n_contradicted", "n_not_found"]
        assert [values[name] for name in ["n_outside", "n_checked", *status]] == [5, 6, 1, 1, 1, 1, 1, 1]
        assert sum(values[name] for name in status) == values["n_checked"]
        assert (values["n_single"], values["n_single_said"], values["single_ids"]) == (5, 2, "C02, C03, C04, C05, C07")
        told = [values[f"n_told{name}"] for name in ("", "_both", "_one", "_contradicted", "_neither", "_subjects")]
        assert told == [4, 1, 1, 1, 1, 2]
        assert values["outside"] == (
            "Held against 4 sources outside the article, 2 of 6 checked claims and events are borne out beyond the speaker and "
            "the channel named, 1 is only said again, and sources speak against 2: C03, C05."
        )
        assert values["told_sentence"] == (
            "Of 4 claims about the event, both readouts tell 1, one alone tells 1, 1 is in neither, and one readout says otherwise of 1."
        )
        assert values["single_sentence"].startswith(
            "5 claims that can be checked rest on a single source still; for 2 of"
        )

    def test_the_original_is_told_in_a_sentence(self, record):
        values = computed(record)
        names = [
            "n_originals",
            "n_compared",
            "n_carried",
            "n_sharpened",
            "n_softened",
            "n_unfound",
            "n_unread",
            "n_omitted",
        ]
        assert [values[name] for name in names] == [1, 2, 0, 1, 0, 1, 1, 1]
        assert (values["sharpened_ids"], values["softened_ids"], values["unread_ids"]) == ("J01", "none", "J03")
        assert values["original"] == (
            "Of 2 judgements held against what The Institute itself published, the article carries 0 as published, sharpens 1 and "
            "softens 0; 1 is missing there. 1 other judgement was not in reach. The article leaves out 1 noted point."
        )

    @pytest.mark.parametrize(
        "left", [case(), emptied(case(corroboration=OUTSIDE))], ids=["nothing read", "nothing left"]
    )
    def test_where_nothing_was_read_plain_sentences_say_so(self, left):
        values = computed(left, keys=[[], []], originals=())
        for name in ("outside", "told_sentence", "single_sentence", "original"):
            assert values[name].startswith("Nothing outside the article was read"), name
        assert (values["n_checked"], values["n_told"], values["n_compared"], values["n_omitted"]) == (0, 0, 0, 0)
        assert values["disputed_ids"] == values["told_subjects"] == values["sharpened_ids"] == "none"
