"""The index: what refreshes found, and one row per secret."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.indexes import SearchedIndex
from secretsui.inventory.models.places import Prefix


class Refresh(models.Model):
    """One run over one prefix. At most one is queued or running per prefix: the constraint is the claim."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARTIAL = "partial", _("Incomplete")
        FAILED = "failed", _("Failed")

    ACTIVE: ClassVar = (State.QUEUED, State.RUNNING)

    prefix = models.ForeignKey(Prefix, on_delete=models.CASCADE, related_name="refreshes")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    trigger = models.CharField(max_length=10, default="manual")  # manual, schedule, start, retry
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # last sign of life; a silent run is closed by the sweep
    finished_at = models.DateTimeField(null=True)
    listed = models.PositiveIntegerField(default=0)
    to_read = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=20, blank=True)  # StoreError.kind; empty also for a failure of our own

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["prefix"], condition=Q(state__in=["queued", "running"]), name="one_active_refresh"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}: {self.get_state_display()}"


# The worst that applies, in this order.
_STATUS = Case(
    When(deleted_at__isnull=False, then=Value("deleted")),
    When(disabled=True, then=Value("disabled")),
    When(~Q(problem=""), then=Value("broken")),
    When(~Q(read_error=""), then=Value("unreadable")),
    When(stale=True, then=Value("stale")),
    default=Value("ok"),
)


class SecretRecord(models.Model):
    """The index: metadata of one secret, and of its value only harmless facts and keyed fingerprints."""

    # The unique constraint below serves look-ups by prefix.
    prefix = models.ForeignKey(Prefix, on_delete=models.CASCADE, related_name="records", db_index=False)
    name = models.CharField(max_length=512)
    key = models.CharField(max_length=512)  # conn_id, variable key or config option: the name without the prefix
    arn = models.CharField(max_length=600, blank=True)
    description = models.CharField(max_length=2048, blank=True)
    tags = models.JSONField(default=dict)
    version_id = models.CharField(max_length=64, blank=True)
    kms_key_id = models.CharField(max_length=256, blank=True)
    rotation = models.BooleanField(default=False)
    owning_service = models.CharField(max_length=128, blank=True)
    primary_region = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    accessed_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    next_rotation_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    disabled = models.BooleanField(default=False)
    value_type = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=20, blank=True)

    # Facts of the value of `value_version`; empty until it has been read.
    value_version = models.CharField(max_length=64, blank=True)
    form = models.CharField(max_length=8, blank=True)  # uri, json, text, binary
    conn_type = models.CharField(max_length=200, blank=True)
    endpoint = models.CharField(max_length=512, blank=True)
    # Keyed HMACs of places, as core.prints has them: {"text": …, "login": …, "extra.key": …}.
    fingerprints = models.JSONField(default=dict)
    fingerprint_key = models.CharField(max_length=16, blank=True)  # id of the key; another key means: read again
    problem = models.CharField(max_length=40, blank=True)  # why Airflow cannot use the value: see core.facts
    problem_detail = models.CharField(max_length=200, blank=True)  # the kind of error and its position, no content
    read_error = models.CharField(max_length=40, blank=True)  # StoreError.kind of the last attempt to read the value
    made_at = models.DateTimeField(null=True)  # when that version was made: tags and the like do not move it
    lint = models.JSONField(null=True)  # findings of core.rules about it, None until it has been read
    traits = models.JSONField(null=True)  # core.rules.traits
    # What only calls for this one secret tell (policy, versions, replicas), and of which state of it. Read by audits.
    details = models.JSONField(default=dict)

    # Reading a value moves `accessed_at`, which is a day. `used_at` is the last such day that our own reading, last at
    # `value_read_at`, does not explain.
    value_read_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    stale = models.BooleanField(default=False)  # not confirmed by the last refresh, which failed before reaching it
    listing = models.CharField(
        max_length=32, blank=True
    )  # digest of the metadata above: what is unchanged is not written
    # When this one secret was last asked for by itself. A listing lags by minutes, so for a while this counts for more.
    described_at = models.DateTimeField(null=True)
    # Lower case, a line each: name, description, k=v tags behind a tabulator, endpoint. See inventory.search_text.
    search = models.TextField(blank=True)
    status = models.GeneratedField(expression=_STATUS, output_field=models.CharField(max_length=10), db_persist=True)

    class Meta:
        ordering: ClassVar = ["key", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefix", "name"], name="secret_once")]
        indexes: ClassVar = [
            # Both hold what lists filter by, so that a page is found in the index alone, in the order it is shown.
            SearchedIndex(
                fields=["key", "id", "prefix", "status", "conn_type", "changed_at"],
                name="secret_by_key",
            ),
            models.Index(fields=["changed_at", "id", "prefix", "status", "conn_type"], name="secret_by_change"),
            models.Index(fields=["deleted_at"], name="secret_in_trash", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self) -> str:
        """One word for lists and filters: the worst that applies."""
        checks: list[tuple[str, Any]] = [
            ("deleted", self.deleted_at),
            ("disabled", self.disabled),
            ("broken", self.problem),
            ("unreadable", self.read_error),
            ("stale", self.stale),
        ]
        return next((word for word, applies in checks if applies), "ok")
