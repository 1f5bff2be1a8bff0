from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.utils import timezone

from secretsui.access.models import AccessEvent
from secretsui.audits.models import Recipient
from secretsui.inventory.models import Deployment
from tests.conftest import Place, logged_in
from tests.web.rows import text, words
from tests.web.scheduled import HOME, audited, finding, recipient, schedule

HOOK = "https://hooks.example/T0/B0/not-a-real-token"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


def typed(**more: Any) -> dict[str, Any]:
    return {
        "kind": "address",
        "address": "team@example.org",
        "shape": "slack",
        "severity": "high",
        "rhythm": "daily",
        **more,
    }


def new(admin: Client, **more: Any) -> Any:
    found = schedule()
    return admin.post(f"{HOME}{found.pk}/recipients/new/", typed(**more))


def test_an_address_is_added(admin: Client) -> None:
    assert new(admin, only_changes="on", nags="on").status_code == 302
    made = Recipient.objects.get()
    assert (made.address, made.severity, made.rhythm) == ("team@example.org", "high", "daily")
    assert (made.only_changes, made.nags) == (True, True)
    page = words(admin.get(f"{HOME}{made.schedule_id}/"))
    assert "team@example.org" in page
    assert "Findings from High on" in page
    assert "only when something changed, and every day while a critical one is open" in page
    event = AccessEvent.objects.get()
    assert (event.action, event.name) == ("schedule", "Weekdays")
    assert event.detail == "recipient added: team@example.org"


def test_a_group_an_owner_and_deployments(admin: Client) -> None:
    group = Group.objects.create(name="data")
    lab = Deployment.objects.create(name="lab", api="exported", airflow_version="3.3.2")
    found = schedule()
    path = f"{HOME}{found.pk}/recipients/new/"
    admin.post(path, typed(kind="group", group=group.pk, deployments=[lab.pk]))
    admin.post(path, typed(kind="owner"))
    first, second = Recipient.objects.order_by("pk")
    assert (first.group, first.address, list(first.deployments.all())) == (group, "", [lab])
    assert (second.kind, second.address, second.group) == ("owner", "", None)


def test_only_deployments_of_the_schedule_are_offered(admin: Client) -> None:
    lab, other = (Deployment.objects.create(name=name, api="exported", airflow_version="3.3.2") for name in "ab")
    found = schedule(covers_all=False)
    found.deployments.add(lab)
    answer = admin.post(f"{HOME}{found.pk}/recipients/new/", typed(deployments=[other.pk]))
    assert answer.status_code == 422


def test_a_webhook_is_kept_as_its_reference(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_HOOK", HOOK)
    assert new(admin, kind="webhook", webhook="env:SECRETSUI_CREDENTIAL_HOOK").status_code == 302
    made = Recipient.objects.get()
    assert (made.webhook, made.address) == ("env:SECRETSUI_CREDENTIAL_HOOK", "")


def test_a_reference_that_leads_nowhere_yet_is_kept_and_said(admin: Client) -> None:
    answer = new(admin, kind="webhook", webhook="env:SECRETSUI_CREDENTIAL_NOT_SET")
    assert answer.status_code == 302
    assert "SECRETSUI_CREDENTIAL_NOT_SET" in words(admin.get(answer["Location"]))
    assert Recipient.objects.get().webhook == "env:SECRETSUI_CREDENTIAL_NOT_SET"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": ""}, "Write the address that the e-mails go to."),
        ({"address": "nowhere"}, "Enter a valid email address."),
        ({"kind": "pigeon"}, "Select a valid choice."),
        ({"kind": "group"}, "Choose the group whose members"),
        ({"kind": "group", "group": "999"}, "Select a valid choice."),
        ({"kind": "webhook"}, "Name where the address of the webhook is kept."),
        ({"kind": "webhook", "webhook": HOOK}, "Write env:SECRETSUI_CREDENTIAL_"),
        ({"kind": "webhook", "webhook": "env:HOME"}, "Write env:SECRETSUI_CREDENTIAL_"),
        (
            {"kind": "webhook", "webhook": "env:SECRETSUI_CREDENTIAL_X", "shape": "generic"},
            "Name where the key is kept",
        ),
        ({"severity": "dire"}, "Select a valid choice."),
        ({"rhythm": "hourly"}, "Select a valid choice."),
        ({"deployments": ["x"]}, "is not a valid value"),
    ],
)
def test_bad_input_is_named_and_kept_unless_it_may_be_secret(admin: Client, change: dict[str, Any], said: str) -> None:
    answer = new(admin, **change)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "not-a-real-token" not in text(answer)
    assert not Recipient.objects.exists()


def test_one_is_edited_and_loses_what_its_kind_does_not_have(admin: Client) -> None:
    found = recipient(schedule())
    path = f"{HOME}{found.schedule_id}/recipients/{found.pk}/"
    assert "team@example.org" in text(admin.get(path))
    assert admin.post(path, typed(kind="owner", severity="info")).status_code == 302
    found.refresh_from_db()
    assert (found.kind, found.address, found.severity) == ("owner", "", "info")


