"""A multiverse is run once for each different set of choices, can be stopped at any moment, and gives one table."""

import csv
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import yaml
from room import EXPECTED, HEADER, SPACE, SUMS, multiverse, small
from scratch import ROOT, checkout, own, sourcebook

from sourcebook import multiverse as verse
from sourcebook import outcomes
from sourcebook import sweep as sweeping
from sourcebook.analysis import hypotheses
from sourcebook.case import load
from sourcebook.coders import coded_by
from sourcebook.errors import CaseError, ParameterError, RunError, SourcebookError
from sourcebook.parameters import declared
from sourcebook.paths import notebooks
from sourcebook.selection import keep
from sourcebook.store import Store
from sourcebook.sweep import Sweep, sweep
from sourcebook.workers import Workers

TABLE = "\n".join([HEADER, *EXPECTED]) + "\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    top = small(tmp_path_factory.mktemp("whole") / "top")
    return load("", top), declared(notebooks(top))


class Room:
    """The small checkout of a test, whose runs are made in this process: `ran` names them."""

    def __init__(self, top: Path, case, known):
        self.top, self.known, self.ran = top, known, []
        self.case = replace(case, folder=top / "data" / "fair")

    def plan(self, **fixed) -> Sweep:
        return Sweep(self.case, verse.read(self.case), self.known, self.top, fixed)

    def each(self, job, tasks):
        for task in tasks:
            notebook, parameters, *_ = task
            self.ran.append((notebook.stem, parameters))
            grade, size = parameters.get("min_reliability", "F"), parameters.get("size", 3)
            colour = parameters.get("colour", "red")
            if notebook.stem == "tally":
                total = 10 * "ABCDEF".index(grade) + size
                yield task, {"total": total, "half": size / 2, "word": f"{grade}, {size}", "aside": 1}
            else:
                yield task, {"shade": f"{colour} {grade}", "depth": None if colour == "blue" else 7}

    def sweep(self, *words, **more) -> Path:
        self.ran.clear()
        return sweep(self.case, self.top, *words, say=lambda line: None, **more)


@pytest.fixture
def room(whole, tmp_path, monkeypatch):
    case, known = whole
    found = Room(shutil.copytree(case.folder.parent.parent, tmp_path / "top"), case, known)
    monkeypatch.setattr(sweeping, "_team", lambda *_: nullcontext(found))
    return found


def rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestTheTable:
    def test_has_one_row_a_specification_as_the_notebooks_give_it(self, tmp_path):
        """Run as it is run: notebooks, forked by workers."""
        top, said = small(tmp_path / "top"), []
        path = sweep(load("", top), top, say=said.append)
        assert path == top / "_build" / "multiverse" / "fair" / "outcomes.csv"
        assert path.read_bytes() == TABLE.encode()
        assert said == ["12 of 12 specifications; 10 new runs"]
        assert len(verse.outcomes(load("", top))) == 12

    def test_agrees_with_the_analysis_done_directly(self, tmp_path):
        """Eight specifications of the book's own case: its notebooks against the functions behind them."""
        top = checkout(tmp_path / "top")
        file = own(top) / "multiverse.yml"
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        told["outcomes"] = {"hypotheses": ["leaders", "margin", "n_items", "score_*"], "claims": ["n_claims"]}
        told["axes"] = {name: told["axes"][name] for name in ("min_reliability", "evidence", "weights")}
        for axis in told["axes"].values():
            axis["values"] = axis["values"][:2]
        file.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")
        case = load("", top)
        found = rows(sweep(case, top, say=lambda line: None))
        for row, (grade, evidence, weights) in zip(found, product("FE", ("reported", "all"), ("grades", "equal"))):
            assert (row["min_reliability"], row["evidence"], row["weights"]) == (grade, evidence, weights)
            kept = keep(coded_by(case), min_reliability=grade)
            items = hypotheses.evidence(kept, evidence, False)
            matrix = hypotheses.matrix(kept.consistency, items, "all")
            figures = hypotheses.figures(
                hypotheses.scores(matrix, items, kept.hypotheses, weights), matrix, kept.hypotheses
            )
            assert row["claims.n_claims"] == str(len(kept.claims))
            watched = [name.removeprefix("hypotheses.") for name in row if name.startswith("hypotheses.")]
            assert len(watched) == 3 + len(case.hypotheses)
            assert [row[f"hypotheses.{name}"] for name in watched] == [str(figures[name]) for name in watched]
        assert len(found) == 8 and len({row["hypotheses.score_H1"] for row in found}) > 2

    def test_is_the_same_to_the_byte_when_nothing_has_to_run(self, room):
        first = room.sweep().read_bytes()
        assert first == TABLE.encode() and len(room.ran) == 10
        assert room.sweep().read_bytes() == first and room.ran == []

    def test_holds_words_as_data(self, room):
        """What a notebook glues may hold commas, quotation marks and line ends."""
        swept, hostile = room.plan(), 'a,"b"\n=1+1 é'
        with Store(room.top / "made.sqlite") as store:
            for run in swept.runs(0):
                store.put(run.key, {"word": hostile, "shade": hostile})
            path = outcomes.write(swept, [0], store, room.top / "out", None)
        assert rows(path)[0]["tally.word"] == rows(path)[0]["hue.shade"] == hostile


