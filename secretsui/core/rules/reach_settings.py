"""The rules about settings that keep Airflow from what is stored: patterns, prefixes, accounts and regions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.core.backends import parameter_store, secrets_manager
from secretsui.core.backends.pattern_cost import is_risky
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import Backend, Kind
from secretsui.core.rules.estate import Deployment, Estate, Subject
from secretsui.core.rules.indexes import by_place, once
from secretsui.core.rules.judging_ids import BACKENDS, layer, lies
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.readings import (
    Reading,
    Where,
    each_deployment,
    readings_at,
    secrets_under,
    why_unlisted,
)

_ESCAPED: Final = re.compile(r"\\(\W)")
_SHARED: Final = "SharedSecretsManagerBackend"
_LOOKED_UP: Final[Sequence[Kind]] = ("connection", "variable")


def pattern_of_paths(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return each_deployment(estate, _of_paths)


def open_pattern(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return each_deployment(estate, _open)


def _of_paths(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    """What names an id in full may hold a separator, so a pattern that matches one that is there is right."""
    if reading.source is None:
        yield Unchecked(reading.unknown)
    for kind, name, text in _patterns(reading):
        pattern = _compiled(text)
        facts = {"kwarg": name}
        if pattern is None:
            yield Failed("broken", name, facts=facts)
            continue
        keys = _keys(estate).get((reading.deployment.name, kind), ())
        if any(pattern.match(key) for key in keys):
            yield PASSED
        elif code := _piece_of_path(text, reading.starts.get(kind, ""), str(getattr(reading.source, "sep", "/"))):
            yield Failed(code, name, facts=facts)
        else:
            yield PASSED


def _piece_of_path(text: str, start: str, sep: str) -> str:
    plain = _ESCAPED.sub(r"\1", text)
    prefix = start.removesuffix(sep).strip(sep)
    # A prefix of one word may be a part of ids as well: `airflow` that of airflow_db.
    part = prefix if sep in prefix else f"{prefix}{sep}"
    if prefix and (part in plain or plain.strip("^$") == prefix):
        return "holds-prefix"
    return "holds-separator" if sep and sep in plain else ""


def _open(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    """Only of a pattern that spells one id whole: others may be meant as the beginning of many."""
    if reading.source is None:
        yield Unchecked(reading.unknown)
    for kind, name, text in _patterns(reading):
        pattern = _compiled(text)
        if pattern is None:
            continue
        keys = [key for key in _keys(estate).get((reading.deployment.name, kind), ()) if pattern.match(key)]
        whole = [key for key in keys if pattern.fullmatch(key)]
        more = len(keys) - len(whole)
        yield Failed("open-at-the-end", name, facts={"kwarg": name, "ids": more}) if whole and more else PASSED


def _patterns(reading: Reading) -> Iterator[tuple[Kind, str, str]]:
    """Of each kind that is looked up, by the name of the kwarg. The shared account is asked without any."""
    if reading.column.endswith("/shared"):
        return
    kwargs = _kwargs(reading)
    for kind in reading.starts:
        name = f"{PLURALS[kind]}_lookup_pattern"
        if kwargs.get(name) and not is_risky(str(kwargs[name])):
            yield kind, name, str(kwargs[name])


def _kwargs(reading: Reading) -> Mapping[str, Any]:
    backend = _backend(reading)
    return backend.kwargs if backend else {}


def _backend(reading: Reading) -> Backend | None:
    settings = reading.deployment.settings
    return settings.worker_backend if reading.column.startswith("worker-") else settings.backend


def _compiled(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None


@once
def _keys(estate: Estate) -> Mapping[tuple[str, str], Sequence[str]]:
    """By deployment and kind."""
    found: dict[tuple[str, str], list[str]] = {}
    for deployment in estate.deployments:
        for each in deployment.ids:
            found.setdefault((deployment.name, each.kind), []).append(each.key)
    return found


def elsewhere(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return each_deployment(estate, _elsewhere)


def _elsewhere(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    """Nothing here, and secrets of just these names in a place where nobody looks for them."""
    if reading.source is None or reading.where is None:
        yield Unchecked(reading.unknown or "no-place")
        return
    for kind, start in reading.starts.items():
        if kind not in _LOOKED_UP or not start:
            continue
        if secrets_under(estate, reading.where, start):
            yield PASSED
        elif _lies_elsewhere(estate, reading.where, start):
            # Which place that is, not everybody may know who sees this deployment.
            yield Failed("elsewhere", f"{reading.column}.{kind}", facts={"prefix": start})
        elif why := why_unlisted(estate, reading.where, start):
            yield Unchecked(why)
        else:
            yield PASSED


def _lies_elsewhere(estate: Estate, here: Where, start: str) -> bool:
    return any(
        where != here and secrets_under(estate, where, start) and not _is_read(estate, where, start)
        for where in by_place(estate)
    )


def _is_read(estate: Estate, where: Where, start: str) -> bool:
    return any(start in reading.starts.values() for reading in readings_at(estate).get(where, ()))


def switched_off(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return each_deployment(estate, _switched_off)


def _switched_off(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    if reading.source is None:
        yield Unchecked(reading.unknown)
        return
    if reading.column.endswith("/shared"):
        return
    for kind in _LOOKED_UP:
        yield _of_kind(estate, reading, kind) if kind not in reading.starts else PASSED


def _of_kind(estate: Estate, reading: Reading, kind: Kind) -> Outcome:
    if reading.where is None:
        return Unchecked("no-place")
    start = _usual(reading, kind)
    found = secrets_under(estate, reading.where, start)
    name = f"{PLURALS[kind]}_prefix"
    if found and not _is_read(estate, reading.where, start):
        return Failed("switched-off", name, facts={"kwarg": name, "secrets": len(found)})
    why = why_unlisted(estate, reading.where, start)
    return Unchecked(why) if why and not found else PASSED


def _usual(reading: Reading, kind: Kind) -> str:
    is_manager = isinstance(reading.source, secrets_manager.SecretsManager)
    defaults = secrets_manager.DEFAULTS if is_manager else parameter_store.DEFAULTS
    return f"{defaults[kind]}/"


def variables_among_connections(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    return each_deployment(estate, _among_connections)


def _among_connections(estate: Estate, reading: Reading) -> Iterator[Outcome]:
    """The shared backend asks for a variable under the name of the connection of the same id."""
    backend, source = _backend(reading), reading.source
    if backend is None or backend.class_name != _SHARED or reading.column.endswith("/shared"):
        return
    if not isinstance(source, SharedSecretsManager):
        yield Unchecked(reading.unknown)
    elif "variable" not in reading.starts:
        yield PASSED
    elif reading.where is None:
        yield Unchecked("no-place")
    else:
        yield from _mixed(estate, reading, reading.where, source)


def _mixed(estate: Estate, reading: Reading, where: Where, source: SharedSecretsManager) -> Iterator[Outcome]:
    start, asked = f"{source.prefixes['variable']}{source.sep}", reading.starts["variable"]
    there = {each.name.removeprefix(start) for each in secrets_under(estate, where, start)} if start != asked else set()
    if there:
        yield Failed("variables-missed", reading.column, facts={"prefix": start, "secrets": len(there)})
    connections = {each.name.removeprefix(asked) for each in secrets_under(estate, where, asked)}
    if both := connections & (there | _variables(reading.deployment)):
        yield Failed("connection-as-variable", reading.column, facts={"ids": len(both)})
    why = why_unlisted(estate, where, start) or why_unlisted(estate, where, asked)
    yield Unchecked(why) if why else PASSED


def _variables(deployment: Deployment) -> set[str]:
    """Those that lie in another place than the backend: what lies in the backend may be a connection."""
    return {
        each.key
        for each in deployment.ids
        if each.kind == "variable"
        for view in each.views.values()
        if any(lies(cell) and layer(cell.column) not in BACKENDS for cell in view.cells)
    }
