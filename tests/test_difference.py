"""What two reports say is held against each other: each kind of change is told, and nothing else is."""

from collections import Counter

import pytest

from sourcebook import difference
from sourcebook.difference import CAME, CHANGED, WENT, compare, figures_only, key, moved, same
from sourcebook.reports import Notebook, Report, Table

VOICES = Table(
    "Voices by section",
    {"section": "Section", "side": "Side", "voices": "Voices", "share": "Share"},
    [
        {"section": "Call", "side": "north", "voices": 9, "share": 0.6},
        {"section": "Call", "side": "south", "voices": 5, "share": 0.4},
    ],
)
REGISTER = Table(
    "Every row",
    {"id": "Row", "gist": "What is said", "counted": "Counted"},
    [
        {"id": "C01", "gist": "Wants it in May.", "counted": "yes"},
        {"id": "C02", "gist": "Wants none.", "counted": "yes"},
    ],
    ("id",),
)


def book(**more) -> Notebook:
    told = {
        "values": {"finding": "Nine speak.", "n_voices": 9, "share": "60%"},
        "tables": {"register": REGISTER},
        "charts": {"voices": VOICES},
        "commentary": "As we see it.",
        "defaults": {"min_grade": "F", "sides": []},
        "source": "digest",
    }
    return Notebook(**told | more)


def report(books: dict | None = None, case: str = "fair", **given) -> Report:
    return Report("name", case, given, books if books is not None else {"tally": book()}, {}, {})


def changed(table: Table, place: int, **cells) -> Table:
    """The table with other cells in one row."""
    return table._replace(rows=[row | cells if number == place else row for number, row in enumerate(table.rows)])


def differing(new: Report, old: Report | None = None) -> dict:
    """The kinds of difference that are told, without those that hold nothing."""
    return {kind: told for kind, told in compare(old or report(), new)._asdict().items() if told and kind != "compared"}


class TestNothing:
    """What a reader would not see as a change is none."""

    def test_differs_between_a_report_and_itself(self):
        found = compare(report(), report())
        assert not found.anything and found.compared == ["tally"]

    @pytest.mark.parametrize(
        "table", [VOICES._replace(rows=VOICES.rows[::-1]), changed(VOICES, 0, share=0.6 * (1 + 1e-11))]
    )
    def test_is_the_order_of_rows_or_a_number_within_a_billionth(self, table):
        assert not differing(report({"tally": book(charts={"voices": table})}))

    def test_is_white_space_in_a_sentence(self):
        assert not differing(report({"tally": book(values=book().values | {"finding": " Nine\n speak. "})}))

    def test_is_the_order_of_rows_that_nothing_tells_apart(self):
        first = Table("T", {"n": "N"}, [{"n": 1}, {"n": 2}, {"n": 2}])
        other = first._replace(rows=first.rows[::-1])
        assert not differing(report({"tally": book(tables={"t": other})}), report({"tally": book(tables={"t": first})}))


