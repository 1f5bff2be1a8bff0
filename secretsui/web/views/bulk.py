"""What is done to the ticked rows of the list: tags, deletion, export. One confirmation, then a result per secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from secretsui.access import policy
from secretsui.access.door import Door, open_prefix
from secretsui.access.models import Level
from secretsui.inventory.models import SecretRecord
from secretsui.stores.base import Recovery, StoreError, Unable
from secretsui.web import csv_export, reauth
from secretsui.web.context import level, visible
from secretsui.web.forms.bulk import DeleteForm, TagsForm
from secretsui.web.forms.ids import is_id
from secretsui.web.forms.tag_rules import RULES
from secretsui.web.guards import person
from secretsui.web.views.secrets import rows

MOST: Final = 50  # one page of the list; each is a call to the store


@dataclass(frozen=True, slots=True)
class Result:
    record: SecretRecord
    words: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Selection:
    """The ticked rows that this person may list, and which of them they may change."""

    records: Sequence[SecretRecord]
    back: str

    @property
    def writable(self) -> Sequence[SecretRecord]:
        return [record for record in self.records if level(record.prefix) >= Level.WRITE]

    @property
    def refused(self) -> Sequence[SecretRecord]:
        return [record for record in self.records if level(record.prefix) < Level.WRITE]

    @property
    def tag_keys(self) -> Sequence[str]:
        return sorted({key for record in self.writable for key in record.tags if not key.startswith("aws:")})


def _selection(request: HttpRequest) -> Selection:
    places = {prefix.pk: prefix for prefix in visible(request)}
    ids = [int(each) for each in request.POST.getlist("s")[:MOST] if is_id(each)]
    records = list(SecretRecord.objects.filter(pk__in=ids, prefix__in=places).order_by("key", "pk"))
    for record in records:
        record.prefix = places[record.prefix_id]
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return Selection(records, back if safe else reverse("secrets"))


@sensitive_post_parameters(reauth.CONFIRM_FIELD)
@require_POST
def bulk(request: HttpRequest) -> HttpResponseBase:
    selected = _selection(request)
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None or not selected.records:
        return redirect(selected.back)
    return action(request, selected)


def _export(request: HttpRequest, selected: Selection) -> HttpResponseBase:
    prefixes = {record.prefix_id: record.prefix for record in selected.records}
    return csv_export.answer(rows(list(prefixes.values()), iter(selected.records)), "secretsui-selected.csv")


def _delete(request: HttpRequest, selected: Selection) -> HttpResponse:
    recoveries = _recoveries(request, selected)
    at_once = [each.key for each in selected.writable if recoveries.get(each.prefix_id) == "none"]
    windows = "window" in recoveries.values()
    form = DeleteForm(request.POST if "confirm" in request.POST else None, windows=windows, at_once=at_once)

    def verb(door: Door, record: SecretRecord) -> str:
        can = door.capabilities
        days = form.cleaned_data["days"] if can.recovery == "window" else can.recovery_days[1]
        if can.recovery == "none" and "for_good" not in form.cleaned_data:
            raise Unable(_("Its store keeps nothing of a deleted secret."), remedy=_("Delete it on its own page."))
        door.delete(record.name, recovery_days=None if can.recovery == "none" else days)
        return _("Deletion scheduled") if can.recovery == "window" else _("Deleted")

    return _step(request, selected, form, "delete", verb)


def _recoveries(request: HttpRequest, selected: Selection) -> Mapping[int, Recovery]:
    """By prefix, of those stores that can be asked."""
    found: dict[int, Recovery] = {}
    for prefix in {record.prefix_id: record.prefix for record in selected.writable}.values():
        with suppress(StoreError, policy.NotVisible):
            found[prefix.pk] = open_prefix(person(request), prefix).capabilities.recovery
    return found


def _tags(request: HttpRequest, selected: Selection) -> HttpResponse:
    rules = [RULES[kind] for kind in sorted({record.prefix.store_kind for record in selected.writable})]
    form = TagsForm(request.POST if "confirm" in request.POST else None, keys=selected.tag_keys, rules=rules)

    def verb(door: Door, record: SecretRecord) -> str:
        door.tag(record.name, put=form.put(), remove=form.gone(record.tags))
        return _("Tags changed")

    return _step(request, selected, form, "tags", verb)


Verb = Callable[[Door, SecretRecord], str]  # what it did, in words


def _step(request: HttpRequest, selected: Selection, form: forms.Form, name: str, verb: Verb) -> HttpResponse:
    """The confirmation page until everything on it is right, then the deed."""
    if not selected.writable:
        raise policy.Refused(Level.WRITE, selected.refused[0].prefix)
    valid, confirmed = form.is_valid(), reauth.confirmed(request)
    if valid and confirmed:
        results = [_result(request, record, verb) for record in selected.writable]
        return render(request, "secrets/bulk_done.html", {"name": name, "results": results, "back": selected.back})
    asked = form.is_bound and not confirmed
    facts = {"form": form, "selected": selected, "ask_password": not confirmed, "tried": asked}
    return render(request, f"secrets/bulk_{name}.html", facts, status=422 if form.is_bound else 200)


def _result(request: HttpRequest, record: SecretRecord, verb: Verb) -> Result:
    try:
        words = verb(open_prefix(person(request), record.prefix), record)
    except StoreError as error:
        doubt = _("Could not confirm whether the change was made.") if error.unconfirmed else ""
        return Result(record, problem=f"{error.sentence} {doubt}".strip(), remedy=error.remedy)
    except policy.Refused as refused:  # the grant was taken meanwhile
        return Result(record, problem=str(refused))
    except policy.NotVisible:
        return Result(record, problem=_("This secret is not yours to see any more."), remedy=_("Refresh the list."))
    return Result(record, words)


ACTIONS: Final[dict[str, Callable[[HttpRequest, Selection], HttpResponseBase]]] = {
    "delete": _delete,
    "export": _export,
    "tags": _tags,
}
