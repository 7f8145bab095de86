"""Which encoding a file is in: known by what it says, or by how it reads where only one is likely; never guessed in silence."""

import codecs
import random

import pytest
from scratch import ROOT

from sourcebook.encoding import KNOWN, decode
from sourcebook.errors import ParameterError, SourcebookError

TEXTS = {
    "en": "The mayor said that the bridge “will open in May” — a fairy tale, said the harbour master, and naïve.",
    "de": "Die Bürgermeisterin sagte am Montag, die Brücke „wird im Mai eröffnet“. Über die Größe der Straße sprach niemand.",
    "fr": "La maire a déclaré lundi que le pont « ouvrira en mai », écartant les doutes des équipages à l’entrée du port.",
    "pl": "Burmistrz powiedziała w poniedziałek, że most zostanie otwarty w maju, odrzucając wątpliwości załóg promów. Zażółć gęślą jaźń, rzekł kapitan.",
    "ru": "Мэр города заявила в понедельник, что мост откроется в мае, отвергнув сомнения экипажей паромов.",
    "el": "Η δήμαρχος δήλωσε τη Δευτέρα ότι η γέφυρα θα ανοίξει τον Μάιο, απορρίπτοντας τις αμφιβολίες των πληρωμάτων.",
    "ja": "市長は月曜日、橋は五月に開通すると述べ、渡し船の乗組員の疑いを退けた。港長はその日付をおとぎ話と呼んだ。",
    "zh": "市长星期一表示，大桥将于五月开通，并驳斥了渡轮船员的疑虑。港务长称这个日期是童话。",
}
MARKED = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16": b"",
    "utf-32": b"",
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def page(label: str, text: str = "naïve") -> str:
    return f"<html><head><meta charset={label}></head><body>{text}</body></html>"


class TestByWhatItSays:
    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    @pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
    def test_a_byte_order_mark_goes_first_and_is_no_part_of_the_text(self, name, text):
        mark = b"" if name == "utf-8-sig" else MARKED[name]
        told = decode(mark + text.encode(name), "x.txt")
        assert told.text == text and told.known_by == "its byte order mark"

    @pytest.mark.parametrize(
        ("label", "codec"),
        [
            ("windows-1252", "cp1252"),
            ("iso-8859-1", "cp1252"),
            ("'koi8-r'", "koi8-r"),
            ('"Shift_JIS"', "cp932"),
            ("UTF-8", "utf-8"),
        ],
    )
    def test_a_page_is_read_as_it_declares_by_the_labels_of_browsers(self, label, codec):
        text = {"koi8-r": "мост", "cp932": "橋が開く"}.get(codec, "naïve “x”")
        told = decode(page(label, text).encode(codec), "x.html", page=True)
        assert text in told.text and told.known_by == "its own declaration"

    @pytest.mark.parametrize(
        "head",
        [
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
            '<?xml version="1.0" encoding="windows-1251"?>',
            '<!-- <meta charset="utf-8"> --><meta charset=windows-1251>',
        ],
    )
    def test_every_form_of_a_declaration_counts_save_one_in_a_comment(self, head):
        assert "мост" in decode((head + "мост").encode("cp1251"), "x.html", page=True).text

    def test_a_plain_text_that_speaks_of_a_declaration_declares_nothing(self):
        text = "Write <meta charset=koi8-r> – naïve"
        assert decode(text.encode(), "x.txt").text == text

    def test_a_page_that_declares_what_its_bytes_are_not_is_refused_with_the_byte(self):
        with pytest.raises(
            SourcebookError, match=r"x\.html: it declares utf-8, but byte 4\d does not fit it.*--encoding NAME"
        ):
            decode(page("utf-8").encode("cp1252"), "x.html", page=True)

    def test_a_page_that_declares_one_thing_and_reads_as_utf8_is_refused_with_the_words_in_both(self):
        with pytest.raises(SourcebookError) as caught:
            decode(page("windows-1252").encode(), "x.html", page=True)
        assert "naïve" in str(caught.value) and "naÃ¯ve" in str(caught.value)
        assert "--encoding windows-1252, or --encoding utf-8" in str(caught.value)

    def test_an_unknown_label_is_as_good_as_none(self):
        assert decode(page("klingon").encode(), "x.html", page=True).encoding == "utf-8"

    @pytest.mark.parametrize("label", ["x-user-defined", "replacement", "iso-2022-cn", "iso-2022-cn-ext"])
    def test_so_is_a_label_of_browsers_that_stands_for_no_encoding_of_texts(self, label):
        assert decode(page(label).encode(), "x.html", page=True).encoding == "utf-8"

    @pytest.mark.parametrize(
        ("label", "codec", "text"),
        [("hz-gb-2312", "hz", "大桥"), ("iso-2022-kr", "iso2022_kr", "다리"), ("csiso2022kr", "iso2022_kr", "다리")],
    )
    def test_what_browsers_read_no_more_is_read_as_it_declares(self, label, codec, text):
        told = decode(page(label, text).encode(codec), "x.html", page=True)
        assert text in told.text and told.encoding == label

    @pytest.mark.parametrize(("label", "codec"), [("hz-gb-2312", "hz"), ("iso-2022-kr", "iso2022_kr")])
    def test_where_it_is_not_what_it_declares_that_is_told(self, label, codec):
        with pytest.raises(SourcebookError, match=f"it declares {codec}, but byte .* does not fit it"):
            decode(page(label, "Größe").encode("cp1252"), "x.html", page=True)

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_what_is_strictly_utf8_is_utf8(self, text):
        assert decode(text.encode(), "x.txt").text == text


