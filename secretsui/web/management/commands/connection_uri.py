from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from secretsui.core import connection_uri


class Command(BaseCommand):
    help = connection_uri.__doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        connection_uri.add_arguments(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        """Without Django's own options, whose complaints repeat what was typed."""
        sys.exit(connection_uri.main(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Namespace(**options)
        if problem := connection_uri.misuse(chosen):
            raise CommandError(problem, returncode=2)
        if code := connection_uri.run(chosen):
            raise CommandError("Not done.", returncode=code)
