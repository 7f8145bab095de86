"""Files by name, turned into one zip archive whose bytes follow from them alone, and such an archive back into files.

Written and read here, not by zipfile: the bytes must be the same under every Python, and a reader that takes no more
than the writer gives leaves a hostile archive nothing to play with. Every zip program reads these archives
(https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
"""

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sourcebook.errors import Fault, PackageError
from sourcebook.origin import moment

LARGEST = 2**30  # bytes of an archive, which is held in memory; a report of one article has some 2**24
MOST = 20_000  # files
LONGEST = 240  # bytes of a name

LOCAL, CENTRAL, END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
VERSION, UNIX, UTF8, STORED = 20, 3 << 8, 0x800, 0
MODE = 0o100644  # a regular file, which everybody may read
ENCRYPTED = 0x1 | 0x40 | 0x2000
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # devices, to some systems

AGAIN = "get the package again from where it is published"


class Archive(NamedTuple):
    """The bytes of an archive, its SHA-256, its files by name, and the checksum (CRC-32) that it states for each."""

    content: memoryview
    digest: str
    files: dict[str, memoryview]
    checksums: dict[str, int]


def parts(files: Mapping[str, bytes], seconds: int) -> Iterator[tuple[str, bytes]]:
    """The bytes of the archive of some files in pieces, each with what it is; `seconds` since 1970 is the time of all.

    Files are stored, not compressed: compressed bytes would depend on the zlib of the machine.
    """
    at = moment(seconds)
    day, time = (at.year - 1980) << 9 | at.month << 5 | at.day, at.hour << 11 | at.minute << 5 | at.second // 2
    place, directory = 0, []
    for name in sorted(files):
        content, told = files[name], name.encode()
        fields = (UTF8, STORED, time, day, zlib.crc32(content), len(content), len(content), len(told), 0)
        yield f"the header of {name}", LOCAL.pack(b"PK\3\4", VERSION, *fields) + told
        yield name, content
        directory.append(CENTRAL.pack(b"PK\1\2", UNIX | VERSION, VERSION, *fields, 0, 0, 0, MODE << 16, place) + told)
        place += LOCAL.size + len(told) + len(content)
    listed = b"".join(directory)
    yield "the directory", listed
    yield "the end record", END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(listed), place, 0)


def wrong(names: list[str]) -> list[Fault]:
    """What makes names unfit for files of a package: they must be the same files on every system, and stay below the
    folder into which they are unpacked.
    """
    found, seen, folders = [], {}, {}
    for name in names:
        pieces = name.split("/")
        if not name.isprintable() or re.search(r'[\\:*?"<>|]', name):
            why = "the name has a character that some system does not allow in one"
        elif name.startswith("/") or not all(piece.strip(". ") for piece in pieces):
            why = "the name does not stay in the package's folder"
        elif any(piece.endswith((".", " ")) or RESERVED.fullmatch(piece) for piece in pieces):
            why = "the name means something else to some system"
        elif len(name.encode()) > LONGEST:
            why = f"the name is longer than {LONGEST} bytes"
        else:
            why = ""
        same = [unicodedata.normalize("NFC", "/".join(pieces[:end])).casefold() for end in range(1, len(pieces) + 1)]
        if same[-1] in seen:
            why = why or f"the name is, to some system, that of {shown(seen[same[-1]])} as well"
        seen.setdefault(same[-1], name)
        folders |= dict.fromkeys(same[:-1], name)
        if why:
            found.append(Fault(shown(name), why, "rename the file"))
    found += [Fault(shown(seen[key]), "is a file and a folder", "rename one") for key in seen.keys() & folders.keys()]
    return found


