from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from secretsui.access.models import AccessEvent, Grant, Level
from secretsui.inventory.models import Account, Prefix, Refresh, SecretRecord
from tests.aws import Aws
from tests.conftest import Place, logged_in
from tests.web.rows import put, text, words

HOME = "/settings/accounts/data-dev/prefixes/"


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root, recently=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretsui.inventory.sync.queueing.send", lambda refresh_id: None)


def typed(**more: Any) -> dict[str, Any]:
    return {"path": "team/x", "kind": "variable", "region": "eu-west-1", "sep": "/", "refresh_minutes": "30"} | more


def test_a_prefix_is_added_with_grants_and_read_at_once(admin: Client, place: Place) -> None:
    group = Group.objects.create(name="readers")
    admin.post(HOME + "new/", typed(**{f"group_{group.pk}": "1", "new_group": "writers", "new_level": "3"}))
    prefix = Prefix.objects.get(path="team/x")
    assert (prefix.kind, prefix.refresh_minutes, prefix.start) == ("variable", 30, "team/x/")
    assert {grant.group.name: grant.level for grant in prefix.grants.all()} == {"readers": 1, "writers": 3}
    assert Refresh.objects.get().prefix == prefix
    details = AccessEvent.objects.order_by("pk").values_list("action", "detail")
    assert list(details) == [
        ("prefix", "added"),
        ("grant", "readers: none to list"),
        ("grant", "writers: none to write"),
    ]


@pytest.mark.parametrize(
    ("path", "sep", "kept", "said"),
    [
        ("team/x//", "/", "team/x", "The / at the end was left out"),
        ("team-x--", "--", "team-x", "The -- at the end was left out"),
        ("/team/x", "/", "/team/x", "The prefix begins with /"),
    ],
)
def test_slashes_at_the_ends_are_noticed(
    admin: Client, place: Place, path: str, sep: str, kept: str, said: str
) -> None:
    response = admin.post(HOME + "new/", typed(path=path, sep=sep), follow=True)
    assert Prefix.objects.latest("pk").path == kept
    assert said in words(response)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": ""}, "This field is required."),
        ({"path": "/"}, "A prefix needs more than its separator."),
        ({"path": "with space"}, "Use letters, digits and the characters / _ + = . @ -"),
        ({"path": "airflow/connections/"}, "This account has this prefix there already."),
        ({"refresh_minutes": "4"}, "Choose from 5 minutes to a week"),
        ({"refresh_minutes": "10081"}, "Choose from 5 minutes to a week"),
        ({"kind": "nonsense"}, "Select a valid choice."),
        ({"region": "moon"}, "Write the region as AWS does"),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(
    admin: Client, place: Place, change: dict[str, str], said: str
) -> None:
    response = admin.post(HOME + "new/", typed(**change))
    assert response.status_code == 422
    assert said in words(response)
    assert Prefix.objects.count() == 3
    assert all(value in text(response) for value in change.values() if value != "nonsense")


def test_grants_are_given_changed_and_taken(admin: Client, place: Place) -> None:
    one, two = Group.objects.create(name="one"), Group.objects.create(name="two")
    Grant.objects.create(group=one, prefix=place.config, level=Level.LIST)
    Grant.objects.create(group=two, prefix=place.config, level=Level.WRITE)
    url = f"{HOME}{place.config.pk}/grants/"
    admin.post(url, {f"group_{one.pk}": "2", f"group_{two.pk}": ""})
    assert {grant.group: grant.level for grant in place.config.grants.all()} == {one: 2}
    details = AccessEvent.objects.order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["one: list to reveal", "two: write to none"]
    assert "Nothing changed." in words(admin.post(url, {f"group_{one.pk}": "2"}, follow=True))


def test_a_level_that_does_not_exist_is_refused(admin: Client, place: Place) -> None:
    group = Group.objects.create(name="one")
    response = admin.post(f"{HOME}{place.config.pk}/grants/", {f"group_{group.pk}": "9"})
    assert response.status_code == 422
    assert not Grant.objects.exists()


def test_the_interval_is_changed(admin: Client, place: Place) -> None:
    url = f"{HOME}{place.config.pk}/"
    assert "airflow/config" in words(admin.get(url))
    admin.post(url, {"refresh_minutes": "240"})
    place.config.refresh_from_db()
    assert place.config.refresh_minutes == 240
    assert admin.post(url, {"refresh_minutes": "many"}).status_code == 422


def test_a_prefix_and_its_index_are_removed(admin: Client, place: Place) -> None:
    put(place.config, "one")
    put(place.variables, "two")
    url = f"{HOME}{place.config.pk}/remove/"
    assert "1 secret in the index" in words(admin.get(url))
    assert admin.post(url).status_code == 422
    admin.post(url, {"confirm": "yes"})
    assert SecretRecord.objects.get().key == "two"
    assert AccessEvent.objects.get().prefix_path == "airflow/config"


