"""The tags of one secret, and its description and KMS key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from secretsui.access.models import Level
from secretsui.stores.base import StoreError
from secretsui.web import live, subject
from secretsui.web.forms.details import DescriptionField, KmsKeyField, fit
from secretsui.web.forms.tag_rules import RULES, TagRules
from secretsui.web.forms.tags import TagRows, tags_before
from secretsui.web.forms.text import unify
from secretsui.web.reauth import CONFIRM_FIELD, ask, asked_beside, confirmed, is_recent
from secretsui.web.subject import Subject


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters(CONFIRM_FIELD)
def tags(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    subject.require_able(found, lambda can: can.tags)
    if request.method == "GET":
        return _open_tags(request, found) if is_recent(request) else ask(request.get_full_path())
    rows = TagRows(request.POST, tags_before(request.POST), _rules(found))
    if not confirmed(request):
        return _tags_page(request, found, rows, status=403, **asked_beside(request))
    return _save_tags(request, found, rows)


def _save_tags(request: HttpRequest, found: Subject, rows: TagRows) -> HttpResponse:
    if request.POST.get("action") == "rows":
        return _tags_page(request, found, rows)
    if not rows.is_valid():
        return _tags_page(request, found, rows, status=422)
    change = rows.change()
    if not change:
        messages.info(request, _("Nothing was changed."))
        return redirect(found.links["show"])
    try:
        found.door.tag(found.name, put=change.put, remove=change.remove)
    except StoreError as error:
        return _tags_page(request, found, rows, error=error, status=live.status_of(error))
    messages.success(request, _("%(tags)s saved.") % {"tags": found.words.tags})
    return redirect(found.links["show"])


def _open_tags(request: HttpRequest, found: Subject) -> HttpResponse:
    """From the store itself: a change made elsewhere a minute ago is not undone by saving."""
    try:
        now = found.door.describe(found.name).tags
    except StoreError as error:
        rows = TagRows(None, found.record.tags, _rules(found))
        return _tags_page(request, found, rows, error=error, status=live.status_of(error))
    return _tags_page(request, found, TagRows(None, now, _rules(found)))


def _rules(found: Subject) -> TagRules:
    return RULES[found.prefix.store_kind]


def _tags_page(request: HttpRequest, found: Subject, rows: TagRows, *, status: int = 200, **facts: Any) -> HttpResponse:
    return render(request, "secret/tags.html", {"subject": found, "rows": rows, **facts}, status=status)


class DetailsForm(forms.Form):
    description = DescriptionField()
    kms_key_id = KmsKeyField(gettext_lazy("An alias, a key id or an ARN. New versions are encrypted with it."))

    def __init__(self, *args: Any, of: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fit(self.fields, of.door.capabilities, of.words)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters(CONFIRM_FIELD)
def details(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    subject.require_able(found, lambda can: can.descriptions or can.kms_keys)
    if request.method == "GET":
        if not is_recent(request):
            return ask(request.get_full_path())
        return _details_page(request, found, DetailsForm(initial=_known(found), of=found))
    if not confirmed(request):
        return _details_page(request, found, DetailsForm(request.POST, of=found), status=403, **asked_beside(request))
    return _save_details(request, found)


def _known(found: Subject) -> dict[str, str]:
    return {"description": found.record.description, "kms_key_id": found.record.kms_key_id}


def _save_details(request: HttpRequest, found: Subject) -> HttpResponse:
    """Only what was changed against the page is written, so that the other field stays as it is by now."""
    form = DetailsForm(request.POST, of=found)
    if not form.is_valid():
        return _details_page(request, found, form, status=422)
    was = {key: unify(request.POST.get(f"was_{key}", "")) for key in form.cleaned_data}
    changes = {key: text for key, text in form.cleaned_data.items() if text != was[key]}
    if changes.get("kms_key_id") == "":
        form.add_error(
            "kms_key_id",
            _("AWS cannot take the key away. Name another one: alias/%(key)s.") % {"key": found.words.managed_key},
        )
        return _details_page(request, found, form, status=422)
    if not changes:
        messages.info(request, _("Nothing was changed."))
        return redirect(found.links["show"])
    try:
        found.door.update(found.name, **changes)
    except StoreError as error:
        return _details_page(request, found, form, error=error, status=live.status_of(error))
    messages.success(request, _("Details saved."))
    return redirect(found.links["show"])


def _details_page(
    request: HttpRequest, found: Subject, form: DetailsForm, *, status: int = 200, **facts: Any
) -> HttpResponse:
    was = {key: request.POST.get(f"was_{key}", text) for key, text in _known(found).items()}
    everything = {"subject": found, "form": form, "was": was, **facts}
    return render(request, "secret/details.html", everything, status=status)
