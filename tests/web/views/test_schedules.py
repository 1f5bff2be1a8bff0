from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from secretsui.access.models import AccessEvent
from secretsui.audits.models import Audit, Delivery, Recipient, Schedule
from tests.conftest import Place, logged_in
from tests.web.rows import text, words
from tests.web.scheduled import HOME, audited, recipient, schedule


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


def typed(**more: Any) -> dict[str, Any]:
    return {"name": "Weekdays", "crontab": "0 7 * * 1-5", "zone": "Europe/Berlin", "covers_all": "on", **more}


def test_the_first_schedule_is_asked_for(admin: Client) -> None:
    assert "Add your first schedule" in words(admin.get(HOME))


def test_the_list_tells_when_and_what_and_who(admin: Client) -> None:
    found = schedule()
    recipient(found)
    page = words(admin.get(HOME))
    assert "At 07:00, Monday through Friday, Europe/Berlin" in page
    assert "Everything" in page
    assert "Nobody" not in page
    assert "Switch off" in page


def test_a_new_one_starts_at_its_time(admin: Client) -> None:
    made = admin.post(f"{HOME}new/", typed(is_active="on"), follow=True)
    found = Schedule.objects.get()
    assert made.redirect_chain == [(f"{HOME}{found.pk}/", 302)]
    assert "Weekdays added." in words(made)
    assert found.task is not None
    assert (found.task.enabled, str(found.task.crontab.timezone)) == (True, "Europe/Berlin")
    event = AccessEvent.objects.get()
    assert (event.action, event.name, event.detail) == ("schedule", "Weekdays", "added")


def test_its_page_shows_the_next_five_times(admin: Client) -> None:
    page = admin.get(f"{HOME}{schedule().pk}/")
    assert text(page).count("<time") == 5
    assert "Nobody hears of its audits yet" in words(page)


