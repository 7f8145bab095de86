"""A package holds a report and all that it is made from; the same files give the same bytes, wherever they lie."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import cases
import packages
import pytest
import yaml
from click.testing import CliRunner
from frictionless import Package as DataPackage

from sourcebook import digests, files, origin, package, paths, rebuild
from sourcebook.cli import main
from sourcebook.errors import BuildError, PackageError
from sourcebook.verify import verify

VERSION = "1.0"


@pytest.fixture
def top(tmp_path, monkeypatch):
    top = packages.checkout(tmp_path / "checkout", monkeypatch)
    case = top / "data" / "fair" / "case.yml"
    case.write_text(yaml.safe_dump(yaml.safe_load(case.read_text("utf-8")) | {"version": VERSION}), "utf-8")
    return top


@pytest.fixture
def made(top):
    return package.package("")


@pytest.fixture
def held(made):
    return {name: bytes(content) for name, content in verify(made.path).files.items()}


class TestContents:
    def test_it_lies_below_build_under_the_reports_name_and_the_cases_version(self, top, made):
        assert made.path == top / "_build" / "packages" / f"fair-{VERSION}.zip"
        content = made.path.read_bytes()
        assert (made.size, made.digest) == (len(content), digests.content(content))

    def test_another_choice_is_another_package(self, made):
        other = package.package("", ("min_reliability=C",))
        assert other.path != made.path and other.path.name.startswith("fair-") and other.digest != made.digest

    def test_the_files_of_case_notebooks_and_book_are_those_of_the_checkout_byte_by_byte(self, top, held):
        for folder in ("data/fair", "notebooks", "book"):
            here = {f"{folder}/{name}": content for name, content in files.below(top / folder).items()}
            assert here and here == {name: content for name, content in held.items() if name.startswith(f"{folder}/")}
        assert all(held[name] == (top / name).read_bytes() for name in ("_config.yml", "_toc.yml", "requirements.lock"))

    def test_the_code_is_that_which_runs_without_what_python_cached(self, held):
        code = {f"sourcebook/{name}": content for name, content in files.below(Path(package.__file__).parent).items()}
        assert code == {name: content for name, content in held.items() if name.startswith("sourcebook/")}
        assert not [name for name in held if name.endswith(".pyc")]

    def test_the_report_is_there_but_for_what_is_of_this_machine(self, held):
        report = {name.removeprefix("report/") for name in held if name.startswith("report/")}
        assert report == {*packages.REPORT, "parameters.json", "notebooks/tally.ipynb", "notebooks/hue.ipynb"}

    def test_nothing_hidden_and_nothing_an_editor_left_is_there(self, top, made):
        for name in (".hidden", "draft.md~", ".folder/x"):
            (top / "book" / name).parent.mkdir(exist_ok=True)
            (top / "book" / name).write_text("x", "utf-8")
        assert package.package("").digest == made.digest

    def test_the_citation_is_the_reports(self, held):
        told = yaml.safe_load(held["CITATION.cff"])
        assert told["cff-version"] == "1.2.0" and told["version"] == VERSION
        assert told["date-released"] == origin.day(packages.MOMENT)

    def test_commit_and_moment_are_told(self, held):
        assert json.loads(held["origin.json"]) == {"commit": "", "date": packages.MOMENT}

    def test_names_that_a_system_may_not_have_are_refused_and_no_package_is_written(self, top, made):
        before = made.path.read_bytes()
        (top / "book" / "a: b.md").write_text("x", "utf-8")
        (top / "book" / "INDEX.md").write_text("x", "utf-8")
        with pytest.raises(PackageError, match=r"(?s)2 faults.*book/a: b\.md.*rename") as caught:
            package.package("")
        assert "book/index.md" in str(caught.value) and made.path.read_bytes() == before

    @pytest.mark.parametrize("place", ["data/fair/a.txt", "book/a.txt"])
    def test_the_articles_text_does_not_come_in(self, top, place):
        shutil.copy(top / "data" / "article.txt", top / place)
        with pytest.raises(PackageError, match=f"{place}: is the article itself"):
            package.package("")

    def test_a_text_that_the_cases_data_package_lists_does(self, top, monkeypatch):
        """Whoever wrote the article himself may hand it on."""
        shutil.copy(top / "data" / "article.txt", top / "data/fair/article.txt")
        listed = package.described
        monkeypatch.setattr(package, "described", lambda content: [*listed(content), "article.txt"])
        assert "data/fair/article.txt" in verify(package.package("").path).files


class TestSameBytes:
    def test_in_another_folder_time_zone_and_locale(self, made, tmp_path, monkeypatch):
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        monkeypatch.setenv("LC_ALL", "C")
        other = packages.checkout(tmp_path / "quite" / "another", monkeypatch)
        shutil.copy(made.path.parents[2] / "data/fair/case.yml", other / "data/fair/case.yml")
        for path in sorted((other / "data").rglob("*.csv"), reverse=True):
            os.utime(path, (0, 0))
            path.chmod(0o600)
        assert package.package("").path.read_bytes() == made.path.read_bytes()

    def test_from_an_unpacked_package(self, made, tmp_path, monkeypatch):
        """It is a checkout; its date and commit are those it was packed with, though the builder says nothing."""
        with zipfile.ZipFile(made.path) as file:
            file.extractall(tmp_path / "unpacked")
        packages.quick(tmp_path / "unpacked", monkeypatch)
        monkeypatch.delenv(origin.EPOCH)
        assert package.package("").digest == made.digest

    def test_but_not_at_another_moment(self, made, monkeypatch):
        monkeypatch.setenv(origin.EPOCH, str(packages.MOMENT + 2))
        assert package.package("").digest != made.digest


class TestDataPackage:
    @pytest.fixture
    def folder(self, made, tmp_path):
        with zipfile.ZipFile(made.path) as file:
            file.extractall(tmp_path / "unpacked")
        return tmp_path / "unpacked"

    def validated(self, folder, monkeypatch):
        monkeypatch.chdir(folder)
        return DataPackage("datapackage.json").validate()

    def test_frictionless_finds_nothing_and_every_table_has_size_and_digest(self, folder, monkeypatch):
        resources = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
        assert resources and all(each["path"].startswith("data/fair/") for each in resources)
        assert all(each["hash"].startswith("sha256:") and each["bytes"] for each in resources)
        report = self.validated(folder, monkeypatch)
        assert report.valid, report.flatten(["type", "message"])

    def test_frictionless_finds_a_changed_byte_that_breaks_no_rule(self, folder, monkeypatch):
        record = cases.Record(folder / "data" / "fair")
        gist = record.rows("claims")[0]["gist"]
        record.edit("claims.csv", gist, gist[::-1])
        types = {kind for (kind,) in self.validated(folder, monkeypatch).flatten(["type"])}
        assert types == {"hash-count"}


class TestAnotherCase:
    @pytest.fixture
    def other(self, top, monkeypatch):
        """A second case beside the book's own."""
        second = shutil.copytree(top / "data" / "fair", top / "data" / "second")
        told = (second / "datapackage.json").read_text("utf-8")
        (second / "datapackage.json").write_text(told.replace('"name": "fair"', '"name": "second"', 1), "utf-8")
        config = top / "_config.yml"
        config.write_text(f"# kept\n{config.read_text('utf-8')}# kept too\n", "utf-8")
        packages.again(monkeypatch)
        return verify(package.package("second", ("min_reliability=C",)).path).files

    def test_is_the_books_own_in_its_package_and_alone(self, other, tmp_path):
        (tmp_path / "_config.yml").write_bytes(bytes(other["_config.yml"]))
        assert paths.default_case(tmp_path) == "second"
        assert bytes(other["_config.yml"]).startswith(b"# kept\n") and bytes(other["_config.yml"]).endswith(
            b"# kept too\n"
        )
        assert {name.split("/")[1] for name in other if name.startswith("data/")} == {"second"}

    def test_has_the_report_that_is_built_from_just_these_files(self, other):
        assert json.loads(bytes(other["report/parameters.json"]))["min_reliability"] == "C"


