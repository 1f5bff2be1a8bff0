"""What each kind of store answers to the backend that reads it, as far as it is indexed."""

from __future__ import annotations

from typing import Any, Final

import pytest

from secretsui.inventory.deployments import misses, resolving
from secretsui.inventory.deployments.columns import columns
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.tables import looking_at
from secretsui.inventory.deployments.testing import run
from secretsui.inventory.deployments.whereabouts import named
from secretsui.inventory.models import GLOBAL, Account, Deployment, Kind, Prefix, SecretRecord
from tests.conftest import REGION, Place
from tests.inventory.deployments import halden

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PARAMETERS: Final = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
VAULT: Final = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
GOOGLE: Final = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
AZURE: Final = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
KEY_VAULT: Final = "https://halden.vault.azure.net"
LOGIN: Final = {"url": "https://vault.halden.example", "token": "x"}

Kwargs = dict[str, Any]


def account(vendor: str, **given: Any) -> Account:
    return Account.objects.create(name=f"of-{vendor}", vendor=vendor, region=GLOBAL, **given)


def prefix(of: Account, store: str, path: str, sep: str, kind: str = Kind.CONNECTION, region: str = GLOBAL) -> Prefix:
    facts = {"store_kind": store, "path": path, "sep": sep, "kind": kind, "region": region}
    return Prefix.objects.create(account=of, **facts)


def stored(store: str, kind: str = Kind.CONNECTION) -> tuple[Prefix, str, Kwargs]:
    """A prefix of this kind of store, and the backend that looks there."""
    plural = "connections" if kind == Kind.CONNECTION else "variables"
    if store == "parameter-store":
        of = Account.objects.create(name="aws", region=REGION)
        return prefix(of, store, f"/airflow/{plural}", "/", kind, REGION), PARAMETERS, {}
    if store == "vault":
        of = account("vault", endpoint_url=LOGIN["url"])
        return prefix(of, store, plural, "/", kind, "airflow"), VAULT, {**LOGIN, "mount_point": "airflow"}
    if store == "google":
        of = account("google", options={"project": "halden"})
        return prefix(of, store, f"airflow-{plural}", "-", kind), GOOGLE, {"project_id": "halden"}
    of = account("azure", endpoint_url=KEY_VAULT)
    return prefix(of, store, f"airflow-{plural}", "-", kind), AZURE, {"vault_url": f"{KEY_VAULT}/"}


def deployment(of: Prefix, backend: str, kwargs: Kwargs, **given: Any) -> Deployment:
    found = halden.deployment(of, backend_class=backend, backend_kwargs=kwargs, **given)
    halden.read(found)
    halden.source(found)
    return found


def why(found: Deployment, key: str = "crm", kind: Any = "connection") -> Explained:
    return resolving.resolve_one(found, "server", kind, key)


STORES: Final = ("parameter-store", "vault", "google", "azure")


