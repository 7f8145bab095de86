"""The guide: it describes all there is, its links lead somewhere, and its examples give what they show."""

import ast
import inspect
import io
import json
import re
import shlex
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sourcebook import (
    binding,
    casefile,
    check,
    commentary,
    judgements,
    multiverse,
    paths,
    rules,
    run,
    schema,
    sweep,
    twin,
    workers,
)
from sourcebook.analysis import claims, hypotheses
from sourcebook.case import load
from sourcebook.cli import main
from sourcebook.errors import RunError
from sourcebook.parameters import checked, declared, split
from sourcebook.press import pdf

ROOT = Path(__file__).resolve().parent.parent
GUIDE = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
PAGES = ["README.md", "CONTRIBUTING.md", *GUIDE]
TARGETS = set(re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split())
CASE = load(str(ROOT / "data" / paths.default_case(ROOT)))
PARAMETERS = declared(paths.notebooks(ROOT))


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)
    return [body for kind, body in found if kind == language]


def prose(page: str) -> str:
    return re.sub(r"^```.*?^```$", "", text(page), flags=re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """What stands under a heading, as far as the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text(page), re.MULTILINE)
    assert found, f"{page} has no heading “{heading}”"
    rest = text(page)[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(markdown: str) -> list[list[str]]:
    """The cells of every table of a piece of Markdown, without the head rows."""
    tables = re.findall(r"^\|.*\|\n\|[-| ]+\|\n((?:^\|.*\|\n?)+)", markdown, re.MULTILINE)
    return [
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for table in tables
        for line in table.strip().split("\n")
    ]


def codes(markdown: str) -> list[str]:
    """All that stands between backticks."""
    return re.findall(r"`([^`\n]+)`", markdown)


# Coverage: what exists is described, and what is described exists.


class TestCommands:
    """docs/cli.md describes every command, option, argument and exit code, and no other."""

    @staticmethod
    def options(heading: str) -> set[str]:
        return {code for first, *_ in rows(section("docs/cli.md", heading)) for code in codes(first)}

    @pytest.mark.parametrize("name", main.commands)
    def test_each_command_has_a_section_with_its_options_and_their_placeholders(self, name):
        taken = set()
        for parameter in main.commands[name].params:
            value = f" {parameter.metavar}" if parameter.metavar else ""
            names = [parameter.name.upper()] if parameter.param_type_name == "argument" else parameter.opts
            taken |= {option + value for option in names}
        assert self.options(f"`sourcebook {name}`") == taken

    def test_no_section_is_about_a_command_that_does_not_exist(self):
        assert set(re.findall(r"^## `sourcebook (.+)`$", text("docs/cli.md"), re.MULTILINE)) == main.commands.keys()

    def test_the_options_of_the_whole_are_described(self):
        context = main.make_context("sourcebook", [], resilient_parsing=True)
        assert self.options("`sourcebook`") == {option for each in main.get_params(context) for option in each.opts}

    def test_every_make_target_is_described(self):
        assert self.options("`make`") == TARGETS

    def test_the_example_of_a_failed_notebook_has_the_form_of_a_real_message(self):
        message = str(RunError("claims", 5, "ZeroDivisionError: division by zero", run._open(Path("claims.ipynb"))))
        assert message in " ".join(text("docs/cli.md").replace("\n> ", " ").split())


class TestParameters:
    """docs/parameters.md describes every parameter with its type, default, allowed values and notebooks."""

    LISTED = {codes(cells[0])[0]: cells for cells in rows(text("docs/parameters.md"))}

    def test_the_table_lists_the_parameters_of_the_notebooks_in_their_order(self):
        assert list(self.LISTED) == list(PARAMETERS)

    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS)
    def test_each_has_its_type_default_allowed_values_and_notebooks(self, parameter):
        _, kind, default, allowed, taken = self.LISTED[parameter.name]
        assert codes(kind) == [parameter.type]
        assert ast.literal_eval(codes(default)[0]) == parameter.default
        assert set(filter(None, parameter.allowed.split("|"))) <= set(codes(allowed))
        everywhere = len(parameter.notebooks) == len(paths.notebooks(ROOT))
        assert taken == ("all" if everywhere else ", ".join(parameter.notebooks))

    @pytest.mark.parametrize("name", ["min_reliability", "min_credibility"])
    def test_the_ends_of_a_scale_are_the_schemas(self, name):
        values = PARAMETERS[name].values(CASE)
        assert codes(self.LISTED[name][3])[:2] == [values[0], values[-1]]

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_each_has_a_section_of_its_own(self, name):
        assert section("docs/parameters.md", f"`{name}`").strip()


class TestTables:
    """docs/coding.md describes every table, column, code of the schema and key of case.yml."""

    EXAMPLES = {block.split("\n", 1)[0]: block for block in blocks("docs/coding.md", "csv")}

    @pytest.mark.parametrize("table", CASE.schema.tables)
    def test_each_table_has_a_section_and_an_example_with_all_its_columns(self, table):
        header = ",".join(CASE.schema.tables[table])
        assert header in section("docs/coding.md", f"`{table}.csv`")
        assert header in self.EXAMPLES

    @pytest.mark.parametrize("table", CASE.schema.tables)
    def test_each_code_is_named_save_those_that_every_case_has_of_its_own(self, table):
        told = set(
            codes(section("docs/coding.md", f"`{table}.csv`") + section("docs/coding.md", "Mode, attribution, quote"))
        )
        for column in CASE.schema.tables[table]:
            if column in ("topic", "bloc"):
                continue
            expected = {str(code) for code in CASE.schema.codes(table, column)}
            scale = len(expected) > 4 and all(len(code) == 1 for code in expected)  # told by its two ends
            assert ({min(expected), max(expected)} if scale else expected) <= told, column

    @staticmethod
    def own_columns() -> list[list[str]]:
        return [cells for cells in rows(section("docs/coding.md", "The folder")) if len(cells) == 3]

    def test_the_columns_whose_codes_are_the_cases_own_are_named_with_their_tables(self):
        tables = CASE.schema.tables
        told = {codes(cells[0])[0]: codes(cells[1]) for cells in self.own_columns()}
        assert told == {
            column: [table for table in told[column] if column in tables[table]] for column in ("bloc", "topic")
        }
        assert all(table in told[column] for column in told for table in tables if column in tables[table])

    def test_every_key_of_case_yml_is_described_and_whether_it_is_needed(self):
        expected = {}
        for key, rule in casefile.SCHEMA["properties"].items():
            inner = rule.get("properties")
            for name in inner or [""]:
                needed = key in casefile.SCHEMA["required"] and (not inner or name in rule["required"])
                expected[f"{key}.{name}".rstrip(".")] = needed
        described = {codes(cells[0])[0]: cells[1] != "no" for cells in rows(section("docs/coding.md", "`case.yml`"))}
        assert described == expected  # the schema lets it be missing, the pages do not

    def test_every_message_in_the_table_of_faults_is_one_that_the_check_gives(self):
        sources = "".join(inspect.getsource(module) for module in (check, rules, judgements, casefile, schema))
        for message, _ in rows(section("docs/coding.md", "Check it")):
            assert codes(message)[0] in sources


class TestMultiverse:
    """docs/multiverse.md describes every key of multiverse.yml."""

    def test_each_key_is_in_the_table(self):
        axis = multiverse.SCHEMA["properties"]["axes"]["additionalProperties"]["properties"]
        value = axis["values"]["items"]["properties"]
        assert [codes(cells[0])[0] for cells in rows(section("docs/multiverse.md", "`multiverse.yml`"))] == [
            "outcomes",
            "outcomes.<notebook>",
            "axes",
            *(f"axes.<parameter>.{key}" for key in axis),
            *(f"axes.<parameter>.values.{key}" for key in value),
        ]


class TestReading:
    """docs/reading.md explains every chapter, and every scale with the numbers that the analysis uses."""

    @pytest.mark.parametrize("notebook", paths.notebooks(ROOT), ids=lambda path: path.stem)
    def test_each_chapter_has_a_section(self, notebook):
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        title = "".join(cells[0]["source"]).split("\n", 1)[0].removeprefix("# ")
        assert section("docs/reading.md", title).strip()

    def test_how_two_accounts_can_stand_to_each_other(self):
        assert [cells[0] for cells in rows(section("docs/reading.md", "The claims"))] == claims.ORDER

    def test_the_grades_mean_what_the_schema_says(self):
        labels = CASE.schema.labels("sources", "reliability"), CASE.schema.labels("claims", "credibility")
        told = [(a, b, int(c), d) for a, b, c, d in rows(section("docs/reading.md", "Grades"))]
        assert told == [(*source, *claim) for source, claim in zip(labels[0].items(), labels[1].items())]

    def test_the_relations_are_the_schemas(self):
        assert [cells[0] for cells in rows(section("docs/reading.md", "Relations"))] == CASE.schema.codes(
            "relations", "relation"
        )

    def test_the_points_against_a_hypothesis_are_the_analysiss(self):
        told = {
            rating: float(points)
            for ratings, points in rows(section("docs/reading.md", "Ratings and scores"))[:3]
            for rating in ratings.split(", ")
        }
        assert told == hypotheses.POINTS

    def test_the_weights_are_the_analysiss(self):
        told = rows(section("docs/reading.md", "The weights"))
        assert {cells[0]: float(cells[1]) for cells in told} == hypotheses.RELIABILITY
        assert {int(cells[2]): float(cells[3]) for cells in told} == hypotheses.CREDIBILITY

    def test_every_kind_of_id_is_explained(self):
        letters = {
            letter
            for cells in rows(section("docs/reading.md", "Rows and their ids"))
            for cell in cells[::2]
            for letter in codes(cell)
        }
        patterns = [
            columns["id"]["constraints"]["pattern"][0] for columns in CASE.schema.tables.values() if "id" in columns
        ]
        assert letters == {pattern for pattern in patterns if pattern.isupper()}


# Links


def slugs(page: Path) -> set[str]:
    """The anchors that a page's headings get where it is hosted: small letters, hyphens for blanks, no other signs."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_and_picture_leads_to_a_file_and_every_anchor_to_a_heading(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in slugs(target)):
            broken.append(link)
    assert not broken


def test_every_page_of_the_guide_is_listed_in_its_index():
    assert {f"docs/{link}" for link in re.findall(r"\]\(([\w-]+\.md)\)", text("docs/index.md"))} == set(GUIDE) - {
        "docs/index.md"
    }


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_folder_of_somebodys_machine(page):
    assert str(ROOT) not in text(page)
    assert not re.search(r"(?<![\w.…])/(home|root|tmp|work|usr|var|opt|mnt|Users)/", text(page))


def test_every_row_of_the_books_case_that_the_guide_names_exists():
    known = {id for frame in CASE.tables.values() if "id" in frame for id in frame["id"]}
    named = {id for page in PAGES if page != "docs/coding.md" for id in re.findall(r"\b[A-Z]\d{2,3}\b", prose(page))}
    assert named and named <= known


# Examples


@dataclass(frozen=True)
class Example:
    """One command of a console block, what the page shows under it, and the commands above it in the block."""

    page: str
    command: str
    shown: str
    before: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command)


