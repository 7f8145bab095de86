"""Equal digests mean equal content, and any difference in content is one in digests."""

import hashlib

from sourcebook import digests

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # published with the standard, FIPS 180-2


def test_they_are_those_of_sha_256(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert digests.text("abc") == digests.file(tmp_path / "f") == ABC
    assert digests.text("é") == hashlib.sha256("é".encode()).hexdigest()


def test_a_value_has_one_whatever_the_order_of_its_keys():
    assert digests.value({"a": 1, "b": [1, "é"]}) == digests.value({"b": [1, "é"], "a": 1})
    assert digests.value([1, 2]) != digests.value([2, 1])
    assert digests.value({"a": 1}) != digests.value({"a": "1"}) != digests.value({"a": True})


def test_files_are_told_by_their_place_below_a_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b").write_bytes(b"abc")
    (tmp_path / "a").write_bytes(b"")
    found = digests.files(tmp_path, [tmp_path / "sub" / "b", tmp_path / "a"])
    assert list(found) == ["a", "sub/b"] and found["sub/b"] == ABC


class TestAFolder:
    def test_has_the_same_wherever_it_lies_and_whenever_it_was_written(self, tmp_path):
        for name in ("one", "two"):
            (tmp_path / name / "sub").mkdir(parents=True)
            (tmp_path / name / "sub" / "f").write_bytes(b"abc")
        assert digests.folder(tmp_path / "one") == digests.folder(tmp_path / "two")

    def test_has_another_when_a_file_is_changed_renamed_added_or_moved(self, tmp_path):
        file, seen = tmp_path / "f", set()
        for step in (
            lambda: file.write_bytes(b"abc"),
            lambda: file.write_bytes(b"abd"),
            lambda: file.rename(tmp_path / "g"),
            lambda: (tmp_path / "h").touch(),
            lambda: (tmp_path / "sub").mkdir(),  # an empty folder holds nothing
            lambda: (tmp_path / "h").rename(tmp_path / "sub" / "h"),
        ):
            step()
            seen.add(digests.folder(tmp_path))
        assert len(seen) == 5
