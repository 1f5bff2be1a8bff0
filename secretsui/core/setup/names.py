"""Prefixes and patterns as they are typed, made into what each backend takes, with a word on what was changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from secretsui.core.backends.pattern_cost import is_risky
from secretsui.core.setup.answers import StoreName

Notice = Literal["off", "trailing", "leading", "leading-added", "doubled", "dashed"]
Wrong = Literal["illegal", "reserved", "only-separator"]

_SLASHES: Final = {"connection": "airflow/connections", "variable": "airflow/variables", "config": "airflow/config"}
_DASHES: Final = {kind: path.replace("/", "-") for kind, path in _SLASHES.items()}
DEFAULTS: Final[Mapping[StoreName, Mapping[str, str]]] = {
    "secrets-manager": _SLASHES,
    "shared-account": _SLASHES,
    "parameter-store": {kind: f"/{path}" for kind, path in _SLASHES.items()},
    "vault": {"connection": "connections", "variable": "variables", "config": "config"},
    "google": _DASHES,
    "azure": _DASHES,
}
_LEGAL: Final[Mapping[StoreName, re.Pattern[str]]] = {
    "secrets-manager": re.compile(r"[A-Za-z0-9/_+=.@-]{1,200}"),
    "shared-account": re.compile(r"[A-Za-z0-9/_+=.@-]{1,200}"),
    "parameter-store": re.compile(r"[A-Za-z0-9/_.-]{1,200}"),
    "vault": re.compile(r"[A-Za-z0-9/_.@-]{1,200}"),
    "google": re.compile(r"[A-Za-z0-9_-]{1,120}"),
    "azure": re.compile(r"[A-Za-z0-9-]{1,60}"),
}
_RESERVED: Final = re.compile(r"/?(aws|ssm)", re.IGNORECASE)
PATTERNED: Final[Sequence[StoreName]] = ("secrets-manager", "shared-account", "parameter-store")


@dataclass(frozen=True, slots=True)
class Named:
    """`prefix` is None where lookups are turned off."""

    prefix: str | None
    notices: Sequence[Notice] = ()
    wrong: Wrong | None = None


def prefix_of(store: StoreName, typed: str) -> Named:
    text = typed.strip()
    if not text or text.lower() == "null":
        return Named(None, ("off",))
    notices: list[Notice] = []
    for notice, change in _CHANGES[_family(store)]:
        changed = change(text)
        if changed != text:
            notices.append(notice)
        text = changed
    if not text.strip("/"):
        return Named(None, (), "only-separator")
    return Named(text, tuple(notices), _wrong(store, text))


def _family(store: StoreName) -> str:
    if store in ("google", "azure", "parameter-store"):
        return store
    return "slashes"


def _wrong(store: StoreName, text: str) -> Wrong | None:
    if not _LEGAL[store].fullmatch(text):
        return "illegal"
    return "reserved" if store == "parameter-store" and _RESERVED.match(text) else None


def _single(text: str) -> str:
    return re.sub(r"/{2,}", "/", text)


_Change = tuple[Notice, Callable[[str], str]]
_CHANGES: Final[Mapping[str, Sequence[_Change]]] = {
    "slashes": (
        ("doubled", _single),
        ("trailing", lambda text: text.rstrip("/")),
        ("leading", lambda text: text.lstrip("/")),
    ),
    "parameter-store": (
        ("doubled", _single),
        ("trailing", lambda text: text.rstrip("/")),
        ("leading-added", lambda text: "/" + text.lstrip("/")),
    ),
    "google": (("trailing", lambda text: text.rstrip("-")),),
    "azure": (("dashed", lambda text: text.replace("_", "-")), ("trailing", lambda text: text.rstrip("-"))),
}


def pattern_error(pattern: str) -> tuple[str, int]:
    """What keeps a pattern from being used and where: `invalid`, `risky`, `prefix`, or "" and 0."""
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as found:
        return "invalid", (found.pos or 0) + 1
    except (OverflowError, RecursionError):
        return "risky", 0
    return ("risky", 0) if is_risky(pattern) else ("", 0)


def names_prefix(pattern: str, prefix: str | None) -> bool:
    """Is it written for the whole name, though Airflow matches it with the id alone?"""
    start, rest = (prefix or "").strip("/"), pattern.lstrip("^(/")
    if not start or not rest.startswith(start):
        return False
    # A prefix of one word may begin an id as well: `airflow` that of airflow_db.
    return "/" in start or rest.removeprefix(start).startswith(("/", r"\/"))
