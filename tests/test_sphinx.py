"""The book: what the Sphinx side makes of executed notebooks and pages. See tests/toybook.py for what goes in."""

import base64
import hashlib
import json
import re
from types import SimpleNamespace

import pytest
import toybook
from bs4 import BeautifulSoup

from sourcebook.errors import choices
from sourcebook.sphinx import policy
from sourcebook.sphinx.case import value
from sourcebook.sphinx.notebooks import declared
from sourcebook.sphinx.policy import Page, content_security_policy

PAGES = ["book/index", "book/dictionary", "notebooks/alpha", "notebooks/beta", "notebooks/register"]


@pytest.fixture(scope="module")
def page(toy_book):
    """A function from a page's name to its parsed HTML."""
    parsed = {
        name: BeautifulSoup((toybook.html(toy_book) / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in PAGES
    }
    return lambda name: parsed[name]


def main(soup):
    return soup.find("article")


# Figures


def test_a_figure_has_number_caption_and_target(page):
    figure = page("notebooks/alpha").find(id="voices-by-section")
    assert figure.name == "figure"
    assert figure.find(class_="caption-number").text.strip() == "Figure 2"
    assert "Voices by section of the article" in figure.find("figcaption").text


def test_a_figure_has_a_light_and_a_dark_picture_with_alternative_text(page, toy_book):
    images = page("notebooks/alpha").find(id="voices-by-section").find_all("img")
    assert [("only-dark" in image["class"], "only-light" in image["class"]) for image in images] == [(0, 1), (1, 0)]
    for image in images:
        assert image["alt"] == "Bars: 14 voices, 5 and 9."
        path = (toybook.html(toy_book) / "notebooks" / image["src"]).resolve()
        assert re.fullmatch(r"voices-by-section-(light|dark)-[0-9a-f]{12}\.svg", path.name)
        assert "Reactions carry most voices" in path.read_text(encoding="utf-8")


def test_a_figure_has_its_data_in_a_closed_fold(page):
    fold = page("notebooks/alpha").find(id="voices-by-section").find("details")
    assert not fold.has_attr("open")
    assert fold.summary.text == "Data of this figure"
    rows = [[cell.text.strip() for cell in row.find_all(["th", "td"])] for row in fold.find_all("tr")]
    assert rows == [["Section", "Voices"], ["Reactions", "14"], ["Readout", "5"], ["Call", "9"]]
    assert "number" in fold.find_all("td")[1]["class"]


def test_a_figure_may_stand_on_another_page_and_names_its_chapter(page):
    figure = page("book/index").find(id="index-voices-by-section")
    assert figure.find(class_="caption-number").text.strip() == "Figure 1"
    source = figure.find("figcaption").find("a", href=lambda href: href.endswith("alpha.html#voices-by-section"))
    assert source.text == "Figure 2"


def test_references_to_figures_and_tables_are_numbers(page):
    text = main(page("book/index")).get_text(" ")
    assert re.search(r"See\s+Figure 1\s+and\s+Table 2", text)


def test_the_specification_is_inert_json(page):
    for script in page("notebooks/beta").find_all("script", type="application/json"):
        assert not re.search("[<>&\u2028\u2029]", script.string)
        assert json.loads(script.string)["usermeta"]["sourcebook"]["name"] == "hostile-figure"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_an_id_twice(page, name):
    ids = [tag["id"] for tag in page(name).find_all(id=True)]
    assert sorted(set(ids)) == sorted(ids)


def test_a_chart_without_name_or_caption_is_a_fault(tmp_path):
    folder = toybook.write(tmp_path)
    path = folder / "notebooks" / "beta.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"usermeta"', '"other"'), encoding="utf-8")
    built = toybook.build(folder)
    assert built.returncode != 0
    assert "cell 4 shows a chart without a name, a caption, columns for its data table" in built.stderr


# Tables


def test_a_table_has_number_title_and_target(page):
    table = page("notebooks/alpha").find("table", id="accounts")
    assert table.caption.find(class_="caption-number").text.strip() == "Table 2"
    assert table.caption.find(class_="caption-text").text == "Two accounts of one call"


def test_cells_are_text_with_their_column_and_lines(page):
    cells = page("notebooks/alpha").find("table", id="accounts").tbody.find_all("td")
    assert {"col-n", "number"} <= set(cells[1]["class"])
    assert [paragraph.text for paragraph in cells[2].find_all("p")] == ["said by both", "in two lines, see C07"]
    assert [cell["data-label"] for cell in cells[:3]] == ["Topic", "Rows", "Note"]
    assert cells[5].text == ""  # nothing was given


def test_each_row_of_the_register_has_its_id_and_a_permalink(page):
    rows = page("notebooks/register").find("table", id="register").tbody.find_all("tr")
    assert [row["id"] for row in rows] == ["C07", "C08", "R03", "H1"]
    assert [row.find(class_="row-permalink")["href"] for row in rows] == ["#C07", "#C08", "#R03", "#H1"]


def test_only_a_table_with_filters_gets_a_filter_bar(page):
    assert "register" in page("notebooks/register").find("table", id="register")["class"]
    assert page("notebooks/register").find("script", src=re.compile(r"register\.js"))
    assert not page("notebooks/alpha").find("script", src=re.compile(r"register\.js"))


def test_charts_script_is_loaded_only_where_charts_are(page):
    assert page("notebooks/alpha").find("script", src=re.compile(r"charts\.js"), defer=True)
    assert not page("notebooks/register").find("script", src=re.compile(r"charts\.js"))


def test_a_figure_that_cannot_be_drawn_is_a_fault_with_its_name(tmp_path):
    folder = toybook.write(tmp_path)
    path = folder / "notebooks" / "beta.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"mark": {', '"transform": [{"filter": "np.x(1)"}], "mark": {', 1),
        encoding="utf-8",
    )
    built = toybook.build(folder)
    assert built.returncode != 0
    assert "figure 'hostile-figure' cannot be drawn" in built.stderr


def test_columns_to_filter_by_are_marked(page):
    heads = page("notebooks/register").find("table", id="register").thead.find_all("th")
    assert [head.text for head in heads if "filter" in head["class"]] == ["Kind", "Actor"]


# Rows named anywhere


@pytest.mark.parametrize(
    ("name", "href"),
    [
        ("book/index", "../notebooks/register.html#C07"),
        ("notebooks/alpha", "register.html#C07"),
        ("notebooks/register", "#C07"),
    ],
)
def test_a_row_named_on_a_page_is_a_link_to_it(page, name, href):
    links = [link for link in page(name).find_all("a", class_="row-link") if link.text == "C07"]
    assert links and {link["href"] for link in links} == {href}


def test_what_is_no_row_is_no_link(page):
    assert {link.text for link in page("book/index").find_all("a", class_="row-link")} == {"C07", "H1"}  # and not C99


def test_a_key_of_the_bibliography_named_in_a_table_is_a_link_to_its_entry(page):
    links = page("notebooks/register").find(id="R03").find_all("a", class_="row-link")
    entry = next(link for link in links if link.text == "heuer1999")
    target = entry["href"].removeprefix("../book/dictionary.html#")
    assert target and page("book/dictionary").find(id=target)
    assert "nobody2020" not in [link.text for link in links]


def test_code_headings_and_the_row_itself_are_left_alone(page):
    literal = [code for code in page("notebooks/alpha").find_all("code") if code.text == "C07"]
    assert literal and not literal[0].find("a") and not literal[0].find_parent("a")
    assert not page("notebooks/register").find("td", class_="anchor").find("a", class_="row-link")


# Commentary, named values, code


def test_commentary_is_markdown_in_a_container_of_its_own(page):
    commentary = page("notebooks/alpha").find(class_="commentary")
    assert commentary.find("em").text == "emphasis"
    assert "1 < 2 & <img src=x onerror=alert(1)>, C:\\.x." in commentary.text  # text, with every mark that it has
    assert commentary.find("a", class_="row-link").text == "R03"


def test_named_values_show_only_where_a_page_names_them(page):
    assert "Twelve claims, led by" in main(page("book/index")).text
    assert "Twelve claims" not in main(page("notebooks/alpha")).text


def test_values_of_the_case_are_plain_text(page):
    text = main(page("book/index")).text
    assert "Headline <script>alert(1)</script>" in text and "{{ 7*7 }}" in text


def test_authors_are_named_on_a_page_as_they_are_printed(tmp_path):
    authors = "[The coders, {given: Ada, family: Holm, orcid: 0000-0002-1825-0097}, {name: Tide press}]"
    (tmp_path / "case.yml").write_text(f"authors: {authors}\nkeywords: [fair, May]\ndate: 2031-05-06\n", "utf-8")
    app = SimpleNamespace(confdir=tmp_path, config=SimpleNamespace(sourcebook_case="."))
    assert value(app, "authors") == "The coders, Ada Holm, Tide press"
    assert (value(app, "keywords"), value(app, "date")) == ("fair, May", "2031-05-06")


def test_without_scripts_a_page_is_light(page):
    assert page("book/index").html["data-theme"] == "light"


def test_code_is_folded_behind_one_button_a_step(page):
    folds = page("notebooks/alpha").find_all("details", class_="code-fold")
    assert {fold.find(class_="when-closed").text for fold in folds} == {"Show code"}
    assert not any(fold.has_attr("open") for fold in folds)
    assert not any(fold.summary.has_attr("aria-label") for fold in folds)  # the button is called what it shows
    # parameters and named values show nothing: they share the fold of the figure after them
    assert "min_grade" in folds[0].text and "show.figure(voices)" in folds[0].text
    shown = page("notebooks/alpha").find_all("div", class_="cell_input")
    assert all(block.find_parent("details", class_="code-fold") for block in shown)


def test_formulas_need_no_script(page):
    inline, block = page("book/index").find_all("math")
    assert inline.find("munder") or inline.find("msub")
    assert block.find("mfrac") and "<" in block.text


# Parameters and the dictionary


def test_parameters_are_listed_with_value_default_help_and_notebooks(page):
    table = page("book/index").find("table", id="report-parameters")
    rows = [[cell.text.strip() for cell in row.find_all("td")] for row in table.tbody.find_all("tr")]
    assert rows == [
        ["min_grade", "'C # not a comment'", "'F'", "keep sources graded at least this", "alpha, beta"],
        ["limit", "3", "3", "", "alpha"],
    ]


def test_a_parameters_cell_is_read_as_python():
    source = 'a: str = "x # y = z"  # help\nb = -1.5\nc: list[str] = [\n    "p",\n]  # several\nprint(a)\n'
    assert declared(source) == [
        {"name": "a", "type": "str", "value": "'x # y = z'", "help": "help"},
        {"name": "b", "type": "", "value": "-1.5", "help": ""},
        {"name": "c", "type": "list[str]", "value": "['p']", "help": "several"},
    ]


def test_the_dictionary_has_columns_codes_and_keys(page):
    entry = page("book/dictionary").find(id="table-claims")
    assert entry.find("h2").text.startswith("claims")
    assert "One thing an actor is reported to say." in entry.text
    rows = {row.td.text.strip(): row.text for row in entry.tbody.find_all("tr")}
    assert set(rows) == {"id", "mode", "actor_id"}
    assert "required, unique" in rows["id"] and "C[0-9]{2}" in rows["id"]
    assert "direct: in the speaker's words" in rows["mode"]
    assert "actor_id names a row of actors (id)." in entry.text
    assert entry.find("li").find_next("a", href="#table-actors").text == "actors"


# Faults


FAULTS = {
    "{computed}`alpha/findin`": "notebook 'alpha' has no value 'findin'; did you mean finding?",
    "{computed}`alhpa/finding`": "the book has no notebook 'alhpa'; did you mean alpha?",
    "{computed}`finding`": "'finding' should read notebook/name",
    "{case}`article.titel`": "case.yml has no key 'titel' below 'article'; did you mean title?",
    "{case}`article`": "'article' of case.yml holds several values; name one: title",
    "```{chart} alpha/voices-by-sektion\n```": "has no figure 'voices-by-sektion'; did you mean voices-by-section?",
    "[run](/etc/passwd)": "/etc/passwd",
    "```{include} ../data/toy/case.yml\n```": "include",
    "```{raw} html\n<script>alert(1)</script>\n```": "raw",
    "![picture](../../outside.png)": "outside the book's folder",
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """What the build of a page with each of these faults says; one build for all."""
    folder = toybook.write(tmp_path_factory.mktemp("outer") / "faulty")
    (folder.parent / "outside.png").write_bytes(b"not a picture")
    (folder / "book" / "index.md").write_text("# Faults\n\n" + "\n\n".join(FAULTS) + "\n", encoding="utf-8")
    return folder, toybook.build(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_the_build_and_names_the_way_out(faulty, fault):
    built = faulty[1]
    assert built.returncode != 0
    assert FAULTS[fault] in built.stderr


def test_a_refused_directive_leaves_nothing_in_the_page(faulty):
    text = (toybook.html(faulty[0]) / "book" / "index.html").read_text(encoding="utf-8")
    assert "<script>alert(1)</script>" not in text
    assert "A toy &lt;report&gt;" not in BeautifulSoup(text, "html.parser").find("article").decode()


def test_two_rows_with_one_id_are_a_fault(tmp_path):
    folder = toybook.write(tmp_path)
    copy = (folder / "notebooks" / "register.ipynb").read_text(encoding="utf-8")
    (folder / "notebooks" / "beta.ipynb").write_text(copy.replace('"register"', '"other"'), encoding="utf-8")
    built = toybook.build(folder)
    assert built.returncode != 0
    assert "row C07 is already in notebooks/beta" in built.stderr


def test_the_nearest_name_or_all_of_them():
    assert choices("findin", ["finding", "n"]) == "did you mean finding?"
    assert choices("xyz", ["b", "a"]) == "there are: a, b"
    assert choices("xyz", []) == "there are none"


# Safety


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_stays_text(page, name):
    soup = page(name)
    assert not soup.find_all("img", src="x")
    assert not [tag for tag in soup.find_all(True) if any(key.startswith("on") for key in tag.attrs)]
    assert not [link for link in soup.find_all(href=True) if link["href"].lower().startswith("javascript:")]
    assert not [
        script
        for script in soup.find_all("script")
        if "alert(" in (script.string or "") and script.get("type") != "application/json"
    ]


def test_hostile_text_is_shown_as_it_is(page):
    assert page("notebooks/beta").find("table", id="hostile-table").tbody.text.strip() == toybook.HOSTILE


def test_a_title_is_text_wherever_a_page_puts_it(toy_book):
    """In the head, the sidebar, the list of chapters and on paper: the theme would write it as markup."""
    for path in every_html(toy_book):
        if "_static" not in path.parts:
            soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            assert not soup.find("report"), path
            assert "A toy <report>" in soup.title.text
    assert soup.find(class_="logo__title").text == "A toy <report>"


def every_html(toy_book):
    return sorted(toybook.html(toy_book).rglob("*.html"))


def test_each_page_states_a_policy_with_the_hashes_of_its_own_scripts(toy_book):
    sealed = 0
    for path in every_html(toy_book):
        if "_static" in path.parts:
            continue  # templates of the theme, not pages
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
        assert policy is not None, path
        first = soup.find("script")
        assert first is None or policy.sourceline < first.sourceline
        inline = [script.string for script in soup.find_all("script", src=False, type=False)]
        wanted = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline}
        assert set(re.findall("'sha256-([^']+)'", policy["content"])) == wanted
        assert "default-src 'none'" in policy["content"] and "unsafe-eval" not in policy["content"]
        sealed += 1
    assert sealed == len(PAGES) + 2  # and the landing page, and search


def test_nothing_is_loaded_from_another_host(toy_book):
    for path in every_html(toy_book):
        found = Page(path.read_text(encoding="utf-8"))
        assert (found.foreign, found.handlers) == ([], []), path
    for path in toybook.html(toy_book).rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(url\(\s*[\"']?|@import\s+[\"'])(https?:)?//", text), path


def test_a_page_that_would_load_from_another_host_is_found_out():
    found = Page(
        '<link rel="stylesheet" href="https://a.example/x.css"><img src="//b.example/i.png" onerror="x()">'
        '<a href="https://c.example/">a link is no load</a><script>let a = "<b>";</script>'
    )
    assert found.foreign == ["https://a.example/x.css", "//b.example/i.png"]
    assert found.handlers == ["<img onerror>"]
    assert found.scripts == ['let a = "<b>";']
    assert content_security_policy(found.scripts).count("sha256-") == 1


def test_the_title_comes_from_the_case(toy_book):
    landing = (toybook.html(toy_book) / "index.html").read_text(encoding="utf-8")
    assert "<title>A toy &lt;report&gt;</title>" in landing
    assert "url=book/index.html" in landing


# The same source gives the same book


def files(folder):
    """Every file of the book."""
    html = toybook.html(folder)
    return {path.relative_to(html).as_posix(): path.read_bytes() for path in sorted(html.rglob("*")) if path.is_file()}


def test_another_folder_gives_the_same_bytes(toy_book, tmp_path):
    other = toybook.write(tmp_path / "a much longer name")
    assert toybook.build(other).returncode == 0
    first, second = files(toy_book), files(other)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_changed_notebook_changes_the_pages_that_name_its_values_and_rows(tmp_path):
    """In a folder that was built before, where Sphinx takes up what it knows; in another one it would know nothing."""
    folder = toybook.write(tmp_path)
    assert toybook.build(folder).returncode == 0
    for name, old, new in [("alpha", "Twelve claims", "Thirteen claims"), ("register", '"C08"', '"C99"')]:
        path = folder / "notebooks" / f"{name}.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert toybook.build(folder).returncode == 0
    index = (toybook.html(folder) / "book" / "index.html").read_text(encoding="utf-8")
    assert "Thirteen claims" in index
    assert 'register.html#C99"' in index  # named on the page all along, and a row only now


def test_no_page_and_no_notebook_can_bring_templates_back(tmp_path):
    """MyST takes settings from front matter and from a notebook's metadata; neither may switch Jinja or raw HTML on."""
    folder = toybook.write(tmp_path)
    page, notebook = folder / "book/index.md", folder / "notebooks/alpha.ipynb"
    settings = {"enable_extensions": ["substitution"], "substitutions": {"a": "b"}, "disable_syntax": []}
    front = f"---\nmyst: {json.dumps(settings)}\n---\n"
    page.write_text(front + page.read_text("utf-8") + "\n{{ 6*7 }} <b>raw</b> {{ a }}\n", "utf-8")
    told = json.loads(notebook.read_text("utf-8"))
    told["metadata"]["myst"] = settings
    told["cells"][0]["source"] += "\n\n{{ 6*7 }} <b>raw</b>"
    told["cells"].append(toybook.cell("show()", toybook.shown({"text/markdown": "A <b>picture</b> ![](x.png)"})))
    notebook.write_text(json.dumps(told), "utf-8")
    done = toybook.build(folder)
    assert done.returncode != 0
    assert (done.stdout + done.stderr).count("sets 'myst' in its front matter") == 2
    for found in ("raw HTML", "a picture"):  # nor may a notebook show more than the subset of a commentary
        assert f"shows {found}" in done.stdout + done.stderr
    for name in ("book/index", "notebooks/alpha"):
        text = (toybook.html(folder) / f"{name}.html").read_text("utf-8")
        assert "{{ 6*7 }} &lt;b&gt;raw&lt;/b&gt;" in text


def test_a_page_without_a_place_for_its_policy_fails_the_build(tmp_path, monkeypatch):
    """It is not passed over: a page without a policy is one that nothing guards. The theme's templates are no pages."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/macros.html").write_text("{{ a }}", "utf-8")
    (tmp_path / "page.html").write_text("<html><head></head></html>", "utf-8")
    told = []
    monkeypatch.setattr(policy.logger, "warning", lambda *words: told.append(words[0] % words[1:]))
    policy.seal(SimpleNamespace(builder=SimpleNamespace(format="html", name="html"), outdir=str(tmp_path)), None)
    assert [text[:9] for text in told] == ["page.html"]
    assert not (tmp_path / "_static/macros.html").exists()
