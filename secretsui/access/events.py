"""The access log: lines are appended one after the other, each chained to the one before by its digest."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import Error, transaction
from django.utils import timezone

from secretsui.access.models import AccessEvent, ChainHead
from secretsui.inventory.clean import fit
from secretsui.inventory.models import Account, Deployment, Prefix
from secretsui.stores.base import Unavailable

# What the digest covers: everything that is said in the line itself, no reference to a row that may go.
CHAINED: Final = (
    *("actor", "action", "outcome", "account", "region", "prefix_path", "name", "version_id", "detail", "address"),
    "previous",
)


Place = Prefix | Account | Deployment


class NotRecorded(Unavailable):
    """What cannot be recorded does not happen."""

    sentence = "The access log could not be written, so nothing was shown or changed."
    remedy = "Check the database and the space on its disk, then try again."


@dataclass(frozen=True, slots=True)
class Actor:
    name: str
    user: AbstractBaseUser | None = None
    address: str = ""


def append(
    actor: Actor,
    action: str,
    outcome: str,
    *,
    place: Place | None = None,
    name: str = "",
    version_id: str = "",
    detail: str = "",
) -> AccessEvent:
    """The new last line. It lasts if the transaction does; `append_durably` is for what must last whatever follows."""
    texts = {"actor": actor.name, "name": name, "version_id": version_id, "detail": detail, **_place(place)}
    event = AccessEvent(
        at=timezone.now(),
        user_id=actor.user.pk if actor.user else None,
        prefix=place if isinstance(place, Prefix) else None,
        action=action,
        outcome=outcome,
        address=_address(actor.address),
        **{field: fit(AccessEvent, field, text) for field, text in texts.items()},
    )
    with transaction.atomic():
        _chain(event)
    return event


def append_durably(*args: Any, **kwargs: Any) -> AccessEvent:
    """As `append`, committed on return; raises `NotRecorded` otherwise."""
    try:
        with transaction.atomic(durable=True):
            return append(*args, **kwargs)
    except Error as error:
        raise NotRecorded(code=type(error).__name__) from error


def digest(event: AccessEvent) -> str:
    facts = {field: getattr(event, field) for field in CHAINED} | {"at": event.at.isoformat()}
    if event.deployment:  # older lines know of none
        facts["deployment"] = event.deployment
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def first_broken() -> str | None:
    """What is wrong with the chain, and where; None when no line was changed, removed, added or moved."""
    previous, count = "", 0
    for event in AccessEvent.objects.order_by("pk").iterator(2000):
        if event.previous != previous:
            return f"Event {event.pk}: it does not follow the event before it; one was removed, added or moved."
        if event.digest != digest(event):
            return f"Event {event.pk}: its content was changed."
        previous, count = event.digest, count + 1
    head = ChainHead.objects.filter(pk=1).first() or ChainHead()
    if (head.events, head.digest) != (count, previous):
        return f"The log ends with event {count} of {head.events}; some at its end were removed or added."
    return None


def _chain(event: AccessEvent) -> None:
    """The row lock (on SQLite: the immediate transaction) lets one writer at a time see and move the end."""
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
    event.previous = head.digest
    event.digest = head.digest = digest(event)
    head.events += 1
    event.save(force_insert=True)
    head.save(update_fields=["events", "digest"])


def _place(place: Place | None) -> dict[str, str]:
    if isinstance(place, Prefix):
        return {"account": place.account.name, "region": place.address, "prefix_path": place.path}
    if isinstance(place, Deployment):
        return {"deployment": place.name}
    return {"account": place.name, "region": place.region} if place else {}


def _address(text: str) -> str | None:
    """As the database gives it back, whichever it is."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).compressed
