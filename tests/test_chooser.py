"""The form to choose in: what the book's page holds for it, and what a reader gets from it with and without scripts."""

import itertools
import json
import re
from urllib.parse import quote

import pytest
import toybook
from bs4 import BeautifulSoup
from test_browser import CONTRAST, opened, visiting

from sourcebook import changes, show

PAGE = "notebooks/alpha.html"
SPACE = toybook.CHOICES
AXES, BASE, HYPOTHESES = SPACE["axes"], SPACE["base"], SPACE["hypotheses"]
RAN = changes.scores(SPACE["runs"])
GRID = list(itertools.product(*(range(len(axis["values"])) for axis in AXES)))
PRESET = next(at for at in GRID if all(axis["values"][n]["text"] == BASE[axis["name"]] for axis, n in zip(AXES, at)))


@pytest.fixture(scope="module")
def html(toy_book):
    return toybook.html(toy_book)


@pytest.fixture(scope="module")
def soup(html):
    return BeautifulSoup((html / PAGE).read_text(encoding="utf-8"), "html.parser")


# The page


def test_it_is_a_numbered_table_under_its_name_that_text_may_refer_to(soup):
    table = soup.find("table", id="choose")
    assert table.caption.find(class_="caption-number").text.strip() == "Table 3"
    assert table.caption.find(class_="caption-text").text == SPACE["caption"]
    assert soup.find("section", id="choose-yourself").find("a", href="#choose").text == "Table 3"


def test_the_table_says_what_each_single_change_does(soup):
    rows = soup.find("table", id="choose").tbody.find_all("tr")
    expected = changes.single(AXES, BASE, HYPOTHESES, SPACE["runs"])
    for name in ("choice", "value", "leaders", "same"):
        assert [row.find("td", class_=f"col-{name}").text for row in rows] == list(expected[name])


def test_the_runs_stand_in_the_page_as_inert_json(soup):
    (script,) = soup.find_all("script", class_="chooser-data")
    assert script["type"] == "application/json" and not re.search("[<>&\u2028\u2029]", script.string)
    assert json.loads(script.string)["axes"] == AXES


def test_its_script_is_loaded_only_where_it_is_needed(soup, html):
    assert soup.find("script", src=re.compile(r"chooser\.js"), defer=True)
    assert "chooser.js" not in (html / "notebooks/beta.html").read_text(encoding="utf-8")


def test_hypotheses_that_are_rows_lead_to_them(soup):
    links = soup.find("template", class_="chooser-names").find_all("a")
    assert [link["href"] for link in links] == ["register.html#H1"]


def test_twelve_hundred_runs_of_five_hypotheses_stay_light(monkeypatch):
    outputs = []
    monkeypatch.setattr(show, "display", lambda data, raw: outputs.append(data))
    values = [{"text": str(number), "label": f"at least {number}"} for number in range(1200)]
    runs = [[place, *(10 + (place * prime % 9000) / 1000 for prime in (1, 3, 7, 11, 13))] for place in range(1200)]
    show.choices(
        name="big", caption="Big", axes=[{"name": "all", "label": "All", "values": values[:1200]}], base={"all": "0"},
        hypotheses=[{"id": f"H{number}", "title": "A title"} for number in range(5)], runs=runs,
    )  # fmt: skip
    assert len(json.dumps(outputs[0][show.CHOICES]["runs"], separators=(",", ":"))) < 50_000


# The form


def distance(one, other) -> int:
    return sum(a != b for a, b in zip(one, other))


def shown_for(chosen):
    """The run that is shown for some choices: theirs, or the nearest one, of several such the one nearest to the report's."""
    ran = [at for place, at in enumerate(GRID) if place in RAN]
    return min(ran, key=lambda at: (distance(at, chosen), distance(at, PRESET), GRID.index(at)))


def ids(scores) -> list[str]:
    return [HYPOTHESES[number]["id"] for number in changes.leaders(scores)]


