""".env and env files, as the tool reads them that is given one.

`python-dotenv` takes the place of `${NAME}` and `${NAME:-default}` in every value, however it is quoted, and of no
`$NAME`. Compose has a reader of its own: where it would see another value than python-dotenv, the value is unknown.
`docker run --env-file` and ECS take each line as it stands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from dotenv.parser import Binding, parse_stream
from dotenv.variables import Variable, parse_variables

from secretsui.airflow.environment import EVERYWHERE, MAX_TEXT, Collector, EnvironmentReport, Unknown, Value
from secretsui.core.sensitive import Sensitive

Reader = Literal["python-dotenv", "compose", "docker"]

_BLANKS: Final = re.compile(r"\s+")
_MAX_BLANKS: Final = 250  # the parser takes the square of their number
_MAX_REFERENCES: Final = 100  # likewise
_DOLLAR_OF_COMPOSE: Final = re.compile(r"\$(?!\{[A-Za-z_]\w*(?::-[^}$]*)?\})")
_ODD_FOR_COMPOSE: Final = Unknown("readers-differ")
_INHERITED: Final = Unknown("inherited", maybe_unset=True)


def read(
    text: str,
    *,
    reader: Reader = "python-dotenv",
    source: str = ".env",
    component: str = EVERYWHERE,
    variables: Mapping[str, str] | None = None,
) -> EnvironmentReport:
    """`variables` are those of the process that reads the file, as far as they are known."""
    collector = Collector()
    read_into(collector, text, reader=reader, source=source, component=component, variables=variables)
    return collector.report()


def read_into(
    collector: Collector,
    text: str,
    *,
    reader: Reader,
    source: str,
    component: str = EVERYWHERE,
    variables: Mapping[str, str] | None = None,
) -> None:
    if refusal := _refusal(text):
        collector.problem(*refusal)
        return
    dotenv = _Dotenv(collector, reader, variables or {})
    found = _as_it_stands(text) if reader == "docker" else dotenv.read(text)
    for name, value, line in found:
        collector.add(name, value, source, line, component)


def values_of(text: str) -> Mapping[str, str]:
    """What a project's .env gives to the `${NAME}` of its Compose file, as far as it is plain."""
    found = [] if _refusal(text) else list(_Dotenv(Collector(), "compose", {}).read(text))
    return {name: value.reveal() for name, value, _ in found if isinstance(value, Sensitive)}


def _refusal(text: str) -> tuple[str, int] | None:
    if len(text) > MAX_TEXT:
        return "too-long", 0
    for blanks in _BLANKS.finditer(text):
        if len(blanks[0]) > _MAX_BLANKS:
            return "too-many-blanks", text.count("\n", 0, blanks.start()) + 1
    return None


class _Dotenv:
    """Values may name those before them."""

    def __init__(self, collector: Collector, reader: Reader, variables: Mapping[str, str]) -> None:
        self._collector, self._reader = collector, reader
        self._known: dict[str, Value] = {name: Sensitive(value) for name, value in variables.items()}

    def read(self, text: str) -> Iterator[tuple[str, Value, int]]:
        for binding in parse_stream(io.StringIO(text, newline="")):
            line = _line(binding)
            if binding.error:
                self._collector.problem("bad-line", line)
            elif binding.key is not None:
                value = self._value(binding, line)
                if value is not None:
                    self._known[binding.key] = value
                    yield binding.key, value, line

    def _value(self, binding: Binding, line: int) -> Value | None:
        if binding.value is None:
            return self._unset(binding.key or "", line)
        if self._reader == "compose" and _differs(binding):
            return _ODD_FOR_COMPOSE
        if binding.value.count("${") > _MAX_REFERENCES:
            return Unknown("interpolation")
        parts = [self._part(atom, line) for atom in parse_variables(binding.value)]
        if any(part is None for part in parts):
            return Unknown("interpolation")
        return Sensitive("".join(part for part in parts if part is not None))

    def _part(self, atom: object, line: int) -> str | None:
        if not isinstance(atom, Variable):
            return str(getattr(atom, "value", ""))
        known = self._known.get(atom.name)
        if known is None and atom.default is not None:
            self._collector.problem("default-taken", line, variable=_shown(atom.name))
            return atom.default
        return known.reveal() if isinstance(known, Sensitive) else None

    def _unset(self, name: str, line: int) -> Value | None:
        if self._reader == "compose":
            return self._known.get(name, _INHERITED)
        if _is_plain(name):
            self._collector.problem("no-value", line, name=name)
        elif name.upper().startswith("AIRFLOW_"):
            self._collector.problem("bad-name", line)
        return None


def _line(binding: Binding) -> int:
    """The blank lines before a binding are part of it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))


def _differs(binding: Binding) -> bool:
    """Compose leaves what stands in single quotes alone, reads `$NAME` as well, and knows other escapes."""
    value, raw = binding.value or "", binding.original.string.partition("=")[2].strip()
    if raw.startswith("'"):
        return "$" in value or "\\" in raw
    return "\\" in raw or bool(_DOLLAR_OF_COMPOSE.search(value))


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"AIRFLOW_[A-Za-z0-9_]{1,250}", name) is not None


def _shown(name: str) -> str:
    """A reference that is none may hold anything."""
    return name if re.fullmatch(r"[A-Za-z_]\w{0,100}", name, re.ASCII) else "a variable"


def _as_it_stands(text: str) -> Iterator[tuple[str, Value, int]]:
    for number, each in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = each.removesuffix("\r").lstrip()
        name, sign, value = line.partition("=")
        if line and not line.startswith("#"):
            yield name, Sensitive(value) if sign else _INHERITED, number
