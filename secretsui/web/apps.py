from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "secretsui.web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from secretsui.web import pattern_prices

        pattern_prices.register()
