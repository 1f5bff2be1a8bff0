"""Commands that store a connection: Airflow's own, and those of the AWS command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.fragment import Form, Fragment, Unreadable
from secretsui.core.shell_words import Word, commands

_AIRFLOW: Final = re.compile(r"\bairflow\s+connections\s")
_AWS: Final = re.compile(r"\b(?:secretsmanager|ssm)\s")
_FIELDS: Final[Mapping[str, str]] = {
    f"--conn-{name}": "conn_type" if name == "type" else name
    for name in ("type", "description", "host", "login", "password", "schema", "port", "extra")
}
_AWS_VALUES: Final = ("--secret-string", "--value")
_AWS_NAMES: Final = ("--secret-id", "--name")
_SAYING: Final = ("printf", "echo")

Flags = Mapping[str, Word]


def read(text: str) -> Fragment | None:
    """None where there is no such command."""
    form: Form = "cli" if _AIRFLOW.search(text) else "aws"
    if form == "aws" and not ("aws" in text and _AWS.search(text)):
        return None
    try:
        return _read(commands(text))
    except Unreadable as failure:
        return Fragment(form, problem=failure.problem)


def _read(found: Sequence[Sequence[Word]]) -> Fragment | None:
    for place, command in enumerate(found):
        names = [word.text for word in command]
        if start := _after(names, "airflow", "connections"):
            return _of_airflow(command[start:])
        if start := _after(names, "aws", "secretsmanager") or _after(names, "aws", "ssm"):
            return _of_aws(command[start:], found[place - 1] if place else ())
    return None


def _after(names: Sequence[str], program: str, noun: str) -> int:
    """Where the verb stands: whoever calls the program (sudo, kubectl exec) and its global options come before."""
    places = [place for place, name in enumerate(names) if name.rpartition("/")[2] == program]
    return names.index(noun, places[0]) + 1 if places and noun in names[places[0] :] else 0


def _of_airflow(words: Sequence[Word]) -> Fragment | None:
    if not words or words[0].text not in ("add", "--add", "-a"):
        return None
    flags, others = _flags(words[1:])
    conn_id = (flags.get("--conn-id") or next(iter(others), Word(""))).known()
    fields = {field: flags[flag].known() for flag, field in _FIELDS.items() if flag in flags}
    value = flags.get("--conn-json") or flags.get("--conn-uri") or Word("")
    return Fragment("cli", conn_id, value.known(), fields, "" if value.text or fields else "no-value")


def _of_aws(words: Sequence[Word], before: Sequence[Word]) -> Fragment:
    flags, _others = _flags(words[1:])
    name = next((flags[flag].text for flag in _AWS_NAMES if flag in flags), "")
    value = next((flags[flag] for flag in _AWS_VALUES if flag in flags), None)
    if value is None:
        return Fragment("aws", _conn_id(name), problem="no-value")
    if value.text.startswith(("file:", "fileb:")):
        value = _said(before) if value.text.endswith("/dev/stdin") else None
    if value is None:
        return Fragment("aws", _conn_id(name), problem="from-file")
    return Fragment("aws", _conn_id(name), value.known())


def _said(command: Sequence[Word]) -> Word | None:
    """What a command before a pipe prints, if that is plain."""
    return command[-1] if len(command) > 1 and command[0].text in _SAYING else None


def _conn_id(name: str) -> str:
    """Of a secret's name: what follows the usual prefix, else its last part."""
    _, usual, rest = name.partition("/connections/")
    return rest if usual else name.rpartition("/")[2]


def _flags(words: Sequence[Word]) -> tuple[Flags, Sequence[Word]]:
    pairs = list(_pairs(words))
    return {name: word for name, word in pairs if name}, [word for name, word in pairs if not name]


def _pairs(words: Sequence[Word]) -> Iterator[tuple[str, Word]]:
    """Options with their value, and under "" what belongs to none."""
    waiting, is_over = "", False
    for word in words:
        if waiting:
            yield waiting, word
            waiting = ""
        elif is_over or not word.text.startswith("--"):
            yield "", word
        elif word.text == "--":
            is_over = True
        else:
            name, equals, value = word.text.partition("=")
            waiting = "" if equals else name.replace("_", "-")
            if equals:
                yield name.replace("_", "-"), Word(value, word.is_open)
