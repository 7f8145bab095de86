"""What lies in a case's folder and is no file of the case is refused before anything reads it."""

import os
import shutil

import cases
import pytest

from sourcebook.check import check
from sourcebook.errors import CaseError
from sourcebook.package import package
from sourcebook.strays import strays
from sourcebook.texts import described

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes of Unix")


@pytest.fixture
def record(tmp_path):
    (tmp_path / "secret.md").write_text("A word of the machine.\n", "utf-8")
    return cases.checkout(tmp_path / "top")


def linked(record, name, target):
    path = record.folder / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize(
    "name", ["claims.csv", "case.yml", "datapackage.json", "commentary/claims.md", "notes.txt", "deep"]
)
@pytest.mark.parametrize("target", ["secret.md", "top", "/dev/zero", "top/README.md"])
def test_a_link_that_leads_out_of_the_case_is_a_fault_and_nothing_behind_it_is_told(record, tmp_path, name, target):
    (tmp_path / "top/README.md").write_text("A word of the machine.\n", "utf-8")
    linked(record, name, tmp_path / target)
    for found in (check(record.folder), strays(record.folder)):
        assert [(fault.file, fault.found) for fault in found] == [(name, "a link that leads out of the case")]


def test_no_command_reads_on(record, tmp_path, monkeypatch):
    """A commentary behind a link would be published, and a file of any name be packed."""
    linked(record, "commentary/claims.md", tmp_path / "secret.md")
    with pytest.raises(
        CaseError, match="commentary/claims.md: a link that leads out of the case; put the file itself there"
    ):
        described(record.folder)
    with pytest.raises(CaseError, match="commentary/claims.md: a link that leads out of the case"):
        monkeypatch.chdir(tmp_path / "top")
        package("fair")


@pytest.mark.parametrize("name", ["claims.csv", "datapackage.json", "notes.txt", "commentary/claims.md"])
def test_nobody_waits_at_a_pipe(record, name):
    path = record.folder / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    assert [(fault.file, fault.found) for fault in check(record.folder)] == [(name, "a pipe, socket or device")]


@pytest.mark.parametrize("target", ["nowhere", "notes.txt"])
def test_a_link_that_leads_nowhere_is_told_as_such(record, target):
    linked(record, "notes.txt", target)
    assert [fault.found for fault in check(record.folder)] == ["a link that leads nowhere"]


def test_cases_of_a_checkout_may_share_a_file_and_an_editors_lock_is_none(record):
    shutil.move(record.folder / "actors.csv", record.folder.parent / "actors.csv")
    linked(record, "actors.csv", "../actors.csv")
    linked(record, ".#claims.csv", "nobody@nowhere.1:1")
    assert check(record.folder) == []


def test_a_folder_that_is_a_link_itself_is_the_case_that_it_leads_to(record, tmp_path):
    (tmp_path / "elsewhere").symlink_to(record.folder)
    assert check(tmp_path / "elsewhere") == []
