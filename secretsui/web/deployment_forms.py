"""Forms as one deployment's Airflow has them, for pages on which a connection is typed.

Which deployment that is stands in the page: the inputs of another one's form must not be taken for those of this one.
What is chosen from the list counts once the button beside it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from secretsui.access import policy
from secretsui.access.deployment_door import open_deployment
from secretsui.access.models import DeploymentLevel
from secretsui.airflow.errors import ApiError
from secretsui.core import catalogue
from secretsui.core.catalogue_overlay import Overlay, laid, overlay
from secretsui.inventory.models import Deployment
from secretsui.stores.base import StoreError
from secretsui.web.forms.carried import carried, without_strays
from secretsui.web.forms.retype import CannotMove
from secretsui.web.forms.type_choice import RESHAPE
from secretsui.web.guards import person

View = Callable[..., HttpResponse]

SHOWN: Final = "form_deployment"
CHOSEN: Final = "deployment"
FRESH: Final = 600  # seconds for which the forms of an Airflow are taken to be the same
FAILED: Final = 60  # and for which one is not asked again that did not answer
ASKABLE: Final = (Deployment.Api.V2, Deployment.Api.V1, Deployment.Api.MWAA)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the forms could not be read, in the words of an error."""

    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The deployments to choose from, the one that counts, and its forms or why there are none."""

    deployments: Sequence[Deployment] = ()
    chosen: Deployment | None = None
    forms: Overlay | Failure | None = None
    is_gone: bool = False  # the page names one that this person does not see
    cannot_move: str = ""  # why the form that was asked for is not shown

    @property
    def overlay(self) -> Overlay | None:
        return self.forms if isinstance(self.forms, Overlay) else None

    @property
    def failure(self) -> Failure | None:
        return self.forms if isinstance(self.forms, Failure) else None

    @property
    def is_refused(self) -> bool:
        return self.is_gone or bool(self.cannot_move)

    def lacks(self, conn_type: str) -> bool:
        """Has this Airflow no such type, although the catalogue may have it?"""
        overlay = self.overlay
        return overlay is not None and bool(conn_type) and catalogue.normalise(conn_type) not in overlay.types

    @property
    def untestable(self) -> str:
        """Why no connection can be tested there; "" where it can be tried."""
        if self.chosen is None:
            return _("Choose a deployment first.")
        if getattr(self.chosen, "level", 0) < DeploymentLevel.FIX:
            words = _("This needs the grant “%(level)s” on %(name)s.")
            return words % {"level": DeploymentLevel.FIX.label, "name": self.chosen.name}
        told = str(self.chosen.detected.get("test_connection") or "enabled").strip().lower()
        if told != "enabled":
            return _("Connection tests are off there. Set test_connection of [core] to Enabled in its configuration.")
        return ""


def with_forms(view: View) -> View:
    """Within the view, the catalogue is as the deployment of the page has it; the view is given that choice."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            choice = _sent(request)
        else:
            choice = _choice(request, request.GET.get(CHOSEN, ""))
            if choice.is_gone:
                raise Http404
        with laid(choice.overlay):
            return view(request, *args, choice=choice, **kwargs)

    return wrapped


def _sent(request: HttpRequest) -> Choice:
    """The choice that counts from now on; what was sent becomes what its form would have sent."""
    sent: QueryDict = request.POST
    shown = _choice(request, sent.get(SHOWN, ""))
    if sent.get(SHOWN):
        sent = without_strays(sent, shown.overlay)
    if sent.get("action") != RESHAPE:
        _replace(request, sent)
        return shown
    chosen = _choice(request, sent.get(CHOSEN, ""))
    try:
        _replace(request, carried(sent, shown.overlay, chosen.overlay))
    except CannotMove as problem:
        _replace(request, sent)
        return Choice(shown.deployments, shown.chosen, shown.forms, cannot_move=str(problem))
    return chosen


def _replace(request: HttpRequest, sent: QueryDict) -> None:
    request.POST = sent  # type: ignore[assignment]


def _choice(request: HttpRequest, name: str) -> Choice:
    deployments = list(policy.visible_deployments(request.user).filter(api__in=ASKABLE))
    chosen = next((each for each in deployments if each.name == name), None)
    forms = _forms(request, chosen) if chosen else None
    return Choice(deployments, chosen, forms, is_gone=bool(name) and chosen is None)


def _forms(request: HttpRequest, deployment: Deployment) -> Overlay | Failure | None:
    """Names and forms, kept for minutes. None: Airflow 2 and MWAA do not tell theirs."""
    if deployment.api != Deployment.Api.V2:
        return None
    key = f"deployment-forms:{deployment.pk}:{deployment.changed_at.timestamp()}"
    known: Overlay | Failure | None = cache.get(key)
    if known is None:
        known = _asked(request, deployment)
        cache.set(key, known, FAILED if isinstance(known, Failure) else FRESH)
    return known


def _asked(request: HttpRequest, deployment: Deployment) -> Overlay | Failure:
    try:
        metas = open_deployment(person(request), deployment).hook_meta()
    except (ApiError, StoreError) as error:
        return Failure(error.sentence, error.remedy)
    return overlay(deployment.name, metas, catalogue.by_type())
