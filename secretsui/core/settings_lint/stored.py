"""What the settings and an inventory show together: ids that are never asked for, and secrets that nobody finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from secretsui.core import backend_settings
from secretsui.core.backend_settings import WORKER
from secretsui.core.backends.source import Never
from secretsui.core.chain import Settings
from secretsui.core.rules import reachability
from secretsui.core.rules.config_lookups import pointing_to_nothing
from secretsui.core.rules.configured import VARIABLES
from secretsui.core.rules.estate import Deployment, Estate, Id, Secret
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.readings import Reading, readings, secrets_under, why_unlisted
from secretsui.core.settings_lint.asked import Asked, Inventory

NO_INVENTORY: Final = "choose-a-prefix"
# What each needs to be sure: where there is no inventory, only what these find without one is said.
_NEED_IDS: Final = ("R-10", "R-12", "R-13", "R-16", "R-21", "R-22")
_FROM_SETTINGS: Final = ("R-11", "R-14", "R-15", "R-23")
_MOST_NAMES: Final = 3
_OPEN: Final = ("no-place", "no-prefix", "not-listed", "never-listed")
_NOTHING: Final = Inventory(datetime(2000, 1, 1, tzinfo=UTC), "", "", (), ())

Many = tuple[str, Failed | Unchecked, int, Sequence[str]]


def judged(asked: Asked, environ: Mapping[str, str], unknown: Sequence[str]) -> Iterator[Many]:
    """Each with how many ids or secrets it is about, and the first names of them."""
    estate = _estate(asked, environ, unknown)
    if not any(reading.source for reading in readings(estate)):
        return
    for rule in (*_FROM_SETTINGS, *_NEED_IDS):
        if asked.inventory is None and rule in _NEED_IDS:
            yield rule, Unchecked(NO_INVENTORY), 0, ()
        elif rule == "R-10":
            yield from _unmatched(estate)
        else:
            yield from _together(rule, reachability.CHECKS[rule](estate), asked.inventory)
    yield from _together("R-59", pointing_to_nothing(estate), asked.inventory)


def _estate(asked: Asked, environ: Mapping[str, str], unknown: Sequence[str]) -> Estate:
    found = asked.inventory or _NOTHING
    settings = Settings(
        airflow=asked.airflow,
        backend=backend_settings.configured(environ, asked.airflow),
        worker_backend=backend_settings.configured_for_workers(environ, asked.airflow) if environ.get(WORKER) else None,
        providers=asked.providers,
        environ=environ,
        worker_environ=environ,
    )
    here = (found.account, found.region)
    deployment = Deployment(
        name="",
        stage="",
        platform=asked.platform,
        settings=settings,
        ids=[Id("", cast("Any", kind), key) for kind, keys in _ids(found, settings).items() for key in keys],
        places=dict.fromkeys(VARIABLES, here) if asked.inventory else {},
        environ=environ,
        worker_environ=environ,
        untold=[
            layer for layer, name in VARIABLES.items() if any(each.startswith(f"{name}_KWARG") for each in unknown)
        ],
    )
    return Estate(found.now, found.scopes, found.secrets, [deployment])


def _ids(found: Inventory, settings: Settings) -> Mapping[str, Sequence[str]]:
    if found.ids or settings.backend is None:
        return found.ids
    kinds = defaultdict(list)
    for secret in found.secrets:
        if (secret.scope.account, secret.scope.region) == (found.account, found.region) and secret.deleted_at is None:
            kinds[secret.kind].append(secret.key)
    return kinds


def _unmatched(estate: Estate) -> Iterator[Many]:
    """Secrets that lie where this backend looks, under ids that its pattern keeps from being asked for."""
    for reading in readings(estate):
        if reading.source is None or reading.column.endswith("/shared"):
            yield from [] if reading.source else [("R-10", Unchecked(reading.unknown), 0, ())]
            continue
        for kind, start in reading.starts.items():
            lost = [each.name.removeprefix(start) for each in _under(estate, reading, start) if each.kind == kind]
            lost = [key for key in lost if reading.source.plan(kind, key, "") == Never("pattern")]
            why = why_unlisted(estate, reading.where, start) if reading.where else "no-place"
            if lost:
                yield "R-10", Failed("unmatched-ids", reading.column, facts={"kind": kind}), len(lost), _first(lost)
            elif kind != "config":
                yield "R-10", Unchecked(why) if why else cast("Any", PASSED), 0, ()


def _under(estate: Estate, reading: Reading, start: str) -> Sequence[Secret]:
    return secrets_under(estate, reading.where, start) if reading.where and start else ()


def _together(rule: str, outcomes: Iterator[tuple[object, Outcome]], inventory: Inventory | None) -> Iterator[Many]:
    """One line for each fault, however many secrets have it."""
    failed: dict[tuple[str, str, str], list[str]] = {}
    first: dict[tuple[str, str, str], Failed] = {}
    for subject, outcome in outcomes:
        if isinstance(outcome, Failed):
            key = outcome.code, outcome.field, str(outcome.facts.get("prefix", ""))
            first.setdefault(key, outcome)
            failed.setdefault(key, []).extend([subject.name] if isinstance(subject, Secret) else [])
        else:
            yield rule, cast("Any", _plain(outcome, inventory)), 0, ()
    for key, names in failed.items():
        yield rule, first[key], len(names), _first(names)


def _plain(outcome: Outcome, inventory: Inventory | None) -> Outcome:
    """Without an inventory it is what is missing."""
    if isinstance(outcome, Unchecked) and inventory is None and outcome.reason in _OPEN:
        return replace(outcome, reason=NO_INVENTORY)
    return outcome


def _first(names: Sequence[str]) -> Sequence[str]:
    return sorted(names)[:_MOST_NAMES]
