"""The worker's entry point. Tasks carry ids, never values; results are ignored."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsui.settings")


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """That there is a receiver keeps Celery from adding handlers of its own, which would print whole exceptions."""


app = Celery("secretsui")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["secretsui.access"])