def examples() -> list[Example]:
    found = []
    for page in PAGES:
        for block in blocks(page, "console"):
            before = ()
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                found.append(Example(page, command, shown, before))
                before += (command,)
    return found


EXAMPLES = examples()
OURS = [example for example in EXAMPLES if example.words[0] == "sourcebook"]
WITH_OUTPUT = [example for example in OURS if example.shown.strip()]


def named(example: Example) -> str:
    return f"{example.page}: {example.command}"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the checkout with the case of docs/coding.md in it, put together from that page's blocks."""
    top = tmp_path_factory.mktemp("checkout")
    for folder in (paths.DATA, paths.NOTEBOOKS, paths.BOOK):
        shutil.copytree(ROOT / folder, top / folder)
    for file in (paths.CONFIG, paths.TOC):
        shutil.copy(ROOT / file, top)
    article, *_ = blocks("docs/coding.md", "text")
    (top / "article.txt").write_text(article, "utf-8", newline="")
    case = top / paths.DATA / "bridge"
    (case / paths.COMMENTARY).mkdir(parents=True)
    (case / paths.CASE).write_text(blocks("docs/coding.md", "yaml")[0], "utf-8")
    (case / paths.REFERENCES).write_text(blocks("docs/coding.md", "bibtex")[0], "utf-8")
    (case / paths.COMMENTARY / "claims.md").write_text(blocks("docs/coding.md", "markdown")[0], "utf-8")
    for table, columns in CASE.schema.tables.items():
        (case / f"{table}.csv").write_text(TestTables.EXAMPLES[",".join(columns)], "utf-8")
    package = json.loads((CASE.folder / paths.PACKAGE).read_text("utf-8")) | {"name": "bridge"}
    own = {codes(cells[0])[0]: codes(cells[2]) for cells in TestTables.own_columns()}
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] in own:
                field["constraints"]["enum"] = own[field["name"]]
                field["categories"] = [{"value": code, "label": code} for code in own[field["name"]]]
    (case / paths.PACKAGE).write_text(json.dumps(package), "utf-8")
    return top


