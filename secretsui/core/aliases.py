"""The names that Airflow's Secrets Manager backend takes for a connection's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from secretsui.core.codec_errors import DecodeError

ExtraConnWords = Mapping[str, Iterable[str]]

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "login": ("login", "user", "username", "user_name"),
    "password": ("password", "pass", "key"),
    "host": ("host", "remote_host", "server"),
    "port": ("port",),
    "schema": ("database", "schema"),
    "conn_type": ("conn_type", "conn_id", "connection_type", "engine"),
    "extra": ("extra",),
}


def rebuild(found: Mapping[str, Any], extra_conn_words: ExtraConnWords | None = None) -> dict[str, Any]:
    """Exactly seven fields: for each the first key in the document that is one of its names, else None."""
    return {
        field: next((value for name, value in found.items() if name in names), None)
        for field, names in _words(extra_conn_words).items()
    }


def _words(extra_conn_words: ExtraConnWords | None) -> Mapping[str, tuple[str, ...]]:
    if not extra_conn_words:
        return ALIASES
    words = dict(ALIASES)
    for word, names in extra_conn_words.items():
        field = "login" if word == "user" else word
        if field not in words:
            raise DecodeError("KeyError", "bad-conn-words", "extra_conn_words")
        words[field] += tuple(names)
    return words
