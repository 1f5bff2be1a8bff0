"""Airflow 3 as recorded from real servers of 3.0, 3.1 and 3.3, and as it may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    NoCredential,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.airflow.tokens import SignIn
from secretsui.core import prints
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests.airflow.answering import Answer, Call, Cut, Reply, Silent, answering, listed
from tests.airflow.samples import answer

CANARY = "canary-8813"
MINORS = ("3.0", "3.1", "3.3")


def recorded(minor: str, name: str) -> Reply:
    sample = answer(f"airflow{minor}/{name}.json")
    body = sample["body"]
    return Reply(sample["status"], body if isinstance(body, dict) else str(body).encode(), sample["content_type"])


@dataclass
class Airflow:
    """What one answers, by method and path; its tokens are `token 1`, `token 2` … of which the last one counts."""

    answers: dict[str, Answer | Callable[[Call], Answer]] = field(default_factory=dict)
    password: str = CANARY
    tokens: int = 0

    def __call__(self, call: Call) -> Answer:
        if call.path == "/auth/token":
            return self._found(call, self._token)
        if call.path != "/api/v2/version" and call.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return recorded("3.3", "error_bad_credentials")
        return self._found(call, recorded("3.3", "error_no_such_endpoint"))

    def _found(self, call: Call, usual: Answer | Callable[[Call], Answer]) -> Answer:
        found = self.answers.get(f"{call.method} {call.path}", usual)
        return found(call) if callable(found) and not isinstance(found, type) else found

    def _token(self, call: Call) -> Answer:
        if call.body != {"username": "admin", "password": self.password}:
            return recorded("3.3", "error_token")
        self.tokens += 1
        return Reply(201, {"access_token": f"token-{self.tokens}"})


@contextmanager
def asking(
    airflow: Callable[[Call], Answer], credential: str = f"admin:{CANARY}", sign_in: SignIn = "password"
) -> Iterator[ApiV2]:
    with answering(airflow) as server:
        yield ApiV2(server.url, lambda: Sensitive(credential), sign_in, 5)


def failure(call: Callable[[], Any]) -> ApiError:
    """None of them carries what was sent or answered."""
    with pytest.raises(ApiError) as caught:
        for _ in call() or ():
            pass
    error = caught.value
    assert error.__context__ is None
    assert CANARY not in f"{error} {error.remedy} {error.code}"
    assert "token-" not in f"{error} {error.remedy} {error.code}"
    return error


def rows(minor: str) -> Airflow:
    """The lists of this version; 3.3's is recorded in two pages."""
    names = ["connections"] if minor != "3.3" else ["connections_page_1", "connections_page_2"]
    connections = [row for name in names for row in answer(f"airflow{minor}/{name}.json")["body"]["connections"]]
    return Airflow(
        {
            "GET /api/v2/connections": lambda call: listed("connections", connections, call.params, 2),
            "GET /api/v2/variables": recorded(minor, "variables"),
            "GET /api/v2/version": recorded(minor, "version"),
            "GET /api/v2/providers": recorded(minor, "providers"),
            "GET /api/v2/config": recorded(minor, "config"),
        }
    )


@pytest.mark.parametrize("minor", MINORS)
def test_connections_of_each_version_are_read_with_masks_as_a_type(minor: str) -> None:
    with asking(rows(minor)) as api:
        found = {row.conn_id: row.connection for page in api.connections() for row in page}
    warehouse = found["warehouse"]
    assert (warehouse.conn_type, warehouse.host, warehouse.schema) == ("postgres", "db.example.com", "main")
    assert (warehouse.port, warehouse.description) == (5432, "Reporting warehouse")
    assert warehouse.login == Sensitive("reporter")
    assert type(warehouse.password) is Hidden
    assert isinstance(warehouse.extra, MaskedObject)
    assert warehouse.extra.members["sslmode"] == "require"
    assert {key for key, value in warehouse.extra.members.items() if isinstance(value, Hidden)} == {"api_key", "nested"}
    assert found["aws_default"].extra == Sensitive('{"region_name": "eu-central-1"}')
    assert found["aws_default"].password is None
    assert found["with.dots-and_more"].login == Sensitive("")


