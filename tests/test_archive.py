"""An archive's bytes follow from its files alone, and no other archive is read: a hostile one is refused whole."""

import struct
import zipfile
from datetime import UTC, datetime

import pytest
from packages import MOMENT, entry, names, packed, patched, zipped

from sourcebook import archive
from sourcebook.errors import PackageError

FILES = {"b/ü.txt": b"two", "a.txt": b"one" * 100, "empty": b""}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.zip"


def refused(path) -> str:
    with pytest.raises(PackageError) as caught:
        archive.read(path)
    return str(caught.value)


class TestWritten:
    @pytest.fixture
    def file(self, path):
        packed(path, FILES, listed=False)
        with zipfile.ZipFile(path) as file:
            yield file

    def test_any_zip_program_reads_it(self, file):
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == FILES

    def test_files_are_sorted_stored_and_all_of_one_time_and_mode(self, file):
        at = datetime.fromtimestamp(MOMENT, UTC)
        infos = file.infolist()
        assert [info.filename for info in infos] == sorted(FILES)
        for info in infos:
            assert info.compress_type == zipfile.ZIP_STORED and info.create_system == 3 and info.extra == b""
            assert info.external_attr >> 16 == 0o100644
            assert info.date_time == (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)

    def test_the_order_in_which_files_are_given_does_not_matter(self, path, tmp_path):
        other = packed(tmp_path / "other.zip", dict(reversed(FILES.items())), listed=False)
        assert packed(path, FILES, listed=False).read_bytes() == other.read_bytes()

    def test_reading_gives_back_the_files_and_finds_the_archive_as_it_should_be(self, path):
        held = archive.read(packed(path, FILES, listed=False))
        assert held.files == FILES and archive.deviation(held, MOMENT) == ""

    def test_without_files_it_is_one_as_well(self, path):
        assert archive.read(packed(path, {}, listed=False)).files == {}


class TestNames:
    @pytest.mark.parametrize("name", ["a", "a/b-c_d.e", "ä/ö ü.txt", "_static/.x", "日本"])
    def test_ordinary_ones_are_taken(self, name):
        assert archive.wrong([name]) == []

    @pytest.mark.parametrize(
        "name",
        ["", "/etc/passwd", "../up", "a/../../up", "a/./b", "a//b", "a/", "...", "C:/x", "C:x", "a\\b", "..\\up", "a\0b", "a\nb",
         "a\x1b[2Jb", "a:b", "a*b", "a?b", 'a"b', "a|b", "con", "NUL.txt", "a/com1", "a.", "a /b", "x" * 300],
    )  # fmt: skip
    def test_those_that_climb_out_or_are_no_name_on_some_system_are_refused(self, name):
        (fault,) = archive.wrong([name])
        assert "rename" in fault.right and fault.file.isprintable()

    @pytest.mark.parametrize(
        ("one", "other"), [("a.txt", "A.TXT"), ("ä", "a\u0308"), ("straße", "STRASSE"), ("b/É", "b/e\u0301")]
    )
    def test_two_that_are_one_on_some_system_are_refused(self, one, other):
        (fault,) = archive.wrong([one, other])
        assert fault.file == other and one in fault.found

    def test_a_file_that_is_also_a_folder_is_refused(self):
        assert [fault.found for fault in archive.wrong(["A/b", "a"])] == ["is a file and a folder"]

    def test_all_of_them_are_told_at_once(self):
        assert len(archive.wrong(["../a", "b", "c:d", "B"])) == 3