def test_it_is_edited_and_covers_what_is_ticked(admin: Client, place: Place) -> None:
    found = schedule()
    sent = typed(name="Nights", crontab="30 2 * * *", prefixes=[place.variables.pk])
    del sent["covers_all"]
    assert admin.post(f"{HOME}{found.pk}/", sent).status_code == 302
    found.refresh_from_db()
    assert (found.name, found.covers_all, found.is_active) == ("Nights", False, False)
    assert list(found.prefixes.all()) == [place.variables]
    page = words(admin.get(HOME))
    assert "At 02:30" in page
    assert "1 prefix" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "other"}, "Another schedule has this name."),
        ({"crontab": ""}, "Write when it starts"),
        ({"crontab": "7 am"}, "Write five fields"),
        ({"crontab": "61 7 * * *"}, "Minute:"),
        ({"crontab": "0 7 31 2 *"}, "This time never comes"),
        ({"zone": "Berlin"}, "There is no time zone of this name."),
        ({"zone": "../etc/passwd"}, "There is no time zone of this name."),
        ({"covers_all": ""}, "Tick a deployment or a prefix"),
        ({"covers_all": "", "prefixes": ["999"]}, "Select a valid choice."),
        ({"covers_all": "", "deployments": ["x"]}, "is not a valid value"),
        ({"name": "a\0b"}, "Null characters"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(admin: Client, change: dict[str, Any], said: str) -> None:
    schedule(name="Other")
    answer = admin.post(f"{HOME}new/", typed(**change))
    assert answer.status_code == 422
    assert said in words(answer)
    assert (change.get("zone") or "Europe/Berlin") in text(answer)
    assert Schedule.objects.count() == 1


def test_the_times_are_shown_while_they_are_typed(admin: Client) -> None:
    answer = admin.get(f"{HOME}times/", {"crontab": "0 6 1 * *", "zone": "UTC"}, headers={"HX-Request": "true"})
    assert "At 06:00, on day 1 of the month, UTC" in words(answer)
    assert text(answer).count("<time") == 5
    assert "<html" not in text(answer)


def test_times_that_cannot_be_read_say_why(admin: Client) -> None:
    answer = admin.get(f"{HOME}times/", {"crontab": "0 25 * * *", "zone": "UTC"})
    assert answer.status_code == 422
    assert "Hour:" in words(answer)


def test_without_script_a_button_shows_the_times_and_saves_nothing(admin: Client) -> None:
    answer = admin.post(f"{HOME}new/", typed(crontab="0 6 1 * *", action="times"))
    assert answer.status_code == 200
    assert "on day 1 of the month" in words(answer)
    assert not Schedule.objects.exists()


def test_it_is_switched_off_and_on(admin: Client) -> None:
    found = schedule()
    admin.post(f"{HOME}{found.pk}/active/")
    assert not PeriodicTask.objects.get(audit_schedule=found).enabled
    assert "Switch on" in words(admin.get(HOME))
    admin.post(f"{HOME}{found.pk}/active/", {"active": "on"})
    assert PeriodicTask.objects.get(audit_schedule=found).enabled
    assert [each.detail for each in AccessEvent.objects.order_by("pk")] == ["switched off", "switched on"]


def test_one_that_lost_its_time_says_so(admin: Client) -> None:
    found = schedule()
    PeriodicTask.objects.filter(audit_schedule=found).delete()
    assert "Has no time" in words(admin.get(HOME))
    assert admin.get(f"{HOME}{found.pk}/").status_code == 200
    assert "It has no time any more." in words(admin.post(f"{HOME}{found.pk}/active/", follow=True))


def test_it_is_removed_once_the_box_is_ticked(admin: Client) -> None:
    found = schedule()
    audit = audited(found)
    unticked = admin.post(f"{HOME}{found.pk}/remove/")
    assert unticked.status_code == 422
    assert "Tick the box" in words(unticked)
    assert admin.post(f"{HOME}{found.pk}/remove/", {"confirm": "yes"}).status_code == 302
    assert not Schedule.objects.exists()
    assert Audit.objects.filter(pk=audit.pk).exists()


def test_why_the_last_time_started_nothing_is_said(admin: Client) -> None:
    found = schedule()
    Schedule.objects.filter(pk=found.pk).update(problem="Another audit of it runs.")
    assert "Another audit of it runs." in words(admin.get(f"{HOME}{found.pk}/"))


def test_what_was_sent_is_listed_with_what_went_wrong(admin: Client) -> None:
    found = schedule()
    heard, audit = recipient(found), audited(found)
    common: dict[str, Any] = {"recipient": heard, "audit": audit}
    Delivery.objects.create(**common, address="a@example.org", period="1", state="sent", sent_at=timezone.now())
    failed = Delivery.objects.create(
        **common, address="b@example.org", period="1", state="failed", code="550", problem="No such mailbox."
    )
    later = timezone.now() + timedelta(minutes=5)
    Delivery.objects.create(**common, address="c@example.org", period="1", state="retry", code="451", next_at=later)
    page = words(admin.get(f"{HOME}{found.pk}/"))
    for said in ("Sent", "No such mailbox. 550", "Will be tried again", "Next attempt:"):
        assert said in page
    assert page.count("Send again") == 1
    answer = admin.post(f"{HOME}{found.pk}/deliveries/{failed.pk}/again/", follow=True)
    assert "It will be sent within a minute." in words(answer)
    failed.refresh_from_db()
    assert failed.state == "retry"
    assert "on its way already" in words(admin.post(f"{HOME}{found.pk}/deliveries/{failed.pk}/again/", follow=True))


def test_who_has_unsubscribed_is_shown(admin: Client) -> None:
    found = schedule()
    recipient(found, unsubscribed_at=timezone.now())
    group = recipient(found, kind="group", address="", group=Group.objects.create(name="data"))
    group.silences.create(address="mara@example.org")
    page = words(admin.get(f"{HOME}{found.pk}/"))
    assert "Unsubscribed just now" in page
    assert "mara@example.org: unsubscribed" in page


ADDRESSES = ("", "new/", "times/", "{schedule}/", "{schedule}/remove/", "{schedule}/recipients/new/")
OF_RECIPIENT = ("{schedule}/recipients/{recipient}/", "{schedule}/recipients/{recipient}/mail/")
POSTS = ("{schedule}/active/", "{schedule}/recipients/{recipient}/remove/", "{schedule}/recipients/{recipient}/test/")


@pytest.mark.parametrize("path", [*ADDRESSES, *OF_RECIPIENT, "{schedule}/recipients/{recipient}/mail/html/"])
def test_only_administrators_get_there(as_alice: Client, as_charlie: Client, path: str) -> None:
    found = schedule()
    address = HOME + path.format(schedule=found.pk, recipient=recipient(found).pk)
    assert as_alice.get(address).status_code == 403
    assert as_charlie.get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("path", POSTS)
def test_only_administrators_change_something(as_alice: Client, admin: Client, path: str) -> None:
    found = schedule()
    address = HOME + path.format(schedule=found.pk, recipient=recipient(found).pk)
    assert as_alice.post(address).status_code == 403
    assert admin.get(address).status_code == 405
    found.refresh_from_db()
    assert (found.is_active, found.recipients.count()) == (True, 1)


@pytest.mark.parametrize("path", [*ADDRESSES[3:], *OF_RECIPIENT, *POSTS, "{schedule}/deliveries/1/again/"])
def test_what_is_not_there_is_not_found(admin: Client, path: str) -> None:
    mine = recipient(schedule())
    other = schedule(name="Other")
    ask = admin.post if path in POSTS or "again" in path else admin.get
    for gone in (9999, 10**17):
        assert ask(HOME + path.format(schedule=gone, recipient=mine.pk)).status_code == 404
    if "{recipient}" in path:
        assert ask(HOME + path.format(schedule=other.pk, recipient=mine.pk)).status_code == 404


def test_a_change_needs_a_password_of_late(root: User) -> None:
    client = logged_in(root)
    found = schedule()
    for path in ("new/", f"{found.pk}/", f"{found.pk}/active/", f"{found.pk}/remove/"):
        answer = client.post(HOME + path, typed())
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    found.refresh_from_db()
    assert found.is_active
    assert Recipient.objects.count() == 0
