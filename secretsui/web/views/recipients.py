"""Who hears of a schedule's audits, and what their next e-mail looks like."""

from __future__ import annotations

import json
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.audits import deliveries, digests, emails, webhooks
from secretsui.audits.emails import Message
from secretsui.audits.models import Delivery, Recipient, Schedule
from secretsui.audits.results import Result
from secretsui.web.forms.recipient import RecipientForm
from secretsui.web.guards import administrators_only, signed_in
from secretsui.web.reauth import recently_required
from secretsui.web.views.schedules import page_of, record

# A mail has its style in it. Nothing of it runs, loads or sends anything, and its links open on their own.
MAIL_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    return _edited(request, schedule, Recipient(), "recipient added")


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, recipient: int) -> HttpResponse:
    known = _recipient(pk, recipient)
    return _edited(request, known.schedule, known, "recipient changed")


def _recipient(pk: int, recipient: int) -> Recipient:
    found = Recipient.objects.select_related("schedule__task__crontab", "group")
    return get_object_or_404(found, pk=recipient, schedule=pk)


def _edited(request: HttpRequest, schedule: Schedule, recipient: Recipient, words: str) -> HttpResponse:
    form = RecipientForm(request.POST or None, instance=recipient, schedule=schedule)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record(request, schedule, f"{words}: {title(saved)}"[:300])
        for notice in form.notices:
            messages.warning(request, notice)
        messages.success(request, _("%(name)s saved.") % {"name": title(saved)})
        return redirect("schedule", schedule.pk)
    known = Recipient.objects.filter(pk=recipient.pk).first()
    facts = {"form": form, "schedule": schedule, "recipient": known}
    return render(request, "schedules/recipient.html", facts, status=422 if form.errors else 200)


def title(recipient: Recipient) -> str:
    return recipient.address or str(recipient.group or "") or recipient.webhook or recipient.get_kind_display()


@administrators_only
@require_POST
@recently_required(back=page_of)
def remove(request: HttpRequest, pk: int, recipient: int) -> HttpResponse:
    known = _recipient(pk, recipient)
    with transaction.atomic():
        record(request, known.schedule, f"recipient removed: {title(known)}"[:300])
        known.delete()
    messages.success(request, _("%(name)s hears nothing any more.") % {"name": title(known)})
    return redirect("schedule", pk)


@administrators_only
@require_GET
def mail(request: HttpRequest, pk: int, recipient: int) -> HttpResponse:
    """The next e-mail, or what a webhook is told, as it would go out now."""
    known = _recipient(pk, recipient)
    facts = {
        "schedule": known.schedule,
        "recipient": known,
        "title": title(known),
        "message": _preview(request, known),
        "body": _webhook_body(known),
    }
    return render(request, "schedules/mail.html", facts)


def _webhook_body(recipient: Recipient) -> str:
    """What its webhook would be told; "" where there is none, or nothing to tell."""
    audit = digests.newest(recipient) if recipient.kind == Recipient.Kind.WEBHOOK else None
    if audit is None:
        return ""
    told = digests.contents(recipient, recipient.webhook, audit)
    return json.dumps(json.loads(webhooks.body_of(told)), indent=2, ensure_ascii=False)


def _preview(request: HttpRequest, recipient: Recipient) -> Message | None:
    """To the one who asks, where each member or owner gets one of their own."""
    if recipient.kind == Recipient.Kind.WEBHOOK:
        return None
    return emails.preview(recipient, recipient.address or signed_in(request).email)


@administrators_only
@require_GET
def mail_html(request: HttpRequest, pk: int, recipient: int) -> HttpResponse:
    message = _preview(request, _recipient(pk, recipient))
    if message is None:
        return redirect("recipient-mail", pk, recipient)
    return HttpResponse(message.html, headers={"Content-Security-Policy": MAIL_POLICY})


def _mail_page(request: HttpRequest, pk: int, recipient: int) -> str:
    return reverse("recipient-mail", args=[pk, recipient])


@administrators_only
@require_POST
@recently_required(back=_mail_page)
def test(request: HttpRequest, pk: int, recipient: int) -> HttpResponse:
    """A webhook gets it itself. An e-mail goes to the one who asks, as their first of this recipient: its links are
    theirs, too.
    """
    known, address = _recipient(pk, recipient), signed_in(request).email
    is_mail = known.kind != Recipient.Kind.WEBHOOK
    if is_mail and not address:
        messages.error(request, _("You have no e-mail address here. Add one on your page under People."))
        return redirect("recipient-mail", pk, recipient)
    record(request, known.schedule, f"test sent: {title(known)}"[:300])
    _say(request, deliveries.send_test(known, address if is_mail else ""))
    return redirect("recipient-mail", pk, recipient)


def _say(request: HttpRequest, result: Result | None) -> None:
    if result is None:
        messages.error(request, _("No audit of this schedule has ended yet, so there is nothing to send."))
    elif result.state == Delivery.State.SENT:
        messages.success(request, _("The test was sent."))
    else:
        messages.error(request, " ".join(filter(None, [_("The test was not sent."), result.problem, result.code])))


@administrators_only
@require_POST
@recently_required(back=page_of)
def again(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """For a message that failed, or that was perhaps sent."""
    found = get_object_or_404(
        Delivery.objects.select_related("recipient__schedule"), pk=delivery, recipient__schedule=pk
    )
    if deliveries.send_again(found):
        record(request, found.recipient.schedule, f"sent again: {found.address}"[:300])
        messages.success(request, _("It will be sent within a minute."))
    else:
        messages.error(request, _("It is on its way already."))
    return redirect("schedule", pk)
