"""Stores whose lists tell no versions: what is read again, and what not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.core.sensitive import Sensitive
from secretsui.inventory import sync
from secretsui.inventory.models import Account, Kind, Prefix, Refresh, SecretRecord
from secretsui.inventory.sync import listing, reading
from secretsui.stores.base import Capabilities, Denied, DisabledVersion, NotFound, SecretInfo, StoreError, Value
from secretsui.stores.google import CAPABILITIES
from secretsui.stores.parameter_store import CAPABILITIES as PARAMETERS
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LONG_AGO = timezone.now() - timedelta(days=1)
URI = "postgres://reader:pa55@db.example/orders"


@dataclass
class Store:
    """`asked` are the names whose values were read."""

    infos: list[SecretInfo] = field(default_factory=list)
    texts: dict[str, str | StoreError] = field(default_factory=dict)
    capabilities: Capabilities = CAPABILITIES
    asked: list[str] = field(default_factory=list)
    version: str = "1"
    calls: int = 0

    def list(self, prefix: str) -> Iterator[Sequence[SecretInfo]]:
        for start in range(0, len(self.infos), 1000):
            yield self.infos[start : start + 1000]

    def describe(self, name: str) -> SecretInfo:
        """In the spelling in which it was asked for, as services do."""
        if not self.infos:
            raise NotFound
        return replace(self.infos[0], name=name)

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        self.asked += names
        for start in range(0, len(names), 20):
            yield {name: self._answer(name) for name in names[start : start + 20]}

    def _answer(self, name: str) -> Value | StoreError:
        text = self.texts.get(name, URI)
        return text if isinstance(text, StoreError) else Value(name, self.version, Sensitive(text))


@pytest.fixture
def prefix(db: None) -> Prefix:
    account = Account.objects.create(name="google", vendor=Account.Vendor.GOOGLE, region="global")
    facts = {"store_kind": "google", "path": "airflow-connections", "sep": "-", "kind": Kind.CONNECTION}
    return Prefix.objects.create(account=account, region="global", **facts)


def refresh(prefix: Prefix, store: Store) -> Refresh:
    store.asked = []
    return sync.run(Refresh.objects.create(prefix=prefix), store)


def one(**facts: Any) -> Store:
    return Store([SecretInfo("airflow-connections-crm", created_at=LONG_AGO, **facts)])


def test_without_a_date_every_value_is_read_each_time(prefix: Prefix) -> None:
    store = one()
    for _ in range(2):
        refresh(prefix, store)
        assert store.asked == ["airflow-connections-crm"]
    assert SecretRecord.objects.get().version_id == "1"
    store.version = "2"
    refresh(prefix, store)
    assert SecretRecord.objects.get().version_id == "2"


def test_a_value_that_was_read_well_after_its_date_is_not_read_again(prefix: Prefix) -> None:
    store = one(changed_at=LONG_AGO)
    refresh(prefix, store)
    assert store.asked
    refresh(prefix, store)
    assert store.asked == []
    assert SecretRecord.objects.get().version_id == "1"


def test_a_value_that_changed_just_before_it_was_read_is_read_again(prefix: Prefix) -> None:
    store = one(changed_at=timezone.now() - listing.MARGIN / 2)
    refresh(prefix, store)
    refresh(prefix, store)
    assert store.asked


def test_another_date_makes_the_version_unknown_until_it_is_read(prefix: Prefix) -> None:
    store = one(changed_at=LONG_AGO)
    refresh(prefix, store)
    store.infos = [replace(store.infos[0], changed_at=LONG_AGO + timedelta(hours=1))]
    store.texts["airflow-connections-crm"] = Denied()
    refresh(prefix, store)
    record = SecretRecord.objects.get()
    assert (record.version_id, record.value_version, record.read_error) == ("", "1", "denied")
    store.texts.clear()
    refresh(prefix, store)
    record.refresh_from_db()
    assert (record.version_id, record.read_error) == ("1", "")


def test_a_change_of_tags_alone_keeps_the_version(prefix: Prefix) -> None:
    store = one(changed_at=LONG_AGO)
    refresh(prefix, store)
    store.infos = [replace(store.infos[0], tags={"team": "data"})]
    refresh(prefix, store)
    record = SecretRecord.objects.get()
    assert (record.version_id, record.tags, store.asked) == ("1", {"team": "data"}, [])


def test_a_disabled_secret_is_not_read_and_says_so(prefix: Prefix) -> None:
    store = one(disabled=True)
    assert refresh(prefix, store).state == "done"
    assert store.asked == []
    assert SecretRecord.objects.get().status == "disabled"


def test_what_only_reading_tells_to_be_disabled_is_until_it_can_be_read(prefix: Prefix) -> None:
    store = one()
    store.texts["airflow-connections-crm"] = DisabledVersion()
    refresh(prefix, store)
    prefix.refresh_from_db()
    assert prefix.summary["states"] == {"disabled": 1}
    store.texts.clear()
    refresh(prefix, store)
    assert SecretRecord.objects.get().status == "ok"


def test_a_name_that_is_longer_than_any_id_is_left_out(prefix: Prefix) -> None:
    store = Store([SecretInfo("airflow-connections-" + "x" * 600), *one().infos])
    assert refresh(prefix, store).state == "done"
    assert SecretRecord.objects.get().key == "crm"


def test_where_nothing_at_all_is_told_of_a_secret_its_value_is_tried(prefix: Prefix) -> None:
    store = Store([SecretInfo("airflow-connections-crm")], capabilities=replace(CAPABILITIES, lists_versions=True))
    refresh(prefix, store)
    assert store.asked


def test_details_that_a_list_does_not_tell_stay(place: Place) -> None:
    prefix = place.connections
    name = prefix.name_of("crm")
    told = SecretInfo(name, version_id="1", description="Orders", tags={"team": "data"}, tier="Standard")
    listing.write(prefix, [listing.News(told, listing.digest(prefix, told))])
    prefix.store_kind = Prefix.StoreKind.PARAMETER_STORE
    prefix.save()
    store = Store([SecretInfo(name, version_id="2", value_type="String")], capabilities=PARAMETERS)
    refresh(prefix, store)
    record = SecretRecord.objects.get()
    assert (record.description, record.tags, record.tier) == ("Orders", {"team": "data"}, "Standard")
    assert (record.version_id, record.value_type) == ("1", "String")
    assert "team=data" in record.search


def test_names_of_azure_are_one_whatever_their_case(prefix: Prefix) -> None:
    prefix.store_kind = Prefix.StoreKind.AZURE
    prefix.save()
    narrow = Prefix.objects.create(
        account=prefix.account,
        region="global",
        store_kind="azure",
        path="Airflow-Connections-Team",
        sep="-",
        kind="other",
    )
    infos = [SecretInfo(f"Airflow-Connections-{key}", changed_at=LONG_AGO) for key in ("CRM", "team-x")]
    refresh(prefix, Store(infos))
    assert prefix.records.values_list("name", "key").get() == ("Airflow-Connections-CRM", "CRM")
    assert narrow.start


def test_of_many_values_few_are_held_at_a_time(prefix: Prefix) -> None:
    number = 2 * reading.ASKED + 500
    store = Store([SecretInfo(f"airflow-connections-c{each:05}", created_at=LONG_AGO) for each in range(number)])
    held: list[int] = []

    def answer(name: str) -> Value:
        if len(held) % 100 == 0:
            written = SecretRecord.objects.exclude(value_version="").count()
            held.append(len(held) + 1 - written)
        else:
            held.append(0)
        return Value(name, "1", Sensitive("text"))

    store._answer = answer  # type: ignore[method-assign]
    prefix.kind = Kind.OTHER
    assert refresh(prefix, store).read == number
    assert max(held) <= reading.WRITTEN + 20


def test_another_spelling_of_a_name_in_azure_is_no_second_record(prefix: Prefix) -> None:
    prefix.store_kind = Prefix.StoreKind.AZURE
    prefix.save()
    store = Store([SecretInfo("Airflow-Connections-CRM", changed_at=LONG_AGO)])
    refresh(prefix, store)
    record = sync.refresh_one(prefix, "airflow-connections-crm", store)
    assert record is not None
    assert SecretRecord.objects.values_list("name", flat=True).get() == "Airflow-Connections-CRM"
    sync.mark_stale(prefix, "airflow-connections-CRM")
    assert SecretRecord.objects.get().status == "stale"
    store.infos.clear()
    assert sync.refresh_one(prefix, "airflow-connections-crm", store) is None
    assert not SecretRecord.objects.exists()
