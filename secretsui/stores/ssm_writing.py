"""Writing to Parameter Store, which has no compare-and-swap.

Each write makes the next version, whatever the present one is. So the present one is compared before, and the number
of the new version tells afterwards whether another writer came between: then both texts are in the history, ours is
the current one, and the writer is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from secretsui.cloud.edge import Ask
from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Conflict, NotFound, StoreError
from secretsui.stores.ssm_reading import get

STANDARD_BYTES: Final = 4096
DEFAULT_KEY: Final = "alias/aws/ssm"
_SECURE: Final = "SecureString"
_STANDARD: Final = "Standard"
_ADVANCED: Final = "Advanced"
# What a new version is given again, so that none of it falls back to a default.
_KEPT: Final = ("Type", "KeyId", "Tier", "Description", "AllowedPattern", "DataType")


@dataclass(frozen=True, slots=True)
class Writing:
    """The next version of one parameter."""

    ask: Ask
    name: str

    def create(
        self, text: Sensitive, *, description: str | None, tags: Mapping[str, str], kms_key_id: str, repeated: bool
    ) -> str:
        params: dict[str, Any] = {
            "Type": _SECURE,
            "Tier": _ADVANCED if _size(text) > STANDARD_BYTES else _STANDARD,
            "Overwrite": False,
        }
        if description:
            params["Description"] = description
        if tags:
            params["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if kms_key_id:
            params["KeyId"] = kms_key_id
        refusal: StoreError
        try:
            return str(self._put(params, text))
        except Conflict as exists:
            refusal = exists
        current = self._current()
        if repeated and current == 1 and self._holds(1, text):
            return "1"
        raise Conflict(
            "A parameter of this name exists already.",
            remedy="Choose another name, or edit the existing parameter.",
            current=str(current or ""),
            code=refusal.code,
            name=self.name,
        )

    def replace(self, text: Sensitive, replaces: str, *, repeated: bool) -> str:
        """The version that has this text now. A repeated call finds its text there already and writes none."""
        known = self.describe()
        current = int(known["Version"])
        if str(current) != replaces:
            if repeated and self._is_later(current, replaces) and self._holds(current, text):
                return str(current)
            raise Conflict(current=str(current), code="VersionMismatch", name=self.name)
        return self._next(text, known)

    def change(self, *, description: str | None, kms_key_id: str | None) -> None:
        """Nothing but the value makes a version, so the present text is written again."""
        known = dict(self.describe())
        if description is not None:
            known["Description"] = description
        if kms_key_id is not None:
            known |= {"Type": _SECURE, "KeyId": kms_key_id or DEFAULT_KEY}
        self._next(get(self.ask, self.name, str(known["Version"]))["Value"], known)

    def describe(self) -> Mapping[str, Any]:
        """What is known of the parameter beside its value. A page may be empty though there is another one."""
        only = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": [self.name]}]}
        token: dict[str, str] = {}
        while True:
            page = self.ask("describe_parameters", {**only, **token}, name=self.name)
            if page.get("Parameters"):
                found: Mapping[str, Any] = page["Parameters"][0]
                return found
            if not page.get("NextToken"):
                raise NotFound(code="ParameterNotFound", name=self.name)
            token = {"NextToken": page["NextToken"]}

    def _next(self, text: Sensitive, known: Mapping[str, Any]) -> str:
        params = {key: known[key] for key in _KEPT if known.get(key) is not None}
        if params.get("Type") != _SECURE:
            params.pop("KeyId", None)
        if params.get("Tier", _STANDARD) == _STANDARD and _size(text) > STANDARD_BYTES:
            params["Tier"] = _ADVANCED
        before = int(known["Version"])
        written = self._put({**params, "Overwrite": True}, text)
        # A number was left out: by another writer, or by ourselves, when an answer was lost and the SDK asked again.
        if written != before + 1 and not (written == before + 2 and self._holds(before + 1, text)):
            raise Conflict(
                "Somebody else saved this parameter in the same moment. Your text came last and is the current one.",
                remedy="Compare it with the version before in the history, and put that back if it should hold.",
                current=str(written),
                code="VersionMismatch",
                name=self.name,
            ).but_saved()
        return str(written)

    def _put(self, params: Mapping[str, Any], text: Sensitive) -> int:
        answer = self.ask("put_parameter", {"Name": self.name, **params}, name=self.name, value=text)
        return int(answer["Version"])

    def _current(self) -> int:
        try:
            return int(self.describe()["Version"])
        except StoreError:
            return 0

    def _holds(self, version: int, text: Sensitive) -> bool:
        try:
            return bool(get(self.ask, self.name, str(version))["Value"] == text)
        except StoreError:
            return False

    @staticmethod
    def _is_later(current: int, replaces: str) -> bool:
        return replaces.isdecimal() and current > int(replaces)


def _size(text: Sensitive) -> int:
    return len(text.reveal().encode())
