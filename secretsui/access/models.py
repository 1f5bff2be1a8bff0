"""Who may do what on which prefix, and who did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Never, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Deployment, Prefix


class Level(models.IntegerChoices):
    """Each level includes those below it."""

    LIST = 1, _("List")
    REVEAL = 2, _("Reveal")
    WRITE = 3, _("Write")


class Grant(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="grants")
    prefix = models.ForeignKey(Prefix, on_delete=models.CASCADE, related_name="grants")
    level = models.PositiveSmallIntegerField(choices=Level.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "prefix"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_level_display()} on {self.prefix}"


class DeploymentLevel(models.IntegerChoices):
    """Each level includes those below it."""

    SEE = 1, _("See")  # which layer wins for which id, and why
    FIX = 2, _("Fix")  # delete rows of the metadata database, run connection tests


class DeploymentGrant(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="deployment_grants")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="grants")
    level = models.PositiveSmallIntegerField(choices=DeploymentLevel.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "deployment"], name="deployment_grant_once")]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_level_display()} on {self.deployment}"


class AppendOnly(TypeError):
    """The access log takes new lines only."""

    def __init__(self) -> None:
        super().__init__("The access log takes new lines only: append one with access.events.append.")


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    def update(self, **_: Any) -> Never:
        raise AppendOnly

    def delete(self) -> Never:
        raise AppendOnly

    def bulk_update(self, *_: Any, **__: Any) -> Never:
        raise AppendOnly

    def within(self, prefixes: models.QuerySet[Prefix] | Sequence[Prefix]) -> Self:
        return self.filter(prefix__in=prefixes)


class AccessEvent(models.Model):
    """One line of the append-only access log; `digest` chains it to the line before, so that a gap shows."""

    class Action(models.TextChoices):
        REVEAL = "reveal", _("revealed")
        OPEN_EDITOR = "open-editor", _("opened for editing")
        COMPARE = "compare", _("compared versions of")
        WRITE = "write", _("saved")
        CREATE = "create", _("created")
        PUT_BACK = "put-back", _("put back an old version of")
        DELETE = "delete", _("scheduled deletion of")
        PURGE = "purge", _("deleted for good")
        RESTORE = "restore", _("restored")
        CHANGE_VERSION = "version", _("changed a version of")
        TAG = "tag", _("changed the tags of")
        UPDATE = "update", _("changed description or key of")
        READ_BATCH = "read-batch", _("read values for the index")
        ACCOUNT = "account", _("changed the account")
        PREFIX = "prefix", _("changed the prefix")
        GRANT = "grant", _("changed the grants of")
        PERSON = "person", _("changed the person")
        DEPLOYMENT = "deployment", _("changed the deployment")
        CHECK = "check", _("read the layers of")
        DELETE_ROW = "delete-row", _("deleted from the metadata database")
        TEST_CONN = "test-conn", _("tested the connection")
        REPORT = "report", _("received a report of")
        AUDIT = "audit", _("audited")
        FINDING = "finding", _("judged a finding of")
        SCHEDULE = "schedule", _("changed the schedule")
        DIAGNOSE = "diagnose", _("looked at the locks of")

    class Outcome(models.TextChoices):
        ALLOWED = "allowed", _("Allowed")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=150)  # the user's name then, or the name of a job
    action = models.CharField(max_length=12, choices=Action.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    account = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=100, blank=True)
    prefix_path = models.CharField(max_length=256, blank=True)
    prefix = models.ForeignKey(Prefix, null=True, on_delete=models.SET_NULL, related_name="+")
    deployment = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=512, blank=True)
    version_id = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)  # a field's name, a count, a kind of error; never a value
    address = models.GenericIPAddressField(null=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    # Deleting a person or a prefix sets the two keys to null through the base manager; the chained texts stay.
    objects = AccessEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["prefix", "name", "-id"], name="event_by_secret")]

    def __str__(self) -> str:
        return f"{self.actor} {self.get_action_display()} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> Never:
        raise AppendOnly


class ChainHead(models.Model):
    """The one row that says how the access log ends: locked to append, and proof that no line at the end is gone."""

    events = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.events} events"
