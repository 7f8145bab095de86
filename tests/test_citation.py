"""Citations that other programs read: each form is held against a reader of it that is not ours, or its published rules."""

import json
import re
from dataclasses import replace

import bibtexparser
import pytest
import rispy
import yaml
from jsonschema import Draft202012Validator
from pybtex.database import parse_string

from sourcebook.citation import EXTENSIONS, FORMS, Author, Work, cite
from sourcebook.cli import main
from sourcebook.errors import ParameterError
from sourcebook.work import work

PLAIN = Work(
    "The fair: Who wants what",
    (Author("The coders"),),
    "2031-05-06",
    version="1.0",
    licence="CC-BY-4.0",
    key="fair-2031",
)
FULL = Work(
    title="The fair",
    authors=(Author(given="Ada", family="Lovelace", orcid="0000-0002-1825-0097", affiliation="A & B"),
             Author(given="Jean-Paul Marie", family="van der Berg"), Author("Sea, Wind and Co")),
    date="2031-05-06", version="1.0", licence="CC-BY-4.0", publisher="Tide & Press", doi="10.1234/fair_1",
    url="https://example.org/fair/", abstract="Who wants 100% of it?", keywords=("fair", "rain, wind"), key="fair-2031-C01",
    row="C01", gist="Promises the fair.",
)  # fmt: skip
# Titles that somebody could write, or put there to break the form.
HARD = [
    r"Costs $5 & 10% of #1_a^b~c \emph{x} {y}",
    "an opening { alone", "a closing } alone", "}, note = {not ours", "} @misc{evil, title = {x", "@comment{x}",
    "<i>HTML</i> &amp; <script>alert(1)</script>", '"quoted" “quoted” \'quoted\'', "ER  - ", "TY  - BOOK", "- a: list", "!!python/name:os",
    "a\nER  - \nTY  - BOOK\nTI  - not ours", "tab\there", "'", "null", "2031", "# no comment", "*x", "&x", "%", "\\", "Ünï 🎪 e\u0301", "{{x}}",
]  # fmt: skip
# The names by which LaTeX prints the signs that are special to it, as its own documentation has them.
LATEX = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^", "textasciitilde": "~",
         "textless": "<", "textgreater": ">", "textbar": "|"}  # fmt: skip


def titled(title: str, **more) -> Work:
    """As a title comes: through case.yml."""
    return work({"title": title, "authors": [title], **more}, "fair", "2031-05-06")


def typeset(tex: str) -> str:
    """What TeX prints; braces that group print nothing. Fails on a sign that TeX would act upon."""

    def sign(found: re.Match) -> str:
        name, escaped, brace, special = found.groups()
        assert not special, f"{special!r} stands bare in {tex}"
        return LATEX[name] if name else escaped or ""

    return re.sub(r"\\([a-z]+)\{\}|\\([$&#%_])|([{}])|([\\$&#%_^~])", sign, tex)


def read_bibtex(text: str):
    """The one entry of a file, by bibtexparser; it must not have lost or found a block."""
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks and len(library.blocks) == len(library.entries) == 1
    return library.entries[0]


def test_the_forms_are_those_that_the_command_takes_and_each_has_an_ending():
    (taken,) = [option for option in main.commands["cite"].params if option.name == "form"]
    assert list(taken.type.choices) == list(FORMS) == list(EXTENSIONS)


def test_a_form_that_there_is_not_names_the_nearest():
    with pytest.raises(ParameterError, match="no form “bibtx”; .*; did you mean bibtex?"):
        cite(PLAIN, "bibtx")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("work", [PLAIN, FULL], ids=["least", "most"])
def test_each_ends_with_one_line_feed_and_is_the_same_every_time(form, work):
    text = cite(work, form)
    assert text.endswith("\n") and not text.endswith("\n\n") and "\r" not in text
    assert text == cite(work, form)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_said_of_what_is_not_known(form):
    text = cite(PLAIN, form).lower()
    assert not re.search(r"doi|http|url|publisher|institution|orcid|keyword|abstract|unknown|none|null|\bn\.?d\b", text)


