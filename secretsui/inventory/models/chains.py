"""The matrix: for each id of a deployment and each process, who wins, as far as it was known when it was resolved."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.indexes import SearchedIndex
from secretsui.inventory.models.deployments import Deployment
from secretsui.inventory.models.places import Kind


class ResolvedRow(models.Model):
    """Written whole by `inventory.deployments.resolving`; a row never outlives the facts it was made from unseen."""

    class Process(models.TextChoices):
        SERVER = "server", _("API server and scheduler")  # of Airflow 2: every process
        TASK = "task", _("Tasks")

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rows", db_index=False)
    process = models.CharField(max_length=6, choices=Process.choices)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=512)  # conn_id or variable key
    rank = models.PositiveSmallIntegerField()  # place of the conflict in the order of severity, worst first
    conflict = models.CharField(max_length=16)  # core.conflicts.Conflict
    winner = models.CharField(max_length=24, blank=True)  # id of a column; "" where nothing is found
    is_certain = models.BooleanField(default=True)
    conn_type = models.CharField(max_length=200, blank=True)
    owner = models.CharField(max_length=256, blank=True)
    # One per column, in order: {"state": …, "compared": …, "fields": […], "reason": …, "age": …}, empty ones left out.
    cells = models.JSONField(default=list)
    search = models.TextField(blank=True)  # lower case: key, type, owner

    class Meta:
        ordering: ClassVar = ["rank", "key", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "process", "kind", "key"], name="resolved_once"),
        ]
        indexes: ClassVar = [
            SearchedIndex(fields=["deployment", "process", "rank", "key", "id"], name="resolved_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.process} {self.key}"
