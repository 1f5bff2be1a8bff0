"""The test of a deployment: each part tried out, or looked up, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from secretsui.airflow.api import AirflowApi
from secretsui.airflow.errors import ApiError, ConfigHidden
from secretsui.cloud.errors import StoreError
from secretsui.core.backends.source import Ask, CannotTell, Kind, Raises
from secretsui.core.chain import Layer, chain
from secretsui.inventory import places
from secretsui.inventory.deployments import columns, sources
from secretsui.inventory.deployments.collecting import SILENT_APIS, Reader
from secretsui.inventory.deployments.settings import processes, settings_of
from secretsui.inventory.deployments.whereabouts import STORES, is_meant, region_of
from secretsui.inventory.models import Deployment, EnvSource, LayerPlace, Prefix

EXAMPLE: Final = "example"
State = Literal["ok", "problem", "unknown"]
OLD: Final = timedelta(days=7)
_BACKENDS: Final = ("backend", "worker-backend")
_KINDS: Final[tuple[Kind, ...]] = ("connection", "variable")


@dataclass(frozen=True, slots=True)
class TestLine:
    """`part` is a word for what was tried, such as address, sign-in or backend."""

    __test__ = False  # to pytest its name looks like that of a test

    part: str
    state: State
    sentence: str
    remedy: str = ""


def run(deployment: Deployment, reader: Reader) -> Sequence[TestLine]:
    lines: list[TestLine] = []
    if deployment.api not in SILENT_APIS:
        lines += _of_airflow(reader)
    lines += [_environment(reader, source) for source in sources.live(deployment)]
    lines += _of_versions(deployment)
    lines += _of_backends(deployment)
    return [*lines, *_of_sources(deployment)]


def _of_airflow(reader: Reader) -> Iterator[TestLine]:
    """One after the other: without an address nobody can sign in, and who cannot sign in may read nothing."""
    steps: Sequence[tuple[str, Callable[[AirflowApi], str]]] = (
        ("address", lambda api: _("Airflow %(version)s answers.") % {"version": api.version()}),
        ("sign-in", lambda api: _("Signed in; %(count)d providers are installed.") % {"count": len(api.providers())}),
    )
    for part, ask in steps:
        line = _tried(part, reader, ask)
        yield line
        if line.state == "problem":
            return
    yield _tried("connections", reader, lambda api: _listed(api.connections()))
    yield _tried("variables", reader, lambda api: _listed(api.variables()))
    yield _tried("configuration", reader, _configured)


def _tried(part: str, reader: Reader, ask: Callable[[AirflowApi], str]) -> TestLine:
    try:
        return TestLine(part, "ok", ask(reader.api()))
    except ConfigHidden as hidden:
        return TestLine(part, "unknown", hidden.sentence, hidden.remedy)
    except ApiError as error:
        return TestLine(part, "problem", error.sentence, error.remedy)


def _listed(pages: Iterator[Sequence[Any]]) -> str:
    """One page is proof enough."""
    next(pages, None)
    return _("They can be listed.")


def _configured(api: AirflowApi) -> str:
    return _("The secrets backend is told: %(name)s.") % {"name": api.config().backend or _("none")}


def _environment(reader: Reader, source: EnvSource) -> TestLine:
    part = "mwaa" if source.form == EnvSource.Form.MWAA else "ecs"
    try:
        reader.environment(source)
    except (ApiError, StoreError) as error:
        return TestLine(part, "problem", error.sentence, error.remedy)
    return TestLine(part, "ok", _("AWS tells the environment of %(name)s.") % {"name": source.label})


def _of_versions(deployment: Deployment) -> Iterator[TestLine]:
    if deployment.airflow:
        yield TestLine("version", "ok", _("Resolved as Airflow %(version)s.") % {"version": deployment.airflow})
    else:
        yield TestLine("version", "problem", _("The version of Airflow is not known."), _("Enter it, or run a check."))


def _of_backends(deployment: Deployment) -> Iterator[TestLine]:
    settings = settings_of(deployment)
    told = columns.places_of(deployment, settings)
    seen: set[tuple[str, str]] = set()
    for process in processes(deployment):
        for layer in chain(settings, process).layers:
            if layer.id in _BACKENDS and (layer.id, layer.class_name) not in seen:
                seen.add((layer.id, layer.class_name))
                yield from _of_backend(layer, told)


def _of_backend(layer: Layer, told: columns.Places) -> Iterator[TestLine]:
    facts = {"name": layer.class_name}
    if isinstance(layer.source, Raises):
        facts |= {"error": layer.source.airflow_class, "where": layer.source.where or layer.source.reason}
        sentence = _("Airflow cannot construct %(name)s: %(error)s, %(where)s.") % facts
        yield TestLine(layer.id, "problem", sentence, _("Correct its kwargs."))
    elif isinstance(layer.source, CannotTell) and layer.source.reason == "risky-pattern":
        sentence = _("A lookup pattern of %(name)s may take too long to match, so it is not tried here.") % facts
        yield TestLine(layer.id, "unknown", sentence, _("Write it with fewer repeats, and none within another."))
    elif isinstance(layer.source, CannotTell):
        remedy = _("Choose one of the classes that are known, or take its answers for unknown.")
        yield TestLine(layer.id, "unknown", _("How %(name)s looks things up is not known.") % facts, remedy)
    else:
        yield TestLine(layer.id, "ok", _("%(name)s can be constructed with these kwargs.") % facts)
        for kind, ask in _asks(layer):
            yield _covered(layer, kind, ask, told)


def _asks(layer: Layer) -> Iterator[tuple[Kind, Ask]]:
    """One question of each kind to each place that is a store of ours."""
    for kind in _KINDS:
        plan = () if isinstance(layer.source, Raises | CannotTell) else layer.source.plan(kind, EXAMPLE, layer.team)
        found = {ask.place: ask for ask in plan if ask.store in STORES} if isinstance(plan, Sequence) else {}
        for ask in found.values():
            yield kind, ask


def _covered(layer: Layer, kind: Kind, ask: Ask, told: columns.Places) -> TestLine:
    where = told.get((layer.id, ask.place))
    facts = {"kind": kind, "start": ask.name.removesuffix(EXAMPLE), "place": ask.place}
    if where is None:
        sentence = _("Nobody told in which account the %(place)s place of this backend lies.") % facts
        return TestLine(f"{layer.id}/{ask.place}", "problem", sentence, _("Choose its account and region."))
    facts |= {"account": where.account.name, "region": region_of(where, ask)}
    if not is_meant(where, ask):
        sentence = _("The account %(account)s is not the one that these kwargs name.") % facts
        return TestLine(f"{layer.id}/{ask.place}", "problem", sentence, _("Choose its account and region."))
    return _refreshed(f"{layer.id}/{ask.place}", _prefix(where, ask), facts)


def _prefix(where: LayerPlace, ask: Ask) -> Prefix | None:
    there = Prefix.objects.filter(account=where.account, region=region_of(where, ask), store_kind=ask.store)
    return places.most_specific(there, ask.name)


def _refreshed(part: str, prefix: Prefix | None, facts: Mapping[str, str]) -> TestLine:
    if prefix is None:
        sentence = _("No prefix in %(account)s, %(region)s covers %(start)s, where each %(kind)s is looked up.") % facts
        return TestLine(part, "problem", sentence, _("Add a prefix there, so that it is listed."))
    named = {**facts, "prefix": prefix.path}
    if not prefix.complete:
        sentence = _("The prefix %(prefix)s in %(account)s, %(region)s was never refreshed to the end.") % named
        return TestLine(part, "problem", sentence, prefix.remedy or _("Refresh it."))
    return TestLine(part, "ok", _("The prefix %(prefix)s in %(account)s, %(region)s has each %(kind)s.") % named)


def _of_sources(deployment: Deployment) -> Iterator[TestLine]:
    found = list(deployment.sources.all())
    if not found:
        sentence = _("Nothing tells what the environments of this deployment's processes set.")
        yield TestLine("sources", "unknown", sentence, _("Add an environment source, or a reporter."))
    for source in found:
        yield _of_source(source)


def _of_source(source: EnvSource) -> TestLine:
    facts = {"name": f"{source.get_form_display()} {source.label}".strip(), "count": len(source.gaps)}
    if source.as_of is None:
        return TestLine("sources", "unknown", _("%(name)s has not reported yet.") % facts)
    if timezone.now() - source.as_of > OLD:
        days = {**facts, "days": (timezone.now() - source.as_of).days}
        return TestLine("sources", "unknown", _("%(name)s is %(days)d days old.") % days, _("Give it again."))
    if source.gaps:
        sentence = _("%(name)s leaves open what is set in %(count)d places.") % facts
        return TestLine("sources", "unknown", sentence, _("Give what is missing, or add a reporter."))
    return TestLine("sources", "ok", _("%(name)s tells everything.") % facts)
