"""What multiverse.yml says, where each specification stands in the grid, and whether the table of outcomes is in step."""

import json
import shutil
from dataclasses import replace

import pytest
import yaml
from room import EXPECTED, multiverse, small

from sourcebook import digests
from sourcebook import multiverse as module
from sourcebook import outcomes as table
from sourcebook.case import load
from sourcebook.errors import CaseError, SourcebookError
from sourcebook.fitting import unknown
from sourcebook.multiverse import outcomes, read
from sourcebook.parameters import declared
from sourcebook.paths import notebooks
from sourcebook.store import Store
from sourcebook.sweep import Sweep


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return load("", small(tmp_path_factory.mktemp("whole") / "top"))


@pytest.fixture
def case(whole, tmp_path):
    """The case in a checkout of the test's own."""
    top = shutil.copytree(whole.folder.parent.parent, tmp_path / "top")
    return replace(whole, folder=top / "data" / "fair")


class TestRead:
    def test_gives_axes_choices_and_outcomes_in_the_order_of_the_file(self, case):
        space = read(case)
        assert [axis.name for axis in space.axes] == ["min_reliability", "size", "colour"]
        assert [(choice.text, choice.label, choice.value) for choice in space.axes[1].choices] == [
            ("3", "as it is", 3), ("4", "larger", 4), ("5", "largest", 5),
        ]  # fmt: skip
        assert space.axes[0].label == "Min_Reliability" and space.axes[0].because == "It could be otherwise."
        assert space.outcomes == {"tally": ("total", "half", "word"), "hue": ("*",)}
        assert len(space) == 12

    def test_gives_none_where_the_case_has_none(self, case):
        (case.folder / "multiverse.yml").unlink()
        assert read(case) is None and outcomes(case) is None

    def test_texts_are_those_of_the_command_line(self, case):
        values = [True, False, 6, 0.5, "F", [], ["b", "a"]]
        file = case.folder / "multiverse.yml"
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        told["axes"]["size"]["values"] = [{"value": value, "label": "so"} for value in values]
        file.write_text(yaml.safe_dump(told, sort_keys=False))
        assert [choice.text for choice in read(case).axes[1].choices] == ["yes", "no", "6", "0.5", "F", "", "a,b"]

    def test_tells_every_fault_of_form_at_once(self, case):
        axis = {"label": "A", "because": "B", "values": [{"value": 1, "label": "one"}, {"value": 2, "label": "two"}]}
        faulty = {
            "outcomes": {"tally": [], "hue": [""], "other": "x"},
            "axes": {
                "a": {**axis, "values": axis["values"][:1]},
                "b": {key: value for key, value in axis.items() if key != "because"},
                "c": {**axis, "labell": "C"},
                "d": {**axis, "values": [{"value": None, "label": "none"}, {"value": {}, "label": "many"}]},
                "e": {**axis, "label": ""},
                "f": {**axis, "values": [{"value": 1}, {"label": "two", "value": 2}]},
            },
            "axis": {},
        }
        (case.folder / "multiverse.yml").write_text(yaml.safe_dump(faulty))
        with pytest.raises(CaseError) as caught:
            read(case)
        assert {fault.column for fault in caught.value.faults} == {
            "outcomes.tally", "outcomes.hue.0", "outcomes.other", "axis", "axes.a.values", "axes.b", "axes.c.labell",
            "axes.d.values.0.value", "axes.d.values.1.value", "axes.e.label", "axes.f.values.0",
        }  # fmt: skip
        assert {fault.file for fault in caught.value.faults} == {"multiverse.yml"}
        assert "did you mean label?" in str(caught.value) and "did you mean axes?" in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("axes: [unclosed", "row 1: not readable as YAML"),
            ("", "None is not of type 'object'"),
            ("- a", "is not of type 'object'"),
            ("axes: {}\noutcomes: {}", "key axes"),
            ("outcomes: {tally: [x]}", "no axes; "),
        ],
    )
    def test_a_file_of_another_kind_is_a_fault(self, case, text, told):
        (case.folder / "multiverse.yml").write_text(text)
        with pytest.raises(CaseError) as caught:
            read(case)
        assert "multiverse.yml" in str(caught.value) and told in str(caught.value)


