"""One finding: what it says, and what is decided about it; by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from secretsui.access.models import AccessEvent, DeploymentLevel
from secretsui.audits.models import Audit, StoredFinding
from tests.conftest import Place, logged_in
from tests.inventory.deployments import halden
from tests.web import audited, deployed
from tests.web.audited import What
from tests.web.one_secret import text_of
from tests.web.rows import text, words
from tests.web.test_markup import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(place: Place) -> Audit:
    return audited.audit(place.connections)


@pytest.fixture
def found(place: Place, audit: Audit) -> StoredFinding:
    return audited.finding(place.connections, "crm", audit, where="character 9")


def url(found: StoredFinding, action: str = "") -> str:
    return f"/findings/{found.fingerprint}/{action}"


def in_days(number: int) -> str:
    return str(timezone.localdate() + timedelta(days=number))


def test_the_page_has_evidence_remedy_and_history(as_bob: Client, found: StoredFinding, audit: Audit) -> None:
    audited.tell(found, What.WORSE, detail="high critical")
    audited.tell(found, What.ENDED, detail="date")
    page = as_bob.get(url(found))
    check(text(page))
    said = words(page)
    for part in ("Reserved character in the login or password", "Percent-encode the character", "character 9"):
        assert part in said
    assert "Severity: High → Critical" in said
    assert "Acceptance ended: its date passed" in said
    assert f'href="/audits/{audit.pk}/"' in text(page)
    assert 'href="/s/data-dev/eu-west-1/airflow/connections/crm"' in text(page)


def test_a_reader_reads_and_is_told_what_deciding_needs(as_bob: Client, found: StoredFinding) -> None:
    page = words(as_bob.get(url(found)))
    assert "you need the grant Write" in page
    assert "Accept this finding" not in page
    for action, data in (("accept/", {"until": in_days(3), "reason": "x"}), ("withdraw/", {}), ("assign/", {})):
        assert as_bob.post(url(found, action), data).status_code == 403
    found.refresh_from_db()
    assert found.accepted_until is None
    assert AccessEvent.objects.filter(action="finding", outcome="refused").count() == 3


def test_to_an_outsider_there_is_no_finding(as_charlie: Client, as_root: Client, found: StoredFinding) -> None:
    for client in (as_charlie, as_root):
        assert client.get(url(found)).status_code == 404
        for action in ("accept/", "withdraw/", "assign/"):
            assert client.post(url(found, action), {"until": in_days(1), "reason": "x"}).status_code == 404


def test_it_is_accepted_until_a_day_for_a_reason_and_that_ends(as_alice: Client, found: StoredFinding) -> None:
    page = as_alice.post(url(found, "accept/"), {"until": in_days(30), "reason": "Moves to IAM"}, follow=True)
    check(text(page))
    assert "Accepted until" in words(page)
    assert "Moves to IAM" in words(page)
    found.refresh_from_db()
    assert (str(found.accepted_until), found.accepted_by) == (in_days(30), "alice")
    ended = words(as_alice.post(url(found, "withdraw/"), follow=True))
    assert "It is not accepted any more." in ended
    assert "Acceptance ended: ended by hand" in ended
    assert "Accept this finding" in ended


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose the day until which it is accepted."),
        ({"until": in_days(5)}, "Say why this may stay as it is."),
        ({"until": in_days(-1), "reason": "kept text"}, "Choose today or a later day."),
        ({"until": in_days(400), "reason": "kept text"}, "Choose an earlier day."),
        ({"until": "31.12.2026", "reason": "kept text"}, "Type the day as year-month-day"),
        ({"until": in_days(5), "reason": "x" * 501}, "500 characters at most."),
        ({"until": in_days(5), "reason": "a\0b"}, "A null character is in it."),
    ],
)
def test_what_is_wrong_with_an_acceptance(
    as_alice: Client, found: StoredFinding, data: dict[str, str], sentence: str
) -> None:
    page = as_alice.post(url(found, "accept/"), data)
    assert page.status_code == 422
    check(text(page))
    assert sentence in words(page)
    assert "kept text" not in data.values() or "kept text" in text(page)
    found.refresh_from_db()
    assert found.accepted_until is None


def test_what_is_fixed_cannot_be_accepted(as_alice: Client, found: StoredFinding) -> None:
    StoredFinding.objects.update(status="fixed", fixed_at=timezone.now())
    assert "Accept this finding" not in words(as_alice.get(url(found)))
    page = as_alice.post(url(found, "accept/"), {"until": in_days(3), "reason": "x"})
    assert page.status_code == 422
    assert "This finding is fixed" in words(page)


def test_an_owner_is_assigned_and_given_back_to_the_tags(as_alice: Client, place: Place, found: StoredFinding) -> None:
    halden.secret(place.connections, "crm", "postgres://a@b", tags={"owner": "mara"})
    page = words(as_alice.post(url(found, "assign/"), {"owner": "team-crm"}, follow=True))
    assert "Owner: team-crm." in page
    assert "assigned by alice" in page
    assert "mara from a tag" in words(as_alice.post(url(found, "assign/"), {"owner": ""}, follow=True))
    too_long = as_alice.post(url(found, "assign/"), {"owner": "x" * 300})
    assert too_long.status_code == 422
    assert "256 characters at most." in words(too_long)


def test_a_finding_of_a_deployment_needs_the_grant_there(place: Place, alice: User) -> None:
    deployment = halden.deployment(place.connections)
    found = audited.finding(deployment, "crm", audited.audit(deployment))
    client = logged_in(alice)
    assert client.get(url(found)).status_code == 404
    deployed.grant(alice, deployment, DeploymentLevel.SEE)
    assert "you need the grant Fix on the deployment" in words(client.get(url(found)))
    deployed.grant(alice, deployment, DeploymentLevel.FIX)
    page = client.get(url(found))
    assert "Accept this finding" in words(page)
    assert f'href="/d/{deployment.name}/conflicts/connection/crm"' in text(page)


def test_further_subjects_are_named_as_far_as_the_person_sees_them(as_bob: Client, found: StoredFinding) -> None:
    seen = "secret:data-dev/eu-west-1/airflow/variables/copy"
    StoredFinding.objects.update(related=[seen, "secret:hidden/eu-west-1/airflow/other"])
    page = text_of(as_bob.get(url(found)))
    assert "Also concerns data-dev/eu-west-1/airflow/variables/copy 1 more" in page
    assert "hidden" not in page


def test_where_a_later_audit_could_not_look_the_page_says_so(as_bob: Client, found: StoredFinding) -> None:
    StoredFinding.objects.update(unchecked="denied")
    assert "A later audit could not look." in words(as_bob.get(url(found)))


def test_a_rule_that_is_gone_leaves_its_findings_readable(as_bob: Client, found: StoredFinding) -> None:
    StoredFinding.objects.update(rule="R-99")
    page = as_bob.get(url(found))
    assert page.status_code == 200
    assert "R-99" in words(page)


@pytest.mark.parametrize("fingerprint", ["none", "0" * 32, "a" * 200])
def test_a_finding_that_there_is_not(as_alice: Client, fingerprint: str) -> None:
    assert as_alice.get(f"/findings/{fingerprint}/").status_code == 404
    assert as_alice.post(f"/findings/{fingerprint}/accept/").status_code == 404


def test_methods(as_alice: Client, found: StoredFinding) -> None:
    assert as_alice.post(url(found)).status_code == 405
    for action in ("accept/", "withdraw/", "assign/"):
        assert as_alice.get(url(found, action)).status_code == 405
