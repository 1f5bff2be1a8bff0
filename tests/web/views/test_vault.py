"""The pages of a secret with a real store of Vault behind them, over HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from secretsui.access.door import Job, open_prefix
from secretsui.access.models import Grant, Level
from secretsui.inventory.models import Account, Prefix, SecretRecord
from secretsui.web.subject import Links
from tests.conftest import logged_in, person
from tests.servers.vault import ROOT, Server
from tests.web.one_secret import form_of, text_of

pytestmark = pytest.mark.django_db
NAME = "connections/crm"
FIELDS = {"conn_type": "http", "host": "old.example", "password": "unmistakable"}


@dataclass
class Here:
    server: Server
    prefix: Prefix
    client: Client

    def url(self, action: str = "show") -> str:
        return Links(self.prefix, NAME)[action]

    def get(self, action: str = "show", query: str = "") -> Any:
        return self.client.get(self.url(action) + query)

    def post(self, action: str, **sent: str) -> Any:
        return self.client.post(self.url(action), sent)

    @property
    def record(self) -> SecretRecord:
        return SecretRecord.objects.get(prefix=self.prefix, name=NAME)

    @property
    def stored(self) -> Any:
        engine = self.server.world.engine(self.prefix.region)
        if engine.version == 1:
            return json.loads(engine.objects[NAME])
        key = engine.keys[NAME]
        return json.loads(key.versions[key.current].data or b"null")


@pytest.fixture(params=[2, 1], ids=["version 2", "version 1"])
def here(request: pytest.FixtureRequest, vault: Server, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_VAULT", ROOT)
    mount = "secret" if request.param == 2 else "kv1"
    account = Account.objects.create(
        name="vault-prod",
        vendor="vault",
        region=mount,
        endpoint_url=vault.url,
        credential="env:SECRETSUI_CREDENTIAL_VAULT",
        options={"auth": "token"},
    )
    prefix = Prefix.objects.create(
        account=account,
        region=mount,
        store_kind="vault",
        path="connections",
        kind="connection",
        options={"kv": request.param},
    )
    user, group = person("wanda"), Group.objects.create(name="writers")
    user.groups.add(group)
    Grant.objects.create(group=group, prefix=prefix, level=Level.WRITE)
    vault.world.put(NAME, FIELDS, mount)
    open_prefix(Job("test"), prefix).refresh_one(NAME)
    return Here(vault, prefix, logged_in(user, recently=True))


def test_fields_of_an_object_are_seen_edited_and_kept(here: Here) -> None:
    page = here.get()
    assert "old.example" in text_of(page)
    assert "unmistakable" not in page.content.decode()

    form = form_of(here.get("edit").content.decode()) | {"host": "new.example"}
    assert here.client.post(here.url("edit"), form).headers["Location"] == here.url()

    assert here.stored == {**FIELDS, "host": "new.example"}
    assert here.record.endpoint == "new.example"
    assert "unmistakable" in text_of(here.post("reveal", field="password"))


def test_somebody_who_was_quicker_is_told(here: Here) -> None:
    form = form_of(here.get("edit").content.decode()) | {"host": "mine.example"}
    here.server.world.put(NAME, {**FIELDS, "host": "theirs.example"}, here.prefix.region)

    answer = here.client.post(here.url("edit"), form)

    assert answer.status_code == 409
    assert here.stored["host"] == "theirs.example"
    assert "unmistakable" not in answer.content.decode()


def test_a_missing_right_is_named_as_a_policy(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    token = here.server.world.token({f"{here.prefix.region}/other": ["read"]})
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_VAULT", token)

    page = text_of(here.get())

    path = f"secret/metadata/{NAME}" if here.prefix.region == "secret" else f"kv1/{NAME}"
    assert f'path "{path}" {{ capabilities = ["read"] }}' in page
    assert token not in page


def test_deleting_is_for_good_where_nothing_is_kept(here: Here) -> None:
    if here.prefix.region == "kv1":
        assert here.post("delete", confirm="crm").headers["Location"] == "/secrets/"
        assert here.server.world.engine("kv1").objects == {}
        return
    here.post("delete")
    assert here.record.deleted_at
    here.post("restore")
    assert here.stored == FIELDS
    here.post("delete")
    here.post("delete", now="1", confirm="crm")
    assert here.server.world.engine().keys == {}


def test_an_old_version_is_put_back(here: Here) -> None:
    if here.prefix.region == "kv1":
        assert here.get("versions").status_code == 409
        return
    here.server.world.put(NAME, {"conn_uri": "http://new.example"})
    open_prefix(Job("test"), here.prefix).refresh_one(NAME)

    page = here.get("put-back", "?version=1").content.decode()
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    assert "is saved once more as a new version in place of version 2" in text_of(here.get("put-back", "?version=1"))
    here.post("put-back", **sent)

    assert here.stored == FIELDS
    assert "The value of version 1 is current again, as a new version." in text_of(here.get())
    assert "Reveal version 3" in text_of(here.get("versions"))


def test_the_test_of_a_prefix_gives_the_policy_that_it_lacks(
    here: Here, admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = here.server.world.token({f"{here.prefix.region}/other": ["read"]})
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_VAULT", token)

    address = f"/settings/accounts/vault-prod/prefixes/{here.prefix.pk}/test/"
    page = text_of(logged_in(admin_user, recently=True).post(address, follow=True))

    path = "secret/data/connections/*" if here.prefix.region == "secret" else "kv1/connections/*"
    assert f'path "{path}" {{ capabilities = ["create", "delete"' in page
    assert token not in page
