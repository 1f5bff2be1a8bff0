"""Mending a value by one step. Each repair has one meaning, and raises `NoRepair` where that is not beyond doubt."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from secretsui.core import catalogue, codec, json_members, json_text, uri_edit
from secretsui.core.aliases import ALIASES
from secretsui.core.codec_errors import CodecError, EncodeError
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.rules import format_json, format_secret, format_uri
from secretsui.core.rules.encode import encode
from secretsui.core.rules.format_text import QUOTES
from secretsui.core.rules.no_repair import NoRepair
from secretsui.core.rules.value import NOTHING_KNOWN, Value, field_text, is_same, json_object
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable_reading import unquoted

__all__ = ["NoRepair", "apply", "apply_to_field", "is_of_field"]

Mend = Callable[[str], str]

_SCHEME: Final = re.compile(r"(\s*)([A-Za-z][A-Za-z0-9_+.-]*)(?=://)")
_LATE_PROTOCOL: Final = re.compile(
    r"(?P<type>[A-Za-z][A-Za-z0-9+.-]*://)(?P<userinfo>[^/?#@]*@)(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*://)(?P<rest>[^@]*)"
)
_PEM_AND_BREAKS: Final = re.compile(format_secret.PEM.pattern + r"(?:(?:\\r)?\\n|\s)*", re.DOTALL)
_PEM_BODY: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def unquote_text(text: str) -> str:
    """Of a JSON string what it stands for."""
    inner = unquoted(text)
    return text.strip().strip(QUOTES).strip() if inner is None else inner


def hyphenate(text: str) -> str:
    return _SCHEME.sub(lambda found: found[1] + found[2].replace("_", "-"), text, count=1)


def protocol_first(text: str) -> str:
    """The login goes behind the protocol of the host, where Airflow looks for it."""
    found = _LATE_PROTOCOL.fullmatch(text.strip())
    if found is None:
        raise NoRepair("The login and the protocol do not stand side by side.")
    return found["type"] + found["protocol"] + found["userinfo"] + found["rest"]


def to_json(text: str) -> str:
    """With the host as it is spelled, which a URI cannot keep."""
    if repeated := format_uri.REPEATED_PROTOCOL.match(text.strip()):
        return _without_repetition(repeated, text.strip()[repeated.end() :])
    conn = _read_alike(text)
    host = field_text(conn, "host")
    protocol, separator, name = host.rpartition("://")
    raw = unquote(format_uri.raw_host(text.strip()))
    return _written(conn, protocol + separator + raw if raw.lower() == name else host)


def _without_repetition(start: re.Match[str], rest: str) -> str:
    """`http://http://name` is what Airflow 2.11 writes for a host that names its protocol, and nobody can read."""
    conn = _read_alike(f"{start[1]}://{rest}")
    if conn.schema:
        raise NoRepair("What follows the host could be a part of it.")
    return _written(conn, f"{start[1]}://{conn.host}")


def _read_alike(uri: str) -> Connection:
    """To the type of each parameter."""
    value = Value.of(Sensitive(uri), "connection", NOTHING_KNOWN)
    conn = value.connection
    if conn is None or not value.is_uri or not value.is_read_alike:
        raise NoRepair("Not every Airflow reads it.")
    if not all(is_same(conn, other) for other in value.connections):
        raise NoRepair("The Airflow versions read different things from it.")
    return conn


def _written(conn: Connection, host: str) -> str:
    fields = {name: getattr(conn, name) for name in FIELDS}
    text = codec.to_json(Connection(**{**fields, "host": host or None}), "3.3").reveal()
    return json.dumps({name: each for name, each in json.loads(text).items() if each != ""})


def rename_keys(text: str) -> str:
    """Names of other tools become Airflow's own, where the field is not set yet."""
    found = json_object(Sensitive(text))
    if found is None:
        raise NoRepair("This is no JSON object.")
    for name in found:
        field = format_json.field_of(name)
        # An id is no type, although the backend takes it for one.
        if field and name not in (field, "conn_id"):
            if sum(format_json.field_of(other) == field for other in found) > 1:
                raise NoRepair("Two keys stand for the same field.")
            text = _renamed(text, name, field)
    return text


def rename_extras(text: str) -> str:
    """Extras under today's names; none is overwritten."""
    value = Value.of(Sensitive(text), "connection", NOTHING_KNOWN)
    extra: dict[str, Any] = {}
    for name, setting in value.extra.items():
        new = format_json.new_name(value, name) or name
        if new in extra or (new != name and new in value.extra):
            raise NoRepair("Both the old and the new name are set.")
        extra[new] = setting
    return _with_extra(text, extra)


