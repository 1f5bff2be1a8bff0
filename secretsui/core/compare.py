"""Which fields differ, never what they hold: of two values, or of two edits that started from the same one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from secretsui.core.connection import FIELDS, Connection
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.variable import json_reading

State = Literal["same", "differs", "only-left", "only-right", "cannot-tell"]
Change = Literal["unchanged", "theirs", "mine", "both", "clash", "cannot-tell"]

# Places are fields, and one level below them `extra.key`; of other texts `text`, or the keys of a JSON object.
# What a place holds is a value that can be compared, None where it is not set.
_Places = Mapping[str, Any]
_UNKNOWN: Final = object()


# Types of fields that are the same if they are equal.
_PLAIN: Final = frozenset({type(None), str, int, Sensitive})
# A longer text may be nested more deeply than can be told.
_SURELY_PARSED: Final = 400


@dataclass(frozen=True, slots=True)
class FieldDiff:
    field: str
    state: State


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What two edits did to a place: `both` made the same change, `clash` is two different ones."""

    field: str
    change: Change


def compare(left: Connection | None, right: Connection | None) -> Sequence[FieldDiff]:
    """Every field that is set on either side; None is a value that could not be read, so nothing can be told."""
    return sorted(_differences(*_level(left, right)), key=_field_order)


def is_alike(left: Connection, right: Connection) -> bool:
    """Surely the same in every place: quicker to tell than `compare`, which may find so of others as well."""
    pairs = ((getattr(left, name), getattr(right, name)) for name in FIELDS)
    return all(type(one) is type(other) and type(one) in _PLAIN and one == other for one, other in pairs) and (
        left.extra is None or len(left.extra.reveal()) < _SURELY_PARSED
    )


def compare_texts(left: Sensitive | None, right: Sensitive | None) -> Sequence[FieldDiff]:
    """By key where both are JSON objects, else as a whole."""
    return _differences(*_texts(left, right))


def compare3(base: Connection | None, theirs: Connection | None, mine: Connection | None) -> Sequence[FieldChange]:
    return sorted(_changes(*_level(base, theirs, mine)), key=_field_order)


def compare3_texts(base: Sensitive | None, theirs: Sensitive | None, mine: Sensitive | None) -> Sequence[FieldChange]:
    return _changes(*_texts(base, theirs, mine))


def field_of(place: str) -> str:
    """The field that a compared place belongs to: keys of the extra are named `extra.key`."""
    return place.partition(".")[0]


def _differences(left: _Places, right: _Places) -> Sequence[FieldDiff]:
    return [FieldDiff(place, _state(left.get(place), right.get(place))) for place in _in_order(left, right)]


def _state(left: Any, right: Any) -> State:
    if left is _UNKNOWN or right is _UNKNOWN:
        return "cannot-tell"
    return state_of(left, right)


def state_of(left: Any, right: Any) -> State:
    """Of what two sides hold, where both are known; None is not set."""
    if left is None:
        return "only-right"
    if right is None:
        return "only-left"
    return "same" if left == right else "differs"


def _changes(base: _Places, theirs: _Places, mine: _Places) -> Sequence[FieldChange]:
    return [
        FieldChange(place, _change(base.get(place), theirs.get(place), mine.get(place)))
        for place in _in_order(base, theirs, mine)
    ]


def _change(base: Any, theirs: Any, mine: Any) -> Change:
    if _UNKNOWN in (base, theirs, mine):
        return "cannot-tell"
    if theirs == mine:
        return "unchanged" if theirs == base else "both"
    if theirs == base:
        return "mine"
    return "theirs" if mine == base else "clash"


def _in_order(*sides: _Places) -> Iterator[str]:
    return iter(dict.fromkeys(place for side in sides for place in side))


def _field_order(found: FieldDiff | FieldChange) -> int:
    return FIELDS.index(field_of(found.field))


def _level(*conns: Connection | None) -> Sequence[_Places]:
    """The places of each, with the extra taken apart if that can be done on every side."""
    extras = [_extra_keys(conn) for conn in conns]
    if None in extras:
        return [_places(conn) for conn in conns]
    return [{**_places(conn, without="extra"), **(extra or {})} for conn, extra in zip(conns, extras, strict=True)]


def _extra_keys(conn: Connection | None) -> _Places | None:
    if conn is None or isinstance(conn.extra, Hidden):
        return None
    found = json_reading(conn.extra) if conn.extra else {}
    return {f"extra.{key}": _canonical(value) for key, value in found.items()} if isinstance(found, dict) else None


def _places(conn: Connection | None, without: str = "") -> _Places:
    if conn is None:
        return dict.fromkeys(FIELDS, _UNKNOWN)
    found = {name: _comparable(getattr(conn, name)) for name in FIELDS if name != without}
    return {place: value for place, value in found.items() if value is not None}


def _comparable(value: Any) -> Any:
    """None for "" too: a URI makes an absent host "", JSON makes it None, and to a hook both are nothing."""
    if isinstance(value, Hidden):
        return _UNKNOWN
    if value is None or value == "" or (isinstance(value, Sensitive) and not value):
        return None
    return value if isinstance(value, Sensitive) else _canonical(value)


def _canonical(value: Any) -> Any:
    """One spelling per JSON value, so that 1 is not true and the order of keys does not matter."""
    try:
        return Sensitive(json.dumps(value, sort_keys=True))
    except RecursionError:  # nested as deeply as the parser could just bear
        return _UNKNOWN


def _texts(*texts: Sensitive | None) -> Sequence[_Places]:
    readings: list[Any] = [None if text is None else json_reading(text) for text in texts]
    if all(isinstance(reading, dict) for reading in readings):
        return [{key: _canonical(value) for key, value in reading.items()} for reading in readings]
    return [{"text": _UNKNOWN if text is None else text} for text in texts]