class TestEachChangeAlone:
    """One thing changes, and just that is told."""

    def test_a_main_finding(self):
        found = differing(report({"tally": book(values=book().values | {"finding": "Ten speak."})}))
        assert found.keys() == {"findings"}
        assert found["findings"] == [("tally", "finding", CHANGED, "Nine speak.", "Ten speak.", None, None)]

    def test_a_main_finding_that_one_report_lacks(self):
        values = {name: value for name, value in book().values.items() if name != "finding"}
        found = differing(report({"tally": book(values=values)}))
        assert found.keys() == {"findings"} and found["findings"][0].change == WENT

    def test_a_figure_with_its_difference_and_percentage(self):
        found = differing(report({"tally": book(values=book().values | {"n_voices": 12})}))
        assert found == {"values": [("tally", "n_voices", CHANGED, 9, 12, 3, pytest.approx(100 / 3))]}

    def test_a_parameter_against_its_default(self):
        found = differing(report(min_grade="C"))
        assert found == {"parameters": [("", "min_grade", CHANGED, "F", "C", None, None)]}

    def test_a_default_that_is_said_is_none(self):
        assert not differing(report(min_grade="F", sides=[]))

    def test_the_case(self):
        assert [value.name for value in differing(report(case="other"))["parameters"]] == ["case"]

    def test_the_commentary(self):
        assert differing(report({"tally": book(commentary="As they see it.")})).keys() == {"commentary"}

    def test_the_text_or_code_of_a_notebook(self):
        assert differing(report({"tally": book(source="other")})) == {"sources": ["tally"]}

    def test_a_notebook_that_one_report_lacks_is_not_compared(self):
        assert differing(report({"tally": book(), "hue": book()})) == {"only_new": ["hue"]}
        assert differing(report(), report({"tally": book(), "hue": book()})) == {"only_old": ["hue"]}

    def test_a_cell_of_a_row_by_its_permanent_id(self):
        found = differing(report({"tally": book(tables={"register": changed(REGISTER, 1, counted="no")})}))
        assert found.keys() == {"rows"}
        (row,) = found["rows"][0].rows
        assert (row.key, row.change, row.place) == ({"id": "C02"}, CHANGED, 2)
        assert row.cells == [("counted", "Counted", "yes", "no", None, None)]

    def test_a_row_that_came_and_one_that_went_with_all_their_cells(self):
        new = REGISTER._replace(rows=[REGISTER.rows[0], {"id": "C03", "gist": "Wants rain.", "counted": "yes"}])
        (part,) = differing(report({"tally": book(tables={"register": new})}))["rows"]
        assert [(row.key["id"], row.change, row.row["gist"], row.cells) for row in part.rows] == [
            ("C02", WENT, "Wants none.", []),
            ("C03", CAME, "Wants rain.", []),
        ]

    def test_a_value_of_a_chart_by_its_columns_of_text(self):
        found = differing(report({"tally": book(charts={"voices": changed(VOICES, 1, voices=4)})}))
        assert found.keys() == {"charts"}
        (row,) = found["charts"][0].rows
        assert row.key == {"side": "south"} and row.cells == [("voices", "Voices", 5, 4, -1, -20)]

    def test_a_cell_of_a_table_without_ids(self):
        plain = {"tables": {"t": VOICES}, "charts": {}}
        other = {"tables": {"t": changed(VOICES, 0, share=0.7)}, "charts": {}}
        found = differing(report({"tally": book(**other)}), report({"tally": book(**plain)}))
        assert found.keys() == {"tables"} and [row.cells[0].column for row in found["tables"][0].rows] == ["share"]

    @pytest.mark.parametrize(("charts", "change"), [({}, WENT), ({"voices": VOICES, "more": VOICES}, CAME)])
    def test_a_chart_that_came_or_went(self, charts, change):
        (part,) = differing(report({"tally": book(charts=charts)}))["charts"]
        assert part.change == change and part.rows == []

    def test_the_title_of_a_chart(self):
        (part,) = differing(report({"tally": book(charts={"voices": VOICES._replace(title="Few")})}))["charts"]
        assert (part.old_title, part.new_title, part.rows) == ("Voices by section", "Few", [])

    def test_a_column_that_came_and_one_that_went(self):
        rows = [{"id": row["id"], "gist": row["gist"], "note": ""} for row in REGISTER.rows]
        new = REGISTER._replace(columns={"id": "Row", "gist": "What is said", "note": "Note"}, rows=rows)
        (part,) = differing(report({"tally": book(tables={"register": new})}))["rows"]
        assert (part.columns_came, part.columns_went, part.rows) == (["note"], ["counted"], [])


