from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.models import AccessEvent
from secretsui.core import prints
from secretsui.inventory.models import Kind, Prefix, Refresh, SecretRecord
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.refreshing import record, refresh

pytestmark = pytest.mark.database

NAME = "airflow/connections/orders"
URI = "postgres://reader:pa55@db.example:5432/orders"


def names() -> list[str]:
    return sorted(SecretRecord.objects.values_list("name", flat=True))


def test_a_first_refresh_finds_metadata_and_harmless_facts(live_place: Place, aws: Aws) -> None:
    version = aws.create(NAME, URI, description="Orders, read only", tags={"Team": "Sales"})
    run = refresh(live_place.connections)
    assert (run.state, run.listed, run.to_read, run.read, run.unreadable, run.problem) == ("done", 1, 1, 1, 0, "")
    found = record(NAME)
    assert (found.key, found.version_id, found.value_version) == ("orders", version, version)
    assert (found.form, found.conn_type, found.endpoint) == ("uri", "postgres", "db.example:5432/orders")
    assert found.tags == {"Team": "Sales"}
    assert found.search == f"{NAME}\norders, read only\n\tteam=sales\ndb.example:5432/orders"
    assert (found.problem, found.read_error, found.status) == ("", "", "ok")
    assert found.created_at is not None
    assert found.changed_at is not None


def test_fingerprints_are_keyed_and_hold_no_value(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI)
    aws.create("airflow/connections/copy", URI)
    aws.create("airflow/connections/other", "mysql://reader:other@db.example/orders")
    refresh(live_place.connections)
    first, copy, other = (record(f"airflow/connections/{key}").fingerprints for key in ("orders", "copy", "other"))
    assert set(first) == {"text", "conn_type", "host", "port", "schema", "login", "password"}
    assert first == copy
    assert {part for part in other if other[part] == first[part]} == {"host", "schema", "login"}
    assert {len(digest) for digest in first.values()} == {prints.LENGTH}


def test_variables_and_binary_values_have_their_form(live_place: Place, aws: Aws) -> None:
    aws.create("airflow/variables/limits", '{"rows": 10}')
    aws.create("airflow/variables/greeting", "hello")
    aws.create("airflow/variables/keystore", b"\xfe\xed")
    refresh(live_place.variables)
    forms = dict(SecretRecord.objects.values_list("key", "form"))
    assert forms == {"limits": "json", "greeting": "text", "keystore": "binary"}
    assert record("airflow/variables/keystore").fingerprints == {}


def test_a_broken_value_is_told_without_its_content(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, '{"conn_type": "postgres", "password": "s3cr3t"')
    refresh(live_place.connections)
    found = record(NAME)
    assert found.status == "broken"
    assert found.problem
    assert "s3cr3t" not in found.problem_detail


