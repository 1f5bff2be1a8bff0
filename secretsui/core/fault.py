"""What keeps Airflow from using a connection, found in its text and in what each Airflow makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from secretsui.core import json_text
from secretsui.core.aliases import ALIASES
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection, Mistyped
from secretsui.core.dialects import Dialect

# Every code, worst first where several apply; beside these, the reasons of a `DecodeError`.
CODES: Final = (
    "blank",
    "quoted",
    "bad-json",
    "not-object",
    "cut-short",
    "bad-uri",
    "bad-port",
    "bad-extra",
    "not-utf8",
    "too-deep",
    "number-too-long",
    "control-character",
    "type-underscore",
    "not-a-uri",
    "missing-type",
    "repeated-protocol",
    "unescaped",
    "wrong-type",
    "conn-id-as-type",
    "two-names",
    "unknown-key",
)
_AIRFLOWS: Final[Mapping[Dialect, str]] = {
    "2.11": "Airflow 2.11",
    "3.3": "servers of Airflow 3.3",
    "3.3-sdk": "tasks of Airflow 3.3",
}
_FIELD_OF_NAME: Final = {name: field for field, names in ALIASES.items() for name in names}
# Passed over without harm: a remark, and what a managed database writes beside its credentials.
_HARMLESS: Final = frozenset({"description", "dbInstanceIdentifier", "dbClusterIdentifier", "masterarn"})
# Only these are named; any other key might be a value that lost its place.
_KNOWN_STRAYS: Final = frozenset(
    {"uri", "url", "dbname", "db", "type", "id", "name", "hostname", "hosts", "ports", "passwd", "pwd", "token"}
    | {"extras", "params", "options", "conn_name", "connection_id", "region_name", "role_arn", "account", "team_name"}
    | {"aws_access_key_id", "aws_secret_access_key"}
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SCHEMES: Final = re.compile(rf"{_SCHEME.pattern}(?:{_SCHEME.pattern})?")
_ALMOST_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]*://")
_END_OF_HOST: Final = re.compile(r"[/?#]")


@dataclass(frozen=True, slots=True)
class Fault:
    """`spoils_reading`: Airflow reads something, but fields then hold what belongs elsewhere."""

    code: str = ""
    detail: str = ""
    spoils_reading: bool = False


def find(text: str, readings: Mapping[Dialect, Connection | DecodeError]) -> Fault:
    """The worst fault, or one without a code."""
    return next(each(text, readings), Fault())


def each(text: str, readings: Mapping[Dialect, Connection | DecodeError]) -> Iterator[Fault]:
    """All faults, worst first; none beside one that leaves nothing to look at."""
    stripped = text.strip()
    if not stripped:
        yield Fault("blank")
        return
    if is_quoted(stripped):
        yield Fault("quoted", "the first and the last character", spoils_reading=True)
        return
    if failed := {name: reading for name, reading in readings.items() if isinstance(reading, DecodeError)}:
        yield _cut_short(stripped) or _unreadable(failed, len(readings))
    if len(failed) == len(readings):
        return
    if stripped.startswith("{"):
        found = cast("dict[str, Any]", json_text.load(stripped, DecodeError))
        yield from _in_json(found, [conn for conn in readings.values() if isinstance(conn, Connection)])
    else:
        yield from _in_uri(stripped)


def is_quoted(stripped: str) -> bool:
    return len(stripped) > 1 and stripped[0] in "\"'" and stripped[0] == stripped[-1]


def where_blank(text: str) -> str:
    """At which ends white space stands, in words."""
    ends = {"before": text != text.lstrip(), "after": text != text.rstrip()}
    return " and ".join(end for end, is_blank in ends.items() if is_blank)


def _cut_short(text: str) -> Fault | None:
    """Airflow would say that the port is no number; the cause is a character of the login or password before it."""
    scheme = SCHEMES.match(text)
    end = _END_OF_HOST.search(text, scheme.end()) if scheme else None
    # A second :// is a cause of its own.
    if end is None or "@" not in text[end.end() :] or text[end.start() - 1 :].startswith("://"):
        return None
    return Fault("cut-short", f"the {end[0]} at character {end.start() + 1}")


def _unreadable(failed: Mapping[Dialect, DecodeError], of: int) -> Fault:
    first = next(iter(failed.values()))
    where = [first.where] if first.where else []
    if len(failed) < of:
        where.append("only for " + " and ".join(_AIRFLOWS[name] for name in failed))
    return Fault(first.reason, ", ".join(where))


def _in_uri(text: str) -> Iterator[Fault]:
    if control := _CONTROL.search(text):
        yield Fault("control-character", f"character {control.start() + 1}", spoils_reading=True)
    if not _SCHEME.match(text):
        yield _without_type(text)
        return
    scheme, _, rest = text.partition("://")
    before, second, after = rest.partition("://")
    if second and _END_OF_HOST.search(before):
        # The second "://" makes Airflow look for the host behind it.
        yield Fault("unescaped", f"the :// at character {len(scheme) + len(before) + 4}", spoils_reading=True)
    if second and before.lower() == scheme.lower():
        yield Fault("repeated-protocol", "the host starts with the type and ://", spoils_reading=True)
    yield from _behind_host(text, after if second else rest)


def _without_type(text: str) -> Fault:
    if _ALMOST_SCHEME.match(text):
        return Fault("type-underscore", f"character {text.index('_') + 1}", spoils_reading=True)
    if text.startswith("//"):
        return Fault("missing-type")
    return Fault("missing-type" if "://" in text else "not-a-uri", spoils_reading=True)


def _behind_host(text: str, rest: str) -> Iterator[Fault]:
    """An "@" in the path was meant to end the password, but for that of a file; a "#" ends the URI for Airflow."""
    start = len(text) - len(rest)
    path = re.search(r"/[^?#]*", rest)
    if (
        path
        and not rest.startswith("//")
        and path.start() == (_END_OF_HOST.search(rest) or path).start()
        and "@" in path[0]
    ):
        yield Fault("unescaped", f"the @ at character {start + rest.index('@', path.start()) + 1}", spoils_reading=True)
    if "#" in rest:
        yield Fault("unescaped", f"the # at character {start + rest.index('#') + 1}")


def _in_json(found: Mapping[str, Any], conns: Sequence[Connection]) -> Iterator[Fault]:
    for field in ("conn_type", "host", "schema", "login", "password"):
        if any(_is_mistyped(getattr(conn, field)) for conn in conns):
            yield Fault("wrong-type", field)
    if not all(conn.conn_type for conn in conns):
        yield Fault("missing-type")
    types = [name for name in found if _FIELD_OF_NAME.get(name) == "conn_type"]
    if types[:1] == ["conn_id"]:
        yield Fault("conn-id-as-type", f"key {list(found).index('conn_id') + 1} of {len(found)}")
    yield from _two_names(found)
    yield from _unknown_keys(found)


def _is_mistyped(value: object) -> bool:
    return isinstance(value, Mistyped) or not (value is None or isinstance(value, str) or hasattr(value, "reveal"))


def _two_names(found: Mapping[str, Any]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for name, value in found.items():
        # An id beside the type does no harm where the type comes first.
        field = _FIELD_OF_NAME.get(name) if name != "conn_id" else None
        if field and found[first.setdefault(field, name)] != value:
            yield Fault("two-names", f"{first[field]} and {name}, the first is used")


def _unknown_keys(found: Mapping[str, Any]) -> Iterator[Fault]:
    strays = [name for name in found if name not in _FIELD_OF_NAME and name not in _HARMLESS]
    if strays:
        named = [name if name in _KNOWN_STRAYS else f"key {list(found).index(name) + 1}" for name in strays[:3]]
        more = f" and {len(strays) - 3} more" if len(strays) > 3 else ""
        yield Fault("unknown-key", f"{', '.join(named)}{more} of {len(found)} keys")
