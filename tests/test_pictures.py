"""A chart's picture is the same whatever was drawn before it, and two pictures on one page have no id in common."""

import re

import pytest

from sourcebook import pictures


def chart(title: str) -> dict:
    """Two small charts side by side: Vega clips each by a rectangle that has an id."""
    part = {"mark": {"type": "bar", "clip": True}, "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": title, "hconcat": [part, part],
        "data": {"values": [{"a": 1}, {"a": 2}]},
    }  # fmt: skip


def ids(text: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', text)


@pytest.fixture(scope="module")
def drawn():
    """The same chart twice, and another between the two."""
    return [pictures.svg(chart(title), False, None)[0] for title in ("one", "two", "one")]


def test_it_does_not_depend_on_what_the_process_drew_before(drawn):
    assert drawn[0] == drawn[2] != drawn[1]


def test_its_ids_are_its_own_and_every_reference_leads_to_one(drawn):
    assert ids(drawn[0]) and not set(ids(drawn[0])) & set(ids(drawn[1]))
    assert set(re.findall(r"url\(#([^)]+)\)", drawn[0])) == set(ids(drawn[0]))


def test_ids_are_numbered_in_their_order_and_nothing_else_changes():
    text = '<a id="clip12"/><b clip-path="url(#clip12)" fill="url(#gradient_0)">clip12</b><c id="gradient_0" href="#other"/>'
    assert pictures.numbered(text, "x") == (
        '<a id="cx-1"/><b clip-path="url(#cx-1)" fill="url(#cx-2)">clip12</b><c id="cx-2" href="#other"/>'
    )
