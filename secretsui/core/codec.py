"""Text to connection and back, as each generation of Airflow does it, mistakes included.

Every failure is a `DecodeError` or an `EncodeError`; neither quotes what was read.
"""

from __future__ import annotations

from typing import Any, cast

from secretsui.core import construct, json_form, json_text, uri_writer
from secretsui.core.aliases import ExtraConnWords, rebuild
from secretsui.core.codec_errors import CodecError, DecodeError, EncodeError
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, RULES, Dialect
from secretsui.core.json_extra import extra_object
from secretsui.core.sensitive import Sensitive

__all__ = [
    "DIALECTS",
    "CodecError",
    "DecodeError",
    "Dialect",
    "EncodeError",
    "decode",
    "decode_secrets_manager",
    "extra_dejson",
    "from_json",
    "from_uri",
    "to_json",
    "to_uri",
]


def to_uri(conn: Connection, dialect: Dialect) -> Sensitive:
    return Sensitive(uri_writer.write(conn, RULES[dialect]))


def to_json(conn: Connection, dialect: Dialect) -> Sensitive:
    return Sensitive(json_form.write(conn, dialect))


def from_uri(text: str, dialect: Dialect) -> Connection:
    rules = RULES[dialect]
    if not text and rules.is_model:
        return Connection()  # no URI and no fields
    return construct.from_uri(text, rules)


def from_json(text: str, dialect: Dialect) -> Connection:
    return json_form.read(text, dialect)


def extra_dejson(conn: Connection, dialect: Dialect) -> object:
    """The parsed extra as hooks get it, in clear."""
    return extra_object(conn.extra, RULES[dialect])


def decode(text: str, dialect: Dialect) -> Connection:
    """What a secrets backend makes of a stored text: JSON if it starts with a brace, else a URI."""
    stripped = _not_blank(text)
    return from_json(stripped, dialect) if stripped[0] == "{" else from_uri(stripped, dialect)


def decode_secrets_manager(text: str, dialect: Dialect, extra_conn_words: ExtraConnWords | None = None) -> Connection:
    """What the Secrets Manager backend makes of it: JSON is first rebuilt from a fixed set of names."""
    stripped = _not_blank(text)
    if stripped[0] != "{":
        return from_uri(stripped, dialect)
    # Parsed as stored: a blank that only Python strips, such as a no-break space, is an error to the JSON parser.
    found = cast("dict[str, Any]", json_text.load(text, DecodeError))
    return json_form.from_object(rebuild(found, extra_conn_words), dialect)


def _not_blank(text: str) -> str:
    """Airflow stumbles over white space, and takes an empty text for no secret at all."""
    if stripped := text.strip():
        return stripped
    raise DecodeError("IndexError" if text else "", "blank")
