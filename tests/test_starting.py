"""What a person types to begin a case: it checks and builds at once, the text stays out of all that is built, and errors leave nothing."""

import cases
import pytest
from click.testing import CliRunner
from scratch import checkout, sourcebook, tree

from sourcebook import paths, run
from sourcebook.case import load
from sourcebook.cli import main

SENTENCE = "The mayor said on Monday that the bridge will open in May whatever the ferry crews may think of that. "
PAGE = f"""<!doctype html><html lang="sv"><head><meta charset="iso-8859-1"><title>Örsund waits</title>
<meta property="og:site_name" content="The Gazette"><meta property="article:published_time" content="2021-03-04"></head><body>
<article><h1>Örsund waits</h1><p>{SENTENCE}</p><h2>The crews</h2><p>{SENTENCE.replace("Monday", "Tuesday") * 2}</p></article></body></html>"""


def typed(*words: str):
    result = CliRunner().invoke(main, ["new", *words], prog_name="sourcebook")
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


@pytest.fixture
def top(tmp_path, monkeypatch):
    """A checkout with this project's notebooks and the tests' own case."""
    folder = cases.checkout(tmp_path / "checkout").folder.parents[1]
    monkeypatch.chdir(folder)
    (tmp_path / "page.html").write_bytes(PAGE.encode("cp1252"))
    return folder


class TestNew:
    def test_it_says_what_was_read_where_all_lies_and_what_to_type_next(self, top):
        result = typed("bridge", "--article", "../page.html")
        assert result.exit_code == 0 and result.stderr == ""
        assert result.stdout.split("\n") == [
            "The article: HTML, read as iso-8859-1 (its own declaration); 4 paragraphs numbered.",
            f"The text: {top / 'articles/bridge.txt'}",
            f"The case: {top / 'data/bridge'}",
            "Replace the example rows; then:",
            "    sourcebook anchor bridge",
            "    sourcebook check --case bridge",
            "    sourcebook build --case bridge",
            "",
        ]

    def test_the_case_has_the_kinds_of_the_paragraphs_and_what_the_page_says_of_itself(self, top):
        typed("bridge", "--article", "../page.html")
        case = load("bridge")
        assert case.paragraphs["kind"].tolist() == ["headline", "body", "heading", "body"]
        told = {key: case.meta["article"][key] for key in ("title", "publisher", "date", "language")}
        assert told == {"title": "Örsund waits", "publisher": "The Gazette", "date": "2021-03-04", "language": "sv"}

    def test_what_is_typed_goes_before_what_the_page_says(self, top):
        given = {"title": "The bridge", "publisher": "The Herald", "date": "2030-01-02", "language": "en"}
        typed(
            "bridge",
            "--article",
            "../page.html",
            *(word for key, value in given.items() for word in (f"--{key}", value)),
        )
        assert load("bridge").meta["article"].items() >= given.items()

    def test_what_nobody_says_is_asked_for(self, top):
        (top / "a.txt").write_text("Örsund waits\nMore\n", "utf-8")
        assert (
            "to be filled in in case.yml: publisher, date and language." in typed("bridge", "--article", "a.txt").stdout
        )

    def test_a_commentary_is_there_for_every_notebook(self, top):
        typed("bridge")
        found = {path.stem for path in (top / "data/bridge/commentary").iterdir()}
        assert found == {path.stem for path in paths.notebooks(top)}

    @pytest.mark.parametrize("words", [[], ["--article", "../page.html"], ["--article", "../page.html", "--ship-text"]])
    def test_it_checks_at_once_with_every_anchor_verified(self, top, words):
        assert typed("bridge", *words).exit_code == 0
        result = CliRunner().invoke(main, ["check", "--case", "bridge"])
        assert result.exit_code == 0 and "no fault" in result.stdout
        assert "8 of 8 anchors verified against" in result.stdout

    def test_the_page_from_which_the_text_was_taken_serves_to_check_it(self, top):
        typed("bridge", "--article", "../page.html")
        (top / "articles/bridge.txt").unlink()
        result = CliRunner().invoke(main, ["check", "--case", "bridge", "--article", "../page.html"])
        assert result.exit_code == 0 and "8 of 8 anchors verified against the article" in result.stdout

    def test_every_notebook_runs_on_it(self, top):
        typed("bridge")
        for notebook in paths.notebooks(top):
            run.run(notebook, top / "out" / notebook.name, {"case": "bridge"}, top)


class TestErrors:
    """One message, exit code 1 for what is there and 2 for what was typed, and nothing is written."""

    @pytest.mark.parametrize(
        ("words", "code", "told"),
        [
            (["fair"], 1, "there is a case “fair” already"),
            (["a/b"], 2, "“a/b” cannot be the name of a case"),
            (["../bridge"], 2, "“../bridge” cannot be the name of a case"),
            (["cache"], 2, "take another name"),
            (["bridge", "--article", "nowhere.txt"], 1, "nowhere.txt: cannot be read"),
            (["bridge", "--article", "data"], 1, "data: a folder"),
            (["bridge", "--article", "../empty.txt"], 1, "empty.txt: 0 bytes"),
            (["bridge", "--article", "../page.html", "--encoding", "klingon"], 2, "“klingon” is no encoding of texts"),
            (["bridge", "--article", "../page.html", "--encoding", "ascii"], 1, "--encoding says ascii, but byte"),
            (["bridge", "--encoding", "utf-8"], 2, "--encoding says something of a text: pass it with --article"),
            (["bridge", "--ship-text"], 2, "--ship-text says something of a text"),
            (["bridge", "--date", "2030-02-30"], 2, "--date: found “2030-02-30”; write a day that there is"),
            (["bridge", "--language", "English"], 2, "--language: found “English”"),
            (["bridge", "--title", " "], 2, "--title: found ' '; write a text"),
            (["bridge", "--publisher", "a\x00b"], 2, "--publisher: found"),
            ([], 2, "Missing argument 'CASE'"),
        ],
    )
    def test_are_told_and_leave_nothing(self, top, words, code, told):
        (top.parent / "empty.txt").touch()
        before = tree(top)
        result = typed(*words)
        assert result.exit_code == code and told in result.stderr and result.stdout == ""
        assert tree(top) == before and not (top / "articles").exists()


def test_a_new_case_builds_and_no_page_of_it_holds_the_text(tmp_path):
    """In a checkout of its own, in processes of their own: `new`, then `build`, with nothing in between."""
    top = checkout(tmp_path / "checkout")
    (tmp_path / "page.html").write_bytes(PAGE.encode("cp1252"))
    assert sourcebook(top, "new", "bridge", "--article", "../page.html").returncode == 0
    built = sourcebook(top, "build", "--case", "bridge")
    assert built.returncode == 0, built.stdout + built.stderr
    pages = top / "_build/bridge/html"
    assert {path.stem for path in (pages / "notebooks").glob("*.html")} == {path.stem for path in paths.notebooks(top)}
    words = "whatever the ferry crews may think"
    assert words in (top / "articles/bridge.txt").read_text("utf-8")
    held = [path for path in (top / "_build").rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
    assert not held
