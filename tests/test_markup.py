"""Markdown and web pages as lines of text: every word of the article, in its order, and none of the marks or of what is around it."""

import pytest

from sourcebook.errors import SourcebookError
from sourcebook.intake import Paragraph
from sourcebook.markup import markdown, page

SENTENCES = [
    f"Speaker number {number} said on {day} that the bridge would open in May, and that nobody need doubt it."
    for number, day in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], 1)
]
HEAD = '<title>Örsund waits | The Gazette</title><meta property="og:site_name" content="The Gazette">'
HEAD += '<meta property="article:published_time" content="2021-03-04T08:00:00+01:00">'


def site(body: str, head: str = HEAD, lang: str = "en-GB") -> str:
    return f"""<!doctype html><html lang="{lang}"><head>{head}</head><body><header><nav><ul><li><a href="/">Home</a></li>
<li><a href="/sport">Sport</a></li></ul></nav></header><article>{body}</article>
<footer><p>All rights reserved. Cookie settings.</p></footer></body></html>"""


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def lines(read) -> list[tuple[str, str]]:
    return [tuple(line) for line in read[0]]


class TestPage:
    ARTICLE = f"<h1>Örsund waits</h1>{paragraphs(*SENTENCES[:3])}<h2>The crews</h2>{paragraphs(*SENTENCES[3:])}"

    def test_the_article_alone_is_taken_with_its_headings(self):
        body = [("body", sentence) for sentence in SENTENCES]
        assert lines(page(site(self.ARTICLE), "x")) == [
            ("heading", "Örsund waits"),
            *body[:3],
            ("heading", "The crews"),
            *body[3:],
        ]

    def test_publisher_day_and_language_are_what_the_page_says(self):
        assert page(site(self.ARTICLE), "x")[1] == {
            "publisher": "The Gazette",
            "date": "2021-03-04",
            "language": "en-GB",
        }

    def test_what_the_page_does_not_say_is_not_made_up(self):
        told = page(site(self.ARTICLE + "<p>Written, perhaps, on 5 March 2019.</p>", head="", lang=""), "x")[1]
        assert not any(told.values())

    def test_links_emphasis_entities_and_breaks_leave_their_words(self):
        marked = '<b>Örsund</b> &amp; the <a href="http://example.org/secret">town</a><br>waits &lt;b&gt; on'
        found = lines(page(site(self.ARTICLE + paragraphs(marked + " " + SENTENCES[0])), "x"))
        assert ("body", "Örsund & the town") in found and ("body", f"waits <b> on {SENTENCES[0]}") in found
        assert "secret" not in str(found)

    def test_items_and_rows_are_lines_of_their_own(self):
        more = "<ul><li>First item</li><li>Second item</li></ul><table><tr><th>Year</th><th>Ships</th></tr><tr><td>2020</td><td>7</td></tr></table>"
        found = [text for _, text in lines(page(site(self.ARTICLE.replace("<h2>", more + "<h2>")), "x"))]
        place = found.index("First item")
        assert found[place : place + 4] == ["First item", "Second item", "Year | Ships", "2020 | 7"]

    def test_marks_that_cannot_be_seen_are_dropped(self):
        found = lines(
            page(site(self.ARTICLE + paragraphs("The Brü\u00adcken\u200bmeister &#x1f; said: " + SENTENCES[1])), "x")
        )
        assert ("body", "The Brückenmeister said: " + SENTENCES[1]) in found

    @pytest.mark.parametrize("title", ["Örsund waits", "Örsund waits | The Gazette"])
    def test_the_headline_comes_first_even_where_the_page_has_it_in_its_head_alone(self, title):
        head = HEAD.replace("Örsund waits | The Gazette", title)
        assert lines(page(site(paragraphs(*SENTENCES), head=head), "x"))[0][1].startswith("Örsund waits")

    def test_scripts_comments_and_styles_are_no_words(self):
        noise = "<script>var secret = 1</script><style>.secret{}</style><!-- secret -->"
        assert "secret" not in str(page(site(self.ARTICLE + noise), "x"))

    def test_a_page_in_a_script_without_blanks_has_words_too(self):
        texts = [
            "市長は月曜日、橋は五月に開通すると述べ、渡し船の乗組員の疑いを退けた。",
            "港長はその日付をおとぎ話と呼び、八月より前の開通はありえないと語った。",
            "研究所は、橋の床がまだできていないと指摘している。",
        ]
        found = lines(page(site("<h1>橋を待つ町</h1>" + paragraphs(*texts), head="<title>橋を待つ町</title>"), "x"))
        assert found == [("heading", "橋を待つ町"), *(("body", text) for text in texts)]

    def test_a_notice_on_cookies_is_no_article_however_long(self):
        notice = "We and our 842 partners store information on a device, such as cookies, and process personal data with your consent. "
        with pytest.raises(
            SourcebookError, match=r"x\.html: what was found in the page reads like a notice on cookies.*plain text"
        ):
            page(f"<html><body><div><p>{notice * 2}</p><p>{notice * 2}</p></div></body></html>", "x.html")

    def test_an_article_on_cookies_is_one(self):
        told = "The regulator fined the shop because its notice on cookies hid the button. "
        assert page(site(self.ARTICLE + paragraphs(told + SENTENCES[0])), "x")

    def test_a_page_that_a_script_fills_is_told_with_the_words_found(self):
        with pytest.raises(
            SourcebookError, match=r"x\.html: no article was found in the page: \w+ words? of running text"
        ):
            page('<html><body><div id="root">Loading</div><script>render()</script></body></html>', "x.html")


