"""The identifier of a folder is git's hash of it."""

import shutil

import pytest
from scratch import git

from sourcebook import swhid

FILES = {"a.py": b"1", "a/b.py": b"", "a/c/d.py": b"2", "a-b": b"3", "ä.txt": b"4"}


def test_it_is_what_git_says_of_the_same_files(tmp_path):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    git(tmp_path, "init", "-q")
    git(tmp_path, "-c", "core.autocrlf=false", "add", "-A")
    assert swhid.tree(FILES).hex() == git(tmp_path, "write-tree").strip()


def test_it_is_one_of_a_folder_and_changes_with_a_byte():
    address = swhid.address(FILES)
    assert (
        address.startswith("https://archive.softwareheritage.org/swh:1:dir:") and len(address.rpartition(":")[2]) == 40
    )
    assert swhid.address(FILES | {"a.py": b"2"}) != address
