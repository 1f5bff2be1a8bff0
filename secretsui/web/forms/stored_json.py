"""A connection stored as JSON, changed in place: its own key names, its order and the keys Airflow ignores stay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from secretsui.core import json_members
from secretsui.core.aliases import ALIASES
from secretsui.core.connection import Connection, plain
from secretsui.core.sensitive import Sensitive
from secretsui.web.forms.text import uncarried

PORTABLE: Final = ("conn_type", "host", "login", "password", "schema", "port", "extra")
# Indenting what is nested deeply makes it thousands of times as long.
LONGEST: Final = 262_144
_INDENT: Final = re.compile(r"\{\s*?\n([ \t]+)")

Changes = Mapping[str, str | int | None]


def load(text: str) -> dict[str, Any] | None:
    """The object that this text is, or None; also None when a key stands twice, as one of the two would get lost."""
    return _object(text, _once)


def is_object(text: str) -> bool:
    return _object(text) is not None


def _object(text: str, hook: Callable[[Sequence[tuple[str, Any]]], dict[str, Any]] = dict) -> dict[str, Any] | None:
    if not text.strip().startswith("{"):
        return None
    try:
        found = json.loads(text, object_pairs_hook=hook)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError
    return found


def edit(text: str, changes: Changes) -> str:
    """The text with these fields changed and the rest as it is, to the byte.

    A field goes under the key that Airflow reads it from, which is the first of its names.
    """
    if not is_object(text):
        raise ValueError("The stored text is not an object.")
    for field, value in changes.items():
        text = _removed(text, field) if value is None else _set(text, field, value)
    return text


def _names(text: str, field: str) -> Sequence[str]:
    return [member.name for member in json_members.members(text) if member.name in ALIASES[field]]


def _removed(text: str, field: str) -> str:
    for name in _names(text, field):
        text = json_members.remove(text, name)
    return text


def _set(text: str, field: str, value: Any) -> str:
    value = as_member(field, value)
    names = _names(text, field)
    if not names:
        return json_members.append(text, json.dumps(field), _spelled(text, value))
    found = [member for member in json_members.members(text) if member.name == names[0]]
    was = text[found[0].value : found[0].end]
    whole = load(was) if field == "extra" and len(found) == 1 and isinstance(value, dict) else None
    spelled = _edited(was, whole, value) if whole else _spelled(text, value)
    return json_members.replace(text, names[0], spelled)


def _edited(text: str, whole: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """The text of an object with the keys changed that differ, and the others left to the byte."""
    for key in whole.keys() - value.keys():
        text = json_members.remove(text, key)
    for key, found in value.items():
        if key not in whole:
            text = json_members.append(text, json.dumps(key, ensure_ascii=text.isascii()), _spelled(text, found))
        elif spell(found) != spell(whole[key]):
            text = json_members.replace(text, key, _spelled(text, found))
    return text


def _spelled(text: str, value: Any) -> str:
    """In the manner of the text around it: what is indented there is indented here."""
    separators = (",", ":") if json_members.is_compact(text) else None
    indent = _indent(text) if isinstance(value, dict) else None
    if indent and (spelled := indented(value, indent, separators, ensure_ascii=text.isascii())):
        return spelled.replace("\n", f"\n{indent}")
    return json.dumps(value, separators=separators, ensure_ascii=text.isascii())


def indented(
    value: Any, indent: int | str, separators: tuple[str, str] | None = None, *, ensure_ascii: bool
) -> str | None:
    """The JSON over several lines; None where it is nested too deeply for that."""
    encoder = json.JSONEncoder(indent=indent, separators=separators, ensure_ascii=ensure_ascii)
    pieces: list[str] = []
    size = 0
    try:
        for piece in encoder.iterencode(value):
            pieces.append(piece)
            size += len(piece)
            if size > LONGEST:
                return None
    except RecursionError:
        return None
    return "".join(pieces)


def pretty(extra: str) -> str:
    """A JSON object over several lines, unless it is nested too deeply; any other text as it is."""
    found = load(extra)
    if found is None:
        return extra
    text = indented(found, 2, ensure_ascii=False)
    if text and uncarried(text):  # halves of a surrogate pair, which only their escapes can show
        text = indented(found, 2, ensure_ascii=True)
    return text or extra


def write(conn: Connection) -> str:
    """The seven keys that every version of Airflow reads the same way; those without a value are left out."""
    members = {field: as_member(field, in_clear(value)) for field in PORTABLE if (value := getattr(conn, field))}
    return json.dumps(members, ensure_ascii=False)


def ignored(text: str) -> Sequence[str]:
    """The keys of a stored object that Airflow's Secrets Manager backend passes over, in their order."""
    taken: set[str] = set()
    passed: list[str] = []
    for name in _object(text) or {}:
        field = next((field for field, names in ALIASES.items() if name in names), None)
        if field is None or field in taken:
            passed.append(name)
        else:
            taken.add(field)
    return passed


def as_member(field: str, value: Any) -> Any:
    """The extra as an object where it is one: no reader then has to unpack a text."""
    if field != "extra" or not isinstance(value, str):
        return value
    found = load(value)
    return value if found is None else found


def difference(was: Sensitive | None, now: str | None) -> dict[str, Any] | None:
    """The keys that change from one extra to the other with their new values, None for one that goes; or None where
    one of the two is no JSON object.
    """
    before, after = (({} if each is None else load(each)) for each in (_text(was), now))
    if before is None or after is None:
        return None
    gone: dict[str, Any] = {key: None for key in before if key not in after}
    return gone | {key: each for key, each in after.items() if key not in before or spell(before[key]) != spell(each)}


def rebase(mine: str, base: Sensitive | None, theirs: Sensitive | None) -> str:
    """Their extra with what I changed in mine, key by key; mine where one of the three is no JSON object."""
    was, now, typed = ({} if each is None else load(each) for each in (_text(base), _text(theirs), mine))
    if was is None or now is None or typed is None:
        return mine
    for key in {**was, **typed}:
        if key not in typed:
            now.pop(key, None)
        elif key not in was or spell(was[key]) != spell(typed[key]):
            now[key] = typed[key]
    return json.dumps(now, ensure_ascii=mine.isascii())


def _text(extra: Sensitive | None) -> str | None:
    return extra.reveal() if extra else None


def in_clear(value: Any) -> Any:
    return plain(value) if isinstance(value, Sensitive) else value


def spell(value: Any) -> str:
    """A wrongly typed member as JSON."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def _indent(text: str) -> str | None:
    found = _INDENT.match(text.lstrip())
    return found[1] if found else None