@pytest.mark.parametrize(
    ("change", "is_silent"),
    [
        ({"severity": "info"}, True),
        ({"address": "others@example.org"}, False),
        ({"kind": "webhook", "webhook": "env:SECRETSUI_CREDENTIAL_HOOK"}, False),
    ],
)
def test_another_address_does_not_inherit_the_silence_of_the_former(
    admin: Client, change: dict[str, Any], is_silent: bool
) -> None:
    found = recipient(schedule())
    Recipient.objects.update(unsubscribed_at=timezone.now(), snoozed_until=timezone.now().date())
    assert admin.post(f"{HOME}{found.schedule_id}/recipients/{found.pk}/", typed(**change)).status_code == 302
    found.refresh_from_db()
    assert (found.unsubscribed_at is not None, found.snoozed_until is not None) == (is_silent, is_silent)


def test_one_is_removed(admin: Client) -> None:
    found = recipient(schedule())
    answer = admin.post(f"{HOME}{found.schedule_id}/recipients/{found.pk}/remove/", follow=True)
    assert "team@example.org hears nothing any more." in words(answer)
    assert not Recipient.objects.exists()


@pytest.fixture
def heard(place: Place) -> Recipient:
    """Of an audit that found one thing."""
    found = schedule()
    finding(audited(found, place.connections), place.connections, "postgres_crm")
    return recipient(found)


def mail_of(heard: Recipient) -> str:
    return f"{HOME}{heard.schedule_id}/recipients/{heard.pk}/mail/"


def test_the_e_mail_is_shown_before_it_goes_out(admin: Client, heard: Recipient) -> None:
    page = words(admin.get(mail_of(heard)))
    assert "E-mail to team@example.org" in page
    assert "postgres_crm" in page
    assert "1 new" in page


def test_the_html_runs_and_loads_nothing(admin: Client, heard: Recipient) -> None:
    answer = admin.get(f"{mail_of(heard)}html/")
    assert "postgres_crm" in text(answer)
    policy = answer["Content-Security-Policy"]
    for part in ("default-src 'none'", "sandbox", "form-action 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy


def test_before_the_first_audit_there_is_nothing_to_show(admin: Client) -> None:
    heard = recipient(schedule())
    assert "No audit of this schedule has ended yet." in words(admin.get(mail_of(heard)))
    assert admin.get(f"{mail_of(heard)}html/")["Location"] == mail_of(heard)
    answer = admin.post(mail_of(heard).replace("/mail/", "/test/"), follow=True)
    assert "there is nothing to send" in words(answer)
    assert mail.outbox == []


def test_a_test_goes_to_who_asks_alone(admin: Client, heard: Recipient) -> None:
    answer = admin.post(mail_of(heard).replace("/mail/", "/test/"), follow=True)
    assert "The test was sent." in words(answer)
    assert [each.to for each in mail.outbox] == [["root@example.org"]]
    assert "postgres_crm" in str(mail.outbox[0].body)
    assert not heard.deliveries.exists()


def test_the_links_of_a_test_stop_nothing_of_the_recipient(admin: Client, heard: Recipient) -> None:
    admin.post(mail_of(heard).replace("/mail/", "/test/"))
    found = re.search(r"/unsubscribe/[^/\s]+/", str(mail.outbox[0].body))
    assert found
    assert Client().post(found[0]).status_code == 404
    heard.refresh_from_db()
    assert heard.unsubscribed_at is None


def test_a_test_needs_an_address(admin: Client, root: User, heard: Recipient) -> None:
    User.objects.filter(pk=root.pk).update(email="")
    answer = admin.post(mail_of(heard).replace("/mail/", "/test/"), follow=True)
    assert "You have no e-mail address here." in words(answer)
    assert mail.outbox == []


def test_a_server_that_does_not_answer_is_said(admin: Client, heard: Recipient, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "secretsui.audits.smtp.Backend", "127.0.0.1"
    settings.EMAIL_PORT = 9
    answer = admin.post(mail_of(heard).replace("/mail/", "/test/"), follow=True)
    assert "The test was not sent." in words(answer)


def test_what_a_webhook_is_told_is_shown(admin: Client, heard: Recipient) -> None:
    Recipient.objects.filter(pk=heard.pk).update(kind="webhook", address="", webhook="env:SECRETSUI_CREDENTIAL_HOOK")
    page = admin.get(mail_of(heard))
    assert "Send it as a test" in words(page)
    assert "postgres_crm" in words(page)
    shown = re.search(r"<pre[^>]*>(.*)</pre>", text(page), re.DOTALL)
    assert shown
    assert "blocks" in json.loads(shown[1].replace("&quot;", '"').replace("&amp;", "&").replace("&#x27;", "'"))
    answer = admin.post(mail_of(heard).replace("/mail/", "/test/"), follow=True)
    assert "The test was not sent." in words(answer)
