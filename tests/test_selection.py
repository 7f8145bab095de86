"""Selection: what a reader sets aside goes, with every link to it; the rest stays as it was coded.

The case has eight statements. C01 mayor (town) in the Gazette, graded B; C02 and R02 harbour master (port)
on the radio, D; C03 unnamed people (town), source F; R01 unnamed resident (town) in the Gazette, B; J01, J02 institute
(outside) in its bulletin, C; F01 the article's own voice. C03, R02 and J02 are attributed by implication.
Relations: L01 C02-C01, L02 C03-E02, L03 J01-C01, L04 R02-C01, L05 F01-J02. Rated: C01, C03, J02, E01.
C01 is direct, R01 mixed, F01 own, the others indirect. Of 2031: E02 is of January, E01 of 1 February, the Gazette of
the 2nd, the article of the 3rd; no other channel has a date.
"""

from datetime import date, datetime

import cases
import pandas as pd
import pytest
import smallcase

from sourcebook.case import load
from sourcebook.errors import ParameterError
from sourcebook.selection import DEFAULTS, keep
from sourcebook.statements import statements

ALL = {"C01", "C02", "C03", "R01", "R02", "J01", "J02", "F01"}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(str(cases.write(tmp_path_factory.mktemp("selection")).folder))


@pytest.fixture(scope="module")
def least(case):
    """The case under all choices at their strictest."""
    return keep(case, "A", 1, "explicit", ["mayor", "master"], ["town", "port", "outside"], False)


def said(case) -> set[str]:
    return {id for table in ("claims", "reactions", "assessments", "framings") for id in case.tables[table]["id"]}


CHOICES = [
    # the choice, the statements that go, the relations left, the rated rows left, the corroborations left
    ({"min_reliability": "E"}, {"C03"}, "L01 L03 L04 L05", "C01 E01 J02", "B01"),
    ({"min_reliability": "C"}, {"C02", "C03", "R02"}, "L03 L05", "C01 E01 J02", "B01"),
    ({"min_reliability": "B"}, {"C02", "C03", "R02", "J01", "J02"}, "", "C01 E01", "B01"),
    ({"min_reliability": "A"}, ALL - {"F01"}, "", "E01", ""),
    ({"min_credibility": 5}, {"C03"}, "L01 L03 L04 L05", "C01 E01 J02", "B01"),
    ({"min_credibility": 4}, {"C03"}, "L01 L03 L04 L05", "C01 E01 J02", "B01"),
    ({"min_credibility": 1}, {"C01", "C02", "C03"}, "L05", "E01 J02", ""),
    ({"attribution": "explicit"}, {"C03", "R02", "J02"}, "L01 L03", "C01 E01", "B01"),
    ({"exclude_actors": ["master"]}, {"C02", "R02"}, "L02 L03 L05", "C01 C03 E01 J02", "B01 B02"),
    ({"exclude_actors": ["tides", "resident"]}, {"J01", "J02", "R01"}, "L01 L02 L04", "C01 C03 E01", "B01 B02"),
    ({"exclude_blocs": ["town"]}, {"C01", "C03", "R01"}, "L05", "E01 J02", ""),
    ({"exclude_blocs": ("port", "outside")}, {"C02", "R02", "J01", "J02"}, "L02", "C01 C03 E01", "B01 B02"),
    ({"include_unnamed": False}, {"C03", "R01"}, "L01 L03 L04 L05", "C01 E01 J02", "B01"),
    ({"modes": ["direct"]}, ALL - {"C01"}, "", "C01 E01", "B01"),
    ({"modes": ("own", "indirect")}, {"C01", "R01"}, "L02 L05", "C03 E01 J02", "B02"),
    ({"since": "2031-02-02"}, set(), "L01 L03 L04 L05", "C01 C03 J02", "B01 B02"),
    ({"since": "2031-02-03"}, {"C01", "R01"}, "L05", "C03 J02", "B02"),
    ({"until": "2031-02-02"}, {"F01"}, "L01 L02 L03 L04", "C01 C03 E01 J02", "B01 B02"),
    ({"until": "2031-01-31"}, {"C01", "R01", "F01"}, "L02", "C03 J02", "B02"),
    ({"since": "2031-02-01", "until": "2031-02-01"}, {"C01", "R01", "F01"}, "", "C03 E01 J02", "B02"),
    ({"min_reliability": "C", "attribution": "explicit"}, {"C02", "C03", "R02", "J02"}, "L03", "C01 E01", "B01"),
]