class TestMarkdown:
    def told(self, text: str) -> list[tuple[str, str]]:
        return lines(markdown(text, "x.md"))

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("# One *two*\n\nThree", [("heading", "One two"), ("body", "Three")]),
            ("One\n===\n\nTwo\n---", [("heading", "One"), ("heading", "Two")]),
            ("*One* __two__ ~~three~~ `four`", [("body", "One two three four")]),
            ("[One](http://example.org 'x') <http://example.org/y>", [("body", "One http://example.org/y")]),
            ("[One][a] ![picture](p.png)\n\n[a]: http://example.org", [("body", "One")]),
            ("One\ntwo", [("body", "One two")]),
            ("One  \ntwo\\\nthree<br>four", [("body", "One"), ("body", "two"), ("body", "three"), ("body", "four")]),
            ("- One\n- two\n\n  three", [("body", "One"), ("body", "two"), ("body", "three")]),
            ("> One\n>\n> two", [("body", "One"), ("body", "two")]),
            ("| a | b |\n|---|---|\n| 1 | 2 |", [("body", "a | b"), ("body", "1 | 2")]),
            ("```python\nOne\n\ntwo\n```", [("body", "One"), ("body", "two")]),
            ("<div>One <i>two</i><p>three</p></div>\n", [("body", "One two"), ("body", "three")]),
            ("<!-- One -->\n\n<script>x</script>\n\ntwo", [("body", "two")]),
            ("One <b>two</b> &amp; \\*three\\* &quot;four&quot;", [("body", 'One two & *three* "four"')]),
            ("One\n\n***\n\ntwo", [("body", "One"), ("body", "two")]),
        ],
    )
    def test_the_words_stay_and_the_marks_go(self, text, lines):
        assert self.told(text) == lines

    def test_front_matter_is_what_the_file_says_of_itself_and_no_line(self):
        text = "---\ntitle: Örsund waits\ndate: 2030-03-05\nlang: sv\nsite: The Gazette\n---\n\nOne\n"
        found, meta = markdown(text, "x.md")
        assert found == [Paragraph("heading", "Örsund waits"), Paragraph("body", "One")]
        assert meta == {"publisher": "The Gazette", "date": "2030-03-05", "language": "sv"}

    @pytest.mark.parametrize(
        "text",
        [
            "---\nOne\n---\n\nTwo",
            "---\nHe said: one: two\n---\n\nTwo",
            "---\n[" + "[" * 5000 + "\n---\n\nTwo",
            "---\n---\n\nTwo\n\nTwo",
        ],
    )
    def test_two_rules_around_other_text_are_no_front_matter(self, text):
        assert self.told(text)[-1] == ("body", "Two") and len(self.told(text)) > 1

    @pytest.mark.parametrize(
        ("front", "told"),
        [
            ("title: Bridges: a story", "line 3.*mapping values are not allowed here"),
            ("# of the site\n\ntitle: Bridges: a story", "line 5.*mapping values are not allowed here"),
            ("title: [a", "line 4.*expected"),
            ("a: !!python/x", "line 3.*could not determine a constructor"),
            ("a: !!bool foo", "line 3.*“foo” is no bool"),
            ("a: !!int ''", "“” is no int"),
            ("a: !!float ''", "“” is no float"),
            ("a: !!timestamp foo", "“foo” is no timestamp"),
            ("a: " + "1" * 5000, "is no int"),
            ("a: " + "[" * 5000, "nested too deeply"),
        ],
    )
    def test_front_matter_that_cannot_be_read_is_no_headline_but_an_error_with_the_way_out(self, front, told):
        with pytest.raises(SourcebookError, match=f"(?s)x.md.*{told}.*quotation marks, as title:.*or delete"):
            markdown(f"---\nsite: The Gazette\n{front}\n---\n\nOne\n", "x.md")

    def test_front_matter_that_begins_with_what_is_wrong_is_told_too(self):
        with pytest.raises(SourcebookError, match="line 2: its front matter"):
            markdown("---\r\ntitle: Bridges: a story\r\n---\r\n\r\nOne\r\n", "x.md")

    def test_the_title_is_not_said_twice(self):
        assert self.told("---\ntitle: Örsund waits\n---\n\n# Örsund  waits\n\nOne") == [
            ("heading", "Örsund waits"),
            ("body", "One"),
        ]

    @pytest.mark.parametrize("read", [page, markdown])
    def test_a_tag_of_more_attributes_than_a_page_has_use_for_is_refused_before_a_tree_is_built(self, read):
        """Each attribute is looked for among all before it, so that a page of 2 MB would take minutes."""
        article = "".join(paragraphs(*SENTENCES * 3))
        odd = f"<p {' '.join(f'a{number}=b' for number in range(400))}>x</p>"
        with pytest.raises(
            SourcebookError, match=r"^x: a tag <p> has 400 attributes, .*\(300 at most\). Save the article as"
        ):
            read(article + odd, "x")
        written = odd.replace("<p", "&lt;p").replace(">x", "&gt;x") + f"<p title='{odd[2:]}'>x</p>"  # no tag of its own
        assert read(article + written, "x")

    def test_a_page_of_more_tags_than_an_article_has_is_refused_before_an_article_is_searched(self):
        with pytest.raises(SourcebookError, match=r"^x: 100003 tags, .*\(100000 at most\). Save the article as"):
            page("<p>x" * 100_001, "x")

    def test_html_nested_too_deeply_is_told_rather_than_cut(self):
        with pytest.raises(SourcebookError, match="nested more than 256 deep"):
            markdown("<div>" * 100_000, "x.md")
