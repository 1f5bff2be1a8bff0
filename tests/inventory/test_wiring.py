from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from secretsui.airflow.errors import NoCredential, Unsupported
from secretsui.cloud.errors import StoreError
from secretsui.inventory import wiring
from secretsui.inventory.models import GLOBAL, Account, Deployment, EnvSource, Prefix
from secretsui.stores.parameter_store import ParameterStore
from secretsui.stores.secrets_manager import SecretsManagerStore
from tests import mwaa_server
from tests.aws import Aws
from tests.conftest import NOWHERE, REGION, Place

CHAIN = [{"role_arn": "arn:aws:iam::1:role/hop", "external_id": "x"}, {"role_arn": "arn:aws:iam::2:role/last"}]
STEPS = (("arn:aws:iam::1:role/hop", "x"), ("arn:aws:iam::2:role/last", ""))


@pytest.mark.parametrize(
    ("credentials", "profile", "role_chain"),
    [("ambient", "", ()), ("profile", "dev", ()), ("role", "dev", STEPS)],
)
def test_an_account_becomes_an_identity(place: Place, credentials: str, profile: str, role_chain: Any) -> None:
    account = place.account
    account.credentials, account.profile, account.role_chain = credentials, "dev", CHAIN
    place.connections.account = account
    store = wiring.open_store(place.connections)
    assert isinstance(store, SecretsManagerStore)
    identity = store.identity
    assert (identity.profile, identity.role_chain) == (profile, role_chain)
    assert (identity.region, identity.endpoint_url, identity.account_id) == (REGION, NOWHERE, "111122223333")


ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"
TASK = {
    "family": "airflow",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "airflow",
            "memory": 512,
            "environment": [{"name": "AIRFLOW_VAR_A", "value": "canary-41"}],
        }
    ],
}


def deployment(place: Place, **given: Any) -> Deployment:
    facts = {"name": "halden-prod", "api": Deployment.Api.V2, "account": place.account, "region": REGION}
    return Deployment.objects.create(**{**facts, "api_url": "http://127.0.0.1:9", **given})


@pytest.mark.parametrize(("api", "name"), [("v2", "ApiV2"), ("v1", "ApiV1"), ("mwaa", "ApiMwaa")])
def test_a_deployment_becomes_an_api_without_a_call(place: Place, api: str, name: str) -> None:
    assert type(wiring.open_api(deployment(place, api=api, mwaa_environment="halden"))).__name__ == name


@pytest.mark.parametrize("api", ["exported", "none"])
def test_what_cannot_be_asked_has_no_api(place: Place, api: str) -> None:
    with pytest.raises(Unsupported):
        wiring.open_api(deployment(place, api=api))


def test_a_credential_is_read_from_a_secret_through_the_account_of_the_deployment(live_place: Place, aws: Aws) -> None:
    aws.create("keys/airflow", "admin:canary-42")
    arn = aws.client().describe_secret(SecretId="keys/airflow")["ARN"]
    found = wiring._credential(deployment(live_place, credential=arn))
    assert found.reveal() == "admin:canary-42"


def test_a_secret_of_a_prefix_is_no_credential(live_place: Place, aws: Aws) -> None:
    """Who may enter an ARN could otherwise have any value sent to an address of their choice."""
    aws.create("airflow/connections/orders", "admin:canary-43")
    arn = aws.client().describe_secret(SecretId="airflow/connections/orders")["ARN"]
    aws.calls.clear()
    second = Account.objects.create(name="same", account_id="", region=REGION, endpoint_url=aws.url)
    for account in (live_place.account, second):
        with pytest.raises(NoCredential) as refusal:
            wiring._credential(Deployment(name="x", credential=arn, account=account, region=REGION))
        assert refusal.value.code == "in-a-prefix"
    assert aws.calls.counts() == {}


