"""Rules about the names of connections, variables and secrets."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from secretsui.core import environment
from secretsui.core.backends.azure import AzureKeyVault
from secretsui.core.backends.secrets_manager import STORE
from secretsui.core.backends.source import TEAM_MARKER, CannotTell, Plan, Raises
from secretsui.core.chain import Layer
from secretsui.core.construct import LONGEST_CONN_ID
from secretsui.core.paths import name_problems
from secretsui.core.reverse import Reverse, Stored
from secretsui.core.rules.backends_of import (
    NO_KWARGS,
    backends_of,
    is_told,
    layers,
    layers_of,
    lies,
    source_of,
    unread,
    with_teams,
)
from secretsui.core.rules.estate import Deployment, Estate, Id, Secret, Subject
from secretsui.core.rules.indexes import by_place
from secretsui.core.rules.naming_rules import RULES
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.versions import at_least

__all__ = ["CHECKS", "RULES"]

Outcomes = Iterator[tuple[Subject, Outcome]]
MOST: Final = 20  # others that are named with an id
ENVIRONMENTS: Final = ("environment", "worker-environment")
AWS_DEFAULT: Final = "aws_default"
_MAY_NAME_A_TEAM: Final = re.compile(r"[-_]{2}|/")
_IS_DEFAULT: Final = re.compile(r"\w+_default|airflow_db")
_BAD_IN_CONN_ID: Final = re.compile(r"[^A-Za-z0-9_#!().:/\\-]")
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")


def one_variable(estate: Estate) -> Outcomes:
    for deployment in estate.deployments:
        same = _same(deployment.ids, lambda each: [f"{each.kind} {each.key.upper()}"])
        missed = {kind: unread(estate, deployment, kind) for kind in ("connection", "variable")}
        for each in deployment.ids:
            yield each, _of_variable(each, same(each), missed.get(each.kind, ""))


def _of_variable(each: Id, others: Sequence[Id], missed: str) -> Outcome:
    if not others:
        return Unchecked(missed) if missed else PASSED
    is_set = any(entry.layer in ENVIRONMENTS for entry in each.entries)
    name_of = environment.variable_of if each.kind == "connection" else environment.variable_of_key
    facts = {"variable": name_of(each.key), "others": _named(others)}
    related = [other.ref for other in others]
    return Failed("one-variable" if is_set else "same-variable", "", "", facts, None if is_set else "low", related)


def one_secret_in_azure(estate: Estate) -> Outcomes:
    for deployment in estate.deployments:
        vaults = [each for each in backends_of(estate, deployment) if isinstance(source_of(each), AzureKeyVault)]
        if not vaults:
            continue
        names = {each.ref: list(_names(vaults, each)) for each in deployment.ids}
        same = _same(deployment.ids, lambda each, names=names: names[each.ref])  # type: ignore[misc]
        for each in deployment.ids:
            if names[each.ref]:
                yield each, _of_azure(estate, deployment, each, same(each), vaults)


def _of_azure(
    estate: Estate, deployment: Deployment, each: Id, others: Sequence[Id], vaults: Sequence[Layer]
) -> Outcome:
    if not all(is_told(deployment, vault) for vault in vaults):
        return Unchecked(NO_KWARGS)
    if others:
        return Failed("one-secret", facts={"others": _named(others)}, related=[other.ref for other in others])
    missed = unread(estate, deployment, each.kind)
    return Unchecked(missed) if missed else PASSED


def _names(vaults: Iterable[Layer], each: Id) -> Iterator[str]:
    """What is asked for; the service takes capitals and small letters for the same."""
    for vault in vaults:
        plan = _plan(vault, each)
        if isinstance(plan, Sequence):
            yield from (f"{vault.id} {ask.mount} {ask.name.casefold()}" for ask in plan)


def no_name_of_the_store(estate: Estate) -> Outcomes:
    for deployment in estate.deployments:
        backends = backends_of(estate, deployment)
        for layer in backends:
            if isinstance(source := source_of(layer), Raises) and source.reason == "illegal-name":
                facts = {"layer": layer.id, "kwarg": source.where}
                yield deployment, Failed("illegal-prefix", f"{layer.id}.{source.where}", facts=facts)
        unknown = next((why for layer in backends if (why := _unknown(deployment, layer))), "")
        for each in deployment.ids if backends else ():
            failed = [layer for layer in backends if _is_illegal(_plan(layer, each))]
            yield from ((each, _illegal(layer, each)) for layer in failed)
            if not failed:
                yield each, Unchecked(unknown) if unknown else PASSED


def _unknown(deployment: Deployment, layer: Layer) -> str:
    if not is_told(deployment, layer):
        return NO_KWARGS
    source = source_of(layer)
    return source.reason if isinstance(source, CannotTell) else ""


def _is_illegal(plan: Plan | None) -> bool:
    return plan is not None and not isinstance(plan, Sequence) and plan.reason == "illegal-name"


def _illegal(layer: Layer, each: Id) -> Failed:
    """Where something else has the id, nobody misses it in this store."""
    is_found = bool(each.views) and all(view.winner for view in each.views.values())
    facts = {"layer": layer.id, "class": layer.class_name}
    return Failed("illegal-name", layer.id, "", facts, "low" if is_found else None)


def team_marker(estate: Estate) -> Outcomes:
    for deployment in estate.deployments:
        now = layers_of(estate, deployment)
        can_come = at_least(deployment.settings.airflow, "3.2") and not deployment.settings.has_teams
        then = layers(with_teams(deployment)) if can_come else ()
        for each in deployment.ids:
            yield each, _of_team(each, now, then) if _MAY_NAME_A_TEAM.search(each.key) else PASSED


def _of_team(each: Id, now: Sequence[Layer], then: Sequence[Layer]) -> Outcome:
    if refused := _refusing(each, now):
        return Failed("refused", facts={"layers": ", ".join(refused)})
    if refused := _refusing(each, then):
        return Failed("refused-with-teams", facts={"layers": ", ".join(refused)}, severity="low")
    unknown = next((each.source.reason for each in now if isinstance(each.source, CannotTell)), "")
    return Unchecked(unknown) if unknown else PASSED


def _refusing(each: Id, found: Iterable[Layer]) -> Sequence[str]:
    return [layer.id for layer in found if _plan(layer, each) == TEAM_MARKER]


def unfit_id(estate: Estate) -> Outcomes:
    alive = [each for each in estate.secrets if each.deleted_at is None and each.kind in ("connection", "variable")]
    for secret in alive:
        yield secret, _of_id(secret.kind, secret.key)
    stored = {(each.kind, each.key) for each in alive}
    for deployment in estate.deployments:
        for each in deployment.ids:
            if (each.kind, each.key) not in stored:
                yield each, _of_id(each.kind, each.key)


def _of_id(kind: str, key: str) -> Outcome:
    if len(key) > LONGEST_CONN_ID:
        facts: dict[str, str | int] = {"kind": kind, "limit": LONGEST_CONN_ID}
        return Failed("too-long", facts=facts, severity=None if kind == "connection" else "low")
    if "conn-id-character" not in name_problems(key, kind):
        return PASSED
    bad = _BAD_IN_CONN_ID.search(key)
    return Failed("illegal-character", "", f"character {bad.start() + 1}" if bad else "", {"kind": kind})


def default_ids(estate: Estate) -> Outcomes:
    for deployment in estate.deployments:
        backends = [each for each in backends_of(estate, deployment) if each.id in deployment.places]
        if backends:
            yield from ((deployment, each) for each in _of_defaults(estate, deployment, backends))


def _of_defaults(estate: Estate, deployment: Deployment, backends: Sequence[Layer]) -> Iterator[Outcome]:
    unknown = next((why for layer in backends if (why := _unknown(deployment, layer))), "")
    if unknown:
        yield Unchecked(unknown)
    elif deployment.lookups is not None:
        found = _looked_up(backends, deployment.lookups)
        for key, count in found.items():
            yield Failed("looked-up", key, facts={"id": key, "count": count})
        if not found:
            yield PASSED
    elif deployment.platform != "mwaa":
        yield Unchecked("no-access-log")
    else:
        yield _on_mwaa(estate, deployment, backends[-1])


def _looked_up(backends: Sequence[Layer], lookups: Mapping[str, int]) -> Mapping[str, int]:
    """The default ids that were asked for, and how often."""
    reverses = [Reverse(each.source) for each in backends if not isinstance(each.source, Raises | CannotTell)]
    found: Counter[str] = Counter()
    for name, count in lookups.items():
        ids = (each for reverse in reverses for each in reverse.ids(Stored("connection", name)))
        key = next(ids, "")
        if count and _IS_DEFAULT.fullmatch(key):
            found[key] += count
    return found


def _on_mwaa(estate: Estate, deployment: Deployment, layer: Layer) -> Outcome:
    """There every environment has this id, and each worker that writes its log to a bucket asks for it."""
    if isinstance(layer.source, Raises | CannotTell):
        return Unchecked(layer.source.reason)
    plan = layer.source.plan("connection", AWS_DEFAULT, "")
    asks = [ask for ask in plan if ask.place == "own"] if isinstance(plan, Sequence) else []
    place = deployment.places[layer.id]
    states = [lies(estate, place, ask) for ask in asks]
    if "unknown" in states:
        return Unchecked("not-listed")
    is_absent = states and "there" not in states
    return Failed("looked-up-on-mwaa", AWS_DEFAULT, facts={"id": AWS_DEFAULT}) if is_absent else PASSED


def like_an_arn(estate: Estate) -> Outcomes:
    shared = {
        where: deployment.ref
        for deployment in estate.deployments
        for column, where in deployment.places.items()
        if column.endswith("/shared")
    }
    for secret in estate.secrets:
        if secret.scope.store == STORE and secret.deleted_at is None:
            yield secret, _of_suffix(estate, secret, shared)


def _of_suffix(estate: Estate, secret: Secret, shared: Mapping[tuple[str, str], str]) -> Outcome:
    found = _SUFFIX.search(secret.name)
    if found is None:
        return PASSED
    place = secret.scope.place
    twin = by_place(estate)[place].get(secret.name[: found.start()])
    facts: dict[str, str | int] = {"twin": twin.name} if twin else {}
    related = tuple(each for each in (twin and twin.ref, shared.get(place)) if each)
    is_read = place in shared
    return Failed("read-by-arn" if is_read else "like-an-arn", "", "", facts, None if is_read else "low", related)


def _plan(layer: Layer, each: Id) -> Plan | None:
    source = source_of(layer)
    return None if isinstance(source, Raises | CannotTell) else source.plan(each.kind, each.key, "")


def _same(ids: Iterable[Id], names_of: Callable[[Id], Iterable[str]]) -> Callable[[Id], Sequence[Id]]:
    """Of an id, others with one of its names."""
    groups: dict[str, dict[str, Id]] = defaultdict(dict)
    for each in ids:
        for name in names_of(each):
            groups[name][each.ref] = each

    def others(each: Id) -> Sequence[Id]:
        found = (other for name in names_of(each) for other in groups[name].values() if other is not each)
        return list({other.ref: other for other in islice(found, MOST)}.values())

    return others


def _named(others: Iterable[Id]) -> str:
    return ", ".join(other.key for other in others)


CHECKS: Final[Mapping[str, Check]] = {
    "R-47": one_variable,
    "R-48": one_secret_in_azure,
    "R-49": no_name_of_the_store,
    "R-50": team_marker,
    "R-51": unfit_id,
    "R-52": default_ids,
    "R-53": like_an_arn,
}
