"""A report built twice is compared byte by byte, and the second build really has other surroundings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sourcebook import origin, twin
from sourcebook.errors import BuildError

# In place of a build: writes a report that holds what PROBE says, and what a build reads.
BUILD = """
import os, sys, pathlib, random, time
report = pathlib.Path("_build/fair")
(report / "html").mkdir(parents=True)
(report / "html" / "page.html").write_text(str(({probe})), encoding="utf-8")
(report / "parameters.json").write_text(pathlib.Path("data/fair/case.yml").read_text())
(report / "build.json").write_text(str(time.time_ns()))
{more}
"""


def build(probe: str = "'the same'", more: str = "") -> list[str]:
    return [sys.executable, "-c", BUILD.format(probe=probe, more=more)]


@pytest.fixture
def top(tmp_path):
    """A checkout with what a build reads, and more."""
    for name in (
        "data/fair/case.yml",
        "notebooks/claims.ipynb",
        "book/index.md",
        "_config.yml",
        "_toc.yml",
        "requirements.lock",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"this is {name}", "utf-8")
    (tmp_path / "_build" / "multiverse" / "fair").mkdir(parents=True)
    (tmp_path / "_build" / "multiverse" / "fair" / "outcomes.csv").write_text("a table", "utf-8")
    (tmp_path / "_build" / "cache").mkdir()
    (tmp_path / "_build" / "cache" / "old.json").write_text("{}", "utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def dated(monkeypatch):
    monkeypatch.setenv(origin.EPOCH, "1234567890")


def first(top: Path, command: list[str]) -> Path:
    """The first build, in the checkout itself."""
    subprocess.run(command, cwd=top, check=True)
    return top / "_build" / "fair"


def compare(top, command) -> int:
    return twin.compare(first(top, command), command, top, top / "data" / "fair")


def test_the_same_bytes_are_counted_and_the_stamp_with_its_times_is_none_of_them(top):
    assert compare(top, build()) == 2


@pytest.mark.parametrize(
    "probe",
    [
        "os.getcwd()",
        "os.environ.get('TZ')",
        "os.environ.get('LC_ALL'), os.environ.get('LANG')",
        "os.environ.get('HOME'), os.path.expanduser('~')",
        "os.environ.get('USER')",
        "hash('a text')",
        "time.time_ns()",
        "random.random()",
        "oct(os.umask(0))",
    ],
)
def test_what_depends_on_the_surroundings_is_found(top, monkeypatch, probe):
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    with pytest.raises(BuildError, match=r"1 of 2 files differ(.|\n)*html/page.html: has other bytes"):
        compare(top, build(probe))


def test_both_builds_are_dated_alike(top):
    assert compare(top, build(f"os.environ['{origin.EPOCH}']")) == 2


def test_the_second_build_has_all_that_the_first_read(top):
    names = [
        path.relative_to(top).as_posix()
        for path in sorted(top.rglob("*"))
        if path.is_file() and "cache" not in path.parts
    ]
    assert "_build/multiverse/fair/outcomes.csv" in names and len(names) == 7
    assert compare(top, build(f"[pathlib.Path(name).read_text() for name in {names}]")) == 2


def test_the_second_build_takes_nothing_that_was_stored(top):
    with pytest.raises(BuildError, match="html/page.html"):
        compare(top, build("os.path.exists('_build/cache/old.json')"))


def test_a_file_that_only_one_build_made_is_named(top):
    once = "'cache' in os.listdir('_build') and (report / 'extra').write_text('x')"
    with pytest.raises(BuildError, match="extra: was not made again"):
        compare(top, build(more=once))
    twice = "'cache' in os.listdir('_build') or (report / 'extra').write_text('x')"
    (top / "_build" / "fair" / "extra").unlink()
    with pytest.raises(BuildError, match="extra: was made the second time only"):
        twin.compare(top / "_build" / "fair", build(more=twice), top, top / "data" / "fair")


def test_a_second_build_that_fails_is_told_with_its_own_words(top):
    report = first(top, build())
    with pytest.raises(BuildError, match="The second build failed, the first stays:\nno luck"):
        twin.compare(report, build(more="sys.exit('no luck')"), top, top / "data" / "fair")


def test_nothing_is_left_of_the_second_build(top, monkeypatch, tmp_path):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    compare(top, build())
    assert os.listdir(place) == []
