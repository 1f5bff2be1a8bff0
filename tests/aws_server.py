"""The sample AWS for tests and measurements: a mended moto behind a fault layer, and a handle on both.

`python -m tests.aws_server --seed 10000` serves one on a free port, prints its address and stops with its input.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults import Calls, FaultLayer, Faults

ACCOUNT = "111122223333"
REGION = "eu-west-1"
VALUE = "postgres://user:sample@db.example:5432/main"


class Server:
    """A fault layer and a mended moto behind one port of this machine."""

    def __init__(self) -> None:
        from secretsui.demo import mended_moto  # a second that tests without AWS need not wait

        self.moto = mended_moto
        self.layer = FaultLayer(mended_moto.application())
        self._server = mended_moto.serve(app=self.layer)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.clients: dict[tuple[str, str, str], Any] = {}

    def reset(self) -> None:
        self.layer.faults.clear()
        self.moto.reset()
        self.layer.calls.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def access_key(account: str) -> str:
    """A key of this account: the mended moto reads the account from it."""
    return f"AKIA{account}TEST"


class Aws:
    """What a test needs of AWS: identities, clients, sample secrets, faults and the calls that were made."""

    account, region = ACCOUNT, REGION

    def __init__(self, server: Server) -> None:
        self._server = server
        self.url = server.url
        self.faults: Faults = server.layer.faults
        self.calls: Calls = server.layer.calls

    def identity(self, account: str = ACCOUNT, *, region: str = REGION, **more: Any) -> Any:
        """The ambient identity for the test's own account; a role in it for any other."""
        from secretsui.cloud.aws import Identity

        chain = () if account == ACCOUNT else ((self.role(account), "external-" + account),)
        return Identity(
            **{"region": region, "role_chain": chain, "endpoint_url": self.url, "account_id": account} | more
        )

    def role(self, account: str, name: str = "secretsui") -> str:
        return f"arn:aws:iam::{account}:role/{name}"

    def store(self, account: str = ACCOUNT, **more: Any) -> Any:
        from secretsui.stores.secrets_manager import SecretsManagerStore

        return SecretsManagerStore(self.identity(account, **more))

    def client(self, service: str = "secretsmanager", *, account: str = ACCOUNT, region: str = REGION) -> Any:
        """A plain SDK client, past the product's own code, that retries nothing."""
        import boto3
        from botocore.config import Config

        clients = self._server.clients
        if (service, account, region) not in clients:
            session = boto3.session.Session(access_key(account), "test", region_name=region)
            config = Config(retries={"total_max_attempts": 1}, max_pool_connections=20)
            clients[service, account, region] = session.client(service, endpoint_url=self.url, config=config)
        return clients[service, account, region]

    def backend(self, account: str = ACCOUNT, region: str = REGION) -> Any:
        return self._server.moto.backend(account, region)

    def create(
        self,
        name: str,
        value: str | bytes | None = VALUE,
        *,
        account: str = ACCOUNT,
        region: str = REGION,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        kms_key_id: str = "",
    ) -> str:
        """Creates one secret without HTTP (not counted among the calls); its version id, "" without a value."""
        return self._server.moto.create(
            name, value, account=account, region=region, description=description, tags=tags, kms_key_id=kms_key_id
        )

    def seed(
        self, count: int, prefix: str = "airflow/connections/", *, account: str = ACCOUNT, region: str = REGION
    ) -> list[str]:
        """The names of so many new secrets: prefix + c00000, c00001, …"""
        names = [f"{prefix}c{number:05}" for number in range(count)]
        for number, name in enumerate(names):
            self.create(name, f"postgres://u{number}:pw@db{number}.example:5432/main", account=account, region=region)
        return names

    def seed_parameters(self, count: int, prefix: str = "/airflow/connections/") -> list[str]:
        """The names of so many new parameters, made without HTTP."""
        from moto.ssm.models import ssm_backends

        usual = {"description": "", "parameter_type": "SecureString", "allowed_pattern": "", "keyid": None}
        rest = {"overwrite": False, "tags": [], "data_type": "text", "tier": None, "policies": None}
        names = [f"{prefix}c{number:05}" for number in range(count)]
        for number, name in enumerate(names):
            value = f"postgres://u{number}:pw@db{number}.example:5432/main"
            ssm_backends[ACCOUNT][REGION].put_parameter(name=name, value=value, **usual, **rest)
        return names

    def value(self, name: str, *, account: str = ACCOUNT, region: str = REGION) -> str:
        """What a plain reader gets now, without HTTP."""
        found: str = self.backend(account, region).get_secret_value(name, None, None)["SecretString"]
        return found


def environment(url: str, folder: Path) -> dict[str, str]:
    """For this process or a child: sample keys, the server's address, and nothing of whoever runs the tests."""
    return {
        "AWS_ACCESS_KEY_ID": access_key(ACCOUNT),
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
        "AWS_CONFIG_FILE": str(folder / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "3",
    }


def sound(number: int) -> str:
    """A connection with which little is wrong: a password of its own, an address, a TLS that is checked."""
    password = hashlib.sha256(f"sample {number}".encode()).hexdigest()[:28]
    fields = {"conn_type": "postgres", "host": f"db{number % 97}.example", "port": 5432, "schema": "main"}
    return json.dumps(fields | {"login": f"u{number}", "password": password, "extra": {"sslmode": "verify-full"}})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sound", action="store_true", help="seed what audits find little in")
    parser.add_argument("--prefix", default="airflow/connections/")
    chosen = parser.parse_args()
    server = Server()
    aws = Aws(server)
    if chosen.sound:
        for number in range(chosen.seed):
            tags = {"owner": f"team-{number % 20}"}
            aws.create(f"{chosen.prefix}c{number:05}", sound(number), tags=tags, kms_key_id="alias/data")
    else:
        aws.seed(chosen.seed, chosen.prefix)
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
