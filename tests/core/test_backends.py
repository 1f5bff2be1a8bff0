from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.backends.registry import CLASSES, source_of
from secretsui.core.backends.source import Ask, Backend, CannotTell, Context, Kind, Never, Plan, Raises, Source
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import plain
from secretsui.core.sensitive import Sensitive

PATHS = {path.rpartition(".")[2]: path for path in CLASSES}
SM, SSM, SHARED = "SecretsManagerBackend", "SystemsManagerParameterStoreBackend", "SharedSecretsManagerBackend"
VAULT, GOOGLE, AZURE = "VaultBackend", "CloudSecretManagerBackend", "AzureKeyVaultBackend"
FILES = "LocalFilesystemBackend"
NEEDED: dict[str, dict[str, Any]] = {
    SHARED: {"shared_account": "1"},
    VAULT: {"token": "t"},
    AZURE: {"vault_url": "https://v"},
    FILES: {"connections_file_path": "c.json", "variables_file_path": "v.json"},
}


def source(
    name: str,
    kwargs: dict[str, Any] | None = None,
    provider: str = "",
    *,
    airflow: str = "3.3",
    multi_team: bool = False,
    **more: Any,
) -> Source:
    context = Context(airflow, multi_team, **more)
    found = source_of(Backend(PATHS[name], NEEDED.get(name, {}) | (kwargs or {}), provider), context)
    assert not isinstance(found, Raises | CannotTell), found
    return found


def names(plan: Plan) -> list[str]:
    assert not isinstance(plan, Never | Raises), plan
    return [ask.name for ask in plan]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (SM, "connection", "airflow/connections/my_db"),
        (SM, "variable", "airflow/variables/my_db"),
        (SM, "config", "airflow/config/my_db"),
        (SSM, "connection", "/airflow/connections/my_db"),
        (SSM, "config", "/airflow/config/my_db"),
        (VAULT, "variable", "variables/my_db"),
        (GOOGLE, "connection", "airflow-connections-my_db"),
        (AZURE, "connection", "airflow-connections-my-db"),
        (FILES, "connection", "my_db"),
        ("EnvironmentVariablesBackend", "connection", "AIRFLOW_CONN_MY_DB"),
        ("EnvironmentVariablesBackend", "variable", "AIRFLOW_VAR_MY_DB"),
        ("MetastoreBackend", "variable", "my_db"),
    ],
)
def test_each_class_has_its_names(name: str, kind: Kind, expected: str) -> None:
    assert names(source(name).plan(kind, "my_db", "")) == [expected]


@pytest.mark.parametrize(
    ("name", "prefix", "expected"),
    [
        (SM, "a//", "a/db"),
        (SM, "", "db"),
        (SM, "//", "db"),
        (SM, False, "db"),
        (SSM, "a//", "/a/db"),
        (SSM, "", "/db"),
        (SSM, "/", "/db"),
        (GOOGLE, "a-", "a--db"),
        (GOOGLE, "", "-db"),
        (AZURE, "a--", "a-db"),
        (AZURE, "", "db"),
        (AZURE, "a_b", "a-b-db"),
    ],
)
def test_each_class_joins_prefixes_in_its_own_way(name: str, prefix: Any, expected: str) -> None:
    assert names(source(name, {"connections_prefix": prefix}).plan("connection", "db", "")) == [expected]


@pytest.mark.parametrize(
    ("sep", "expected"),
    [("-", "a/-db"), ("", "a/db"), ("/-", "a/-db"), (None, "a/Nonedb"), ("x", "a/xdb")],
)
def test_the_separator_of_secrets_manager_is_also_what_its_prefixes_are_stripped_of(sep: Any, expected: str) -> None:
    kwargs = {"connections_prefix": "a/", "sep": sep}
    assert names(source(SM, kwargs).plan("connection", "db", "")) == [expected]


@pytest.mark.parametrize(
    ("name", "kwarg"),
    [(name, "variables_prefix") for name in (SM, SSM, SHARED, GOOGLE, AZURE)] + [(VAULT, "variables_path")],
)
def test_null_disables_a_kind(name: str, kwarg: str) -> None:
    found = source(name, {kwarg: None}, "9.25.0" if name == SHARED else "")
    assert found.plan("variable", "v", "") == Never("disabled")
    assert names(found.plan("connection", "v", ""))


