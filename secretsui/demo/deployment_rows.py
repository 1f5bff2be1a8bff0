"""The rows of the sample's deployments. What a person has changed since stays, but for where the real Airflow is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import Group

from secretsui.access import door
from secretsui.access.deployment_door import open_deployment
from secretsui.access.models import DeploymentGrant, DeploymentLevel
from secretsui.core import backend_kwargs
from secretsui.demo import deployments, story
from secretsui.demo.companion import ADDRESS, CREDENTIAL
from secretsui.demo.deployments import SampleDeployment
from secretsui.inventory.deployments import sources, triggers
from secretsui.inventory.models import Account, Deployment, LayerPlace

ACTOR: Final = door.Job("sample data")
_LEVELS: Final = {"see": DeploymentLevel.SEE, "fix": DeploymentLevel.FIX}


def write() -> None:
    """Those of the accounts have to be there."""
    for told in deployments.samples():
        known = Deployment.objects.filter(name=told.name).first()
        _point(known or _add(told), told)


def check_airflow() -> None:
    """Have the real Airflow read by a worker."""
    for deployment in Deployment.objects.filter(name=deployments.REAL, api=Deployment.Api.V2):
        open_deployment(ACTOR, deployment).check("start")


def _add(told: SampleDeployment) -> Deployment:
    deployment = Deployment.objects.create(
        name=told.name,
        stage=told.stage,
        platform=told.platform,
        airflow_version=told.airflow_version,
        providers=told.providers,
        api=Deployment.Api.NONE if told.name == deployments.REAL else Deployment.Api.EXPORTED,
        role_arn=told.role_arn,
        backend_class=told.backend_class,
        backend_kwargs=backend_kwargs.without_secrets(told.backend_class, told.backend_kwargs)[0],
    )
    door.record_admin(ACTOR, "deployment", deployment, "added")
    for place in told.places:
        account = Account.objects.get(name=place["account"])
        LayerPlace.objects.create(deployment=deployment, **{**place, "account": account})
    for group, level in told.grants.items():
        _grant(deployment, group, level)
    for source in told.sources:
        _read(deployment, source)
    if deployment.api == Deployment.Api.EXPORTED:
        sources.store_export(deployment, told.export())
    return deployment


def _grant(deployment: Deployment, name: str, level: str) -> None:
    group, _ = Group.objects.get_or_create(name=name)
    DeploymentGrant.objects.create(group=group, deployment=deployment, level=_LEVELS[level])
    door.record_admin(ACTOR, "grant", deployment, f"{name}: {level}")


def _read(deployment: Deployment, source: Mapping[str, str]) -> None:
    text = story.told(story.DEPLOYMENTS / source["file"])
    process = source.get("process", "any")
    sources.store(deployment, source["form"], text, label=source["file"], process=process)


def _point(deployment: Deployment, told: SampleDeployment) -> None:
    """The real Airflow has another address at each start; without it, its exported rows stand for it."""
    if told.name != deployments.REAL:
        return
    wanted = _reached_by()
    if all(getattr(deployment, field) == value for field, value in wanted.items()):
        return
    Deployment.objects.filter(pk=deployment.pk).update(**wanted)
    if wanted["api"] == Deployment.Api.EXPORTED:
        sources.store_export(deployment, told.export())
    triggers.deployment_changed(deployment)


def _reached_by() -> Mapping[str, Any]:
    address = os.environ.get(ADDRESS, "")
    if not address:
        return {"api": Deployment.Api.EXPORTED}
    return {"api": Deployment.Api.V2, "api_url": address, "credential": f"env:{CREDENTIAL}", "account": None}
