"""The notebooks' parameters cells are the only place where parameters are declared; a reader's values are checked against them."""

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta

import cases
import pytest
from click.testing import CliRunner
from scratch import ROOT, glued, notebook
from smallcase import META, TABLES, case

from sourcebook import book, paths
from sourcebook.analysis import hypotheses
from sourcebook.case import load
from sourcebook.cli import main
from sourcebook.coders import coded_by, names
from sourcebook.errors import ParameterError
from sourcebook.parameters import Parameter, checked, declared, gathered, read, split, written
from sourcebook.run import run
from sourcebook.selection import DEFAULTS, keep
from sourcebook.statements import items

CELL = """\
case: str = ""  # folder that holds the record
grade: str = "F"  # keep sources graded at least this (sources.reliability)
credibility: int = 6  # keep claims graded at least this (claims.credibility)
attribution: str = "implied"  # how clearly attributed (explicit|implied)
actors: list = []  # leave these out (actors.id)
blocs: list = []  # leave these sides out (actors.bloc)
coder: str = ""  # whose judgements; empty means the reference coder (consistency.coder|all)
unnamed: bool = True  # keep who is not named
share: float = 0.5  # how much
word: str = "a"  # any word
since: str = ""  # leave out what is earlier (date)
until: str = ""  # leave out what is later (date)
ranks: list = []  # these grades only (claims.credibility)
"""


@pytest.fixture(scope="module")
def record():
    return case()


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return declared([notebook(tmp_path_factory.mktemp("declared") / "one.ipynb", parameters=CELL)])


def faults(given, known, record) -> str:
    with pytest.raises(ParameterError) as caught:
        checked(given, known, record)
    return str(caught.value)


class TestDeclared:
    def test_name_type_default_help_and_allowed_values_are_read_from_the_cell(self, known):
        assert list(known) == [
            "case",
            "grade",
            "credibility",
            "attribution",
            "actors",
            "blocs",
            "coder",
            "unnamed",
            "share",
            "word",
            "since",
            "until",
            "ranks",
        ]
        assert known["grade"] == Parameter(
            "grade", "str", "F", "keep sources graded at least this", "sources.reliability", ("one",)
        )
        assert known["unnamed"] == Parameter("unnamed", "bool", True, "keep who is not named", "", ("one",))
        assert [(known[name].type, known[name].default) for name in ("credibility", "actors", "share")] == [
            ("int", 6),
            ("list", []),
            ("float", 0.5),
        ]
        assert known["since"] == Parameter("since", "date", "", "leave out what is earlier", "", ("one",))

    def test_allowed_values_come_from_codes_from_a_column_from_the_words_themselves_or_from_nowhere(
        self, known, record
    ):
        assert known["grade"].values(record) == list("ABCDEF"), "the schema's codes"
        assert known["credibility"].values(record) == list("123456"), "whole numbers, as text"
        assert known["attribution"].values(record) == ["explicit", "implied"], "the words in brackets"
        assert known["actors"].values(record) == ["ann", "bob", "inst", "cleo", "aides"], "a column without codes"
        assert known["coder"].values(record) == ["first", "all"], "a column and a word"
        assert known["word"].values(record) == []

    def test_a_parameter_of_several_notebooks_is_one_that_knows_them(self, tmp_path):
        books = [
            notebook(tmp_path / f"{name}.ipynb", parameters="size: int = 3  # how large") for name in ("one", "two")
        ]
        books.append(notebook(tmp_path / "three.ipynb", parameters="other: int = 1  # another"))
        found = declared(books)
        assert found["size"].notebooks == ("one", "two")
        assert found["other"].notebooks == ("three",)

    def test_a_folder_may_be_called_anything(self, tmp_path):
        """Fails where papermill fills a parameter into the path, as it does with names in braces."""
        folder = tmp_path / "{size} {0} }{ {{case}}"
        folder.mkdir()
        assert declared([notebook(folder / "one.ipynb", parameters="size: int = 3  # how large")])["size"].default == 3

    @pytest.mark.parametrize(
        "other", ["size: int = 4  # how large", "size: float = 3  # how large", "size: int = 3  # how large (1|3)"]
    )
    def test_two_notebooks_that_disagree_are_an_error_naming_both(self, tmp_path, other):
        books = [
            notebook(tmp_path / "one.ipynb", parameters="size: int = 3  # how large"),
            notebook(tmp_path / "two.ipynb", parameters=other),
        ]
        with pytest.raises(
            ParameterError, match=r"two\.ipynb and one\.ipynb declare size differently: make type, default"
        ):
            declared(books)

    def test_this_books_notebooks_agree_and_explain_every_parameter(self):
        found = declared(book.notebooks(ROOT))
        assert len(found) > 5
        kinds = ("str", "int", "float", "bool", "list", "date")
        assert all(parameter.help and parameter.type in kinds for parameter in found.values())

    def test_every_notebook_takes_every_choice_of_what_to_keep(self):
        found = declared(book.notebooks(ROOT))
        everywhere = {name for name, each in found.items() if len(each.notebooks) == len(book.notebooks(ROOT))}
        assert everywhere == {"case", *DEFAULTS}