@pytest.mark.parametrize("minor", MINORS)
def test_variables_of_each_version_are_read_with_masks_as_a_type(minor: str) -> None:
    with asking(rows(minor)) as api:
        found = {row.key: row for page in api.variables() for row in page}
    assert type(found["db_password"].value) is Hidden
    assert type(found["settings"].value) is Hidden
    assert found["empty"].value == Sensitive("")
    assert found["team/path key"].value == Sensitive("slash and space")


@pytest.mark.parametrize(("minor", "version"), [("3.0", "3.0.6"), ("3.1", "3.1.8"), ("3.3", "3.3.2")])
def test_version_and_providers_are_told(minor: str, version: str) -> None:
    with asking(rows(minor)) as api:
        assert api.version() == version
        assert api.calls == 1  # without a token
        assert "apache-airflow-providers-standard" in api.providers()


@pytest.mark.parametrize("minor", MINORS)
def test_a_masked_value_is_never_the_same_and_never_different(minor: str) -> None:
    """Whatever the other side holds, the mask itself and the true value included."""
    with asking(rows(minor)) as api:
        masked = next(row.connection for page in api.connections() for row in page if row.conn_id == "warehouse")
        variable = next(row.value for page in api.variables() for row in page if row.key == "db_password")
    for text in ("***", "hunter2", "", "s3cret/pass"):
        extra = Sensitive(json.dumps({"sslmode": "require", "api_key": text, "nested": text}))
        other = Connection("postgres", "db.example.com", Sensitive("reporter"), Sensitive(text), "main", 5432, extra)
        states = compared(prints.places({"3.3": masked}), prints.places({"3.3": other}))
        unknown = {"password", "extra.api_key", "extra.nested"}
        assert {place for place, state in states.items() if state == "cannot-tell"} == unknown
        assert {state for place, state in states.items() if place not in unknown} <= {"same", "only-left"}
        assert compared(prints.places(variable), prints.places(Sensitive(text))) == {"text": "cannot-tell"}


def compared(left: prints.Places, right: prints.Places) -> Mapping[str, str]:
    sides = [prints.fingerprinted(side, b"key") for side in (left, right)]
    return {diff.field: diff.state for diff in prints.compare(sides[0], "3.3", sides[1], "3.3")}


@pytest.mark.parametrize(
    ("minor", "kwargs"),
    [("3.0", {"connections_file_path": "/tmp/none.json"}), ("3.1", {"connections_file_path": "/tmp/none.json"})],
)
def test_kwargs_are_read_where_an_older_version_shows_them(minor: str, kwargs: object) -> None:
    """An option for one of them is of no effect before 3.3."""
    with asking(rows(minor)) as api:
        config = api.config()
    assert config.backend == "airflow.secrets.local_filesystem.LocalFilesystemBackend"
    assert config.kwargs == kwargs
    assert (config.worker_backend, config.worker_kwargs, config.multi_team) == ("", {}, False)
    assert config.test_connection == "Enabled"


@pytest.mark.parametrize("name", ["config", "nonsensitive_config"])
def test_hidden_kwargs_are_not_told(name: str) -> None:
    airflow = rows("3.3")
    airflow.answers["GET /api/v2/config"] = recorded("3.3", name)
    with asking(airflow) as api:
        config = api.config()
    assert config.backend == "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    assert isinstance(config.kwargs, Hidden)
    assert config.worker_kwargs == {}
    assert config.test_connection == "Disabled"


def sections(**options: Mapping[str, object]) -> Reply:
    return Reply(
        body={
            "sections": [
                {"name": name, "options": [{"key": key, "value": value} for key, value in given.items()]}
                for name, given in options.items()
            ]
        }
    )


