"""Text from outside, made fit for a column: no longer than it, and nothing that a database refuses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import models


def storable(text: str) -> str:
    """PostgreSQL takes no NUL, and no database half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def storable_json(value: Any) -> Any:
    """The same for every text in what JSON can hold, names as well."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable_json(each) for name, each in value.items()}
    return [storable_json(each) for each in value] if isinstance(value, list) else value


def fit(model: type[models.Model], field: str, text: str) -> str:
    return storable(text)[: _limit(model, field)]


@cache
def _limit(model: type[models.Model], field: str) -> int | None:
    limit: int | None = getattr(model._meta.get_field(field), "max_length", None)  # noqa: SLF001 - documented API
    return limit