class TestSplit:
    def test_name_and_value_at_the_first_equals_sign(self):
        assert split(("a=1", "b=x=y", "c=")) == {"a": "1", "b": "x=y", "c": ""}

    def test_all_that_have_none_are_named(self):
        with pytest.raises(ParameterError, match="not of the form name=value: one, two. Write, for example"):
            split(("one", "a=1", "two"))

    def test_a_name_given_two_values_is_refused_and_one_given_the_same_twice_is_not(self):
        assert split(("a=1", "a=1")) == {"a": "1"}
        with pytest.raises(ParameterError, match="name=value: one(.|\n)*a: found “1” and “2”; give it once"):
            split(("a=1", "one", "a=2"))


class TestRead:
    """In a file a value means what it means after -p, whatever YAML would make of it."""

    @pytest.fixture
    def file(self, tmp_path):
        def write(text: str | bytes):
            path = tmp_path / "choices.yml"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            return path

        return write

    def told(self, path) -> list[str]:
        with pytest.raises(ParameterError) as caught:
            read(path)
        first, *lines = str(caught.value).splitlines()
        assert first == f"These parameters in {path} cannot be used:"
        return [line.strip() for line in lines]

    def test_is_names_with_values_or_lists_of_values(self, file):
        path = file("grade: C\nblocs: [north, 'south']\nactors:\n- ann\n- NO\nunnamed: no\nword:\n")
        assert read(path) == {
            "grade": "C", "blocs": ["north", "south"], "actors": ["ann", "NO"], "unnamed": "no", "word": "",
        }  # fmt: skip

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "\ufeff"])
    def test_may_be_empty(self, file, text):
        assert read(file(text)) == {}

    @pytest.mark.parametrize(
        ("line", "typed"),
        [
            ("credibility: 3", 3), ('credibility: "3"', 3), ("unnamed: off_", None), ("unnamed: no", False),
            ("unnamed: 'no'", False), ("share: 1e-1", 0.1), ("share: 1", 1.0), ("word: NO", "NO"), ("word: 010", "010"),
            ("word: 1_0", "1_0"), ("word: ~", "~"), ("word: 12:30:45", "12:30:45"), ("blocs: north, south", ["north", "south"]),
            ("blocs: [south, north, south]", ["north", "south"]), ("ranks: [2, '1']", [1, 2]), ("since: 2020-01-02", "2020-01-02"),
            ("since: '2020-01-02'", "2020-01-02"), ("credibility: 010", None), ("credibility: 1_0", None),
            ("credibility: 0x3", None), ("credibility: ~", None), ("credibility: 3.0", None), ("share: 1_0", None),
            ("share: .inf", None), ("share: nan", None), ("grade: NO", None), ("grade: 3", None), ("since: 2020-1-2", None),
            ("since: 2020-01-02 10:00:00", None), ("grade: !!python/object/apply:os.getcwd []", None), ("word: [a]", None),
        ],
    )  # fmt: skip
    def test_its_values_are_read_right_or_refused_with_what_was_found(self, file, known, record, line, typed):
        values = read(file(line))
        ((name, value),) = values.items()
        if typed is None:
            assert f"{name}: found " in faults(values, known, record) and str(value) in faults(values, known, record)
        else:
            found = checked(values, known, record)[name]
            assert found == typed and type(found) is type(typed)

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("grade: [C\n", "line 2: not readable as YAML (expected ',' or ']'"),
            ("a: 1\n\tb: 2\n", "line 2: not readable as YAML (found character '\\t' that cannot start any token)"),
            ("a: 1\n---\nb: 2\n", "line 2: not readable as YAML (but found another document)"),
            ("# choices\n- grade\n", "line 2: no mapping; write lines such as weights: equal"),
            ("grade\n", "line 1: no mapping"),
            ("a: 1\nb: 2\na: 3\n", "line 3: a stands on line 1 already; give it once"),
            ("a: 1\na: 1\n", "line 2: a stands on line 1 already"),
            ("a: {b: 1}\n", "line 1: not a name with a value or a list of values"),
            ("a: [[b]]\n", "line 1: not a name with a value or a list of values"),
            ("? [a]\n: 1\n", "line 1: not a name with a value or a list of values"),
            ("a: &x [*x]\n", "line 1: not a name with a value or a list of values"),
            ("[" * 5000, "not readable as YAML"),
            (b"\x00", "not readable as YAML"),
            (b"word: caf\xe9\n", "not UTF-8"),
        ],
    )
    def test_another_shape_is_told_with_file_and_line(self, file, text, line):
        assert self.told(file(text))[0].startswith(line)

    def test_everything_of_another_shape_is_told_at_once(self, file):
        assert [line.split(":")[0] for line in self.told(file("a: 1\na: 2\nb: {}\nb: 3\n"))] == ["line 2", "line 3"]

    def test_a_missing_file_is_told_by_its_name(self, tmp_path):
        told = self.told(tmp_path / "nothing.yml")
        assert told == [
            "the file cannot be read (No such file or directory); name a YAML file with lines such as weights: equal"
        ]


