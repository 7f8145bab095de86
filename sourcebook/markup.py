"""Markdown and web pages, turned into lines of text: the words stay, the marks go."""

import logging
import re
from contextlib import suppress

from sourcebook import limits
from sourcebook.errors import SourcebookError
from sourcebook.intake import BY_HAND, Paragraph
from sourcebook.rules import UNPRINTABLE
from sourcebook.words import count

Read = tuple[list[Paragraph], dict]  # paragraphs (some may be empty), and what the file says of itself

FEWEST = 50  # words of an article; a page with fewer is a notice, a login or a list
NOTICE = re.compile(
    r"\b(cookies?|consent\w*|gdpr|opt[- ]out|privacy|einwillig\w*|datenschutz\w*|consentement\w*)\b", re.I
)
NOTICES = 0.04  # a share of such words above which a short text is a notice on cookies
DEEPEST = 100  # Markdown inside Markdown
# Attributes of one tag; a page's own have some twenty at most. What reads them goes through all before each: of 200 000 for minutes.
ATTRIBUTES = 300
TAGS = 100_000  # of a page; a long one has 20 000, and the search for the article takes their square: of 100 000 under a minute
# One character a word where a script writes no blanks between words.
WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+")
# Elements that stand on lines of their own, those that are headings, and those of a row: trafilatura's, then HTML's.
HEADS = {"head", "h1", "h2", "h3", "h4", "h5", "h6"}
LINES = HEADS | {"p", "quote", "item", "list", "row", "table", "lb", "body", "div", "ab"}
LINES |= {"html", "article", "section", "header", "footer", "aside", "figure", "figcaption", "main", "nav", "blockquote", "pre",
          "ul", "ol", "li", "dl", "dt", "dd", "tr", "br", "hr", "details", "summary", "center"}  # fmt: skip
CELLS = {"cell", "td", "th"}
KEY = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*[\w-]+:(?:\s|\Z)")  # front matter begins with one
INVISIBLE = re.compile("[\u00ad\u200b\ufeff]")  # where a line may be broken; nobody typed them as words


def page(text: str, place: str) -> Read:
    """The article of a web page, as trafilatura finds it; SourcebookError where there is none. Nothing is fetched."""
    from trafilatura import bare_extraction, extract_metadata

    for name in ("trafilatura", "htmldate", "courlan", "readability", "justext"):
        logging.getLogger(name).addHandler(logging.NullHandler())  # what it has to say, an error of ours says
        logging.getLogger(name).propagate = False
    tree = _tree(text, place)
    if tree is None:
        raise SourcebookError(_no_article(place, 0))
    meta = extract_metadata(tree, extensive=False)  # extensive would guess a day from the running text
    heads = [" ".join(head.text_content().split()) for head in tree.iter("h1")]
    language = (
        tree.get("lang") or tree.get("xml:lang") or next(iter(tree.xpath("//meta[@property='og:locale']/@content")), "")
    )
    found = bare_extraction(tree, include_comments=False, include_tables=True, include_links=False)
    blocks = _blocks(found.body) if found is not None and found.body is not None else []
    words = [word for block in blocks for word in WORD.findall(block.text)]
    if len(words) < FEWEST:
        raise SourcebookError(_no_article(place, len(words)))
    notices = sum(len(NOTICE.findall(block.text)) for block in blocks)
    if len(words) < 400 and notices > NOTICES * len(words):
        raise SourcebookError(
            f"{place}: what was found in the page reads like a notice on cookies ({notices} of {count(len(words), 'word')}), "
            f"not like an article. {BY_HAND}"
        )
    told = {"publisher": meta.sitename or meta.hostname, "date": meta.date, "language": str(language)}
    return _headed(blocks, heads[0] if len(heads) == 1 and heads[0] else meta.title or ""), told


def _no_article(place: str, words: int) -> str:
    return (
        f"{place}: no article was found in the page: {count(words, 'word')} of running text, where at least {FEWEST} are needed. "
        f"It may be a notice on cookies, a login, or a page that a script fills. {BY_HAND}"
    )


class _Tags:
    """Counts the tags of a page without building a tree; SourcebookError at one that has too many attributes."""

    def __init__(self, place: str):
        self.place, self.seen = place, 0

    def start(self, tag: str, attributes: dict) -> None:
        self.seen += 1
        if len(attributes) > ATTRIBUTES:
            raise SourcebookError(
                f"{self.place}: a tag <{tag[:40]}> has {count(len(attributes), 'attribute')}, more than a page has use "
                f"for ({ATTRIBUTES} at most). {BY_HAND}"
            )

    def close(self) -> None:
        pass


def _tree(text: str, place: str):
    """The tree of a page, or None of nothing; SourcebookError where it is nested too deeply to be read whole, or has far
    too many tags, or attributes of one.
    """
    from lxml import etree, html

    tags = _Tags(place)
    with suppress(etree.LxmlError):  # told below
        etree.fromstring(text.encode(), etree.HTMLParser(target=tags, encoding="utf-8"))
    parser = html.HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        tree = html.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, AssertionError):
        tree = None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise SourcebookError(
            f"{place}: its tags are nested more than 256 deep, or one is huge, so a part would be lost. {BY_HAND}"
        )
    if tags.seen > TAGS:
        raise SourcebookError(
            f"{place}: {count(tags.seen, 'tag')}, more than an article has ({TAGS} at most). {BY_HAND}"
        )
    for element in tree.iter() if tree is not None else ():  # one such mark, and trafilatura would find nothing
        element.text, element.tail = (text and UNPRINTABLE.sub("", text) for text in (element.text, element.tail))
    return tree


