"""What a person types: help for newcomers, exit codes for scripts, messages on the error stream, never a traceback."""

import json
import shutil

import click
import pytest
from click.testing import CliRunner
from room import small
from scratch import BOOKS, ROOT, checkout, sourcebook, tree

from sourcebook import __version__, book
from sourcebook.cli import main
from sourcebook.parameters import declared

COMMANDS = ["build", "check", "clean", "explain", "multiverse", "params", "run"]


@pytest.fixture
def here(monkeypatch):
    """Type in the checkout itself; for commands that only read."""
    monkeypatch.chdir(ROOT)
    return typed


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    return checkout(tmp_path_factory.mktemp("cli") / "checkout")


@pytest.fixture
def broken(top, tmp_path, monkeypatch):
    """A checkout to break, one for each test."""
    folder = shutil.copytree(top, tmp_path / "broken")
    monkeypatch.chdir(folder)
    return folder


def typed(*words: str):
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


class TestHelp:
    def test_lists_every_command(self):
        assert sorted(main.commands) == COMMANDS
        text = typed("--help").output
        assert all(f"\n  {command} " in text for command in COMMANDS)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_of_a_command_says_what_it_does_and_what_each_option_means(self, command):
        result = typed(command, "--help")
        assert result.exit_code == 0
        assert len(main.commands[command].help.split("\n")[0].split()) >= 4
        for option in main.commands[command].params:
            if isinstance(option, click.Option):
                assert option.help and option.opts[0] in result.output
        assert typed(command, "-h").output == result.output

    def test_shows_how_to_set_a_parameter(self):
        assert "-p min_reliability=C" in typed("build", "--help").output

    def test_works_outside_of_a_checkout(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert typed("--help").exit_code == typed("build", "--help").exit_code == 0

    def test_version(self):
        assert __version__ in typed("--version").output


class TestParams:
    def test_lists_every_parameter_with_type_default_allowed_values_and_help(self, here):
        result = here("params")
        assert result.exit_code == 0 and result.stderr == ""
        known = declared(book.notebooks(ROOT))
        blocks = {block.split(" ", 1)[0]: block for block in result.stdout.replace("\n    ", "\t").splitlines()}
        assert set(blocks) == set(known) - {"case"}
        for name, block in blocks.items():
            assert block.startswith(f"{name} ({known[name].type}, default {known[name].default!r})")
            assert known[name].help in block

    def test_says_which_notebooks_take_it_and_what_it_may_be(self, here):
        text = here("params").stdout
        assert "allowed: A, B, C, D, E, F" in text and "allowed: explicit, implied" in text
        assert "all notebooks" in text and "; hypotheses" in text

    def test_works_in_any_folder_of_the_checkout(self, monkeypatch):
        monkeypatch.chdir(ROOT / "notebooks")
        assert typed("params").exit_code == 0


class TestCheck:
    def test_a_sound_case_is_exit_0(self, here):
        result = here("check")
        assert result.exit_code == 0 and "no fault" in result.stdout and result.stderr == ""
        assert "their text was not verified: pass it with --article PATH" in result.stdout

    def test_a_faulty_case_is_exit_1_with_every_fault_on_the_error_stream(self, broken):
        table = next(broken.glob("data/*/claims.csv"))
        rows = table.read_text(encoding="utf-8").splitlines()
        rows[1] = rows[1].replace("C01", "X01", 1)
        rows[2] = rows[2].replace(",explicit,", ",explict,")
        table.write_text("\n".join(rows) + "\n", encoding="utf-8")
        result = typed("check")
        assert result.exit_code == 1 and result.stdout == ""
        assert "claims.csv, row 2 (X01)" in result.stderr
        assert "claims.csv, row 3 (C02), column attribution: found “explict”" in result.stderr
        assert f"sourcebook check --case {table.parent.name}" in result.stderr

    def test_another_article_than_the_one_that_was_coded_is_exit_1(self, here, tmp_path):
        (tmp_path / "other.txt").write_text("Another article.\n", encoding="utf-8")
        result = here("check", "--article", str(tmp_path / "other.txt"))
        assert result.exit_code == 1 and result.stdout == ""
        assert "case.yml, key article.sha256: the article at hand has" in result.stderr


class TestExitCodes:
    @pytest.mark.parametrize(
        ("words", "code", "told"),
        [
            (["biuld"], 2, "No such command 'biuld'"),
            (["build", "--cse", "x"], 2, "No such option"),
            (["build", "-p", "min_reliability"], 2, "not of the form name=value: min_reliability"),
            (["build", "-p", "min_relability=C"], 2, "did you mean min_reliability?"),
            (["build", "-p", "min_reliability=Z"], 2, "allowed are A, B, C, D, E, F"),
            (
                ["build", "-p", "min_credibility=high", "-p", "nonsense=1"],
                2,
                "must be of type int\n  nonsense: there is no such parameter",
            ),
            (["build", "-p", "case=x"], 2, "it is chosen with --case"),
            (["build", "--case", "hockeyy"], 1, "there is no case “hockeyy”"),
            (["build", "--article", "no-such-file.txt"], 1, "no-such-file.txt: cannot be read"),
            (["run", "clams"], 2, "there is no notebook “clams”"),
            (["run", "clams"], 2, "did you mean claims?"),
            (["run", "--save", "-p", "min_reliability=C"], 2, "--save stores the outputs of the default report"),
            (["multiverse", "-p", "weights=count"], 2, "weights: an axis of multiverse.yml"),
            (["multiverse", "--save", "-p", "coder=all"], 2, "--save stores what the report shows"),
            (["multiverse", "--sample", "3"], 2, "--sample 3 is too small"),
            (["multiverse", "--sample", "0"], 2, "Invalid value for '--sample'"),
            (["multiverse", "--case", "nowhere"], 1, "there is no case “nowhere”"),
            (["explain", "clams"], 2, "did you mean claims?"),
            (["check", "--case", "../data"], 1, "there is no case “../data”"),
            (["params", "--case", "nowhere"], 1, "there is no case “nowhere”"),
        ],
    )
    def test_are_1_for_the_case_and_2_for_what_was_typed(self, here, words, code, told):
        result = here(*words)
        assert result.exit_code == code
        assert told in result.stderr and result.stdout == ""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_outside_of_a_checkout_every_command_says_where_to_go(self, tmp_path, monkeypatch, command):
        monkeypatch.chdir(tmp_path)
        result = typed(command)
        assert result.exit_code == 1
        assert "is not in a Sourcebook checkout" in result.stderr and "Change into the checkout" in result.stderr

    def test_the_process_itself_ends_so(self, top):
        """In a process of its own, as a script sees it."""
        assert sourcebook(top, "check").returncode == 0
        unknown, wrong = sourcebook(top, "check", "--case", "nowhere"), sourcebook(top, "build", "-p", "nonsense=1")
        assert (unknown.returncode, wrong.returncode) == (1, 2)
        assert unknown.stdout == wrong.stdout == ""
        assert unknown.stderr.startswith("Error: there is no case") and wrong.stderr.startswith(
            "Error: These parameters"
        )


class TestNoTraceback:
    """Whatever is broken in a checkout, a person is told what and where."""

    def told(self, *words: str) -> str:
        result = typed(*words)
        assert result.exit_code == 1 and result.stdout == ""
        assert result.stderr.startswith("Error: ") and "Traceback" not in result.stderr
        return result.stderr

    @pytest.mark.parametrize("file", ["claims.csv", "datapackage.json", "case.yml", "references.bib"])
    def test_a_missing_file_of_the_case(self, broken, file):
        next(broken.glob(f"data/*/{file}")).unlink()
        result = typed("params")
        assert result.exit_code == 1 and result.stdout == "" and result.stderr.startswith("Error: ")
        if file != "datapackage.json":  # without it the folder is no case at all
            assert f"{file}: the file is missing" in result.stderr

    @pytest.mark.parametrize(
        ("file", "text"),
        [("case.yml", "title: [unclosed"), ("datapackage.json", "{"), ("claims.csv", ""), ("case.yml", "- a\n- b\n")],
    )
    def test_an_unreadable_file_of_the_case(self, broken, file, text):
        next(broken.glob(f"data/*/{file}")).write_text(text)
        assert file in self.told("params")

    def test_a_notebook_that_is_none(self, broken):
        (broken / "notebooks" / "claims.ipynb").write_text("{")
        assert "notebooks/claims.ipynb" in self.told("params")

    def test_a_notebook_that_is_missing(self, broken):
        (broken / "notebooks" / "claims.ipynb").unlink()
        assert "notebooks/claims.ipynb" in self.told("params")

    @pytest.mark.parametrize("file", ["_config.yml", "_toc.yml"])
    def test_a_missing_setting_of_the_book(self, broken, file):
        (broken / file).unlink()
        assert file in self.told("params")

    @pytest.mark.parametrize("file", ["_config.yml", "_toc.yml"])
    def test_an_unreadable_setting_of_the_book(self, broken, file):
        (broken / file).write_text("a: [")
        assert file in self.told("params")

    def test_a_parameter_in_case_yml_that_there_is_not(self, broken):
        settings = next(broken.glob("data/*/case.yml"))
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("parameters: {}", "parameters: {colour: red}"),
            encoding="utf-8",
        )
        result = typed("params")
        assert result.exit_code != 0 and "case.yml" in result.stderr

    def test_a_multiverse_of_a_notebook_that_there_is_not(self, broken):
        file = next(broken.glob("data/*/multiverse.yml"))
        file.write_text(file.read_text(encoding="utf-8").replace("  claims: [", "  clams: ["), encoding="utf-8")
        assert "key outcomes.clams: there is no such notebook" in self.told("check")
        assert typed("explain").exit_code == 0

    def test_an_unreadable_multiverse(self, broken):
        next(broken.glob("data/*/multiverse.yml")).write_text("axes: [")
        for command in ("check", "explain", "multiverse"):
            assert "multiverse.yml, row 1: not readable as YAML" in self.told(command)


