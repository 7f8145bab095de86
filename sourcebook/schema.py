"""A case's Table Schema (datapackage.json), turned into the columns, codes and labels that the rest asks for."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from sourcebook.errors import CaseError, Fault
from sourcebook.paths import PACKAGE

TABLES = ("paragraphs", "actors", "sources", "events", "claims", "reactions", "assessments", "framings", "relations",
          "hypotheses", "consistency", "ratings", "corroboration", "errata")  # fmt: skip
ANCHOR = ("paragraph", "start", "end", "digest")
PASSAGE = "anchor_text"  # a column that a table has only until `sourcebook anchor` has found the words quoted in it


@dataclass(frozen=True)
class Schema:
    """The data package's descriptor; `tables` maps a table's name to its fields by name."""

    descriptor: dict

    @classmethod
    def read(cls, folder: Path) -> "Schema":
        """Read `folder`/datapackage.json; raise CaseError where it is missing or not JSON."""
        try:
            schema = cls(json.loads((folder / PACKAGE).read_text(encoding="utf-8")))
            missing = [table for table in TABLES if table not in schema.tables]
            moved = [
                entry["name"] for entry in schema.descriptor["resources"] if entry["path"] != f"{entry['name']}.csv"
            ]
            if not missing and not moved:
                return schema
            if moved:
                right = "a table's path is its name and .csv"
                raise CaseError(
                    folder.name, [Fault(PACKAGE, f"another path for {', '.join(moved)}", right, column="path")]
                )
            fault = Fault(
                PACKAGE,
                f"no table {', '.join(missing)}",
                "every case has it: take it from a new case (sourcebook new NAME)",
                column="resources",
            )
        except (KeyError, TypeError, AttributeError) as error:
            right = "it must list resources, each with a name and a schema with fields: compare that of a new case (sourcebook new NAME)"
            fault = Fault(PACKAGE, f"not a data package ({type(error).__name__}: {error})", right)
        except FileNotFoundError:
            fault = Fault(
                PACKAGE,
                "the file is missing",
                "every case has one: take it from a new case (sourcebook new NAME) and adapt it",
            )
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            fault = Fault(PACKAGE, f"not JSON ({error})", "mend the file's syntax", row=getattr(error, "lineno", None))
        raise CaseError(folder.name, [fault])

    @cached_property
    def tables(self) -> dict[str, dict[str, dict]]:
        return {
            resource["name"]: {field["name"]: field for field in resource["schema"]["fields"]}
            for resource in self.descriptor["resources"]
        }

    @cached_property
    def anchored(self) -> list[str]:
        """Names of the tables whose rows point at a span of the article."""
        return [table for table, fields in self.tables.items() if set(ANCHOR) <= fields.keys()]

    def codes(self, table: str, column: str) -> list:
        """The allowed codes of a column, in the schema's order; empty where any value goes."""
        return self.tables[table][column].get("constraints", {}).get("enum", [])

    def labels(self, table: str, column: str) -> dict:
        """What each code of a column means, in words."""
        return {entry["value"]: entry["label"] for entry in self.tables[table][column].get("categories", [])}

    def frame(self, table: str, raw: pd.DataFrame) -> pd.DataFrame:
        """Give a frame of text (one str column a field, blank = "") the schema's types.

        string -> str (missing: NaN), coded string -> ordered Categorical, integer -> Int64, date -> datetime64.
        Assumes a table that passed the checks.
        """
        typed = {}
        for name, field in self.tables[table].items():
            column = raw[name].where(raw[name] != "")
            codes = field.get("constraints", {}).get("enum")
            if field["type"] == "integer":
                typed[name] = pd.to_numeric(column).astype("Int64")
            elif field["type"] == "date":
                typed[name] = pd.to_datetime(column, format="%Y-%m-%d")
            elif codes:
                typed[name] = pd.Categorical(column, categories=codes, ordered=True)
            else:
                typed[name] = column.astype("str")
        return pd.DataFrame(typed)
