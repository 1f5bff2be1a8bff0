"""The role that an Airflow runs as, where AWS cannot be asked for it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_secret_states"),
    ]

    operations = [
        migrations.AddField(
            "deployment",
            "role_arn",
            models.CharField(blank=True, max_length=300, verbose_name="Role of Airflow"),
        ),
    ]
