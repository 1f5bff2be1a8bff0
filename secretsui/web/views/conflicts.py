"""Which value wins: the matrix of one deployment, one id of it, the check that renews it, and its exports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import push_url

from secretsui.access.deployment_door import open_deployment
from secretsui.inventory.deployments import columns as columns_of
from secretsui.inventory.deployments import resolving, rows, settings
from secretsui.inventory.models import Deployment
from secretsui.web import conflict_export, conflict_matrix, conflict_subject, deployment_findings
from secretsui.web.conflict_explain import Explanation
from secretsui.web.conflict_freshness import Freshness
from secretsui.web.conflict_matrix import View
from secretsui.web.guards import person
from secretsui.web.htmx import is_fragment, is_own


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The first deployment this person may see."""
    found = conflict_subject.visible(request)
    if found:
        return redirect("conflicts", found[0].name)
    return render(request, "conflicts/none.html", {"exist": Deployment.objects.exists()})


@require_GET
def conflicts(request: HttpRequest, deployment: str) -> HttpResponse:
    found = conflict_subject.find(request, deployment)
    view = View.parse(found, request.GET)
    facts = _matrix(request, found, view)
    if is_fragment(request):
        address = f"{reverse('conflicts', args=[found.name])}?{view.here}".removesuffix("?")
        return push_url(render(request, "conflicts/conflicts.html#results", facts), address)
    facts["found"] = deployment_findings.of(request, found)
    return render(request, "conflicts/conflicts.html", facts)


def _matrix(request: HttpRequest, deployment: Deployment, view: View) -> dict[str, Any]:
    columns = columns_of.columns(deployment, view.process)
    page = rows.find(deployment, view.process, view.selecting)
    counts = rows.counts(deployment, view.process, view.filters)
    return {
        "deployment": deployment,
        "deployments": conflict_subject.visible(request),
        "view": view,
        "page": page,
        "rows": list(conflict_matrix.rows(view, deployment.name, page.rows, columns)),
        "counts": counts,
        "known": deployment.summary.get(view.process, {}).get("ids", 0) or sum(counts.conflicts.values()),
        "tiles": list(conflict_matrix.tiles(view, counts)),
        "kinds": list(conflict_matrix.kinds(view)),
        "processes": conflict_matrix.processes(view, settings.processes(deployment)),
        "menus": list(conflict_matrix.menus(view, columns, counts)),
        "sorts": conflict_matrix.sorts(view),
        "fresh": Freshness(deployment, columns),
        "previous": view.query(page=max(1, page.number - 1)),
        "next": view.query(page=page.number + 1),
        "with_all": replace(view, everything=True).query(),
        "only_conflicts": replace(view, everything=False).query(),
        "clear": View(view.process, rows.RowFilter(), is_first=view.is_first).here,
    }


@require_GET
def conflict(request: HttpRequest, deployment: str, kind: str, key: str) -> HttpResponse:
    """Why one id has the value that it has: a row below its own, or a page."""
    found = conflict_subject.find(request, deployment)
    view = View.parse(found, request.GET)
    explained = resolving.resolve_one(found, view.process, conflict_subject.kind_of(kind), conflict_subject.key_of(key))
    explanation = Explanation.of(request, found, explained)
    facts = {"deployment": found, "view": view, "explanation": explanation, "explained": explained}
    if is_fragment(request):
        return render(request, "conflicts/drawer.html", facts)
    facts["processes"] = conflict_matrix.processes(view, settings.processes(found))
    return render(request, "conflicts/conflict.html", facts)


@require_POST
def check(request: HttpRequest, deployment: str) -> HttpResponse:
    """Have every layer of the deployment read again; one check at a time."""
    found = conflict_subject.find(request, deployment)
    open_deployment(person(request), found).check()
    messages.info(request, _("%(deployment)s is being checked.") % {"deployment": found.name})
    back = request.POST.get("next", "")
    return redirect(back if is_own(back) else reverse("conflicts", args=[found.name]))


@require_GET
def progress(request: HttpRequest, deployment: str) -> HttpResponse:
    """The fragment that polls itself; a page that is opened by hand is the matrix."""
    found = conflict_subject.find(request, deployment)
    if not is_fragment(request):
        return redirect("conflicts", found.name)
    fresh = Freshness(found, columns_of.columns(found, conflict_subject.process_of(found, "")))
    return render(
        request, "conflicts/progress.html", {"deployment": found, "fresh": fresh, "finished": not fresh.active}
    )


@require_GET
def export(request: HttpRequest, deployment: str) -> HttpResponseBase:
    """What the filters leave, without values; as CSV, or as JSON lines."""
    found = conflict_subject.find(request, deployment)
    view = View.parse(found, request.GET)
    matrix = conflict_export.Matrix(found, view, columns_of.columns(found, view.process))
    return matrix.json() if request.GET.get("as") == "json" else matrix.csv()
