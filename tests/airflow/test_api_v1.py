"""The adapter for Airflow 2 against recorded answers, and against servers that are none."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from secretsui.airflow.api_v1 import ApiV1, SignIn
from secretsui.airflow.errors import (
    ApiError,
    BadCredentials,
    BrokenOff,
    ConfigHidden,
    Failed,
    Forbidden,
    ForeignAnswer,
    NoCredential,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests.airflow.answering import Call, Reply, Server, answering
from tests.airflow.samples import answer as recorded

FORM = b'<input id="csrf_token" name="csrf_token" type="hidden" value="a&amp;b">'


class Airflow:
    """Answers by method and path, with or without the query; whatever else is asked is not there."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Callable[[Call], Reply]] = {}
        self.server: Server

    def __call__(self, call: Call) -> Reply:
        asked = f"{call.method} {call.path}"
        query = f"?{urlencode(call.params)}" if call.params else ""
        known = self.replies.get(f"{asked}{query}") or self.replies.get(asked) or Reply(404, b"<h1>?</h1>", "text/html")
        return known(call) if callable(known) else known

    def says(
        self, path: str, body: object, status: int = 200, *, method: str = "GET", media: str = "", **more: str
    ) -> None:
        kind = media or ("text/html" if isinstance(body, bytes) else "application/json")
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        self.replies[f"{method} {path}"] = Reply(status, body, kind, headers)

    def says_as_recorded(self, path: str, name: str) -> None:
        found = recorded(f"airflow2/{name}.json")
        self.says(f"/api/v1{path}", found["body"], found["status"], media=found["content_type"])

    @property
    def seen(self) -> list[Call]:
        return self.server.calls


@pytest.fixture
def airflow() -> Iterator[Airflow]:
    found = Airflow()
    with answering(found) as found.server:
        yield found


def api(airflow: Airflow, credential: str = "me:canary-31", sign_in: SignIn = "password") -> ApiV1:
    return ApiV1(airflow.server.url, lambda: Sensitive(credential), sign_in, timeout=10)


