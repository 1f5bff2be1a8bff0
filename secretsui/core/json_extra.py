"""The extra of a connection as Airflow hands it to hooks: parsed."""

from __future__ import annotations

from typing import Any

from secretsui.core.codec_errors import EncodeError
from secretsui.core.connection import Mistyped
from secretsui.core.construct import can_encode, require_object
from secretsui.core.dialects import Rules
from secretsui.core.sensitive import Sensitive


def extra_object(extra: Sensitive | None, rules: Rules) -> object:
    """Mostly a dict; {} where there is none or where Airflow logs that it cannot be parsed."""
    if not extra:
        return {}
    if isinstance(extra, Mistyped):
        raise EncodeError("TypeError", "wrong-type", "extra")
    text = extra.reveal()
    found = require_object(text, rules, EncodeError)
    if rules.masks_in_utf8 and "\\u" in text:
        _require_utf8(found)
    return found


def _require_utf8(found: object) -> None:
    try:
        failure = None if _all_utf8(found) else EncodeError("UnicodeEncodeError", "not-utf8", "extra")
    except RecursionError:
        failure = EncodeError("RecursionError", "too-deep", "extra")
    if failure:
        raise failure


def _all_utf8(value: Any) -> bool:
    """True if every text can be encoded; names of fields are not looked at."""
    if isinstance(value, dict):
        return all(map(_all_utf8, value.values()))
    if isinstance(value, list):
        return all(map(_all_utf8, value))
    return not isinstance(value, str) or can_encode(value)
