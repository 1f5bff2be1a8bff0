from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "secretsui.inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from secretsui.inventory import checks

        checks.register()
