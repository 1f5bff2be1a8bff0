"""The URI that Airflow writes for a connection."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote as _quote_slowly
from urllib.parse import quote_plus as _quote_plus_slowly

from secretsui.core import construct
from secretsui.core.codec_errors import EncodeError
from secretsui.core.connection import Connection, Mistyped
from secretsui.core.dialects import Rules
from secretsui.core.json_extra import extra_object
from secretsui.core.sensitive import Sensitive

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9_.~-]*")


def write(conn: Connection, rules: Rules) -> str:
    # The task's class parses the extra before all else, so that its failure comes first.
    found = None if rules.is_model else extra_object(conn.extra, rules)
    uri = _scheme(conn.conn_type, rules)
    protocol, host = _split_host(conn.host, conn.conn_type, rules)
    userinfo = _userinfo(conn, rules)
    address = quote(host, "host") if host else ""
    if conn.port:
        address += f":{conn.port}" if address or userinfo else f"@:{conn.port}"
    if conn.schema:
        address += f"/{quote(conn.schema, 'schema')}"
    if protocol:
        uri += f"{protocol}://"
    uri += userinfo + address
    if conn.extra:
        uri += ("?" if conn.schema else "/?") + _query(
            conn.extra, extra_object(conn.extra, rules) if rules.is_model else found
        )
    return uri


def _scheme(conn_type: Any, rules: Rules) -> str:
    if not conn_type:
        return "//"
    if isinstance(conn_type, str):
        return conn_type.lower().replace("_", "-") + "://"
    # The model looks for a "_" first, which a number refuses in its own way.
    looked_into = rules.is_model and not isinstance(conn_type, list | dict)
    raise EncodeError("TypeError" if looked_into else "AttributeError", "wrong-type", "conn_type")


def _split_host(host: Any, conn_type: Any, rules: Rules) -> tuple[str, Any]:
    """The protocol in front of the authority, and the host behind it."""
    if not host:
        return "", None
    if not isinstance(host, str):
        _require_no_protocol(host)
        return "", host
    protocol, separator, rest = host.partition("://")
    if not separator or (protocol == conn_type and not rules.splits_own_protocol):
        return "", host
    return protocol, rest


def _require_no_protocol(host: Any) -> None:
    if not isinstance(host, list | dict):
        raise EncodeError("TypeError", "wrong-type", "host")
    if "://" in host:
        raise EncodeError("AttributeError", "wrong-type", "host")


def _userinfo(conn: Connection, rules: Rules) -> str:
    text = ""
    if conn.login is not None:
        text = _quote_secret(conn.login, "login")
    password = conn.password
    if password is not None and (password or not rules.is_model):
        text += ":" + _quote_secret(password, "password")
    return text + "@" if text else ""


def _quote_secret(value: Sensitive, field: str) -> str:
    if isinstance(value, Mistyped):
        raise EncodeError("TypeError", "wrong-type", field)
    return quote(value.reveal(), field)


def quote(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise EncodeError("TypeError", "wrong-type", field)
    if _UNRESERVED.fullmatch(value):
        return value
    if not construct.can_encode(value):
        raise EncodeError("UnicodeEncodeError", "not-utf8", field)
    return _quote_slowly(value, safe="")


def _quote_plus(text: str) -> str:
    if _UNRESERVED.fullmatch(text):
        return text
    if not construct.can_encode(text):
        raise EncodeError("UnicodeEncodeError", "not-utf8", "extra")
    return _quote_plus_slowly(text)


def query(extra: Sensitive, rules: Rules) -> str:
    """The parameters that say this extra."""
    return _query(extra, extra_object(extra, rules))


def _query(extra: Sensitive, found: object) -> str:
    """Flat where the extra is an object of nothing but text, else the whole text in one parameter."""
    if isinstance(found, dict) and found:
        # Quoted in any case, because Airflow tries it in any case and fails where a text cannot be encoded.
        quoted = [
            (_quote_plus(name), _quote_plus(value) if isinstance(value, str) else None) for name, value in found.items()
        ]
        if all(value is not None for _, value in quoted):
            return "&".join(f"{name}={value}" for name, value in quoted)
    return f"{construct.EXTRA_KEY}={_quote_plus(extra.reveal())}"
