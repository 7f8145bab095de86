"""The notebooks as they are stored: one question each, short steps, as much prose as code, complete outputs, no case in them."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cases
import pytest
from papermill import inspect_notebook
from scratch import BOOKS, ROOT, checkout, figures, glued, own

from sourcebook import show

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TABLE = "application/vnd.dataresource+json"
CHART = "application/vnd.vegalite.v5+json"


def cells(path: Path, kind: str = "") -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if not kind or cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def outputs(path: Path, kind: str) -> list:
    """What a notebook's outputs hold in one format."""
    return [
        output["data"][kind]
        for cell in cells(path, "code")
        for output in cell["outputs"]
        if kind in output.get("data", {})
    ]


def test_there_is_one_for_each_question_of_the_report():
    assert {path.stem for path in NOTEBOOKS} == set(BOOKS)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


class TestForm:
    def test_begins_with_a_title_and_its_question(self, path):
        first = cells(path)[0]
        assert first["cell_type"] == "markdown"
        assert re.match(r"# [A-Z][^\n]+\n\n\*\*Question\.\*\* [^*]+\?", source(first))

    def test_has_one_title(self, path):
        assert len(re.findall(r"^# ", "\n".join(map(source, cells(path, "markdown"))), re.MULTILINE)) == 1

    def test_answers_before_it_shows_and_says_its_method(self, path):
        """The computed answer comes with the first step, the method with the next words."""
        code = [source(cell) for cell in cells(path, "code")]
        assert "show.answer(" in code[1], "the cell below the parameters"
        prose = [source(cell) for cell in cells(path, "markdown")]
        assert prose[2].startswith("**Method.** ")
        assert len(re.findall(r"[.!?](?=\s|$)", prose[2].split("\n\n")[0].removeprefix("**Method.**"))) <= 2

    def test_defines_nothing(self, path):
        for cell in cells(path, "code"):
            defined = [
                node
                for node in ast.walk(ast.parse(source(cell)))
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            ]
            assert not defined, source(cell)

    def test_takes_short_steps(self, path):
        assert max(len(source(cell).splitlines()) for cell in cells(path, "code")) <= 25

    def test_has_words_before_every_step(self, path):
        kinds = [cell["cell_type"] for cell in cells(path)]
        assert kinds == ["markdown", "code"] * (len(kinds) // 2)

    def test_has_as_much_prose_as_code(self, path):
        """Words of Markdown against names in code; the texts of titles and captions count for neither."""
        prose = sum(len(re.findall(r"\w+", source(cell))) for cell in cells(path, "markdown"))
        code = 0
        for cell in cells(path, "code"):
            nodes = ast.walk(ast.parse(source(cell)))
            code += sum(isinstance(node, (ast.Name, ast.Attribute, ast.keyword, ast.alias, ast.arg)) for node in nodes)
        assert prose >= code

    def test_types_no_number_in_prose(self, path):
        """Numbers are computed; what a place looks like is shown by an example."""
        for cell in cells(path, "markdown"):
            text = re.sub(r"¶[\d, –]+|\{cite[^`]*`[^`]*`|characters [\d to]+|\bII?\b", "", source(cell))
            assert not re.search(r"\d", text), text

    def test_runs_in_a_kernel_that_every_installation_has(self, path):
        book = json.loads(path.read_text(encoding="utf-8"))
        assert book["metadata"]["kernelspec"]["name"] == "python3"
        assert book["nbformat"] == 4

    def test_asks_the_package_for_everything(self, path):
        """No path, no file and no module of another kind: a notebook shows steps, the package makes them."""
        imported = set()
        for cell in cells(path, "code"):
            for node in ast.walk(ast.parse(source(cell))):
                if isinstance(node, ast.ImportFrom):
                    imported.add(node.module.split(".")[0])
                elif isinstance(node, ast.Import):
                    imported |= {alias.name.split(".")[0] for alias in node.names}
        assert imported == {"sourcebook"}


class TestParameters:
    def test_one_cell_is_tagged_and_it_is_the_first_of_code(self, path):
        tagged = ["parameters" in tags(cell) for cell in cells(path, "code")]
        assert tagged == [True] + [False] * (len(tagged) - 1)
        assert not any("injected-parameters" in tags(cell) for cell in cells(path))

    def test_each_is_typed_has_a_default_and_says_what_it_does(self, path):
        cell = next(source(cell) for cell in cells(path, "code") if "parameters" in tags(cell))
        statements = ast.parse(cell).body
        assert all(isinstance(statement, ast.AnnAssign) and statement.value is not None for statement in statements)
        assert all(re.search(r"  # \S+ \S+ \S+", line) for line in cell.splitlines())
        assert len(statements) == len(cell.splitlines())

    def test_papermill_reads_them_all(self, path):
        cell = next(source(cell) for cell in cells(path, "code") if "parameters" in tags(cell))
        known = inspect_notebook(str(path))
        assert list(known) == [statement.target.id for statement in ast.parse(cell).body]
        assert all(entry["help"] and entry["inferred_type_name"] != "None" for entry in known.values())

    def test_each_is_used(self, path):
        below = [source(cell) for cell in cells(path, "code") if "parameters" not in tags(cell)]
        names = {node.id for text in below for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        assert set(inspect_notebook(str(path))) <= names


class TestStoredOutputs:
    def test_are_complete_and_of_one_run(self, path):
        code = cells(path, "code")
        assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))

    def test_have_neither_errors_nor_chatter(self, path):
        kinds = {output["output_type"] for cell in cells(path, "code") for output in cell["outputs"]}
        assert kinds == {"display_data"}

    def test_hold_no_path_and_no_address_in_memory(self, path):
        text = json.dumps([cell["outputs"] for cell in cells(path, "code")], ensure_ascii=False)
        assert not re.search(
            r"(?<![\w/:.])/(home|root|tmp|usr|work|mnt|Users|private|var|opt)/|[A-Z]:\\\\\w|at 0x[0-9a-f]{6}", text
        )
        assert str(ROOT) not in text

    def test_hold_no_trace_of_when_and_where_they_were_made(self, path):
        book = json.loads(path.read_text(encoding="utf-8"))
        assert set(book["metadata"]) <= {"kernelspec", "language_info"}
        assert {key for cell in book["cells"] for key in cell["metadata"]} <= {"tags"}
        assert all(re.fullmatch(rf"{path.stem}-\d+", cell["id"]) for cell in book["cells"])

    def test_have_an_answer_that_is_one_computed_sentence_or_more(self, path):
        finding = glued(path)["finding"]
        assert finding[0].isupper() and finding.endswith(".") and re.search(r"\d|\bno\b", finding)

    def test_every_figure_says_what_it_shows_in_title_caption_and_alternative_text(self, path):
        for name, spec in figures(path).items():
            title = spec["title"] if isinstance(spec["title"], str) else spec["title"]["text"]
            caption = spec["usermeta"]["sourcebook"]["caption"]
            assert re.fullmatch(r"[a-z][a-z0-9-]*", name)
            assert len(title.split()) >= 4 and len(caption.split()) >= 4 and caption.endswith("."), name
            assert len(spec["description"].split()) >= 8 and spec["description"] not in (title, caption), name

    def test_every_figure_has_a_data_table_with_titled_columns(self, path):
        for name, spec in figures(path).items():
            columns = dict(
                spec["usermeta"]["sourcebook"]["columns"]
            )  # pairs, because nbformat sorts the keys of an object
            rows = spec["datasets"][spec["data"]["name"]]
            assert columns and all(columns.values()) and rows, name
            assert all(set(columns) <= set(row) for row in rows), name

    def test_every_table_has_a_caption_and_its_columns(self, path):
        for resource in outputs(path, TABLE):
            fields = [field["name"] for field in resource["schema"]["fields"]]
            assert resource["title"].endswith(".") and all(field["title"] for field in resource["schema"]["fields"])
            assert all(set(row) == set(fields) for row in resource["data"])
            assert resource.get("anchor", fields[0]) in fields and set(resource.get("filters", [])) <= set(fields)


