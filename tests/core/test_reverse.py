from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secretsui.core.backends.environment_manager import EnvironmentManager
from secretsui.core.backends.registry import ENVIRONMENT_CLASS, METASTORE_CLASS, source_of
from secretsui.core.backends.source import Backend, CannotTell, Context, Kind, Raises, Source
from secretsui.core.reverse import Reverse, Stored, stored_of

AMAZON = "airflow.providers.amazon.aws.secrets."
SECRETS_MANAGER = AMAZON + "secrets_manager.SecretsManagerBackend"
PARAMETER_STORE = AMAZON + "systems_manager.SystemsManagerParameterStoreBackend"
SHARED = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
GOOGLE = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
AZURE = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
FILES = "airflow.secrets.local_filesystem.LocalFilesystemBackend"

prefixes = st.sampled_from(["airflow/connections", "", "/", "a", "a//", "x_y", "Airflow-", None, "p:q", "red"])
seps = st.sampled_from(["/", "-", "", "_", "--", "::"])
patterns = st.sampled_from(["", "^[a-z]", "x"])
texts = st.sampled_from(
    ["db", "My_DB", "a/b", "a:3", "a:", "red--db", "red/db", "a--b", "_red___db", "x y", "ß", "-", "mount/db"]
)
ids = texts | st.text(st.sampled_from("abAB_-/:.1\u0131ß"), min_size=1, max_size=8)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["connection", "variable", "config"])


def kwargs(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=strategies)


AWS = {"connections_prefix": prefixes, "variables_prefix": prefixes, "connections_lookup_pattern": patterns}
paths = prefixes | st.lists(st.sampled_from(["a", "b/c", ""]), max_size=3)
VAULT_KWARGS = {
    "connections_path": paths,
    "variables_path": paths,
    "mount_point": st.sampled_from(["secret", None, ""]),
    "global_secrets_path": st.sampled_from([None, "shared"]),
    "use_team_secrets_path": st.booleans(),
}
SHARED_KWARGS = {**AWS, "sep": seps, "connections_prefix_shared": prefixes.filter(lambda each: each is not None)}
BACKENDS: dict[str, tuple[st.SearchStrategy[dict[str, Any]], Sequence[str]]] = {
    SECRETS_MANAGER: (kwargs(**AWS, sep=seps), ["8.29", "9.27", "9.30", "9.39"]),
    PARAMETER_STORE: (kwargs(**AWS), ["8.29", "9.27", "9.39"]),
    SHARED: (kwargs(**SHARED_KWARGS).map(lambda found: {**found, "shared_account": "1"}), ["8.29", "9.25"]),
    VAULT: (kwargs(**VAULT_KWARGS).map(lambda found: {**found, "token": "t"}), ["4.4", "4.6", "4.8"]),
    GOOGLE: (kwargs(connections_prefix=prefixes, variables_prefix=prefixes, sep=seps), ["19", "22"]),
    AZURE: (
        kwargs(connections_prefix=prefixes, sep=seps).map(lambda found: {**found, "vault_url": "https://v"}),
        ["12", "15"],
    ),
    FILES: (st.just({"connections_file_path": "/c.json", "variables_file_path": "/v.json"}), [""]),
    ENVIRONMENT_CLASS: (st.just({}), [""]),
    METASTORE_CLASS: (st.just({}), [""]),
}


@st.composite
def sources(draw: st.DrawFn, class_path: str) -> tuple[Source, str]:
    """A source that can be built, and the team that it is asked for."""
    given_kwargs, versions = BACKENDS[class_path]
    airflow = draw(st.sampled_from(["2.11", "3.2", "3.3"]))
    multi_team = airflow != "2.11" and draw(st.booleans())
    backend = Backend(class_path, draw(given_kwargs), draw(st.sampled_from(versions)))
    source = source_of(backend, Context(airflow, multi_team))
    assume(not isinstance(source, Raises | CannotTell))
    assert not isinstance(source, Raises | CannotTell)
    return source, "red" if multi_team and draw(st.booleans()) else ""


def asked(source: Source, kind: Kind, secret_id: str, team: str = "") -> list[Stored]:
    plan = source.plan(kind, secret_id, team)
    found = [stored_of(kind, ask) for ask in plan] if isinstance(plan, Sequence) else []
    return [each._replace(name=spelt(source, each.name)) for each in found]


