"""Identifiers, days and addresses as people write them, held against their published forms."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit


def orcid(text: str) -> bool:
    """An ORCID iD: sixteen digits whose last is the check digit of ISO/IEC 7064, MOD 11-2, where X stands for ten."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", text):
        return False
    *digits, last = text.replace("-", "")
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return last == "0123456789X"[(12 - total % 11) % 11]


def doi(text: str) -> bool:
    """A DOI as it is registered today; the letters and signs are those that need no escape in any form of citation."""
    return bool(re.fullmatch(r"10\.[0-9]{4,9}(\.[0-9]+)?/[-._;()/:A-Za-z0-9]+", text))


def day(text: str) -> bool:
    """A day that there is, as 2030-12-31."""
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def folder(text: str) -> bool:
    """A web address below which the pages of a report can lie (RFC 3986): no query, no fragment, no single page."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    right = re.fullmatch(r"[A-Za-z0-9._~:/@!$&()*+,;=%\[\]-]+", text) and not re.search(r"%(?![0-9A-Fa-f]{2})", text)
    public = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return bool(right and public and not parts.path.endswith((".html", ".htm")))


# The name of a form in a JSON Schema's "format", and what tells whether a text has it.
FORMS: dict[str, Callable[[str], bool]] = {"orcid": orcid, "doi": doi, "day": day, "folder": folder}
