"""Numbers, turned into the words of a sentence, and values into the text of a cell."""


def percent(part: float, whole: float) -> str:
    """A share as a whole percentage, “n/a” of nothing."""
    return f"{100 * part / whole:.0f}%" if whole else "n/a"


def count(number: int, noun: str, plural: str = "") -> str:
    """“1 claim”, “2 claims”, “no claim”."""
    return f"{number or 'no'} {noun if number in (0, 1) else plural or noun + 's'}"


def listing(words: list[str], none: str = "none") -> str:
    """“a”, “a and b”, “a, b and c”."""
    words = list(map(str, words))
    if len(words) < 2:
        return words[0] if words else none
    return f"{', '.join(words[:-1])} and {words[-1]}"


def tally(values) -> str:
    """“red 3, blue 1”: how often each value of a Series occurs, in the order in which they first do."""
    return (
        ", ".join(f"{value} {number}" for value, number in values.value_counts(sort=False).items() if number) or "none"
    )


def pairs(names, numbers) -> str:
    """“Ann 3, Bob 1”: two Series side by side."""
    return ", ".join(f"{name} {number}" for name, number in zip(names, numbers)) or "none"


def verb(number: int, one: str, many: str) -> str:
    """The form of a verb that fits a number; “no” goes with the singular, as `count` has it."""
    return one if number in (0, 1) else many


def cell(value) -> str:
    """A value as a table shows it: missing is empty, a truth value is a word, whole floats lose their point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def shortened(text: str, most: int) -> str:
    """A text of at most some `most` characters: of a longer one its beginning, up to a space, and an ellipsis."""
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[:most]} …"
