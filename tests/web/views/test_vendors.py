"""The main job with each other vendor, through its real client: from the account to the trash."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from secretsui.inventory.models import Account, Prefix
from secretsui.web.subject import Links
from tests.conftest import logged_in
from tests.servers import azure as azures
from tests.servers import google as googles
from tests.servers import vault as vaults
from tests.servers.azure import azure, azure_server  # noqa: F401 - fixtures
from tests.servers.google import google, google_server  # noqa: F401 - fixtures
from tests.servers.vault import vault, vault_server  # noqa: F401 - fixtures
from tests.web.one_secret import HTMX, form_of, text_of

CANARY: Final = "pw-Kan4rienv0gel"
URI: Final = f"postgres://reader:{CANARY}@crm-db.example:5432/crm"
ACCOUNTS: Final = "/settings/accounts/"

pytestmark = pytest.mark.django_db
Given = Mapping[str, str]


def _vault(server: Any, folder: Path) -> tuple[Given, Given]:
    (folder / "kept").write_text(vaults.ROOT)
    account = {"endpoint_url": server.url, "region": "secret", "auth": "token", "credential": "file:kept"}
    return account, {"path": "connections", "region": "secret", "kv": "2"}


def _google(server: Any, folder: Path) -> tuple[Given, Given]:
    (folder / "kept").write_text(server.credential())
    account = {"endpoint_url": server.url, "project": googles.PROJECT, "credential": "file:kept"}
    return account, {"path": "airflow-connections", "sep": "-"}


def _azure(server: Any, folder: Path) -> tuple[Given, Given]:
    (folder / "kept").write_text(azures.PASSWORD)
    shutil.copy(server.ca_file, folder / "ca.pem")
    login = {"tenant_id": azures.TENANT, "client_id": azures.CLIENT, "credential": "file:kept"}
    return {"endpoint_url": server.url, "ca_file": "file:ca.pem", **login}, {"path": "airflow-connections", "sep": "-"}


WAYS: Final[Mapping[str, Callable[[Any, Path], tuple[Given, Given]]]] = {
    "vault": _vault,
    "google": _google,
    "azure": _azure,
}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SECRETSUI_CREDENTIALS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def everything(root: User) -> Client:
    """Administers, and has every grant by the group that the test makes."""
    return logged_in(root, recently=True)


@pytest.mark.parametrize("vendor", list(WAYS))
def test_a_secret_of_each_vendor_is_made_read_changed_and_deleted(
    request: pytest.FixtureRequest, everything: Client, root: User, folder: Path, vendor: str
) -> None:
    account, place = WAYS[vendor](request.getfixturevalue(vendor), folder)
    client = everything
    client.post(ACCOUNTS + "new/", {"vendor": vendor, "name": "other", **account})
    assert Account.objects.get().vendor == vendor
    tested = text_of(client.post(ACCOUNTS + "other/test/", headers=HTMX))
    assert "Allowed" in tested
    assert "AWS" not in tested

    grants = {"new_group": "everybody", "new_level": "3", "kind": "connection", "refresh_minutes": "60"}
    client.post(ACCOUNTS + "other/prefixes/new/", {**grants, **place})
    prefix = Prefix.objects.get()
    root.groups.add(Group.objects.get())

    sent = {"prefix": str(prefix.pk), "mode": "raw", "key": "crm", "text": URI, "action": "save"}
    made = client.post("/secrets/new", sent)
    links = Links(prefix, prefix.name_of("crm"))
    assert made["Location"] == links["show"]
    assert CANARY not in text_of(client.get(links["show"]))
    assert CANARY in text_of(client.post(links["reveal"], {"field": "password"}))

    edited = form_of(client.get(links["edit"] + "?mode=raw").content.decode())
    client.post(links["edit"], {**edited, "text": URI + "2", "action": "save", "accept": "1"})
    versions = text_of(client.get(links["versions"]))
    assert "Current" in versions
    assert "Put back…" in versions
    client.post(links["tags"], {"action": "save", "tag_key": "team", "tag_value": "data"})
    assert prefix.records.get().tags == {"team": "data"}

    at_once = vendor == "google"
    client.post(links["delete"], {"confirm": "crm"} if at_once else {})
    assert prefix.records.filter(deleted_at=None).count() == 0
    if not at_once:
        assert "crm" in text_of(client.get("/trash/"))
        client.post(links["restore"])
        assert prefix.records.get().deleted_at is None


def test_what_a_token_of_vault_lacks_is_written_as_its_policy(
    everything: Client,
    vault: vaults.Server,  # noqa: F811 - the fixture
    folder: Path,
) -> None:
    account, _ = _vault(vault, folder)
    (folder / "kept").write_text(vault.world.token({"secret/metadata/*": ["list", "read"]}))
    everything.post(ACCOUNTS + "new/", {"vendor": "vault", "name": "other", **account})
    page = text_of(everything.post(ACCOUNTS + "other/test/", headers=HTMX))
    assert "Denied" in page
    assert 'path "secret/' in page
    assert "capabilities = [" in page
