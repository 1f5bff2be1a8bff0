"""Reports of a deployment's own processes, kept as they come. `recognising` makes of them what can be compared."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from secretsui.airflow.environment import kind_of
from secretsui.core import prints
from secretsui.inventory.clean import fit
from secretsui.inventory.deployments import entries
from secretsui.inventory.deployments.report import Named, Report
from secretsui.inventory.models import Deployment, EnvSource, LayerEntry
from secretsui.inventory.models.layers import Layer
from secretsui.inventory.sync.values import key


def receive(deployment: Deployment, found: Report) -> EnvSource:
    """Keep a report in the place of the one before. What was recognised stays so, as far as it is the same."""
    with transaction.atomic():
        locked = Deployment.objects.select_for_update().get(pk=deployment.pk)
        source, _ = EnvSource.objects.get_or_create(
            deployment=deployment, form=EnvSource.Form.REPORTER, process=found.process
        )
        source.as_of, source.settings, source.is_whole = timezone.now(), dict(found.settings), True
        source.save()
        before = {entry.name: entry for entry in source.entries.all()}
        news = [_entry(source, name, named, before.get(name)) for name, named in found.names.items()]
        entries.replace(source.entries.all(), news)
        _detect(locked, found)
    return source


def _entry(source: EnvSource, name: str, named: Named, before: LayerEntry | None) -> LayerEntry:
    is_of_worker = source.process == EnvSource.Process.WORKER
    told = before.reported if before and before.fingerprint_key == key().id else {}
    same = {place for place, text in named.places.items() if told.get(place) == text}
    known = before.fingerprints if before else {}
    found = {place: known.get(place, prints.HIDDEN) if place in same else prints.HIDDEN for place in named.places}
    return LayerEntry(
        deployment=source.deployment,
        source=source,
        layer=Layer.WORKER_ENVIRONMENT if is_of_worker else Layer.ENVIRONMENT,
        kind=kind_of(name) or "",
        name=fit(LayerEntry, "name", name),
        use={"*": named.use},
        fingerprints={**found, **_unset(named)},
        reported=dict(named.places),
        fingerprint_key=key().id,
    )


def _unset(named: Named) -> Mapping[str, str]:
    """A place whose text is empty has no hash, and of a broken connection the fields are not told."""
    untold = {prints.UNTOLD: prints.HIDDEN} if named.use == "broken" else {}
    return {**untold, **{place: "" for place, text in named.places.items() if not text}}


def _detect(deployment: Deployment, found: Report) -> None:
    """Of an Airflow that is not asked, the report tells the versions."""
    if deployment.api in (Deployment.Api.NONE, Deployment.Api.EXPORTED):
        told = {"at": timezone.now().isoformat(), "airflow": found.airflow, "providers": dict(found.providers)}
        told["test_connection"] = found.test_connection
        Deployment.objects.filter(pk=deployment.pk).update(detected={**deployment.detected, **told})