class Here:
    """In place of the workers: each job done at once in this process, where a test can put something in its place."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    @staticmethod
    def each(job, tasks):
        return ((task, job(*task)) for task in tasks)


@pytest.fixture
def there(checkout, monkeypatch):
    """Commands work in the copy, nothing built there yet, and the slow parts (running notebooks, Jupyter Book) left out."""

    def copied(notebook, output, parameters, cwd, engine):
        output.parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(notebook, output))

    @cache
    def stored(notebook):
        return run.glued(json.loads(notebook.read_text("utf-8"))["cells"])

    def pages(source, builder="html"):
        html = source / builder
        html.mkdir()
        (html / "index.html").write_text("", "utf-8")
        return html

    shutil.rmtree(checkout / paths.BUILD, ignore_errors=True)
    (checkout / paths.BUILD).mkdir()
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(workers, "prepare", lambda: None)
    monkeypatch.setattr(run, "Workers", Here)
    monkeypatch.setattr(sweep, "Workers", Here)
    monkeypatch.setattr(run, "run", copied)
    monkeypatch.setattr(sweep, "_outcomes", lambda notebook, *_: stored(notebook))
    monkeypatch.setattr(binding, "pages", pages)
    monkeypatch.setattr(binding, "print_pdf", lambda source, case, epoch, output: output.write_bytes(b"%PDF"))
    monkeypatch.setattr(pdf, "printer", lambda: None)
    monkeypatch.setattr(twin, "compare", lambda *_: 280)
    return checkout


@pytest.fixture
def choices(there):
    """The case of docs/coding.md with the multiverse.yml of docs/multiverse.md in it."""
    file = there / paths.DATA / "bridge" / paths.MULTIVERSE
    file.write_text(blocks("docs/multiverse.md", "yaml")[0], "utf-8")
    yield file
    for written in (file, file.with_name(paths.OUTCOMES), file.with_name(paths.OUTCOMES).with_suffix(".json")):
        written.unlink(missing_ok=True)


def invoke(example: Example):
    for command in example.before:
        if command.startswith("sourcebook "):
            CliRunner().invoke(main, shlex.split(command)[1:], prog_name="sourcebook")
    return CliRunner().invoke(main, example.words[1:], prog_name="sourcebook")


def gives(shown: str, output: str) -> bool:
    """Whether the output is the one shown, where … stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