def check(page, chosen):
    """What the page says of these choices is what Python says of them."""
    shown = shown_for(chosen)
    scores = RAN[GRID.index(shown)]
    *unrun, answer, comparison = page.get_by_role("status").locator("p").all_inner_texts()

    if distance(shown, chosen):
        assert unrun[0].startswith("These choices were not run.")
        for axis, was, now in zip(AXES, chosen, shown):
            assert (f"{axis['label']}: {axis['values'][now]['label']}" in unrun[0]) == (was != now)
    assert bool(unrun) == bool(distance(shown, chosen))

    if scores:
        assert re.findall(r"\((H\d)\)", answer.partition("; next")[0]) == ids(scores)
        margin = re.search(r"([\d.]+) behind\.$", answer)
        assert (float(margin[1]) if margin else 0) == changes.margin(scores)
        assert float(re.search(r"inconsistency ([\d.]+\d)", answer)[1]) == min(scores) / 1000
    else:
        assert answer == "No rated evidence is left, so no hypothesis stands out."
    bars = [
        (item.locator(".chooser-name").inner_text().split()[0], float(item.locator(".chooser-score").inner_text()))
        for item in page.locator(".chooser-bars li").all()
    ]
    order = sorted(range(len(scores)), key=lambda number: (scores[number], number))
    assert bars == [(HYPOTHESES[number]["id"], scores[number] / 1000) for number in order]

    changed = distance(chosen, PRESET)
    assert page.locator(".chooser .changed").count() == changed
    if changed:
        assert comparison.startswith(f"{changed} choice{'s differ' if changed > 1 else ' differs'} from the report's")
        assert ("is the same" in comparison) == (scores != () and ids(scores) == ids(RAN[GRID.index(PRESET)]))
        assert ("is another" in comparison) != ("is the same" in comparison)
    else:
        assert comparison == "These are the report's choices."


def control(page, number):
    return page.get_by_label(AXES[number]["label"], exact=True)


def choose(page, chosen):
    """By keyboard, as the focus goes from one list to the next."""
    control(page, 0).focus()
    for number in chosen:
        page.keyboard.press("Home")
        for _ in range(number):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")


@pytest.mark.browser
def test_every_set_of_choices_is_reached_by_keyboard_and_told_right(chromium, html):
    """Nothing is requested meanwhile, and it is always the same live region that speaks."""
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        check(page, PRESET)
        page.get_by_role("status").evaluate("region => { region.mark = true; }")
        requested = []
        page.on("request", lambda request: requested.append(request.url))
        for chosen in GRID:
            choose(page, chosen)
            check(page, chosen)
        assert page.get_by_role("status").evaluate("region => region.mark")
        assert requested == visitor.faults == visitor.violations() == []


