"""A package is checked, built again elsewhere, and the two reports are compared: only the same bytes are exit code 0."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import packages
import pytest
from click.testing import CliRunner
from crates import PROFILES, validated
from frictionless import Package as DataPackage
from scratch import sourcebook, tree

from sourcebook import package, rebuild
from sourcebook.cli import main
from sourcebook.errors import BuildError
from sourcebook.verify import verify


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A small package; the working directory is no checkout."""
    packages.checkout(tmp_path / "checkout", monkeypatch)
    path = package.package("", ("min_reliability=C",)).path
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    return path


def run(path, *words):
    result = CliRunner().invoke(main, ["rebuild", str(path), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


class TestCompared:
    def test_the_same_report_is_exit_0(self, path, monkeypatch):
        packages.again(monkeypatch)
        done = run(path)
        assert done.exit_code == 0 and "6 the same, 0 differ, 0 missing; 0 that" in done.output

    def test_it_says_first_that_it_runs_code(self, path, monkeypatch):
        def made(*_):
            raise AssertionError("run")

        said = []
        monkeypatch.setattr(rebuild, "made", made)
        with pytest.raises(AssertionError):
            rebuild.rebuild(path, say=said.append)
        assert "that is code. Do this only with packages that you trust" in said[-1]

    def test_another_report_is_exit_1_with_what_differs_and_whether_the_values_do(self, path, monkeypatch):
        packages.again(monkeypatch, lambda files: files | {"html/index.html": b"other"})
        done = run(path)
        assert done.exit_code == 1
        assert (
            "  differs: html/index.html\nThe named values are the same.\nWhat differs around it:\n  pandas is "
            in done.output
        )

    def test_a_file_that_is_missing_or_new_is_exit_1(self, path, monkeypatch):
        for change in (lambda files: files | {"html/new.html": b""}, lambda files: files | {"html/index.html": b""}):
            packages.again(monkeypatch, change)
            assert run(path).exit_code == 1

    def test_a_pdf_that_could_not_be_printed_here_is_not_compared_and_that_is_said(self, path, monkeypatch):
        packages.again(
            monkeypatch, lambda files: {name: content for name, content in files.items() if name != "fair.pdf"}
        )
        done = run(path)
        assert done.exit_code == 0 and "fair.pdf was not compared" in done.output and "5 files" in done.output


class TestRefused:
    def test_a_damaged_package_is_not_unpacked(self, path, tmp_path, monkeypatch):
        monkeypatch.setattr(rebuild, "unpack", None)
        done = run(packages.flipped(path, path.stat().st_size // 2, 0, tmp_path / "flipped.zip"))
        assert done.exit_code == 1 and "fault" in done.stderr

    @pytest.mark.parametrize("name", ["../escaped.txt", "{outside}/escaped.txt", "a/../../escaped.txt"])
    def test_a_hostile_one_leaves_nothing_anywhere(self, tmp_path, tmp_path_factory, monkeypatch, name):
        outside = tmp_path_factory.mktemp("outside")
        name = name.format(outside=outside)
        monkeypatch.chdir(tmp_path)
        path = packages.zipped(tmp_path / "x.zip", (packages.entry(name), b"x"), (packages.entry("l", 0o120777), b".."))
        done = run(path, "--keep", "kept")
        assert done.exit_code == 1 and "2 faults" in done.stderr
        assert packages.elsewhere(tmp_path) == {"x.zip"} and not list(outside.iterdir())

    @pytest.mark.parametrize("told", [None, b"", b"[]", b"[" * 100_000])
    def test_one_without_the_reports_parameters_is_named(self, tmp_path, told):
        files = {name: content for name, content in packages.tiny().items() if name != "ro-crate-metadata.json"}
        files |= {} if told is None else {"report/parameters.json": told}
        done = run(packages.packed(tmp_path / "x.zip", packages.described(files)))
        assert done.exit_code == 1 and "report/parameters.json: does not tell" in done.stderr

    def test_a_folder_that_is_not_empty_is_not_written_into(self, path, tmp_path):
        (tmp_path / "kept").mkdir()
        (tmp_path / "kept" / "mine").write_text("x", "utf-8")
        done = run(path, "--keep", str(tmp_path / "kept"))
        assert done.exit_code == 1 and "is there and not empty" in done.stderr
        assert packages.elsewhere(tmp_path / "kept") == {"mine"}


class TestMade:
    """What the other process is given, and what becomes of its report."""

    @pytest.fixture
    def started(self, monkeypatch):
        """Stand in for the process: it builds a report, or fails."""
        calls = []

        def start(code=0, report=True):
            def run(command, cwd, env, **_):
                calls.append((command, Path(cwd), env))
                if report:
                    packages.report(Path(cwd) / "_build" / "fair")
                return subprocess.CompletedProcess(command, code, "", "no printer\n")

            monkeypatch.setattr(subprocess, "run", run)
            return calls

        return start

    def test_it_builds_in_the_folder_everything_anew_with_this_sourcebook_and_the_packages_date(
        self, started, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
        calls = started()
        rebuild.made(tmp_path, {"size": 3}, True, print)
        ((command, folder, env),) = calls
        assert folder == tmp_path and "-P" in command and {"build", "--fresh", "--format", "all"} <= set(command)
        assert json.loads(Path(command[-1]).read_text("utf-8")) == {"size": 3}
        assert "SOURCE_DATE_EPOCH" not in env and env["PYTHONSAFEPATH"] == "1"
        assert env["PYTHONPATH"].split(os.pathsep)[0] == str(Path(rebuild.__file__).resolve().parents[1])

    def test_a_report_without_its_pdf_is_taken_and_the_reason_told(self, started, tmp_path):
        started(code=1)
        said = []
        assert "html/index.html" in rebuild.made(tmp_path, {}, False, said.append)
        assert "no printer" in said[0]

    def test_no_report_is_an_error_with_what_was_printed(self, started, tmp_path):
        started(code=1, report=False)
        with pytest.raises(BuildError, match="(?s)could not be built from the files of the package.*no printer"):
            rebuild.made(tmp_path, {}, False, print)


def test_what_is_kept_is_the_unpacked_package(path, tmp_path, monkeypatch):
    packages.again(monkeypatch)
    run(path, "--keep", str(tmp_path / "kept"))
    kept, held = tree(tmp_path / "kept"), verify(path).files
    assert {name for name in held if not name.startswith("report/")} == {
        name for name in kept if not name.startswith("_build/")
    }


@pytest.fixture
def real(published):
    """The package of the checkout's own report."""
    (path,) = (published / "packages").iterdir()
    return path


@pytest.fixture(scope="module")
def unpacked(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(next((published / "packages").iterdir())) as file:
        file.extractall(folder)
    return folder


@pytest.mark.long
class TestReal:
    """The checkout's own report: packed, validated, damaged, and built again in another folder under other settings."""

    @pytest.mark.parametrize("severity", ["REQUIRED", "RECOMMENDED"])
    @pytest.mark.parametrize("profile", PROFILES)
    def test_the_validator_finds_nothing(self, real, tmp_path, profile, severity):
        checks, issues = validated(real, tmp_path / "cache", profile, severity)
        print(f"{profile}, {severity}: {checks} checks, {len(issues)} issues")
        assert checks > 30 and issues == []

    def test_the_validator_does_find_what_is_missing(self, unpacked, tmp_path):
        (tmp_path / "crate").mkdir()
        told = json.loads((unpacked / "ro-crate-metadata.json").read_text("utf-8"))
        for entity in told["@graph"]:
            entity.pop("license", None)
            entity.pop("instrument", None)
        (tmp_path / "crate" / "ro-crate-metadata.json").write_text(json.dumps(told), "utf-8")
        assert validated(tmp_path / "crate", tmp_path / "cache", PROFILES[1], "REQUIRED")[1]

    def test_frictionless_finds_nothing(self, unpacked, monkeypatch):
        monkeypatch.chdir(unpacked)
        report = DataPackage("datapackage.json").validate()
        assert report.valid and report.stats["tasks"] > 5

    def test_it_holds_what_a_stranger_needs_and_no_path_of_the_machine(self, real, unpacked):
        needed = ["README.md", "LICENSE", "LICENSE-DATA", "CITATION.cff", "requirements.lock", "environment.yml", "pyproject.toml",
                  "Makefile", "origin.json", "docs/archive.md", "report/html/index.html", "report/parameters.json"]  # fmt: skip
        assert all((unpacked / name).is_file() for name in needed)
        content = real.read_bytes()
        assert str(real.parent).encode() not in content and sys.prefix.encode() not in content

    def test_it_verifies_outside_of_a_checkout_and_a_flipped_bit_is_named_with_its_file(self, real, tmp_path):
        done = sourcebook(tmp_path, "verify", str(real))
        assert done.returncode == 0 and "every hash right" in done.stdout
        held, content = verify(real).files, real.read_bytes()
        for name in ("report/html/index.html", "data", "ro-crate-metadata.json"):
            name = next(each for each in held if each.startswith(name))
            start = content.index(bytes(held[name]))
            done = sourcebook(tmp_path, "verify", str(packages.flipped(real, start + 5, 1, tmp_path / "flipped.zip")))
            assert done.returncode == 1 and f"{name}: changed" in done.stderr

    def test_it_is_built_again_to_the_same_bytes_elsewhere(self, real, tmp_path, monkeypatch):
        for name, value in {
            "TZ": "Pacific/Kiritimati",
            "PYTHONHASHSEED": "7",
            "LC_ALL": "C.UTF-8",
            "SOURCE_DATE_EPOCH": "1000000000",
        }.items():
            monkeypatch.setenv(name, value)
        done = sourcebook(tmp_path, "rebuild", str(real))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 differ, 0 missing; 0 that the package does not have" in done.stdout
        assert not list(tmp_path.iterdir())
