"""A case's own codes are set in every table that has them, with labels, and nothing else of its schema changes."""

import json

import cases
import pytest
from click.testing import CliRunner

from sourcebook import codes
from sourcebook.check import check
from sourcebook.cli import main
from sourcebook.errors import ParameterError


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return cases.checkout(tmp_path)


def typed(*words, code: int = 0):
    result = CliRunner().invoke(main, ["codes", *words])
    assert result.exit_code == code, result.output
    return result


def described(record) -> dict:
    return json.loads((record.folder / "datapackage.json").read_text("utf-8"))


def without(descriptor: dict, column: str) -> dict:
    for resource in descriptor["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] == column:
                del field["categories"], field["constraints"]["enum"]
    return descriptor


class TestSetting:
    def test_they_stand_in_every_table_with_their_labels_and_the_rest_stays(self, record):
        before = described(record)
        typed("fair", "topic", "opening=The day", "ships=Ships", "weather=The  weather", "price=What it costs")
        after = described(record)
        fields = [
            field
            for resource in after["resources"]
            for field in resource["schema"]["fields"]
            if field["name"] == "topic"
        ]
        assert len(fields) == 4
        for field in fields:
            assert field["constraints"]["enum"] == ["opening", "ships", "weather", "price"]
            assert field["categories"][2] == {"value": "weather", "label": "The weather"}
        assert without(after, "topic") == without(before, "topic")
        assert check(record.folder) == []

    def test_a_row_with_a_code_that_is_gone_is_a_fault_and_what_is_printed_says_so(self, record):
        told = typed("fair", "bloc", "town=The town", "outside=Others").stdout
        assert (
            told
            == "datapackage.json: bloc has 2 codes. Rows that have another are faults now: sourcebook check --case fair\n"
        )
        faults = {(fault.file, fault.id, fault.column) for fault in check(record.folder)}
        assert faults == {("actors.csv", "master", "bloc"), ("case.yml", "", "accounts.sides")}

    def test_what_is_listed_can_be_given_again(self, record):
        before = described(record)
        listed = typed("fair", "bloc").stdout.splitlines()
        assert listed == ["town=Town", "port=Port", "outside=Outside"]
        typed("fair", "bloc", *listed)
        assert described(record) == before


class TestRefusing:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["mode", "direct=x"], "the codes of mode are the same in every case"),
            (["topics"], "did you mean topic?"),
            (["zzz"], "the codes of zzz are the same in every case; a case's own are those of bloc and topic\n"),
            (
                ["bloc", "town=x", "no=No"],
                "“no”: YAML, the language of case.yml, reads it as something else than a text",
            ),
            (["topic", "a=Ships\x07"], "“a”: its label holds U+0007, which no text has"),
            (["topic", "a=Ships", "b=Fish", "c= Ships"], "“Ships” is the label of a and c: give each its own"),
            (["topic", "Opening=x"], "“Opening”: a code has small letters"),
            (["topic", "opening"], "“opening”: write a label for readers"),
            (["topic", "opening= "], "“opening”: write a label for readers"),
            (["topic", "a=x", "a=y"], "a code stands twice"),
            (["bloc", *(f"side{number}=x" for number in range(7))], "7 codes, and a bloc has at most 6"),
        ],
    )
    def test_it_says_what_would_be_right_and_writes_nothing(self, record, words, told):
        before = (record.folder / "datapackage.json").read_bytes()
        assert told in typed("fair", *words, code=2).stderr
        assert (record.folder / "datapackage.json").read_bytes() == before

    @pytest.mark.parametrize("code", ["yes", "no", "on", "off", "true", "false", "null", "y", "n"])
    def test_a_code_that_yaml_reads_as_something_else_is_none(self, code):
        with pytest.raises(ParameterError, match=f"“{code}”: YAML"):
            codes.given("bloc", (f"{code}=Label",))

    def test_everything_that_is_wrong_is_told_at_once(self):
        with pytest.raises(ParameterError) as error:
            codes.given("bloc", ("Town", "1=x"))
        assert str(error.value).count("“") == 3
