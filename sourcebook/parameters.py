"""The notebooks' parameters cells, turned into one table of typed parameters, and a reader's values into checked ones."""

import ast
import re
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from pathlib import Path

from sourcebook.case import Case
from sourcebook.errors import ParameterError, SourcebookError, nearest
from sourcebook.paths import CASE
from sourcebook.selection import DAY, day, period

DATE = "date"
# A help text may end in what is allowed: columns (table.column) and words, joined by “|”, in brackets; or in (date).
ALLOWED = re.compile(r"\s*\(([\w.|]+)\)$")
# Python's int() and float() take more than a reader would tell from slips: 1_0, 010, nan.
NUMBERS = {
    "int": (int, re.compile(r"[+-]?(0|[1-9]\d*)", re.ASCII)),
    "float": (float, re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)),
}
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter: `type` is str, int, float, bool, list or date, `allowed` as it is written in the notebook,
    `notebooks` those that take it.
    """

    name: str
    type: str
    default: object
    help: str
    allowed: str
    notebooks: tuple[str, ...]

    def codes(self, case: Case) -> dict[str, object]:
        """The codes that the case allows, by what they are as text; empty where anything of the type goes."""
        found = []
        for part in filter(None, self.allowed.split("|")):
            table, dot, column = part.partition(".")
            found += case.schema.codes(table, column) or case.tables[table][column].unique().tolist() if dot else [part]
        return {str(code): code for code in found}

    def values(self, case: Case) -> list[str]:
        """The values that the case allows, as text; empty where anything of the type goes."""
        return list(self.codes(case))


def declared(notebooks: list[Path]) -> dict[str, Parameter]:
    """The parameters of some notebooks by name, as papermill reads them; raise ParameterError where two disagree."""
    from papermill import inspect_notebook

    found: dict[str, Parameter] = {}
    for path in notebooks:
        try:
            # papermill fills names in braces into a path, and a folder may be called {y}.
            entries = inspect_notebook(str(path).replace("{", "{{").replace("}", "}}"))
        except Exception as error:  # whatever a file that is no notebook makes papermill and nbformat raise
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SourcebookError(
                f"notebooks/{path.name} cannot be read as a notebook ({reason}); restore it or mend _toc.yml."
            ) from error
        for name, entry in entries.items():
            kind, text = entry["inferred_type_name"], entry["help"]
            allowed = (ALLOWED.search(text) or ("", ""))[1]
            if allowed == DATE:
                kind, allowed = DATE, ""
            try:
                default = ast.literal_eval(entry["default"])
            except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
                raise ParameterError(
                    f"notebooks/{path.name}: the default of {name} is no plain value; write one, as in {name}: int = 3"
                ) from None
            new = Parameter(name, kind, default, ALLOWED.sub("", text), allowed, (path.stem,))
            old = found.setdefault(name, new)
            if old is not new:
                if (old.type, old.default, old.allowed) != (new.type, new.default, new.allowed):
                    raise ParameterError(
                        f"{path.stem}.ipynb and {old.notebooks[0]}.ipynb declare {name} differently: "
                        f"make type, default and allowed values the same in both parameters cells."
                    )
                found[name] = Parameter(name, old.type, old.default, old.help, old.allowed, (*old.notebooks, path.stem))
    return found


def split(pairs: tuple[str, ...]) -> dict[str, str]:
    """“name=value” texts of a command line as a dict; raise ParameterError with those that are not of that form, and
    with names that are given two values.
    """
    values, wrong = _split(pairs)
    _refuse({"": wrong})
    return values


def read(path: Path) -> dict[str, str | list[str]]:
    """A YAML file of “name: value”, each value as it is written there, so that it means what it means after -p.

    YAML's own reading, in which NO is false and 010 is eight, is left aside. Raise ParameterError, naming file and
    line, for what cannot be read, is no mapping, or stands there twice.
    """
    values, wrong = _read(path)
    _refuse({str(path): wrong})
    return values


def gathered(file: Path | None, pairs: tuple[str, ...], known: dict[str, Parameter], case: Case) -> dict:
    """The values of a file and, going before them, those of “name=value” texts, as they are written.

    Raise ParameterError with everything that is wrong in the case's own defaults, in the file and in the texts.
    """
    places = {f"{CASE} of case {case.name}": (case.meta.get("parameters", {}), [])}
    places |= {str(file): _read(file)} if file else {}
    places[""] = _split(pairs)
    given, typed, wrong = {}, {}, {}
    for place, (values, faults) in places.items():
        sound, more = _sorted_out(values, known, case)
        given |= values
        typed |= sound
        wrong[place] = faults + more + (_order(typed) if sound.keys() & {"since", "until"} else [])
    _refuse(wrong)
    return given


def checked(given: dict, known: dict[str, Parameter], case: Case, place: str = "") -> dict:
    """Values by name, made into each parameter's type; raise ParameterError with everything that is wrong.

    `place` says where the values stand, if not on the command line. A list may be written as text with commas, a
    day given as datetime.date. Days are handed back as ISO text, as notebooks and JSON take them. Values equal to
    the default are left out, so that a default that is said and one that is not name one report.
    """
    values, wrong = _sorted_out(given, known, case)
    _refuse({place: wrong + _order(values)})
    return {name: value for name, value in values.items() if value != known[name].default}


def written(value: object) -> str:
    """A typed value as one would type it on the command line: F, 6, yes, direct,mixed, 2000-12-31."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ",".join(map(written, value))
    return str(value)


