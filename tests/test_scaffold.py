"""A new case: every table with examples that hang together, about the article at hand, sound from its first moment; or nothing at all."""

import csv
import io
import json
import re
import shutil

import cases
import pytest
import yaml
from scratch import ROOT, tree

from sourcebook import article, scaffold
from sourcebook.case import load
from sourcebook.casefile import read_casefile
from sourcebook.check import check
from sourcebook.errors import ParameterError, SourcebookError
from sourcebook.intake import Intake, Paragraph
from sourcebook.schema import Schema

OURS = {"bloc", "topic"}
FIRST = ROOT / "data/hockey"


def intake(*texts: str, kinds: str = "", **meta: str) -> Intake:
    told = [*("headline", "body", "body", "heading", "body")][: len(texts)] if not kinds else kinds.split()
    return Intake(tuple(map(Paragraph, told, texts)), "plain text", "utf-8", "every byte fits it", meta)


ARTICLES = {
    "five paragraphs": intake(
        "Örsund waits", "The mayor spoke.", "The crews did not.", "What follows", "Nobody knows 🎪."
    ),
    "one line": intake("Örsund waits for its bridge and for much else besides, it is said"),
    "headings alone": intake("Örsund", "One", "Two", kinds="headline heading heading"),
    "one letter": intake("x", "y"),
    "no blanks": intake("橋を待つ町" * 40, "市長は月曜日" * 60),
    "no letters": intake("…", "=1+1", "— “?”"),
    "markup": intake(
        '<b>"A, b"</b>', "{n_claims} `x` \\$", "# [x](javascript:x)", title='"<b>: #\\ {x}', publisher="a: b #c"
    ),
}


@pytest.fixture
def top(tmp_path):
    """A checkout with nothing but what the package looks for."""
    for folder in ("data", "notebooks"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    (tmp_path / "_config.yml").write_text("sphinx: {config: {sourcebook_case: data/bridge}}\n", "utf-8")
    return tmp_path


def written(top, told: Intake | None, ship: bool = False, **meta: str):
    content = scaffold.made("bridge", told, meta, ["claims", "reactions"], ship)
    return scaffold.write(top, "bridge", content, told and told.article, told.text if told and not ship else None)


def rows(folder, table: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO((folder / f"{table}.csv").read_text("utf-8"))))


class TestTemplate:
    """The template is a case like any other, of nobody in particular."""

    def test_it_has_no_fault_and_its_anchors_fit_its_text(self):
        text = article.read(scaffold.TEMPLATE / scaffold.TEXT)
        assert check(scaffold.TEMPLATE, text) == []

    def test_its_tables_columns_and_codes_are_those_of_the_books_case_save_the_cases_own(self):
        ours, first = Schema.read(scaffold.TEMPLATE), Schema.read(FIRST)
        assert list(ours.tables) == list(first.tables)
        for table, columns in first.tables.items():
            assert list(ours.tables[table]) == list(columns)
            for name, field in columns.items():
                ignored = {"constraints", "categories", "description"} if name in OURS else set()
                assert {key: value for key, value in ours.tables[table][name].items() if key not in ignored} == {
                    key: value for key, value in field.items() if key not in ignored
                }, f"{table}.{name}"
        keys = [
            {each["name"]: [each["schema"].get(key) for key in ("primaryKey", "foreignKeys")] for each in schema.descriptor["resources"]}
            for schema in (ours, first)
        ]  # fmt: skip
        assert keys[0] == keys[1]

    def test_every_row_is_marked_as_an_example(self):
        marks = ("An example: replace it.", "Keep this row: it is for all that the article places nowhere.")
        for table, each in scaffold.template().items():
            assert each and all(row["note"] in marks for row in each), table

    def test_the_examples_are_a_whole_case(self):
        told = scaffold.template()
        meta, _ = read_casefile(scaffold.TEMPLATE)
        sides = {row["id"]: row["bloc"] for row in told["actors"]}
        accounts = {sides[row["actor_id"]] for row in told["claims"] if row["event_id"] == meta["accounts"]["event"]}
        assert accounts == set(meta["accounts"]["sides"]) and sides[meta["assessor"]] not in accounts
        assert {row["kind"] for row in told["sources"]} >= {"unstated", "assessment"}
        assert {row["layer"] for row in told["assessments"]} == {"claimed", "assessed"} and len(told["hypotheses"]) == 2
        assert {row["variable"] for row in told["ratings"]} == {"stance", "credibility", "layer"}
        assert {row["carriage"] for row in told["corroboration"]} >= {"carried", "omitted"}

    def test_no_name_of_the_books_case_is_in_it(self):
        actors = rows(FIRST, "actors")
        names = {row[key] for row in actors for key in ("id", "name", "organisation", "as_printed")} - {""}
        names |= {code for row in actors for code in (row["bloc"], row["country"])} - {"", "US"}
        text = "".join(path.read_text("utf-8") for path in scaffold.TEMPLATE.iterdir()).lower()
        assert not {name for name in names | {"hockey", "isw"} if re.search(rf"\b{re.escape(name.lower())}\b", text)}

    def test_every_key_of_case_yml_that_the_analysis_reads_has_a_comment(self):
        lines = (scaffold.TEMPLATE / "case.yml").read_text("utf-8").split("\n")
        for place, line in enumerate(lines):
            if re.match(r"(\w+): *\S", line):
                block = next(above for above in reversed(lines[:place]) if not re.match(r"\w+:", above))
                assert block.startswith("#"), line


