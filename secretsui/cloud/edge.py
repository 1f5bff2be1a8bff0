"""The one place where the SDK is called, and where its errors become store errors.

No error leaves with the SDK's exception behind it, and no frame that an error passes through holds a value in clear:
requests and answers can contain values, and error reports show both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from secretsui.cloud import sessions
from secretsui.cloud.errors import Expired, StoreError
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import EXPIRED, foreign_answer, translate
from secretsui.core.sensitive import Sensitive

Answer = dict[str, Any]


class Ask(Protocol):
    """`ask` with its identity settled: what the parts of a store are given to speak with the service."""

    def __call__(
        self, operation: str, params: Mapping[str, Any], *, name: str = "", value: Sensitive | None = None
    ) -> Answer: ...


# What a true answer always has one of. A proxy's page would pass for an empty answer, and so for "no secrets".
_PROOF: Final[Mapping[str, tuple[str, ...]]] = {
    "list_secrets": ("SecretList",),
    "batch_get_secret_value": ("SecretValues", "Errors"),
    "get_parameters_by_path": ("Parameters",),
    "get_parameters": ("Parameters", "InvalidParameters"),
    "get_parameter": ("Parameter",),
    "get_parameter_history": ("Parameters",),
    "describe_parameters": ("Parameters",),
    "put_parameter": ("Version",),
    "list_tags_for_resource": ("TagList",),
    "describe_key": ("KeyMetadata",),
    "get_key_policy": ("Policy",),
    "get_caller_identity": ("Account",),
    "get_environment": ("Environment",),
    "describe_task_definition": ("taskDefinition",),
    "invoke_rest_api": ("RestApiStatusCode",),
    "get_role": ("Role",),
    "list_attached_role_policies": ("AttachedPolicies",),
    "list_role_policies": ("PolicyNames",),
    "get_policy": ("Policy",),
    "get_policy_version": ("PolicyVersion",),
    "get_role_policy": ("PolicyDocument",),
}
# These answer with nothing, so that only its number tells an answer of AWS from a proxy's page.
_SILENT: Final = frozenset(
    {"tag_resource", "untag_resource", "add_tags_to_resource", "remove_tags_from_resource", "delete_parameter"}
)
# The member of a request that carries a value. In answers it comes back wrapped, at any depth used by the service.
_VALUE: Final = "SecretString"
_BINARY: Final = "SecretBinary"
_PARAMETER_VALUE: Final = "Value"
# What an Airflow behind MWAA is told, and what it answers, also where MWAA makes an error of its answer.
_BODY: Final = "Body"
_REST_ANSWER: Final = "RestApiResponse"
_OPTIONS: Final = "AirflowConfigurationOptions"
_REST_ERRORS: Final = frozenset({"RestApiClientException", "RestApiServerException"})


def ask(
    identity: Identity,
    operation: str,
    params: Mapping[str, Any] | None = None,
    *,
    service: str = "secretsmanager",
    value: Sensitive | None = None,
    name: str = "",
) -> Answer:
    """The service's answer, with each value in it Sensitive and each binary one replaced by its size.

    Of MWAA's `invoke_rest_api` the value is the body as JSON, and so is the answer, whatever its status.

    Refused as expired, it is asked once more with credentials read anew. `name` is the secret that it is about.
    """
    outcome = _attempt(identity, operation, params or {}, service, value, name)
    if isinstance(outcome, Expired):
        sessions.forget(identity)
        if outcome.code in EXPIRED:
            outcome = _attempt(identity, operation, params or {}, service, value, name)
    if isinstance(outcome, StoreError):
        raise outcome
    return outcome


def _attempt(
    identity: Identity, operation: str, params: Mapping[str, Any], service: str, value: Sensitive | None, name: str
) -> Answer | StoreError:
    try:
        method: Callable[..., Answer] = getattr(sessions.client(identity, service), operation)
        answer = _covered(method(**params, **_clear(operation, value)))
    except StoreError as known:
        return known.with_traceback(None)
    except sdk_errors() as error:
        return _from_airflow(error) or translate(error, identity, name=name, service=service)
    return answer if _is_genuine(operation, answer) else foreign_answer(name)


def _is_genuine(operation: str, answer: Answer) -> bool:
    if operation in _SILENT:
        return "RequestId" in answer.get("ResponseMetadata", {})
    return any(key in answer for key in _PROOF.get(operation, ("ARN",)))


def _clear(operation: str, value: Sensitive | None) -> Mapping[str, Any]:
    if value is None:
        return {}
    if operation == "invoke_rest_api":
        return {_BODY: json.loads(value.reveal())}
    return {_PARAMETER_VALUE if operation == "put_parameter" else _VALUE: value.reveal()}


def _from_airflow(error: Exception) -> Answer | None:
    response = getattr(error, "response", None)
    if not isinstance(response, dict) or response.get("Error", {}).get("Code") not in _REST_ERRORS:
        return None
    return _covered(response)


def _covered(answer: Answer) -> Answer:
    if _REST_ANSWER in answer:
        answer[_REST_ANSWER] = Sensitive(json.dumps(answer[_REST_ANSWER]))
    options = answer.get("Environment", {}).get(_OPTIONS, {})
    options |= {name: Sensitive(text) for name, text in options.items()}
    for holder in (answer, *answer.get("SecretValues", ())):
        if _VALUE in holder:
            holder[_VALUE] = Sensitive(holder[_VALUE])
        if _BINARY in holder:
            holder[_BINARY] = len(holder[_BINARY])
    for parameter in _parameters(answer):
        if _PARAMETER_VALUE in parameter:
            parameter[_PARAMETER_VALUE] = Sensitive(parameter[_PARAMETER_VALUE])
    return answer


def _parameters(answer: Answer) -> list[Answer]:
    """Those of Parameter Store; the answer of a reference to Secrets Manager carries the secret a second time."""
    found = [each for each in (answer.get("Parameter"), *answer.get("Parameters", ())) if each]
    for each in found:
        each.pop("SourceResult", None)
    return found


def sdk_errors() -> tuple[type[Exception], ...]:
    """Everything the SDK is known to raise for reasons that are not ours.

    ValueError: an endpoint that is no address. RuntimeError: credentials renewed to expired ones. OSError: a
    configuration file that cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return (ClientError, BotoCoreError, ResponseParserError, ValueError, RuntimeError, OSError)
