from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import signing
from django.test import Client
from django.utils import timezone

from secretsui.audits import emails, links
from secretsui.audits.models import Delivery, Recipient
from tests.conftest import Place, logged_in
from tests.web.rows import text, words
from tests.web.scheduled import audited, finding, recipient, schedule

HOME = "/notifications/"


@pytest.fixture
def heard(db: None) -> Recipient:
    return recipient(schedule(), address="charlie@example.org")


def test_nobody_writes_to_charlie(as_charlie: Client, root: User) -> None:
    page = words(as_charlie.get(HOME))
    assert "No schedule writes to you. Who can add you to one: root." in page


def test_it_lists_what_comes_by_address_group_and_tag(as_charlie: Client, charlie: User, place: Place) -> None:
    group = Group.objects.create(name="data")
    charlie.groups.add(group)
    recipient(schedule("By address"), address="Charlie@example.org")
    recipient(schedule("By group"), kind="group", address="", group=group)
    found = schedule("By tag")
    recipient(found, kind="owner", address="")
    finding(audited(found, place.connections), place.connections, owner="charlie")
    recipient(schedule("Of others"), address="bob@example.org")
    recipient(schedule("Of another group"), kind="group", address="", group=Group.objects.create(name="web"))
    page = words(as_charlie.get(HOME))
    for said in ("By address", "By group as a member of data", "By tag what you own"):
        assert said in page
    assert "Of others" not in page
    assert "Of another group" not in page


def test_what_came_lately_is_listed(as_charlie: Client, heard: Recipient) -> None:
    audit = audited(heard.schedule)
    now = timezone.now()
    Delivery.objects.create(
        recipient=heard, audit=audit, address=heard.address, period="2026-11-21", state="sent", sent_at=now
    )
    Delivery.objects.create(recipient=heard, audit=audit, address="bob@example.org", period="2026-W47", state="sent")
    page = words(as_charlie.get(HOME))
    assert "2026-11-21" in page
    assert "2026-W47" not in page


def test_one_stops_snoozes_and_receives_again(as_charlie: Client, heard: Recipient) -> None:
    path = f"{HOME}{heard.pk}/"
    assert "You get no more e-mails of Weekdays." in words(as_charlie.post(path, {"do": "stop"}, follow=True))
    heard.refresh_from_db()
    assert heard.unsubscribed_at
    assert "You get e-mails of Weekdays again." in words(as_charlie.post(path, {"do": "again"}, follow=True))
    page = words(as_charlie.post(path, {"do": "snooze", "days": "7"}, follow=True))
    heard.refresh_from_db()
    assert heard.snoozed_until == timezone.now().date() + timedelta(days=7)
    assert "Nothing before" in page
    assert "Receive again" in page


@pytest.mark.parametrize("sent", [{}, {"do": "snooze"}, {"do": "snooze", "days": "9999"}, {"do": "remove"}])
def test_anything_else_changes_nothing(as_charlie: Client, heard: Recipient, sent: dict[str, str]) -> None:
    assert "Choose one of the buttons." in words(as_charlie.post(f"{HOME}{heard.pk}/", sent, follow=True))
    heard.refresh_from_db()
    assert (heard.unsubscribed_at, heard.snoozed_until) == (None, None)


def test_a_member_silences_only_themselves(as_charlie: Client, charlie: User, bob: User) -> None:
    group = Group.objects.create(name="data")
    group.user_set.set([charlie, bob])
    found = recipient(schedule(), kind="group", address="", group=group)
    as_charlie.post(f"{HOME}{found.pk}/", {"do": "stop"})
    assert [each.address for each in found.silences.all()] == ["charlie@example.org"]
    assert "Unsubscribed" in words(as_charlie.get(HOME))
    assert "Receive again" not in words(logged_in(bob).get(HOME))


def test_nobody_stops_what_another_one_receives(as_alice: Client, as_root: Client, heard: Recipient) -> None:
    for client in (as_alice, as_root):
        assert client.post(f"{HOME}{heard.pk}/", {"do": "stop"}).status_code == 404
    assert as_alice.get(f"{HOME}{heard.pk}/").status_code == 405
    heard.refresh_from_db()
    assert heard.unsubscribed_at is None


def test_without_an_address_nothing_is_received(as_charlie: Client, charlie: User, heard: Recipient) -> None:
    User.objects.filter(pk=charlie.pk).update(email="")
    recipient(heard.schedule, kind="owner", address="")
    assert "You have no e-mail address here" in words(as_charlie.get(HOME))
    assert as_charlie.post(f"{HOME}{heard.pk}/", {"do": "stop"}).status_code == 404


def link(purpose: links.Purpose, heard: Recipient) -> str:
    return urlsplit(links.signed(purpose, heard, heard.address)).path


def test_following_the_link_changes_nothing(heard: Recipient) -> None:
    page = Client().get(link("unsubscribe", heard))
    assert page.status_code == 200
    assert "Stop e-mails about the audits of Weekdays?" in words(page)
    assert "charlie@example.org" in words(page)
    Client().get(link("snooze", heard))
    heard.refresh_from_db()
    assert (heard.unsubscribed_at, heard.snoozed_until) == (None, None)