class TestApa:
    """Plain text by the rules of the Publication Manual, 7th edition."""

    def test_an_organisation_with_the_least_that_is_known(self):
        assert cite(PLAIN, "apa") == "The coders. (2031, May 6). The fair: Who wants what (Version 1.0).\n"

    def test_a_row_of_a_published_report_by_persons_and_an_organisation(self):
        assert cite(FULL, "apa") == (
            "Lovelace, A., van der Berg, J.-P. M., & Sea, Wind and Co. (2031, May 6). The fair (Version 1.0) [row C01]. "
            "Tide & Press. https://doi.org/10.1234/fair_1 https://example.org/fair/notebooks/register.html#C01\n"
        )

    @pytest.mark.parametrize(
        ("authors", "names"),
        [
            ((Author(given="Ada", family="Lovelace"), Author(given="Charles", family="Babbage")), "Lovelace, A., & Babbage, C. ("),
            ((Author("North"), Author("South")), "North & South. ("),
            ((Author("North Inc."),), "North Inc. ("),
            (tuple(Author(f"A{number}") for number in range(1, 21)), "A18, A19, & A20. ("),
            (tuple(Author(f"A{number}") for number in range(1, 23)), "A18, A19, . . . A22. ("),
            ((), "The fair: Who wants what (Version 1.0). (2031, May 6)."),
        ],
    )  # fmt: skip
    def test_authors_are_joined_as_the_manual_joins_them(self, authors, names):
        assert names in cite(replace(PLAIN, authors=authors), "apa")

    def test_the_doi_goes_before_the_address_and_a_publisher_who_is_the_author_is_not_named_again(self):
        meta = {"title": "The fair", "authors": ["Tide"], "publisher": "Tide", "url": "https://example.org"}
        assert cite(work(meta, "fair", "2031-05-06"), "apa") == "Tide. (2031, May 6). The fair. https://example.org/\n"
        told = cite(work({**meta, "doi": "10.1234/a"}, "fair", "2031-05-06"), "apa")
        assert told == "Tide. (2031, May 6). The fair. https://doi.org/10.1234/a\n"


class TestBibtex:
    """Read by bibtexparser and by pybtex."""

    def test_a_published_report_has_all_that_is_known(self):
        entry = read_bibtex(cite(FULL, "bibtex"))
        fields = {name: typeset(field.value) for name, field in entry.fields_dict.items() if name not in ("doi", "url")}
        assert (entry.entry_type, entry.key) == ("techreport", "fair-2031-C01")
        assert entry.fields_dict["doi"].value == "10.1234/fair_1"
        assert entry.fields_dict["url"].value == "https://example.org/fair/notebooks/register.html#C01"
        assert fields == {
            "author": "Lovelace, Ada and van der Berg, Jean-Paul Marie and Sea, Wind and Co",
            "title": "The fair [row C01]", "type": "Report", "institution": "Tide & Press", "year": "2031", "month": "may", "day": "6",
            "version": "1.0", "language": "en", "copyright": "CC-BY-4.0", "keywords": "fair, rain, wind",
            "abstract": "Who wants 100% of it?", "note": "Row C01: Promises the fair.",
        }  # fmt: skip

    def test_a_report_that_nobody_published_is_of_a_kind_that_needs_no_institution(self):
        assert read_bibtex(cite(PLAIN, "bibtex")).entry_type == "misc"

    @pytest.mark.parametrize(
        ("row", "key"),
        [
            ("C1,\n title = {FORGED}", "C1-title-FORGED"),
            ("C1}\n@misc{x", "C1-misc-x"),
            ("É%1 ~\\#", "E-1"),
            ("R_1.2:a", "R_1.2:a"),
        ],
    )
    def test_an_id_that_is_no_key_leaves_in_the_key_what_a_key_may_hold(self, row, key):
        """It would else end the key and write the entry's fields itself."""
        text = cite(work({"title": "The fair"}, "fair", "2031-05-06", row, "A gist."), "bibtex")
        entry = read_bibtex(text)
        assert entry.key == f"fair-2031-{key}" and [*parse_string(text, "bibtex").entries] == [entry.key]
        assert typeset(entry.fields_dict["title"].value) == f"The fair [row {' '.join(row.split())}]"

    @pytest.mark.parametrize("form", FORMS)
    def test_an_id_of_two_lines_makes_no_line_of_its_own(self, form):
        """In RIS each line is a field."""
        text = cite(work({"title": "The fair"}, "fair", "2031-05-06", "C1\nTI  - FORGED", "A gist."), form)
        assert not [line for line in text.splitlines() if line.startswith("TI  - FORGED")]

    def test_persons_are_taken_apart_and_organisations_are_not(self):
        persons = parse_string(cite(FULL, "bibtex"), "bibtex").entries["fair-2031-C01"].persons["author"]
        assert [(p.first_names, p.middle_names, p.prelast_names, p.last_names) for p in persons] == [
            (["Ada"], [], [], ["Lovelace"]),
            (["Jean-Paul"], ["Marie"], ["van", "der"], ["Berg"]),
            ([], [], [], ["{Sea, Wind and Co}"]),
        ]

    def test_a_month_is_the_macro_that_every_style_knows(self):
        assert parse_string(cite(FULL, "bibtex"), "bibtex").entries["fair-2031-C01"].fields["month"] == "May"

    @pytest.mark.parametrize("title", HARD)
    def test_any_title_and_name_comes_through_as_text(self, title):
        told = titled(title, publisher=title, keywords=[title])
        text = cite(told, "bibtex")
        entry = read_bibtex(text)
        assert typeset(entry.fields_dict["title"].value) == typeset(entry.fields_dict["author"].value) == told.title
        assert typeset(entry.fields_dict["institution"].value) == told.title
        ((key, other),) = parse_string(text, "bibtex").entries.items()
        assert key == "fair-2031" and typeset(other.fields["title"]) == told.title
        assert len(other.persons["author"]) == 1 and typeset(str(other.persons["author"][0])) == told.title

    def test_capitals_are_kept(self):
        assert "title = {{The fair: Who wants what}}" in cite(PLAIN, "bibtex")

    def test_a_family_name_with_and_in_it_is_one_name(self):
        told = Work("x", (Author(given="A", family="Land and Sea, jr"),), "2031-05-06", key="x")
        (person,) = parse_string(cite(told, "bibtex"), "bibtex").entries["x"].persons["author"]
        assert person.last_names == ["{Land and Sea, jr}"] and person.first_names == ["A"]


