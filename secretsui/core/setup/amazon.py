"""What AWS has to allow: the role that Airflow has, and in a shared account its secrets and its key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.core import quoting
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import Kind
from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers, OnAws
from secretsui.core.setup.kwargs import secret_kwarg
from secretsui.core.setup.settings import settings_of
from secretsui.core.setup.snippet import Snippet

Statement = dict[str, Any]

POLICY_NAME: Final = "airflow-secrets-backend"
_VERSION: Final = "2012-10-17"
SUFFIX: Final = (
    "AWS ends the ARN of a secret with a dash and six characters. "
    "The star behind a prefix covers them, a single name needs -?????? behind it."
)
MANAGED_KEY: Final = "The key that AWS manages needs no statement of its own."
NOT_MANAGED: Final = (
    "Another account can never decrypt what the key that AWS manages has encrypted. "
    "Give the shared secrets a key of your own."
)
REPLACES: Final = "It replaces the policy that a secret has already: look at get-resource-policy first."
ADD: Final = "Add the statement to the policy of the key, beside those that are there."


def identity_policy(answers: Answers) -> Mapping[str, Any]:
    """By prefix, never everything."""
    place = _of(answers)
    statements = [_read(answers, place), *_decrypt(answers, place)]
    if answers.store == "shared-account":
        statements += _shared(place)
    return {"Version": _VERSION, "Statement": statements}


def _of(answers: Answers) -> OnAws:
    return answers.place if isinstance(answers.place, OnAws) else OnAws()


def _read(answers: Answers, place: OnAws) -> Statement:
    is_parameter = answers.store == "parameter-store"
    start = (
        f"{_arn('ssm', place.region, place.account)}:parameter"
        if is_parameter
        else f"{_arn('secretsmanager', place.region, place.account)}:secret:"
    )
    action = "ssm:GetParameter" if is_parameter else "secretsmanager:GetSecretValue"
    return _allow("ReadAirflow", [action], [f"{start}{prefix}/*" for prefix in read_prefixes(answers)])


def read_prefixes(answers: Answers) -> Sequence[str]:
    """Of all processes, once each. Of the shared account every kind lies under the prefix of connections."""
    given = [answers.prefixes] if answers.workers != "own" else [answers.prefixes, answers.worker_prefixes]
    kinds: Sequence[Kind] = ("connection",) if answers.store == "shared-account" else tuple(PLURALS)
    found = [prefix for each in given for kind in kinds if (prefix := each.get(kind))]
    return list(dict.fromkeys(found))


def _decrypt(answers: Answers, place: OnAws) -> Iterator[Statement]:
    if place.kms_key:
        service = "ssm" if answers.store == "parameter-store" else "secretsmanager"
        yield _may_decrypt("DecryptAirflow", place.kms_key, service, place.region, place.account)


def _shared(place: OnAws) -> Iterator[Statement]:
    region = place.shared_region or place.region
    start = f"{_arn('secretsmanager', region, place.shared_account)}:secret:"
    yield _allow("ReadShared", ["secretsmanager:GetSecretValue"], [f"{start}{place.shared_prefix}/*"])
    key = place.shared_kms_key or "*"
    yield _may_decrypt("DecryptShared", key, "secretsmanager", region, place.shared_account)


def _may_decrypt(sid: str, key: str, service: str, region: str, account: str) -> Statement:
    """Through the service alone. An alias is no resource: the condition names it."""
    via: dict[str, Any] = {"StringEquals": {"kms:ViaService": f"{service}.{region}.{_domain(region)}"}}
    if key.startswith("alias/"):
        via["ForAnyValue:StringEquals"] = {"kms:ResourceAliases": key}
        key = "*"
    resource = key if key.startswith("arn:") else f"{_arn('kms', region, account)}:key/{key}"
    return {**_allow(sid, ["kms:Decrypt"], [resource]), "Condition": via}


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if partition(region) == "aws-cn" else "amazonaws.com"


def _arn(service: str, region: str, account: str) -> str:
    return f"arn:{partition(region)}:{service}:{region}:{account}"


def own_snippets(answers: Answers) -> Iterator[Snippet]:
    place = _of(answers)
    policy = identity_policy(answers)
    notes = (SUFFIX,) if answers.store != "parameter-store" else ()
    yield Snippet("iam", "Policy", "json", dumped(policy), notes if place.kms_key else (*notes, MANAGED_KEY))
    role = place.role.rpartition("/")[2] or "my-execution-role"
    command = spelling.options(
        "aws iam put-role-policy",
        f"--role-name {quoting.shell(role)}",
        f"--policy-name {POLICY_NAME}",
        f"--policy-document {quoting.shell(dumped(policy).strip())}",
    )
    yield Snippet("iam-cli", "AWS CLI", "shell", f"{command}\n")
    body = f"  name   = {spelling.hcl(POLICY_NAME)}\n  role   = {spelling.hcl(role)}\n"
    body += f"  policy = jsonencode({spelling.hcl(policy, 2)})\n"
    text = f'resource "aws_iam_role_policy" "airflow_secrets" {{\n{body}}}\n'
    yield Snippet("iam-terraform", "Terraform", "hcl", text)


def resource_policy(place: OnAws) -> Mapping[str, Any]:
    """Of each secret that is shared. The star is the secret that it is attached to."""
    statement = {
        "Sid": "AirflowOfAnotherAccount",
        "Effect": "Allow",
        "Principal": {"AWS": place.role},
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": "*",
    }
    return {"Version": _VERSION, "Statement": [statement]}


def key_statement(place: OnAws) -> Statement:
    region = place.shared_region or place.region
    return {
        "Sid": "AirflowOfAnotherAccount",
        "Effect": "Allow",
        "Principal": {"AWS": place.role},
        "Action": ["kms:Decrypt"],
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.{_domain(region)}"}},
    }


def shared_snippets(answers: Answers) -> Iterator[Snippet]:
    place = _of(answers)
    policy, region = resource_policy(place), quoting.shell(place.shared_region or place.region)
    yield Snippet("resource-policy", "Resource policy", "json", dumped(policy), (REPLACES,))
    filters = quoting.shell(f"Key=name,Values={place.shared_prefix}/")
    text = f"""\
