"""Commentary: a case's own Markdown with the notebook's computed figures in it, and no figure that does not exist."""

from types import SimpleNamespace

import pytest

from sourcebook.commentary import fill, refused
from sourcebook.errors import CaseError
from sourcebook.show import escape

VALUES = {"n_claims": "47", "n_denials": "3", "own_share": "38%"}


@pytest.fixture
def case(tmp_path):
    """A case with commentary; call it with the text."""

    def write(text: str, **choices):
        (tmp_path / "commentary").mkdir(exist_ok=True)
        (tmp_path / "commentary/claims.md").write_text(text, "utf-8")
        return SimpleNamespace(name="fair", folder=tmp_path, choices=choices)

    return write


class TestFigures:
    """A name in braces stands for the figure of that name."""

    def test_each_is_replaced_wherever_it_stands(self, case):
        text = fill(case("Of {n_claims} claims\n{n_denials} deny, {n_denials} of {n_claims}."), "claims", VALUES)
        assert text == "Of 47 claims\n3 deny, 3 of 47."

    def test_a_value_is_not_searched_for_figures_again(self, case):
        assert fill(case("{n_claims}"), "claims", {**VALUES, "n_claims": "{own_share}"}) == "{own_share}"

    def test_other_braces_are_the_authors(self, case):
        text = "A set {1, 2}, {} and {not a name} stay."
        assert fill(case(text), "claims", VALUES) == text

    @pytest.mark.parametrize(
        "role",
        [
            "{cite:p}`gazette_2031`",
            "{cite}`gazette_2031`",
            "{doc}`../book/method`",
            "{numref}`voices`",
            "{ref}`n_claims <C01>`",
        ],
    )
    def test_roles_are_left_alone(self, case, role):
        assert fill(case(f"See {role}, {{n_claims}} in all."), "claims", VALUES) == f"See {role}, 47 in all."

    def test_a_notebook_without_commentary_has_none(self, case):
        assert fill(case("Something."), "reactions", VALUES) == ""


class TestUnknownName:
    """A figure that the notebook does not compute is an error, never a hole in the text."""

    def test_it_names_file_line_name_the_figures_there_are_and_the_nearest(self, case):
        with pytest.raises(CaseError) as caught:
            fill(case("First.\n\nOf {n_clams} claims."), "claims", VALUES)
        (fault,) = caught.value.faults
        assert (fault.file, fault.row) == ("commentary/claims.md", 3)
        assert fault.found == "{n_clams} is not a figure of this notebook"
        assert fault.right == "its figures are n_claims, n_denials, own_share; did you mean n_claims?"

    def test_every_one_is_told_in_one_run(self, case):
        with pytest.raises(CaseError) as caught:
            fill(case("{a_one} and {a_two}\n{n_claims}\n{a_three}"), "claims", VALUES)
        assert [(fault.row, fault.found.split()[0]) for fault in caught.value.faults] == [
            (1, "{a_one}"),
            (1, "{a_two}"),
            (3, "{a_three}"),
        ]

    def test_the_names_are_case_sensitive(self, case):
        with pytest.raises(CaseError, match="N_claims.*did you mean n_claims"):
            fill(case("{N_claims}"), "claims", VALUES)

    def test_its_line_is_the_files_even_after_leading_blank_lines(self, case):
        with pytest.raises(CaseError) as caught:
            fill(case("\n\n{n_clams}"), "claims", VALUES)
        assert caught.value.faults[0].row == 3

    def test_a_file_that_is_not_utf8_is_an_error_that_names_it(self, case):
        written = case("")
        (written.folder / "commentary/claims.md").write_bytes(b"caf\xe9")
        with pytest.raises(CaseError, match=r"commentary/claims\.md"):
            fill(written, "claims", VALUES)


class TestChoices:
    """Commentary was written for the whole record; under a reader's choices it says so before all else."""

    def test_under_choices_the_notice_comes_first(self, case):
        text = fill(case("Of {n_claims} claims.", min_reliability="C"), "claims", VALUES)
        notice, blank, body = text.split("\n")
        assert "written for the whole record" in notice and "leaves out a part" in notice
        assert (blank, body) == ("", "Of 47 claims.")

    def test_without_choices_there_is_no_notice(self, case):
        assert fill(case("Of {n_claims} claims."), "claims", VALUES) == "Of 47 claims."

    def test_a_notebook_without_commentary_has_no_notice_either(self, case):
        assert fill(case("x", min_reliability="C"), "reactions", VALUES) == ""


class TestSubset:
    """Commentary is Markdown with a list of what is let in; all else is refused with its line, and what would be right."""

    def test_what_an_analyst_writes_is_let_in(self):
        text = (
            "## A heading\n\nWords, *stressed* and **more so**, `code` and [a link](https://example.org/a) <mailto:a@example.org>.\n\n"
            "- a list\n  1. in a list\n\n> a quote\n\n| a | b |\n| --- | --- |\n| 1 | {n_claims} |\n\n```\nplain {{ code }}\n```\n\n"
            "Term\n: told\n\nSee {cite:p}`gazette_2031`, {numref}`voices`, {ref}`voices` and {doc}`../book/method`; 3 < 5 & 7 > 2.\n"
        )
        assert refused(text) == []

    @pytest.mark.parametrize(
        "text, found",
        [
            ("<b>a</b>", "raw HTML"),
            ("<div>\na\n</div>", "raw HTML"),
            ("<!-- a -->", "raw HTML"),
            ("![a](b.png)", "a picture"),
            ("[a](javascript:alert)", "a link to “javascript:alert”"),
            ("[a](../../secret.txt)", "a link to “../../secret.txt”"),
            ("[a]\n\n[a]: file:///etc/passwd", "a link to “file:///etc/passwd”"),
            ("```{include} a\n```", "the directive {include}"),
            ("~~~{eval-rst}\na\n~~~", "the directive {eval-rst}"),
            (":::{image} a\n:::", "a directive"),
            ("{download}`a`", "the role {download}"),
            ("{{ 7 }}", "a template, “{{” or “{%”"),
            ("(a)=\n\nb", "a target"),
            ("% a", "a comment"),
            ("+++", "a block break"),
            ("a[^1]\n\n[^1]: b", "a footnote"),
            ("a\x00", "the character U+0000"),
            ("> " * 50 + "a", "nested more than 18 deep"),
        ],
    )
    def test_what_could_be_more_than_words_is_refused(self, text, found):
        assert (3, found) in [(line, what) for line, what, _ in refused(f"Words.\n\n{text}")]

    def test_computed_text_with_every_mark_escaped_is_let_in(self):
        assert refused(escape("{{ 7*7 }} {% a %} <b> ![a](b) [a](javascript:b) (a)= ```{raw} html")) == []

    def test_front_matter_is_refused(self):
        assert refused("---\nmyst:\n  enable_extensions: [substitution]\n---\nWords.")[0][1] == "front matter"

    def test_everything_is_told_at_once_with_its_line(self, case):
        with pytest.raises(CaseError) as caught:
            fill(case("{n_clams}\n\nWords and\nmore: <b>b</b>\n\n![a](b)"), "claims", VALUES)
        assert [fault.row for fault in caught.value.faults] == [1, 4, 6]
