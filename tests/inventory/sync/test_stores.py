"""Each kind of store through its rows: opened by the wiring, refreshed over HTTP, and resolved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from secretsui.access.door import Job, open_prefix
from secretsui.core.sensitive import Sensitive
from secretsui.inventory import sync, wiring
from secretsui.inventory.deployments import resolving
from secretsui.inventory.models import GLOBAL, Account, Kind, Prefix, Refresh, SecretRecord
from secretsui.stores.base import MUST_NOT_EXIST, Store
from tests.aws import Aws
from tests.inventory.deployments import halden
from tests.inventory.deployments.test_stores import AZURE, GOOGLE, PARAMETERS, VAULT
from tests.servers.azure import CLIENT, PASSWORD, TENANT, Azure, azure, azure_server  # noqa: F401 - fixtures
from tests.servers.google import PROJECT, Google, google, google_server  # noqa: F401 - fixtures
from tests.servers.vault import ROOT, Server, vault, vault_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

REFERENCE: Final = "SECRETSUI_CREDENTIAL_OF_STORE"


@dataclass
class World:
    """An empty store behind an account, and the backend that reads what lies under its prefixes."""

    account: Account
    store_kind: str
    region: str
    starts: dict[str, str]
    sep: str
    backend: str
    kwargs: dict[str, Any]
    options: dict[str, Any]

    def prefix(self, kind: str = Kind.CONNECTION) -> Prefix:
        return Prefix.objects.create(
            account=self.account,
            region=self.region,
            store_kind=self.store_kind,
            path=self.starts[kind],
            sep=self.sep,
            kind=kind,
            options=self.options,
        )


def _parameters(request: pytest.FixtureRequest) -> World:
    aws: Aws = request.getfixturevalue("aws")
    account = Account.objects.create(name="store", region="eu-west-1", endpoint_url=aws.url)
    starts = {"connection": "/airflow/connections", "variable": "/airflow/variables"}
    return World(account, "parameter-store", "eu-west-1", starts, "/", PARAMETERS, {}, {})


def _vault(kv: int) -> Callable[[pytest.FixtureRequest], World]:
    def world(request: pytest.FixtureRequest) -> World:
        server: Server = request.getfixturevalue("vault")
        reference(request, ROOT)
        account = _account("vault", endpoint_url=server.url, options={"auth": "token"})
        mount = "secret" if kv == 2 else "kv1"
        kwargs = {"url": server.url, "token": "x", "mount_point": mount, "kv_engine_version": kv}
        starts = {"connection": "connections", "variable": "variables"}
        return World(account, "vault", mount, starts, "/", VAULT, kwargs, {"kv": kv})

    return world


def _google(request: pytest.FixtureRequest) -> World:
    server: Google = request.getfixturevalue("google")
    reference(request, server.credential())
    account = _account("google", endpoint_url=server.url, options={"project": PROJECT})
    return World(account, "google", GLOBAL, DASHED, "-", GOOGLE, {"project_id": PROJECT}, {})


def _azure(request: pytest.FixtureRequest) -> World:
    server: Azure = request.getfixturevalue("azure")
    reference(request, PASSWORD)
    ca = Path(server.ca_file)
    request.getfixturevalue("monkeypatch").setenv("SECRETSUI_CREDENTIALS_DIR", str(ca.parent))
    options = {"tenant_id": TENANT, "client_id": CLIENT, "ca_file": f"file:{ca.name}"}
    account = _account("azure", endpoint_url=server.url, options=options)
    return World(account, "azure", GLOBAL, DASHED, "-", AZURE, {"vault_url": server.url}, {})


DASHED: Final = {"connection": "airflow-connections", "variable": "airflow-variables"}
WORLDS: Final = {
    "parameter-store": _parameters,
    "vault-2": _vault(2),
    "vault-1": _vault(1),
    "google": _google,
    "azure": _azure,
}


def _account(vendor: str, **given: Any) -> Account:
    return Account.objects.create(name="store", vendor=vendor, region=GLOBAL, credential=f"env:{REFERENCE}", **given)


def reference(request: pytest.FixtureRequest, text: str) -> None:
    request.getfixturevalue("monkeypatch").setenv(REFERENCE, text)


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param](request)


def create(store: Store, name: str, text: str = halden.CRM) -> str:
    return store.write(name, Sensitive(text), replaces=MUST_NOT_EXIST)


def refreshed(prefix: Prefix) -> Refresh:
    refresh = sync.run(Refresh.objects.create(prefix=prefix), open_prefix(Job("index"), prefix))
    prefix.refresh_from_db()
    return refresh


def said(refresh: Refresh) -> Sequence[Any]:
    return refresh.state, refresh.listed, refresh.read, refresh.unreadable


def test_a_prefix_is_listed_and_read(world: World) -> None:
    prefix, variables = world.prefix(), world.prefix(Kind.VARIABLE)
    store, others = wiring.open_store(prefix), wiring.open_store(variables)
    version = create(store, prefix.name_of("crm"))
    create(store, prefix.name_of("broken"), '{"conn_type": "x", "user": "y"}')
    create(others, variables.name_of("limit"), "10")

    refresh = refreshed(prefix)
    assert (refresh.problem, said(refresh)) == ("", ("done", 2, 2, 0))
    record = prefix.records.get(key="crm")
    assert (record.conn_type, record.endpoint, record.status) == ("postgres", "db.example/crm", "ok")
    assert (record.version_id, record.value_version) == (version, version)
    assert prefix.records.get(key="broken").problem == "unknown-key"
    assert prefix.summary["states"] == {"ok": 1, "broken": 1}
    assert said(refreshed(variables)) == ("done", 1, 1, 0)
    assert variables.records.get().form == "text"


def test_a_value_that_changed_is_read_again_and_one_that_went_goes(world: World) -> None:
    prefix = world.prefix()
    store = wiring.open_store(prefix)
    first = create(store, prefix.name_of("crm"))
    create(store, prefix.name_of("gone"))
    refreshed(prefix)

    second = store.write(prefix.name_of("crm"), Sensitive(halden.OLD), replaces=first)
    store.delete(prefix.name_of("gone"), recovery_days=None if store.capabilities.recovery == "none" else 7)
    before = prefix.records.get(key="crm").fingerprints["password"]
    assert refreshed(prefix).state == "done"

    record = prefix.records.get(key="crm")
    assert (record.value_version, record.version_id) == (second, second)
    assert record.fingerprints["password"] != before
    left = SecretRecord.objects.filter(prefix=prefix, key="gone").values_list("status", flat=True)
    assert list(left) in ([], ["deleted"])


def test_one_secret_is_looked_at_by_itself(world: World) -> None:
    prefix = world.prefix()
    store = wiring.open_store(prefix)
    version = create(store, prefix.name_of("crm"))

    record = sync.refresh_one(prefix, prefix.name_of("crm"), open_prefix(Job("index"), prefix))
    assert record is not None
    assert (record.key, record.conn_type, record.version_id) == ("crm", "postgres", version)
    refreshed(prefix)
    assert prefix.records.get().value_version == version
    assert sync.refresh_one(prefix, prefix.name_of("nothing"), open_prefix(Job("index"), prefix)) is None


def test_the_stored_value_wins_over_the_database(world: World) -> None:
    prefix = world.prefix()
    store = wiring.open_store(prefix)
    create(store, prefix.name_of("crm"))
    create(store, prefix.name_of("same"))
    refreshed(prefix)
    found = halden.deployment(prefix, backend_class=world.backend, backend_kwargs=world.kwargs)
    halden.read(found)
    halden.source(found)
    halden.row(found, "crm", halden.OLD)
    halden.row(found, "same")
    halden.row(found, "only-there")

    resolving.resolve_all(found)
    rows = found.rows.order_by("key").values_list("key", "winner", "conflict")
    assert list(rows) == [
        ("crm", "backend", "different"),
        ("only-there", "metastore", "none"),
        ("same", "backend", "same"),
    ]


def test_a_store_that_does_not_answer_is_said_to_fail(world: World) -> None:
    prefix = world.prefix()
    Account.objects.update(endpoint_url="http://127.0.0.1:9")
    prefix.account.refresh_from_db()
    refresh = refreshed(prefix)
    assert refresh.state == "failed"
    assert refresh.problem
    assert refresh.remedy
    assert not prefix.complete
