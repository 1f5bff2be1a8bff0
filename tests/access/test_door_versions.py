"""Changing the state of one version, where a store can."""

from __future__ import annotations

from typing import Final

import pytest
from django.contrib.auth.models import User

from secretsui.access import policy
from secretsui.access.door import Job, Person, open_prefix
from secretsui.access.models import AccessEvent
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Account, Prefix, SecretRecord
from secretsui.stores.base import NotFound, Unable
from tests.conftest import Place
from tests.servers.vault import ROOT, Server, vault, vault_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.database
NAME: Final = "connections/crm"


@pytest.fixture
def prefix(vault: Server, place: Place, monkeypatch: pytest.MonkeyPatch) -> Prefix:  # noqa: F811
    """The place's connections, moved to Vault."""
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_VAULT", ROOT)
    account = Account.objects.create(
        name="vault",
        vendor="vault",
        region="secret",
        endpoint_url=vault.url,
        credential="env:SECRETSUI_CREDENTIAL_VAULT",
    )
    Prefix.objects.filter(pk=place.connections.pk).update(
        account=account, region="secret", store_kind="vault", path="connections", options={"kv": 2}
    )
    return Prefix.objects.get(pk=place.connections.pk)


def said() -> list[tuple[str, str, str, str]]:
    lines = AccessEvent.objects.filter(action="version").order_by("pk")
    return list(lines.values_list("actor", "outcome", "version_id", "detail"))


@pytest.mark.django_db(transaction=True)
def test_a_version_is_deleted_and_comes_back(prefix: Prefix, alice: User) -> None:
    door = open_prefix(Person(alice), prefix)
    version = door.create(NAME, Sensitive("postgres://reader:pa55@db/crm"))
    assert "undelete" in door.capabilities.version_changes

    door.change_version(NAME, version, "delete")
    assert SecretRecord.objects.get().status == "deleted"
    door.change_version(NAME, version, "undelete")
    assert SecretRecord.objects.get().status == "ok"
    assert said() == [("alice", "allowed", version, "delete"), ("alice", "allowed", version, "undelete")]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_changed_says_so_and_is_recorded(prefix: Prefix, alice: User) -> None:
    door = open_prefix(Person(alice), prefix)
    door.create(NAME, Sensitive("postgres://reader:pa55@db/crm"))
    with pytest.raises(Unable):
        door.change_version(NAME, "1", "disable")
    with pytest.raises(NotFound):
        door.change_version(NAME, "9", "destroy")
    assert [line[1] for line in said()] == ["allowed", "failed", "allowed", "failed"]


@pytest.mark.django_db(transaction=True)
def test_whoever_may_only_look_or_reveal_is_refused(prefix: Prefix, bob: User, rita: User) -> None:
    for person in (bob, rita):
        with pytest.raises(policy.Refused):
            open_prefix(Person(person), prefix).change_version(NAME, "1", "delete")
    with pytest.raises(policy.Refused):
        open_prefix(Job("index"), prefix).change_version(NAME, "1", "delete")
    assert [line[1] for line in said()] == ["refused"] * 3
