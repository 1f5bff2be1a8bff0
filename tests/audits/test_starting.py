from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from secretsui.access import policy
from secretsui.access.door import Job, Person
from secretsui.access.models import AccessEvent, DeploymentGrant, DeploymentLevel
from secretsui.audits import running, starting
from secretsui.audits.models import Audit
from secretsui.celery import app
from secretsui.inventory.models import Deployment, Prefix
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
JOB = Job("test")


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


def see(user: User, found: Deployment) -> None:
    group, _ = Group.objects.get_or_create(name=f"{user.username} sees")
    user.groups.add(group)
    DeploymentGrant.objects.create(group=group, deployment=found, level=DeploymentLevel.SEE)


def create(actor: Person | Job = JOB, **given: Any) -> Audit:
    return starting.create(actor, trigger=Audit.Trigger.MANUAL, **given)


def covered(audit: Audit) -> set[str]:
    return {str(part.prefix.path if part.prefix else part.deployment) for part in audit.parts.all()}


def test_without_a_choice_it_covers_everything_that_the_person_may_see(place: Place, bob: User) -> None:
    seen = deployment(place.connections)
    deployment(place.connections, "hidden")
    see(bob, seen)
    audit = create(Person(bob))
    assert covered(audit) == {"airflow/connections", "airflow/variables", "airflow/config", "halden-prod"}
    assert (audit.asked_by, audit.covers_all, audit.state) == (bob, False, Audit.State.QUEUED)


def test_it_covers_all_where_nothing_is_hidden(place: Place, bob: User) -> None:
    see(bob, deployment(place.connections))
    assert create(Person(bob)).covers_all


def test_with_a_deployment_come_the_prefixes_in_which_it_looks(place: Place) -> None:
    found = deployment(place.connections)
    Prefix.objects.create(account=place.account, region="us-east-1", path="elsewhere", kind="connection")
    audit = create(deployments=[found])
    assert covered(audit) == {"halden-prod", *(each.path for each in place.prefixes)}
    assert not audit.covers_all


def test_chosen_prefixes_alone_bring_no_deployment(place: Place) -> None:
    deployment(place.connections)
    assert covered(create(prefixes=[place.variables])) == {"airflow/variables"}


def test_what_a_person_does_not_see_they_cannot_audit_and_the_log_says_that_they_tried(
    place: Place, bob: User, charlie: User
) -> None:
    hidden = deployment(place.connections)
    for actor, given in ((bob, {"deployments": [hidden]}), (charlie, {"prefixes": [place.variables]})):
        with pytest.raises(policy.NotVisible):
            create(Person(actor), **given)
    assert not Audit.objects.exists()
    events = AccessEvent.objects.filter(action="audit")
    assert {(each.actor, each.outcome) for each in events} == {("bob", "refused"), ("charlie", "refused")}


def test_nobody_audits_nothing(place: Place, charlie: User, root: User) -> None:
    for who in (charlie, root):
        with pytest.raises(starting.NothingToAudit):
            create(Person(who))
    with pytest.raises(starting.NothingToAudit):
        create(prefixes=[])


def test_each_place_has_a_line_in_the_log(place: Place, bob: User) -> None:
    audit = create(Person(bob, "10.0.0.7"), prefixes=[place.variables, place.config])
    events = AccessEvent.objects.filter(action="audit", outcome="allowed")
    assert {(each.prefix_path, each.detail) for each in events} == {
        ("airflow/variables", f"audit {audit.pk}, manual"),
        ("airflow/config", f"audit {audit.pk}, manual"),
    }


def test_a_deployment_is_audited_by_one_at_a_time(place: Place) -> None:
    found, other = deployment(place.connections), deployment(place.connections, "other")
    first = create(deployments=[found])
    with pytest.raises(starting.Busy, match="halden-prod has not ended") as busy:
        create(deployments=[other, found])
    assert (busy.value.audit, busy.value.deployments) == (first, [found])
    assert Audit.objects.count() == 1
    assert create(deployments=[other])
    running.close(first.pk, Audit.State.FAILED, running.LEFT)
    assert create(deployments=[found])


def test_one_that_nobody_gives_a_sign_of_holds_no_deployment(place: Place) -> None:
    found = deployment(place.connections)
    first = create(deployments=[found])
    Audit.objects.update(beat_at=timezone.now() - timedelta(hours=2))
    assert create(deployments=[found])
    first.refresh_from_db()
    assert (first.state, first.parts.filter(is_open=True).exists()) == (Audit.State.FAILED, False)
    assert "No worker took" in first.problem


def test_the_first_parts_are_sent_when_the_transaction_commits(
    place: Place, sent: list[tuple[str, Any]], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.AUDIT_PARALLEL = 2
    with django_capture_on_commit_callbacks(execute=True):
        audit = starting.start(JOB, trigger=Audit.Trigger.MANUAL)
        assert sent == []
    parts = list(audit.parts.values_list("pk", flat=True))
    assert sent == [(running.READ, [pk]) for pk in parts[:2]]
    assert [part.sent_at is not None for part in audit.parts.all()] == [True, True, False]


def test_a_person_who_left_starts_nothing(place: Place, bob: User) -> None:
    bob.is_active = False
    with pytest.raises(starting.NothingToAudit):
        create(Person(bob))


def test_a_schedule_sees_everything(place: Place) -> None:
    assert create(Job("schedule")).covers_all
