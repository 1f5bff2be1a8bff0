"""Sensitive actions need a password typed within the last 15 minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, overload
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from secretsui.web.htmx import page_shown

View = Callable[..., HttpResponse]

CONFIRM_FIELD: Final = "confirm_password"
SKEW: Final = 60  # seconds that the clocks of two servers may differ


def is_recent(request: HttpRequest) -> bool:
    """False for whoever has no password to type, whom allauth lets through, and for a time that is yet to come."""
    user = request.user
    if isinstance(user, AnonymousUser) or not user.has_usable_password():
        return False
    if not reauthentication.did_recently_reauthenticate(request):
        return False
    typed = [each["at"] for each in get_authentication_records(request, user) if each.get("reauthenticated")]
    return bool(typed[-1] <= time.time() + SKEW)


def confirmed(request: HttpRequest) -> bool:
    """For forms whose typed text must survive: recent already, or confirmed by the password sent with the form.

    The page shows components/confirm_password.html again until this is true.
    """
    if is_recent(request):
        return True
    password = request.POST.get(CONFIRM_FIELD, "")
    if not password or not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return False
    try:
        right = get_adapter().reauthenticate(authenticated_user(request), password)
    except ValidationError:  # too many failures for this name
        return False
    if right:
        reauthentication.reauthenticate_by_password(request)
    return bool(right)


def asked_beside(request: HttpRequest) -> dict[str, bool]:
    """For the page that shows components/confirm_password.html again: a password that was sent was not right."""
    return {"must_confirm": True, "tried": CONFIRM_FIELD in request.POST}


def ask(back: str) -> HttpResponse:
    """To the password page, and from there to `back`. The form's content is not kept: it may hold a secret."""
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: back})}")


@overload
def recently_required(view: View, /) -> View: ...


@overload
def recently_required(*, back: Callable[..., str]) -> Callable[[View], View]: ...


def recently_required(view: View | None = None, *, back: Callable[..., str] | None = None) -> Any:
    """Run the view only within 15 minutes of a re-authentication; otherwise ask for the password first.

    `back(request, *args, **kwargs)` gives the page that a POST came from, where the person goes on afterwards. Without
    it a GET returns to itself and everything else to the page the browser shows.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @sensitive_post_parameters(CONFIRM_FIELD)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_recent(request):
                return view(request, *args, **kwargs)
            return ask(back(request, *args, **kwargs) if back else _page(request))

        return guarded

    return decorate(view) if view else decorate


def _page(request: HttpRequest) -> str:
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    return page_shown(request) or reverse("overview")
