"""Answers to htmx that differ from those to a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme


def is_fragment(request: HttpRequest) -> bool:
    """Will the answer stand inside a page that is there already?"""
    return request.headers.get("HX-Request") == "true"


def shown_anyway(response: HttpResponse) -> HttpResponse:
    """Let htmx show a fragment although its status says failure; secret.js looks for this header."""
    response["HX-Reswap"] = "innerHTML"
    return response


def page_shown(request: HttpRequest) -> str:
    """The path of the page of ours that the browser shows; "" where it shows none or says nothing sensible."""
    try:
        shown = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if shown.netloc != request.get_host():
        return ""
    path = shown._replace(scheme="", netloc="", fragment="").geturl()
    return path if is_own(path) else ""


def is_own(path: str) -> bool:
    """Does this lead to a page of ours, whatever a browser makes of it?"""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
