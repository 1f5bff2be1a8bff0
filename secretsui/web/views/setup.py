"""Setting a secrets backend up: four questions, and the settings and policies that they come to. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.inventory import sync
from secretsui.inventory.deployments import checks, triggers
from secretsui.inventory.models import Account, Deployment
from secretsui.web.context import visible
from secretsui.web.forms.deployment import DeploymentForm
from secretsui.web.forms.setup import SetupForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.reauth import recently_required
from secretsui.web.setup_saving import Proposal, add, deployment_form, places_form, proposals
from secretsui.web.setup_view import context_of
from secretsui.web.signing_in import View, keeps_page


def _back(request: HttpRequest) -> str:
    """The page with the same answers, which hold no secret: one that is not valid does not go into an address."""
    form = SetupForm(request.POST)
    if not form.is_valid():
        return reverse("setup")
    given = {name: form.data.get(name, "") for name in form.fields if form.data.get(name)}
    return f"{reverse('setup')}?{urlencode(given)}"


def keeps_answers(view: View) -> View:
    """Whoever was signed out meanwhile comes back to the same answers."""
    view.signed_out = lambda request: redirect_to_login(_back(request))  # type: ignore[attr-defined]
    return view


@keeps_answers
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else _begun(request)
    form = SetupForm(sent)
    context = context_of(form, sent, visible(request))
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "setup/setup.html", context, status=status)


def _begun(request: HttpRequest) -> QueryDict:
    """The usual answers, an account that this person sees, and whatever the address says."""
    sent = QueryDict(mutable=True)
    sent.update({name: str(field.initial or "") for name, field in SetupForm.base_fields.items()})
    own = next((each.account for each in visible(request) if each.account.vendor == Account.Vendor.AWS), None)
    if own:
        sent["account"], sent["region"] = own.account_id, own.region
    for name in request.GET:
        if name in SetupForm.base_fields:
            sent[name] = request.GET[name]
    return sent


@keeps_page
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The right half, and what is said of each answer."""
    form = SetupForm(request.POST)
    return render(request, "setup/preview.html", context_of(form, request.POST, visible(request)))


@keeps_answers
@administrators_only
@require_POST
@recently_required(back=_back)
def save(request: HttpRequest) -> HttpResponse:
    """First what would be saved, and on a second word the deployment and the prefixes that were ticked."""
    form = SetupForm(request.POST)
    if not form.is_valid():
        return render(request, "setup/setup.html", context_of(form, request.POST, visible(request)), status=422)
    is_final = request.POST.get("action") == "save"
    deployment = deployment_form(form.answers, request.POST)
    found = proposals(form.answers)
    if is_final and deployment.is_valid():
        deployment.look()
    if not is_final or deployment.errors:
        return _proposed(request, form, deployment, found, is_final=is_final)
    saved = _saved(request, form, deployment, found)
    words = _("%(name)s saved. Say who may see it and what sets its environment.")
    messages.success(request, words % {"name": saved.name})
    return redirect("deployment-edit", saved.name)


def _proposed(
    request: HttpRequest, form: SetupForm, deployment: DeploymentForm, found: Sequence[Proposal], *, is_final: bool
) -> HttpResponse:
    facts = {
        "answers": form.answers,
        "carried": [(name, form.data.get(name, "")) for name in form.fields],
        "deployment": deployment,
        "errors": [words for each in deployment.errors.values() for words in each] if is_final else [],
        "proposals": found,
        "stages": Deployment.Stage.choices,
        "name": request.POST.get("deployment_name", form.cleaned_data["name"] if not is_final else ""),
        "stage": request.POST.get("deployment_stage", Deployment.Stage.PROD),
        "ticked": [each.name for each in found if not is_final or each.name in request.POST],
    }
    return render(request, "setup/save.html", facts, status=422 if is_final else 200)


@transaction.atomic
def _saved(request: HttpRequest, form: SetupForm, deployment: DeploymentForm, found: Sequence[Proposal]) -> Deployment:
    who = person(request)
    saved: Deployment = deployment.save()
    places = places_form(form.answers, list(Account.objects.order_by("name")))
    notices = [*deployment.notices, *(places.save(saved) if places.is_valid() else ())]
    door.record_admin(who, AccessEvent.Action.DEPLOYMENT, saved, "added: from the set-up")
    for each in found:
        if each.name in request.POST and each.may_be_added:
            prefix, problem = add(each)
            if prefix:
                door.record_admin(who, AccessEvent.Action.PREFIX, prefix, "added")
                sync.queue(prefix, "start")
            else:
                notices.append(problem)
    checks.queue(saved, "change")
    triggers.deployment_changed(saved)
    for words in notices:
        messages.info(request, words)
    return saved
