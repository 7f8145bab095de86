"""Everything made from a checkout is dated by its last commit, not by the clock; copies without git are dated as well."""

import json
import shutil
import subprocess

import pytest
from scratch import git

from sourcebook import origin
from sourcebook.errors import SourcebookError

COMMITTED = 1_700_000_000


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch):
    monkeypatch.delenv(origin.EPOCH, raising=False)


@pytest.fixture
def top(tmp_path):
    """A folder with a record that was created on a certain day, not under version control."""
    case = tmp_path / "checkout" / "data" / "fair"
    case.mkdir(parents=True)
    (case / "datapackage.json").write_text(json.dumps({"created": "2001-02-03T00:00:00Z"}), "utf-8")
    return tmp_path / "checkout"


@pytest.fixture
def committed(top, monkeypatch):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    git(top, "init", "-q")
    git(top, "add", "-A")
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{COMMITTED} +0530")
    git(top, "commit", "-qm", "as it was")
    return top


def date(top):
    return origin.date(top, top / "data" / "fair")


class TestTheMoment:
    def test_is_that_of_the_last_commit_whatever_changed_since(self, committed):
        (committed / "data" / "fair" / "datapackage.json").write_text("{}", "utf-8")
        assert date(committed) == COMMITTED

    def test_is_another_where_the_builder_says_so(self, committed, monkeypatch):
        monkeypatch.setenv(origin.EPOCH, "1234567890")
        assert date(committed) == 1234567890

    @pytest.mark.parametrize("wrong", ["yesterday", "-1", "0", "1.5", "²", "99999999999", "1" * 5000])
    def test_must_be_one_that_exists(self, committed, monkeypatch, wrong):
        monkeypatch.setenv(origin.EPOCH, wrong)
        with pytest.raises(SourcebookError, match="whole number of seconds") as caught:
            date(committed)
        assert len(str(caught.value)) < 300

    def test_of_an_unpacked_package_is_the_one_it_was_packed_with(self, top):
        (top / "origin.json").write_text(json.dumps({"commit": "", "date": COMMITTED}), "utf-8")
        assert date(top) == COMMITTED

    def test_of_an_unpacked_package_is_its_own_even_inside_another_repository(self, committed):
        (committed / "origin.json").write_text(json.dumps({"commit": "c0ffee", "date": COMMITTED - 1}), "utf-8")
        assert date(committed) == COMMITTED - 1 and origin.commit(committed) == "c0ffee"

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"date": "x"}', '{"date": Infinity}', "[" * 100_000])
    def test_is_that_of_the_commit_where_the_packages_file_tells_none(self, committed, content):
        (committed / "origin.json").write_text(content, "utf-8")
        assert date(committed) == COMMITTED and len(origin.commit(committed)) == 40

    def test_of_a_copy_without_git_is_the_day_the_record_was_created(self, top):
        assert origin.day(date(top)) == "2001-02-03"

    def test_never_lies_before_the_first_that_an_archive_can_hold(self, top):
        (top / "data" / "fair" / "datapackage.json").write_text(json.dumps({"created": "1970-01-01"}), "utf-8")
        assert date(top) == origin.FIRST
        (top / "data" / "fair" / "datapackage.json").unlink()
        assert date(top) == origin.FIRST

    def test_never_lies_after_the_last_either(self, top):
        (top / "data" / "fair" / "datapackage.json").write_text(
            json.dumps({"created": "9999-12-31T23:00-14:00"}), "utf-8"
        )
        assert date(top) == origin.LAST and origin.day(date(top)) == "2106-02-07"
        (top / "origin.json").write_text(json.dumps({"date": 10**30}), "utf-8")
        assert date(top) == origin.LAST

    def test_is_told_in_universal_time(self):
        assert origin.day(COMMITTED) == "2023-11-14"


class TestTheCommit:
    def said(self, top):
        return git(top, "rev-parse", "HEAD").strip()

    def test_is_what_git_says_without_git_being_asked(self, committed, monkeypatch):
        said = self.said(committed)
        monkeypatch.setattr(subprocess, "run", None)
        assert origin.commit(committed) == origin.commit(committed / "data") == said

    def test_is_found_where_references_are_packed(self, committed, monkeypatch):
        git(committed, "pack-refs", "--all")
        said = self.said(committed)
        monkeypatch.setattr(subprocess, "run", None)
        assert origin.commit(committed) == said

    def test_is_found_without_a_branch(self, committed):
        git(committed, "checkout", "-q", "--detach")
        assert origin.commit(committed) == self.said(committed)

    def test_is_found_in_a_worktree(self, committed, tmp_path):
        git(committed, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
        (tmp_path / "other" / "new").write_text("new", "utf-8")
        git(tmp_path / "other", "add", "new")
        git(tmp_path / "other", "commit", "-qm", "new")
        assert origin.commit(tmp_path / "other") == self.said(tmp_path / "other") != self.said(committed)

    def test_is_nothing_outside_git(self, top):
        assert origin.commit(top) == ""


class TestAltered:
    def test_files_are_those_of_the_commit_until_one_changes(self, committed):
        assert not origin.altered(committed)
        (committed / "data" / "fair" / "datapackage.json").write_text("{}", "utf-8")
        assert origin.altered(committed)

    def test_a_new_file_counts(self, committed):
        (committed / "new").write_text("", "utf-8")
        assert origin.altered(committed)

    def test_outside_git_nothing_can_be_told(self, top):
        assert not origin.altered(top)
