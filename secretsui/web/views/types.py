"""The connection types that Airflow's providers know, to search and to choose from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from secretsui.core import catalogue
from secretsui.web.deployment_forms import Choice, with_forms
from secretsui.web.forms.type_choice import LONGEST
from secretsui.web.htmx import is_fragment


@vary_on_headers("HX-Request")
@require_safe
@with_forms
def types(request: HttpRequest, choice: Choice) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST]
    facts = {"types": catalogue.search(words), "words": words, "choice": choice}
    return render(request, "types/choices.html" if is_fragment(request) else "types/types.html", facts)
