from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.http import QueryDict
from django.utils import timezone

from secretsui.access import policy
from secretsui.access.models import DeploymentGrant, DeploymentLevel
from secretsui.audits import selection
from secretsui.audits.models import Audit, FindingEvent, StoredFinding
from secretsui.audits.selection import NO_OWNER, STATES, Filters
from secretsui.inventory.models import Account, Deployment, Prefix
from tests.audits.findings import ended, stored
from tests.conftest import Place, person
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()


@pytest.fixture
def found(place: Place) -> Deployment:
    return deployment(place.connections)


@pytest.fixture
def seer(found: Deployment) -> User:
    """May see the deployment and list nothing."""
    user, group = person("seer"), Group.objects.create(name="seers")
    user.groups.add(group)
    DeploymentGrant.objects.create(group=group, deployment=found, level=DeploymentLevel.SEE)
    return user


def names(user: User, query: str = "", of: Audit | None = None) -> list[str]:
    return [each.name for each in selection.select(user, Filters.parse(QueryDict(query)), of)]


# Who sees what.


def test_a_finding_is_seen_by_whoever_lists_its_prefix_or_sees_its_deployment(
    place: Place, found: Deployment, bob: User, seer: User, charlie: User, root: User
) -> None:
    stored(name="secret", prefix=place.connections)
    stored(name="id", deployment=found)
    stored(name="nowhere")
    assert names(bob) == ["secret"]
    assert names(seer) == ["id"]
    assert names(charlie) == names(root) == []


def test_one_that_is_not_seen_does_not_exist(place: Place, bob: User, seer: User) -> None:
    finding = stored(name="secret", prefix=place.connections)
    assert selection.finding(bob, finding.fingerprint) == finding
    for user, fingerprint in ((seer, finding.fingerprint), (bob, "f" * 32)):
        with pytest.raises(policy.NotVisible):
            selection.finding(user, fingerprint)


def test_whoever_is_not_active_any_more_sees_nothing(place: Place, bob: User) -> None:
    audit = ended(asked_by=bob)
    audit.parts.create(prefix=place.connections)
    stored(name="secret", prefix=place.connections)
    bob.is_active = False
    assert names(bob) == []
    assert not selection.audits(bob).exists()


def test_an_audit_is_seen_by_whoever_sees_a_part_of_it_asked_for_it_or_administers(
    place: Place, found: Deployment, bob: User, seer: User, charlie: User, root: User
) -> None:
    of_prefix, of_deployment, own = ended(), ended(), ended(asked_by=charlie)
    of_prefix.parts.create(prefix=place.connections)
    of_deployment.parts.create(deployment=found)
    seen = {user.username: set(selection.audits(user)) for user in (bob, seer, charlie, root)}
    assert seen == {
        "bob": {of_prefix},
        "seer": {of_deployment},
        "charlie": {own},
        "root": {of_prefix, of_deployment, own},
    }
    assert selection.audit(bob, of_prefix.pk) == of_prefix
    with pytest.raises(policy.NotVisible):
        selection.audit(bob, of_deployment.pk)


def test_of_parts_and_gaps_one_sees_those_of_what_one_sees(
    place: Place, found: Deployment, bob: User, seer: User, root: User
) -> None:
    gaps = [
        {"subject": "prefix:data-dev/eu-west-1/airflow/connections", "sentence": "a"},
        {"subject": "deployment:halden-prod", "sentence": "b"},
    ]
    audit = ended(gaps=gaps)
    audit.parts.create(prefix=place.connections)
    audit.parts.create(deployment=found)
    for user, sentences in ((bob, ["a"]), (seer, ["b"]), (root, ["a", "b"])):
        assert [gap["sentence"] for gap in selection.gaps(user, audit)] == sentences
        assert len(selection.parts(user, audit)) == len(sentences)


