"""What a person types: help for newcomers, exit codes for scripts, messages on the error stream, never a traceback."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import cases
import click
import pytest
from click.testing import CliRunner
from room import small
from scratch import BOOKS, ROOT, checkout, own, sourcebook, tree

from sourcebook import __version__, book, paths, twin
from sourcebook.case import load
from sourcebook.cli import main
from sourcebook.parameters import declared

COMMANDS = [
    "anchor",
    "annotations",
    "build",
    "check",
    "cite",
    "clean",
    "codes",
    "diff",
    "explain",
    "export",
    "import",
    "multiverse",
    "new",
    "package",
    "params",
    "reanchor",
    "rebuild",
    "run",
    "serve",
    "verify",
]

# What a command cannot do without.
NEEDED = {
    "anchor": ["fair", "words"],
    "codes": ["fair", "bloc"],
    "export": ["fair", "tables.xlsx"],
    "import": ["fair", "tables.xlsx"],
    "new": ["bridge"],
    "reanchor": ["fair", "--article", "new.txt"],
}


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
    def test_a_sound_case_is_exit_0(self, broken):
        result = typed("check")
        assert result.exit_code == 0 and "no fault" in result.stdout and result.stderr == ""
        assert "their text was not verified: pass it with --article PATH" in result.stdout

    def test_a_faulty_case_is_exit_1_with_every_fault_on_the_error_stream(self, broken):
        table = own(broken) / "claims.csv"
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
            (["cite", "C999"], 1, "has no row “C999”; the report's register lists the rows; did you mean C"),
            (["cite", "--format", "bibtx"], 2, "'bibtx' is not one of 'apa', 'bibtex'"),
            (["cite", "--output", "no-such-folder/x.txt"], 1, "no-such-folder/x.txt: cannot be written"),
            (["annotations", "--article", "no-such-file.txt"], 1, "no-such-file.txt: cannot be read"),
            (["annotations", "--output", "no-such-folder/x"], 1, "no-such-folder/x: cannot be written"),
        ],
    )
    def test_are_1_for_the_case_and_2_for_what_was_typed(self, here, words, code, told):
        result = here(*words)
        assert result.exit_code == code
        assert told in result.stderr and result.stdout == ""

    @pytest.mark.parametrize(
        "command", [command for command in COMMANDS if command not in ("diff", "rebuild", "verify")]
    )
    def test_outside_of_a_checkout_every_command_says_where_to_go(self, tmp_path, monkeypatch, command):
        monkeypatch.chdir(tmp_path)
        result = typed(command, *NEEDED.get(command, ()))
        assert result.exit_code == 1
        assert "is not in a Sourcebook checkout" in result.stderr and "Change into the checkout" in result.stderr

    @pytest.mark.parametrize("command", ["rebuild", "verify"])
    def test_what_reads_a_package_works_outside_of_a_checkout(self, tmp_path, monkeypatch, command):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "x.zip").write_bytes(b"no package")
        result = typed(command, "x.zip")
        assert result.exit_code == 1 and "x.zip: not a zip archive" in result.stderr
        assert typed(command).exit_code == 2

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
        (own(broken) / file).unlink()
        result = typed("params")
        assert result.exit_code == 1 and result.stdout == "" and result.stderr.startswith("Error: ")
        if file != "datapackage.json":  # without it the folder is no case at all
            assert f"{file}: the file is missing" in result.stderr

    @pytest.mark.parametrize(
        ("file", "text"),
        [("case.yml", "title: [unclosed"), ("datapackage.json", "{"), ("claims.csv", ""), ("case.yml", "- a\n- b\n")],
    )
    def test_an_unreadable_file_of_the_case(self, broken, file, text):
        (own(broken) / file).write_text(text)
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
        settings = own(broken) / "case.yml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("parameters: {}", "parameters: {colour: red}"),
            encoding="utf-8",
        )
        result = typed("params")
        assert result.exit_code != 0 and "case.yml" in result.stderr

    def test_a_multiverse_of_a_notebook_that_there_is_not(self, broken):
        file = own(broken) / "multiverse.yml"
        file.write_text(file.read_text(encoding="utf-8").replace("  claims: [", "  clams: ["), encoding="utf-8")
        assert "key outcomes.clams: there is no such notebook" in self.told("check")
        assert typed("explain").exit_code == 0

    def test_an_unreadable_multiverse(self, broken):
        (own(broken) / "multiverse.yml").write_text("axes: [")
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


class TestCite:
    """What another program is to read goes to the output, and nothing else does."""

    @pytest.fixture
    def top(self, tmp_path, monkeypatch):
        folder = cases.checkout(tmp_path / "top")
        monkeypatch.chdir(folder.folder)
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        return folder

    def test_prints_the_report_in_apa_style_dated_by_the_day_its_record_was_made(self, top):
        created = load("").schema.descriptor["created"]
        assert created.startswith("2026-11-22")
        told = "A coder. (2026, November 22). The fair: Who wants what, and why (Version 1.0).\n"
        assert typed("cite").stdout == typed("cite", "--case", "fair").stdout == told

    def test_the_day_of_case_yml_goes_first_and_else_the_one_all_is_dated_by(self, top, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
        assert "(2033, May 18)" in typed("cite").stdout
        top.meta(date="2031-05-06")
        assert "(2031, May 6)" in typed("cite").stdout

    @pytest.mark.parametrize("form", ["apa", "bibtex", "cff", "csl-json", "ris"])
    def test_prints_a_row_in_every_form(self, top, form):
        top.meta(url="https://example.org/fair")
        text = typed("cite", "C02", "--format", form).stdout
        assert "[row C02]" in text and "https://example.org/fair/notebooks/register.html#C02" in text

    def test_a_row_that_the_register_does_not_show_has_the_reports_address(self, top):
        top.meta(url="https://example.org/fair")
        assert typed("cite", "H1").stdout.endswith("[row H1]. https://example.org/fair/\n")

    def test_writes_the_same_into_a_file(self, top, tmp_path):
        result = typed("cite", "--format", "ris", "--output", str(tmp_path / "fair.ris"))
        assert result.stdout == f"The citation: {tmp_path / 'fair.ris'}\n"
        assert (tmp_path / "fair.ris").read_text("utf-8") == typed("cite", "--format", "ris").stdout


class TestBuild:
    @pytest.fixture
    def asked(self, broken, monkeypatch):
        """What a second build is asked for; neither build costs anything."""
        told = []
        name = f"fair{paths.WITH_ARTICLE}"
        monkeypatch.setattr(book, "build", lambda *given: broken / "_build" / name / "html" / "index.html")
        monkeypatch.setattr(twin, "compare", lambda report, command, *_: told.append(command) or 1)
        return told

    def test_with_the_article_warns_that_the_report_is_not_for_publishing(self, asked):
        result = typed("build", "--article", "text.txt", "--engine", "kernel")
        assert "shows the article's text" in result.stdout and "do not publish it" in result.stdout

    def test_with_the_article_is_verified_with_it_wherever_the_second_build_runs(self, asked):
        typed("build", "--article", "text.txt", "--engine", "kernel", "--verify")
        (command,) = asked
        assert command[command.index("--article") + 1] == str(Path("text.txt").resolve())


class TestAnnotations:
    @pytest.fixture
    def top(self, tmp_path, monkeypatch):
        record = cases.checkout(tmp_path / "top")
        monkeypatch.chdir(tmp_path / "top")
        return record

    def test_writes_them_below_build_and_says_how_many_and_where(self, top):
        result = typed("annotations")
        file = Path.cwd() / "_build" / "annotations" / "fair.jsonld"
        told = json.loads(file.read_text("utf-8"))
        assert result.stdout.startswith(f"{told['total']} annotations: {file}\n") and told["total"] == 10
        assert "no word of the article" in result.stdout and "TextQuoteSelector" not in file.read_text("utf-8")

    def test_twice_gives_the_same_bytes(self, top, tmp_path):
        for name in "ab":
            assert typed("annotations", "--output", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    def test_with_the_article_quotes_and_warns_that_it_is_not_for_publishing(self, top, tmp_path):
        result = typed("annotations", "--article", str(top.article), "--output", str(tmp_path / "out"))
        assert "holds pieces of the article" in result.stdout and "do not publish it" in result.stdout
        told = json.loads((tmp_path / "out").read_text("utf-8"))
        assert all(len(item["target"]["selector"]) == 2 for item in told["first"]["items"])

    def test_another_article_is_refused_and_nothing_is_written(self, top):
        top.print_article(cases.ARTICLE.replace("bakers", "butchers"))
        result = typed("annotations", "--article", str(top.article))
        assert result.exit_code == 1 and result.stdout == ""
        assert "case.yml, key article.sha256: the article at hand has" in result.stderr
        assert not Path("_build").exists()

    def test_an_anchor_that_does_not_fit_the_article_is_refused(self, top):
        top.set("claims", "C02", digest="0" * 16)
        result = typed("annotations", "--article", str(top.article))
        assert result.exit_code == 1 and "claims.csv, row 3 (C02), column digest" in result.stderr


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


ASKED = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name == "nt", reason="a process there cannot send itself such a signal")
@pytest.mark.parametrize("number", ASKED, ids=lambda number: number.name)
class TestARequestToEnd:
    def typed(self, number, *words, before=signal.SIG_DFL):
        """In a process where it comes in the middle of the command `work`, and at the very end of any command."""
        script = """
            import atexit, functools, os, sys
            import click
            from sourcebook import cli
            ask = functools.partial(os.kill, os.getpid(), int(sys.argv.pop(1)))
            atexit.register(ask)
            cli.main.add_command(click.Command("work", callback=lambda: (ask(), click.echo("it went on"))))
            cli.process()
        """
        command = [sys.executable, "-c", textwrap.dedent(script), str(int(number)), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, preexec_fn=lambda: signal.signal(number, before)
        )
        return done.returncode, done.stdout, done.stderr

    def test_stops_a_command_in_order(self, number):
        told = "Stopped. Reports that were built before are as they were.\n"
        assert self.typed(number, "work") == (1, "", told)

    def test_changes_nothing_once_all_is_done_and_told(self, number):
        assert self.typed(number, "--version") == (0, f"sourcebook, version {__version__}\n", "")

    def test_is_not_heard_where_whoever_started_the_command_said_so(self, number):
        """As `nohup` does for a terminal that is closed."""
        assert self.typed(number, "work", before=signal.SIG_IGN) == (0, "it went on\n", "")


def test_the_notebooks_that_run_takes_are_those_of_the_book():
    assert [path.stem for path in book.notebooks(ROOT)] == BOOKS
