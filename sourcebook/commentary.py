"""A case's commentary, a safe subset of Markdown, turned into text with the notebook's computed figures in it.

The subset is a list of what is let in. It is asked of the parser's tokens and not of the HTML that comes out, so that what is
refused has a line to be told with, and nothing is parsed that a page would then have to be cleaned of.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from sourcebook import limits
from sourcebook.errors import CaseError, Fault, nearest
from sourcebook.paths import COMMENTARY
from sourcebook.rules import UNPRINTABLE
from sourcebook.words import listing

# A name in braces; before a backtick it is a MyST role, such as {cite:p}`key`, and left alone.
FIGURE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}(?!`)")

ROLES = ("cite", "cite:p", "cite:t", "doc", "numref", "ref")
SCHEMES = ("http:", "https:", "mailto:")
PROSE = "write headings, emphasis, lists, tables, links, code or quotes"
# What the tokens of markdown-it are called, without _open and _close.
ALLOWED = {
    "inline", "text", "text_special", "softbreak", "hardbreak", "paragraph", "heading", "em", "strong", "code_inline", "code_block",
    "fence", "blockquote", "bullet_list", "ordered_list", "list_item", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
    "link", "hr", "myst_role",
}  # fmt: skip
REFUSED = {
    "html_block": "raw HTML", "html_inline": "raw HTML", "image": "a picture", "front_matter": "front matter",
    "colon_fence": "a directive", "myst_target": "a target", "myst_line_comment": "a comment", "myst_block_break": "a block break",
    "footnote_ref": "a footnote", "footnote_anchor": "a footnote", "footnote_reference": "a footnote",
}  # fmt: skip
NESTED = 18  # the parser itself stops at 20, and silently leaves out what lies deeper


def refused(text: str) -> list[tuple[int, str, str]]:
    """What stands in a Markdown text that commentary may not have: line, what was found, what would be right."""
    if len(text) > limits.TEXT:
        return [(1, f"{len(text)} characters", f"write at most {limits.TEXT}: a commentary is a page or two")]
    if crowded := limits.crowded(text):
        right = "write words; a paragraph may have some hundreds of such marks"
        return [(crowded, "more marks of Markdown than can be read in a second", right)]
    found = [
        (number, f"the character U+{ord(sign):04X}", "it cannot be seen: delete it")
        for number, line in enumerate(text.split("\n"), 1)
        for sign in UNPRINTABLE.findall(line)
    ]
    for token in _parser().parse(text):
        line = (token.map or [0])[0] + 1
        if token.level >= NESTED:
            return [(line, f"nested more than {NESTED} deep", "write fewer quotes or lists in each other")]
        found += _judged(token, line)
        for child in token.children or ():
            found += _judged(child, line)
            line += child.type in ("softbreak", "hardbreak")
    return found


def _parser():
    """The parser that MyST reads a page with, so that nothing is taken for another thing there; links of any scheme are seen."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin
    from mdit_py_plugins.myst_blocks import myst_block_plugin
    from mdit_py_plugins.myst_role import myst_role_plugin

    parser = MarkdownIt("commonmark").enable("table")
    for plugin in (
        front_matter_plugin,
        myst_block_plugin,
        myst_role_plugin,
        footnote_plugin,
        colon_fence_plugin,
        deflist_plugin,
    ):
        parser.use(plugin)
    parser.disable("text_join")  # a brace behind a backslash stays apart, and makes no template with its neighbour
    parser.validateLink = lambda address: True
    return parser


def _judged(token, line: int) -> list[tuple[int, str, str]]:
    kind = re.sub("_(open|close)$", "", token.type)
    if kind == "link" and token.nesting == 1:
        address = str(token.attrs.get("href", ""))
        if not address.lower().startswith(SCHEMES):
            return [
                (
                    line,
                    f"a link to “{address[:60]}”",
                    f"link to {listing(SCHEMES).replace(' and ', ' or ')} alone, or refer with {{doc}} or {{numref}}",
                )
            ]
    if kind == "fence" and token.info.lstrip().startswith("{"):
        return [(line, f"the directive {token.info.split()[0][:40]}", PROSE)]
    if kind == "myst_role" and token.meta["name"] not in ROLES:
        roles = ", ".join(f"{{{role}}}" for role in ROLES)
        return [
            (
                line,
                f"the role {{{token.meta['name'][:40]}}}",
                f"the roles here are {roles}{nearest(token.meta['name'], ROLES)}",
            )
        ]
    if kind == "text" and re.search(r"\{\{|\{%", token.content):
        return [(line, "a template, “{{” or “{%”", "name a figure in single braces, or put the text in backticks")]
    if kind in ALLOWED or token.nesting == -1:
        return []
    return [(line, REFUSED.get(kind, kind.replace("_", " ")), PROSE)]


def fill(case, notebook: str, values: dict[str, str]) -> str:
    """The text of commentary/`notebook`.md with each {name} replaced; empty where the case has none.

    Raise CaseError, naming each, where a name is not one of the notebook's figures. Under a reader's
    choices the text says first that it was written for the whole record.
    """
    path = case.folder / COMMENTARY / f"{notebook}.md"
    if not path.is_file():
        return ""
    unknown = faults(path, values)
    if unknown:
        raise CaseError(case.name, unknown)
    text = FIGURE.sub(lambda match: values[match[1]], path.read_text(encoding="utf-8").strip())
    return (
        f"*This commentary was written for the whole record; this report leaves out a part.*\n\n{text}"
        if case.choices
        else text
    )


def faults(path: Path, names: Iterable[str]) -> list[Fault]:
    """What a commentary may not have, and names in it that are not among the figures of its notebook."""
    names = sorted(names)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [Fault(f"{COMMENTARY}/{path.name}", f"not UTF-8 ({error})", "save the file as UTF-8")]
    place, lines = f"{COMMENTARY}/{path.name}", text.split("\n")
    return [Fault(place, found, right, row=line) for line, found, right in refused(text)] + [
        Fault(place, f"{{{name}}} is not a figure of this notebook", f"its figures are {', '.join(names)}{nearest(name, names)}", row=number)
        for number, line in enumerate(lines, 1)
        for name in FIGURE.findall(line)
        if name not in names
    ]  # fmt: skip
