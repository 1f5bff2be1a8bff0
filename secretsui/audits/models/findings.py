"""What was found, and what became of it: one row per rule and subject, kept after it is fixed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from secretsui.audits.models.runs import Audit
from secretsui.inventory.models import Deployment, Prefix


class StoredFinding(models.Model):
    """Evidence without a value. `fingerprint` is stable: rule, subject, code and field (core.rules.audit)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        FIXED = "fixed", _("Fixed")

    class Severity(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")
        INFO = "info", _("Info")

    fingerprint = models.CharField(max_length=32, unique=True)
    rule = models.CharField(max_length=8)
    subject = models.CharField(max_length=700)  # ref of core.rules.estate: secret:…, id:…, deployment:…, prefix:…
    # Where it belongs, for grants and filters: who sees neither does not see the finding.
    prefix = models.ForeignKey(Prefix, null=True, on_delete=models.CASCADE, related_name="findings")
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.CASCADE, related_name="findings")
    name = models.CharField(max_length=512, blank=True)  # of the secret, or the id
    kind = models.CharField(max_length=12, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    rank = models.PositiveSmallIntegerField()  # of the severity, worst first
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=120, blank=True)
    where = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    related = models.JSONField(default=list)

    status = models.CharField(max_length=5, choices=Status.choices, default=Status.OPEN)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # by an audit that could look
    fixed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    # The audit of the last change of status; "new" means that it is also the one that saw it first.
    changed_in = models.ForeignKey(Audit, null=True, on_delete=models.SET_NULL, related_name="changed")
    first_audit = models.ForeignKey(Audit, null=True, on_delete=models.SET_NULL, related_name="found")
    # An audit since then wanted to look and could not: neither open nor fixed is sure.
    unchecked = models.CharField(max_length=60, blank=True)

    accepted_until = models.DateField(null=True)
    accepted_reason = models.CharField(max_length=500, blank=True)
    accepted_by = models.CharField(max_length=150, blank=True)
    owner = models.CharField(max_length=256, blank=True)  # from a tag, or assigned by hand
    assigned_by = models.CharField(max_length=150, blank=True)  # "" where the owner is from a tag

    class Meta:
        ordering: ClassVar = ["rank", "rule", "name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["status", "rank", "rule", "name"], name="finding_by_severity"),
            models.Index(fields=["deployment", "status"], name="finding_by_deployment"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_until__isnull=True) | ~Q(accepted_reason=""), name="acceptance_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"


class FindingEvent(models.Model):
    """The history of one finding."""

    class What(models.TextChoices):
        NEW = "new", _("New")
        FIXED = "fixed", _("Fixed")
        REOPENED = "reopened", _("Open again")
        WORSE = "severity", _("Another severity")
        ACCEPTED = "accepted", _("Accepted")
        ENDED = "ended", _("Acceptance ended")
        ASSIGNED = "assigned", _("Assigned")

    finding = models.ForeignKey(StoredFinding, on_delete=models.CASCADE, related_name="events")
    audit = models.ForeignKey(Audit, null=True, on_delete=models.SET_NULL, related_name="events")
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            # A run that is judged twice after a killed worker counts nothing twice.
            models.UniqueConstraint(
                fields=["finding", "audit", "what"], condition=Q(audit__isnull=False), name="event_once_per_audit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_what_display()}"
