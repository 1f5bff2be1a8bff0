"""What `make run` was asked for, and the environment that follows from it for every child."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Final

from secretsui.demo.accounts import AMBIENT
from secretsui.demo.child import ROOT

_RANDOM: Final = SystemRandom()  # as `secrets` has it, less the memory of that module
_EASY_TO_TELL_APART: Final = "abcdefghjkmnpqrstuvwxyz23456789"
# What would lead the sample away from its own credentials.
_AWS_CHOICES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_REGION")
_SAMPLE_AWS: Final[Mapping[str, str]] = {
    **AMBIENT,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Refusal(Exception):
    """The stack cannot start or go on; the text says why and what helps."""


@dataclass(frozen=True, slots=True)
class Plan:
    port: int
    sample: bool
    airflow: bool
    data: Path
    password: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Plan:
        sample = _wanted(environment, "SAMPLE")
        return cls(
            port=_port(environment.get("PORT") or "8000"),
            sample=sample,
            airflow=sample and _wanted(environment, "AIRFLOW"),
            data=Path(environment.get("SECRETSUI_DATA_DIR") or ROOT / "data").resolve(),
            password=environment.get("SECRETSUI_DEMO_PASSWORD") or new_password(),
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def for_children(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Without the password, which only the child that sets it needs."""
        prepared = {
            "SECRETSUI_URL": self.address,
            **environment,
            "SECRETSUI_DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "secretsui.settings",
            # glibc otherwise keeps a pool of memory per thread, which a few threads do not need.
            "MALLOC_ARENA_MAX": "2",
            "PYTHONUNBUFFERED": "1",
        }
        for name in ("SECRETSUI_DEMO_PASSWORD", *(_AWS_CHOICES if self.sample else ())):
            prepared.pop(name, None)
        if self.sample:
            prepared.update(_SAMPLE_AWS)
        return prepared


def _wanted(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "1").lower() not in {"0", "no", "false", "off"}


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65_536:
        return int(text)
    raise Refusal(f"PORT={text} is no port. Give a number from 1 to 65535, for example: make run PORT=8001")


def new_password() -> str:
    return "-".join("".join(_RANDOM.choice(_EASY_TO_TELL_APART) for _ in range(5)) for _ in range(3))