@pytest.mark.browser
def test_a_button_leads_back_to_the_reports_choices_and_keeps_the_focus(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        choose(page, GRID[0])
        page.keyboard.press("Enter")  # the focus has come to the button
        check(page, PRESET)
        assert page.evaluate("document.activeElement.textContent") == "Back to the report's choices"
        assert "?" not in page.url


@pytest.mark.browser
def test_the_list_marks_the_reports_choice_while_another_is_chosen(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        choose(page, GRID[0])
        options = control(page, 2).locator("option").all_text_contents()
        assert options == ["by grade", "all alike (this report)"]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_the_address_carries_the_choices_and_keeps_its_fragment(scheme, chromium, html):
    with opened(html, scheme) as base, visiting(chromium, base) as visitor:
        page = visitor.go(f"{PAGE}?other=1#choose")
        choose(page, (1, 1, 1))
        address = page.url
        assert address.endswith("?other=1&choices=sources.E&choices=sides.us%2Crussia#choose")
        page.goto("about:blank")
        page.goto(address)
        check(page, (1, 1, 1))
        assert visitor.faults == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "query",
    [
        "choices=",
        "choices=.",
        "choices=sources",
        "choices=sources.Z&choices=nothing.F",
        "choices=__proto__.x&choices=constructor.name&choices=-1.0",
        "choices=%E0%A4%A&choices=%00",
        f"choices={quote(toybook.HOSTILE)}&choices=sources.{quote(toybook.HOSTILE)}",
        "&".join(["choices=sources.x"] * 500),
    ],
)
def test_what_makes_no_sense_in_the_address_is_ignored(query, chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        check(visitor.go(f"{PAGE}?{query}"), PRESET)
        assert visitor.faults == visitor.violations() == []


@pytest.mark.browser
def test_of_the_address_the_part_that_makes_sense_is_taken(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        check(visitor.go(f"{PAGE}?choices=weights.grades&choices=sources.Z&choices=sides.us,russia"), (0, 1, 0))


@pytest.mark.browser
def test_labels_and_titles_are_text_whatever_they_hold(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        choose(page, (1, 0, 1))
        assert toybook.HOSTILE in " ".join(page.get_by_role("status").inner_text().split())
        assert page.locator(".chooser :is(img, script:not(.chooser-data))").count() == 0


@pytest.mark.browser
def test_a_hypothesis_leads_to_its_row(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        visitor.go(PAGE).locator(".chooser-bars a", has_text="H1").click()
        visitor.page.wait_for_url("**/register.html#H1")


@pytest.mark.browser
def test_number_caption_and_permalink_stand_for_the_whole_and_the_table_is_in_a_fold(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        box = page.locator("#choose")
        assert box.get_attribute("class") == "chooser"
        assert box.locator(".chooser-caption").inner_text().startswith("Table 3")
        assert not box.locator("table").is_visible()
        box.locator("summary").focus()
        page.keyboard.press("Enter")
        assert box.locator("table").is_visible()


@pytest.mark.browser
def test_without_scripts_the_table_stands_there_and_no_form(chromium, html):
    with visiting(chromium, html.as_uri(), java_script_enabled=False) as visitor:
        page = visitor.go(PAGE)
        assert page.locator("table#choose").is_visible()
        assert page.locator(".chooser :is(form, select, button)").count() == 0


@pytest.mark.browser
def test_on_a_phone_nothing_runs_over_and_the_outcome_stays_in_sight(chromium, html):
    with visiting(chromium, html.as_uri(), width=390) as visitor:
        page = visitor.go(PAGE)
        choose(page, (1, 1, 0))
        page.locator(".chooser summary").click()
        control(page, 0).focus()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        outcome = page.get_by_role("status").bounding_box()
        assert 0 <= outcome["y"] and outcome["y"] + outcome["height"] <= 900


@pytest.mark.browser
def test_what_is_pressed_is_large_enough_and_named(chromium, html):
    """WCAG 2.2: targets of at least 24 px, each with a name."""
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(PAGE)
        boxes = [each.bounding_box() for each in page.locator(".chooser :is(select, button, summary)").all()]
        assert len(boxes) == len(AXES) + 2
        assert all(box["height"] >= 24 and box["width"] >= 24 for box in boxes)
        choose(page, GRID[0])
        names = [control(page, number).count() for number in range(len(AXES))]
        assert names == [1] * len(AXES)
        assert page.get_by_role("form", name="Choose yourself").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_changed_choice_has_contrast(theme, chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        visitor.context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page = visitor.go(f"{PAGE}?choices=sources.E")
        assert page.locator(".chooser .changed").count() == 1
        assert page.evaluate(CONTRAST) == []


@pytest.mark.browser
def test_on_paper_the_choices_and_their_outcome_are_printed_in_full(chromium, html):
    with visiting(chromium, html.as_uri()) as visitor:
        page = visitor.go(f"{PAGE}?choices=sides.us,russia")
        page.emulate_media(media="print")
        printed = [
            each.evaluate("element => getComputedStyle(element, '::after').content")
            for each in page.locator(".chooser .filter-control").all()
        ]
        assert printed == ['"all sources"', '"without the parties"', '"all alike"']
        assert page.get_by_role("status").is_visible() and page.locator(".chooser-length").first.is_visible()
        assert not page.locator(".chooser button").is_visible()