def _html(text: str, place: str) -> list[Paragraph]:
    """The lines of a piece of HTML that stands in Markdown."""
    tree = _tree(text, place)
    for unseen in tree.xpath("//script | //style") if tree is not None else []:
        unseen.drop_tree()
    return _blocks(tree) if tree is not None else []


def _blocks(body) -> list[Paragraph]:
    """The lines of a tree, as trafilatura extracts it or of HTML: a heading, a paragraph, an item of a list, a row of a
    table each.
    """
    from lxml import etree

    lines, kind, parts = [], "body", []

    def close(next_kind: str) -> None:
        nonlocal kind
        lines.append(Paragraph(kind, _clean("".join(parts).strip("| \n"))))
        parts.clear()
        kind = next_kind

    for event, element in etree.iterwalk(body, events=("start", "end")):
        if element.tag in LINES:
            close("heading" if event == "start" and element.tag in HEADS else "body")
        elif element.tag in CELLS and event == "start":
            parts.append(" | ")
        parts.append((element.text if event == "start" else element.tail if element is not body else None) or "")
    close("body")
    return [line for line in lines if line.text]


def markdown(text: str, place: str) -> Read:
    """The lines of a Markdown file without its front matter, marks, pictures and the targets of links."""
    from markdown_it import MarkdownIt

    told, text = _front(text, place)
    if line := limits.crowded(text):
        raise SourcebookError(
            f"{place}, block at line {line} below its front matter: more marks of Markdown than can be read in "
            f"a second. {BY_HAND}"
        )
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    lines, kind, row = [], "body", None
    for token in parser.parse(text):
        if token.level >= DEEPEST - 1:
            raise SourcebookError(f"{place}: nested more than {DEEPEST} deep, so a part would be lost. {BY_HAND}")
        if token.type in ("heading_open", "heading_close"):
            kind = "heading" if token.type == "heading_open" else "body"
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            lines.append(Paragraph("body", " | ".join(row).strip("| ")))
            row = None
        elif token.type == "inline" and row is not None:
            row.append(_clean(_words(token)))
        elif token.type == "inline":
            lines += [Paragraph(kind, _clean(line)) for line in _words(token).split("\n")]
        elif token.type in ("fence", "code_block"):
            lines += [Paragraph("body", _clean(line)) for line in token.content.split("\n")]
        elif token.type == "html_block":
            lines += _html(token.content, place)
    title = next((told[name] for name in ("title", "headline") if isinstance(told.get(name), str)), "")
    meta = {
        "publisher": told.get("publisher") or told.get("site") or told.get("sitename"),
        "date": told.get("date") or told.get("published"),
        "language": told.get("language") or told.get("lang"),
    }
    return _headed([line for line in lines if line.text], title), meta


def _words(inline) -> str:
    """The words of a line of Markdown; where it is broken by hand, a line feed."""
    kept = {"text", "code_inline", "text_special"}
    return "".join(
        child.content if child.type in kept
        else " " if child.type == "softbreak"
        else "\n" if child.type == "hardbreak" or child.content.lower().startswith("<br")
        else ""
        for child in inline.children or ()
    )  # fmt: skip


def _front(text: str, place: str) -> tuple[dict, str]:
    """What a file says of itself between two lines of hyphens at its top, and the rest; where there is no such thing, all.

    SourcebookError where it begins like front matter and is not readable: it would pass for the article's first words.
    """
    import yaml

    from sourcebook.casefile import parsed

    found = re.match(r"\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if not found:
        return {}, text
    try:
        told = parsed(found[1])
    except yaml.YAMLError as error:
        if not KEY.match(found[1]):
            return {}, text
        where, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        line = f", line {text.count(chr(10), 0, found.start(1)) + where.line + 1}" if where else ""
        raise SourcebookError(
            f"{place}{line}: its front matter, between two lines of hyphens at the top, is not readable as YAML ({problem}). "
            'Put a value that holds a colon into quotation marks, as title: "One: two", or delete the front matter and its hyphens.'
        ) from None
    return (told, text[found.end() :]) if isinstance(told, dict) else ({}, text)


def _headed(lines: list[Paragraph], title: str) -> list[Paragraph]:
    """The lines with the headline first: the heading among the first that is the title, else the first line where it is
    a heading, else the title itself.
    """
    title = _clean(title)

    def same(line: Paragraph) -> bool:
        a, b = ("".join(WORD.findall(one)).casefold() for one in (line.text, title))
        return bool(a) and (a == b or line.kind == "heading" and b.startswith(a))

    for place, line in enumerate(lines[:5]):
        if title and same(line):
            return [line, *lines[:place], *lines[place + 1 :]]
    return lines if not title or lines and lines[0].kind == "heading" else [Paragraph("heading", title), *lines]


def _clean(text: str) -> str:
    """A line with single blanks and without marks that cannot be seen."""
    return re.sub(r"[ \t\r\n\f]+", " ", UNPRINTABLE.sub("", INVISIBLE.sub("", text))).strip()
