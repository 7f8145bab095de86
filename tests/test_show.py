"""Outputs: figures, tables, sentences and named values that say what they mean, in which text is only ever text."""

import html
import json
import re
import string
from html.parser import HTMLParser
from types import SimpleNamespace

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from cases import ROOT
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from sourcebook import show, theme
from sourcebook.errors import ParameterError

MARKUP = [
    "<script>alert(1)</script>",
    "<script src=x",
    "</td><img src=x onerror=alert(1)>",
    "[x](http://elsewhere.example)",
    "![x](http://elsewhere.example/pixel.png)",
    "<http://elsewhere.example>",
    "{role}`x` and {download}`/etc/passwd`",
    "`code` ``more``",
    "$x^2$",
    "$$y$$",
    "**bold** _it_ ~~gone~~",
    "[x]{#target .class}",
    "# heading",
    "1. one",
    "12) one",
    "- item",
    "+ item",
    "> quoted",
    "---",
    "&amp; &lt;b&gt;",
    "back\\slash \\*",
    "(target)=",
    "% comment",
    "+++",
    "[^1]: note",
    ":term: definition",
    "one\n\n# two",
    "one\n\n    code",
    "one\n```{include} /etc/passwd\n```",
    "one\r\n\r\n<script>",
    "| a | b |\n|---|---|\n| c | d |",
]
PLAIN = [
    "[x](javascript:alert(1))",
    "a | b | c",
    "{{ 7*7 }}",
    "http://elsewhere.example",
    "  \n\tindented",
    "a\u2028b",
    "“quoted” – naïve 🎪",
]
HOSTILE = MARKUP + PLAIN


@pytest.fixture
def shown(monkeypatch):
    """Every output displayed so far: (data, metadata)."""
    outputs = []
    monkeypatch.setattr(show, "display", lambda data, raw, metadata=None: outputs.append((data, metadata)))
    return outputs


@pytest.fixture(scope="module")
def markdown():
    """Markdown to HTML as the book reads it, with the extensions of its own settings and some that a user may add."""
    used = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]["myst_enable_extensions"]
    more = {
        "dollarmath",
        "amsmath",
        "attrs_inline",
        "attrs_block",
        "strikethrough",
        "tasklist",
        "fieldlist",
        "html_admonition",
    }
    return create_md_parser(MdParserConfig(enable_extensions=more | set(used)), RendererHTML).render


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_sentence_is_shown_as_text_whatever_it_looks_like(shown, markdown):
    for text in HOSTILE:
        show.sentence(text)
        data, _ = shown.pop()
        assert (
            data["text/plain"] == text
            and flat(html.unescape(markdown(data["text/markdown"]))) == f"<p>{flat(text)}</p>"
        )


class TestEscape:
    """A cell's text in a sentence shows as written, whatever markup it looks like."""

    @pytest.mark.parametrize("text", HOSTILE)
    def test_it_renders_as_one_paragraph_of_just_this_text(self, markdown, text):
        paragraph = re.fullmatch(r"<p>([^<>]*)</p>\n", markdown(show.escape(text)))
        assert paragraph and html.unescape(paragraph[1]) == flat(text)

    @pytest.mark.parametrize("text", MARKUP)
    def test_unescaped_it_would_have_been_markup(self, markdown, text):
        """Else the test above would hold of any escape."""
        assert markdown(text) != f"<p>{html.escape(flat(text), quote=False)}</p>\n"

    @pytest.mark.parametrize("character", string.punctuation)
    def test_no_character_with_a_meaning_is_left_bare(self, character):
        """Half a link is harmless alone, but not beside the other half in an author's commentary."""
        assert show.escape(character) == f"\\{character}"

    def test_it_takes_numbers_and_leaves_words_and_row_ids_readable(self):
        assert show.escape(12) == "12"
        assert show.escape("claim C07 says so") == "claim C07 says so"