def spelt(source: Source, name: str) -> str:
    """Key Vault does not tell capitals from small letters."""
    return name.lower() if source.class_name == "AzureKeyVaultBackend" else name


@pytest.mark.parametrize("class_path", BACKENDS)
@given(data=st.data(), kind=kinds, secret_id=ids, others=st.lists(ids, max_size=3))
def test_each_name_leads_back_to_its_id(
    class_path: str, data: st.DataObject, kind: Kind, secret_id: str, others: list[str]
) -> None:
    source, team = data.draw(sources(class_path))
    back = Reverse(source, {kind: [secret_id, *others]}, team)
    for stored in asked(source, kind, secret_id, team):
        assert secret_id in back.ids(stored)


@pytest.mark.parametrize("class_path", BACKENDS)
@given(data=st.data(), kind=kinds, secret_id=ids)
def test_without_knowing_it_some_id_leads_there_and_no_other(
    class_path: str, data: st.DataObject, kind: Kind, secret_id: str
) -> None:
    source, team = data.draw(sources(class_path))
    back = Reverse(source, team=team)
    for stored in asked(source, kind, secret_id, team):
        found = back.ids(stored)
        assert found
        assert all(stored in asked(source, kind, each, team) for each in found)


@pytest.mark.parametrize("class_path", BACKENDS)
@given(data=st.data(), kind=kinds, name=ids)
def test_no_id_is_invented_for_a_name_that_nobody_asks_for(
    class_path: str, data: st.DataObject, kind: Kind, name: str
) -> None:
    source, team = data.draw(sources(class_path))
    stored = Stored(kind, spelt(source, name))
    assert all(stored in asked(source, kind, each, team) for each in Reverse(source, team=team).ids(stored))


def built(class_path: str, *, airflow: str = "3.3", **given: Any) -> Source:
    source = source_of(Backend(class_path, given, "9.25"), Context(airflow))
    assert not isinstance(source, Raises | CannotTell)
    return source


def test_names_behind_the_prefix_are_the_ids() -> None:
    back = Reverse(built(SECRETS_MANAGER))
    assert back.ids(Stored("connection", "airflow/connections/team/db")) == ["team/db"]
    assert back.ids(Stored("connection", "airflow/variables/db")) == []


def test_an_environment_variable_is_for_the_known_ids_that_it_spells() -> None:
    back = Reverse(built(ENVIRONMENT_CLASS), {"connection": ["My_DB", "my_db", "my-db"]})
    assert back.ids(Stored("connection", "AIRFLOW_CONN_MY_DB")) == ["My_DB", "my_db"]
    assert back.ids(Stored("connection", "AIRFLOW_CONN_OTHER"))[0] == "other"
    assert back.ids(Stored("connection", "AIRFLOW_CONN_my_db")) == []
    assert back.ids(Stored("variable", "AIRFLOW_CONN_MY_DB")) == []


def test_a_secret_of_azure_is_for_ids_with_underscores_as_well() -> None:
    source = built(AZURE, vault_url="https://v")
    stored = Stored("connection", "airflow-connections-my-db", mount="https://v")
    assert Reverse(source, {"connection": ["my_db"]}).ids(stored) == ["my_db"]
    assert Reverse(source).ids(stored) == ["my-db"]


def test_a_pattern_keeps_names_from_having_an_id() -> None:
    back = Reverse(built(SECRETS_MANAGER, connections_lookup_pattern="^x"))
    assert back.ids(Stored("connection", "airflow/connections/db")) == []


def test_both_places_of_a_shared_backend_hold_connections_alone() -> None:
    back = Reverse(built(SHARED, shared_account="1", connections_prefix_shared="shared"))
    for kind in ("connection", "variable"):
        assert back.ids(Stored(kind, "airflow/connections/x")) == ["x"]
        assert back.ids(Stored(kind, "shared/x", "shared")) == ["x"]


def test_objects_of_the_environment_manager_are_named_by_their_ids() -> None:
    assert Reverse(EnvironmentManager()).ids(Stored("variable", "Key", mount="variable")) == ["Key"]
