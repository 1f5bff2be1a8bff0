"""Scheduling a secret for deletion, deleting it at once, and restoring it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access.models import Level
from secretsui.stores.base import Capabilities, StoreError
from secretsui.web import live, subject
from secretsui.web.reauth import recently_required
from secretsui.web.subject import Subject


class WindowForm(forms.Form):
    """How long the store is to keep the secret; nothing is asked where it decides that itself."""

    def __init__(self, *args: Any, can: Capabilities, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = can.recovery_days[1]
        if can.recovery == "window":
            self.fields["recovery_days"] = _days(*can.recovery_days)

    @property
    def days(self) -> int:
        return int(self.cleaned_data.get("recovery_days", self.longest))


def _days(shortest: int, longest: int) -> forms.IntegerField:
    facts = {"shortest": shortest, "longest": longest}
    return forms.IntegerField(
        label=_("Days until it is gone for good"),
        min_value=shortest,
        max_value=longest,
        initial=longest,
        help_text=_("%(shortest)s to %(longest)s. Until then it can be restored with all its versions.") % facts,
        error_messages={
            "invalid": _("Type a whole number of days from %(shortest)s to %(longest)s.") % facts,
            "min_value": _("AWS keeps a deleted secret for %(shortest)s days at least.") % facts,
            "max_value": _("AWS keeps a deleted secret for %(longest)s days at most.") % facts,
        },
    )


class NowForm(forms.Form):
    """The second confirmation, which has no way back."""

    confirm = forms.CharField(label=gettext_lazy("Type the id to confirm"), strip=True)

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        self.key = key
        super().__init__(*args, **kwargs)
        self.fields["confirm"].widget.attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"] != self.key:
            raise forms.ValidationError(_("This is not the id. Type %(id)s to delete it at once.") % {"id": self.key})
        return self.key


@require_http_methods(["GET", "POST"])
@recently_required
def delete(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    can = found.door.capabilities
    at_once = can.recovery == "none" or "now" in (request.POST if request.method == "POST" else request.GET)
    data = request.POST if request.method == "POST" else None
    form = NowForm(data, key=found.key) if at_once else WindowForm(data, can=can)
    facts: dict[str, Any] = {"subject": found, "form": form, "at_once": at_once}
    if request.method == "GET":
        return render(request, "secret/delete.html", facts)
    if not form.is_valid():
        return render(request, "secret/delete.html", facts, status=422)
    try:
        _delete(request, found, form.days if isinstance(form, WindowForm) else None)
    except StoreError as error:
        return render(request, "secret/delete.html", facts | {"error": error}, status=live.status_of(error))
    return redirect("trash" if not at_once and can.restore else "secrets")


def _delete(request: HttpRequest, found: Subject, days: int | None) -> None:
    gone = found.door.delete(found.name, recovery_days=days)
    if days is None:
        messages.success(request, _("%(id)s deleted for good.") % {"id": found.key})
    elif gone:
        facts = {"id": found.key, "day": date_format(gone, "j M Y")}
        messages.success(request, _("Deletion of %(id)s scheduled. It is gone for good on %(day)s.") % facts)
    elif found.can.recovery == "kept":
        messages.success(request, _("%(id)s deleted. %(kept)s") % {"id": found.key, "kept": found.words.kept})
    else:
        messages.success(request, _("Deletion of %(id)s scheduled.") % {"id": found.key})


def _page(request: HttpRequest, account: str, address: str, name: str) -> str:
    return reverse("trash") if request.POST.get("next") == "trash" else reverse("secret", args=[account, address, name])


@require_POST
@recently_required(back=_page)
def restore(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    try:
        subject.require_able(found, lambda can: can.restore)
        found.door.restore(name)
    except StoreError as error:
        facts = {"subject": found, "error": error}
        return render(request, "secret/restore.html", facts, status=live.status_of(error))
    messages.success(request, _("%(id)s restored. Airflow reads it again.") % {"id": found.key})
    return redirect(_page(request, account, address, name))