@pytest.mark.parametrize("store", STORES)
class TestEveryStore:
    def test_its_value_wins_over_another_one_of_the_database(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm")
        halden.row(found, "crm", halden.OLD)

        resolving.resolve_all(found)
        row = found.rows.get()
        assert (row.key, row.winner, row.conflict, row.is_certain) == ("crm", "backend", "different", True)
        assert row.cells[-1]["fields"] == ["password"]

    def test_a_secret_that_is_not_there_leaves_it_to_the_database(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs)
        halden.row(found, "crm")
        explained = why(found)
        assert (explained.winner, explained.cells["backend"]["state"]) == ("metastore", "absent")
        assert explained.asked["backend"][0].prefix == of.pk

    def test_names_of_fields_that_only_secrets_manager_knows_break_a_connection(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm", '{"conn_type": "postgres", "user": "scott"}')
        assert why(found).cells["backend"]["state"] == "broken"

    def test_a_variable_is_its_text(self, store: str) -> None:
        of, backend, kwargs = stored(store, Kind.VARIABLE)
        found = deployment(of, backend, kwargs)
        halden.secret(of, "limit", "10")
        halden.row(found, "limit", "10", "variable")
        resolving.resolve_all(found)
        assert found.rows.values_list("key", "winner", "conflict").get() == ("limit", "backend", "same")

    def test_the_same_name_in_another_kind_of_store_does_not_count(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs)
        other = Prefix.objects.create(
            account=of.account, region=of.region, store_kind="secrets-manager", path=of.path, sep=of.sep, kind=of.kind
        )
        Prefix.objects.update(as_of=halden.NOON, complete=True)
        SecretRecord.objects.create(prefix=other, name=of.name_of("crm"), key="crm")
        assert why(found).cells["backend"]["state"] == "absent"
        resolving.resolve_all(found)
        assert not found.rows.exists()
        assert [each.why for each in misses.near(found, "connection", "crm")] == ["other-store"]

    def test_whoever_looks_there_is_told_of_changes(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs)
        assert list(looking_at(of)) == [found]

    def test_the_test_of_a_deployment_finds_its_prefix(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        found = deployment(of, backend, kwargs, api=Deployment.Api.NONE)
        lines = {each.part: each.state for each in run(found, None) if each.part.startswith("backend")}  # type: ignore[arg-type]
        assert lines["backend"] == "ok"
        sentences = [each for each in run(found, None) if each.part == "backend/own"]  # type: ignore[arg-type]
        assert [each.state for each in sentences] == ["ok", "problem"]
        assert of.path in sentences[0].sentence


class TestParameterStore:
    @pytest.mark.parametrize(("key", "state"), [("crm:3", "wins"), ("crm:2", "unknown"), ("crm:prod", "unknown")])
    def test_one_version_is_known_if_it_is_the_current_one(self, key: str, state: str) -> None:
        of, backend, kwargs = stored("parameter-store")
        halden.secret(of, "crm", version_id="3")
        assert why(deployment(of, backend, kwargs), key).cells["backend"]["state"] == state

    def test_of_a_parameter_that_is_not_there_no_version_is(self) -> None:
        of, backend, kwargs = stored("parameter-store")
        assert why(deployment(of, backend, kwargs), "crm:2").cells["backend"]["state"] == "absent"


class TestVault:
    def test_the_mount_that_airflow_names_counts_for_more_than_the_usual_one(self) -> None:
        of, backend, kwargs = stored("vault")
        usual = prefix(of.account, "vault", "connections", "/", region="secret")
        found = deployment(usual, backend, kwargs)
        Prefix.objects.update(as_of=halden.NOON, complete=True)
        halden.secret(of, "crm")
        halden.secret(usual, "billing")
        resolving.resolve_all(found)
        assert set(found.rows.values_list("key", "winner")) == {("crm", "backend")}
        assert {each.region for each in columns(found, "server")} == {"airflow", ""}
        assert found in looking_at(of)

    def test_an_id_may_name_its_mount(self) -> None:
        of, backend, kwargs = stored("vault")
        found = deployment(of, backend, {**kwargs, "mount_point": None})
        halden.secret(of, "crm")
        resolving.resolve_all(found)
        assert found.rows.values_list("key", "winner").get() == ("airflow/crm", "backend")

    @pytest.mark.parametrize(
        ("facts", "state", "reason"),
        [
            ({"read_error": "notfound"}, "absent", "no-value"),
            ({"read_error": "pendingdeletion"}, "deleted", "pendingdeletion"),
            ({"deleted_at": halden.NOON}, "deleted", None),
            ({"read_error": "denied"}, "denied", "denied"),
        ],
    )
    def test_what_keeps_us_from_a_value_keeps_airflow_from_it_where_it_lies_in_the_secret(
        self, facts: dict[str, Any], state: str, reason: str | None
    ) -> None:
        of, backend, kwargs = stored("vault")
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm", None, **facts)
        halden.row(found, "crm")
        explained = why(found)
        cell = explained.cells["backend"]
        assert (cell["state"], cell.get("reason")) == (state, reason)
        assert explained.winner == "metastore"
        assert explained.is_certain == (state != "denied")

    def test_an_entry_of_another_kind_is_another_piece_of_the_object(self) -> None:
        of, backend, kwargs = stored("vault")
        found = deployment(of, backend, {**kwargs, "variables_path": "connections"})
        halden.secret(of, "crm", "10")
        halden.row(found, "crm", "10", "variable")
        explained = why(found, kind="variable")
        assert explained.winner == "backend"
        assert explained.conflict == "cannot-compare"

    def test_older_releases_take_the_fields_of_a_connection_as_they_are(self) -> None:
        of, backend, kwargs = stored("vault")
        providers = {"apache-airflow-providers-hashicorp": "4.7.0"}
        found = deployment(of, backend, kwargs, providers=providers)
        halden.secret(of, "crm", '{"conn_type": "postgres", "port": "5432"}')
        assert not why(found).is_certain


class TestGoogle:
    def test_a_disabled_version_stops_nothing_and_is_no_value(self) -> None:
        of, backend, kwargs = stored("google")
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm", None, read_error="disabledversion")
        halden.row(found, "crm")
        explained = why(found)
        assert (explained.winner, explained.is_certain) == ("metastore", True)
        assert explained.cells["backend"]["state"] == "failed"
        assert explained.resolution.trace[0].error == "GoogleAPICallError"

    def test_another_project_is_another_account(self) -> None:
        of, backend, _ = stored("google")
        found = deployment(of, backend, {"project_id": "elsewhere"}, api=Deployment.Api.NONE)
        halden.secret(of, "crm")
        assert why(found).cells["backend"]["reason"] == "no-place"
        lines = [each.state for each in run(found, None) if each.part == "backend/own"]  # type: ignore[arg-type]
        assert lines == ["problem", "problem"]


class TestAzure:
    def test_a_name_in_capitals_is_the_same_name(self) -> None:
        of, backend, kwargs = stored("azure")
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm")
        SecretRecord.objects.update(name="Airflow-Connections-CRM")
        assert why(found, "Crm").winner == "backend"
        resolving.resolve_all(found)
        assert found.rows.values_list("key", "winner").get() == ("crm", "backend")

    def test_several_ids_share_one_name(self) -> None:
        of, backend, kwargs = stored("azure")
        found = deployment(of, backend, kwargs)
        secret = halden.secret(of, "my-db")
        for name in ("my_db", "my-db"):
            halden.row(found, name, halden.OLD)
        resolving.resolve_all(found)
        assert set(found.rows.values_list("key", "winner")) == {("my_db", "backend"), ("my-db", "backend")}

        secret.delete()
        resolving.resolve_secret(found, of.pk, "airflow-connections-my-db")
        assert set(found.rows.values_list("key", "winner")) == {("my_db", "metastore"), ("my-db", "metastore")}

    def test_an_id_that_is_known_with_underscores_is_not_made_up_with_dashes(self) -> None:
        of, backend, kwargs = stored("azure")
        found = deployment(of, backend, kwargs)
        halden.secret(of, "my-db")
        halden.row(found, "my_db")
        resolving.resolve_all(found)
        assert found.rows.values_list("key", "winner", "conflict").get() == ("my_db", "backend", "same")

    @pytest.mark.parametrize("facts", [{"disabled": True}, {"read_error": "disabledversion"}])
    def test_a_disabled_secret_makes_airflow_stumble(self, facts: dict[str, Any]) -> None:
        of, backend, kwargs = stored("azure")
        found = deployment(of, backend, kwargs)
        halden.secret(of, "crm", None, **facts)
        halden.row(found, "crm")
        explained = why(found)
        assert (explained.winner, explained.cells["backend"]["state"]) == ("metastore", "denied")
        assert explained.is_certain

    def test_another_key_vault_is_another_account(self) -> None:
        of, backend, _ = stored("azure")
        found = deployment(of, backend, {"vault_url": "https://other.vault.azure.net"})
        assert why(found).cells["backend"]["reason"] == "no-place"


def test_a_backend_finds_nothing_in_an_account_of_another_vendor(place: Place) -> None:
    found = deployment(place.connections, GOOGLE, {"connections_prefix": "airflow", "sep": "-"})
    assert why(found).cells["backend"]["reason"] == "no-place"


class TestAccountsThatKwargsName:
    @pytest.mark.parametrize("store", ["vault", "google", "azure"])
    def test_the_one_that_they_lead_to_is_found(self, store: str) -> None:
        of, backend, kwargs = stored(store)
        Account.objects.create(name="aws", region=REGION)
        assert named(backend, kwargs, Account.objects.all()) == (of.account, of.region)

    @pytest.mark.parametrize(
        ("store", "change"),
        [
            ("vault", {"url": "https://elsewhere.example"}),
            ("vault", {"namespace": "team"}),
            ("google", {"project_id": "elsewhere"}),
            ("azure", {"vault_url": "https://other.vault.azure.net"}),
        ],
    )
    def test_another_one_is_not_taken_for_it(self, store: str, change: Kwargs) -> None:
        _, backend, kwargs = stored(store)
        assert named(backend, {**kwargs, **change}, Account.objects.all()) == (None, "")

    def test_of_two_none_is_guessed(self) -> None:
        of, backend, kwargs = stored("vault")
        Account.objects.create(name="second", vendor="vault", region="secret", endpoint_url=of.account.endpoint_url)
        assert named(backend, kwargs, Account.objects.all()) == (None, "")

    def test_without_a_mount_it_is_the_usual_one(self) -> None:
        of, backend, _ = stored("vault")
        assert named(backend, LOGIN, Account.objects.all()) == (of.account, "secret")
        assert named(backend, {**LOGIN, "mount_point": None}, Account.objects.all()) == (of.account, "")

    def test_a_backend_of_no_store_names_none(self) -> None:
        assert named("company.Secrets", LOGIN, [Account(vendor="vault", endpoint_url=LOGIN["url"])]) == (None, "")
