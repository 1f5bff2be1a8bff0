"""Astro: the variables of a deployment, and the objects of its Environment Manager, which are a layer of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from secretsui.airflow.env_yaml import items, mapping, text_of, word
from secretsui.airflow.environment import Collector, EnvironmentReport, Problem, Unknown, Value
from secretsui.core.sensitive import Sensitive

_SECRET: Final = Unknown("hidden")
# The kind of an object, and where its values stand.
ManagedKind = Literal["connection", "variable", "environment"]
_KINDS: Final[Mapping[str, tuple[ManagedKind, str]]] = {
    "CONNECTION": ("connection", "connection"),
    "AIRFLOW_VARIABLE": ("variable", "airflowVariable"),
    "ENVIRONMENT_VARIABLE": ("environment", "environmentVariable"),
}
_FIELDS: Final = ("type", "host", "login", "password", "port", "schema", "extra")
_HIDDEN: Final = frozenset({"password", "extra"})  # left out of an answer without secrets


@dataclass(frozen=True, slots=True)
class ManagedObject:
    """`secret_id` is the conn_id or key as it is, in any case; for `environment` the name of a variable there.

    Of a connection `fields` are those that the answer shows, and `value` is unknown.
    """

    secret_id: str
    kind: ManagedKind
    scope: str
    value: Value
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManagedObjects:
    """`is_complete`: the answer holds all the objects there are, not one page of them."""

    objects: Sequence[ManagedObject] = ()
    problems: Sequence[Problem] = ()
    is_complete: bool = True


def read(deployment: object) -> EnvironmentReport:
    """A deployment as the platform API gives it: values of secret variables are left out."""
    collector = Collector()
    if not isinstance(mapping(deployment).get("environmentVariables"), list):
        collector.problem("bad-shape", expected="deployment with its environmentVariables")
    for each in items(mapping(deployment).get("environmentVariables")):
        found = mapping(each)
        value = _SECRET if found.get("isSecret") or "value" not in found else text_of(found["value"])
        collector.add(word(found.get("key")), value, "deployment variable")
    return collector.report()


def read_objects(answer: object, deployment_id: str = "") -> ManagedObjects:
    """Environment objects, resolved for one deployment; one with links counts only where it is linked."""
    found = mapping(answer).get("environmentObjects")
    if not isinstance(found, list):
        return ManagedObjects((), (Problem("bad-shape", 0, {"expected": "list of environment objects"}),), False)
    objects = {(each.kind, each.secret_id): each for each in _objects(found, deployment_id)}
    total = mapping(answer).get("totalCount")
    return ManagedObjects(tuple(objects.values()), (), not isinstance(total, int) or total <= len(found))


def _objects(found: Sequence[object], deployment_id: str) -> Iterator[ManagedObject]:
    """Those of the workspace first: what is of the deployment itself counts more."""
    for each in sorted(map(mapping, found), key=lambda each: each.get("scope") == "DEPLOYMENT"):
        if word(each.get("objectType")) in _KINDS and word(each.get("objectKey")) and _reaches(each, deployment_id):
            yield _object(each, _link(each, deployment_id))


def _reaches(given: dict[str, Any], deployment_id: str) -> bool:
    if not deployment_id or given.get("scope") != "WORKSPACE":
        return True
    if deployment_id in _scopes(given.get("excludeLinks")):
        return False
    return given.get("autoLinkDeployments") is True or deployment_id in _scopes(given.get("links"))


def _scopes(links: object) -> set[str]:
    return {word(mapping(each).get("scopeEntityId")) for each in items(links)}


def _link(given: dict[str, Any], deployment_id: str) -> dict[str, Any]:
    links = map(mapping, items(given.get("links")))
    return next((each for each in links if deployment_id and each.get("scopeEntityId") == deployment_id), {})


def _object(given: dict[str, Any], link: dict[str, Any]) -> ManagedObject:
    """What a link overrides counts more, key by key."""
    kind, part = _KINDS[given["objectType"]]
    overrides = {key: value for key, value in mapping(link.get(f"{part}Overrides")).items() if value is not None}
    found, name, scope = mapping(given.get(part)) | overrides, given["objectKey"], word(given.get("scope"))
    if kind == "connection":
        return ManagedObject(name, kind, scope, Unknown("parts"), dict(_fields(found)))
    is_hidden = found.get("isSecret") or "value" not in found
    return ManagedObject(name, kind, scope, _SECRET if is_hidden else text_of(found["value"]))


def _fields(found: dict[str, Any]) -> Iterator[tuple[str, Value]]:
    for name in _FIELDS:
        if name in _HIDDEN and not found.get(name):
            yield name, _SECRET
        elif isinstance(value := found.get(name), str | int):
            yield name, Sensitive(str(value))
