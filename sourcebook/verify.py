"""A package, turned into its files once every byte of it is known to be what it was, without unpacking anything."""

import json
import zlib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from sourcebook import archive, digests, manifest, paths
from sourcebook.archive import AGAIN, shown
from sourcebook.errors import Fault, PackageError
from sourcebook.origin import FIRST

LARGEST = 2**26  # bytes of metadata, which is parsed; of a report of one article it has some 2**18


class Verified(NamedTuple):
    """A package without a fault: its files by name, its metadata's entities by id, and the archive's SHA-256."""

    files: dict[str, memoryview]
    entities: dict[str, dict]
    digest: str


def verify(path: Path) -> Verified:
    """Check every hash of a package; raise PackageError with every file that changed, is missing or was not listed.

    This finds damage and tampering with a package whose SHA-256 is known from elsewhere; whoever makes a package anew
    makes its hashes anew as well.
    """
    held = archive.read(path)
    faults, listed = _listed(held)
    faults += _content(held, listed)
    stated, entities = _metadata(held.files)
    faults += stated
    faults += _described(held.files, entities)
    seconds = _date(held.files)
    if seconds is None:
        faults.append(Fault(paths.ORIGIN, "does not tell the moment of the package", AGAIN))
    elif not faults and (where := archive.deviation(held, seconds)):
        faults.append(Fault(path.name, f"its files are right, but not the archive around them: {where}", AGAIN))
    if faults:
        raise PackageError(path.name, faults)
    return Verified(held.files, entities, held.digest)


def _listed(held: archive.Archive) -> tuple[list[Fault], dict[str, str] | None]:
    """The digests that the package's own list has; None where it has none that can be read."""
    if paths.MANIFEST not in held.files:
        return [Fault(paths.MANIFEST, "the file is missing", AGAIN)], None
    try:
        return [], manifest.parsed(bytes(held.files[paths.MANIFEST]).decode())
    except ValueError as error:  # UnicodeDecodeError is one
        return [Fault(paths.MANIFEST, f"cannot be read ({error})", AGAIN)], None


def _content(held: archive.Archive, listed: dict[str, str] | None) -> list[Fault]:
    """Files that changed, are missing or not listed; by the archive's own checksums where there is no list."""
    faults = []
    for name, content in held.files.items():
        if zlib.crc32(content) != held.checksums[name]:
            faults.append(Fault(shown(name), "changed: its checksum is not the one that the archive has", AGAIN))
        elif listed is None or name == paths.MANIFEST:
            continue
        elif name not in listed:
            faults.append(Fault(shown(name), f"is not listed in {paths.MANIFEST}", AGAIN))
        elif digests.content(content) != listed[name]:
            faults.append(Fault(shown(name), f"changed: its SHA-256 is not the one in {paths.MANIFEST}", AGAIN))
    return faults + [
        Fault(shown(name), "is missing", AGAIN) for name in sorted((listed or {}).keys() - held.files.keys())
    ]


def _metadata(files: dict[str, memoryview]) -> tuple[list[Fault], dict[str, dict]]:
    """The entities of ro-crate-metadata.json by id."""
    if paths.CRATE not in files:
        return [Fault(paths.CRATE, "the file is missing", AGAIN)], {}
    try:
        if len(files[paths.CRATE]) > LARGEST:
            raise ValueError("too large")
        entities = {entity["@id"]: entity for entity in json.loads(bytes(files[paths.CRATE]))["@graph"]}
        if not all(isinstance(entity, dict) for entity in entities.values()):
            raise TypeError("an entity is no object")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return [Fault(paths.CRATE, f"cannot be read as an RO-Crate ({type(error).__name__})", AGAIN)], {}
    return [], entities


def _described(files: dict[str, memoryview], entities: dict[str, dict]) -> list[Fault]:
    """Where the metadata tells of other files, sizes or digests than there are."""
    if not entities:
        return []
    faults, told = [], {}
    for identifier, entity in entities.items():
        kinds = entity.get("@type")
        if kinds == "File" or isinstance(kinds, list) and "File" in kinds:
            told[unquote(str(identifier))] = entity
    own = {paths.CRATE, paths.MANIFEST}  # of which one cannot tell its own digest, nor the other's that holds its
    for name in sorted(files.keys() - own | told.keys()):
        found, right = "", f"make {paths.CRATE} and the file agree, or {AGAIN}"
        if name not in files:
            found = f"is described in {paths.CRATE}, but not there"
        elif name not in told:
            found = f"is not described in {paths.CRATE}"
        elif name not in own:
            size, digest = told[name].get("contentSize"), told[name].get("sha256")
            if size != str(len(files[name])) or digest != digests.content(files[name]):
                found = f"has another size or SHA-256 than {paths.CRATE} says"
        if found:
            faults.append(Fault(shown(name), found, right))
    return faults


def _date(files: dict[str, memoryview]) -> int | None:
    try:
        seconds = json.loads(bytes(files[paths.ORIGIN]))["date"]
        return seconds if type(seconds) is int and FIRST <= seconds < 2**32 else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
