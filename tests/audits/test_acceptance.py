from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from secretsui.access import policy
from secretsui.access.door import Person
from secretsui.access.models import AccessEvent, DeploymentGrant, DeploymentLevel
from secretsui.audits import acceptance, deciding, ownership
from secretsui.audits.acceptance import NotAcceptable
from secretsui.audits.models import StoredFinding
from tests.audits.findings import stored
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment, secret

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the whole run, though midnight may pass."""
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)


@pytest.fixture
def finding(place: Place) -> StoredFinding:
    return stored(prefix=place.connections, name="airflow/connections/crm")


def told(finding: StoredFinding) -> list[tuple[str, str, str]]:
    return list(finding.events.order_by("pk").values_list("what", "by", "detail"))


def recorded() -> list[tuple[str, str, str]]:
    lines = AccessEvent.objects.filter(action="finding").order_by("pk")
    return list(lines.values_list("actor", "outcome", "detail"))


def test_it_is_accepted_until_a_day_for_a_reason_by_name(alice: User, finding: StoredFinding) -> None:
    until = TODAY + timedelta(days=30)
    acceptance.accept(Person(alice), finding, until, "  the vendor\n mends it ")
    stored_one = StoredFinding.objects.get()
    for each in (finding, stored_one):
        assert (each.accepted_until, each.accepted_reason, each.accepted_by) == (until, "the vendor mends it", "alice")
        assert acceptance.is_accepted(each)
    assert told(finding) == [("accepted", "alice", f"{until} the vendor mends it")]
    assert recorded() == [("alice", "allowed", f"R-29 accept until {until}")]


@pytest.mark.parametrize("days", [0, 366])
def test_the_first_and_the_last_day_that_may_be_chosen(alice: User, finding: StoredFinding, days: int) -> None:
    acceptance.accept(Person(alice), finding, TODAY + timedelta(days=days), "why")
    assert acceptance.is_accepted(finding)


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [(-1, "why", "until"), (367, "why", "until"), (5, " \n", "reason"), (5, "x" * 501, "reason")],
)
def test_what_is_wrong_with_an_acceptance_is_said_and_nothing_is_kept(
    alice: User, finding: StoredFinding, days: int, reason: str, field: str
) -> None:
    with pytest.raises(NotAcceptable) as raised:
        acceptance.accept(Person(alice), finding, TODAY + timedelta(days=days), reason)
    assert raised.value.field == field
    assert StoredFinding.objects.get().accepted_until is None
    assert not recorded()


def test_what_is_fixed_is_not_accepted(alice: User, finding: StoredFinding) -> None:
    StoredFinding.objects.update(status="fixed")
    with pytest.raises(NotAcceptable, match="fixed"):
        acceptance.accept(Person(alice), finding, TODAY, "why")


def test_an_acceptance_can_be_taken_back_once(alice: User, finding: StoredFinding) -> None:
    acceptance.accept(Person(alice), finding, TODAY, "why")
    for _ in range(2):
        acceptance.withdraw(Person(alice), finding)
    assert not acceptance.is_accepted(StoredFinding.objects.get())
    assert told(finding)[1:] == [("ended", "alice", "withdrawn")]


def test_an_acceptance_is_over_on_the_day_after(finding: StoredFinding) -> None:
    given = {"accepted_reason": "why", "accepted_by": "mara"}
    StoredFinding.objects.update(accepted_until=TODAY, **given)
    assert acceptance.end_due() == 0
    StoredFinding.objects.update(accepted_until=TODAY - timedelta(days=1))
    assert not acceptance.is_accepted(StoredFinding.objects.get())
    assert acceptance.end_due() == 1
    assert acceptance.end_due() == 0
    assert told(finding) == [("ended", "", "date")]


# Who may.


def decide(user: User, finding: StoredFinding) -> None:
    acceptance.accept(Person(user), finding, TODAY, "why")


def test_of_a_secret_whoever_may_write_it(alice: User, rita: User, bob: User, finding: StoredFinding) -> None:
    for user in (rita, bob):
        with pytest.raises(policy.Refused):
            decide(user, finding)
        with pytest.raises(policy.Refused):
            ownership.assign(Person(user), finding, "me")
        assert not deciding.may_decide(Person(user), finding)
    assert deciding.may_decide(Person(alice), finding)
    assert StoredFinding.objects.filter(accepted_until=None, owner="").exists()
    assert [outcome for _, outcome, _ in recorded()] == ["refused"] * 4


def test_to_an_outsider_and_an_administrator_without_a_grant_it_does_not_exist(
    charlie: User, root: User, finding: StoredFinding
) -> None:
    for user in (charlie, root):
        with pytest.raises(policy.NotVisible):
            decide(user, finding)
        with pytest.raises(policy.NotVisible):
            acceptance.withdraw(Person(user), finding)
    assert StoredFinding.objects.get().accepted_until is None


def test_of_a_deployment_whoever_may_fix_it(place: Place, charlie: User, alice: User) -> None:
    found = deployment(place.connections)
    finding = stored(deployment=found, name="crm")
    group = Group.objects.create(name="fixers")
    charlie.groups.add(group)
    granted = DeploymentGrant.objects.create(group=group, deployment=found, level=DeploymentLevel.SEE)
    with pytest.raises(policy.Refused):
        decide(charlie, finding)
    granted.level = DeploymentLevel.FIX
    granted.save()
    decide(charlie, finding)
    assert StoredFinding.objects.get().accepted_by == "charlie"
    with pytest.raises(policy.NotVisible):
        decide(alice, finding)


# Owners.


def test_an_owner_is_assigned_by_hand_and_given_back_to_the_tags(
    place: Place, alice: User, finding: StoredFinding
) -> None:
    secret(place.connections, "crm", tags={"Team": "crm"})
    ownership.assign(Person(alice), finding, "  jo  silva ")
    assert (StoredFinding.objects.get().owner, finding.assigned_by) == ("jo silva", "alice")
    ownership.assign(Person(alice), finding, "")
    assert (StoredFinding.objects.get().owner, finding.assigned_by) == ("crm", "")
    assert told(finding) == [("assigned", "alice", "jo silva"), ("assigned", "alice", "crm")]
    assert recorded()[0] == ("alice", "allowed", "R-29 assign")


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"owner": "a", "team": "b"}, "a"),
        ({"OWNER": " ", "Team": " b "}, "b"),
        ({"contact": "c"}, "c"),
        ({"env": "prod"}, ""),
        ({}, ""),
    ],
)
def test_the_first_tag_that_says_something_names_the_owner(tags: dict[str, str], owner: str) -> None:
    assert ownership.owner_of(tags) == owner