def _refuse(wrong: dict[str, list[str]]) -> None:
    """Raise ParameterError with the faults of every place, where there are any."""
    lines = []
    for place, faults in wrong.items():
        if faults:
            lines += [f"These parameters{f' in {place}' if place else ''} cannot be used:"]
            lines += [f"  {line}" for fault in faults for line in fault.splitlines()]
    if lines:
        raise ParameterError("\n".join(lines))


def _split(pairs: tuple[str, ...]) -> tuple[dict, list[str]]:
    values, wrong = {}, []
    formless = [pair for pair in pairs if "=" not in pair]
    if formless:
        wrong.append(f"not of the form name=value: {', '.join(formless)}. Write, for example, -p min_reliability=C")
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if equals and values.setdefault(name, value) != value:
            wrong.append(f"{name}: found “{values[name]}” and “{value}”; give it once")
    return values, wrong


def _read(path: Path) -> tuple[dict, list[str]]:
    import yaml

    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        return {}, [f"the file cannot be read ({error.strerror}); name a YAML file with lines such as weights: equal"]
    except UnicodeDecodeError as error:
        return {}, [f"not UTF-8 ({error}); save the file as UTF-8"]
    except (ValueError, OverflowError):  # "\\U00110000"
        return {}, ["an escape in it stands for no character; mend the syntax"]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        return {}, [f"{line}not readable as YAML ({getattr(error, 'problem', None) or error}); mend the syntax"]
    if node is None:
        return {}, []
    if not isinstance(node, yaml.MappingNode):
        return {}, [f"line {node.start_mark.line + 1}: no mapping; write lines such as weights: equal"]
    values, lines, wrong = {}, {}, []
    for key, value in node.value:
        line, listed = key.start_mark.line + 1, isinstance(value, yaml.SequenceNode)
        parts = value.value if listed else [value]
        if not all(isinstance(part, yaml.ScalarNode) for part in (key, *parts)):
            wrong.append(
                f"line {line}: not a name with a value or a list of values; write, for instance, weights: equal"
            )
        elif key.value in lines:
            wrong.append(f"line {line}: {key.value} stands on line {lines[key.value]} already; give it once")
        else:
            lines[key.value] = line
            values[key.value] = [part.value for part in parts] if listed else value.value
    return values, wrong


def _order(values: dict) -> list[str]:
    """What is wrong with the days of `since` and `until` taken together."""
    try:
        period(values.get("since", ""), values.get("until", ""))
    except ParameterError as error:
        return [str(error)]
    return []


def _sorted_out(given: dict, known: dict[str, Parameter], case: Case) -> tuple[dict, list[str]]:
    """What is right of some values, typed, and what is to be said of the others."""
    values, wrong = {}, []
    for name, value in given.items():
        if name == "case":
            wrong.append("case: it is chosen with --case")
        elif name not in known:
            wrong.append(
                f"{name}: there is no such parameter{nearest(name, known) or '; sourcebook params lists them'}"
            )
        else:
            parameter = known[name]
            try:
                typed = _typed(value, parameter.type)
            except (ValueError, KeyError, OverflowError):
                form = f": {DAY}" if parameter.type == DATE else ""
                wrong.append(
                    f"{name}: found {_told(value)}, it must be of type {parameter.type}{form}{_unquoted(value)}"
                )
                continue
            codes = parameter.codes(case)
            parts = typed if isinstance(typed, list) else [typed]
            bad = [part for part in parts if codes and str(part) not in codes and part != parameter.default]
            wrong += [
                f"{name}: found “{part}”; allowed are {', '.join(codes)}{_unquoted(part) or nearest(part, codes)}"
                for part in bad
            ]
            if isinstance(typed, list):
                typed = sorted({codes.get(str(part), part) for part in typed}, key=str)  # its order says nothing
            if not bad:
                values[name] = typed
    return values, wrong


def _told(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes out no whole number of more than 4300 digits
        return "a number of very many digits"


def _unquoted(value: object) -> str:
    return "; YAML takes no, off, yes and on for truth values: put words in quotation marks" * isinstance(value, bool)


def _typed(value: object, kind: str):
    """A value made into a type; raise ValueError, KeyError or OverflowError where it is none of that."""
    if kind == DATE:
        return written(day(value) or "")
    if kind == "list":
        parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        if not isinstance(parts, (list, tuple)) or not all(isinstance(part, (str, int, float)) for part in parts):
            raise ValueError
        "".join(map(str, parts))  # a ValueError where one of them cannot be written out
        return list(parts)
    if kind == "bool":
        return value if isinstance(value, bool) else TRUTH[str(value).lower()]
    if kind == "str" and isinstance(value, str):
        return value
    make, form = NUMBERS[kind]  # KeyError where a text was wanted
    if isinstance(value, bool) or not isinstance(value, (str, Real)):
        raise ValueError
    number, text = make(value), isinstance(value, str)
    if not isfinite(number) or (not form.fullmatch(value) if text else number != value):
        raise ValueError  # int() would cut off a fraction
    return number
