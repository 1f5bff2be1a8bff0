"""Addresses in mails: into the product, and those that work without signing in because they are signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

from secretsui.audits.models import Recipient

# Each names a route with one argument, `token`.
Purpose = Literal["unsubscribe", "snooze"]
LASTS: Final = 365 * 24 * 3600


class Invalid(Exception):
    """The link is not ours, is too old, or its recipient is gone."""


@dataclass(frozen=True, slots=True)
class Opened:
    recipient: Recipient
    address: str


def absolute(route: str, *arguments: object) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(route, args=arguments)}"


def signed(purpose: Purpose, recipient: Recipient, address: str) -> str:
    return absolute(purpose, token(purpose, recipient, address))


def token(purpose: Purpose, recipient: Recipient, address: str) -> str:
    return signing.dumps([recipient.pk, address], salt=_salt(purpose))


def opened(purpose: Purpose, token: str) -> Opened:
    """Whose link it is; raises `Invalid`. Opening changes nothing: mail programs follow links by themselves."""
    try:
        recipient_id, address = signing.loads(token, salt=_salt(purpose), max_age=LASTS)
        recipient = Recipient.objects.select_related("schedule").get(pk=recipient_id)
    except (signing.BadSignature, Recipient.DoesNotExist):
        raise Invalid from None
    return Opened(recipient, address)


def _salt(purpose: Purpose) -> str:
    return f"secretsui.audits.{purpose}"
