"""Anchors as Web Annotations: whoever has the article finds each passage, and without it no word of it is told."""

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import datetime

import cases
import pytest

from sourcebook.annotations import AROUND, annotations, named, plain, written
from sourcebook.article import read
from sourcebook.case import load
from sourcebook.errors import SourcebookError
from sourcebook.work import work

TEXT = "\n".join(text for _, _, text in cases.PARAGRAPHS)
ANCHORED = ("events", "claims", "reactions", "assessments", "framings")
ROWS = {row["id"]: row for table in ANCHORED for row in cases.tables()[table]}


def passage(row: dict) -> str:
    return cases.PARAGRAPHS[row["paragraph"] - 1][2][row["start"] : row["end"]]


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return cases.write(tmp_path_factory.mktemp("annotations"))


@pytest.fixture(scope="module")
def case(record):
    return load(str(record.folder))


@pytest.fixture(scope="module")
def quoted(case):
    return annotations(case, work(case.meta, "fair", "2031-05-06"), TEXT)


@pytest.fixture(scope="module")
def bare(case):
    return annotations(case, work(case.meta, "fair", "2031-05-06"))


def tags(annotation: dict) -> list[str]:
    return [body["value"] for body in annotation["body"] if body["purpose"] == "tagging"]


def row(annotation: dict) -> dict:
    return ROWS[tags(annotation)[0].removeprefix("id:")]


def selectors(annotation: dict) -> dict[str, dict]:
    return {selector["type"]: selector for selector in annotation["target"]["selector"]}


