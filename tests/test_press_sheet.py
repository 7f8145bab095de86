"""The printed report has all that its pages say, a title page and contents before it, and nothing that only a screen needs."""

import re

import pytest
from bs4 import BeautifulSoup

from sourcebook.press import contents, sheet, tables
from sourcebook.press.front import front, long_day
from sourcebook.press.markup import spelled
from sourcebook.work import work

HOSTILE = r'</title><script>alert(1)</script> \input{x} "quoted" & <b>bold</b>'
META = {
    "title": "The fair",
    "subtitle": "Who wants what",
    "question": "Who wants the fair in May?",
    "article": {"title": "Harbour fair moves", "date": "2031-02-03", "language": "de"},
    "authors": ["A coder"],
    "licence": "CC-BY-4.0",
    "version": "1.0",
}
WIDE = [f"Column {number}" for number in range(1, 11)]


def heads(names):
    return "<thead><tr>" + "".join(f'<th class="head"><p>{name}</p></th>' for name in names) + "</tr></thead>"


def cell(source, output=""):
    shown = f'<div class="cell_output docutils container">{output}</div>' if output else ""
    return (
        '<div class="cell docutils container"><details class="code-fold"><summary><span>Show code</span></summary>'
        f'<div class="cell_input docutils container"><pre>{source}</pre></div></details>{shown}</div>'
    )


ROW = '<tr id="C01"><td class="anchor"><p>C01<a class="headerlink row-permalink" href="#C01">¶</a></p></td><td><p>Wants May.</p></td>'
ROW += "".join(
    f'<td class="{"long" if number == 10 else "short"}">{"" if number == 4 else f"<p>value {number}</p>"}</td>'
    for number in range(3, 11)
)
REGISTER = f'<table class="data wide cards" id="register"><caption><span class="caption-number">Table 2 </span>Rows</caption>{heads(WIDE)}<tbody>{ROW}</tr></tbody></table>'
FIGURE = """<figure class="chart-figure" id="bars"><div class="chart" data-alt="Bars"><img alt="Bars: 2 and 1." class="chart-static only-light"
src="_images/bars-light.svg"/><img alt="Bars: 2 and 1." class="chart-static only-dark" src="_images/bars-dark.svg"/><script type="application/json">{}</script></div>
<figcaption><p><span class="caption-number">Figure 1 </span>What is wanted.<a class="headerlink" href="#bars">¶</a></p></figcaption>
<details class="figure-data"><summary>Data of this figure</summary><table class="data"><tbody><tr><td>2</td></tr></tbody></table></details>
<details class="provenance"><summary>Source and downloads</summary><p>x</p></details></figure>"""
PAGE = f"""<html><head><script>theme()</script></head><body><a href="#main-content">Skip to main content</a>
<nav class="bd-links"><p class="caption"><span class="caption-text">Findings</span></p><p class="caption"><span class="caption-text">Apparatus</span></p></nav>
<article class="bd-article"><section id="the-fair"><h1>The fair<a class="headerlink" href="#the-fair">¶</a></h1><p>Who wants what.</p>
<p class="rubric">The question</p><p>Who wants the fair in May?</p>
<p class="rubric">Cite this</p><div class="citing docutils container"><p>to be cited</p></div>
<p class="rubric">The findings</p><p>See <a class="reference internal" href="#document-notebooks/claims"><span>The claims</span></a>,
<a class="row-link" href="book/index.html#C01">C01</a>, <a href="#gone">what is gone</a> and <a href="https://example.org/">elsewhere</a>.</p>
<div class="toctree-wrapper compound"><span id="document-notebooks/claims"></span><section id="the-claims"><h2>The claims<a class="headerlink" href="#x">¶</a></h2>
<p><strong>Question.</strong> Who claims what?</p><p>The choices below are the reader's.</p>{cell("size = 3")}
<p>The record is loaded.</p>{cell("show()", "<div class='commentary'><p>Twelve claims.</p></div>")}
<section id="who"><h3>Who says what</h3><span id="id1"></span>{cell("figure()", FIGURE)}</section>
<section id="rows"><h3>Every row</h3><span id="id1"></span>{REGISTER}
<div class="chooser"><table class="data"><thead><tr><th>A</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table><script type="application/json">{{}}</script><template>H1</template></div>
</section></section></div>
<div class="toctree-wrapper compound"><span id="document-book/method"></span><section id="method"><h2>Method</h2><p>We read.</p></section></div>
</section></article></body></html>"""


def printed(page=PAGE, **more):
    meta = META | more
    return BeautifulSoup(sheet.sheet(page, front(meta, work(meta, "fair", "2031-03-04"))), "html.parser")


