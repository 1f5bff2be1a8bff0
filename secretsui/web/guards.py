"""Who a request comes from, and views for administrators alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from secretsui.access import policy
from secretsui.access.door import Person

View = Callable[..., HttpResponse]


def signed_in(request: HttpRequest) -> User:
    """The person; LoginRequiredMiddleware has let no one else through."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def person(request: HttpRequest) -> Person:
    """How the door knows the one who asks: the user and the address they come from."""
    return Person(signed_in(request), get_adapter().get_client_ip(request))


def administrators_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy.may_administer(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
