"""The files of a folder, turned into the identifier that follows from their names and bytes alone.

A SWHID, ISO/IEC 18670: of a folder it holds git's hash of the tree (https://www.swhid.org/specification/).
"""

import hashlib
from collections.abc import Mapping

ARCHIVE = "https://archive.softwareheritage.org/"  # where it leads, once the folder is archived there


def address(files: Mapping[str, bytes]) -> str:
    """The identifier of a folder, given its files by their path in it, as an address."""
    return f"{ARCHIVE}swh:1:dir:{tree(files).hex()}"


def tree(files: Mapping[str, bytes]) -> bytes:
    """Git's hash of a folder with these files, none of them executable."""
    entries, folders = {}, {}
    for path, content in files.items():
        name, inside, rest = path.partition("/")
        if inside:
            folders.setdefault(name, {})[rest] = content
        else:
            entries[name.encode()] = b"100644", _hash(b"blob", content)
    for name, held in folders.items():
        entries[name.encode() + b"/"] = b"40000", tree(held)  # sorted as if its name ended so
    listed = [mode + b" " + name.rstrip(b"/") + b"\0" + digest for name, (mode, digest) in sorted(entries.items())]
    return _hash(b"tree", b"".join(listed))


def _hash(kind: bytes, content: bytes) -> bytes:
    return hashlib.sha1(b"%s %d\0" % (kind, len(content)) + content, usedforsecurity=False).digest()
