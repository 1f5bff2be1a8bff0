"""The worker's entry point. Tasks carry ids, never values; results are ignored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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


_is_alone: ContextVar[bool] = ContextVar("is_alone", default=False)


class App(Celery):
    def send_task(self, *args: Any, **more: Any) -> Any:
        return None if _is_alone.get() else super().send_task(*args, **more)


@contextmanager
def alone() -> Iterator[None]:
    """Nothing is sent inside: for a command that does all of its work itself, where no broker need be."""
    token = _is_alone.set(True)
    try:
        yield
    finally:
        _is_alone.reset(token)


app = App("secretsui")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["secretsui.access", "secretsui.audits"])
