"""Turns executed notebooks and pages into an offline, safe book: the Sphinx side of Sourcebook, and all of it."""

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NAME = "sourcebook.sphinx"


def edition() -> int:
    """A number for this very code, and what it calls: pages that other code read are read again, whatever Sphinx
    remembers of them.
    """
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), *sorted(here.parent.glob("*.py"))]
    return int(sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8], 16)


def setup(app):
    """Connect every part. What each one does is said at the top of its module."""
    from . import (
        assets,
        case,
        changes,
        chooser,
        citing,
        code,
        colophon,
        downloads,
        evidence,
        figures,
        leaves,
        links,
        maths,
        outputs,
        pages,
        passages,
        policy,
        semantics,
        tables,
    )

    parts = (
        policy,
        semantics,
        case,
        outputs,
        figures,
        tables,
        downloads,
        citing,
        colophon,
        chooser,
        changes,
        passages,
        evidence,
        maths,
        code,
        pages,
        links,
        leaves,
        assets,
    )
    for part in parts:
        part.setup(app)
    try:
        number = version("sourcebook")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        number = "0"
    return {"version": number, "env_version": edition(), "parallel_read_safe": True, "parallel_write_safe": True}
