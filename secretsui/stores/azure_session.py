"""The one place where Azure's client is called, counted, and its errors turned into store errors.

No error leaves with the SDK's exception behind it, and no frame that an error passes through holds a value in clear.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from secretsui.core.sensitive import Sensitive
from secretsui.stores import azure_credentials, azure_errors, network_faults
from secretsui.stores.azure_credentials import Credential
from secretsui.stores.azure_place import RETRIES, TIMEOUTS, AzurePlace
from secretsui.stores.base import Expired, NotFound, StoreError

REQUIREMENTS: Final = "requirements-azure.txt"
PAGE: Final = 25
LONGEST_PAUSE: Final = 5.0
# Of what changes something, only a repetition that we know of may be repeated: a text saved twice is two versions.
_REPEATED: Final = frozenset({"GET"})
# Deleting and recovering take some seconds.
ARRIVAL: Final = (0.0, 0.3, 0.7, 1.0, 2.0, 3.0, 3.0)


class Session:
    """Threads may share it. `pause` waits for as many seconds while a secret is on its way."""

    def __init__(
        self, place: AzurePlace, credential: Credential | None, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.place = place
        self.calls = 0
        self._credential, self._pause = credential, pause
        self._client: Any = None
        self._watched: Any = None
        self._lock = threading.Lock()

    def caller(self) -> str:
        return str(self._watched.caller) if self._watched else ""

    def ask(self, method: str, *args: Any, value: Sensitive | None = None, **options: Any) -> Any:
        """The answer; of `get_secret` its properties and its text as Sensitive. The first argument is the name."""
        name = str(args[0]) if args else ""
        return self._settled(self._attempt(lambda client: _called(client, method, args, value, options), name), name)

    def pages(self, method: str, *args: Any) -> Iterator[Sequence[Any]]:
        name = str(args[0]) if args else ""
        token = ""
        while True:
            page, token = self._settled(self._attempt(lambda client: _page(client, method, args, token), name), name)  # noqa: B023 - called at once
            yield page
            if not token:
                return

    def arrived(self, method: str, *args: Any) -> bool:
        """Whether what was sent on its way is there now; waits for it, but not for ever."""
        for wait in ARRIVAL:
            if wait:
                self._pause(wait)
            try:
                if method.startswith("list_"):
                    found = bool(next(iter(self.pages(method, *args))))
                else:
                    found = bool(self.ask(method, *args))
            except NotFound:
                continue
            if found:
                return True
        return False

    def _settled(self, outcome: Any, name: str) -> Any:
        if isinstance(outcome, Expired):
            self._client = None  # so that a renewed credential is read
        if isinstance(outcome, StoreError):
            outcome.name = outcome.name or name
            raise outcome
        return outcome

    def _attempt(self, call: Callable[[Any], Any], name: str) -> Any:
        client = self._opened()
        if isinstance(client, StoreError):
            return client
        with self._lock:
            self.calls += 1
        try:
            return call(client)
        except _sdk_errors() as error:
            return self._translated(error, name)

    def _translated(self, error: Exception, name: str) -> StoreError:
        from azure.core.exceptions import ClientAuthenticationError, DecodeError, HttpResponseError

        is_from_vault = isinstance(error, HttpResponseError) and error.response is not None
        is_login = isinstance(error, ClientAuthenticationError) and not _is_of_vault(error, self.place)
        if is_from_vault and not is_login and not isinstance(error, DecodeError):
            return azure_errors.of_refusal(azure_errors.refusal(error, self.place, name))
        return azure_errors.of_the_sdk(error, self.place)

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
            from azure.keyvault.secrets import SecretClient

            credential = azure_credentials.opened(self.place, self._credential)
            if isinstance(credential, StoreError):
                return credential
            self._watched = azure_credentials.Watched(credential)
            verify = {"connection_verify": self.place.ca_file} if self.place.ca_file else {}
            return SecretClient(self.place.vault_url, self._watched, retry_policy=_retries(), **TIMEOUTS, **verify)
        except ImportError:
            return network_faults.not_installed(azure_errors.SERVICE, REQUIREMENTS)
        except StoreError as known:
            return known.with_traceback(None)
        except network_faults.SURPRISES as error:
            return azure_errors.unusable(type(error).__name__)
        except _sdk_errors() as error:
            return azure_errors.of_the_sdk(error, self.place)


def _called(client: Any, method: str, args: Sequence[Any], value: Sensitive | None, options: dict[str, Any]) -> Any:
    clear = (value.reveal(),) if value is not None else ()
    answer = getattr(client, method)(*args, *clear, retry_on_methods=_REPEATED, **options)
    if method in ("get_secret", "set_secret"):
        return answer.properties, Sensitive(answer.value or "")
    return answer.result() if method.startswith("begin_") else answer or True


def _page(client: Any, method: str, args: Sequence[Any], token: str) -> Any:
    """The items of a page and what the next is asked for with."""
    answers: list[Any] = []
    options = {"max_page_size": PAGE, "raw_response_hook": lambda answer: answers.append(answer.http_response)}
    pages = getattr(client, method)(*args, **options).by_page(continuation_token=token or None)
    page = list(next(pages))
    if "value" not in answers[-1].json():  # a proxy's object would pass for an empty page
        return network_faults.foreign(azure_errors.SERVICE)
    return page, pages.continuation_token or ""


def _is_of_vault(error: Any, place: AzurePlace) -> bool:
    """A refused login comes as the same class as a refused token."""
    url = str(getattr(getattr(error.response, "request", None), "url", ""))
    return url.startswith(place.vault_url.rstrip("/") + "/") and "/oauth2/" not in url


def _retries() -> Any:
    from azure.core.pipeline.policies import RetryPolicy

    class Bounded(RetryPolicy[Any, Any]):
        """However long the service asks us to wait, somebody is waiting for us."""

        def get_retry_after(self, response: Any) -> float | None:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, LONGEST_PAUSE)

    return Bounded(**RETRIES)


def _sdk_errors() -> tuple[type[Exception], ...]:
    """Everything the SDK is known to raise for reasons that are not ours.

    ValueError: an address, a tenant or a key that is none, or a challenge for another resource. NotImplementedError:
    what the client makes of one while it is built.
    """
    from azure.core.exceptions import AzureError

    return (AzureError, ValueError, NotImplementedError, OSError, *network_faults.SURPRISES)
