from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import estate, starting
from secretsui.audits.models import Audit, Part
from secretsui.core.rules.estate import Estate, Secret
from secretsui.inventory.deployments import resolving
from secretsui.inventory.models import Deployment, Prefix, SecretRecord
from tests.conftest import Place
from tests.inventory.deployments.halden import NOON, OLD, deployment, read, row, secret, setting, source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def built(**failed: str) -> Estate:
    """Of an audit of everything; `failed` are the errors of its parts, by name or path."""
    audit = starting.create(Job("test"), trigger=Audit.Trigger.COMMAND)
    for part in audit.parts.all():
        name = part.deployment.name if part.deployment else part.prefix.path if part.prefix else ""
        if name in failed:
            Part.objects.filter(pk=part.pk).update(state=Part.State.FAILED, error=failed[name])
    return estate.build(audit)


def only(found: Estate) -> Secret:
    [secret] = found.secrets
    return secret


def kept(place: Place, **given: Any) -> SecretRecord:
    return secret(place.connections, "crm", **{"version_id": "v1", **given})


def test_a_secret_is_told_with_what_is_known_of_its_value(place: Place) -> None:
    kept(place, tags={"owner": "crm-team"}, made_at=NOON)
    found = only(built())
    assert (found.name, found.key, found.kind) == ("airflow/connections/crm", "crm", "connection")
    assert (found.form, found.conn_type, found.made_at) == ("uri", "postgres", NOON)
    assert found.lint == []
    assert found.traits is not None
    assert (found.traits.size, found.traits.fields) == (256, ("password",))
    assert found.prints["text"]
    assert found.ref == "secret:data-dev/eu-west-1/airflow/connections/crm"


def test_findings_about_a_value_come_back_as_they_were(place: Place) -> None:
    kept(place, text="postgres://reader:p@db.example:port/crm")
    found = only(built()).lint
    assert found
    assert {each.rule for each in found} >= {"R-29"}


@pytest.mark.parametrize("given", [{"version_id": "v2"}, {"fingerprint_key": "another"}])
def test_what_was_read_of_another_version_says_nothing_of_this_one(place: Place, given: dict[str, str]) -> None:
    kept(place, **given)
    found = built()
    assert (only(found).form, only(found).lint, only(found).prints) == ("", None, {})
    assert [(gap.what, gap.reason) for gap in found.gaps if gap.subject == only(found).ref] == [("value", "not-read")]


def test_the_age_is_that_of_the_current_version_and_not_of_the_last_change(place: Place) -> None:
    changed = NOON + timedelta(days=9)
    kept(place, made_at=NOON, changed_at=changed)
    assert (only(built()).made_at, only(built()).changed_at) == (NOON, changed)
    SecretRecord.objects.update(version_id="v2")
    assert only(built()).made_at is None
    SecretRecord.objects.update(details={"current": "v2", "made": NOON.isoformat()})
    assert only(built()).made_at == NOON


def test_use_is_what_our_own_reading_does_not_explain(place: Place) -> None:
    kept(place, accessed_at=timezone.now(), used_at=NOON)
    assert only(built()).accessed_at == NOON


def test_a_key_that_is_absent_is_the_one_of_aws(place: Place) -> None:
    kept(place)
    assert only(built()).kms_key_id == ""


def test_details_that_were_not_asked_for_are_unknown_and_not_empty(place: Place) -> None:
    kept(place)
    found = built()
    assert only(found).details.policy is None
    assert only(found).details.writes is None
    assert [(gap.what, gap.reason) for gap in found.gaps if gap.what == "details"] == [("details", "not-read")]
    SecretRecord.objects.update(
        details={
            "policy": {},
            "keys": {"v1": ["alias/x"]},
            "writes": [NOON.isoformat()],
            "replicas": [["eu-north-1", "InSync"]],
        }
    )
    known = only(built()).details
    assert (known.policy, known.writes, known.replicas) == ({}, [NOON], [("eu-north-1", "InSync")])
    assert known.version_keys == {"v1": ["alias/x"]}


def test_a_prefix_that_this_audit_could_not_read_says_so_and_is_not_complete(place: Place) -> None:
    deployment(place.connections)
    found = built(**{"airflow/connections": "worker-gone"})
    scopes = {scope.path: scope for scope in found.scopes}
    assert (scopes["airflow/connections"].problem, scopes["airflow/connections"].complete) == ("worker-gone", False)
    assert (scopes["airflow/variables"].problem, scopes["airflow/variables"].complete) == ("", True)
    assert [gap.reason for gap in found.gaps if gap.what == "listing"] == ["worker-gone"]


