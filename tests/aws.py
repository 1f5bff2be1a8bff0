"""AWS for tests: one server per test process, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws_server import ACCOUNT, REGION, VALUE, Aws, Server, access_key, environment

__all__ = ["ACCOUNT", "REGION", "VALUE", "Aws", "Server", "access_key", "aws", "aws_server", "environment"]


@pytest.fixture(scope="session")
def aws_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def aws(aws_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Aws]:
    """An empty AWS, and an environment in which every SDK finds it and nothing else."""
    set_environment(monkeypatch, aws_server.url, tmp_path)
    _leave_out_pauses(monkeypatch)
    aws_server.reset()
    _forget_sessions()
    yield Aws(aws_server)
    aws_server.layer.faults.clear()
    _forget_sessions()


def set_environment(monkeypatch: pytest.MonkeyPatch, url: str, folder: Path) -> None:
    for key, value in environment(url, folder).items():
        monkeypatch.setenv(key, value)
    for key in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(key, raising=False)


def _leave_out_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long an SDK waits before it repeats a call, and how slow it grows once it was throttled, is its affair."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)


def _forget_sessions() -> None:
    from secretsui.cloud import aws as cloud

    cloud.forget_all()
