"""From an SDK error to a store error: a sentence, a remedy, the code, and for a denial the action and the ARN.

The service's own text is only searched for known facts; it is never passed on, as it may quote what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from secretsui.cloud.arns import arn_of, parameter_arn
from secretsui.cloud.errors import (
    BadName,
    CannotDecrypt,
    Conflict,
    Denied,
    Expired,
    NotFound,
    PendingDeletion,
    StoreError,
    Throttled,
    TooLarge,
    Unavailable,
)
from secretsui.cloud.sessions import Identity

_ACTION: Final = re.compile(r"not authorized to perform:\s*([A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_RESOURCE: Final = re.compile(r"on resource:\s*(arn:[\w-]+:[^\s\"']+)")
_USER: Final = re.compile(r"User:\s*(arn:[\w-]+:[^\s\"']+)")
_EXPLICIT: Final = re.compile(r"explicit deny in an? ([a-z -]+?policy|permissions boundary)")
_NOT_ALLOWED_BY: Final = re.compile(
    r"because no (service control policy|resource control policy|permissions boundary|session policy)"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is known of one refusal: by the whole call, or by one item of a batch."""

    code: str
    message: str  # searched, never shown
    operation: str  # as the service spells it: GetSecretValue
    identity: Identity
    name: str = ""
    status: int = 0
    asked: str = "secretsmanager"  # the service; asking for credentials comes before

    @property
    def service(self) -> str:
        """As IAM spells it in actions."""
        return "sts" if self.operation in ("AssumeRole", "GetCallerIdentity") else _IAM.get(self.asked, self.asked)

    def facts(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name}


_IAM: Final = {"mwaa": "airflow"}
# Judged without a resource, so that a policy has to allow them on *.
_WITHOUT_RESOURCE: Final = frozenset({"ListSecrets", "BatchGetSecretValue", "DescribeParameters"})
_ARN_OF: Final[Mapping[str, Callable[[Identity, str], str]]] = {"secretsmanager": arn_of, "ssm": parameter_arn}
_NAMES: Final = {"ssm": "Parameter Store"}


def translate(error: Exception, identity: Identity, *, name: str = "", service: str = "secretsmanager") -> StoreError:
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return of_fault(
            Fault(
                code=str(response["Error"].get("Code", "")),
                message=str(response["Error"].get("Message", "")),
                operation=str(getattr(error, "operation_name", "")),
                identity=identity,
                name=name,
                status=int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)),
                asked=service,
            )
        )
    return _of_the_sdk(error, identity, name)


def of_fault(fault: Fault) -> StoreError:
    for codes, make in _BY_CODE:
        if fault.code in codes:
            return make(fault)
    if fault.status == 403:
        return _denied(fault)
    if fault.status == 429:
        return Throttled(**fault.facts())
    if fault.status >= 500:
        return Unavailable("AWS answered with an internal error.", **fault.facts())
    return StoreError(
        f"AWS refused the request {fault.operation} with the code {fault.code or 'none'}.", **fault.facts()
    )


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].rstrip(".,") if match else ""


def _denied(fault: Fault) -> StoreError:
    if "Access to KMS is not allowed" in fault.message:
        return _undecrypted(fault)
    action = _found(_ACTION, fault.message) or f"{fault.service}:{fault.operation}"
    arn = _found(_RESOURCE, fault.message) or _built_arn(fault)
    user = _found(_USER, fault.message)
    if action.startswith("kms:"):
        remedy = _denial_remedy(fault, action, arn, user)
        return CannotDecrypt(f"AWS refused {action}.", remedy=remedy, action=action, arn=arn, **fault.facts())
    return Denied(
        f"AWS refused {action}.",
        remedy=_denial_remedy(fault, action, arn, user),
        action=action,
        arn=arn,
        **fault.facts(),
    )


