"""Sound inputs, turned into inputs that nobody meant: by bytes, by the cells of a table, by the values of a document."""

import csv
import io
import json
from copy import deepcopy
from random import Random

import yaml

# What has broken readers of text, tables, numbers, dates, YAML, JSON, markup and archives before.
TOKENS = (
    "", " ", "\0", "\x1b[31m", "\x07", "\x7f", "\x85", "\x9b", "\u2028", "\u202e", "\u200b", "\ufeff", "\u00a0", "é", "e\u0301",
    "🎪", "👩\u200d🚀", "\U0010ffff", "\ud800", "\r", "\n", "\r\n", "\t", '"', '""', "'", ",", ";", ":", ": ", "=", "- ", "#", "&a",
    "*a", "!!int ", "!!python/object:os.system ", "!!bool x", "!!binary x", "<<: ", "? ", "|\n", ">\n", "{", "}", "[", "]", "[" * 400, "{a: " * 400,
    "- " * 400, "---\n", "...\n", "%YAML 9.9\n", "@", "`", "0", "-0", "-1", "1_0", "010", "0x1f", "1e400", "-1e400", "1e5", ".5", "5.",
    "٣", "３", "²", "½", "①", "NaN", "nan", "inf", "-inf", "9" * 19, "9" * 400, "9" * 5000, "2147483648", "NO", "yes", "on", "null", "~",
    "None", "true", "NA", "N/A", "#N/A", "0000-00-00", "0000-01-01", "9999-12-31", "10000-01-01", "2031-02-29", "2031-13-01", "1-1-1",
    "2031-02-03T04:05", "12:30:45", "190:20:30", "../", "/etc/passwd", "C:\\", "file:///", "http://[", "https://x.example/", "\\", "\\x",
    "\\N{DIGIT", '"\\UFFFFFFFF"', '"\\x', "%s", "%(a)s", "{0}", "{}", "{name}", "{{ a }}", "$a", "<", "</script>", "<!--", "<![CDATA[", "<!DOCTYPE x>", "&#0;", "&lt;",
    "&#xD800;", "<p>", "<div>" * 300, "<table><tr><td>", "> " * 150, "* " * 150, "```", "| a |\n|---|\n", "![](", "[a](javascript:", "@misc{", "@string{a=",
    "author = {", " and ", "{\\", "\\\"{", "@comment", "month = jan,", "_x0000_", "_x005F_", "A1", "id", "case", "name", "a" * 3000,
)  # fmt: skip
ODD = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**400, 10**5000, 0.5, -0.0, 1e308, float("inf"), float("nan"), "", " ", [], {}, [[]],
    {"": ""}, [None], {"a": {}}, "0", "NaN", "string", "integer", "date", "number", "any", "path", "x" * 300,
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32", "utf-7", "cp037", "shift_jis")


def token(rng: Random) -> str:
    """A text that readers have stumbled over, or one of any signs."""
    if rng.random() < 0.8:
        return rng.choice(TOKENS)
    highest = rng.choice((0x7F, 0xFF, 0x3FF, 0xFFFF, 0x10FFFF))
    return "".join(chr(rng.randint(0, highest)) for _ in range(rng.randint(1, 8)))


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def any_bytes(rng: Random) -> bytes:
    """Bytes of any kind, or of those that texts are made of."""
    if rng.random() < 0.5:
        return rng.randbytes(rng.randint(0, 200))
    return b"".join(raw(token(rng)) for _ in range(rng.randint(0, 12)))


def bent(content: bytes, rng: Random, times: int = 3) -> bytes:
    """The bytes with a few of them left out, doubled, exchanged, changed, or others put in; or in another encoding."""
    for _ in range(rng.randint(1, times)):
        at = rng.randint(0, len(content))
        to = min(len(content), at + rng.choice((0, 1, 2, 8, 40, 400)))
        match rng.randint(0, 8):
            case 0:
                content = content[:at] + content[to:]
            case 1:
                content = content[:to] + content[at:to] * rng.choice((1, 1, 2, 50)) + content[to:]
            case 2:
                content = content[:at]
            case 3 if at < len(content):
                content = content[:at] + bytes([content[at] ^ 1 << rng.randint(0, 7)]) + content[at + 1 :]
            case 4:
                content = rng.choice((b"\r", b"\r\n", b"\n\r", b"")).join(content.split(b"\n"))
            case 5 if rng.random() < 0.3:
                content = content.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace")
            case 6:
                other = rng.randint(0, len(content))
                content = content[:at] + content[other : other + to - at] + content[to:]
            case _:
                content = content[:at] + raw(token(rng)) + content[to:]
    return content


def _places(value, path=()) -> list[tuple]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


def odd(rng: Random):
    """A value of any type that a document can hold."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(ODD)
    return token(rng) if kind < 0.9 else [odd(rng) for _ in range(rng.randint(0, 3))]


def twisted(value, rng: Random, times: int = 2):
    """A document (dicts, lists, scalars) with a few of its values or keys left out, exchanged, added, nested or of another type."""
    value = deepcopy(value)
    for _ in range(rng.randint(1, times)):
        *path, last = rng.choice(_places({"": value})[1:])
        holder = {"": value}
        inside = holder
        for key in path:
            inside = inside[key]
        now = inside[last]
        match rng.randint(0, 8):
            case 0 if path:
                del inside[last]
            case 1 if isinstance(inside, list):
                inside.insert(last, deepcopy(now))
            case 2 if isinstance(inside, dict) and path:
                inside[str(token(rng))] = inside.pop(last)
            case 3 if isinstance(now, dict):
                now[str(token(rng))] = odd(rng)
            case 4:
                inside[last] = rng.choice(([now], {"a": now}, str(now), [now, now]))
            case 5 if isinstance(now, str):
                at = rng.randint(0, len(now))
                inside[last] = now[:at] + token(rng) + now[at:]
            case _:
                inside[last] = odd(rng)
        value = holder[""]
    return value


def as_json(value) -> bytes:
    return json.dumps(value).encode()


def as_yaml(value) -> bytes:
    return yaml.dump(
        value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, width=10**6
    ).encode("utf-8", "surrogatepass")


def retabled(content: bytes, rng: Random, times: int = 3) -> bytes:
    """A CSV file with a few cells, rows, columns or header names left out, doubled, exchanged, changed or of another kind."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    for _ in range(rng.randint(1, times)):
        place = rng.randrange(len(rows)) if rows else 0
        row = rows[place] if rows else []
        column = rng.randrange(len(row)) if row else 0
        match rng.randint(0, 10):
            case 0 if rows:
                rows.pop(place)
            case 1 if rows:
                rows.insert(place, list(row))
            case 2 if row:
                row.pop(column)
            case 3:
                row.insert(column, token(rng))
            case 4 if rows:
                rows[place] = rng.choice(([], [""], [" "] * len(row), row + row, row[::-1]))
            case 5:
                for each in rows:
                    if column < len(each):
                        each.pop(column)
            case 6 if rows:
                row[:] = rng.choice(rows)
            case 7 if row:
                other = rng.choice(rows)
                row[column] = rng.choice(other) if other else ""
            case _ if row:
                row[column] = rng.choice((token(rng), row[column] + token(rng), token(rng) + row[column]))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=rng.choice(("\n", "\n", "\r\n")), delimiter=rng.choice(",,,,,,;\t")).writerows(rows)
    return raw(text.getvalue())