@pytest.mark.parametrize("name", [SM, SSM])
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("^My", None), ("y_db", Never("pattern")), ("", None), (None, None), ("(", "error"), (5, "TypeError")],
)
def test_a_pattern_is_matched_at_the_start_of_the_bare_id_in_any_case(name: str, pattern: Any, expected: Any) -> None:
    plan = source(name, {"connections_lookup_pattern": pattern}).plan("connection", "my_db", "")
    if isinstance(expected, str):
        assert plan == Raises(expected, "bad-pattern")
    else:
        assert plan == expected or (expected is None and names(plan))


@pytest.mark.parametrize("name", [SM, SSM, SHARED])
@pytest.mark.parametrize("kind", ["connections", "variables", "config"])
def test_a_pattern_that_may_never_end_is_not_matched(name: str, kind: str) -> None:
    kwargs = NEEDED.get(name, {}) | {f"{kind}_lookup_pattern": "((a+))+$"}
    found = source_of(Backend(PATHS[name], kwargs, "9.25.0"), Context("3.3"))
    assert found == CannotTell("risky-pattern")


@pytest.mark.parametrize(
    ("name", "kwargs", "raised"),
    [
        (SM, {"connections_prefix": 5}, "AttributeError"),
        (SM, {"sep": 5}, "TypeError"),
        (SSM, {"config_prefix": False}, "AttributeError"),
        (VAULT, {"token": None}, "VaultError"),
        (VAULT, {"auth_type": "approle"}, "VaultError"),
        (VAULT, {"auth_type": "magic"}, "VaultError"),
        (VAULT, {"kv_engine_version": 3}, "VaultError"),
        (VAULT, {"connections_path": 5}, "TypeError"),
        (VAULT, {"connections_path": [5]}, "AttributeError"),
        (GOOGLE, {"colour": "red"}, "TypeError"),
        (GOOGLE, {"connections_prefix": "a/b"}, "AirflowException"),
        (GOOGLE, {"sep": None}, "TypeError"),
        (AZURE, {"variables_prefix": 5}, "AttributeError"),
        (FILES, {"colour": "red"}, "TypeError"),
        ("MetastoreBackend", {"colour": "red"}, "TypeError"),
    ],
)
def test_kwargs_that_keep_airflow_from_starting(name: str, kwargs: dict[str, Any], raised: str) -> None:
    found = source_of(Backend(PATHS[name], NEEDED.get(name, {}) | kwargs), Context("3.3"))
    assert isinstance(found, Raises)
    assert found.airflow_class == raised


@pytest.mark.parametrize("kwargs", [{}, {"config_prefix": 5}])
def test_a_shared_account_must_be_named(kwargs: dict[str, Any]) -> None:
    found = source_of(Backend(PATHS[SHARED], kwargs), Context("3.3"))
    assert found == Raises("TypeError", "missing-kwarg", "shared_account")


def test_of_an_unknown_class_nothing_is_told() -> None:
    assert source_of(Backend("company.Backend"), Context("3.3")) == CannotTell("unknown-class")


@pytest.mark.parametrize("name", [SM, SHARED])
def test_secrets_manager_refuses_names_that_it_cannot_have(name: str) -> None:
    found = source(name, provider="9.25.0")
    assert found.plan("connection", "a:b", "") == Raises("ClientError", "illegal-name")
    assert found.plan("connection", "x" * 500, "") == Raises("ClientError", "illegal-name")
    bare = source(name, {"connections_prefix": ""}, provider="9.25.0")
    assert bare.plan("connection", "", "") == Raises("ParamValidationError", "empty-name")


def test_the_shared_account_is_asked_after_the_own_one_by_its_arn() -> None:
    kwargs = {"shared_account": 123, "connections_prefix_shared": "core/", "aws_region": "eu-west-1"}
    own, shared = asks(source(SHARED, kwargs, "9.25.0").plan("connection", "db", ""))
    assert (own.name, own.place) == ("airflow/connections/db", "own")
    assert (shared.name, shared.place, shared.account, shared.region) == ("core//db", "shared", "123", "eu-west-1")
    assert (own.errors.get("absent"), shared.errors.get("absent")) == (None, "ResourceNotFoundException")


def asks(plan: Plan) -> list[Ask]:
    assert not isinstance(plan, Never | Raises)
    return list(plan)


