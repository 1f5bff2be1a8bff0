"""Where the reporter of a deployment posts: a machine with a token, no person, no session, no form."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from secretsui.inventory.models import Deployment

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
    if int(request.headers.get("Content-Length") or 0) > MOST:
        return _said(413, _("The report is larger than 1 MB."))
    return _taken(known, request.body)


def _authenticated(request: HttpRequest, name: str) -> Deployment | None:
    bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    known = Deployment.objects.filter(name=name).first()
    digest = hashlib.sha256((bearer[1] if bearer else "").encode()).hexdigest()
    is_right = hmac.compare_digest(digest, known.reporter_digest if known else "")
    return known if bearer and is_right else None


def _said(status: int, sentence: str) -> HttpResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return HttpResponse(sentence, status=status, headers=headers, content_type="text/plain; charset=utf-8")


def _taken(deployment: Deployment, body: bytes) -> HttpResponse:
    return _said(503, _("Reports cannot be taken yet."))
