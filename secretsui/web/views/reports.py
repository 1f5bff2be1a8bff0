"""Where the reporter of a deployment posts: a machine with a token, no person, no session, no form."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Final

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from secretsui.access import deployment_door
from secretsui.access.door import Job
from secretsui.access.events import NotRecorded
from secretsui.inventory.deployments.report import BadReport, OtherKey
from secretsui.inventory.models import Deployment

REPORTER: Final = Job("reporter")
MOST: Final = 1_000_000  # bytes
_BEARER: Final = re.compile(r"Bearer ([\w-]{20,100})", re.ASCII | re.IGNORECASE)


@csrf_exempt
@login_not_required
@require_POST
def report(request: HttpRequest, deployment: str) -> HttpResponse:
    """Whoever has no token of this deployment learns nothing, not even whether there is such a deployment."""
    if not ratelimit.consume(request, action="report_refused", dry_run=True):
        return _said(429, _("Too many reports were refused. Wait a minute."))
    known = _authenticated(request, deployment)
    if known is None:
        ratelimit.consume(request, action="report_refused")
        return _said(401, _("This token is not known for this deployment."))
    if not ratelimit.consume(request, action="report", key=known.name):
        return _said(429, _("Too many reports at once. The next one in an hour is early enough."))
    body = _body(request)
    return _said(413, _("The report is larger than 1 MB.")) if body is None else _taken(known, body)


def _authenticated(request: HttpRequest, name: str) -> Deployment | None:
    bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    known = Deployment.objects.filter(name=name).first()
    digest = hashlib.sha256((bearer[1] if bearer else "").encode()).hexdigest()
    is_right = hmac.compare_digest(digest, known.reporter_digest if known else "")
    return known if bearer and is_right else None


def _body(request: HttpRequest) -> bytes | None:
    """None where it is too large."""
    try:
        return request.body if len(request.body) <= MOST else None
    except RequestDataTooBig:
        return None


def _said(status: int, sentence: str) -> HttpResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return HttpResponse(sentence, status=status, headers=headers, content_type="text/plain; charset=utf-8")


def _taken(deployment: Deployment, body: bytes) -> HttpResponse:
    try:
        deployment_door.open_deployment(REPORTER, deployment).receive(json.loads(body))
    except OtherKey:
        return _said(409, _("The hashes are made with another key. Give the process the key of this deployment."))
    except BadReport as bad:
        return _said(422, str(bad))
    except (ValueError, RecursionError):
        return _said(422, _("This is no JSON."))
    except NotRecorded as error:
        return _said(503, f"{error.sentence} {error.remedy}")
    return HttpResponse(status=204)