def failure(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        list(call())
    assert "canary" not in f"{caught.value!r} {vars(caught.value)}"
    return caught.value


def listed(ids: list[str], total: int) -> Mapping[str, Any]:
    return {"variables": [{"key": key, "value": "v"} for key in ids], "total_entries": total}


def test_recorded_lists_hide_what_they_do_not_tell(airflow: Airflow) -> None:
    pages = recorded("airflow2/connections_page_1.json")["body"], recorded("airflow2/connections_page_2.json")["body"]
    airflow.says("/api/v1/connections", {**pages[0], "connections": pages[0]["connections"] + pages[1]["connections"]})
    found = {row.conn_id: row.connection for page in api(airflow).connections() for row in page}
    assert list(found) == ["aws_default", "bare", "warehouse", "with.dots-and_more"]
    assert (found["warehouse"].host, found["warehouse"].port) == ("db.example.com", 5432)
    assert found["warehouse"].login == Sensitive("reporter")
    assert all(isinstance(conn.password, Hidden) and isinstance(conn.extra, Hidden) for conn in found.values())


def test_a_recorded_connection_shows_the_keys_of_its_extra_that_are_not_masked(airflow: Airflow) -> None:
    airflow.says_as_recorded("/connections/warehouse", "connection")
    airflow.says_as_recorded("/connections/bare", "connection_without_secrets")
    airflow.says_as_recorded("/connections/none", "error_connection_not_found")
    warehouse, bare = api(airflow).connection("warehouse"), api(airflow).connection("bare")
    assert warehouse is not None
    assert bare is not None
    assert isinstance(warehouse.connection.extra, MaskedObject)
    assert warehouse.connection.extra.members["sslmode"] == "require"
    assert isinstance(warehouse.connection.extra.members["nested"], Hidden)
    assert bare.connection.extra is None
    assert isinstance(bare.connection.password, Hidden)
    assert api(airflow).connection("none") is None


def test_recorded_variables_are_in_clear(airflow: Airflow) -> None:
    airflow.says_as_recorded("/variables", "variables")
    found = {row.key: row.value for page in api(airflow).variables() for row in page}
    assert found["db_password"] == Sensitive("hunter2")
    assert found["empty"] == Sensitive("")


def test_a_variable_without_a_value_is_hidden(airflow: Airflow) -> None:
    airflow.says("/api/v1/variables", {"variables": [{"key": "k", "value": None}], "total_entries": 1})
    assert isinstance(next(api(airflow).variables())[0].value, Hidden)


def test_recorded_version_and_providers_are_read(airflow: Airflow) -> None:
    airflow.says_as_recorded("/version", "version")
    airflow.says_as_recorded("/providers", "providers")
    assert api(airflow).version() == "2.11.2"
    assert api(airflow).providers()["apache-airflow-providers-amazon"] == "8.29.0"
    assert "Authorization" not in airflow.seen[0].headers


def test_the_backend_is_read_with_its_kwargs_where_they_are_shown(airflow: Airflow) -> None:
    airflow.says_as_recorded("/config", "config_section")
    airflow.says("/api/v1/config/section/core/option/test_connection", {"sections": []})
    config = api(airflow).config()
    assert config.backend.endswith(".SecretsManagerBackend")
    assert config.kwargs == {"connections_prefix": "airflow/connections", "region_name": "eu-central-1"}
    airflow.says_as_recorded("/config", "nonsensitive_config_section")
    assert isinstance(api(airflow).config().kwargs, Hidden)


def test_a_section_that_is_only_set_by_variables_is_taken_from_the_whole(airflow: Airflow) -> None:
    sections = [{"name": "core", "options": []}, {"name": "secrets", "options": [{"key": "backend", "value": "a.B"}]}]
    airflow.says("/api/v1/config", {"sections": sections})
    airflow.says("/api/v1/config?section=secrets", {"title": "section not found."}, 404)
    airflow.says("/api/v1/config/section/core/option/test_connection", {"title": "Config not found."}, 404)
    config = api(airflow).config()
    assert (config.backend, config.kwargs, config.test_connection) == ("a.B", {}, "")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error_no_credentials", Forbidden),
        ("error_bad_credentials", Forbidden),
        ("error_forbidden", Forbidden),
        ("hidden_config", ConfigHidden),
        ("error_bad_order", Failed),
        ("error_no_such_endpoint", Unsupported),
    ],
)
def test_each_recorded_refusal_has_its_kind(airflow: Airflow, name: str, kind: type[ApiError]) -> None:
    airflow.says_as_recorded("/variables", name)
    found = failure(api(airflow).variables)
    assert type(found) is kind
    assert ("does not say whether" in found.sentence) is (kind is Forbidden)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"<h1>canary</h1>", BadCredentials),
        (401, {"detail": "canary", "title": "Unauthorized"}, BadCredentials),
        (403, b"<h1>canary</h1>", ForeignAnswer),
        (404, b"<h1>canary</h1>", ForeignAnswer),
        (404, {"message": "canary"}, ForeignAnswer),
        (404, {"detail": "Not Found"}, Unsupported),
        (404, {"detail": "The Variable with key: `canary` was not found"}, NotFound),
        (404, {"detail": "canary", "title": "Variable not found"}, NotFound),
        (200, b"<h1>canary</h1>", ForeignAnswer),
        (200, {"canary": 1}, ForeignAnswer),
        (200, {"variables": [{"key": 1}], "total_entries": 1}, ForeignAnswer),
        (200, {"variables": [1], "total_entries": 1}, ForeignAnswer),
        (200, {"variables": [], "total_entries": "1"}, ForeignAnswer),
        (500, {"detail": "canary", "title": "Server error"}, Failed),
        (503, b"canary", Unreachable),
        (429, b"canary", Slow),
    ],
)
def test_what_no_airflow_says_is_not_taken_for_its_word(
    airflow: Airflow, status: int, body: object, kind: type[ApiError]
) -> None:
    airflow.says("/api/v1/variables", body, status)
    assert type(failure(api(airflow).variables)) is kind


def test_a_list_is_read_to_its_end_however_short_its_pages(airflow: Airflow) -> None:
    keys = [f"k{number}" for number in range(7)]

    def page(call: Call) -> Reply:
        offset = int(call.params["offset"])
        return Reply(body=listed(keys[offset : offset + 3], len(keys)))

    airflow.replies["GET /api/v1/variables"] = page
    assert [row.key for rows in api(airflow).variables() for row in rows] == keys
    assert {call.params["order_by"] for call in airflow.seen} == {"id"}


def test_a_list_that_never_comes_to_its_end_breaks_off(airflow: Airflow) -> None:
    airflow.says("/api/v1/variables", listed(["a"], 2))
    assert isinstance(failure(api(airflow).variables), BrokenOff)


@pytest.mark.parametrize(
    ("credential", "sign_in", "header", "value"),
    [
        ("me:pass:word", "password", "Authorization", f"Basic {base64.b64encode(b'me:pass:word').decode()}"),
        ('{"username": "me", "password": "ü"}', "password", "Authorization", "Basic bWU6w7w="),
        ("t0ken", "token", "Authorization", "Bearer t0ken"),
        ("Bearer t0ken", "token", "Authorization", "Bearer t0ken"),
        ("c00kie.x", "session", "Cookie", "session=c00kie.x"),
        ("session=c00kie.x", "session", "Cookie", "session=c00kie.x"),
    ],
)
def test_each_way_to_sign_in_sends_its_header(
    airflow: Airflow, credential: str, sign_in: SignIn, header: str, value: str
) -> None:
    airflow.says("/api/v1/variables", listed([], 0))
    assert list(api(airflow, credential, sign_in).variables()) == []
    assert airflow.seen[0].headers[header] == value


