"""The adapter for MWAA with a real Airflow of each generation behind what MWAA passes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from secretsui.airflow.api_mwaa import ApiMwaa
from secretsui.airflow.errors import NotFound, Unsupported
from secretsui.cloud.sessions import Identity, forget_all
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests import mwaa_server
from tests.airflow_live.servers import Server, airflow2, airflow3  # noqa: F401 - fixtures
from tests.aws import set_environment

pytestmark = pytest.mark.airflow_live

LONG = "x" * 90
VERSIONS = {2: "2.11.2", 3: "3.3.2"}


class Behind:
    """The API of a real Airflow as MWAA calls it, in the name of an administrator."""

    def __init__(self, generation: int, url: str) -> None:
        self._root = f"{url}/api/v{generation - 1}"
        self._auth = httpx.BasicAuth("admin", "admin") if generation == 2 else None
        self._headers = {} if generation == 2 else {"Authorization": f"Bearer {_token(url)}"}

    def __call__(self, method: str, path: str, params: Mapping[str, Any], body: Any) -> tuple[int, Any]:
        answer = httpx.request(
            method, f"{self._root}{path}", params=params, json=body, headers=self._headers, auth=self._auth, timeout=30
        )
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status_code, answer.json() if is_json and answer.content else answer.text


def _token(url: str) -> str:
    answer = httpx.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"})
    return str(answer.json()["access_token"])


@pytest.fixture(params=[2, 3])
def generation(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def server(generation: int, request: pytest.FixtureRequest) -> Iterator[Server]:
    found: Server = request.getfixturevalue(f"airflow{generation}")
    rows = [{"conn_id": conn_id, "conn_type": "http", "is_extra_encrypted": 0} for conn_id in (LONG, "short")]
    found.insert("connection", rows)
    yield found
    found.write(f"DELETE FROM connection WHERE conn_id IN ('{LONG}', 'short')")


@pytest.fixture
def api(generation: int, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiMwaa]:
    environment = {"Name": "analytics", "AirflowVersion": VERSIONS[generation]}
    forget_all()
    with mwaa_server.serving(environment, Behind(generation, server.url)) as mwaa:
        set_environment(monkeypatch, mwaa.url, tmp_path)
        yield ApiMwaa(Identity(mwaa_server.REGION, endpoint_url=mwaa.url), "analytics")
    forget_all()


def test_rows_are_read_with_what_is_not_told_hidden(api: ApiMwaa, generation: int) -> None:
    rows = {row.conn_id: row.connection for page in api.connections() for row in page}
    assert {"warehouse", LONG, "short"} <= set(rows)
    assert rows["warehouse"].host == "db.example.com"
    assert isinstance(rows["warehouse"].password, Hidden)
    assert isinstance(rows["warehouse"].extra, MaskedObject if generation == 3 else Hidden)
    values = {row.key: row.value for page in api.variables() for row in page}
    assert values["plain"] == Sensitive("hello")
    assert isinstance(values["db_password"], Sensitive if generation == 2 else Hidden)


def test_one_connection_is_read_however_long_its_id(api: ApiMwaa) -> None:
    for conn_id in (LONG, "short"):
        found = api.connection(conn_id)
        assert found is not None
        assert found.connection.conn_type == "http"
    assert api.connection("none") is None
    assert "apache-airflow-providers-amazon" in api.providers()


def test_rows_are_deleted_and_long_ids_by_airflow_3_alone(api: ApiMwaa, generation: int) -> None:
    api.delete_connection("short")
    with pytest.raises(NotFound):
        api.delete_connection("short")
    if generation == 2:
        with pytest.raises(Unsupported):
            api.delete_connection(LONG)
        return
    api.delete_connection(LONG)
    with pytest.raises(NotFound):
        api.delete_connection(LONG)


def test_tests_that_are_off_are_told(api: ApiMwaa) -> None:
    with pytest.raises(Unsupported, match="tests are off"):
        api.test_connection("t", Connection(conn_type="http", host="h"))
