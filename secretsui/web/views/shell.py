"""What belongs to no screen: the theme, and whether the service is well."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from secretsui.web.context import THEMES

YEAR = 365 * 86_400


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """For browsers without script; app.js sets the same cookie."""
    back = request.POST.get("next", "")
    response = redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "overview")
    if (chosen := request.POST.get("theme")) in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 when the database answers and a broker is configured. No detail for strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        well = bool(settings.CELERY_BROKER_URL)
    except DatabaseError:
        well = False
    return HttpResponse("ok\n" if well else "unavailable\n", status=200 if well else 503, content_type="text/plain")