@pytest.mark.parametrize(
    ("region", "number", "is_refused"),
    [("us-east-2", "111122223333", True), (REGION, "", True), (REGION, "444455556666", False)],
)
def test_neither_a_replica_nor_an_account_without_a_number_passes_by_the_grants(
    place: Place, region: str, number: str, is_refused: bool
) -> None:
    Account.objects.filter(pk=place.account.pk).update(account_id=number)
    arn = f"arn:aws:secretsmanager:{region}:111122223333:secret:airflow/connections/orders-AbCdEf"
    account = Account.objects.create(name="second", region=REGION, endpoint_url=NOWHERE)
    assert wiring._is_granted(account, *arn.split(":")[4:7:2]) is is_refused


def test_a_secret_that_cannot_be_read_is_told_without_its_content(live_place: Place, aws: Aws) -> None:
    with pytest.raises(NoCredential) as refusal:
        wiring._credential(deployment(live_place, credential=f"{ARN}absent-AbCdEf"))
    assert refusal.value.code == "ResourceNotFoundException"
    assert refusal.value.__cause__ is refusal.value.__context__ is None
    with pytest.raises(NoCredential):
        wiring._credential(deployment(live_place, name="other", credential=f"{ARN}x-AbCdEf", account=None))


def test_a_task_definition_is_read_by_its_arn(live_place: Place, aws: Aws) -> None:
    arn = aws.client("ecs").register_task_definition(**TASK)["taskDefinition"]["taskDefinitionArn"]
    source = EnvSource(deployment=deployment(live_place), form="ecs", label=arn)
    found = wiring.read_environment(source)
    assert found["taskDefinition"]["containerDefinitions"][0]["name"] == "web"
    source.label = arn.replace("airflow", "absent")
    with pytest.raises(StoreError):
        wiring.read_environment(source)


def test_an_environment_of_mwaa_is_read_by_its_name(place: Place, aws: Aws) -> None:
    environment = {"Name": "halden", "AirflowVersion": "3.0.6"}
    with mwaa_server.serving(environment, mwaa_server.Rows("3.0.6")) as mwaa:
        place.point_to(mwaa.url)
        source = EnvSource(deployment=deployment(place), form="mwaa", label="halden")
        assert wiring.read_environment(source)["Environment"]["AirflowVersion"] == "3.0.6"


def test_a_source_that_is_text_cannot_be_asked(place: Place) -> None:
    with pytest.raises(Unsupported):
        wiring.read_environment(EnvSource(deployment=deployment(place), form="env-file"))
    with pytest.raises(NoCredential):
        wiring.read_environment(EnvSource(deployment=deployment(place, name="other", account=None), form="mwaa"))


