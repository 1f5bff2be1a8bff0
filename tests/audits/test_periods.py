"""Who is due when: each audit, mornings of the schedule's zone, and daily while something critical is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from secretsui.audits import deliveries, periods, recipients
from secretsui.audits.models import Audit, Delivery, Recipient, Schedule, Silence, StoredFinding
from tests.audits.mailbox import ended, finding, made_schedule, recipient, told
from tests.conftest import Place, person

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def schedule(place: Place) -> Schedule:
    return made_schedule()


@pytest.fixture
def audit(schedule: Schedule, place: Place) -> Audit:
    audit = ended(schedule, place)
    Audit.objects.filter(pk=audit.pk).update(finished_at=SATURDAY - timedelta(hours=2))
    return audit


def planned(now: datetime = SATURDAY) -> list[tuple[str, str]]:
    """Twice, as two workers do."""
    periods.plan(now)
    periods.plan(now)
    return list(Delivery.objects.order_by("id").values_list("address", "period"))


def test_each_audit_that_ends_is_told_once(schedule: Schedule, audit: Audit) -> None:
    recipient(schedule)
    recipient(schedule, address="lea@example.org")
    assert planned() == [("ops@example.org", f"audit:{audit.pk}"), ("lea@example.org", f"audit:{audit.pk}")]


def test_an_audit_that_goes_on_or_was_stopped_is_not_told(schedule: Schedule, audit: Audit) -> None:
    recipient(schedule)
    Audit.objects.update(state="running")
    assert planned() == []
    Audit.objects.update(state="cancelled")
    assert planned() == []


def test_old_news_is_no_news(schedule: Schedule, audit: Audit) -> None:
    recipient(schedule)
    assert planned(SATURDAY + timedelta(days=4)) == []


@pytest.mark.parametrize(
    ("rhythm", "now", "period"),
    [
        ("daily", "2026-11-21T06:00", "2026-11-21"),  # 07:00 in Berlin
        ("daily", "2026-11-21T05:59", "2026-11-20"),
        ("daily", "2026-07-01T05:00", "2026-07-01"),  # summer
        ("weekly", "2026-11-16T06:00", "2026-W47"),
        ("weekly", "2026-11-16T05:59", "2026-W46"),
        ("monthly", "2026-12-01T06:00", "2026-12"),
        ("monthly", "2027-01-01T05:59", "2026-12"),
    ],
)
def test_digests_come_at_seven_in_the_schedules_zone(
    schedule: Schedule, audit: Audit, rhythm: str, now: str, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "LATE", timedelta(days=40))
    recipient(schedule, rhythm=rhythm)
    assert planned(datetime.fromisoformat(now).replace(tzinfo=UTC)) == [("ops@example.org", period)]


def test_days_without_a_worker_are_one_digest(schedule: Schedule, audit: Audit) -> None:
    recipient(schedule, rhythm="daily")
    assert len(planned(SATURDAY + timedelta(days=9))) == 1


def test_who_was_added_later_starts_with_the_next_period(schedule: Schedule, audit: Audit) -> None:
    to = recipient(schedule, rhythm="weekly")
    Recipient.objects.filter(pk=to.pk).update(created_at=SATURDAY)
    assert planned(SATURDAY + timedelta(hours=1)) == []


def test_a_schedule_that_is_off_tells_nothing(schedule: Schedule, audit: Audit) -> None:
    recipient(schedule, nags=True)
    Schedule.objects.update(is_active=False)
    assert planned() == []


def test_a_group_is_its_members_and_owners_those_of_findings(
    place: Place, schedule: Schedule, audit: Audit, bob: Any
) -> None:
    group = bob.groups.get()
    group.user_set.add(person("eve"))
    gone = person("gone")
    gone.is_active = False
    gone.save()
    group.user_set.add(gone)
    finding(place, owner="lea@example.org")
    finding(place, "other", owner="bob")
    finding(place, "third", owner="the data team")
    to_group = recipient(schedule, kind="group", group=group, address="")
    to_owners = recipient(schedule, kind="owner", address="")
    assert recipients.addresses(to_group, SATURDAY) == ["bob@example.org", "eve@example.org"]
    assert recipients.addresses(to_owners, SATURDAY) == ["bob@example.org", "lea@example.org"]
    assert recipients.owners()["the data team"] == ""


def test_one_of_a_group_may_be_silent_for_a_while_or_for_good(schedule: Schedule, bob: Any) -> None:
    to = recipient(schedule, kind="group", group=bob.groups.get(), address="")
    until = recipients.snooze(to, bob.email, 7)
    today = timezone.now()
    assert recipients.addresses(to, today) == []
    assert recipients.addresses(to, today + (until - today.date())) == [bob.email]
    recipients.unsubscribe(to, bob.email)
    assert recipients.addresses(to, today + timedelta(days=400)) == []
    recipients.snooze(to, bob.email, 1)  # an old mail's link does not bring anybody back
    assert recipients.addresses(to, today + timedelta(days=400)) == []
    assert Silence.objects.count() == 1
    recipients.subscribe_again(to, bob.email)
    assert recipients.addresses(to, today) == [bob.email]


def test_an_address_may_be_silent_for_a_while_or_for_good(schedule: Schedule) -> None:
    to = recipient(schedule)
    now = timezone.now()
    recipients.snooze(to, to.address, 30)
    to.refresh_from_db()
    assert recipients.addresses(to, now + timedelta(days=29)) == ()
    assert recipients.addresses(to, now + timedelta(days=30)) == ["ops@example.org"]
    recipients.unsubscribe(to, to.address)
    to.refresh_from_db()
    assert recipients.addresses(to, now + timedelta(days=30)) == ()
    recipients.subscribe_again(to, to.address)
    to.refresh_from_db()
    assert recipients.addresses(to, now) == ["ops@example.org"]


def sent(audit: Audit, to: Recipient, period: str = "") -> str:
    row = Delivery.objects.create(
        recipient=to, audit=audit, address=to.address, period=period or f"audit:{audit.pk}", next_at=timezone.now()
    )
    deliveries.deliver(row.pk)
    row.refresh_from_db()
    return str(row.state)


def test_who_wants_changes_only_is_left_alone_without(place: Place, schedule: Schedule, audit: Audit) -> None:
    to = recipient(schedule, only_changes=True)
    told(to, audit)
    finding(place, "old", seen=timedelta(days=5))
    Audit.objects.update(finished_at=timezone.now() - timedelta(days=1))
    assert sent(ended(schedule, place), to) == "skipped"
    finding(place, "new")
    assert sent(ended(schedule, place), to) == "sent"
    StoredFinding.objects.update(status="fixed", fixed_at=timezone.now() + timedelta(seconds=1))
    assert sent(ended(schedule, place), to) == "sent"
    StoredFinding.objects.update(fixed_at=timezone.now() - timedelta(days=1))
    assert sent(ended(schedule, place, state="partial"), to) == "sent"  # it was complete before


def test_nagging_is_about_open_criticals_and_not_beside_a_mail_that_names_them(
    place: Place, schedule: Schedule, audit: Audit
) -> None:
    to = recipient(schedule, nags=True, rhythm="weekly")
    assert ("ops@example.org", "nag:2026-11-21") in planned()
    assert sent(audit, to, "nag:1") == "skipped"
    found = finding(place, "sftp", severity="critical", seen=timedelta(days=3))
    finding(place, "less", severity="high")
    assert sent(audit, to, "nag:2") == "sent"
    assert mail.outbox[-1].subject == "[secretsui] 1 critical finding is open"
    assert "less" not in mail.outbox[-1].body
    StoredFinding.objects.filter(pk=found.pk).update(
        accepted_until=timezone.now().date() + timedelta(days=1), accepted_reason="known"
    )
    assert sent(audit, to, "nag:3") == "skipped"
    StoredFinding.objects.update(accepted_until=None)
    assert sent(audit, to) == "sent"
    assert sent(audit, to, "nag:4") == "skipped"


def test_an_owner_hears_that_the_last_of_theirs_is_fixed_and_then_no_more(
    place: Place, schedule: Schedule, audit: Audit
) -> None:
    to = recipient(schedule, kind="owner", address="")
    found = finding(place, owner="lea@example.org", seen=timedelta(days=9), status="fixed", fixed_at=timezone.now())
    Audit.objects.update(finished_at=timezone.now())
    to.address = "lea@example.org"
    assert sent(audit, to) == "sent"
    assert mail.outbox[-1].subject == "[secretsui] 0 new, 0 still open, 1 fixed"
    assert sent(ended(schedule, place), to) == "skipped"
    StoredFinding.objects.filter(pk=found.pk).update(fixed_at=timezone.now() - timedelta(days=40))
    assert recipients.addresses(to, timezone.now()) == []
