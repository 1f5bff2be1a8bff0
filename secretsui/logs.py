"""One line per event, as key=value or as JSON. Exceptions are named, with the place, and never quoted."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

# The path of a one-time link opens an account until it is used, and refused requests are logged with their path.
_LINK: Final = re.compile(r"(/password/set/[0-9A-Za-z]+-)[^/\s\"]+")
# What would read as a pair of its own, or end a quotation.
_LIKE_A_PAIR: Final = re.compile(r"\s\S*=|\"")


class LineFormatter(logging.Formatter):
    """Exception messages and local values may carry secrets, so only class names and code positions are printed."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{key}={_plain(value)}" for key, value in facts(record).items())


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts(record))


def facts(record: logging.LogRecord) -> dict[str, str]:
    found = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _event(record),
    }
    if record.exc_info and record.exc_info[1] is not None:
        found["error"] = type(record.exc_info[1]).__name__
        found["where"] = " < ".join(
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}:{frame.name}"
            for frame in reversed(traceback.extract_tb(record.exc_info[2])[-6:])
        )
    return found


def _plain(value: str) -> str:
    """One line whatever it holds, so that no text can pass for a second event."""
    return value if value.isprintable() else json.dumps(value)


def _event(record: logging.LogRecord) -> str:
    """The message, with the name of an exception in the place of its text, however that came to be quoted."""
    message = str(record.msg)
    if record.args:
        message = message % _unquoted(record.args)
    message = _LINK.sub(r"\1…", message)
    error = record.exc_info[1] if record.exc_info else None
    for each in _with_causes(error):
        for text in (repr(each), str(each)):
            if len(text) > 3:  # "0" or "id" would also be found where it means something else
                message = message.replace(text, type(each).__name__)
    return message


def _unquoted(args: Any) -> Any:
    if isinstance(args, Mapping):
        # Celery describes a failed task so, with the exception already turned into text.
        known = {"exc": "", "traceback": "", "args": "", "kwargs": ""}
        return {key: known.get(key, _named(value)) for key, value in args.items()}
    return tuple(_named(value) for value in args)


def _named(value: object) -> object:
    if isinstance(value, str) and _LIKE_A_PAIR.search(value):
        return json.dumps(value)
    return type(value).__name__ if isinstance(value, BaseException) else value


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
