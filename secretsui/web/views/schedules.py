"""Schedules of audits: administrators say when they start, what they cover and who hears of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_celery_beat.models import CrontabSchedule

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.audits import scheduling
from secretsui.audits.models import Delivery, Schedule
from secretsui.web.forms.schedule import ScheduleForm, TimesForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.reauth import recently_required

RECENT: Final = 30


@dataclass(frozen=True, slots=True)
class Times:
    """When it starts, in words, and the next times in its zone."""

    words: str
    next: Sequence[datetime]


def times_of(crontab: CrontabSchedule | None) -> Times | None:
    if crontab is None:
        return None
    return Times(scheduling.words_of(crontab), scheduling.next_five(crontab, timezone.now()))


@administrators_only
@require_GET
def schedules(request: HttpRequest) -> HttpResponse:
    counted = Schedule.objects.select_related("task__crontab").annotate(
        hearing=Count("recipients", distinct=True), chosen=Count("deployments", distinct=True)
    )
    found = counted.annotate(below=Count("prefixes", distinct=True)).order_by("name")
    rows = [(each, times_of(scheduling.crontab_of(each)), each.audits.first()) for each in found]
    return render(request, "schedules/schedules.html", {"rows": rows})


@administrators_only
@require_GET
def times(request: HttpRequest) -> HttpResponse:
    """What a crontab means, while it is typed."""
    form = TimesForm(request.GET)
    shown = times_of(form.read) if form.is_valid() else None
    return render(request, "schedules/times.html", {"form": form, "times": shown}, status=200 if shown else 422)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = ScheduleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_meant(request):
        made = _save(request, form, "added")
        messages.success(request, _("%(name)s added. Say who hears of its audits.") % {"name": made.name})
        return redirect("schedule", made.pk)
    return _form(request, form)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    known = get_object_or_404(Schedule, pk=pk)
    form = ScheduleForm(request.POST or None, schedule=known)
    if request.method == "POST" and form.is_valid() and _is_meant(request):
        saved = _save(request, form, f"changed: {', '.join(form.changed_data)}")
        messages.success(request, _("%(name)s saved.") % {"name": saved.name})
        return redirect("schedule", pk)
    return _form(request, form, get_object_or_404(Schedule, pk=pk))


def _is_meant(request: HttpRequest) -> bool:
    """Without script a button of the form asks for the next times alone."""
    return request.POST.get("action") != "times"


@transaction.atomic
def _save(request: HttpRequest, form: ScheduleForm, words: str) -> Schedule:
    saved = form.save()
    record(request, saved, words)
    return saved


def record(request: HttpRequest, known: Schedule, words: str) -> None:
    door.record_admin(person(request), AccessEvent.Action.SCHEDULE, None, words, name=known.name)


def _form(request: HttpRequest, form: ScheduleForm, known: Schedule | None = None) -> HttpResponse:
    facts = {
        "form": form,
        "schedule": known,
        "times": times_of(_crontab(form, known)),
        "zones": sorted(available_timezones()),
        "recipients": known.recipients.select_related("group").prefetch_related("silences") if known else (),
        "deliveries": _recent(known) if known else (),
    }
    return render(request, "schedules/schedule.html", facts, status=422 if form.errors else 200)


def _crontab(form: ScheduleForm, known: Schedule | None) -> CrontabSchedule | None:
    """The typed one, else the stored one; of a new schedule, what its form proposes."""
    if form.is_bound:
        return getattr(form, "read", None)
    if known:
        return scheduling.crontab_of(known)
    proposed = TimesForm({name: form.get_initial_for_field(form.fields[name], name) for name in ("crontab", "zone")})
    return proposed.read if proposed.is_valid() else None


def _recent(known: Schedule) -> Sequence[Delivery]:
    found = Delivery.objects.filter(recipient__schedule=known).select_related("recipient", "audit")
    return list(found[:RECENT])


def page_of(request: HttpRequest, pk: int, **_more: int) -> str:
    return reverse("schedule", args=[pk])


@administrators_only
@require_POST
@recently_required(back=page_of)
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch it on or off. Times that pass while it is off are not caught up."""
    known = get_object_or_404(Schedule.objects.select_related("task__crontab"), pk=pk)
    crontab = scheduling.crontab_of(known)
    if crontab is None:
        messages.error(request, _("It has no time any more. Write when it starts and save it."))
        return redirect("schedule", pk)
    with transaction.atomic():
        known.is_active = request.POST.get("active") == "on"
        scheduling.save(known, crontab)
        record(request, known, "switched on" if known.is_active else "switched off")
    words = _("%(name)s is switched on.") if known.is_active else _("%(name)s is switched off.")
    messages.success(request, words % {"name": known.name})
    return redirect("schedules")


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    known = get_object_or_404(Schedule.objects.select_related("task__crontab"), pk=pk)
    if request.method == "POST" and request.POST.get("confirm") == "yes":
        with transaction.atomic():
            record(request, known, "removed")
            scheduling.remove(known)
        messages.success(request, _("%(name)s removed. Its audits and their findings stay.") % {"name": known.name})
        return redirect("schedules")
    facts = {"schedule": known, "unticked": request.method == "POST"}
    return render(request, "schedules/remove.html", facts, status=422 if facts["unticked"] else 200)
