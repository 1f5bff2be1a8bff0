"""What is done about a conflict: a row deleted, a pattern tried, a line copied into the backend or taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from secretsui.access.deployment_door import DeploymentDoor, open_deployment
from secretsui.access.door import open_prefix
from secretsui.airflow.errors import ApiError, NotFound
from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.models import LayerEntry, SecretRecord
from secretsui.stores.base import StoreError
from secretsui.web import conflict_subject, conflict_words
from secretsui.web.conflict_explain import Explanation
from secretsui.web.conflict_fixes import ENVIRONMENTS, STORES, WRITABLE_APIS, target
from secretsui.web.conflict_line import Line, read_line
from secretsui.web.conflict_pattern import PatternForm, hides, lines_of
from secretsui.web.guards import person
from secretsui.web.reauth import recently_required
from secretsui.web.subject import Links

Facts = dict[str, Any]


def _facts(request: HttpRequest, deployment: str, kind: str, key: str) -> Facts:
    """404 unless this person sees the deployment and this can be an id."""
    found = conflict_subject.find(request, deployment)
    asked = request.POST if request.method == "POST" else request.GET
    process = conflict_subject.process_of(found, asked.get("process", ""))
    explained = resolving.resolve_one(found, process, conflict_subject.kind_of(kind), conflict_subject.key_of(key))
    return {
        "deployment": found,
        "explained": explained,
        "explanation": Explanation.of(request, found, explained),
        "page": conflict_words.page_of(found, explained),
    }


@require_http_methods(["GET", "POST"])
@recently_required
def delete_row(request: HttpRequest, deployment: str, kind: str, key: str) -> HttpResponse:
    """The row is looked at again before it is shown, and once more before it goes."""
    facts = _facts(request, deployment, kind, key)
    conflict_subject.require_fix(facts["deployment"])
    if facts["deployment"].api not in WRITABLE_APIS:
        return _refused(
            request, facts, _("There is no way to this Airflow from here. Delete the row in Airflow itself.")
        )
    door = open_deployment(person(request), facts["deployment"])
    try:
        return _delete(request, facts, door)
    except NotFound:
        return _gone(request, facts)
    except (ApiError, StoreError) as error:
        return _refused(request, facts, "", error=error, status=502)


def _delete(request: HttpRequest, facts: Facts, door: DeploymentDoor) -> HttpResponse:
    explained: Explained = facts["explained"]
    row = door.live(explained.kind, explained.key)
    if row is None:
        return _gone(request, facts)
    facts |= {
        "row": row,
        "seen": conflict_words.marks_of(row),
        "after": conflict_words.after(facts["deployment"], explained),
    }
    if request.method == "GET":
        return render(request, "conflicts/delete_row.html", facts)
    if request.POST.get("seen") != facts["seen"]:
        return render(request, "conflicts/delete_row.html", facts | {"changed": True}, status=409)
    door.delete_row(explained.kind, explained.key)
    words = _("%(id)s deleted from the metadata database of %(deployment)s. %(after)s")
    messages.success(
        request, words % {"id": explained.key, "deployment": facts["deployment"].name, "after": facts["after"]}
    )
    return redirect(facts["page"])


def _gone(request: HttpRequest, facts: Facts) -> HttpResponse:
    messages.info(request, _("%(id)s is not in the metadata database any more.") % {"id": facts["explained"].key})
    return redirect(facts["page"])


def _refused(request: HttpRequest, facts: Facts, words: str, *, status: int = 422, **more: Any) -> HttpResponse:
    return render(request, "conflicts/delete_row.html", facts | {"refusal": words, **more}, status=status)


@require_GET
def pattern(request: HttpRequest, deployment: str, kind: str, key: str) -> HttpResponse:
    """The pattern that keeps Airflow from asking, a proposed one tried out, and the lines to change."""
    facts = _facts(request, deployment, kind, key)
    explained: Explained = facts["explained"]
    form = PatternForm(
        request.GET if "pattern" in request.GET else None, deployment=facts["deployment"], explained=explained
    )
    is_wrong = form.is_bound and not form.is_valid()
    if form.is_bound and not is_wrong:
        lines = lines_of(form)
        facts |= {"matches": form.matches, "lines": lines, "hides": hides(lines)}
    return render(request, "conflicts/pattern.html", facts | {"form": form}, status=422 if is_wrong else 200)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def adopt(request: HttpRequest, deployment: str, kind: str, key: str) -> HttpResponse:
    """The line that somebody pastes, on its way to the form of the secret. Nothing of it is kept."""
    facts = _facts(request, deployment, kind, key)
    found = target(facts["explanation"])
    if found is None:
        return render(request, "conflicts/adopt.html", facts, status=403 if _has_store(facts["explained"]) else 422)
    prefix, name = found
    facts |= {"prefix": prefix, "name": name, "expected": conflict_words.setting_of(facts["explained"])}
    if request.method == "GET":
        return render(request, "conflicts/adopt.html", facts)
    text = request.POST.get("line", "")
    line = read_line(text, facts["explained"].kind, facts["explained"].key)
    if line.problem:
        return render(request, "conflicts/adopt.html", facts | {"line": line, "typed": text}, status=422)
    return _adopted(request, facts, line)


def _has_store(explained: Explained) -> bool:
    return any(column.layer in STORES for column in explained.columns)


def _adopted(request: HttpRequest, facts: Facts, line: Line) -> HttpResponse:
    """On to the form of a new secret, or of a new version of the one that is there."""
    prefix, name = facts["prefix"], facts["name"]
    record = SecretRecord.objects.filter(prefix=prefix, name=name, deleted_at=None).first()
    facts |= {"line": line, "accepted": True, "exists": record is not None, "typed": request.POST.get("line", "")}
    if record is None:
        return render(request, "conflicts/adopt.html", facts | {"key": name.removeprefix(prefix.start)})
    try:
        version = open_prefix(person(request), prefix).describe(name).version_id
    except StoreError as error:
        return render(request, "conflicts/adopt.html", facts | {"error": error, "accepted": False}, status=502)
    links = Links(prefix, name)
    return render(request, "conflicts/adopt.html", facts | {"links": links, "version": version})


@require_GET
def environment(request: HttpRequest, deployment: str, kind: str, key: str) -> HttpResponse:
    """What to take out of which source. That is done where the environment is made, not here."""
    facts = _facts(request, deployment, kind, key)
    explanation: Explanation = facts["explanation"]
    entries: list[LayerEntry] = []
    for column in facts["explained"].columns:
        if column.layer in ENVIRONMENTS:
            entries += [each for each in explanation.entries(column) if each not in entries]
    return render(request, "conflicts/environment.html", facts | {"entries": entries})
