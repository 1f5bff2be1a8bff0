"""From a row to an opened adapter."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal, TypedDict, TypeVar

from django.conf import settings

from secretsui.airflow import credentials
from secretsui.airflow.api import AirflowApi
from secretsui.airflow.errors import NoCredential, Unsupported
from secretsui.cloud import roles
from secretsui.cloud.aws import Identity
from secretsui.cloud.edge import ask
from secretsui.cloud.errors import Expired, NotFound, StoreError
from secretsui.core.doctor.judging import Role
from secretsui.core.doctor.verdict import NO_ROLE, Untold
from secretsui.core.sensitive import Sensitive
from secretsui.inventory import allowance, fence, places
from secretsui.inventory.deployments import sources
from secretsui.inventory.models import GLOBAL, Account, Deployment, EnvSource, Prefix
from secretsui.stores import aws_doctor
from secretsui.stores.base import Probe, Store
from secretsui.stores.parameter_store import ParameterStore
from secretsui.stores.parameter_store import probe as probe_parameter_store
from secretsui.stores.secrets_manager import SecretsManagerStore
from secretsui.stores.secrets_manager import probe as probe_secrets_manager
from secretsui.stores.vault_place import VaultPlace

T = TypeVar("T")
StoreKind = Prefix.StoreKind

_WAYS: Final[Mapping[str, Literal["password", "session", "token"]]] = {
    Deployment.SignIn.PASSWORD: "password",
    Deployment.SignIn.SESSION: "session",
    Deployment.SignIn.TOKEN: "token",
}
_NO_ACCOUNT: Final = "No account is named whose identity could ask AWS."
_NAME_ONE: Final = "Name an account on the page of this deployment."


def open_store(prefix: Prefix) -> Store:
    """Its SDK is loaded at the first call. Raises a `StoreError` where the account does not say enough."""
    account, kind = prefix.account, prefix.store_kind
    if kind == StoreKind.SECRETS_MANAGER:
        return SecretsManagerStore(_identity(prefix))
    if kind == StoreKind.PARAMETER_STORE:
        return ParameterStore(_identity(prefix), kms_key_id=prefix.options.get("kms_key_id", ""))
    if kind == StoreKind.VAULT:
        from secretsui.stores.vault import VaultStore

        return VaultStore(_vault(prefix), _credential_of(account), kind=prefix.kind, secret=_version_key())
    if kind == StoreKind.GOOGLE:
        from secretsui.stores.google import GoogleStore

        return GoogleStore(_project(account), _credential_of(account), endpoint=_endpoint(account))
    if kind == StoreKind.AZURE:
        from secretsui.stores.azure import AzureStore

        return AzureStore(_key_vault(account), _credential_of(account), **_azure(account))
    raise _incomplete("what kind of store it is")


def probe(prefix: Prefix) -> Probe:
    """Who the account's identity is, and what it may do with the names of this prefix."""
    account, kind = prefix.account, prefix.store_kind
    if kind == StoreKind.SECRETS_MANAGER:
        return probe_secrets_manager(_identity(prefix), prefix.start)
    if kind == StoreKind.PARAMETER_STORE:
        return probe_parameter_store(_identity(prefix), prefix.start)
    if kind == StoreKind.VAULT:
        from secretsui.stores.vault import probe as probe_vault

        return probe_vault(_vault(prefix), _credential_of(account), prefix.start)
    if kind == StoreKind.GOOGLE:
        from secretsui.stores.google import probe as probe_google

        return probe_google(_project(account), _credential_of(account), prefix.start, endpoint=_endpoint(account))
    if kind == StoreKind.AZURE:
        from secretsui.stores.azure import probe as probe_azure

        return probe_azure(_key_vault(account), _credential_of(account), prefix.start, **_azure(account))
    raise _incomplete("what kind of store it is")


