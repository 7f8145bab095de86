"""Files and values, turned into the SHA-256 digests that tell whether anything changed."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def text(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def value(value) -> str:
    """The digest of anything that JSON can hold, whatever the order of its keys."""
    return text(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def content(held: bytes) -> str:
    return hashlib.sha256(held).hexdigest()


def file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """The digest of each file by its path below `folder`, sorted."""
    return {path.relative_to(folder).as_posix(): file(path) for path in sorted(paths)}


def folder(folder: Path) -> str:
    """One digest of all files of a folder: their names and their bytes."""
    return value(files(folder, (path for path in folder.rglob("*") if path.is_file())))
