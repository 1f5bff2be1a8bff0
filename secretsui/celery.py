"""The worker's entry point. Tasks carry ids, never values; results are ignored."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, setup_logging, worker_init

from secretsui.orphans import bound_to_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsui.settings")


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """That there is a receiver keeps Celery from adding handlers of its own, which would print whole exceptions."""


@worker_init.connect
def bind_schedule(**_: Any) -> None:
    """The schedule of a worker with -B is a process of its own, which would go on after a worker that was killed."""
    if bind := bound_to_parent():
        beat_embedded_init.connect(lambda **_: bind(), weak=False)


app = Celery("secretsui")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["secretsui.access", "secretsui.audits"])
