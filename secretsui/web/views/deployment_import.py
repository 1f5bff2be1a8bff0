"""Settings that an Airflow or a source tells, beside those that are entered: to be taken over, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsui.access import deployment_door
from secretsui.airflow.errors import ApiError
from secretsui.core.backend_settings import SERVER, WORKER
from secretsui.inventory.deployments import importing
from secretsui.inventory.models import Deployment, EnvSource
from secretsui.stores.base import StoreError
from secretsui.web.forms.deployment import DeploymentForm
from secretsui.web.forms.ids import is_id
from secretsui.web.guards import administrators_only, person
from secretsui.web.reauth import recently_required

FROM_AIRFLOW: Final = "airflow"


def _page(request: HttpRequest, deployment: str) -> str:
    return reverse("deployment-import", args=[deployment])


@administrators_only
@recently_required(back=_page)
@require_http_methods(["GET", "POST"])
def import_settings(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    facts: dict[str, object] = {"deployment": known, "sources": _telling(known)}
    if request.method == "GET":
        return render(request, "deployments/import.html", facts)
    try:
        proposal = _proposal(request, known, request.POST.get("from", ""))
    except (ApiError, StoreError) as error:
        return render(request, "deployments/import.html", {**facts, "error": error}, status=502)
    if proposal is None:
        return render(request, "deployments/import.html", {**facts, "unchosen": True}, status=422)
    return render(request, "deployments/import.html", {**facts, "proposal": proposal, "rows": _rows(proposal)})


def _telling(deployment: Deployment) -> list[EnvSource]:
    """The sources that say which backend is configured."""
    return [source for source in deployment.sources.all() if {SERVER, WORKER} & source.settings.keys()]


def _proposal(request: HttpRequest, deployment: Deployment, origin: str) -> importing.Proposal | None:
    if origin == FROM_AIRFLOW:
        return deployment_door.open_deployment(person(request), deployment).import_config()
    source = deployment.sources.filter(pk=origin).first() if is_id(origin) else None
    return importing.from_source(source) if source else None


@dataclass(frozen=True, slots=True)
class Row:
    """A field that would change, as its input would show it."""

    label: str
    name: str
    before: str
    after: str


def _rows(proposal: importing.Proposal) -> Sequence[Row]:
    form = DeploymentForm(instance=proposal.deployment)
    return [
        Row(
            str(form[each.field].label),
            each.field,
            _shown(form, each.field, each.before),
            _shown(form, each.field, each.after),
        )
        for each in proposal.changes
    ]


def _shown(form: DeploymentForm, field: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(form.fields[field].prepare_value(value) or "")
