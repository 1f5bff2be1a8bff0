"""The token with which Airflow 3 is called: given, or got for a user and a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from secretsui.airflow import credentials
from secretsui.airflow.errors import (
    ApiError,
    BadCredentials,
    Expired,
    Failed,
    ForeignAnswer,
    NoCredential,
    Unsupported,
)
from secretsui.airflow.http import Answer, Http
from secretsui.core.sensitive import Sensitive

SignIn = Literal["password", "token"]

_BAD: Final = "Invalid JWT token"


class Tokens:
    def __init__(self, http: Http, credential: Callable[[], Sensitive], sign_in: SignIn) -> None:
        self._http, self._credential, self._sign_in = http, credential, sign_in
        self._token: Sensitive | None = None

    def current(self) -> Sensitive:
        if self._token is None:
            self._token = self._new()
        return self._token

    def renew(self, refusal: Answer) -> Sensitive:
        """Another one than that which was refused so."""
        refused, self._token = self._token, self._new()
        if self._token == refused:
            raise rejected(refusal, self._sign_in)
        return self._token

    def _new(self) -> Sensitive:
        content = self._credential()
        return _checked(content) if self._sign_in == "token" else self._signed_in(credentials.login(content))

    def _signed_in(self, login: credentials.Login) -> Sensitive:
        outcome = self._http.attempt(
            "POST",
            f"{self._http.base}/auth/token",
            {"json": {"username": login.username, "password": login.password.reveal()}},
        )
        if isinstance(outcome, ApiError):
            raise outcome
        if outcome.status not in (200, 201):
            raise _unsigned(outcome)
        token = outcome.members.get("access_token")
        if not isinstance(token, str):
            raise ForeignAnswer(code=str(outcome.status))
        return _checked(Sensitive(token))


def is_rejected(answer: Answer) -> bool:
    """401 for none and for an expired one, 403 for one that was signed with another key or is none at all.

    Without a detail it is no refusal of Airflow's, but of a proxy that wants credentials of its own.
    """
    return (answer.status == 401 and bool(answer.detail)) or (answer.status == 403 and answer.detail == _BAD)


def rejected(answer: Answer, sign_in: SignIn) -> ApiError:
    code = str(answer.status)
    if sign_in == "password":
        return Expired(
            "Airflow does not accept the token that it has just given.",
            remedy="Check the clocks and the JWT secret of its API servers: they have to agree.",
            code=code,
        )
    if answer.status == 401:
        return Expired(code=code)
    return BadCredentials("Airflow does not accept this token.", remedy="Put a new one where it is kept.", code=code)


def _unsigned(answer: Answer) -> ApiError:
    code = str(answer.status)
    if answer.status in (400, 401, 403):
        return BadCredentials(code=code) if answer.detail else ForeignAnswer(code=code)
    if answer.status in (404, 405, 422):
        return Unsupported(
            "There is no Airflow 3 at this address that gives tokens for a user and a password.",
            remedy="Check the address; if Airflow signs people in elsewhere, give this deployment a token.",
            code=code,
        )
    return Failed("Airflow failed to give a token.", code=code)


def _checked(token: Sensitive) -> Sensitive:
    text = token.reveal().removeprefix("Bearer ")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise NoCredential(
            "The credential is no token: it has a character that no token has.",
            remedy="Put the token alone where the credential is kept, or sign in with a password.",
            code="form",
        )
    return Sensitive(text)
