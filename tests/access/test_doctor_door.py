from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from secretsui.access import policy
from secretsui.access.doctor_door import open_doctor
from secretsui.access.door import Person
from secretsui.access.models import AccessEvent
from secretsui.core.doctor.asking import Asking
from secretsui.core.doctor.judging import Role
from tests.aws import Aws
from tests.conftest import Place

NAME = "airflow/connections/team/db"
ROLE = Role("arn:aws:iam::444455556666:role/airflow", "aws", "444455556666", "airflow")


def test_a_secret_of_a_narrower_prefix_needs_a_grant_there(live_place: Place, aws: Aws, bob: User) -> None:
    wide = live_place.connections
    wide._meta.model.objects.create(
        account=wide.account, region=wide.region, path="airflow/connections/team", kind=wide.kind
    )
    aws.create(NAME, "http://h")
    aws.calls.clear()

    with pytest.raises(policy.NotVisible):
        open_doctor(Person(bob), wide).facts(NAME, ROLE, Asking())

    assert aws.calls.counts() == {}
    assert AccessEvent.objects.latest("pk").outcome == AccessEvent.Outcome.REFUSED
