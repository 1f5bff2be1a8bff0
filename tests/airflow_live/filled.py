"""Filled forms of every connection type in the catalogue, and what each must be read back as."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from django.http import QueryDict
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from secretsui.core import extras
from secretsui.core.catalogue import ConnType, Field
from secretsui.web.forms.extra_inputs import PREFIX, is_long

STANDARD = ("host", "schema", "login", "password", "port")
EVERYTHING = "@ / : # ? % + & = \" ' \\ {[ ünï 中 😀 ;$`!*<>|~^"
HOSTILE = (
    EVERYTHING,
    "{" + EVERYTHING,
    "[" + EVERYTHING,
    "p@ss:w/rd?#[]%",
    " spaces at both ends ",
    "%2F%zz%",
    "://a:b@c:1/d?e=f#g",
    "5",
    "true",
    "null",
    '{"a": 1}',
    "[1, 2]",
    '"quoted"',
    "http://",
    "__extra__",
    "\ufeff\u2028\u00a0é\u0301",
)
# Behind a hostile text they satisfy most patterns of the catalogue.
ENDINGS = ("", ".json", ".pem", "1234567890", "abcdef", "v1.2.3")
_QUICK = settings(database=None, derandomize=True, phases=[Phase.generate])


@dataclass(frozen=True)
class Filled:
    """What is put into the inputs, and the fields that this means."""

    conn_type: str
    how: str
    inputs: Mapping[str, str]
    standard: Mapping[str, Any]
    extra: Mapping[str, Any]

    def sent(self, written_as: str) -> QueryDict:
        """As a browser sends it."""
        data = QueryDict(mutable=True)
        data.update({"conn_type": self.conn_type, "written_as": written_as})
        data.update({name: text.replace("\n", "\r\n") for name, text in self.inputs.items()})
        return data


def filled(kind: ConnType) -> Iterator[Filled]:
    yield _typical(kind)
    variants = max((len(group) for group in kind.exclusive), default=1)
    for variant in range(variants):
        yield _every(kind, variant)
    yield _hostile(kind)


def _form(kind: ConnType, how: str, standard: Mapping[str, Any], extra: Mapping[str, Any]) -> Filled:
    """A value that the input of its key cannot carry is typed as JSON."""
    texts = {name: extras.to_text(field, extra[name]) for name in extra if (field := kind.field(name))}
    inputs = {PREFIX + name: text for name, text in texts.items() if text}
    rest = {name: value for name, value in extra.items() if PREFIX + name not in inputs}
    inputs |= {name: str(value) for name, value in standard.items()}
    if rest:
        inputs["extra"] = json.dumps(rest, ensure_ascii=False)
    return Filled(kind.conn_type, how, inputs, standard, extra)


def _typical(kind: ConnType) -> Filled:
    example = dict(kind.example) or {"host": "db.example", "login": "svc_crm", "password": "sample-not-real"}
    extra = example.pop("extra", {})
    return _form(kind, "typical", {name: value for name, value in example.items() if name in STANDARD}, extra)


def _every(kind: ConnType, variant: int) -> Filled:
    standard = {"host": "db.example", "schema": "crm", "login": "svc", "password": "sample-not-real", "port": 5432}
    extra = {field.name: _plain(field) for field in _together(kind, variant)}
    return _form(kind, f"every field, {variant + 1}", standard, {**extra, "of_no_input": {"deep": [1, None]}})


def _together(kind: ConnType, variant: int) -> Sequence[Field]:
    """One of each group of which only one may be set, another one in each variant."""
    left_out = {name for group in kind.exclusive for place, name in enumerate(group) if place != variant % len(group)}
    return [field for field in kind.fields if field.name not in left_out]


def _plain(field: Field) -> Any:
    if field.choices:
        return field.choices[-1]
    match field.kind:
        case "boolean":
            return field.default is not True
        case "integer" | "number":
            return max(7, int(field.minimum or 0)) if field.kind == "integer" else 2.5
        case "object":
            return {"key": "value"}
        case "list":
            return ["one", 2]
    return _accepted(field, '{"key": "value"}' if field.format == "json" else "plain")


def _hostile(kind: ConnType) -> Filled:
    turn = count(len(kind.conn_type))

    def next_text() -> str:
        return HOSTILE[next(turn) % len(HOSTILE)]

    standard: dict[str, Any] = {name: next_text() for name in STANDARD if name != "port"}
    extra = {field.name: _bad(field, next_text) for field in _together(kind, 0)}
    rest = {EVERYTHING: next_text(), "": "empty key", "deep": {EVERYTHING: [EVERYTHING, "line\nbreak", 1e-7, None]}}
    return _form(kind, "hostile", {**standard, "port": 65535}, {**extra, **rest})


def _bad(field: Field, next_text: Any) -> Any:
    if field.choices or field.kind in ("boolean", "integer", "number"):
        return _plain(field)
    if field.kind == "object":
        return {next_text(): next_text(), "deep": {"a": [next_text(), -1.5, True]}}
    if field.kind == "list":
        return [next_text(), "line\nbreak", {}]
    text = next_text()
    if field.format == "json":
        return json.dumps({text: text}, ensure_ascii=False)
    return _accepted(field, text + ("\nand a second line\n" if is_long(field) else ""))


def _accepted(field: Field, text: str) -> Any:
    """This text, with what the field asks for behind it; or any that its pattern lets through."""
    for tried in (*(text + ending for ending in ENDINGS), *_matching(field.pattern)):
        if _accepts(field, tried):
            return tried
    raise AssertionError(f"no text here satisfies the field {field.name}")


@cache
def _matching(pattern: str) -> Sequence[str]:
    return [find(st.from_regex(pattern), lambda _text: True, settings=_QUICK)] if pattern else []


def _accepts(field: Field, text: str) -> bool:
    try:
        return bool(extras.to_value(field, text) == text)
    except extras.BadExtra:
        return False
