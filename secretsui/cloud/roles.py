"""What the policies of a role say, as IAM keeps them. Reading alone; ten calls or so for a role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.cloud.edge import ask
from secretsui.cloud.errors import BadName, NotFound, StoreError, Unavailable
from secretsui.cloud.sessions import Identity

Policy = Mapping[str, Any]
ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]{1,576}")
_ABSENT: Final = "NoSuchEntity"


def account_of(role_arn: str) -> str:
    found = ROLE_ARN.fullmatch(role_arn)
    if found is None:
        raise BadName("This is no ARN of a role.", remedy="Enter arn:aws:iam::, the account, :role/ and its name.")
    return found[1]


class Bounded(StoreError):
    """What a boundary takes away, policies alone do not tell."""

    sentence = "The role has a permissions boundary, so its policies do not say what it may do."
    remedy = "Compare the boundary with the prefixes by hand."


def policies(identity: Identity, role_arn: str, before_call: Callable[[], None] = lambda: None) -> Sequence[Policy]:
    """The documents of all policies that are attached to a role or written into it."""
    return _Reading(identity, role_arn.rpartition("/")[2], before_call).policies()


class _Reading:
    def __init__(self, identity: Identity, name: str, before_call: Callable[[], None]) -> None:
        self._identity, self._role, self._before_call = identity, {"RoleName": name}, before_call

    def policies(self) -> Sequence[Policy]:
        if self._ask("get_role", self._role)["Role"].get("PermissionsBoundary"):
            raise Bounded
        attached = self._pages("list_attached_role_policies", "AttachedPolicies")
        inline = self._pages("list_role_policies", "PolicyNames")
        return [*map(self._attached, attached), *map(self._inline, inline)]

    def _attached(self, policy: Mapping[str, str]) -> Policy:
        arn = policy["PolicyArn"]
        version = self._ask("get_policy", {"PolicyArn": arn})["Policy"]["DefaultVersionId"]
        found = self._ask("get_policy_version", {"PolicyArn": arn, "VersionId": version})
        return _document(found["PolicyVersion"]["Document"])

    def _inline(self, name: str) -> Policy:
        return _document(self._ask("get_role_policy", {**self._role, "PolicyName": name})["PolicyDocument"])

    def _pages(self, operation: str, member: str) -> Iterator[Any]:
        marker: dict[str, str] = {}
        while True:
            page = self._ask(operation, {**self._role, **marker})
            yield from page[member]
            if not page.get("IsTruncated"):
                return
            marker = {"Marker": page["Marker"]}

    def _ask(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self._before_call()
        try:
            return ask(self._identity, operation, params, service="iam")
        except StoreError as error:
            reason = NotFound("There is no such role.", code=_ABSENT) if error.code == _ABSENT else error
        raise reason


def _document(found: object) -> Policy:
    if not isinstance(found, Mapping):
        raise Unavailable("IAM answered with a policy that is no JSON object.")
    return found
