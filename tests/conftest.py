"""What several test files share: small books, built once, and a browser."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import citedbook
import evidencebook
import pytest
import scratch
import toybook

from sourcebook.errors import BuildError
from sourcebook.press import pdf


def _built(folder):
    built = toybook.build(folder)
    assert built.returncode == 0, built.stderr + built.stdout
    return folder


@pytest.fixture(scope="session")
def toy_book(tmp_path_factory):
    """The folder of a small book of made-up outputs, built as a user builds it, with warnings as errors."""
    return _built(toybook.write(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="session")
def cited_book(tmp_path_factory):
    """The folder of a small book of a complete case that is published under an address, built in the same way."""
    return citedbook.publish(_built(citedbook.write(tmp_path_factory.mktemp("cited"))))


@pytest.fixture(scope="session")
def evidence_books(tmp_path_factory):
    """Two small books of a case with passages that overlap: `text` was given the article, `map` was not."""
    parent = tmp_path_factory.mktemp("evidence")
    return {form: _built(evidencebook.write(parent / form, form == "text")) for form in ("text", "map")}


@pytest.fixture(scope="session")
def stored_book(tmp_path_factory):
    """The checkout's own book as `jupyter-book build .` renders it from the stored outputs, with warnings as errors."""
    return _built(scratch.checkout(tmp_path_factory.mktemp("stored")))


def _skipped(why: str):
    """Skip and say so; where a browser is required (.ci/run), fail."""
    if os.environ.get("SOURCEBOOK_REQUIRE_BROWSER"):
        pytest.fail(f"{why} SOURCEBOOK_REQUIRE_BROWSER is set, so these tests may not be skipped.")
    pytest.skip(f"BROWSER TESTS SKIPPED: {why}")


def _executables():
    """Where a Chromium may be: named, on the path, or (None) Playwright's own."""
    named = os.environ.get("SOURCEBOOK_CHROMIUM")
    if named:
        return [named]
    on_path = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return [*filter(None, on_path), None]


def lacking(why: str):
    """Skip and say so; where printing is required (.ci/run), fail."""
    if os.environ.get("SOURCEBOOK_REQUIRE_PRINTING"):
        pytest.fail(f"{why} SOURCEBOOK_REQUIRE_PRINTING is set, so these tests may not be skipped.")
    pytest.skip(f"PRINTING TESTS SKIPPED: {why}")


@pytest.fixture(scope="session")
def pango():
    """The library that the PDF is set with; without it the tests are skipped, and say so."""
    try:
        pdf.printer()
    except BuildError as error:
        lacking(f"{str(error).splitlines()[0]} docs/install.md says how to install it.")


@pytest.fixture(scope="session")
def poppler(pango):
    """The programs that look into a PDF from outside: a function that runs one of them and gives its output."""
    missing = [name for name in ("pdfinfo", "pdffonts", "pdftotext") if not shutil.which(name)]
    if missing:
        lacking(f"{', '.join(missing)} not found (on Debian: apt-get install poppler-utils).")
    return lambda *words: subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True).stdout


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one the tests are skipped, and say so."""
    try:
        from playwright import sync_api as playwright
    except ImportError:
        _skipped("no playwright; install the package with its test extra.")
    with playwright.sync_playwright() as driver:
        browser, failures = None, []
        for path in _executables():
            try:
                browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
                break
            except playwright.Error as error:
                failures.append(f"{path or 'the one of playwright'}: {str(error).splitlines()[0]}")
        if browser is None:
            _skipped(
                "no Chromium starts. Install one (apt-get install chromium, or playwright install chromium) or name it "
                f"in SOURCEBOOK_CHROMIUM. Tried {'; '.join(failures)}."
            )
        yield browser
        browser.close()


CHECKERS = (
    Path(__file__).parent / "node_modules"
)  # what tests/package-lock.json fixes; CONTRIBUTING.md says how to install it


def _checker(name: str) -> Path:
    if not (CHECKERS / name).is_file():
        _skipped(f"{name.partition('/')[0]} is not installed; make checkers installs it (it needs npm).")
    return CHECKERS / name


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which finds in a page what shuts people out."""
    return _checker("axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def vnu():
    """The Nu HTML checker: a function that gives its messages on some files or addresses."""
    jar = _checker("vnu-jar/build/dist/vnu.jar")
    if not shutil.which("java"):
        _skipped("no java, which the Nu HTML checker runs on (on Debian: apt-get install default-jre-headless).")

    def messages(*what: str) -> list[dict]:
        command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *what]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        return json.loads(done.stderr)["messages"]

    return messages


def packaged(folder: Path, more: dict, prefix=(), umask: int = 0o022) -> Path:
    """The report of a checkout, built and packaged by a user whose surroundings are `more`."""
    env = {name: value for name, value in os.environ.items() if name not in ("SOURCE_DATE_EPOCH", "LANG", "PYTHONPATH")}
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "sourcebook.cli", "package"], cwd=folder, env={**env, "NO_COLOR": "1", **more},
        capture_output=True, encoding="utf-8", errors="replace", umask=umask,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build"


@pytest.fixture(scope="session")
def published(pango, tmp_path_factory):
    """What one user makes of the commit: a folder with the report and its package."""
    folder = scratch.checkout(tmp_path_factory.mktemp("mine") / "checkout")
    scratch.git(folder, "init", "-q")
    scratch.git(folder, "add", "-A")
    scratch.git(folder, "commit", "-qm", "as checked out")
    return packaged(folder, {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"})
