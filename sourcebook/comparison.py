"""Two reports' files and what they were made with, turned into lines that say which bytes are the same and which differ.

What two reports say, and not their bytes, is held against each other in sourcebook.difference.
"""

import json
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sourcebook import digests, ingredients, paths
from sourcebook.run import glued
from sourcebook.words import count

Files = Mapping[str, bytes | memoryview]
SHOWN = 20  # names listed of each kind


def compared(old: Files, new: Files) -> tuple[bool, list[str]]:
    """Whether a new report has the files of an old one, byte by byte, and what of it is the same."""
    kinds = {
        "differs": sorted(name for name in old.keys() & new.keys() if bytes(old[name]) != bytes(new[name])),
        "missing": sorted(old.keys() - new.keys()),
        "not in the package": sorted(new.keys() - old.keys()),
    }
    differ, missing, more = map(len, kinds.values())
    told = [
        f"{count(len(old), 'file')} of the report compared: {len(old) - differ - missing} the same, {differ} differ, "
        f"{missing} missing; {more} that the package does not have."
    ]
    for kind, names in kinds.items():
        told += [f"  {kind}: {name}" for name in names[:SHOWN]]
        if len(names) > SHOWN:
            told.append(f"  {kind}: {count(len(names) - SHOWN, 'more file')}")
    if len(told) == 1:
        return True, told
    values = named(old, new)
    return False, [
        *told,
        f"Named values that differ: {', '.join(values)}." if values else "The named values are the same.",
    ]


def named(old: Files, new: Files) -> list[str]:
    """The named values (claims.finding) that differ between the executed notebooks of two reports."""
    found = []
    for name in sorted(name for name in old.keys() & new.keys() if name.endswith(".ipynb")):
        was, now = (_values(held[name]) for held in (old, new))
        found += [f"{Path(name).stem}.{key}" for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    return found


def _values(notebook: bytes | memoryview) -> dict:
    try:
        return glued(json.loads(bytes(notebook))["cells"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # of a package that was not written here


def surroundings(package: Files, entities: dict) -> list[str]:
    """What differs between what is installed here and what the package was made with, in words."""
    code = Path(__file__).parent.name + "/"
    theirs = {name: digests.content(content) for name, content in package.items() if name.startswith(code)}
    told = [
        line.replace("is new", "is not in the package").replace("is gone", "is only in the package")
        for line in ingredients.differences(theirs, ingredients.code(pages=True))
    ]
    for name, pinned in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", bytes(package.get(paths.LOCK, b"")).decode("utf-8", "replace"), re.MULTILINE
    ):
        try:
            here = version(name)
        except PackageNotFoundError:
            continue  # some are for other systems; what is needed and missing fails by itself
        if re.sub(r"\b0+(?=\d)", "", here) != re.sub(r"\b0+(?=\d)", "", pinned):  # 1.04 and 1.4 are one version
            told.append(f"{name} is {here}, the package's lock has {pinned}")
    python = "{}.{}.{}".format(*sys.version_info)
    was = next((each.get("softwareVersion") for each in entities.values() if each.get("name") == "Python"), python)
    told += [f"Python is {python}, the package was made with {was}"] if was != python else []
    if not told:
        return ["Sourcebook, the packages of the lock and Python are those that the package was made with."]
    return ["What differs around it:", *(f"  {line}" for line in told)]
