"""When audits run by themselves, and who hears of them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from secretsui.audits.models.findings import StoredFinding
from secretsui.audits.models.runs import Audit
from secretsui.inventory.models import Deployment, Prefix


class Schedule(models.Model):
    """`task` holds the crontab and its time zone. `due_at` is the last time it was due and is done with: the claim that
    keeps two beats from starting one time twice, and several missed ones from being caught up more than once."""

    name = models.CharField(_("Name"), max_length=80, unique=True)
    task = models.OneToOneField(PeriodicTask, null=True, on_delete=models.SET_NULL, related_name="audit_schedule")
    covers_all = models.BooleanField(_("Everything"), default=True)
    deployments = models.ManyToManyField(Deployment, blank=True, related_name="schedules")
    prefixes = models.ManyToManyField(Prefix, blank=True, related_name="schedules")
    is_active = models.BooleanField(_("Active"), default=True)
    due_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # why the last time started nothing
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Recipient(models.Model):
    """Who hears of the audits of a schedule, how often, and of what."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Address")
        GROUP = "group", _("Group")
        OWNER = "owner", _("Owner of each secret")  # only their own findings
        WEBHOOK = "webhook", _("Webhook")

    class Rhythm(models.TextChoices):
        EACH = "each", _("After each audit")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")

    class Shape(models.TextChoices):
        SLACK = "slack", _("Slack")
        GENERIC = "generic", _("Generic, signed")

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="recipients")
    kind = models.CharField(_("Kind"), max_length=8, choices=Kind.choices, default=Kind.ADDRESS)
    address = models.EmailField(_("Address"), blank=True)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # References, never the thing itself: an address with a token in it, and the key of the signature.
    webhook = models.CharField(_("Webhook"), max_length=300, blank=True)
    shape = models.CharField(_("Shape"), max_length=8, choices=Shape.choices, default=Shape.SLACK)
    signing_key = models.CharField(_("Key of the signature"), max_length=300, blank=True)
    severity = models.CharField(
        _("From severity"), max_length=8, choices=StoredFinding.Severity.choices, default=StoredFinding.Severity.LOW
    )
    deployments = models.ManyToManyField(Deployment, blank=True, related_name="+")  # none: all of the schedule
    rhythm = models.CharField(_("How often"), max_length=8, choices=Rhythm.choices, default=Rhythm.EACH)
    only_changes = models.BooleanField(_("Only when something changed"), default=False)
    nags = models.BooleanField(_("Every day while a critical finding is open"), default=False)
    snoozed_until = models.DateField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["schedule", "id"]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.get_kind_display()}"


class Silence(models.Model):
    """One address that wants nothing, or nothing for a while, of a recipient that stands for several (group, owner)."""

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="silences")
    address = models.EmailField()
    until = models.DateField(null=True)  # None: for good

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["recipient", "address"], name="silence_once")]

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One message to one address about one audit or period: there is one row, and whoever turns it to SENDING sends."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Failed")
        UNSURE = "unsure", _("Perhaps sent")  # the connection broke after the text: sending again could double it
        SKIPPED = "skipped", _("Nothing to tell")

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    audit = models.ForeignKey(Audit, null=True, on_delete=models.CASCADE, related_name="deliveries")
    address = models.CharField(max_length=300)  # or the reference to a webhook
    period = models.CharField(max_length=40)  # audit:482, 2026-11-21, 2026-W47, 2026-11, nag:2026-11-21
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    message_id = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)  # by whoever sends it now, or sent it last
    sent_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=80, blank=True)  # the server's, such as 451 or 550
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "address", "period"], name="delivery_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="delivery_to_retry", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.period}"
