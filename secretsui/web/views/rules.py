"""What a rule of the checks and audits looks for, what happens where it is broken, and what to do then."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secretsui.core.rules.audit import RULES


@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    if rule not in RULES:
        raise Http404
    return render(request, "rules/rule.html", {"rule": RULES[rule]})
