"""The settings of the set-up, as the real Airflow reads them: as environment and as airflow.cfg, backends constructed.

One process for each Airflow takes every case. A case with a secret has its kwargs in a file that a command prints.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dotenv
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from secretsui.core.setup.answers import Answers, StoreName
from secretsui.core.setup.kwargs import VAULT_LOGINS
from secretsui.core.setup.settings import FOLDER, settings_of
from secretsui.core.setup.snippets import snippets
from tests.airflow_live.conftest import answers_of
from tests.airflow_live.environments import LAB, Generation, NoAirflow, airflow_python
from tests.core.setup.answered import AZURE_LOGINS, ON_GOOGLE, PATTERNS, answers, on_azure, on_vault
from tests.needs import need

pytestmark = pytest.mark.airflow_live

AIRFLOW: dict[Generation, str] = {2: "2.11.2", 3: "3.3.2"}


def cases(airflow: str) -> Iterator[Answers]:
    stores: Sequence[StoreName] = ("secrets-manager", "shared-account", "parameter-store", "vault")
    for store in stores:
        yield answers("plain", store, airflow=airflow)
    for pattern in PATTERNS:
        yield answers("plain", pattern=pattern, airflow=airflow)
    for auth in VAULT_LOGINS:
        yield answers("plain", "vault", airflow=airflow, place=on_vault(auth))
    yield answers("plain", "vault", airflow=airflow, place=on_vault(kv=1, mount="", auth="userpass"))
    if airflow.startswith("3"):
        for store in stores[:3]:
            yield answers("plain", store, airflow=airflow, workers="own")
        yield answers("plain", "vault", airflow=airflow, workers="only")


def ask(python: Path, given: Sequence[Answers], folder: Path) -> list[dict[str, Any]]:
    questions = [question for number, each in enumerate(given) for question in asked(each, folder / str(number))]
    lines = "".join(json.dumps(each) + "\n" for each in questions)
    started, *told = answers_of([str(python), str(LAB / "setup_oracle.py")], lines)
    assert started[0] == given[0].class_path  # by the airflow.cfg of its home
    return told


def asked(given: Answers, folder: Path) -> Sequence[dict[str, Any]]:
    """The same settings in two forms; the folder stands for the one that secrets are mounted in."""
    texts = {each.id: each.text for each in snippets(given)}
    folder.mkdir()
    for each in settings_of(given):
        if each.is_secret:
            (folder / each.file).write_text(texts[f"secret-file-{each.section}"])
    environ = dotenv.dotenv_values(stream=io.StringIO(texts["environment"].replace(FOLDER, str(folder))))
    return [{"env": environ}, {"cfg": texts["cfg"].replace(FOLDER, str(folder))}]


def expected(given: Answers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in settings_of(given):
        is_kwargs = each.value.startswith("{")
        kept = found.setdefault(each.section, {})
        kept["kwargs" if is_kwargs else "class"] = json.loads(each.value) if is_kwargs else each.value
    return found


def compare(python: Path, given: Sequence[Answers], home: Path) -> None:
    (home / "airflow.cfg").write_text({each.id: each.text for each in snippets(given[0])}["cfg"])
    told = ask(python, given, home)
    for number, each in enumerate(given):
        for form, answer in zip(("env", "cfg"), told[2 * number : 2 * number + 2], strict=True):
            assert answer == expected(each), f"{form} of {each.platform} {each.store} {each.place}"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    for name in ("VAULT_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def python_of(generation: Generation, overlay: str = "") -> Path:
    try:
        return airflow_python(generation, overlay)
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
        raise


@pytest.mark.parametrize("generation", [2, 3])
def test_airflow_constructs_the_backend_that_was_set_up(generation: Generation, home: Path) -> None:
    compare(python_of(generation), [*cases(AIRFLOW[generation])], home)


def test_so_do_the_backends_of_google_and_azure(home: Path) -> None:
    """Google's reads its key when it is constructed."""
    key = home / "key.json"
    key.write_text(json.dumps(service_account()))
    google = answers("plain", "google", place=replace(ON_GOOGLE, key_path=str(key)))
    given = [*(answers("plain", "azure", place=on_azure(auth)) for auth in AZURE_LOGINS), google]
    compare(python_of(3, "clouds"), given, home)


def service_account() -> dict[str, str]:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "project_id": "data-prod",
        "client_email": "airflow@data-prod.iam.gserviceaccount.com",
        "private_key": pem,
        "token_uri": "https://oauth2.example/token",
    }
