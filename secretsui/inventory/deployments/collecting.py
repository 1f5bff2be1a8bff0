"""One check of a deployment: what its Airflow says of itself, and the rows of its metadata database.

A layer's entries are replaced only by a complete reading. One that broke off or was refused leaves them as they were
and says why, so that nothing is taken for absent that was not asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from django.db import Error, connection, transaction
from django.utils import timezone

from secretsui.airflow.api import AirflowApi, ConnectionRow, VariableRow
from secretsui.airflow.errors import ApiError, ConfigHidden, Failed, Unsupported
from secretsui.cloud.errors import StoreError
from secretsui.inventory.clean import storable_json
from secretsui.inventory.deployments import checks, entries, sources, triggers
from secretsui.inventory.deployments.checks import Closed
from secretsui.inventory.deployments.reading import SeveralComponents, Unreadable
from secretsui.inventory.deployments.recognising import Answers, Recognition
from secretsui.inventory.models import Check, Deployment, EnvSource, Kind, LayerEntry, LayerState, Prefix
from secretsui.inventory.models.layers import Layer
from secretsui.inventory.sync.closing import Failure
from secretsui.inventory.sync.progress import heartbeat

logger = logging.getLogger(__name__)

Pages = Iterator[Sequence[ConnectionRow]] | Iterator[Sequence[VariableRow]]
# What concerns every call: the rest need not be asked.
GENERAL: Final = (
    *("bad-credentials", "expired", "unreachable", "slow", "foreign-answer", "bad-address", "no-credential"),
    *("throttled", "unavailable"),
)
GIVE_AGAIN: Final = "Look at the source on the page of this deployment, and give it again."
SILENT_APIS: Final = (Deployment.Api.EXPORTED, Deployment.Api.NONE)

NOT_WRITTEN: Final = Failure(
    "What was read could not be written; what is known is as before.",
    "Check the database and the space on its disk, then check again.",
)
CRASHED: Final = Failure(
    "The check stopped on an error of its own; what is known is as before or newer.",
    "Check again; if it stays, the worker's log names the place.",
)


class Reader(Protocol):
    """What a check needs of the door. Everything may raise an `ApiError`, `environment` a `StoreError` as well."""

    @property
    def calls(self) -> int: ...

    def api(self) -> AirflowApi: ...

    def environment(self, source: EnvSource) -> Mapping[str, Any]:
        """What the service says now of a source that can be asked."""
        ...

    def values(self, prefix: Prefix, names: Sequence[str]) -> Answers: ...


def run(check: Check, reader: Reader) -> Check:
    """The check as it ended. One that is not queued any more (a task delivered twice) is left alone.

    An `ApiError` or a database error becomes the row's state and words; it is not raised.
    """
    try:
        if checks.claim(check):
            with heartbeat(check):
                _Collecting(check, reader).work()
    except Closed:
        logger.warning("check was closed by somebody else check=%s", check.pk)
    except Error:
        logger.exception("check failed on the database check=%s", check.pk)
        _close_if_possible(check, NOT_WRITTEN)
    except BaseException:
        _close_if_possible(check, CRASHED)
        raise
    return check


def _close_if_possible(check: Check, failure: Failure) -> None:
    """Where not even this can be written, the sweep closes the check later."""
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        checks.close(check, Check.State.FAILED, failure)
    except Error:
        logger.exception("check left to the sweep check=%s", check.pk)


class _Collecting:
    def __init__(self, check: Check, reader: Reader) -> None:
        self.check, self.reader, self.deployment = check, reader, check.deployment
        self.recognition = Recognition(self.deployment)
        self.rows = 0
        self.read = 0  # layers and sources
        self.failures: list[ApiError | StoreError] = []

    def work(self) -> None:
        if self.deployment.api not in SILENT_APIS:
            self._ask_airflow()
        for source in sources.live(self.deployment):
            self._part(lambda source=source: self._environment(source))  # type: ignore[misc]
        if self.recognition:
            self._recognise()
        triggers.layers_changed(self.deployment)
        failure = Failure.of(self.failures[0]) if self.failures else None
        checks.close(self.check, self._state(), failure)

    def _state(self) -> str:
        if not self.failures:
            return Check.State.DONE
        return Check.State.PARTIAL if self.read else Check.State.FAILED

    def _ask_airflow(self) -> None:
        self._detect()
        self._layer(Kind.CONNECTION, lambda: self.reader.api().connections())
        self._layer(Kind.VARIABLE, lambda: self.reader.api().variables())

    def _part(self, read: Callable[[], None]) -> ApiError | StoreError | None:
        """Why it could not be read; what an Airflow does not offer is no failure."""
        try:
            read()
        except Unsupported as error:
            return error
        except (ApiError, StoreError) as error:
            self.failures.append(error)
            return error
        return None

    def _ask(self, read: Callable[[], None]) -> ApiError | StoreError | None:
        """After what concerns every call, nothing more is asked."""
        general = next((error for error in self.failures if error.kind in GENERAL), None)
        return general or self._part(read)

    def _layer(self, kind: Kind, read: Callable[[], Pages]) -> None:
        error = self._ask(lambda: self._rows(kind, read()))
        if error is not None:
            self._tell(kind, Failure.of(error))

    def _rows(self, kind: Kind, pages: Pages) -> None:
        began = timezone.now()
        found: list[LayerEntry] = []
        for page in pages:
            found += [self._entry(row) for row in page]
            self.rows += len(page)
            self._beat()
        with transaction.atomic():
            self._beat()
            mine = LayerEntry.objects.filter(deployment=self.deployment, layer=Layer.METASTORE, kind=kind, source=None)
            count = entries.replace(mine, found)
            self._tell(kind, None, as_of=began, count=count)
        self.read += 1

    def _entry(self, row: ConnectionRow | VariableRow) -> LayerEntry:
        self.recognition.learn_row(row)
        return entries.of_row(self.deployment, row)

    def _recognise(self) -> None:
        self.recognition.read(self.reader.values)
        with transaction.atomic():
            self._beat()
            self.recognition.write()

    def _tell(self, kind: Kind, failure: Failure | None, **read: Any) -> None:
        self._beat()
        facts = {"tried_at": timezone.now(), **checks.said(failure, LayerState), **read}
        LayerState.objects.update_or_create(
            deployment=self.deployment, layer=Layer.METASTORE, kind=kind, defaults=facts
        )

    def _beat(self) -> None:
        checks.still_ours(self.check, rows=self.rows, calls=self.reader.calls)

    def _detect(self) -> None:
        """What it does not tell this time stays as it was told before."""
        ways: Sequence[Callable[[AirflowApi], Mapping[str, Any]]] = (
            lambda api: {"airflow": api.version()},
            lambda api: {"providers": dict(api.providers())},
            _of_config,
        )
        for read in ways:
            self._ask(lambda read=read: self._learn(read(self.reader.api())))  # type: ignore[misc]

    def _learn(self, told: Mapping[str, Any]) -> None:
        found = {**self.deployment.detected, **storable_json(told), "at": timezone.now().isoformat()}
        with transaction.atomic():
            self._beat()
            Deployment.objects.filter(pk=self.deployment.pk).update(detected=found)
        self.deployment.detected = found

    def _environment(self, source: EnvSource) -> None:
        answer = self.reader.environment(source)
        with transaction.atomic():
            self._beat()
            try:
                sources.store_again(source, answer)
            except (Unreadable, SeveralComponents) as unfit:
                raise Failed(str(unfit), remedy=GIVE_AGAIN) from None
        self.read += 1


def forget(deployment: Deployment) -> None:
    """Of what another Airflow told nothing holds for the one that is asked from now on."""
    for told in (LayerEntry, LayerState):
        told.objects.filter(deployment=deployment, layer=Layer.METASTORE).delete()
    Deployment.objects.filter(pk=deployment.pk).update(detected={})
    deployment.detected = {}


def _of_config(api: AirflowApi) -> Mapping[str, Any]:
    """Its configuration need not be shown; everything else is read all the same, and a backend told before stays.

    Whether connections may be tested there is found out by trying.
    """
    try:
        config = api.config()
    except (ConfigHidden, Unsupported) as hidden:
        return {"config": hidden.kind, "test_connection": ""}
    return {
        "config": "",
        "backend": config.backend,
        "worker_backend": config.worker_backend,
        "multi_team": config.multi_team,
        "test_connection": config.test_connection,
    }
