"""What sets the environment of a deployment's processes, and the rows of its metadata database from exported files.

A text is read and dropped: what is kept are names, keyed fingerprints and what is wrong with it, by line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access import deployment_door, door
from secretsui.access.models import AccessEvent
from secretsui.airflow.errors import ApiError
from secretsui.inventory.deployments import sources as stored
from secretsui.inventory.deployments.reading import SeveralComponents, Unreadable
from secretsui.inventory.models import Deployment, EnvSource
from secretsui.inventory.models.layers import Layer
from secretsui.stores.base import StoreError
from secretsui.web import source_words
from secretsui.web.forms.deployment_source import ExportForm, SourceForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.htmx import is_fragment
from secretsui.web.reauth import recently_required
from secretsui.web.templatetags.ui import kind_count


def _page(request: HttpRequest, deployment: str, pk: int = 0) -> str:
    return reverse("deployment-sources", args=[deployment])


@sensitive_post_parameters()
@administrators_only
@recently_required(back=_page)
@require_http_methods(["GET", "POST"])
def sources(request: HttpRequest, deployment: str) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    form = SourceForm(request.POST or None, request.FILES or None, deployment=known)
    if request.method == "POST" and form.is_valid() and (source := _store(request, known, form)):
        messages.success(request, _told(source))
        return redirect("deployment-sources", deployment)
    facts = {"form": form, "deployment": known, "sources": _listed(known)}
    # The text stays in the browser where it is, and is not sent back.
    page = "deployments/source_form.html" if is_fragment(request) else "deployments/sources.html"
    return render(request, page, facts, status=422 if form.errors else 200)


def _listed(deployment: Deployment) -> Sequence[Mapping[str, object]]:
    found = deployment.sources.annotate(names=Count("entries"))
    return [
        {"source": each, "gaps": source_words.gaps(each), "problems": source_words.problems(each)} for each in found
    ]


def _store(request: HttpRequest, deployment: Deployment, form: SourceForm) -> EnvSource | None:
    """None where it cannot be used; the form then says why."""
    try:
        return _read_live(request, deployment, form) if form.is_live else _keep(request, deployment, form)
    except SeveralComponents as several:
        form.ask_for(several.components)
    except Unreadable as unreadable:
        sentences = [source_words.said(problem.sentence, problem.line) for problem in unreadable.problems]
        form.refuse("live" if form.is_live else "text", sentences)
    except (ApiError, StoreError) as error:
        form.refuse("live", [f"{error.sentence} {error.remedy}"])
    return None


def _read_live(request: HttpRequest, deployment: Deployment, form: SourceForm) -> EnvSource:
    opened = deployment_door.open_deployment(person(request), deployment)
    return opened.read_source(form.cleaned_data["form"], form.cleaned_data["live"], **form.options())


@transaction.atomic
def _keep(request: HttpRequest, deployment: Deployment, form: SourceForm) -> EnvSource:
    data = form.cleaned_data
    source = stored.store(
        deployment,
        data["form"],
        form.given,
        label=data["label"],
        files=data["more_files"],
        of=data["of"],
        **form.options(),
    )
    door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, deployment, f"source given: {source.form}")
    return source


def _told(source: EnvSource) -> str:
    names = source.entries.count()
    words = ngettext("%(count)d name was found.", "%(count)d names were found.", names) % {"count": names}
    return _("Read, and dropped again: %(words)s") % {"words": words}


@administrators_only
@require_POST
@recently_required(back=_page)
def remove_source(request: HttpRequest, deployment: str, pk: int) -> HttpResponse:
    known = get_object_or_404(Deployment, name=deployment)
    source = get_object_or_404(EnvSource, deployment=known, pk=pk)
    with transaction.atomic():
        door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, known, f"source removed: {source.form}")
        stored.remove(source)
    messages.success(request, _("Removed: %(source)s.") % {"source": source.get_form_display()})
    return redirect("deployment-sources", deployment)


def _files_page(request: HttpRequest, deployment: str) -> str:
    return reverse("deployment-files", args=[deployment])


@sensitive_post_parameters()
@administrators_only
@recently_required(back=_files_page)
@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, deployment: str) -> HttpResponse:
    """What `airflow export` wrote, as the rows of the metadata database."""
    known = get_object_or_404(Deployment, name=deployment)
    form = ExportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (counts := _keep_rows(request, known, form)):
        found = ", ".join(f"{count} {kind_count(kind, count)}" for kind, count in counts.items())
        messages.success(request, _("Read, and dropped again: %(found)s.") % {"found": found})
        return redirect("deployment-edit", deployment)
    facts = {"form": form, "deployment": known, "states": known.layer_states.filter(layer=Layer.METASTORE)}
    page = "deployments/files_errors.html" if is_fragment(request) else "deployments/files.html"
    return render(request, page, facts, status=422 if form.errors else 200)


@transaction.atomic
def _keep_rows(request: HttpRequest, deployment: Deployment, form: ExportForm) -> Mapping[str, int]:
    try:
        counts = stored.store_export(deployment, form.given)
    except Unreadable as unreadable:
        form.refuse(None, [problem.sentence for problem in unreadable.problems])
        return {}
    door.record_admin(person(request), AccessEvent.Action.DEPLOYMENT, deployment, f"files given: {', '.join(counts)}")
    return counts
