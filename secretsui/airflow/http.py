"""The one place from which Airflow's servers are called, and where what the network does becomes an `ApiError`.

No redirect is followed, so that a credential reaches no other host; certificates are checked; an answer has a greatest
size and a longest time. No error carries the request or the answer, which may hold values.
"""

from __future__ import annotations

import json
import re
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit

from secretsui.airflow.errors import (
    ApiError,
    BadAddress,
    BrokenOff,
    Failed,
    ForeignAnswer,
    Slow,
    Unreachable,
)

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 20.0
LONGEST: Final = 3  # times the timeout, for all of one answer
MAX_ANSWER: Final = 32_000_000
_API: Final = re.compile(r"(/api/v\d+)?/*$")
_GATEWAY: Final = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    media: str  # application/json, without parameters
    body: bytes = field(repr=False)

    @property
    def content(self) -> Any:
        """The JSON in it, or None where it is none."""
        if not self.media.endswith("json"):
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def detail(self) -> str:
        """What Airflow says of a refusal: to be searched for known facts, never to be passed on."""
        found = self.content
        detail = found.get("detail") if isinstance(found, dict) else None
        return detail if isinstance(detail, str) else ""

    @property
    def members(self) -> Mapping[str, Any]:
        """Those of the JSON object in it, which every true answer with a content is."""
        found = self.content
        if not isinstance(found, dict):
            raise ForeignAnswer(code=str(self.status))
        return found


def base_of(url: str) -> str:
    """The address without the path of the API; https where no scheme is given."""
    parts = _split(url.strip())
    if parts.username is not None or parts.password is not None:
        raise BadAddress("The address holds a user or a password.", remedy="Leave them out, and name a credential.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadAddress
    return f"{parts.scheme}://{parts.netloc}{_API.sub('', parts.path, count=1)}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    # What no address has, and a parser may drop without a word or take for the end of the host.
    return urlsplit("") if re.search(r"[\s\\]", url) or not url.isprintable() else parts


class Http:
    """Calls below one address, counted. `calls` may be counted up by who calls for it in another way."""

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self.base = base_of(url)
        self.calls = 0
        self._timeout = timeout
        self._client: httpx.Client | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`path` is below the address. No redirect is followed, and none is an answer."""
        request = {"params": params, "json": json, "data": form, "headers": headers}
        outcome = self.attempt(method, f"{self.base}{path}", request)
        if isinstance(outcome, ApiError):
            del request, json, form, headers  # the frames of an error are all that somebody might see of them
            raise outcome
        return outcome

    def attempt(self, method: str, url: str, request: Mapping[str, Any]) -> Answer | ApiError:
        """As `ask`, of an address that begins with this one; `request` has what httpx calls it.

        Reading is tried twice, as a connection that was kept open may have been closed by the server meanwhile.
        """
        outcome = self._once(method, url, request)
        return self._once(method, url, request) if method == "GET" and isinstance(outcome, BrokenOff) else outcome

    def _once(self, method: str, url: str, request: Mapping[str, Any]) -> Answer | ApiError:
        import httpx

        self.calls += 1
        try:
            with self._open().stream(method, url, **request) as response:
                return _refused(response) or self._read(response)
        except ApiError as known:
            return known.with_traceback(None)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OSError) as error:
            return _translate(error)

    def _open(self) -> httpx.Client:
        import httpx

        if self._client is None:
            headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "secretsui"}
            self._client = httpx.Client(timeout=self._timeout, headers=headers, follow_redirects=False)
            weakref.finalize(self, self._client.close)
        return self._client

    def _read(self, response: httpx.Response) -> Answer:
        until = time.monotonic() + LONGEST * self._timeout
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MAX_ANSWER:
                raise Failed(
                    "The answer is larger than 32 MB.",
                    remedy="Set maximum_page_limit of Airflow's API to 100, its default.",
                    code="size",
                )
            if time.monotonic() > until:
                raise Slow(code="deadline")
        media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(response.status_code, media, bytes(body))


def _refused(response: httpx.Response) -> ApiError | None:
    """What stands before Airflow: a sign-in page to which it sends everybody, or a proxy that does not reach it."""
    code = str(response.status_code)
    if response.is_redirect:
        return ForeignAnswer(f"The address leads on to another one{_host(response)}.", code=code)
    if response.status_code in _GATEWAY:
        return Unreachable(f"What stands before Airflow does not reach it (it answered {code}).", code=code)
    if response.status_code == 429:
        return Slow("Airflow, or what stands before it, limits the rate of calls.", code=code)
    return None


def _host(response: httpx.Response) -> str:
    try:
        host = urlsplit(response.headers["location"]).hostname or ""
    except ValueError:
        host = ""
    return f", on {host}" if re.fullmatch(r"[a-z0-9.-]{1,253}", host) else ""


def _translate(error: Exception) -> ApiError:
    """By class, as the texts of the library may quote what was sent."""
    import httpx

    code = type(error).__name__
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        return _unconnected(error)
    if isinstance(error, httpx.TimeoutException):
        return Slow(code=code)
    if isinstance(error, httpx.RemoteProtocolError):
        return BrokenOff(code=code) if re.search("closed|disconnected", str(error)) else ForeignAnswer(code=code)
    if isinstance(error, httpx.NetworkError):
        return BrokenOff(code=code)
    if isinstance(error, httpx.DecodingError):
        return ForeignAnswer(code=code)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return BadAddress(code=code)
    return Failed("The request could not be sent.", remedy="Check the address and the credential.", code=code)


def _unconnected(error: Exception) -> ApiError:
    code = type(error).__name__
    if isinstance(_root(error), OSError) and "CERTIFICATE" in str(error):
        return Unreachable(
            "The certificate of the server is not trusted.",
            remedy="Set SSL_CERT_FILE to the certificates that this server shall trust, or use a valid one.",
            code="certificate",
        )
    if "SSL" in str(error):
        return Unreachable(
            "The server does not speak TLS as it should.", remedy="Check https and the port in the address.", code=code
        )
    return Unreachable(code=code)


def _root(error: BaseException) -> BaseException:
    return _root(error.__context__) if error.__context__ else error
