"""Tasks for a test's worker that go wrong in the worst way: with a value in their hands, and in what they raise."""

from __future__ import annotations

from celery import shared_task

from secretsui.access.door import Job, open_prefix
from secretsui.inventory.models import Prefix


def in_hand(prefix_id: int, name: str) -> str:
    door = open_prefix(Job("test"), Prefix.objects.get(pk=prefix_id))
    (answers,) = door.read([name])
    text = answers[name].text  # type: ignore[union-attr]
    assert text is not None
    return text.reveal()


@shared_task(name="tests.explode")
def explode(prefix_id: int, name: str) -> None:
    value = in_hand(prefix_id, name)
    try:
        int(value)
    except ValueError as error:
        raise RuntimeError(f"This is what an error must never say: {value}") from error


@shared_task(name="tests.explode_again", bind=True, max_retries=1, default_retry_delay=0.1)
def explode_again(self, prefix_id: int, name: str) -> None:  # type: ignore[no-untyped-def]
    value = in_hand(prefix_id, name)
    raise self.retry(exc=KeyError(value))
