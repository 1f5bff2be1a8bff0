"""The only way to an Airflow: decide, record, then ask it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import Error

from secretsui.access import events, policy
from secretsui.access.door import Job, Person, open_prefix
from secretsui.access.models import AccessEvent, DeploymentLevel
from secretsui.airflow import api
from secretsui.airflow.errors import ApiError, BrokenOff, NotFound, Slow, Unreachable
from secretsui.core.connection import Connection
from secretsui.inventory import wiring
from secretsui.inventory.deployments import checks, collecting, importing, receiving, report, single, sources, testing
from secretsui.inventory.deployments.recognising import Answers
from secretsui.inventory.models import Check, Deployment, EnvSource, Kind, LayerEntry, Prefix
from secretsui.stores.base import StoreError

logger = logging.getLogger(__name__)

Action = AccessEvent.Action
Outcome = AccessEvent.Outcome
RECOGNITION: Final = Job("recognition of reports")
# After these nobody knows whether Airflow has done it.
UNCONFIRMED: Final = (Slow, Unreachable, BrokenOff)


def open_deployment(actor: Person | Job, deployment: Deployment) -> DeploymentDoor:
    """Raises `policy.NotVisible` for whoever has no grant there and does not administer."""
    if isinstance(actor, Job):
        return DeploymentDoor(actor, deployment, DeploymentLevel.SEE)
    level, administers = policy.deployment_level(actor.user, deployment), policy.may_administer(actor.user)
    if level is None and not administers:
        raise policy.NotVisible
    return DeploymentDoor(actor, deployment, level, administers=administers)


class Asked:
    """One deployment's Airflow and environment, opened when they are first asked. Only the door makes one."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._opened: api.AirflowApi | None = None

    @property
    def calls(self) -> int:
        return self._opened.calls if self._opened else 0

    def api(self) -> api.AirflowApi:
        if self._opened is None:
            self._opened = wiring.open_api(self._deployment)
        return self._opened

    def environment(self, source: EnvSource) -> Mapping[str, Any]:
        return wiring.read_environment(source)

    def values(self, prefix: Prefix, names: Sequence[str]) -> Answers:
        """To compare with what was reported: read by a job, recorded as its reading, shown to nobody."""
        return open_prefix(RECOGNITION, prefix).read(names)


