"""A refresh as the worker does it, in place."""

from __future__ import annotations

from secretsui.access.door import Job, open_prefix
from secretsui.inventory import sync
from secretsui.inventory.models import Prefix, Refresh, SecretRecord


def refresh(prefix: Prefix) -> Refresh:
    run = Refresh.objects.create(prefix=prefix)
    sync.run(run, open_prefix(Job("index"), prefix))
    prefix.refresh_from_db()
    run.refresh_from_db()
    return run


def record(name: str) -> SecretRecord:
    return SecretRecord.objects.get(name=name)
