"""Deployments: administrators say what is known of each, everybody else sees those that a grant opens to them."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.access import deployment_door, door, policy
from secretsui.access.models import AccessEvent
from secretsui.inventory.deployments import checks, collecting, triggers
from secretsui.inventory.deployments.settings import settings_of
from secretsui.inventory.models import Deployment
from secretsui.web import deployment_findings
from secretsui.web.forms.deployment import DeploymentForm
from secretsui.web.forms.deployment_places import PlacesForm
from secretsui.web.forms.deployment_words import KNOWN
from secretsui.web.guards import administrators_only, person
from secretsui.web.layer_health import health
from secretsui.web.part_words import part_words
from secretsui.web.reauth import recently_required


@require_GET
def deployments(request: HttpRequest) -> HttpResponse:
    administers = policy.may_administer(request.user)
    seen = Deployment.objects.annotate(granted=Count("grants")) if administers else None
    listed = list(seen if seen is not None else policy.visible_deployments(request.user))
    rows = [(each, health(each), each.checks.first()) for each in listed]
    return render(request, "deployments/deployments.html", {"rows": rows})


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form, places = DeploymentForm(request.POST or None), PlacesForm(request.POST or None)
    if request.method == "POST" and _are_valid(form, places):
        deployment = _save(request, form, places, "added")
        words = _("%(name)s added. Say who may see it and what sets its environment; it is being checked now.")
        messages.success(request, words % {"name": deployment.name})
        return redirect("deployment-edit", deployment.name)
    return _form(request, form, places)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    if request.method == "POST" and "adopt" in request.POST:
        filled = DeploymentForm(instance=known, initial=request.POST.dict())
        return show(request, deployment, filled, adopted=True)
    form = DeploymentForm(request.POST or None, instance=known)
    places = PlacesForm(request.POST or None, deployment=known)
    if request.method == "POST" and _are_valid(form, places):
        saved = _save(request, form, places, "changed")
        messages.success(request, _("%(name)s saved. It is being checked now.") % {"name": saved.name})
        return redirect("deployment-edit", saved.name)
    return show(request, deployment, form, places)


def _are_valid(form: DeploymentForm, places: PlacesForm) -> bool:
    """Both are asked, so that the page can say everything at once."""
    if all([form.is_valid(), places.is_valid()]):
        form.look()
    return form.is_valid() and places.is_valid()


@transaction.atomic
def _save(request: HttpRequest, form: DeploymentForm, places: PlacesForm, word: str) -> Deployment:
    if form.asks_another_airflow and form.instance.pk:
        checks.give_up(form.instance)
    deployment = _written(form)
    if form.asks_another_airflow:
        collecting.forget(deployment)
    notices = [*form.notices, *places.save(deployment)]
    if "name" in form.changed_data and deployment.reporter_digest:
        notices.append(_("The reporter's address has the name in it: give its processes the new one."))
    detail = f"{word}: {', '.join([*form.changed_data, *places.changed_data])}"
    door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, deployment, detail)
    checks.queue(deployment, "change")
    triggers.deployment_changed(deployment)
    for words in notices:
        messages.info(request, words)
    return deployment


def _written(form: DeploymentForm) -> Deployment:
    """Of a known one only what the form is about: the rest may have changed since it was read."""
    deployment: Deployment = form.save(commit=False)
    if deployment.pk:
        get_object_or_404(Deployment.objects.select_for_update(), pk=deployment.pk)
        deployment.save(update_fields=[*form.Meta.fields, "changed_at"])
    else:
        deployment.save()
    return deployment


def show(
    request: HttpRequest,
    name: str,
    form: DeploymentForm | None = None,
    places: PlacesForm | None = None,
    **more: object,
) -> HttpResponse:
    """The page of a deployment as the database has it, whatever a form has made of its own copy."""
    known = get_object_or_404(Deployment, name=name)
    form = form or DeploymentForm(instance=get_object_or_404(Deployment, name=name))
    facts = {
        "deployment": known,
        "layers": health(known),
        "check": known.checks.first(),
        "found": deployment_findings.of(request, known),
        "may_see": policy.may_see(request.user, known),
        "told": None if known.backend_class else settings_of(known).backend,
        "granted": known.grants.select_related("group").order_by("group__name"),
        **more,
    }
    return _form(request, form, places or PlacesForm(deployment=known), **facts)


def _form(request: HttpRequest, form: DeploymentForm, places: PlacesForm, **facts: object) -> HttpResponse:
    status = 422 if form.errors or places.errors else 200
    facts |= {"form": form, "places": places, "known_classes": KNOWN}
    return render(request, "deployments/deployment.html", facts, status=status)


def page_of(request: HttpRequest, deployment: str) -> str:
    return reverse("deployment-edit", args=[deployment])


@administrators_only
@require_POST
@recently_required(back=page_of)
def test(request: HttpRequest, deployment: str) -> HttpResponse:
    """What of it can be reached, part by part; nothing is kept of the answers."""
    known = get_object_or_404(Deployment, name=deployment)
    found = deployment_door.open_deployment(person(request), known).test()
    lines = [(part_words(line.part), line) for line in found]
    if "HX-Request" in request.headers:
        return render(request, "deployments/report.html", {"lines": lines})
    return show(request, deployment, lines=lines)


@administrators_only
@require_POST
@recently_required(back=page_of)
def check(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    deployment_door.open_deployment(person(request), known).check()
    messages.success(request, _("%(name)s is being checked.") % {"name": deployment})
    return redirect("deployment-edit", deployment)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, deployment: str) -> HttpResponse:
    """What is known of it goes. Nothing changes in Airflow or in any store."""
    known = get_object_or_404(Deployment, name=deployment)
    if request.method == "POST" and request.POST.get("confirm") == "yes":
        with transaction.atomic():
            door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, known, "removed")
            known.delete()
        words = _("%(name)s removed. Nothing was changed in Airflow or in any store.")
        messages.success(request, words % {"name": deployment})
        return redirect("deployments")
    facts = {"deployment": known, "unticked": request.method == "POST"}
    return render(request, "deployments/remove.html", facts, status=422 if request.method == "POST" else 200)
