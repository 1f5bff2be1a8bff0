"""What Airflow's constructor makes of keyword arguments, whoever gives them: a JSON secret, a form, a URI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from secretsui.core import json_text, uri_parts
from secretsui.core.codec_errors import CodecError, DecodeError
from secretsui.core.connection import Connection, conceal
from secretsui.core.dialects import RULES, Dialect, Rules
from secretsui.core.sensitive import Sensitive

EXTRA_KEY: Final = "__extra__"  # the parameter of a URI that holds the whole extra
LONGEST_CONN_ID: Final = 250
_CONN_ID: Final = re.compile(r"[\w#!()\-.:/\\]+")
_ASCII_CONN_ID: Final = re.compile(_CONN_ID.pattern, re.ASCII)
_JSON_STARTS: Final = frozenset(' \t\n\r"{[-0123456789tfnNI')


def kept_conn_id(conn_id: object, dialect: Dialect) -> object:
    """The id that a connection ends up with: None where the server's model finds it unfit."""
    if not RULES[dialect].is_model:
        return conn_id
    if not isinstance(conn_id, str) or len(conn_id) > LONGEST_CONN_ID:
        return None
    if dialect == "2.11":
        _require_utf8(conn_id, "bad-conn-id", "conn_id")
        return conn_id if _ASCII_CONN_ID.fullmatch(conn_id) else None
    # Airflow 3 looks for a match up to the end of the line, so one line break at the end is cut off.
    line = conn_id.removesuffix("\n")
    return line if _CONN_ID.fullmatch(line) else None


def construct(fields: Mapping[str, Any], dialect: Dialect, conn_id: object = "") -> Connection:
    """Of `fields` those that Airflow knows; `DecodeError` where its constructor raises."""
    rules = RULES[dialect]
    if not rules.is_model:
        return _construct_for_task(fields, rules)
    _require_known(fields, rules)
    kept_conn_id(conn_id, dialect)  # may raise
    description, uri = fields.get("description"), fields.get("uri")
    if not uri:
        return _for_model(fields, rules)
    if any(value for name, value in fields.items() if name not in ("uri", "description", "team_name")):
        raise DecodeError("AirflowException", "uri-and-fields")
    return from_uri(uri, rules, description=description)


def _construct_for_task(fields: Mapping[str, Any], rules: Rules) -> Connection:
    uri = fields.get("uri")
    if uri is not None and "self" not in fields:
        if len(fields) > 1:
            raise DecodeError("AirflowException", "uri-and-fields")
        return from_uri(uri, rules)
    _require_known(fields, rules)
    get = fields.get
    return Connection(
        conn_type=get("conn_type"),
        host=get("host"),
        login=conceal(get("login")),
        password=conceal(get("password")),
        schema=get("schema"),
        port=get("port"),
        extra=conceal(get("extra")),
        description=get("description"),
    )


def _for_model(fields: Mapping[str, Any], rules: Rules) -> Connection:
    get = fields.get
    extra = get("extra")
    if extra and not isinstance(extra, str):
        extra = json_text.dump(extra, DecodeError, subject="extra")
    password = _model_password(get("password"))
    return Connection(
        conn_type=get("conn_type"),
        host=get("host"),
        login=conceal(get("login")),
        password=password,
        schema=get("schema"),
        port=get("port"),
        extra=_model_extra(extra, rules) if extra else conceal(extra),
        description=get("description"),
    )


def from_uri(uri: object, rules: Rules, description: Any = None) -> Connection:
    if not isinstance(uri, str):
        raise _not_text(uri)
    parts = uri_parts.take_apart(uri)
    password = parts.password and uri_parts.unquote(parts.password)
    return Connection(
        conn_type=normal_type(parts.scheme),
        host=parts.host,
        login=None if parts.login is None else Sensitive(uri_parts.unquote(parts.login)),
        password=_model_password(password) if rules.is_model else conceal(password),
        schema=uri_parts.unquote(parts.path),
        port=uri_parts.port_number(parts.port) if parts.port else None,
        extra=_extra_of_query(parts.query, rules) if parts.query else None,
        description=description,
    )


def _not_text(uri: object) -> DecodeError:
    if isinstance(uri, list):
        many = uri.count("://") > 2
        return DecodeError("AirflowException" if many else "TypeError", "wrong-type", "uri")
    return DecodeError("AttributeError", "wrong-type", "uri")


def _extra_of_query(query: str, rules: Rules) -> Sensitive:
    found = dict(uri_parts.parameters(query))
    if EXTRA_KEY in found:
        extra = found[EXTRA_KEY]
        return _model_extra(extra, rules) if extra and rules.is_model else Sensitive(extra)
    if not rules.reads_json_parameters:
        return Sensitive(json_text.dump_texts(found))
    read = {name: _as_json(value) for name, value in found.items()}
    return Sensitive(json_text.dump(read, DecodeError, subject="extra"))


def _as_json(value: str) -> object:
    if not value or value[0] not in _JSON_STARTS:
        return value
    try:
        return json_text.load(value, DecodeError, subject="extra")
    except DecodeError as failure:
        if failure.reason == "bad-json":
            return value
        raise


def normal_type(conn_type: Any) -> Any:
    """The spelling under which Airflow looks for a hook; not lower-cased."""
    if conn_type == "postgresql":
        return "postgres"
    if isinstance(conn_type, str):
        return conn_type.replace("-", "_")
    if isinstance(conn_type, list | dict) and "-" not in conn_type:
        return conn_type
    raise DecodeError(
        "AttributeError" if isinstance(conn_type, list | dict) else "TypeError", "wrong-type", "conn_type"
    )


def _model_password(password: Any) -> Sensitive | None:
    if not password:
        return None
    if not isinstance(password, str):
        raise DecodeError("TypeError", "wrong-type", "password")
    _require_utf8(password, "not-utf8", "password")
    return Sensitive(password)


def _model_extra(extra: str, rules: Rules) -> Sensitive:
    """Checked as the model checks it: is it JSON, an object, and can it be encrypted."""
    require_object(extra, rules, DecodeError)
    _require_utf8(extra, "not-utf8", "extra")
    return Sensitive(extra)


def require_object(extra: str, rules: Rules, error: type[CodecError]) -> object:
    """The parsed extra; the 2.11 model only warns of one that is no JSON object, and reads broken JSON as {}."""
    try:
        value = json_text.load(extra, error, subject="extra")
    except CodecError as failure:
        if failure.reason != "bad-json":
            raise
        if not rules.requires_object:
            return {}
        where = failure.where
    else:
        if isinstance(value, dict) or not rules.requires_object:
            return value
        where = "extra"
    raise error("ValueError", "bad-extra", where)


def _require_utf8(text: str, reason: str, where: str) -> None:
    if not can_encode(text):
        raise DecodeError("UnicodeEncodeError", reason, where)


def can_encode(text: str) -> bool:
    """False for a lone surrogate, which JSON can spell and UTF-8 cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _require_known(fields: Mapping[str, Any], rules: Rules) -> None:
    if fields.keys() <= rules.keywords:
        return
    number = next(number for number, name in enumerate(fields, 1) if name not in rules.keywords)
    raise DecodeError("TypeError", "unknown-key", f"key {number} of {len(fields)}")
