"""The notebooks' parameters cells, turned into one table of typed parameters, and a reader's values into checked ones."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from sourcebook.case import Case
from sourcebook.errors import ParameterError, SourcebookError, nearest

TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
# A help text may end in what is allowed: columns (table.column) and words, joined by “|”, in brackets.
ALLOWED = re.compile(r"\s*\(([\w.|]+)\)$")
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter: `allowed` as it is written in the notebook, `notebooks` those that take it."""

    name: str
    type: str
    default: object
    help: str
    allowed: str
    notebooks: tuple[str, ...]

    def values(self, case: Case) -> list[str]:
        """The values that the case allows, as text; empty where anything of the type goes."""
        found = []
        for part in filter(None, self.allowed.split("|")):
            table, dot, column = part.partition(".")
            codes = case.schema.codes(table, column) or list(case.tables[table][column].unique()) if dot else [part]
            found += [str(code) for code in codes]
        return found


def declared(notebooks: list[Path]) -> dict[str, Parameter]:
    """The parameters of some notebooks by name, as papermill reads them; raise ParameterError where two disagree."""
    from papermill import inspect_notebook

    found: dict[str, Parameter] = {}
    for path in notebooks:
        try:
            entries = inspect_notebook(str(path))
        except Exception as error:  # whatever a file that is no notebook makes papermill and nbformat raise
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SourcebookError(
                f"notebooks/{path.name} cannot be read as a notebook ({reason}); restore it or mend _toc.yml."
            ) from error
        for name, entry in entries.items():
            kind, text = entry["inferred_type_name"], entry["help"]
            allowed = ALLOWED.search(text)
            new = Parameter(
                name,
                kind,
                ast.literal_eval(entry["default"]),
                ALLOWED.sub("", text),
                allowed[1] if allowed else "",
                (path.stem,),
            )
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
    """“name=value” texts of a command line as a dict; raise ParameterError naming those that are not of that form."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise ParameterError(
            f"not of the form name=value: {', '.join(wrong)}. Write, for example, -p min_reliability=C"
        )
    return dict(pair.split("=", 1) for pair in pairs)


def checked(given: dict, known: dict[str, Parameter], case: Case, place: str = "") -> dict:
    """Values by name, text made into each parameter's type; raise ParameterError with everything that is wrong.

    `place` says where the values stand, if not on the command line. A list may be written as text with commas.
    Values equal to the default are left out, so that a default that is said and one that is not name one report.
    """
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
            except (ValueError, KeyError, TypeError):
                wrong.append(f"{name}: found {value!r}, it must be of type {parameter.type}")
                continue
            allowed = parameter.values(case)
            parts = typed if isinstance(typed, list) else [typed]
            bad = [part for part in parts if allowed and str(part) not in allowed]
            wrong += [
                f"{name}: found “{part}”; allowed are {', '.join(allowed)}{nearest(part, allowed)}" for part in bad
            ]
            if isinstance(typed, list):
                typed = sorted(set(typed))  # the order of a list of exclusions says nothing
            if not bad and typed != parameter.default:
                values[name] = typed
    if wrong:
        raise ParameterError(
            "\n".join(
                [f"These parameters{f' in {place}' if place else ''} cannot be used:", *(f"  {line}" for line in wrong)]
            )
        )
    return values


def _typed(value: object, kind: str):
    if kind == "list" and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind == "list" and isinstance(value, (list, tuple)):
        return list(value)
    if kind == "bool" and not isinstance(value, bool):
        return TRUTH[str(value).lower()]
    if isinstance(value, bool) and kind != "bool" or isinstance(value, (list, dict)) or value is None:
        raise ValueError
    typed = TYPES[kind](value)
    if kind == "int" and isinstance(value, float) and value != typed:
        raise ValueError  # int() would cut off the fraction
    return typed