def test_what_a_removed_prefix_held_is_unknown_until_a_wider_one_is_listed(
    admin: Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[tuple[int, datetime | None]] = []

    def note(prefix: Prefix) -> None:
        changed.append((prefix.account_id, Prefix.objects.get(path="airflow").as_of))

    monkeypatch.setattr("secretsui.web.views.prefixes.triggers.prefix_changed", note)
    Prefix.objects.update(as_of=timezone.now())
    here = {"account": place.account, "region": place.config.region, "kind": "other", "as_of": timezone.now()}
    wider = Prefix.objects.create(path="airflow", **here)
    for path in ("airflow/config/team", "air"):
        Prefix.objects.create(path=path, sep="", **here)
    admin.post(f"{HOME}{place.config.pk}/remove/", {"confirm": "yes"})

    assert [each.path for each in Prefix.objects.filter(as_of=None)] == ["airflow"]
    assert [each.prefix for each in Refresh.objects.all()] == [wider]
    assert changed == [(place.account.pk, None)]


def test_the_test_names_the_missing_statement(admin: Client, live_place: Place, aws: Aws) -> None:
    aws.faults.add("ListSecrets", "denied")
    page = words(admin.post(f"{HOME}{live_place.config.pk}/test/"))
    assert '"secretsmanager:ListSecrets"' in page
    assert "airflow/config/*" in page


@pytest.mark.parametrize("path", ["new/", "{pk}/", "{pk}/grants/", "{pk}/remove/", "{pk}/test/"])
def test_only_administrators_change_them(as_alice: Client, place: Place, path: str) -> None:
    response = as_alice.post(HOME + path.format(pk=place.config.pk), typed(confirm="yes"))
    assert response.status_code == 403
    assert Prefix.objects.count() == 3


@pytest.mark.parametrize("path", ["999/", "999/grants/", "99999999999999999999/", "999/remove/"])
def test_a_bad_id_is_not_found(admin: Client, place: Place, path: str) -> None:
    assert admin.post(HOME + path).status_code == 404


def test_a_prefix_of_another_account_is_not_found(admin: Client, place: Place) -> None:
    assert admin.get(f"/settings/accounts/other/prefixes/{place.config.pk}/").status_code == 404


@pytest.mark.parametrize(("method", "path"), [("get", "grants/"), ("get", "test/"), ("put", "")])
def test_the_wrong_method_is_refused(admin: Client, place: Place, method: str, path: str) -> None:
    assert getattr(admin, method)(f"{HOME}{place.config.pk}/{path}").status_code == 405


def test_after_the_password_people_are_back_at_the_prefix(as_root: Client, place: Place) -> None:
    response = as_root.post(f"{HOME}{place.config.pk}/grants/")
    assert response["Location"].endswith(f"?next=%2Fsettings%2Faccounts%2Fdata-dev%2Fprefixes%2F{place.config.pk}%2F")


def test_a_prefix_of_connections_says_in_which_form_new_ones_are_stored(admin: Client, place: Place) -> None:
    home = f"{HOME}{place.connections.pk}/"
    assert "New connections are stored as" in words(admin.get(home))
    admin.post(home, {"refresh_minutes": "60", "written_as": "uri"})
    assert Prefix.objects.get(pk=place.connections.pk).written_as == "uri"
    assert AccessEvent.objects.latest("pk").detail == "refreshed every 60 minutes, new connections stored as URI"
    admin.post(home, {"refresh_minutes": "90"})
    assert Prefix.objects.get(pk=place.connections.pk).written_as == "uri"
    assert admin.post(home, {"refresh_minutes": "90", "written_as": "xml"}).status_code == 422


def test_a_prefix_of_variables_has_no_such_choice(admin: Client, place: Place) -> None:
    home = f"{HOME}{place.variables.pk}/"
    assert "New connections are stored as" not in words(admin.get(home))
    admin.post(home, {"refresh_minutes": "90", "written_as": "uri"})
    assert Prefix.objects.get(pk=place.variables.pk).written_as == "json"


def test_the_stores_of_the_account_are_offered_and_no_other(admin: Client, place: Place) -> None:
    page = words(admin.get(HOME + "new/?store=parameter-store"))
    assert "AWS Parameter Store" in page
    assert "KMS key" in page
    assert "List shows names and metadata." in page
    assert "Separator" not in page
    assert admin.get(HOME + "new/?store=vault").status_code == 404


def test_a_prefix_of_parameters_is_added_with_its_slash(admin: Client, place: Place) -> None:
    response = admin.post(HOME + "new/", typed(store="parameter-store", path="airflow/x"), follow=True)
    prefix = Prefix.objects.get(store_kind="parameter-store")
    assert (prefix.path, prefix.sep) == ("/airflow/x", "/")
    assert "A / was put in front" in words(response)


def test_a_prefix_of_a_whole_mount_has_words_for_its_path(admin: Client) -> None:
    account = Account.objects.create(name="vault", vendor="vault", region="team/kv", endpoint_url="http://127.0.0.1:9")
    sent = {"path": "", "kind": "connection", "region": "team/kv", "kv": "2", "refresh_minutes": "60"}
    response = admin.post("/settings/accounts/vault/prefixes/new/", sent, follow=True)
    assert "everything in team/kv" in words(response)
    assert "List shows names and metadata." in words(response)
    assert "Version 2" in words(response)
    assert "Nothing changes in HashiCorp Vault" in words(response)
    assert account.prefixes.get().path == ""
