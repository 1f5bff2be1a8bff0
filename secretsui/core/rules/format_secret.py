"""Rules about what the fields hold: placeholders, masks, keys without line breaks, secrets too short."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from secretsui.core.guard import AIRFLOW_MASK
from secretsui.core.rules.format_json import extra_field
from secretsui.core.rules.value import Hit, Value, field_text, json_object
from secretsui.core.sensitive import MASK, Sensitive
from secretsui.core.variable import json_reading

SNOWFLAKE: Final = "apache-airflow-providers-snowflake"
_GOOGLE: Final = "apache-airflow-providers-google"
SHORTEST_MASKED: Final = 5
# What the masks of Airflow make of this word: nothing.
_NEVER_MASKED: Final = "airflow"
_FIELDS: Final = ("host", "login", "password", "schema")
_MASKED_IN_URI: Final = re.compile(r":\*{3}@")
_PLACEHOLDER: Final = re.compile(
    r"<[a-z][a-z0-9 _./-]*>|\[(?:your|insert|enter)[a-z0-9 _./-]*\]"
    r"|(?:insert|enter)[_ -][a-z0-9_ -]*(?:password|secret|token|key|user|username|login|host|database|here)"
    r"|your[_ -][a-z0-9_ -]+|change[_ -]?(?:me|this)|replace[_ -]?(?:me|this)|(?:to ?do|tbd|fixme|placeholder)|x{3,}",
    re.IGNORECASE,
)
# Airflow fills in no template here; a variable may well hold one for whoever reads it.
_TEMPLATE: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_.]*\}|\{\{.*\}\}")
PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)(-----END \1-----|\Z)", re.DOTALL)
LINE_BREAK: Final = re.compile(r"[ \t]*\r?\n")
_PEM_START: Final = "-----BEGIN "


class Leaf(NamedTuple):
    """A text and the field it is in; `key` is its own name where it stands in an object."""

    field: str
    text: str
    key: str = ""


def leaves(value: Value) -> Iterator[Leaf]:
    """Every text that a value consists of, however deep in its extra, also in JSON that is kept as text."""
    if value.kind != "connection":
        found = json_reading(Sensitive(value.text))
        yield from _below("text", found if isinstance(found, dict | list) else value.text)
        return
    for field in _FIELDS:
        yield Leaf(field, field_text(value.connection, field))
    for name, each in value.extra.items():
        yield from _below(extra_field(value, name), each, name)


def _below(field: str, value: Any, key: str = "") -> Iterator[Leaf]:
    # Not by recursion: what the parser can just bear is deeper than what a chain of generators can.
    waiting = [(value, key)]
    while waiting:
        value, key = waiting.pop()
        if isinstance(value, dict):
            waiting += [(each, name) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [(each, key) for each in value]
        elif isinstance(value, str):
            inner = json_object(Sensitive(value)) if value.lstrip().startswith("{") else None
            if inner is None:
                yield Leaf(field, value, key)
            else:
                waiting.append((inner, key))


def placeholder(value: Value) -> Iterator[Hit]:
    if value.members is not None and list(value.members.items()) == [("", "")]:
        yield Hit("skeleton")
    patterns = (_PLACEHOLDER, _TEMPLATE) if value.kind == "connection" else (_PLACEHOLDER,)
    found = (leaf.field for leaf in leaves(value) if any(each.fullmatch(leaf.text.strip()) for each in patterns))
    for field in dict.fromkeys(found):
        yield Hit("placeholder", field)


def mask(value: Value) -> Iterator[Hit]:
    found = [leaf.field for leaf in leaves(value) if _is_masked(leaf.text)]
    if not found and _is_masked(value.text):
        found = ["text"]
    for field in dict.fromkeys(found):
        yield Hit("mask", field)


def _is_masked(text: str) -> bool:
    return (
        text.strip() in (AIRFLOW_MASK, "<redaction-failed>") or MASK in text or _MASKED_IN_URI.search(text) is not None
    )


def is_blank(text: str) -> bool:
    """Does it stand in the place of a secret: a mask, a placeholder, a template?"""
    return _is_masked(text) or any(each.fullmatch(text.strip()) for each in (_PLACEHOLDER, _TEMPLATE))


def damaged_pem(value: Value) -> Iterator[Hit]:
    for leaf in leaves(value):
        found = None if _is_forgiven(value, leaf) else PEM.search(leaf.text)
        if found and not found[3]:
            yield Hit("pem-cut", leaf.field)
        elif found and not LINE_BREAK.match(found[2]):
            yield Hit("pem-line-breaks", leaf.field, repair="newlines")


def _is_forgiven(value: Value, leaf: Leaf) -> bool:
    """Google's hook puts the line breaks of its key file back by itself."""
    known = value.conn_type
    return leaf.key == "private_key" and "\\n" in leaf.text and known is not None and known.distribution == _GOOGLE


def key_form(value: Value) -> Iterator[Hit]:
    """Snowflake's hook wants the key as it is before 6.3, in base64 before 6.11, and takes either since."""
    version = value.context.version(SNOWFLAKE)
    for field, form in key_forms(value) if version is not None else ():
        if code := unfit(form, version or ()):
            yield Hit(code, field, repair="to-base64" if form == "pem" else "from-base64")


def unfit(form: str, version: tuple[int, ...]) -> str:
    """What is wrong with a form for this release of the provider, "" where it takes it."""
    if form == "pem":
        return "key-not-base64" if (6, 3) <= version < (6, 11) else ""
    return "key-in-base64" if version < (6, 3) else ""


def key_forms(value: Value) -> Iterator[tuple[str, str]]:
    """In which form the private keys of a Snowflake connection are: pem or base64."""
    if value.conn_type is None or value.conn_type.conn_type != "snowflake":
        return
    for name in ("private_key_content", "extra__snowflake__private_key_content"):
        key = value.extra.get(name)
        if isinstance(key, str) and key:
            if _PEM_START in key:
                yield extra_field(value, name), "pem"
            elif _PEM_START in decoded(key):
                yield extra_field(value, name), "base64"


def decoded(text: str) -> str:
    """From base64; "" where it is none, or holds no text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def no_password(value: Value) -> Iterator[Hit]:
    known = value.conn_type
    for group in known.needs if known else ():
        if "password" in group and not any(_is_set(value, name) for name in group):
            yield Hit("missing-password", "password")


def _is_set(value: Value, name: str) -> bool:
    field, _, key = name.partition(".")
    return bool(value.extra.get(key)) if key else bool(getattr(value.connection, field))


def short_secret(value: Value) -> Iterator[Hit]:
    secrets = [("password", field_text(value.connection, "password"))]
    for field in value.conn_type.fields if value.conn_type else ():
        text = value.extra.get(field.name)
        if field.secret and isinstance(text, str):
            secrets.append((f"extra.{field.name}", text))
    for place, text in secrets:
        if 0 < len(text) < SHORTEST_MASKED and not _is_masked(text):
            yield Hit("short-secret", place, facts={"shortest": SHORTEST_MASKED})
        elif text.lower() == _NEVER_MASKED:
            yield Hit("never-masked", place)
