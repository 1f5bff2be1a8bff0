from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore import exceptions as sdk
from botocore.exceptions import ClientError

from secretsui.cloud import errors
from secretsui.cloud.arns import arn_of
from secretsui.cloud.aws import Identity
from secretsui.cloud.errors import Denied, StoreError
from secretsui.cloud.translate import translate

IDENTITY = Identity("eu-west-1", profile="prod", account_id="111122223333")
USER = "arn:aws:sts::111122223333:assumed-role/reader/secretsui"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:airflow/x-AbCdEf"


def refusal(
    code: str,
    message: str = "",
    *,
    operation: str = "GetSecretValue",
    status: int = 400,
    service: str = "secretsmanager",
    name: str = "airflow/x",
) -> StoreError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return translate(ClientError(response, operation), IDENTITY, name=name, service=service)


def denial(reason: str = "", action: str = "secretsmanager:GetSecretValue", resource: str = SECRET) -> str:
    return f"User: {USER} is not authorized to perform: {action} on resource: {resource}{reason}"


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "notfound"),
        ("AccessDeniedException", denial(), "denied"),
        ("AccessDeniedException", "Access to KMS is not allowed", "cannotdecrypt"),
        ("AccessDenied", "", "denied"),
        ("403", "", "denied"),
        ("ThrottlingException", "Rate exceeded", "throttled"),
        ("TooManyRequestsException", "", "throttled"),
        ("ExpiredTokenException", "", "expired"),
        ("UnrecognizedClientException", "", "expired"),
        ("InvalidSignatureException", "", "expired"),
        ("DecryptionFailure", "", "cannotdecrypt"),
        ("EncryptionFailure", "", "cannotdecrypt"),
        ("InternalServiceError", "", "unavailable"),
        ("ResourceExistsException", "", "conflict"),
        ("InvalidRequestException", "it was marked for deletion.", "pendingdeletion"),
        ("InvalidRequestException", "already scheduled for deletion.", "pendingdeletion"),
        ("InvalidRequestException", "something else", "storeerror"),
        ("ValidationException", "Invalid name. Must be", "badname"),
        ("ValidationException", "Value at 'secretString' failed", "toolarge"),
        ("ValidationException", "Value at 'description' failed", "storeerror"),
        ("InvalidParameterException", "still has replica regions", "storeerror"),
        ("LimitExceededException", "", "storeerror"),
        ("NeverHeardOf", "", "storeerror"),
    ],
)
def test_each_code_has_its_kind(code: str, message: str, kind: str) -> None:
    status = {"403": 403, "InternalServiceError": 500}.get(code, 400)

    error = refusal(code, message, status=status)

    assert (error.kind, error.code, error.name) == (kind, code, "airflow/x")
    assert error.sentence.endswith(".")
    assert error.remedy.endswith(".") or error.remedy.endswith("-")


PARAMETER_CALLS = (
    *("PutParameter", "GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory", "DeleteParameter"),
    *("DescribeParameters", "AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource"),
)


def declared(service: str, operations: Sequence[str] = ()) -> set[str]:
    from botocore.session import Session

    model = Session().get_service_model(service)
    names = operations or model.operation_names
    return {shape.name for name in names for shape in model.operation_model(name).error_shapes}


def test_every_code_of_the_calls_for_parameters_is_known() -> None:
    unknown = {
        code for code in declared("ssm", PARAMETER_CALLS) if "with the code" in refusal(code, service="ssm").sentence
    }

    # What only policies, filters and paging could answer, which the product never changes.
    assert unknown == {
        "InternalServerError",
        "InvalidFilterKey",
        "InvalidFilterOption",
        "InvalidFilterValue",
        "InvalidNextToken",
        "InvalidPolicyTypeException",
        "InvalidPolicyAttributeException",
        "IncompatiblePolicyException",
        "InvalidAllowedPatternException",
        "InvalidResourceType",
    }


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ParameterNotFound", "", "notfound"),
        ("ParameterVersionNotFound", "", "notfound"),
        ("InvalidResourceId", "", "notfound"),
        ("ParameterAlreadyExists", "", "conflict"),
        ("TooManyUpdates", "", "throttled"),
        ("InvalidKeyId", "", "cannotdecrypt"),
        ("HierarchyLevelLimitExceededException", "", "badname"),
        ("ValidationException", "Parameter name: can't be prefixed with", "badname"),
        ("ValidationException", "The parameter doesn't meet the parameter name requirements.", "badname"),
        ("ValidationException", "Standard tier parameters support a maximum parameter value of 4096", "toolarge"),
        ("ParameterLimitExceeded", "", "storeerror"),
        ("HierarchyTypeMismatchException", "", "storeerror"),
    ],
)
def test_each_code_of_parameters_has_its_kind(code: str, message: str, kind: str) -> None:
    error = refusal(code, message, operation="PutParameter", service="ssm")

    assert (error.kind, error.code) == (kind, code)
    assert "Secrets Manager" not in error.sentence


