"""The catalogue as a page to read: docs/connection-types.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from secretsui.core.catalogue_files import Distribution
from secretsui.core.conn_type import STANDARD, ConnType, Field

START = """\
# Connection types

The types that the providers of Airflow {airflow} know: what each makes of Airflow's own fields, which extras it reads,
and where people go wrong. Fields that a type does not use are left out. **Secret** fields show dots until revealed.

This page is written by `make catalogue` from the files in `secretsui/core/conn_types/`; change those rather than this.
"""
LABELS = {
    "description": "Description", "host": "Host", "schema": "Schema", "login": "Login", "password": "Password",
    "port": "Port", "extra": "Extra",
}  # fmt: skip
WORDS = {
    "text": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "object": "JSON object",
    "list": "JSON list", "multiline": "text of several lines", "pem": "PEM", "url": "URL", "email": "e-mail address",
    "json": "JSON", "path": "path", "date": "date", "date-time": "date and time", "time": "time",
}  # fmt: skip


def text(distributions: Sequence[Distribution]) -> str:
    """Only from the files, so that it is the same wherever it is written."""
    with_types = sorted((each for each in distributions if each.types), key=lambda each: each.name.casefold())
    without = sorted(each.name for each in distributions if not each.types)
    airflow = next(each.version for each in distributions if each.distribution == "apache-airflow")
    blocks = [START.format(airflow=airflow), _contents(with_types)]
    blocks += [_provider(each) for each in with_types]
    blocks.append(f"## Providers without connection types\n\n{', '.join(without)}.\n")
    return "\n".join(blocks)


def _contents(distributions: Sequence[Distribution]) -> str:
    rows = [(f"[{each.name}](#{anchor(each.name)})", each.version, _types(each)) for each in distributions]
    return _table(("Provider", "Version", "Types"), rows)


def _types(distribution: Distribution) -> str:
    return ", ".join(f"`{each.conn_type}`" for each in distribution.types)


def anchor(heading: str) -> str:
    """What a heading becomes in an address."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def _provider(distribution: Distribution) -> str:
    head = f"## {distribution.name}\n\n`{distribution.distribution}` {distribution.version}\n"
    return "\n".join([head, *(_type(each) for each in distribution.types)])


def _type(conn_type: ConnType) -> str:
    parts = [f"### `{conn_type.conn_type}`: {cell(conn_type.name)}\n"]
    if conn_type.docs:
        parts.append(f"[What its provider says]({conn_type.docs})\n")
    if rows := [*_standard_rows(conn_type), *(_row(each) for each in conn_type.fields)]:
        parts.append(_table(("Field", "Label", "Takes", "Meaning"), rows))
    if rules := [*_rules(conn_type)]:
        parts.append("".join(f"- {each}\n" for each in rules))
    if conn_type.example:
        parts.append(f"```json\n{json.dumps(_example(conn_type), indent=2, ensure_ascii=False)}\n```\n")
    return "\n".join(parts)


def _standard_rows(conn_type: ConnType) -> Iterator[Sequence[str]]:
    for name in STANDARD:
        known = conn_type.standard.get(name)
        if name == "description" or (known and known.hidden):
            continue
        if name == "extra" and not (known and (known.label or known.help)):
            continue
        takes = "**secret**" if name == "password" or (known and known.secret) else ""
        yield f"`{name}`", cell(known.label if known and known.label else LABELS[name]), takes, _meaning(known)


def _row(field: Field) -> Sequence[str]:
    return f"`extra.{field.name}`", cell(field.label), _takes(field), _meaning(field)


def _meaning(known: Any) -> str:
    if known is None:
        return ""
    placeholder = f"Placeholder: {code(known.placeholder)}" if known.placeholder else ""
    return " ".join(part for part in (cell(known.help), placeholder) if part)


def _takes(field: Field) -> str:
    parts = ["**secret**"] if field.secret else []
    parts.append(_choices(field) or WORDS[field.format or field.kind])
    if field.default not in (None, ""):
        parts.append(f"default {_value(field.default)}")
    if field.minimum is not None or field.maximum is not None:
        parts.append(_span(field.minimum, field.maximum))
    if field.min_length is not None or field.max_length is not None:
        parts.append(f"{_span(field.min_length, field.max_length)} characters")
    if field.pattern:
        parts.append(f"matches {code(field.pattern)}")
    return ", ".join(parts)


def _choices(field: Field) -> str:
    return ", ".join(_value(each) for each in field.choices)


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {low:g}" if high is None else f"at most {high:g}"
    return f"{low:g} to {high:g}"


def _rules(conn_type: ConnType) -> Iterator[str]:
    if conn_type.needs:
        yield f"Needs {', '.join(_names(group, ' or ') for group in conn_type.needs)}."
    for group in conn_type.exclusive:
        yield f"At most one of {_names([f'extra.{name}' for name in group], ', ')}."
    for old, new in conn_type.renamed.items():
        yield f"`extra.{old}` is now `extra.{new}`." if new else f"`extra.{old}` is no longer read."
    yield from (cell(each) for each in conn_type.traps)


def _names(names: Sequence[str], between: str) -> str:
    return between.join(f"`{name}`" for name in names)


def _example(conn_type: ConnType) -> dict[str, Any]:
    return {"conn_type": conn_type.conn_type, **conn_type.example}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _value(value: Any) -> str:
    return code(value if isinstance(value, str) else json.dumps(value))


def code(text: str) -> str:
    """As code in a cell of a table, where a bar would end the cell."""
    fence = "``" if "`" in text else "`"
    spaced = " ".join(text.split()).replace("|", "\\|")
    return f"{fence} {spaced} {fence}" if fence == "``" else f"{fence}{spaced}{fence}"


def cell(text: str) -> str:
    """As words in one, without anything that Markdown or HTML would take for its own."""
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{letter}" if letter in "|*[]" else letter for letter in escaped)
