"""Rules about keys: of a connection as JSON, of its extra, and of what a backend stores around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

from secretsui.core import json_members, uri_parts
from secretsui.core.aliases import ALIASES
from secretsui.core.connection import FIELDS
from secretsui.core.construct import EXTRA_KEY
from secretsui.core.rules.format_uri import ESCAPE
from secretsui.core.rules.value import Hit, Value, field_text

AMAZON: Final = "apache-airflow-providers-amazon"
# Names that other tools give to a field, which no backend of Airflow knows.
STRAYS: Final[Mapping[str, str]] = {
    "dbname": "schema",
    "db": "schema",
    "hostname": "host",
    "passwd": "password",
    "pwd": "password",
    "type": "conn_type",
}
REMOVED_SETTINGS: Final = ("full_url_mode", "are_secret_values_urlencoded")
_PREFIXED: Final = re.compile(r"extra__[a-z0-9_]+?__(.+)")
_ENVELOPE: Final = frozenset({"data", "metadata"})


def field_of(name: str) -> str:
    """The field that a key of the JSON is, or was meant to be."""
    known = next((field for field, names in ALIASES.items() if name in names), "")
    return known or STRAYS.get(name, "")


def dropped_keys(value: Value) -> Iterator[Hit]:
    for found in value.faults_of("unknown-key", "two-names", "conn-id-as-type"):
        yield _dropped(value, found.code, found.detail)


def _dropped(value: Value, code: str, detail: str) -> Hit:
    if code == "conn-id-as-type":
        return Hit(code, "conn_type", detail)
    if code == "two-names":
        return Hit(code, field_of(detail.partition(" ")[0]), detail)
    lost = [STRAYS[name] for name in value.members or () if name in STRAYS]
    is_lost = any(not field_text(value.connection, field) for field in lost) or not value.connections
    return Hit(
        code, lost[0] if lost else "text", detail, repair="rename-keys", severity="high" if is_lost else "medium"
    )


def percent_encoded(value: Value) -> Iterator[Hit]:
    if value.members is None:
        return
    is_decoded = _is_decoded(value)
    for field in () if is_decoded else ("host", "login", "password", "schema"):
        if is_encoded(field_text(value.connection, field)):
            yield Hit("percent-encoded", field, repair="decode")
    if is_decoded and not isinstance(value.members.get("extra"), dict):
        return
    for name, text in value.extra.items():
        if isinstance(text, str) and is_encoded(text):
            yield Hit("percent-encoded", extra_field(value, name), repair="decode", severity="medium")


def _is_decoded(value: Value) -> bool:
    """By an old provider that has been told to, all but an extra that is an object."""
    version = value.context.version(AMAZON)
    wanted = (value.context.backend_kwargs or {}).get("are_secret_values_urlencoded")
    return bool(wanted) and value.context.is_secrets_manager and version is not None and version < (9,)


def is_encoded(text: str) -> bool:
    """Does it look like the output of an encoder to the last character?"""
    if not ESCAPE.search(text):
        return False
    plain = unquote(text)
    upper = ESCAPE.sub(lambda found: found[0].upper(), text)
    return upper in (quote(plain, safe=""), quote(plain), quote_plus(unquote(text.replace("+", " "))))


def extra_field(value: Value, name: str) -> str:
    """Names a key only if its provider does: any other might be a value that lost its place."""
    known = value.conn_type
    is_known = known is not None and (known.field(name) is not None or name in known.renamed)
    return f"extra.{name}" if is_known else "extra"


def removed_setting(value: Value) -> Iterator[Hit]:
    if value.context.is_secrets_manager:
        for name in REMOVED_SETTINGS:
            if name in (value.context.backend_kwargs or {}):
                yield Hit("removed-setting", facts={"setting": name})


def bad_extra(value: Value) -> Iterator[Hit]:
    for found in value.faults_of("bad-extra"):
        yield Hit(found.code, "extra", found.detail)
    yield from _parameters(value) if value.is_uri else _members(value)


def _parameters(value: Value) -> Iterator[Hit]:
    found = list(uri_parts.parameters(value.stripped.partition("#")[0].partition("?")[2]))
    names = [name for name, _ in found]
    if EXTRA_KEY in names and len(set(names)) > 1:
        yield Hit("parameter-beside-extra", "extra", f"the parameters beside {EXTRA_KEY}")
    elif places := _overruled(found):
        yield Hit("duplicate-key", "extra", f"parameter {_listed(places)} of {len(found)}, named again later")


def _members(value: Value) -> Iterator[Hit]:
    if value.members is None:
        return
    found = json_members.members(value.text)
    if places := _overruled([(each.name, value.text[each.value : each.end]) for each in found]):
        yield Hit("duplicate-key", "text", f"key {_listed(places)} of {len(found)}, named again later")
    extra = next((value.text[each.value : each.end] for each in reversed(found) if each.name == "extra"), "")
    if extra.startswith("{"):
        inner = json_members.members(extra)
        if places := _overruled([(each.name, extra[each.value : each.end]) for each in inner]):
            yield Hit("duplicate-key", "extra", f"key {_listed(places)} of {len(inner)}, named again later")


def _overruled(pairs: Sequence[tuple[str, str]]) -> Sequence[int]:
    """The places of names that stand again later, with another value."""
    last = dict(pairs)
    return [place for place, (name, text) in enumerate(pairs, 1) if last[name] != text]


def _listed(places: Sequence[int]) -> str:
    return ", ".join(map(str, places[:5])) + (" and more" if len(places) > 5 else "")


def old_extra(value: Value) -> Iterator[Hit]:
    for place, (name, setting) in enumerate(value.extra.items(), 1):
        new = new_name(value, name)
        if new is None or setting in (None, ""):
            continue
        where = f"key {place} of {len(value.extra)}"
        facts = {"name": new} if new else {}
        field = extra_field(value, name)
        yield Hit("old-extra", field, where, facts, repair="rename-extras" if new else "")


def new_name(value: Value, name: str) -> str | None:
    """Today's name of an extra, "" where nothing reads it any more, None where nothing is wrong with it."""
    known = value.conn_type
    if known is None or known.field(name):
        return None
    if name in known.renamed:
        return known.renamed[name]
    prefixed = _PREFIXED.fullmatch(name)
    return prefixed[1] if prefixed and known.field(prefixed[1]) else None


def vault_entry(value: Value) -> Iterator[Hit]:
    if not value.context.is_vault:
        return
    entry: Mapping[str, Any] = value.entry or {}
    if entry.keys() == _ENVELOPE and isinstance(entry["data"], dict):
        yield Hit("wrong-engine", where="the entry holds data and metadata")
    elif value.kind == "connection" and not entry.keys() & {"conn_uri", "uri", *FIELDS}:
        yield Hit("missing-key", facts={"key": "conn_uri"})
    elif value.kind != "connection" and "value" not in entry:
        yield Hit("missing-key", facts={"key": "value"})