aws secretsmanager list-secrets --region {region} \\
  --filters {filters} \\
  --query 'SecretList[].ARN' --output text | tr '\\t' '\\n' |
while read -r arn; do
  aws secretsmanager put-resource-policy --region {region} --secret-id "$arn" \\
    --block-public-policy --resource-policy {quoting.shell(json.dumps(policy))}
done
"""
    yield Snippet("resource-policy-cli", "AWS CLI", "shell", text, (REPLACES,))
    yield Snippet("key-policy", "Key policy", "json", dumped(key_statement(place)), (ADD, NOT_MANAGED))


# Where the platform takes kwargs with a secret from.
_HELD: Final[Mapping[str, tuple[str, str]]] = {
    "mwaa": ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:{name}-??????"),
    "ecs": ("ssm:GetParameters", "arn:aws:ssm:*:*:parameter/{name}"),
}


def held_snippets(answers: Answers) -> Iterator[Snippet]:
    """What the execution role needs for the kwargs that the start-up script of MWAA, or ECS, fetches."""
    names = [each.secret_name for each in settings_of(answers) if each.is_secret]
    action, place = _HELD[answers.platform]
    statement = _allow("ReadBackendKwargs", [action], [place.format(name=name) for name in names])
    policy = {"Version": _VERSION, "Statement": [statement]}
    yield Snippet("iam", "Policy", "json", dumped(policy), (SUFFIX,) if answers.platform == "mwaa" else ())


def holds_kwargs(answers: Answers) -> bool:
    return answers.platform in _HELD and bool(secret_kwarg(answers))


def dumped(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, indent=2) + "\n"
