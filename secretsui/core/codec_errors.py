"""How the codec says that Airflow could not read or write a connection; never by quoting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "blank": "There is nothing to read.",
    "bad-json": "This is not valid JSON.",
    "not-object": "The JSON is not an object.",
    "unknown-key": "A connection has no such field.",
    "bad-port": "The port is not a whole number in its range.",
    "bad-extra": "The extra is not a JSON object.",
    "bad-uri": "The URI cannot be taken apart.",
    "bad-conn-id": "The connection id cannot be used.",
    "wrong-type": "A field is not text where Airflow needs text.",
    "not-utf8": "A character cannot be written in UTF-8.",
    "too-deep": "The JSON is nested too deeply.",
    "number-too-long": "A number has too many digits.",
    "uri-and-fields": "A URI stands beside other fields.",
    "bad-conn-words": "The words for fields name a field that does not exist.",
    "bad-request": "The request lacks something.",
}


class CodecError(ValueError):
    """`airflow_class` is the exception that Airflow raises ("" where it just finds nothing), `reason` a short code.

    `where` names a field or a position in words, never content.
    """

    def __init__(self, airflow_class: str, reason: str, where: str = "") -> None:
        self.airflow_class, self.reason, self.where = airflow_class, reason, where
        super().__init__(f"{SENTENCES[reason]} ({where})" if where else SENTENCES[reason])


class DecodeError(CodecError):
    """A stored text that Airflow cannot read."""


class EncodeError(CodecError):
    """A connection that Airflow cannot write."""
