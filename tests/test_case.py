"""Loading a case: typed frames that were checked, by the case's name or path."""

import cases
import pytest

from sourcebook.case import inventory, load, locate
from sourcebook.errors import CaseError, SourcebookError


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return cases.write(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def case(record):
    return load(str(record.folder))


class TestLoad:
    """What is loaded is whole, typed and sound, or it is not loaded."""

    def test_every_table_is_there_with_every_row(self, case):
        assert {name: len(frame) for name, frame in case.tables.items()} == {
            name: len(rows) for name, rows in cases.tables().items()
        }
        assert all(list(frame.index) == list(range(len(frame))) for frame in case.tables.values())

    def test_a_table_is_an_attribute_too(self, case):
        assert case.claims is case.tables["claims"]
        assert case.claims["id"].tolist() == ["C01", "C02", "C03"]

    def test_an_attribute_that_is_no_table_is_an_attribute_error_that_names_it(self, case):
        with pytest.raises(AttributeError, match="case fair has no table clams"):
            _ = case.clams

    def test_what_is_not_a_table_is_in_meta(self, case):
        assert (case.name, case.meta["assessor"], case.meta["title"]) == ("fair", "tides", "The fair")
        assert case.choices == {}

    def test_a_case_with_faults_is_refused_with_all_of_them(self, tmp_path):
        record = cases.write(tmp_path)
        record.set("claims", "C01", topic="wether")
        record.set("relations", "L05", to_id="J99")
        record.meta(assessor="tide")
        with pytest.raises(CaseError) as caught:
            load(str(record.folder))
        assert [(fault.file, fault.column) for fault in caught.value.faults] == [
            ("case.yml", "assessor"), ("claims.csv", "topic"), ("relations.csv", "to_id"),
        ]  # fmt: skip


class TestLocate:
    """A case is named as in data/, or by a path, or not at all."""

    @pytest.fixture
    def checkout(self, tmp_path):
        (tmp_path / "notebooks").mkdir()
        (tmp_path / "data").mkdir()
        cases.write(tmp_path / "data")
        (tmp_path / "_config.yml").write_text("sphinx: {config: {sourcebook_case: data/fair}}\n", "utf-8")
        return tmp_path

    def test_by_name_in_the_checkout_around_a_folder(self, checkout):
        assert locate("fair", checkout / "notebooks") == (checkout / "data/fair").resolve()

    def test_no_name_is_the_books_own_case(self, checkout):
        assert locate("", checkout) == (checkout / "data/fair").resolve()

    def test_by_path_outside_any_checkout(self, record):
        assert locate(str(record.folder)) == record.folder.resolve()

    def test_one_that_is_not_there_is_an_error_with_the_cases_that_are(self, checkout):
        with pytest.raises(SourcebookError, match="no case “fare”; the cases here are fair; did you mean fair?"):
            locate("fare", checkout)

    def test_a_name_cannot_lead_out_of_data(self, checkout):
        (checkout / "elsewhere").mkdir()
        for name in ("../elsewhere", "/", "fair/../../elsewhere"):
            with pytest.raises(SourcebookError, match="there is no case"):
                locate(name, checkout)


class TestInventory:
    """The files that a report rests on, countable and comparable."""

    def test_it_has_every_table_with_its_rows(self, case):
        listed = inventory(case)
        assert listed.columns.tolist() == ["file", "rows", "sha256"]
        assert dict(zip(listed["file"], listed["rows"], strict=True)) == {
            f"{name}.csv": len(rows) for name, rows in cases.tables().items()
        }

    def test_a_hash_changes_with_its_file_and_only_with_it(self, tmp_path):
        record = cases.write(tmp_path)
        before = inventory(load(str(record.folder)))
        record.set("claims", "C03", gist="Another gist.")
        after = inventory(load(str(record.folder)))
        assert after["file"][before["sha256"] != after["sha256"]].tolist() == ["claims.csv"]
