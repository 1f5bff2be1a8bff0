"""Parameter Store as AWS documents it: sizes, names, tiers, and what it does not take as a value."""

from __future__ import annotations

import re
import threading
from typing import Any, Final

from moto.core.exceptions import AccessDeniedError, InvalidClientTokenIdError, SignatureDoesNotMatchError
from moto.ssm.exceptions import SSMException, ValidationException
from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from secretsui.demo import mended_access

MAX_STANDARD: Final = 4096
MAX_ADVANCED: Final = 8192
MAX_LEVELS: Final = 15
MAX_PAGE: Final = 10
MAX_ARN: Final = 1011
_PART: Final = r"[A-Za-z0-9_.-]+"
_NAME: Final = re.compile(rf"{_PART}|(?:/{_PART})+")
_NESTED: Final = re.compile(r"\{\{\s*(?:ssm:)?[A-Za-z0-9_.:/-]+\s*\}\}")
_one_at_a_time = threading.RLock()
_put_parameter = SimpleSystemManagerBackend.put_parameter
_call_action = SimpleSystemManagerResponse.call_action
_get_parameters_by_path = SimpleSystemManagerBackend.get_parameters_by_path


def call_action(self: Any) -> Any:
    """Each request sees and leaves a whole state, as a service does: moto's dictionaries know no concurrency."""
    with _one_at_a_time:
        return _call_action(self)


def put_parameter(self: Any, name: str, *given: Any, tier: str | None = None, **more: Any) -> Any:
    """A new version is refused for its name, its size or what it quotes, and never makes an advanced one standard."""
    _check_name(name, f"arn:aws:ssm:{self.region_name}:{self.account_id}:parameter/")
    value = given[1] if len(given) > 1 else more["value"]
    known = self._parameters[name][-1] if self._parameters.get(name) else None
    tier = _tier(tier, known.tier if known else None)
    _check_value(value or "", tier)
    return _put_parameter(self, name, *given, **{**more, "tier": tier})


def _check_name(name: str, place: str) -> None:
    if len(place) + len(name.removeprefix("/")) > MAX_ARN:
        raise ValidationException("Parameter name must not be longer than 1011 characters, its ARN included.")
    if "/" in name.removeprefix("/") and not name.startswith("/"):
        raise ValidationException("Parameter name must be a fully qualified name.")
    if not _NAME.fullmatch(name):
        raise ValidationException("Parameter name: only a mix of letters, numbers and the following 3 symbols .-_")
    if name.count("/") > MAX_LEVELS:
        raise SSMException("HierarchyLevelLimitExceededException", "A hierarchy has at most 15 levels.")


def _tier(asked: str | None, known: str | None) -> str:
    if known == "Advanced" and asked == "Standard":
        raise ValidationException("This parameter uses the advanced-parameter tier. It can't be downgraded.")
    return asked or known or "Standard"


def _check_value(value: str, tier: str) -> None:
    largest = MAX_STANDARD if tier == "Standard" else MAX_ADVANCED
    if len(value.encode()) > largest:
        raise ValidationException(f"{tier} tier parameters support a maximum parameter value of {largest} characters.")
    if _NESTED.search(value):
        raise ValidationException('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')


def get_parameters_by_path(
    self: Any, path: str, recursive: bool, filters: Any = None, next_token: str | None = None, max_results: int = 10
) -> tuple[list[Any], str | None]:
    """Only the parameters of the asked page are looked up, which changes nothing but the time that it takes."""
    if filters or max_results > MAX_PAGE:
        return _get_parameters_by_path(self, path, recursive, filters, next_token, max_results)
    names = list(self._parameters.get_keys_beginning_with(path.rstrip("/") + "/", recursive))
    page, token = self._get_values_nexttoken(names, max_results, next_token)
    return [self.get_parameter(name) for name in page], token


def _get_values_nexttoken(
    self: Any,  # noqa: ARG001 - moto calls it as a method
    values_list: list[Any],
    max_results: int,
    token: str | None = None,
) -> tuple[list[Any], str | None]:
    """The last page has no token, also where it is full."""
    end = int(token or 0) + int(max_results)
    return values_list[int(token or 0) : end], str(end) if end < len(values_list) else None


def _determine_resource(self: Any) -> str:
    """The ARN that IAM judges: the parameter's or the path's; * where the action has none."""
    name = self._get_param("Name") or self._get_param("Path") or self._get_param("ResourceId")
    name = name or next(iter(self._get_param("Names") or ()), None)
    if not isinstance(name, str):
        return "*"
    plain = name.split(":")[0].strip("/")
    return f"arn:aws:ssm:{self.region}:{self.current_account}:parameter/{plain}"


def _authenticate_and_authorize_normal_action(self: Any, resource: str = "*") -> None:
    """A refusal speaks JSON and says which action on which resource, for whom, and why."""
    try:
        super(SimpleSystemManagerResponse, self)._authenticate_and_authorize_normal_action(resource)
    except (AccessDeniedError, InvalidClientTokenIdError, SignatureDoesNotMatchError) as error:
        raise mended_access.in_json(error, resource) from None


BACKEND: Final = (put_parameter, get_parameters_by_path, _get_values_nexttoken)
RESPONSE: Final = (call_action, _determine_resource, _authenticate_and_authorize_normal_action)
