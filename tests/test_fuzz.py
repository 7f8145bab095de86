"""Whatever is brought, by a user or by a stranger, gives a result or an error that says where: never another exception.

SOURCEBOOK_FUZZ says how many inputs `make long` tries, SOURCEBOOK_FUZZ_SEED which. By default they are the same at every run: a
fault that was always there is for whoever looks for faults, not for whoever sends a change on the day that finds it.
"""

import json
import os
import resource
import warnings
from collections import Counter

import cases
import fuzz
import proof
import pytest
import scratch

from sourcebook import bibliography, parameters, paths, reports
from sourcebook.check import check, described
from sourcebook.errors import CaseError, Fault, ParameterError, SourcebookError
from sourcebook.parameters import Parameter

SHORT, LONG = 4000, 100_000  # inputs that `make test` and `make long` try


def of(targets: list, number: int) -> dict[str, int]:
    """How many of a number of inputs each target gets, at least ten."""
    whole = sum(target.share for target in targets)
    return {target.name: max(10, round(number * target.share / whole)) for target in targets}


def tried(number: int, seed: int) -> dict[str, fuzz.Tried]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with fuzz.workshop() as targets:
        wanted = of(targets, number)
        done = {target.name: fuzz.tries(target, wanted[target.name], seed) for target in targets}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < fuzz.MEMORY
    return done


@pytest.fixture(scope="module")
def short():
    """The same inputs at every run."""
    return tried(SHORT, 0)


def faults(done: dict[str, fuzz.Tried]) -> str:
    return "\n".join(f"{name}: {fault}" for name, each in done.items() for fault in each.faults.values())


class TestInputsMadeAtRandom:
    def test_each_gives_a_result_or_an_error_of_ours_that_says_where(self, short):
        assert not faults(short), faults(short)

    def test_both_ways_of_making_them_were_used_and_both_answers_came(self, short):
        """Else the readers were not reached, or never refused anything."""
        assert all(each.hypothesis and each.mutation for each in short.values())
        answers = sum((each.outcomes for each in short.values()), Counter())
        assert min(answers["taken"], answers["refused"]) > SHORT / 5

    @pytest.mark.long
    def test_many_more_of_them_do_so_too(self):
        seed = int(os.environ.get("SOURCEBOOK_FUZZ_SEED") or 1)
        done = tried(int(os.environ.get("SOURCEBOOK_FUZZ") or LONG), seed)
        assert not faults(done), f"SOURCEBOOK_FUZZ_SEED={seed}\n{faults(done)}"


class TestTheHarness:
    """It notices what it is there to notice."""

    def target(self, take) -> fuzz.Target:
        return fuzz.Target("toy", 1, take, lambda rng: rng.randbytes(3), fuzz.st.binary(), "toy.yml")

    def wrong(self, take) -> str:
        return "".join(fuzz.tries(self.target(take), 10).faults.values())

    def test_an_exception_that_is_not_ours(self):
        assert "KeyError" in self.wrong(lambda given: {}[given])

    def test_a_warning(self):
        assert "UserWarning" in self.wrong(lambda given: warnings.warn("careful", stacklevel=2))

    def test_an_input_that_takes_for_ever(self, monkeypatch):
        def for_ever(given):
            try:
                while True:
                    pass
            except Exception:
                pass  # as a reader that catches all

        monkeypatch.setattr(fuzz, "PATIENCE", 0.01)
        assert "Hang" in self.wrong(for_ever)

    @pytest.mark.parametrize(
        ("message", "found"),
        [
            ("oops", "does not say where"),
            ("toy.yml, site-packages/x.py", "tells of the machine"),
            ("toy.yml " + "x" * 10**6, "1000008 signs|… signs"),
        ],
    )
    def test_a_message_that_no_person_should_get(self, message, found):
        def refuse(given):
            raise SourcebookError(message)

        assert any(part in self.wrong(refuse) for part in found.split("|"))

    def test_a_fault_that_steers_a_terminal(self):
        assert "a message with U+" in self.wrong(lambda given: ["a.csv: \x1b[2J"])


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


