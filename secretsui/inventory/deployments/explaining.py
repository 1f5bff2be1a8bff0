"""The chain of one id, seen from a secret: who finds it, what it shadows, and what happens if it changes or goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.core.prints import Prints
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.models import Deployment, Prefix


@dataclass(frozen=True, slots=True)
class Seen:
    """One id of one deployment for which a secret is looked up; `column` is where."""

    deployment: Deployment
    process: Process
    column: str
    explained: Explained

    @property
    def wins(self) -> bool:
        return self.explained.winner == self.column

    @property
    def shadowed_by(self) -> str:
        """The column that wins before this one, "" where none does."""
        raise NotImplementedError

    @property
    def shadows(self) -> Sequence[str]:
        """The columns with a value that this one hides."""
        raise NotImplementedError


def without(deployment: Deployment, process: Process, kind: Kind, key: str, column: str) -> Explained:
    """As it will be once the entry in this column is gone."""
    raise NotImplementedError


def for_secret(prefix: Prefix, key: str) -> Sequence[Seen]:
    """Each deployment and process that can see this secret of the prefix, with the chain as it is."""
    raise NotImplementedError


def before_saving(prefix: Prefix, key: str, kind: str, prints: Prints | None) -> Sequence[Seen]:
    """The same with the new value in its place; without `prints`, with one of which only its being there is known."""
    raise NotImplementedError