class TestRuns:
    def test_that_differ_only_in_what_the_notebook_does_not_take_are_one(self, room):
        room.sweep()
        assert sorted(name for name, _ in room.ran) == ["hue"] * 4 + ["tally"] * 6
        assert len({json.dumps(run) for run in room.ran}) == 10

    def test_are_told_only_what_is_no_default(self, room):
        (tally, hue) = room.plan().runs(0)
        assert tally.parameters == hue.parameters == {}
        (tally, hue) = room.plan().runs(11)
        assert tally.parameters == {"min_reliability": "C", "size": 5}
        assert hue.parameters == {"colour": "blue", "min_reliability": "C"}

    def test_are_kept_when_a_value_is_added_to_an_axis(self, room):
        room.sweep()
        multiverse(room.top, SPACE["outcomes"], SPACE["axes"] | {"size": SPACE["axes"]["size"] | {6: "huge"}})
        assert len(rows(room.sweep())) == 16
        assert [(name, parameters["size"]) for name, parameters in room.ran] == [("tally", 6), ("tally", 6)]

    def test_are_made_anew_when_other_outcomes_of_the_notebook_are_asked_for(self, room):
        room.sweep()
        multiverse(room.top, {"tally": ["total", "aside"], "hue": ["*"]})
        assert rows(room.sweep())[0]["tally.aside"] == "1"
        assert {name for name, _ in room.ran} == {"tally"}

    @pytest.mark.parametrize("file", ["data/fair/claims.csv", "notebooks/hue.ipynb", "requirements.lock"])
    def test_are_made_anew_when_the_record_the_code_or_the_lock_changed(self, room, file):
        room.sweep()
        path = room.top / file
        path.write_text(path.read_text(encoding="utf-8").replace("Gist", "A gist").replace("show.glue(", "show.glue( "))
        if file == "requirements.lock":
            path.write_text("pandas==4\n")
        room.sweep()
        assert len(room.ran) == 10

    def test_of_another_case_are_told_so(self, room, monkeypatch):
        monkeypatch.setattr(sweeping.paths, "default_case", lambda top: "other")
        assert [run.parameters for run in room.plan().runs(0)] == [{"case": "fair"}] * 2

    def test_start_from_the_cases_own_parameters(self, room):
        room.case.meta["parameters"] = {"size": 5}
        try:
            swept = room.plan()
            assert [run.parameters for run in swept.runs(swept.base)] == [{"size": 5}, {}]
            assert swept.base == 4 and next(swept.runs(0)).parameters == {}
        finally:
            del room.case.meta["parameters"]


