"""What is removed of old audits, and what stays however old it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.audits import pruning, tasks
from secretsui.audits.models import Audit, Delivery, FindingEvent, Part, Recipient, Schedule, StoredFinding
from tests.conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
OLD, YOUNG = NOW - timedelta(days=401), NOW - timedelta(days=399)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "KEPT", 1)


def audit(at: Any = OLD, **given: Any) -> Audit:
    return Audit.objects.create(**{"state": Audit.State.DONE, "finished_at": at} | given)


def finding(number: int, **given: Any) -> StoredFinding:
    told = {"rule": "R-60", "subject": f"secret:{number}", "severity": "low", "rank": 3, "code": "unused"}
    return StoredFinding.objects.create(fingerprint=str(number), first_seen_at=OLD, last_seen_at=OLD, **told | given)


def recipient() -> Recipient:
    schedule = Schedule.objects.create(name="nightly")
    return Recipient.objects.create(schedule=schedule, address="mara@halden.example")


def delivery(to: Recipient, period: str, at: Any = OLD, **given: Any) -> Delivery:
    made = Delivery.objects.create(recipient=to, address=to.address, period=period, **{"state": "sent"} | given)
    Delivery.objects.filter(pk=made.pk).update(made_at=at)
    return made


def test_audits_go_with_their_parts_when_they_are_old(place: Place) -> None:
    gone, young = audit(), audit(YOUNG)
    Part.objects.create(audit=gone, prefix=place.connections)
    newest = audit()
    pruning.prune(NOW)
    assert set(Audit.objects.all()) == {young, newest}
    assert not Part.objects.exists()


def test_the_time_may_be_set(settings: Any) -> None:
    audit(YOUNG), audit(YOUNG)
    settings.AUDIT_KEEP_DAYS = 30
    pruning.prune(NOW)
    assert Audit.objects.count() == 1


def test_an_audit_that_has_not_ended_stays() -> None:
    running = audit(None, state=Audit.State.RUNNING)
    audit()
    pruning.prune(NOW)
    assert running in Audit.objects.all()


def test_the_last_audit_of_each_schedule_stays() -> None:
    schedule = Schedule.objects.create(name="yearly")
    before, last = audit(schedule=schedule), audit(schedule=schedule)
    newest = audit()
    pruning.prune(NOW)
    assert before not in Audit.objects.all()
    assert set(Audit.objects.all()) == {last, newest}


def test_the_last_delivery_that_told_an_address_something_stays_with_its_audit() -> None:
    to = recipient()
    before, told, skipped = audit(), audit(), audit()
    delivery(to, "1", audit=before)
    kept = delivery(to, "2", audit=told)
    delivery(to, "3", audit=skipped, state="skipped")
    newest = audit()
    pruning.prune(NOW)
    pruning.prune(NOW)
    assert list(Delivery.objects.all()) == [kept]
    assert set(Audit.objects.all()) == {told, newest}


@pytest.mark.parametrize("state", pruning.UNSETTLED)
def test_a_delivery_that_is_still_to_be_sent_stays(state: str) -> None:
    waiting = delivery(recipient(), "1", state=state)
    pruning.prune(NOW)
    assert list(Delivery.objects.all()) == [waiting]


def test_young_deliveries_stay() -> None:
    to = recipient()
    delivery(to, "1", YOUNG), delivery(to, "2", YOUNG)
    pruning.prune(NOW)
    assert Delivery.objects.count() == 2


def test_fixed_findings_go_with_their_history_and_open_ones_keep_their_beginning() -> None:
    fixed, lately = finding(1, status="fixed", fixed_at=OLD), finding(2, status="fixed", fixed_at=YOUNG)
    still = finding(3)
    for each in (fixed, lately, still):
        for what in ("new", "accepted"):
            FindingEvent.objects.create(finding=each, what=what, at=OLD)
    recent = FindingEvent.objects.create(finding=still, what="ended", at=YOUNG)
    pruning.prune(NOW)
    assert set(StoredFinding.objects.all()) == {lately, still}
    left = FindingEvent.objects.values_list("finding", "what")
    assert set(left) == {(lately.pk, "new"), (still.pk, "new"), (still.pk, recent.what)}


def test_a_long_list_goes_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "SOME", 2)
    for _ in range(6):
        audit()
    assert [pruning.prune(NOW) for _ in range(4)] == [2, 2, 1, 0]


def test_acceptances_end_with_their_day_without_an_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    over = finding(1, accepted_until=yesterday, accepted_reason="until the move")
    today = finding(2, accepted_until=timezone.localdate(), accepted_reason="until the move")
    tasks.sweep()
    tasks.sweep()
    over.refresh_from_db(), today.refresh_from_db()
    assert (over.accepted_until, today.accepted_until) == (None, timezone.localdate())
    [event] = FindingEvent.objects.filter(what="ended")
    assert (event.finding, event.audit) == (over, None)


def test_the_worker_is_asked_to_prune_by_itself(settings: Any) -> None:
    asked = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.prune.name, tasks.sweep.name} <= asked
    audit(), audit()
    tasks.prune()
    assert Audit.objects.count() == 1
