"""Workloads of Kubernetes with the Secrets and ConfigMaps they name; no value of a Secret is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from secretsui.airflow.env_yaml import items, line_of, load, mapping, text_of, word
from secretsui.airflow.environment import EVERYWHERE, Collector, EnvironmentReport, SecretRef, Unknown, Value
from secretsui.core.sensitive import Sensitive

Holder = Literal["kubernetes-secret", "kubernetes-configmap"]
_EXPANDED: Final = re.compile(r"\$\$|\$\(([-.\w]+)\)", re.ASCII)
_HOLDERS: Final[Mapping[str, Holder]] = {
    "secretRef": "kubernetes-secret",
    "configMapRef": "kubernetes-configmap",
    "secretKeyRef": "kubernetes-secret",
    "configMapKeyRef": "kubernetes-configmap",
}
_KINDS: Final[Mapping[str, Holder]] = {"Secret": "kubernetes-secret", "ConfigMap": "kubernetes-configmap"}


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """What is known of Secrets and ConfigMaps: the keys of each, with a value where it may be read."""

    holders: dict[tuple[Holder, str], Mapping[str, Value]] = field(default_factory=dict)

    def take(self, resource: dict[str, Any]) -> None:
        holder = _KINDS.get(word(resource.get("kind")))
        name = word(mapping(resource.get("metadata")).get("name"))
        if holder:
            data = mapping(resource.get("data")), mapping(resource.get("stringData"))
            keys = [(key, value) for each in data for key, value in each.items()]
            self.holders[holder, name] = {key: _held(holder, name, key, value) for key, value in keys}


def _held(holder: Holder, name: str, key: str, value: object) -> Value:
    return SecretRef(holder, name, key) if holder == "kubernetes-secret" else text_of(value)


def read(text: str) -> EnvironmentReport:
    """Manifests, or what `kubectl get -o yaml` or `-o json` prints."""
    collector = Collector()
    found = load(text, collector)
    return collector.report() if found is None else _read(found, collector)


def read_objects(objects: Iterable[object]) -> EnvironmentReport:
    return _read(objects, Collector())


def _read(objects: Iterable[object], collector: Collector) -> EnvironmentReport:
    held = Held()
    resources = list(_resources(objects))
    for each in resources:
        held.take(each)
    pods = [(each, spec) for each in resources if (spec := _pod(each))]
    if not pods:
        collector.problem("bad-shape", expected="workloads, such as Deployments, with their Secrets and ConfigMaps")
    for each, spec in pods:
        workload = word(mapping(each.get("metadata")).get("name"))
        for container in items(spec.get("containers")):
            component = f"{workload}/{word(mapping(container).get('name'))}"
            read_container(collector, mapping(container), held, component)
    return collector.report()


def _resources(objects: Iterable[object]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if word(mapping(each).get("kind")).endswith("List"):
            yield from (mapping(item) for item in items(mapping(each).get("items")))
        else:
            yield mapping(each)


def _pod(resource: dict[str, Any]) -> dict[str, Any]:
    """Its spec: of a Pod itself, from the template of most workloads, from the template within that of a CronJob."""
    spec = mapping(resource.get("spec"))
    job = mapping(mapping(spec.get("jobTemplate")).get("spec"))
    template = mapping((job or spec).get("template"))
    return mapping(template.get("spec")) or (spec if "containers" in spec else {})


def read_container(collector: Collector, container: dict[str, Any], held: Held, component: str) -> None:
    """`env` counts more than `envFrom`; in each the later ones count more."""
    read_env_from(collector, container.get("envFrom"), held, component=component)
    read_env(collector, container.get("env"), held, "env", component=component)


def read_env_from(
    collector: Collector, given: object, held: Held, *, component: str = EVERYWHERE, line: int = 0
) -> None:
    for at, each in enumerate(items(given)):
        for kind in ("secretRef", "configMapRef"):
            if kind in mapping(each):
                _take_all(collector, mapping(each), kind, held, component, line or line_of(given, at))


def _take_all(collector: Collector, given: dict[str, Any], kind: str, held: Held, component: str, line: int) -> None:
    name = word(mapping(given[kind]).get("name"))
    found = held.holders.get((_HOLDERS[kind], name))
    if found is None:
        collector.gap(_HOLDERS[kind], name, line, component)
        return
    for key, value in found.items():
        collector.add(word(given.get("prefix")) + key, value, f"envFrom {name}", line, component)


def read_env(
    collector: Collector, given: object, held: Held, source: str, *, component: str = EVERYWHERE, line: int = 0
) -> None:
    known: dict[str, Value] = {}
    for at, each in enumerate(items(given)):
        name = word(mapping(each).get("name"))
        value = _value(mapping(each), held, known)
        known[name] = value
        collector.add(name, value, source, line or line_of(given, at), component)


def _value(given: dict[str, Any], held: Held, known: Mapping[str, Value]) -> Value:
    origin = mapping(given.get("valueFrom"))
    for kind in ("secretKeyRef", "configMapKeyRef"):
        if kind in origin:
            return _key_of(mapping(origin[kind]), _HOLDERS[kind], held)
    if origin:
        return Unknown("field-of-pod")
    value = given.get("value")
    return _expanded(text_of("" if value is None else value), known)


def _key_of(given: dict[str, Any], holder: Holder, held: Held) -> Value:
    name, key = word(given.get("name")), word(given.get("key"))
    return held.holders.get((holder, name), {}).get(key, SecretRef(holder, name, key))


def _expanded(value: Value, known: Mapping[str, Value]) -> Value:
    """`$(NAME)` stands for a variable before it; one that is not known may still come from the cluster."""
    if not isinstance(value, Sensitive):
        return value
    text = value.reveal()
    names = {found[1] for found in _EXPANDED.finditer(text) if found[1] is not None}
    values = {name: each.reveal() for name in names if isinstance(each := known.get(name), Sensitive)}
    if len(values) < len(names):
        return Unknown("interpolation")
    return Sensitive(_EXPANDED.sub(lambda found: "$" if found[1] is None else values[found[1]], text))