class TestMade:
    """Whatever the article is, the examples are about it, and the case checks."""

    @pytest.mark.parametrize("told", ARTICLES.values(), ids=ARTICLES)
    @pytest.mark.parametrize("ship", [False, True], ids=["not shipped", "shipped"])
    def test_it_has_no_fault_against_the_text_and_loads(self, top, told, ship):
        folder = written(top, told, ship)
        assert check(folder, told.article) == []
        case = load(str(folder))
        assert case.paragraphs["length"].tolist() == [len(text) for _, text in told.paragraphs]
        assert case.paragraphs["kind"].tolist() == [kind for kind, _ in told.paragraphs]
        assert case.meta["article"]["sha256"] == told.article.sha256

    @pytest.mark.parametrize("told", ARTICLES.values(), ids=ARTICLES)
    def test_the_text_lies_where_it_belongs_and_nowhere_else(self, top, told):
        folder = written(top, told)
        assert (top / "articles/bridge.txt").read_bytes() == told.text.encode()
        assert not (folder / scaffold.TEXT).exists() and "text" not in load(str(folder)).meta["article"]

    def test_shipped_it_lies_in_the_case_and_case_yml_names_it(self, top):
        told = ARTICLES["five paragraphs"]
        folder = written(top, told, ship=True)
        assert (folder / scaffold.TEXT).read_bytes() == told.text.encode() and not (top / "articles").exists()
        assert load(str(folder)).meta["article"]["text"] == scaffold.TEXT

    def test_without_an_article_it_has_the_templates_text(self, top):
        folder = written(top, None)
        assert check(folder) == [] and load(str(folder)).meta["article"]["text"] == scaffold.TEXT
        assert tree(folder).keys() >= {
            "article.txt",
            "case.yml",
            "datapackage.json",
            "references.bib",
            "commentary/claims.md",
        }

    def test_nobody_is_said_to_have_spoken_the_articles_first_words(self, top):
        folder = written(top, ARTICLES["five paragraphs"])
        assert not [
            row
            for table in ("claims", "reactions", "assessments", "framings")
            for row in rows(folder, table)
            if row["quote"]
        ]

    def test_only_the_anchors_and_one_word_are_taken_from_the_article(self, top):
        told = intake(
            "Headline", "Confidential remarks about bridges were leaked.", "Another paragraph of theirs entirely."
        )
        folder = written(top, told)
        stored = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
        words = re.findall(r"\w+", " ".join(text for _, text in told.paragraphs[1:]))
        assert not [pair for pair in zip(words, words[1:]) if " ".join(pair) in stored and pair != ("of", "theirs")]

    def test_what_is_said_of_the_article_goes_before_what_it_says_and_unknowns_are_marked(self, top):
        told = intake("Örsund", "More", title="Örsund", publisher="The Gazette", date="2030-03-05")
        meta = load(str(written(top, told, publisher="The Herald"))).meta
        assert meta["title"] == "Örsund"
        assert {key: meta["article"][key] for key in ("title", "publisher", "date", "language")} == {
            "title": "Örsund", "publisher": "The Herald", "date": "2030-03-05", "language": "und",
        }  # fmt: skip
        assert scaffold.lacking(told, {"publisher": "The Herald"}) == ["language"]

    def test_the_examples_are_dated_as_the_article(self, top):
        folder = written(top, intake("Örsund", "More", date="2030-03-05"))
        assert {row["date"] for table in ("sources", "events") for row in rows(folder, table)} == {"2030-03-05", ""}

    def test_the_comments_of_case_yml_stay(self, top):
        folder = written(top, ARTICLES["markup"])
        ours, theirs = ((path / "case.yml").read_text("utf-8") for path in (folder, scaffold.TEMPLATE))
        assert set(re.findall("^ *# .*$", theirs, re.MULTILINE)) <= set(re.findall("^ *#.*$", ours, re.MULTILINE))

    @pytest.mark.parametrize(
        "title", ['"quoted" \\back', "a: b # c", "{x} [y] & *z", "🎪 naïve", "- x", "null", "\x85\u2028x", "'"]
    )
    def test_a_title_is_text_whatever_stands_in_it(self, top, title):
        text = scaffold.casefile((scaffold.TEMPLATE / "case.yml").read_text("utf-8"), None, {"title": title}, False)
        assert yaml.safe_load(text)["title"] == yaml.safe_load(text)["article"]["title"] == title

    def test_each_part_of_the_article_is_a_section(self, top):
        folder = written(top, ARTICLES["five paragraphs"])
        assert [row["section"] for row in rows(folder, "paragraphs")] == ["Opening"] * 3 + ["Part 2"] * 2

    def test_the_package_bears_the_cases_name(self, top):
        assert json.loads((written(top, None) / "datapackage.json").read_text("utf-8"))["name"] == "bridge"