def newlines(text: str) -> str:
    """Line breaks into every PEM block whose text is nothing but base64."""
    mended = _PEM_AND_BREAKS.sub(_broken, text)
    return mended if text.endswith("\n") else mended.rstrip("\n")


def _broken(block: re.Match[str]) -> str:
    if format_secret.LINE_BREAK.match(block[2]):
        return block[0]
    # Only a space or a written \n can have been a line break.
    body = re.sub(r"(?:\\r)?\\n|\s", "", block[2])
    if not block[3] or not _PEM_BODY.fullmatch(body) or len(body) % 4:
        raise NoRepair("The block is more than a key in base64, or a part of it is missing.")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {block[1]}-----", *lines, block[3], ""])


def decode(text: str) -> str:
    if not format_json.is_encoded(text) or "+" in text:
        raise NoRepair("It is not percent-encoded throughout, or a + might be a space.")
    return unquote(text)


def known_type(text: str) -> str:
    meant = catalogue.near(text)
    if meant is None:
        raise NoRepair("There is no type like this.")
    return meant.conn_type


def to_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def from_base64(text: str) -> str:
    if plain := format_secret.decoded(text):
        return plain
    raise NoRepair("The text is no text in base64.")


_OF_TEXT: Final[Mapping[str, Mend]] = {
    "unquote": unquote_text,
    "strip": str.strip,
    "encode": encode,
    "hyphenate": hyphenate,
    "protocol-first": protocol_first,
    "to-json": to_json,
    "rename-keys": rename_keys,
    "rename-extras": rename_extras,
}
_OF_FIELD: Final[Mapping[str, Mend]] = {
    "strip": str.strip,
    "decode": decode,
    "newlines": newlines,
    "known-type": known_type,
    "to-base64": to_base64,
    "from-base64": from_base64,
}


def apply(repair: str, text: Sensitive, field: str = "text") -> Sensitive:
    """Of the whole text, or of one field where it stands in the text. May raise `NoRepair`."""
    if repair in _OF_FIELD and field != "text":
        return Sensitive(_in_text(text.reveal(), field, _OF_FIELD[repair]))
    if repair in _OF_TEXT:
        return Sensitive(_OF_TEXT[repair](text.reveal()))
    raise NoRepair("There is no such repair.")


def apply_to_field(repair: str, value: str) -> str:
    """Of what one field holds. May raise `NoRepair`."""
    if repair in _OF_FIELD:
        return _OF_FIELD[repair](value)
    raise NoRepair("There is no such repair.")


def is_of_field(repair: str) -> bool:
    """Can it be done to a field by itself, without the text around it?"""
    return repair in _OF_FIELD


def _in_text(text: str, field: str, mend: Mend) -> str:
    """The field put back where it stood, and all else left to the byte as far as that goes."""
    field, _, key = field.partition(".")
    value = Value.of(Sensitive(text), "connection", NOTHING_KNOWN)
    if field == "extra":
        return _with_extra(text, {name: _mended(each, mend, name, key) for name, each in value.extra.items()})
    found = field_text(value.connection, field)
    if not found:
        raise NoRepair("The field holds no text.")
    if value.members is None:
        return _edited(text, {field: mend(found)})
    name = next(name for name in value.members if name in ALIASES[field])
    return json_members.replace(text, name, json.dumps(mend(found)))


def _mended(value: Any, mend: Mend, name: str, key: str) -> Any:
    if not isinstance(value, str) or (key and name != key):
        return value
    try:
        return mend(value)
    except NoRepair:
        if key:
            raise
        return value


def _with_extra(text: str, extra: Mapping[str, Any]) -> str:
    try:
        spelled = json_text.dump(extra, EncodeError)
    except EncodeError as failure:
        raise NoRepair("The extra is nested too deeply.") from failure
    if not text.strip().startswith("{"):
        return _edited(text, {"extra": spelled})
    found = json_object(Sensitive(text)) or {}
    return json_members.replace(text, "extra", json.dumps(spelled) if isinstance(found.get("extra"), str) else spelled)


def _edited(uri: str, changes: Mapping[str, Any]) -> str:
    try:
        edited = uri_edit.edit(uri, changes)
    except CodecError:
        edited = None
    if edited is None:
        raise NoRepair("This part of the URI cannot be changed by itself.")
    return edited


def _renamed(text: str, name: str, new: str) -> str:
    for member in reversed(json_members.members(text)):
        if member.name == name:
            text = text[: member.start] + json.dumps(new) + text[member.colon :]
    return text
