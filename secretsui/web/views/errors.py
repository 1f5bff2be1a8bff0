"""Pages for what is refused, not there or broken. They say what is missing and never quote an exception."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from secretsui.web.htmx import is_fragment


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return _too_large(request)
    return render(request, "errors/400.html", status=400)


def _too_large(request: HttpRequest) -> HttpResponse:
    """htmx gets plain words to show above the form, in which everything still stands."""
    if not is_fragment(request):
        return render(request, "errors/413.html", status=413)
    words = _("The form is too large. A secret holds at most 65,536 bytes, and a file may have 8 MB. Shorten it.")
    return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not an administrator. A missing grant is answered by the middleware, with the grant's name."""
    return render(request, "errors/403.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """Without context: the database may be what failed."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


@login_not_required
def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
