"""Who calls, what they may do and one thing at a time."""

from __future__ import annotations

import re
import threading
from typing import Any, Final

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import (
    AccessDeniedError,
    InvalidClientTokenIdError,
    JsonRESTError,
    SignatureDoesNotMatchError,
    _RESTError,
)
from moto.iam import models as iam
from moto.iam.access_control import IAMRequest
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sts.models import STSBackend

_one_at_a_time = threading.RLock()
_call_action = SecretsManagerResponse.call_action
_account_of = iam.get_account_id_from
_assume_role = STSBackend.assume_role
# Real access keys carry their account, too. These spell it: AKIA, the twelve digits, four letters.
_KEY_WITH_ACCOUNT: Final = re.compile(r"AKIA(\d{12})[A-Z]{4}")


def call_action(self: Any) -> Any:
    """Each request sees and leaves a whole state, as a service does: moto's dictionaries know no concurrency."""
    with _one_at_a_time:
        return _call_action(self)


def _determine_resource(self: Any) -> str:
    """The ARN that IAM judges: the secret's where the action has one, * for lists and batches."""
    secret_id = self._get_param("SecretId") or self._get_param("Name")
    return resource_arn(self, secret_id) if isinstance(secret_id, str) else "*"


def resource_arn(self: Any, secret_id: str) -> str:
    secret = self.backend.secrets.get(secret_id)
    if secret is not None:
        return str(secret.arn)
    if secret_id.startswith("arn:"):
        return secret_id
    return f"arn:aws:secretsmanager:{self.region}:{self.current_account}:secret:{secret_id}"


def _authenticate_and_authorize_normal_action(self: Any, resource: str = "*") -> None:
    """A refusal speaks JSON and says which action on which resource, for whom, and why."""
    try:
        super(SecretsManagerResponse, self)._authenticate_and_authorize_normal_action(resource)
    except (AccessDeniedError, InvalidClientTokenIdError, SignatureDoesNotMatchError) as error:
        raise in_json(error, resource) from None


def in_json(error: _RESTError, resource: str) -> JsonRESTError:
    if isinstance(error, InvalidClientTokenIdError):
        return JsonRESTError("UnrecognizedClientException", error.message)
    if isinstance(error, SignatureDoesNotMatchError):
        return JsonRESTError("InvalidSignatureException", error.message)
    action = error.message.rsplit(" ", 1)[-1]
    reason = f"because no identity-based policy allows the {action} action"
    return JsonRESTError("AccessDeniedException", f"{error.message} on resource: {resource} {reason}")


def enforcing() -> bool:
    """Whether calls are judged by IAM at all."""
    return bool(ActionAuthenticatorMixin.request_count >= settings.INITIAL_NO_AUTH_ACTION_COUNT)


def enforce_after(calls: float) -> None:
    """IAM judges every call after so many; infinity turns it off."""
    settings.INITIAL_NO_AUTH_ACTION_COUNT = calls
    ActionAuthenticatorMixin.request_count = 0


def item_denial(self: Any, action: str, secret_id: str) -> JsonRESTError | None:
    """For one secret of a batch: a batch needs the right to read each of its secrets."""
    if not enforcing():
        return None
    resource = resource_arn(self, secret_id)
    request = IAMRequest(
        account_id=self.current_account,
        method=self.method,
        path=self.raw_path,
        data=self.data,
        body=self.raw_body,
        headers=self.headers,
        action=action,
    )
    try:
        request.check_action_permitted(resource)
    except AccessDeniedError as error:
        return in_json(error, resource)
    return None


def get_account_id_from(access_key: str) -> str:
    """An access key belongs to one account."""
    spelled = _KEY_WITH_ACCOUNT.fullmatch(access_key)
    return spelled[1] if spelled else str(_account_of(access_key))


def assume_role(self: Any, *, role_arn: str, external_id: str, **given: Any) -> Any:
    """A role whose trust policy asks for an external id is given to nobody without it."""
    account_id = role_arn.split(":")[4]
    for role in iam.iam_backends[account_id]["aws"].roles.values():
        wanted = re.findall(r'"sts:ExternalId"\s*:\s*"([^"]*)"', str(role.assume_role_policy_document))
        if role.arn == role_arn and wanted and external_id not in wanted:
            user_arn = f"arn:aws:iam::{self.account_id}:root"
            raise AccessDeniedError(user_arn=user_arn, action=f"sts:AssumeRole on resource: {role_arn}")
    return _assume_role(self, role_arn=role_arn, external_id=external_id, **given)


RESPONSE: Final = (call_action, _determine_resource, _authenticate_and_authorize_normal_action)
STS: Final = (assume_role,)
IAM: Final = (get_account_id_from,)
