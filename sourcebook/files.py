"""Text, turned into a file that is there whole or not at all."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str | Iterable[str]) -> Path:
    """Write UTF-8 text (or its parts, one after the other) with plain line ends; whatever happens, no other process
    ever sees a part of the file.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines([text] if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    return path