class TestASample:
    @pytest.fixture
    def wide(self, room):
        """Forty specifications; twelve of them are the report's own and those one choice away."""
        sizes = {size: f"size {size}" for size in range(3, 13)}
        multiverse(room.top, SPACE["outcomes"], SPACE["axes"] | {"size": sizes})
        return room.plan()

    def test_holds_the_reports_own_specification_and_all_that_are_one_choice_away(self, wide):
        own = {"min_reliability": "F", "size": "3", "colour": "red"}
        near = {
            wide.space.place(own),
            wide.space.place(own | {"min_reliability": "C"}),
            wide.space.place(own | {"colour": "blue"}),
        }
        near |= {wide.space.place(own | {"size": str(size)}) for size in range(3, 13)}
        assert len(near) == 12
        for seed in range(5):
            assert near <= set(wide.places(15, seed))
        assert set(wide.places(12)) == near

    def test_has_the_size_that_was_asked_for_in_the_order_of_the_grid(self, wide):
        for size in (12, 13, 20, 39):
            places = wide.places(size, 1)
            assert list(places) == sorted(set(places)) and len(places) == size

    def test_is_the_same_for_the_same_seed_and_another_for_another(self, wide):
        assert wide.places(20, 1) == wide.places(20, 1)
        assert len({tuple(wide.places(20, seed)) for seed in range(5)}) == 5

    def test_of_all_or_more_is_the_whole_grid(self, wide):
        assert list(wide.places()) == list(wide.places(40)) == list(wide.places(1000)) == list(range(40))

    def test_that_is_too_small_is_refused_with_the_smallest_size(self, wide):
        with pytest.raises(
            ParameterError, match=r"--sample 11 is too small: .* always run, so a sample has at least 12"
        ):
            wide.places(11)

    def test_is_recorded_beside_its_table_whose_gaps_show_it(self, room):
        path = room.sweep(size=8, seed=3)
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert told["sample"] == {"size": 8, "seed": 3} and told["grid"] == 12
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 9 and set(lines[1:]) < set(EXPECTED)
        again = room.sweep(size=8, seed=3)
        assert again.read_text(encoding="utf-8").splitlines() == lines and room.ran == []


class TestFixedParameters:
    def test_hold_for_every_run_and_their_table_lies_apart(self, room):
        multiverse(room.top, SPACE["outcomes"], {name: SPACE["axes"][name] for name in ("min_reliability", "size")})
        usual, blue = room.sweep(), room.sweep(("colour=blue",))
        assert [parameters for name, parameters in room.ran if name == "hue"] == [
            {"colour": "blue"}, {"colour": "blue", "min_reliability": "C"},
        ]  # fmt: skip
        assert usual.parent.name == "fair" and re.fullmatch("fair-[0-9a-f]{8}", blue.parent.name)
        assert rows(usual)[0]["hue.shade"] == "red F" and rows(blue)[0]["hue.shade"] == "blue F"
        assert json.loads(blue.with_suffix(".json").read_text())["fixed"] == {"colour": "blue"}

    def test_that_are_axes_are_refused(self, room):
        with pytest.raises(
            ParameterError, match="colour, size: an axis of multiverse.yml, of which every value is run; leave it out"
        ):
            room.sweep(("size=3", "colour=blue"))
        assert room.ran == []

    def test_are_not_stored_with_the_case(self, room):
        with pytest.raises(ParameterError, match="--save stores what the report shows"):
            room.sweep(("colour=blue",), save=True)
        assert room.ran == [] and not (room.case.folder / "outcomes.csv").exists()


class TestFaults:
    def test_of_axes_and_outcomes_are_told_all_at_once_before_anything_runs(self, room):
        axes = {
            "colur": {"red": "warm", "blue": "cold"},
            "case": {"fair": "this", "foul": "that"},
            "min_reliability": {"F": "all", "Z": "none"},
            "size": {4: "larger", "four": "larger", "big": "large"},
            "colour": {"red": "warm", "blue": "cold", "green": "neither"},
        }
        multiverse(room.top, {"taly": ["x"], "hue": ["shade"]}, axes)
        file = room.case.folder / "multiverse.yml"
        file.write_text(file.read_text(encoding="utf-8").replace("value: big", "value: 4"), encoding="utf-8")
        with pytest.raises(CaseError) as caught:
            room.sweep()
        assert [(fault.column, fault.found.split(";")[0]) for fault in caught.value.faults] == [
            ("axes.case", "there is no such parameter"),
            ("axes.colour.values", "colour: found “green”"),
            ("axes.colur", "there is no such parameter"),
            ("axes.min_reliability.values", "min_reliability: found “Z”"),
            ("axes.size.values", "not the report's own choice, “3”"),
            ("axes.size.values", "size: found 'four', it must be of type int"),
            ("axes.size.values", "“4” twice"),
            ("outcomes.taly", "there is no such notebook"),
        ]
        told = str(caught.value)
        assert "did you mean colour?" in told and "did you mean tally?" in told and "every axis holds it" in told
        assert room.ran == [] and not (room.top / "_build").exists()

    def test_an_outcome_that_no_notebook_glues_is_told_with_those_that_there_are(self, room):
        multiverse(room.top, {"tally": ["totals"]})
        with pytest.raises(
            CaseError, match=r"“totals” is no figure of this notebook; its figures are aside, half, total, word"
        ):
            room.sweep()

    def test_a_case_without_a_multiverse_is_told_how_to_get_one(self, room):
        (room.case.folder / "multiverse.yml").unlink()
        with pytest.raises(SourcebookError, match=r"data/fair has no multiverse\.yml: write one"):
            room.sweep()


