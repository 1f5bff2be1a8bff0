"""An object in Vault and the text that stands for it: what people read, edit and compare.

For a release of the provider from 4.8 on, `Vault.connection` of an object is what the codec makes of its text, and
`Vault.variable` is its text. Two objects stand apart, neither of which Airflow documents:

- a `conn_uri` that is no text: its object is shown as JSON. Neither can be read, and Airflow fails at another class;
- a `value` that is no text: the text is its JSON, while Airflow hands out the number or object itself.

Releases before 4.8 pass the keys to the model as they are, so that a port in quotes stays text there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from secretsui.core import json_text
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Mistyped
from secretsui.core.sensitive import Sensitive

URI: Final = "conn_uri"
VALUE: Final = "value"

Object = Mapping[str, Any]


class Held(Mistyped):
    """An object on its way: in clear only where its `value` is named."""

    __slots__ = ()
    value: dict[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.value == other.value  # in whatever order

    def __hash__(self) -> int:
        return hash(Held)


def text_of(data: Object, kind: str) -> Sensitive | None:
    """The entry of a connection, variable, config option or other; None where there is none in this object."""
    if kind == "connection":
        uri = data.get(URI)
        return Sensitive(uri) if uri and isinstance(uri, str) else _as_json(data)
    if kind in ("variable", "config"):
        value = data.get(VALUE)
        return None if value is None else Sensitive(value) if isinstance(value, str) else _as_json(value)
    return _as_json(data)


def object_of(text: Sensitive, kind: str, before: Object | None = None) -> dict[str, Any]:
    """What to store so that its text is this one; raises a `DecodeError` for what no object can stand for.

    Of the object `before` the keys stay that Airflow reads neither way: beside `value`, and beside `conn_uri` as long
    as that decides. Fields are written as they are given, since each key of theirs is read.
    """
    kept = dict(before or {})
    if kind in ("variable", "config"):
        return {**kept, VALUE: text.reveal()}
    if kind == "connection" and text.reveal().strip()[:1] != "{":
        return {**(kept if kept.get(URI) else {}), URI: text.reveal()}
    found = json_text.load(text.reveal(), DecodeError)
    if not isinstance(found, dict):
        raise DecodeError("TypeError", "not-object")
    if kind == "connection" and found.get(URI) and isinstance(found[URI], str):
        raise DecodeError("TypeError", "unknown-key", URI)
    return found


def _as_json(value: object) -> Sensitive:
    return Sensitive(json.dumps(value, ensure_ascii=False))