class TestRis:
    """Read by rispy."""

    def test_has_all_that_is_known(self):
        (record,) = rispy.loads(cite(FULL, "ris"))
        assert record == {
            "type_of_reference": "RPRT", "id": "fair-2031-C01",
            "authors": ["Lovelace, Ada", "van der Berg, Jean-Paul Marie", "Sea, Wind and Co"],
            "title": "The fair [row C01]", "year": "2031", "date": "2031/05/06", "edition": "1.0", "publisher": "Tide & Press",
            "doi": "10.1234/fair_1", "urls": ["https://example.org/fair/notebooks/register.html#C01"], "language": "en",
            "abstract": "Who wants 100% of it?", "keywords": ["fair", "rain, wind"],
            "notes": ["Row C01: Promises the fair.", "Licence: CC-BY-4.0"],
        }  # fmt: skip

    @pytest.mark.parametrize("title", HARD)
    def test_any_title_comes_through_as_text_and_ends_no_record(self, title):
        told = titled(title)
        (record,) = rispy.loads(cite(told, "ris"))
        assert record["title"] == told.title and record["authors"] == [told.title]

    def test_every_line_has_the_form_of_the_format(self):
        lines = cite(FULL, "ris").splitlines()
        assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*\S|ER  - ", line) for line in lines)
        assert (lines[0], lines[-1]) == ("TY  - RPRT", "ER  - ")


TEXT = {"type": "string", "minLength": 1}
CSL_RULES = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(
                ("title", "version", "publisher", "DOI", "URL", "language", "abstract", "keyword", "note", "id"), TEXT
            ),
            "type": {"enum": ["report"]},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "minProperties": 1,
                    "properties": {"family": TEXT, "given": TEXT, "literal": TEXT},
                },
            },
            "issued": {
                "type": "object",
                "additionalProperties": False,
                "required": ["date-parts"],
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 2,
                        "items": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 3,
                            "items": {"type": ["string", "number"]},
                        },
                    }
                },
            },
        },
    },
}


