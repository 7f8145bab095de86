"""Turns executed notebooks and pages into an offline, safe book: the Sphinx side of Sourcebook, and all of it."""

from importlib.metadata import PackageNotFoundError, version

NAME = "sourcebook.sphinx"


def setup(app):
    """Connect every part. What each one does is said at the top of its module."""
    from . import assets, case, code, figures, links, maths, outputs, pages, policy, tables

    for part in (policy, case, outputs, figures, tables, maths, code, pages, links, assets):
        part.setup(app)
    try:
        number = version("sourcebook")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        number = "0"
    return {"version": number, "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
