"""The metadata tells what each file is and how it came about, in the words of RO-Crate, and makes nothing up."""

import json
from dataclasses import replace
from importlib.metadata import version

import pytest

from sourcebook import crate, digests, origin
from sourcebook.work import Author, Work

FILES = {
    name: name.encode()
    for name in [
        "_config.yml", "_toc.yml", "book/index.md", "data/fair/claims.csv", "data/fair/case.yml", "notebooks/tally.ipynb",
        "notebooks/hue.ipynb", "report/notebooks/tally.ipynb", "report/notebooks/hue.ipynb", "report/html/index.html",
        "report/html/ü v.js", "report/fair.pdf", "sourcebook/book.py", "sourcebook/sphinx/links.py", "CITATION.cff",
    ]
}  # fmt: skip
WORK = Work("The fair", (Author("The coders"),), "2030-12-31", "1.0", "CC-BY-4.0", abstract="Who said what?")
REPORT = crate.Report(
    WORK, "fair", origin.moment(1_700_000_000),
    {"size": ("3", "how large", ("tally",)), "colour": ("red", "which", ("tally", "hue"))}, {"claims.csv": "One claim a row"},
    {"title": "A day", "date": "2030-01-01", "language": "en", "sha256": "0" * 64},
    ("https://creativecommons.org/licenses/by/4.0/", "https://spdx.org/licenses/MIT.html"),
)  # fmt: skip


def graph(work: Work = WORK, files: dict = FILES) -> dict[str, dict]:
    told = json.loads(crate.metadata(REPORT._replace(work=work), files))["@graph"]
    assert len({entity["@id"] for entity in told}) == len(told)
    return {entity["@id"]: entity for entity in told}


def ids(value) -> list[str]:
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


@pytest.fixture(scope="module")
def told():
    return graph()


class TestFiles:
    def test_each_has_name_type_size_and_digest(self, told):
        for name, content in FILES.items():
            entity = told[name.replace("ü v", "%C3%BC%20v")]
            assert (
                entity["@type"] == "File"
                and entity["name"] == name.rpartition("/")[2]
                and "/" in entity["encodingFormat"]
            )
            assert (entity["contentSize"], entity["sha256"]) == (str(len(content)), digests.content(content))

    def test_the_list_of_digests_is_there_without_its_own(self, told):
        assert not {"sha256", "contentSize"} & told["manifest-sha256.txt"].keys()

    def test_all_are_parts_of_the_whole(self, told):
        files = {name for name, entity in told.items() if entity["@type"] == "File"}
        assert set(ids(told["./"]["hasPart"])) == files and len(files) == len(FILES) + 1

    def test_the_code_is_under_its_own_licence(self, told):
        assert told["sourcebook/book.py"]["license"] == {"@id": "https://spdx.org/licenses/MIT.html"}
        assert told["./"]["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}


class TestRoot:
    def test_says_what_the_citation_says(self, told):
        root = told["./"]
        assert (root["name"], root["description"], root["datePublished"], root["version"]) == (
            "The fair", "Who said what?", "2030-12-31", "1.0",
        )  # fmt: skip
        assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
        assert told["#article"]["name"] == "A day" and "not in the package" in told["#article"]["description"]

    def test_says_nothing_of_what_is_not_known(self, told):
        assert not {"identifier", "url", "keywords"} & told["./"].keys()

    def test_has_doi_address_keywords_and_publisher_where_they_are_given(self):
        told = graph(
            replace(WORK, doi="10.1234/x", url="https://example.org/", keywords=("a", "b"), publisher="The house")
        )
        root = told["./"]
        assert told[root["identifier"]["@id"]]["value"] == "doi:10.1234/x"
        assert (root["url"], root["keywords"]) == ("https://example.org/", "a, b")
        assert told[root["publisher"]["@id"]]["name"] == "The house"

    def test_an_organisation_that_is_the_author_publishes_where_nobody_else_does(self, told):
        assert told["./"]["publisher"] == told["./"]["author"]


class TestPeople:
    def test_a_name_alone_is_an_organisations(self, told):
        assert told["#author-1"]["@type"] == "Organization" and told["#author-1"]["name"] == "The coders"

    def test_a_person_has_the_orcid_as_id_and_an_affiliation_only_if_given(self):
        ada = Author(given="Ada", family="Lovelace", orcid="0000-0002-1825-0097", affiliation="The house")
        told = graph(replace(WORK, authors=(ada, Author(given="Charles", family="Babbage"))))
        first, second = (told[identifier] for identifier in ids(told["./"]["author"]))
        assert first["@id"] == "https://orcid.org/0000-0002-1825-0097" and first["@type"] == second["@type"] == "Person"
        assert (first["name"], first["givenName"], first["familyName"]) == ("Ada Lovelace", "Ada", "Lovelace")
        assert told[first["affiliation"]["@id"]]["name"] == "The house" and "affiliation" not in second
        assert second["@id"].startswith("#") and "publisher" not in told["./"]


class TestProvenance:
    def test_every_notebook_has_its_run_with_what_went_in_and_what_came_out(self, told):
        run = told["#run-tally"]
        assert run["@type"] == "CreateAction" and run["result"] == {"@id": "report/notebooks/tally.ipynb"}
        assert set(ids(run["object"])) == {
            "notebooks/tally.ipynb", "data/fair/claims.csv", "data/fair/case.yml", "#parameter-size", "#parameter-colour",
        }  # fmt: skip
        assert "#parameter-size" not in ids(told["#run-hue"]["object"])
        assert (told["#parameter-size"]["name"], told["#parameter-size"]["value"]) == ("size", "3")

    def test_pages_and_print_come_from_the_executed_notebooks(self, told):
        executed = {"report/notebooks/tally.ipynb", "report/notebooks/hue.ipynb", "book/index.md"}
        assert executed <= set(ids(told["#pages"]["object"])) & set(ids(told["#print"]["object"]))
        assert set(ids(told["#pages"]["result"])) == {"report/html/index.html", "report/html/%C3%BC%20v.js"}
        assert told["#print"]["result"] == {"@id": "report/fair.pdf"}

    def test_without_a_pdf_nothing_was_printed(self):
        assert "#print" not in graph(
            files={name: content for name, content in FILES.items() if name != "report/fair.pdf"}
        )

    def test_every_step_is_mentioned_and_has_an_agent_a_tool_and_the_moment_which_is_explained(self, told):
        steps = {name: entity for name, entity in told.items() if entity["@type"] == "CreateAction"}
        assert set(ids(told["./"]["mentions"])) == set(steps) and len(steps) == 4
        for step in steps.values():
            assert step["agent"] == told["./"]["author"] and step["endTime"] == "2023-11-14T22:13:20+00:00"
            assert {told[tool]["@type"] for tool in ids(step["instrument"])} == {"SoftwareApplication"}
            assert "clock times are not part of the package" in step["description"]

    @pytest.mark.parametrize(
        "name", ["papermill", "jupyter-book", "pandas", "altair", "vl-convert-python", "weasyprint", "sourcebook"]
    )
    def test_every_tool_has_its_version_and_an_address(self, told, name):
        (tool,) = [each for each in told.values() if each.get("name") == name]
        assert tool["@type"] == "SoftwareApplication" and tool["softwareVersion"] == version(name)
        assert tool["@id"] == tool["url"] and tool["url"].startswith("https://")


def test_the_same_files_in_another_order_give_the_same_text():
    assert crate.metadata(REPORT, dict(reversed(FILES.items()))) == crate.metadata(REPORT, FILES)