class TestWhatItFound:
    """Each of these once ended in a traceback, or in a message that a terminal obeys."""

    def test_a_message_writes_out_what_steers_a_terminal_or_turns_letters_round(self):
        assert str(ParameterError("found “\x1b[2J\u202ecba\x9b”")) == "found “\\x1b[2J\\u202ecba\\x9b”"
        assert str(ParameterError("one\ntwo\tthree “á 👩\u200d🚀”")) == "one\ntwo\tthree “á 👩\u200d🚀”"

    def test_a_fault_stands_in_one_line_and_shows_the_beginning_of_a_long_cell(self, record):
        record.set("claims", "C01", topic="a\nclaims.csv, row 9: forged " + "x" * 9_000)
        (fault,) = [str(fault) for fault in check(record.folder)]
        assert fault.startswith("claims.csv, row 2 (C01), column topic: found “a\\nclaims.csv, row 9: forged xxx")
        assert "\n" not in fault and len(fault) < 1500

    @pytest.mark.parametrize("escape", ["\\U00110000", "\\UFFFFFFFF"])
    def test_an_escape_for_no_character_is_told_of_wherever_yaml_is_read(self, record, tmp_path, escape):
        record.data("case.yml", lambda content: content + f'publisher: "{escape}"\n'.encode())
        (fault,) = check(record.folder)
        assert (fault.file, fault.found) == ("case.yml", "not readable as YAML")
        (tmp_path / "given.yml").write_text(f'coder: "{escape}"\n')
        with pytest.raises(
            ParameterError, match=r"given\.yml cannot be used:\n  an escape in it stands for no character"
        ):
            parameters.read(tmp_path / "given.yml")
        (tmp_path / "_config.yml").write_text(f'title: "{escape}"\n')
        with pytest.raises(SourcebookError, match=r"_config\.yml cannot be read"):
            paths.settings(tmp_path / "_config.yml")

    @pytest.mark.parametrize("value", ["!!int ''", "!!bool x", "[" * 100_000, "!!timestamp x"])
    def test_settings_that_yaml_can_make_nothing_of_are_told_of(self, tmp_path, value):
        (tmp_path / "_config.yml").write_text(f"title: {value}\n")
        with pytest.raises(SourcebookError, match=r"_config\.yml cannot be read"):
            paths.settings(tmp_path / "_config.yml")

    def test_an_entry_of_the_bibliography_that_no_page_could_show_is_a_fault_of_the_case(self, record):
        record.edit("references.bib", "{{The fair}}", '"The fair} {"')
        (fault,) = [fault for fault in check(record.folder) if fault.file == "references.bib"]
        assert "not readable as BibTeX" in fault.found
        with pytest.raises(Exception, match="unbalanced braces"):
            bibliography.entries(record.folder)

    @pytest.mark.parametrize("value", [10**5000, [10**5000], {"a": 10**5000}], ids=["bare", "listed", "mapped"])
    def test_a_number_of_5000_digits_is_no_value_of_any_parameter(self, value):
        known = {
            name: Parameter(name, name, None, "", "", ()) for name in ("int", "float", "list", "str", "bool", "date")
        }
        for name in known:
            with pytest.raises(
                ParameterError, match=f"{name}: found a number of very many digits, it must be of type {name}"
            ):
                parameters.checked({name: value}, known, None)

    def test_a_parameters_cell_whose_default_is_no_value_is_told(self, tmp_path):
        scratch.notebook(tmp_path / "tally.ipynb", parameters="n = 1.2.3")
        with pytest.raises(ParameterError, match=r"notebooks/tally\.ipynb: the default of n is no plain value"):
            parameters.declared([tmp_path / "tally.ipynb"])


class TestDescriptor:
    """A datapackage.json that is no description of a case's tables is told, and nothing after it trips over it."""

    @pytest.fixture
    def told(self, record):
        def told(change) -> str:
            package = cases.descriptor()
            table = next(each for each in package["resources"] if each["name"] == "claims")
            fields = {field["name"]: field for field in table["schema"]["fields"]}
            change(package, table["schema"], fields)
            (record.folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
            with pytest.raises(CaseError) as error:
                described(record.folder)
            assert check(record.folder) == error.value.faults and {fault.file for fault in error.value.faults} == {
                "datapackage.json"
            }
            return str(error.value)

        return told

    @pytest.mark.parametrize(
        ("change", "found"),
        [
            (lambda package, schema, fields: fields["topic"].pop("type"), "'type' is a required property"),
            (lambda package, schema, fields: fields["topic"].update(constraints={"enum": [["a"]]}), "is not of type 'string', 'integer'"),
            (lambda package, schema, fields: fields["topic"].update(constraints=[]), "is not of type 'object'"),
            (lambda package, schema, fields: fields["id"]["constraints"].update(pattern="("), "is not a 'pattern'"),
            (lambda package, schema, fields: fields["start"]["constraints"].update(minimum=None), "is not of type 'integer', 'string'"),
            (lambda package, schema, fields: fields["start"]["constraints"].update(minimum="0"), "its minimum is a text; write a whole number"),
            (lambda package, schema, fields: fields["credibility"]["constraints"].update(enum=["1"]), "found the codes 1; write whole numbers"),
            (lambda package, schema, fields: fields["topic"].pop("constraints"), "no list of codes"),
            (lambda package, schema, fields: fields["start"].update(type="string"), "found the type string; it is integer in every case"),
            (lambda package, schema, fields: fields["gist"].update(name="gest"), "no column gist; every case has it"),
            (lambda package, schema, fields: schema["fields"].append(fields["id"]), "id described twice"),
            (lambda package, schema, fields: package["resources"].append(package["resources"][0]), "paragraphs described twice"),
            (lambda package, schema, fields: schema.update(primaryKey=["ids"]), "names claims.ids, which there is not; did you mean id?"),
            (lambda package, schema, fields: schema["foreignKeys"][0]["reference"].update(resource="actor"), "which there is not; did you mean actors?"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_with_it_and_where(self, told, change, found):
        assert found in told(change)

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"resources": ' + "9" * 5000 + "}"])
    def test_nested_too_deeply_or_with_a_number_too_long_it_is_no_json(self, record, text):
        (record.folder / "datapackage.json").write_text(text)
        (fault,) = check(record.folder)
        assert fault.file == "datapackage.json" and fault.found.startswith("not JSON")


def test_another_s_report_is_refused_in_one_readable_message():
    with pytest.raises(SourcebookError, match=r"fair: parameters\.json does not tell the parameters"):
        reports.read("fair", {"parameters.json": b'{"case": "\\u001b"'}, {})


def test_faults_are_told_apart_by_what_they_show():
    assert str(Fault("a.csv", "x\ny", "z")) == "a.csv: x\\ny; z"


def test_the_table_of_the_guide_is_the_one_that_was_tried(short):
    rows = [[name, f"{each.hypothesis + each.mutation:,}", len(each.faults) or "none"] for name, each in short.items()]
    inputs = sum(each.hypothesis + each.mutation for each in short.values())
    rows.append(["all", f"{inputs:,}", sum(len(each.faults) for each in short.values()) or "none"])
    proof.shows(
        "fuzz",
        [
            "what is read",
            "inputs of `make test`",
            "neither a result nor an error that says where",
        ],
        rows,
    )
