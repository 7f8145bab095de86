"""Everything that can go wrong, as one tree of exceptions, and the fault that a message is made of."""

import errno
import os
import re
from dataclasses import dataclass
from difflib import get_close_matches

# Signs in what somebody else wrote that steer a terminal, end a line, or turn the letters behind them round.
STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Signs that a page, a chart or a file cannot hold, or that nobody sees there.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
LONGEST = 1000  # signs that are shown of one text


def visible(text: str) -> str:
    """A text in which signs that nobody sees, and that a terminal acts on, are written out, as \\x1b."""
    return STEERING.sub(lambda sign: ascii(sign[0])[1:-1], text)


def one_line(text: str) -> str:
    """`visible`, in one line, and cut where it is very long."""
    text = visible(text[: LONGEST + 1]).replace("\n", "\\n")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def unshown(text: str, quoted: str | None = None) -> tuple[str, str] | None:
    """What is found, and what would be right, where a text holds a sign that no page can show; `quoted` is told for the text."""
    sign = UNPRINTABLE.search(text)
    if not sign:
        return None
    found = f"the character U+{ord(sign[0]):04X} in “{(text if quoted is None else quoted)[:40]}”"
    return found, "such marks break a page or a chart and cannot be seen: delete it"


MANY = 1000  # valid names: of more only those that begin alike are compared with a wrong one


class SourcebookError(Exception):
    """Root of the tree: a message for a person, never a traceback.

    └── CaseError        the case's tables, case.yml, commentary or article
    └── ParameterError   a parameter's name, type or value
    └── RunError         a notebook that did not run to its end
    └── BuildError       Jupyter Book refused the staged source
    └── PackageError     a package that is damaged, unsafe, or cannot be made
    └── PassageError     quoted words that mark no place of the article, or several
    """

    def __init__(self, message: str):
        super().__init__(visible(message))


class ParameterError(SourcebookError):
    pass


class BuildError(SourcebookError):
    pass


class PassageError(SourcebookError):
    """Quoted words that mark no place of the article, or several: what was found, and what would be right."""

    def __init__(self, found: str, right: str):
        super().__init__(f"{found}; {right}")
        self.found, self.right = found, right

    def __reduce__(self):
        return PassageError, (self.found, self.right)


class RunError(SourcebookError):
    """A notebook that did not run to its end."""

    def __init__(self, notebook: str, cell: int | None, cause: str, cure: str):
        place = f"notebooks/{notebook}.ipynb" + (f", cell {cell}" if cell is not None else "")
        super().__init__(f"{place}: {cause}. {cure}")
        self.notebook, self.cell, self.cause, self.cure = notebook, cell, cause, cure

    def __reduce__(self):  # to come whole out of another process
        return RunError, (self.notebook, self.cell, self.cause, self.cure)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a case: where it is, what was found there, what would be right."""

    file: str
    found: str
    right: str
    column: str = ""
    row: int | None = None  # line of the file, the header being 1
    id: str = ""

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}" + (f" ({self.id})" if self.id else ""))
        if self.column:
            place.append(f"{'key' if self.file.endswith(('.yml', '.json')) else 'column'} {self.column}")
        return f"{one_line(', '.join(place))}: {one_line(self.found)}; {one_line(self.right)}"


class CaseError(SourcebookError):
    """A case with faults: all of them, not the first; `cure` says what to do about them, where that is not to mend and check."""

    def __init__(self, case: str, faults: list[Fault], cure: str = ""):
        self.case, self.cure = case, cure
        self.faults = sorted(set(faults), key=lambda fault: (fault.file, fault.row or 0, fault.column, fault.found))
        count = f"{len(self.faults)} fault" + "s" * (len(self.faults) != 1)
        lines = [f"{count} in case {case}:", *(f"  {fault}" for fault in self.faults)]
        cure = cure or f"Mend the files in data/{case}, then run: sourcebook check --case {case}"
        super().__init__("\n".join([*lines, cure]))

    def __reduce__(self):
        return CaseError, (self.case, self.faults, self.cure)


class PackageError(SourcebookError):
    """A package with faults: all of them, not the first."""

    def __init__(self, package: str, faults: list[Fault]):
        self.package, self.faults = package, list(dict.fromkeys(faults))
        count = f"{len(self.faults)} fault" + "s" * (len(self.faults) != 1)
        super().__init__("\n".join([f"{count} in package {package}:", *(f"  {fault}" for fault in self.faults)]))

    def __reduce__(self):
        return PackageError, (self.package, self.faults)


FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)
CURES = {
    **dict.fromkeys(FULL, "Make room on that disk, and run the same again."),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "Let your user write there, and run the same again."),
    errno.ENAMETOOLONG: "Move the checkout to a folder with a shorter path, and run the same again.",
}


def refused(error: OSError) -> str:
    """What the system refused, on which file, and what to do about it."""
    if error.errno is None and (reason := disk_full(str(error))):  # shutil lists all that it could not copy
        return reason
    place = f"{error.filename}: " if error.filename else ""
    cure = CURES.get(error.errno, "Mend that, and run the same again.")
    return f"{place}{error.strerror or error}. {cure}"


def disk_full(told: str) -> str:
    """That a disk is full, and what to do about it, if what another program tells shows that it met this; else nothing."""
    for number in FULL:
        if f"[Errno {number}]" in told or f"OSError({number}," in told:
            return f"{os.strerror(number)}. {CURES[number]}"
    return ""


def nearest(wrong: object, valid) -> str:
    """“; did you mean x?” where something valid is close to what was written, else nothing."""
    if len(str(wrong)) > 200:
        return ""  # no slip of a name, and its likeness to each would take seconds
    names = [str(choice) for choice in valid]
    close = get_close_matches(str(wrong), names if len(names) <= MANY else _alike(str(wrong), names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _alike(wrong: str, names: list[str]) -> list[str]:
    """Of many names those that begin most like a wrong one: to compare it with every id of a large case takes a tenth of a second."""
    for length in range(len(wrong), 0, -1):
        if close := [name for name in names if name.startswith(wrong[:length])]:
            return sorted(close, key=lambda name: (abs(len(name) - len(wrong)), name))[:MANY]
    return []


def choices(wrong: object, valid) -> str:
    """“did you mean x?”, or where nothing is close, all that is valid."""
    names = sorted(map(str, valid))
    return nearest(wrong, names).removeprefix("; ") or (f"there are: {', '.join(names)}" if names else "there are none")


def require(name: str, given, allowed) -> None:
    """Raise ParameterError for a value that is not allowed: plain papermill hands over whatever was typed."""
    if isinstance(given, str):
        raise ParameterError(
            f"{name}: found the text “{given}”, it must be a list: with papermill -y '{name}: [{given}]'"
        )
    for value in given:
        # True is 1 to Python, but no grade to a reader.
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            listed = ", ".join(map(str, allowed))
            raise ParameterError(f"{name}: found {value!r}; allowed are {listed}{nearest(value, allowed)}")
