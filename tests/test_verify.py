"""Every byte of a package is held against its hashes, and whatever is wrong is named, all of it at once."""

import json
import random

import pytest
from packages import MOMENT, described, entry, flipped, packed, tiny, zipped

from sourcebook.errors import PackageError
from sourcebook.manifest import text
from sourcebook.verify import verify


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tiny.zip"


def faults(path) -> str:
    with pytest.raises(PackageError) as caught:
        verify(path)
    assert str(caught.value).startswith(f"{len(caught.value.faults)} fault")
    return str(caught.value)


class TestSound:
    def test_its_files_are_given_back(self, path):
        held = verify(packed(path, tiny()))
        assert set(held.files) == {*tiny(), "manifest-sha256.txt"} and held.files["a.txt"] == b"one"
        assert held.entities["a.txt"]["contentSize"] == "3" and len(held.digest) == 64

    def test_nothing_is_unpacked(self, path, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        verify(packed(path, tiny()))
        assert [each.name for each in tmp_path.iterdir()] == [path.name]


class TestFlipped:
    """One bit anywhere."""

    @pytest.mark.parametrize("seed", range(4))
    def test_at_a_place_drawn_by_chance_it_is_reported(self, path, tmp_path, seed):
        draw, size = random.Random(seed), packed(path, tiny()).stat().st_size
        for _ in range(100):
            faults(flipped(path, draw.randrange(size), draw.randrange(8), tmp_path / "flipped.zip"))

    @pytest.mark.parametrize("bit", range(8))
    def test_at_any_byte_it_is_reported(self, path, tmp_path, bit):
        for place in range(bit, packed(path, tiny()).stat().st_size, 8):
            faults(flipped(path, place, bit, tmp_path / "flipped.zip"))

    @pytest.mark.parametrize("name", [*tiny(), "manifest-sha256.txt"])
    def test_inside_a_file_the_file_is_named(self, path, tmp_path, name):
        held, content = verify(packed(path, tiny())).files, path.read_bytes()
        start = content.index(bytes(held[name]))
        for place in (0, len(held[name]) // 2, len(held[name]) - 1):
            for bit in range(8):
                told = faults(flipped(path, start + place, bit, tmp_path / "flipped.zip"))
                assert f"\n  {name}: changed" in told


class TestFiles:
    """With an archive that is sound in itself: somebody packed it anew, but not the list."""

    @pytest.fixture
    def files(self):
        return tiny() | {"manifest-sha256.txt": text(tiny()).encode()}

    def test_each_that_changed_is_missing_or_was_not_listed_is_named(self, path, files):
        told = faults(packed(path, files | {"a.txt": b"two", "new.txt": b"x"} | {}, listed=False))
        assert "a.txt: changed" in told and "new.txt: is not listed" in told
        del files["b/c.txt"]
        assert "b/c.txt: is missing" in faults(packed(path, files, listed=False))

    @pytest.mark.parametrize("listing", [b"", b"nonsense", b"\xff\n", b"0" * 64 + b"  a.txt\n"])
    def test_a_list_that_is_empty_or_cannot_be_read_is_a_fault(self, path, files, listing):
        faults(packed(path, files | {"manifest-sha256.txt": listing}, listed=False))

    def test_a_list_that_is_missing_is_a_fault(self, path):
        assert "manifest-sha256.txt: the file is missing" in faults(packed(path, tiny(), listed=False))


class TestMetadata:
    """With a list of digests that is right."""

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"{}", b'{"@graph": 1}', b'{"@graph": [1]}', b'{"@graph": [{}]}', b"[" * 100_000, b"\xff"],
    )
    def test_that_cannot_be_read_is_a_fault(self, path, content):
        assert "ro-crate-metadata.json: cannot be read" in faults(
            packed(path, tiny() | {"ro-crate-metadata.json": content})
        )

    def test_that_is_too_large_to_parse_is_a_fault(self, path, monkeypatch):
        monkeypatch.setattr("sourcebook.verify.LARGEST", 10)
        assert "ro-crate-metadata.json: cannot be read" in faults(packed(path, tiny()))

    def test_that_is_missing_is_a_fault(self, path):
        files = tiny()
        del files["ro-crate-metadata.json"]
        assert "ro-crate-metadata.json: the file is missing" in faults(packed(path, files))

    @pytest.mark.parametrize(
        ("key", "value"), [("sha256", "0" * 64), ("contentSize", "4"), ("sha256", None), ("contentSize", 3)]
    )
    def test_that_tells_of_another_file_is_a_fault(self, path, key, value):
        files = tiny()
        told = json.loads(files["ro-crate-metadata.json"])
        next(each for each in told["@graph"] if each["@id"] == "a.txt")[key] = value
        told = faults(packed(path, files | {"ro-crate-metadata.json": json.dumps(told).encode()}))
        assert "a.txt: has another size or SHA-256 than ro-crate-metadata.json says" in told

    def test_that_leaves_a_file_out_or_tells_of_one_that_is_not_there_is_a_fault(self, path):
        assert "new.txt: is not described" in faults(packed(path, tiny() | {"new.txt": b"x"}))
        files = tiny()
        del files["a.txt"]
        assert "a.txt: is described in ro-crate-metadata.json, but not there" in faults(packed(path, files))


class TestMoment:
    @pytest.mark.parametrize("told", [b"", b"{}", b'{"date": "yesterday"}', b'{"date": true}', b'{"date": 1}', b"[]"])
    def test_that_is_not_told_is_a_fault(self, path, told):
        files = {"origin.json": told, "a.txt": b"one"}
        assert "origin.json: does not tell the moment" in faults(packed(path, described(files)))

    def test_that_is_not_the_archives_is_a_fault(self, path):
        assert "not the archive around them: the header of a.txt" in faults(packed(path, tiny(), seconds=MOMENT + 60))


def test_an_archive_packed_by_another_program_is_a_fault_though_every_file_is_right(path):
    files = tiny() | {"manifest-sha256.txt": text(tiny()).encode()}
    told = faults(zipped(path, *((entry(name), content) for name, content in sorted(files.items()))))
    assert told.startswith("1 fault") and "its files are right" in told
