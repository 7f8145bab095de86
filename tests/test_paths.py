"""Where everything lies: a command works in any folder of a checkout, and says so outside one."""

import pytest

from sourcebook import paths
from sourcebook.errors import SourcebookError


@pytest.fixture
def checkout(tmp_path):
    """A checkout with two cases and a folder that is none."""
    for folder in ("data/zoo", "data/fair", "data/notes", "notebooks/deep/er"):
        (tmp_path / folder).mkdir(parents=True)
    for case in ("zoo", "fair"):
        (tmp_path / "data" / case / "datapackage.json").write_text("{}", "utf-8")
    (tmp_path / "_config.yml").write_text("sphinx:\n  config:\n    sourcebook_case: data/fair\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("inside", ["", "data", "data/fair", "notebooks/deep/er"])
def test_the_checkout_is_found_from_any_folder_in_it(checkout, inside):
    assert paths.root(checkout / inside) == checkout.resolve()


def test_the_working_directory_is_where_it_looks_unless_told(checkout, monkeypatch):
    monkeypatch.chdir(checkout / "notebooks")
    assert paths.root() == checkout.resolve()


@pytest.mark.parametrize("only", ["data", "notebooks"])
def test_a_folder_with_only_half_of_it_is_no_checkout(tmp_path, only):
    (tmp_path / only).mkdir()
    with pytest.raises(
        SourcebookError, match="not in a Sourcebook checkout.*data/ and notebooks/.*Change into the checkout"
    ):
        paths.root(tmp_path)


def test_the_cases_are_the_folders_with_a_package_sorted(checkout):
    assert paths.cases(checkout) == ["fair", "zoo"]


def test_the_default_case_is_the_one_of_the_books_settings(checkout):
    assert paths.default_case(checkout) == "fair"


@pytest.mark.parametrize("content", ["", "title: x\n", "sphinx: {config: {}}\n", "- a\n"])
def test_settings_that_name_no_case_are_told_with_the_way_out(checkout, content):
    (checkout / "_config.yml").write_text(content, "utf-8")
    with pytest.raises(SourcebookError, match=r"_config\.yml does not say which case .* sourcebook_case to data/NAME"):
        paths.default_case(checkout)


@pytest.mark.parametrize("content", [b"a: [b", b"\xff\xfe", None], ids=["broken", "not UTF-8", "missing"])
def test_settings_that_cannot_be_read_are_told_with_the_way_out(checkout, content):
    (checkout / "_config.yml").unlink()
    if content is not None:
        (checkout / "_config.yml").write_bytes(content)
    with pytest.raises(SourcebookError, match=r"(?s)_config\.yml cannot be read .*restore it"):
        paths.default_case(checkout)


def test_a_folder_that_is_gone_is_told(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(SourcebookError, match="the folder that you are in was replaced or deleted"):
        paths.root()
