"""Whether the access log is whole: no line changed, removed, added or moved."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secretsui.access import events
from secretsui.access.models import AccessEvent


class Command(BaseCommand):
    help = "Check the chain of the access log; exit with 1 and the first broken event if it does not hold."

    def handle(self, *_: Any, **__: Any) -> None:
        broken = events.first_broken()
        if broken:
            raise CommandError(broken)
        self.stdout.write(f"OK: {AccessEvent.objects.count()} events")
