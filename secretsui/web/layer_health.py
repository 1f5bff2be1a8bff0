"""How well each layer of a deployment is known: when it was read, how much was found, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from secretsui.inventory.deployments.columns import Column, columns
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Deployment, EnvSource, Prefix

Form, Process = EnvSource.Form, EnvSource.Process
_SOURCES: Final[Mapping[str, Q]] = {
    "environment": Q(process__in=(Process.ANY, Process.SERVER)) & ~Q(form=Form.OBJECTS),
    "worker-environment": Q(process__in=(Process.ANY, Process.WORKER)) & ~Q(form=Form.OBJECTS),
    "environment-manager": Q(form=Form.OBJECTS),
}


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """`state` is a code of `vocabulary.STATES`; `words` say what is missing and what to do."""

    column: Column
    state: str
    as_of: datetime | None = None
    count: int = 0
    words: str = ""
    code: str = ""


def health(deployment: Deployment) -> Sequence[LayerHealth]:
    """In lookup order, that of tasks where these have a chain of their own."""
    return [_of(deployment, column) for column in columns(deployment, processes(deployment)[-1])]


def _of(deployment: Deployment, column: Column) -> LayerHealth:
    if column.layer in _SOURCES:
        return _of_sources(deployment, column)
    return _of_rows(deployment, column) if column.layer == "metastore" else _of_store(column)


def _of_store(column: Column) -> LayerHealth:
    if not column.account:
        return LayerHealth(column, "unknown", words=_("In which account it looks is not known here. Choose one."))
    prefixes = list(Prefix.objects.filter(account__name=column.account, region=column.region))
    if not prefixes:
        words = _("Nothing of %(account)s in %(region)s is read here. Add its prefixes to the account.")
        return LayerHealth(column, "unknown", words=words % {"account": column.account, "region": column.region})
    ages = [prefix.as_of for prefix in prefixes]
    problem = next((f"{prefix.problem} {prefix.remedy}" for prefix in prefixes if prefix.problem), "")
    records = sum(prefix.summary.get("records", 0) for prefix in prefixes)
    is_whole = all(prefix.complete for prefix in prefixes)
    return LayerHealth(column, _state(ages, problem, is_whole=is_whole), _oldest(ages), records, problem)


def _of_sources(deployment: Deployment, column: Column) -> LayerHealth:
    sources = list(deployment.sources.filter(_SOURCES[column.layer]))
    if not sources:
        return LayerHealth(column, "unknown", words=_("No source tells what it holds. Give one."))
    ages = [source.as_of for source in sources]
    is_whole = all(source.is_whole and not source.gaps for source in sources)
    words = "" if is_whole else _("More may be set there than the sources tell.")
    count = sum(source.entries.count() for source in sources)
    return LayerHealth(column, _state(ages, "", is_whole=is_whole), _oldest(ages), count, words)


def _of_rows(deployment: Deployment, column: Column) -> LayerHealth:
    states = list(deployment.layer_states.filter(layer=column.layer))
    if not states and deployment.api == Deployment.Api.NONE:
        return LayerHealth(column, "unknown", words=_("Nobody can be asked for its rows. Give exported files."))
    ages = [state.as_of for state in states] if len(states) > 1 else [None]
    failed = next((state for state in states if state.problem), None)
    words = f"{failed.problem} {failed.remedy}" if failed else ""
    count = sum(state.count for state in states)
    return LayerHealth(
        column, _state(ages, words, is_whole=True), _oldest(ages), count, words, failed.code if failed else ""
    )


def _state(ages: Sequence[datetime | None], problem: str, *, is_whole: bool) -> str:
    if None in ages:
        return "failed" if problem else "never"
    return "partial" if problem or not is_whole else "done"


def _oldest(ages: Sequence[datetime | None]) -> datetime | None:
    return min((age for age in ages if age), default=None)
