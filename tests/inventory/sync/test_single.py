from __future__ import annotations

import pytest

from secretsui.access.door import Door, Job, open_prefix
from secretsui.inventory import sync
from secretsui.inventory.models import SecretRecord
from secretsui.inventory.sync import summary
from secretsui.stores.base import Denied, Throttled
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.refreshing import record, refresh

pytestmark = pytest.mark.database

NAME = "airflow/connections/orders"
URI = "postgres://reader:pa55@db.example:5432/orders"


@pytest.fixture
def door(live_place: Place) -> Door:
    return open_prefix(Job("index"), live_place.connections)


def one(place: Place, door: Door, name: str = NAME) -> SecretRecord | None:
    found = sync.refresh_one(place.connections, name, door)
    place.connections.refresh_from_db()
    assert place.connections.summary == summary.count(place.connections)
    return found


def test_a_new_secret_gets_its_record(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI, tags={"env": "prod"})
    found = one(live_place, door)
    assert found is not None
    assert (found.key, found.conn_type, found.status) == ("orders", "postgres", "ok")
    assert found.search.endswith("\n\tenv=prod\ndb.example:5432/orders")
    assert found.described_at is not None
    assert live_place.connections.summary["tags"] == {"env=prod": 1}


def test_a_changed_secret_is_read_and_its_counts_move(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI, tags={"env": "prod"})
    refresh(live_place.connections)
    aws.client().put_secret_value(SecretId=NAME, SecretString="mysql://h.example/db")
    aws.client().untag_resource(SecretId=NAME, TagKeys=["env"])
    found = one(live_place, door)
    assert found is not None
    assert (found.conn_type, found.tags, found.version_id) == ("mysql", {}, found.value_version)
    assert live_place.connections.summary["types"] == {"mysql": 1}
    assert live_place.connections.summary["tags"] == {}


def test_an_unchanged_value_is_not_read_again(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    one(live_place, door)
    aws.calls.clear()
    one(live_place, door)
    assert aws.calls.counts() == {"DescribeSecret": 1}


def test_a_secret_that_is_gone_loses_its_record(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    one(live_place, door)
    aws.client().delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    assert one(live_place, door) is None
    assert one(live_place, door) is None
    assert live_place.connections.summary["records"] == 0


def test_a_secret_to_be_deleted_says_so_and_is_not_read(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    aws.client().delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    aws.calls.clear()
    found = one(live_place, door)
    assert found is not None
    assert found.status == "deleted"
    assert aws.calls.counts() == {"DescribeSecret": 1}


def test_a_value_that_cannot_be_read_is_told(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    aws.faults.add("GetSecretValue", "denied")
    found = one(live_place, door)
    assert found is not None
    assert (found.status, found.read_error) == ("unreadable", "denied")
    aws.faults.clear()
    found = one(live_place, door)
    assert found is not None
    assert (found.status, found.conn_type) == ("ok", "postgres")


def test_a_description_that_fails_changes_nothing(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    one(live_place, door)
    aws.faults.add("DescribeSecret", "denied")
    with pytest.raises(Denied):
        one(live_place, door)
    assert record(NAME).status == "ok"


def test_a_doubtful_record_is_stale_until_it_is_confirmed(live_place: Place, aws: Aws, door: Door) -> None:
    aws.create(NAME, URI)
    refresh(live_place.connections)
    for _ in range(2):
        sync.mark_stale(live_place.connections, NAME)
        sync.mark_stale(live_place.connections, "airflow/connections/unknown")
        live_place.connections.refresh_from_db()
        assert record(NAME).status == "stale"
        assert live_place.connections.summary["states"] == {"stale": 1}
    one(live_place, door)
    assert record(NAME).status == "ok"
    sync.mark_stale(live_place.connections, NAME)
    refresh(live_place.connections)
    assert record(NAME).status == "ok"


def test_throttling_is_passed_on(live_place: Place, aws: Aws, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.faults.add("DescribeSecret", "throttle")
    with pytest.raises(Throttled):
        sync.refresh_one(live_place.connections, NAME, door)
