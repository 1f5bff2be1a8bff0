"""What is known of a connection type: its name, its form and its traps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["text", "integer", "number", "boolean", "object", "list"]

STANDARD: Final = ("description", "host", "schema", "login", "password", "port", "extra")
KINDS: Final = ("text", "integer", "number", "boolean", "object", "list")
# From the types of a JSON schema, in which a provider describes its fields. A text input can hold any value; where
# several are allowed, the one with a form of its own comes first.
KINDS_OF_JSON: Final[Mapping[str, Kind]] = {
    "object": "object", "array": "list", "boolean": "boolean", "integer": "integer", "number": "number",
    "string": "text",
}  # fmt: skip
FORMATS: Final = ("multiline", "pem", "url", "email", "json", "path", "date", "date-time", "time")


@dataclass(frozen=True, slots=True)
class Field:
    """A typed extra: a key of `extra` that has an input of its own.

    `default` is what the hook takes when the key is absent, `pattern` a regular expression that must be found in the
    text, `is_curated` whether a person has described the field beyond what its provider declares.
    """

    name: str
    label: str
    help: str = ""
    kind: Kind = "text"
    format: str = ""
    secret: bool = False
    choices: Sequence[Any] = ()
    default: Any = None
    placeholder: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    is_curated: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """What a type makes of one of Airflow's own fields; an empty label means Airflow's usual one."""

    label: str = ""
    hidden: bool = False
    placeholder: str = ""
    help: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class ConnType:
    """`standard` holds only the fields that differ from the usual form.

    `needs` has one group for each thing without which the hook cannot work: any name of the group will do. A name is a
    standard field or `extra.<name>`. Of each group of `exclusive`, names of typed extras, at most one may be set.
    `renamed` leads from deprecated extras to today's name, or to "" where the hook reads it no longer.
    """

    conn_type: str
    name: str
    hook: str = ""
    distribution: str = ""
    provider: str = ""
    version: str = ""
    standard: Mapping[str, Standard] = field(default_factory=dict)
    fields: Sequence[Field] = ()
    needs: Sequence[Sequence[str]] = ()
    exclusive: Sequence[Sequence[str]] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)
    docs: str = ""
    traps: Sequence[str] = ()

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)
