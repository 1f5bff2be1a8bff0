from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError, connection

from secretsui.access import door as doors
from secretsui.access import events, policy
from secretsui.access.door import Door, Job, Person, open_prefix
from secretsui.access.models import AccessEvent, Level
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind, Prefix, SecretRecord
from secretsui.stores.base import Conflict, Denied, NotFound
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.refreshing import record

pytestmark = pytest.mark.database

NAME: Final = "airflow/connections/orders"
URI: Final = "postgres://reader:pa55@db.example:5432/orders"
NEW: Final = Sensitive("mysql://writer:other@db.example/new")


class Versions(NamedTuple):
    old: str
    current: str


Verb = Callable[[Door, Versions], Any]
LIST: Final[Mapping[str, Verb]] = {
    "list": lambda door, versions: list(door.list()),
    "describe": lambda door, versions: door.describe(NAME),
    "versions": lambda door, versions: door.versions(NAME),
    "resource policy": lambda door, versions: door.resource_policy(NAME),
    "refresh one": lambda door, versions: door.refresh_one(NAME),
}
REVEAL: Final[Mapping[str, Verb]] = {
    "reveal": lambda door, versions: door.reveal(NAME),
    "compare": lambda door, versions: door.compare(NAME, versions.old, ""),
}
WRITE: Final[Mapping[str, Verb]] = {
    "open-editor": lambda door, versions: door.open_editor(NAME),
    "write": lambda door, versions: door.write(NAME, NEW, replaces=versions.current),
    "create": lambda door, versions: door.create("airflow/connections/new", NEW),
    "put-back": lambda door, versions: door.put_back(NAME, versions.old, replaces=versions.current),
    "update": lambda door, versions: door.update(NAME, description="New words"),
    "tag": lambda door, versions: door.tag(NAME, put={"env": "prod"}),
    "delete": lambda door, versions: door.delete(NAME, recovery_days=7),
    "purge": lambda door, versions: door.delete(NAME, recovery_days=None),
    "restore": lambda door, versions: door.restore(NAME),
}
VERBS: Final = {**LIST, **REVEAL, **WRITE}
NEEDED: Final = {
    **dict.fromkeys(LIST, Level.LIST), **dict.fromkeys(REVEAL, Level.REVEAL), **dict.fromkeys(WRITE, Level.WRITE)
}  # fmt: skip
LEVELS: Final = {"alice": Level.WRITE, "rita": Level.REVEAL, "bob": Level.LIST}


@pytest.fixture
def version(live_place: Place, aws: Aws) -> str:
    return aws.create(NAME, URI)


@pytest.fixture
def versions(version: str, aws: Aws) -> Versions:
    current = aws.client().put_secret_value(SecretId=NAME, SecretString=URI)["VersionId"]
    aws.calls.clear()
    return Versions(version, current)


def log() -> list[tuple[str, str, str, str]]:
    lines = AccessEvent.objects.order_by("pk").values_list("actor", "action", "outcome", "name")
    return [line for line in lines if line[0] != doors.ONE.name]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", LEVELS)
def test_each_verb_needs_its_level(
    request: pytest.FixtureRequest, live_place: Place, aws: Aws, versions: Versions, who: str, verb: str
) -> None:
    door = open_prefix(Person(request.getfixturevalue(who)), live_place.connections)
    if LEVELS[who] >= NEEDED[verb]:
        VERBS[verb](door, versions)
        assert aws.calls
        return
    with pytest.raises(policy.Refused) as refusal:
        VERBS[verb](door, versions)
    assert (refusal.value.level, refusal.value.place) == (NEEDED[verb], live_place.connections)
    assert aws.calls.counts() == {}
    name = "airflow/connections/new" if verb == "create" else NAME
    assert log() == [(who, verb, "refused", name)]


@pytest.mark.parametrize("who", ["charlie", "root", "nobody"])
def test_without_a_grant_there_is_no_door(
    request: pytest.FixtureRequest, live_place: Place, aws: Aws, versions: Versions, who: str
) -> None:
    user = AnonymousUser() if who == "nobody" else request.getfixturevalue(who)
    if who != "root":
        with pytest.raises(policy.NotVisible):
            open_prefix(Person(user), live_place.connections)
        return
    door = open_prefix(Person(user), live_place.connections)  # for the test of the account alone
    for verb in VERBS.values():
        with pytest.raises(policy.NotVisible):
            verb(door, versions)
    assert aws.calls.counts() == {}


