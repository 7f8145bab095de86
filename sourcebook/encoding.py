"""The bytes of a text file, turned into its characters by an encoding that is known, and never by a guess that nobody hears of."""

import codecs
import re
from typing import NamedTuple

from sourcebook.errors import ParameterError, SourcebookError, nearest

OPTION = "--encoding NAME"
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What texts are found in (from the WHATWG's list, by Python's names); where two give the same text, the first.
KNOWN = ("windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
         "windows-1257", "windows-1258", "iso8859-2", "iso8859-5", "iso8859-7", "koi8-r", "koi8-u", "cp866", "mac-roman",
         "mac-cyrillic", "cp874", "shift_jis", "euc-jp", "cp949", "gb18030", "big5")  # fmt: skip
DECLARED = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""", re.I
)
HEAD = 4096  # bytes in which a page declares its encoding; browsers look through 1024
# By how much the next likely encoding has to read worse (0 to 1, as charset-normalizer measures mess and words).
MESS, WORDS = 0.05, 0.25


class Decoded(NamedTuple):
    """A text, the name of its encoding, and by what it is known."""

    text: str
    encoding: str
    known_by: str


def decode(content: bytes, place: str, page: bool = False, told: str = "") -> Decoded:
    """Decode a file's bytes: by the encoding told, else by the byte order mark, else (a web `page`) as it declares, else as
    strict UTF-8, else by the one encoding in which it reads as a text.

    Raise SourcebookError, naming the encodings in question and the option, where none or more than one can be meant,
    and ParameterError for a name that is no encoding.
    """
    if told:
        return Decoded(_strictly(content, _named(told), place, "--encoding says").removeprefix("\ufeff"), told, OPTION)
    for mark, name in BOMS:
        if content.startswith(mark):
            text = _strictly(content[len(mark) :], name, place, "its byte order mark says")
            return Decoded(text, name, "its byte order mark")
    if b"\0" in content:
        raise SourcebookError(f"{place}: {_zeros(content)}")
    declared = _declared(content) if page else None
    if declared:
        return _as_declared(content, *declared, place)
    try:
        return Decoded(content.decode("utf-8"), "utf-8", "every byte fits it")
    except UnicodeDecodeError:
        return _likely(content, place)


def _named(name: str) -> str:
    try:
        b"text".decode(name, "replace")
        return name
    except (LookupError, ValueError):
        known = nearest(name, ["utf-8", "utf-16", *KNOWN])
        raise ParameterError(
            f"--encoding: “{name}” is no encoding of texts{known or '; name one such as utf-8 or windows-1252'}"
        ) from None


def _strictly(content: bytes, encoding: str, place: str, who: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeError as error:
        byte = f"byte {error.start}" if isinstance(error, UnicodeDecodeError) else "its content"
        raise SourcebookError(
            f"{place}: {who} {encoding}, but {byte} does not fit it. Pass the right one: {OPTION}."
        ) from None


def _zeros(content: bytes) -> str:
    """What a file with NUL bytes is."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if max(even, odd) > len(content) // 8 and min(even, odd) < max(even, odd) // 8:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return (
            f"it looks like UTF-16 without a byte order mark. If it is: --encoding {name}; else save it as UTF-8 text."
        )
    return f"not a text: byte {content.index(0)} is NUL. Save the article as plain text in UTF-8."


def _declared(content: bytes) -> tuple[str, str] | None:
    """The label by which a page names its encoding, and Python's name; None without one that it can read."""
    import webencodings

    found = DECLARED.search(re.sub(rb"<!--.*?-->", b"", content[:HEAD], flags=re.S))
    label = (found[1] or found[2]).decode("ascii", "replace") if found else ""
    known = webencodings.lookup(label)
    if known is None:
        return None
    if known.name.startswith("utf-16"):  # a page that could be read up to here is none, whatever it says
        return label, "utf-8"
    # What browsers refuse to read (“replacement”, as iso-2022-kr) Python may; x-user-defined is an encoding of no texts.
    name = label if known.name == "replacement" else known.codec_info.name
    try:
        return label, codecs.lookup(name).name
    except LookupError:
        return None


def _as_declared(content: bytes, label: str, encoding: str, place: str) -> Decoded:
    text = _strictly(content, encoding, place, "it declares")
    try:
        other = content.decode("utf-8")
    except UnicodeDecodeError:
        other = text
    if not content.isascii() and other != text:  # hardly a text in any other encoding happens to be UTF-8
        raise SourcebookError(_either(place, "it declares", (label, text), ("utf-8", other)))
    return Decoded(text, label, "its own declaration")


def _likely(content: bytes, place: str) -> Decoded:
    """The one encoding in which the bytes read as a text, by charset-normalizer's measures."""
    from charset_normalizer import from_bytes

    found = {}
    for name in KNOWN:
        for match in from_bytes(content, cp_isolation=[name], preemptive_behaviour=False):
            found.setdefault(content.decode(name), (round(match.chaos, 3), -match.coherence, KNOWN.index(name)))
    if not found:
        raise SourcebookError(
            f"{place}: not UTF-8, and no text in any other encoding that is known here. Save it as UTF-8, or pass {OPTION}."
        )
    ranked = sorted((score, text) for text, score in found.items())
    (mess, words, first), text = ranked[0]
    for (worse, fewer, second), other in ranked[1:]:
        if worse < mess + MESS and fewer < words + WORDS:
            raise SourcebookError(_either(place, "it reads as a text in", (KNOWN[first], text), (KNOWN[second], other)))
    return Decoded(text, KNOWN[first], "how its letters read")


def _either(place: str, verb: str, first: tuple[str, str], second: tuple[str, str]) -> str:
    """The sentence on two encodings, with the words by which a person can tell which it is."""
    (name, text), (rival, other) = first, second
    at = next((at for at, (a, b) in enumerate(zip(text, other)) if a != b), min(len(text), len(other)))
    start = max(0, at - 24, text.rfind(" ", 0, max(0, at - 6)) + 1)
    shown, shown_ = (" ".join(one[start : at + 12].split()) for one in (text, other))
    return (
        f"{place}: which encoding is meant cannot be told: {verb} {name} (“{shown}”), and it can be read as {rival} (“{shown_}”). "
        f"Pass the one in which the words are right: --encoding {name}, or --encoding {rival}."
    )
