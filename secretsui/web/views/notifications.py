"""What a person receives, and the links of e-mails that work without signing in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.audits import links, recipients
from secretsui.audits.links import Invalid, Opened, Purpose
from secretsui.audits.models import Delivery, Recipient
from secretsui.web.guards import signed_in

RECENT: Final = 20


@dataclass(frozen=True, slots=True)
class Subscription:
    recipient: Recipient
    address: str

    @property
    def has_ended(self) -> bool:
        """Does this address want nothing any more?"""
        if self.recipient.unsubscribed_at:
            return True
        return any(each.address == self.address and each.until is None for each in self.recipient.silences.all())

    @property
    def silent_until(self) -> date | None:
        found = [each.until for each in self.recipient.silences.all() if each.address == self.address and each.until]
        until = max([*found, *filter(None, [self.recipient.snoozed_until])], default=None)
        return until if until and until > timezone.now().date() else None


def subscriptions(user: User) -> Sequence[Subscription]:
    """Of everything this person may stop: what goes to their address, to a group of theirs, or to them as an owner."""
    return list(_found(user)) if user.email else []


def _found(user: User) -> Iterator[Subscription]:
    known = (
        Recipient.objects.select_related("schedule", "group").prefetch_related("silences").order_by("schedule", "pk")
    )
    owners = {address for address in recipients.owners().values() if address.lower() == user.email.lower()}
    groups = set(user.groups.values_list("pk", flat=True))
    for each in known:
        if each.kind == Recipient.Kind.ADDRESS and each.address.lower() == user.email.lower():
            yield Subscription(each, each.address)
        elif each.kind == Recipient.Kind.GROUP and each.group_id in groups:
            yield Subscription(each, user.email)
        elif each.kind == Recipient.Kind.OWNER:
            yield from (Subscription(each, address) for address in sorted(owners))


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    received = Delivery.objects.filter(address__iexact=user.email) if user.email else Delivery.objects.none()
    facts = {
        "subscriptions": subscriptions(user),
        "deliveries": received.select_related("recipient__schedule")[:RECENT],
        "snoozes": recipients.SNOOZES,
    }
    return render(request, "notifications/notifications.html", facts)


@require_POST
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own alone: nobody stops what another one receives."""
    mine = [each for each in subscriptions(signed_in(request)) if each.recipient.pk == pk]
    if not mine:
        raise Http404
    do, days = request.POST.get("do", ""), request.POST.get("days", "")
    words = [_done(Opened(each.recipient, each.address), do, days) for each in mine][-1]
    if words:
        messages.success(request, words)
    else:
        messages.error(request, _("Choose one of the buttons."))
    return redirect("notifications")


def _done(opened: Opened, do: str, days: str = "") -> str:
    """What was asked for, done and in words; "" where it is none of these."""
    name = {"name": opened.recipient.schedule.name}
    if do == "stop":
        recipients.unsubscribe(opened.recipient, opened.address)
        return _("You get no more e-mails of %(name)s.") % name
    if do == "again":
        recipients.subscribe_again(opened.recipient, opened.address)
        return _("You get e-mails of %(name)s again.") % name
    if do == "snooze" and days in map(str, recipients.SNOOZES):
        until = date_format(recipients.snooze(opened.recipient, opened.address, int(days)), "j M Y")
        return _("You get no e-mails of %(name)s before %(day)s.") % {**name, "day": until}
    return ""


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an e-mail, and what mail programs post by one click (RFC 8058): they have no cookie and no form.

    Following it changes nothing, as programs that look through mails follow every link.
    """
    opened = _opened("unsubscribe", token)
    if opened is None:
        return _is_no_link(request)
    said = ""
    if request.method == "POST":
        do = "again" if request.POST.get("do") == "again" else "stop"
        said = _done(opened, do)
    return render(
        request, "notifications/unsubscribe.html", {"opened": opened, "said": said, "is_again": said and do == "again"}
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def snooze(request: HttpRequest, token: str) -> HttpResponse:
    opened = _opened("snooze", token)
    if opened is None:
        return _is_no_link(request)
    is_sent = request.method == "POST"
    said = _done(opened, "snooze", request.POST.get("days", "")) if is_sent else ""
    facts = {"opened": opened, "said": said, "snoozes": recipients.SNOOZES, "is_wrong": is_sent and not said}
    return render(request, "notifications/snooze.html", facts, status=422 if facts["is_wrong"] else 200)


def _opened(purpose: Purpose, token: str) -> Opened | None:
    """None as well where the address is not the recipient's any more, or the mail was a test to somebody else."""
    try:
        found = links.opened(purpose, token)
    except Invalid:
        return None
    heard = found.recipient
    if heard.kind not in recipients.SEVERAL and found.address not in (heard.address, heard.webhook):
        return None
    return found


def _is_no_link(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/no_link.html", status=404)
