"""The history of audits, the start of one, one while it runs, and what it found; for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from secretsui.access.models import AccessEvent
from secretsui.audits.models import Audit, Delivery, Part, StoredFinding
from secretsui.audits.results import Result
from secretsui.celery import app
from secretsui.inventory.models import Deployment
from tests.conftest import Place, logged_in
from tests.inventory.deployments import halden
from tests.web import audited, deployed
from tests.web.audited import What
from tests.web.one_secret import HTMX
from tests.web.rows import ids, text, words
from tests.web.test_markup import check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: found.append((name, args)))
    return found


@pytest.fixture
def found(place: Place) -> Deployment:
    return halden.deployment(place.connections)


@pytest.fixture
def sees_all(bob: User, found: Deployment) -> User:
    deployed.grant(bob, found)
    return bob


@pytest.fixture
def ended(place: Place, found: Deployment) -> Audit:
    """It found three things new, one of them in a deployment, and one fixed since the audit before."""
    before = audited.audit(place.connections, found)
    old = audited.finding(place.connections, "old", before, "R-25", "high")
    now = audited.audit(place.connections, found, by_deployment={found.name: {"open": {"high": 2}}})
    audited.finding(place.connections, "crm", now, owner="mara")
    audited.finding(place.connections, "shop", now)
    audited.finding(found, "both", now, "R-26", "medium")
    old.status, old.fixed_at, old.changed_in = StoredFinding.Status.FIXED, now.finished_at, now
    old.save()
    audited.tell(old, What.FIXED, now)
    return now


def page_of(audit: Audit, query: str = "") -> str:
    return f"/audits/{audit.pk}/{query}"


def test_the_history_tells_what_each_audit_changed(sees_all: User, ended: Audit) -> None:
    page = logged_in(sees_all).get("/audits/")
    check(text(page))
    assert ids(page) == [str(ended.pk), str(ended.pk - 1)]
    assert "3 New" in words(page)
    assert "1 Fixed" in words(page)


def test_without_an_audit_the_page_says_what_one_is_for(as_bob: Client) -> None:
    assert "An audit finds what fails without a word" in words(as_bob.get("/audits/"))


def test_the_trend_of_a_deployment_is_a_picture_with_words(sees_all: User, found: Deployment, ended: Audit) -> None:
    audited.audit(found, by_deployment={found.name: {"open": {"high": 1, "low": 4}}, "other": {"open": {"high": 9}}})
    page = text(logged_in(sees_all).get("/audits/"))
    assert re.search(r'<svg class="spark"[^>]*aria-label="Open findings over 2 audits, from 2 to 5"', page)
    assert page.count('class="spark"') == 1


@pytest.mark.django_db(transaction=True)
def test_everything_or_a_part_is_audited(sees_all: User, place: Place, found: Deployment, sent: list[Any]) -> None:
    client = logged_in(sees_all)
    assert client.post("/audits/").url.startswith("/audits/")  # type: ignore[attr-defined]
    first = Audit.objects.get()
    assert (first.parts.count(), first.asked_by, first.trigger) == (4, sees_all, "manual")
    assert sent
    client.post(f"/audits/{first.pk}/stop/")
    client.post("/audits/", {"prefixes": [str(place.config.pk)]})
    assert [part.prefix for part in Audit.objects.first().parts.all()] == [place.config]  # type: ignore[union-attr]


def test_a_deployment_that_is_being_audited_leads_to_that_audit(sees_all: User, found: Deployment) -> None:
    busy = audited.audit(found, state=Audit.State.RUNNING)
    page = logged_in(sees_all).post("/audits/", {"deployments": [str(found.pk)]}, follow=True)
    assert page.redirect_chain == [(f"/audits/{busy.pk}/", 302)]
    assert "has not ended yet. Wait for it, or stop it." in words(page)


@pytest.mark.parametrize("field", ["deployments", "prefixes"])
def test_what_is_not_offered_cannot_be_chosen(as_bob: Client, found: Deployment, field: str) -> None:
    page = as_bob.post("/audits/", {field: str(found.pk + 1000)})
    assert page.status_code == 422
    check(text(page))
    assert f"Choose {field} of the list." in words(page)
    assert not Audit.objects.exists()


def test_who_sees_nothing_starts_nothing_and_sees_no_audit(as_charlie: Client, ended: Audit) -> None:
    page = as_charlie.get("/audits/")
    assert ids(page) == []
    assert "Audit everything" not in words(page)
    refused = as_charlie.post("/audits/")
    assert refused.status_code == 422
    assert "There is no prefix and no deployment that could be audited." in words(refused)
    for path in ("", "progress/"):
        assert as_charlie.get(page_of(ended) + path).status_code == 404
    assert as_charlie.post(page_of(ended) + "stop/").status_code == 404


def test_open_findings_come_worst_first_by_rule(sees_all: User, ended: Audit) -> None:
    page = logged_in(sees_all).get(page_of(ended))
    check(text(page))
    assert ids(page) == ["crm", "shop", "both"]
    assert re.findall(r'href="/rules/(R-\d+)/"', text(page)) == ["R-24", "R-26"]
    assert "Could not check" in words(page)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?state=new", ["crm", "shop", "both"]),
        ("?state=fixed", ["old"]),
        ("?state=still", []),
        ("?state=fixed&state=new&severity=high", ["old"]),
        ("?severity=medium", ["both"]),
        ("?owner=mara", ["crm"]),
        ("?owner=-", ["shop", "both"]),
        ("?page=99", ["crm", "shop", "both"]),
        ("?state=junk&page=x&sort=junk", ["crm", "shop", "both"]),
        ("?sort=name", ["R-24", "R-24", "R-26"]),
    ],
)
def test_filters_and_orders(sees_all: User, ended: Audit, query: str, left: Sequence[str]) -> None:
    page = logged_in(sees_all).get(page_of(ended, query), headers=HTMX)
    check(text(page))
    assert sorted(ids(page)) == sorted(left)


def test_a_filter_that_leaves_nothing_says_so(sees_all: User, ended: Audit) -> None:
    page = words(logged_in(sees_all).get(page_of(ended, "?deployment=none")))
    assert "No finding matches these filters" in page


def test_findings_of_what_a_person_may_not_see_are_left_out(as_bob: Client, found: Deployment, ended: Audit) -> None:
    page = as_bob.get(page_of(ended))
    assert ids(page) == ["crm", "shop"]
    assert found.name not in text(page)


def test_an_administrator_sees_that_there_was_an_audit_and_no_finding(as_root: Client, ended: Audit) -> None:
    page = as_root.get(page_of(ended))
    assert page.status_code == 200
    assert ids(page) == []


def test_only_who_may_write_is_led_to_accept(sees_all: User, alice: User, ended: Audit) -> None:
    assert "Accept…" not in words(logged_in(sees_all).get(page_of(ended)))
    assert text(logged_in(alice).get(page_of(ended))).count("Accept…") == 2


GAP = {"what": "value", "reason": "denied", "count": 14, "sentence": "14 secrets could not be read."}


def test_what_could_not_be_checked_stands_first(as_bob: Client, place: Place) -> None:
    ref = "prefix:data-dev/eu-west-1/airflow/connections"
    hidden = {"subject": "deployment:hidden", "what": "layer", "reason": "denied", "count": 1, "sentence": "Hidden."}
    audit = audited.audit(place.connections, state=Audit.State.PARTIAL, gaps=[{"subject": ref, **GAP}, hidden])
    page = words(as_bob.get(page_of(audit)))
    assert "This audit is incomplete. 14 secrets could not be read." in page
    assert "not counted as passed" in page
    assert "Nothing was found in what could be checked" in page
    assert "Hidden." not in page


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (Audit.State.DONE, "Nothing was found"),
        (Audit.State.CANCELLED, "This audit was stopped before its end."),
        (Audit.State.FAILED, "This audit failed. No worker took this audit up."),
    ],
)
def test_how_it_ended(as_bob: Client, place: Place, state: str, sentence: str) -> None:
    audit = audited.audit(place.connections, state=state, problem="No worker took this audit up.")
    assert sentence in words(as_bob.get(page_of(audit)))


def test_while_it_runs_the_page_asks_how_far_it_is(as_bob: Client, place: Place) -> None:
    audit = audited.audit(place.connections, place.variables, state=Audit.State.RUNNING)
    page = as_bob.get(page_of(audit))
    check(text(page))
    assert f'hx-get="/audits/{audit.pk}/progress/?quarter=0" hx-trigger="every 2s"' in text(page)
    assert "Running, 8 of 20 secrets and rows" in words(page)
    Part.objects.filter(prefix=place.variables).update(state=Part.State.DONE, done=10)
    again = as_bob.get(f"/audits/{audit.pk}/progress/?quarter=0", headers=HTMX)
    assert 'data-live="Auditing, 50 % read"' in text(again)
    assert '<progress class="progress progress-sm" max="20" value="14"' in text(again)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(Audit.State.QUEUED, "Waiting for a worker"), (Audit.State.JUDGING, "Everything is read, applying the rules")],
)
def test_before_and_after_the_reading(as_bob: Client, place: Place, state: str, sentence: str) -> None:
    audit = audited.audit(place.connections, state=state)
    assert sentence in words(as_bob.get(f"/audits/{audit.pk}/progress/", headers=HTMX))


def test_at_its_end_the_findings_come_in_place_of_the_bar(as_bob: Client, ended: Audit) -> None:
    page = text(as_bob.get(f"/audits/{ended.pk}/progress/", headers=HTMX))
    assert f'hx-get="/audits/{ended.pk}/" hx-trigger="load" hx-target="#results"' in page
    assert as_bob.get(f"/audits/{ended.pk}/progress/").url == f"/audits/{ended.pk}/"  # type: ignore[attr-defined]


def test_an_audit_is_stopped_and_only_once(as_bob: Client, bob: User, place: Place) -> None:
    audit = audited.audit(place.connections, state=Audit.State.RUNNING, asked_by=bob)
    assert "Stop" in words(as_bob.get(page_of(audit)))
    assert "is stopped. What it has read is kept." in words(as_bob.post(f"/audits/{audit.pk}/stop/", follow=True))
    audit.refresh_from_db()
    assert audit.state == Audit.State.CANCELLED
    assert "had ended already" in words(as_bob.post(f"/audits/{audit.pk}/stop/", follow=True))
    assert AccessEvent.objects.filter(action="audit", detail__startswith="stop").exists()


def test_who_sees_only_a_part_may_not_stop_the_whole(as_bob: Client, place: Place, found: Deployment) -> None:
    audit = audited.audit(place.connections, found, state=Audit.State.RUNNING)
    assert "player-stop" not in text(as_bob.get(page_of(audit)))
    assert as_bob.post(f"/audits/{audit.pk}/stop/").status_code == 404


@pytest.mark.parametrize("form", ["html", "csv", "json", "sarif", "junit"])
def test_what_the_filters_leave_is_exported(as_bob: Client, ended: Audit, form: str) -> None:
    answer = as_bob.get(page_of(ended, f"export/?as={form}&owner=mara"))
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="secretsui-audit-{ended.pk}.')
    assert "crm" in content
    assert "shop" not in content


def test_an_export_needs_a_known_format_and_somebody_who_sees_the_audit(
    as_bob: Client, as_charlie: Client, ended: Audit
) -> None:
    assert as_bob.get(page_of(ended, "export/?as=none")).status_code == 404
    assert as_charlie.get(page_of(ended, "export/?as=csv")).status_code == 404
    assert as_bob.post(page_of(ended, "export/?as=csv")).status_code == 405
    assert f"/audits/{ended.pk}/export/?as=csv&amp;state=new" in text(as_bob.get(page_of(ended, "?state=new")))


@pytest.mark.parametrize("number", [0, 404, 10**30])
def test_an_audit_that_there_is_not(as_bob: Client, number: int) -> None:
    assert as_bob.get(f"/audits/{number}/").status_code == 404


def test_methods(as_bob: Client, ended: Audit) -> None:
    assert as_bob.put("/audits/").status_code == 405
    assert as_bob.post(page_of(ended)).status_code == 405
    assert as_bob.post(f"/audits/{ended.pk}/progress/").status_code == 405
    assert as_bob.get(f"/audits/{ended.pk}/stop/").status_code == 405


@pytest.mark.database
def test_many_findings_come_in_pages_that_stay_small(sees_all: User, place: Place, found: Deployment) -> None:
    audit = audited.audit(place.connections, found)
    for number in range(130):
        audited.finding(
            place.connections, f"warehouse_{number:03d}", audit, f"R-{24 + number % 20}", owner="data-platform"
        )
    client = logged_in(sees_all)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(page_of(audit))
    assert len(asked) <= 34
    assert len(page.content) <= 60_000
    assert len(ids(page)) == 50
    assert len(ids(client.get(page_of(audit, "?page=3")))) == 30
    assert "1–50 of 130" in words(page)


def test_the_sidebar_counts_what_is_open_and_bad(sees_all: User, ended: Audit) -> None:
    bar = re.search(r'<a href="/audits/" data-go="a".*?</a>', text(logged_in(sees_all).get("/audits/")))
    assert bar
    assert '<span class="n">2</span>' in bar[0]
    assert 'aria-current="page"' in bar[0]


def test_what_rules_could_not_tell_is_listed_by_reason_for_who_sees_all(
    sees_all: User, ended: Audit, as_root: Client, place: Place
) -> None:
    Audit.objects.filter(pk=ended.pk).update(extent={"unchecked": {"no-dates": 2, "role-denied": 30}})
    page = as_root.get(page_of(ended))
    check(text(page))
    told = words(page)
    assert re.search(r"Its role could not be read: access is denied\.\s*30", told)
    assert re.search(r"The store tells no date\.\s*2", told)
    assert told.index("30") < told.index("The store tells no date")
    assert "Every rule could look at all that it is about." not in told
    part = Part.objects.filter(audit=ended, deployment__isnull=False).get()
    Part.objects.filter(pk=part.pk).update(deployment=Deployment.objects.create(name="hidden", api="none"))
    assert "The store tells no date" not in words(logged_in(sees_all).get(page_of(ended)))


def test_the_report_goes_to_whoever_asks_with_what_they_see(sees_all: User, ended: Audit) -> None:
    User.objects.filter(pk=sees_all.pk).update(email="bob@halden.example")
    page = logged_in(sees_all).post(page_of(ended, "send/"), follow=True)
    assert "The report is sent to bob@halden.example." in words(page)
    [mail] = django_mail.outbox
    assert (mail.to, mail.subject) == (["bob@halden.example"], f"[secretsui] Audit {ended.pk}: 3 open findings")
    assert f"/audits/{ended.pk}/" in mail.body
    [(name, content, kind)] = mail.attachments
    assert (name, kind) == (f"secretsui-audit-{ended.pk}.html", "text/html")
    assert "crm" in str(content)


def test_an_incomplete_audit_says_so_in_the_subject(sees_all: User, ended: Audit) -> None:
    User.objects.filter(pk=sees_all.pk).update(email="bob@halden.example")
    Audit.objects.filter(pk=ended.pk).update(state=Audit.State.PARTIAL, problem="")
    logged_in(sees_all).post(page_of(ended, "send/"))
    assert "Incomplete: " in django_mail.outbox[0].subject
    assert django_mail.outbox[0].body.startswith("INCOMPLETE")


def test_without_an_address_or_an_end_nothing_is_sent(sees_all: User, ended: Audit) -> None:
    client = logged_in(sees_all)
    User.objects.filter(pk=sees_all.pk).update(email="")
    assert "You have no e-mail address here" in words(client.post(page_of(ended, "send/"), follow=True))
    Audit.objects.filter(pk=ended.pk).update(state=Audit.State.RUNNING)
    assert "has not ended yet" in words(client.post(page_of(ended, "send/"), follow=True))
    assert client.get(page_of(ended, "send/")).status_code == 405
    assert client.post("/audits/404/send/").status_code == 404
    assert django_mail.outbox == []


def test_a_mail_server_that_refuses_is_told(sees_all: User, ended: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=sees_all.pk).update(email="bob@halden.example")
    refusal = Result(Delivery.State.FAILED, "550", "The mail server said: no")
    monkeypatch.setattr("secretsui.audits.smtp.send", lambda mail: refusal)
    page = logged_in(sees_all).post(page_of(ended, "send/"), follow=True)
    assert "The report was not sent. The mail server said: no 550" in words(page)


def test_who_may_not_see_an_audit_is_sent_nothing_of_it(as_charlie: Client, ended: Audit) -> None:
    assert as_charlie.post(page_of(ended, "send/")).status_code == 404
    assert django_mail.outbox == []
