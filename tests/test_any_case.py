"""Nothing in the package, the notebooks or the pages is tied to a case: none of them holds a name out of any case's tables.

A name is a capitalised word of four letters or more among the names, printed names and organisations of actors and the publishers
of sources; beside these count the ids of actors and sources, their keys in the bibliography, and the codes of sides. A word that the guide or the cases' own prose also writes in small letters, such as
institute or minister, is an ordinary word and no name; neither is a code that every case has. Words are looked for with a capital,
since "white" is a colour; ids in any letters.
"""

import json
import re
from functools import cache

import pytest
from record import ROOT, Record, cases

WORD = re.compile(r"[^\W\d_]+")  # so that truth_social is two words
COLUMNS = {"actors": ("name", "as_printed", "organisation"), "sources": ("publisher",)}
PROSE = ("gist", "role", "note", "rationale", "why", "says", "statement", "title")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)  # a name's id stands in the guide's examples in small letters


@cache
def ordinary() -> frozenset[str]:
    """Words in small letters in the guide's sentences and in the cases' own."""
    texts = [CODE.sub(" ", path.read_text("utf-8")) for path in sorted(ROOT.glob("docs/*.md"))]
    for record in map(Record, cases()):
        for table, fields in record.fields.items():
            texts += [row[column] for row in record.rows(table) for column in PROSE if column in fields]
    return frozenset(word for text in texts for word in WORD.findall(text) if word.islower())


def names(record: Record) -> set[str]:
    """The words of a case's names, with a capital."""
    cells = [row[column] for table, columns in COLUMNS.items() for row in record.rows(table) for column in columns]
    words = {word for cell in cells for word in WORD.findall(cell) if word[0].isupper() and len(word) >= 4}
    return {word for word in words if word.casefold() not in ordinary()}


def ids(record: Record) -> set[str]:
    """The ids of a case's actors and sources, its own, the sides' codes and the bibliography's keys."""
    fields = [
        field for table in record.fields.values() for name, field in table.items() if name not in ("bloc", "topic")
    ]
    codes = {str(code) for field in fields for code in field.get("constraints", {}).get("enum", [])}
    own = {row["id"] for table in COLUMNS for row in record.rows(table)}
    own |= {row["bibkey"] for row in record.rows("sources")} | {row["bloc"] for row in record.rows("actors")}
    return {record.name} | {id for id in own - ordinary() - codes if len(id) > 2}


def sources() -> dict[str, str]:
    """What any case is read with: the package's files, the cells of the notebooks, the book's pages and its order."""
    ends = {".py", ".css", ".js", ".html", ".json", ".md", ".toml"}
    files = [path for path in sorted((ROOT / "sourcebook").rglob("*")) if path.suffix in ends]
    files += [*sorted(ROOT.glob("book/*.md")), ROOT / "_toc.yml"]
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files}
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts[str(path.relative_to(ROOT))] = "\n".join("".join(cell["source"]) for cell in cells)
    return texts


def told(texts: dict[str, str], record: Record) -> list[tuple[str, str]]:
    """Each place that holds a name or an id of the case, alone or as a part of an identifier, and what it holds."""
    words, known = names(record), sorted(ids(record))
    words |= {word.upper() for word in words}
    found = []
    for place, text in texts.items():
        here = set(WORD.findall(text)) & words
        here |= {id for id in known if re.search(rf"(?<![^\W\d_]){id}(?![^\W\d_])", text, re.IGNORECASE)}
        found += [(place, what) for what in sorted(here)]
    return found


@pytest.mark.parametrize("record", [pytest.param(Record(case), id=case) for case in cases()])
class TestNames:
    def test_none_of_them_stands_in_what_every_case_is_read_with(self, record):
        texts = sources()
        assert len(texts) > 60
        assert told(texts, record) == []

    def test_every_person_has_one_to_look_for(self, record):
        """A rule that took every name for an ordinary word would find nothing."""
        for row in record.rows("actors"):
            if row["kind"] == "person":
                assert set(WORD.findall(row["name"])) & names(record), row["name"]

    @pytest.mark.parametrize("plant", ["# said {word}", "{word}'s view", "Of{word}", "THE_{WORD}_OFFICE"])
    def test_a_planted_name_would_be_found_unless_it_is_glued_to_another_word(self, record, plant):
        for word in names(record):
            text = plant.format(word=word, WORD=word.upper())
            found = {
                what.casefold() for _, what in told({"notebooks/claims.ipynb": f"show.answer(figures)\n{text}"}, record)
            }
            assert (word.casefold() in found) == (plant != "Of{word}"), text

    @pytest.mark.parametrize("plant", ["exclude_actors=['{id}']", "data/{id}/claims.csv", "by_{id}_office", "{ID}"])
    def test_a_planted_id_would_be_found(self, record, plant):
        for id in ids(record):
            text = plant.format(id=id, ID=id.upper())
            assert ("sourcebook/x.py", id) in told({"sourcebook/x.py": text}, record), text


def test_ordinary_words_are_no_names_and_codes_of_every_case_no_ids():
    assert {"institute", "house", "premier", "water"} <= ordinary()
    for record in map(Record, cases()):
        assert not {"Institute", "Water"} & names(record)
        assert "unstated" in {row["id"] for row in record.rows("sources")} - ids(record)