def _built_arn(fault: Fault) -> str:
    if fault.operation == "AssumeRole":
        return fault.identity.role_chain[-1][0] if fault.identity.role_chain else ""
    if fault.operation in _WITHOUT_RESOURCE or fault.service not in _ARN_OF:
        return "*"
    return _ARN_OF[fault.service](fault.identity, fault.name)


def _denial_remedy(fault: Fault, action: str, arn: str, user: str) -> str:
    whom = user or "the identity that this account uses"
    if fault.operation == "AssumeRole":
        return (
            f"Allow {action} on {arn} for {whom}, and let the role's trust policy name that identity "
            "and the external id that is entered here."
        )
    explicit = _found(_EXPLICIT, fault.message)
    if explicit:
        return f"An explicit deny in a {explicit} forbids {action} on {arn}: it has to be changed there."
    missing = _found(_NOT_ALLOWED_BY, fault.message)
    where = f" in the {missing} too" if missing else ""
    return f"Allow {action} on {arn} for {whom}{where}."


def _not_found(fault: Fault) -> StoreError:
    if "staging label" in fault.message:
        return NotFound("This secret has no value yet.", remedy="Save a first value.", **fault.facts())
    if "VersionId" in fault.message:
        return _no_version(fault)
    return NotFound(**fault.facts())


def _no_version(fault: Fault) -> StoreError:
    return NotFound(
        "This secret has no such version any more.",
        remedy="Reload its history; AWS removes old versions that carry no label.",
        **fault.facts(),
    )


def _undecrypted(fault: Fault) -> StoreError:
    return CannotDecrypt(action="kms:Decrypt", **fault.facts())


def _no_key(fault: Fault) -> StoreError:
    return NotFound("There is no such KMS key.", remedy="Name another key for this secret.", **fault.facts())


def _unusable_key(fault: Fault) -> StoreError:
    return _undecrypted(fault) if fault.operation.startswith("Get") else _unencrypted(fault)


def _unencrypted(fault: Fault) -> StoreError:
    return CannotDecrypt(
        "AWS could not encrypt the value with the KMS key of this secret.",
        remedy="Check that the key is enabled and that its policy allows kms:GenerateDataKey and kms:Decrypt.",
        action="kms:GenerateDataKey",
        **fault.facts(),
    )


def _unaccepted(fault: Fault) -> StoreError:
    return Expired(
        "AWS does not accept the credentials of this account.",
        remedy="Check the access key, the profile or the role that this account uses, and the server's clock.",
        **fault.facts(),
    )


def _over_quota(fault: Fault) -> StoreError:
    return StoreError(
        f"This would exceed a quota of AWS {_NAMES.get(fault.asked, 'Secrets Manager')}.",
        remedy="Remove labels, versions or entries that nobody needs, or ask AWS for a higher quota.",
        **fault.facts(),
    )


def _exists(fault: Fault) -> StoreError:
    return Conflict(
        "A secret or a version of this name exists already.",
        remedy="Reload, and change the existing one.",
        **fault.facts(),
    )


def _state(fault: Fault) -> StoreError:
    """InvalidRequestException: the request does not fit the present state of the secret."""
    if "deletion" in fault.message or "marked deleted" in fault.message:
        return PendingDeletion(**fault.facts())
    return StoreError(
        "The present state of the secret does not allow this.",
        remedy="Reload it; a rotation, or the service that owns the secret, may be changing it.",
        **fault.facts(),
    )


# As Secrets Manager words it, then as Parameter Store does.
_BAD_NAME: Final = ("Invalid name", "'name'", "'secretId'", "Parameter name", "parameter name requirements")
_TOO_LARGE: Final = ("'secretString'", "'secretBinary'", "maximum parameter value", "'value' failed")


PARAMETER_NAMES: Final = (
    "Use letters, digits and the characters . - _, with a slash before each level once there is more than one; "
    "no name begins with aws or ssm."
)


