"""What the role may do that an Airflow runs as."""

from __future__ import annotations

from django.db import models

from secretsui.inventory.models import Deployment


class RoleReading(models.Model):
    """The last reading. With an `error` its policies are not known: they may have changed since they were."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="role_reading")
    arn = models.CharField(max_length=700, blank=True)
    policies = models.JSONField(null=True)
    error = models.CharField(max_length=20, blank=True)  # kind of error
    problem = models.CharField(max_length=300, blank=True)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.deployment}: {self.arn}"