class TestWritten:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("F", "F"),
            (6, "6"),
            (0.25, "0.25"),
            (True, "yes"),
            (False, "no"),
            ([], ""),
            (["us", "russia"], "us,russia"),
            ([1, 2], "1,2"),
            ("", ""),
            ("2025-03-18", "2025-03-18"),
            (date(2025, 3, 18), "2025-03-18"),
        ],
    )
    def test_is_what_one_would_type(self, value, text):
        assert written(value) == text

    @pytest.mark.parametrize(
        ("name", "value"),
        [("grade", "C"), ("credibility", 3), ("share", 0.1), ("unnamed", False), ("blocs", ["north", "south"]),
         ("ranks", [1, 2]), ("since", "2020-01-02")],
    )  # fmt: skip
    def test_comes_back_as_the_same_value(self, known, record, name, value):
        assert checked({name: written(value)}, known, record) == {name: value}


class TestChecked:
    @pytest.mark.parametrize(
        ("name", "value", "typed"),
        [
            ("grade", "C", "C"),
            ("credibility", "3", 3),
            ("credibility", 3, 3),
            ("share", "0.25", 0.25),
            ("share", 1, 1.0),
            ("unnamed", "no", False),
            ("unnamed", "FALSE", False),
            ("unnamed", "0", False),
            ("unnamed", False, False),
            ("blocs", "north", ["north"]),
            ("blocs", " north , south,", ["north", "south"]),
            ("blocs", ["north", "south"], ["north", "south"]),
            ("blocs", ("north",), ["north"]),
            ("word", "a=b, {{ 7*7 }} <b>\"'", "a=b, {{ 7*7 }} <b>\"'"),
            ("ranks", "2,1", [1, 2]),
            ("ranks", [1, "2", 2], [1, 2]),
            ("since", "2020-01-02", "2020-01-02"),
            ("since", date(2020, 1, 2), "2020-01-02"),
        ],
    )
    def test_text_becomes_what_the_parameter_is_and_the_typed_value_stays(self, known, record, name, value, typed):
        found = checked({name: value}, known, record)
        assert found == {name: typed}
        assert type(found[name]) is type(typed)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("grade", "F"), ("unnamed", "yes"), ("blocs", ""), ("blocs", ()), ("credibility", "6"), ("since", "")],
    )
    def test_a_default_said_aloud_is_no_choice(self, known, record, name, value):
        assert checked({name: value}, known, record) == {}

    @pytest.mark.parametrize(
        ("name", "value", "kind"),
        [
            ("credibility", "three", "int"),
            ("credibility", "2.5", "int"),
            ("credibility", 2.5, "int"),
            ("credibility", True, "int"),
            ("credibility", None, "int"),
            ("credibility", "", "int"),
            ("share", "much", "float"),
            ("unnamed", "perhaps", "bool"),
            ("unnamed", 2, "bool"),
            ("grade", ["C"], "str"),
            ("grade", {"C": 1}, "str"),
            ("word", True, "str"),
            ("word", None, "str"),
            ("blocs", 3, "list"),
            ("blocs", {"north": 1}, "list"),
            ("blocs", None, "list"),
            ("blocs", [["north"]], "list"),
            ("blocs", [None], "list"),
            ("credibility", float("inf"), "int"),
            ("credibility", "010", "int"),
            ("credibility", "1_0", "int"),
            ("credibility", "３", "int"),
            ("share", float("nan"), "float"),
            ("share", "nan", "float"),
            ("share", "1e999", "float"),
            ("share", 10**400, "float"),
            ("grade", 3, "str"),
            ("word", 3, "str"),
            ("word", date(2020, 1, 2), "str"),
            ("since", "January", "date"),
            ("since", "20200102", "date"),
            ("since", "2020-02-30", "date"),
            ("since", 2020, "date"),
            ("since", None, "date"),
            ("since", datetime(2020, 1, 2), "date"),
        ],
    )
    def test_a_wrong_type_is_told_with_what_was_found_and_what_it_must_be(self, known, record, name, value, kind):
        assert f"{name}: found {value!r}, it must be of type {kind}" in faults({name: value}, known, record)

    def test_an_unknown_name_is_told_with_the_nearest(self, known, record):
        assert "gradee: there is no such parameter; did you mean grade?" in faults({"gradee": "C"}, known, record)

    def test_a_name_like_no_other_is_told_where_they_are_listed(self, known, record):
        assert "zzz: there is no such parameter; sourcebook params lists them" in faults({"zzz": "C"}, known, record)

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("grade", "c", "grade: found “c”; allowed are A, B, C, D, E, F"),
            (
                "attribution",
                "explict",
                "attribution: found “explict”; allowed are explicit, implied; did you mean explicit?",
            ),
            ("blocs", "north,sooth", "blocs: found “sooth”; allowed are north, south, outside; did you mean south?"),
            ("actors", "cleoo", "actors: found “cleoo”; allowed are ann, bob, inst, cleo, aides; did you mean cleo?"),
            ("credibility", "7", "credibility: found “7”; allowed are 1, 2, 3, 4, 5, 6"),
            ("coder", "frist", "did you mean first?"),
        ],
    )
    def test_an_unknown_code_is_told_with_all_and_the_nearest(self, known, record, name, value, told):
        assert told in faults({name: value}, known, record)

    def test_an_empty_default_takes_back_what_a_case_set_though_it_is_no_code(self, known, record):
        assert checked({"coder": ""}, known, record) == {} and checked({"coder": "first"}, known, record)
        assert "attribution: found “”" in faults({"attribution": ""}, known, record)

    def test_a_truth_value_where_yaml_took_a_word_for_one_is_told_with_the_remedy(self, known, record):
        told = faults({"blocs": [False], "grade": False}, known, record)
        assert "blocs: found “False”; allowed are north, south, outside; YAML takes no, off, yes and on" in told
        assert "grade: found False, it must be of type str; YAML takes no, off, yes and on" in told

    def test_a_day_is_told_how_it_is_written(self, known, record):
        told = faults({"until": "2 January"}, known, record)
        assert "until: found '2 January', it must be of type date: a day such as 2000-12-31, or empty" in told

    def test_a_period_that_ends_before_it_begins_is_refused(self, known, record):
        told = faults({"since": "2020-01-02", "until": date(2020, 1, 1)}, known, record)
        assert "since: found 2020-01-02, which is after until, 2020-01-01; exchange them or leave one out" in told
        assert checked({"since": "2020-01-02", "until": "2020-01-02"}, known, record).keys() == {"since", "until"}

    def test_the_case_is_chosen_elsewhere(self, known, record):
        assert "case: it is chosen with --case" in faults({"case": "other"}, known, record)

    def test_everything_wrong_is_told_at_once(self, known, record):
        given = {"gradee": "C", "credibility": "three", "blocs": "sooth,nort", "case": "x", "grade": "B"}
        lines = faults(given, known, record).splitlines()
        assert lines[0] == "These parameters cannot be used:"
        assert [line.split(":")[0].strip() for line in lines[1:]] == ["gradee", "credibility", "blocs", "blocs", "case"]

    def test_a_default_of_the_notebooks_own_is_not_shared_with_the_reader(self, known, record):
        checked({"blocs": "north"}, known, record)["blocs"].append("south")
        assert known["blocs"].default == []


