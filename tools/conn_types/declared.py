"""From what a provider says of itself to a data file of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from secretsui.core.conn_type import FORMATS, KINDS_OF_JSON, STANDARD

LIMITS = {
    "minimum": "minimum", "maximum": "maximum", "pattern": "pattern", "minLength": "min_length",
    "maxLength": "max_length", "enum": "choices", "default": "default",
}  # fmt: skip
# Airflow's own types, which no provider declares: it shows them with the usual form and without typed extras.
PSEUDO_TYPES = {"generic": "Generic", "email": "Email"}

Document = dict[str, Any]


def document(info: Mapping[str, Any], version: str) -> Document:
    types = sorted(info.get("connection-types") or (), key=lambda each: str(each["connection-type"]))
    return {
        "distribution": info["package-name"],
        "version": version,
        "name": info["name"],
        "types": [conn_type(each) for each in types],
    }


def core_document(version: str) -> Document:
    types = [{"conn_type": name, "name": label} for name, label in sorted(PSEUDO_TYPES.items())]
    return {"distribution": "apache-airflow", "version": version, "name": "Apache Airflow", "types": types}


def conn_type(info: Mapping[str, Any]) -> Document:
    behaviour = info.get("ui-field-behaviour") or {}
    fields = info.get("conn-fields") or {}
    placeholders = behaviour.get("placeholders") or {}
    return without_empty({
        "conn_type": info["connection-type"],
        "hook": info["hook-class-name"],
        "name": info.get("hook-name"),
        "standard": {name: found for name in STANDARD if (found := standard(behaviour, name))},
        # Some write the placeholder of a typed extra beside those of the standard fields.
        "fields": [field(name, each, placeholders.get(name)) for name, each in fields.items()],
    })  # fmt: skip


def standard(behaviour: Mapping[str, Any], name: str) -> Document:
    return without_empty({
        "label": (behaviour.get("relabeling") or {}).get(name),
        "hidden": name in (behaviour.get("hidden-fields") or ()),
        "placeholder": (behaviour.get("placeholders") or {}).get(name),
    })  # fmt: skip


def field(name: str, info: Mapping[str, Any], placeholder: str | None) -> Document:
    """In the provider's order, which is that of its form."""
    schema = info.get("schema") or {}
    found = {
        "name": name,
        "label": info.get("label"),
        "help": spaced(info.get("description") or schema.get("description") or ""),
        "kind": kind(schema),
        "format": schema.get("format") if schema.get("format") in FORMATS else None,
        "secret": schema.get("format") == "password",
        "placeholder": placeholder,
    }
    limits = {ours: schema[theirs] for theirs, ours in LIMITS.items() if schema.get(theirs) not in (None, "", [])}
    return {**without_empty(found), **limits}


def kind(schema: Mapping[str, Any]) -> str:
    types = schema.get("type") or "string"
    return next(
        ours for theirs, ours in KINDS_OF_JSON.items() if theirs in ([types] if isinstance(types, str) else types)
    )


def spaced(text: str) -> str:
    return " ".join(text.split())


def without_empty(found: Document) -> Document:
    return {key: value for key, value in found.items() if value not in (None, "", False, {}, [])}


def spelled(found: Mapping[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
