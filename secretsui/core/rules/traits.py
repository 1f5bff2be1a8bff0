"""What the rules about security need of a value, told without it: classes of length, kinds of keys, dates."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from secretsui.core import certificates
from secretsui.core.rules import format_secret, shapes
from secretsui.core.rules.format_json import extra_field
from secretsui.core.rules.value import NOTHING_KNOWN, Context, Value, field_text, json_object
from secretsui.core.sensitive import Sensitive
from secretsui.core.sensitive_names import is_masked, is_sensitive
from secretsui.core.variable import json_reading

SHORT: Final = 12
# Airflow shows these of a connection to whoever may see it, and writes them into logs.
_SHOWN: Final = ("host", "schema", "login")
_COMMON: Final = frozenset({
    "admin", "administrator", "airflow", "changeit", "default", "guest", "hunter", "iloveyou", "letmein", "master",
    "monkey", "mysql", "oracle", "pass", "passw0rd", "password", "postgres", "qwerty", "redis", "root", "secret",
    "sysadmin", "temp", "test", "user", "welcome",
})  # fmt: skip
_JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.(eyJ[\w-]{8,})\.[\w-]+")
_SAS: Final = re.compile(r"[?&]se=(\d{4}-\d\d-\d\d)")
_IS_SAS: Final = re.compile(r"[?&]sig=")
_TO_LAST_LETTER: Final = re.compile(r".*[^\W\d_]", re.DOTALL)
_STEP: Final = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Traits:
    """`size` is in bytes, as the store counts, in steps that tell nothing of how long a password is. The others go by
    field (`password`, `extra.<key>`, `text`).

    `weak` says in one word why a credential is weak, `keys` which kind of long-lived key a field holds, `exposed` what
    a field holds that Airflow does not mask, `expires` the day (ISO 8601) on which a certificate or a key ends,
    `key_forms` how the private keys of a Snowflake connection are written: pem or base64.
    """

    size: int
    weak: Mapping[str, str] = dataclasses.field(default_factory=dict)
    keys: Mapping[str, str] = dataclasses.field(default_factory=dict)
    exposed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    expires: Mapping[str, str] = dataclasses.field(default_factory=dict)
    key_forms: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fields: Sequence[str] = ()  # credentials that are set, as `core.prints` names places
    is_readable: bool = True  # False for a connection that must not be taken apart: nothing is told of its fields

    def as_json(self) -> dict[str, Any]:
        """What is not as usual, to be stored."""
        found = dataclasses.asdict(self)
        return {name: each for name, each in found.items() if name == "size" or each not in ({}, (), True)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """From what `as_json` gave."""
        return cls(**{**stored, "fields": tuple(stored.get("fields", ()))})


def of(text: Sensitive, kind: str, context: Context = NOTHING_KNOWN) -> Traits:
    """Of a value of this kind: connection, variable, config, other."""
    value = Value.of(text, kind, context)
    size = -(-len(text.reveal().encode("utf-8", "surrogatepass")) // _STEP) * _STEP
    if kind == "connection" and value.connection is None:
        return Traits(size, is_readable=False)
    found = list(format_secret.leaves(value))
    return Traits(
        size,
        weak=_weak(value),
        keys={leaf.field: "aws-access-key" for leaf in found if shapes.has_aws_key(leaf.text)},
        exposed=dict(_exposed(value)),
        expires=_expires(found),
        key_forms=dict(format_secret.key_forms(value)),
        fields=tuple(_credentials(value)),
    )


def _weak(value: Value) -> Mapping[str, str]:
    why = _weakness(field_text(value.connection, "password"), field_text(value.connection, "login"))
    return {"password": why} if why else {}


def _weakness(password: str, login: str) -> str:
    """What another rule finds is left out: nothing at all, a mask, a placeholder."""
    if not password or format_secret.is_blank(password):
        return ""
    lowered = password.lower()
    if lowered == login.lower():
        return "login"
    word = _TO_LAST_LETTER.match(lowered)
    if (word and word[0] in _COMMON) or lowered in _COMMON:
        return "common"
    if len(set(lowered)) < 4:
        return "repeated"
    return "digits" if password.isdecimal() else "short" if len(password) < SHORT else ""


def _exposed(value: Value) -> Iterator[tuple[str, str]]:
    """What a config option holds is masked as a whole, wherever Airflow shows it."""
    if value.kind not in ("connection", "variable"):
        return
    for name, declared in _declared(value):
        if declared and isinstance(value.extra[name], str) and value.extra[name] and not is_masked(name):
            yield f"extra.{name}", "declared"
    for field, text in _unmasked(value):
        if found := shapes.shape(text):
            yield field, found


def _unmasked(value: Value) -> Iterator[tuple[str, str]]:
    if value.kind != "connection":
        found = json_reading(Sensitive(value.text))
        yield from (("text", text) for text in _below(found if isinstance(found, dict | list) else value.text, ""))
        return
    yield from ((field, field_text(value.connection, field)) for field in _SHOWN)
    for name, each in value.extra.items():
        yield from ((extra_field(value, name), text) for text in _below(each, name))


def _below(value: Any, key: str) -> Iterator[str]:
    """Every text that stands under no name which Airflow masks, nor below one."""
    waiting = [(value, key)]
    while waiting:
        value, key = waiting.pop()
        if is_masked(key):
            continue
        if isinstance(value, dict):
            waiting += [(each, name) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [(each, key) for each in value]
        elif isinstance(value, str):
            yield value


def _credentials(value: Value) -> Iterator[str]:
    """Of extras only those whose name is known, as a name may be a value that lost its place."""
    if value.kind != "connection":
        found = json_reading(Sensitive(value.text))
        if value.kind == "config" or (not isinstance(found, dict | list) and shapes.shape(value.text)):
            yield "text"
        return
    if field_text(value.connection, "password"):
        yield "password"
    for name, declared in _declared(value):
        if value.extra[name] and (declared or is_sensitive(name)):
            yield f"extra.{name}"


def _declared(value: Value) -> Iterator[tuple[str, bool]]:
    """The extras that are set and that the type has; and are they secret?"""
    for name in value.extra:
        field = value.conn_type.field(name) if value.conn_type else None
        if field is not None:
            yield name, field.secret


def _expires(found: Sequence[format_secret.Leaf]) -> Mapping[str, str]:
    """The first day of a field, as a chain holds no longer than its first link."""
    days: dict[str, date] = {}
    for leaf in found:
        for day in _days(leaf.text):
            days[leaf.field] = min(day, days.get(leaf.field, day))
    return {field: day.isoformat() for field, day in days.items()}


def _days(text: str) -> Iterator[date]:
    yield from certificates.ends(text)
    for token in _JWT.finditer(text):
        end = (json_object(Sensitive(_decoded(token[1]))) or {}).get("exp")
        if type(end) is int and 0 < end < 2**34:
            yield datetime.fromtimestamp(end, UTC).date()
    if _IS_SAS.search(text):
        for signed in _SAS.finditer(text):
            try:
                yield date.fromisoformat(signed[1])
            except ValueError:
                continue


def _decoded(part: str) -> str:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