class TestFailedRuns:
    def test_are_told_all_at_once_with_their_parameters_and_the_others_are_kept(self, tmp_path):
        """Two raise, two kill their process; the workers go on."""
        fails = "import os\nassert size != 4, 'too large'\nif size == 5: os.kill(os.getpid(), 9)\n"
        top = small(tmp_path / "top", sums=fails + SUMS)
        with pytest.raises(SourcebookError) as caught:
            sweep(load("", top), top, say=lambda line: None)
        lines = str(caught.value).splitlines()
        assert lines[0] == "4 of 10 runs failed; the results of the others are kept."
        assert sorted(lines[1:-1]) == [
            "  tally with min_reliability=C, size=4: cell 3: AssertionError: too large",
            "  tally with min_reliability=C, size=5: cell 3: DeadKernelError: the process of the run died (exit code -9, as where memory runs out)",
            "  tally with size=4: cell 3: AssertionError: too large",
            "  tally with size=5: cell 3: DeadKernelError: the process of the run died (exit code -9, as where memory runs out)",
        ]
        assert len(kept(top)) == 6
        assert not (top / "_build" / "multiverse" / "fair" / "outcomes.csv").exists(), "no table with holes in it"

    def test_beyond_ten_are_counted(self, room, monkeypatch):
        error = RunError("tally", 3, "ValueError: x", "Mend it.")
        monkeypatch.setattr(room, "each", lambda job, tasks: [(task, error) for task in tasks])
        monkeypatch.setattr(sweeping, "TOLD", 3)
        with pytest.raises(SourcebookError) as caught:
            room.sweep()
        lines = str(caught.value).splitlines()
        assert len(lines) == 6 and lines[0].startswith("10 of 10 runs failed") and lines[4] == "  and 7 more"
        assert lines[1] == "  tally with its defaults: cell 3: ValueError: x"

    def test_alone_are_repeated(self, room, monkeypatch):
        whole = room.each

        def some(job, tasks):
            for place, (task, result) in enumerate(whole(job, tasks)):
                yield task, MemoryError("no room") if place in (2, 5) else result

        monkeypatch.setattr(room, "each", some)
        with pytest.raises(SourcebookError, match=r"2 of 10 runs failed(.|\n)*MemoryError: no room"):
            room.sweep()
        monkeypatch.setattr(room, "each", whole)
        assert room.sweep().read_bytes() == TABLE.encode() and len(room.ran) == 2


def kept(top: Path) -> dict[str, str]:
    """The results in a store, read as anybody could."""
    path = top / "_build" / "multiverse" / "fair" / "runs.sqlite"
    if not path.exists():
        return {}
    file = sqlite3.connect(path)
    try:
        return dict(file.execute("SELECT key, outcomes FROM runs"))
    except sqlite3.OperationalError:  # it is being made just now
        return {}
    finally:
        file.close()


