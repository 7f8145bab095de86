"""A difference is told in full to a program and in brief to a person: the main findings first."""

import json
from itertools import count
from random import Random

import pytest
from click.testing import CliRunner
from twosides import ROWS, VOICES, files, folder, package, register, tally

from sourcebook import difference, reports, telling
from sourcebook.cli import main


def told(new: dict | None = None, old: dict | None = None, **values) -> dict:
    """The document on two reports, of these notebooks and the new one with these parameters."""
    sides = reports.read("old", files(old), {}), reports.read("new", files(new, **values), {})
    return telling.document(*sides, difference.compare(*sides))


def lines(document: dict, everything: bool = False) -> list[str]:
    return telling.lines(document, everything)


def diff(*words: str):
    done = CliRunner().invoke(main, ["diff", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done


@pytest.fixture
def top(tmp_path, monkeypatch):
    """A checkout with two reports: with another parameter, and with what follows from it."""
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "_toc.yml").write_text("chapters: [{file: notebooks/tally}, {file: notebooks/register}]\n")
    folder(tmp_path / "_build" / "fair")
    strict = {"tally": tally("The fair has 5 voices.", "C", VOICES[1:]), "register": register()}
    folder(tmp_path / "_build" / "fair-0c", strict, min_grade="C")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestCommand:
    def test_of_a_report_and_itself_there_is_no_difference_and_no_error(self, top):
        done = diff("fair", "fair")
        assert done.exit_code == 0
        assert done.stdout == (
            "No main finding changed (2 notebooks compared).\nFrom fair to fair. There is no difference.\n"
        )

    def test_with_another_parameter_sentences_moved_and_the_exit_code_asks_for_a_look(self, top):
        done = diff("fair", "fair-0c")
        assert done.exit_code == 1
        first, second, *rest = done.stdout.splitlines()
        assert first == "1 of 2 main findings changed, in figures only: tally."
        assert second == "From fair to fair-0c. What else differs: 1 parameter and 1 chart."
        assert "  min_grade: F → C" in rest
        assert "  tally: The fair has [-9-] {+5+} voices." in rest

    def test_another_value_alone_is_told_and_is_no_reason_to_look(self, top):
        folder(top / "other", {"tally": tally(voices=VOICES[1:]), "register": register()})
        done = diff("fair", "other")
        assert done.exit_code == 0 and done.stdout.startswith("No main finding changed") and "voices" in done.stdout

    def test_the_order_of_rows_is_no_change(self, top):
        folder(top / "other", {"tally": tally(voices=VOICES[::-1]), "register": register(ROWS[::-1])})
        folder(top / "fair", {"tally": tally(voices=VOICES), "register": register(ROWS)})
        assert "There is no difference." in diff(top / "fair", "other").stdout

    def test_a_package_stands_for_the_report_in_it(self, top):
        path = package(top / "fair-1.0.zip")
        assert diff(path, "fair").exit_code == 0
        assert diff(path, "fair-0c").stdout.splitlines()[1].startswith("From fair-1.0 to fair-0c.")

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("fiar", "fair"), "Error: there is no report “fiar”; there are: fair, fair-0c; did you mean fair?\n"),
            (("fair", "_toc.yml"), "Error: 1 fault in package _toc.yml:\n"),
            (("fair", "data"), "Error: data: parameters.json is missing"),
        ],
    )
    def test_where_the_two_cannot_be_compared_the_exit_code_is_not_that_of_a_changed_finding(self, top, words, message):
        done = diff(*words)
        assert done.exit_code == 2 and done.stderr.startswith(message) and done.stdout == ""

    def test_a_notebook_that_cannot_be_read_is_named(self, top):
        (top / "_build/fair/notebooks/tally.ipynb").write_text("{")
        assert "fair: notebooks/tally.ipynb: cannot be read as a notebook" in diff("fair-0c", "fair").stderr

    def test_for_programs_it_is_one_json_document(self, top):
        done = diff("fair", "fair-0c", "--format", "json")
        assert done.exit_code == 1
        document = json.loads(done.stdout)
        assert (document["format"], document["version"]) == ("sourcebook-difference", 1)
        assert document["main_finding_changed"] and not document["same"]
        assert document["new"] == {"name": "fair-0c", "case": "fair", "parameters": {"case": "fair", "min_grade": "C"}}
        assert document["findings"] == [
            {
                "notebook": "tally", "name": "finding", "change": "changed", "old": "The fair has 9 voices.",
                "new": "The fair has 5 voices.", "difference": None, "percent": None, "figures_only": True,
            }
        ]  # fmt: skip

    def test_outside_of_a_checkout_folders_can_be_compared(self, tmp_path, monkeypatch):
        monkeypatch.chdir(folder(tmp_path / "a").parent)
        assert diff("a", "a").exit_code == 0


