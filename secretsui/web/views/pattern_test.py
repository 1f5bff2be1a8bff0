"""A lookup pattern held against real ids, and what it saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from secretsui.web import conflict_subject, context
from secretsui.web.htmx import is_fragment
from secretsui.web.pattern_form import BURST, ESTIMATE, PatternForm
from secretsui.web.pattern_ids import ids_of
from secretsui.web.pattern_view import tried
from secretsui.web.settings_form import places

PAGE = "pattern_test/pattern_test.html"


@require_GET
def pattern_test(request: HttpRequest) -> HttpResponse:
    prefixes, deployments = context.visible(request), conflict_subject.visible(request)
    choices = places([each for each in prefixes if each.kind in ("connection", "variable")], deployments)
    form = PatternForm(_asked(request), choices=choices, initial={**ESTIMATE, "burst": BURST, "kind": "connection"})
    facts: dict[str, Any] = {"form": form, "choices": choices}
    if not form.is_bound:
        return render(request, PAGE, facts)
    if not form.is_valid():
        return render(request, PAGE, facts, status=422)
    found = ids_of(form.cleaned_data["place"], form.cleaned_data["kind"], prefixes, deployments)
    if found.now and "now" not in request.GET and (filled := _with_now(_asked(request), found.now, choices)):
        form = facts["form"] = filled
    facts["tried"] = tried(form, found, request.GET.get("show", ""), request.GET.get("page", ""))
    return render(request, "pattern_test/results.html" if is_fragment(request) else PAGE, facts)


def _with_now(sent: QueryDict | None, now: str, choices: Sequence[tuple[str, str]]) -> PatternForm | None:
    """With the pattern that the deployment has today; None where that cannot be tried here."""
    data = sent.copy() if sent else QueryDict(mutable=True)
    data["now"] = now
    data.setdefault("pattern", now)
    filled = PatternForm(data, choices=choices)
    return filled if filled.is_valid() else None


def _asked(request: HttpRequest) -> QueryDict | None:
    """What is sent; where somebody comes with a place alone, the estimates stand beside it."""
    if "place" not in request.GET:
        return None
    sent = request.GET.copy()
    for name, number in {**ESTIMATE, "burst": BURST}.items():
        sent.setdefault(name, str(number))
    return sent