def config_of(version: str, **options: Mapping[str, object]) -> Any:
    airflow = Airflow(
        {"GET /api/v2/version": Reply(body={"version": version}), "GET /api/v2/config": sections(**options)}
    )
    with asking(airflow) as api:
        return api.config()


def test_a_worker_backend_and_options_for_single_kwargs_are_read() -> None:
    config = config_of(
        "3.3.2",
        secrets={
            "backend": "a.B",
            "backend_kwargs": '{"x": 1, "y": 2}',
            "backend_kwarg__x": "own",
            "backend_kwarg__": "",
        },
        workers={"secrets_backend": "c.D", "secrets_backend_kwarg__role": "< hidden >"},
        core={"multi_team": "True", "test_connection": "Hidden"},
    )
    assert config.kwargs == {"x": "own", "y": 2}
    assert config.worker_backend == "c.D"
    assert isinstance(config.worker_kwargs, Hidden)
    assert (config.multi_team, config.test_connection) == (True, "Hidden")


def test_without_a_backend_there_are_no_kwargs_even_if_they_are_hidden() -> None:
    config = config_of("3.3.2", secrets={"backend": "", "backend_kwargs": "< hidden >"}, workers={})
    assert (config.backend, config.kwargs, config.worker_kwargs) == ("", {}, {})


def test_other_sections_of_the_configuration_are_dropped() -> None:
    """Some installations have the values of pods in them."""
    config = config_of("3.1.0", kubernetes_environment_variables={"airflow_conn_a": CANARY}, secrets={"backend": ""})
    assert CANARY not in repr(config)


def test_a_hidden_configuration_is_not_a_missing_right() -> None:
    airflow = rows("3.3")
    airflow.answers["GET /api/v2/config"] = recorded("3.3", "hidden_config")
    with asking(airflow) as api:
        assert isinstance(failure(api.config), ConfigHidden)
        airflow.answers["GET /api/v2/config"] = recorded("3.3", "error_forbidden")
        assert isinstance(failure(api.config), Forbidden)


def test_pages_are_read_to_the_end_by_number_and_not_by_the_limit() -> None:
    many = [{"connection_id": f"c{n}", "conn_type": "http"} for n in range(301)]
    airflow = Airflow({"GET /api/v2/connections": lambda call: listed("connections", many, call.params, 100)})
    with answering(airflow) as server:
        api = ApiV2(server.url, lambda: Sensitive(f"admin:{CANARY}"))
        found = [row for page in api.connections() for row in page]
    assert [row.conn_id for row in found] == [f"c{n}" for n in range(301)]
    assert type(found[0].connection.password) is type(found[0].connection.extra) is Hidden  # not told
    assert {call.params["order_by"] for call in server.calls if call.params} == {"id"}
    assert api.calls == 1 + 4


def test_an_expired_token_is_renewed_once() -> None:
    airflow = rows("3.3")
    with asking(airflow) as api:
        assert list(api.variables())
        airflow.tokens += 1  # the one that it has is none any more
        assert list(api.variables())
        assert api.calls == 2 + 3


def test_a_token_that_is_refused_at_once_blames_the_servers() -> None:
    def refuses(call: Call) -> Answer:
        return (
            Reply(201, {"access_token": "token-1"})
            if call.method == "POST"
            else Reply(401, {"detail": "Token Expired"})
        )

    with asking(refuses) as api:
        error = failure(api.variables)
    assert isinstance(error, Expired)
    assert "just given" in error.sentence


def test_a_wrong_password_is_told_as_one() -> None:
    with asking(rows("3.3"), "admin:wrong") as api:
        assert isinstance(failure(api.connections), BadCredentials)


