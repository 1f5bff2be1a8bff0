from __future__ import annotations

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "secretsui.audits"
    default_auto_field = "django.db.models.BigAutoField"