def test_who_became_inactive_finds_the_door_closed(live_place: Place, alice: User) -> None:
    alice.is_active = False
    with pytest.raises(policy.NotVisible):
        open_prefix(Person(alice), live_place.connections)


def test_a_wider_prefix_does_not_open_what_belongs_to_a_narrower_one(
    live_place: Place, aws: Aws, versions: Versions, alice: User
) -> None:
    wide = Prefix.objects.create(account=live_place.account, region="eu-west-1", path="airflow", kind=Kind.OTHER)
    group = alice.groups.get()
    group.grants.all().delete()
    group.grants.create(prefix=wide, level=Level.WRITE)
    door = open_prefix(Person(alice), wide)
    for word, verb in VERBS.items():
        if word not in ("list", "create"):
            with pytest.raises(policy.NotVisible):
                verb(door, versions)
    with pytest.raises(policy.NotVisible):
        door.create("airflow/connections/new", NEW)
    with pytest.raises(policy.NotVisible):
        door.list("payments/")
    assert aws.calls.counts() == {}
    assert ("alice", "reveal", "refused", NAME) in log()


def test_a_reveal_is_recorded_before_the_value_is_read(
    live_place: Place, aws: Aws, version: str, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = open_prefix(Person(rita, "192.0.2.7"), live_place.connections)
    seen: list[int] = []
    read = door._store.read

    def watched(names: Any) -> Any:
        seen.append(AccessEvent.objects.count())
        return read(names)

    monkeypatch.setattr(door._store, "read", watched)
    value = door.reveal(NAME, field="password")
    assert value.text == Sensitive(URI)
    assert seen == [1]
    event = AccessEvent.objects.get()
    assert (event.actor, event.action, event.detail, event.address) == ("rita", "reveal", "password", "192.0.2.7")


def test_what_cannot_be_recorded_is_not_shown(live_place: Place, aws: Aws, versions: Versions, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)

    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if "access_accessevent" in sql and sql.startswith("INSERT"):
            raise DatabaseError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        for verb in {**REVEAL, **WRITE}.values():
            with pytest.raises(events.NotRecorded):
                verb(door, versions)
    assert aws.calls.counts() == {}
    assert aws.value(NAME) == URI


def test_a_reveal_of_an_old_version(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    new = door.write(NAME, NEW, replaces=version)
    assert door.reveal(NAME).version_id == new
    assert door.reveal(NAME, version_id=version).text == Sensitive(URI)
    left, right = door.compare(NAME, version, "")
    assert (left.text, right.text) == (Sensitive(URI), NEW)
    assert AccessEvent.objects.filter(action="reveal", version_id=version).count() == 1


@pytest.mark.parametrize("verb", [*REVEAL, *WRITE])
def test_a_failure_is_recorded_with_its_kind(
    live_place: Place, aws: Aws, versions: Versions, alice: User, verb: str
) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    aws.faults.add("*", "denied")
    with pytest.raises(Denied):
        VERBS[verb](door, versions)
    name = "airflow/connections/new" if verb == "create" else NAME
    assert log() == [("alice", verb, "allowed", name), ("alice", verb, "failed", name)]
    assert AccessEvent.objects.latest("pk").detail == "denied"
    assert events.first_broken() is None


def test_a_conflict_is_recorded_and_nothing_is_written(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    aws.client().put_secret_value(SecretId=NAME, SecretString="http://meanwhile")
    with pytest.raises(Conflict):
        door.write(NAME, NEW, replaces=version)
    assert aws.value(NAME) == "http://meanwhile"
    assert record(NAME).conn_type == "http"
    assert AccessEvent.objects.latest("pk").detail == "conflict"


def test_every_change_renews_its_record(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    new = door.write(NAME, NEW, replaces=version)
    assert (record(NAME).conn_type, record(NAME).value_version) == ("mysql", new)
    door.put_back(NAME, version, replaces=new)
    assert (record(NAME).conn_type, record(NAME).value_version) == ("postgres", version)
    door.tag(NAME, put={"env": "prod"})
    assert record(NAME).tags == {"env": "prod"}
    door.tag(NAME, put={}, remove=["env"])
    assert record(NAME).tags == {}
    door.update(NAME, description="New words")
    assert record(NAME).description == "New words"
    door.delete(NAME, recovery_days=7)
    assert record(NAME).status == "deleted"
    door.restore(NAME)
    assert record(NAME).status == "ok"
    door.create("airflow/connections/new", NEW, description="d", tags={"a": "b"})
    assert record("airflow/connections/new").tags == {"a": "b"}
    door.delete(NAME, recovery_days=None)
    assert not SecretRecord.objects.filter(name=NAME).exists()
    live_place.connections.refresh_from_db()
    assert live_place.connections.summary["records"] == 1
    assert [line[1] for line in log()] == [
        "write", "put-back", "tag", "tag", "update", "delete", "restore", "create", "purge"
    ]  # fmt: skip


def test_a_change_holds_even_if_its_record_cannot_be_renewed(
    live_place: Place, aws: Aws, version: str, alice: User
) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    door.refresh_one(NAME)
    aws.faults.add("GetSecretValue", "denied", after=1)
    aws.faults.add("DescribeSecret", "denied", after=2)
    door.tag(NAME, put={"env": "prod"})
    aws.faults.clear()
    aws.faults.add("DescribeSecret", "denied")
    door.tag(NAME, put={"env": "test"})
    assert (record(NAME).status, record(NAME).tags) == ("stale", {"env": "prod"})
    aws.faults.clear()
    assert door.refresh_one(NAME) is not None
    assert (record(NAME).status, record(NAME).tags) == ("ok", {"env": "test"})


def test_a_change_holds_even_if_the_database_is_full(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)

    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if "inventory_secretrecord" in sql and sql.startswith(("INSERT", "UPDATE")):
            raise DatabaseError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        door.write(NAME, NEW, replaces=version)
    assert aws.value(NAME) == NEW.reveal()


def test_the_value_of_a_change_is_read_again_by_a_job(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    open_prefix(Person(alice), live_place.connections).write(NAME, NEW, replaces=version)
    event = AccessEvent.objects.latest("pk")
    assert (event.actor, event.action, event.user, event.detail) == (doors.ONE.name, "read-batch", None, NAME)


def test_a_job_lists_and_reads_and_does_nothing_else(live_place: Place, aws: Aws, versions: Versions) -> None:
    door = open_prefix(Job("index"), live_place.connections)
    assert [info.name for page in door.list() for info in page] == [NAME]
    assert [name for batch in door.read([NAME]) for name in batch] == [NAME]
    assert door.refresh_one(NAME) is not None
    assert door.calls == len(aws.calls)
    aws.calls.clear()
    for verb in {**REVEAL, **WRITE}.values():
        with pytest.raises(policy.Refused):
            verb(door, versions)
    with pytest.raises(policy.NotVisible):
        door.probe()
    assert aws.calls.counts() == {}


def test_people_do_not_read_in_batches(live_place: Place, aws: Aws, version: str, alice: User) -> None:
    with pytest.raises(TypeError):
        open_prefix(Person(alice), live_place.connections).read([NAME])
    with pytest.raises(TypeError):
        open_prefix(Person(alice), live_place.connections).details([NAME], ["policy"])
    assert aws.calls.counts() == {}


def test_a_secret_that_is_not_there(live_place: Place, aws: Aws, alice: User) -> None:
    door = open_prefix(Person(alice), live_place.connections)
    with pytest.raises(NotFound):
        door.reveal(NAME)
    with pytest.raises(NotFound):
        door.describe(NAME)
    assert door.refresh_one(NAME) is None
    assert [line[2] for line in log()] == ["allowed", "failed"]


def test_administrators_test_an_account_without_a_grant(live_place: Place, aws: Aws, root: User, alice: User) -> None:
    found = open_prefix(Person(root), live_place.connections).probe()
    assert found.account_id == "111122223333"
    with pytest.raises(policy.NotVisible):
        open_prefix(Person(alice), live_place.connections).probe()


def test_changes_by_administrators_are_recorded(live_place: Place, root: User) -> None:
    doors.record_admin(Person(root, "192.0.2.7"), AccessEvent.Action.GRANT, live_place.connections, "team: write")
    doors.record_admin(Person(root), AccessEvent.Action.PERSON, None, "added", name="bob")
    assert log() == [("root", "grant", "allowed", ""), ("root", "person", "allowed", "bob")]
    assert events.first_broken() is None