class TestOtherStores:
    """Opened from their rows, without a call."""

    @staticmethod
    def prefix(vendor: str, store: str, region: str = GLOBAL, **given: Any) -> Prefix:
        account = Account(name="other", vendor=vendor, region=region, **given)
        return Prefix(account=account, region=region, store_kind=store, path="airflow", kind="connection")

    def test_a_parameter_store_has_the_identity_of_its_account(self, place: Place) -> None:
        place.connections.store_kind = Prefix.StoreKind.PARAMETER_STORE
        store = wiring.open_store(place.connections)
        assert isinstance(store, ParameterStore)
        assert store.identity.account_id == "111122223333"

    def test_vault_is_opened_at_the_mount_that_is_the_region(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRETSUI_CREDENTIAL_VAULT", " canary-44\n")
        options = {"auth": "approle", "role": "reader", "namespace": "team"}
        facts = {"endpoint_url": "https://vault.example", "options": options}
        found = self.prefix("vault", "vault", "kv/team", credential="env:SECRETSUI_CREDENTIAL_VAULT", **facts)
        found.options = {"kv": 1}
        store: Any = wiring.open_store(found)
        place = store.place
        assert (place.url, place.mount, place.kv, place.auth) == ("https://vault.example", "kv/team", 1, "approle")
        assert (place.namespace, place.role, place.ca_file) == ("team", "reader", "")
        credential = wiring._credential_of(found.account)
        assert credential is not None
        assert credential().reveal() == "canary-44"

    @pytest.mark.parametrize(
        ("vendor", "options", "words"),
        [
            ("vault", {}, "the address of Vault"),
            ("google", {}, "which project it is"),
            ("azure", {}, "the address of the key vault"),
        ],
    )
    def test_what_an_account_does_not_say_is_told(self, vendor: str, options: dict[str, str], words: str) -> None:
        found = self.prefix(vendor, vendor, options=options)
        for way in (wiring.open_store, wiring.probe):
            with pytest.raises(StoreError, match=words) as refusal:
                way(found)
            assert refusal.value.remedy

    @pytest.mark.parametrize(
        ("reference", "code"),
        [
            ("env:SECRETSUI_CREDENTIAL_NOBODY", "absent"),
            ("env:PATH", "form"),
            (ARN + "keys/vault-AbCdEf", "form"),
            ("file:../../etc/passwd", "outside"),
        ],
    )
    def test_a_credential_that_cannot_be_had_is_a_store_error(self, reference: str, code: str) -> None:
        credential = wiring._credential_of(Account(name="x", credential=reference))
        assert credential is not None
        with pytest.raises(StoreError) as refusal:
            credential()
        assert (refusal.value.kind, refusal.value.code) == ("expired", code)
        assert refusal.value.__context__ is None

    @pytest.mark.parametrize(
        ("hosts", "url", "is_trusted"),
        [
            ([], "https://own.example", True),
            (["vault.example"], "https://own.example", False),
            (["vault.example"], "https://VAULT.example:8200", True),
            (["vault.example"], "https://x.vault.example", False),
            ([".example"], "https://x.vault.example", True),
            ([".vault.example"], "https://evilvault.example", False),
            (["vault.example"], "https://vault.example@own.example", False),
        ],
    )
    def test_credentials_are_sent_to_hosts_that_the_operator_trusts(
        self, settings: Any, place: Place, hosts: list[str], url: str, is_trusted: bool
    ) -> None:
        settings.ENDPOINT_HOSTS = hosts
        found = self.prefix("vault", "vault", "secret", endpoint_url=url, credential="env:SECRETSUI_CREDENTIAL_VAULT")
        asked = deployment(place, api="v2", api_url=url)
        ways = (lambda: wiring.open_store(found), lambda: wiring.open_api(asked))
        for way in ways:
            if is_trusted:
                way()
            else:
                with pytest.raises((StoreError, NoCredential), match="sends no credentials"):
                    way()

    @pytest.mark.parametrize(("host", "is_trusted"), [("own.example", False), ("secretmanager.googleapis.com", True)])
    def test_the_servers_own_identity_is_shown_to_google_alone(self, host: str, is_trusted: bool) -> None:
        facts: dict[str, Any] = {"options": {"project": "data"}, "endpoint_url": f"https://{host}"}
        if is_trusted:
            wiring.open_store(self.prefix("google", "google", **facts))
        else:
            with pytest.raises(StoreError, match="sends no credentials"):
                wiring.open_store(self.prefix("google", "google", **facts))
        wiring.open_store(self.prefix("google", "google", credential="file:key", **facts))

    def test_a_certificate_is_looked_for_in_the_folder_for_credentials(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
        monkeypatch.setenv("SECRETSUI_CREDENTIALS_DIR", str(tmp_path))
        assert wiring._path("file:ca.pem") == str((tmp_path / "ca.pem").resolve())
        for reference in ("file:other.pem", "/etc/ssl/ca.pem"):
            with pytest.raises(StoreError):
                wiring._path(reference)

    def test_an_empty_prefix_of_another_store_owns_no_secret_of_aws(self, live_place: Place, aws: Aws) -> None:
        vault = Account.objects.create(name="vault", vendor="vault", region="secret")
        Prefix.objects.create(account=vault, region="secret", store_kind="vault", path="", kind="other")
        aws.create("keys/airflow", "admin:canary-45")
        arn = aws.client().describe_secret(SecretId="keys/airflow")["ARN"]
        assert wiring._credential(deployment(live_place, credential=arn)).reveal() == "admin:canary-45"
