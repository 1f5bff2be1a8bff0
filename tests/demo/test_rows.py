from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from secretsui.access.models import AccessEvent, Grant, Level
from secretsui.demo import rows
from secretsui.demo.accounts import ACCOUNTS
from secretsui.inventory.models import Account, Prefix, Refresh

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ENDPOINT = "http://127.0.0.1:9"


def test_it_makes_the_first_person_and_the_sample():
    rows.write("a-password-of-three", ENDPOINT)

    admin = User.objects.get()
    assert (admin.username, admin.is_superuser, admin.check_password("a-password-of-three")) == ("admin", True, True)
    assert {each.name for each in Account.objects.all()} == {each.name for each in ACCOUNTS}
    assert Account.objects.get(name="data-prod").role_chain[0]["external_id"]
    writes = Grant.objects.filter(group__user=admin, level=Level.WRITE)
    assert {grant.prefix for grant in writes} == set(Prefix.objects.all())
    lists = Grant.objects.filter(group=Group.objects.get(name="analysts"))
    assert {(grant.prefix.account.name, grant.level) for grant in lists} == {("data-dev", Level.LIST)}
    assert Refresh.objects.filter(state=Refresh.State.QUEUED, trigger="start").count() == Prefix.objects.count()


def test_what_it_grants_is_in_the_access_log():
    rows.write("a-password-of-three", ENDPOINT)

    told = AccessEvent.objects.filter(action="grant").values_list("actor", "prefix_path", "detail")
    assert ("sample data", "airflow/connections", "platform: write") in set(told)
    assert AccessEvent.objects.filter(action="account").count() == len(ACCOUNTS)


def test_a_second_time_changes_only_password_and_endpoint():
    rows.write("a-password-of-three", ENDPOINT)
    Prefix.objects.filter(kind="config").delete()
    kept, events = Prefix.objects.count(), AccessEvent.objects.count()

    rows.write("another-password", "http://127.0.0.1:10")

    assert User.objects.get().check_password("another-password")
    assert set(Account.objects.values_list("endpoint_url", flat=True)) == {"http://127.0.0.1:10"}
    assert (Prefix.objects.count(), AccessEvent.objects.count()) == (kept, events)


def test_the_same_password_keeps_sessions_alive():
    rows.write("a-password-of-three", ENDPOINT)
    before = User.objects.get().password

    rows.write("a-password-of-three", ENDPOINT)

    assert User.objects.get().password == before


def test_without_sample_there_is_a_person_with_a_group_and_nothing_else():
    rows.write("a-password-of-three", "")

    assert [group.name for group in User.objects.get().groups.all()] == ["platform"]
    assert not Account.objects.exists()


def test_a_refresh_that_was_cut_off_makes_way_for_a_new_one():
    rows.write("a-password-of-three", ENDPOINT)
    Refresh.objects.update(state=Refresh.State.RUNNING)

    rows.write("a-password-of-three", ENDPOINT)

    assert set(Refresh.objects.values_list("state", flat=True)) == {Refresh.State.FAILED, Refresh.State.QUEUED}
    assert Refresh.objects.filter(state=Refresh.State.QUEUED).count() == Prefix.objects.count()