def words(tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


@pytest.fixture(scope="module")
def paper():
    return printed()


class TestWhatOnlyAScreenNeeds:
    @pytest.mark.parametrize(
        "gone", ["¶", "Show code", "size = 3", "Skip to", "Data of this figure", "Source and downloads"]
    )
    def test_is_left_out(self, paper, gone):
        assert gone in words(BeautifulSoup(PAGE, "html.parser"))
        assert gone not in words(paper.body)

    def test_scripts_and_dark_pictures_are_left_out(self, paper):
        assert not paper.select("script, template, style, button, img[src*=dark]")

    def test_a_sentence_that_introduces_nothing_but_code_goes_with_it(self, paper):
        text = words(paper.main)
        assert "The choices below" not in text
        assert "Who claims what?" in text and "The record is loaded." in text and "Twelve claims." in text

    def test_no_style_handler_or_datum_of_the_page_comes_along(self, paper):
        assert {name for tag in paper.body.find_all(True) for name in tag.attrs} <= sheet.KEPT


class TestTitlePage:
    def test_sets_quotation_marks_as_print_does(self):
        assert words(printed(title='The "fair" of Ada\'s').h1) == "The “fair” of Ada’s"

    def test_says_title_authors_day_question_version_licence_and_how_to_cite(self, paper):
        text = words(paper.select_one(".title-page"))
        for said in ("The fair", "Who wants what", "A coder", "4 March 2031", META["question"], "1.0", "CC-BY-4.0"):
            assert said in text
        assert "A coder. (2031, March 4). The fair: Who wants what (Version 1.0)." in text
        assert "Harbour fair moves, 3 February 2031" in text

    def test_says_nothing_that_the_case_does_not_give(self, paper):
        labels = [words(label) for label in paper.select(".imprint dt")]
        assert labels == ["Version", "Licence", "Article", "Cite as"]

    def test_says_publisher_identifiers_and_address_where_the_case_gives_them(self):
        author = {"given": "Ada", "family": "Holm", "orcid": "0000-0002-1825-0097", "affiliation": "Town Hall"}
        given = printed(authors=[author], doi="10.1234/fair", publisher="Port Press", url="https://example.org/fair/")
        told = {words(label): words(label.find_next_sibling("dd")) for label in given.select(".imprint dt")}
        assert told["DOI"] == "https://doi.org/10.1234/fair" and told["Publisher"] == "Port Press"
        assert told["Address"] == "https://example.org/fair/"
        assert told["ORCID"] == "Ada Holm https://orcid.org/0000-0002-1825-0097"
        assert words(given.select_one(".authors")) == "Ada Holm, Town Hall"

    def test_its_day_is_the_cases_own_where_that_gives_one(self):
        assert words(printed(date="2030-12-31").select_one(".day")) == "31 December 2030"

    def test_markup_in_a_title_is_text(self):
        given = printed(title=HOSTILE)
        assert words(given.h1) == HOSTILE.replace(' "', " “").replace('" ', "” ") and given.title.get_text().startswith(
            HOSTILE
        )
        assert not given.find("script")

    def test_names_language_authors_and_day_for_the_files_own_properties(self, paper):
        named = {tag["name"]: tag["content"] for tag in paper.select("meta[name]")}
        assert paper.html["lang"] == "en"
        assert named["author"] == "A coder" and named["dcterms.created"] == "2031-03-04"
        assert named["description"] == META["question"]


class TestContents:
    def test_list_chapters_and_sections_under_their_parts(self, paper):
        nav = paper.select_one(".contents")
        assert [words(part) for part in nav.select(".part")] == ["Findings", "Apparatus"]
        chapters = ["Summary", "The claims", "Method"]
        assert [words(link) for link in nav.select(".chapters > li > a")] == [*chapters, contents.INDEX]
        assert [words(link) for link in nav.select(".sections a")] == ["Who says what", "Every row"]

    def test_the_opening_page_is_the_summary_and_says_nothing_that_the_title_page_says(self, paper):
        summary = paper.main.find("section")
        assert words(summary.h2) == "Summary" and "See The claims" in words(summary)
        for said in ("Who wants what", "The question", META["question"], "Cite this", "to be cited"):
            assert said in words(BeautifulSoup(PAGE, "html.parser")) and said not in words(summary)

    def test_there_is_one_first_heading_and_no_level_is_skipped(self, paper):
        levels = [int(tag.name[1]) for tag in paper.body.find_all(re.compile("^h[1-6]$"))]
        assert levels.count(1) == 1 and levels[0] == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))