def open_api(deployment: Deployment) -> AirflowApi:
    """What this deployment's Airflow is asked through; raises an `ApiError` where it cannot be asked at all."""
    api, url = deployment.api, deployment.api_url
    if api == Deployment.Api.MWAA:
        from secretsui.airflow.api_mwaa import ApiMwaa

        return ApiMwaa(_identity_of(deployment, deployment.region), deployment.mwaa_environment)
    if not fence.is_trusted(url):
        raise NoCredential(fence.SENTENCE, remedy=fence.REMEDY, code="host")
    credential = partial(_credential, deployment)
    if api == Deployment.Api.V2:
        from secretsui.airflow.api_v2 import ApiV2

        is_token = deployment.sign_in == Deployment.SignIn.TOKEN
        return ApiV2(url, credential, "token" if is_token else "password")
    if api == Deployment.Api.V1:
        from secretsui.airflow.api_v1 import ApiV1

        return ApiV1(url, credential, _WAYS[deployment.sign_in])
    raise Unsupported("This deployment names no Airflow that could be asked.", remedy="Enter how it is reached.")


def read_environment(source: EnvSource) -> Mapping[str, Any]:
    """What AWS says now: of MWAA an environment, of ECS a task definition, by the source's label."""
    if source.form == EnvSource.Form.MWAA:
        identity = _identity_of(source.deployment, source.deployment.region)
        return ask(identity, "get_environment", {"Name": source.label}, service="mwaa")
    if source.form == EnvSource.Form.ECS:
        parts = source.label.split(":")  # an ARN, or the name of a family
        identity = _identity_of(source.deployment, parts[3] if len(parts) > 3 else source.deployment.region)
        return ask(identity, "describe_task_definition", {"taskDefinition": source.label}, service="ecs")
    raise Unsupported("This source cannot be asked.", remedy="Give its text again.")


def role_of(deployment: Deployment) -> str:
    """The ARN of the role that Airflow runs as: as it is entered, else as AWS says; "" where nobody tells."""
    if deployment.role_arn:
        return deployment.role_arn
    told = (_told_role(read_environment(source)) for source in sources.live(deployment))
    return next(filter(None, told), "")


def _told_role(answer: Mapping[str, Any]) -> str:
    environment, task = answer.get("Environment", {}), answer.get("taskDefinition", {})
    return str(environment.get("ExecutionRoleArn") or task.get("taskRoleArn") or "")


def read_policies(deployment: Deployment, role_arn: str) -> Sequence[Mapping[str, Any]]:
    """What the policies of a role say, asked by the account in which the role is."""
    account_id = roles.account_of(role_arn)
    accounts = [*Account.objects.filter(vendor=Account.Vendor.AWS, account_id=account_id), deployment.account]
    account = next((each for each in accounts if each and each.account_id in ("", account_id)), None)
    if account is None:
        raise NoCredential(_NO_ACCOUNT, remedy=_NAME_ONE, code="no-account")
    before_call = partial(allowance.take_of, account, GLOBAL, allowance.IAM)
    return roles.policies(_of_account(account, account.region), role_arn, before_call)


def locks_of(prefix: Prefix, name: str) -> aws_doctor.Locks:
    """What has to let a role through before it can read this secret; its value is not read."""
    return aws_doctor.read(_identity(prefix), name)


def policies_of(role: Role) -> Sequence[Mapping[str, Any]] | Untold:
    """What the policies of a role say, where an account here is the role's."""
    account = Account.objects.filter(vendor=Account.Vendor.AWS, account_id=role.account).order_by("name").first()
    if account is None:
        return Untold("no-account")
    found = aws_doctor.told(lambda: roles.policies(_of_account(account, account.region), role.arn))
    return Untold(NO_ROLE) if isinstance(found, Untold) and found.code == NotFound.__name__.lower() else found


def _vault(prefix: Prefix) -> VaultPlace:
    account = prefix.account
    options: Mapping[str, Any] = account.options
    return VaultPlace(
        url=_needed(_endpoint(account), "the address of Vault"),
        mount=prefix.region,
        kv=int(prefix.options.get("kv", 0)),
        namespace=options.get("namespace", ""),
        auth=options.get("auth", "token"),
        auth_mount=options.get("auth_mount", ""),
        role=options.get("role", ""),
        username=options.get("username", ""),
        region=options.get("region", ""),
        ca_file=_path(options.get("ca_file", "")),
    )


def _project(account: Account) -> str:
    return _needed(account.options.get("project", ""), "which project it is")


def _key_vault(account: Account) -> str:
    return _needed(_endpoint(account), "the address of the key vault")


