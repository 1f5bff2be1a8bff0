"""What a source of connections and variables asks its store, as far as Airflow's own code decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive

Kind = Literal["connection", "variable", "config"]
Place = Literal["own", "shared"]
# What a store can say to one question. `present` covers a value that is known to exist but is not at hand.
State = Literal["present", "absent", "deleted", "binary", "denied", "failed", "unknown"]

NO_ERRORS: Final[Mapping[State, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Backend:
    """One configured class; `kwargs` are those that its constructor gets, `provider` the version of its package."""

    class_path: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""

    @property
    def class_name(self) -> str:
        return self.class_path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Context:
    """What else decides how a source reads: the release of Airflow, and the environment of its process."""

    airflow: str
    multi_team: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    is_worker: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one store. A state in `errors` makes Airflow raise that class; any other but `present` is "no".

    `account` and `region` are given for the shared place only: the own one follows from the identity of the process.
    `mount` is Vault's, the path of a file, or the table of the metadata database; `version` one version or label of a
    parameter. A row of another `team` is absent. Where `skips_empty`, an empty text is "no" as well.
    """

    store: str
    name: str
    place: Place = "own"
    account: str = ""
    region: str = ""
    mount: str = ""
    version: str = ""
    team: str = ""
    skips_empty: bool = False
    errors: Mapping[State, str] = field(default_factory=lambda: NO_ERRORS, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Never:
    """No question is sent, and the next source has its turn."""

    reason: str


@dataclass(frozen=True, slots=True)
class Raises:
    """Airflow's code stumbles: of a lookup the next source has its turn, of a construction Airflow does not start."""

    airflow_class: str
    reason: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class CannotTell:
    reason: str


DISABLED: Final = Never("disabled")
NO_CONFIG: Final = Never("no-config")
TEAM_MARKER: Final = Never("team-marker")
TEAM_SEP: Final = "--"

Plan = Sequence[Ask] | Never | Raises


class Source(Protocol):
    @property
    def class_name(self) -> str: ...

    def plan(self, kind: Kind, secret_id: str, team: str, /) -> Plan:
        """The questions in order: the next is sent where the one before was answered by "no"."""

    def connection(self, value: object, dialect: Dialect, /) -> Connection | None:
        """What it makes of the answer; None where that is no connection. Raises a DecodeError as Airflow raises."""

    def variable(self, value: object, /) -> Sensitive | None:
        """Likewise, of a variable."""


class BadKwargs(Exception):
    """The constructor raises."""

    def __init__(self, raises: Raises) -> None:
        super().__init__(raises.reason)
        self.raises = raises
