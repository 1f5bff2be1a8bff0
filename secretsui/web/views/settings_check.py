"""Settings of a secrets backend that somebody has already: what is wrong with them, and where."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from secretsui.web import conflict_subject, context, settings_check
from secretsui.web.settings_form import SettingsForm, places
from secretsui.web.settings_inventory import chosen
from secretsui.web.signing_in import keeps_text

PAGE: Final = "settings_check/settings_check.html"


@keeps_text
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def check(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        initial = {"against": request.GET.get("against", "")}
        return render(request, PAGE, {"form": _form(request, None, initial=initial)})
    return _answer(request, request.POST, fix=request.POST.get("fix", ""))


def _answer(request: HttpRequest, sent: QueryDict, fix: str = "") -> HttpResponse:
    form = _form(request, sent)
    if not form.is_valid():
        return render(request, PAGE, {"form": form}, status=422)
    text = form.cleaned_data["text"]
    against = chosen(form.cleaned_data["against"], context.visible(request), conflict_subject.visible(request))
    try:
        checked = settings_check.check(text, form, against)
    except settings_check.Unreadable as failure:
        form.add_error(failure.field, failure.sentence)
        return render(request, PAGE, {"form": form}, status=422)
    if fix and (mended := settings_check.corrected(checked, fix, text)) is not None:
        data = sent.copy()
        data["text"] = mended
        return _answer(request, data)
    facts = {"form": form, "checked": checked, "against": against, "was_fixed": "fix" in request.POST}
    return render(request, PAGE, facts)


def _form(request: HttpRequest, data: Any, **more: Any) -> SettingsForm:
    known = places(context.visible(request), conflict_subject.visible(request))
    return SettingsForm(data, against=known, **more)