class TestAnswer:
    """The computed answer is a sentence, and every value behind it is kept."""

    def test_the_finding_is_shown_as_text(self, shown, markdown):
        show.answer({"finding": "Two <b>claims</b> of {n} [x](javascript:1)"})
        data, _ = shown[0]
        rendered = markdown(data["text/markdown"])
        assert rendered == "<p><strong>Answer.</strong> Two &lt;b&gt;claims&lt;/b&gt; of {n} [x](javascript:1)</p>\n"
        assert data["text/plain"] == "Two <b>claims</b> of {n} [x](javascript:1)"

    def test_every_value_is_glued_under_its_name(self, shown):
        show.answer({"finding": "All.", "n_claims": 47})
        assert [metadata["scrapbook"]["name"] for _, metadata in shown[1:]] == ["finding", "n_claims"]


class TestGlue:
    """A named value comes back with its type, also from the stored notebook."""

    @pytest.mark.parametrize(
        ("value", "back", "text"),
        [
            (12, 12, "12"),
            (np.int64(12), 12, "12"),
            (0.25, 0.25, "0.25"),
            (np.float64(0.25), 0.25, "0.25"),
            (True, True, "True"),
            (np.bool_(False), False, "False"),
            ("12", "12", "12"),
            ("line\nbreak <b>é</b> 🎪", "line\nbreak <b>é</b> 🎪", "line\nbreak <b>é</b> 🎪"),
            (None, None, ""),
            (pd.NA, None, ""),
            (pd.NaT, None, ""),
            (float("nan"), None, ""),
            (np.float64("nan"), None, ""),
            (pd.Timestamp(2025, 3, 18), "2025-03-18", "2025-03-18"),
        ],
    )
    def test_it_round_trips_typed_through_a_notebook_on_disk(self, shown, tmp_path, value, back, text):
        show.glue({"value": value})
        (data, metadata), path = shown[0], tmp_path / "stored.ipynb"
        output = nbformat.v4.new_output("display_data", data, metadata=metadata)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        stored = nbformat.read(path, 4).cells[0].outputs[0]
        read = json.loads(stored["data"]["application/papermill.record/application/json"])
        assert read == back and type(read) is type(back)
        assert stored["data"]["application/papermill.record/text/plain"] == text
        assert stored["metadata"]["scrapbook"] == {"name": "value", "mime_prefix": "application/papermill.record/"}


FRAME = pd.DataFrame(
    {
        "id": ["C01", "C02"],
        "text": [HOSTILE[0], None],
        "count": pd.array([3, None], dtype="Int64"),
        "share": [0.5, float("nan")],
        "day": [pd.Timestamp(2025, 3, 18), pd.NaT],
        "grade": pd.Categorical(["A", None], categories=["A", "B"], ordered=True),
        "named": [True, False],
        "unused": ["x", "y"],
    }
)
COLUMNS = {
    "id": "Row",
    "text": "Text <b>",
    "count": "n",
    "share": "Share",
    "day": "Day",
    "grade": "Grade",
    "named": "Named",
}