class TestStrength:
    """-p goes before the file, the file before case.yml, and case.yml before the notebooks."""

    @pytest.fixture
    def top(self, tmp_path):
        notebook(tmp_path / "notebooks" / "one.ipynb", parameters=CELL)
        notebook(tmp_path / "notebooks" / "two.ipynb", parameters="word: str = 'a'  # any word")
        (tmp_path / "_toc.yml").write_text(
            "format: jb-book\nroot: book/index\nchapters:\n- file: notebooks/two\n- file: notebooks/one\n"
        )
        (tmp_path / "_config.yml").write_text("sphinx: {config: {sourcebook_case: data/river}}")
        return tmp_path

    def plan(self, top, given, **ofcase):
        return book.plan(replace(case(), folder=top / "data" / "river", meta=META | {"parameters": ofcase}), top, given)

    def test_the_notebooks_alone(self, top):
        values, shares, known, _ = self.plan(top, {})
        assert values == {} and shares == {"two": {}, "one": {}}
        assert set(known) > {"word", "grade"}

    def test_the_case_over_the_notebooks(self, top):
        assert self.plan(top, {}, grade="C", word="b")[:2] == (
            {"grade": "C", "word": "b"}, {"two": {"word": "b"}, "one": {"grade": "C", "word": "b"}},
        )  # fmt: skip

    def test_the_reader_over_the_case(self, top):
        assert self.plan(top, {"grade": "B"}, grade="C", word="b")[0] == {"grade": "B", "word": "b"}

    def gathered(self, top, file: str, pairs=(), **ofcase):
        (top / "choices.yml").write_text(file)
        record = replace(case(), folder=top / "data" / "river", meta=META | {"parameters": ofcase})
        given = gathered(top / "choices.yml", pairs, declared(book.notebooks(top)), record)
        return book.plan(record, top, given)

    def test_the_file_over_the_case_and_the_command_line_over_the_file(self, top):
        """Each of three parameters is set in one place more than the one before."""
        plan = self.gathered(
            top, "word: c\ncredibility: 3", ("word=d",), word="b", credibility=2, blocs=["north"], share=0.1
        )
        assert plan.values == {"word": "d", "credibility": 3, "blocs": ["north"], "share": 0.1}
        assert plan.shares["two"] == {"word": "d"}

    def test_the_command_line_back_to_the_default_over_file_and_case(self, top):
        pairs = ("grade=F", "since=", "blocs=", "unnamed=yes")
        plan = self.gathered(
            top, "grade: B\nsince: 2020-01-02\nblocs: [north]", pairs, since=date(2020, 1, 1), grade="C", unnamed=False
        )
        assert plan.values == {}

    def test_days_reach_notebooks_as_text_from_wherever_they_come(self, top):
        plan = self.gathered(top, "until: 2020-01-02", since=date(2020, 1, 1))
        assert plan.shares["one"] == {"since": "2020-01-01", "until": "2020-01-02"}
        assert self.plan(top, {"since": date(2020, 1, 1)}).shares["one"] == {"since": "2020-01-01"}

    def test_the_faults_of_all_places_are_told_at_once_each_with_its_own(self, top):
        """A stronger place does not hide what is wrong in a weaker one."""
        with pytest.raises(ParameterError) as caught:
            self.gathered(
                top, "credibility: [3]\nqqq: 1\nqqq: 2\ncase: lake\n", ("grade=G", "word"), grade="Z", colour="red"
            )
        assert str(caught.value).splitlines() == [
            "These parameters in case.yml of case river cannot be used:",
            "  grade: found “Z”; allowed are A, B, C, D, E, F",
            "  colour: there is no such parameter; did you mean coder?",
            f"These parameters in {top / 'choices.yml'} cannot be used:",
            "  line 3: qqq stands on line 2 already; give it once",
            "  credibility: found ['3'], it must be of type int",
            "  qqq: there is no such parameter; sourcebook params lists them",
            "  case: it is chosen with --case",
            "These parameters cannot be used:",
            "  not of the form name=value: word. Write, for example, -p min_reliability=C",
            "  grade: found “G”; allowed are A, B, C, D, E, F",
        ]

    def test_a_period_put_together_from_two_places_is_told_with_the_stronger(self, top):
        with pytest.raises(ParameterError) as caught:
            self.gathered(top, "since: 2020-01-02", ("until=2020-01-01",))
        first, second = str(caught.value).splitlines()
        assert first == "These parameters cannot be used:" and "which is after until" in second

    def test_the_reader_back_to_the_notebooks_default(self, top):
        assert self.plan(top, {"grade": "F"}, grade="C")[0] == {}

    def test_each_notebook_gets_only_what_it_declares(self, top):
        shares = self.plan(top, {"grade": "B", "word": "c"})[1]
        assert shares == {"two": {"word": "c"}, "one": {"grade": "B", "word": "c"}}

    def test_notebooks_are_in_the_order_of_the_table_of_contents(self, top):
        assert [path.stem for path in book.notebooks(top)] == ["two", "one"]

    def test_another_case_than_the_books_own_is_named_to_every_notebook(self, top):
        other = replace(case(), name="lake", folder=top / "data" / "lake")
        assert book.plan(other, top, {})[1] == {"two": {"case": "lake"}, "one": {"case": "lake"}}

    def test_a_wrong_value_of_the_case_is_told_with_the_place(self, top):
        with pytest.raises(ParameterError, match=r"case\.yml"):
            self.plan(top, {}, grade="Z")