class TestByOption:
    def test_it_overrules_everything(self):
        told = decode(page("utf-8", "мост").encode("koi8-r"), "x.html", page=True, told="koi8-r")
        assert "мост" in told.text and told.encoding == "koi8-r"

    @pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "utf-88", "a\0b", """ """])
    def test_what_is_no_encoding_of_texts_is_a_wrong_parameter(self, name):
        with pytest.raises(ParameterError, match="--encoding: “.*” is no encoding of texts"):
            decode(b"x", "x.txt", told=name)

    def test_one_that_does_not_fit_is_refused_with_the_byte(self):
        with pytest.raises(SourcebookError, match=r"--encoding says ascii, but byte 2 does not fit"):
            decode("naïve".encode(), "x.txt", told="ascii")


class TestByHowItReads:
    @pytest.mark.parametrize(
        ("language", "codec"), [("de", "cp1252"), ("pl", "cp1250"), ("ru", "cp1251"), ("ru", "cp866"), ("el", "cp1253"), ("ja", "cp932"), ("zh", "gb18030")]
    )  # fmt: skip
    def test_where_only_one_encoding_is_likely_it_is_taken_and_named(self, language, codec):
        told = decode((TEXTS[language] * 3).encode(codec), "x.txt")
        assert told.text == TEXTS[language] * 3 and told.encoding in KNOWN and told.known_by == "how its letters read"

    @pytest.mark.parametrize("content", [b"na\xefve", b"caf\xe9", TEXTS["en"].encode("cp1252")])
    def test_where_two_are_it_is_an_error_that_shows_the_words_in_both(self, content):
        with pytest.raises(
            SourcebookError, match=r"cannot be told: .*“.*”.*“.*”.*--encoding [\w-]+, or --encoding [\w-]+\."
        ):
            decode(content, "x.txt")

    def test_what_reads_as_no_text_is_an_error_with_the_way_out(self):
        with pytest.raises(SourcebookError, match="no text in any other encoding.*Save it as UTF-8"):
            decode(bytes(range(128, 256)), "x.txt")

    def test_over_many_texts_and_encodings_the_text_is_the_one_that_was_written_or_there_is_an_error(self):
        """Pieces of texts drawn by chance, seeded, in every encoding that can write them: never other words."""
        chance, right, refused = random.Random(3), 0, 0
        for _ in range(120):
            text = TEXTS[chance.choice(list(TEXTS))]
            start = chance.randrange(len(text) // 3)
            text = text[start : start + chance.randrange(40, 400)] * chance.choice([1, 2])
            name = chance.choice(["utf-8", *MARKED, *KNOWN])
            try:
                content = MARKED.get(name, b"") * (name != "utf-8-sig") + text.encode(name)
            except UnicodeEncodeError:
                continue
            try:
                assert decode(content, "x.txt").text == text, (name, text)
                right += 1
            except SourcebookError as error:
                assert "--encoding" in str(error)
                refused += 1
        assert right > 40 and refused > 5


class TestNoText:
    @pytest.mark.parametrize("order", ["le", "be"])
    def test_utf16_without_a_mark_is_recognised_and_the_option_named(self, order):
        with pytest.raises(SourcebookError, match=f"UTF-16 without a byte order mark.*--encoding utf-16-{order}"):
            decode("The bridge at the harbour".encode(f"utf-16-{order}"), "x.txt")

    def test_nul_bytes_are_no_text(self):
        with pytest.raises(SourcebookError, match="byte 3 is NUL.*Save the article as plain text"):
            decode(b"The\0bridge\xff\xff at the harbour", "x.txt")


def test_the_example_of_the_guide_is_a_real_message():
    guide = " ".join((ROOT / "docs/cli.md").read_text("utf-8").replace("\n> ", " ").split())
    with pytest.raises(SourcebookError) as caught:
        decode("The date is “settled”, he said. It’s naïve.".encode("cp1252"), "article.txt")
    assert str(caught.value) in guide
