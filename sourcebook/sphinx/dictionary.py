"""Turns a table's schema into its entry in the data dictionary: description, columns, codes, foreign keys."""

from docutils import nodes

from . import downloads, tables

MANY = 8  # codes; a longer list is told once


def codes(field: dict) -> dict[str, str]:
    """Allowed code -> its description ('' where the schema gives none)."""
    listed = field.get("codes") or field.get("categories") or field.get("constraints", {}).get("enum") or []
    if isinstance(listed, dict):
        return {str(code): str(meaning) for code, meaning in listed.items()}
    found = {}
    for item in listed:
        if isinstance(item, dict):
            code = item.get("value", item.get("code", item.get("name")))
            found[str(code)] = str(item.get("description") or item.get("label") or item.get("title") or "")
        else:
            found[str(item)] = ""
    return found


def constraints(field: dict) -> list[str]:
    """What a value must be, a line each."""
    given = field.get("constraints", {})
    words = {"required": "required", "unique": "unique"}
    lines = [", ".join(word for key, word in words.items() if given.get(key))]
    symbols = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤", "pattern": "pattern"}
    lines += [f"{symbol} {given[key]}" for key, symbol in symbols.items() if key in given]
    return [line for line in lines if line]


def columns(resource: dict, told: dict[tuple, str]) -> nodes.table:
    """One row a column; a long list of codes that `told` has from an earlier column is not told again."""
    rows = []
    for field in resource["schema"]["fields"]:
        described = codes(field)
        allowed = [f"{code}: {meaning}" if meaning else code for code, meaning in described.items()]
        first = told.setdefault(tuple(allowed), f"{resource['name']}.{field['name']}")
        if len(allowed) > MANY and first != f"{resource['name']}.{field['name']}":
            allowed = [f"the codes of {first}"]
        elif not any(described.values()):
            allowed = [", ".join(allowed)] if allowed else []
        rows.append(
            {
                "column": nodes.literal("", field["name"]),
                "type": field.get("type", "string"),
                "values": "\n".join(constraints(field) + allowed),
                "description": field.get("description") or field.get("title") or "",
            }
        )
    titles = {"column": "Column", "type": "Type", "values": "Allowed values", "description": "Meaning"}
    return tables.build(
        {
            "schema": {"fields": [{"name": name, "title": title} for name, title in titles.items()]},
            "data": rows,
        },
        classes=["dictionary", "cards"],
    )


def identifier(name: str) -> str:
    """The id of a table's entry, which is also its name for {ref}."""
    return f"table-{tables.slug(name)}"


def keys(resource: dict) -> list[nodes.paragraph]:
    """Primary and foreign keys as sentences; a foreign key links to the table that it leads to."""

    def joined(names):
        return ", ".join(names) if isinstance(names, list) else str(names)

    schema = resource["schema"]
    sentences = []
    if schema.get("primaryKey"):
        sentences.append(nodes.paragraph("", f"Primary key: {joined(schema['primaryKey'])}."))
    for key in schema.get("foreignKeys", []):
        target = key["reference"]
        table = target.get("resource") or resource["name"]
        link = nodes.reference("", table, refid=identifier(table), internal=True)
        before, after = f"{joined(key['fields'])} names a row of ", f" ({joined(target['fields'])})."
        sentences.append(nodes.paragraph("", "", nodes.Text(before), link, nodes.Text(after)))
    return sentences


def section(resource: dict, told: dict[tuple, str]) -> nodes.section:
    """The entry of one table; `told` is what the entries before it listed."""
    node = nodes.section(ids=[identifier(resource["name"])], classes=["dictionary-entry"])
    node += nodes.title("", resource.get("title") or resource["name"])
    if resource.get("title"):
        node += nodes.paragraph("", "", nodes.literal("", resource.get("path", resource["name"])))
    if resource.get("description"):
        node += nodes.paragraph("", resource["description"])
    node += columns(resource, told)
    node += nodes.paragraph("", "", nodes.Text("All rows: "), downloads.of_data(resource), classes=["screen"])
    sentences = keys(resource)
    if sentences:
        node += nodes.bullet_list("", *(nodes.list_item("", sentence) for sentence in sentences))
    return node
