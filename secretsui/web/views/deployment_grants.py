"""Which groups may see a deployment, and which may mend what is wrong there."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Deployment
from secretsui.web.forms.deployment_grants import DeploymentGrantsForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.reauth import recently_required


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def grants(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    form = DeploymentGrantsForm(request.POST or None, of=known)
    if request.method == "POST" and form.is_valid():
        changed = _save(request, form, known)
        messages.success(request, _("Grants saved.") if changed else _("Nothing changed."))
        return redirect("deployment-edit", deployment)
    facts = {"grants": form, "deployment": known}
    return render(request, "deployments/grants.html", facts, status=422 if form.errors else 200)


@transaction.atomic
def _save(request: HttpRequest, form: DeploymentGrantsForm, deployment: Deployment) -> int:
    changes = form.save(deployment)
    for words in changes:
        door.record_admin(person(request), AccessEvent.Action.GRANT, deployment, words)
    return len(changes)
