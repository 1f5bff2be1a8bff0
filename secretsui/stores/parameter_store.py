"""AWS Systems Manager Parameter Store as a store of raw secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from secretsui.cloud.arns import parameter_arn
from secretsui.cloud.sessions import Identity
from secretsui.cloud.translate import PARAMETER_NAMES
from secretsui.core.sensitive import Sensitive
from secretsui.stores import aws_probe, ssm_entries, ssm_reading
from secretsui.stores.aws_store import AwsStore
from secretsui.stores.base import (
    Absent,
    Capabilities,
    Probe,
    SecretInfo,
    StoreError,
    Unable,
    Value,
    Version,
    VersionChange,
)
from secretsui.stores.checks import check_name, check_text
from secretsui.stores.reading import Reading
from secretsui.stores.ssm_reading import BATCH, get
from secretsui.stores.ssm_trials import TRIALS, path_of
from secretsui.stores.ssm_writing import STANDARD_BYTES, Writing

SERVICE: Final = "AWS Systems Manager Parameter Store"
CAPABILITIES: Final = Capabilities(
    page_size=10,
    batch_size=BATCH,
    compare_and_swap=False,
    restore=False,
    history=True,
    tags=True,
    max_bytes=8192,
    charged_above=STANDARD_BYTES,
    # A name without levels may go without the slash; what begins with aws or ssm is the service's own.
    name_pattern=r"(?!/?(?i:aws|ssm))(?:[A-Za-z0-9_.-]+|(?:/[A-Za-z0-9_.-]+){1,15})",
    max_name_length=1011,
    recovery_days=(0, 0),
    service=SERVICE,
    recovery="none",
    policies=False,
    lists_details=False,
)


class ParameterStore(AwsStore):
    """The parameters of one account and region.

    A parameter is created as a SecureString, with the key `kms_key_id` if none is named; one that exists keeps its
    type, its key and its tier, but for a text that only an advanced one can hold.
    """

    capabilities = CAPABILITIES
    asked = "ssm"

    def __init__(self, identity: Identity, *, kms_key_id: str = "", workers: int = 4) -> None:
        super().__init__(identity, workers)
        self._kms_key_id = kms_key_id

    def _page(self, prefix: str, token: str) -> tuple[Sequence[SecretInfo], str]:
        """Values that come along, none of them decrypted, are not kept."""
        params: dict[str, Any] = {"Path": path_of(prefix), "Recursive": True, "WithDecryption": False}
        params |= {"MaxResults": CAPABILITIES.page_size} | ({"NextToken": token} if token else {})
        answer = self._ask("get_parameters_by_path", params, name=params["Path"])
        found = [ssm_entries.info(entry) for entry in answer.get("Parameters", ())]
        return [each for each in found if each.name.startswith(prefix)], answer.get("NextToken") or ""

    def read(self, names: Sequence[str]) -> Iterator[Mapping[str, Value | StoreError]]:
        return Reading(ssm_reading.ways(self._ask), self._workers).batches(names)

    def describe(self, name: str) -> SecretInfo:
        known = Writing(self._ask, name).describe()
        answer = self._ask("list_tags_for_resource", _tagged(name), name=name)
        tags = {tag["Key"]: tag["Value"] for tag in answer.get("TagList", ())}
        return ssm_entries.info(known, arn=parameter_arn(self.identity, name), tags=tags)

    def versions(self, name: str) -> Sequence[Version]:
        entries: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            params = {"Name": name, "WithDecryption": False, "MaxResults": 50, **token}
            answer = self._ask("get_parameter_history", params, name=name)
            entries += answer.get("Parameters", ())
            if not answer.get("NextToken"):
                return ssm_entries.versions(entries)
            token = {"NextToken": answer["NextToken"]}

    def read_version(self, name: str, version_id: str) -> Value:
        return ssm_entries.value(get(self._ask, name, version_id), name=name)

    def write(
        self,
        name: str,
        text: Sensitive,
        *,
        replaces: str | Absent,
        token: str = "",
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        kms_key_id: str = "",
    ) -> str:
        """A call is known as a repeated one by its text, which is the current one already."""
        check_text(text, name, CAPABILITIES)
        writing = Writing(self._ask, name)
        if isinstance(replaces, str):
            return writing.replace(text, replaces, repeated=bool(token))
        # The limit holds for the whole ARN.
        longest = CAPABILITIES.max_name_length - len(parameter_arn(self.identity, name)) + len(name)
        check_name(name, CAPABILITIES, remedy=PARAMETER_NAMES, longest=longest)
        return writing.create(
            text,
            description=description,
            tags=tags or {},
            kms_key_id=kms_key_id or self._kms_key_id,
            repeated=bool(token),
        )

    def put_back(self, name: str, version_id: str, *, replaces: str) -> None:
        """The old text becomes the next version."""
        old = get(self._ask, name, version_id)
        Writing(self._ask, name).replace(old["Value"], replaces, repeated=True)

    def update(self, name: str, *, description: str | None = None, kms_key_id: str | None = None) -> None:
        if description is not None or kms_key_id is not None:
            Writing(self._ask, name).change(description=description, kms_key_id=kms_key_id)

    def tag(self, name: str, *, put: Mapping[str, str], remove: Sequence[str] = ()) -> None:
        if put:
            tags = [{"Key": key, "Value": text} for key, text in put.items()]
            self._ask("add_tags_to_resource", {**_tagged(name), "Tags": tags}, name=name)
        if remove:
            self._ask("remove_tags_from_resource", {**_tagged(name), "TagKeys": [*remove]}, name=name)

    def delete(self, name: str, *, recovery_days: int | None) -> datetime | None:
        if recovery_days is not None:
            raise Unable(f"{SERVICE} deletes at once and for good.", remedy="Delete without recovery.", name=name)
        self._ask("delete_parameter", {"Name": name}, name=name)
        return None

    def restore(self, name: str) -> None:
        raise Unable(f"{SERVICE} keeps nothing of what was deleted.", name=name)

    def resource_policy(self, name: str) -> str:
        raise Unable("A parameter has no policy of its own.", name=name)

    def change_version(self, name: str, version_id: str, change: VersionChange) -> None:
        raise Unable(f"{SERVICE} cannot {change} version {version_id} alone.", name=name)


def probe(identity: Identity, prefix_start: str) -> Probe:
    """What this identity may do with parameters whose name begins with `prefix_start`; changes and decrypts none."""
    return aws_probe.probe(TRIALS, identity, prefix_start)


def _tagged(name: str) -> dict[str, Any]:
    return {"ResourceType": "Parameter", "ResourceId": name}
