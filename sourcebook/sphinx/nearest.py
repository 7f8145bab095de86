"""Turns a name that does not exist into the sentence that says which one was probably meant."""

from difflib import get_close_matches


def nearest(name: str, names) -> str:
    """`did you mean 'x'?`, or all there are if nothing is near."""
    names = sorted(map(str, names))
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are: {', '.join(names)}" if names else "there are none"
