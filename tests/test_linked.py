"""The case as linked data: schema.org's own terms, everybody who speaks and nobody who does not."""

import json
from functools import cache
from pathlib import Path

import cases
import pytest
import rocrate

from sourcebook.case import load
from sourcebook.linked import graph, script
from sourcebook.statements import statements
from sourcebook.work import work

PERSON = {"given": "Ada", "family": "Holm", "orcid": "0000-0002-1825-0097", "affiliation": "Harbour school"}
PUBLISHED = {"url": "https://example.org/fair", "doi": "10.1234/fair", "publisher": "Tide press", "keywords": ["fair"],
             "authors": [PERSON, "The coders"]}  # fmt: skip
REGISTER = "https://example.org/fair/notebooks/register.html#"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(str(cases.write(tmp_path_factory.mktemp("linked")).folder))


def told(case, **keys) -> dict:
    return graph(case, work({**case.meta, **keys}, "fair", "2031-05-06"), statements(case), "tables/")


def nodes(graph: dict) -> dict[str, dict]:
    return {node["@id"]: node for node in graph["@graph"]}


@pytest.fixture(scope="module")
def plain(case):
    return nodes(told(case))


@pytest.fixture(scope="module")
def published(case):
    return nodes(told(case, **PUBLISHED))


@cache
def vocabulary() -> dict[str, dict]:
    """Every term of schema.org, as the RO-Crate library carries it."""
    path = Path(rocrate.__file__).parent / "data" / "schema.jsonld"
    return {node["@id"].removeprefix("schema:"): node for node in json.loads(path.read_text("utf-8"))["@graph"]}


def linked(node: dict, key: str) -> list[str]:
    value = node.get(key, [])
    return [each["@id"].split(":")[-1] for each in (value if isinstance(value, list) else [value])]


def ancestors(kind: str) -> set[str]:
    return {kind}.union(*(ancestors(parent) for parent in linked(vocabulary()[kind], "rdfs:subClassOf")))


def objects(value) -> list[dict]:
    """Every object in the graph, at any depth."""
    if isinstance(value, list):
        return [found for each in value for found in objects(each)]
    return [value, *objects(list(value.values()))] if isinstance(value, dict) else []


def kinds(node: dict) -> list[str]:
    kind = node.get("@type", [])
    return [kind] if isinstance(kind, str) else kind


class TestVocabulary:
    """Held against schema.org's own definitions."""

    @pytest.fixture
    def found(self, case):
        return objects(told(case)["@graph"]) + objects(told(case, **PUBLISHED)["@graph"])

    def test_every_type_is_one_of_schema_orgs(self, found):
        used = {kind for node in found for kind in kinds(node)}
        assert used >= {"Report", "Dataset", "NewsArticle", "Claim", "Quotation"}
        assert all(vocabulary()[kind]["@type"] == "rdfs:Class" for kind in used)

    def test_every_property_is_one_that_its_type_can_have(self, found):
        for node in found:
            known = set().union(*(ancestors(kind) for kind in kinds(node)))
            for name in node.keys() - {"@id", "@type", "@context", "@graph"}:
                assert set(linked(vocabulary()[name], "schema:domainIncludes")) & known, (kinds(node), name)

    def test_whoever_is_named_as_author_or_publisher_is_of_a_kind_that_can_be_one(self, published):
        for node in published.values():
            for name in ("author", "publisher", "creator", "claimInterpreter"):
                values = node.get(name, [])
                for value in values if isinstance(values, list) else [values]:
                    known = set().union(*map(ancestors, kinds(published[value["@id"]] if "@id" in value else value)))
                    assert known & {"Person", "Organization"} or known == {"Thing"}

    @pytest.mark.parametrize("keys", [{}, PUBLISHED], ids=["plain", "published"])
    def test_every_reference_leads_to_a_node_and_no_two_nodes_share_a_name(self, case, keys):
        whole = told(case, **keys)["@graph"]
        names = [node["@id"] for node in whole]
        assert len(set(names)) == len(names)
        references = {node["@id"] for node in objects(whole) if set(node) == {"@id"}}
        assert references and references <= set(names)


