"""Reports of environments: what is taken, and which of their hashes are recognised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.access.deployment_door import open_deployment
from secretsui.access.door import Job
from secretsui.access.models import AccessEvent
from secretsui.core import codec, prints
from secretsui.core.backend_kwargs import MARK
from secretsui.core.codec import Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.deployments import report, sources
from secretsui.inventory.deployments.report import BadReport, OtherKey
from secretsui.inventory.models import Check, Deployment, EnvSource, LayerEntry, LayerPlace
from tests.airflow_double import BACKEND
from tests.aws import Aws
from tests.conftest import Place
from tests.inventory.refreshing import record, refresh

pytestmark = pytest.mark.database

URI = "postgres://reader:canary-21@db.example:5432/orders"
OTHER = "postgres://reader:canary-22@db.example:5432/orders"
NAME = "AIRFLOW_CONN_ORDERS"


@pytest.fixture
def deployment(live_place: Place) -> Deployment:
    found = Deployment.objects.create(
        name="halden-prod", api=Deployment.Api.EXPORTED, airflow_version="2.11.2", backend_class=BACKEND
    )
    account = live_place.account
    LayerPlace.objects.create(deployment=found, layer="backend", account=account, region=live_place.connections.region)
    return found


def named(deployment: Deployment, name: str, text: str, dialect: Dialect = "2.11") -> Mapping[str, Any]:
    """As the reporter writes it: the places that we compare, under its own key."""
    reporters = report.key(deployment).reveal().encode()
    whole = {"text": Sensitive(text)}
    if name.startswith("AIRFLOW_VAR_"):
        return {"use": "usable", "places": prints.fingerprinted(prints.places(whole["text"]), reporters)}
    found = prints.places({dialect: codec.decode(text, dialect)})
    return {"use": "usable", "places": prints.fingerprinted({**whole, **found}, reporters)}


def reported(deployment: Deployment, texts: Mapping[str, str], **given: Any) -> dict[str, Any]:
    settings = {"backend": "", "kwargs": {}, "kwarg_names": [], "worker_backend": "", "multi_team": False}
    return {
        "version": 1,
        "process": "any",
        "airflow": "2.11.2",
        "dialect": "2.11",
        "providers": {"apache-airflow-providers-amazon": "8.29.0"},
        "key_id": report.key_id(deployment),
        "names": {name: named(deployment, name, text) for name, text in texts.items()},
        "settings": {**settings, "test_connection": "Disabled"},
        **given,
    }


def receive(deployment: Deployment, content: object) -> EnvSource:
    return open_deployment(Job("reporter"), deployment).receive(content)


def recognise(deployment: Deployment) -> None:
    """What the check does that a report asks for."""
    open_deployment(Job("checks"), deployment).collect(deployment.checks.latest("id"))


def told(name: str = NAME) -> Mapping[str, str]:
    return LayerEntry.objects.get(name=name, layer="environment").fingerprints


def compared(deployment: Deployment, secret: str) -> Mapping[str, str]:
    diffs = prints.compare(told(), "2.11", record(secret).fingerprints, "2.11")
    return {diff.field: diff.state for diff in diffs}


def test_a_report_is_kept_as_names_and_hidden_places_and_asks_for_a_check(deployment: Deployment) -> None:
    source = receive(deployment, reported(deployment, {NAME: URI, "AIRFLOW_VAR_LIMIT": "10"}))
    assert (source.form, source.process, source.is_whole, source.gaps) == ("reporter", "any", True, [])
    assert source.as_of is not None
    assert set(told().values()) == {prints.HIDDEN}
    assert {"text", "host", "password"} <= set(told())
    assert Check.objects.get().trigger == "report"
    deployment.refresh_from_db()
    assert deployment.detected["airflow"] == "2.11.2"
    event = AccessEvent.objects.get(action="report")
    assert (event.actor, event.outcome, event.name, event.detail) == ("reporter", "allowed", "any", "2 names")


def test_the_same_value_in_the_backend_is_recognised(deployment: Deployment, live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/orders", URI)
    refresh(live_place.connections)
    receive(deployment, reported(deployment, {NAME: URI}))
    recognise(deployment)
    states = compared(deployment, "airflow/connections/orders")
    assert set(states.values()) == {"same"}
    diffs = prints.compare(told(), "2.11", record("airflow/connections/orders").fingerprints, "2.11")
    assert prints.verdict(diffs) == "same"
    assert AccessEvent.objects.filter(action="read-batch", actor="recognition of reports").count() == 1


def test_another_value_differs_in_the_places_where_it_does(deployment: Deployment, live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/orders", OTHER)
    refresh(live_place.connections)
    receive(deployment, reported(deployment, {NAME: URI}))
    recognise(deployment)
    states = compared(deployment, "airflow/connections/orders")
    assert states["password"] == "differs"
    assert {place for place, state in states.items() if state == "same"} == {
        *("conn_type", "host", "login", "schema", "port"),
    }


def test_a_value_that_cannot_be_read_cannot_be_compared(deployment: Deployment, live_place: Place, aws: Aws) -> None:
    aws.create("airflow/connections/orders", OTHER)
    refresh(live_place.connections)
    aws.faults.add("BatchGetSecretValue", "denied")
    aws.faults.add("GetSecretValue", "denied")
    receive(deployment, reported(deployment, {NAME: URI}))
    recognise(deployment)
    assert set(compared(deployment, "airflow/connections/orders").values()) == {"cannot-tell"}


def test_a_variable_is_recognised_whatever_the_case_of_its_key(
    deployment: Deployment, live_place: Place, aws: Aws
) -> None:
    aws.create("airflow/variables/Limit", '{"b": 1, "a": 2}')
    refresh(live_place.variables)
    receive(deployment, reported(deployment, {"AIRFLOW_VAR_LIMIT": '{"a":2,"b":1}'}))
    recognise(deployment)
    assert told("AIRFLOW_VAR_LIMIT") == {"text": record("airflow/variables/Limit").fingerprints["text"]}


def test_what_lies_nowhere_else_equals_nothing_and_stays_equal_to_itself(deployment: Deployment) -> None:
    content = reported(deployment, {NAME: URI, "AIRFLOW_CONN_COPY": URI, "AIRFLOW_CONN_OTHER": OTHER})
    receive(deployment, content)
    recognise(deployment)
    first = told()
    assert prints.HIDDEN not in first.values()
    assert first == told("AIRFLOW_CONN_COPY")
    assert first["password"] != told("AIRFLOW_CONN_OTHER")["password"]
    hashes = {text for each in content["names"].values() for text in each["places"].values()}
    assert not hashes & set(first.values())


def test_a_row_whose_value_is_not_at_hand_keeps_its_places_open(deployment: Deployment) -> None:
    sources.store_export(
        deployment, {"connection": json.dumps({"orders": {"conn_type": "mysql", "host": "db.example"}})}
    )
    receive(deployment, reported(deployment, {NAME: URI}))
    recognise(deployment)
    found = told()
    assert (found["conn_type"], found["host"]) == (prints.HIDDEN, prints.HIDDEN)
    assert found["password"] != prints.HIDDEN


def test_a_second_report_keeps_what_was_recognised_of_the_same_values(
    deployment: Deployment, live_place: Place, aws: Aws
) -> None:
    aws.create("airflow/connections/orders", URI)
    refresh(live_place.connections)
    receive(deployment, reported(deployment, {NAME: URI}))
    recognise(deployment)
    before = told()
    receive(deployment, reported(deployment, {NAME: URI}))
    assert told() == before
    receive(deployment, reported(deployment, {NAME: OTHER}))
    assert (told()["host"], told()["password"]) == (before["host"], prints.HIDDEN)


def test_a_report_takes_the_place_of_the_one_before(deployment: Deployment) -> None:
    receive(deployment, reported(deployment, {NAME: URI}))
    receive(deployment, reported(deployment, {"AIRFLOW_VAR_B": "x"}))
    receive(deployment, reported(deployment, {NAME: URI}, process="worker", dialect="3.3-sdk"))
    found = LayerEntry.objects.values_list("layer", "name")
    assert set(found) == {("environment", "AIRFLOW_VAR_B"), ("worker-environment", NAME)}


def test_settings_are_taken_without_their_secrets(deployment: Deployment) -> None:
    vault = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
    settings = {
        "backend": vault,
        "kwargs": {"mount_point": "airflow", "password": "canary-23", "url": "https://me:canary-24@vault"},
        "kwarg_names": ["mount_point", "password", "token", "url"],
        "multi_team": True,
    }
    source = receive(deployment, reported(deployment, {}, settings=settings))
    assert source.settings["AIRFLOW__SECRETS__BACKEND"] == vault
    kept = json.loads(source.settings["AIRFLOW__SECRETS__BACKEND_KWARGS"])
    assert kept == {"mount_point": "airflow", "password": MARK, "token": MARK, "url": f"https://{MARK}@vault"}
    assert source.settings["AIRFLOW__CORE__MULTI_TEAM"] == "True"


def test_texts_that_no_database_takes_are_made_fit(deployment: Deployment) -> None:
    settings = {"backend": "a.B", "kwargs": {"sep": "\ud800\0"}, "kwarg_names": ["\0"], "test_connection": "\0"}
    source = receive(deployment, reported(deployment, {}, settings=settings))
    assert "\ud800" not in source.settings["AIRFLOW__SECRETS__BACKEND_KWARGS"]


BAD: Mapping[str, Mapping[str, Any]] = {
    "version": {"version": 2},
    "process": {"process": "nobody"},
    "dialect": {"dialect": "4"},
    "airflow": {"airflow": ["2"]},
    "providers": {"providers": {"amazon": {"nested": 1}}},
    "names": {"names": [NAME]},
    "use": {"names": {NAME: {"use": "fine", "places": {}}}},
    "places": {"names": {NAME: {"use": "usable", "places": {"password": "in clear"}}}},
    "settings": {"settings": {"backend": "a b", "kwargs": {}, "kwarg_names": []}},
    "kwarg_names": {"settings": {"backend": "a", "kwargs": {}, "kwarg_names": [1]}},
}


@pytest.mark.parametrize("part", BAD)
def test_what_is_no_report_is_refused_and_changes_nothing(deployment: Deployment, part: str) -> None:
    with pytest.raises(BadReport) as refusal:
        receive(deployment, reported(deployment, {NAME: URI}, **BAD[part]))
    assert refusal.value.part == part
    assert not EnvSource.objects.exists()
    assert not AccessEvent.objects.filter(action="report", outcome="allowed").exists()


@pytest.mark.parametrize("part", ["password or so", "extra.pass word", "extra." + "x" * 90, "text@3.3", ""])
def test_a_place_that_is_none_is_refused(deployment: Deployment, part: str) -> None:
    names = {NAME: {"use": "usable", "places": {part: "0" * 32}}}
    with pytest.raises(BadReport):
        receive(deployment, reported(deployment, {}, names=names))


def test_hashes_of_another_key_are_refused(deployment: Deployment) -> None:
    other = Deployment.objects.create(name="other", api=Deployment.Api.NONE)
    assert report.key(other) != report.key(deployment)
    with pytest.raises(OtherKey):
        receive(deployment, reported(other, {NAME: URI}))


def test_names_that_airflow_never_asks_for_are_left_out(deployment: Deployment) -> None:
    names = {name: {"use": "usable", "places": {}} for name in ("HOME", "AIRFLOW_CONN_", "AIRFLOW_CONN_A\nB=canary")}
    receive(deployment, reported(deployment, {}, names=names))
    assert not LayerEntry.objects.exists()


def test_a_broken_connection_is_told_as_such(deployment: Deployment) -> None:
    receive(deployment, reported(deployment, {}, names={NAME: {"use": "broken", "places": {"text": "0" * 32}}}))
    assert LayerEntry.objects.get().use == {"*": "broken"}
    assert told()[prints.UNTOLD] == prints.HIDDEN