class TestCommands:
    """`build`, `run` and `explain` take -f and -p alike."""

    @pytest.fixture
    def passed_on(self, monkeypatch, tmp_path):
        """Type a command beside a file of choices; what it plans with is told, and nothing runs."""
        monkeypatch.chdir(ROOT)
        (tmp_path / "choices.yml").write_text("weights: count\nmin_reliability: C\nsince: 2020-01-02\n")

        def stop(*arguments, plan=book.plan):
            raise ParameterError(f"planned: {sorted(plan(*arguments).values.items())}")

        monkeypatch.setattr(book, "plan", stop)
        return lambda *words: CliRunner().invoke(
            main, [*words[:1], words[1], str(tmp_path / "choices.yml"), *words[2:]]
        )

    @pytest.mark.parametrize("command", ["build", "run", "explain"])
    @pytest.mark.parametrize("option", ["-f", "--parameters"])
    def test_the_file_is_read_and_p_goes_before_it(self, passed_on, command, option):
        told = passed_on(command, option, "-p", "min_reliability=B").output
        assert "planned: [('min_reliability', 'B'), ('since', '2020-01-02'), ('weights', 'count')]" in told

    @pytest.mark.parametrize("command", ["build", "run", "explain"])
    def test_what_is_wrong_ends_it_before_anything_runs(self, passed_on, command):
        done = passed_on(command, "-f", "-p", "until=2020-01-01", "-p", "weight=equal")
        assert done.exit_code == 2 and "planned" not in done.output
        assert "which is after until, 2020-01-01" in done.stderr and "did you mean weights?" in done.stderr