def test_names_of_figures_and_tables_are_unique_over_the_book():
    """They are numbered and referred to by name."""
    names = [
        name
        for path in NOTEBOOKS
        for name in [*figures(path), *(resource["name"] for resource in outputs(path, TABLE))]
    ]
    assert len(names) == len(set(names)) > 10


class TestNothingReadOutside:
    """A case without readouts, originals or findings: plain sentences say so, and no empty chart or table appears."""

    @staticmethod
    def shown(name: str, folder: Path, monkeypatch) -> list[dict]:
        """What a notebook displays of the case in `folder`."""
        outputs, place = [], {}
        monkeypatch.setattr(show, "display", lambda data, raw, metadata=None: outputs.append(data))
        for cell in cells(ROOT / "notebooks" / f"{name}.ipynb", "code"):
            exec(source(cell), place)
            if "parameters" in tags(cell):
                place["case"] = str(folder)
        return outputs

    @pytest.mark.parametrize(
        ("name", "names"),
        [
            ("claims", {"readouts", "readouts-in-full", "checked", "read"}),
            ("assessment", {"carriage", "against-original", "left-out"}),
        ],
    )
    def test_is_said_in_words(self, name, names, tmp_path, monkeypatch):
        record = cases.write(tmp_path)
        record.put("corroboration", [], list(record.rows("corroboration")[0]))
        outputs = self.shown(name, record.folder, monkeypatch)
        sentences = [data["text/plain"] for data in outputs if set(data) == {"text/markdown", "text/plain"}]
        assert sum(text.startswith("Nothing outside the article was read") for text in sentences) >= len(names) // 3
        charts = {data[CHART]["usermeta"]["sourcebook"]["name"] for data in outputs if CHART in data}
        there = charts | {data[TABLE]["name"] for data in outputs if TABLE in data}
        assert there and not there & names

    def test_what_is_coded_without_readouts_is_shown(self, tmp_path, monkeypatch):
        """The made-up case's gazette confirms one claim and is silent on another; it is the channel that the article names."""
        outputs = self.shown("claims", cases.write(tmp_path).folder, monkeypatch)
        checked = next(data[TABLE] for data in outputs if data.get(TABLE, {}).get("name") == "checked")
        assert [(row["id"], row["status"]) for row in checked["data"]] == [("C01", "said so"), ("C03", "not found")]