class TestTheGrid:
    def test_the_last_axis_varies_fastest(self, case):
        space = read(case)
        texts = [",".join(choice.text for choice in space.at(place).values()) for place in range(len(space))]
        assert texts == [",".join(line.split(",")[1:4]) for line in EXPECTED]

    def test_place_and_specification_lead_to_each_other_everywhere(self, case):
        space = read(case)
        for place in range(len(space)):
            assert space.place({name: choice.text for name, choice in space.at(place).items()}) == place

    def test_a_value_that_is_on_no_axis_has_no_place(self, case):
        assert read(case).place({"min_reliability": "F", "size": "6", "colour": "red"}) is None


class TestWatched:
    def test_names_come_in_the_order_of_the_patterns_each_once(self, case):
        space = module.Multiverse((), {"tally": ("z", "score_*", "*b", "nothing")})
        assert space.watched("tally", {"score_b", "score_a", "z", "b", "Score_c"}) == ["z", "score_a", "score_b", "b"]

    def test_a_pattern_that_fits_nothing_is_a_fault_that_names_what_there_is(self, case):
        (fault,) = unknown(read(case), {"tally": ["totals", "half", "word"], "hue": ["x"]})
        assert str(fault) == (
            "multiverse.yml, key outcomes.tally: “total” is no figure of this notebook; "
            "its figures are half, totals, word; did you mean totals?"
        )


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A checkout whose case has a table of outcomes beside it, of made-up results."""
    top = small(tmp_path_factory.mktemp("swept") / "top")
    write(top)
    return top


def write(top, places=None, folder=None, sample=None, total=50):
    case = load("", top)
    space = read(case)
    swept = Sweep(case, space, declared(notebooks(top)), top)
    with Store(top / "made.sqlite") as store:
        for place in range(len(space)):
            for run in swept.runs(place):
                if run.notebook.stem == "tally":
                    store.put(run.key, {"total": total, "half": 0.5, "word": "NA"})
                else:
                    store.put(run.key, {"shade": "", "depth": None if place % 2 else 7})
        table.write(swept, range(len(space)) if places is None else places, store, folder or case.folder, sample)


@pytest.fixture
def there(swept, tmp_path):
    return shutil.copytree(swept, tmp_path / "there")


class TestOutcomes:
    def test_are_typed_one_row_a_specification(self, there):
        frame = outcomes(load("", there))
        assert list(frame["run"]) == list(range(1, 13))
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
            "run": "int64", "min_reliability": "str", "size": "str", "colour": "str", "tally.total": "Int64",
            "tally.half": "float64", "tally.word": "str", "hue.depth": "Int64", "hue.shade": "str",
        }  # fmt: skip
        assert set(frame["tally.word"]) == {"NA"} and set(frame["hue.shade"]) == {""}, "words are words"
        assert frame["hue.depth"].isna().sum() == 6

    def test_that_were_never_made_are_told_with_the_command_that_makes_them(self, case):
        with pytest.raises(SourcebookError) as caught:
            outcomes(case)
        assert str(caught.value) == (
            "outcomes.csv of case fair is out of step: it has not been made yet. Run: sourcebook multiverse --case fair"
        )

    @pytest.mark.parametrize(
        ("file", "old", "new", "reason"),
        [
            ("data/fair/claims.csv", "Gist of C01", "The gist of C01", "claims.csv changed"),
            ("data/fair/datapackage.json", "Made up by the tests", "Made up", "datapackage.json changed"),
            ("data/fair/case.yml", "assessor: tides", "parameters: {size: 4}\nassessor: tides", "case.yml changed"),
            ("data/fair/multiverse.yml", "value: blue", "value: Blue", "multiverse.yml changed"),
            ("notebooks/tally.ipynb", "size / 2", "size / 3", "notebooks/tally.ipynb changed"),
        ],
    )
    def test_made_from_something_else_are_out_of_step_and_the_reason_is_told(self, there, file, old, new, reason):
        path = there / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(SourcebookError) as caught:
            outcomes(load("", there))
        assert f"is out of step: {reason}. Run: sourcebook multiverse --case fair" in str(caught.value)

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("data/fair/case.yml", "title: The fair", "title: The great fair"),
            (
                "data/fair/case.yml",
                "authors:",
                "date: 2031-05-06\npublisher: Tide\ndoi: 10.1234/a\nkeywords: [fair]\nauthors:",
            ),
            ("data/fair/case.yml", "authors:", "url: https://example.org/fair\nauthors:\n- {given: Ada, family: Holm}"),
            ("data/fair/multiverse.yml", "It could be otherwise.", "Why not?"),
            ("data/fair/multiverse.yml", "label: warm", "label: hot"),
            ("data/fair/commentary/claims.md", "In short", "In brief"),
            ("notebooks/tally.ipynb", "# A question", "# Another question"),
        ],
    )
    def test_stay_in_step_when_only_words_for_readers_changed(self, there, file, old, new):
        path = there / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert len(outcomes(load("", there))) == 12

    def test_that_lack_a_figure_which_is_now_asked_for_are_out_of_step(self, there):
        multiverse(there, {"tally": ["total", "half", "word", "aside"], "hue": ["*"]})
        with pytest.raises(SourcebookError, match=r"multiverse\.yml changed"):
            outcomes(load("", there))

    @pytest.mark.parametrize("damage", ["byte", "half", "gone", "description"])
    def test_that_are_damaged_are_not_taken(self, there, damage):
        table = there / "data" / "fair" / "outcomes.csv"
        if damage == "byte":
            table.write_text(table.read_text().replace(",50,", ",51,", 1))
        elif damage == "half":
            table.write_text(table.read_text()[:100])
        elif damage == "gone":
            table.unlink()
        else:
            table.with_suffix(".json").write_text("{")
        with pytest.raises(SourcebookError, match="Run: sourcebook multiverse --case fair"):
            outcomes(load("", there))

    @pytest.mark.parametrize(
        ("keys", "old", "new"),
        [
            (("schema", "fields", 4, "type"), "", "boolean"),
            (("schema", "fields", 4, "type"), "", ["integer"]),
            (("schema", "fields"), "", 7),
            (("schema",), "", None),
            (("sample",), "", "so many"),
            (("made",), "", [1]),
            (("made",), "", {"parameter size": "{"}),
            ((), "\n3,", "\n99999999999999999999,"),
            ((), "\n3,", "\n13,"),
            ((), "\n3,", "\n2,"),
            ((), "\n3,", "\n,"),
            ((), "\n3,", "\n4,"),
            ((), "tally.total", "tally.other"),
            ((), "run,", "no,"),
            ((), ",50,", ",fifty,"),
        ],
    )
    def test_that_are_not_what_a_sweep_writes_are_not_taken_though_their_hash_is_right(self, there, keys, old, new):
        """Each ended in a traceback, blamed on a cell of the notebook that asked for them."""
        path = there / "data" / "fair" / "outcomes.csv"
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if keys:
            place = told
            for key in keys[:-1]:
                place = place[key]
            place[keys[-1]] = new
        else:
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            told["hash"] = f"sha256:{digests.file(path)}"
            told = json.loads(json.dumps(told).replace(old, new)) if old == "tally.total" else told
        path.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
        with pytest.raises(SourcebookError, match="Run: sourcebook multiverse --case fair"):
            outcomes(load("", there))

    def test_nested_more_deeply_than_python_goes_are_not_taken(self, there):
        (there / "data" / "fair" / "outcomes.json").write_text("[" * 200_000)
        with pytest.raises(SourcebookError, match="it has not been made yet"):
            outcomes(load("", there))

    def test_made_here_do_where_those_of_the_case_are_out_of_step(self, there):
        path = there / "data" / "fair" / "claims.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("Gist of C01", "The gist of C01"), encoding="utf-8")
        write(there, [0, 1, 2], module.results(load("", there), there), {"size": 3, "seed": 0}, total=60)
        frame = outcomes(load("", there))
        assert list(frame["run"]) == [1, 2, 3] and set(frame["tally.total"]) == {60}

    def test_of_all_specifications_go_before_a_sample(self, there):
        results = module.results(load("", there), there)
        write(there, [0, 1, 2], results, {"size": 3, "seed": 0})
        assert len(outcomes(load("", there))) == 12
        write(there, None, results)
        write(there, [0, 1, 2], there / "data" / "fair", {"size": 3, "seed": 0})
        assert len(outcomes(load("", there))) == 12

    def test_are_described_as_a_data_resource(self, there):
        told = json.loads((there / "data" / "fair" / "outcomes.json").read_text(encoding="utf-8"))
        fields = [field["name"] for field in told["schema"]["fields"]]
        header = (there / "data" / "fair" / "outcomes.csv").read_text(encoding="utf-8").splitlines()[0]
        assert ",".join(fields) == header and told["path"] == "outcomes.csv"
        assert (told["grid"], told["sample"], told["fixed"]) == (12, None, {})
