"""The one place where Vault is called: logged in, counted, and its refusals turned into store errors.

Bodies travel as `Sensitive` JSON and answers as `Held`, so that no frame that an error passes through holds a
value or a token in clear.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from secretsui.core.backends.vault_object import Held
from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_errors, vault_login, vault_tokens
from secretsui.stores.base import StoreError
from secretsui.stores.vault_errors import Refusal
from secretsui.stores.vault_login import Credential
from secretsui.stores.vault_place import VaultPlace

TIMEOUTS: Final = (5.0, 20.0)  # to be connected, and to hear something
TRIES: Final = 3
LONGEST_PAUSE: Final = 5.0
_CAPABILITIES: Final = {"GET": "read", "LIST": "list", "POST": "update", "DELETE": "delete"}
# What may be asked again where the connection broke: one that was kept open may have been closed meanwhile.
_READING: Final = ("GET", "LIST")
_BROKEN_OFF: Final = ("ConnectionError", "ChunkedEncodingError")
# For so long a token that Vault has just confirmed is not asked about again.
_CONFIRMED: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A 404 is an answer as well: Vault has nothing there, or tells of a version that is deleted."""

    status: int
    body: Held

    @property
    def found(self) -> bool:
        return self.status != 404

    @property
    def data(self) -> Mapping[str, Any]:
        """In clear: for expressions, not for names that stay."""
        return self.body.value.get("data") or {}

    @property
    def token(self) -> Sensitive:
        """Of a login."""
        return Sensitive((self.body.value.get("auth") or {}).get("client_token") or "")

    @property
    def warnings(self) -> Iterable[str]:
        return self.body.value.get("warnings") or ()


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str  # below /v1/, not quoted
    body: Sensitive | None = None
    params: Mapping[str, str] | None = None
    name: str = ""
    capability: str = ""
    proof: str = ""  # what the data of a true answer has: a proxy's page would pass for an empty one

    @property
    def is_straight(self) -> bool:
        """The client takes dots and doubled slashes out of a path, which then is another secret's."""
        path = self.path.removesuffix("/") if self.method == "LIST" else self.path
        return not {"", ".", ".."} & set(path.split("/"))

    def refused(self, status: int, words: str) -> Refusal:
        return Refusal(status, words, self.path, self.capability or _CAPABILITIES[self.method], self.name)


