"""Lines that set an environment variable: of a shell, a .env file, a Dockerfile, Compose or Helm values."""

from __future__ import annotations

import json
import re
from typing import Final

from secretsui.core.environment import CONNECTIONS
from secretsui.core.fragment import Fragment, Unreadable
from secretsui.core.shell_words import words

_START: Final = r"^[ \t]*(?:-[ \t]+)?(?P<outer>[\"'])?"
_SET: Final = r"(?:(?:export|declare[ \t]+-x|typeset[ \t]+-x|ENV|set|setx)[ \t]+)?(?:\$env:)?"
_NAME: Final = rf"{CONNECTIONS}(?P<id>[^\s=:\"']+)"
_LINE: Final = re.compile(rf"{_START}{_SET}{_NAME}(?P<after>[\"']?)[ \t]*(?P<sign>[=:]|[ \t])[ \t]*", re.MULTILINE)
_ARGUMENT: Final = re.compile(rf"(?:--?[a-z-]+=)?{_NAME}=(?P<value>.+)", re.DOTALL)
_PAIR: Final = re.compile(
    rf"^[ \t]*(?:-[ \t]+)?name:[ \t]*[\"']?{_NAME}[\"']?[ \t]*\r?\n[ \t]*value:[ \t]*", re.MULTILINE
)
_COMMENT: Final = re.compile(r"[ \t]+#[^\n]*$")
_YAML_SINGLE: Final = re.compile(r"'((?:[^']|'')*)'")
_YAML_DOUBLE: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def read(text: str) -> Fragment | None:
    """None where no line sets a connection."""
    found = [*_PAIR.finditer(text), *_LINE.finditer(text)]
    if not found:
        return _among_words(text) if CONNECTIONS in text else None
    conn_id = found[0]["id"].lower()
    if len({each["id"] for each in found}) > 1:
        return Fragment("environment", problem="several")
    try:
        value = _value(text, found[0])
    except Unreadable as failure:
        return Fragment("environment", conn_id, problem=failure.problem)
    return Fragment("environment", conn_id, value, problem="" if value else "blank")


def _among_words(text: str) -> Fragment | None:
    """As an argument: `docker run -e`, `kubectl set env`."""
    try:
        found = next((word for word in words(text) if _ARGUMENT.fullmatch(word.text)), None)
        split = found and _ARGUMENT.fullmatch(found.known())
    except Unreadable as failure:
        return Fragment("environment", problem=failure.problem)
    return Fragment("environment", split["id"].lower(), split["value"]) if split else None


def _value(text: str, found: re.Match[str]) -> str:
    rest = text[found.end() :]
    groups = found.groupdict()
    if (outer := groups.get("outer")) and not groups["after"]:
        # Quotes around the name and the value, as in a list of Compose.
        return _scalar(outer + rest)
    if groups.get("sign", ":") == ":":
        return _scalar(rest)
    if rest[:1] in ("'", '"') or rest.startswith(("$'", '$"')):
        return next(words(rest)).known()
    return _bare(rest)


def _bare(rest: str) -> str:
    """To the end of the line: a shell would stop at a blank or an ampersand, files with such lines do not."""
    line = _COMMENT.sub("", rest.partition("\n")[0]).strip()
    return line if line.startswith("{") else re.sub(r"\\(.)", r"\1", line)


def _scalar(rest: str) -> str:
    """As YAML has it."""
    if found := _YAML_SINGLE.match(rest):
        return found[1].replace("''", "'")
    if found := _YAML_DOUBLE.match(rest):
        try:
            return str(json.loads(found[0], strict=False))
        except ValueError:
            raise Unreadable("unclosed-quote") from None
    if rest[:1] in ("'", '"'):
        raise Unreadable("unclosed-quote")
    return _COMMENT.sub("", rest.partition("\n")[0]).strip()
