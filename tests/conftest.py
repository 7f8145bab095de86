"""What several test files share: small books, built once, and a browser."""

import os
import shutil

import citedbook
import pytest
import scratch
import toybook


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
