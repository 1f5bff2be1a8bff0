"""Writing to AWS Secrets Manager as compare-and-swap.

PutSecretValue alone would move AWSCURRENT to the new version whatever it was on. So the new version goes under a
private label first, and then AWSCURRENT is moved, naming the version that it must come from: the service refuses the
move when another writer was quicker. Both texts are versions then, and neither is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from secretsui.cloud.edge import Ask
from secretsui.core.sensitive import Sensitive
from secretsui.stores.aws_entries import CURRENT, current_version, labels
from secretsui.stores.base import Conflict, NotFound, PendingDeletion, StoreError

PRIVATE: Final = "secretsui-"


class Writing:
    """One version of one secret on its way to AWSCURRENT. Each step can be repeated, so the whole can be, too."""

    def __init__(self, ask: Ask, name: str, version_id: str) -> None:
        self._ask, self._name, self._version_id = ask, name, version_id
        self._label = PRIVATE + version_id

    def create(self, text: Sensitive, *, description: str | None, tags: Mapping[str, str], kms_key_id: str) -> str:
        params: dict[str, Any] = {"Name": self._name, "ClientRequestToken": self._version_id}
        if description:
            params["Description"] = description
        if tags:
            params["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if kms_key_id:
            params["KmsKeyId"] = kms_key_id
        refusal: StoreError
        try:
            return str(self._ask("create_secret", params, name=self._name, value=text)["VersionId"])
        except Conflict as exists:
            refusal = exists
        raise self._taken(refusal)

    def _taken(self, refusal: StoreError) -> StoreError:
        """Why the name cannot be had: it exists, or it is in its recovery window."""
        facts = {"code": refusal.code, "name": self._name}
        try:
            known = self._describe()
        except StoreError:
            known = {}
        if known.get("DeletedDate"):
            return PendingDeletion(**facts)
        return Conflict(
            "A secret of this name exists already.",
            remedy="Choose another name, or edit the existing secret.",
            current=current_version(known),
            **facts,
        )

    def replace(self, text: Sensitive, replaces: str) -> str:
        stages = self._put(text)
        conflict: Conflict | None = None
        if CURRENT not in stages:
            try:
                self.make_current(replaces)
            except Conflict as lost:
                conflict = lost
        if self._label in stages:
            self._drop(self._label, self._version_id)
        if conflict is not None:
            raise conflict
        return self._version_id

    def _put(self, text: Sensitive) -> list[str]:
        """The labels of the new version: the private one, and AWSCURRENT if it is the first version ever."""
        params = {"SecretId": self._name, "ClientRequestToken": self._version_id, "VersionStages": [self._label]}
        try:
            answer = self._ask_with_room("put_secret_value", params, text)
            return list(answer.get("VersionStages", ()))
        except Conflict:
            pass  # the token belongs to a version with another text
        raise Conflict(
            "This form was saved before with another text.",
            remedy="Reload the secret, then enter the change again.",
            code="ResourceExistsException",
            name=self._name,
            current=current_version(self._describe()),
        )

    def make_current(self, replaces: str) -> None:
        """Moves AWSCURRENT here from `replaces`, and from nowhere else; "" for a secret that has no current version."""
        if self._version_id == replaces:
            return
        refusal: StoreError
        try:
            self._move(replaces)
            return
        except NotFound as error:
            refusal = error
        except StoreError as error:
            if error.code != "InvalidParameterException":
                raise
            refusal = error
        current = current_version(self._describe())
        if current == self._version_id:
            return  # an earlier attempt, whose answer was lost, did it
        if current != replaces:
            raise Conflict(current=current, code=refusal.code, name=self._name)
        raise refusal

    def _move(self, replaces: str) -> None:
        params = {"SecretId": self._name, "VersionStage": CURRENT, "MoveToVersionId": self._version_id}
        if replaces:
            params["RemoveFromVersionId"] = replaces
        self._ask_with_room("update_secret_version_stage", params)

    def _ask_with_room(
        self, operation: str, params: Mapping[str, Any], text: Sensitive | None = None
    ) -> dict[str, Any]:
        """A secret has 20 labels at most: private ones that interrupted writes left behind make way."""
        try:
            return self._ask(operation, params, name=self._name, value=text)
        except StoreError as error:
            if error.code != "LimitExceededException":
                raise
        self._drop_leftovers()
        return self._ask(operation, params, name=self._name, value=text)

    def _drop(self, label: str, version_id: str) -> None:
        """A label that stays behind harms nobody, so a failure here must not make a saved text look unsaved."""
        params = {"SecretId": self._name, "VersionStage": label, "RemoveFromVersionId": version_id}
        try:
            self._ask("update_secret_version_stage", params, name=self._name)
        except StoreError:
            return

    def _drop_leftovers(self) -> None:
        for version_id, stages in labels(self._describe()).items():
            for label in stages:
                if label.startswith(PRIVATE) and label != self._label:
                    self._drop(label, version_id)

    def _describe(self) -> dict[str, Any]:
        return self._ask("describe_secret", {"SecretId": self._name}, name=self._name)
