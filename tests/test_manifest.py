"""The list of digests is the one that sha256sum writes and checks, and no other is taken for it."""

import shutil
import subprocess

import pytest

from sourcebook import manifest

FILES = {"b c/ä.txt": b"two", "a.txt": b"one"}


def test_sha256sum_checks_it(tmp_path):
    if not shutil.which("sha256sum"):
        pytest.skip("sha256sum is not installed")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "list").write_text(manifest.text(FILES), "utf-8")
    check = ["sha256sum", "--check", "--strict", "list"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "a.txt").write_bytes(b"One")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 1


def test_it_is_read_back():
    assert list(manifest.parsed(manifest.text(FILES))) == sorted(FILES)
    assert manifest.parsed("") == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: text.upper(),
        lambda text: text.replace("  ", " *"),
        lambda text: text + text,
        lambda text: "".join(sorted(text.splitlines(keepends=True), reverse=True, key=lambda line: line[66:])),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text[1:],
    ],
)
def test_any_other_form_is_refused(change):
    with pytest.raises(ValueError):
        manifest.parsed(change(manifest.text(FILES)))