class Session:
    """Threads may share it. `pause` waits for as many seconds where Vault asks for patience."""

    def __init__(
        self, place: VaultPlace, credential: Credential | None, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.place = place
        self.calls = 0
        self._credential, self._pause = credential, pause
        self._token: Sensitive | None = None
        self._confirmed_until = 0.0
        self._adapter: Any = None
        self._counting, self._logging_in = threading.Lock(), threading.Lock()

    def ask(self, request: Request) -> Answer:
        """Refused for its token, it is asked once more with a new login."""
        if not request.is_straight:
            raise vault_errors.bad_name(request.name)
        token = self._login(None)
        outcome = self._send(request, token)
        if isinstance(outcome, Refusal) and outcome.status == 403 and not self._is_alive(outcome, token):
            token = self._login(token)
            outcome = vault_errors.expired(outcome) if token is None else self._send(request, token)
        if isinstance(outcome, Refusal):
            outcome = vault_errors.expired(outcome) if outcome.names_token else vault_errors.of_refusal(outcome)
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    def _login(self, spent: Sensitive | None) -> Sensitive | None:
        """The present token; after a `spent` one another, or None where there is no other."""
        with self._logging_in:
            if self._token is None or self._token == spent:
                self._token = self._another(spent)
            return None if self._token == spent else self._token

    def _another(self, spent: Sensitive | None) -> Sensitive:
        if self.place.auth == "token":
            return vault_login.token_of(self._credential)
        body = None if self.place.auth == "aws_iam" else vault_login.body_of(self.place, self._credential)
        known = vault_tokens.key_of(self.place, body)
        token = vault_tokens.found(known)
        if token is None or token == spent:
            token = self._new_token(body or vault_login.body_of(self.place, self._credential))
            vault_tokens.keep(known, token)
        return token

    def _new_token(self, body: Sensitive) -> Sensitive:
        request = Request("POST", vault_login.path_of(self.place), body)
        outcome = self._send(request, None, quoted=True)
        if isinstance(outcome, Refusal):
            outcome = vault_errors.login_refused(outcome)
        elif isinstance(outcome, Answer) and not outcome.found:
            outcome = vault_errors.login_refused(request.refused(404, ""))
        elif isinstance(outcome, Answer) and not outcome.token:
            outcome = vault_errors.foreign("")
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome.token

    def _is_alive(self, refusal: Refusal, token: Sensitive | None) -> bool:
        """Whether it is the policies that are missing. Older servers say "permission denied" of a dead token, too."""
        if refusal.names_token:
            return False
        if time.monotonic() < self._confirmed_until:
            return True
        outcome = self._send(Request("GET", "auth/token/lookup-self"), token)
        if isinstance(outcome, Refusal) and outcome.status == 403:
            return False
        self._confirmed_until = time.monotonic() + _CONFIRMED
        return True

    def _send(
        self, request: Request, token: Sensitive | None, *, quoted: bool = False
    ) -> Answer | Refusal | StoreError:
        outcome, wait = self._once(request, token, quoted)
        if request.method in _READING and isinstance(outcome, StoreError) and outcome.code in _BROKEN_OFF:
            outcome, wait = self._once(request, token, quoted)
        for _ in range(TRIES - 1):
            if not (isinstance(outcome, Refusal) and outcome.passes):
                break
            self._pause(wait)
            outcome, wait = self._once(request, token, quoted)
        return outcome

    def _once(
        self, request: Request, token: Sensitive | None, quoted: bool
    ) -> tuple[Answer | Refusal | StoreError, float]:
        try:
            adapter = self._open()
        except ImportError:
            return vault_errors.not_installed(), 0
        with self._counting:
            self.calls += 1
        try:
            response = adapter.request(
                request.method,
                f"v1/{request.path if quoted else quote(request.path)}",
                headers={"Content-Type": "application/json", **({"X-Vault-Token": token.reveal()} if token else {})},
                data=request.body.reveal().encode() if request.body is not None else None,
                params=request.params,
                timeout=TIMEOUTS,
                raise_exception=False,
            )
        except (OSError, ValueError) as error:  # everything of requests is one of both
            return vault_errors.of_the_client(error, request.name), 0
        return _outcome(request, response), _patience(response.headers.get("Retry-After", ""))

    def _open(self) -> Any:
        """Of the client its adapter: it knows namespaces, certificates and LIST, and leaves answers as they are."""
        from hvac import Client
        from hvac.adapters import RawAdapter

        if self._adapter is None:
            place = self.place
            # An empty token, since None would be the one that this server's own environment has.
            self._adapter = Client(
                url=place.url,
                token="",
                verify=place.ca_file or None,
                namespace=place.namespace or None,
                allow_redirects=False,
                adapter=RawAdapter,
            ).adapter
        return self._adapter


def _outcome(request: Request, response: Any) -> Answer | Refusal | StoreError:
    if response.status_code == 204:
        return Answer(204, Held({}))
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    status: int = response.status_code
    if not isinstance(body, dict):
        told = status >= 500 or status in (413, 429) or 300 <= status < 400  # also in the words of a proxy
        return request.refused(status, "") if told else vault_errors.foreign(request.name)
    if not _is_of_vault(request, status, body):
        return vault_errors.foreign(request.name)
    words = " ".join(each for each in body.get("errors") or () if isinstance(each, str)).lower()
    if status < 300 or (status == 404 and not words):
        return Answer(status, Held(body))
    return request.refused(status, words)


def _is_of_vault(request: Request, status: int, body: Mapping[str, Any]) -> bool:
    """A proxy has its own JSON: its answer would pass for an empty one, and its 404 for a secret that is not there."""
    data, errors = body.get("data"), body.get("errors")
    if not isinstance(data, dict | None) or not isinstance(errors, list | None):
        return False
    if status == 404:
        return not body.keys().isdisjoint(("errors", "data", "warnings"))
    return not (status == 200 and request.proof) or request.proof in (data or ())


def _patience(asked: str) -> float:
    return min(float(asked) if asked.isdigit() else 1.0, LONGEST_PAUSE)


def as_json(value: object) -> Sensitive:
    return Sensitive(json.dumps(value))
