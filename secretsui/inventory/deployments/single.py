"""One row of the metadata database by itself: after it was deleted, or when somebody looks at it."""

from __future__ import annotations

from django.db import transaction

from secretsui.airflow.api import ConnectionRow, VariableRow
from secretsui.inventory.deployments import checks, entries, triggers
from secretsui.inventory.models import Deployment, LayerEntry
from secretsui.inventory.models.layers import Layer

Row = ConnectionRow | VariableRow


def keep(deployment: Deployment, kind: str, name: str, row: Row | None) -> LayerEntry | None:
    """What is kept of the row as it is now; None where it is gone."""
    found = [entries.of_row(deployment, row)] if row else []
    mine = LayerEntry.objects.filter(deployment=deployment, layer=Layer.METASTORE, kind=kind, name=name, source=None)
    with transaction.atomic():
        entries.replace(mine, found)
        triggers.layers_changed(deployment)
    return found[0] if found else None


def doubt(deployment: Deployment) -> None:
    """Nobody knows whether a change was made: ask again."""
    checks.queue(deployment, "change")
