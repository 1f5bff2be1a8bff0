"""Taking a URI apart as `urllib.parse` does, without its cache, which would keep the last hundred secrets alive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from inspect import unwrap
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.parse import unquote as _unquote_slowly

from secretsui.core.codec_errors import DecodeError

_split: Final[Callable[[str], SplitResult]] = unwrap(urlsplit)


class UriParts(NamedTuple):
    """Still quoted, except the host. `port` is text: None where there is none."""

    scheme: str
    host: str
    path: str
    login: str | None
    password: str | None
    port: str | None
    query: str


# An everyday URI: one "://", at most one "@", no brackets, and nothing of what urlsplit drops anywhere (tab, CR, LF).
# All else takes the long way round.
_PLAIN: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:([^/?#@:\[\]\t\r\n]*)(?::([^/?#@\[\]\t\r\n]*))?@)?"
    r"([^/?#@:\[\]\t\r\n]*)(?::([0-9]*))?"
    r"(/[^?#\t\r\n]*)?(?:\?([^#\t\r\n]*))?(?:#[^\t\r\n]*)?"
)
_ASCII: Final = {f"{code:{x}}"[-2:]: chr(code) for code in range(128) for x in ("02x", "02X")}


def take_apart(uri: str) -> UriParts:
    """As Airflow does: up to two "://", where the second belongs to the host. `DecodeError` where it gives up."""
    protocols = uri.count("://")
    if protocols > 2:
        raise DecodeError("AirflowException", "bad-uri", "more than two ://")
    if protocols == 1 and uri.isascii() and (found := _PLAIN.fullmatch(uri)):
        scheme, login, password, host, port, path, query = found.groups()
        return UriParts(
            scheme.lower(), _host(host, host), path[1:] if path else "", login, password, port or None, query or ""
        )
    return _take_apart_slowly(uri, with_protocol=protocols == 2)


def _take_apart_slowly(uri: str, *, with_protocol: bool) -> UriParts:
    scheme = _urlsplit(uri).scheme
    # Airflow looks for the lower-cased scheme and removes it wherever it occurs; both have effects worth keeping.
    rest = uri.replace(f"{scheme}://", "" if with_protocol else "//")
    if with_protocol:
        before = rest.split("://", 1)[0]
        if "@" in before or ":" in before:
            raise DecodeError("AirflowException", "bad-uri", "login or port before the second ://")
    parts = _urlsplit(rest)
    host = _host(parts.hostname or "", _raw_host(parts.netloc), lowered=True)
    if host and with_protocol and parts.scheme:
        host = f"{parts.scheme}://{host}"
    return UriParts(scheme, host, parts.path[1:], parts.username, parts.password, _port(parts.netloc), parts.query)


def _urlsplit(text: str) -> SplitResult:
    try:
        return _split(text)
    except ValueError:  # brackets that hold no address, or characters that turn into "/" or "@"
        failure = DecodeError("ValueError", "bad-uri", "host")
    raise failure


def _host(host: str, raw: str, *, lowered: bool = False) -> str:
    """Lower-cased up to its first "%" and unquoted, unless that yields a "/": then its case is kept."""
    if "%" not in host:
        return host if lowered else host.lower()
    if not lowered:
        name, percent, rest = host.partition("%")
        host = name.lower() + percent + rest
    host = unquote(host)
    return unquote(raw) if "/" in host else host


def _raw_host(netloc: str) -> str:
    return netloc.rsplit("@", 1)[-1].split(":", 1)[0]


def _port(netloc: str) -> str | None:
    _, _, host = netloc.rpartition("@")
    _, bracket, bracketed = host.partition("[")
    rest = bracketed.partition("]")[2] if bracket else host
    return rest.partition(":")[2] or None


def port_number(port: str) -> int:
    # Python refuses to convert more digits than that.
    if port.isascii() and port.isdigit() and len(port) <= 4300 and (number := int(port)) <= 65535:
        return number
    raise DecodeError("ValueError", "bad-port", "port")


def parameters(query: str) -> Iterator[tuple[str, str]]:
    """Names and values in order; a name without "=" has the value ""."""
    decode = unquote if "%" in query else str
    for part in query.replace("+", " ").split("&"):
        if part:
            name, _, value = part.partition("=")
            yield decode(name), decode(value)


def unquote(text: str) -> str:
    """As `urllib.parse` does it; by a table where every escape is of one ASCII character, which is nearly always."""
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    try:
        return first + "".join([_ASCII[part[:2]] + part[2:] for part in rest])
    except KeyError:
        return _unquote_slowly(text)