class DeploymentDoor:
    """What may be asked of an Airflow, each behind a decision and recorded before it happens.

    Every verb may raise `policy.NotVisible`, `policy.Refused`, an `ApiError`, or a `StoreError` (`events.NotRecorded`
    among them). Values that an Airflow answers with are not handed on.
    """

    def __init__(
        self, actor: Person | Job, deployment: Deployment, level: DeploymentLevel | None, *, administers: bool = False
    ) -> None:
        self.actor, self.deployment, self.level, self.administers = actor, deployment, level, administers
        self._asked = Asked(deployment)

    @property
    def calls(self) -> int:
        """How many calls this door has made to Airflow."""
        return self._asked.calls

    # Whoever sees the deployment, and administrators.

    def check(self, trigger: str = "manual") -> Check:
        """The check that is queued or running, or a new one."""
        with self._recorded(self._need_any, Action.CHECK, detail=trigger):
            return checks.queue(self.deployment, trigger)

    # Level see.

    def live(self, kind: str, key: str) -> LayerEntry | None:
        """What is to be known of the row as it is now, without its value; None where there is none."""
        with self._recorded(self._need_see, Action.CHECK, key, kind):
            row = self._row(kind, key)
        return single.keep(self.deployment, kind, key, row)

    def hook_meta(self) -> Sequence[Mapping[str, Any]]:
        """What the forms of this Airflow are drawn from. Nothing of a row is in it, so nothing is recorded."""
        self._need_see()
        return self._asked.api().hook_meta()

    # Level fix.

    def delete_row(self, kind: str, key: str) -> None:
        """Delete a connection or variable from the metadata database; raises `NotFound` where it is gone already."""
        try:
            with self._recorded(self._need_fix, Action.DELETE_ROW, key, kind):
                airflow = self._asked.api()
                (airflow.delete_connection if kind == Kind.CONNECTION else airflow.delete_variable)(key)
        except UNCONFIRMED:
            self._after(lambda: single.doubt(self.deployment))
            raise
        except NotFound:
            self._after(lambda: single.keep(self.deployment, kind, key, None))
            raise
        self._after(lambda: single.keep(self.deployment, kind, key, None))

    def test_connection(self, conn_id: str, conn: Connection) -> api.Outcome:
        """Let Airflow try this connection out; the message is for who asked."""
        with self._recorded(self._need_fix, Action.TEST_CONN, conn_id):
            return self._asked.api().test_connection(conn_id, conn)

    # Administrators.

    def test(self) -> Sequence[testing.TestLine]:
        """Each part of what is entered, tried out, and what is missing."""
        with self._recorded(self._need_administrator, Action.CHECK, detail="test"):
            return testing.run(self.deployment, self._asked)

    def import_config(self) -> importing.Proposal:
        """What this Airflow says of its own settings, beside what is entered."""
        with self._recorded(self._need_administrator, Action.CHECK, detail="configuration"):
            return importing.from_airflow(self.deployment, self._asked.api())

    def read_source(self, form: str, label: str, **given: Any) -> EnvSource:
        """Store what AWS says of an MWAA environment, or of a task definition by its ARN; see `sources.store`."""
        source = EnvSource(deployment=self.deployment, form=form, label=label)
        with self._recorded(self._need_administrator, Action.CHECK, label, form):
            answer = self._asked.environment(source)
        return sources.store(self.deployment, form, answer, label=label, **given)

    # Jobs.

    def role(self) -> tuple[str, Sequence[Mapping[str, Any]]]:
        """The ARN of the role that Airflow runs as, and its policies; "" and none where nobody tells which it is."""
        with self._recorded(self._need_see, Action.CHECK, detail="role"):
            arn = wiring.role_of(self.deployment)
            return arn, wiring.read_policies(self.deployment, arn) if arn else ()

    def collect(self, check: Check) -> Check:
        """Run a check; what goes wrong stands in its row."""
        if isinstance(self.actor, Person):
            raise TypeError("People ask for a check; a job runs it.")
        self._record(Action.CHECK, Outcome.ALLOWED, detail=check.trigger)
        collecting.run(check, self._asked)
        if check.error:
            self._record_failure(Action.CHECK, check.error)
        return check

    def receive(self, content: object) -> EnvSource:
        """Keep what a reporter posted; raises `report.BadReport` or `report.OtherKey`."""
        if isinstance(self.actor, Person):
            raise TypeError("Reports come from a reporter.")
        found = report.read(self.deployment, content)
        self._record(Action.REPORT, Outcome.ALLOWED, found.process, f"{len(found.names)} names")
        source = receiving.receive(self.deployment, found)
        checks.queue(self.deployment, "report")
        return source

    def _row(self, kind: str, key: str) -> single.Row | None:
        airflow = self._asked.api()
        if kind == Kind.CONNECTION:
            return airflow.connection(key)
        return next((row for page in airflow.variables() for row in page if row.key == key), None)

    def _need_any(self) -> None:
        if self.level is None and not self.administers:
            raise policy.NotVisible

    def _need_see(self) -> None:
        if self.level is None:
            raise policy.NotVisible

    def _need_fix(self) -> None:
        self._need_see()
        if self.level != DeploymentLevel.FIX:
            raise policy.Refused(DeploymentLevel.FIX, self.deployment)

    def _need_administrator(self) -> None:
        if not self.administers:
            raise policy.NotVisible

    @contextmanager
    def _recorded(self, decide: Callable[[], None], action: Action, name: str = "", detail: str = "") -> Iterator[None]:
        try:
            decide()
        except (policy.NotVisible, policy.Refused) as refusal:
            self._record(action, Outcome.REFUSED, name, type(refusal).__name__.lower())
            raise
        self._record(action, Outcome.ALLOWED, name, detail)
        try:
            yield
        except (ApiError, StoreError) as error:
            self._record_failure(action, error.kind, name)
            raise

    def _after(self, act: Callable[[], object]) -> None:
        """The change is made, or may be, whatever becomes of what is known of it."""
        try:
            act()
        except Error:
            logger.exception("rows not brought up to date deployment=%s", self.deployment.pk)

    def _record(self, action: Action, outcome: Outcome, name: str = "", detail: str = "") -> None:
        events.append_durably(self.actor.as_actor(), action, outcome, place=self.deployment, name=name, detail=detail)

    def _record_failure(self, action: Action, kind: str, name: str = "") -> None:
        try:
            self._record(action, Outcome.FAILED, name, kind)
        except StoreError:
            logger.exception("failure not recorded action=%s kind=%s", action, kind)
