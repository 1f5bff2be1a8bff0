"""What was reported, beside the values that are at hand: which of the hashes belong to texts that we know.

A reporter's hashes are made with a key of its deployment, so that ours never leaves. One value that is at hand, hashed
in both ways, tells which fingerprint of ours belongs to which hash. A hash that belongs to none of the values that it
could be equal to gets a token, which equals nothing; any other stays hidden.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.airflow.api import ConnectionRow, VariableRow
from secretsui.cloud.errors import StoreError
from secretsui.core import facts, prints
from secretsui.core.backends.azure import STORE as AZURE
from secretsui.core.backends.source import Kind, Place
from secretsui.core.backends.vault import STORE as VAULT
from secretsui.core.chain import Layer
from secretsui.core.decoding import Decode, decoder
from secretsui.core.environment import variable_of, variable_of_key
from secretsui.core.prints import Places
from secretsui.core.reverse import NOTHING_KNOWN, Reverse, Stored
from secretsui.inventory.deployments import columns, entries, report
from secretsui.inventory.deployments.settings import processes, setup_of
from secretsui.inventory.deployments.whereabouts import mount_of, store_of
from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, Prefix
from secretsui.inventory.models.layers import Layer as LayerId
from secretsui.inventory.sync.values import key as our_key
from secretsui.stores.base import Value

# (name of the variable, place, its hash under the reporter's key) → our fingerprint of the same text.
Known = dict[tuple[str, str, str], str]
Answers = Iterator[Mapping[str, Value | StoreError]]
ReadValues = Callable[[Prefix, Sequence[str]], Answers]

KINDS: Final[tuple[Kind, Kind]] = ("connection", "variable")
_BACKENDS: Final = ("backend", "worker-backend")
_ID_OF: Final[Mapping[str, Callable[[str], str]]] = {"connection": variable_of, "variable": variable_of_key}


class Recognition:
    """One going over of what was reported, beside the values that are at hand."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._key = report.key(deployment).reveal().encode()
        self._reported = list(
            deployment.entries.filter(source__form=EnvSource.Form.REPORTER)
            .exclude(reported={})
            .select_related("source")
        )
        self._names = {(entry.kind, entry.name) for entry in self._reported}
        self._known: Known = {}
        self._ours: dict[tuple[str, str], set[str]] = {}  # by name and place
        self._unread: set[str] = set()  # names of which a value was not at hand

    def __bool__(self) -> bool:
        return bool(self._reported)

    def wants(self, kind: str, secret_id: str) -> bool:
        return (kind, _ID_OF[kind](secret_id)) in self._names

    def learn(self, kind: str, secret_id: str, places: Places) -> None:
        """The places of a value that lies under this id in some layer."""
        ours, theirs = (prints.fingerprinted(places, key) for key in (our_key().secret, self._key))
        for place, text in theirs.items():
            if text not in ("", prints.HIDDEN):
                at = _ID_OF[kind](secret_id), place.partition("@")[0]
                self._known[*at, text] = ours[place]
                self._ours.setdefault(at, set()).add(ours[place])

    def learn_row(self, row: ConnectionRow | VariableRow) -> None:
        if isinstance(row, VariableRow) and self.wants("variable", row.key):
            self.learn("variable", row.key, prints.places(row.value))
        elif isinstance(row, ConnectionRow) and self.wants("connection", row.conn_id):
            self.learn("connection", row.conn_id, entries.places_of_row(self.deployment, row.connection))

    def read(self, values: ReadValues) -> None:
        """Read, once, what the deployment's backends have for the ids that were reported."""
        for prefix, wanted in self._wanted().items():
            left = dict(wanted)
            try:
                for answers in values(prefix, list(wanted)):
                    ids = {name: left.pop(name) for name in answers}
                    self._take(ids, answers, decoder(prefix.store_kind))
            except StoreError:
                pass  # what is left was not read
            self._unread |= {variable for ids in left.values() for variable in map(_variable, ids)}

    def _take(
        self, ids: Mapping[str, set[tuple[Kind, str]]], answers: Mapping[str, Value | StoreError], decode: Decode
    ) -> None:
        for name, answer in answers.items():
            for kind, secret_id in ids[name]:
                if isinstance(answer, StoreError):
                    self._unread.add(_variable((kind, secret_id)))
                elif answer.text is not None:
                    self.learn(kind, secret_id, facts.facts(answer.text, kind, decode).parts)

    def _wanted(self) -> Mapping[Prefix, Mapping[str, set[tuple[Kind, str]]]]:
        found: dict[Prefix, dict[str, set[tuple[Kind, str]]]] = {}
        reported = {kind: self._ids_of(kind) for kind in KINDS}
        for layer, place, prefix in self._looked_up():
            inverse = Reverse(layer.source, reported if prefix.store_kind == AZURE else NOTHING_KNOWN, layer.team)  # type: ignore[arg-type]
            mount = mount_of(layer.source, prefix.region)
            names = prefix.records.filter(deleted_at=None).order_by().values_list("name", flat=True)
            for name in names.iterator(2000):
                for each in self._ids(inverse, name, place, mount):
                    found.setdefault(prefix, {}).setdefault(name, set()).add(each)
        return found

    def _ids_of(self, kind: Kind) -> Sequence[str]:
        """What the names that were reported most likely stand for."""
        start = _ID_OF[kind]("")
        return [name.removeprefix(start).lower() for each, name in self._names if each == kind]

    def _looked_up(self) -> Iterator[tuple[Layer, Place, Prefix]]:
        setup = setup_of(self.deployment)
        told = columns.places_of(self.deployment, setup.settings)
        layers = {layer.id: layer for process in processes(self.deployment) for layer in setup.chain(process).layers}
        for layer in layers.values():
            store = store_of(layer.source)
            if layer.id in _BACKENDS and store:
                for place in columns.places_asked(layer):
                    if where := told.get((layer.id, place)):
                        there = Prefix.objects.filter(account=where.account, store_kind=store)
                        found = there if store == VAULT else there.filter(region=where.region)
                        yield from ((layer, place, prefix) for prefix in found.select_related("account"))

    def _ids(self, inverse: Reverse, name: str, place: Place, mount: str) -> Iterator[tuple[Kind, str]]:
        for kind in KINDS:
            found = inverse.ids(Stored(kind, name, place, mount))
            yield from ((kind, each) for each in found if self.wants(kind, each))

    def write(self) -> None:
        """Give each place that was reported the fingerprint that is known for it."""
        others = self._visible()
        for entry in self._reported:
            seen = others.get((entry.kind, entry.name), set())
            found = {place: self._print(entry, place, seen) for place, text in entry.reported.items() if text}
            after = {**entry.fingerprints, **found}
            if after != entry.fingerprints:
                LayerEntry.objects.filter(pk=entry.pk).update(fingerprints=after)

    def _print(self, entry: LayerEntry, place: str, seen: set[tuple[str, str]]) -> str:
        text = entry.reported[place]
        if known := self._known.get((entry.name, place, text)):
            return known
        learned = self._ours.get((entry.name, place), set())
        is_open = entry.name in self._unread or any(at == place and value not in learned for at, value in seen)
        return prints.HIDDEN if is_open else _token(text)

    def _visible(self) -> Mapping[tuple[str, str], set[tuple[str, str]]]:
        """What other layers show for the same ids, and was perhaps not at hand: it could be equal."""
        found: dict[tuple[str, str], set[tuple[str, str]]] = {}
        rows = self.deployment.entries.filter(layer__in=[LayerId.METASTORE, LayerId.ENVIRONMENT_MANAGER])
        for kind, name, told in rows.order_by().values_list("kind", "name", "fingerprints").iterator(2000):
            if self.wants(kind, name):
                pairs = {(at.partition("@")[0], text) for at, text in told.items() if text not in ("", prints.HIDDEN)}
                found.setdefault((kind, _ID_OF[kind](name)), set()).update(pairs)
        return found


def _variable(one: tuple[Kind, str]) -> str:
    kind, secret_id = one
    return _ID_OF[kind](secret_id)


def _token(text: str) -> str:
    """Under our own key, and not what any value has: it is the same for the same hash, and else equal to nothing."""
    return hmac.new(our_key().secret, f"reported {text}".encode(), hashlib.sha256).hexdigest()[: prints.LENGTH]