class TestLists:
    def test_figures_and_tables_are_listed_by_number_and_caption(self, paper):
        lists = paper.select_one("#printed-lists")
        assert [words(item) for item in lists.find_all("li")] == ["Figure 1 What is wanted.", "Table 2 Rows"]
        assert [link["href"] for link in lists.find_all("a")] == ["#bars", "#register"]

    def test_every_row_that_has_a_place_is_in_an_index_in_the_order_of_the_ids(self):
        page = PAGE.replace(
            '<tr id="C01">',
            '<tr id="C10"><td>C10</td><td>x</td>'
            + "<td></td>" * 8
            + '</tr><tr id="C2"><td>C2</td><td>x</td>'
            + "<td></td>" * 8
            + '</tr><tr id="C01">',
        )
        index = printed(page).select_one("#printed-rows")
        assert [words(link) for link in index.find_all("a")] == ["C01", "C2", "C10"]

    def test_without_rows_and_captions_there_are_no_such_lists(self):
        page = PAGE.replace('id="C01"', "").replace("caption-number", "other")
        assert not printed(page).select("#printed-lists, #printed-rows")


class TestLinks:
    def test_every_link_leads_to_a_place_of_the_document_or_to_the_web(self, paper):
        known = [tag["id"] for tag in paper.body.find_all(id=True)]
        assert len(known) == len(set(known))
        targets = [link["href"] for link in paper.body.find_all("a")]
        assert "https://example.org/" in targets and "#document-notebooks/claims" in targets
        assert all(target[1:] in known for target in targets if target.startswith("#"))

    def test_a_row_is_linked_within_the_document(self, paper):
        assert paper.select_one("a.row-link")["href"] == "#C01"

    def test_what_leads_nowhere_is_text(self, paper):
        assert "what is gone" in words(paper.main) and not paper.find("a", string="what is gone")


class TestWhoseWords:
    def test_the_computed_answer_stands_without_the_sentence_that_led_to_its_code(self):
        page = PAGE.replace("<div class='commentary'>", "<div class='answer'>")
        assert "The record is loaded." in words(printed().main)
        assert "The record is loaded." not in words(printed(page).main)
        assert words(printed(page).select_one(".answer")) == "Twelve claims."


class TestFiguresAndTables:
    def test_a_negative_number_has_a_true_minus_and_text_keeps_its_hyphens(self):
        page = PAGE.replace("<tbody><tr><td>b</td>", '<tbody><tr><td class="number"><p>-2</p></td><td><p>-b-</p></td>')
        assert [words(cell) for cell in printed(page).main.select("td")[-2:]] == ["\N{MINUS SIGN}2", "-b-"]

    def test_the_columns_that_a_page_has_room_for_stay_columns(self):
        assert len(WIDE) > tables.WIDE

    def test_a_figure_keeps_its_picture_its_text_and_its_caption(self, paper):
        figure = paper.select_one("figure")
        assert figure.img["src"] == "_images/bars-light.svg" and figure.img["alt"] == "Bars: 2 and 1."
        assert words(figure.figcaption) == "Figure 1 What is wanted."
        assert not figure.table

    def test_heads_say_what_they_are_heads_of(self, paper):
        assert all(head["scope"] == "col" for head in paper.select("th"))

    def test_the_rows_of_a_wide_table_are_entries_that_name_what_they_say(self, paper):
        row = paper.select_one("tr#C01")
        assert len(row.find_all("td")) == 2 and len(paper.select("table#register th")) == 2
        assert [words(field) for field in row.select(".field")] == [
            f"{WIDE[number - 1]} value {number}" for number in (3, 5, 6, 7, 8, 9, 10)
        ]

    def test_a_chooser_is_the_table_that_it_is_without_scripts(self, paper):
        assert not paper.select(".chooser") and "H1" not in words(paper.main)
        assert len(paper.main.select("table")) == 2


def test_a_day_is_written_the_same_in_every_language_of_the_machine():
    assert long_day("2000-05-01") == "1 May 2000"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("May 🎪.", "May [circus tent]."),
        ("👍🏽️!", "[thumbs up sign]!"),
        ("naïve – אב \u200d 100 ☂", "naïve – אב \u200d 100 ☂"),
    ],
)
def test_a_pictograph_that_the_typefaces_lack_is_named_and_nothing_else_is_touched(text, shown):
    assert spelled(text) == shown
    page = BeautifulSoup(
        sheet.sheet(PAGE.replace("what is gone", text), front(META, work(META, "fair", "2031-02-04"))), "html.parser"
    )
    assert shown in page.get_text()
