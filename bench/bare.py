"""The least that the same work costs: plain boto3, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

THREADS = 8


def client(address: str, region: str) -> Any:
    return boto3.client(
        "secretsmanager", region_name=region, endpoint_url=address, config=Config(max_pool_connections=THREADS)
    )


def list_names(sm: Any, prefix: str) -> list[str]:
    pages = sm.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [prefix]}],
        IncludePlannedDeletion=True,
        PaginationConfig={"PageSize": 100},
    )
    return [secret["Name"] for page in pages for secret in page["SecretList"]]


def read_values(sm: Any, names: Sequence[str]) -> int:
    def read(batch: Sequence[str]) -> int:
        return len(sm.batch_get_secret_value(SecretIdList=list(batch))["SecretValues"])

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(read, [names[at : at + 20] for at in range(0, len(names), 20)]))