class TestPlainTools:
    """The notebooks need nothing of ours around them."""

    @pytest.fixture(scope="class")
    @classmethod
    def top(cls, tmp_path_factory):
        return checkout(tmp_path_factory.mktemp("plain") / "checkout")

    @staticmethod
    def run(folder, *words):
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "NO_COLOR": "1"},
        )

    def test_papermill_runs_one_with_a_parameter(self, top, tmp_path):
        """papermill notebooks/claims.ipynb out.ipynb -p min_reliability C"""
        out = tmp_path / "out.ipynb"
        done = self.run(top, "papermill", "notebooks/claims.ipynb", str(out), "-p", "min_reliability", "C")
        assert done.returncode == 0, done.stderr
        assert "Unknown" not in done.stderr and "unknown" not in done.stderr
        assert all(cell["execution_count"] for cell in cells(out, "code"))
        assert glued(out)["n_claims"] < glued(ROOT / "notebooks" / "claims.ipynb")["n_claims"]

    def test_nbval_notices_a_changed_cell_of_a_coded_table(self, top):
        """One digit: a reaction's stance. Cells that do not show it still pass."""
        table = own(top) / "reactions.csv"
        text = table.read_text(encoding="utf-8")
        header, first, *_ = text.splitlines()
        place = header.split(",").index("stance")
        changed = first.split(",")
        changed[place] = "1" if changed[place] != "1" else "2"
        table.write_text(text.replace(first, ",".join(changed)), encoding="utf-8")
        done = self.run(
            top,
            "pytest",
            "--nbval",
            "--nbval-cell-timeout",
            "600",
            "notebooks/reactions.ipynb",
            "-q",
            "-p",
            "no:cacheprovider",
        )
        table.write_text(text, encoding="utf-8")
        assert done.returncode == 1, done.stdout + done.stderr
        summary = done.stdout.splitlines()[-1]
        assert re.search(r"\d+ failed, \d+ passed", summary), summary
