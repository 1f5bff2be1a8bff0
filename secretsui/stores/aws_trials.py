"""What a probe tries of AWS Secrets Manager. Only creating has no harmless try."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from secretsui.cloud.arns import arn_like
from secretsui.cloud.sessions import Identity
from secretsui.core.sensitive import Sensitive
from secretsui.stores.aws_probe import Request, Trials


def _requests(name: str, prefix_start: str) -> Mapping[str, Request]:
    nobody = {"SecretId": name}
    return {
        "ListSecrets": Request("list_secrets", {"MaxResults": 1, **_filter(prefix_start)}),
        "DescribeSecret": Request("describe_secret", nobody),
        "ListSecretVersionIds": Request("list_secret_version_ids", nobody),
        "GetResourcePolicy": Request("get_resource_policy", nobody),
        "BatchGetSecretValue": Request("batch_get_secret_value", {"SecretIdList": [name]}),
        "GetSecretValue": Request("get_secret_value", nobody),
        "PutSecretValue": Request("put_secret_value", nobody, Sensitive("probe")),
        "UpdateSecretVersionStage": Request(
            "update_secret_version_stage",
            {**nobody, "VersionStage": "secretsui-probe", "MoveToVersionId": str(uuid.uuid4())},
        ),
        "UpdateSecret": Request("update_secret", {**nobody, "Description": "probe"}),
        "TagResource": Request("tag_resource", {**nobody, "Tags": [{"Key": "probe", "Value": "probe"}]}),
        "UntagResource": Request("untag_resource", {**nobody, "TagKeys": ["probe"]}),
        "DeleteSecret": Request("delete_secret", {**nobody, "RecoveryWindowInDays": 30}),
        "RestoreSecret": Request("restore_secret", nobody),
    }


def _filter(prefix_start: str) -> dict[str, Any]:
    return {"Filters": [{"Key": "name", "Values": [prefix_start]}]} if prefix_start else {}


def _arn(identity: Identity, prefix_start: str, account_id: str) -> str:
    return arn_like(identity, f"{prefix_start}*", account_id)


TRIALS: Final = Trials(
    service="secretsmanager",
    rights={
        "list": ("ListSecrets",),
        "describe": ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"),
        "read": ("BatchGetSecretValue", "GetSecretValue"),
        "write": ("PutSecretValue", "UpdateSecretVersionStage", "UpdateSecret"),
        "create": ("CreateSecret",),
        "tag": ("TagResource", "UntagResource"),
        "delete": ("DeleteSecret",),
        "restore": ("RestoreSecret",),
    },
    requests=_requests,
    arn=_arn,
    without_resource=frozenset({"ListSecrets", "BatchGetSecretValue"}),
    item_operation="GetSecretValue",
)
