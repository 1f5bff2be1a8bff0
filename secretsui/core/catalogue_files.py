"""The data files of the catalogue, read and merged: what providers declare, then what people add and correct."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from secretsui.core.conn_type import ConnType, Field, Standard
from secretsui.core.sensitive_names import is_sensitive

FOLDER: Final = Path(__file__).parent / "conn_types"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A provider package; `types` is empty where it declares none."""

    distribution: str
    name: str
    version: str
    types: Sequence[ConnType]


def read_all(folder: Path = FOLDER) -> Sequence[Distribution]:
    """By the name of the distribution. A type that two declare is the first one's, as in Airflow itself, whose core
    goes before the providers."""
    seen: set[str] = set()
    found = []
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stem):
        distribution = read(path)
        own = [each for each in distribution.types if each.conn_type not in seen]
        seen.update(each.conn_type for each in own)
        found.append(Distribution(distribution.distribution, distribution.name, distribution.version, own))
    return found


def read(path: Path) -> Distribution:
    document = json.loads(path.read_bytes())
    overlay = path.parent / "curated" / path.name
    curated = json.loads(overlay.read_bytes())["types"] if overlay.exists() else []
    types = [_conn_type(each, document) for each in merge(document["types"], curated)]
    return Distribution(document["distribution"], document["name"], document["version"], types)


def merge(declared: Sequence[Document], curated: Sequence[Document]) -> Sequence[Document]:
    """Type by type, field by field, attribute by attribute: the curated one wins. New ones follow the declared."""
    return _merge_named(declared, curated, "conn_type", _merge_type)


def _merge_type(declared: Document, curated: Document) -> Document:
    standard = {name: {**declared.get("standard", {}).get(name, {})} for name in declared.get("standard", {})}
    for name, changes in curated.get("standard", {}).items():
        standard[name] = {**standard.get(name, {}), **changes}
    marked = [{**each, "is_curated": True} for each in curated.get("fields", ())]
    fields = _merge_named(declared.get("fields", ()), marked, "name", lambda one, other: {**one, **other})
    return {**declared, **curated, "standard": standard, "fields": fields}


def _merge_named(declared: Sequence[Document], curated: Sequence[Document], key: str, both: Any) -> list[Document]:
    changes = {each[key]: each for each in curated}
    known = {each[key] for each in declared}
    first = [both(each, changes.get(each[key], {})) for each in declared]
    return first + [both({}, each) for each in curated if each[key] not in known]


def _conn_type(document: Document, source: Document) -> ConnType:
    return ConnType(
        conn_type=document["conn_type"],
        name=document.get("name") or document["conn_type"],
        hook=document.get("hook", ""),
        distribution=source["distribution"],
        provider=source["name"],
        version=source["version"],
        standard={name: Standard(**each) for name, each in document["standard"].items()},
        fields=tuple(_field(each) for each in document["fields"]),
        needs=tuple((each,) if isinstance(each, str) else tuple(each) for each in document.get("needs", ())),
        exclusive=tuple(tuple(each) for each in document.get("exclusive", ())),
        renamed=document.get("renamed", {}),
        example=document.get("example", {}),
        docs=document.get("docs", ""),
        traps=tuple(document.get("traps", ())),
    )


def _field(document: Document) -> Field:
    given = {"label": document["name"], **document}
    return Field(**{**given, "choices": tuple(given.get("choices", ())), "secret": _is_secret(document)})


def _is_secret(document: Document) -> bool:
    """What a file says; else what the name says, unless the value is too poor to be one or tells only where it lies."""
    if "secret" in document:
        return bool(document["secret"])
    poor = document.get("kind", "text") in ("boolean", "integer", "number") or document.get("choices")
    return not (poor or document.get("format") == "path") and is_sensitive(document["name"])
