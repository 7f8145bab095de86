"""A file is there whole or not at all, and a folder of files stays within bounds."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sourcebook import files
from sourcebook.errors import SourcebookError


@pytest.fixture
def path(tmp_path):
    (tmp_path / "name.json").write_text("the last good one")
    return tmp_path / "name.json"


def listed(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


class TestWrite:
    def test_replaces_what_was_there(self, path):
        assert files.write(path, "new: é 🎪") == path
        assert path.read_bytes() == "new: é 🎪".encode() and listed(path) == ["name.json"]

    def test_takes_parts_one_after_the_other(self, path):
        files.write(path, (f"{number}\n" for number in range(3)))
        assert path.read_bytes() == b"0\n1\n2\n"

    def test_leaves_line_ends_as_they_are_on_every_system(self, path):
        files.write(path, "a\nb\r\nc")
        assert path.read_bytes() == b"a\nb\r\nc"

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_that_fails_half_way_leaves_the_old_file_and_no_other(self, path, error):
        def parts():
            yield "half of it"
            assert len(listed(path)) == 2, "the half lies beside it"
            assert path.read_text() == "the last good one"
            raise error

        with pytest.raises(error):
            files.write(path, parts())
        assert path.read_text() == "the last good one" and listed(path) == ["name.json"]

    def test_that_cannot_be_encoded_leaves_the_old_file_and_no_other(self, path):
        with pytest.raises(UnicodeEncodeError):
            files.write(path, "\ud800")
        assert path.read_text() == "the last good one" and listed(path) == ["name.json"]

    def test_that_fails_at_the_end_leaves_the_old_file_and_no_other(self, path, monkeypatch):
        def full(_):
            raise OSError("no space left")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            files.write(path, "new")
        assert path.read_text() == "the last good one" and listed(path) == ["name.json"]

    def test_two_writers_at_once_do_not_meet(self, path):
        def parts():
            files.write(path, "of the other")
            yield "mine"

        files.write(path, parts())
        assert path.read_text() == "mine" and listed(path) == ["name.json"]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
    def test_gives_the_file_the_mode_of_any_new_file(self, path):
        """Not the private one of a temporary file: others may read a report."""
        (path.with_name("plain")).touch()
        files.write(path, "new")
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(path.with_name("plain").stat().st_mode)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, there):
    (tmp_path / "deep").mkdir()
    if there:
        (tmp_path / "deep/real").write_text("old", "utf-8")
    (tmp_path / "link").symlink_to("deep/real")
    assert files.write(tmp_path / "link", "new") == tmp_path / "link"
    assert (tmp_path / "link").is_symlink() and (tmp_path / "deep/real").read_text("utf-8") == "new"
    assert listed(tmp_path / "deep/real") == ["real"]


class TestExport:
    """Where a person says the file is to go."""

    def test_writes_and_gives_back_where(self, path):
        assert files.export(path, "new") == path and path.read_text() == "new"

    @pytest.mark.parametrize("wrong", ["no-such-folder/name", "."])
    def test_where_no_file_can_be_is_told_with_what_to_do(self, tmp_path, wrong):
        with pytest.raises(SourcebookError, match="cannot be written .*Name a file in a folder that there is"):
            files.export(tmp_path / wrong, "new")


class TestPrune:
    @pytest.fixture
    def folder(self, tmp_path):
        for place, name in enumerate(["d", "c", "b", "a"]):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, (place, place))
        return tmp_path

    def test_keeps_so_many_those_used_last(self, folder):
        files.prune(folder, 2)
        assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]

    def test_a_file_that_was_touched_was_used_last(self, folder):
        files.touch(folder / "d")
        files.prune(folder, 1)
        assert [path.name for path in folder.iterdir()] == ["d"]

    def test_leaves_alone_what_another_process_is_writing(self, folder):
        (folder / ".a.12345678").touch()
        files.prune(folder, 4)
        assert len(list(folder.iterdir())) == 5

    def test_to_touch_what_is_gone_is_no_error(self, tmp_path):
        files.touch(tmp_path / "gone")


class TestBelow:
    def test_gives_every_file_by_its_path_sorted(self, tmp_path):
        for name in ("b.txt", "a/c.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(name.encode())
        assert list(files.below(tmp_path).items()) == [("a/c.txt", b"a/c.txt"), ("b.txt", b"b.txt")]

    @pytest.mark.parametrize("name", [".hidden", ".git/x", "a/.ipynb_checkpoints/x", "__pycache__/x.pyc", "draft.md~"])
    def test_leaves_out_what_is_hidden_and_what_python_or_an_editor_left(self, tmp_path, name):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
        assert files.below(tmp_path) == {}


def test_bytes_are_written_as_they_are(tmp_path):
    files.write_bytes(tmp_path / "x", [b"a\r\n", b"\xff"])
    assert (tmp_path / "x").read_bytes() == b"a\r\n\xff" and listed(tmp_path / "x") == ["x"]


class TestSwap:
    """Several files of a folder change at once or not at all."""

    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / "fair/deep").mkdir(parents=True)
        for name in ("a.csv", "b.csv", "deep/c.md"):
            (tmp_path / "fair" / name).write_text("old", "utf-8")
        return tmp_path / "fair"

    def held(self, folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
        }

    def test_the_files_named_change_and_the_others_stay(self, folder):
        files.swap(folder, {"a.csv": "new é", "b.csv": b"new\r\n"})
        assert (folder / "b.csv").read_bytes() == b"new\r\n"
        assert self.held(folder) == {"a.csv": "new é", "b.csv": "new\n", "deep/c.md": "old"}
        assert listed(folder) == ["fair"], "nothing is left beside it"

    def test_a_link_that_leads_nowhere_stays_one_such_as_an_editor_leaves(self, folder):
        (folder / ".#a.csv").symlink_to("nobody@nowhere.1:1")
        files.swap(folder, {"a.csv": "new"})
        assert (folder / ".#a.csv").is_symlink() and (folder / "a.csv").read_text("utf-8") == "new"

    def test_a_file_that_is_a_link_stays_one_and_what_it_leads_to_changes(self, folder, tmp_path):
        (tmp_path / "real.csv").write_text("old", "utf-8")
        (folder / "a.csv").unlink()
        (folder / "a.csv").symlink_to("../real.csv")
        files.swap(folder, {"a.csv": "new", "b.csv": "new"})
        assert (folder / "a.csv").is_symlink() and (tmp_path / "real.csv").read_text("utf-8") == "new"
        assert (folder / "b.csv").read_text("utf-8") == "new"

    def test_it_changes_in_one_step_so_that_at_no_moment_there_is_none(self, folder, monkeypatch):
        def rename(self, target):
            raise AssertionError(f"{self} is moved away")

        monkeypatch.setattr(Path, "rename", rename)
        files.swap(folder, {"a.csv": "new"})
        assert (folder / "a.csv").read_text("utf-8") == "new" and listed(folder) == ["fair"]

    def test_folders_change_places_only_where_both_are_there(self, folder, tmp_path):
        assert not files.exchange(folder, tmp_path / "none") and not files.exchange(tmp_path / "none", folder)
        assert (folder / "a.csv").is_file() and listed(folder) == ["fair"]

    # On a system on which folders cannot change places:

    @pytest.mark.parametrize("call", [1, 2])
    def test_whatever_fails_leaves_the_folder_as_it_was(self, folder, call, monkeypatch):
        real, calls = Path.rename, []

        def rename(self, target):
            calls.append(self)
            if len(calls) == call:
                raise PermissionError(13, "Permission denied")
            return real(self, target)

        before = self.held(folder)
        monkeypatch.setattr(files, "exchange", lambda *_: False)
        monkeypatch.setattr(Path, "rename", rename)
        with pytest.raises(
            SourcebookError, match="cannot be replaced, and is as it was. Permission denied. Let your user write there"
        ):
            files.swap(folder, {"a.csv": "new"})
        assert self.held(folder) == before and listed(folder) == ["fair"]

    def test_where_nothing_can_be_made_beside_it_that_is_told(self, folder, monkeypatch):
        def refuse(**_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(files.tempfile, "mkdtemp", refuse)
        with pytest.raises(SourcebookError, match=r"cannot be replaced, and is as it was\. Permission denied"):
            files.swap(folder, {"a.csv": "new"})

    def test_a_full_disk_is_told_in_one_sentence(self, folder, monkeypatch):
        """shutil would list every file that it could not copy."""

        def copy(source, target, **_):
            target.mkdir()
            raise shutil.Error(
                [(str(source / name), str(target / name), f"[Errno 28] {name}") for name in ("a.csv", "b.csv")]
            )

        before = self.held(folder)
        monkeypatch.setattr(files.shutil, "copytree", copy)
        with pytest.raises(SourcebookError) as told:
            files.swap(folder, {"a.csv": "new"})
        reason = "No space left on device. Make room on that disk, and run the same again."
        assert str(told.value) == f"{folder} cannot be replaced, and is as it was. {reason}"
        assert self.held(folder) == before and listed(folder) == ["fair"]

    def test_killed_between_the_two_renames_it_lies_beside_itself_whole_in_both_versions(self, folder):
        code = (
            "import os, sys; from pathlib import Path; from sourcebook import files; real = Path.rename\n"
            "def rename(self, target):\n"
            "    if self.name == 'new': os._exit(9)\n"
            "    return real(self, target)\n"
            "Path.rename = rename; files.exchange = lambda *_: False; files.swap(Path(sys.argv[1]), {'a.csv': 'new'})"
        )
        assert subprocess.run([sys.executable, "-c", code, folder]).returncode == 9
        (beside,) = folder.parent.iterdir()
        assert beside.name.startswith(".fair-") and not folder.exists()
        assert self.held(beside / "old") == {"a.csv": "old", "b.csv": "old", "deep/c.md": "old"}
        assert self.held(beside / "new") == {"a.csv": "new", "b.csv": "old", "deep/c.md": "old"}