class TestCslJson:
    """Held against our own transcription of what the schema of CSL data (csl-data.json) says of the fields we write."""

    @pytest.mark.parametrize("work", [PLAIN, FULL], ids=["least", "most"])
    def test_it_keeps_to_the_schema(self, work):
        Draft202012Validator(CSL_RULES).validate(json.loads(cite(work, "csl-json")))

    def test_has_all_that_is_known(self):
        assert json.loads(cite(FULL, "csl-json")) == [{
            "id": "fair-2031-C01", "type": "report", "title": "The fair [row C01]",
            "author": [{"family": "Lovelace", "given": "Ada"}, {"family": "van der Berg", "given": "Jean-Paul Marie"},
                       {"literal": "Sea, Wind and Co"}],
            "issued": {"date-parts": [[2031, 5, 6]]}, "version": "1.0", "publisher": "Tide & Press", "DOI": "10.1234/fair_1",
            "URL": "https://example.org/fair/notebooks/register.html#C01", "language": "en", "abstract": "Who wants 100% of it?",
            "keyword": "fair, rain, wind", "note": "Row C01: Promises the fair.\nLicence: CC-BY-4.0",
        }]  # fmt: skip

    @pytest.mark.parametrize("title", HARD)
    def test_any_title_comes_through_as_text(self, title):
        told = titled(title)
        (item,) = json.loads(cite(told, "csl-json"))
        assert item["title"] == told.title and item["author"] == [{"literal": told.title}]


DAY = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"}
CFF_AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": TEXT,
            "given-names": TEXT,
            "family-names": TEXT,
            "affiliation": TEXT,
            "orcid": {"type": "string", "pattern": "^https://orcid\\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"},
        },
        "dependentSchemas": {"name": {"properties": {"affiliation": False, "given-names": False}}},
    },
}
CFF_COMMON = {
    "title": TEXT,
    "authors": CFF_AUTHORS,
    "version": TEXT,
    "license": {"enum": ["CC-BY-4.0", "MIT"]},
    "doi": {"type": "string", "pattern": r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+$"},
    "url": {"type": "string", "pattern": "^https?://"},
    "abstract": TEXT,
    "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
}
CFF_RULES = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        **CFF_COMMON,
        "cff-version": {"const": "1.2.0"},
        "message": TEXT,
        "type": {"enum": ["dataset", "software"]},
        "date-released": DAY,
        "preferred-citation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["authors", "title", "type"],
            "properties": {
                **CFF_COMMON,
                "type": {"const": "report"},
                "date-published": DAY,
                "institution": {
                    "type": "object",
                    "required": ["name"],
                    "additionalProperties": False,
                    "properties": {"name": TEXT},
                },
                "languages": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[a-z]{2,3}$"}},
                "notes": TEXT,
            },
        },
    },
}


class TestCff:
    """Held against our own transcription of what the schema of the Citation File Format 1.2.0 says of the keys we write."""

    @pytest.mark.parametrize("work", [PLAIN, FULL], ids=["least", "most"])
    def test_it_keeps_to_the_schema(self, work):
        Draft202012Validator(CFF_RULES).validate(yaml.safe_load(cite(work, "cff")))

    def test_what_is_to_be_cited_is_the_report_with_all_that_is_known(self):
        told = yaml.safe_load(cite(FULL, "cff"))
        report = told.pop("preferred-citation")
        shared = {
            "title": "The fair [row C01]",
            "authors": [
                {"given-names": "Ada", "family-names": "Lovelace", "orcid": "https://orcid.org/0000-0002-1825-0097",
                 "affiliation": "A & B"},
                {"given-names": "Jean-Paul Marie", "family-names": "van der Berg"}, {"name": "Sea, Wind and Co"},
            ],
            "version": "1.0", "license": "CC-BY-4.0", "doi": "10.1234/fair_1",
            "url": "https://example.org/fair/notebooks/register.html#C01", "abstract": "Who wants 100% of it?",
            "keywords": ["fair", "rain, wind"],
        }  # fmt: skip
        assert report == shared | {"type": "report", "date-published": "2031-05-06", "institution": {"name": "Tide & Press"},
                                   "languages": ["en"], "notes": "Row C01: Promises the fair."}  # fmt: skip
        assert told.items() >= (shared | {"type": "dataset", "date-released": "2031-05-06"}).items()

    def test_a_licence_that_is_no_identifier_is_told_in_words(self):
        told = yaml.safe_load(cite(titled("The fair", licence="Ask the harbour master"), "cff"))
        assert "license" not in told and told["preferred-citation"]["notes"] == "Licence: Ask the harbour master"

    @pytest.mark.parametrize("title", HARD)
    def test_any_title_comes_through_as_text(self, title):
        told = titled(title)
        read = yaml.safe_load(cite(told, "cff"))
        assert read["title"] == read["preferred-citation"]["title"] == told.title
        assert read["authors"] == [{"name": told.title}]

    def test_nothing_in_it_is_a_reference_to_another_place(self):
        assert not re.search(r"[&*]id\d", cite(FULL, "cff"))