def test_of_further_subjects_those_elsewhere_are_only_counted(
    place: Place, bob: User, seer: User, charlie: User
) -> None:
    refs = [
        "secret:data-dev/eu-west-1/airflow/connections/other",
        "secret:data-dev/eu-west-1/airflow/connections-of-others/x",
        "secret:data-prod/eu-west-1/airflow/connections/crm",
        "id:halden-prod/connection/crm",
        "deployment:halden-prod",
        "deployment:halden-prod-2",
    ]
    finding = stored(name="crm", prefix=place.connections, related=refs)
    assert selection.related(bob, finding) == (refs[:1], 5)
    assert selection.related(seer, finding) == (refs[3:5], 4)
    assert selection.related(charlie, finding) == ([], 6)


# Filters.


def test_junk_in_an_address_counts_as_absent() -> None:
    parsed = Filters.parse(QueryDict("state=odd&severity=high&severity=x&sort=odd&page=-1&q=+a%00b+&owner=mara"))
    assert parsed == Filters(severity=("high",), q="ab", owner="mara")
    assert Filters.parse(QueryDict("page=3&sort=-name")) == Filters(page=3, sort="-name")


def test_the_address_of_a_list_leads_back_to_it() -> None:
    filters = Filters(state=("new", "fixed"), severity=("low",), rule="R-29", q="a b", sort="-seen", page=4)
    assert Filters.parse(QueryDict(filters.query(page=4))) == filters
    assert Filters.parse(QueryDict(filters.query(rule=""))).page == 1
    assert filters.active == ["state", "severity", "rule", "q"]
    assert Filters().query() == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c"]),
        ("severity=high&severity=low", ["b", "c"]),
        ("rule=R-31", ["b"]),
        ("kind=variable", ["c"]),
        ("owner=mara", ["a"]),
        (f"owner={NO_OWNER}", ["b", "c"]),
        ("q=MAR", ["a"]),
        ("q=r-31", ["b"]),
        ("q=b+r-31", ["b"]),
        ("q=a+r-31", []),
        ("prefix=999", []),
        ("prefix=x", []),
        ("prefix=99999999999999999999", []),
        ("sort=-name", ["c", "b", "a"]),
        ("sort=rule", ["a", "c", "b"]),
    ],
)
def test_filters_narrow_and_order(place: Place, bob: User, query: str, expected: list[str]) -> None:
    stored(name="a", prefix=place.connections, owner="mara")
    stored("high", name="b", prefix=place.connections, rule="R-31")
    stored("low", name="c", prefix=place.variables, kind="variable")
    assert names(bob, query) == expected


def test_a_deployment_has_its_own_findings_and_those_of_where_it_looks(
    place: Place, found: Deployment, bob: User, seer: User
) -> None:
    stored(name="secret", prefix=place.connections)
    stored(name="id", deployment=found)
    assert names(bob, "deployment=halden-prod") == ["secret"]
    assert names(seer, "deployment=halden-prod") == ["id"]
    assert names(bob, "deployment=other") == []


def test_a_deployment_has_the_findings_of_every_mount_of_its_vault(place: Place, found: Deployment, bob: User) -> None:
    Account.objects.update(vendor=Account.Vendor.VAULT)
    Prefix.objects.filter(pk=place.connections.pk).update(store_kind="vault", region="named-by-ids")
    stored(name="secret", prefix=place.connections)
    assert names(bob, "deployment=halden-prod") == ["secret"]


def test_a_prefix_is_chosen_by_its_id(place: Place, bob: User) -> None:
    stored(name="a", prefix=place.connections)
    stored(name="b", prefix=place.variables)
    assert names(bob, f"prefix={place.variables.pk}") == ["b"]


# States.


def states(user: User, of: Audit | None = None) -> dict[str, list[str]]:
    found = {state: names(user, f"state={state}&sort=name", of) for state in STATES}
    assert selection.counts(user, of=of) == {state: len(each) for state, each in found.items()}
    return found


