"""The kwargs that all prefixing backends share, read as their constructors read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from secretsui.core.backends.pattern_cost import is_risky
from secretsui.core.backends.source import BadKwargs, Kind, Never, Raises

PLURALS: Final[Mapping[Kind, str]] = {"connection": "connections", "variable": "variables", "config": "config"}

Prefixes = Mapping[Kind, Any]
Patterns = Mapping[Kind, Callable[[str], Never | Raises | None]]


def stripped(prefix: Any, sep: Any, where: str) -> Any:
    """`prefix.rstrip(sep)`, or the exception that stops Airflow from starting."""
    if not isinstance(prefix, str):
        raise BadKwargs(Raises("AttributeError", "wrong-type", where))
    if not (sep is None or isinstance(sep, str)):
        raise BadKwargs(Raises("TypeError", "wrong-type", "sep"))
    return prefix.rstrip(sep)


def joined(prefix: object, sep: object, secret_id: str) -> str:
    """Null as separator is spelled out, as Airflow does it."""
    return f"{prefix}{sep}{secret_id}"


def patterns(kwargs: Mapping[str, Any]) -> Patterns:
    return {kind: _pattern(kwargs.get(f"{plural}_lookup_pattern")) for kind, plural in PLURALS.items()}


def has_risky_pattern(kwargs: Mapping[str, Any]) -> bool:
    """Such a pattern is never matched here."""
    given = (kwargs.get(f"{plural}_lookup_pattern") for plural in PLURALS.values())
    return any(isinstance(each, str) and is_risky(each) for each in given)


def _pattern(given: Any) -> Callable[[str], Never | Raises | None]:
    if not given:
        return _anything
    if not isinstance(given, str):
        return lambda _: Raises("TypeError", "bad-pattern")
    try:
        match = re.compile(given, re.IGNORECASE).match
    except (re.error, OverflowError, RecursionError) as found:
        failure = Raises(type(found).__name__, "bad-pattern")
        return lambda _: failure
    return lambda secret_id: None if match(secret_id) else _UNMATCHED


def _anything(_secret_id: str) -> None:
    return None


_UNMATCHED: Final = Never("pattern")