class TestLines:
    def test_rows_in_which_the_same_changed_share_a_line(self):
        rows = [row | {"counted": "no"} for row in ROWS]
        assert "    ~ Counted: yes → no, in 2: C01, C02" in lines(told({"tally": tally(), "register": register(rows)}))

    def test_rows_in_which_numbers_changed_alike_do_not(self):
        voices = [{"section": name, "voices": 5} for name in ("Call", "Readout")]
        more = [row | {"voices": 6} for row in voices]
        books = [{"tally": tally(voices=each), "register": register()} for each in (voices, more)]
        assert lines(told(*books[::-1]))[-2:] == [
            f"    ~ {name}: Voices: 5 → 6 (+1, +20%)" for name in ("Call", "Readout")
        ]

    def test_rows_of_two_ids_that_went_together_share_one(self):
        rows = [{"section": "Call", "side": side, "voices": 1} for side in ("north", "south")]
        books = [{"tally": tally(voices=each), "register": register()} for each in (rows, [])]
        for book in books:
            spec = book["tally"].cells[-1].outputs[0].data["application/vnd.vegalite.v5+json"]
            spec["usermeta"]["sourcebook"]["columns"] = {"section": "Section", "side": "Side", "voices": "Voices"}
            spec["datasets"]["data-1"].append({"section": "Readout", "side": "north", "voices": 1})
            spec["datasets"]["data-1"].append({"section": "Readout", "side": "south", "voices": 1})
        assert lines(told(*books[::-1]))[-1] == "    - Call: north 1; south 1"

    def test_rows_that_came_and_went_say_what_they_say(self):
        rows = [ROWS[0], {"id": "C03", "gist": "Wants rain.", "counted": "yes"}]
        found = lines(told({"tally": tally(), "register": register(rows)}))
        assert found[1].endswith("What else differs: rows (1 came, 1 went).")
        assert found[-3:] == [
            "  register: register (1 came, 1 went)",
            "    - C02: Wants no fair., yes",
            "    + C03: Wants rain., yes",
        ]

    def test_numbers_come_with_their_difference_and_percentage(self):
        voices = [{"section": "Call", "voices": 12}, {"section": "Readout", "voices": 5}]
        assert "    ~ Call: Voices: 9 → 12 (+3, +33%)" in lines(
            told({"tally": tally(voices=voices), "register": register()})
        )

    def test_what_only_one_report_has_is_said_not_to_be_compared(self):
        found = lines(told({"tally": tally(), "register": register(), "hue": tally()}))
        assert "Not compared, since only new has it: hue." in found

    def test_of_a_long_list_the_first_lines_are_shown_and_the_rest_counted(self):
        rows = [{"id": f"C{number:02}", "gist": str(number), "counted": "yes"} for number in range(1, 54)]
        document = told({"tally": tally(), "register": register(rows)})
        short, full = lines(document), lines(document, everything=True)
        assert short[-1].strip() == "and 34 more (--all)" and len(full) == len(short) + 33
        assert full[: len(short) - 1] == short[:-1]

    def test_nothing_that_a_report_says_can_rewrite_the_terminal(self):
        document = told({"tally": tally("The \x1b[2J\u202efair\ud800."), "register": register()})
        assert not {"\x1b", "\u202e", "\ud800"} & set("".join(lines(document)))
        text = telling.written(document)
        assert not {"\x1b", "\u202e", "\ud800"} & set(text)
        assert json.loads(text)["findings"][0]["new"] == "The \x1b[2J\u202efair\ufffd."

    def test_a_document_of_the_same_reports_is_written_the_same(self):
        assert telling.written(told(min_grade="C")) == telling.written(told(min_grade="C"))


class TestWords:
    def test_that_went_and_came_are_marked_as_git_marks_them(self):
        assert telling.marked(telling.words("Nine voices speak.", "Ten voices shout.")) == (
            "[-Nine-] {+Ten+} voices [-speak.-] {+shout.+}"
        )

    def test_that_are_in_both_are_cut_where_they_are_far_from_a_change(self):
        same = [f"w{number}" for number in range(60)]
        pieces = telling.words(" ".join(["a", *same, "c"]), " ".join(["b", *same, "d"]))
        assert pieces[2] == ("", "w0 w1 w2 w3 w4 w5 … w54 w55 w56 w57 w58 w59")

    def test_of_texts_that_are_too_long_are_told_in_brief(self):
        old, new = (" ".join(f"{word}{number}" for number, _ in zip(count(), range(5000))) for word in "ab")
        assert [(change, len(text)) for change, text in telling.words(old, new)] == [("went", 160), ("came", 160)]

    def test_of_texts_whose_words_repeat_so_much_that_a_comparison_takes_minutes_they_are_told_in_brief(self):
        old, new = "a b " * 300, "b a c " * 200
        assert [(change, len(text)) for change, text in telling.words(old, new)] == [("went", 160), ("came", 160)]

    def test_of_pages_of_prose_every_change_is_told_however_often_they_were_rewritten(self):
        """Words as frequent as in a language: the most frequent is every tenth, the next every twentieth."""
        draw = Random(1)
        ranks = range(1, 3000)
        old = draw.choices(ranks, [1 / rank for rank in ranks], k=1900)
        new = [draw.choice(old) if draw.random() < 0.5 else word for word in old]
        assert len(telling.words(" ".join(map(str, old)), " ".join(map(str, new)))) > 500
