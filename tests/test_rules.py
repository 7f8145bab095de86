"""What a Table Schema cannot say: anchors, digests, quotes, links, ratings and names across files."""

import hashlib

import cases
import pytest

from sourcebook import bibliography, rules
from sourcebook.article import read
from sourcebook.check import check, read_text
from sourcebook.schema import Schema


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


def frames(record) -> dict:
    return {name: read_text(record.folder, name) for name in cases.tables()}


def told(faults) -> list[tuple]:
    return sorted((fault.file, fault.row, fault.id, fault.column) for fault in faults)


def rule(record) -> list:
    return rules.tables(frames(record), Schema.read(record.folder))


def bounds(record) -> list:
    return rules.anchors(frames(record), Schema.read(record.folder))


def verify(record, content: str | None = None) -> list:
    """The faults of the digests; other content is taken for the article that case.yml speaks of."""
    path = record.article if content is None else record.print_article(content)
    text = read(path)
    return rules.digests(frames(record), Schema.read(record.folder), text, text.sha256)


def test_the_sound_case_breaks_no_rule(record):
    assert rule(record) == bounds(record) == verify(record) == rules.references(frames(record), record.folder) == []
    assert rules.casefile(cases.META, frames(record), Schema.read(record.folder)) == []


class TestDigests:
    """With the article at hand every anchor is held against its text."""

    def test_a_text_with_a_mark_that_no_page_can_show_is_told_with_its_paragraph(self, record):
        told = [fault.found for fault in verify(record, cases.ARTICLE.replace("What was said", "What \x00 was said"))]
        assert "paragraph 2 of the article holds U+0000" in told

    def test_one_changed_digit_of_a_digest_is_told_with_row_and_the_right_digest(self, record):
        right = cases.anchor(3, "denied that a ship will leave before June")["digest"]
        wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
        record.set("claims", "C02", digest=wrong)
        (fault,) = verify(record)
        assert (fault.file, fault.row, fault.id, fault.column) == ("claims.csv", 3, "C02", "digest")
        assert right in fault.found and wrong in fault.right

    def test_one_changed_character_of_the_article_is_told_for_the_rows_over_it_and_no_others(self, record):
        faults = verify(record, cases.ARTICLE.replace("a ship will", "a shin will"))
        assert told(faults) == [("claims.csv", 3, "C02", "digest")]

    def test_an_anchor_one_character_off_is_told(self, record):
        start = int(record.rows("events")[0]["start"])
        record.set("events", "E01", start=start + 1)
        assert told(verify(record)) == [("events.csv", 2, "E01", "digest")]

    @pytest.mark.parametrize("table", ["events", "claims", "reactions", "assessments", "framings"])
    def test_every_anchored_table_is_verified_to_its_last_row(self, record, table):
        last = record.rows(table)[-1]["id"]
        record.set(table, last, digest="0123456789abcdef")
        assert told(verify(record)) == [(f"{table}.csv", record.line(table, last), last, "digest")]

    def test_offsets_after_an_emoji_count_it_as_one_character(self, record):
        # C02 and R02 stand behind 🎪 in their paragraph: in UTF-16 they would be one further.
        start = int(record.rows("reactions")[1]["start"])
        assert cases.PARAGRAPHS[2][2][start:].startswith("such a date")
        record.set("reactions", "R02", start=start + 1)
        assert told(verify(record)) == [("reactions.csv", 3, "R02", "digest")]

    def test_a_quote_from_outside_its_span_is_told(self, record):
        record.set("reactions", "R01", quote="A fine day for the port")
        (fault,) = verify(record)
        assert (fault.id, fault.column) == ("R01", "quote") and "inside the span" in fault.right

    def test_a_paragraph_of_another_length_is_told_with_the_articles(self, record):
        record.set("paragraphs", "2", length="14")
        (fault,) = verify(record)
        assert (fault.file, fault.row, fault.column) == ("paragraphs.csv", 3, "length")
        assert "14" in fault.found and fault.right == "the article has 13"

    def test_an_article_with_fewer_paragraphs_is_told(self, record):
        shorter = "\n".join(cases.ARTICLE.rstrip().split("\n")[:-1])
        faults = verify(record, shorter)
        assert ("paragraphs.csv", 6, "", "length") in told(faults)


