"""The adapter for Airflow 2 against the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from secretsui.airflow.api_v1 import ApiV1, SignIn
from secretsui.airflow.errors import (
    ApiError,
    BadCredentials,
    BrokenOff,
    ConfigHidden,
    Forbidden,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests.airflow_live.between import between
from tests.airflow_live.servers import Server, airflow2, serving  # noqa: F401 - a fixture

pytestmark = pytest.mark.airflow_live

MANY = 350
SHOWN = {
    "AIRFLOW__WEBSERVER__EXPOSE_CONFIG": "True",
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
    "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"variables_file_path": "/dev/null"}',
}


@pytest.fixture(scope="module")
def filled(airflow2: Server) -> Server:  # noqa: F811
    rows = [{"conn_id": f"many_{number:03}", "conn_type": "http", "login": "someone"} for number in range(MANY)]
    airflow2.insert("connection", rows)
    airflow2.insert("variable", [{"key": f"many_{number:03}", "val": f"value {number}"} for number in range(MANY)])
    return airflow2


@pytest.fixture(scope="module")
def shown() -> Iterator[Server]:
    with serving(2, **SHOWN) as server:
        yield server


def api(server: Server | str, user: str = "admin:admin", sign_in: SignIn = "password", timeout: float = 30.0) -> ApiV1:
    url = server if isinstance(server, str) else server.url
    return ApiV1(url, lambda: Sensitive(user), sign_in, timeout)


def failure(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        list(call())
    return caught.value


def test_every_page_is_read_and_what_lists_leave_out_is_hidden(filled: Server) -> None:
    asked = api(filled)
    rows = {row.conn_id: row.connection for page in asked.connections() for row in page}
    assert {f"many_{number:03}" for number in range(MANY)} < set(rows)
    assert asked.calls == 4
    warehouse = rows["warehouse"]
    assert (warehouse.conn_type, warehouse.host, warehouse.port) == ("postgres", "db.example.com", 5432)
    assert warehouse.login == Sensitive("reporter")
    assert isinstance(warehouse.password, Hidden)
    assert isinstance(warehouse.extra, Hidden)
    assert rows["bare"].login is None


def test_variables_come_in_clear_whatever_their_name(filled: Server) -> None:
    rows = {row.key: row for page in api(filled).variables() for row in page}
    assert {f"many_{number:03}" for number in range(MANY)} < set(rows)
    assert rows["db_password"].value == Sensitive("hunter2")
    assert rows["empty"].value == Sensitive("")
    assert rows["plain"].description == "A harmless value"


def test_one_connection_shows_its_extra_but_for_masked_keys(filled: Server) -> None:
    found = api(filled).connection("warehouse")
    assert found is not None
    assert isinstance(found.connection.password, Hidden)
    assert isinstance(found.connection.extra, MaskedObject)
    assert found.connection.extra.members["sslmode"] == "require"
    assert isinstance(found.connection.extra.members["api_key"], Hidden)
    assert api(filled).connection("no_such") is None


def test_version_and_providers_are_told(filled: Server) -> None:
    assert api(filled).version() == "2.11.2"
    assert api(filled).providers()["apache-airflow-providers-amazon"] == "8.29.0"


@pytest.mark.parametrize("user", ["viewer:viewer", "stranger:stranger", "admin:wrong"])
def test_a_refusal_says_that_its_reason_cannot_be_told(filled: Server, user: str) -> None:
    refused = failure(api(filled, user).connections)
    assert isinstance(refused, Forbidden)
    assert "does not say whether" in refused.sentence


def test_a_hidden_configuration_is_not_a_missing_right(filled: Server) -> None:
    assert isinstance(failure(api(filled).config), ConfigHidden)


def test_a_shown_configuration_names_the_backend_with_its_kwargs(shown: Server) -> None:
    config = api(shown).config()
    assert config.backend == SHOWN["AIRFLOW__SECRETS__BACKEND"]
    assert config.kwargs == {"variables_file_path": "/dev/null"}
    assert config.test_connection == "Enabled"


def test_without_the_sensitive_part_the_kwargs_are_hidden() -> None:
    with serving(2, **SHOWN | {"AIRFLOW__WEBSERVER__EXPOSE_CONFIG": "non-sensitive-only"}) as server:
        config = api(server).config()
    assert config.backend == SHOWN["AIRFLOW__SECRETS__BACKEND"]
    assert isinstance(config.kwargs, Hidden)


def test_a_session_is_begun_at_the_sign_in_page(filled: Server) -> None:
    asked = api(filled, sign_in="session")
    assert sum(len(page) for page in asked.variables()) > MANY
    assert isinstance(failure(api(filled, "admin:wrong", "session").variables), BadCredentials)
    assert isinstance(failure(api(filled, "no-session", "session").variables), Forbidden)


def test_rows_are_deleted_once(filled: Server) -> None:
    filled.insert("connection", [{"conn_id": "gone: id", "conn_type": "http"}])
    filled.insert("variable", [{"key": "team/gone key", "val": "x"}])
    asked = api(filled)
    asked.delete_connection("gone: id")
    asked.delete_variable("team/gone key")
    assert asked.connection("gone: id") is None
    with pytest.raises(NotFound):
        asked.delete_connection("gone: id")
    with pytest.raises(NotFound):
        asked.delete_variable("team/gone key")


def test_an_id_that_no_address_names_is_found_in_the_list(filled: Server) -> None:
    filled.insert("connection", [{"conn_id": "team/db", "conn_type": "http"}])
    found = api(filled).connection("team/db")
    assert found is not None
    assert found.connection.conn_type == "http"
    with pytest.raises(Unsupported):
        api(filled).delete_connection("team/db")


def test_a_connection_is_tested_where_that_is_allowed(filled: Server, shown: Server) -> None:
    conn = Connection(conn_type="sqlite", host="/nowhere/at/all.db", password=Sensitive("canary-41"))
    outcome = api(shown).test_connection("tried", conn)
    assert not outcome.ok
    assert outcome.message
    with pytest.raises(Unsupported, match="tests are off"):
        api(filled).test_connection("tried", conn)


def test_a_server_that_dies_between_two_pages_breaks_off(filled: Server) -> None:
    with between(filled.url, answers=2) as url:
        asked = api(url).connections()
        assert next(asked)
        assert next(asked)
        broken = failure(lambda: asked)
    assert isinstance(broken, BrokenOff)


def test_a_slow_server_and_none_at_all_are_two_things(filled: Server) -> None:
    with between(filled.url, answers=0, hangs=True) as url:
        assert isinstance(failure(api(url, timeout=0.2).connections), Slow)
    assert isinstance(failure(api(url).connections), Unreachable)