class TestWriting:
    def test_a_build_that_fails_leaves_the_last_package_as_it_was(self, made, monkeypatch):
        def fails(*_, **__):
            raise BuildError("no pages")

        before = made.path.read_bytes()
        monkeypatch.setattr(package.book, "build", fails)
        with pytest.raises(BuildError, match="no pages"):
            package.package("")
        assert made.path.read_bytes() == before and [path.name for path in made.path.parent.iterdir()] == [
            made.path.name
        ]

    def test_without_a_pdf_the_package_is_made_all_the_same_and_says_so(self, made, monkeypatch):
        build, said = package.book.build, []

        def unprinted(*given, formats=("html",), **named):
            if "pdf" in formats:
                raise BuildError("there is no printer")
            page = build(*given, **named)
            (page.parents[1] / "fair.pdf").unlink()
            return page

        monkeypatch.setattr(package.book, "build", unprinted)
        files = verify(package.package("", say=said.append).path).files
        assert "report/fair.pdf" not in files and "The package has no PDF: there is no printer" in said

    def test_a_place_that_cannot_be_written_is_named(self, top, tmp_path):
        (tmp_path / "file").write_text("x", "utf-8")
        with pytest.raises(PackageError, match="cannot be written .*--output"):
            package.package("", output=tmp_path / "file" / "x.zip")

    def test_the_command_says_how_many_files_how_large_which_digest_and_where(self, top, tmp_path, monkeypatch):
        monkeypatch.setattr("sourcebook.workers.prepare", lambda: None)
        done = CliRunner().invoke(main, ["package", "--output", str(tmp_path / "new" / "x.zip")])
        assert done.exit_code == 0, done.output
        content = (tmp_path / "new" / "x.zip").read_bytes()
        told = done.output.splitlines()
        assert told[-1] == f"The package: {tmp_path / 'new' / 'x.zip'}"
        assert told[-2].endswith(f"files, {len(content)} bytes, SHA-256 {digests.content(content)}")
        checked = CliRunner().invoke(main, ["verify", str(tmp_path / "new" / "x.zip")])
        assert checked.output.splitlines()[1] == f"SHA-256 of the package: {digests.content(content)}"


def test_a_checkout_that_git_finds_changed_is_said_to_be(top, monkeypatch):
    said = []
    monkeypatch.setattr(origin, "altered", lambda folder: folder == top)
    monkeypatch.setattr(origin, "commit", lambda folder: "c0ffee" * 6)
    package.package("", say=said.append)
    assert any("Files here differ from commit c0ffeec0ffee" in line for line in said)


def test_unpacking_writes_nothing_outside_the_folder_even_if_it_is_not_asked_first(tmp_path):
    with pytest.raises(PackageError):
        rebuild.unpack({"a.txt": b"x", "../b.txt": b"x"}, tmp_path / "in")
    assert not list(tmp_path.iterdir())