class TestName:
    @pytest.mark.parametrize("name", ["bridge", "b", "bridge-2", "bridge_2030", "a" * 60])
    def test_small_letters_digits_and_lines_are_a_name(self, name):
        scaffold.named(name, ["hockey"])

    @pytest.mark.parametrize(
        "name",
        ["", "a/b", "..", "../a", "/a", "A", "Örsund", "2bridges", "-a", "_build", "a b", "a.b", "a\n", "a" * 61],
    )
    def test_nothing_else_is(self, name):
        with pytest.raises(ParameterError, match="cannot be the name of a case: small letters"):
            scaffold.named(name, [])

    @pytest.mark.parametrize(
        "name",
        [
            "cache",
            "runs",
            "multiverse",
            "packages",
            "annotations",
            "con",
            "lpt1",
            "fair-1906ec33",
            "fair-with-article",
            "x-with-article",
            "fair-against-weir",
            "fair-1906ec33-against-fair",
        ],
    )
    def test_what_something_else_that_is_built_is_called_is_not(self, name):
        with pytest.raises(ParameterError, match="take another name"):
            scaffold.named(name, ["fair"])

    @pytest.mark.parametrize("name", ["fair-article", "article", "against-all", "one-against", "other-1906ec33"])
    def test_what_is_only_like_it_is_a_name(self, name):
        scaffold.named(name, ["fair"])

    def test_a_name_close_by_is_offered(self):
        with pytest.raises(ParameterError, match="for instance the-bridge$"):
            scaffold.named("The Bridge!", [])


class TestWhole:
    """A case is there whole or not at all, and nothing that was there is touched."""

    def test_a_case_that_is_there_is_left_alone(self, top):
        record = cases.write(top / "data")
        before = tree(top)
        content = scaffold.made("fair", None, {}, [], False)
        with pytest.raises(SourcebookError, match="there is a case “fair” already.*left as it is.*take another name"):
            scaffold.write(top, "fair", content, None, None)
        assert tree(top) == before and record.folder.is_dir()

    @pytest.mark.parametrize("kind", ["file", "empty folder", "broken link"])
    def test_so_is_whatever_else_has_its_place(self, top, kind):
        place = top / "data/bridge"
        {"file": place.touch, "empty folder": place.mkdir, "broken link": lambda: place.symlink_to("nowhere")}[kind]()
        with pytest.raises(SourcebookError, match="there is a case “bridge” already"):
            written(top, ARTICLES["one letter"])
        assert not (top / "articles").exists()

    def test_another_text_in_the_place_of_the_copy_is_left_alone(self, top):
        (top / "articles").mkdir()
        (top / "articles/bridge.txt").write_text("Mine", "utf-8")
        before = tree(top)
        with pytest.raises(SourcebookError, match=r"bridge\.txt: there is another text already.*move that file away"):
            written(top, ARTICLES["one letter"])
        assert tree(top) == before

    def test_the_same_text_in_its_place_serves(self, top):
        (top / "articles").mkdir()
        (top / "articles/bridge.txt").write_text(ARTICLES["one letter"].text, "utf-8")
        assert written(top, ARTICLES["one letter"]).is_dir()

    @pytest.mark.parametrize("step", ["sourcebook.files.write", "sourcebook.check.check", "pathlib.Path.rename"])
    def test_a_failure_at_any_step_leaves_nothing(self, top, monkeypatch, step):
        def fails(*args, **kwargs):
            raise OSError(28, "No space left on device")

        before = tree(top)
        monkeypatch.setattr(step, fails)
        with pytest.raises(
            SourcebookError, match=r"bridge: cannot be written \(No space left on device\)\. Nothing was written"
        ):
            written(top, ARTICLES["one letter"])
        monkeypatch.undo()
        assert tree(top) == before and sorted(path.name for path in top.iterdir()) == [
            "_config.yml",
            "_toc.yml",
            "data",
            "notebooks",
        ]
        assert not list((top / "data").iterdir())

    def test_a_case_that_would_have_a_fault_is_not_written(self, top):
        content = scaffold.made("bridge", None, {}, [], False)
        content["claims.csv"] = content["claims.csv"].replace(",denial,", ",denail,")
        with pytest.raises(SourcebookError, match="(?s)would have faults, and is not written.*denail"):
            scaffold.write(top, "bridge", content, None, None)
        assert not list((top / "data").iterdir())