def test_one_click_unsubscribes_without_cookie_or_form(heard: Recipient) -> None:
    """As mail programs send it, RFC 8058."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(link("unsubscribe", heard), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You get no more e-mails of Weekdays." in words(answer)
    heard.refresh_from_db()
    assert heard.unsubscribed_at
    again = client.post(link("unsubscribe", heard), {"do": "again"})
    assert "You get e-mails of Weekdays again." in words(again)
    heard.refresh_from_db()
    assert heard.unsubscribed_at is None


def test_unsubscribing_twice_says_the_same(heard: Recipient) -> None:
    for _time in range(2):
        assert "You get no more" in words(Client().post(link("unsubscribe", heard)))


def test_the_snooze_link_asks_for_how_long(heard: Recipient) -> None:
    assert "1 day7 days30 days" in words(Client().get(link("snooze", heard))).replace(" 7", "7").replace(" 30", "30")
    wrong = Client().post(link("snooze", heard), {"days": "400"})
    assert wrong.status_code == 422
    assert "Choose one of these times." in words(wrong)
    assert "You get no e-mails of Weekdays before" in words(Client().post(link("snooze", heard), {"days": "30"}))
    heard.refresh_from_db()
    assert heard.snoozed_until == timezone.now().date() + timedelta(days=30)


def test_a_snooze_needs_its_own_page(heard: Recipient) -> None:
    assert Client(enforce_csrf_checks=True).post(link("snooze", heard), {"days": "7"}).status_code == 403


def test_the_link_of_a_member_silences_only_them(charlie: User) -> None:
    group = Group.objects.create(name="data")
    found = recipient(schedule(), kind="group", address="", group=group)
    token = links.token("unsubscribe", found, "charlie@example.org")
    Client().post(f"/unsubscribe/{token}/")
    assert [each.address for each in found.silences.all()] == ["charlie@example.org"]
    found.refresh_from_db()
    assert found.unsubscribed_at is None


def wrong_links(heard: Recipient) -> dict[str, str]:
    right = links.token("unsubscribe", heard, heard.address)
    gone = recipient(heard.schedule)
    of_gone = links.token("unsubscribe", gone, gone.address)
    gone.delete()
    return {
        "none": "none",
        "cut": right[:-3],
        "for another purpose": links.token("snooze", heard, heard.address),
        "of one that is gone": of_gone,
        "of an address that is not written to any more": links.token("unsubscribe", heard, "old@example.org"),
        "signed by us for something else": signing.dumps([heard.pk, heard.address]),
    }


def test_a_link_that_is_not_right_is_a_sentence(heard: Recipient) -> None:
    for why, token in wrong_links(heard).items():
        for ask in (Client().get, Client().post):
            answer = ask(f"/unsubscribe/{token}/")
            assert answer.status_code == 404, why
            assert "This link is not valid any more" in words(answer), why
    heard.refresh_from_db()
    assert heard.unsubscribed_at is None


def test_the_link_of_a_former_address_does_not_silence_the_webhook_in_its_place(heard: Recipient) -> None:
    path = link("unsubscribe", heard)
    Recipient.objects.update(kind="webhook", address="", webhook="env:SECRETSUI_CREDENTIAL_HOOK")
    assert Client().post(path).status_code == 404
    heard.refresh_from_db()
    assert heard.unsubscribed_at is None


def test_a_link_that_is_too_old_is_a_sentence(heard: Recipient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link("snooze", heard)
    monkeypatch.setattr("secretsui.audits.links.LASTS", -1)
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"days": "7"}).status_code == 404


def test_the_public_pages_take_no_other_method(heard: Recipient) -> None:
    for purpose in ("unsubscribe", "snooze"):
        assert Client().put(link(purpose, heard)).status_code == 405  # type: ignore[arg-type]


def test_every_link_of_an_e_mail_works(alice: User, place: Place) -> None:
    """For somebody who may list the prefix, and those without signing in for anybody."""
    found = schedule()
    audit = audited(found, place.connections)
    finding(audit, place.connections, "postgres_crm")
    heard = recipient(found, address=alice.email)
    message = emails.preview(heard, alice.email)
    assert message
    urls = {html.unescape(each) for each in re.findall(r'href="([^"]+)"', message.html)}
    urls |= set(re.findall(r"https?://\S+", message.text))
    urls.add(message.headers["List-Unsubscribe"].strip("<>"))
    client = logged_in(alice)
    for url in urls:
        assert url.startswith(settings.PUBLIC_URL), url
        assert client.get(url.removeprefix(settings.PUBLIC_URL)).status_code == 200, url
    paths = {url.removeprefix(settings.PUBLIC_URL).split("/")[1] for url in urls}
    assert paths >= {"audits", "findings", "notifications", "unsubscribe", "snooze"}
    for purpose in ("unsubscribe", "snooze"):
        assert text(Client().get(link(purpose, heard)))  # type: ignore[arg-type]
