"""Quoted words mark one place of the article, exact to the code point, or the reason is told why they do not."""

import random
import time
import unicodedata

import pytest

from sourcebook.anchoring import find, fold, nearest, one, shown, whole
from sourcebook.article import Article, digest
from sourcebook.errors import PassageError

TEXT = Article("", (
    "The fair moves",
    "“We open in May 🎪”, he said – by radio\u00a0– in nai\u0308ve words; the date… is set.",
    "the fair, the fair and the rain",
    "👩\u200d🚀👍🏽 🇺🇦🇫🇮 السَّلَام e\u0323\u0302 co\u00adoperate",
))  # fmt: skip


def refused(words: str, *place) -> PassageError:
    with pytest.raises(PassageError) as caught:
        one(TEXT, words, *place)
    return caught.value


class TestExact:
    def test_offsets_count_code_points_from_the_start_of_the_paragraph(self):
        place = one(TEXT, "he said")
        assert (place.paragraph, place.start, place.end) == (2, 20, 27)
        assert TEXT.span(place.paragraph, place.start, place.end) == "he said" and place.differs == ()
        assert place.cells == {"paragraph": 2, "start": 20, "end": 27, "digest": digest("he said")}

    def test_blanks_around_the_words_are_none_of_them(self):
        assert one(TEXT, "  he said\n") == one(TEXT, "he said")

    def test_in_one_paragraph_only_that_paragraph_counts(self):
        assert one(TEXT, "and the", 3).start == 19
        assert "it stands in paragraph 3" in str(refused("and the", 2))

    def test_one_that_stands_as_it_is_written_goes_before_those_that_are_written_otherwise(self):
        text = Article("", ("a 'b' c", "a ‘b’ c"))
        assert one(text, "a ‘b’ c").paragraph == 2 and one(text, "a 'b' c").paragraph == 1

    @pytest.mark.parametrize("paragraph", [0, 5, -1])
    def test_a_paragraph_that_there_is_not_is_told(self, paragraph):
        assert str(refused("fair", paragraph)) == f"there is no paragraph {paragraph}; the article has 4"

    @pytest.mark.parametrize("words", ["", " \n"])
    def test_no_words_are_refused(self, words):
        assert refused(words).found == "no words are quoted"


class TestTolerant:
    """What looks alike is found, said to be written otherwise, and anchored as the article has it."""

    @pytest.mark.parametrize(
        ("words", "text", "differs"),
        [
            ('"We open in May 🎪"', "“We open in May 🎪”", ("other quotation marks",)),
            ("«We open", "“We open", ("other quotation marks",)),
            ("he said - by", "he said – by", ("other dashes",)),
            ("radio – in", "radio\u00a0– in", ("other spaces",)),
            ("by  radio\u00a0– in", "by radio\u00a0– in", ("other spaces",)),
            ("naïve words", "nai\u0308ve words", ("accents written in another way",)),
            ("the date... is", "the date… is", ("other dots",)),
            ("cooperate", "co\u00adoperate", ("signs that cannot be seen",)),
            ("ệ", "e\u0323\u0302", ("accents written in another way",)),
            ("radio -- in naïve", "radio\u00a0– in nai\u0308ve",
             ("other dashes", "other spaces", "accents written in another way")),
        ],
    )  # fmt: skip
    def test_it_is_found_and_what_differs_is_told(self, words, text, differs):
        place = one(TEXT, words)
        assert place.text == text == TEXT.span(place.paragraph, place.start, place.end)
        assert place.differs == differs and place.cells["digest"] == digest(text)

    def test_one_sign_that_stands_for_several_is_not_cut(self):
        assert find(TEXT, "date..") == [] and find(TEXT, "date.") == []

    def test_letters_are_never_taken_for_others(self):
        assert find(TEXT, "naive words") == [] and find(TEXT, "The Fair") == []


