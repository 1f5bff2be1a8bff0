"""The files that `airflow connections export` and `variables export` write, entry by entry: JSON, YAML or lines.

What cannot be read is a problem with its line or the number of its entry, never with content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

MAX_TEXT: Final = 20_000_000

SENTENCES: Final[Mapping[str, str]] = {
    "empty": "There is nothing in the file. Export once more, as JSON: that writes {} where there are no rows.",
    "too-long": "The file is too long. Export connections and variables into files of their own.",
    "bad-json": "This is not valid JSON from line {line} on. Export once more, into an empty file.",
    "bad-yaml": "This is not valid YAML from line {line} on. Export once more, into an empty file.",
    "alias": "Line {line} names another part of the file, as no export does. Write that part out.",
    "not-object": "The file holds no names with values. Give the file that airflow export wrote.",
    "bad-line": "Line {line} cannot be read. Write the id, = and the URI or JSON.",
    "environment": "Line {line} sets an environment variable. Give this file as an environment source.",
    "duplicate": "The id of line {line} stands in a line before it. Remove one of the two.",
    "other-kind": "This is an export of connections. Give the file of airflow variables export.",
    "not-connection": "Entry {number} of {count} is no connection. Give the file of airflow connections export.",
    "unknown-field": "Entry {number} of {count} has a field that no connection has. Remove it.",
    "wrong-type": "Field {field} of entry {number} of {count} is not {expected}. Correct it.",
    "bad-text": "The connection in entry {number} of {count} cannot be read. {why}",
}

_YAML_LINE: Final = re.compile(r"""["'?{%]|---(?:\s|$)|[^=]*?:(?:\s|$)""")
_COMMENT: Final = re.compile(r"\s*#")
_OF_ENVIRONMENT: Final = re.compile(r"(?:export\s+)?AIRFLOW_(?:CONN|VAR)_\w")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    line: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format_map({"line": self.line, **self.facts})


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """`entries` are names with what the file has for them: text, or what JSON and YAML can hold."""

    entries: Sequence[tuple[str, Any]] = ()
    problems: Sequence[Problem] = ()


def entries(text: str) -> File:
    """Of one that is broken as a whole no entries, only the problem."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_TEXT:
        return _broken("too-long")
    first = next((line for line in text.splitlines() if line.strip() and not _COMMENT.match(line)), "")
    if not first:
        return _broken("empty")
    if first.lstrip().startswith(("{", "[")):
        return _json(text)
    return _yaml(text) if _YAML_LINE.match(first) else _lines(text)


def _broken(code: str, line: int = 0) -> File:
    return File(problems=[Problem(code, line)])


def _json(text: str) -> File:
    try:
        return _named(json.loads(text))
    except json.JSONDecodeError as failure:
        return _broken("bad-json", failure.lineno)
    except (ValueError, RecursionError):  # a number with too many digits, or braces without end
        return _broken("bad-json", 1)


def _yaml(text: str) -> File:
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):  # with them a small text can become a huge one
                return _broken("alias", _line(event.start_mark))
        return _named(yaml.load(text, Loader=_LOADER))  # noqa: S506 - a safe loader, whichever it is
    except yaml.MarkedYAMLError as failure:
        return _broken("bad-yaml", _line(failure.problem_mark or failure.context_mark))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return _broken("bad-yaml", 1)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _named(found: object) -> File:
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        return _broken("not-object")
    return File(list(found.items()))


def _lines(text: str) -> File:
    """As Airflow reads them back: no quotes, no escapes, no blanks taken off."""
    found: dict[str, str] = {}
    problems = []
    for number, name, value in _settings(text):
        if _OF_ENVIRONMENT.match(name):
            problems.append(Problem("environment", number))
        elif not name or not value:
            problems.append(Problem("bad-line", number))
        elif name in found:
            problems.append(Problem("duplicate", number))
        else:
            found[name] = value
    return File(list(found.items()), problems)


def _settings(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not _COMMENT.match(line):
            name, _, value = line.partition("=")
            yield number, name, value