def test_a_bare_token_is_used_and_its_end_told() -> None:
    airflow = rows("3.3")
    with asking(airflow, "token-0", "token") as api:
        assert list(api.variables())
        assert api.calls == 1
        airflow.tokens = 1
        assert isinstance(failure(api.variables), BadCredentials)
    with asking(lambda call: Reply(401, {"detail": "Token Expired"}), "token-0", "token") as api:
        assert isinstance(failure(api.variables), Expired)


def test_a_bare_token_that_was_replaced_is_read_anew() -> None:
    kept = ["token-0", "token-1"]
    airflow = rows("3.3")
    airflow.tokens = 1
    with answering(airflow) as server:
        api = ApiV2(server.url, lambda: Sensitive(kept.pop(0)), "token")
        assert list(api.variables())


@pytest.mark.parametrize("text", [f"{CANARY}\nX-Other: 1", f"{CANARY} x", f"{CANARY}é", f"admin {CANARY}"])
def test_what_can_be_no_token_is_not_sent(text: str) -> None:
    with asking(rows("3.3"), text, "token") as api:
        assert isinstance(failure(api.variables), NoCredential)
        assert api.calls == 0


def test_a_credential_without_a_user_is_not_sent() -> None:
    with asking(rows("3.3"), CANARY) as api:
        assert isinstance(failure(api.variables), NoCredential)
        assert api.calls == 0


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(404, {"detail": "Not Found"}), Unsupported),
        (Reply(422, {"detail": []}), Unsupported),
        (Reply(500, b"Internal Server Error", "text/plain"), Failed),
        (Reply(200, b"<html>", "text/html"), ForeignAnswer),
        (Reply(201, {"token": "x"}), ForeignAnswer),
        (Reply(302, headers={"Location": "https://login.example.com/"}), ForeignAnswer),
        (Reply(403, {"detail": "x"}), BadCredentials),
        (Reply(401, b"<html>", "text/html", {"WWW-Authenticate": "Basic"}), ForeignAnswer),
        (Cut, BrokenOff),
    ],
)
def test_an_address_that_gives_no_token_is_told(reply: Answer, kind: type[ApiError]) -> None:
    with asking(Airflow({"POST /auth/token": reply})) as api:
        assert isinstance(failure(api.variables), kind)


def answered(reply: Answer) -> Airflow:
    return Airflow({"GET /api/v2/variables": reply})


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (recorded("3.3", "error_forbidden"), Forbidden),
        (recorded("3.3", "error_bad_limit"), Failed),
        (recorded("3.3", "error_bad_order"), Failed),
        (recorded("3.3", "error_no_such_endpoint"), Unsupported),
        (Reply(401, b"<html>Who is there</html>", "text/html"), ForeignAnswer),
        (Reply(403, b"<html>Blocked</html>", "text/html"), ForeignAnswer),
        (Reply(404, b"<html>Not here</html>", "text/html"), ForeignAnswer),
        (Reply(200, b"<html>Sign in</html>", "text/html"), ForeignAnswer),
        (Reply(200, [CANARY]), ForeignAnswer),
        (Reply(200, {"variables": []}), ForeignAnswer),
        (Reply(200, {"variables": CANARY, "total_entries": 1}), ForeignAnswer),
        (Reply(200, {"variables": [{"value": CANARY}], "total_entries": 1}), ForeignAnswer),
        (Reply(200, {"variables": [CANARY], "total_entries": 1}), ForeignAnswer),
        (Reply(500, CANARY.encode(), "text/plain; charset=utf-8"), Failed),
        (Reply(500, CANARY.encode(), "text/html"), ForeignAnswer),
        (Reply(502, CANARY.encode(), "text/html"), Unreachable),
        (Reply(200, {"variables": []}, promised=5), BrokenOff),
        (Cut, BrokenOff),
    ],
)
def test_every_way_to_fail_has_its_own_kind(reply: Answer, kind: type[ApiError]) -> None:
    with asking(answered(reply)) as api:
        assert isinstance(failure(api.variables), kind)


