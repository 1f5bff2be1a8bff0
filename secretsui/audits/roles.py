"""The policies of the role that an Airflow runs as: read with its deployment, and given to the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.utils import timezone

from secretsui.access.deployment_door import DeploymentDoor
from secretsui.airflow.errors import ApiError
from secretsui.audits.models import RoleReading
from secretsui.cloud.errors import StoreError
from secretsui.inventory.clean import fit, storable_json
from secretsui.inventory.models import Deployment

NOT_TOLD: Final = "no-identity"
_START: Final = "role-"


class Identity(NamedTuple):
    """`problem` says why the policies are not known."""

    policies: Sequence[Mapping[str, Any]] | None
    problem: str = ""


def read(deployment: Deployment, door: DeploymentDoor) -> None:
    """Whatever goes wrong stands in the row: it makes a few rules blind, not the audit incomplete."""
    facts: dict[str, Any] = {"arn": "", "policies": None, "error": "", "problem": ""}
    try:
        arn, policies = door.role()
    except (ApiError, StoreError) as error:
        facts |= {"error": error.kind, "problem": fit(RoleReading, "problem", f"{error.sentence} {error.remedy}")}
    else:
        facts |= {"arn": fit(RoleReading, "arn", arn), "policies": storable_json(list(policies)) if arn else None}
    RoleReading.objects.update_or_create(deployment=deployment, defaults={**facts, "as_of": timezone.now()})


def known() -> Mapping[int, Identity]:
    """By deployment."""
    rows = RoleReading.objects.values_list("deployment_id", "policies", "error")
    return {pk: Identity(policies, "" if policies is not None else _why(error)) for pk, policies, error in rows}


def _why(error: str) -> str:
    return f"{_START}{error}" if error else NOT_TOLD
