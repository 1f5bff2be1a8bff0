"""JSON whose failures say where, never what: the parser's own exception carries the whole text along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from json import JSONDecodeError
from json.encoder import encode_basestring_ascii

from secretsui.core.codec_errors import CodecError


def load(text: str, error: type[CodecError], *, subject: str = "") -> object:
    """The parsed value; `subject` names the field whose text this is and goes before the position."""
    try:
        return json.loads(text)
    except JSONDecodeError as found:
        failure = error("JSONDecodeError", "bad-json", f"{subject} line {found.lineno} column {found.colno}".strip())
    except ValueError:  # Python's limit for the digits of a number
        failure = error("ValueError", "number-too-long", subject)
    except RecursionError:
        failure = error("RecursionError", "too-deep", subject)
    # Raised outside of the handlers, so that the parser's exception is not kept as context.
    raise failure


def dump(value: object, error: type[CodecError], *, subject: str = "") -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        failure = error("RecursionError", "too-deep", subject)
    raise failure


def dump_texts(found: Mapping[str, str]) -> str:
    """The same for names and texts alone, several times as quick."""
    quoted = [f"{encode_basestring_ascii(name)}: {encode_basestring_ascii(text)}" for name, text in found.items()]
    return f"{{{', '.join(quoted)}}}"