class Cells(HTMLParser):
    """The text of each cell of a table, and every tag that the markup opens."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags, self.cells, self.inside = [], [], False
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.inside = tag in ("td", "th")
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


class TestTable:
    """A table is a data resource whose cells are plain JSON, beside HTML in which text is text."""

    @pytest.fixture
    def output(self, shown):
        show.table(FRAME, name="rows", caption="All <i>rows</i>", columns=COLUMNS, anchor="id", filters=["grade"])
        return shown[0][0]

    def test_cells_are_text_numbers_truths_or_null_and_days_are_iso(self, output):
        rows = output["application/vnd.dataresource+json"]["data"]
        assert rows == [
            {
                "id": "C01",
                "text": HOSTILE[0],
                "count": 3,
                "share": 0.5,
                "day": "2025-03-18",
                "grade": "A",
                "named": True,
            },
            {"id": "C02", "text": None, "count": None, "share": None, "day": None, "grade": None, "named": False},
        ]
        assert type(rows[0]["count"]) is int

    def test_it_is_strict_json_without_nan(self, output):
        resource = output["application/vnd.dataresource+json"]
        assert json.loads(json.dumps(resource, allow_nan=False)) == resource

    def test_it_carries_name_caption_columns_anchor_and_filters(self, output):
        resource = output["application/vnd.dataresource+json"]
        assert (resource["name"], resource["title"], resource["anchor"], resource["filters"]) == (
            "rows",
            "All <i>rows</i>",
            "id",
            ["grade"],
        )
        assert {field["name"]: field["title"] for field in resource["schema"]["fields"]} == COLUMNS
        types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert [name for name, type in types.items() if type == "number"] == ["count", "share"]

    def test_a_table_without_them_has_no_anchor_and_no_filters(self, shown):
        show.table(FRAME, name="rows", caption="c", columns={"id": "Row"})
        assert not {"anchor", "filters"} & shown[0][0]["application/vnd.dataresource+json"].keys()

    def test_the_html_shows_each_cell_as_text_and_opens_no_tag_of_its_own(self, output):
        parsed = Cells(output["text/html"])
        assert set(parsed.tags) == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert parsed.cells[:7] == list(COLUMNS.values())
        assert parsed.cells[7:] == [
            "C01",
            HOSTILE[0],
            "3",
            "0.5",
            "2025-03-18",
            "A",
            "True",
            "C02",
            "",
            "",
            "",
            "",
            "",
            "False",
        ]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_whatever_a_cell_holds_is_shown_and_kept_as_it_is(self, shown, text):
        show.table(pd.DataFrame({"text": [text]}), name="rows", caption=text, columns={"text": text})
        data = shown[0][0]
        parsed = Cells(data["text/html"])
        assert parsed.tags == ["table", "caption", "thead", "tr", "th", "tbody", "tr", "td"]
        assert parsed.cells == [text, text]
        assert data["application/vnd.dataresource+json"]["data"] == [{"text": text}]

    def test_a_table_of_no_rows_is_a_table_with_its_columns(self, shown):
        show.table(FRAME.iloc[:0], name="rows", caption="None", columns=COLUMNS)
        data = shown[0][0]
        assert data["application/vnd.dataresource+json"]["data"] == [] and data["text/plain"] == "None (0 rows)"
        assert Cells(data["text/html"]).cells == list(COLUMNS.values())


class TestFigure:
    """A figure is never without its finding, its caption, words for those who do not see it, and its data."""

    @pytest.fixture
    def output(self, shown):
        frame = pd.DataFrame({"who": ["Ann", HOSTILE[0]], "n": [3, 1]})
        show.figure(
            alt.Chart(frame).mark_bar().encode(x="n:Q", y="who:N"),
            name="voices", title="Ann speaks most", caption="Who says <b>how much</b>", alternative="Ann 3, other 1", columns={"who": "Who", "n": "Rows"},
        )  # fmt: skip
        return shown[0][0]

    def test_the_alternative_text_stands_in_for_it(self, output):
        assert output["text/plain"] == output[show.VEGALITE]["description"] == "Ann 3, other 1"

    def test_the_title_states_the_finding(self, output):
        assert output[show.VEGALITE]["title"] == "Ann speaks most"

    def test_name_caption_and_columns_travel_with_it(self, output):
        assert output[show.VEGALITE]["usermeta"]["sourcebook"] == {
            "name": "voices", "caption": "Who says <b>how much</b>", "columns": [("who", "Who"), ("n", "Rows")],
        }  # fmt: skip

    def test_the_order_of_its_columns_survives_the_stored_notebook(self, output, tmp_path):
        cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", output)])
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "stored.ipynb")
        stored = nbformat.read(tmp_path / "stored.ipynb", 4).cells[0].outputs[0]["data"][show.VEGALITE]
        assert [field for field, _ in stored["usermeta"]["sourcebook"]["columns"]] == ["who", "n"]

    def test_its_data_are_in_it_with_every_column_named(self, output):
        spec = output[show.VEGALITE]
        assert spec["datasets"][spec["data"]["name"]] == [{"who": "Ann", "n": 3}, {"who": HOSTILE[0], "n": 1}]

    def test_it_wears_the_house_theme_and_is_plain_vega_lite_5(self, output):
        spec = output[show.VEGALITE]
        assert spec["config"] == theme.config() and "/v5" in spec["$schema"]
        json.dumps(spec, allow_nan=False)

    def test_it_offers_no_menu_that_leads_to_another_host(self, output):
        assert output[show.VEGALITE]["usermeta"]["embedOptions"]["actions"] is False


SPACE = {
    "name": "choose",
    "caption": "Other <i>choices</i>",
    "axes": [
        {"name": "sources", "label": "Sources", "values": [{"text": "F", "label": "all"}, {"text": "E", "label": "named"}]},
        {"name": "sides", "label": "Sides", "values": [{"text": "", "label": "all"}, {"text": "a,b", "label": "none"}]},
    ],
    "base": {"sources": "F", "sides": ""},
    "hypotheses": [{"id": "H1", "title": "One"}, {"id": "H2", "title": "Two"}],
    "runs": [[0, 1.05, 2.0], [1, 0.1 + 0.2, np.float64(0.3)], [2, None, float("nan")]],
}  # fmt: skip


class TestChoices:
    """A space of choices is a payload to look runs up in, beside a table of what each single change does."""

    @pytest.fixture
    def output(self, shown):
        show.choices(**SPACE)
        return shown[0][0]

    def test_a_run_is_a_line_of_its_place_and_thousandths_so_that_ties_are_exact(self, output):
        assert output[show.CHOICES]["runs"] == ["0 1050 2000", "1 300 300", "2"]

    def test_axes_base_and_hypotheses_are_as_given(self, output):
        payload = output[show.CHOICES]
        assert {key: payload[key] for key in ("axes", "base", "hypotheses")} == {
            key: SPACE[key] for key in ("axes", "base", "hypotheses")
        }

    def test_its_table_has_name_caption_and_a_row_for_each_single_change(self, output):
        table = output[show.CHOICES]["table"]
        assert (table["name"], table["title"]) == ("choose", "Other <i>choices</i>")
        assert [(row["choice"], row["value"], row["leaders"], row["margin"], row["same"]) for row in table["data"]] == [
            ("none (this report)", "", "“One” (H1)", 0.95, ""),
            ("Sources", "named", "no evidence left", None, ""),
            ("Sides", "none", "“One” (H1) and “Two” (H2)", 0, "no"),
        ]

    def test_where_there_is_no_book_the_table_shows_and_one_line_stands_for_it(self, output):
        cells = Cells(output["text/html"]).cells
        assert cells[5:10] == ["none (this report)", "", "“One” (H1)", "0.95", ""]
        assert output["text/plain"] == "Other <i>choices</i> (2 choices, 3 sets of them run)"

    def test_it_is_strict_json_and_the_same_each_time(self, shown, output):
        show.choices(**SPACE)
        assert json.dumps(shown[1][0], allow_nan=False) == json.dumps(output, allow_nan=False)

    @pytest.mark.parametrize("text", ["</script><img src=x onerror=alert(1)>", *HOSTILE])
    def test_whatever_labels_and_titles_hold_is_shown_as_it_is(self, shown, text):
        axes = [{"name": "x", "label": text, "values": [{"text": "", "label": text}, {"text": text, "label": text}]}]
        hypotheses = [{"id": "H1", "title": text}]
        show.choices(
            name="x", caption=text, axes=axes, base={"x": ""}, hypotheses=hypotheses, runs=[[0, 1.0], [1, 1.0]]
        )
        parsed = Cells(shown[0][0]["text/html"])
        assert set(parsed.tags) == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert parsed.cells[10:13] == [text, text, f"“{text}” (H1)"]

    def test_the_reports_own_choice_must_be_one_of_the_values(self):
        with pytest.raises(ParameterError, match="sources: found 'Z'; allowed are F, E"):
            show.choices(**{**SPACE, "base": {"sources": "Z", "sides": ""}})


class TestCommentary:
    """Figures in the case's commentary are values: escaped, whatever they hold."""

    def show(self, tmp_path, text, values):
        (tmp_path / "commentary").mkdir()
        (tmp_path / "commentary/claims.md").write_text(text, "utf-8")
        show.commentary(SimpleNamespace(name="fair", folder=tmp_path, choices={}), "claims", values)

    def test_a_value_is_shown_as_text_inside_the_authors_markdown(self, shown, tmp_path, markdown):
        self.show(
            tmp_path,
            "*Most* say {who}, {n} of them, {share}.",
            {"who": "[x](http://a.example) *y*", "n": np.int64(3), "share": None},
        )
        assert (
            markdown(shown[0][0]["text/markdown"])
            == "<p><em>Most</em> say [x](http://a.example) *y*, 3 of them, .</p>\n"
        )

    def test_a_notebook_without_commentary_shows_nothing(self, shown, tmp_path):
        show.commentary(SimpleNamespace(name="fair", folder=tmp_path, choices={}), "claims", {})
        assert shown == []
