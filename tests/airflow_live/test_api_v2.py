"""The adapter for Airflow 3 against the real one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from secretsui.airflow.api_v2 import ApiV2
from secretsui.airflow.errors import (
    ApiError,
    BadCredentials,
    BrokenOff,
    ConfigHidden,
    Expired,
    Failed,
    Forbidden,
    ForeignAnswer,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.airflow.http import Http
from secretsui.airflow.tokens import SignIn, Tokens
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests.airflow_live.between import between
from tests.airflow_live.servers import JWT_SECRET, Server, serving

pytestmark = pytest.mark.airflow_live

MANY = 350
BACKEND = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
BACKENDS = {
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__SECRETS__BACKEND": BACKEND,
    "AIRFLOW__SECRETS__BACKEND_KWARG__VARIABLES_FILE_PATH": "/dev/null",
    "AIRFLOW__WORKERS__SECRETS_BACKEND": BACKEND,
    "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": '{"connections_file_path": "/dev/null"}',
}
# Everything that a path, a pattern or a client may take for something else.
ODD = ("team/db", "..", ".", "a%b", "a|b", "~", "a b?#c", "a\\b", "ü", "../x")


@pytest.fixture(scope="module")
def filled(airflow3: Server) -> Server:
    rows = [
        {"conn_id": f"many_{n:03}", "conn_type": "http", "login": "l", "password": f"secret {n}"} for n in range(MANY)
    ]
    airflow3.insert("connection", [{"is_extra_encrypted": 0, **row} for row in rows])
    airflow3.insert("variable", [{"key": f"many_{n:03}", "val": f"value {n}"} for n in range(MANY)])
    return airflow3


@pytest.fixture(scope="module")
def shown() -> Iterator[Server]:
    with serving(3, AIRFLOW__API__EXPOSE_CONFIG="True", **BACKENDS) as server:
        yield server


def api(
    server: Server | str, credential: str = "admin:admin", sign_in: SignIn = "password", timeout: float = 30.0
) -> ApiV2:
    return ApiV2(server if isinstance(server, str) else server.url, lambda: Sensitive(credential), sign_in, timeout)


def token(server: Server) -> str:
    return Tokens(Http(server.url), lambda: Sensitive("admin:admin"), "password").current().reveal()


def expired(server: Server) -> str:
    """A true one whose time was over yesterday."""
    head, claims, _ = token(server).split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    yesterday = int(time.time()) - 86_400
    told |= {"exp": yesterday, "iat": yesterday - 60, "nbf": yesterday - 60}
    signed = f"{head}.{unpadded(json.dumps(told).encode())}"
    return f"{signed}.{unpadded(hmac.digest(JWT_SECRET.encode(), signed.encode(), hashlib.sha512))}"


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def failure(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        list(call() or ())
    assert caught.value.__context__ is None
    return caught.value


def test_every_page_is_read(filled: Server) -> None:
    asked = api(filled)
    connections = {row.conn_id: row.connection for page in asked.connections() for row in page}
    assert {f"many_{n:03}" for n in range(MANY)} < set(connections)
    assert asked.calls == 1 + 4
    variables = {row.key: row.value for page in asked.variables() for row in page}
    assert {f"many_{n:03}": Sensitive(f"value {n}") for n in range(MANY)}.items() <= variables.items()
    assert {type(connections[f"many_{n:03}"].password) for n in range(MANY)} == {Hidden}


def test_masks_are_a_type_and_the_rest_is_told(filled: Server) -> None:
    row = api(filled).connection("warehouse")
    assert row is not None
    assert (row.connection.conn_type, row.connection.host, row.connection.port) == ("postgres", "db.example.com", 5432)
    assert row.connection.login == Sensitive("reporter")
    assert type(row.connection.password) is Hidden
    assert isinstance(row.connection.extra, MaskedObject)
    assert row.connection.extra.members["sslmode"] == "require"
    variables = {each.key: each for page in api(filled).variables() for each in page}
    assert type(variables["db_password"].value) is type(variables["settings"].value) is Hidden
    assert variables["empty"].value == Sensitive("")
    assert variables["plain"].description == "A harmless value"


def test_version_providers_and_forms_are_told(filled: Server) -> None:
    assert api(filled).version() == "3.3.2"
    assert api(filled).providers()["apache-airflow-providers-amazon"] == "9.39.0"
    assert {"aws", "http"} <= {form["connection_type"] for form in api(filled).hook_meta()}


def test_each_fault_of_the_credentials_is_told_apart(filled: Server) -> None:
    assert isinstance(failure(api(filled, "viewer:viewer").connections), Forbidden)
    assert isinstance(failure(api(filled, "viewer:viewer").variables), Forbidden)
    assert isinstance(failure(api(filled, "admin:wrong").connections), BadCredentials)
    assert isinstance(failure(api(filled, "stranger:stranger").variables), BadCredentials)
    assert isinstance(failure(api(filled, "no.true.token", "token").variables), BadCredentials)
    assert isinstance(failure(api(filled, expired(filled), "token").variables), Expired)
    assert sum(len(page) for page in api(filled, token(filled), "token").variables()) > MANY


def test_an_expired_token_is_renewed_where_there_is_a_password(filled: Server) -> None:
    asked = api(filled)
    asked._tokens._token = Sensitive(expired(filled))
    assert sum(len(page) for page in asked.variables()) > MANY
    asked._tokens._token = Sensitive("signed.with.another-key")
    assert sum(len(page) for page in asked.variables()) > MANY


def test_a_hidden_configuration_is_not_a_missing_right(filled: Server) -> None:
    assert isinstance(failure(api(filled).config), ConfigHidden)


def test_an_exposed_configuration_names_both_backends_and_hides_their_kwargs(shown: Server) -> None:
    config = api(shown, "viewer:viewer").config()
    assert (config.backend, config.worker_backend) == (BACKEND, BACKEND)
    assert isinstance(config.kwargs, Hidden)
    assert isinstance(config.worker_kwargs, Hidden)
    assert (config.multi_team, config.test_connection) == (False, "Enabled")


def test_a_non_sensitive_configuration_tells_as_much() -> None:
    settings = {"BACKEND": BACKEND, "BACKEND_KWARGS": '{"variables_file_path": "/dev/null"}'}
    server_settings = {f"AIRFLOW__SECRETS__{name}": value for name, value in settings.items()}
    with serving(3, AIRFLOW__API__EXPOSE_CONFIG="non-sensitive-only", **server_settings) as server:
        config = api(server).config()
        server.kill()
        assert isinstance(failure(api(server).config), Unreachable)
    assert (config.backend, config.worker_backend, config.worker_kwargs) == (BACKEND, "", {})
    assert isinstance(config.kwargs, Hidden)


def test_connections_with_any_id_are_found_and_deleted_once(filled: Server) -> None:
    filled.insert("connection", [{"conn_id": each, "conn_type": "ftp", "is_extra_encrypted": 0} for each in ODD])
    asked = api(filled)
    for conn_id in (*ODD, "many_000"):
        found = asked.connection(conn_id)
        assert found is not None
        assert found.conn_id == conn_id
        asked.delete_connection(conn_id)
        assert asked.connection(conn_id) is None
        with pytest.raises(NotFound):
            asked.delete_connection(conn_id)
    filled.insert(
        "connection", [{"conn_id": "many_000", "conn_type": "http", "is_extra_encrypted": 0, "password": "p"}]
    )
    assert sum(len(page) for page in asked.connections()) >= MANY


def test_variables_with_any_key_are_deleted_once(filled: Server) -> None:
    filled.insert("variable", [{"key": each, "val": "x"} for each in (*ODD, "gone")])
    asked = api(filled)
    for key in (*ODD, "gone"):
        asked.delete_variable(key)
        with pytest.raises(NotFound):
            asked.delete_variable(key)
    with pytest.raises(Forbidden):
        api(filled, "viewer:viewer").delete_variable("plain")


def test_a_connection_is_tested_where_that_is_allowed(filled: Server, shown: Server) -> None:
    conn = Connection("http", "http://127.0.0.1:9", password=Sensitive("canary-41"), extra=Sensitive("{}"))
    outcome = api(shown).test_connection("team/tried", conn)
    assert not outcome.ok
    assert outcome.message
    with pytest.raises(Failed, match="the field extra"):
        api(shown).test_connection("tried", Connection("http", extra=Sensitive("no object")))
    with pytest.raises(Unsupported, match="tests are off"):
        api(filled).test_connection("tried", conn)
    with pytest.raises(Forbidden):
        api(shown, "viewer:viewer").test_connection("tried", conn)


def test_a_test_takes_nothing_from_the_stored_connection_of_that_id(shown: Server) -> None:
    """With the host that is stored for the id, the outcome would be about that one."""
    outcome = api(shown).test_connection("bare", Connection("http", host=None))
    assert "api.example.com" not in outcome.message


def test_a_server_that_dies_between_two_pages_breaks_off(filled: Server) -> None:
    with between(filled.url, answers=2) as url:
        pages = api(url, token(filled), "token").connections()
        assert next(pages)
        assert next(pages)
        assert isinstance(failure(lambda: pages), BrokenOff)


def test_a_slow_server_and_none_at_all_are_two_things(filled: Server) -> None:
    known = token(filled)
    with between(filled.url, answers=0, hangs=True) as url:
        assert isinstance(failure(api(url, known, "token", timeout=0.2).connections), Slow)
    assert isinstance(failure(api(url, known, "token").connections), Unreachable)


def test_another_page_of_airflow_is_no_answer_of_its_api(filled: Server) -> None:
    assert isinstance(failure(api(f"{filled.url}/elsewhere").version), ForeignAnswer)


def test_rows_that_change_while_they_are_read_are_read_again(filled: Server) -> None:
    pages = api(filled).variables()
    first = next(pages)
    filled.write("DELETE FROM variable WHERE key = 'many_001'")
    filled.insert("variable", [{"key": "new", "val": "x"}])
    found = [*first, *(row for page in pages for row in page)]
    keys = [row.key for row in found]
    assert len(keys) == len(set(keys))
    assert {f"many_{n:03}" for n in range(MANY)} | {"new"} <= set(keys)
    filled.write("DELETE FROM variable WHERE key = 'new'")
    filled.insert("variable", [{"key": "many_001", "val": "value 1"}])


def test_a_row_that_airflow_cannot_decrypt_fails_the_list_with_a_hint(filled: Server) -> None:
    filled.insert(
        "connection",
        [{"conn_id": "broken", "conn_type": "http", "is_encrypted": 1, "is_extra_encrypted": 0, "password": "x"}],
    )
    error = failure(api(filled).connections)
    filled.write("DELETE FROM connection WHERE conn_id = 'broken'")
    assert isinstance(error, Failed)
    assert "decrypt" in error.remedy
