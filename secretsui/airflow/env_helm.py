"""Values of the official chart and of the community's. What their templates make of a text is not known here.

Official, later ones counting more: airflow.cfg, `extraEnvFrom`, `env`, `secret`, `extraEnv`, what the chart sets by
itself, the component's own `env`. Community: `airflow.config`, `airflow.extraEnv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from secretsui.airflow.env_kubernetes import Held, read_env, read_env_from
from secretsui.airflow.env_yaml import BadText, Map, documents, items, line_of, load_map, mapping, text_of, word
from secretsui.airflow.environment import (
    EVERYWHERE,
    Collector,
    EnvironmentReport,
    SecretRef,
    Unknown,
    Value,
    of_cfg,
    option_name,
)
from secretsui.core.sensitive import Sensitive

Chart = Literal["official", "community"]
BUILT_IN: Final = "AIRFLOW_CONN_AIRFLOW_DB"
_TEMPLATE: Final = Unknown("template")
_NAMED: Final = re.compile(r"^[ \t]*(?:-[ \t]+)?name:[ \t]*[\"']?([A-Za-z0-9_.\-]{1,250})[\"']?[ \t]*$", re.MULTILINE)
_OFFICIAL_ONLY: Final = frozenset(
    {"env", "secret", "data", "extraEnvFrom", "extraSecrets", "enableBuiltInSecretEnvVars", "workers", "scheduler"}
)
_SYNCED: Final = {"connections": ("id", "AIRFLOW_CONN_"), "variables": ("key", "AIRFLOW_VAR_")}


def read(text: str, chart: Chart | None = None) -> EnvironmentReport:
    """The values that were given to the chart, beside its defaults; the chart is told by their shape."""
    collector = Collector()
    values = load_map(text, collector, "values of the chart")
    if values is None:
        return collector.report()
    nested = mapping(values.get("airflow"))
    chart = chart or ("community" if nested and not _is_official(nested) else "official")
    if chart == "community":
        _community(collector, nested)
    else:
        _official(collector, nested if _is_official(nested) else values)
    return collector.report()


def _is_official(nested: dict[str, Any]) -> bool:
    """Under `airflow` stand the community's own values, or those of the official chart as a part of another one."""
    sections = mapping(nested.get("config")).values()
    return bool(_OFFICIAL_ONLY & nested.keys()) or any(isinstance(each, dict) for each in sections)


def _official(collector: Collector, values: dict[str, Any]) -> None:
    _options(collector, values.get("config"))
    held = _extra_holders(values)
    _extra_env_from(collector, values, held)
    _env(collector, values, held, "env", EVERYWHERE)
    _secrets(collector, values.get("secret"))
    _extra_env(collector, values, held)
    _built_in(collector, values)
    for name, component in values.items():
        if name != "config":
            _env(collector, mapping(component), held, "env", name)
            for part in ("celery", "kubernetes"):
                _env(collector, mapping(mapping(component).get(part)), held, "env", f"{name}.{part}")


def _options(collector: Collector, config: object) -> None:
    for section, options in mapping(config).items():
        for option, value in mapping(options).items():
            if value is not None:
                name = option_name(section, option)
                collector.add(name, _of_cfg(_plain(text_of(value))), "airflow.cfg", line_of(options, option))


def _of_cfg(value: Value) -> Value:
    return of_cfg(value.reveal()) if isinstance(value, Sensitive) else value


def _plain(value: Value) -> Value:
    is_template = isinstance(value, Sensitive) and "{{" in value.reveal()
    return _TEMPLATE if is_template else value


def _env(collector: Collector, holder: dict[str, Any], held: Held, key: str, component: str) -> None:
    given = holder.get(key)
    read_env(collector, _without_templates(given), held, _source(key, component), component=component)
    if isinstance(given, str) and given.strip():
        collector.gap("template", key, line_of(holder, key), component)


def _source(key: str, component: str) -> str:
    return f"{component}.{key}" if component else key


