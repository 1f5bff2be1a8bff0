"""The list page at three sizes: time of a whole request in process, and queries."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from django.test import Client

from bench import report

SIZES = (1_000, 10_000, 100_000)
REQUESTS = 60
PAGES = {
    "list": "/secrets/",
    "list, searched": "/secrets/?q=warehouse+42",
    "list, one match": "/secrets/?q=warehouse_000999",
    "list, filtered": "/secrets/?tag=team%3Dteam-7",
}
# With the milliseconds that each may take: first rows as a page, filters as the fragment that a browser asks for.
MATRIX = {
    "matrix, first rows": ("/d/bench/conflicts/", {}, 300),
    "matrix, filtered": ("/d/bench/conflicts/?conflict=different&owner=team-5", {"hx-request": "true"}, 100),
    "matrix, searched": ("/d/bench/conflicts/?q=warehouse_0005", {"hx-request": "true"}, 100),
}
MATRIX_IDS = 5_000


def measure() -> None:
    from bench.rows import person, prefix_with

    user = person()
    found: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in PAGES}
    for size in SIZES:
        place = prefix_with(size, user)
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        for name, url in PAGES.items():
            found[name][size] = page(client, url)
            report.line(name, records=size, **found[name][size])
        place.records.all().delete()
        place.delete()
    for name, sizes in found.items():
        growth = round(sizes[SIZES[-1]]["p95_ms"] / sizes[SIZES[0]]["p95_ms"], 2)
        same = len({figures["queries"] for figures in sizes.values()}) == 1
        most = max(figures["queries"] for figures in sizes.values())
        report.line(
            f"{name}: growth of p95",
            ratio=growth,
            goal=3,
            holds=growth <= 3,
            queries_hold=same and most <= 8,
            queries=most,
        )

    matrix(user)


def matrix(user: Any) -> None:
    from bench.rows import deployment_with, prefix_with

    deployment_with(prefix_with(MATRIX_IDS, user), MATRIX_IDS, user)
    for name, (url, headers, most) in MATRIX.items():
        client = Client(headers={"host": "localhost", **headers})
        client.force_login(user)
        found = page(client, url)
        report.line(name, ids=MATRIX_IDS, **found, goal=most, holds=found["p95_ms"] <= most)


def page(client: Client, url: str) -> dict[str, Any]:
    queries: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    assert b"_warehouse_" in answer.content, "the page shows no rows"
    samples = [timed(client, url) for _ in range(REQUESTS)]
    return {**report.percentiles(samples), "queries": len(queries)}


def timed(client: Client, url: str) -> float:
    started = time.perf_counter()
    client.get(url)
    return time.perf_counter() - started
