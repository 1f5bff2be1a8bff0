from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secretsui.core import simulate


class Command(BaseCommand):
    help = f"Read JSON lines, answer JSON lines. {simulate.__doc__}"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if code := simulate.main():
            raise CommandError("Interrupted.", returncode=code)