class TestJoining:
    """Rows without ids are known by as few columns of text as tell them apart."""

    def test_by_the_first_column_of_text_that_tells_them_apart(self):
        assert key(REGISTER._replace(ids=()), REGISTER._replace(ids=()), list(REGISTER.columns)) == ("id",)

    def test_by_several_where_one_does_not(self):
        rows = [{"a": a, "same": "x", "b": b, "n": 1} for a in "pq" for b in "rs"]
        table = Table("T", {"a": "A", "same": "S", "b": "B", "n": "N"}, rows)
        assert key(table, table, list(table.columns)) == ("a", "b")

    def test_of_many_columns_each_cell_is_looked_at_a_few_times_and_not_once_for_every_column_before_it(
        self, monkeypatch
    ):
        """A stranger's table of half a megabyte, a thousand columns wide, would take minutes."""
        looked = Counter()
        monkeypatch.setattr(difference, "_mark", lambda value, own=difference._mark: looked.update("x") or own(value))
        columns = {f"c{number}": "" for number in range(200)}
        alike = Table("T", columns, [{column: "x" for column in columns}] * 10)
        assert key(alike, alike, list(columns)) == tuple(columns)
        last = alike._replace(rows=[{**row, "c199": str(place)} for place, row in enumerate(alike.rows)])
        assert key(last, last, list(columns)) == tuple(columns)
        assert looked.total() == 2 * 2 * 10 * 200

    def test_by_permanent_ids_whatever_else_is_unique(self):
        table = REGISTER._replace(ids=("id", "gist"))
        assert key(table, table, list(table.columns)) == ("id", "gist")

    def test_by_all_text_and_then_in_order_where_rows_are_alike(self):
        old = Table("T", {"a": "A", "n": "N"}, [{"a": "x", "n": 1}, {"a": "x", "n": 2}, {"a": "x", "n": 3}])
        new = old._replace(rows=[{"a": "x", "n": 3}, {"a": "x", "n": 5}])
        found = compare(report({"t": book(tables={"t": old})}), report({"t": book(tables={"t": new})}))
        assert [(row.change, [cell[2:4] for cell in row.cells]) for row in found.tables[0].rows] == [
            (CHANGED, [(1, 5)]),
            (WENT, []),
        ]

    def test_two_rows_with_one_id_do_not_hide_each_other(self):
        twice = REGISTER._replace(rows=[*REGISTER.rows, REGISTER.rows[0]])
        (part,) = differing(report({"tally": book(tables={"register": twice})}))["rows"]
        assert [(row.key["id"], row.change) for row in part.rows] == [("C01", CAME)]


class TestValues:
    @pytest.mark.parametrize(
        ("old", "new"), [(1, 1.0), (None, ""), ("a  b", "a b"), (1.0, 1 + 1e-10), (0.0, 1e-15), (10**400, 10**400)]
    )
    def test_that_are_the_same_to_a_reader(self, old, new):
        assert same(old, new)

    @pytest.mark.parametrize(
        ("old", "new"), [(1, True), (0, False), (1, "1"), (None, 0), (1.0, 1 + 1e-8), (10**400, 1.0), ("A", "a")]
    )
    def test_that_are_not(self, old, new):
        assert not same(old, new)

    @pytest.mark.parametrize(
        ("old", "new", "by"),
        [
            (4, 5, (1, 25)),
            (-4, -2, (2, 50)),
            (0, 5, (5, None)),
            ("1,128", "1,536", (408, pytest.approx(36.17, abs=0.01))),
            ("34%", "40%", (6, None)),
            ("-1.0", "+1.5", (2.5, 250)),
            ("34%", "40", (None, None)),
            ("C07", "C08", (None, None)),
            (None, 5, (None, None)),
            (True, 5, (None, None)),
            (10**400, 5, (None, None)),
        ],
    )
    def test_move_by_a_difference_and_a_percentage_where_they_are_numbers(self, old, new, by):
        assert moved(old, new) == by

    @pytest.mark.parametrize(
        ("old", "new", "alone"),
        [
            ("9 speak (60%).", "12 speak (71%).", True),
            ("H2 leads by 1,128.", "H4 leads by 1,128.", False),
            ("C07 speaks.", "C08 speaks.", False),
            ("9 speak.", "9 shout.", False),
            ("9 speak.", None, False),
        ],
    )
    def test_a_sentence_may_differ_in_figures_only(self, old, new, alone):
        assert figures_only(old, new) is alone
