"""An audit as a mail: an HTML and a text twin that say the same. Names and sentences, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from secretsui.audits import digests, plain, telling
from secretsui.audits.digests import Contents
from secretsui.audits.models import Recipient

LARGEST: Final = 60_000  # bytes, all in all
# So many rows in a list, tried in turn until the mail is small enough.
SIZES: Final = (20, 10, 5, 2)


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]

    def to(self, address: str, message_id: str = "") -> EmailMultiAlternatives:
        headers = {**self.headers, **({"Message-ID": message_id} if message_id else {})}
        mail = EmailMultiAlternatives(self.subject, self.text, to=[address], headers=headers)
        mail.attach_alternative(self.html, "text/html")
        return mail

    @property
    def size(self) -> int:
        return len(self.to("somebody@example.org").message().as_bytes())


def build(told: Contents) -> Message:
    """The mail to one address; longer lists are cut, and say so."""
    message = _message(told, SIZES[0])
    for rows in SIZES[1:]:
        if message.size <= LARGEST:
            break
        message = _message(told, rows)
    return message


def preview(recipient: Recipient, address: str = "") -> Message | None:
    """What a mail to it would be now; None before an audit of its schedule has ended."""
    audit = digests.newest(recipient)
    return build(digests.contents(recipient, address or recipient.address, audit)) if audit else None


def _message(told: Contents, rows: int) -> Message:
    said = telling.tell(told, rows)
    headers = {
        "List-Unsubscribe": f"<{said.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    facts = {name: getattr(said, name) for name in said.__slots__}
    return Message(said.subject, plain.text(said), render_to_string("emails/audit/audit.html", facts), headers)