def test_secrets_without_a_value_or_to_be_deleted_are_not_read(live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/empty", None)
    aws.create("airflow/connections/old", URI)
    aws.client().delete_secret(SecretId="airflow/connections/old", RecoveryWindowInDays=7)
    aws.calls.clear()
    run = refresh(live_place.connections)
    assert (run.state, run.listed, run.to_read) == ("done", 2, 0)
    assert aws.calls.counts() == {"ListSecrets": 1}
    assert record("airflow/connections/old").status == "deleted"
    assert live_place.connections.summary["states"] == {"ok": 1, "deleted": 1}


def test_calls_are_those_that_cannot_be_spared(live_place: Place, aws: Aws) -> None:
    """One listing call per hundred secrets, one reading call per twenty new values, and none that fails."""
    count = 230
    aws.seed(count)
    first = refresh(live_place.connections)
    floor = {"ListSecrets": math.ceil(count / 100), "BatchGetSecretValue": math.ceil(count / 20)}
    assert aws.calls.counts() == floor
    assert first.calls == sum(floor.values())

    aws.calls.clear()
    second = refresh(live_place.connections)
    assert aws.calls.counts() == {"ListSecrets": 3}
    assert (second.calls, second.to_read) == (3, 0)

    for number in range(0, count, 10):
        aws.client().put_secret_value(SecretId=f"airflow/connections/c{number:05}", SecretString="mysql://h/x")
    aws.calls.clear()
    third = refresh(live_place.connections)
    assert aws.calls.counts() == {"ListSecrets": 3, "BatchGetSecretValue": math.ceil(23 / 20)}
    assert (third.to_read, third.read) == (23, 23)
    assert SecretRecord.objects.filter(conn_type="mysql").count() == 23


def test_an_unchanged_secret_is_neither_read_nor_written(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI)
    refresh(live_place.connections)
    refresh(live_place.connections)  # reading the value was an access, whose day is metadata
    SecretRecord.objects.update(description="as it was written")
    refresh(live_place.connections)
    assert record(NAME).description == "as it was written"


def test_changed_metadata_alone_keeps_the_facts_of_the_value(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI)
    refresh(live_place.connections)
    aws.client().tag_resource(SecretId=NAME, Tags=[{"Key": "env", "Value": "prod"}])
    aws.client().update_secret(SecretId=NAME, Description="New words")
    aws.calls.clear()
    refresh(live_place.connections)
    found = record(NAME)
    assert aws.calls.count("BatchGetSecretValue") + aws.calls.count("GetSecretValue") == 0
    assert (found.tags, found.description, found.conn_type) == ({"env": "prod"}, "New words", "postgres")
    assert found.search.endswith("\n\tenv=prod\ndb.example:5432/orders")


def test_another_fingerprint_key_means_to_read_again(live_place: Place, aws: Aws, settings: Any) -> None:
    aws.create(NAME, URI)
    refresh(live_place.connections)
    before = record(NAME).fingerprints
    settings.FINGERPRINT_KEY = "a new key, longer than thirty-two characters"
    run = refresh(live_place.connections)
    assert run.to_read == 1
    assert set(before.values()).isdisjoint(record(NAME).fingerprints.values())
    assert refresh(live_place.connections).to_read == 0


def test_better_facts_make_it_read_all_values_again(
    live_place: Place, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.create(NAME, URI)
    refresh(live_place.connections)
    monkeypatch.setattr("secretsui.core.facts.REVISION", 99)
    assert refresh(live_place.connections).to_read == 1
    assert refresh(live_place.connections).to_read == 0


def test_what_is_gone_from_a_complete_listing_is_removed(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI)
    aws.create("airflow/connections/gone", URI)
    refresh(live_place.connections)
    aws.client().delete_secret(SecretId="airflow/connections/gone", ForceDeleteWithoutRecovery=True)
    refresh(live_place.connections)
    assert names() == [NAME]
    assert live_place.connections.summary["records"] == 1


def test_one_secret_belongs_to_one_prefix(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI)
    aws.create("airflow/notes", "hello")
    live_place.connections.delete()
    wide = Prefix.objects.create(account=live_place.account, region="eu-west-1", path="airflow", kind=Kind.OTHER)
    refresh(wide)
    assert {each.name: each.prefix for each in SecretRecord.objects.all()} == {NAME: wide, "airflow/notes": wide}

    narrow = Prefix.objects.create(
        account=live_place.account, region="eu-west-1", path="airflow/connections", kind=Kind.CONNECTION
    )
    refresh(narrow)
    wide.refresh_from_db()
    assert {each.name: each.prefix for each in SecretRecord.objects.all()} == {NAME: narrow, "airflow/notes": wide}
    assert (wide.summary["records"], narrow.summary["records"]) == (1, 1)

    refresh(wide)
    assert {each.name: each.prefix for each in SecretRecord.objects.all()} == {NAME: narrow, "airflow/notes": wide}


def test_the_prefix_tells_what_was_found(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI, tags={"env": "prod"})
    aws.create("airflow/connections/web", "http://example.org", tags={"env": "prod", "team": "x"})
    aws.create("airflow/connections/bad", "")
    aws.create("airflow/connections/blank", " ")
    before = timezone.now()
    run = refresh(live_place.connections)
    prefix = live_place.connections
    assert prefix.complete
    assert (prefix.problem, prefix.remedy, prefix.code) == ("", "", "")
    assert run.started_at is not None
    assert before <= run.started_at == prefix.as_of
    summary = prefix.summary
    assert summary["records"] == 4
    assert summary["kinds"] == {"connection": 4}
    assert summary["types"] == {"postgres": 1, "http": 1}
    assert summary["tags"] == {"env=prod": 2, "team=x": 1}
    assert summary["states"]["broken"] >= 1


def test_values_are_read_by_a_job_and_recorded(live_place: Place, aws: Aws) -> None:
    aws.seed(3)
    refresh(live_place.connections)
    event = AccessEvent.objects.get()
    assert (event.actor, event.action, event.outcome, event.user) == ("index", "read-batch", "allowed", None)
    assert event.detail == "3 values: airflow/connections/c00000 … airflow/connections/c00002"
    refresh(live_place.connections)
    assert AccessEvent.objects.count() == 1


def test_a_listing_that_is_behind_does_not_undo_what_is_known(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, URI, description="old")
    refresh(live_place.connections)
    known = SecretRecord.objects.filter(name=NAME)
    known.update(description="new", listing="", described_at=timezone.now(), changed_at=timezone.now())
    SecretRecord.objects.create(
        prefix=live_place.connections, name="airflow/connections/new", key="new", described_at=timezone.now()
    )
    refresh(live_place.connections)
    assert record(NAME).description == "new"
    assert names() == ["airflow/connections/new", NAME]

    SecretRecord.objects.update(described_at=timezone.now() - timedelta(minutes=6))
    refresh(live_place.connections)
    assert record(NAME).description == "old"
    assert names() == [NAME]


def test_a_task_that_is_delivered_twice_runs_once(live_place: Place, aws: Aws) -> None:
    from secretsui.access.tasks import refresh_prefix

    aws.seed(2)
    run = Refresh.objects.create(prefix=live_place.connections)
    refresh_prefix(run.pk)
    calls = len(aws.calls)
    refresh_prefix(run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert len(aws.calls) == calls


def test_old_refreshes_are_forgotten(live_place: Place, aws: Aws) -> None:
    Refresh.objects.bulk_create(Refresh(prefix=live_place.connections, state="done") for _ in range(60))
    last = refresh(live_place.connections)
    assert live_place.connections.refreshes.count() == 50
    assert live_place.connections.refreshes.first() == last


def test_text_that_a_database_refuses_is_stored_as_well_as_can_be(live_place: Place, aws: Aws) -> None:
    aws.create(NAME, '{"conn_type": "my\\u0000sql", "host": "h\\ud83e"}', description="long " * 1000)
    run = refresh(live_place.connections)
    assert run.state == "done"
    assert len(record(NAME).description) == 2048
