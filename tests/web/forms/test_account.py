from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from secretsui.inventory.models import Account
from secretsui.web.forms.account import AccountForm
from secretsui.web.vendors import VENDORS

PASTED = "hvs.CAESIJ-Kan4rienv0gel"
CLIENT = "0f1e2d3c-0000-4444-8888-0123456789ab"
VAULT = {"name": "vault", "endpoint_url": "https://vault.example:8200", "region": "secret"}
GOOGLE = {"name": "gcp", "project": "data-platform-prod"}
AZURE = {"name": "azure", "endpoint_url": "https://data-prod.vault.azure.net/"}
KEPT = "env:SECRETSUI_CREDENTIAL_HERE"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_credential(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_HERE", "hidden")
    monkeypatch.setenv("SECRETSUI_CREDENTIALS_DIR", str(tmp_path))
    (tmp_path / "ca.pem").write_text("a certificate")


def form(vendor: str, given: dict[str, Any], **more: Any) -> AccountForm:
    return VENDORS[vendor].form({**given, **more})


def saved(vendor: str, given: dict[str, Any], **more: Any) -> Account:
    bound = form(vendor, given, **more)
    assert bound.is_valid(), bound.errors
    bound.save()
    return Account.objects.get()


@pytest.mark.parametrize(
    ("login", "options", "credential"),
    [
        ({"auth": "token", "credential": KEPT}, {}, KEPT),
        ({"auth": "approle", "role": "r-1", "credential": KEPT, "auth_mount": "ci"}, {"role": "r-1"}, KEPT),
        ({"auth": "userpass", "username": "mara", "credential": KEPT}, {"username": "mara"}, KEPT),
        ({"auth": "kubernetes", "role": "secretsui"}, {"role": "secretsui"}, ""),
        ({"auth": "aws_iam", "role": "r", "aws_region": "eu-west-1"}, {"role": "r", "region": "eu-west-1"}, ""),
        ({"auth": "jwt", "role": "r", "credential": KEPT}, {"role": "r"}, KEPT),
    ],
)
def test_each_way_to_log_in_to_vault_keeps_its_own_fields(
    login: dict[str, str], options: dict[str, str], credential: str
) -> None:
    stray = {"role": "x", "username": "x", "aws_region": "eu-north-1", "namespace": "/team/", "ca_file": "file:ca.pem"}
    account = saved("vault", VAULT, **{**stray, **login})
    mount = {"auth_mount": login["auth_mount"]} if "auth_mount" in login else {}
    stays = {"namespace": "team", "ca_file": "file:ca.pem", "auth": login["auth"]}
    if login["auth"] == "aws_iam":
        options = {**options, "region": "eu-west-1"}
    assert account.options == stays | mount | options
    assert (account.vendor, account.region, account.credential) == ("vault", "secret", credential)
    again = VENDORS["vault"].form(account=account)
    assert again["role"].initial == options.get("role", "")


@pytest.mark.parametrize(
    ("login", "field"),
    [
        ({"auth": "token"}, "credential"),
        ({"auth": "approle", "credential": KEPT}, "role"),
        ({"auth": "userpass", "credential": KEPT}, "username"),
        ({"auth": "kubernetes"}, "role"),
        ({"auth": "jwt", "role": "r"}, "credential"),
        ({"auth": "ldap"}, "auth"),
        ({"auth": "token", "credential": KEPT, "region": "/secret"}, "region"),
        ({"auth": "token", "credential": KEPT, "region": "a~b"}, "region"),
        ({"auth": "token", "credential": KEPT, "endpoint_url": "https://vault.example/v1"}, "endpoint_url"),
        ({"auth": "token", "credential": KEPT, "ca_file": KEPT}, "ca_file"),
    ],
)
def test_what_a_login_to_vault_lacks_is_named(login: dict[str, str], field: str) -> None:
    assert list(form("vault", VAULT, **login).errors) == [field]


@pytest.mark.parametrize(
    ("vendor", "given", "field"),
    [
        ("vault", VAULT | {"auth": "token"}, "credential"),
        ("vault", VAULT | {"auth": "token", "credential": KEPT}, "ca_file"),
        ("google", GOOGLE, "credential"),
        ("azure", AZURE | {"tenant_id": CLIENT, "client_id": CLIENT}, "credential"),
    ],
)
@pytest.mark.parametrize("pasted", [PASTED, f"{{'private_key': '{PASTED}'}}", f"file:../{PASTED}"])
def test_a_pasted_secret_is_refused_and_never_comes_back(
    vendor: str, given: dict[str, str], field: str, pasted: str
) -> None:
    bound = form(vendor, given, **{field: pasted})
    assert list(bound.errors) == [field]
    assert PASTED not in str(bound)
    assert given["name"] in str(bound)


def test_a_password_in_an_address_does_not_come_back() -> None:
    bound = form("vault", VAULT, auth="kubernetes", role="r", endpoint_url=f"https://u:{PASTED}@vault.example")
    assert list(bound.errors) == ["endpoint_url"]
    assert PASTED not in str(bound)


def test_an_arn_is_no_reference_here() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-AbCdEf"
    assert "This is no reference" in str(form("vault", VAULT, auth="token", credential=arn).errors["credential"])


def test_a_reference_that_leads_nowhere_yet_is_taken_and_told_of() -> None:
    bound = form("google", GOOGLE, credential="env:SECRETSUI_CREDENTIAL_LATER")
    assert bound.is_valid()
    assert "has no SECRETSUI_CREDENTIAL_LATER" in bound.notices[0]


def test_a_vault_without_tls_is_told_of() -> None:
    bound = form("vault", VAULT, auth="kubernetes", role="r", endpoint_url="http://vault:8200")
    assert bound.is_valid()
    assert "no TLS" in bound.notices[0]


def test_a_project_of_google_is_kept() -> None:
    account = saved("google", GOOGLE, credential="file:ca.pem")
    assert (account.vendor, account.region, account.options, account.credential) == (
        "google",
        "global",
        {"project": "data-platform-prod"},
        "file:ca.pem",
    )


@pytest.mark.parametrize("project", ["", "Data Platform", "dp", "-data-platform"])
def test_what_is_no_project_is_refused(project: str) -> None:
    assert list(form("google", GOOGLE, project=project).errors) == ["project"]


def test_a_key_vault_is_kept_without_the_slash() -> None:
    account = saved("azure", AZURE, tenant_id="contoso.example.com", client_id=CLIENT, credential=KEPT)
    assert (account.region, account.endpoint_url) == ("global", "https://data-prod.vault.azure.net")
    assert account.options == {"tenant_id": "contoso.example.com", "client_id": CLIENT}


@pytest.mark.parametrize("host", ["data.vault.azure.cn", "data.vault.usgovcloudapi.net"])
def test_sovereign_clouds_are_azures_own(host: str) -> None:
    bound = form("azure", AZURE, endpoint_url=f"https://{host}")
    assert bound.is_valid()
    assert bound.notices == []


def test_a_vault_at_an_address_of_ones_own_is_told_of() -> None:
    bound = form("azure", AZURE, endpoint_url="https://vault.internal.example")
    assert bound.is_valid()
    assert "no address of Azure's own" in bound.notices[0]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"endpoint_url": "http://data-prod.vault.azure.net"}, ["endpoint_url"]),
        ({"endpoint_url": "https://data-prod.vault.azure.net/secrets/x"}, ["endpoint_url"]),
        ({"client_id": "my app"}, ["client_id"]),
        ({"tenant_id": "no tenant"}, ["tenant_id"]),
        ({"credential": KEPT}, ["tenant_id", "client_id"]),
    ],
)
def test_what_is_wrong_with_a_key_vault_is_named(change: dict[str, str], fields: list[str]) -> None:
    assert list(form("azure", AZURE, **change).errors) == fields