class TestReport:
    def test_says_what_case_yml_says(self, published):
        report = published["https://example.org/fair/"]
        assert report["@type"] == "Report" and report["name"] == "The fair: Who wants what, and why"
        assert report["author"] == [{"@id": "https://orcid.org/0000-0002-1825-0097"}, {"@id": f"{REGISTER}author-2"}]
        assert (report["datePublished"], report["version"], report["inLanguage"]) == ("2031-05-06", "1.0", "en")
        assert report["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert report["publisher"] == {"@type": "Organization", "name": "Tide press"}
        assert report["identifier"] == {
            "@type": "PropertyValue",
            "propertyID": "doi",
            "value": "https://doi.org/10.1234/fair",
        }
        assert report["about"] == {"@type": "Event", "name": "The fair is moved", "startDate": "2031-02-01"}

    def test_invents_nothing(self, plain):
        assert not {"publisher", "identifier", "url", "keywords"} & plain["#report"].keys()

    def test_an_author_is_a_person_with_an_affiliation_or_an_organisation(self, published):
        assert published["https://orcid.org/0000-0002-1825-0097"] == {
            "@id": "https://orcid.org/0000-0002-1825-0097", "@type": "Person", "name": "Ada Holm", "givenName": "Ada",
            "familyName": "Holm", "affiliation": {"@type": "Organization", "name": "Harbour school"},
        }  # fmt: skip
        assert published[f"{REGISTER}author-2"] == {
            "@id": f"{REGISTER}author-2",
            "@type": "Organization",
            "name": "The coders",
        }

    def test_a_licence_that_is_no_identifier_is_told_by_its_name(self, case):
        assert nodes(told(case, licence="Ask"))["#report"]["license"] == {"@type": "CreativeWork", "name": "Ask"}

    def test_rests_on_the_article_and_on_the_data(self, plain):
        article, data = (each["@id"] for each in plain["#report"]["isBasedOn"])
        assert plain[article]["@type"] == "NewsArticle" and plain[article]["headline"] == "Harbour fair moves to May"
        assert plain[article]["datePublished"] == "2031-02-03" and "author" not in plain[article]
        assert plain[data]["@type"] == "Dataset" and plain[data]["isBasedOn"] == {"@id": article}

    @pytest.mark.parametrize(
        ("precision", "day"), [("day", "2031-02-01"), ("month", "2031-02"), ("year", "2031"), ("week", None)]
    )
    def test_its_event_is_dated_as_exactly_as_it_is_known(self, tmp_path, precision, day):
        record = cases.write(tmp_path)
        record.set("events", "E01", precision=precision)
        found = load(str(record.folder))
        assert nodes(told(found))["#report"]["about"].get("startDate") == day


class TestData:
    def test_every_table_is_described_with_its_columns_and_can_be_had(self, case, plain):
        parts = plain["#data"]["hasPart"]
        assert [part["distribution"]["contentUrl"] for part in parts] == [
            f"tables/{name}.csv" for name in case.schema.tables
        ]
        titles = {each["name"]: each["title"] for each in case.schema.descriptor["resources"]}
        for part, (name, fields) in zip(parts, case.schema.tables.items()):
            assert part["name"] == titles[name] and part["description"]
            assert [column["name"] for column in part["variableMeasured"]] == list(fields)


class TestRows:
    def test_every_statement_is_in_it_and_no_event(self, case, plain):
        ids = {
            f"#{row['id']}"
            for table in ("claims", "reactions", "assessments", "framings")
            for row in cases.tables()[table]
        }
        assert {name for name, node in plain.items() if "Claim" in kinds(node)} == ids

    def test_only_the_rows_that_are_handed_over_are_in_it_and_only_their_speakers(self, case):
        rows = statements(case)
        few = nodes(graph(case, work(case.meta, "fair", "2031-05-06"), rows[rows["id"] == "C02"]))
        assert [name for name, node in few.items() if "Claim" in kinds(node)] == ["#C02"]
        assert [name for name in few if name.startswith("#actor-")] == ["#actor-master"]

    def test_a_published_one_is_named_by_its_address_in_the_register(self, published):
        assert published[f"{REGISTER}C02"]["identifier"] == "C02"

    def test_spoken_words_are_a_quotation_of_who_spoke_them(self, plain):
        row = plain["#C01"]
        assert row["@type"] == ["Claim", "Quotation"] and row["name"] == "Gist of C01."
        assert row["text"] == "open the fair in May 🎪"
        assert row["spokenByCharacter"] == row["author"] == {"@id": "#actor-mayor"}
        assert plain["#actor-mayor"] == {"@id": "#actor-mayor", "@type": "Person", "name": "Ada Holm"}

    def test_reported_words_are_a_claim_whose_author_is_the_one_reported(self, plain):
        row = plain["#C02"]
        assert row["@type"] == "Claim" and row["text"] == row["name"] == "Gist of C02."
        assert row["author"] == {"@id": "#actor-master"} and "spokenByCharacter" not in row

    def test_a_judgement_is_the_assessors(self, plain):
        assert plain["#J01"]["author"] == {"@id": "#actor-tides"}
        assert plain["#actor-tides"]["@type"] == "Organization"

    def test_the_articles_own_voice_is_no_speaker(self, plain):
        row = plain["#F01"]
        assert row["@type"] == "Claim" and not {"author", "spokenByCharacter"} & row.keys()
        assert "the article" not in {node.get("name") for node in plain.values()}

    def test_who_is_unnamed_or_many_is_not_said_to_be_one_person(self, plain):
        assert plain["#actor-resident"]["@type"] == plain["#actor-council"]["@type"] == "Thing"

    def test_who_read_it_so_are_the_coders(self, plain):
        assert plain["#C01"]["claimInterpreter"] == plain["#report"]["author"]

    def test_it_has_its_place_in_the_article_with_the_digest(self, plain):
        place = plain["#C02"]["appearance"]
        anchor = cases.anchor(3, "denied that a ship will leave before June")
        found = {each["propertyID"]: each["value"] for each in place["identifier"]}
        assert place["position"] == 3 and plain[place["isPartOf"]["@id"]]["@type"] == "NewsArticle"
        assert (found["start"], found["end"]) == (anchor["start"], anchor["end"])
        assert found["sha-256-64"].startswith("ni:///sha-256-64;")


class TestScript:
    def test_it_is_the_same_graph_and_the_same_bytes_every_time(self, case):
        assert json.loads(script(told(case))) == told(case)
        assert script(told(case)) == script(told(case))

    def test_nothing_in_it_can_end_the_element_that_it_stands_in(self, case):
        title = "</script><script>alert(1)</script><!-- &amp; \u2028"
        text = script(told(case, title=title))
        assert not set("<>&\u2028\u2029") & set(text)
        assert json.loads(text)["@graph"][0]["name"].startswith("</script><script>alert(1)</script><!-- &amp;")

    def test_it_holds_no_words_of_the_article_but_the_quotations(self, case):
        text = script(told(case))
        quotes = [
            row["quote"] for table in ("claims", "reactions") for row in cases.tables()[table] if row.get("quote")
        ]
        for quote in quotes:
            text = text.replace(quote, "")
        pieces = [words[place : place + 20] for _, _, words in cases.PARAGRAPHS[1:] for place in range(len(words) - 20)]
        assert not any(piece in text for piece in pieces)