class TestWrongArticle:
    """An article other than the coded one gets one clear error, not one a row."""

    @pytest.mark.parametrize(
        "content",
        [
            cases.ARTICLE.replace("\n", "\r\n").encode(),
            b"\xef\xbb\xbf" + cases.ARTICLE.encode(),
            cases.ARTICLE.replace("stalls", "stands").encode(),
            b"Something else altogether",
            b"%PDF-1.4\n1 0 obj\n",
            b"PK\x03\x04\x14\x00",
        ],
        ids=["CRLF", "BOM", "one word changed", "another text", "PDF without binary bytes", "start of a zip"],
    )
    def test_it_is_one_fault_of_case_yml_that_says_what_to_pass(self, record, content):
        text = read(record.print_article(content))
        coded = hashlib.sha256(cases.ARTICLE.encode()).hexdigest()
        (fault,) = rules.digests(frames(record), Schema.read(record.folder), text, coded)
        assert (fault.file, fault.column) == ("case.yml", "article.sha256")
        assert text.sha256[:16] in fault.found and "pass the text that was coded" in fault.right


class TestBounds:
    """A span lies inside its paragraph, which is known without the article."""

    @pytest.mark.parametrize(
        ("cells", "found", "right"),
        [
            ({"end": "9999"}, "the span ends at 9999", "paragraph 3 has 195 characters"),
            ({"end": "196"}, "the span ends at 196", "paragraph 3 has 195 characters"),
            ({"start": "40", "end": "40"}, "the span 40-40 is empty", "end is exclusive and greater than 40"),
            ({"start": "40", "end": "39"}, "the span 40-39 is empty", "end is exclusive and greater than 40"),
        ],
    )
    def test_a_span_out_of_bounds_is_told(self, record, cells, found, right):
        record.set("claims", "C02", **cells)
        (fault,) = bounds(record)
        assert (fault.id, fault.column, fault.found, fault.right) == ("C02", "end", found, right)

    def test_a_span_may_reach_to_the_last_character(self, record):
        record.set("claims", "C02", start="0", end="195")
        assert bounds(record) == []

    def test_events_have_spans_too(self, record):
        record.set("events", "E01", end="26")
        assert told(bounds(record)) == [("events.csv", 2, "E01", "end")]

    def test_paragraphs_are_numbered_in_order(self, record):
        record.set("paragraphs", "4", paragraph="6")
        (fault,) = rule(record)
        assert (fault.file, fault.row, fault.found) == ("paragraphs.csv", 5, "found “6”") and fault.right.endswith(
            ": 4"
        )


class TestQuotes:
    """At most twelve spoken words, and only where words were spoken."""

    def test_twelve_words_are_within_the_budget_and_thirteen_are_not(self, record):
        record.set("reactions", "R01", quote=" ".join(["word"] * 12))
        assert rule(record) == []
        record.set("reactions", "R01", quote=" ".join(["word"] * 13))
        (fault,) = rule(record)
        assert (fault.id, fault.column, fault.found) == ("R01", "quote", "13 words") and "12" in fault.right

    @pytest.mark.parametrize(
        ("table", "row", "cells", "column", "found"),
        [
            ("claims", "C02", {"quote": "leave before June"}, "quote", "words quoted in a row of mode indirect"),
            ("framings", "F01", {"quote": "the fishermen"}, "quote", "words quoted in a row of mode own"),
            ("claims", "C01", {"quote": ""}, "quote", "no words quoted in a row of mode direct"),
            ("reactions", "R01", {"quote": ""}, "quote", "no words quoted in a row of mode mixed"),
            ("framings", "F01", {"attribution": "explicit"}, "attribution", "found “explicit” in a row of mode own"),
        ],
    )
    def test_mode_quote_and_attribution_agree(self, record, table, row, cells, column, found):
        record.set(table, row, **cells)
        (fault,) = rule(record)
        assert (fault.id, fault.column, fault.found) == (row, column, found)


