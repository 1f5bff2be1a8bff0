"""The sample Airflow: its API server in the place of this process, on the port that is the argument.

What it needs is installed and made first. A reason why it cannot be is the last line of its log.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from pathlib import Path

from secretsui.demo import deployments, story
from secretsui.demo.accounts import AMBIENT
from secretsui.demo.airflow.installing import LOCK, NoAirflow, installed
from secretsui.demo.airflow.template import Template, settings, template
from secretsui.demo.companion import CREDENTIAL
from secretsui.keys import private_folder


def environment(home: Path, made: Template, credential: str, endpoint: str) -> dict[str, str]:
    """Of the server's process, with the variables that the story plants in it."""
    user, told = credential.partition(":")[0], deployments.real()
    return {
        **settings(home, made.fernet_key),
        **AMBIENT,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AIRFLOW_API_APPS": "core",
        "AIRFLOW__API__EXPOSE_CONFIG": "non-sensitive-only",
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{user}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__SECRETS__BACKEND": told.backend_class,
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(told.backend_kwargs),
        "AIRFLOW__API__BASE_URL": "/",
        **story.variables("halden-prod.env"),
    }


def fresh_home(data: Path, made: Template, credential: str) -> Path:
    home = data / "airflow"
    shutil.rmtree(home, ignore_errors=True)
    private_folder(home)
    shutil.copy(made.database, home / "airflow.db")
    user, _, password = credential.partition(":")
    (home / "passwords.json").write_text(json.dumps({user: password}))
    # The API shows no section that this file lacks, even if variables set all of it.
    (home / "airflow.cfg").write_text("[core]\n[secrets]\n[workers]\n")
    return home


def main() -> None:
    try:
        python = installed(LOCK)
        made = template(python)
    except (NoAirflow, OSError) as reason:
        sys.exit(str(reason))
    credential = os.environ[CREDENTIAL]
    home = fresh_home(Path(os.environ["SECRETSUI_DATA_DIR"]), made, credential)
    command = [
        str(python),
        "-m",
        "uvicorn",
        "--host",
        "127.0.0.1",
        "--port",
        sys.argv[1],
        "airflow.api_fastapi.main:app",
    ]
    os.chdir(home)
    os.execve(python, command, environment(home, made, credential, os.environ["SECRETSUI_DEMO_ENDPOINT"]))  # noqa: S606


if __name__ == "__main__":
    main()