def _without_templates(given: object) -> object:
    """The same list; a value with a template is replaced by what it is, unknown."""
    if not isinstance(given, list):
        return None
    for at, each in enumerate(given):
        if isinstance(each, Map) and "{{" in word(each.get("value")):
            given[at] = {**each, "value": _TEMPLATE}
    return given


def _secrets(collector: Collector, given: object) -> None:
    for at, each in enumerate(items(given)):
        found = mapping(each)
        key = word(found.get("secretKey")) or "value"
        value = SecretRef("kubernetes-secret", word(found.get("secretName")), key)
        collector.add(word(found.get("envName")), value, "secret", line_of(given, at))


def _extra_env(collector: Collector, holder: dict[str, Any], held: Held) -> None:
    """A template in a string: often it is a plain list all the same. Otherwise at least the names are taken."""
    text, line = word(holder.get("extraEnv")), line_of(holder, "extraEnv")
    given = _list_in(holder.get("extraEnv"))
    if given is not None and all(_is_plain(each.get("name")) for each in given):
        read_env(collector, _without_templates(given), held, "extraEnv", line=line)
        return
    for found in _NAMED.finditer(text):
        collector.add(found[1], Unknown("template", maybe_unset=True), "extraEnv", line)
    collector.gap("template", "extraEnv", line)


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and "{{" not in name


def _list_in(text: object) -> list[dict[str, Any]] | None:
    """None where it is no list of mappings before the template was rendered."""
    if text is not None and not isinstance(text, str):
        return None
    try:
        found = documents(text or "")
    except BadText:
        return None
    given = found[0].content if found else []
    is_list = isinstance(given, list) and all(isinstance(each, dict) for each in given)
    return given if is_list and len(found) < 2 else None


def _extra_env_from(collector: Collector, values: dict[str, Any], held: Held) -> None:
    given, line = _list_in(values.get("extraEnvFrom")), line_of(values, "extraEnvFrom")
    if given is None or not all({"secretRef", "configMapRef"} & each.keys() for each in given):
        collector.gap("template", "extraEnvFrom", line)
    else:
        read_env_from(collector, given, held, line=line)


def _extra_holders(values: dict[str, Any]) -> Held:
    """Their names are templates as well: the same text means the same name."""
    held = Held()
    for key, kind in (("extraSecrets", "Secret"), ("extraConfigMaps", "ConfigMap")):
        for name, given in mapping(values.get(key)).items():
            parts = {part: _map_in(mapping(given).get(part)) for part in ("data", "stringData")}
            if None not in parts.values():
                held.take({"kind": kind, "metadata": {"name": name}, **parts})
    return held


def _map_in(text: object) -> Mapping[str, object] | None:
    if isinstance(text, dict) or text is None:
        return mapping(text)
    try:
        found = documents(word(text))
    except BadText:
        return None
    given = found[0].content if len(found) == 1 else None
    return {key: _plain(text_of(value)) for key, value in given.items()} if isinstance(given, dict) else None


def _built_in(collector: Collector, values: dict[str, Any]) -> None:
    """The chart sets the connection of the metadata database, unless told not to."""
    given = mapping(values.get("enableBuiltInSecretEnvVars"))
    if given.get(BUILT_IN, True) is not False:
        name = word(mapping(values.get("data")).get("metadataSecretName"))
        collector.add(BUILT_IN, SecretRef("kubernetes-secret", name, "connection"), "chart default")


def _community(collector: Collector, airflow: dict[str, Any]) -> None:
    config = mapping(airflow.get("config"))
    for name, value in config.items():
        collector.add(name, _text(value), "airflow.config", line_of(config, name))
    read_env(collector, _without_templates(airflow.get("extraEnv")), Held(), "airflow.extraEnv")
    for kind, (key, start) in _SYNCED.items():
        for at, each in enumerate(items(airflow.get(kind))):
            collector.synced(start + word(mapping(each).get(key)).upper(), line_of(airflow[kind], at))


def _text(value: object) -> Value:
    return _plain(text_of("" if value is None else value))