@pytest.mark.parametrize(
    ("credential", "sign_in"), [("canary", "password"), ("canary\nX: y", "token"), ("cänary", "token")]
)
def test_what_cannot_be_a_credential_is_not_sent(airflow: Airflow, credential: str, sign_in: SignIn) -> None:
    assert isinstance(failure(api(airflow, credential, sign_in).variables), NoCredential)
    assert not airflow.seen


def test_a_session_begins_at_the_sign_in_page_and_is_kept(airflow: Airflow) -> None:
    def page(call: Call) -> Reply:
        is_in = "session=in" in call.headers.get("Cookie", "")
        return Reply(302, headers={"Location": "/home"}) if is_in else Reply(200, FORM, "text/html")

    airflow.replies["GET /login/"] = page
    airflow.says("/login/", b"", 302, method="POST", Location="/", Set_Cookie="session=in; Path=/")
    airflow.says("/api/v1/variables", listed([], 0))
    asked = api(airflow, "me:canary-31", "session")
    assert list(asked.variables()) == []
    assert list(asked.variables()) == []
    assert [f"{call.method} {call.path}" for call in airflow.seen[:3]] == ["GET /login/", "POST /login/", "GET /login/"]
    assert airflow.seen[1].body == b"username=me&password=canary-31&csrf_token=a%26b"
    assert airflow.seen[-1].headers["Cookie"] == "session=in"
    assert asked.calls == len(airflow.seen) == 5


def test_a_wrong_password_is_told_where_a_session_shall_begin(airflow: Airflow) -> None:
    airflow.says("/login/", FORM)
    airflow.says("/login/", b"", 302, method="POST", Location="/login/")
    assert isinstance(failure(api(airflow, "me:canary-31", "session").variables), BadCredentials)


def test_a_sign_in_page_without_a_form_is_told(airflow: Airflow) -> None:
    airflow.says("/login/", b"<a href='/oauth'>Continue</a>")
    found = failure(api(airflow, "me:canary-31", "session").variables)
    assert isinstance(found, NoCredential)
    assert "does not ask for a user and a password" in found.sentence


def test_slashes_go_quoted_into_the_path_of_a_variable_and_in_none_of_a_connection(airflow: Airflow) -> None:
    airflow.says("/api/v1/variables/a%2Fb", b"", 204, method="DELETE")
    airflow.says("/api/v1/connections", {"connections": [{"connection_id": "a/b"}], "total_entries": 1})
    asked = api(airflow)
    asked.delete_variable("a/b")
    found = asked.connection("a/b")
    assert found is not None
    for conn_id in ("a/b", "..", "."):
        with pytest.raises(Unsupported):
            asked.delete_connection(conn_id)


def test_a_test_sends_only_what_is_set(airflow: Airflow) -> None:
    airflow.says("/api/v1/connections/test", {"status": True, "message": "fine"}, method="POST")
    outcome = api(airflow).test_connection("t", Connection(conn_type="http", extra=Sensitive("{}"), port=80))
    assert (outcome.ok, outcome.message) == (True, "fine")
    body = airflow.seen[0].body
    assert body.pop("connection_id") not in ("", "t")  # else Airflow would fill in what is left out
    assert body == {"conn_type": "http", "extra": "{}", "port": 80}


def test_nothing_masked_is_sent(airflow: Airflow) -> None:
    conn = Connection(conn_type="http", password=Hidden())
    assert isinstance(failure(lambda: [api(airflow).test_connection("t", conn)]), Unsupported)
    assert not airflow.seen


def test_tests_that_are_off_are_no_missing_right(airflow: Airflow) -> None:
    airflow.says("/api/v1/connections/test", b"Testing connections is disabled", 403, method="POST")
    assert isinstance(failure(lambda: [api(airflow).test_connection("t", Connection())]), Unsupported)
    airflow.says("/api/v1/connections/test", {"detail": None, "title": "Forbidden"}, 403, method="POST")
    assert isinstance(failure(lambda: [api(airflow).test_connection("t", Connection())]), Forbidden)


def test_airflow_2_has_no_forms_to_tell(airflow: Airflow) -> None:
    assert isinstance(failure(api(airflow).hook_meta), Unsupported)
