"""The access log: everything for administrators, for others what happened under the prefixes they may list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from secretsui.access import policy
from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Prefix
from secretsui.web import csv_export

PAGE = 50


class ActivityFilter(forms.Form):
    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=150)

    def __init__(self, data: Mapping[str, Any], prefixes: QuerySet[Prefix]) -> None:
        super().__init__(data)
        actions = [("", _("All actions")), *AccessEvent.Action.choices]
        outcomes = [("", _("All outcomes")), *AccessEvent.Outcome.choices]
        self.fields["action"] = forms.ChoiceField(label=_("Action"), choices=actions, required=False)
        self.fields["outcome"] = forms.ChoiceField(label=_("Outcome"), choices=outcomes, required=False)
        self.fields["prefix"] = forms.ModelChoiceField(
            prefixes, label=_("Prefix"), required=False, empty_label=_("All prefixes")
        )

    def narrow(self, events: QuerySet[AccessEvent]) -> QuerySet[AccessEvent]:
        """What is not a valid filter filters nothing out, as the form then says."""
        self.is_valid()
        data = self.cleaned_data
        if data.get("person"):
            events = events.filter(actor__icontains=data["person"])
        exact = {name: data[name] for name in ("action", "outcome", "prefix") if data.get(name)}
        return events.filter(**exact)


def _events(request: HttpRequest) -> tuple[ActivityFilter, QuerySet[AccessEvent]]:
    administers = policy.may_administer(request.user)
    visible = policy.visible_prefixes(request.user)
    prefixes = Prefix.objects.select_related("account") if administers else visible
    form = ActivityFilter(request.GET, prefixes)
    events = AccessEvent.objects.all() if administers else AccessEvent.objects.filter(prefix__in=visible.values("pk"))
    return form, form.narrow(events)


@require_GET
def activity(request: HttpRequest) -> HttpResponse:
    form, events = _events(request)
    page = Paginator(events.select_related("prefix__account"), PAGE).get_page(request.GET.get("page"))
    facts = {"form": form, "page": page, "filtered": any(form.cleaned_data.values())}
    template = "activity/activity.html#results" if request.headers.get("HX-Request") else "activity/activity.html"
    return render(request, template, facts)


HEAD = ("at", "actor", "action", "outcome", "account", "region", "prefix", "name", "version", "detail", "address")


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    events = _events(request)[1]

    def rows() -> Iterator[Sequence[object]]:
        yield HEAD
        for event in events.iterator(500):
            yield _row(event)

    return csv_export.answer(rows(), "secretsui-activity.csv")


def _row(event: AccessEvent) -> Sequence[object]:
    where = (event.account, event.region, event.prefix_path, event.name, event.version_id)
    return (event.at.isoformat(), event.actor, event.action, event.outcome, *where, event.detail, event.address or "")
