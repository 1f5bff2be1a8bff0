"""The reporter of a deployment: its token is made here, shown once, and known by its digest alone."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.inventory.deployments import report
from secretsui.inventory.models import Deployment, EnvSource
from secretsui.web.guards import administrators_only, person
from secretsui.web.reauth import recently_required


def _page(request: HttpRequest, deployment: str) -> str:
    return reverse("deployment-reporter", args=[deployment])


@administrators_only
@recently_required(back=_page)
@require_http_methods(["GET", "POST"])
def reporter(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    if request.method == "POST" and request.POST.get("do") == "revoke":
        _change(request, known, "")
        messages.success(request, _("The token is revoked. What was reported stays, and grows old."))
        return redirect("deployment-reporter", deployment)
    if request.method == "POST":
        token = secrets.token_urlsafe(32)
        _change(request, known, token)
        return _show(request, known, token)
    return _show(request, known)


@transaction.atomic
def _change(request: HttpRequest, deployment: Deployment, token: str) -> None:
    deployment.reporter_digest = hashlib.sha256(token.encode()).hexdigest() if token else ""
    deployment.save(update_fields=["reporter_digest"])
    words = "reporter's token made" if token else "reporter's token revoked"
    door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, deployment, words)


def _show(request: HttpRequest, deployment: Deployment, token: str = "") -> HttpResponse:
    """In this one answer only: not in a session, a message or an address."""
    address = request.build_absolute_uri(reverse("report", args=[deployment.name]))
    facts = {
        "deployment": deployment,
        "lines": _lines(deployment, address, token) if token else "",
        "reports": deployment.sources.filter(form=EnvSource.Form.REPORTER),
    }
    return render(request, "deployments/reporter.html", facts)


def _lines(deployment: Deployment, address: str, token: str) -> str:
    """As the processes of Airflow take them."""
    key = report.key(deployment).reveal()
    return f"SECRETSUI_REPORT_URL={address}\nSECRETSUI_REPORT_TOKEN={token}\nSECRETSUI_REPORT_KEY={key}\n"
