"""What an audit looks at: names, settings, dates and fingerprints of everything that is known; never a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process, Settings
from secretsui.core.findings import Finding
from secretsui.core.prints import Prints
from secretsui.core.rules.options import DEFAULTS, Options
from secretsui.core.rules.traits import Traits


@dataclass(frozen=True, slots=True)
class Scope:
    """A prefix that is listed and read as a unit. `as_of` is its last complete listing, None before the first.

    `environment` is the stage that the account's secrets are for (dev, stage, prod …), "" where nobody told.
    """

    account: str
    region: str
    path: str
    kind: str
    account_id: str = ""
    sep: str = "/"
    store: str = "secrets-manager"
    address: str = ""  # what stands for region and store in refs, where that is not the region alone
    has_tags: bool = True
    environment: str = ""
    as_of: datetime | None = None
    complete: bool = False
    problem: str = ""

    @property
    def ref(self) -> str:
        return f"prefix:{self.account}/{self.address or self.region}/{self.path}"

    @property
    def place(self) -> tuple[str, str]:
        """The same for all that lies in one store of one account and region."""
        return self.account, self.address or self.region

    @property
    def is_of_secrets_manager(self) -> bool:
        """The only store that tells of last use, rotation, replicas, policies and the keys of versions."""
        return self.store == "secrets-manager"

    @property
    def start(self) -> str:
        return self.path + self.sep if self.path else ""


@dataclass(frozen=True, slots=True)
class Details:
    """What only a call per secret tells. None where that call was not made or failed.

    `policy` is the resource policy as a JSON object, {} where there is none; `version_keys` are the keys by version id;
    `replicas` are (region, status) pairs; `writes` are when versions were made.
    """

    policy: Mapping[str, Any] | None = None
    version_keys: Mapping[str, Sequence[str]] | None = None
    replicas: Sequence[tuple[str, str]] | None = None
    writes: Sequence[datetime] | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a scope. `key` is its name without the prefix.

    `made_at` is when the current version was made, which tags and other changes do not move. `kms_key_id` is "" for the
    key that AWS manages. `is_described` is False where tags and the like were never asked for. `lint` are the findings
    about the value, None where it was not read; `traits` likewise.
    """

    scope: Scope
    name: str
    key: str
    kind: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    version_id: str = ""
    kms_key_id: str = ""
    rotation: bool = False
    owning_service: str = ""
    primary_region: str = ""
    created_at: datetime | None = None
    made_at: datetime | None = None
    changed_at: datetime | None = None
    accessed_at: datetime | None = None
    rotated_at: datetime | None = None
    next_rotation_at: datetime | None = None
    deleted_at: datetime | None = None
    form: str = ""
    conn_type: str = ""
    read_error: str = ""
    prints: Prints = field(default_factory=dict)
    lint: Sequence[Finding] | None = None
    traits: Traits | None = None
    details: Details = field(default_factory=Details)
    is_described: bool = True

    @property
    def ref(self) -> str:
        return f"secret:{'/'.join(self.scope.place)}/{self.name}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a chain for one id: `inventory.deployments.explained.Cell`, with the id of its column."""

    column: str
    state: str
    compared: str = ""
    fields: Sequence[str] = ()
    reason: str = ""
    held: bool = False
    name: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What one process sees of one id. `conflict` is a word of core.conflicts."""

    conflict: str
    winner: str
    is_certain: bool
    cells: Sequence[Cell]

    def cell(self, column: str) -> Cell | None:
        return next((each for each in self.cells if each.column == column), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a layer that is no store of ours holds for an id. `is_literal`: the value itself stands in the source."""

    layer: str
    name: str
    source: str = ""  # form of the source: env-file, helm, reporter …
    line: int = 0
    is_literal: bool = False
    conn_type: str = ""
    prints: Prints = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Id:
    deployment: str
    kind: Kind
    key: str
    views: Mapping[Process, View] = field(default_factory=dict)
    entries: Sequence[Entry] = ()

    @property
    def ref(self) -> str:
        return f"id:{self.deployment}/{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """How well a layer is known. `problem` is the kind of error of the last attempt, "" where it went well."""

    layer: str
    kind: str
    as_of: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """`environ` and `worker_environ` are the settings that were found, None where nobody told.

    `kwargs_texts` are kwargs as they stand in a setting, by its name, for what is wrong before they are parsed.
    `untold` are the layers of whose backend only the class is known: its kwargs in `settings` are none.
    `identity` are the policies of the role that Airflow runs as, None where they were not read, for the reason
    `identity_problem`. `lookups` counts failed lookups by secret name, from an access log.
    """

    name: str
    stage: str
    platform: str
    settings: Settings
    ids: Sequence[Id] = ()
    layers: Sequence[LayerFacts] = ()
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # column id → `Scope.place`
    environ: Mapping[str, str] | None = None
    worker_environ: Mapping[str, str] | None = None
    kwargs_texts: Mapping[str, str] = field(default_factory=dict)
    untold: Collection[str] = ()
    identity: Sequence[Mapping[str, Any]] | None = None
    identity_problem: str = "no-identity"
    lookups: Mapping[str, int] | None = None

    @property
    def ref(self) -> str:
        return f"deployment:{self.name}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be looked at: of which scope, deployment or secret, and why."""

    subject: str
    what: Literal["listing", "value", "layer", "details"]
    reason: str


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Estate:
    now: datetime
    scopes: Sequence[Scope] = ()
    secrets: Sequence[Secret] = ()
    deployments: Sequence[Deployment] = ()
    gaps: Sequence[Gap] = ()
    # Who read which secret: (principal, secret name, how often) of an access log; None without one.
    readers: Sequence[tuple[str, str, int]] | None = None
    options: Options = DEFAULTS


Subject = Scope | Secret | Id | Deployment
