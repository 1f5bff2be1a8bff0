"""Environment sources: what is kept of one, and how it takes the place of the one before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from secretsui.airflow import exported
from secretsui.airflow.env_astro import ManagedObject, ManagedObjects
from secretsui.airflow.env_settings import settings_of
from secretsui.airflow.environment import EnvEntry, Gap, Problem, SecretRef, Value, kind_of
from secretsui.core import backend_kwargs, backend_settings, prints
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.versions import at_least
from secretsui.inventory.clean import fit, storable
from secretsui.inventory.deployments import entries, reading, triggers
from secretsui.inventory.deployments.reading import Content, Found, Unreadable
from secretsui.inventory.models import Deployment, EnvSource, Kind, LayerEntry, LayerState
from secretsui.inventory.models.layers import Layer
from secretsui.inventory.sync.values import key

Form = EnvSource.Form
MOST_REMARKS: Final = 200
SCRIPT_GAP: Final = "start-up-script"
_TASK_DEFINITION: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task-definition/[\w-]+(?::\d+)?")


def store(
    deployment: Deployment,
    form: str,
    content: Content,
    *,
    label: str = "",
    process: str = EnvSource.Process.ANY,
    component: str = "",
    is_whole: bool = True,
    files: Mapping[str, str] | None = None,
    of: str = "",
) -> EnvSource:
    """Keep names, facts and fingerprints of what the content sets, in the place of what it said before.

    A source is known by its form, label and process. Raises `reading.Unreadable` or `reading.SeveralComponents`, and
    then leaves everything as it was.
    """
    found = reading.read(form, content, files=files, of=of)
    component = reading.component_of(found.report, component)
    label = fit(EnvSource, "label", label)
    with transaction.atomic():
        Deployment.objects.select_for_update().get(pk=deployment.pk)
        known = EnvSource.objects.filter(deployment=deployment, form=form, label=label, process=process).first()
        source = known or EnvSource(deployment=deployment, form=form, label=label, process=process)
        source.component, source.is_whole = fit(EnvSource, "component", component), is_whole
        _write(source, found)
    triggers.layers_changed(deployment)
    return source


def store_again(source: EnvSource, content: Content) -> None:
    """What a service says now of a source that can be asked; nothing of one that was removed meanwhile."""
    found = reading.read(source.form, content)
    if source.pk and not EnvSource.objects.select_for_update().filter(pk=source.pk).exists():
        return
    source.component = reading.component_of(found.report, source.component)
    _write(source, found)


def remove(source: EnvSource) -> None:
    deployment = source.deployment
    with transaction.atomic():
        source.delete()
        if source.form == Form.SCRIPT:
            _open_script_gaps(deployment)
    triggers.layers_changed(deployment)


def live(deployment: Deployment) -> Sequence[EnvSource]:
    """The sources that a check asks anew: the environment of MWAA, task definitions by their ARN."""
    found = [source for source in deployment.sources.all() if _can_be_asked(source)]
    if not deployment.mwaa_environment or any(source.form == Form.MWAA for source in found):
        return found
    return [*found, EnvSource(deployment=deployment, form=Form.MWAA, label=deployment.mwaa_environment)]


def is_task_definition(label: str) -> bool:
    return _TASK_DEFINITION.fullmatch(label) is not None


def _can_be_asked(source: EnvSource) -> bool:
    if source.form == Form.MWAA:
        return source.label == source.deployment.mwaa_environment != ""
    return source.form == Form.ECS and is_task_definition(source.label)


def _write(source: EnvSource, found: Found) -> None:
    report, component = found.report, source.component
    mine = report.of_component(component).values()
    source.as_of = timezone.now()
    source.problems = [_problem(each) for each in report.problems][:MOST_REMARKS]
    source.gaps = [_gap(each) for each in _gaps(source, found) if each.component in ("", component)][:MOST_REMARKS]
    source.settings = _settings(mine)
    source.unknown = list(settings_of(report, source.deployment.airflow or "3", server=component).unknown)
    source.save()
    listed = [_entry(source, each) for each in mine if each.kind != "setting"]
    entries.replace(source.entries.all(), [*listed, *_managed(source, found.managed)])
    if source.form == Form.SCRIPT:
        _close_script_gaps(source.deployment)


def _gaps(source: EnvSource, found: Found) -> Iterator[Gap]:
    has_script = _has_script(source)
    yield from (gap for gap in found.report.gaps if not (has_script and gap.reason == SCRIPT_GAP))
    yield from (Gap("unreadable", line=each.line) for each in found.report.problems if reading.is_open(each))
    if found.managed is not None and not found.managed.is_complete:
        yield Gap("one-page")


def _has_script(source: EnvSource) -> bool:
    """Was the text of the start-up script given, for every process that this source speaks of?"""
    scripts = source.deployment.sources.filter(form=Form.SCRIPT)
    given, each = set(scripts.values_list("process", flat=True)), EnvSource.Process
    return bool(given & {each.ANY, source.process}) or given >= {each.SERVER, each.WORKER}


def _close_script_gaps(deployment: Deployment) -> None:
    """The text of the script was given as a source of its own."""
    for source in deployment.sources.filter(form=Form.MWAA):
        if _has_script(source):
            source.gaps = [gap for gap in source.gaps if gap["reason"] != SCRIPT_GAP]
            source.save(update_fields=["gaps"])


def _open_script_gaps(deployment: Deployment) -> None:
    """The text is gone, and the script may set anything again."""
    for source in deployment.sources.filter(form=Form.MWAA):
        if not _has_script(source) and all(gap["reason"] != SCRIPT_GAP for gap in source.gaps):
            source.gaps = [*source.gaps, _gap(Gap(SCRIPT_GAP))]
            source.save(update_fields=["gaps"])


def _problem(problem: Problem) -> Mapping[str, Any]:
    facts = {name: storable(value)[:300] if isinstance(value, str) else value for name, value in problem.facts.items()}
    return {"code": problem.code, "line": problem.line, "facts": facts}


def _gap(gap: Gap) -> Mapping[str, Any]:
    return {"reason": gap.reason, "where": storable(gap.where)[:300], "line": gap.line}


def _settings(mine: Iterable[EnvEntry]) -> Mapping[str, str]:
    """Those whose values are told, without what is secret in them."""
    told = {each.name: each.value for each in mine if each.kind == "setting" and isinstance(each.value, Sensitive)}

    def class_for(name: str) -> str:
        option = backend_settings.WORKER if name.startswith(backend_settings.WORKER) else backend_settings.SERVER
        given = told.get(option) or told.get(backend_settings.SERVER)
        return given.reveal() if given else ""

    return {
        name: storable(backend_kwargs.setting_without_secrets(name, value, class_for(name)))
        for name, value in told.items()
    }


def _entry(source: EnvSource, found: EnvEntry) -> LayerEntry:
    is_of_worker = source.process == EnvSource.Process.WORKER
    entry = LayerEntry(
        deployment=source.deployment,
        source=source,
        layer=Layer.WORKER_ENVIRONMENT if is_of_worker else Layer.ENVIRONMENT,
        kind=Kind.CONNECTION if found.kind == "connection" else Kind.VARIABLE,
        name=fit(LayerEntry, "name", found.name),
        line=found.line,
    )
    _fill(entry, found.value)
    return entry


def _fill(entry: LayerEntry, value: Value) -> None:
    if isinstance(value, Sensitive):
        entries.describe(entry, value)
        return
    entry.use = {"*": "unknown"}
    if isinstance(value, SecretRef):
        entry.held_in = fit(LayerEntry, "held_in", ":".join(filter(None, (value.holder, value.name, value.key))))
        return
    entry.maybe_unset = value.maybe_unset
    entry.fingerprints = {prints.TEXT if entry.kind == Kind.VARIABLE else prints.UNTOLD: prints.HIDDEN}
    entry.fingerprint_key = key().id


def _managed(source: EnvSource, managed: ManagedObjects | None) -> Iterator[LayerEntry]:
    for each in managed.objects if managed else ():
        if each.kind != "environment":
            yield _managed_object(source, each)
        elif kind := kind_of(each.secret_id):
            yield _entry(source, EnvEntry(each.secret_id, kind, each.value, "", "Environment Manager"))


def _managed_object(source: EnvSource, found: ManagedObject) -> LayerEntry:
    entry = LayerEntry(
        deployment=source.deployment,
        source=source,
        layer=Layer.ENVIRONMENT_MANAGER,
        kind=found.kind,
        name=fit(LayerEntry, "name", found.secret_id),
        use={"*": "usable"},
        fingerprint_key=key().id,
    )
    if found.kind == "variable":
        _fill(entry, found.value)
    else:
        entries.describe_connection(entry, _connection(found.fields))
    return entry


def _connection(fields: Mapping[str, Value]) -> Connection:
    found: dict[str, Any] = {
        "conn_type" if name == "type" else name: _field(name, value) for name, value in fields.items()
    }
    return Connection(**found)


def _field(name: str, value: Value) -> Any:
    if not isinstance(value, Sensitive):
        return Hidden()
    if name in ("login", "password", "extra"):
        return value
    text = value.reveal()
    return int(text) if name == "port" and text.isdecimal() else text


def store_export(deployment: Deployment, files: Mapping[str, str]) -> Mapping[str, int]:
    """The rows of exported files as the metadata layer, by kind; how many there are of each.

    Raises `reading.Unreadable` unless every file is read to the last entry, and then leaves everything as it was.
    """
    dialect: Any = "3.3" if at_least(deployment.airflow or "3", "3") else "2.11"
    read = {
        kind: exported.read(text, "variable" if kind == Kind.VARIABLE else "connection", dialect=dialect)
        for kind, text in files.items()
    }
    if problems := [problem for rows in read.values() for problem in rows.problems]:
        raise Unreadable(problems)
    with transaction.atomic():
        counts = {kind: _write_rows(deployment, Kind(kind), rows) for kind, rows in read.items()}
    triggers.layers_changed(deployment)
    return counts


def _write_rows(deployment: Deployment, kind: Kind, rows: exported.ExportedRows) -> int:
    now = timezone.now()
    found = [entries.of_row(deployment, row) for row in (rows.variables if kind == Kind.VARIABLE else rows.connections)]
    mine = LayerEntry.objects.filter(deployment=deployment, layer=Layer.METASTORE, kind=kind, source=None)
    count = entries.replace(mine, found)
    facts = {"as_of": now, "tried_at": now, "count": count, "problem": "", "remedy": "", "code": "", "error": ""}
    LayerState.objects.update_or_create(deployment=deployment, layer=Layer.METASTORE, kind=kind, defaults=facts)
    return count
