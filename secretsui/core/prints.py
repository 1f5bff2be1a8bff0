"""What is kept of a value in order to compare it: a keyed fingerprint per place, and per way in which Airflow reads it.

Places are those of `core.compare`: a field, `extra.key` beside the whole extra, and of a variable `text`. The base is
what servers of Airflow 3.3 read; where another dialect reads a place otherwise, `place@dialect` has that. `@dialect`
alone marks one that cannot use the value at all, and `fields` a value whose fields are not told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from secretsui.core import uri_writer
from secretsui.core.codec_errors import CodecError
from secretsui.core.compare import FieldDiff, State, field_of, state_of
from secretsui.core.connection import FIELDS, Connection, Mistyped
from secretsui.core.dialects import DIALECTS, RULES, Dialect
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.variable import json_reading

Prints = Mapping[str, str]
Found = Sensitive | Hidden
Places = Mapping[str, Found]
Readings = Mapping[Dialect, Connection | None]
Verdict = Literal["same", "different", "cannot-tell"]

HIDDEN: Final = "?"
TEXT: Final = "text"
UNTOLD: Final = "fields"
# Hex digits kept of a fingerprint: 128 bits tell any two values apart.
LENGTH: Final = 32
MOST_KEYS: Final = 64

_BY_PREFERENCE: Final[tuple[Dialect, ...]] = ("3.3", "2.11", "3.3-sdk")
_ORDER: Final = (*FIELDS, TEXT)
_FIELDS: Final = frozenset(FIELDS)
_NOT_SET: Final = Sensitive("")
_NOT_TOLD: Final = Hidden()
# A key is kept as a name, so it has to look like one: no line of text, nothing that a database refuses.
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,79}")


def places(value: Readings | Found, *, names_keys: bool = True) -> Places:
    """Each place that is set, of a connection as each dialect reads it (None: cannot), or of a variable.

    Only for readings in which no field holds what belongs elsewhere: `untold` is for the others. Without `names_keys`
    the extra is one place: a piece of a password may be taken for a parameter of a URI, and places are kept in clear.
    """
    if isinstance(value, Sensitive | Hidden):
        return {TEXT: _in_one_spelling(value)}
    read = {dialect: _of_connection(conn, names_keys) for dialect, conn in value.items() if conn is not None}
    base: Places = next((read[dialect] for dialect in _BY_PREFERENCE if dialect in read), {})
    found = dict(base)
    for dialect, other in read.items():
        found |= {f"{place}@{dialect}": other.get(place, _NOT_SET) for place in _unlike(base, other)}
    if read and not found:
        found["conn_type"] = _NOT_SET  # else it would look like nothing known
    return {**found, **_unreadable(value)}


def untold(readings: Readings) -> Places:
    """Of a connection that must not be taken apart: which dialects cannot use it, no more."""
    return {UNTOLD: _NOT_TOLD, **_unreadable(readings)}


def fingerprinted(found: Places, key: bytes) -> Prints:
    return {place: _print(place, value, key) for place, value in found.items()}


def unreadable(prints: Mapping[str, object]) -> Sequence[Dialect]:
    """The dialects that cannot use the value that these are prints or places of."""
    return [dialect for dialect in DIALECTS if f"@{dialect}" in prints]


def fields(prints: Mapping[str, object]) -> frozenset[str]:
    """The fields of a connection that are set, as the base has them."""
    return frozenset(field_of(place) for place, value in prints.items() if value and "@" not in place) & _FIELDS


def compare(left: Prints, left_dialect: Dialect, right: Prints, right_dialect: Dialect) -> Sequence[FieldDiff]:
    """Every place that is set on either side, each side as its dialect reads it.

    Where the fields of one side are not told, equal texts are the same and of others nothing can be told.
    """
    ours, theirs = _seen(left, left_dialect), _seen(right, right_dialect)
    if ours is None or theirs is None or (TEXT in ours) != (TEXT in theirs):
        is_same = left_dialect == right_dialect and left.get(TEXT, HIDDEN) == right.get(TEXT) != HIDDEN
        return [FieldDiff(TEXT, "same" if is_same else "cannot-tell")]
    by_key = all("extra" not in side or _has_keys(side) for side in (ours, theirs))
    seen = [place for place in {**ours, **theirs} if by_key != (place == "extra") or not place.startswith("extra")]
    diffs = [FieldDiff(place, _state(ours.get(place), theirs.get(place))) for place in seen]
    return sorted(diffs, key=lambda diff: _ORDER.index(field_of(diff.field)))


def verdict(diffs: Sequence[FieldDiff]) -> Verdict:
    """One place that surely differs is enough, and one that is not told rules "same" out; descriptions do not count."""
    states = {diff.state for diff in diffs if diff.field != "description"}
    if states & {"differs", "only-left", "only-right"}:
        return "different"
    return "cannot-tell" if "cannot-tell" in states else "same"


def _in_one_spelling(value: Found) -> Found:
    """Of an object or a list: the API of Airflow 3 and exported files have them in another than was stored."""
    found = json_reading(value) if isinstance(value, Sensitive) else None
    return _as_json(found) if isinstance(found, dict | list) else value


def _of_connection(conn: Connection, names_keys: bool) -> Places:
    values = {name: _canonical(name, getattr(conn, name)) for name in FIELDS if name != "extra"}
    found = {name: value for name, value in values.items() if value is not None}
    return {**found, **_of_extra(conn.extra, names_keys)}


def _of_extra(extra: Any, names_keys: bool) -> Places:
    """As a whole, and by key where it is an object of not too many keys that look like names."""
    if isinstance(extra, Hidden):
        return {"extra": extra, **_by_key(extra.members if isinstance(extra, MaskedObject) else {}, names_keys)}
    found = json_reading(extra) if extra else {}
    if not isinstance(found, dict):
        return {"extra": _escaped(extra)}
    if not found:
        return {}
    return {"extra": _as_json(found), **_by_key(found, names_keys)}


def _by_key(members: Mapping[str, Any], names_keys: bool) -> Places:
    can_name = names_keys and len(members) <= MOST_KEYS and all(_KEY.fullmatch(key) for key in members)
    return {f"extra.{key}": _as_json(value) for key, value in members.items()} if can_name else {}


def _canonical(name: str, value: Any) -> Found | None:
    """None for "" too: a URI makes an absent host "", JSON makes it None, and to a hook both are nothing."""
    if isinstance(value, Hidden):
        return value
    if value is None or value == "" or (isinstance(value, Sensitive) and not value):
        return None
    if name == "port" and type(value) is int:
        return Sensitive(str(value))
    return _escaped(value) if isinstance(value, str | Sensitive) and name != "port" else _marked(value)


def _escaped(value: str | Sensitive) -> Found:
    """Text as it is, unless it could be taken for what is no text."""
    if isinstance(value, Mistyped):
        return _marked(value.value)
    text = value.reveal() if isinstance(value, Sensitive) else value
    return Sensitive(f"\0{text}" if text.startswith("\0") else text)


def _marked(value: object) -> Found:
    found = _as_json(value)
    return found if isinstance(found, Hidden) else Sensitive(f"\0{found.reveal()}")


def _as_json(value: object) -> Found:
    """One spelling per JSON value, so that 1 is not true and the order of keys does not matter."""
    if isinstance(value, Hidden):
        return value
    try:
        return Sensitive(json.dumps(value, sort_keys=True))
    except RecursionError:  # nested as deeply as the parser could just bear
        return _NOT_TOLD


def _unlike(base: Places, other: Places) -> Iterator[str]:
    # Not told twice is as good as the same: neither is ever compared.
    for place in {**base, **other}:
        left, right = base.get(place), other.get(place)
        if left != right and not (isinstance(left, Hidden) and isinstance(right, Hidden)):
            yield place


def _unreadable(readings: Readings) -> Places:
    found = (dialect for dialect, conn in readings.items() if conn is None or not _can_be_found(conn, dialect))
    return {f"@{dialect}": _NOT_SET for dialect in found}


def _can_be_found(conn: Connection, dialect: Dialect) -> bool:
    """Airflow spells what it found as a URI, and passes over what it cannot spell. What is masked was found."""
    if any(isinstance(getattr(conn, name), Hidden) for name in FIELDS):
        return True
    try:
        uri_writer.write(conn, RULES[dialect])
    except CodecError:
        return False
    return True


def _print(place: str, value: Found, key: bytes) -> str:
    if isinstance(value, Hidden):
        return HIDDEN
    return value.fingerprint(key)[:LENGTH] if value or place == TEXT else ""


def _seen(prints: Prints, dialect: Dialect) -> Prints | None:
    """What this dialect finds set: of a variable `text`, of a connection all but that. None where that is not known."""
    if not prints or UNTOLD in prints or f"@{dialect}" in prints:
        return None
    base = {place: found for place, found in prints.items() if "@" not in place}
    if base.keys() == {TEXT}:
        return base
    end = f"@{dialect}"
    own = base | {place.removesuffix(end): found for place, found in prints.items() if place.endswith(end)}
    return {place: found for place, found in own.items() if found and place != TEXT}


def _has_keys(side: Prints) -> bool:
    return any(place.startswith("extra.") for place in side)


def _state(left: str | None, right: str | None) -> State:
    return "cannot-tell" if HIDDEN in (left, right) else state_of(left, right)
