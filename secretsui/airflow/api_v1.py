"""The API of Airflow 2 over HTTP."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, Final, Literal

from secretsui.airflow import credentials
from secretsui.airflow.errors import BadCredentials, ForeignAnswer, NoCredential
from secretsui.airflow.http import TIMEOUT, Http
from secretsui.airflow.rest_v1 import RestV1
from secretsui.core.sensitive import Sensitive

SignIn = Literal["password", "session", "token"]

ROOT: Final = "/api/v1"
_LOGIN: Final = "/login/"
_CSRF: Final = re.compile(rb'name="csrf_token"[^>]*\svalue="([^"]+)"')


class ApiV1(RestV1):
    """Signs in with each call (`password`), with a bearer token, or with a session.

    A session is a cookie taken from a browser, or begun with a user and a password at the sign-in page: unless it was
    set up for more, the API of Airflow 2 takes nothing else.
    """

    def __init__(
        self, url: str, credential: Callable[[], Sensitive], sign_in: SignIn = "password", timeout: float = TIMEOUT
    ) -> None:
        super().__init__(self._over_http)
        self._http = Http(url, timeout)
        self._credential, self._sign_in = credential, sign_in
        self._headers: Mapping[str, Sensitive] | None = None

    @property
    def calls(self) -> int:
        return self._http.calls

    def _over_http(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> tuple[int, Any]:
        headers = {} if path == "/version" else {name: value.reveal() for name, value in self._signed_in().items()}
        answer = self._http.ask(method, f"{ROOT}{path}", params=params, json=body, headers=headers)
        return answer.status, answer.content

    def _signed_in(self) -> Mapping[str, Sensitive]:
        if self._headers is None:
            self._headers = self._sign(self._credential())
        return self._headers

    def _sign(self, content: Sensitive) -> Mapping[str, Sensitive]:
        if self._sign_in == "token":
            return {"Authorization": _header("Bearer ", content)}
        if self._sign_in == "password":
            return {"Authorization": _basic(credentials.login(content))}
        if ":" not in content.reveal():
            return {"Cookie": _header("session=", content)}
        self._begin_session(credentials.login(content))
        return {}

    def _begin_session(self, login: credentials.Login) -> None:
        """The cookie stays with the HTTP client. Only who is signed in is led away from the sign-in page."""
        form = {"username": login.username, "password": login.password.reveal(), "csrf_token": self._csrf_token()}
        if not self._leads_on("POST", form):
            raise BadCredentials
        if not self._leads_on("GET"):
            raise BadCredentials

    def _csrf_token(self) -> str:
        found = _CSRF.search(self._http.ask("GET", _LOGIN).body)
        if not found:
            raise NoCredential(
                "This Airflow does not ask for a user and a password at its sign-in page.",
                remedy="Put the cookie of a session, or a token, where the credential is kept.",
                code="no-form",
            )
        return unescape(found[1].decode())

    def _leads_on(self, method: str, form: Mapping[str, str] | None = None) -> bool:
        try:
            self._http.ask(method, _LOGIN, form=form)
        except ForeignAnswer as answer:
            return answer.code.startswith("3")
        return False


def _header(start: str, content: Sensitive) -> Sensitive:
    """What is not ASCII, or has a line break in it, can be no header."""
    text = content.reveal().removeprefix(start)
    if not (text.isascii() and text.isprintable()):
        raise NoCredential("The credential has a character that no token has.", remedy="Put the token alone there.")
    return Sensitive(f"{start}{text}")


def _basic(login: credentials.Login) -> Sensitive:
    pair = f"{login.username}:{login.password.reveal()}".encode()
    return Sensitive(f"Basic {base64.b64encode(pair).decode()}")