class TestExplain:
    """Before anything runs, what would run, and why."""

    @pytest.fixture
    def top(self, tmp_path, monkeypatch):
        folder = small(tmp_path / "top")
        monkeypatch.chdir(folder)
        return folder

    def told(self, *words: str) -> list[str]:
        result = typed("explain", *words)
        assert result.exit_code == 0 and result.stderr == ""
        return result.stdout.splitlines()

    def edit(self, path, old: str, new: str):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    STORED = [
        "tally: would not run, its result is stored",
        "hue: would not run, its result is stored",
        "A build would run no notebook.",
    ]

    def test_a_notebook_that_was_never_run_says_so(self, top):
        assert self.told() == [
            "tally: would run",
            "    it has not been run yet",
            "hue: would run",
            "    it has not been run yet",
            "A build would run 2 notebooks.",
        ]
        assert not (top / "_build").exists(), "to ask changes nothing"

    def test_follows_what_changes_and_what_is_changed_back(self, top):
        assert typed("run").exit_code == 0
        assert self.told() == self.STORED
        claims, tally = top / "data" / "fair" / "claims.csv", top / "notebooks" / "tally.ipynb"
        self.edit(claims, "Gist of C01", "The gist of C01")
        assert self.told("hue") == [
            "hue: would run",
            "    data/fair/claims.csv changed",
            "A build would run 1 notebook.",
        ]
        assert self.told()[-1] == "A build would run 2 notebooks."
        self.edit(claims, "The gist of C01", "Gist of C01")
        self.edit(tally, "# A question", "# Another question")
        assert self.told() == [
            "tally: would run",
            "    notebooks/tally.ipynb changed",
            self.STORED[1],
            "A build would run 1 notebook.",
        ]
        self.edit(tally, "# Another question", "# A question")
        assert self.told("-p", "size=4") == [
            "tally: would run", "    parameter size was its default, is now 4", self.STORED[1], "A build would run 1 notebook.",
        ]  # fmt: skip
        entry = next((top / "_build" / "cache").rglob("hue/*.json"))
        entry.write_bytes(entry.read_bytes()[:-9])
        assert self.told("hue")[1] == "    its stored result is damaged"

    def test_what_it_says_is_what_a_run_does(self, top):
        assert typed("run").exit_code == 0
        before = tree(top / "_build")
        assert typed("run").exit_code == 0
        assert tree(top / "_build") == before
        assert self.told("--engine", "kernel")[1] == "    engine: fork, now kernel"


