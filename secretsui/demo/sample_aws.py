"""The sample AWS: moto in a process of its own, filled with the story before it answers. Its port is the argument."""

from __future__ import annotations

import base64
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random
from moto.secretsmanager.models import ReplicaSecret

from secretsui.demo import mended_moto, story
from secretsui.demo.accounts import ACCOUNTS, SampleAccount


def seed(now: datetime | None = None) -> None:
    """Every secret of the story with its history; ARNs and version ids are the same at each start."""
    now = now or datetime.now(UTC)
    mock_random.seed(417)
    for account in ACCOUNTS:
        _add_role(account)
        for region in account.regions:
            _add_key(account, region)
        for sample in story.samples(account):
            _add_secret(sample, now)
    for file in sorted(story.ROLES.glob("*.json")):
        _add_airflow_role(file.stem, json.loads(file.read_text()))


def _add_airflow_role(name: str, told: dict[str, Any]) -> None:
    """A role that a deployment runs as, with its policies."""
    roles = iam_backends[told["account_id"]]["aws"]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "airflow.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    roles.create_role(name, document, "/", None, "What this Airflow runs as", [], None)
    statements = {"Version": "2012-10-17", "Statement": told["statements"]}
    roles.put_role_policy(name, "secrets", json.dumps(statements))


def _add_role(account: SampleAccount) -> None:
    home = ACCOUNTS[0]
    trust: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{home.account_id}:root"},
    }
    if account.external_id:
        trust["Condition"] = {"StringEquals": {"sts:ExternalId": account.external_id}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam_backends[account.account_id]["aws"].create_role(
        "secretsui", document, "/", None, "Reads and writes Airflow's secrets", [], None
    )


def _add_key(account: SampleAccount, region: str) -> None:
    keys = kms_backends[account.account_id][region]
    key = keys.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Secrets of Airflow", [])
    keys.create_alias(key.id, f"alias/{account.name}")


def _add_secret(sample: story.Sample, now: datetime) -> None:
    backend = mended_moto.backend(sample.account.account_id, sample.region)
    versions = sample.versions(now)
    for number, version in enumerate(versions):
        _save(backend, sample, version, now, first=number == 0)
    secret = backend.secrets[sample.name]
    for version in versions:
        secret.versions[version.version_id]["createdate"] = version.at.timestamp()
    secret.created_date = versions[0].at.timestamp()
    secret.last_changed_date = versions[-1].at.timestamp()
    accessed = sample.accessed(now)
    if accessed is not None:
        secret.accessed = secret.versions[versions[-1].version_id]["accessed"] = _midnight(accessed)
    _rotate(secret, sample, versions[-1].at.timestamp())
    _spread(secret, sample)
    for version, key in zip(versions, sample.line.get("keys", ()), strict=False):
        secret.versions[version.version_id]["kms_key_ids"] = [key]
    _delete(secret, sample, now)


def _save(backend: Any, sample: story.Sample, version: story.Saved, now: datetime, *, first: bool) -> None:
    text = version.value if isinstance(version.value, str) else None
    binary = base64.b64encode(version.value).decode() if isinstance(version.value, bytes) else None
    if not first:
        backend.put_secret_value(sample.name, text, binary, version.version_id, ["AWSCURRENT"])
        return
    backend.create_secret(
        name=sample.name,
        secret_string=text,
        secret_binary=binary,
        description=sample.line.get("about"),
        tags=[{"Key": key, "Value": value} for key, value in sample.tags(now).items()],
        kms_key_id=_key_of(sample),
        client_request_token=version.version_id,
        replica_regions=[],
        force_overwrite=False,
    )


def _key_of(sample: story.Sample) -> str | None:
    told: str | None = sample.line.get("key")
    if told != "arn":
        return told
    keys = kms_backends[sample.account.account_id][sample.region]
    return str(next(iter(keys.keys.values())).arn)


def _spread(secret: Any, sample: story.Sample) -> None:
    """To whom the secret itself gives way, and where a copy of it could not be made."""
    if "policy" in sample.line:
        secret.policy = json.dumps(sample.line["policy"])
    if "replica" in sample.line:
        why = "A secret of this name exists in that region."
        secret.replicas.append(ReplicaSecret(secret, sample.line["replica"], "Failed", why))


def _rotate(secret: Any, sample: story.Sample, changed: float) -> None:
    days = sample.line.get("rotate")
    if days is None:
        return
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = (
        f"arn:aws:lambda:{sample.region}:{sample.account.account_id}:function:rotate-database-password"
    )
    secret.auto_rotate_after_days = days
    secret.last_rotation_date, secret.next_rotation_date = changed, changed + days * 86_400


def _delete(secret: Any, sample: story.Sample, now: datetime) -> None:
    """`deleted` days ago, with a recovery window of `window` days."""
    if "deleted" not in sample.line:
        return
    asked = now.timestamp() - sample.line["deleted"] * 86_400
    secret.deletion_asked = secret.last_changed_date = asked
    secret.delete(asked + sample.line["window"] * 86_400)


def _midnight(moment: datetime) -> float:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def main() -> None:
    server = mended_moto.serve(int(sys.argv[1]), seed=seed)
    # `shutdown` waits for the loop that the main thread is in, so another one has to ask for it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


if __name__ == "__main__":
    main()