@pytest.mark.parametrize("example", OURS, ids=named)
def test_every_example_is_a_command_that_exists_with_options_that_it_takes(example):
    name, *given = example.words[1:]
    if name in main.commands:
        # Under its parent, as it is called: click keeps on a command what help options it was first given.
        main.commands[name].make_context(
            name, given, parent=main.make_context("sourcebook", [], resilient_parsing=True)
        )
    else:
        assert invoke(example).exit_code == 0


@pytest.mark.parametrize("example", [each for each in OURS if "Error:" not in each.shown], ids=named)
def test_every_example_that_is_to_succeed_sets_parameters_that_exist_to_values_that_they_can_have(example):
    given = [value for flag, value in zip(example.words, example.words[1:]) if flag == "-p"]
    checked(split(tuple(given)), PARAMETERS, CASE)


@pytest.mark.parametrize("example", [each for each in WITH_OUTPUT if "faults in case" not in each.shown], ids=named)
def test_every_example_prints_what_is_shown(example, there, request):
    if example.page == "docs/multiverse.md":
        request.getfixturevalue("choices")
    done = invoke(example)
    assert gives(example.shown, done.output), done.output


@pytest.mark.parametrize(
    ("example", "code"),
    [(first, second.shown) for first, second in zip(EXAMPLES, EXAMPLES[1:]) if second.command == "echo $?"],
    ids=lambda value: named(value) if isinstance(value, Example) else value.strip(),
)
def test_every_exit_code_shown_is_the_one_given_and_is_explained(example, code, there):
    assert invoke(example).exit_code == int(code)
    assert code.strip() in [cells[0] for cells in rows(section("docs/cli.md", "Exit codes"))]


