"""The metadata database with which the sample Airflow starts: migrated and filled once, then copied at each start."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from secretsui.demo import story
from secretsui.demo.airflow.installing import LOCK, alone, cache_folder, digest, is_complete, mark_complete, run
from secretsui.keys import private_folder

CONNECTIONS: Final = story.DEPLOYMENTS / "halden-prod.connections.json"
VARIABLES: Final = story.DEPLOYMENTS / "halden-prod.variables.json"
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Template:
    """`fernet_key` is what Airflow has encrypted its rows with: made for this machine, of use for sample rows alone."""

    database: Path
    fernet_key: str


def template(python: Path) -> Template:
    folder = cache_folder() / f"sample-{digest(LOCK, CONNECTIONS, VARIABLES)}"
    with alone(cache_folder() / "sample.lock"):
        if not is_complete(folder):
            _make(folder, python)
    return Template(folder / "airflow.db", (folder / "fernet-key").read_text())


def settings(home: Path, fernet_key: str) -> dict[str, str]:
    """What every command of the sample Airflow needs; nothing of the person's own Airflow reaches it."""
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": fernet_key,
        "PYTHONUNBUFFERED": "1",
    }


def _make(folder: Path, python: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    private_folder(folder)
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    (folder / "fernet-key").write_text(key)
    environment = settings(folder, key)
    _airflow(python, environment, "db", "migrate")
    for kind, told in (("connections", CONNECTIONS), ("variables", VARIABLES)):
        file = folder / f"{kind}.json"
        file.write_text(story.told(told))
        _airflow(python, environment, kind, "import", str(file))
        file.unlink()
    mark_complete(folder)


def _airflow(python: Path, environment: Mapping[str, str], *arguments: str) -> None:
    run([str(python.with_name("airflow")), *arguments], environment)
