"""What a probe tries of Parameter Store. A put without a type creates nothing: for a new name AWS insists on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.cloud.arns import parameter_arn
from secretsui.cloud.sessions import Identity
from secretsui.core.sensitive import Sensitive
from secretsui.stores.aws_probe import Request, Trials


def path_of(prefix: str) -> str:
    """The level that holds everything of which the name begins so."""
    return prefix.rpartition("/")[0] or "/" if prefix.startswith("/") else "/"


def _requests(name: str, prefix_start: str) -> Mapping[str, Request]:
    nobody = {"Name": name}
    tagged: dict[str, Any] = {"ResourceType": "Parameter", "ResourceId": name}
    only = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": [name]}]}
    path = {"Path": path_of(prefix_start), "MaxResults": 1, "WithDecryption": False}
    return {
        "GetParametersByPath": Request("get_parameters_by_path", path),
        "DescribeParameters": Request("describe_parameters", only),
        "ListTagsForResource": Request("list_tags_for_resource", tagged),
        "GetParameterHistory": Request("get_parameter_history", nobody),
        "GetParameters": Request("get_parameters", {"Names": [name]}),
        "GetParameter": Request("get_parameter", nobody),
        "PutParameter": Request("put_parameter", {**nobody, "Overwrite": False}, Sensitive("probe")),
        "AddTagsToResource": Request("add_tags_to_resource", {**tagged, "Tags": [{"Key": "probe", "Value": "probe"}]}),
        "RemoveTagsFromResource": Request("remove_tags_from_resource", {**tagged, "TagKeys": ["probe"]}),
        "DeleteParameter": Request("delete_parameter", nobody),
    }


def _arn(identity: Identity, prefix_start: str, account_id: str) -> Sequence[str]:
    """A path is listed by its own name, and read by the names below it."""
    path = path_of(prefix_start)
    names = (f"{prefix_start}*",) if path == "/" else (path, f"{prefix_start}*")
    return [parameter_arn(identity, name, account_id) for name in names]


TRIALS: Final = Trials(
    service="ssm",
    rights={
        "list": ("GetParametersByPath",),
        "describe": ("DescribeParameters", "ListTagsForResource", "GetParameterHistory"),
        "read": ("GetParameters", "GetParameter"),
        "write": ("PutParameter",),
        "create": ("PutParameter",),
        "tag": ("AddTagsToResource", "RemoveTagsFromResource"),
        "delete": ("DeleteParameter",),
    },
    requests=_requests,
    arn=_arn,
    without_resource=frozenset({"DescribeParameters"}),
)