@pytest.mark.parametrize(
    ("choice", "gone", "relations", "rated", "corroborations"),
    CHOICES,
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
class TestChoice:
    """Each choice takes away what it names and what hung on that, and nothing else."""

    def test_the_statements_that_it_names_go(self, case, choice, gone, relations, rated, corroborations):
        assert said(keep(case, **choice)) == ALL - gone

    def test_links_whose_end_is_gone_go_too(self, case, choice, gone, relations, rated, corroborations):
        left = keep(case, **choice)
        assert left.relations["id"].tolist() == relations.split()
        assert sorted(set(left.consistency["item_id"])) == rated.split()
        assert left.corroboration["id"].tolist() == corroborations.split()

    def test_it_is_recorded_and_no_other(self, case, choice, gone, relations, rated, corroborations):
        assert keep(case, **choice).choices == choice


class TestDefaults:
    """Without a choice the record is whole."""

    def test_they_keep_every_table_as_it_is(self, case):
        left = keep(case)
        for name, frame in case.tables.items():
            pd.testing.assert_frame_equal(left.tables[name], frame)
        assert left.choices == {}

    def test_a_default_given_outright_is_no_choice(self, case):
        assert keep(case, **DEFAULTS).choices == {}
        assert keep(case, exclude_actors=[], exclude_blocs=[], modes=[]).choices == {}

    def test_they_are_the_weakest_choices(self):
        assert DEFAULTS == {
            "min_reliability": "F", "min_credibility": 6, "attribution": "implied", "exclude_actors": (), "exclude_blocs": (),
            "include_unnamed": True, "modes": (), "since": "", "until": "",
        }  # fmt: skip


class TestWrongChoice:
    """A value that the case does not allow is an error that names what is allowed, also where papermill passed it on."""

    @pytest.mark.parametrize(
        ("choice", "message"),
        [
            ({"min_reliability": "G"}, "min_reliability: found 'G'; allowed are A, B, C, D, E, F"),
            ({"min_reliability": "c"}, "min_reliability: found 'c'; allowed are A, B, C, D, E, F"),
            ({"min_credibility": 0}, "min_credibility: found 0; allowed are 1, 2, 3, 4, 5, 6"),
            ({"min_credibility": "3"}, "min_credibility: found '3'; allowed are 1, 2, 3, 4, 5, 6"),
            ({"min_credibility": True}, "min_credibility: found True; allowed are 1, 2, 3, 4, 5, 6"),
            (
                {"attribution": "explict"},
                "attribution: found 'explict'; allowed are explicit, implied; did you mean explicit?",
            ),
            ({"exclude_actors": ["mayr"]}, "exclude_actors: found 'mayr'; .*; did you mean mayor?"),
            (
                {"exclude_blocs": ["town", "prt"]},
                "exclude_blocs: found 'prt'; allowed are town, port, outside; did you mean port?",
            ),
            ({"exclude_blocs": "town"}, "exclude_blocs: found the text “town”, it must be a list"),
            ({"include_unnamed": 1}, "include_unnamed: found 1; allowed are True, False"),
            ({"include_unnamed": "no"}, "include_unnamed: found 'no'; allowed are True, False"),
            (
                {"modes": ["drect"]},
                "modes: found 'drect'; allowed are direct, mixed, indirect, own; did you mean direct?",
            ),
            ({"modes": "own"}, "modes: found the text “own”, it must be a list"),
            ({"since": "2 February"}, "since: found '2 February', it must be a day such as 2000-12-31, or empty"),
            ({"since": "20310202"}, "since: found '20310202', it must be a day"),
            ({"since": "2031-02-30"}, "since: found '2031-02-30', it must be a day"),
            ({"until": 2031}, "until: found 2031, it must be a day"),
            ({"until": None}, "until: found None, it must be a day"),
            ({"until": datetime(2031, 2, 2)}, "until: found datetime"),
            ({"since": "May", "until": "June"}, "since: found 'May', .*\nuntil: found 'June', "),
            (
                {"since": "2031-02-03", "until": date(2031, 2, 2)},
                "since: found 2031-02-03, which is after until, 2031-02-02; exchange them or leave one out",
            ),
        ],
    )
    def test_it_is_refused_with_the_nearest_that_is_allowed(self, case, choice, message):
        with pytest.raises(ParameterError, match=f"^{message.replace('?', '[?]')}"):
            keep(case, **choice)


class TestPeriod:
    """What is known to lie outside of it goes; both its ends belong to it."""

    EVENTS = """
        id|title|date|precision|paragraph|start|end|note
        E01|A day|2020-02-29|day|3|0|5|
        E02|A week|2020-02-24|week|3|0|5|
        E03|A month|2020-02-01|month|3|0|5|
        E04|A year|2020-01-01|year|3|0|5|"""

    def events(self, **choice) -> str:
        return " ".join(keep(smallcase.case(events=self.EVENTS), **choice).events["id"])

    @pytest.mark.parametrize(
        ("since", "left"),
        [
            ("2020-02-29", "E01 E02 E03 E04"),
            ("2020-03-01", "E02 E04"),
            ("2020-03-02", "E04"),
            ("2020-12-31", "E04"),
            ("2021-01-01", ""),
        ],
    )
    def test_an_event_stays_as_long_as_its_last_day_may_lie_inside(self, since, left):
        """The week runs from Monday 24 February to Sunday 1 March; the month has 29 days."""
        assert self.events(since=since) == left

    @pytest.mark.parametrize(
        ("until", "left"),
        [
            ("2020-02-29", "E01 E02 E03 E04"),
            ("2020-02-28", "E02 E03 E04"),
            ("2020-02-23", "E03 E04"),
            ("2020-01-01", "E04"),
            ("2019-12-31", ""),
        ],
    )
    def test_an_event_stays_from_its_first_day_on(self, until, left):
        assert self.events(until=until) == left

    def test_a_day_may_be_a_date_and_is_recorded_as_text(self, case):
        left = keep(case, since=date(2031, 2, 2), until=date(2031, 2, 2))
        assert said(left) == ALL - {"F01"} and left.events.empty
        assert left.choices == {"since": "2031-02-02", "until": "2031-02-02"}

    def test_what_has_no_date_stays_however_narrow_it_is(self, case):
        assert said(keep(case, since="0001-01-01", until="0001-01-01")) == {"C02", "C03", "R02", "J01", "J02"}
        assert said(keep(case, since="9999-12-31")) == {"C02", "C03", "R02", "J01", "J02"}


class TestWhatStays:
    """Nobody in particular says an event, and the article's own voice is never set aside by a grade."""

    def test_events_stay_whatever_speaker_or_source_is_set_aside(self, least):
        assert least.events["id"].tolist() == ["E01", "E02"]

    def test_so_do_the_articles_own_voice_and_the_tables_that_nobody_says(self, case, least):
        assert said(least) == {"F01"}
        for name in ("paragraphs", "actors", "sources", "hypotheses", "errata"):
            pd.testing.assert_frame_equal(least.tables[name], case.tables[name])

    def test_a_reaction_stays_when_what_it_answers_is_set_aside(self, case):
        left = keep(case, exclude_actors=["mayor"])
        assert left.reactions["target_id"].tolist() == ["E01", "C01"] and "C01" not in said(left)

    def test_the_whole_case_is_left_as_it_was(self, case):
        before = {name: frame.copy() for name, frame in case.tables.items()}
        keep(case, min_reliability="A", include_unnamed=False)
        assert case.choices == {}
        for name, frame in before.items():
            pd.testing.assert_frame_equal(case.tables[name], frame)

    def test_what_is_left_is_numbered_afresh_and_typed_as_before(self, case):
        left = keep(case, exclude_actors=["mayor"])
        assert left.claims.index.tolist() == [0, 1] and left.claims.dtypes.equals(case.claims.dtypes)
        assert left.relations.index.tolist() == [0, 1] and left.relations.dtypes.equals(case.relations.dtypes)
        assert statements(left)["id"].tolist() == ["C02", "R02", "R01", "C03", "J01", "J02", "F01"]