def test_the_shared_backend_looks_for_variables_among_connections() -> None:
    kwargs = {"variables_prefix": "other", "variables_lookup_pattern": "^x", "connections_lookup_pattern": "^v"}
    found = source(SHARED, kwargs, "9.25.0")
    assert names(found.plan("variable", "v", "")) == ["airflow/connections/v", "airflow/connections/v"]
    # A pattern keeps the own account alone from being asked.
    assert [ask.place for ask in asks(found.plan("variable", "w", ""))] == ["shared"]
    bare = source(SHARED, {"connections_prefix": None}, "9.25.0")
    assert names(bare.plan("variable", "v", "")) == ["v", "airflow/connections/v"]


@pytest.mark.parametrize(
    ("environ", "region"), [({}, "eu-central-1"), ({"AWS_REGION": "x"}, "x"), ({"AWS_REGION": ""}, "")]
)
def test_the_shared_region_comes_from_the_environment_or_from_far_away(environ: dict[str, str], region: str) -> None:
    found = source(SHARED, {"region_name": "eu-west-1"}, "9.25.0", environ=environ)
    assert asks(found.plan("connection", "db", ""))[1].region == region


@pytest.mark.parametrize(
    ("provider", "broken"), [("8.29.0", False), ("9.25.0", False), ("9.26.0", True), ("9.39.0", True)]
)
def test_newer_providers_break_the_shared_backend_but_for_configuration(provider: str, broken: bool) -> None:
    found = source(SHARED, provider=provider)
    for kind in ("connection", "variable"):
        assert (found.plan(kind, "db", "") == Raises("TypeError", "shared-too-new")) is broken
    assert len(names(found.plan("config", "db", ""))) == 2


def test_vault_takes_the_mount_from_the_id_where_it_has_none() -> None:
    found = source(VAULT, {"mount_point": None, "variables_path": ""})
    [ask] = asks(found.plan("connection", "kv/team/db", ""))
    assert (ask.mount, ask.name) == ("kv", "connections/team/db")
    [ask] = asks(found.plan("variable", "kv/v", ""))
    assert (ask.mount, ask.name) == ("kv", "v")
    assert found.plan("connection", "db", "") == Never("no-mount")


def test_vault_tries_a_list_of_paths_in_order() -> None:
    found = source(VAULT, {"connections_path": ["mine/", "ours"], "global_secrets_path": "all"})
    assert names(found.plan("connection", "db", "")) == ["mine/db", "ours/db", "all/db"]
    old = source_of(Backend(PATHS[VAULT], {"token": "t", "connections_path": ["a"]}, "4.7.0"), Context("3.3"))
    assert old == Raises("AttributeError", "wrong-type", "connections_path")


def test_a_token_of_vault_may_come_from_the_environment() -> None:
    source(VAULT, {"token": None}, environ={"VAULT_TOKEN": ""})


@pytest.mark.parametrize(
    ("provider", "stored", "fields"),
    [
        ("4.8.4", {"conn_uri": "postgresql://h"}, ("postgres", "h", None)),
        ("4.8.4", {"conn_type": "a-b", "host": "h", "port": "1"}, ("a_b", "h", 1)),
        ("4.8.4", {"conn_uri": "", "host": "h"}, "TypeError"),
        ("4.8.4", {"conn_uri": 5}, "AttributeError"),
        ("4.8.4", {}, (None, None, None)),
        ("4.7.0", {"conn_type": "a-b", "host": "h", "port": "1"}, ("a-b", "h", "1")),
        ("4.7.0", {"conn_uri": "postgresql://h"}, ("postgres", "h", None)),
        ("4.7.0", {"user": "u"}, "TypeError"),
    ],
)
def test_vault_stores_fields(provider: str, stored: dict[str, Any], fields: Any) -> None:
    found = source(VAULT, provider=provider)
    if isinstance(fields, str):
        with pytest.raises(DecodeError) as failure:
            found.connection(stored, "3.3")
        assert failure.value.airflow_class == fields
    else:
        conn = found.connection(stored, "3.3")
        assert conn
        assert (conn.conn_type, conn.host, conn.port) == fields


def test_a_variable_in_vault_is_the_field_called_value() -> None:
    found = source(VAULT)
    assert [plain(found.variable(stored)) for stored in ({"value": "x"}, {"value": 5}, {"v": "x"}, {})] == [
        "x",
        5,
        None,
        None,
    ]


