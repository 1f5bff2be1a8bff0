"""Headers of every answer, redirects that htmx can follow, and the pages for what a view was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from secretsui.access import policy
from secretsui.airflow.errors import ApiError
from secretsui.stores.base import StoreError, Unable
from secretsui.web.htmx import page_shown

Handler = Callable[[HttpRequest], HttpResponseBase]

# Nothing inline and nothing from elsewhere; `data:` images are the form icons of the vendored style sheet.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Every page is about somebody's secrets. Static files are answered before this middleware and stay cacheable.
    "Cache-Control": "no-store, private",
}


def security_headers(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if "HX-Request" in request.headers and response.status_code in (301, 302, 303):
            response = _client_redirect(request, response)
        own = response.get("Content-Security-Policy")  # of a page that shows a mail, with the style that is in it
        for name, value in HEADERS.items():
            response[name] = value
        if own:
            response["Content-Security-Policy"] = own
        return response

    return middleware


def _client_redirect(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """The whole page moves. Followed by htmx itself, a redirect would end as a page inside a fragment."""
    answer = HttpResponse(headers={"HX-Redirect": _whole_page(request, response["Location"])})
    answer.cookies = response.cookies
    return answer


def _whole_page(request: HttpRequest, location: str) -> str:
    """After signing in again people come back to the page they were on, not to the fragment that was asked for."""
    back = page_shown(request)
    if urlsplit(location).path != reverse("account_login") or not back:
        return location
    return f"{urlsplit(location).path}?{urlencode({REDIRECT_FIELD_NAME: back})}"


def refusals(get_response: Handler) -> Handler:
    """What the door raises becomes a page: not visible is not found, refused names the grant, an error its remedy.

    htmx gets plain words instead, which app.js shows above what is on the screen.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    middleware.process_exception = refused  # type: ignore[attr-defined]
    return middleware


def refused(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if isinstance(exception, policy.NotVisible):
        return render(request, "errors/404.html", status=404)
    if isinstance(exception, policy.Refused):
        page, status, words = "errors/403.html", 403, str(exception)
    elif isinstance(exception, StoreError | ApiError):
        status = 409 if isinstance(exception, Unable) else 502  # asking again is of no use
        page, words = "errors/store.html", f"{exception.sentence} {exception.remedy}"
    else:
        return None
    if "HX-Request" in request.headers:
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    return render(request, page, {"problem": exception}, status=status)
