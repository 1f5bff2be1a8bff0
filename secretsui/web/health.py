"""The health check answers whoever asks: load balancers know neither the host name nor https."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from secretsui.web.views import shell

PATH: Final = "/healthz"


def for_any_host(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """First of the middleware, so that neither the check of the host name nor the redirect to https comes before."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return shell.healthz(request) if request.path_info == PATH else get_response(request)

    return middleware