def test_google_takes_denied_for_missing_and_azure_does_not() -> None:
    [google], [azure] = (asks(source(name).plan("connection", "db", "")) for name in (GOOGLE, AZURE))
    assert ("denied" in google.errors, "denied" in azure.errors) == (False, True)


@pytest.mark.parametrize("secret_id", ["a.b", "a/b", "é"])
def test_names_that_google_and_azure_cannot_have_are_never_found(secret_id: str) -> None:
    assert source(GOOGLE).plan("connection", secret_id, "") == Never("illegal-name")
    assert source(AZURE, provider="15.2.1").plan("connection", secret_id, "") == Never("illegal-name")
    assert isinstance(source(AZURE, provider="13.0.0").plan("connection", secret_id, ""), Raises)


def test_azure_needs_the_address_of_its_vault_at_each_lookup() -> None:
    plan = source(AZURE, {"vault_url": ""}).plan("connection", "db", "")
    assert plan == Raises("ValueError", "missing-kwarg", "vault_url")


def test_a_file_holds_uris_and_objects_but_no_json_text() -> None:
    found = source(FILES)
    conn = found.connection({"conn_type": "a-b", "extra_dejson": {"a": 1}, "conn_id": "db"}, "3.3-sdk")
    assert conn
    assert (conn.conn_type, plain(conn.extra)) == ("a-b", '{"a": 1}')
    conn = found.connection(Sensitive('{"conn_type": "http"}'), "2.11")
    assert conn
    assert conn.conn_type == ""
    for bad in ({"colour": "red"}, {"extra": "{}", "extra_dejson": {}}, [1]):
        with pytest.raises(DecodeError):
            found.connection(bad, "3.3")
    assert source(FILES, {"variables_file_path": None}).plan("variable", "v", "") == Never("disabled")


@pytest.mark.parametrize(
    ("words", "text", "login"),
    [
        ({"user": ["usr"]}, '{"usr": "u"}', "u"),
        (None, '{"usr": "u"}', None),
        ({"bogus": ["x"]}, "{}", "KeyError"),
        ({"host": None}, "{}", "TypeError"),
        (["host"], "{}", "AttributeError"),
        (["host"], "http://u@h", "u"),
    ],
)
def test_words_for_fields_are_looked_at_only_for_json(words: Any, text: str, login: str | None) -> None:
    found = source(SM, {"extra_conn_words": words})
    if str(login).endswith("Error"):
        with pytest.raises(DecodeError) as failure:
            found.connection(Sensitive(text), "3.3")
        assert failure.value.airflow_class == login
    else:
        conn = found.connection(Sensitive(text), "3.3")
        assert conn
        assert plain(conn.login) == login


@pytest.mark.parametrize(("provider", "login"), [("8.29.0", "a b"), ("9.39.0", "a%20b")])
def test_old_providers_unquote_the_values_of_json(provider: str, login: str) -> None:
    found = source(SM, {"are_secret_values_urlencoded": True}, provider)
    conn = found.connection(Sensitive('{"login": "a%20b", "extra": {"a": "%20"}}'), "2.11")
    assert conn
    assert (plain(conn.login), plain(conn.extra)) == (login, '{"a": "%20"}')
    if login == "a b":
        with pytest.raises(DecodeError):
            found.connection(Sensitive('{"port": 5}'), "2.11")


@pytest.mark.parametrize(
    ("name", "provider", "expected"),
    [
        (SM, "9.25.0", ["airflow/connections/db"]),
        (SM, "9.26.0", ["airflow/connections/red/db"]),
        (SM, "9.30.0", ["airflow/connections/red--db", "airflow/connections/db"]),
        (SSM, "9.39.0", ["/airflow/connections/red--db", "/airflow/connections/db"]),
        (VAULT, "4.4.0", ["connections/db"]),
        (VAULT, "4.5.1", ["connections/db"]),
        (VAULT, "4.7.0", ["connections/red/db", "connections/db"]),
        (VAULT, "4.8.4", ["connections/red/db"]),
        (GOOGLE, "15.1.0", ["airflow-connections-db"]),
        (GOOGLE, "22.8.0", ["airflow-connections-red--db", "airflow-connections-db"]),
        (AZURE, "13.0.0", ["airflow-connections-db"]),
        (AZURE, "15.2.1", ["airflow-connections-red--db", "airflow-connections-db"]),
        ("EnvironmentVariablesBackend", "", ["AIRFLOW_CONN__RED___DB", "AIRFLOW_CONN_DB"]),
        ("MetastoreBackend", "", ["db"]),
    ],
)
def test_a_team_has_names_of_its_own(name: str, provider: str, expected: list[str]) -> None:
    found = source(name, provider=provider, multi_team=True)
    assert names(found.plan("connection", "db", "red")) == expected


