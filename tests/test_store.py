"""What was put is found again, by any process, whatever became of the one that put it."""

import sqlite3

import jobs
import pytest

from sourcebook import store
from sourcebook.errors import SourcebookError
from sourcebook.store import Store
from sourcebook.workers import Died, Worker, Workers


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "runs.sqlite"


class TestAResult:
    def test_is_found_as_it_was_put(self, path):
        outcomes = {"text": "é 🎪", "none": None, "whole": 3, "fraction": 0.1, "order": "z", "a": "last"}
        with Store(path) as store:
            store.put("a", outcomes)
            assert store.get("a") == outcomes and list(store.get("a")) == list(outcomes)

    def test_stays_when_the_store_is_closed(self, path):
        with Store(path) as store:
            store.put("a", {"x": 1})
        with Store(path) as store:
            assert store.get("a") == {"x": 1} and not store.damaged

    def test_may_be_empty(self, path):
        with Store(path) as store:
            store.put("a", {})
            assert store.get("a") == {} and "a" in store

    def test_that_is_put_again_replaces_the_first(self, path):
        with Store(path) as store:
            store.put("a", {"x": 1})
            store.put("a", {"x": 2})
            assert store.get("a") == {"x": 2}

    def test_that_there_is_not_is_none(self, path):
        with Store(path) as store:
            store.put("a", {})
            assert store.get("b") is None and "b" not in store
            assert store.missing(["a", "b", "c"]) == 2


class TestProcesses:
    def test_see_at_once_what_another_has_put(self, path):
        with Store(path) as one, Store(path) as other:
            one.put("a", {"x": 1})
            assert other.get("a") == {"x": 1}
            other.put("b", {"x": 2})
            assert one.get("b") == {"x": 2}

    def test_that_are_killed_lose_nothing_that_they_put(self, path):
        keys, worker = [f"key {number}" for number in range(50)], Worker()
        with pytest.raises(Died):
            worker.call(jobs.store_and_die, path, keys)
        with Store(path) as store:
            assert not store.damaged and store.missing(keys) == 0

    def test_may_open_and_fill_it_at_once(self, tmp_path):
        with Workers(2) as team:
            found = dict(team.each(jobs.store, [(tmp_path, who, 60) for who in (1, 2)]))
        assert list(found.values()) == [True, True]
        for number in range(60):
            with Store(tmp_path / f"{number}.sqlite") as store:
                assert store.missing(["of 1", "of 2"]) == 0


class TestDamage:
    @pytest.fixture
    def filled(self, path):
        with Store(path) as store:
            for number in range(500):
                store.put(f"{number:032}", {"text": "x" * 50})
        return path

    @pytest.mark.parametrize(
        "change",
        [
            lambda whole: b"no database at all" * 100,
            lambda whole: whole[: len(whole) // 2],
            lambda whole: whole[:4096] + bytes(4096) + whole[8192:],
            lambda whole: b"X" + whole[1:],
        ],
        ids=["another file", "half of it", "a page of nothing", "its first byte"],
    )
    def test_is_flagged_and_the_store_begins_anew(self, filled, change):
        filled.write_bytes(change(filled.read_bytes()))
        with Store(filled) as store:
            assert store.damaged and store.missing(f"{number:032}" for number in range(500)) == 500
            store.put("a", {"x": 1})
        with Store(filled) as store:
            assert not store.damaged and store.get("a") == {"x": 1}

    def test_a_file_that_cannot_be_used_just_now_is_told_and_left_as_it_is(self, path, monkeypatch):
        """It is busy, or the disk is full: the results in it are not to blame."""
        monkeypatch.setattr(store, "PATIENCE", 0)
        path.parent.mkdir()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("CREATE TABLE kept (x)")
        other.execute("BEGIN EXCLUSIVE")
        before = path.read_bytes()
        with pytest.raises(SourcebookError, match=r"runs\.sqlite cannot be used \(database is locked\)"):
            Store(path)
        other.close()
        assert path.read_bytes() == before
