"""Why no answer came, told by the classes along an exception: the SDKs' texts quote what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from secretsui.stores.base import Unavailable

_DEPTH: Final = 8
# What SDKs raise where an answer or a credential has another shape than the one that they reckon with.
SURPRISES: Final = (AttributeError, TypeError, LookupError)


def why_silent(error: BaseException, service: str, host: str) -> Unavailable:
    sent = f"The request to {service} could not be sent."
    return of_the_network(error, service, host) or Unavailable(sent, code=type(error).__name__)


def of_the_network(error: BaseException, service: str, host: str) -> Unavailable | None:
    known = {kind.__name__ for each in _along(error) for kind in type(each).__mro__}
    for names, sentence, remedy in _BY_CLASS:
        if known & names:
            words = {"service": service, "host": host}
            code = type(error).__name__
            return Unavailable(sentence.format(**words), remedy=remedy.format(**words), code=code)
    return None


def _along(error: BaseException) -> Iterator[BaseException]:
    """An SDK wraps what HTTP raised, which wraps what the socket raised: each in a way of its own."""
    waiting: list[object] = [error]
    for _ in range(_DEPTH):
        found = [each for each in waiting if isinstance(each, BaseException)]
        yield from found
        waiting = [inner for each in found for inner in _within(each)]


def _within(error: BaseException) -> Iterator[object]:
    yield from (error.__cause__, error.__context__)
    yield from (getattr(error, name, None) for name in ("inner_exception", "reason"))
    yield from error.args[:2]


_BY_CLASS: Final[tuple[tuple[Set[str], str, str], ...]] = (
    (
        frozenset({"NameResolutionError", "gaierror"}),
        "The name {host} cannot be resolved.",
        "Check its spelling, and the DNS of this server; a private endpoint needs its zone.",
    ),
    (
        frozenset({"SSLError", "SSLCertVerificationError"}),
        "The certificate of {host} is not trusted.",
        "Name the certificate of its authority at this account, or have the proxy on the way let it through.",
    ),
    (
        frozenset({"ReadTimeout", "ReadTimeoutError", "ServiceResponseTimeoutError", "TimeoutError"}),
        "{service} did not answer in time.",
        "Try again in a minute; if it stays, check the network between this server and {host}.",
    ),
    (
        frozenset(
            {"ConnectTimeout", "ConnectTimeoutError", "NewConnectionError", "ProxyError", "ConnectionRefusedError"}
        ),
        "The server could not reach {host}.",
        "Check the address, and the network between this server and {host}.",
    ),
    (
        frozenset(
            {"ConnectionError", "ProtocolError", "ChunkedEncodingError", "IncompleteRead", "ServiceResponseError"}
        ),
        "The connection to {host} broke.",
        "Try again.",
    ),
    (
        frozenset({"InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError", "UnicodeError"}),
        "The address {host} is not usable.",
        "Correct it on the account's page.",
    ),
)


def foreign(service: str) -> Unavailable:
    return Unavailable(
        f"The answer did not come from {service}.",
        remedy="Check the address of this account and any proxy on the way.",
    )


def not_installed(service: str, requirements: str) -> Unavailable:
    return Unavailable(
        f"The client for {service} is not installed on this server.",
        remedy=f"Run pip install -r {requirements}, then restart it.",
        code="not-installed",
    )
