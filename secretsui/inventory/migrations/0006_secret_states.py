"""Disabled secrets, and what parameters have beside them.

No database changes what a column is generated from: it goes, with the indexes that hold it, and is made anew.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Case, Q, Value, When

from secretsui.inventory.indexes import SearchedIndex

STATUS = Case(
    When(deleted_at__isnull=False, then=Value("deleted")),
    When(disabled=True, then=Value("disabled")),
    When(~Q(problem=""), then=Value("broken")),
    When(~Q(read_error=""), then=Value("unreadable")),
    When(stale=True, then=Value("stale")),
    default=Value("ok"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_stores"),
    ]

    operations = [
        migrations.AddField("secretrecord", "disabled", models.BooleanField(default=False)),
        migrations.AddField("secretrecord", "value_type", models.CharField(blank=True, max_length=20)),
        migrations.AddField("secretrecord", "tier", models.CharField(blank=True, max_length=20)),
        migrations.RemoveIndex("secretrecord", "secret_by_key"),
        migrations.RemoveIndex("secretrecord", "secret_by_change"),
        migrations.RemoveField("secretrecord", "status"),
        migrations.AddField(
            "secretrecord",
            "status",
            models.GeneratedField(expression=STATUS, output_field=models.CharField(max_length=10), db_persist=True),
        ),
        migrations.AddIndex(
            "secretrecord",
            SearchedIndex(
                fields=["key", "id", "prefix", "status", "conn_type", "changed_at"],
                name="secret_by_key",
            ),
        ),
        migrations.AddIndex(
            "secretrecord",
            models.Index(fields=["changed_at", "id", "prefix", "status", "conn_type"], name="secret_by_change"),
        ),
    ]