class TestHostile:
    """Made with another program; the file outside is never there, since nothing is ever unpacked."""

    @pytest.mark.parametrize(
        "name", ["../up.txt", "/up.txt", "C:/up.txt", "a/../../up.txt", "..\\up.txt", "up.txt:stream"]
    )
    def test_a_path_that_leads_out_is_named(self, path, name):
        assert name.replace("\\", "\\\\") in refused(zipped(path, (entry(name), b"x"))).replace("\\", "\\\\")

    def test_a_name_with_a_nul_is_refused(self, path):
        zipped(path, (entry("aXb"), b"x"))
        path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))
        assert r"a\x00b" in refused(path)

    def test_a_link_is_refused(self, path):
        assert "a: is no ordinary file but a link" in refused(zipped(path, (entry("a", 0o120777), b"/etc/passwd")))

    @pytest.mark.parametrize("mode", [0o010644, 0o020644, 0o060644, 0o140644])
    def test_a_device_a_pipe_and_a_socket_are_refused(self, path, mode):
        assert "a special file" in refused(zipped(path, (entry("a", mode), b"")))

    def test_a_folder_is_refused(self, path):
        assert "is a folder" in refused(zipped(path, (entry("a/", 0o040755), b"")))

    @pytest.mark.parametrize("flag", [0x1, 0x41, 0x2001])
    def test_an_encrypted_file_is_refused(self, path, flag):
        assert "a: is encrypted" in refused(patched(zipped(path, (entry("a"), b"x")), 8, "<H", flag))

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_name_that_is_there_twice_is_refused(self, path):
        assert "a: the name is there twice" in refused(zipped(path, (entry("a"), b"x"), (entry("a"), b"y")))

    def test_two_names_that_are_one_on_some_system_are_refused(self, path):
        assert "A: the name is" in refused(zipped(path, (entry("a"), b"x"), (entry("A"), b"y")))

    def test_a_bomb_is_refused_before_it_is_opened(self, path):
        zipped(path, ("bomb", b"\0" * 10_000_000), method=zipfile.ZIP_DEFLATED)
        assert path.stat().st_size < 20_000
        assert "bomb: is compressed" in refused(path)

    @pytest.mark.parametrize("size", [1_000, 2**31, 2**32 - 1])
    def test_a_size_that_is_not_there_is_refused(self, path, size):
        zipped(path, (entry("a"), b"x"))
        patched(patched(path, 20, "<L", size), 24, "<L", size)
        assert f"a: is said to have {size} bytes" in refused(path)

    def test_two_sizes_for_one_file_are_refused(self, path):
        assert "a: is said to have 1 bytes" in refused(patched(zipped(path, (entry("a"), b"xyz")), 24, "<L", 1))

    def test_files_that_lie_over_each_other_are_refused(self, path):
        zipped(path, (entry("a"), b"x" * 5000), (entry("b"), b"y" * 5000), (entry("c"), b"z" * 5000))
        content = bytearray(path.read_bytes())
        (start,) = struct.unpack_from("<L", content, len(content) - 6)
        for number in range(3):  # all begin where the first does, and the first is as long as all
            for field, value in ((20, 14_000), (24, 14_000), (42, 0)):
                struct.pack_into("<L", content, start + number * 47 + field, value)
        path.write_bytes(content)
        assert "over each other" in refused(path)

    def test_a_file_that_is_not_where_the_directory_says_is_refused(self, path):
        assert "is not where" in refused(patched(zipped(path, (entry("a"), b"x")), 42, "<L", 7))

    def test_more_files_than_a_package_has_are_refused_before_they_are_read(self, path, monkeypatch):
        monkeypatch.setattr(archive, "MOST", 2)
        assert "3 files, more than" in refused(packed(path, FILES, listed=False))

    def test_a_file_too_large_is_refused_before_it_is_read(self, path, monkeypatch):
        monkeypatch.setattr(archive, "LARGEST", 100)
        monkeypatch.setattr(type(path), "read_bytes", None)
        with path.open("wb") as file:
            file.write(b"x" * 101)
        assert "101 bytes, more than" in refused(path)

    def test_all_faults_are_told_at_once(self, path):
        told = refused(
            zipped(path, (entry("../a"), b"x"), (entry("b", 0o120777), b"x"), (entry("C"), b""), (entry("c"), b""))
        )
        assert (
            told.startswith("3 faults in package some.zip:\n")
            and "../a" in told
            and "b: is no" in told
            and "c: " in told
        )


class TestNoArchive:
    @pytest.mark.parametrize(
        "content", [b"", b"PK", b"no zip at all, but long enough to be one", b"PK\5\6" + b"\xff" * 18]
    )
    def test_is_refused_with_what_to_do(self, path, content):
        path.write_bytes(content)
        assert "get the package again" in refused(path) or "name another" in refused(path)

    @pytest.mark.parametrize(
        "change", [lambda all: all[:-1], lambda all: all + b"x", lambda all: b"x" + all, lambda all: all[200:]]
    )
    def test_one_that_was_cut_off_or_continued_is_refused(self, path, change):
        path.write_bytes(change(packed(path, FILES, listed=False).read_bytes()))
        assert "1 fault" in refused(path)

    def test_a_folder_and_a_file_that_is_not_there_are_named(self, path, tmp_path):
        assert "No such file" in refused(path)
        assert tmp_path.name in refused(tmp_path)


class TestDeviation:
    def test_a_changed_header_is_found_with_its_file(self, path):
        packed(path, FILES, listed=False)
        content = bytearray(path.read_bytes())
        content[10] ^= 1  # the time of the first file, in front of it
        path.write_bytes(content)
        assert archive.deviation(archive.read(path), MOMENT) == "the header of a.txt, from byte 0 on"

    def test_an_archive_that_another_program_packed_is_found_though_its_files_are_the_same(self, path):
        held = archive.read(zipped(path, *sorted(FILES.items())))
        assert held.files == FILES == names(path) and archive.deviation(held, MOMENT)

    def test_another_moment_is_found(self, path):
        assert archive.deviation(archive.read(packed(path, FILES, listed=False)), MOMENT + 2)