@pytest.mark.parametrize(
    ("name", "provider", "airflow", "multi_team", "secret_id", "refused"),
    [
        (SM, "9.39.0", "3.3", True, "a--b", True),
        (SM, "9.39.0", "3.3", False, "a--b", False),
        (SM, "9.30.0", "3.3", False, "a--b", True),
        (SM, "9.30.0", "3.3", False, "--b", False),
        (SM, "9.25.0", "3.3", True, "a--b", False),
        (GOOGLE, "", "3.3", True, "a--b", True),
        (AZURE, "", "3.3", True, "a__b", True),
        (VAULT, "", "3.3", True, "red/db", True),
        (VAULT, "", "3.3", False, "red/db", False),
        ("EnvironmentVariablesBackend", "", "3.3", True, "a___b", True),
        ("EnvironmentVariablesBackend", "", "3.3", False, "_red___b", False),
        ("EnvironmentVariablesBackend", "", "3.2.2", False, "_red___b", True),
        ("EnvironmentVariablesBackend", "", "3.2.2", True, "a___b", False),
        ("EnvironmentVariablesBackend", "", "3.1.8", False, "_red___b", False),
    ],
)  # fmt: skip
def test_ids_that_could_name_the_secret_of_a_team_are_refused(
    name: str, provider: str, airflow: str, multi_team: bool, secret_id: str, refused: bool
) -> None:
    plan = source(name, provider=provider, airflow=airflow, multi_team=multi_team).plan("variable", secret_id, "")
    assert (plan == Never("team-marker")) is refused


@pytest.mark.parametrize(
    ("airflow", "provider", "is_worker", "refused"),
    [
        ("3.2.2", "9.18.0", False, {"connection", "variable"}),
        ("3.2.2", "9.20.0", False, {"connection"}),
        ("3.2.2", "9.18.0", True, {"connection"}),
        ("3.2.2", "9.22.0", False, set()),
        ("3.1.8", "9.18.0", False, set()),
        ("3.3.2", "9.18.0", False, set()),
    ],
)
def test_airflow_3_2_names_a_team_to_providers_that_know_none(
    airflow: str, provider: str, is_worker: bool, refused: set[str]
) -> None:
    found = source(SM, provider=provider, airflow=airflow, is_worker=is_worker)
    kinds: tuple[Kind, ...] = ("connection", "variable", "config")
    assert {kind for kind in kinds if found.plan(kind, "db", "") == Raises("TypeError", "no-team-argument")} == refused
    assert plain(found.variable(Sensitive("x"))) == "x"
    assert found.connection(Sensitive("http://h"), "3.3")


@pytest.mark.parametrize("name", ["EnvironmentVariablesBackend", "MetastoreBackend"])
def test_airflow_never_asks_its_own_sources_for_configuration(name: str) -> None:
    assert source(name).plan("config", "x", "") == Never("no-config")


@pytest.mark.parametrize(
    ("provider", "error"), [("4.7.0", "Forbidden"), ("4.8.0", "Forbidden"), ("4.8.1", "VaultError")]
)
def test_a_refusal_of_vault_has_a_class_of_its_provider(provider: str, error: str) -> None:
    plan = source(VAULT, provider=provider).plan("variable", "x", "")

    assert not isinstance(plan, Never | Raises)
    assert [ask.errors["denied"] for ask in plan] == [error]


def test_slashes_of_vault_are_asked_for_as_one() -> None:
    plan = source(VAULT, {"mount_point": "/kv/", "variables_path": ["", "a//b"]}).plan("variable", "/x//y/", "")

    assert not isinstance(plan, Never | Raises)
    assert [(ask.mount, ask.name) for ask in plan] == [("kv", "x/y"), ("kv", "a/b/x/y")]
