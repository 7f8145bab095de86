"""Text, turned into a file that is there whole or not at all, and folders of such files kept within bounds."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sourcebook.errors import SourcebookError, refused


def write(path: Path, text: str | Iterable[str]) -> Path:
    """Write UTF-8 text (or its parts, one after the other) with plain line ends; whatever happens, no other process
    ever sees a part of the file.
    """
    parts = [text] if isinstance(text, str) else text
    return write_bytes(path, (part.encode() for part in parts))


def write_bytes(path: Path, parts: Iterable[bytes]) -> Path:
    """`write` for bytes. Where `path` is a link, the file that it leads to is written, and the link stays."""
    if path.is_symlink():
        write_bytes(path.resolve(), parts)
        return path
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    return path


def swap(folder: Path, changed: dict[str, str | bytes]) -> None:
    """Put other texts in the place of some of a folder's files, all of them at once.

    The folder is copied beside itself, changed there, and takes its own place. Whatever fails before leaves it as it
    was. A file that is a link stays one: what it leads to is written last of all. Where folders cannot change places in
    one step, two renames do it; killed between them, it stands whole in the hidden folder beside, twice: as `old` and as `new`.
    """
    folder, room = folder.resolve(), None
    try:
        room = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        new, old = room / "new", room / "old"
        shutil.copytree(folder, new, symlinks=True)  # an editor's lock is a link that leads nowhere
        told = {name: text.encode() if isinstance(text, str) else text for name, text in changed.items()}
        linked = {name for name in told if (folder / name).is_symlink()}
        for name in told.keys() - linked:
            write_bytes(new / name, [told[name]])
        if not exchange(new, folder):
            folder.rename(old)
            try:
                new.rename(folder)
            except BaseException:
                old.rename(folder)
                raise
    except OSError as error:
        raise SourcebookError(f"{folder} cannot be replaced, and is as it was. {refused(error)}") from None
    finally:
        if room and folder.is_dir():
            shutil.rmtree(room, ignore_errors=True)
    for name in sorted(linked):
        export(folder / name, told[name], "The other files are changed: let it be written, and run the same again.")


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, so that each name has a whole one at every moment; False, and nothing
    done, where one is missing or the system cannot.

    renameat2(2) of Linux, renamex_np(2) of macOS.
    """
    import ctypes

    names = os.fsencode(one), os.fsencode(other)
    try:
        system, swap, here = ctypes.CDLL(None), 2, -100  # RENAME_EXCHANGE and RENAME_SWAP; AT_FDCWD
        if hasattr(system, "renameat2"):
            return system.renameat2(here, names[0], here, names[1], swap) == 0
        return system.renamex_np(*names, swap) == 0
    except (OSError, AttributeError, TypeError):  # another system has neither
        return False


def export(path: Path, content: str | bytes, cure: str = "Name a file in a folder that there is.") -> Path:
    """Write a file; SourcebookError, with what to do about it, where it cannot be written there."""
    try:
        return write(path, content) if isinstance(content, str) else write_bytes(path, [content])
    except OSError as error:
        raise SourcebookError(f"{path}: cannot be written ({error.strerror or error}). {cure}") from None


def touch(path: Path) -> None:
    """Note that a file was used just now; another process may have cleared it away meanwhile."""
    with suppress(OSError):
        os.utime(path)


def prune(folder: Path, keep: int) -> None:
    """Delete a folder's files but for so many, the ones longest unused."""

    def used(path: Path) -> tuple[int, str]:
        try:
            return path.stat().st_mtime_ns, path.name
        except OSError:
            return 0, path.name

    for path in sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=used)[:-keep]:
        path.unlink(missing_ok=True)


def below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path there, sorted, without hidden ones and what Python or an editor left."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path.read_bytes()
        for name, path in found.items()
        if not any(part.startswith(".") or part == "__pycache__" or part.endswith("~") for part in name.parts)
    }
