"""What is asked of an Airflow, whichever of its APIs answers: the rows of its metadata database and its settings.

Every method raises an `errors.ApiError`. What an API masks or leaves out is `Hidden`: it can be compared with nothing
and never be written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from secretsui.core.connection import Connection
from secretsui.core.sensitive import Hidden, Sensitive


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    conn_id: str
    connection: Connection  # a field that is masked, or that this API does not tell, is Hidden
    team: str = ""


@dataclass(frozen=True, slots=True)
class VariableRow:
    key: str
    value: Sensitive | Hidden
    description: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """The settings of the process that answers; `""` is one that is not set or not told.

    Without a worker backend, workers of Airflow 3 use the server's with its kwargs.
    """

    backend: str
    kwargs: Mapping[str, Any] | Hidden
    worker_backend: str = ""
    worker_kwargs: Mapping[str, Any] | Hidden = field(default_factory=dict)
    multi_team: bool = False
    test_connection: str = ""  # Disabled, Enabled or Hidden


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a connection test. The message is the hook's own: for who ran the test, never stored nor logged."""

    ok: bool
    message: str = field(repr=False)


class AirflowApi(Protocol):
    @property
    def calls(self) -> int:
        """HTTP calls made so far, those for a token among them."""
        ...

    def version(self) -> str: ...

    def providers(self) -> Mapping[str, str]:
        """The version of each installed provider, by the name of its distribution."""
        ...

    def connections(self) -> Iterator[Sequence[ConnectionRow]]:
        """Pages, each id once; it ends without an error only when all were seen."""
        ...

    def variables(self) -> Iterator[Sequence[VariableRow]]: ...

    def connection(self, conn_id: str) -> ConnectionRow | None:
        """One, with its extra. A call for each: never in a loop."""
        ...

    def config(self) -> BackendConfig: ...

    def delete_connection(self, conn_id: str) -> None: ...

    def delete_variable(self, key: str) -> None: ...

    def test_connection(self, conn_id: str, conn: Connection) -> Outcome: ...

    def hook_meta(self) -> Sequence[Mapping[str, Any]]:
        """What the forms of Airflow 3 are drawn from, by connection type."""
        ...