def test_values_from_python_pass_the_same_check(monkeypatch):
    monkeypatch.chdir(ROOT)
    given = {"min_reliability": 3, "exclude_blocs": [False], "since": datetime(2020, 1, 2), "modes": "direct,quoted"}
    with pytest.raises(ParameterError) as caught:
        book.build("", given, say=lambda line: None)
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == list(given)


RATED = "\n".join([TABLES["consistency"].strip(), "K12|C01|H2|II|second|Another view.|"])


class TestEffectOnTheSmallCase:
    """Every parameter, set to another value than its default, changes what it says that it changes."""

    KEPT = {
        "min_reliability": ("B", "C02 C04 C05 C06 R04"),
        "min_credibility": (2, "C02 C04 C05 C06"),
        "attribution": ("explicit", "C04 J02 J03 R04"),
        "exclude_actors": (["cleo"], "R02 R03"),
        "exclude_blocs": (["south"], "C02 C04 C05 R04"),
        "include_unnamed": (False, "C06"),
        "modes": (["indirect", "own"], "C01 C05 R01"),
        "since": ("2020-01-02", "E01 J01 J02 J03"),
        "until": ("2020-01-01", "C02 C04 C05 F01 F02 R04"),
    }
    WEIGHED = {"evidence": "all", "duplicates": True, "weights": "count", "coder": "second"}

    def test_every_parameter_is_among_them(self):
        """`case` is tested with the plan: it is no choice within a case."""
        assert {"case", *self.KEPT, *self.WEIGHED} == KNOWN.keys()

    @pytest.mark.parametrize("name", KEPT)
    def test_a_choice_of_what_to_keep_leaves_out_what_it_names(self, record, name):
        value, gone = self.KEPT[name]
        left = keep(record, **{name: value})
        assert sorted(set(items(record)["id"]) - set(items(left)["id"])) == gone.split()

    @pytest.mark.parametrize("name", WEIGHED)
    def test_a_choice_of_how_to_weigh_changes_the_scores(self, name):
        """The ratings of a second coder stand beside the first's, since no case of the book need have two."""
        assert self.scores(**{name: self.WEIGHED[name]}) != self.scores()

    def scores(self, evidence="reported", duplicates=False, weights="grades", coder="") -> dict:
        rated = coded_by(case(consistency=RATED), coder)
        found = hypotheses.evidence(rated, evidence, duplicates)
        matrix = hypotheses.matrix(rated.consistency, found)
        table = hypotheses.scores(matrix, found, rated.hypotheses, weights)
        return dict(zip(table["id"], table["inconsistency"]))


