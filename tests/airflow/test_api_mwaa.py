from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from secretsui.airflow import env_mwaa
from secretsui.airflow.api_mwaa import ApiMwaa
from secretsui.airflow.errors import (
    ApiError,
    BadAddress,
    Expired,
    Failed,
    Forbidden,
    ForeignAnswer,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.cloud.sessions import Identity, forget_all
from secretsui.core.connection import Connection
from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive
from tests import mwaa_server
from tests.aws import set_environment
from tests.mwaa_server import Mwaa, Rows, connections, variables

MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
LONG = "x" * 52  # with /connections/ before it one character more than MWAA takes
ENVIRONMENT = {
    "Name": "analytics",
    "Status": "AVAILABLE",
    "AirflowVersion": "3.0.6",
    "Arn": "arn:aws:airflow:eu-west-1:111122223333:environment/analytics",
    "ExecutionRoleArn": "arn:aws:iam::111122223333:role/airflow",
    "SourceBucketArn": "arn:aws:s3:::dags-of-analytics",
    "StartupScriptS3Path": "scripts/startup.sh",
    "StartupScriptS3ObjectVersion": "7",
    "AirflowConfigurationOptions": {"secrets.backend": MANAGER, "core.test_connection": "Enabled"},
}


@pytest.fixture
def mwaa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Mwaa]]:
    """Starts one, in front of an Airflow of this version."""
    running = []

    def start(version: str = "3.0.6", airflow: Any = None, **fields: Any) -> Mwaa:
        server = mwaa_server.serving(ENVIRONMENT | {"AirflowVersion": version} | fields, airflow or Rows(version))
        running.append(server)
        found: Mwaa = server.__enter__()
        set_environment(monkeypatch, found.url, tmp_path)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        return found

    forget_all()
    yield start
    for server in running:
        server.__exit__(None, None, None)
    forget_all()


def api(mwaa: Mwaa, name: str = "analytics", url: str = "") -> ApiMwaa:
    return ApiMwaa(Identity(mwaa_server.REGION, endpoint_url=url or mwaa.url), name)


