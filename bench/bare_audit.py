"""The least that reading for an audit costs: plain boto3 and httpx, nothing kept.

    python -m bench.bare_audit PREFIX TOKEN URL…

lists and reads the secrets under the prefix of the AWS that the environment names, asks for each what only a call for
it tells, and reads the rows of the Airflow at each URL.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from bench import bare

KINDS = ("connections", "variables")
PAGE = 100


def main(prefix: str, token: str, urls: Sequence[str]) -> None:
    sm = bare.client(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_DEFAULT_REGION"])
    names = bare.list_names(sm, prefix)
    read = bare.read_values(sm, names)
    assert read == len(names)
    with ThreadPoolExecutor(bare.THREADS) as pool:
        for _ in pool.map(lambda ask: ask(), details(sm, names)):
            pass
    for url in urls:
        read_rows(url, token)


def details(sm: Any, names: Sequence[str]) -> Iterator[Callable[[], Any]]:
    for ask in (sm.describe_secret, sm.get_resource_policy):
        yield from ((lambda ask=ask, name=name: ask(SecretId=name)) for name in names)
    yield from (
        (lambda name=name: sm.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=100))
        for name in names
    )


def read_rows(url: str, token: str) -> None:
    with httpx.Client(base_url=f"{url}/api/v2", headers={"Authorization": f"Bearer {token}"}) as client:
        for kind in KINDS:
            offset, total = 0, 1
            while offset < total:
                page = client.get(f"/{kind}", params={"limit": PAGE, "offset": offset, "order_by": "id"}).json()
                total, offset = page["total_entries"], offset + PAGE


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
