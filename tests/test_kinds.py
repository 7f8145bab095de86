"""Each file of a package has a media type, the same on every machine, and where it helps a few words on what it is."""

import re

import pytest

from sourcebook import kinds


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a/b.CSV", "text/csv"),
        ("x.ipynb", "application/x-ipynb+json"),
        ("LICENSE", "text/plain"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_ending(name, form):
    assert kinds.form(name) == form


@pytest.mark.parametrize("form", sorted(set(kinds.FORMATS.values())))
def test_every_type_is_written_as_a_type_is(form):
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", form)


def test_what_a_file_is_comes_from_the_schema_its_place_or_its_name():
    tables = {"claims.csv": "One claim a row"}

    def told(name):
        return kinds.meaning(name, "data/fair", tables)

    assert told("data/fair/claims.csv") == "One claim a row"
    assert told("data/other/claims.csv") == told("report/html/a.html") == ""
    assert told("notebooks/tally.ipynb").endswith("as written") and told("report/notebooks/tally.ipynb").endswith(
        "as executed"
    )
    assert told("report/fair.pdf") and told("data/fair/case.yml") and told("report/html/index.html")
