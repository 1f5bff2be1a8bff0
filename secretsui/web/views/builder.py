"""Building a connection without storing it: by its fields or from a pasted text, read in every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.core.renderings import PLACEHOLDER
from secretsui.inventory.models import Kind, Prefix
from secretsui.web.connection_form import Form, bind
from secretsui.web.connection_test import Tested, tested
from secretsui.web.deployment_forms import Choice, with_forms
from secretsui.web.editor import Editor, new_token
from secretsui.web.forms.connection import known_types
from secretsui.web.pasting import BOX, Pasting, filled, pasting_of
from secretsui.web.preview import Target, context_of
from secretsui.web.repairing import repaired
from secretsui.web.signing_in import keeps_page, keeps_text
from secretsui.web.switching import asked_for
from secretsui.web.views.create import writable

_CONNECTION: Final = Kind.CONNECTION


@keeps_text
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@with_forms
def builder(request: HttpRequest, choice: Choice) -> HttpResponse:
    if request.method == "GET":
        form = bind(None, _CONNECTION, None, conn_type=request.GET.get("type", ""))
        return _page(request, QueryDict(), form, None, choice)
    sent = repaired(request.POST)
    pasting = pasting_of(sent)
    if pasting and _is_to_fill(sent):
        sent = filled(sent, pasting.found)
    form = asked_for(sent, _CONNECTION, None)
    outcome = tested(request, choice, form, sent.get("key", "").strip()) if sent.get("action") == "test" else None
    return _page(request, sent, form, pasting, choice, outcome)


@keeps_page
@require_POST
@sensitive_post_parameters()
@with_forms
def test(request: HttpRequest, choice: Choice) -> HttpResponse:
    """What the Airflow of the chosen deployment says of the connection, and nothing else of the page."""
    form = asked_for(request.POST, _CONNECTION, None)
    outcome = tested(request, choice, form, request.POST.get("key", "").strip())
    return render(request, "builder/tested.html", {"tested": outcome}, status=422 if outcome.is_refused else 200)


@keeps_page
@require_POST
@sensitive_post_parameters()
@with_forms
def preview(request: HttpRequest, choice: Choice) -> HttpResponse:
    form = asked_for(request.POST, _CONNECTION, None)
    return render(request, "edit/preview.html", _preview(request.POST, form))


@keeps_page
@require_POST
@sensitive_post_parameters()
@with_forms
def paste(request: HttpRequest, choice: Choice) -> HttpResponse:
    """What was pasted in words; and where a connection is in it, the form and its preview to go with it."""
    pasting = pasting_of(request.POST)
    if pasting is None or pasting.found.connection is None:
        return render(request, "builder/read.html", {"pasting": pasting})
    sent = filled(request.POST, pasting.found)
    form = bind(sent, _CONNECTION, None)
    facts = {"pasting": pasting, "previewed": _preview(sent, form), **_form_facts(sent, form, choice)}
    return render(request, "builder/pasted.html", facts)


def _is_to_fill(sent: QueryDict) -> bool:
    return sent.get("action") == "paste" or f":{BOX}." in sent.get("repair", "")


def _preview(sent: QueryDict, form: Form) -> Mapping[str, Any]:
    """An id is not needed, so that a missing one is none to be told of."""
    key = sent.get("key", "").strip()
    return context_of(sent, form, _CONNECTION, Target(key or PLACEHOLDER), new=True)


def _form_facts(sent: QueryDict, form: Form, choice: Choice) -> dict[str, Any]:
    return {
        "editor": Editor(form, token=sent.get("token") or new_token()),
        "form": form,
        "types": known_types(),
        "kind": _CONNECTION,
        "key": sent.get("key", ""),
        "choice": choice,
        "lacks": choice.lacks(getattr(form, "form_type", "")),
    }


def _page(
    request: HttpRequest,
    sent: QueryDict,
    form: Form,
    pasting: Pasting | None,
    choice: Choice,
    outcome: Tested | None = None,
) -> HttpResponse:
    facts = {
        **_form_facts(sent, form, choice),
        "tested": outcome,
        "previewed": _preview(sent, form),
        "pasted": sent.get(BOX, ""),
        "pasting": pasting,
        "prefixes": _prefixes(request),
    }
    is_refused = any([form.is_bound and form.errors, choice.is_refused, outcome and outcome.is_refused])
    return render(request, "builder/builder.html", facts, status=422 if is_refused else 200)


def _prefixes(request: HttpRequest) -> Sequence[Prefix]:
    return [prefix for prefix in writable(request) if prefix.kind == _CONNECTION]
