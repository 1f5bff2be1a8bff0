"""What a mail says: changes since the last one first, both twins the same, small, and every link into the product."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import resolve
from django.utils import timezone

from secretsui.audits import digests, emails, links
from secretsui.audits.models import Audit, Recipient, Schedule
from secretsui.inventory.models import Deployment
from tests.audits.mailbox import ended, finding, made_schedule, recipient, told
from tests.conftest import Place, person

DAY = timedelta(days=1)


@pytest.fixture
def schedule(place: Place) -> Schedule:
    return made_schedule()


@pytest.fixture
def audit(schedule: Schedule, place: Place) -> Audit:
    return ended(schedule, place)


@pytest.fixture
def ops(schedule: Schedule) -> Recipient:
    return recipient(schedule)


def mail(to: Recipient, audit: Audit, address: str = "") -> emails.Message:
    return emails.build(digests.contents(to, address or to.address, audit))


def names(found: digests.Findings) -> list[str]:
    return [each.name for each in found]


def test_both_twins_tell_what_is_new_open_fixed_and_accepted(place: Place, ops: Recipient) -> None:
    told(ops, ended(ops.schedule, place, ago=3 * DAY))
    finding(place, "sftp_partner", severity="critical", owner="lea@example.org")
    finding(place, "mysql_legacy", seen=12 * DAY)
    finding(place, "smtp_old", seen=12 * DAY, status="fixed", fixed_at=timezone.now())
    until = timezone.now().date() + timedelta(days=9)
    finding(place, "bucket", seen=9 * DAY, accepted_until=until, accepted_reason="a migration", accepted_by="jonas")
    message = mail(ops, ended(ops.schedule, place))
    assert message.subject == "[secretsui] 1 new (1 critical), 1 still open, 1 fixed"
    html = unescape(re.sub(r"<[^>]+>", " ", message.html))
    for part in (
        "1 new problem, 1 of them critical",
        "sftp_partner",
        "CRITICAL",
        "owner lea@example.org",
        "mysql_legacy",
        "open for 12 days, no owner",
        "smtp_old",
        "bucket until",
        "a migration (jonas)",
        "This e-mail contains no secret values.",
        "Next audit:",
    ):
        assert part in " ".join(message.text.split()), part
        assert part in " ".join(html.split()), part
    assert message.text.index("sftp_partner") < message.text.index("mysql_legacy") < message.text.index("smtp_old")


def test_what_is_incomplete_is_said_before_all_else(place: Place, ops: Recipient) -> None:
    gap = {
        "subject": "prefix:x",
        "what": "value",
        "reason": "denied",
        "count": 14,
        "sentence": "14 of 261 were denied.",
    }
    finding(place)
    message = mail(ops, ended(ops.schedule, place, state="partial", gaps=[gap]))
    assert message.subject.endswith(" - INCOMPLETE")
    for text in (message.text, message.html):
        assert text.index("This audit is incomplete.") < text.index("14 of 261 were denied.") < text.index("crm")


def test_an_audit_that_failed_is_never_a_clean_one(place: Place, ops: Recipient) -> None:
    message = mail(ops, ended(ops.schedule, place, state="failed", problem="No worker took this audit up."))
    assert "failed" in message.subject
    assert message.subject.endswith(" - INCOMPLETE")
    assert "No worker took this audit up." in message.text


def test_what_was_told_before_is_still_open_and_what_came_back_is_new(place: Place, ops: Recipient) -> None:
    told(ops, ended(ops.schedule, place, ago=2 * DAY))
    finding(place, "known", seen=5 * DAY)
    finding(place, "again", seen=9 * DAY, reopened_at=timezone.now() - DAY)
    finding(place, "missed", seen=DAY)  # of an audit that no mail was about
    contents = digests.contents(ops, ops.address, ended(ops.schedule, place))
    assert names(contents.new) == ["again", "missed"]
    assert names(contents.still_open) == ["known"]


def test_what_an_audit_told_after_the_last_message_is_new_though_its_facts_are_older(
    place: Place, ops: Recipient
) -> None:
    told(ops, ended(ops.schedule, place, ago=2 * DAY))
    slow = ended(ops.schedule, place, ago=DAY)
    finding(place, "open", seen=3 * DAY, changed_in=slow)
    finding(place, "fixed", seen=9 * DAY, changed_in=slow, status="fixed", fixed_at=timezone.now() - 3 * DAY)
    contents = digests.contents(ops, ops.address, ended(ops.schedule, place))
    assert (names(contents.new), names(contents.still_open), names(contents.fixed)) == (["open"], [], ["fixed"])


def test_a_digest_without_an_audit_since_the_last_one_says_so(place: Place, ops: Recipient, audit: Audit) -> None:
    finding(place, seen=2 * DAY)
    told(ops, audit)
    contents = digests.contents(ops, ops.address, audit, "2026-11-21")
    assert not contents.new.exists()
    assert "No audit has ended since the last message." in emails.build(contents).text


def test_a_recipient_hears_from_its_severity_on(place: Place, ops: Recipient, audit: Audit) -> None:
    finding(place, "low", severity="low")
    finding(place, "high", severity="high")
    ops.severity = "medium"
    assert names(digests.extent(ops, ops.address, audit)) == ["high"]


def test_a_recipient_hears_of_its_deployments_and_where_they_look(place: Place, ops: Recipient, audit: Audit) -> None:
    deployment = Deployment.objects.create(name="prod", account=place.account)
    audit.parts.create(deployment=deployment, is_open=False)
    finding(place, "of-it", prefix=None, deployment=deployment)
    finding(place, "of-a-prefix")
    ops.deployments.add(deployment)
    assert names(digests.extent(ops, ops.address, audit)) == ["of-it"]


def test_another_schedules_findings_are_left_out(place: Place, ops: Recipient, audit: Audit) -> None:
    audit.parts.exclude(prefix=place.variables).delete()
    finding(place, "elsewhere")
    finding(place, "mine", prefix=place.variables)
    assert names(digests.extent(ops, ops.address, audit)) == ["mine"]


def test_a_group_shows_nobody_what_they_may_not_see(place: Place, schedule: Schedule, audit: Audit, bob: User) -> None:
    finding(place)
    group = bob.groups.get()
    group.user_set.add(stranger := person("stranger"))
    to = recipient(schedule, kind="group", group=group, address="")
    assert names(digests.extent(to, bob.email, audit)) == ["crm"]
    stranger.groups.clear()
    assert not digests.extent(to, stranger.email, audit).exists()


def test_an_owner_hears_of_their_own_alone(place: Place, schedule: Schedule, audit: Audit, bob: User) -> None:
    finding(place, "of-bob", owner="bob")
    finding(place, "by-mail", owner="bob@example.org")
    finding(place, "of-lea", owner="lea@example.org")
    finding(place, "of-nobody")
    to = recipient(schedule, kind="owner", address="")
    assert names(digests.extent(to, "bob@example.org", audit)) == ["by-mail", "of-bob"]
    assert names(digests.extent(to, "lea@example.org", audit)) == ["of-lea"]


def test_the_largest_mail_is_small_and_says_what_it_leaves_out(place: Place, ops: Recipient, audit: Audit) -> None:
    for number in range(60):
        finding(place, f"{number:03}" + "ü" * 400, owner="ö" * 256, seen=timedelta(days=number % 2))
    message = mail(ops, audit)
    assert message.size <= emails.LARGEST
    assert re.search(r"Showing \d+ of 30: 30 high\.", message.text)
    assert message.text.count("[HIGH]") == message.html.count(">HIGH<") > 0


def test_a_name_is_text_wherever_it_is_shown(place: Place, ops: Recipient, audit: Audit) -> None:
    finding(place, "<script>x</script>\r\nBcc: a@b.c", owner='"><img>')
    message = mail(ops, audit)
    assert "<script>" not in message.html
    assert "<img>" not in message.html
    assert "\nBcc" not in message.text


def test_every_link_leads_into_the_product_and_is_in_both_twins(
    place: Place, ops: Recipient, audit: Audit, settings: object
) -> None:
    settings.PUBLIC_URL = "https://secrets.example.org/"  # type: ignore[attr-defined]
    found = finding(place)
    message = mail(ops, audit)
    hrefs = {unescape(each) for each in re.findall(r'href="([^"]+)"', message.html)}
    assert hrefs == set(re.findall(r"https?://\S+", message.text))
    routes = {
        resolve(urlsplit(each).path).url_name for each in hrefs if each.startswith("https://secrets.example.org/")
    }
    assert len(hrefs) == len(routes) == 5
    assert routes == {"audit", "finding", "notifications", "unsubscribe", "snooze"}
    assert links.absolute("finding", found.fingerprint) in hrefs


def test_one_press_unsubscribes_as_mail_programs_do_it(place: Place, ops: Recipient, audit: Audit) -> None:
    headers = mail(ops, audit).headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = urlsplit(headers["List-Unsubscribe"].strip("<>")).path.split("/")[2]
    opened = links.opened("unsubscribe", token)
    assert (opened.recipient, opened.address) == (ops, "ops@example.org")


def test_a_link_is_for_its_purpose_alone_and_not_for_ever(ops: Recipient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = links.token("snooze", ops, ops.address)
    with pytest.raises(links.Invalid):
        links.opened("unsubscribe", token)
    with pytest.raises(links.Invalid):
        links.opened("snooze", token[:-2] + "xx")
    monkeypatch.setattr(links, "LASTS", -1)
    with pytest.raises(links.Invalid):
        links.opened("snooze", token)
    monkeypatch.undo()
    Recipient.objects.all().delete()
    with pytest.raises(links.Invalid):
        links.opened("snooze", token)


def test_a_preview_is_of_the_last_audit_and_none_before_it(place: Place, ops: Recipient) -> None:
    assert emails.preview(ops) is None
    audit = ended(ops.schedule, place)
    told(ops, audit)
    finding(place)
    message = emails.preview(ops)
    assert message is not None
    assert "1 new" in message.subject
