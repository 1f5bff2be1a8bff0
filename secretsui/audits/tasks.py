"""Tasks carry ids and call plain functions. Each is safe to run twice."""

from __future__ import annotations

from django.utils import timezone

from secretsui.audits import acceptance, changes, deliveries, ending, parts, periods, pruning, running, scheduling
from secretsui.audits.models import Audit, Part
from secretsui.celery import app


@app.task(name=running.READ, soft_time_limit=4 * 3600, time_limit=4 * 3600 + 60)
def read_part(part_id: int) -> None:
    part = Part.objects.select_related("prefix__account", "deployment__account").filter(pk=part_id).first()
    if part is not None:  # what it reads may have been removed since
        parts.read(part)


@app.task(name=running.JUDGE, soft_time_limit=3600, time_limit=3660)
def judge(audit_id: int) -> None:
    audit = Audit.objects.filter(pk=audit_id).first()
    if audit is not None:
        ending.judge(audit)


@app.task(name="secretsui.audits.tasks.sweep", expires=60)
def sweep() -> None:
    running.sweep(timezone.now())
    changes.start()
    acceptance.end_due()


@app.task(name="secretsui.audits.tasks.prune", expires=3600)
def prune() -> None:
    pruning.prune(timezone.now())


@app.task(name=scheduling.TASK)
def start_scheduled(schedule_id: int) -> None:
    scheduling.start(schedule_id, timezone.now())


@app.task(name="secretsui.audits.tasks.start_due", expires=60)
def start_due() -> None:
    scheduling.start_due(timezone.now())


@app.task(name="secretsui.audits.tasks.send_due", expires=60)
def send_due() -> None:
    now = timezone.now()
    periods.plan(now)
    deliveries.send_due(now)