class TestWhole:
    """A letter goes with its accents, an emoji and a flag with all their parts."""

    @pytest.mark.parametrize("words", ["👩", "🚀", "👍", "🇦🇫", "🇺🇦🇫", "السَّلَا\u0645"[:4], "e", "e\u0323"])
    def test_a_part_is_not_found(self, words):
        assert [place for place in find(TEXT, words) if place.paragraph == 4 and words != "e"] == []
        for place in find(TEXT, words):
            assert whole(TEXT.paragraphs[place.paragraph - 1], place.start, place.end)

    @pytest.mark.parametrize("words", ["👩\u200d🚀", "👍🏽", "🇺🇦", "🇫🇮", "🇺🇦🇫🇮", "السَّلَام", "e\u0323\u0302"])
    def test_the_whole_is(self, words):
        assert one(TEXT, words).text == words


class TestSeveral:
    def test_all_places_are_told_with_the_words_around_them(self):
        error = refused("the fair")
        assert error.found == (
            "“the fair” stands twice in the article (1: paragraph 3, 0-8 [the fair], the fair and the rain; "
            "2: paragraph 3, 10-18 the fair, [the fair] and the rain)"
        )
        assert "quote more of the words around it" in error.right and "--occurrence" in error.right

    def test_one_of_them_is_chosen_by_its_number(self):
        assert [one(TEXT, "the fair", occurrence=number).start for number in (1, 2)] == [0, 10]
        assert str(refused("the fair", None, 3)).endswith("there is no occurrence 3")

    def test_places_may_overlap(self):
        assert [place.start for place in find(Article("", ("aXaXa",)), "aXa")] == [0, 2]

    def test_those_that_are_only_written_otherwise_are_not_guessed_either(self):
        with pytest.raises(PassageError, match="stands twice"):
            one(Article("", ("“a” and «a»",)), '"a"')


class TestNowhere:
    def test_the_closest_passage_is_shown_and_how_it_differs(self):
        error = refused("he sayed by radio")
        assert error.found == "“he sayed by radio” does not stand in the article"
        assert "the closest is paragraph 2, 20-38" in error.right and "“said" in error.right

    def test_nothing_is_shown_where_nothing_is_like_it(self):
        assert refused("zzzzzzzz").right == "nothing there is like it"
        assert nearest(TEXT, "zzzzzzzz") is None

    def test_it_is_looked_for_in_the_paragraph_named(self):
        assert nearest(TEXT, "the fair moved").paragraph == 1
        assert nearest(TEXT, "the fair moved", 3).paragraph == 3


def test_a_place_is_shown_in_brackets_with_some_of_what_stands_around_it():
    text = Article("", ("a" * 50 + "[" + "b" * 50,))
    (place,) = find(text, "[")
    assert shown(text, place) == f"paragraph 1, 50-51 …{'a' * 30}[[]{'b' * 30}…"


def test_folding_covers_the_text_and_says_the_same_of_every_composition():
    """Random text in NFC and NFD has the same signs, and each sign's span holds the text it stands for."""
    chance = random.Random(20310203)
    signs = [
        "é",
        "e\u0323\u0302",
        "한",
        "\u1112\u1161\u11ab",
        "a",
        " ",
        "🎪",
        "ا",
        "\u064e",
        "“",
        "…",
        "Å",
        "\u0bc6\u0bbe",
    ]
    for _ in range(300):
        text = "".join(chance.choices(signs, k=20))
        forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
        same = ["".join(sign for sign, _, _ in fold(form)) for form in (text, *forms)]
        assert len(set(same)) == 1
        spans = sorted({span[1:] for span in fold(text)})
        assert "".join(text[start:end] for start, end in spans) == text


def test_a_letter_under_thousands_of_accents_takes_no_longer_than_as_many_letters():
    text = "a" + "\u0301" * 30_000 + " The fair moves"
    began = time.perf_counter()
    (place,) = find(Article("", (text,)), "The  fair")
    assert place.text == "The fair" and time.perf_counter() - began < 5
