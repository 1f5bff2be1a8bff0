"""Compose files: each service's `environment`, which counts more than its `env_file`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from secretsui.airflow import env_file
from secretsui.airflow.env_interpolation import Open, interpolated
from secretsui.airflow.env_yaml import items, line_of, load_map, mapping, text_of, word
from secretsui.airflow.environment import Collector, EnvironmentReport, Unknown, Value
from secretsui.core.sensitive import Sensitive

_EXPECTED: Final = "Compose file with its services"
_INHERITED: Final = Unknown("inherited", maybe_unset=True)


def read(text: str, *, files: Mapping[str, str] | None = None, dotenv: str = "") -> EnvironmentReport:
    """`files` are the texts of env files by the path that the services give, `dotenv` that of the project's .env."""
    collector = Collector()
    project = load_map(text, collector, _EXPECTED)
    if project is not None:
        _Project(collector, files or {}, env_file.values_of(dotenv)).read(project)
    return collector.report()


class _Project:
    def __init__(self, collector: Collector, files: Mapping[str, str], variables: Mapping[str, str]) -> None:
        self._collector, self._files, self._variables = collector, files, variables

    def read(self, project: dict[str, Any]) -> None:
        services = mapping(project.get("services")) or _shared(project)
        if not services:
            self._collector.problem("bad-shape", expected=_EXPECTED)
        if "include" in project:
            self._collector.gap("included", line=line_of(project, "include"))
        for name, service in services.items():
            self._service(name, mapping(service))

    def _service(self, component: str, service: dict[str, Any]) -> None:
        if "extends" in service:
            self._collector.gap("extends", line=line_of(service, "extends"), component=component)
        for path, style, line in _env_files(service):
            self._file(component, path, style, line)
        environment = service.get("environment")
        for at, each in enumerate(items(environment)):
            if not isinstance(each, str):
                self._collector.problem("bad-line", line_of(environment, at))
        for name, value, line in _variables(environment):
            took_default = partial(self._took_default, line)
            self._collector.add(name, self._value(name, value, took_default), "environment", line, component)

    def _file(self, component: str, path: str, style: str, line: int) -> None:
        if path not in self._files:
            self._collector.gap("env-file", path, line, component)
            return
        reader: env_file.Reader = "docker" if style == "raw" else "compose"
        env_file.read_into(
            self._collector,
            self._files[path],
            reader=reader,
            source=f"env_file {path}",
            component=component,
            variables=self._variables,
        )

    def _value(self, name: str, value: object, took_default: Callable[[str], None]) -> Value:
        if value is None:
            return Sensitive(self._variables[name]) if name in self._variables else _INHERITED
        found = text_of(value)
        if not isinstance(found, Sensitive):
            return found
        try:
            return Sensitive(interpolated(found.reveal(), self._variables, took_default))
        except Open:
            return Unknown("interpolation")

    def _took_default(self, line: int, variable: str) -> None:
        self._collector.problem("default-taken", line, variable=variable)


def _shared(project: dict[str, Any]) -> dict[str, Any]:
    """Of a part of a file: what its services would take over."""
    return {name: each for name, each in project.items() if name.startswith("x-") and "environment" in mapping(each)}


def _env_files(service: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Path, format and line; of several files the later ones count more."""
    given = service.get("env_file")
    for at, each in enumerate(given if isinstance(given, list) else [given]):
        line = line_of(given, at) or line_of(service, "env_file")
        if isinstance(each, dict):
            yield word(each.get("path")), word(each.get("format")), line
        elif isinstance(each, str):
            yield each, "", line


def _variables(environment: object) -> Iterator[tuple[str, object, int]]:
    """From a map or a list; a bare name is passed on from where Compose runs."""
    for name, value in mapping(environment).items():
        yield name, value, line_of(environment, name)
    for at, each in enumerate(items(environment)):
        name, sign, value = word(each).partition("=")
        yield name, value if sign else None, line_of(environment, at)