class TestLinks:
    """A relation, rating, answer or corroboration leads to a row that is there."""

    @pytest.mark.parametrize(
        ("table", "row", "column"),
        [
            ("reactions", "R02", "target_id"),
            ("relations", "L01", "from_id"),
            ("relations", "L01", "to_id"),
            ("consistency", "K001", "item_id"),
            ("corroboration", "B01", "item_id"),
        ],
    )
    def test_one_that_leads_nowhere_is_told_with_the_nearest_row(self, record, table, row, column):
        record.set(table, row, **{column: "F011"})
        (fault,) = rule(record)
        assert (fault.file, fault.id, fault.column, fault.found) == (f"{table}.csv", row, column, "found “F011”")
        assert fault.right.endswith("claims, reactions, assessments, framings, events; did you mean F01?")

    @pytest.mark.parametrize("item", ["C01", "R01", "J01", "F01", "E02"])
    def test_it_may_lead_to_a_row_of_any_of_the_five_tables(self, record, item):
        record.set("corroboration", "B01", item_id=item)
        assert rule(record) == []

    def test_but_not_to_an_actor_or_a_hypothesis(self, record):
        record.set("corroboration", "B01", item_id="H1")
        record.set("corroboration", "B02", item_id="mayor")
        assert told(rule(record)) == [
            ("corroboration.csv", 2, "B01", "item_id"),
            ("corroboration.csv", 3, "B02", "item_id"),
        ]

    def test_no_row_is_linked_to_itself(self, record):
        record.set("relations", "L01", to_id="C02")
        (fault,) = rule(record)
        assert fault.found == "the row is linked to itself"

    def test_links_are_not_judged_while_a_table_that_they_may_lead_to_is_unreadable(self, record):
        without = {name: frame for name, frame in frames(record).items() if name != "events"}
        assert rules.tables(without, Schema.read(record.folder)) == []

    def test_no_two_rows_of_different_tables_share_an_id(self, record):
        record.set("framings", "F01", id="C01")
        faults = [fault for fault in rule(record) if fault.column == "id"]
        assert told(faults) == [("framings.csv", 2, "C01", "id")] and "claims.csv" in faults[0].found


def test_an_empty_line_breaks_no_rule_of_its_own(record):
    """The schema tells it; a rating of nothing without a reason would be the same fault again."""
    for table in ("consistency", "relations", "claims"):
        record.data(f"{table}.csv", lambda content: content + b"\n")
    assert rule(record) == bounds(record) == verify(record) == []


class TestMarks:
    """A character that nobody sees and that breaks a page is told; letters, emoji and line breaks are text."""

    @pytest.mark.parametrize("mark", ["\x00", "\x08", "\x0b", "\x1b", "\x7f", "\u2028"])
    def test_an_unprintable_one_is_told_with_its_number(self, record, mark):
        record.set("hypotheses", "H2", statement=f"The date{mark} serves.")
        (fault,) = rule(record)
        assert (fault.file, fault.row, fault.id, fault.column) == ("hypotheses.csv", 3, "H2", "statement")
        assert f"U+{ord(mark):04X}" in fault.found

    @pytest.mark.parametrize("text", ["one\ntwo", "a\ttab", "naïve – “so” 🎪", "Ελλάδα", "non\u00a0breaking"])
    def test_text_is_text(self, record, text):
        record.set("hypotheses", "H2", statement=text)
        assert rule(record) == []


