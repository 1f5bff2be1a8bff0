"""What is done to the ticked rows of the list: tags, deletion, export. One confirmation, then a result per secret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from secretsui.stores.base import StoreError
from secretsui.web import csv_export, reauth
from secretsui.web.context import level, visible
from secretsui.web.forms.bulk import DeleteForm, TagsForm
from secretsui.web.forms.ids import is_id
from secretsui.web.guards import person
from secretsui.web.views.secrets import rows

MOST: Final = 50  # one page of the list; each is a call to the store


@dataclass(frozen=True, slots=True)
class Result:
    record: SecretRecord
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
    form = DeleteForm(request.POST if "confirm" in request.POST else None)

    def verb(door: Door, record: SecretRecord) -> None:
        door.delete(record.name, recovery_days=form.cleaned_data["days"])

    return _step(request, selected, form, "delete", verb)


def _tags(request: HttpRequest, selected: Selection) -> HttpResponse:
    form = TagsForm(request.POST if "confirm" in request.POST else None, keys=selected.tag_keys)

    def verb(door: Door, record: SecretRecord) -> None:
        door.tag(record.name, put=form.put(), remove=form.gone(record.tags))

    return _step(request, selected, form, "tags", verb)


Verb = Callable[[Door, SecretRecord], None]


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
        verb(open_prefix(person(request), record.prefix), record)
    except StoreError as error:
        doubt = _("Could not confirm whether the change was made.") if error.unconfirmed else ""
        return Result(record, f"{error.sentence} {doubt}".strip(), error.remedy)
    except policy.Refused as refused:  # the grant was taken meanwhile
        return Result(record, str(refused))
    except policy.NotVisible:
        return Result(record, _("This secret is not yours to see any more."), _("Refresh the list."))
    return Result(record)


ACTIONS: Final[dict[str, Callable[[HttpRequest, Selection], HttpResponseBase]]] = {
    "delete": _delete,
    "export": _export,
    "tags": _tags,
}