class TestModel:
    """What the Web Annotation Data Model says must be there (https://www.w3.org/TR/annotation-model/)."""

    @pytest.fixture(params=["quoted", "bare"])
    def told(self, request):
        return request.getfixturevalue(request.param)

    def test_the_collection_has_its_context_an_iri_its_type_and_one_page_with_all(self, told):
        assert told["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
        assert told["type"] == "AnnotationCollection" and told["label"] == "The fair: Who wants what, and why"
        page = told["first"]
        assert page["type"] == "AnnotationPage" and page["partOf"] == told["id"] and page["startIndex"] == 0
        assert told["total"] == len(page["items"]) == len(ROWS)

    def test_each_annotation_has_an_iri_of_its_own_its_type_and_a_target(self, told):
        items = told["first"]["items"]
        iris = [told["id"], told["first"]["id"], *(item["id"] for item in items)]
        assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", iri) for iri in iris)
        assert len(set(iris)) == len(iris)
        assert {item["type"] for item in items} == {"Annotation"}
        assert {item["target"]["type"] for item in items} == {"SpecificResource"}
        assert {tuple(item["motivation"]) for item in items} == {("describing", "classifying")}

    def test_each_selector_has_the_members_that_its_kind_must_have_and_no_others(self, told):
        for item in told["first"]["items"]:
            for selector in item["target"]["selector"]:
                members = selector.keys() - {"type"}
                if selector["type"] == "TextPositionSelector":
                    assert members == {"start", "end"} and 0 <= selector["start"] < selector["end"]
                    assert {type(selector["start"]), type(selector["end"])} == {int}
                else:
                    assert selector["type"] == "TextQuoteSelector"
                    assert {"exact"} <= members <= {"exact", "prefix", "suffix"} and all(selector.values())

    def test_each_body_is_text_with_one_purpose_of_the_model(self, told):
        for item in told["first"]["items"]:
            first, *others = item["body"]
            assert first["purpose"] == "describing" and {body["purpose"] for body in others} == {"tagging"}
            assert all(body["type"] == "TextualBody" and body["value"] for body in item["body"])

    def test_it_is_dated_in_utc_by_the_day_of_the_report_and_by_no_clock(self, told):
        assert datetime.fromisoformat(told["created"]).isoformat() == "2031-05-06T00:00:00+00:00"
        assert "generated" not in json.dumps(told)


class TestPositions:
    def test_each_cuts_out_of_the_article_just_the_passage_that_was_coded(self, bare):
        for item in bare["first"]["items"]:
            place = selectors(item)["TextPositionSelector"]
            assert TEXT[place["start"] : place["end"]] == passage(row(item))

    def test_they_count_in_the_text_that_the_article_is_read_as(self, record):
        assert plain(read(record.article)) == TEXT

    def test_the_digest_tells_whether_the_words_are_those_that_were_coded(self, bare):
        for item in bare["first"]["items"]:
            algorithm, value = item["target"]["digest"].removeprefix("ni:///").split(";")
            hashed = hashlib.sha256(passage(row(item)).encode()).digest()
            assert algorithm == "sha-256-64" and urlsafe_b64decode(value + "=") == hashed[:8]

    def test_the_source_is_named_by_the_hash_of_the_articles_file(self, record, bare):
        (source,) = {item["target"]["source"] for item in bare["first"]["items"]}
        algorithm, value = source.removeprefix("ni:///").split(";")
        assert (
            algorithm == "sha-256"
            and urlsafe_b64decode(value + "=") == hashlib.sha256(record.article.read_bytes()).digest()
        )

    def test_rows_stand_in_the_order_of_the_article(self, bare):
        places = [selectors(item)["TextPositionSelector"]["start"] for item in bare["first"]["items"]]
        assert places == sorted(places) and len(set(places)) > 5


def test_a_hash_is_written_as_the_standard_writes_it():
    """The example of RFC 6920, section 8.1, that has no authority."""
    hashed = hashlib.sha256(b"Hello World!").hexdigest()
    assert named("sha-256", hashed) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"


class TestQuotations:
    def test_each_quotes_what_its_position_cuts_out_with_the_words_around_it(self, quoted):
        for item in quoted["first"]["items"]:
            place, quote = selectors(item)["TextPositionSelector"], selectors(item)["TextQuoteSelector"]
            assert TEXT[place["start"] : place["end"]] == quote["exact"] == passage(row(item))
            around = quote.get("prefix", "") + quote["exact"] + quote.get("suffix", "")
            assert TEXT[place["start"] - len(quote.get("prefix", "")) :].startswith(around)
            assert max(len(quote.get("prefix", "")), len(quote.get("suffix", ""))) == AROUND

    def test_emoji_and_combining_characters_count_as_code_points(self, tmp_path):
        """Written with marks that join the letter before them, and with an emoji of five code points."""
        record = cases.write(tmp_path)
        family, fine = "👨‍👩‍👧", "A fine day"
        changed = cases.ARTICLE.replace("naïve", "nai\u0308ve").replace("“A fine day", f"{family} “A fine day")
        record.print_article(changed, adopt=True)
        lengths = [len(line) for line in changed.split("\n") if line]
        for number, length in enumerate(lengths, 1):
            record.set("paragraphs", str(number), length=length)
        shift = len(family) + 1
        for table in ("claims", "reactions"):
            for each in record.rows(table):
                if each["paragraph"] == "4":
                    record.set(table, each["id"], start=int(each["start"]) + shift, end=int(each["end"]) + shift)
        words = "such a date, he let it be known, is nai\u0308ve"
        start = int(next(each for each in record.rows("reactions") if each["id"] == "R02")["start"])
        record.set("reactions", "R02", end=start + len(words), digest=hashlib.sha256(words.encode()).hexdigest()[:16])
        case, text = load(str(record.folder)), plain(read(record.article))
        told = annotations(case, work(case.meta, "fair", "2031-05-06"), text)
        for item in told["first"]["items"]:
            place, quote = selectors(item)["TextPositionSelector"], selectors(item)["TextQuoteSelector"]
            assert text[place["start"] : place["end"]] == quote["exact"]
        found = {row(item)["id"]: selectors(item)["TextQuoteSelector"] for item in told["first"]["items"]}
        assert found["R02"]["exact"] == words and "🎪" in found["C01"]["exact"]
        assert found["R01"]["exact"].startswith(f"“{fine}") and family in found["R01"]["prefix"]

    def test_another_text_is_refused_with_the_row_that_it_does_not_fit(self, case):
        with pytest.raises(SourcebookError, match="E02: the text is not the one that was coded. Run: sourcebook check"):
            annotations(case, work(case.meta, "fair", "2031-05-06"), TEXT.replace("stalls are sold", "stalls are lost"))

    def test_without_the_text_no_word_of_the_article_is_in_it(self, bare):
        told = written(bare)
        words = [text[place : place + 20] for _, _, text in cases.PARAGRAPHS[1:] for place in range(len(text) - 20)]
        assert len(words) > 300 and not any(piece in told for piece in words)
        assert "TextQuoteSelector" not in told


class TestBodies:
    def test_the_gist_is_told_in_the_reports_language(self, bare):
        found = {row(item)["id"]: item["body"][0] for item in bare["first"]["items"]}
        assert found["C01"] == {"type": "TextualBody", "value": "Gist of C01.", "format": "text/plain", "language": "en",
                                "purpose": "describing"}  # fmt: skip
        assert found["E01"]["value"] == "The fair is moved"

    def test_every_code_of_the_row_is_a_tag_and_an_empty_cell_is_none(self, bare):
        found = {row(item)["id"]: tags(item) for item in bare["first"]["items"]}
        assert found["C03"] == ["id:C03", "table:claims", "claim_type:forecast", "topic:weather", "credibility:6",
                                "mode:indirect", "attribution:implied"]  # fmt: skip
        assert found["R02"] == [
            "id:R02",
            "table:reactions",
            "stance:-2",
            "topic:opening",
            "mode:indirect",
            "attribution:implied",
        ]
        assert found["E02"] == ["id:E02", "table:events", "precision:month"]

    def test_a_published_report_is_linked_row_by_row(self, case):
        told = annotations(case, work({**case.meta, "url": "https://example.org/fair"}, "fair", "2031-05-06"))
        for item in told["first"]["items"]:
            link = {"type": "SpecificResource", "purpose": "linking",
                    "source": f"https://example.org/fair/notebooks/register.html#{row(item)['id']}"}  # fmt: skip
            assert item["body"][-1] == link

    def test_who_coded_it_is_told_with_the_licence(self, case):
        person = {"given": "Ada", "family": "Holm", "orcid": "0000-0002-1825-0097"}
        told = annotations(case, work({**case.meta, "authors": [person, "The coders"]}, "fair", "2031-05-06"))
        assert told["creator"] == [
            {"id": "https://orcid.org/0000-0002-1825-0097", "type": "Person", "name": "Ada Holm"},
            {"type": "Organization", "name": "The coders"},
        ]
        assert told["rights"] == "https://creativecommons.org/licenses/by/4.0/"

    def test_a_licence_without_a_page_is_left_out(self, case):
        assert "rights" not in annotations(case, work({**case.meta, "licence": "Ask"}, "fair", "2031-05-06"))


def test_the_same_record_gives_the_same_bytes_and_an_annotation_keeps_its_iri_when_its_gist_is_mended(case, bare):
    again = annotations(case, work(case.meta, "fair", "2031-05-06"))
    assert written(again) == written(bare) and json.loads(written(bare)) == bare
    claims = case.claims.assign(gist="Another gist.")
    mended = annotations(replace(case, tables={**case.tables, "claims": claims}), work(case.meta, "fair", "2031-05-06"))
    assert mended != bare
    assert [item["id"] for item in mended["first"]["items"]] == [item["id"] for item in bare["first"]["items"]]
