"""What an operator should know before the first mail goes out: `manage.py check --deploy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags

_HERE: Final = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")  # noqa: S104 - told apart, not listened on


def register() -> None:
    checks.register(links_lead_to_others, Tags.compatibility, deploy=True)


def links_lead_to_others(**_: Any) -> Sequence[CheckMessage]:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if host not in _HERE and not host.endswith(".localhost"):
        return []
    return [
        checks.Warning(
            f"SECRETSUI_URL is {settings.PUBLIC_URL}: links in e-mails lead each reader to their own machine.",
            hint="Set SECRETSUI_URL to the address under which people open secretsui, such as https://secrets.example.com.",
            id="secretsui.W006",
        )
    ]
