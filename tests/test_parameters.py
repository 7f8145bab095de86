"""The notebooks' parameters cells are the only place where parameters are declared; a reader's values are checked against them."""

from dataclasses import replace

import pytest
from scratch import ROOT, notebook
from smallcase import META, case

from sourcebook import book
from sourcebook.errors import ParameterError
from sourcebook.parameters import Parameter, checked, declared, split

CELL = """\
case: str = ""  # folder that holds the record
grade: str = "F"  # keep sources graded at least this (sources.reliability)
credibility: int = 6  # keep claims graded at least this (claims.credibility)
attribution: str = "implied"  # how clearly attributed (explicit|implied)
actors: list = []  # leave these out (actors.id)
blocs: list = []  # leave these sides out (actors.bloc)
coder: str = "all"  # whose ratings (consistency.coder|all)
unnamed: bool = True  # keep who is not named
share: float = 0.5  # how much
word: str = "a"  # any word
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
        assert all(
            parameter.help and parameter.type in ("str", "int", "float", "bool", "list") for parameter in found.values()
        )


class TestSplit:
    def test_name_and_value_at_the_first_equals_sign(self):
        assert split(("a=1", "b=x=y", "c=")) == {"a": "1", "b": "x=y", "c": ""}

    def test_all_that_have_none_are_named(self):
        with pytest.raises(ParameterError, match="not of the form name=value: one, two. Write, for example"):
            split(("one", "a=1", "two"))


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
        ],
    )
    def test_text_becomes_what_the_parameter_is_and_the_typed_value_stays(self, known, record, name, value, typed):
        found = checked({name: value}, known, record)
        assert found == {name: typed}
        assert type(found[name]) is type(typed)

    @pytest.mark.parametrize(
        ("name", "value"), [("grade", "F"), ("unnamed", "yes"), ("unnamed", "1"), ("blocs", ""), ("credibility", "6")]
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
    """What is given is stronger than case.yml, and case.yml stronger than the notebooks."""

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
