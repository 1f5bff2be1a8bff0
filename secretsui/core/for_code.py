"""A connection for what is kept in a repository: Helm values, Terraform, Python."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import is_normalized

from secretsui.core import json_pieces, quoting
from secretsui.core.construct import can_encode
from secretsui.core.pieces import Piece, Tone, quoted
from secretsui.core.rendering import Rendering, Subject
from secretsui.core.sensitive_names import is_sensitive

_KUBERNETES_NAME: Final = re.compile(r"[-._A-Za-z0-9]{1,253}")
_NOT_IN_HCL_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_HELM_HEAD: Final = """\
extraEnvFrom: |
  - secretRef:
      name: '{{ .Release.Name }}-airflow-connections'
extraSecrets:
  '{{ .Release.Name }}-airflow-connections':
    stringData: |
      """

KUBERNETES_NAME: Final = "Kubernetes takes names of letters, digits, dots, dashes and underscores only."
STATE: Final = "Whoever may read the code or the state of Terraform can read the value."
CODE: Final = "Whoever may read the code can read the value."


def helm(subject: Subject) -> Rendering:
    """For the official chart. It takes the text of a secret for a template, which the value must not be."""
    name = subject.variable
    pieces = [Piece(_HELM_HEAD), Piece(quoting.yaml_key(name), "key"), Piece(": '"), *subject.harmless, Piece("'\n")]
    notes = [*subject.notes, *([] if _KUBERNETES_NAME.fullmatch(name) else [KUBERNETES_NAME]), CODE]
    return Rendering("helm", "Helm", pieces, notes)


def terraform(subject: Subject) -> Rendering:
    name = _hcl_name(subject.conn_id)
    pieces = [
        Piece('resource "aws_secretsmanager_secret_version" "'),
        Piece(name, "key"),
        Piece(f'" {{\n  secret_id     = aws_secretsmanager_secret.{name}.id\n  secret_string = '),
        *_hcl_value(subject),
        Piece("\n}\n"),
    ]
    return Rendering("terraform", "Terraform", pieces, [*subject.notes, STATE])


def _hcl_name(conn_id: str) -> str:
    name = _NOT_IN_HCL_NAME.sub("_", conn_id)
    return name if name[0].isalpha() or name[0] == "_" else f"_{name}"


def _hcl_value(subject: Subject) -> Iterator[Piece]:
    members = json_pieces.members(subject.conn)
    if subject.is_json and members and _is_exact_in_hcl(members):
        yield Piece("jsonencode({")
        for name, value in members.items():
            yield Piece(f"\n    {name.ljust(9)} = ")
            yield from _member(name, value, subject, HCL)
        yield Piece("\n  })")
    else:
        yield Piece('"')
        yield from quoted([Piece(quoting.ascii_json(each.text), each.tone) for each in subject.harmless], HCL.inside)
        yield Piece('"')


def _is_exact_in_hcl(value: Any) -> bool:
    """Terraform joins a letter and its accent into one character, and knows whole numbers by their value only."""
    if isinstance(value, dict):
        return all(_is_exact_in_hcl(name) and _is_exact_in_hcl(member) for name, member in value.items())
    if isinstance(value, list):
        return all(map(_is_exact_in_hcl, value))
    if isinstance(value, str):
        return can_encode(value) and is_normalized("NFC", value)
    if isinstance(value, float):
        return math.isfinite(value) and not value.is_integer()
    return not isinstance(value, int) or abs(value) < 10**30


def python(subject: Subject) -> Rendering:
    found = [
        Piece("from airflow.models.connection import Connection\n\nconn = Connection(\n    conn_id="),
        *_literal(subject.conn_id, "key", PYTHON),
    ]
    for name, value in json_pieces.members(subject.conn).items():
        found.append(Piece(f",\n    {name}="))
        found += _member(name, value, subject, PYTHON)
    return Rendering("python", "Python", [*found, Piece(",\n)\nprint(conn.get_uri())\n")], [CODE])


@dataclass(frozen=True, slots=True)
class Language:
    """How text, what parts a key from its value, and the constants of JSON are spelled."""

    inside: Callable[[str], str]
    colon: str
    constant: Callable[[object], str]


def _constant_of_python(value: object) -> str:
    is_finite = not isinstance(value, float) or math.isfinite(value)
    return repr(value) if is_finite else f'float("{value}")'


HCL: Final = Language(quoting.hcl_inside, " = ", json_pieces.dumped)
PYTHON: Final = Language(quoting.python_inside, ": ", _constant_of_python)


def _member(name: str, value: Any, subject: Subject, language: Language) -> Iterator[Piece]:
    if name == "extra" and isinstance(value, dict):
        yield from _object(value, subject.secrecy.hides_extra, language)
    else:
        yield from _literal(value, json_pieces.tone_of(name, subject.secrecy), language)


def _object(members: dict[str, Any], hides: Callable[[str], bool], language: Language) -> Iterator[Piece]:
    yield Piece("{")
    for place, (name, member) in enumerate(members.items()):
        yield Piece((", " if place else "") + _spelled(name, language), "key")
        yield Piece(language.colon)
        yield from _literal(member, "secret" if hides(name) else "plain", language)
    yield Piece("}")


def _literal(value: Any, tone: Tone, language: Language) -> Iterator[Piece]:
    if isinstance(value, str):
        yield from (Piece('"'), Piece(language.inside(value), tone), Piece('"'))
    elif isinstance(value, dict) and tone != "secret":
        yield from _object(value, is_sensitive, language)
    else:
        yield Piece(_spelled(value, language), "secret" if json_pieces.holds_secrets(value) else tone)


def _spelled(value: Any, language: Language) -> str:
    if isinstance(value, str):
        return f'"{language.inside(value)}"'
    if isinstance(value, list):
        return "[" + ", ".join(_spelled(each, language) for each in value) + "]"
    if isinstance(value, dict):
        pairs = (_spelled(name, language) + language.colon + _spelled(each, language) for name, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    return language.constant(value)
