"""Answers for every platform and every kind of backend, with names that no format takes lightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from secretsui.core.setup.answers import (
    Answers,
    OnAws,
    OnAzure,
    OnGoogle,
    OnVault,
    Place,
    Platform,
    Prefixes,
    StoreName,
    Workers,
)
from secretsui.core.setup.kwargs import VAULT_LOGINS

ROLE: Final = "arn:aws:iam::444455556666:role/service-role/airflow"
PATTERNS: Final = (
    r"^(snowflake|postgres)_",
    r"^it's_\d{2}%\"#$",
    r"^a$HOME${x}`b`\\{{c}} %(x)s ä$",
    "^(?!aws_default$).*$",
)
PLATFORMS: Final[Sequence[Platform]] = get_args(Platform)
STORES: Final[Sequence[StoreName]] = get_args(StoreName)
AZURE_LOGINS: Final = ("default", "managed-identity", "workload-identity", "client-secret")

_SLASHES: Final[Prefixes] = {"connection": "airflow/connections", "variable": "airflow/variables", "config": None}
_DASHES: Final[Prefixes] = {"connection": "airflow-connections", "variable": None, "config": None}
_WORKERS: Final[Prefixes] = {"connection": "workers", "variable": None, "config": None}


def on_vault(auth: str = "approle", **more: object) -> OnVault:
    role = auth in ("approle", "aws_iam", "gcp", "jwt", "kubernetes")
    given = {
        "url": "https://vault.example:8200",
        "auth": auth,
        "namespace": "data/eu",
        "role": "airflow-role" if role else "",
        "username": "etl" if auth in ("azure", "ldap", "userpass") else "",
        "host": "radius.example" if auth in ("azure", "radius") else "",
        "tenant": "tenant-1" if auth == "azure" else "",
        "jwt_path": "/var/run/jwt" if auth == "jwt" else "",
        "region": "eu-central-1" if auth == "aws_iam" else "",
        **more,
    }
    return OnVault(**given)  # type: ignore[arg-type]


def on_azure(auth: str = "default") -> OnAzure:
    return OnAzure(
        vault_url="https://airflow.vault.azure.net",
        auth=auth,  # type: ignore[arg-type]
        client="" if auth == "default" else "client-1",
        tenant="tenant-1" if auth in ("workload-identity", "client-secret") else "",
        principal="00000000-0000-0000-0000-000000000001",
        scope="/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/airflow",
    )


ON_AWS: Final = OnAws(account="444455556666", region="eu-central-1", role=ROLE, kms_key="alias/airflow-secrets")
ON_SHARED: Final = OnAws(
    account="444455556666",
    region="eu-central-1",
    role=ROLE,
    kms_key="arn:aws:kms:eu-central-1:444455556666:key/mrk-1",
    shared_account="111122223333",
    shared_region="eu-west-1",
    shared_prefix="shared/connections",
    shared_kms_key="alias/shared",
)
ON_GOOGLE: Final = OnGoogle(
    project="data-prod", member="airflow@data-prod.iam.gserviceaccount.com", key_path="/run/k.json"
)
_PLACES: Final[dict[StoreName, Place]] = {
    "secrets-manager": ON_AWS,
    "shared-account": ON_SHARED,
    "parameter-store": ON_AWS,
    "vault": on_vault(),
    "google": ON_GOOGLE,
    "azure": on_azure(),
}


def prefixes_of(store: StoreName) -> Prefixes:
    if store in ("google", "azure"):
        return _DASHES
    if store == "shared-account":
        return {**_SLASHES, "variable": None}
    start = "/" if store == "parameter-store" else ""
    return {kind: path and start + path for kind, path in _SLASHES.items()}


def answers(
    platform: Platform = "plain",
    store: StoreName = "secrets-manager",
    *,
    airflow: str = "3.3.2",
    pattern: str = PATTERNS[0],
    place: Place | None = None,
    workers: Workers = "same",
    name: str = "my deployment",
) -> Answers:
    patterned = store in ("secrets-manager", "shared-account", "parameter-store")
    return Answers(
        platform=platform,
        name=name,
        airflow=airflow,
        store=store,
        place=place or _PLACES[store],
        prefixes=prefixes_of(store),
        patterns={"connection": pattern} if patterned else {},
        workers=workers,
        worker_prefixes=_WORKERS,
    )


def every() -> Iterator[Answers]:
    """Each platform with each backend, each way to log in and each way that workers differ."""
    for platform in PLATFORMS:
        for store in STORES:
            yield answers(platform, store)
            yield answers(platform, store, airflow="2.11.2")
        for pattern in PATTERNS[1:]:
            yield answers(platform, pattern=pattern)
        for auth in VAULT_LOGINS:
            yield answers(platform, "vault", place=on_vault(auth))
        yield answers(platform, "vault", place=on_vault(kv=1, mount="", auth="userpass"))
        for login in AZURE_LOGINS:
            yield answers(platform, "azure", place=on_azure(login))
        yield answers(platform, workers="own")
        yield answers(platform, "vault", workers="only")
        yield answers(platform, "vault", workers="own")
