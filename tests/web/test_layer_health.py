from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, LayerPlace, LayerState, Prefix
from secretsui.web.layer_health import LayerHealth, health
from tests.conftest import Place

SECRETS_MANAGER: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
NOW: Final = timezone.now()


@pytest.fixture
def deployment(place: Place) -> Deployment:
    return Deployment.objects.create(
        name="lab", api="exported", airflow_version="2.11.2", backend_class=SECRETS_MANAGER
    )


def of(deployment: Deployment, layer: str) -> LayerHealth:
    return next(each for each in health(deployment) if each.column.id == layer)


def look(deployment: Deployment, place: Place, region: str = "eu-west-1") -> None:
    LayerPlace.objects.create(deployment=deployment, layer="backend", account=place.account, region=region)


def rows(deployment: Deployment, kind: str, **facts: Any) -> None:
    LayerState.objects.create(deployment=deployment, layer="metastore", kind=kind, **facts)


def test_layers_stand_in_lookup_order_of_tasks(deployment: Deployment) -> None:
    assert [each.column.id for each in health(deployment)] == ["backend", "environment", "metastore"]
    deployment.airflow_version = "3.3.2"
    found = [each.column.id for each in health(deployment)]
    assert found == ["worker-backend", "worker-environment", "backend", "environment", "metastore"]


def test_a_backend_of_no_known_account_is_unknown(deployment: Deployment) -> None:
    found = of(deployment, "backend")
    assert (found.state, found.as_of) == ("unknown", None)
    assert "In which account it looks is not known here." in found.words


def test_a_place_that_nothing_is_read_of_is_unknown(deployment: Deployment, place: Place) -> None:
    look(deployment, place, region="us-east-1")
    found = of(deployment, "backend")
    assert found.state == "unknown"
    assert found.words.startswith("Nothing of data-dev in us-east-1 is read here.")


def test_a_backend_is_as_well_known_as_the_worst_of_its_prefixes(deployment: Deployment, place: Place) -> None:
    look(deployment, place)
    assert of(deployment, "backend").state == "never"
    Prefix.objects.update(as_of=NOW, complete=True, summary={"records": 2})
    found = of(deployment, "backend")
    assert (found.state, found.count, found.as_of) == ("done", 6, NOW)
    old = NOW - timedelta(days=1)
    Prefix.objects.filter(pk=place.variables.pk).update(as_of=old, problem="The store refused access.")
    found = of(deployment, "backend")
    assert (found.state, found.as_of) == ("partial", old)
    assert "The store refused access." in found.words


def test_an_environment_without_a_source_is_unknown(deployment: Deployment) -> None:
    assert of(deployment, "environment").state == "unknown"


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"as_of": NOW}, "done"),
        ({"as_of": NOW, "is_whole": False}, "partial"),
        ({"as_of": NOW, "gaps": [{"reason": "template"}]}, "partial"),
        ({"form": "reporter"}, "never"),
    ],
)
def test_an_environment_is_as_well_known_as_its_source(
    deployment: Deployment, facts: dict[str, Any], state: str
) -> None:
    source = EnvSource.objects.create(deployment=deployment, **{"form": "env-file", **facts})
    LayerEntry.objects.create(
        deployment=deployment, layer="environment", source=source, kind="variable", name="AIRFLOW_VAR_A"
    )
    found = of(deployment, "environment")
    assert (found.state, found.count) == (state, 1)


def test_rows_are_known_when_both_kinds_are(deployment: Deployment) -> None:
    rows(deployment, "connection", as_of=NOW, count=3)
    assert of(deployment, "metastore").state == "never"
    rows(deployment, "variable", as_of=NOW, count=4)
    found = of(deployment, "metastore")
    assert (found.state, found.count) == ("done", 7)


def test_rows_that_could_not_be_read_say_why(deployment: Deployment) -> None:
    failure = {"problem": "Airflow did not answer in time.", "remedy": "Try again later.", "code": "ReadTimeout"}
    rows(deployment, "connection", **failure)
    rows(deployment, "variable", as_of=NOW)
    found = of(deployment, "metastore")
    assert (found.state, found.code) == ("failed", "ReadTimeout")
    assert found.words == "Airflow did not answer in time. Try again later."
    LayerState.objects.update(as_of=NOW)
    assert of(deployment, "metastore").state == "partial"


def test_rows_that_nobody_can_be_asked_for_are_unknown(deployment: Deployment) -> None:
    deployment.api = "none"
    assert of(deployment, "metastore").state == "unknown"
