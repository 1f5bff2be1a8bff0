"""One row per message, which says what became of it. A row that is being sent is nobody else's."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from secretsui.audits import digests, emails, recipients, smtp, webhooks
from secretsui.audits.models import Delivery, Recipient
from secretsui.audits.results import Result
from secretsui.inventory.clean import fit

logger = logging.getLogger(__name__)

State = Delivery.State
OPEN: Final = (State.WAITING, State.RETRY)
# After the first, second … try; then it has failed.
WAITS: Final = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 720))
# Longer than any server may take: who is silent for so long was killed.
LOST: Final = timedelta(minutes=15)


def send_due(now: datetime) -> None:
    """Where a server is away, the others wait for the next minute: its silence must not take up every worker."""
    give_up(now)
    due = Delivery.objects.filter(state__in=OPEN, next_at__lte=now).order_by("next_at", "id")
    for delivery_id in list(due.values_list("pk", flat=True)):
        tried = deliver(delivery_id)
        if tried and tried.state == State.RETRY and not tried.code:
            break


def deliver(delivery_id: int) -> Delivery | None:
    """One try, if nobody else has it in hand. Two that come at once, or a task that is delivered twice, send once."""
    found = Delivery.objects.select_related("recipient__schedule__task__crontab", "recipient__group", "audit")
    delivery = found.filter(pk=delivery_id, state__in=OPEN).first()
    if delivery is None or delivery.audit is None:
        return None
    message = _written(delivery)
    if message is None:
        _open(delivery).update(state=State.SKIPPED, next_at=None)
        return None
    if _claim(delivery):
        _record(delivery, _try(delivery, message))
    return delivery


def give_up(now: datetime) -> None:
    """Whoever was sending these was killed: perhaps before the server took it, perhaps after."""
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LOST)
    lost.update(state=State.UNSURE, problem="The worker stopped while it was sending.")


def send_again(delivery: Delivery) -> bool:
    """For a person who has read why it failed, or that it is not sure; whether it was so."""
    ended = Delivery.objects.filter(pk=delivery.pk, state__in=(State.FAILED, State.UNSURE))
    return bool(ended.update(state=State.RETRY, attempts=0, next_at=timezone.now()))


def send_test(recipient: Recipient, address: str = "") -> Result | None:
    """The preview, sent now and once, to `address` or whom the recipient names; None before there is an audit."""
    audit = digests.newest(recipient)
    if audit is None:
        return None
    if recipient.kind == Recipient.Kind.WEBHOOK and not address:
        return webhooks.send(digests.contents(recipient, recipient.webhook, audit), "test")
    to = address or recipient.address
    return smtp.send(emails.build(digests.contents(recipient, to, audit)).to(to))


def _written(delivery: Delivery) -> Any:
    """As `_message`. A fault of ours fails this one, and keeps no other back."""
    try:
        return _message(delivery)
    except DatabaseError:
        raise
    except Exception as problem:
        logger.exception("not written delivery=%s", delivery.pk)
        said = f"The message could not be written ({type(problem).__name__})."
        _open(delivery).update(state=State.FAILED, next_at=None, problem=said)
        return None


def _message(delivery: Delivery) -> Any:
    """What would be sent, None where there is nothing to tell or nobody to hear it any more."""
    recipient = delivery.recipient
    if delivery.audit is None or delivery.address not in recipients.addresses(recipient, timezone.now()):
        return None
    told = digests.contents(recipient, delivery.address, delivery.audit, delivery.period)
    if not digests.is_worth_sending(told):
        return None
    if recipient.kind == Recipient.Kind.WEBHOOK:
        return told
    # The same at each try, so that a server which took it after all can tell.
    delivery.message_id = delivery.message_id or make_msgid(f"audit-{delivery.pk}", domain=_domain())
    return emails.build(told).to(delivery.address, delivery.message_id)


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _open(delivery: Delivery) -> Any:
    return Delivery.objects.filter(pk=delivery.pk, state__in=OPEN)


def _claim(delivery: Delivery) -> bool:
    now = timezone.now()
    values = {"state": State.SENDING, "claimed_at": now, "next_at": None, "message_id": delivery.message_id}
    claimed = _open(delivery).filter(attempts=delivery.attempts).update(**values, attempts=F("attempts") + 1)
    delivery.attempts += 1
    return bool(claimed)


def _try(delivery: Delivery, message: Any) -> Result:
    try:
        if delivery.recipient.kind == Recipient.Kind.WEBHOOK:
            return webhooks.send(message, f"audit-{delivery.pk}")
        return smtp.send(message)
    except Exception as problem:  # a fault of ours must not leave the row as being sent
        logger.exception("not sent delivery=%s", delivery.pk)
        return Result(State.FAILED, problem=f"The message could not be sent ({type(problem).__name__}).")


def _record(delivery: Delivery, result: Result) -> None:
    now = timezone.now()
    state, next_at = result.state, None
    if state == State.RETRY and delivery.attempts > len(WAITS):
        state = State.FAILED
    if state == State.RETRY:
        next_at = now + max(WAITS[delivery.attempts - 1], result.wait or timedelta())
    Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts).update(
        state=state,
        next_at=next_at,
        sent_at=now if state == State.SENT else None,
        code=fit(Delivery, "code", result.code),
        problem=fit(Delivery, "problem", result.problem),
    )
    delivery.refresh_from_db()
    logger.info("delivery=%s state=%s code=%s attempt=%s", delivery.pk, state, result.code, delivery.attempts)