KNOWN = declared(book.notebooks(ROOT))
RECORD = load(str(ROOT / paths.DATA / paths.default_case(ROOT)))
TESTED = [name for name in KNOWN if name != "coder" or RECORD.consistency["coder"].nunique() > 1]


class TestEffectOnTheBook:
    """Every parameter reaches the notebooks: at another value than its default some figure of the book's own case differs.

    `coder` is left to the small case where only one person has rated: all ratings are then that person's.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def top(cls, tmp_path_factory):
        """The notebooks with the book's own case, and a second one for `case` to name."""
        folder = tmp_path_factory.mktemp("effect")
        shutil.copytree(ROOT / "data", folder / "data")
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
        shutil.copy(ROOT / paths.CONFIG, folder)
        cases.write(folder / "data")
        return folder

    @pytest.fixture(scope="class")
    @classmethod
    def figures(cls, top):
        """The figures of a notebook on some parameters, run once for each."""
        runs = {}

        def of(notebook: str, **values):
            key = repr((notebook, values))
            if key not in runs:
                output = top / "runs" / f"{len(runs)}.ipynb"
                runs[key] = glued(run(top / "notebooks" / f"{notebook}.ipynb", output, values, top))
            return runs[key]

        return of

    @staticmethod
    def another(parameter: Parameter, record):
        """A value other than the default, from what the case allows: the strictest of a scale, a code that occurs."""
        if parameter.name == "case":
            return "fair"
        if parameter.type == "date":
            first, last = record.events["date"].min(), record.events["date"].max()
            return str((last + timedelta(days=1) if parameter.name == "since" else first - timedelta(days=1)).date())
        if parameter.type == "bool":
            return not parameter.default
        default = parameter.default or (names(record)[0] if parameter.name == "coder" else parameter.default)
        codes = [code for code in parameter.codes(record).values() if code != default]
        return codes[:1] if parameter.type == "list" else codes[0]

    @pytest.mark.parametrize("name", TESTED)
    def test_a_figure_differs(self, figures, name):
        parameter = KNOWN[name]
        # The register counts every row that is left, so no choice of rows escapes it.
        notebook = "register" if "register" in parameter.notebooks else parameter.notebooks[0]
        value = self.another(parameter, RECORD)
        if name != "case":
            assert checked({name: value}, KNOWN, RECORD) == {name: value}
        assert figures(notebook, **{name: value}) != figures(notebook)
