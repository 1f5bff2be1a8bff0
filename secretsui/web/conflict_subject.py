"""The deployment that a page is about, as far as this person may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import Http404, HttpRequest

from secretsui.access import policy
from secretsui.access.models import DeploymentLevel
from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Deployment

KINDS: Final[tuple[Kind, ...]] = ("connection", "variable")
LONGEST: Final = 512  # of an id


def visible(request: HttpRequest) -> Sequence[Deployment]:
    """The deployments this person may see, with their level; asked for once per request."""
    found: Sequence[Deployment] | None = getattr(request, "visible_deployments", None)
    if found is None:
        found = list(policy.visible_deployments(request.user))
        request.visible_deployments = found  # type: ignore[attr-defined]
    return found


def find(request: HttpRequest, name: str) -> Deployment:
    found = next((each for each in visible(request) if each.name == name), None)
    if found is None:
        raise Http404
    return found


def may_fix(deployment: Deployment) -> bool:
    return int(getattr(deployment, "level", 0) or 0) >= DeploymentLevel.FIX


def require_fix(deployment: Deployment) -> None:
    """For pages that lead to an action, before the door would refuse the action itself."""
    if not may_fix(deployment):
        raise policy.Refused(DeploymentLevel.FIX, deployment)


def process_of(deployment: Deployment, asked: str) -> Process:
    """The one that is asked for, else that of tasks: theirs is the question why something is not found."""
    known = processes(deployment)
    return next((each for each in known if each == asked), known[-1])


def kind_of(text: str) -> Kind:
    found = next((kind for kind in KINDS if kind == text), None)
    if found is None:
        raise Http404
    return found


def key_of(text: str) -> str:
    """404 for what no id can be."""
    if not text or "\0" in text or len(text) > LONGEST:
        raise Http404
    return text