def read(path: Path) -> Archive:
    """Read an archive; raise PackageError with all that is unsafe or not as `parts` writes it. Nothing is unpacked."""
    try:
        size = path.stat().st_size
        content = memoryview(path.read_bytes() if path.is_file() and size <= LARGEST else b"")
    except OSError as error:
        raise PackageError(
            path.name, [Fault(path.name, f"cannot be read ({error.strerror})", "name a package")]
        ) from None
    if size > LARGEST:
        raise _refused(path, f"{size} bytes, more than a package has ({LARGEST})")
    if len(content) < END.size or content[-END.size :][:4] != b"PK\5\6":
        raise _refused(path, "not a zip archive, or one that was cut off or continued")
    _, *disks, count, length, start, _ = END.unpack(content[-END.size :])
    if disks != [0, 0, count] or start + length + END.size != len(content):
        raise _refused(path, "the end record of the archive does not fit the file")
    if count > MOST:
        raise _refused(path, f"{count} files, more than a package has ({MOST})")
    archive, faults, place = Archive(content, hashlib.sha256(content).hexdigest(), {}, {}), [], start
    for number in range(1, count + 1):
        entry = content[place : place + CENTRAL.size]
        if len(entry) < CENTRAL.size or entry[:4] != b"PK\1\2":
            raise _refused(path, f"the directory of the archive is damaged at entry {number}", tuple(faults))
        fields = CENTRAL.unpack(entry)
        name = bytes(content[place + CENTRAL.size : place + CENTRAL.size + fields[10]]).decode(
            "utf-8", "backslashreplace"
        )
        place += CENTRAL.size + sum(fields[10:13])
        faults += _member(archive, name, fields, start)
    if place != start + length:
        faults.append(Fault(path.name, "the directory of the archive does not fit its files", AGAIN))
    if sum(map(len, archive.files.values())) > start:
        faults.append(Fault(path.name, "files of the archive lie over each other", AGAIN))
    faults += wrong(list(archive.files))
    if faults:
        raise PackageError(path.name, faults)
    return archive


def _member(archive: Archive, name: str, fields: tuple, end: int) -> list[Fault]:
    """Take one file out of the archive, or say why not. `fields` are those of its entry in the directory."""
    _, system, _, flags, method, _, _, checksum, packed, size, _, _, _, _, _, attributes, place = fields
    kind = attributes >> 16 & 0o170000
    why = []
    if name in archive.files:
        why.append("the name is there twice")
    if flags & ENCRYPTED:
        why.append("is encrypted")
    if method != STORED:
        why.append("is compressed, which no file of a package is: the archive was packed again, or is none of ours")
    if name.endswith("/"):
        why.append("is a folder, which a package has no entries for")
    elif kind not in (0, 0o100000):
        why.append(f"is no ordinary file but {'a link' if kind == 0o120000 else 'a special file'}")
    header = archive.content[place : place + LOCAL.size]
    if not why:
        if place + LOCAL.size > end or header[:4] != b"PK\3\4":
            why.append("is not where the directory of the archive says")
        else:
            place += LOCAL.size + sum(LOCAL.unpack(header)[-2:])
            if packed != size or place + size > end:
                why.append(f"is said to have {size} bytes, which are not there")
    archive.files[name] = archive.content[place : place + size] if not why else memoryview(b"")
    archive.checksums[name] = checksum
    return [Fault(shown(name), reason, AGAIN) for reason in why]


def deviation(archive: Archive, seconds: int) -> str:
    """Where the archive's own bytes differ from those that its files give, "" where they do not."""
    place = 0
    for what, piece in parts(archive.files, seconds):
        if archive.content[place : place + len(piece)] != piece:
            return f"{what}, from byte {place} on"
        place += len(piece)
    return ""  # its length is that of its parts: `read` has held the end record against it


def shown(name: str) -> str:
    """A name that can be printed: control characters of a hostile one could rewrite a terminal."""
    return (name if name.isprintable() else ascii(name))[:LONGEST]


def _refused(path: Path, found: str, others: tuple[Fault, ...] = ()) -> PackageError:
    return PackageError(path.name, [Fault(path.name, found, f"{AGAIN}, or name another file"), *others])
