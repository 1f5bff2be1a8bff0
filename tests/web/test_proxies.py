"""Whose address is noted and counted, and which scheme is believed, behind proxies and without them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from django.test import RequestFactory, override_settings

ROOT = Path(__file__).resolve().parents[2]
PEER = "10.0.0.9"
TOLD = "from django.conf import settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT, bool(s.SECURE_PROXY_SSL_HEADER))"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", PEER),
        (1, "", PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "2001:db8::7, 10.0.0.8", "2001:db8::7"),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_saw(proxies: int, forwarded: str, address: str) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=PEER, headers=headers)
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        assert get_adapter().get_client_ip(request) == address


def test_who_passes_a_proxy_by_is_known_by_the_peer_alone() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=PEER, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=3):
        assert get_adapter().get_client_ip(request) == PEER


@pytest.mark.parametrize(("setting", "told"), [("", "0 False"), ("0", "0 False"), ("1", "1 True"), ("2", "2 True")])
def test_the_setting_is_how_many_proxies_there_are(setting: str, told: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "secretsui.settings", "SECRETSUI_BEHIND_PROXY": setting}
    if not setting:
        del environment["SECRETSUI_BEHIND_PROXY"]
    done = subprocess.run([sys.executable, "-c", TOLD], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == told, done.stderr