def failure(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        list(call())
    return caught.value


def test_an_environment_tells_what_decides_about_its_secrets(mwaa: Callable[..., Mwaa]) -> None:
    asked = api(mwaa())
    found = asked.environment()
    assert (found.airflow, found.status) == ("3.0.6", "AVAILABLE")
    assert found.execution_role == "arn:aws:iam::111122223333:role/airflow"
    assert (found.start_up_script, found.start_up_script_version) == ("s3://dags-of-analytics/scripts/startup.sh", "7")
    assert found.options["secrets.backend"] == Sensitive(MANAGER)
    assert asked.version() == "3.0.6"
    assert asked.calls == 1


def test_its_options_are_covered_and_still_read_as_an_environment(mwaa: Callable[..., Mwaa]) -> None:
    found = api(mwaa()).environment()
    assert MANAGER not in repr(found.answer)
    names = {entry.name for entry in env_mwaa.read(found.answer).entries}
    assert {"AIRFLOW__SECRETS__BACKEND", "AIRFLOW_CONN_AWS_DEFAULT"} <= names


def test_the_backend_comes_with_the_kwargs_that_mwaa_sets(mwaa: Callable[..., Mwaa]) -> None:
    config = api(mwaa()).config()
    assert config.backend == MANAGER
    assert config.kwargs == {"connections_lookup_pattern": "^(?!aws_default$).*$"}
    assert config.test_connection == "Enabled"


def test_no_backend_is_none(mwaa: Callable[..., Mwaa]) -> None:
    config = api(mwaa(AirflowConfigurationOptions={})).config()
    assert (config.backend, config.kwargs, config.worker_backend) == ("", {}, "")


@pytest.mark.parametrize("version", ["2.10.3", "3.0.6"])
def test_every_page_is_read(mwaa: Callable[..., Mwaa], version: str) -> None:
    rows = Rows(version, connections([f"c{number}" for number in range(250)]))
    server = mwaa(version, rows)
    asked = api(server)
    assert [row.conn_id for page in asked.connections() for row in page] == list(rows.connections)
    assert server.asked == [("GET", "/connections")] * 3
    assert asked.calls == 3


def test_what_airflow_2_leaves_out_and_airflow_3_masks_is_hidden(mwaa: Callable[..., Mwaa]) -> None:
    told = {"password": "***", "extra": '{"token": "***", "n": 1}', "login": "me", "team_name": "red"}
    masked = api(mwaa("3.0.6", Rows("3.0.6", connections(["a"], **told))))
    row = next(iter(masked.connections()))[0]
    assert isinstance(row.connection.password, Hidden)
    assert isinstance(row.connection.extra, MaskedObject)
    assert (row.connection.login, row.team) == (Sensitive("me"), "red")
    bare = next(iter(api(mwaa("2.10.3", Rows("2.10.3", connections(["a"])))).connections()))[0].connection
    assert isinstance(bare.password, Hidden)
    assert isinstance(bare.extra, Hidden)


def test_stars_are_a_mask_in_airflow_3_and_a_value_in_airflow_2(mwaa: Callable[..., Mwaa]) -> None:
    def value(version: str) -> object:
        return next(iter(api(mwaa(version, Rows(version, variables={**variables({"k": "***"})}))).variables()))[0].value

    assert isinstance(value("3.0.6"), Hidden)
    assert value("2.10.3") == Sensitive("***")


def test_a_connection_with_a_long_id_is_found_in_the_list(mwaa: Callable[..., Mwaa]) -> None:
    server = mwaa(airflow=Rows("3.0.6", connections([LONG, "short", "a/b"], extra="{}")))
    for conn_id in (LONG, "short", "a/b"):
        found = api(server).connection(conn_id)
        assert found is not None
        assert found.conn_id == conn_id
    assert api(server).connection("y" * 52) is None
    assert api(server).connection("none") is None
    assert max(len(path) for _, path in server.asked) <= 64


def test_long_ids_are_deleted_by_airflow_3_alone(mwaa: Callable[..., Mwaa]) -> None:
    rows = Rows("3.0.6", connections([LONG, "short"]), variables({"v" * 80: "", "v": ""}))
    asked = api(mwaa(airflow=rows))
    for conn_id in (LONG, "short"):
        asked.delete_connection(conn_id)
        with pytest.raises(NotFound):
            asked.delete_connection(conn_id)
    asked.delete_variable("v" * 80)
    asked.delete_variable("v")
    assert not rows.connections
    assert not rows.variables
    with pytest.raises(Unsupported, match="at most 64 characters"):
        api(mwaa("2.10.3")).delete_connection(LONG)


def test_a_connection_test_is_passed_on_in_clear_and_its_outcome_comes_back(mwaa: Callable[..., Mwaa]) -> None:
    seen = []

    def airflow(method: str, path: str, params: Any, body: Any) -> tuple[int, Any]:
        seen.append((method, path, body))
        return 200, {"status": False, "message": "no route to host"}

    conn = Connection(conn_type="http", host="h", password=Sensitive("canary-52"), port=1)
    outcome = api(mwaa(airflow=airflow)).test_connection("t", conn)
    assert (outcome.ok, outcome.message) == (False, "no route to host")
    (call,) = seen
    assert call[2].pop("connection_id") not in ("", "t")
    body = {"conn_type": "http", "host": "h", "password": "canary-52", "port": 1}
    assert call == ("POST", "/connections/test", body)


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        ((403, {"detail": "Forbidden"}), Forbidden, "does not let this user"),
        ((500, {"detail": "canary-66"}), Failed, "answered with an error"),
        ((404, {"error": "canary-66"}), ForeignAnswer, "did not come from Airflow"),
        ((200, ["canary-66"]), ForeignAnswer, "did not come from Airflow"),
        ((200, {"connections": "canary-66"}), ForeignAnswer, "did not come from Airflow"),
    ],
)
def test_what_airflow_refuses_is_told_in_its_kind(
    mwaa: Callable[..., Mwaa], answer: tuple[int, Any], kind: type[ApiError], sentence: str
) -> None:
    found = failure(api(mwaa(airflow=lambda *_: answer)).connections)
    assert type(found) is kind
    assert sentence in found.sentence
    assert "canary" not in f"{found!r} {vars(found)}"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "AccessDeniedException", Forbidden),
        (403, "ExpiredTokenException", Expired),
        (429, "ThrottlingException", Slow),
        (500, "InternalServerException", Unreachable),
        (400, "ValidationException", Failed),
    ],
)
def test_what_aws_refuses_is_told_in_its_kind(
    mwaa: Callable[..., Mwaa], status: int, code: str, kind: type[ApiError]
) -> None:
    server = mwaa()
    server.refusals = [(status, code, "canary-71")] * 2
    found = failure(api(server).connections)
    assert type(found) is kind
    assert "canary" not in f"{found!r} {vars(found)}"


def test_a_denial_names_the_right_that_is_missing(mwaa: Callable[..., Mwaa]) -> None:
    server = mwaa()
    server.refusals = [(403, "AccessDeniedException", "")]
    assert "Allow airflow:InvokeRestApi" in failure(api(server).connections).remedy


def test_the_version_is_told_by_airflow_where_aws_may_not(mwaa: Callable[..., Mwaa]) -> None:
    server = mwaa("2.10.3")
    server.refusals = [(403, "AccessDeniedException", "")]
    assert api(server).version() == "2.10.3"


def test_an_environment_that_is_not_there_is_a_wrong_name(mwaa: Callable[..., Mwaa]) -> None:
    found = failure(api(mwaa(), "other").environment)
    assert isinstance(found, BadAddress)
    assert "no MWAA environment of this name in eu-west-1" in found.sentence


def test_nobody_at_the_address_is_unreachable(mwaa: Callable[..., Mwaa]) -> None:
    assert isinstance(failure(api(mwaa(), url="http://127.0.0.1:9").connections), Unreachable)


def test_the_forms_of_connection_types_are_not_passed_on(mwaa: Callable[..., Mwaa]) -> None:
    with pytest.raises(Unsupported):
        api(mwaa()).hook_meta()
