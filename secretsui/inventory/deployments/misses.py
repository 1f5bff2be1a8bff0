"""Why a task does not find an id: what is nearly it, over everything that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secretsui.core.backends.source import Kind
from secretsui.inventory.models import Deployment


@dataclass(frozen=True, slots=True)
class Miss:
    """Something of nearly this name. `why` is a word of `core.near`; with a `prefix`, it is the secret `name` there.

    `layer` is the one of this deployment that holds it, "" where it lies elsewhere.
    """

    kind: str
    key: str
    why: str
    layer: str = ""
    name: str = ""
    prefix: int | None = None
    account: str = ""
    region: str = ""


def near(deployment: Deployment, kind: Kind, key: str) -> Sequence[Miss]:
    """The nearest first."""
    raise NotImplementedError