def test_a_deployment_has_its_settings_its_layers_and_its_ids_with_each_cell(place: Place) -> None:
    found = deployment(place.connections, airflow_version="3.1.0")
    kept(place)
    read(found)
    row(found, "crm", OLD)
    setting(source(found), "AIRFLOW_CONN_CRM", OLD, line=7)
    resolving.resolve_all(found)
    [told] = built().deployments
    assert told.settings.airflow == "3.1.0"
    assert {(layer.layer, layer.kind, layer.as_of, layer.problem) for layer in told.layers} >= {
        ("metastore", "connection", NOON, ""),
        ("environment", "connection", NOON, ""),
    }
    assert told.places["backend"] == ("data-dev", "eu-west-1")
    [crm] = [each for each in told.ids if each.key == "crm"]
    assert set(crm.views) == {"server", "task"}
    server = crm.views["server"]
    assert (server.conflict, server.winner) == ("different", "backend")
    cells = {cell.column: (cell.state, cell.compared) for cell in server.cells}
    assert cells == {
        "backend": ("wins", ""),
        "environment": ("shadowed", "different"),
        "metastore": ("shadowed", "different"),
    }
    entries = {(each.layer, each.source, each.line, each.is_literal) for each in crm.entries}
    assert entries == {("metastore", "", 0, False), ("environment", "env-file", 7, True)}


def test_a_layer_that_could_not_be_read_is_a_gap_and_one_that_was_never_entered_is_none(place: Place) -> None:
    found = deployment(place.connections)
    read(found, problem="No answer.", error="unreachable")
    [told] = built().deployments
    assert told.environ is None
    assert {layer.problem for layer in told.layers if layer.layer == "environment"} == {"no-source"}
    gaps = [(gap.subject, gap.reason) for gap in built_again().gaps if gap.what == "layer"]
    assert set(gaps) == {("deployment:halden-prod", "unreachable")}


def built_again() -> Estate:
    return estate.build(Audit.objects.latest("id"))


def test_a_deployment_whose_part_failed_counts_as_unread(place: Place) -> None:
    read(deployment(place.connections))
    [told] = built(**{"halden-prod": "worker-gone"}).deployments
    assert {layer.problem for layer in told.layers if layer.layer == "metastore"} == {"worker-gone"}


def test_the_stage_of_an_account_is_that_of_all_who_look_there(place: Place) -> None:
    deployment(place.connections, stage=Deployment.Stage.DEV)
    assert {scope.environment for scope in built().scopes} == {"dev"}
    Audit.objects.all().delete()
    deployment(place.connections, "halden-two", stage=Deployment.Stage.PROD)
    assert {scope.environment for scope in built().scopes} == {""}


def test_every_mount_of_a_vault_has_the_stage_of_those_who_look_there(place: Place) -> None:
    deployment(place.connections, stage=Deployment.Stage.DEV)
    Prefix.objects.update(store_kind="vault", region="named-by-ids")
    assert {scope.environment for scope in built().scopes} == {"dev"}


def test_the_same_name_in_two_stores_is_two_secrets(place: Place) -> None:
    kept(place)
    twin = Prefix.objects.create(
        account=place.account,
        region="eu-west-1",
        store_kind="parameter-store",
        path="airflow/connections",
        kind="connection",
    )
    secret(twin, "crm", version_id="v1", described_at=NOON)
    refs = {each.ref: each.is_described for each in built().secrets}
    assert refs == {
        "secret:data-dev/eu-west-1/airflow/connections/crm": True,
        "secret:data-dev/eu-west-1~parameters/airflow/connections/crm": True,
    }


def test_what_is_disabled_was_not_read_for_that_reason(place: Place) -> None:
    vault = Prefix.objects.create(
        account=place.account,
        region="kv/team",
        store_kind="vault",
        path="connections",
        kind="connection",
        options={"kv": 1},
    )
    secret(vault, "crm", None, disabled=True)
    found = built()
    assert (only(found).ref, only(found).scope.has_tags) == ("secret:data-dev/kv~team/connections/crm", False)
    reasons = {(gap.what, gap.reason) for gap in found.gaps if gap.subject == only(found).ref}
    assert reasons == {("value", "disabledversion")}


def test_a_deployment_looks_at_the_address_of_its_store(place: Place) -> None:
    path = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
    deployment(place.connections, backend_class=path)
    [found] = built().deployments
    assert found.places == {"backend": ("data-dev", "eu-west-1~parameters")}