class TestReferences:
    """A bibkey is an entry of the case's own bibliography."""

    @pytest.mark.parametrize(("table", "row"), [("sources", "radio"), ("corroboration", "B02")])
    def test_one_that_is_none_is_told_with_the_nearest(self, record, table, row):
        record.set(table, row, bibkey="gazette_2013")
        (fault,) = rules.references(frames(record), record.folder)
        assert (fault.file, fault.id, fault.column) == (f"{table}.csv", row, "bibkey")
        assert fault.right.endswith("; did you mean gazette_2031?")

    def test_a_bibliography_that_cannot_be_read_is_one_fault_with_its_line(self, record):
        record.data("references.bib", lambda content: content + b"\n@misc{open,\n  title = {x\n")
        (fault,) = rules.references(frames(record), record.folder)
        assert fault.file == "references.bib" and fault.row and "not readable as BibTeX" in fault.found

    def test_abbreviations_of_abbreviations_are_refused_before_anybody_writes_them_out(self, record, monkeypatch):
        """With fifteen lines, under 1 kB, 20 GB of text; here for 80 kB, which a machine survives."""
        monkeypatch.setattr(bibliography, "WRITTEN", 50_000, raising=False)
        lines = [f"@string{{a{n} = a{n - 1} # a{n - 1} # a{n - 1} # a{n - 1}}}" for n in range(1, 7)]
        bomb = "\n".join(['@string{a0 = "' + "x" * 20 + '"}', *lines, "@misc{bomb, title = a6}\n"])
        record.data("references.bib", lambda data: data + bomb.encode())
        (fault,) = rules.references(frames(record), record.folder)
        assert fault.file == "references.bib"
        assert "the abbreviations of @string, written out, are more than 50000 characters" in fault.found

    def test_an_abbreviation_that_stands_for_little_is_taken(self, record):
        entry = (
            '@string{press = "The Press"}\n@misc{even_2031, title = press # " of May", month = may, year = {2031}}\n'
        )
        record.data("references.bib", lambda data: data + entry.encode())
        assert check(record.folder) == []
        assert "The Press of May" in set(bibliography.entries(record.folder).title)

    def test_a_key_given_twice_is_one_fault(self, record):
        record.data("references.bib", lambda content: content * 2)
        (fault,) = rules.references(frames(record), record.folder)
        assert "gazette_2031" in fault.found

    @pytest.mark.parametrize("damage", ["missing", "latin-1"])
    def test_one_that_cannot_be_opened_is_one_fault_too(self, record, damage):
        if damage == "missing":
            (record.folder / "references.bib").unlink()
        else:
            record.data("references.bib", lambda content: content.replace(b"The fair", b"L'\xe9t\xe9"))
        (fault,) = rules.references(frames(record), record.folder)
        assert fault.file == "references.bib"

    def test_keys_of_case_yml_are_keys_of_the_bibliography_and_sides_are_the_two(self, record):
        accounts = {**cases.META["accounts"], "readouts": {"town": "gazete_2031", "outside": "gazette_2031"}}
        meta = {**cases.META, "originals": ["nobody_1999"], "accounts": accounts}
        found = rules.references(frames(record), record.folder, meta)
        assert [fault.column for fault in found] == ["accounts.readouts", "originals"]
        assert "did you mean gazette_2031?" in found[0].right
        (fault,) = rules.casefile(meta, frames(record), Schema.read(record.folder))
        assert (fault.column, fault.found) == ("accounts.readouts", "found the side “outside”")

    def test_a_readout_that_was_read_in_parts_names_each_of_them(self, record):
        parts = {"town": ["gazette_2031", "gazete_2031"], "port": "gazette_2031"}
        record.meta(accounts={**cases.META["accounts"], "readouts": parts})
        (fault,) = check(record.folder)
        assert (fault.column, fault.found) == ("accounts.readouts", "found “gazete_2031”")
        record.meta(accounts={**cases.META["accounts"], "readouts": {"town": []}})
        (fault,) = check(record.folder)
        assert fault.column == "accounts.readouts.town" and "a list of them" in fault.right

    def test_a_field_that_a_page_cannot_print_is_told_with_its_entry(self, record):
        """BibTeX lets it pass; the chapter that prints it would end in a traceback, or the build in a warning."""
        entry = "@misc{odd_2031, title = {{% a %} {b}}, url = {javascript:a}, year = {2031}}\n"
        record.data("references.bib", lambda data: data + entry.encode())
        found = [fault.found for fault in check(record.folder)]
        assert found[0].startswith("title of odd_2031 is not readable as LaTeX")
        assert found[1:] == ["url of odd_2031 is “javascript:a”"]

    @pytest.mark.parametrize(("address", "sound"), [("https://example.org/a", True), ("mailto:a@example.org", True),
                             ("javascript:a", False), ("data:text/html,a", False), ("a.html", False)])  # fmt: skip
    def test_a_link_in_a_field_leads_to_the_web_or_is_told_with_its_entry(self, record, address, sound):
        """Else the build would refuse it, and name the page that prints it."""
        entry = f"@misc{{odd_2031, title = {{A}}, note = {{At \\url{{{address}}}}}, year = {{2031}}}}\n"
        record.data("references.bib", lambda data: data + entry.encode())
        found = [fault.found for fault in check(record.folder)]
        assert found == ([] if sound else [f"note of odd_2031 has a link to “{address}”"])

    @pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\ufffe"])
    def test_a_sign_that_no_page_can_show_is_told_with_each_line_that_has_one(self, record, sign):
        """As in a cell; BibTeX takes some of them even in a key."""
        entry = f"@misc{{odd_2031,\n  title = {{A{sign}nd}},\n  note = {{Plain}},\n  year = {{20{sign}31}}}}\n"
        record.data("references.bib", lambda data: data + entry.encode())
        found = [fault for fault in check(record.folder) if f"the character U+{ord(sign):04X}" in fault.found]
        assert [(fault.file, fault.row) for fault in found] == [("references.bib", 3), ("references.bib", 5)]

    def test_what_a_cell_may_hold_it_may_hold(self, record):
        entry = "@misc{even_2031, title = {naïve\t\u200e “so” 🎪},\r\n year = {2031}}\r\n"
        record.data("references.bib", lambda data: data + entry.encode())
        assert check(record.folder) == []

    def test_a_percent_sign_as_latex_has_it_is_none(self, record):
        entry = '@misc{even_2031, title = {100 \\% of {\\"o}}, url = {HTTPS://example.org}, year = {2031}}\n'
        record.data("references.bib", lambda data: data + entry.encode())
        assert check(record.folder) == []
