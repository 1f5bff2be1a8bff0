"""Signing in before a page is seen; and again, without losing what was typed, when a session ended over a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from allauth.account.forms import LoginForm
from allauth.account.internal.flows import reauthentication
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from secretsui.web.reauth import CONFIRM_FIELD

View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest], HttpResponseBase | None]

NAME: Final = "sign_in_name"
PASSWORD: Final = "sign_in_password"  # noqa: S105 - the name of a field
# Of the sent form: what belongs to that one request.
_OWN: Final = frozenset({NAME, PASSWORD, CONFIRM_FIELD, "csrfmiddlewaretoken"})


def keeps_text(view: View) -> View:
    """For a view that a long form is sent to: the form is kept while the person signs in again."""
    view.signed_out = sign_in_again  # type: ignore[attr-defined]
    return view


def keeps_page(view: View) -> View:
    """For a view that is asked while somebody types: the page with the text stays on the screen."""
    view.signed_out = _stay  # type: ignore[attr-defined]
    return view


class SignInRequired(LoginRequiredMiddleware):
    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase | None:
        """None lets the view run: the person has just signed in."""
        answer: Answer | None = getattr(view_func, "signed_out", None)
        if request.method != "POST" or answer is None:
            return super().handle_no_permission(request, view_func)
        return answer(request)


def _stay(_request: HttpRequest) -> HttpResponse:
    words = _("You are signed out. What you typed is still here; save it to sign in again.")
    return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")


def sign_in_again(request: HttpRequest) -> HttpResponseBase | None:
    sent = {"login": request.POST.get(NAME, ""), "password": request.POST.get(PASSWORD, "")}
    form = LoginForm(sent if NAME in request.POST else None, request=request)
    if form.is_valid():
        answer: HttpResponseBase = form.login(request, redirect_url=request.get_full_path())
        if not request.user.is_authenticated:
            return answer  # there is one more step
        reauthentication.reauthenticate_by_password(request)  # typed this very moment
        return None
    facts = {"form": form, "kept": list(kept(request)), "name_field": NAME, "password_field": PASSWORD}
    return render(request, "account/signed_out.html", facts, status=403)


def kept(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Everything that was typed, for a page that sends it on."""
    for name, values in request.POST.lists():
        if name not in _OWN:
            yield from ((name, str(value)) for value in values)