class TestRun:
    def test_of_notebooks_that_read_no_table_of_outcomes_makes_none(self, tmp_path, monkeypatch):
        monkeypatch.chdir(small(tmp_path / "top"))
        result = typed("run", "tally")
        assert result.exit_code == 0 and "out of step" not in result.output
        assert not (tmp_path / "top" / "_build" / "multiverse").exists()

    def test_anew_runs_what_is_stored_too(self, tmp_path, monkeypatch):
        monkeypatch.chdir(small(tmp_path / "top", sums="from pathlib import Path\nPath('ran').open('a').write('x')"))
        for words in ([], [], ["--fresh"]):
            assert typed("run", "tally", *words).exit_code == 0
        assert (tmp_path / "top" / "ran").read_text() == "xx"

    def test_runs_the_named_notebook_with_its_parameters_into_the_named_folder(self, top, tmp_path):
        before = tree(top)
        done = sourcebook(top, "run", "messaging", "-p", "min_reliability=C", "--output", str(tmp_path / "out"))
        assert done.returncode == 0, done.stderr
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["messaging.ipynb"]
        assert 'min_reliability = \\"C\\"' in (tmp_path / "out" / "messaging.ipynb").read_text(encoding="utf-8")
        assert done.stdout.splitlines()[-1] == f"The executed notebooks: {tmp_path / 'out'}"
        beside = {path for path in tree(top).items() - before.items() if "__pycache__" not in path[0]}
        assert {path.split("/")[0] for path, _ in beside} == {"_build"}, "what it keeps for the next time"
        assert before.items() <= tree(top).items()

    def test_saves_the_default_report_where_nbval_looks(self, broken):
        """The stored outputs are those that a run gives, to the byte."""
        stored = broken / "notebooks" / "messaging.ipynb"
        before = stored.read_bytes()
        bare = json.loads(before)
        for cell in bare["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        stored.write_text(json.dumps(bare), encoding="utf-8")
        done = sourcebook(broken, "run", "messaging", "--save")
        assert done.returncode == 0, done.stderr
        assert stored.read_bytes() == before


class TestClean:
    def test_deletes_what_was_built_and_nothing_else(self, broken):
        shutil.rmtree(broken / "_build", ignore_errors=True)
        kept = tree(broken)
        (broken / "_build" / "x" / "html").mkdir(parents=True)
        (broken / "_build" / "x" / "html" / "index.html").write_text("built")
        result = typed("clean")
        assert result.exit_code == 0 and str(broken / "_build") in result.stdout
        assert not (broken / "_build").exists() and tree(broken) == kept

    def test_with_nothing_built_is_no_error(self, broken):
        shutil.rmtree(broken / "_build", ignore_errors=True)
        assert typed("clean").exit_code == 0


def test_the_notebooks_that_run_takes_are_those_of_the_book():
    assert [path.stem for path in book.notebooks(ROOT)] == BOOKS