def test_a_silent_server_is_slow() -> None:
    with answering(answered(Silent)) as server:
        api = ApiV2(server.url, lambda: Sensitive(f"admin:{CANARY}"), timeout=0.2)
        assert isinstance(failure(api.variables), Slow)


@pytest.mark.parametrize(("after", "kind"), [(Cut, BrokenOff), (recorded("3.3", "error_forbidden"), Forbidden)])
def test_a_list_that_fails_half_way_is_no_list(after: Answer, kind: type[ApiError]) -> None:
    many = [{"key": f"k{n}", "value": CANARY} for n in range(10)]

    def variables(call: Call) -> Answer:
        return listed("variables", many, call.params, 4) if call.params["offset"] == "0" else after

    with asking(Airflow({"GET /api/v2/variables": variables})) as api:
        pages = api.variables()
        assert len(next(pages)) == 4
        assert isinstance(failure(lambda: pages), kind)


def test_one_connection_is_found_or_not() -> None:
    airflow = Airflow(
        {
            "GET /api/v2/connections/warehouse": recorded("3.3", "connection"),
            "GET /api/v2/connections/no_such": recorded("3.3", "error_connection_not_found"),
        }
    )
    with asking(airflow) as api:
        found = api.connection("warehouse")
        assert found is not None
        assert found.conn_id == "warehouse"
        assert api.connection("no_such") is None
        assert isinstance(failure(lambda: api.connection("other")), Unsupported)


@pytest.mark.parametrize("conn_id", ["team/db", "..", "a%2Fb", "a|b", "~", ""])
def test_an_id_that_no_path_can_hold_is_searched_for(conn_id: str) -> None:
    found = [{"connection_id": each, "conn_type": "http"} for each in ("other", conn_id, f"{conn_id}2")]
    airflow = Airflow({"GET /api/v2/connections": lambda call: listed("connections", found, call.params, 2)})
    with answering(airflow) as server:
        row = ApiV2(server.url, lambda: Sensitive(f"admin:{CANARY}")).connection(conn_id)
    assert row is not None
    assert row.conn_id == conn_id
    assert not {"|", "~", "%"} & set(server.calls[-1].params.get("connection_id_pattern", ""))


def test_rows_are_deleted_by_path_or_by_a_bulk_call() -> None:
    gone: list[object] = []

    def bulk(call: Call) -> Answer:
        gone.append(call.body)
        return Reply(body={"delete": {"success": ["x"], "errors": []}})

    airflow = Airflow(
        {
            "DELETE /api/v2/connections/old": Reply(204),
            "DELETE /api/v2/variables/old": Reply(204),
            "PATCH /api/v2/connections": bulk,
            "PATCH /api/v2/variables": bulk,
        }
    )
    with asking(airflow) as api:
        api.delete_connection("old")
        api.delete_variable("old")
        assert gone == []
        api.delete_connection("team/old")
        api.delete_variable("../old")
    action = {"action": "delete", "action_on_non_existence": "fail"}
    assert gone == [{"actions": [{**action, "entities": [name]}]} for name in ("team/old", "../old")]


def test_what_is_gone_already_is_told_in_either_way() -> None:
    missing = {"delete": {"success": [], "errors": [{"error": CANARY, "status_code": 404}]}}
    airflow = Airflow(
        {
            "DELETE /api/v2/variables/old": recorded("3.3", "error_variable_not_found"),
            "PATCH /api/v2/variables": Reply(body=missing),
        }
    )
    with asking(airflow) as api:
        assert isinstance(failure(lambda: api.delete_variable("old")), NotFound)
        assert isinstance(failure(lambda: api.delete_variable("a/b")), NotFound)
        airflow.answers["PATCH /api/v2/variables"] = Reply(body={"delete": None})
        assert isinstance(failure(lambda: api.delete_variable("a/b")), ForeignAnswer)


