"""Rules about the settings of secrets backends, of a deployment or of an environment alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from secretsui.core.backend_settings import SERVER, WORKER
from secretsui.core.backends.parameter_store import ParameterStore
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.secrets_manager import SecretsManager
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import CannotTell, Raises
from secretsui.core.chain import distribution_of
from secretsui.core.rules import config_lookups
from secretsui.core.rules.backend_kwargs import KNOWN, MOVED, Known, meant, meant_class
from secretsui.core.rules.backends_of import NO_KWARGS
from secretsui.core.rules.configured import VARIABLES, Configured, of_deployment, of_environment, position
from secretsui.core.rules.estate import Deployment, Estate, Subject
from secretsui.core.rules.format_json import REMOVED_SETTINGS
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.settings_rules import RULES
from secretsui.core.sensitive import MASK
from secretsui.core.versions import at_least

__all__ = ["CHECKS", "RULES", "judge_settings", "lint_settings"]

Found = Iterator[Failed | Unchecked]
Lint = Callable[[Configured], Found]
LONGEST_NAME: Final = 100
TOO_NEW_TO_SHARE: Final = "9.26"
# Settings of these sections by the first release of Airflow that reads them.
_KWARG: Final = re.compile(r"(AIRFLOW__SECRETS__BACKEND|AIRFLOW__WORKERS__SECRETS_BACKEND)_KWARG__.+")
_SETTINGS: Final[Mapping[str, str]] = {
    SERVER: "2",
    **{f"{SERVER}_KWARGS{by}": "2" for by in ("", "_CMD", "_SECRET")},
    "AIRFLOW__SECRETS__USE_CACHE": "2.7",
    "AIRFLOW__SECRETS__CACHE_TTL_SECONDS": "2.7",
    WORKER: "3",
    **{f"{WORKER}_KWARGS{by}": "3" for by in ("", "_CMD", "_SECRET")},
}
# With this MWAA keeps its default connection from being looked up, also where there is no backend.
_MWAA_DEFAULT: Final = "aws_default$"


def _known(lint: Lint) -> Lint:
    """Of a backend whose class and kwargs are known alone."""

    def judged(found: Configured) -> Found:
        if not found.is_told:
            yield Unchecked(NO_KWARGS)
        elif isinstance(found.source, CannotTell):
            yield Unchecked(found.source.reason)
        else:
            yield from lint(found)

    return judged


def no_pattern(found: Configured) -> Found:
    source = found.source
    if not isinstance(source, SecretsManager | ParameterStore):
        return
    asked = [plural for kind, plural in PLURALS.items() if kind != "config" and source.prefixes[kind] is not None]
    if asked and not any(found.backend.kwargs.get(f"{plural}_lookup_pattern") for plural in asked):
        yield Failed("no-pattern", found.field())


def kwargs(found: Configured) -> Found:
    known = KNOWN.get(found.backend.class_path)
    if known:
        yield from _unknown_kwargs(found, known)
    if isinstance(found.source, Raises):
        yield from _construction(found, found.source)
    yield from _bad_patterns(found)


def _unknown_kwargs(found: Configured, known: Known) -> Found:
    names = [*known.names]
    for name in found.backend.kwargs:
        if name in names or name in REMOVED_SETTINGS:
            continue
        nearest = meant(name, names)
        if nearest or known.fate != "client-kwarg":
            facts = {"kwarg": name[:LONGEST_NAME], "class": found.backend.class_name}
            failed = _failed(known.fate, found, name, facts | ({"meant": nearest} if nearest else {}))
            is_harmless = known.fate == "ignored-kwarg" and not nearest
            yield replace(failed, severity="medium") if is_harmless else failed


def _failed(code: str, found: Configured, kwarg: str, facts: Mapping[str, str]) -> Failed:
    return Failed(code, found.field(kwarg[:LONGEST_NAME]), found.where(kwarg), facts)


def _construction(found: Configured, raises: Raises) -> Found:
    """Why Airflow does not start; what other rules and `_unknown_kwargs` tell is left out."""
    if raises.reason in ("unknown-kwarg", "illegal-name"):
        return
    if raises.reason == "missing-kwarg" and found.environ is None and raises.where.startswith("token"):
        yield Unchecked("no-environment")
        return
    facts = {"kwarg": raises.where, "class": found.backend.class_name}
    yield _failed(raises.reason, found, raises.where, facts)


def _bad_patterns(found: Configured) -> Found:
    if isinstance(found.source, SecretsManager | ParameterStore):
        for kind, match in found.source.patterns.items():
            if isinstance(match(""), Raises):
                name = f"{PLURALS[kind]}_lookup_pattern"
                yield _failed("bad-pattern", found, name, {"kwarg": name, "class": found.backend.class_name})


def versions(found: Configured) -> Found:
    backend, known = found.backend, KNOWN.get(found.backend.class_path)
    installed, package = backend.provider, distribution_of(backend.class_path)
    if not known or not package:
        return
    needs = {name: known.since[name] for name in backend.kwargs if name in known.since}
    lists = (name for name, each in backend.kwargs.items() if name.endswith("_path") and isinstance(each, list))
    needs |= dict.fromkeys(lists, known.lists_since) if known.lists_since else {}
    is_shared = isinstance(found.source, SharedSecretsManager)
    if not installed:
        if needs or is_shared:
            yield Unchecked("provider-version")
        return
    facts = {"package": package, "installed": installed}
    for name, floor in needs.items():
        if not at_least(installed, floor):
            yield _failed("provider-too-old", found, name, {"kwarg": name, "needs": floor, **facts})
    if is_shared and at_least(installed, TOO_NEW_TO_SHARE):
        yield Failed("provider-too-new", found.field(), facts={"before": TOO_NEW_TO_SHARE, **facts})
    if found.is_teamless:
        yield Failed("no-team-argument", found.field(), facts=facts)


def written(found: Configured) -> Found:
    path = found.backend.class_path
    facts = {"class": path[: 2 * LONGEST_NAME]}
    if path in MOVED:
        yield Failed("moved-class", found.field(), facts={**facts, "meant": MOVED[path]})
    elif path not in KNOWN and (nearest := meant_class(path)):
        yield Failed("misspelt-class", found.field(), facts={**facts, "meant": nearest})
    elif not found.is_told:
        yield Unchecked(NO_KWARGS)


def _texts(texts: Mapping[str, str]) -> Iterator[Failed]:
    """Kwargs that cannot be read: Airflow goes on without any."""
    for variable, text in texts.items():
        if not text:
            continue
        try:
            if not isinstance(json.loads(text), dict):
                yield Failed("not-object", variable)
        except (ValueError, RecursionError) as wrong:
            at = wrong.pos if isinstance(wrong, json.JSONDecodeError) and text != MASK else None
            yield Failed("not-json", variable, "" if at is None else position(text, at))


def _alone(environ: Mapping[str, str], classes: Iterable[str]) -> Iterator[Failed]:
    """Kwargs without a class. `classes` are the variables whose class is known otherwise."""
    for variable in VARIABLES.values():
        given = [name for name in environ if name == f"{variable}_KWARGS" or name.startswith(f"{variable}_KWARG__")]
        is_told = [name for name in given if environ[name] and _MWAA_DEFAULT not in environ[name]]
        if is_told and not environ.get(variable) and variable not in classes:
            yield Failed("kwargs-without-backend", is_told[0], facts={"setting": is_told[0], "missing": variable})


def _names(environ: Iterable[str], airflow: str) -> Iterator[Failed]:
    """Settings that this Airflow does not read."""
    for name in environ:
        if not name.startswith(("AIRFLOW__SECRETS__", "AIRFLOW__WORKERS__SECRETS_")):
            continue
        since = _SETTINGS.get(name) or ("3.3" if _KWARG.fullmatch(name) else "")
        facts = {"setting": name[:LONGEST_NAME]}
        if not since:
            nearest = meant(name, _SETTINGS)
            yield Failed("unknown-setting", facts["setting"], facts=facts | ({"meant": nearest} if nearest else {}))
        elif not at_least(airflow, since):
            yield Failed("setting-too-new", facts["setting"], facts=facts | {"needs": since, "installed": airflow})


LINTS: Final[Mapping[str, Lint]] = {
    "R-54": _known(config_lookups.left_on),
    "R-55": _known(no_pattern),
    "R-56": _known(kwargs),
    "R-57": _known(versions),
    "R-58": written,
}


def lint_settings(
    environ: Mapping[str, str], airflow: str = "", providers: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Failed]]:
    """What is wrong with the settings of one environment, by rule. No version counts as the newest.

    `where` is a position in the text of the kwargs, `field` an option of Airflow, one of its kwargs, or a variable.
    """
    for rule, each in judge_settings(environ, airflow, providers or {}):
        if isinstance(each, Failed):
            yield rule, each


def judge_settings(
    environ: Mapping[str, str], airflow: str, providers: Mapping[str, str], unknown: Collection[str] = ()
) -> Iterator[tuple[str, Failed | Unchecked]]:
    """The same, and what could not be judged. Of the settings in `unknown` only the names are told."""
    for found in of_environment(environ, airflow, providers):
        kwargs_of = f"{VARIABLES[found.layer]}_KWARG"
        told = replace(found, is_told=False) if any(name.startswith(kwargs_of) for name in unknown) else found
        for rule, lint in LINTS.items():
            yield from ((rule, each) for each in lint(told))
    yield from (("R-56", each) for each in _names(environ, airflow))
    texts = {f"{variable}_KWARGS": environ.get(f"{variable}_KWARGS", "") for variable in VARIABLES.values()}
    yield from (("R-58", each) for each in (*_texts(texts), *_alone(environ, unknown)))


def _check(rule: str, beside: Callable[[Deployment], Iterator[Failed]] = lambda _: iter(())) -> Check:
    """Of a deployment: each of its backends, and what stands beside them. None of both: the rule is not about it."""

    def check(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
        for deployment in estate.deployments:
            found = of_deployment(estate, deployment)
            outcomes = [each for backend in found for each in LINTS[rule](backend)]
            outcomes += beside(deployment)
            yield from ((deployment, each) for each in outcomes)
            if found and not outcomes:
                yield deployment, PASSED

    return check


def _beside_kwargs(deployment: Deployment) -> Iterator[Failed]:
    yield from _names(_environ(deployment), deployment.settings.airflow)


def _beside_written(deployment: Deployment) -> Iterator[Failed]:
    settings = deployment.settings
    told = {SERVER: settings.backend, WORKER: settings.worker_backend}
    yield from _texts(deployment.kwargs_texts)
    yield from _alone(_environ(deployment), [variable for variable, backend in told.items() if backend])


def _environ(deployment: Deployment) -> Mapping[str, str]:
    return {**(deployment.worker_environ or {}), **(deployment.environ or {})}


def _no_pattern(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    """An access log without a single lookup that failed shows that nothing is wasted."""
    for subject, outcome in _check("R-55")(estate):
        lookups = subject.lookups if isinstance(subject, Deployment) else None
        if isinstance(outcome, Failed) and lookups is not None:
            count = sum(lookups.values())
            yield subject, replace(outcome, facts={"count": count}) if count else PASSED
        else:
            yield subject, outcome


CHECKS: Final[Mapping[str, Check]] = {
    "R-54": _check("R-54"),
    "R-55": _no_pattern,
    "R-56": _check("R-56", _beside_kwargs),
    "R-57": _check("R-57"),
    "R-58": _check("R-58", _beside_written),
    "R-59": config_lookups.pointing_to_nothing,
}