def test_a_denial_of_a_parameter_is_completed_without_a_second_slash() -> None:
    single = refusal("AccessDeniedException", operation="PutParameter", service="ssm", name="/airflow/x")
    wide = refusal("AccessDeniedException", operation="DescribeParameters", service="ssm", name="/airflow/x")

    assert (single.action, single.arn) == (
        "ssm:PutParameter",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/airflow/x",
    )
    assert (wide.action, wide.arn) == ("ssm:DescribeParameters", "*")


def test_every_code_the_service_declares_is_known() -> None:
    unknown = {code for code in declared("secretsmanager") if "with the code" in refusal(code).sentence}

    # What only rotation, policies and paging could answer, which the product does not use or repeats.
    assert unknown == {
        "InternalServiceError",
        "InvalidNextTokenException",
        "MalformedPolicyDocumentException",
        "PreconditionNotMetException",
        "PublicPolicyException",
    }


def test_a_denial_names_action_resource_and_identity() -> None:
    error = refusal("AccessDeniedException", denial(" because no identity-based policy allows the action"))

    assert isinstance(error, Denied)
    assert (error.action, error.arn) == ("secretsmanager:GetSecretValue", SECRET)
    assert error.remedy == f"Allow secretsmanager:GetSecretValue on {SECRET} for {USER}."


def test_a_denial_without_words_is_completed() -> None:
    single = refusal("AccessDeniedException", operation="PutSecretValue")
    wide = refusal("AccessDeniedException", operation="ListSecrets")

    assert (single.action, single.arn) == ("secretsmanager:PutSecretValue", arn_of(IDENTITY, "airflow/x"))
    assert (wide.action, wide.arn) == ("secretsmanager:ListSecrets", "*")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (" with an explicit deny in a service control policy", "explicit deny in a service control policy"),
        (" with an explicit deny in an identity-based policy", "explicit deny in a identity-based policy"),
        (" because no permissions boundary allows the action", "in the permissions boundary too"),
        (" because no session policy allows the action", "in the session policy too"),
    ],
)
def test_the_remedy_follows_the_reason_of_a_denial(reason: str, words: str) -> None:
    assert words in refusal("AccessDeniedException", denial(reason)).remedy


def test_a_missing_version_and_a_missing_value_are_told_apart() -> None:
    messages = {
        "secret value for staging label: AWSCURRENT": "no value yet",
        "secret value for VersionId: 1234": "no such version",
        "Secrets Manager can't find the specified secret.": "no secret of this name",
    }
    for message, words in messages.items():
        assert words in refusal("ResourceNotFoundException", message).sentence


def make(kind: type[Exception]) -> Exception:
    """One of the SDK's exceptions, with whatever facts its sentence needs."""
    words = dict.fromkeys(("error_msg", "profile", "path", "region_name", "msg", "report", "endpoint_url"), "fact")
    return kind(**words, **dict.fromkeys(("provider", "cred_var", "error", "proxy_url", "request"), "fact"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("NoCredentialsError", errors.Expired),
        ("PartialCredentialsError", errors.Expired),
        ("CredentialRetrievalError", errors.Expired),
        ("TokenRetrievalError", errors.Expired),
        ("SSOTokenLoadError", errors.Expired),
        ("UnauthorizedSSOTokenError", errors.Expired),
        ("ProfileNotFound", errors.Expired),
        ("ConfigParseError", errors.Expired),
        ("RefreshWithMFAUnsupportedError", errors.Expired),
        ("EndpointConnectionError", errors.Unavailable),
        ("ConnectTimeoutError", errors.Unavailable),
        ("ReadTimeoutError", errors.Unavailable),
        ("ConnectionClosedError", errors.Unavailable),
        ("ProxyConnectionError", errors.Unavailable),
        ("SSLError", errors.Unavailable),
        ("NoRegionError", errors.Unavailable),
        ("InvalidRegionError", errors.Unavailable),
        ("ParamValidationError", StoreError),
        ("UnknownServiceError", errors.Unavailable),
    ],
)
def test_each_error_of_the_sdk_has_its_kind(name: str, kind: type[StoreError]) -> None:
    known: dict[str, Any] = {"UnknownServiceError": {"service_name": "x", "known_service_names": "y"}}
    raised = getattr(sdk, name)
    error = translate(raised(**known[name]) if name in known else make(raised), IDENTITY, name="airflow/x")

    assert type(error) is kind
    assert error.code == name
    assert "fact" not in f"{error.sentence} {error.remedy}"


def test_single_sign_on_names_the_profile_to_renew() -> None:
    error = translate(make(sdk.UnauthorizedSSOTokenError), IDENTITY)

    assert "aws sso login for the profile prod" in error.remedy
