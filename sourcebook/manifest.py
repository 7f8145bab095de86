"""Digests by file name, turned into the list that `sha256sum -c` checks, and such a list back into digests."""

import re

from sourcebook.digests import content

LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f]+)")


def text(files: dict[str, bytes]) -> str:
    """One line a file, sorted by name: its SHA-256, two blanks, its name."""
    return _text({name: content(held) for name, held in files.items()})


def parsed(listed: str) -> dict[str, str]:
    """The digests by file name; raise ValueError, naming the line, for what `text` does not write."""
    digests = {}
    for number, line in enumerate(listed.split("\n")[:-1], 1):
        match = LINE.fullmatch(line)
        if not match or match[2] in digests:
            raise ValueError(f"line {number} is no digest and name, or names a file again")
        digests[match[2]] = match[1]
    if _text(digests) != listed:
        raise ValueError("the lines are not sorted, or the last one has no end")
    return digests


def _text(digests: dict[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