@pytest.fixture
def audit(place: Place) -> Audit:
    """New, still open, open again, fixed, accepted, and one whose acceptance is over."""
    audit, today = ended(), timezone.localdate()
    audit.parts.create(prefix=place.connections)
    long_ago = {"first_seen_at": NOW - timedelta(days=9), "last_seen_at": NOW}

    def one(name: str, what: str = "", **given: Any) -> None:
        finding = stored(name=name, prefix=place.connections, **{"last_seen_at": NOW, "first_seen_at": NOW, **given})
        if what:
            FindingEvent.objects.create(finding=finding, audit=audit, what=what, at=NOW)

    one("again", "reopened", reopened_at=NOW, **long_ago)
    one("fixed", "fixed", status="fixed", fixed_at=NOW)
    one("lived-with", accepted_until=today, accepted_reason="why", **long_ago)
    one("new", "new")
    one("over", accepted_until=today - timedelta(days=1), accepted_reason="why", **long_ago)
    one("unsure", unchecked="denied", **long_ago)
    stored(name="elsewhere", prefix=place.variables)
    return audit


def test_each_finding_of_an_audit_is_in_its_state(audit: Audit, bob: User) -> None:
    assert states(bob, audit) == {
        "open": ["again", "new", "over", "unsure"],
        "new": ["new"],
        "still": ["over", "unsure"],
        "reopened": ["again"],
        "fixed": ["fixed"],
        "accepted": ["lived-with"],
        "unchecked": ["unsure"],
    }


def test_each_finding_is_in_its_state_without_an_audit_too(audit: Audit, bob: User) -> None:
    found = states(bob)
    assert (found["new"], found["reopened"], found["fixed"]) == (["elsewhere", "new"], ["again"], ["fixed"])
    assert (found["still"], found["accepted"]) == (["over", "unsure"], ["lived-with"])


def test_an_older_audit_tells_what_it_found_new_if_it_is_open_still(audit: Audit, place: Place, bob: User) -> None:
    StoredFinding.objects.filter(name="new").update(last_seen_at=NOW + timedelta(days=1))
    later = ended()
    later.parts.create(prefix=place.connections)
    assert names(bob, "state=new", audit) == ["new"]
    assert names(bob, "state=new", later) == []
    assert "new" in names(bob, "state=still", later)


def test_severities_are_counted_in_the_states_asked_for(audit: Audit, bob: User, place: Place) -> None:
    stored("low", name="x", prefix=place.connections)
    found = selection.severities(bob, Filters(severity=("high",)), audit)
    assert found == {"critical": 4, "high": 0, "medium": 0, "low": 1, "info": 0}


# Pages.


def test_pages_hold_each_row_once_and_a_number_too_high_is_the_last(place: Place, bob: User) -> None:
    for number in range(selection.PAGE_SIZE + 3):
        stored(name=f"{number:03}", prefix=place.connections)
    first, last = (selection.page(bob, Filters(page=number)) for number in (1, 99))
    assert (first.number, first.pages, first.total, first.first, first.last) == (1, 2, 53, 1, 50)
    assert (last.number, last.first, last.last, last.has_next, first.has_next) == (2, 51, 53, False, True)
    assert len({row.name for row in [*first.rows, *last.rows]}) == 53


def test_a_page_of_nothing_is_one_page(bob: User) -> None:
    page = selection.page(bob, Filters())
    assert (page.number, page.pages, page.first, page.last, page.has_next) == (1, 1, 0, 0, False)


def test_owners_are_those_of_open_findings_that_are_seen(place: Place, bob: User, found: Deployment) -> None:
    for owner, given in {"b": {}, "a": {}, "gone": {"status": "fixed"}}.items():
        stored(name=owner, prefix=place.connections, owner=owner, **given)
    stored(name="x", prefix=place.connections, owner="b")
    stored(name="y", deployment=found, owner="hidden")
    assert selection.owners(bob) == ["a", "b"]
