"""What is known of the stores that a chain asks: from the index, from the rows and settings that were collected.

Nothing is taken for absent that was not looked for: where no reading covers a name, the answer is unknown and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

from secretsui.airflow.environment import kind_of
from secretsui.core.backends import defaults
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.source import Ask, Kind
from secretsui.core.backends.vault import STORE as VAULT
from secretsui.core.backends.vault import Vault
from secretsui.core.chain import Layer
from secretsui.core.lookup import Answer
from secretsui.inventory.deployments import told
from secretsui.inventory.deployments.columns import Places
from secretsui.inventory.deployments.tables import Listed, Tables
from secretsui.inventory.deployments.told import Entry, Record, Told
from secretsui.inventory.deployments.whereabouts import (
    STORES,
    bare_source,
    is_meant,
    mount_asked,
    region_of,
    store_of,
)
from secretsui.inventory.models import Deployment, EnvSource, LayerPlace

OBJECTS: Final = "environment-manager"
NO_STORE: Final = told.unknown("store-not-read")
NO_PLACE: Final = told.unknown("no-place")
NO_PREFIX: Final = told.unknown("no-prefix")

Form, Process = EnvSource.Form, EnvSource.Process
# Whose sources tell of the environment of which layer, where the processes of Airflow differ.
READERS: Final[Mapping[str, Sequence[str]]] = {
    "environment": (Process.ANY, Process.SERVER),
    "worker-environment": (Process.ANY, Process.WORKER),
}


@dataclass(frozen=True, slots=True)
class Known:
    """`core.lookup.Knowledge` of one layer for one kind of id, that can also tell why it knows so."""

    world: World
    layer: str
    kind: Kind
    reads_json_its_own_way: bool = False

    def __call__(self, ask: Ask) -> Answer:
        return self.tell(ask).answer

    def tell(self, ask: Ask) -> Told:
        if ask.store in STORES:
            return self._secret(ask)
        if ask.store == defaults.ENVIRONMENT:
            return self._setting(ask.name, self.world.environments[self.layer])
        if ask.store == OBJECTS:
            return self._object(ask.name)
        return self._row(ask) if ask.store == defaults.METASTORE else NO_STORE

    def _secret(self, ask: Ask) -> Told:
        where = self.world.places.get((self.layer, ask.place))
        if where is None or not is_meant(where, ask):
            return NO_PLACE
        prefix = self.world.prefix_of(where, ask)
        if prefix is None:
            return NO_PREFIX
        if prefix.as_of is None:
            return told.unknown("never-listed", prefix=prefix.id)
        record = self.world.tables.record(prefix, ask.name)
        if record is not None and ask.version not in ("", record.version_id):
            return told.unknown("other-version", prefix.as_of, prefix.id)
        if record is not None:
            read_as = self._read_as(record, prefix)
            return told.of_record(record, prefix.as_of, self.kind, read_as=read_as, store=prefix.store)
        if prefix.problem:
            return told.unknown(prefix.problem, prefix.as_of, prefix.id)
        return told.absent(prefix.as_of, prefix.id)

    def _read_as(self, record: Record, prefix: Listed) -> str:
        """The kind that the index took a value for, "" where it read it in another way than this layer does."""
        return "" if self.reads_json_its_own_way and record.form == "json" else prefix.kind

    def _setting(self, name: str, environment: Environment) -> Told:
        tables, sources = self.world.tables, environment.sources
        found = [entry for each in sources if (entry := tables.entry(each, self.kind, name))]
        if found:
            return told.of_entries(found, environment.as_of, self.kind)
        if environment.gap:
            return told.unknown(environment.gap, environment.as_of)
        wrong = next((entry for each in sources if (entry := tables.misspelt(each, self.kind, name))), None)
        return told.misspelt(wrong, environment.as_of, self.kind) if wrong else told.absent(environment.as_of)

    def _object(self, name: str) -> Told:
        """What is named like a variable of the environment is one."""
        objects = self.world.objects
        sources = objects.sources if kind_of(name) != self.kind else ()
        found = [entry for each in sources if (entry := self.world.tables.entry(each, self.kind, name))]
        if found:
            return told.of_entries(found, objects.as_of, self.kind)
        return told.unknown(objects.gap, objects.as_of) if objects.gap else told.absent(objects.as_of)

    def _row(self, ask: Ask) -> Told:
        state = self.world.tables.states.get((defaults.METASTORE, self.kind))
        if state is None:
            return told.unknown("never-read" if self.world.has_api else "no-api")
        entry = self.world.tables.entry(None, self.kind, ask.name)
        before = self._of_row(entry, ask.team, state.as_of)
        if state.problem:
            return told.failed(state.error or "failed", before)
        return before if state.as_of else told.unknown("never-read")

    def _of_row(self, entry: Entry | None, team: str, as_of: datetime | None) -> Told:
        if entry is None or entry.team not in ("", team):
            return told.absent(as_of)
        return told.of_entries([entry], as_of, self.kind)


@dataclass(frozen=True, slots=True)
class Environment:
    """The sources that count for one layer, and why a name that none of them has may be set all the same."""

    sources: Sequence[int]
    as_of: datetime | None
    gap: str


class World:
    """Everything that is known for one deployment, whichever of its layers asks."""

    def __init__(self, deployment: Deployment, tables: Tables, places: Places, *, has_one_chain: bool) -> None:
        self.tables, self.places = tables, places
        self.has_api = deployment.api != Deployment.Api.NONE
        settings = [each for each in tables.sources if each.form != Form.OBJECTS]
        objects = [each for each in tables.sources if each.form == Form.OBJECTS]
        self.environments = {
            layer: environment([each for each in settings if has_one_chain or each.process in readers], objects)
            for layer, readers in READERS.items()
        }
        self.objects = environment(objects)
        self._prefixes: dict[tuple[int, str, str], list[Listed]] = {}
        for each in tables.prefixes:
            self._prefixes.setdefault((each.account_id, each.store, each.region), []).append(each)

    def prefix_of(self, where: LayerPlace, ask: Ask) -> Listed | None:
        there = self._prefixes.get((where.account_id, ask.store, region_of(where, ask)), ())
        return next((each for each in there if each.holds(ask.name)), None)

    def prefixes_of(self, layer: Layer, place: str) -> Sequence[Listed]:
        """All in which a backend may find something; of Vault in whichever mount."""
        where, store = self.places.get((layer.id, place)), store_of(layer.source)
        if where is None or not store:
            return ()
        if store == VAULT:
            mount = mount_asked(layer.source)
            there = (each for each in self.tables.prefixes if each.account_id == where.account_id)
            return [each for each in there if each.store == store and mount in ("", each.region)]
        return self._prefixes.get((where.account_id, store, where.region), ())

    def known(self, layer: Layer, kind: Kind) -> Known:
        return Known(self, layer.id, kind, _reads_json_its_own_way(bare_source(layer.source)))


def environment(sources: Sequence[EnvSource], beside: Sequence[EnvSource] = ()) -> Environment:
    """A report is the truth as of its age; without one, what is declared, if that is all there is.

    `beside` may set variables as well, but say nothing of those that they do not have.
    """
    reports = [each for each in sources if each.form == Form.REPORTER and each.as_of]
    if reports:
        sources = sorted(reports, key=attrgetter("as_of"))[-1:]
    declared = [each for each in sources if each.form != Form.REPORTER or each.as_of]
    as_of = min((each.as_of for each in declared if each.as_of), default=None)
    told = [*declared, *(() if reports else beside)]
    return Environment([each.pk for each in told], as_of, _gap(sources, declared))


def _gap(sources: Sequence[EnvSource], declared: Sequence[EnvSource]) -> str:
    if not declared:
        return "no-report" if sources else "no-source"
    if any(each.gaps for each in declared):
        return "gap"
    return "" if all(each.is_whole for each in declared) else "not-whole"


def _reads_json_its_own_way(source: object) -> bool:
    """Older releases of Vault's provider take the fields of a connection as they are."""
    if isinstance(source, SecretsManager):
        return source.reads_json_its_own_way
    return isinstance(source, Vault) and not source.takes_lists