def test_a_connection_is_tested_as_it_is_and_under_an_id_of_its_own() -> None:
    """Airflow would fill what is left out from the stored connection of the same id."""
    bodies: list[Any] = []

    def run(call: Call) -> Answer:
        bodies.append(call.body)
        return Reply(body={"status": False, "message": "no route"})

    with asking(Airflow({"POST /api/v2/connections/test": run})) as api:
        conn = Connection("http", "h", password=Sensitive(CANARY), schema="s", port=80, extra=Sensitive("{}"))
        outcome = api.test_connection("warehouse", conn)
    assert (outcome.ok, outcome.message) == (False, "no route")
    sent = bodies[0]
    assert sent.pop("connection_id").startswith("secretsui_test_")
    assert sent == {"conn_type": "http", "host": "h", "password": CANARY, "schema": "s", "port": 80, "extra": "{}"}


def test_a_masked_field_is_never_sent() -> None:
    hidden: Any = Hidden()
    with asking(Airflow()) as api:
        error = failure(lambda: api.test_connection("a", Connection("http", password=hidden)))
        assert api.calls == 0
    assert isinstance(error, Unsupported)


@pytest.mark.parametrize("fields", [{"host": 5}, {"conn_type": None}, {"port": CANARY}])
def test_fields_of_another_type_are_not_sent(fields: dict[str, Any]) -> None:
    conn = Connection(**{"conn_type": "http", "password": Sensitive(CANARY), **fields})
    with asking(Airflow()) as api:
        assert isinstance(failure(lambda: api.test_connection("a", conn)), Unsupported)


def test_tests_that_are_off_and_fields_that_do_not_fit_are_told() -> None:
    off = Reply(403, {"detail": "Testing connections is disabled in Airflow configuration. Contact your admin."})
    unfit = Reply(422, {"detail": [{"loc": ["body", "extra"], "msg": "x", "input": CANARY}]})
    airflow = Airflow({"POST /api/v2/connections/test": off})
    with asking(airflow) as api:
        error = failure(lambda: api.test_connection("a", Connection("http")))
        assert isinstance(error, Unsupported)
        assert "test_connection" in error.remedy
        airflow.answers["POST /api/v2/connections/test"] = unfit
        error = failure(lambda: api.test_connection("a", Connection("http", extra=Sensitive(CANARY))))
    assert isinstance(error, Failed)
    assert "the field extra" in error.sentence


def test_the_forms_of_connection_types_are_handed_on() -> None:
    def forms(default: object) -> list[Any]:
        fields = {"token": {"value": default, "schema": {"type": ["string", "null"]}}}
        return [{"connection_type": "http", "extra_fields": fields, "standard_fields": None}]

    with asking(Airflow({"GET /ui/connections/hook_meta": Reply(body=forms("***"))})) as api:
        assert api.hook_meta() == forms(None)
    with asking(Airflow({"GET /ui/connections/hook_meta": Reply(body={})})) as api:
        assert isinstance(failure(api.hook_meta), ForeignAnswer)
    with asking(Airflow()) as api:
        assert isinstance(failure(api.hook_meta), Unsupported)


def test_airflow_below_a_path_is_asked_there() -> None:
    airflow = Airflow({"GET /prod/api/v2/variables": Reply(body={"variables": [], "total_entries": 0})})
    airflow.answers["POST /auth/token"] = Reply(418)

    def below(call: Call) -> Answer:
        return Reply(201, {"access_token": "token-0"}) if call.path == "/prod/auth/token" else airflow(call)

    with answering(below) as server:
        assert list(ApiV2(f"{server.url}/prod/api/v2", lambda: Sensitive("admin:x")).variables()) == []


def test_a_row_that_airflow_cannot_decrypt_is_not_told() -> None:
    reply = Reply(body={"variables": [{"key": "k", "value": None, "team_name": "blue"}], "total_entries": 1})
    with asking(answered(reply)) as api:
        (row,) = next(api.variables())
    assert isinstance(row.value, Hidden)
    assert row.team == "blue"