def test_a_killed_sweep_goes_on_where_it_was(tmp_path):
    """No finished run is repeated, and the table is that of a sweep that nothing disturbed, to the byte."""
    slow = 'import time\nwith open("log", "a") as log: print(size, min_reliability, file=log)\ntime.sleep(0.2)\n'
    top = small(tmp_path / "top", sums=slow + SUMS)
    command = [sys.executable, "-m", "sourcebook.cli", "multiverse", "--workers", "1"]
    process = subprocess.Popen(command, cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    while len(kept(top)) < 3 and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = kept(top)
    assert 3 <= len(before) < 10
    (top / "log").rename(top / "first")
    done = sourcebook(top, "multiverse", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert f"12 of 12 specifications; {10 - len(before)} new run" in done.stdout
    assert before.items() <= kept(top).items() and len(kept(top)) == 10
    ended = {json.loads(outcomes)["word"].replace(",", "") for outcomes in before.values() if "word" in outcomes}
    again = {" ".join(reversed(line.split())) for line in (top / "log").read_text().splitlines()}
    assert ended and not ended & again
    assert (top / "_build" / "multiverse" / "fair" / "outcomes.csv").read_bytes() == TABLE.encode()


class TestReady:
    """What a build does, so that the report never shows a table that is out of step."""

    @pytest.fixture
    def ready(self, room, monkeypatch):
        monkeypatch.setattr(sweeping, "Workers", lambda: nullcontext(room))

        def call():
            said = []
            room.ran.clear()
            sweeping.ready(room.case, room.known, room.top, sweeping.silent, said.append)
            return said

        return call

    def test_makes_a_table_that_is_missing_and_leaves_the_record_alone(self, room, ready):
        (said,) = ready()
        assert said.startswith("outcomes.csv is out of step with the record: running all 12 specifications")
        assert len(verse.outcomes(room.case)) == 12 and not (room.case.folder / "outcomes.csv").exists()

    def test_does_nothing_where_one_is_in_step(self, room, ready):
        room.sweep(save=True)
        assert ready() == [] and room.ran == [] and not (room.top / "_build/multiverse/fair/outcomes.csv").exists()

    def test_does_nothing_where_there_is_no_multiverse(self, room, ready):
        (room.case.folder / "multiverse.yml").unlink()
        assert ready() == [] and room.ran == []

    def test_runs_a_sample_where_there_are_many(self, room, ready, monkeypatch):
        monkeypatch.setattr(sweeping, "MANY", 8)
        (said,) = ready()
        assert "running a sample of 8 specifications (for all of them: sourcebook multiverse --save)" in said
        assert len(verse.outcomes(room.case)) == 8
        assert ready() == [] and room.ran == []

    def test_the_sample_is_as_large_as_the_choices_are_many(self, room, ready, monkeypatch):
        """Each of them is in it, so that a build never asks for a larger sample than anybody spoke of."""
        monkeypatch.setattr(sweeping, "MANY", 3)
        (said,) = ready()
        assert "running a sample of 5 specifications" in said and len(verse.outcomes(room.case)) == 5

    def test_makes_another_when_the_record_changes(self, room, ready):
        room.sweep(save=True)
        path = room.case.folder / "claims.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("Gist", "A gist"), encoding="utf-8")
        assert len(ready()) == 1 and len(room.ran) == 10


class TestTheStoredTable:
    """The table of outcomes that is stored with the book's own case."""

    @pytest.fixture(scope="class")
    @classmethod
    def record(cls):
        return load("", ROOT)

    def test_is_in_step_with_record_axes_and_code(self, record):
        told = outcomes.description(record.folder)
        assert told["made"] == verse.made(record, verse.read(record), ROOT), "run: sourcebook multiverse --save"
        assert told["sample"] is None and told["fixed"] == {}
        assert len(verse.outcomes(record)) == told["grid"] == len(verse.read(record))

    def test_has_the_rows_that_a_run_gives(self, record, tmp_path):
        """A dozen specifications, run again."""
        space = verse.read(record)
        swept = Sweep(record, space, declared(notebooks(ROOT)), ROOT)
        places = sorted({swept.base, *random.Random(1).sample(range(len(space)), 11)})
        with Store(tmp_path / "runs.sqlite") as store, Workers() as team:
            swept.fill(places, store, team.each)
            made = rows(outcomes.write(swept, places, store, tmp_path, None))
        stored = rows(record.folder / "outcomes.csv")
        assert made == [stored[place] for place in places]
