"""What constructors of backends take, name by name, as their providers write it."""

from __future__ import annotations

import pytest

from secretsui.core.rules.backend_kwargs import KNOWN, MOVED, meant
from tests.core.rules.estates import CLASSES

NAMES = {
    "secrets-manager": """
        api_version assume_role_kwargs assume_role_method assume_role_with_saml
        assume_role_with_web_identity_federation assume_role_with_web_identity_federation_audience
        assume_role_with_web_identity_token_file aws_access_key_id aws_secret_access_key aws_session_token
        config_kwargs config_lookup_pattern config_prefix connections_lookup_pattern connections_prefix
        endpoint_url extra_conn_words profile_name region_name role_arn sep service_config session_kwargs
        use_ssl variables_lookup_pattern variables_prefix verify
    """,
    "parameter-store": """
        api_version assume_role_kwargs assume_role_method assume_role_with_saml
        assume_role_with_web_identity_federation assume_role_with_web_identity_federation_audience
        assume_role_with_web_identity_token_file aws_access_key_id aws_secret_access_key aws_session_token
        config_kwargs config_lookup_pattern config_prefix connections_lookup_pattern connections_prefix
        endpoint_url profile_name region_name role_arn service_config session_kwargs use_ssl
        variables_lookup_pattern variables_prefix verify
    """,
    "shared": """
        api_version assume_role_kwargs assume_role_method assume_role_with_saml
        assume_role_with_web_identity_federation assume_role_with_web_identity_federation_audience
        assume_role_with_web_identity_token_file aws_access_key_id aws_region aws_secret_access_key
        aws_session_token config_kwargs config_lookup_pattern config_prefix connections_lookup_pattern
        connections_prefix connections_prefix_shared endpoint_url extra_conn_words profile_name
        region_name role_arn sep service_config session_kwargs shared_account use_ssl
        variables_lookup_pattern variables_prefix verify
    """,
    "vault": """
        adapter allow_redirects assume_role_kwargs auth_mount_point auth_type azure_resource
        azure_tenant_id cert config_path connections_path gcp_key_path gcp_keyfile_dict gcp_scopes
        global_secrets_path ignore_exceptions jwt_role jwt_token jwt_token_path key_id kubernetes_jwt_path
        kubernetes_role kv_engine_version mount_point namespace password proxies radius_host radius_port
        radius_secret region request_header role_id secret_id session strict_http timeout token token_path
        url use_team_secrets_path username variables_path verify
    """,
    "gcp": """
        config_prefix connections_prefix gcp_credential_config_file gcp_key_path gcp_keyfile_dict
        gcp_scopes impersonation_chain project_id sep variables_prefix
    """,
    "azure": """
        client_id client_secret config_prefix connections_prefix managed_identity_client_id sep tenant_id
        variables_prefix vault_url workload_identity_tenant_id
    """,
}


@pytest.mark.parametrize("backend", CLASSES)
def test_each_class_takes_its_kwargs_and_no_others(backend: str) -> None:
    assert sorted(KNOWN[CLASSES[backend]].names) == NAMES[backend].split()


def test_paths_of_airflow_1_lead_to_the_classes_of_today() -> None:
    assert {old.removeprefix("airflow.contrib.secrets."): new for old, new in MOVED.items()} == {
        "aws_secrets_manager.SecretsManagerBackend": CLASSES["secrets-manager"],
        "aws_systems_manager.SystemsManagerParameterStoreBackend": CLASSES["parameter-store"],
        "azure_key_vault.AzureKeyVaultBackend": CLASSES["azure"],
        "gcp_secrets_manager.CloudSecretManagerBackend": CLASSES["gcp"],
        "gcp_secrets_manager.CloudSecretsManagerBackend": CLASSES["gcp"],
        "hashicorp_vault.VaultBackend": CLASSES["vault"],
    }


@pytest.mark.parametrize(
    ("given", "known", "found"),
    [("abcd", "abcx", "abcx"), ("abc", "abx", ""), ("abcdefgh", "abcdefxy", "abcdefxy"), ("abcdefgh", "abcdexyz", "")],
)
def test_what_somebody_meant_differs_in_a_letter_of_four_and_in_two_at_most(given: str, known: str, found: str) -> None:
    assert meant(given, [known]) == found


def test_the_nearest_is_meant() -> None:
    assert meant("abcdefgh", ["abcdefxy", "abcdefgx"]) == "abcdefgx"
