"""A connection as JSON with the seven keys that every Airflow reads alike, in pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.core.connection import Connection, plain
from secretsui.core.pieces import Piece, Tone
from secretsui.core.secrecy import Secrecy
from secretsui.core.sensitive import Sensitive
from secretsui.core.sensitive_names import is_sensitive

PORTABLE: Final = ("conn_type", "host", "login", "password", "schema", "port", "extra")
DEEPEST: Final = 100
_TONES: Final[Mapping[str, Tone]] = {"conn_type": "type", "host": "host"}
_ESCAPED: Final = re.compile(r'[\\"]|[^\x20-\x7e]')


def spelled(text: str) -> str:
    """The inside of a JSON string: what cannot be seen is spelled out, so that the whole is one printable line."""
    return _ESCAPED.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    character = found[0]
    return character if character.isprintable() and character not in '\\"' else json.dumps(character)[1:-1]


def members(conn: Connection) -> Mapping[str, Any]:
    """What is set; the extra as an object where it is one, so that no reader has to unpack a text."""
    found: dict[str, Any] = {}
    for name in PORTABLE:
        value = getattr(conn, name)
        if value:
            found[name] = _as_member(name, plain(value) if isinstance(value, Sensitive) else value)
    return found


def _as_member(name: str, value: Any) -> Any:
    if name != "extra" or not isinstance(value, str):
        return value
    found = extra_members(value)
    return value if found is None else found


def extra_members(text: str) -> dict[str, Any] | None:
    """None where it is no JSON object, is nested very deeply, or has a key twice, of which one would get lost."""
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _depth(found) <= DEEPEST else None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [each for outer in level if isinstance(outer, dict | list) for each in _inside(outer)]:
        depth += 1
    return depth


def _inside(outer: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return outer.values() if isinstance(outer, dict) else outer


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError
    return found


def pieces(conn: Connection, secrecy: Secrecy, *, indented: bool = False) -> Sequence[Piece]:
    """One line, or each member of the connection (not of its extra) on its own."""
    start, between, end = ("{\n  ", ",\n  ", "\n}") if indented else ("{", ", ", "}")
    found: list[Piece] = []
    for name, value in members(conn).items():
        found += [Piece(between if found else start), Piece(json.dumps(name), "key"), Piece(": ")]
        found += _extra(value, secrecy) if name == "extra" else _value(value, tone_of(name, secrecy))
    return [*found, Piece(end)] if found else [Piece("{}")]


def tone_of(name: str, secrecy: Secrecy) -> Tone:
    return "secret" if secrecy.hides(name) else _TONES.get(name, "plain")


def _extra(value: Any, secrecy: Secrecy) -> Iterator[Piece]:
    if not isinstance(value, dict):
        yield from _value(value, "secret")
        return
    yield Piece("{")
    for place, (name, member) in enumerate(value.items()):
        yield Piece((", " if place else "") + f'"{spelled(name)}"', "key")
        yield Piece(": ")
        yield from _value(member, "secret" if secrecy.hides_extra(name) else "plain")
    yield Piece("}")


def _value(value: Any, tone: Tone) -> Iterator[Piece]:
    if isinstance(value, str):
        yield from (Piece('"'), Piece(spelled(value), tone), Piece('"'))
    elif tone == "secret" or not isinstance(value, dict):
        yield Piece(dumped(value), "secret" if holds_secrets(value) else tone)
    else:
        yield Piece("{")
        for place, (name, member) in enumerate(value.items()):
            yield Piece((", " if place else "") + f'"{spelled(name)}": ')
            yield from _value(member, "secret" if is_sensitive(name) else tone)
        yield Piece("}")


def holds_secrets(value: Any) -> bool:
    """Is there a key in it whose name tells of a secret?"""
    if isinstance(value, dict):
        return any(is_sensitive(name) or holds_secrets(member) for name, member in value.items())
    return isinstance(value, list) and any(map(holds_secrets, value))


def dumped(value: Any) -> str:
    if isinstance(value, str):
        return f'"{spelled(value)}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{spelled(name)}": {dumped(member)}' for name, member in value.items()) + "}"
    return "[" + ", ".join(map(dumped, value)) + "]" if isinstance(value, list) else json.dumps(value)
