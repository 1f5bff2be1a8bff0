"""What a test of a deployment tried, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARTS: Final[Mapping[str, str | Promise]] = {
    "address": _("Address"),
    "sign-in": _("Sign-in"),
    "connections": _("Connections"),
    "variables": _("Variables"),
    "configuration": _("Configuration"),
    "version": _("Airflow version"),
    "mwaa": _("MWAA environment"),
    "ecs": _("ECS task definition"),
    "backend": _("Secrets backend"),
    "backend/own": _("Where it looks"),
    "backend/shared": _("Shared account"),
    "worker-backend": _("Secrets backend of workers"),
    "worker-backend/own": _("Where that of workers looks"),
    "worker-backend/shared": _("Shared account of workers"),
    "sources": _("Environment source"),
}


def part_words(part: str) -> str:
    return str(PARTS.get(part, part))
