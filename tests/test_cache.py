"""A result is taken from the cache only if nothing that it was made from, and no byte of it, has changed."""

import os
from pathlib import Path

import jobs
import pytest

from sourcebook import cache
from sourcebook.cache import Cache
from sourcebook.workers import Workers

BOOK = Path("notebooks") / "q.ipynb"


@pytest.fixture
def made():
    return {"notebooks/q.ipynb": "1", "claims.csv": "1"}


@pytest.fixture
def kept(tmp_path, made):
    """A cache with one result."""
    store = Cache(tmp_path, lambda _: dict(made))
    assert store.get(BOOK) is None
    store.put(BOOK, "the result é")
    return store


def entries(store: Cache) -> list[Path]:
    return sorted(store.folder.rglob("*.*"))


def test_a_result_is_found_again(kept):
    assert kept.get(BOOK) == "the result é" and kept.reasons(BOOK) == []


def test_by_another_process_too(kept, tmp_path, made):
    assert Cache(tmp_path, lambda _: dict(made)).get(BOOK) == "the result é"


def test_a_notebook_that_was_never_run_is_not(kept):
    assert kept.get(Path("other.ipynb")) is None
    assert kept.reasons(Path("other.ipynb")) == ["it has not been run yet"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"claims.csv": "2"}, "claims.csv changed"),
        ({"new.csv": "1"}, "new.csv is new"),
        ({"parameter size": "4"}, "parameter size was its default, is now 4"),
        ({"Python": "3.12.0"}, "Python: None, now 3.12.0"),
    ],
)
def test_where_anything_differs_it_runs_again_and_the_reason_is_told(kept, made, change, reason):
    before = dict(made)
    made |= change
    assert kept.get(BOOK) is None and kept.reasons(BOOK) == [reason]
    made.clear()
    made |= before
    assert kept.get(BOOK) == "the result é", "it is still there for whoever goes back"


def test_the_reason_is_told_against_the_result_that_is_nearest(kept, made):
    made["claims.csv"] = "2"
    kept.get(BOOK)
    kept.put(BOOK, "another")
    made |= {"claims.csv": "2", "case.yml": "2"}
    assert kept.reasons(BOOK) == ["case.yml is new"]


class TestDamage:
    @pytest.fixture
    def entry(self, kept):
        (path,) = entries(kept)
        return path

    def test_a_changed_byte_anywhere_is_found_and_the_result_made_anew(self, kept, entry):
        whole = entry.read_bytes()
        for place in range(len(whole)):
            entry.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert kept.get(BOOK) is None, f"byte {place}: {entry.read_bytes()}"
        assert kept.reasons(BOOK) == ["its stored result is damaged"]
        kept.put(BOOK, "made anew")
        assert kept.get(BOOK) == "made anew" and kept.reasons(BOOK) == []

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff"])
    def test_so_is_a_file_that_is_something_else(self, kept, entry, content):
        entry.write_bytes(content)
        assert kept.get(BOOK) is None and kept.reasons(BOOK) == ["its stored result is damaged"]

    def test_a_result_under_the_name_of_another_is_not_taken_for_it(self, kept, entry, made):
        made["claims.csv"] = "2"
        kept.get(BOOK)
        kept.put(BOOK, "another")
        other = next(path for path in entries(kept) if path != entry)
        other.write_bytes(entry.read_bytes())
        assert kept.get(BOOK) is None

    def test_a_damaged_entry_is_no_reason(self, kept, entry, made):
        entry.write_bytes(b"{")
        made["claims.csv"] = "2"
        assert kept.reasons(BOOK) == ["it has not been run yet"]


class TestWhatIsNotKept:
    def test_a_result_of_which_something_changed_while_it_ran(self, tmp_path, made):
        store = Cache(tmp_path, lambda _: dict(made))
        store.get(BOOK)
        made["claims.csv"] = "2"
        store.put(BOOK, "made of what?")
        assert entries(store) == []

    def test_more_than_so_many_and_those_unused_for_longest_go(self, tmp_path, made, monkeypatch):
        monkeypatch.setattr(cache, "KEPT", 3)
        store = Cache(tmp_path, lambda _: dict(made))
        for number in range(5):
            made["claims.csv"] = str(number)
            store.get(BOOK)
            store.put(BOOK, f"result {number}")
            for path in entries(store):
                os.utime(path, ns=(path.stat().st_mtime_ns - 10**9,) * 2)  # time passes
            made["claims.csv"] = "0"
            assert store.get(BOOK) == "result 0", "what is used stays"
        assert len(entries(store)) == 3
        assert [made.update({"claims.csv": str(n)}) or store.get(BOOK) for n in range(5)] == [
            "result 0", None, None, "result 3", "result 4",
        ]  # fmt: skip


def test_processes_may_keep_results_at_once(tmp_path):
    """Each finds every result whole, whoever wrote it."""
    with Workers(2) as team:
        found = dict(team.each(jobs.keep, [(tmp_path, who, 10) for who in (1, 2)]))
    assert list(found.values()) == [True, True]
    assert len(list((tmp_path / "q").iterdir())) == 10, "and no litter"
