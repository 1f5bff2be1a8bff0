"""Why does my task not find X? The whole lookup in words, also of an id that lies nowhere, and what was nearly it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_GET

from secretsui.inventory.deployments import misses, resolving
from secretsui.inventory.deployments.columns import TITLES
from secretsui.inventory.deployments.misses import Miss
from secretsui.inventory.models import Deployment, Prefix
from secretsui.web import conflict_subject, lookup_words
from secretsui.web.conflict_explain import Explanation
from secretsui.web.context import visible
from secretsui.web.forms.why import WhyForm
from secretsui.web.store_words import words_of
from secretsui.web.subject import Links

MOST: Final = 5  # deployments on one page; each is a lookup with all its places
MOST_MISSES: Final = 8


class Near(NamedTuple):
    """Something of nearly this name: where it is, and why it may have been meant."""

    key: str
    kind: str
    words: str | Promise
    href: str
    place: str


class Answer(NamedTuple):
    deployment: Deployment
    explanation: Explanation
    near: Sequence[Near]


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    deployments = conflict_subject.visible(request)
    form = WhyForm(_asked(request), deployments=deployments, initial=_initial(request))
    facts: dict[str, Any] = {"form": form, "deployments": deployments}
    if not form.is_bound:
        return render(request, "why/why.html", facts)
    if not form.is_valid():
        return render(request, "why/why.html", facts, status=422)
    chosen = form.chosen
    answers = [_answer(request, each, form.cleaned_data) for each in chosen[:MOST]]
    return render(request, "why/why.html", {**facts, "answers": answers, "left_out": chosen[MOST:]})


def _asked(request: HttpRequest) -> Any:
    """What is sent; the kind need not be said."""
    if "q" not in request.GET:
        return None
    sent = request.GET.copy()
    sent.setdefault("kind", "connection")
    return sent


def _initial(request: HttpRequest) -> Mapping[str, object]:
    return {"kind": "connection", "process": "task", "deployment": request.GET.getlist("deployment")}


def _answer(request: HttpRequest, deployment: Deployment, asked: Mapping[str, Any]) -> Answer:
    kind, key = conflict_subject.kind_of(asked["kind"]), asked["q"]
    process = conflict_subject.process_of(deployment, asked["process"])
    explanation = Explanation.of(request, deployment, resolving.resolve_one(deployment, process, kind, key))
    prefixes = {prefix.pk: prefix for prefix in visible(request)}
    found = [_near(deployment, each, prefixes) for each in misses.near(deployment, kind, key)]
    return Answer(deployment, explanation, [each for each in found if each][:MOST_MISSES])


def _near(deployment: Deployment, miss: Miss, prefixes: Mapping[int, Prefix]) -> Near | None:
    """Names below a prefix that this person may not list stay unsaid, unless the deployment's own matrix has them."""
    words = lookup_words.NEAR.get(miss.why, lookup_words.NEAR["edit-distance"])
    prefix = prefixes.get(miss.prefix or 0)
    if prefix:
        href = Links(prefix, miss.name)["show"]
        return Near(
            miss.key,
            miss.kind,
            words,
            href,
            f"{prefix.account.name} {words_of(prefix.store_kind).place(prefix)} {miss.name}",
        )
    if not miss.layer:
        return None
    href = reverse("conflict", args=[deployment.name, miss.kind, miss.key])
    return Near(miss.key, miss.kind, words, href, str(TITLES.get(miss.layer, miss.layer)))