def _nested(fault: Fault) -> StoreError:
    return StoreError(
        "Parameter Store keeps no value with a name in double braces, which it takes for another parameter.",
        remedy="Write it without {{ }}, or keep it in Secrets Manager.",
        **fault.facts(),
    )


def _labelled(fault: Fault) -> StoreError:
    return StoreError(
        "The parameter has 100 versions, and the oldest carries a label, so that AWS cannot drop it for a new one.",
        remedy="Move that label to a newer version, or remove it, then save again.",
        **fault.facts(),
    )


def _bad_name(fault: Fault) -> StoreError:
    return BadName(remedy=PARAMETER_NAMES if fault.asked == "ssm" else "", **fault.facts())


def _too_deep(fault: Fault) -> StoreError:
    return BadName("The name has more than 15 levels.", remedy="Use at most 15 parts between slashes.", **fault.facts())


def _other_type(fault: Fault) -> StoreError:
    return StoreError(
        "AWS does not change the type of a parameter that exists.",
        remedy="Delete it and create it again as a SecureString.",
        **fault.facts(),
    )


def _other_pattern(fault: Fault) -> StoreError:
    return StoreError(
        "The value does not match the pattern that this parameter allows.",
        remedy="Change the value, or the allowed pattern of the parameter in AWS.",
        **fault.facts(),
    )


def _parameter(fault: Fault) -> StoreError:
    message = fault.message
    if any(words in message for words in _BAD_NAME):
        return _bad_name(fault)
    if any(words in message for words in _TOO_LARGE):
        return TooLarge(**fault.facts())
    if "nest another parameter" in message:
        return _nested(fault)
    if "replica" in message:
        return StoreError(
            "Replicas of this secret in other regions stand in the way.",
            remedy="Change the secret in its primary region, or remove the replicas first.",
            **fault.facts(),
        )
    return StoreError(
        "AWS did not accept a part of the request.", remedy="Check the name, the KMS key and the tags.", **fault.facts()
    )


def _kind(kind: type[StoreError]) -> Callable[[Fault], StoreError]:
    return lambda fault: kind(**fault.facts())


EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_BY_CODE: Final[tuple[tuple[frozenset[str], Callable[[Fault], StoreError]], ...]] = (
    (frozenset({"ResourceNotFoundException", "ParameterNotFound", "InvalidResourceId"}), _not_found),
    (frozenset({"ParameterVersionNotFound"}), _no_version),
    (frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}), _denied),
    (
        frozenset(
            {
                "Throttling",
                "ThrottlingException",
                "ThrottledException",
                "RequestThrottled",
                "RequestThrottledException",
                "TooManyRequestsException",
                "RequestLimitExceeded",
                "PriorRequestNotComplete",
                "SlowDown",
                "TooManyUpdates",
            }
        ),
        _kind(Throttled),
    ),
    (EXPIRED, _kind(Expired)),
    (
        frozenset(
            {
                "UnrecognizedClientException",
                "InvalidClientTokenId",
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
                "IncompleteSignature",
                "IncompleteSignatureException",
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "InvalidToken",
            }
        ),
        _unaccepted,
    ),
    (frozenset({"DecryptionFailure"}), _undecrypted),
    (frozenset({"EncryptionFailure"}), _unencrypted),
    (frozenset({"InvalidKeyId"}), _unusable_key),
    (frozenset({"NotFoundException"}), _no_key),
    (
        frozenset(
            {
                "LimitExceededException",
                "ParameterLimitExceeded",
                "PoliciesLimitExceededException",
                "TooManyTagsError",
            }
        ),
        _over_quota,
    ),
    (frozenset({"ParameterMaxVersionLimitExceeded"}), _labelled),
    (frozenset({"HierarchyLevelLimitExceededException"}), _too_deep),
    (frozenset({"HierarchyTypeMismatchException", "UnsupportedParameterType"}), _other_type),
    (frozenset({"ParameterPatternMismatchException"}), _other_pattern),
    (frozenset({"ResourceExistsException", "ParameterAlreadyExists"}), _exists),
    (frozenset({"InvalidRequestException"}), _state),
    (frozenset({"ValidationException", "InvalidParameterException", "ValidationError"}), _parameter),
)


