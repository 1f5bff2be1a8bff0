"""How much may still be asked of a service."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Allowance(models.Model):
    """How much of a service's quota is left for our calls, shared by all processes: a bucket that fills with time."""

    account = models.CharField(max_length=60)
    region = models.CharField(max_length=100)
    operation = models.CharField(max_length=40)
    tokens = models.FloatField(default=0)
    filled_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "region", "operation"], name="allowance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.region} {self.operation}"
