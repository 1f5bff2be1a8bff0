"""How Parameter Store is asked for values: ten names at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.cloud.edge import Ask
from secretsui.stores import ssm_entries
from secretsui.stores.base import CURRENT, NotFound, StoreError, Value
from secretsui.stores.reading import Ways

BATCH: Final = 10


def ways(ask: Ask) -> Ways:
    def batch(names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        page = ask("get_parameters", {"Names": list(names), "WithDecryption": True})
        answers: dict[str, Value | StoreError] = {}
        for entry in page.get("Parameters", ()):
            name = _asked(entry["Name"], names)
            answers[name] = ssm_entries.value(entry, name=name, stages=(CURRENT,))
        for name in page.get("InvalidParameters", ()):
            answers[name] = NotFound(name=name, code="ParameterNotFound")
        yield answers

    def single(name: str) -> Value:
        return ssm_entries.value(get(ask, name), name=name, stages=(CURRENT,))

    return Ways(batch, single, BATCH)


def get(ask: Ask, name: str, version: str = "") -> Mapping[str, Any]:
    """One version, decrypted; the newest if none is named."""
    selector = f"{name}:{version}" if version else name
    answer = ask("get_parameter", {"Name": selector, "WithDecryption": True}, name=name)
    found: Mapping[str, Any] = answer["Parameter"]
    return found


def _asked(found: str, names: Sequence[str]) -> str:
    """A name without levels is the same with a slash before it and without; the service says it as it was created."""
    return next((name for name in (found, f"/{found}", found.removeprefix("/")) if name in names), found)
