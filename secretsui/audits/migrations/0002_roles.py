"""The policies of the role that an Airflow runs as."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0001_initial"),
        ("inventory", "0007_deployment_role"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("arn", models.CharField(blank=True, max_length=700)),
                ("policies", models.JSONField(null=True)),
                ("error", models.CharField(blank=True, max_length=20)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("as_of", models.DateTimeField()),
                (
                    "deployment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="role_reading",
                        to="inventory.deployment",
                    ),
                ),
            ],
        ),
    ]
