"""A new version of the article: every table that counts its paragraphs follows, and what cannot is named by the check."""

import hashlib

import cases
import pytest

from sourcebook.article import Article, read
from sourcebook.casefile import read_casefile
from sourcebook.check import check
from sourcebook.schema import Schema
from sourcebook.versions import blocking, paragraphs, renewal, slip, told

TEXTS = [text for _, _, text in cases.PARAGRAPHS]


@pytest.fixture
def record(tmp_path):
    return cases.write(tmp_path)


def version(record, *texts: str) -> Article:
    path = record.folder.parent / "new.txt"
    path.write_text("\n\n".join(texts) + "\n", "utf-8", newline="")
    return read(path)


def renew(record, new: Article, with_old: bool = True):
    """Renew the case on disk; what happened, and the faults of the check with the new text."""
    meta, _ = read_casefile(record.folder)
    old = read(record.article) if with_old else None
    done = renewal(record.folder, Schema.read(record.folder), meta["article"]["sha256"], new, old)
    for name, text in done.files.items():
        (record.folder / name).write_text(text, "utf-8", newline="")
    return done, check(record.folder, new)


@pytest.fixture(params=[False, True], ids=["by digests alone", "with the old text"])
def with_old(request):
    return request.param


class TestRenewal:
    def test_a_new_paragraph_moves_all_that_comes_behind_it(self, record, with_old):
        done, faults = renew(record, version(record, TEXTS[0], "All quite new.", *TEXTS[1:]), with_old)
        assert faults == [] and (done.anchors, done.left, done.added, done.removed) == (10, [], [2], [])
        rows = record.rows("paragraphs")
        assert [row["section"] for row in rows] == ["Opening", "Opening", *["The quarrel"] * 3, "The experts"]
        assert [row["kind"] for row in rows] == ["headline", "body", "heading", "body", "body", "body"]

    def test_section_kind_and_note_of_a_changed_paragraph_stay(self, record, with_old):
        record.set("paragraphs", "5", note="Of the experts.")
        done, faults = renew(record, version(record, *TEXTS[:4], "In short: " + TEXTS[4]), with_old)
        assert faults == [] and done.added == done.removed == []
        assert record.rows("paragraphs")[4] == {
            "paragraph": "5", "section": "The experts", "kind": "body", "length": str(len(TEXTS[4]) + 10), "note": "Of the experts.",
        }  # fmt: skip

    def test_rows_that_are_left_are_exactly_those_that_the_check_names(self, record, with_old):
        new = version(record, TEXTS[0], TEXTS[1], TEXTS[2].replace("is naïve", "was naïve"), TEXTS[4])
        done, faults = renew(record, new, with_old)
        left = {(f"{table}.csv", line, id) for table, line, id, _ in done.left}
        assert left == {("reactions.csv", 2, "R01"), ("reactions.csv", 3, "R02"), ("claims.csv", 4, "C03")}
        assert {(fault.file, fault.row, fault.id) for fault in faults} == left
        assert {fault.column for fault in faults} == {"paragraph"} and len(faults) == 3

    def test_a_row_that_is_left_is_named_even_where_its_passage_still_stands_at_the_old_place(self, record):
        new = version(record, *TEXTS[:4], "stalls are sold, or stalls are sold, are they? Who knows the fishermen?")
        record.set(
            "assessments", "J02", **{key: str(value) for key, value in cases.anchor(5, "stalls are sold").items()}
        )
        done, faults = renew(record, new, with_old=False)
        assert {id for _, _, id, _ in done.left} == {"E02", "J01", "J02", "F01"}
        assert {fault.id for fault in faults} == {"E02", "J01", "J02", "F01"}

    def test_only_the_digest_of_the_article_changes_in_case_yml(self, record):
        path = record.folder / "case.yml"
        path.write_text("# A remark\n" + path.read_text("utf-8") + "# At the end\n", "utf-8")
        before = path.read_text("utf-8")
        new = version(record, "New", *TEXTS)
        renew(record, new)
        assert path.read_text("utf-8") == before.replace(read(record.article).sha256, new.sha256)
        assert new.sha256 == hashlib.sha256((record.folder.parent / "new.txt").read_bytes()).hexdigest()

    def test_tables_keep_every_byte_but_the_anchors(self, record):
        record.data("claims.csv", lambda data: data.replace(b"\n", b"\r\n").replace(b"C03,", b'"C03",'))
        before = (record.folder / "claims.csv").read_bytes()
        renew(record, version(record, "New", *TEXTS))
        after = (record.folder / "claims.csv").read_bytes()
        assert b'"C03",' in after and after.count(b"\r\n") == before.count(b"\r\n")
        changed = [(old, new) for old, new in zip(before.split(b","), after.split(b","), strict=True) if old != new]
        assert changed == [(b"3", b"4"), (b"3", b"4"), (b"4", b"5")]

    def test_errata_follow_their_paragraph_and_one_that_is_gone_is_left(self, record):
        columns = list(Schema.read(record.folder).tables["errata"])
        rows = [("X01", 3, "Bo Lindt"), ("X02", 5, "relays"), ("X03", 4, "resident")]
        record.put("errata", [dict(zip(columns, (*row, "better", "known"))) for row in rows], columns)
        new = version(record, TEXTS[0], "New", TEXTS[1], TEXTS[2], TEXTS[3].replace("resident", "citizen"), TEXTS[4])
        done, faults = renew(record, new)
        assert [(row["id"], row["paragraph"]) for row in record.rows("errata")] == [
            ("X01", "4"),
            ("X02", "6"),
            ("X03", ""),
        ]
        assert done.slips == [(4, "X03", "resident", [])]
        assert ("errata.csv", "X03") in {(fault.file, fault.id) for fault in faults}

    def test_back_in_the_old_text_everything_is_as_it_was(self, record, with_old):
        before = {path.name: path.read_bytes() for path in record.folder.glob("*.*")}
        new = version(record, "New", TEXTS[0], TEXTS[1].upper(), *TEXTS[2:])
        renew(record, new, with_old)
        done = renewal(
            record.folder, Schema.read(record.folder), new.sha256, read(record.article), new if with_old else None
        )
        done.files["paragraphs.csv"] = (record.folder / "paragraphs.csv").read_text("utf-8")
        for name, text in done.files.items():
            (record.folder / name).write_text(text, "utf-8", newline="")
        after = {path.name: path.read_bytes() for path in record.folder.glob("*.*")}
        assert {name for name in before if before[name] != after[name]} <= {"paragraphs.csv"}


