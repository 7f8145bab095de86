"""Sourcebook turns one news article and the coded record of who said what in it into a citable report."""

from importlib.metadata import version

__version__ = version("sourcebook")
