"""One run of the rules: what it covers, how far it is, and what it found in numbers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Deployment, Prefix


class Audit(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        JUDGING = "judging", _("Judging")  # everything is read, the rules run
        DONE = "done", _("Done")
        PARTIAL = "partial", _("Incomplete")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    ACTIVE: ClassVar = (State.QUEUED, State.RUNNING, State.JUDGING)

    class Trigger(models.TextChoices):
        MANUAL = "manual", _("Started by hand")
        SCHEDULE = "schedule", _("Started by a schedule")
        COMMAND = "command", _("Started from the command line")
        CHANGE = "change", _("Started after a change")

    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    trigger = models.CharField(max_length=8, choices=Trigger.choices, default=Trigger.MANUAL)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    schedule = models.ForeignKey("audits.Schedule", null=True, on_delete=models.SET_NULL, related_name="audits")
    covers_all = models.BooleanField(default=False)  # every prefix and deployment there was, not some that were chosen
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # last sign of life
    finished_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    # {"secrets": n, "ids": n, "rules": n, "results": {"passed": n, "failed": n, "unchecked": n}}
    extent = models.JSONField(default=dict)
    # {"new": {severity: n}, "open": {…}, "fixed": {…}, "reopened": {…}, "accepted": {…}}
    counts = models.JSONField(default=dict)
    # The same by deployment name ("" for what belongs to none): the trend of each.
    by_deployment = models.JSONField(default=dict)
    # What could not be looked at: [{"subject": ref, "what": …, "reason": code, "count": n, "sentence": …}]
    gaps = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"Audit {self.pk}"


class Part(models.Model):
    """One prefix or one deployment that an audit reads. `is_open` until the audit ends: it holds the deployment."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARTIAL = "partial", _("Incomplete")
        FAILED = "failed", _("Failed")

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="parts")
    prefix = models.ForeignKey(Prefix, null=True, on_delete=models.CASCADE, related_name="audit_parts")
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.CASCADE, related_name="audit_parts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    is_open = models.BooleanField(default=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # the worker of an earlier one must not write any more
    sent_at = models.DateTimeField(null=True)  # to the task queue; None while it waits for its turn
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=20, blank=True)  # kind of error

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "prefix"], condition=Q(prefix__isnull=False), name="prefix_part"),
            models.UniqueConstraint(
                fields=["deployment"], condition=Q(is_open=True, deployment__isnull=False), name="one_audit_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audit}: {self.prefix or self.deployment}"