class TestBlocking:
    def test_a_table_that_cannot_be_read_stands_in_the_way_and_a_wrong_cell_does_not(self, record):
        schema = Schema.read(record.folder)
        assert blocking(record.folder, schema) == []
        record.set("claims", "C01", topic="wether", paragraph="")
        assert blocking(record.folder, schema) == []
        record.set("paragraphs", "3", length="many")
        record.edit("reactions.csv", "id,actor_id", "id,actor")
        assert {fault.file for fault in blocking(record.folder, schema)} == {"paragraphs.csv", "reactions.csv"}


class TestParagraphs:
    """Which paragraph became which."""

    OLD = Article("", ("Headline here", "One two three four", "Five six seven", "Eight nine ten eleven"))

    def test_unchanged_ones_are_known_wherever_they_stand(self):
        new = Article("", (self.OLD.paragraphs[0], self.OLD.paragraphs[3], "New", *self.OLD.paragraphs[1:3]))
        assert paragraphs([13, 18, 14, 21], new, [], self.OLD) == {1: 1, 2: 4, 3: 5, 4: 2}

    def test_a_changed_one_is_known_by_its_likeness_and_an_unlike_one_is_none(self):
        new = Article("", ("Headline here", "One two three fore", "Quite otherwise put", "Eight nine ten eleven"))
        assert paragraphs([13, 18, 14, 21], new, [], self.OLD) == {1: 1, 2: 2, 4: 4}

    def test_without_the_old_text_anchors_tell_and_between_them_lengths(self):
        new = Article("", ("a" * 13, "new", "b" * 18, "c" * 14, "d" * 21))
        assert paragraphs([13, 18, 14, 21], new, [((4, 0, 9), (5, 0, 9))]) == {1: 1, 2: 3, 3: 4, 4: 5}

    def test_as_many_as_before_between_two_that_are_known_are_the_same(self):
        new = Article("", ("a" * 13, "b" * 17, "c" * 15, "d" * 21))
        assert paragraphs([13, 18, 14, 21], new, [((4, 0, 9), (4, 0, 9))]) == {1: 1, 2: 2, 3: 3, 4: 4}


class TestSlip:
    NEW = Article("", ("Gill came", "Gill went", "Hil stayed"))

    def test_it_stays_in_its_paragraph_or_is_where_alone_it_stands(self):
        assert slip("Gill", 5, self.NEW, {5: 2}) == 2
        assert slip("Hil", 5, self.NEW, {5: 2}) == 3

    def test_one_that_may_be_two_or_is_gone_is_not_guessed(self):
        assert slip("Gill", 5, self.NEW, {5: 3}) is None and slip("Gone", 5, self.NEW, {5: 3}) is None


def test_a_person_is_told_of_every_row_that_is_left_with_the_command_that_mends_it(record):
    new = version(record, TEXTS[0], TEXTS[1], TEXTS[2].replace("is naïve", "was naïve"), "Fresh words.", TEXTS[4])
    done, _ = renew(record, new)
    lines = "\n".join(told("fair", done, new))
    assert lines.startswith("Case fair: 7 of 10 anchors found again, 0 of them in another place.")
    assert "Paragraph 4 is new: mend its section and kind in paragraphs.csv: “Fresh words.”" in lines
    assert "Old paragraph 4 is gone" in lines
    assert (
        "reactions.csv, row 3 (R02): paragraph 3, 153-194 stands nowhere; perhaps paragraph 3, 153-195" in lines
        and "sourcebook anchor fair --row R02 --paragraph 3 'such a date, he let it be known, was naïve'" in lines
    )