def test_the_tables_of_the_guide_on_coding_are_a_case_without_a_fault(there):
    done = CliRunner().invoke(main, ["check", "--case", "bridge", "--article", "article.txt"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("page", ["docs/coding.md", "docs/multiverse.md"])
def test_the_slips_shown_in_the_guide_give_the_faults_shown(page, choices, tmp_path):
    case, sound = choices.parent, shutil.copytree(choices.parent, tmp_path / "bridge")
    (slips,) = blocks(page, "diff")
    for right, wrong in re.findall(r"^-(.*)\n\+(.*)$", slips, re.MULTILINE):
        (file,) = [path for path in case.iterdir() if path.is_file() and right + "\n" in path.read_text("utf-8")]
        file.write_text(file.read_text("utf-8").replace(right, wrong), "utf-8")
    (shown,) = [each.shown for each in WITH_OUTPUT if each.page == page and "faults in case" in each.shown]
    done = CliRunner().invoke(main, ["check", "--case", "bridge", "--article", "article.txt"])
    shutil.copytree(sound, case, dirs_exist_ok=True)
    assert done.exit_code == 1
    assert gives(shown, done.output), done.output


def test_the_anchors_of_the_guide_are_those_that_its_snippet_computes(there):
    (snippet,) = blocks("docs/coding.md", "python")
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(snippet, "docs/coding.md", "exec"), {})
    assert printed.getvalue() == blocks("docs/coding.md", "text")[1]


def test_the_figures_in_the_commentary_shown_are_figures_of_that_notebook(there):
    outputs = [
        output
        for cell in json.loads((ROOT / "notebooks/claims.ipynb").read_text("utf-8"))["cells"]
        for output in cell.get("outputs", [])
    ]
    known = {output["metadata"]["scrapbook"]["name"] for output in outputs if "scrapbook" in output.get("metadata", {})}
    assert commentary.fill(load("bridge"), "claims", dict.fromkeys(known, "4")).startswith("The 4 claims")


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.words[0] == "papermill"], ids=named)
def test_every_papermill_example_names_a_notebook_and_parameters_that_it_takes(example, there):
    notebook = next(word for word in example.words if word.startswith("notebooks/"))
    known = {name for name, parameter in PARAMETERS.items() if Path(notebook).stem in parameter.notebooks}
    given = [example.words[place + 1] for place, word in enumerate(example.words) if word == "-p"]
    texts = [example.words[place + 1] for place, word in enumerate(example.words) if word == "-y"]
    texts += blocks(example.page, "yaml") if "-f" in example.words else []
    values = {name: value for written in texts for name, value in yaml.safe_load(written).items()}
    assert (ROOT / notebook).is_file()
    assert {*given, *values} <= known
    checked(values, PARAMETERS, CASE)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page):
    shown = [example.words[1] for example in EXAMPLES if example.page == page and example.words[0] == "make"]
    assert {*shown, *re.findall(r"`make ([a-z]+)", prose(page))} <= TARGETS


def test_the_readme_shows_two_commands_that_build_and_test():
    section_ = section("README.md", "Two commands")
    assert re.findall(r"^\$ (.+)$", section_, re.MULTILINE) == ["make report", "make test"]