def foreign_answer(name: str) -> StoreError:
    return Unavailable(_FOREIGN, remedy=_FOREIGN_REMEDY, name=name)


def _of_the_sdk(error: Exception, identity: Identity, name: str) -> StoreError:
    """Nothing came back from the service: told by the class, as the SDK's texts quote requests."""
    known = {each.__name__ for each in type(error).__mro__}
    for names, kind, sentence, remedy in _BY_CLASS:
        if known & names:
            facts: dict[str, Any] = {"code": type(error).__name__, "name": name}
            words = {"region": identity.region, "profile": identity.profile or "default"}
            return kind(sentence.format(**words), remedy=remedy.format(**words), **facts)
    return Unavailable("The AWS client could not send the request.", code=type(error).__name__, name=name)


_FOREIGN: Final = "The answer did not come from AWS."
_FOREIGN_REMEDY: Final = "Check the endpoint address of this account and any proxy on the way."
_RENEW: Final = "Run aws sso login for the profile {profile} on the server, then try again."
_BY_CLASS: Final[tuple[tuple[frozenset[str], type[StoreError], str, str], ...]] = (
    (
        frozenset({"NoCredentialsError", "PartialCredentialsError"}),
        Expired,
        "The server has no AWS credentials for this account.",
        "Give the server an identity: a role of its machine or task, a profile, or AWS_ environment variables.",
    ),
    (
        frozenset({"TokenRetrievalError", "SSOError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "LoginError"}),
        Expired,
        "The single sign-on session of the profile {profile} has expired.",
        _RENEW,
    ),
    (
        frozenset({"RefreshWithMFAUnsupportedError"}),
        Expired,
        "The profile {profile} needs a one-time code, which a server cannot enter.",
        "Use a role that does not ask for one.",
    ),
    (
        frozenset({"CredentialRetrievalError", "MetadataRetrievalError", "RuntimeError"}),
        Expired,
        "The server could not renew its AWS credentials.",
        "Check the process, container or machine role that provides them, then try again.",
    ),
    (
        frozenset({"ProfileNotFound"}),
        Expired,
        "The profile {profile} is not in the AWS configuration of the server.",
        "Add it to the server's AWS configuration, or choose another profile for this account.",
    ),
    (
        frozenset({"ConfigParseError", "InvalidConfigError", "InfiniteLoopConfigError", "ConfigNotFound"}),
        Expired,
        "The AWS configuration of the server cannot be used.",
        "Correct the profile {profile} in the server's AWS configuration file.",
    ),
    (
        frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError"}),
        Unavailable,
        "The server could not reach AWS in {region}.",
        "Check the region, the endpoint address, and the network between the server and AWS.",
    ),
    (
        frozenset({"ReadTimeoutError"}),
        Unavailable,
        "AWS did not answer in time in {region}.",
        "Try again in a minute; if it stays, check the network between the server and AWS.",
    ),
    (
        frozenset({"HTTPClientError", "ConnectionError", "IncompleteReadError", "ResponseStreamingError"}),
        Unavailable,
        "The connection to AWS in {region} broke.",
        "Try again.",
    ),
    (
        frozenset({"NoRegionError", "InvalidRegionError", "UnknownRegionError", "EndpointProviderError", "ValueError"}),
        Unavailable,
        "The region or the endpoint address of this account is not usable.",
        "Correct the region ({region}) or the endpoint address of this account.",
    ),
    (frozenset({"ResponseParserError"}), Unavailable, _FOREIGN, _FOREIGN_REMEDY),
    (
        frozenset({"ParamValidationError"}),
        StoreError,
        "The request has a part that AWS never accepts.",
        "Check the name and the length of each field.",
    ),
)
