from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from secretsui.audits.exports.prometheus import as_prometheus
from secretsui.audits.models import Audit
from tests.audits.findings import ended, stored
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db]
SAMPLE = re.compile(r'[a-z_]+(\{deployment="[^"]*",severity="[a-z]+",state="[a-z]+"\})? \d+')


def told() -> dict[str, int]:
    lines = "".join(as_prometheus()).splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    return {name: int(number) for name, _, number in (line.rpartition(" ") for line in samples)}


def of(severity: str, state: str, name: str = "") -> str:
    return f'secretsui_findings{{deployment="{name}",severity="{severity}",state="{state}"}}'


def test_findings_are_counted_by_deployment_severity_and_state(place: Place) -> None:
    found = deployment(place.connections)
    today = timezone.localdate()
    stored(name="a", prefix=place.connections)
    stored(name="b", prefix=place.connections, accepted_until=today, accepted_reason="why")
    stored(name="c", prefix=place.connections, accepted_until=today - timedelta(days=1), accepted_reason="why")
    stored(name="d", prefix=place.connections, status="fixed")
    stored("low", name="e", deployment=found, unchecked="denied")
    numbers = told()
    assert {name: number for name, number in numbers.items() if number} == {
        of("critical", "open"): 2,
        of("critical", "accepted"): 1,
        of("low", "open", "halden-prod"): 1,
        of("low", "unchecked", "halden-prod"): 1,
    }
    assert of("info", "open", "halden-prod") in numbers
    assert "secretsui_audit_finished_timestamp_seconds" not in numbers


def test_an_incomplete_audit_is_no_complete_one(place: Place) -> None:
    now = timezone.now()
    ended(finished_at=now - timedelta(hours=1))
    ended(finished_at=now, state=Audit.State.PARTIAL)
    ended(finished_at=now + timedelta(hours=1), state=Audit.State.FAILED)
    numbers = told()
    assert abs(numbers["secretsui_audit_finished_timestamp_seconds"] - now.timestamp()) <= 1
    assert now.timestamp() - numbers["secretsui_audit_complete_timestamp_seconds"] > 3000


def test_no_name_of_a_secret_is_told(place: Place) -> None:
    stored(name="airflow/connections/crm", prefix=place.connections)
    assert "crm" not in "".join(as_prometheus())
