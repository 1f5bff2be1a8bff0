from __future__ import annotations

import json

import pytest

from secretsui.core import backend_settings
from secretsui.core.backend_kwargs import MARK, setting_without_secrets, without_secrets
from secretsui.core.backends.registry import CLASSES, source_of
from secretsui.core.backends.source import Backend, Context, Raises
from secretsui.core.sensitive import Sensitive

SECRETS_MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
AZURE = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend"
GOOGLE = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"


@pytest.mark.parametrize(
    ("class_path", "name", "value"),
    [
        (VAULT, "token", "hvs.canary"),
        (VAULT, "secret_id", "canary"),
        (VAULT, "password", "canary"),
        (VAULT, "radius_secret", "canary"),
        (VAULT, "jwt_token", "canary"),
        (AZURE, "client_secret", "canary"),
        (GOOGLE, "gcp_keyfile_dict", {"private_key": "canary"}),
        (GOOGLE, "gcp_credential_config_file", '{"token": "canary"}'),
        (SECRETS_MANAGER, "aws_secret_access_key", "canary"),
        (SECRETS_MANAGER, "aws_session_token", "canary"),
        (SECRETS_MANAGER, "session_kwargs", {"aws_secret_access_key": "canary"}),
        (SECRETS_MANAGER, "config_kwargs", {"proxies": {"https": "http://me:canary@proxy"}}),
        ("my.company.Backend", "url", "canary"),
        ("my.company.Backend", "pin", 4711),
    ],
)
def test_what_may_be_secret_leaves_a_mark_only(class_path: str, name: str, value: object) -> None:
    kept, marked = without_secrets(class_path, {name: value, "connections_prefix": "airflow/c"})
    assert kept == {name: MARK, "connections_prefix": "airflow/c"}
    assert marked == [name]


def test_what_the_lookups_depend_on_is_kept_as_it_is() -> None:
    kwargs = {
        "connections_prefix": None,
        "variables_prefix": "",
        "sep": "--",
        "connections_lookup_pattern": "^a",
        "region_name": "eu-west-1",
        "role_arn": "arn:aws:iam::111122223333:role/airflow",
        "extra_conn_words": {"host": ["machine"]},
        "use_ssl": False,
    }
    assert without_secrets(SECRETS_MANAGER, kwargs) == (kwargs, [])
    paths = {"connections_path": ["a", "b"], "mount_point": None, "kv_engine_version": 1, "url": "https://vault:8200/"}
    assert without_secrets(VAULT, paths) == (paths, [])


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://me:canary@vault.example:8200/v1", f"https://{MARK}@vault.example:8200/v1"),
        ("https://vault.example/?token=canary", f"https://vault.example/?{MARK}"),
        ("https://vault.example/#canary", f"https://vault.example/?{MARK}"),
        ("https://[canary", MARK),
    ],
)
def test_an_address_loses_its_login_and_query(address: str, kept: str) -> None:
    assert without_secrets(VAULT, {"url": address}) == ({"url": kept}, ["url"])


def test_nothing_is_hidden_deep_inside_a_known_name() -> None:
    deep = {"a": {"b": {"c": {"d": "canary"}}}}
    assert "canary" not in json.dumps(without_secrets(SECRETS_MANAGER, {"extra_conn_words": deep})[0])


def test_an_argument_that_is_not_set_stays_so() -> None:
    assert without_secrets(VAULT, {"token": None, "password": ""}) == ({"token": None, "password": ""}, [])


def test_a_marked_login_still_counts_as_given() -> None:
    kept, _ = without_secrets(VAULT, {"auth_type": "token", "token": "hvs.canary"})
    assert not isinstance(source_of(Backend(VAULT, kept), Context("3.3")), Raises)
    assert isinstance(source_of(Backend(VAULT, {"auth_type": "token"}), Context("3.3")), Raises)


@pytest.mark.parametrize("class_path", CLASSES)
def test_prefixes_are_known_of_every_class(class_path: str) -> None:
    kwargs = {"connections_prefix": "a", "sep": "-"}
    assert without_secrets(class_path, kwargs) == (kwargs, [])


def test_settings_are_kept_without_their_secrets() -> None:
    def kept(name: str, text: str) -> str:
        return setting_without_secrets(name, Sensitive(text), VAULT)

    assert kept("AIRFLOW__SECRETS__BACKEND", VAULT) == VAULT
    assert kept("AWS_REGION", "eu-west-1") == "eu-west-1"
    given = json.dumps({"token": "canary", "mount_point": "airflow"})
    assert json.loads(kept("AIRFLOW__SECRETS__BACKEND_KWARGS", given)) == {"token": MARK, "mount_point": "airflow"}
    assert kept("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__TOKEN", "canary") == MARK
    assert kept("AIRFLOW__SECRETS__BACKEND_KWARG__MOUNT_POINT", "airflow") == "airflow"
    for name in ("VAULT_TOKEN", "AIRFLOW__SECRETS__BACKEND_KWARGS_CMD", "AIRFLOW__SECRETS__BACKEND_KWARGS_SECRET"):
        assert kept(name, "canary") == MARK
    assert kept("AIRFLOW__SECRETS__BACKEND_KWARGS", "[" * 100_000) == MARK


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{'sep': '/'}", MARK),
        ("[1]", MARK),
        ("", "{}"),
        ("{}", "{}"),
        ("null", "{}"),
        ('{"sep": "/"}', '{"sep": "/"}'),
    ],
)
def test_kwargs_that_airflow_drops_are_kept_as_such(text: str, kept: str) -> None:
    found = setting_without_secrets("AIRFLOW__SECRETS__BACKEND_KWARGS", Sensitive(text), "")
    assert found == kept
    assert backend_settings.kwargs_of(found) == backend_settings.kwargs_of(text)


def test_an_option_that_names_a_secret_is_kept_by_its_name_alone() -> None:
    name = "AIRFLOW__CORE__FERNET_KEY_SECRET"
    assert setting_without_secrets(name, Sensitive("fernet"), "") == MARK
