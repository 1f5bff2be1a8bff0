"""Who a recipient stands for, and who of them wants nothing, or nothing for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone

from secretsui.audits.models import Recipient, Silence, StoredFinding

SNOOZES: Final = (1, 7, 30)  # days
LATELY: Final = timedelta(days=35)  # longer than from one monthly digest to the next
# These stand for several addresses, so that one of them is silent by itself.
SEVERAL: Final = (Recipient.Kind.GROUP, Recipient.Kind.OWNER)


def addresses(recipient: Recipient, now: datetime) -> Sequence[str]:
    """Where mails of this recipient go to now, without those who want none. A webhook is its reference."""
    if recipient.unsubscribed_at or (recipient.snoozed_until and recipient.snoozed_until > now.date()):
        return ()
    silent = Silence.objects.filter(recipient=recipient).filter(Q(until__isnull=True) | Q(until__gt=now.date()))
    unwanted = set(silent.values_list("address", flat=True))
    return [each for each in _all(recipient) if each not in unwanted]


def _all(recipient: Recipient) -> Sequence[str]:
    if recipient.kind == Recipient.Kind.ADDRESS:
        return [recipient.address]
    if recipient.kind == Recipient.Kind.WEBHOOK:
        return [recipient.webhook]
    if recipient.kind == Recipient.Kind.GROUP:
        members = User.objects.filter(groups=recipient.group_id, is_active=True).exclude(email="")
        return sorted(set(members.values_list("email", flat=True)))
    return sorted({address for address in owners().values() if address})


def owners() -> Mapping[str, str]:
    """The address of each owner of what is open or was fixed lately; "" where the tag is neither one nor a name."""
    of_interest = Q(status=StoredFinding.Status.OPEN) | Q(fixed_at__gt=timezone.now() - LATELY)
    named = StoredFinding.objects.filter(of_interest).exclude(owner="")
    known = dict(User.objects.filter(is_active=True).exclude(email="").values_list("username", "email"))
    return {owner: _address(owner, known) for owner in named.values_list("owner", flat=True).distinct()}


def _address(owner: str, known: Mapping[str, str]) -> str:
    try:
        validate_email(owner)
    except ValidationError:
        return known.get(owner, "")
    return owner


def unsubscribe(recipient: Recipient, address: str) -> None:
    if recipient.kind in SEVERAL:
        Silence.objects.update_or_create(recipient=recipient, address=address, defaults={"until": None})
    else:
        Recipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=timezone.now())


def snooze(recipient: Recipient, address: str, days: int) -> date:
    """Nothing before the day that is returned; who has unsubscribed stays so."""
    until = timezone.now().date() + timedelta(days=days)
    if recipient.kind in SEVERAL:
        Silence.objects.get_or_create(recipient=recipient, address=address, defaults={"until": until})
        Silence.objects.filter(recipient=recipient, address=address, until__isnull=False).update(until=until)
    else:
        Recipient.objects.filter(pk=recipient.pk).update(snoozed_until=until)
    return until


def subscribe_again(recipient: Recipient, address: str) -> None:
    """Undoes both, for this address or, of one that stands for itself, the recipient."""
    Silence.objects.filter(recipient=recipient, address=address).delete()
    if recipient.kind not in SEVERAL:
        Recipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=None, snoozed_until=None)