def _endpoint(account: Account) -> str:
    """The token of the server's own identity at Google opens more than secrets, and so goes to Google alone."""
    is_own = account.vendor == Account.Vendor.GOOGLE and not account.credential
    if not fence.is_trusted(account.endpoint_url, fence.GOOGLE if is_own else ()):
        raise Expired(fence.SENTENCE, remedy=fence.REMEDY, code="host")
    return account.endpoint_url


class _OfAzure(TypedDict):
    tenant_id: str
    client_id: str
    ca_file: str


def _azure(account: Account) -> _OfAzure:
    options: Mapping[str, Any] = account.options
    return {
        "tenant_id": options.get("tenant_id", ""),
        "client_id": options.get("client_id", ""),
        "ca_file": _path(options.get("ca_file", "")),
    }


def _needed(given: str, what: str) -> str:
    if not given:
        raise _incomplete(what)
    return given


def _incomplete(what: str) -> StoreError:
    return Expired(f"The account does not say {what}.", remedy="Enter it on the account's page.", code="incomplete")


def _path(reference: str) -> str:
    return str(_as_store_error(partial(credentials.path_of, reference))) if reference else ""


def _credential_of(account: Account) -> Callable[[], Sensitive] | None:
    """Read when it is needed, since it may be renewed meanwhile. No ARN here: AWS is asked for a deployment's alone."""
    return partial(_as_store_error, partial(credentials.resolve, account.credential)) if account.credential else None


def _as_store_error(read: Callable[[], T]) -> T:
    try:
        return read()
    except NoCredential as problem:
        reason = Expired(problem.sentence, remedy=problem.remedy, code=problem.code)
    raise reason


def _version_key() -> bytes:
    """For the ids of versions where a store has none: told apart by their texts, which they do not give away."""
    return hmac.new(str(settings.FINGERPRINT_KEY).encode(), b"ids of versions", hashlib.sha256).digest()


def _credential(deployment: Deployment) -> Sensitive:
    return credentials.resolve(deployment.credential, partial(_read_secret, deployment))


def _read_secret(deployment: Deployment, arn: str) -> Sensitive:
    """A secret that belongs to a prefix is no credential: who may enter an ARN could send its value anywhere."""
    region, account_id, name = arn.split(":")[3], arn.split(":")[4], arn.split(":", 6)[6]
    if _is_granted(deployment.account, account_id, name):
        raise NoCredential(
            "The secret of the credential belongs to a prefix, whose grants decide who may read it.",
            remedy="Keep the credential in a secret that lies in no prefix.",
            code="in-a-prefix",
        )
    try:
        value = ask(_identity_of(deployment, region), "get_secret_value", {"SecretId": arn}, name=name)["SecretString"]
    except StoreError as error:
        failure = NoCredential(
            f"The credential could not be read. {error.sentence}", remedy=error.remedy, code=error.code
        )
    except KeyError:
        failure = NoCredential("The credential is binary.", remedy="Keep it as text.", code="form")
    else:
        return Sensitive(value.reveal())
    raise failure


def _is_granted(account: Account | None, account_id: str, name: str) -> bool:
    """In any region, since a replica has the value as well. An account whose number is not entered may be any."""
    listed = Prefix.objects.filter(store_kind=StoreKind.SECRETS_MANAGER).select_related("account")
    same = (each for each in listed if each.account == account or each.account.account_id in ("", account_id))
    return places.most_specific(same, name) is not None


def _identity_of(deployment: Deployment, region: str) -> Identity:
    if deployment.account is None:
        raise NoCredential(_NO_ACCOUNT, remedy=_NAME_ONE, code="no-account")
    return _of_account(deployment.account, region or deployment.account.region)


def _identity(prefix: Prefix) -> Identity:
    return _of_account(prefix.account, prefix.region)


def _of_account(account: Account, region: str) -> Identity:
    return Identity(
        region=region,
        profile=account.profile if account.credentials != account.Credentials.AMBIENT else "",
        role_chain=_role_chain(account),
        endpoint_url=_endpoint(account),
        account_id=account.account_id,
    )


def _role_chain(account: Account) -> tuple[tuple[str, str], ...]:
    if account.credentials != account.Credentials.ROLE:
        return ()
    return tuple((step["role_arn"], step.get("external_id", "")) for step in account.role_chain)
