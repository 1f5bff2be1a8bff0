"""Escaping what stands raw in a URI, where there is exactly one way to read it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from secretsui.core.construct import can_encode
from secretsui.core.fault import SCHEMES
from secretsui.core.rules.format_uri import ESCAPE
from secretsui.core.rules.no_repair import NoRepair

_HOST: Final = r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
# Some have no host at all: the login and password of AWS are keys, in which a "/" is common.
_ADDRESS: Final = re.compile(rf"(?:{_HOST})?(?=[/?]|\Z)")
# A host without a login: nothing says that more was meant.
_HOST_ALONE: Final = re.compile(rf"{_HOST}(?=[/?#]|\Z)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_PARAMETERS: Final = re.compile(rf"(?:[^/?#]*@)?(?:{_HOST})?(?:/[^?#@]*)?\?", re.DOTALL)


def encode(uri: str) -> str:
    """The login and password, or the parameters."""
    text = uri.strip()
    scheme = SCHEMES.match(text)
    if scheme is None:
        raise NoRepair("The URI does not start with a type.")
    rest = text[scheme.end() :]
    if query := _PARAMETERS.match(rest):
        return scheme[0] + query[0] + _parameters(rest[query.end() :])
    return scheme[0] + _credentials(rest)


def _parameters(query: str) -> str:
    """Neither of these can be meant otherwise, whether the rest is encoded or not, unless a host could follow."""
    if "@" in query:
        raise NoRepair("The parameters could be a part of the login or password.")
    return query.replace("://", "%3A%2F%2F").replace("#", "%23")


def _credentials(rest: str) -> str:
    if _HOST_ALONE.match(rest) or rest[:1] in ("/", "?", "#") or "://" in rest:
        raise NoRepair("The text before the first delimiter could be the host.")
    ends = [at for at, sign in enumerate(rest) if sign == "@" and _ADDRESS.match(rest, at + 1)]
    if len(ends) != 1 or "#" in rest[ends[0] :]:
        raise NoRepair("There is more than one place where the host could start, or none.")
    login, colon, password = rest[: ends[0]].partition(":")
    if ESCAPE.search(login + password) or _CONTROL.search(login + password) or not can_encode(login + password):
        raise NoRepair("Some of it is encoded already, or was never meant to be there.")
    return quote(login, safe="") + colon + quote(password, safe="") + rest[ends[0] :]
