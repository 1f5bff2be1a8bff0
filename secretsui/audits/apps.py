from __future__ import annotations

from django.apps import AppConfig

from secretsui.audits import checks


class AuditsConfig(AppConfig):
    name = "secretsui.audits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register()
