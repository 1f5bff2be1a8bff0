"""The one place where Google's client is called, counted, and its errors turned into store errors.

No error leaves with the SDK's exception behind it, and no frame that an error passes through holds a value in clear.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from secretsui.core.sensitive import Sensitive
from secretsui.stores import google_credentials, google_errors, network_faults
from secretsui.stores.base import Expired, StoreError, Throttled, Unavailable
from secretsui.stores.google_credentials import Credential

TIMEOUT: Final = 20.0
PAUSES: Final = (0.5, 2.0)  # before each further try
REQUIREMENTS: Final = "requirements-gcp.txt"
_VALUE: Final = "add_secret_version"


class Session:
    """Threads may share it. `pause` waits for as many seconds before a call is repeated."""

    def __init__(
        self,
        project: str,
        credential: Credential | None,
        endpoint: str = "",
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.project, self.endpoint = project, endpoint
        self.calls = 0
        self._credential, self._pause = credential, pause
        self._client: Any = None
        self._credentials: Any = None
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or google_errors.HOST

    def path(self, name: str, version: str = "") -> str:
        return f"projects/{self.project}/secrets/{name}" + (f"/versions/{version}" if version else "")

    def caller(self) -> str:
        """As IAM spells members; "" where it cannot be told without asking."""
        return google_credentials.caller(self._credentials) if self._credentials else ""

    def ask(self, method: str, request: Mapping[str, Any], *, name: str = "", value: Sensitive | None = None) -> Any:
        """The answer's message; of `access_secret_version` with the value as Sensitive, see `_covered`.

        Repeated where nothing can have been done: refused for its rate, or a question that came to nothing.
        """
        outcome: Any = None
        for wait in (*PAUSES, None):
            outcome = self._attempt(method, request, name, value)
            if wait is None or not _may_repeat(method, outcome):
                break
            self._pause(wait)
        if isinstance(outcome, Expired):
            self._client = None  # so that a renewed credential is read
        if isinstance(outcome, StoreError):
            outcome.name = outcome.name or name
            raise outcome
        return outcome

    def _attempt(self, method: str, request: Mapping[str, Any], name: str, value: Sensitive | None) -> Any:
        client = self._opened()
        if isinstance(client, StoreError):
            return client
        with self._lock:
            self.calls += 1
        try:
            call: Callable[..., Any] = getattr(client, method)
            answer = call(request={**request, **_clear(value)}, retry=None, timeout=TIMEOUT)
            return _covered(method, answer)
        except _sdk_errors() as error:
            return self._translated(error, request, name)

    def _translated(self, error: Exception, request: Mapping[str, Any], name: str) -> StoreError:
        from google.api_core.exceptions import GoogleAPICallError

        if not isinstance(error, GoogleAPICallError):
            return google_errors.of_the_sdk(error, self.host)
        which = str(request.get("name", "")).partition("/versions/")[2]
        about_version = which not in ("", "latest")
        return google_errors.of_refusal(google_errors.refusal(error, self.project, name, about_version=about_version))

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._new_client()
            client = self._client
            if isinstance(client, StoreError):
                self._client = None
            return client

    def _new_client(self) -> Any:
        try:
            from google.cloud.secretmanager_v1 import SecretManagerServiceClient

            credentials = google_credentials.opened(self._credential)
            if isinstance(credentials, StoreError):
                return credentials
            self._credentials = credentials
            options = {"api_endpoint": self.endpoint} if self.endpoint else {}
            return SecretManagerServiceClient(credentials=credentials, transport="rest", client_options=options)
        except ImportError:
            return network_faults.not_installed(google_errors.SERVICE, REQUIREMENTS)
        except StoreError as known:
            return known.with_traceback(None)
        except network_faults.SURPRISES as error:
            return google_errors.damaged(error)
        except _sdk_errors() as error:
            return google_errors.of_the_sdk(error, self.host)


def _may_repeat(method: str, outcome: Any) -> bool:
    is_question = method.startswith(("get_", "list_", "access_", "test_"))
    return isinstance(outcome, Throttled) or (
        is_question and isinstance(outcome, Unavailable) and outcome.code not in ("not-installed", "")
    )


def _clear(value: Sensitive | None) -> Mapping[str, Any]:
    if value is None:
        return {}
    import google_crc32c

    data = value.reveal().encode()
    return {"payload": {"data": data, "data_crc32c": google_crc32c.value(data)}}


def _covered(method: str, answer: Any) -> Any:
    """Of a value: the resource name of its version, its text or None where it is binary, and its size in bytes."""
    if method != "access_secret_version":
        return next(answer.pages) if method.startswith("list_") else answer
    import google_crc32c

    data, checksum = answer.payload.data, answer.payload.data_crc32c
    if checksum and checksum != google_crc32c.value(data):
        return Unavailable("The value arrived damaged.", remedy="Try again.", code="checksum")
    try:
        return answer.name, Sensitive(data.decode()), len(data)
    except UnicodeDecodeError:
        return answer.name, None, len(data)


def _sdk_errors() -> tuple[type[Exception], ...]:
    """Everything the SDK is known to raise for reasons that are not ours.

    ValueError: a key or an address that is none. The requests that it sends raise OSError.
    """
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import Error

    return (GoogleAPIError, GoogleAuthError, Error, ValueError, OSError, *network_faults.SURPRISES)
