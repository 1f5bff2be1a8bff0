"""What brings a matrix up to date, and what says that it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from secretsui.access import tasks
from secretsui.inventory import sync
from secretsui.inventory.deployments import resolving, sources, triggers
from secretsui.inventory.models import Deployment, Prefix, Refresh, ResolvedRow
from tests.conftest import Place
from tests.inventory.deployments import halden

pytestmark = pytest.mark.database

Sent = list[tuple[int, str]]


@pytest.fixture
def deployment(place: Place) -> Deployment:
    found = halden.deployment(place.connections)
    halden.read(found)
    halden.source(found)
    resolving.resolve_all(found)
    return found


@pytest.fixture
def sent(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[Callable[[], object]], Sent]:
    """What is sent to workers once the work is committed."""
    found: Sent = []
    monkeypatch.setattr(triggers.app, "send_task", lambda _name, args: found.append(tuple(args)))

    def by(work: Callable[[], object]) -> Sent:
        found.clear()
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return found

    return by


def test_a_refreshed_prefix_resolves_whoever_looks_there(
    deployment: Deployment, place: Place, sent: Callable[..., Sent]
) -> None:
    other = Prefix.objects.create(
        account=place.account, region="us-east-2", path="airflow/connections", kind="connection"
    )

    assert [each for each, _ in sent(lambda: triggers.prefix_changed(place.connections))] == [deployment.pk]
    assert sent(lambda: triggers.prefix_changed(other)) == []


@pytest.mark.parametrize("changed", [triggers.layers_changed, triggers.deployment_changed])
def test_a_changed_deployment_is_resolved(
    deployment: Deployment, sent: Callable[..., Sent], changed: Callable[[Deployment], None]
) -> None:
    assert [each for each, _ in sent(lambda: changed(deployment))] == [deployment.pk]


def test_a_queue_that_takes_nothing_breaks_nothing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(triggers.app, "send_task", refuse)
    triggers.send(deployment.pk, timezone.now())

    assert "resolution not sent" in caplog.text


def test_a_task_resolves_once_for_all_who_waited(deployment: Deployment) -> None:
    wanted_at = timezone.now()
    halden.row(deployment, "crm")
    tasks.resolve_deployment(deployment.pk, wanted_at.isoformat())
    made = ResolvedRow.objects.get().pk
    tasks.resolve_deployment(deployment.pk, (wanted_at + timedelta(microseconds=1)).isoformat())

    assert ResolvedRow.objects.get().pk == made


def test_a_task_for_a_deployment_that_is_gone_does_nothing(db: None) -> None:
    tasks.resolve_deployment(4711, timezone.now().isoformat())

    assert not ResolvedRow.objects.exists()


def test_a_secret_that_is_looked_at_changes_its_rows_at_once(deployment: Deployment, place: Place) -> None:
    record = halden.secret(place.connections, "crm")
    triggers.secret_changed(place.connections, record.name)

    assert ResolvedRow.objects.get().winner == "backend"


def test_a_secret_that_changes_while_everything_is_written_waits_for_a_worker(
    deployment: Deployment, place: Place, sent: Callable[..., Sent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "resolve_secret", lambda *_: False)

    work = lambda: triggers.secret_changed(place.connections, "airflow/connections/crm")  # noqa: E731
    assert [each for each, _ in sent(work)] == [deployment.pk]


def test_a_secret_that_may_have_changed_is_in_doubt_at_once(deployment: Deployment, place: Place) -> None:
    record = halden.secret(place.connections, "crm")
    sync.mark_stale(place.connections, record.name)

    row = ResolvedRow.objects.get()
    assert (row.winner, row.is_certain) == ("backend", False)


def test_a_deployment_that_was_never_resolved_waits_for_the_whole(deployment: Deployment, place: Place) -> None:
    Deployment.objects.update(resolved_at=None)
    triggers.secret_changed(place.connections, halden.secret(place.connections, "crm").name)

    assert not ResolvedRow.objects.exists()


class TestOutdated:
    @pytest.fixture
    def after(self, deployment: Deployment) -> datetime:
        assert deployment.resolved_at is not None
        return deployment.resolved_at + timedelta(seconds=1)

    def outdated(self) -> bool:
        return triggers.is_outdated(Deployment.objects.get())

    def test_one_that_was_just_resolved_is_not(self, deployment: Deployment) -> None:
        assert not self.outdated()

    def test_one_that_was_never_resolved_is(self, deployment: Deployment) -> None:
        Deployment.objects.update(resolved_at=None)

        assert self.outdated()

    def test_one_that_was_edited_is(self, deployment: Deployment) -> None:
        Deployment.objects.get().save()

        assert self.outdated()

    def test_one_whose_database_was_read_is(self, deployment: Deployment, after: datetime) -> None:
        deployment.layer_states.update(tried_at=after)

        assert self.outdated()

    def test_one_with_a_newer_report_is(self, deployment: Deployment, after: datetime) -> None:
        halden.source(deployment, as_of=after)

        assert self.outdated()

    def test_one_whose_prefix_was_refreshed_is(self, deployment: Deployment, place: Place, after: datetime) -> None:
        Refresh.objects.create(prefix=place.variables, state="done", finished_at=after)

        assert self.outdated()

    def test_one_whose_source_was_removed_is(self, deployment: Deployment) -> None:
        sources.remove(deployment.sources.get())

        assert self.outdated()

    def test_one_whose_prefix_was_removed_is(self, deployment: Deployment, place: Place) -> None:
        place.variables.delete()
        triggers.prefix_changed(place.variables)

        assert self.outdated()

    def test_a_refresh_elsewhere_does_not_count(self, deployment: Deployment, place: Place, after: datetime) -> None:
        other = Prefix.objects.create(account=place.account, region="us-east-2", path="x", kind="connection")
        Refresh.objects.create(prefix=other, state="done", finished_at=after)

        assert not self.outdated()

    def test_the_schedule_sends_only_what_is_outdated(
        self, deployment: Deployment, place: Place, sent: Callable[..., Sent]
    ) -> None:
        other = halden.deployment(place.connections, "halden-dev")

        assert [each for each, _ in sent(triggers.queue_outdated)] == [other.pk]
