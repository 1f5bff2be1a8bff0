from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core.backends.source import Ask, Backend
from secretsui.core.chain import Process, Settings, chain
from secretsui.core.connection import Connection, plain
from secretsui.core.lookup import ABSENT, API, UNKNOWN, Answer, Knowledge, Resolution, resolve
from secretsui.core.sensitive import Sensitive

AMAZON = "airflow.providers.amazon.aws.secrets."
SECRETS_MANAGER = Backend(AMAZON + "secrets_manager.SecretsManagerBackend", {}, "9.39.0")
PARAMETER_STORE = Backend(AMAZON + "systems_manager.SystemsManagerParameterStoreBackend", {}, "9.39.0")
SERVER = Settings("3.3", SECRETS_MANAGER)
WITH_WORKER = Settings("3.3", SECRETS_MANAGER, PARAMETER_STORE)
USABLE = Answer("present", use="usable")


def text(value: str) -> Answer:
    return Answer("present", Sensitive(value))


def store(found: Mapping[str, Answer] | Answer) -> Knowledge:
    """Answers by name, or the same answer to whatever is asked."""
    return lambda ask: found if isinstance(found, Answer) else found.get(ask.name, ABSENT)


def resolved(
    kind: Any = "connection",
    secret_id: str = "db",
    *,
    settings: Settings = SERVER,
    process: Process = "server",
    **layers: Mapping[str, Answer] | Answer,
) -> Resolution:
    """Layers that are not named have nothing."""
    known = {name.replace("_", "-"): store(found) for name, found in layers.items()}
    found = chain(settings, process)
    empty = {layer.id: store(ABSENT) for layer in found.layers}
    return resolve(found, empty | known, kind, secret_id)


def told(found: Resolution) -> list[tuple[str, str, str]]:
    return [(step.layer.id, step.outcome, step.reason) for step in found.trace]


def winner(found: Resolution) -> str:
    return found.source.id if found.source else ""


@pytest.mark.parametrize(
    ("airflow", "process", "expected"),
    [
        ("2.11", "task", ["backend", "environment", "metastore"]),
        ("2.11", "server", ["backend", "environment", "metastore"]),
        ("3.3", "server", ["backend", "environment", "metastore"]),
        ("3.0.6", "task", ["worker-backend", "worker-environment", "backend", "environment", "metastore"]),
        ("3.3", "task", ["worker-backend", "worker-environment", "backend", "environment", "metastore"]),
        ("3.3", "supervisor", ["worker-backend", "worker-environment"]),
    ],
)
def test_the_order_follows_version_and_process(airflow: str, process: Process, expected: list[str]) -> None:
    assert [layer.id for layer in chain(Settings(airflow, SECRETS_MANAGER), process).layers] == expected


def test_without_a_backend_there_is_no_layer_for_it() -> None:
    assert [layer.id for layer in chain(Settings("3.3"), "task").own] == ["worker-environment"]


@pytest.mark.parametrize(
    ("airflow", "process", "expected"),
    [
        ("2.11", "task", ["backend", "environment-manager", "environment", "metastore"]),
        ("3.3", "server", ["backend", "environment-manager", "environment", "metastore"]),
        (
            "3.3",
            "task",
            ["worker-backend", "environment-manager", "worker-environment", "backend", "environment", "metastore"],
        ),
        ("3.3", "supervisor", ["worker-backend", "environment-manager", "worker-environment"]),
    ],
)
def test_on_astro_the_environment_manager_comes_before_the_environment_of_the_process(
    airflow: str, process: Process, expected: list[str]
) -> None:
    settings = Settings(airflow, SECRETS_MANAGER, platform="astro")
    assert [layer.id for layer in chain(settings, process).layers] == expected


def test_the_environment_manager_is_asked_for_the_id_as_it_is() -> None:
    settings = Settings("3.3", platform="astro")
    found = resolved(secret_id="My_db", settings=settings, environment_manager={"My_db": USABLE}, metastore=USABLE)
    assert winner(found) == "environment-manager"
    assert [ask.mount for ask in found.trace[0].asks] == ["connection"]
    conn = Connection(conn_type="http")
    assert resolved(settings=settings, environment_manager=Answer("present", conn)).value == conn
    assert winner(resolved("config", settings=settings, environment_manager=USABLE)) == ""


@pytest.mark.parametrize(
    ("airflow", "worker", "server"), [("3.0.6", "3.3", "3.3"), ("3.1.8", "3.3", "3.3"), ("3.2.2", "3.3-sdk", "3.3")]
)
def test_each_process_reads_with_the_class_that_it_has(airflow: str, worker: str, server: str) -> None:
    layers = chain(Settings(airflow, SECRETS_MANAGER), "task")
    assert {layer.dialect for layer in layers.own} == {worker}
    assert {layer.dialect for layer in layers.beyond} == {server}


def test_versions_of_providers_are_found_by_the_class() -> None:
    shared = Backend("airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend", {"shared_account": "1"})
    outcomes = [
        resolved(settings=Settings("3.3", shared, providers={"apache-airflow-providers-amazon": version})).trace[0]
        for version in ("9.25.0", "9.39.0")
    ]
    assert [step.reason for step in outcomes] == ["absent", "shared-too-new"]


def test_the_first_hit_wins_and_shadows_those_below() -> None:
    found = resolved(
        backend=text("http://a"), environment=text("http://b"), metastore=Answer("present", Connection(conn_type="x"))
    )
    assert (winner(found), told(found)) == ("backend", [("backend", "hit", "")])
    assert isinstance(found.value, Connection)
    assert found.value.host == "a"
    assert [step.layer.id for step in found.shadowed] == ["environment", "metastore"]
    assert found.is_certain


def test_what_lies_below_is_seen_but_not_read() -> None:
    found = resolved(backend=text("http://a"), environment=text("{broken"), metastore=ABSENT)
    assert [(step.layer.id, step.outcome, step.value) for step in found.below] == [
        ("environment", "hit", None),
        ("metastore", "miss", None),
    ]


@pytest.mark.parametrize(
    ("answer", "outcome", "reason", "error"),
    [
        (text(""), "miss", "empty", ""),
        (text(" "), "error", "blank", "IndexError"),
        (text("{broken"), "error", "bad-json", "JSONDecodeError"),
        (text("http://h:x"), "error", "bad-port", "ValueError"),
        (text('{"conn_type": "http", "host": 5}'), "error", "no-uri", "TypeError"),
        (Answer("deleted"), "miss", "deleted", ""),
        (Answer("binary"), "miss", "binary", ""),
        (Answer("denied"), "error", "denied", "ClientError"),
        (Answer("failed", error="EndpointConnectionError"), "error", "failed", "EndpointConnectionError"),
    ],
)
def test_a_connection_that_cannot_be_used_falls_through_to_the_next(
    answer: Answer, outcome: str, reason: str, error: str
) -> None:
    found = resolved(backend=answer, environment=text("http://b"))
    first = found.trace[0]
    assert (first.outcome, first.reason, first.error) == (outcome, reason, error)
    assert winner(found) == "environment"


@pytest.mark.parametrize("value", ["", " ", "{broken", "null"])
def test_a_variable_wins_whatever_its_text_is(value: str) -> None:
    found = resolved("variable", backend=text(value), metastore=text("x"))
    assert isinstance(found.value, Sensitive)
    assert (winner(found), found.value.reveal()) == ("backend", value)


def test_names_in_the_environment_are_upper_case_and_may_collide() -> None:
    for secret_id in ("My_db", "MY_DB"):
        found = resolved("variable", secret_id, environment={"AIRFLOW_VAR_MY_DB": text("x")})
        assert winner(found) == "environment"
    assert not resolved("variable", "my-db", environment={"AIRFLOW_VAR_MY_DB": text("x")}).source


def test_each_step_names_what_was_asked() -> None:
    found = resolved("variable", "v")
    asked = [[ask.name for ask in step.asks] for step in found.trace]
    assert asked == [["airflow/variables/v"], ["AIRFLOW_VAR_V"], ["v"]]
    assert (found.source, found.value, found.is_certain) == (None, None, True)


def test_a_pattern_that_does_not_match_is_told_as_such() -> None:
    backend = Backend(SECRETS_MANAGER.class_path, {"connections_lookup_pattern": "^x"})
    found = resolved(settings=Settings("3.3", backend), backend=text("http://a"), metastore=UNKNOWN)
    assert told(found)[0] == ("backend", "never", "pattern")


def test_a_winner_below_an_unknown_layer_wins_only_if_that_has_nothing() -> None:
    found = resolved(backend=UNKNOWN, environment=text("http://b"))
    assert (winner(found), [layer.id for layer in found.unless]) == ("environment", ["backend"])
    assert not found.is_certain


def test_a_layer_that_nobody_told_of_is_unknown() -> None:
    found = resolve(chain(SERVER, "server"), {}, "variable", "v")
    assert [step.outcome for step in found.trace] == ["unknown"] * 3


def test_of_an_unknown_class_nothing_is_said_but_that_it_may_win() -> None:
    found = resolved(settings=Settings("3.3", Backend("company.Backend")), environment=text("http://b"))
    assert told(found) == [("backend", "unknown", "unknown-class"), ("environment", "hit", "")]
    assert not found.is_certain


@pytest.mark.parametrize(
    ("use", "source", "certain"),
    [
        ("usable", "backend", True),
        ("unknown", "backend", False),
        ("empty", "environment", True),
        ("broken", "environment", True),
    ],
)
def test_facts_are_enough_without_values(use: Any, source: str, certain: bool) -> None:
    found = resolved(backend=Answer("present", use=use), environment=USABLE)
    assert (winner(found), found.value, found.is_certain) == (source, None, certain)


def test_a_value_may_be_broken_for_some_processes_only() -> None:
    answer = Answer("present", use="usable", unreadable=["3.3"])
    found = resolved(settings=Settings("3.3"), process="task", worker_environment=answer)
    assert winner(found) == "worker-environment"
    found = resolved(settings=Settings("3.3"), environment=answer, metastore=USABLE)
    assert (told(found)[0], winner(found)) == (("environment", "error", "broken"), "metastore")


def test_each_step_tells_what_each_question_got() -> None:
    shared = Backend(
        "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend", {"shared_account": "1"}, "9.25.0"
    )

    def known(ask: Ask) -> Answer:
        return Answer("deleted") if ask.place == "own" else USABLE

    found = resolve(chain(Settings("3.3", shared), "server"), {"backend": known}, "connection", "db")
    assert [(ask.place, state) for ask, state in zip(found.trace[0].asks, found.trace[0].states, strict=True)] == [
        ("own", "deleted"),
        ("shared", "present"),
    ]


@pytest.mark.parametrize("use", ["usable", "unknown", "empty", "broken"])
def test_a_variable_is_sure_to_win_without_its_value(use: Any) -> None:
    found = resolved("variable", backend=Answer("present", use=use), environment=USABLE)
    assert (winner(found), found.is_certain) == ("backend", True)


def test_a_backend_that_cannot_be_built_keeps_the_process_from_starting() -> None:
    found = resolved(settings=Settings("3.3", Backend(SECRETS_MANAGER.class_path, {"sep": 5})), environment=USABLE)
    assert (found.source, found.problem) == (None, "not-started")
    assert (found.trace[0].error, [step.layer.id for step in found.shadowed]) == ("TypeError", ["environment"])


def test_a_task_asks_five_layers() -> None:
    found = resolved(settings=WITH_WORKER, process="task", metastore=Answer("present", Connection(conn_type="x")))
    asked = [step.asks[0].name for step in found.trace]
    names = ["/airflow/connections/db", "AIRFLOW_CONN_DB", "airflow/connections/db", "AIRFLOW_CONN_DB", "db"]
    assert (asked, winner(found)) == (names, "metastore")


def test_a_worker_shadows_all_of_the_server() -> None:
    found = resolved(settings=WITH_WORKER, process="task", worker_environment=USABLE, backend=USABLE, metastore=USABLE)
    assert winner(found) == "worker-environment"
    assert [step.layer.id for step in found.shadowed] == ["backend", "metastore"]


@pytest.mark.parametrize(
    ("state", "problem"), [("denied", "api-denied"), ("failed", "api-failed"), ("present", ""), ("unknown", "")]
)
def test_the_execution_api_may_stop_a_task(state: Any, problem: str) -> None:
    known = {API: store(Answer(state)), "backend": store(USABLE), "worker-environment": store(ABSENT)}
    found = resolve(chain(Settings("3.3"), "task"), known | {"environment": store(USABLE)}, "connection", "db")
    assert (found.problem, winner(found)) == (problem, "" if problem else "environment")
    if problem:
        assert [step.layer.id for step in found.shadowed] == ["environment"]


def test_an_id_that_does_not_reach_the_server_finds_nothing_there() -> None:
    found = resolved(secret_id="team/db", settings=WITH_WORKER, process="task", metastore=USABLE)
    assert (found.source, found.problem) == (None, "api-unheard")
    assert [step.layer.id for step in found.shadowed] == ["metastore"]
    assert winner(resolved(secret_id="team/db", metastore=USABLE)) == "metastore"


def test_an_answer_that_does_not_fit_never_reaches_the_task() -> None:
    found = resolved(settings=WITH_WORKER, process="task", environment=text("{}"))
    assert (found.source, found.value, found.problem) == (None, None, "api-undelivered")
    assert winner(resolved(environment=text("{}"))) == "environment"


@pytest.mark.parametrize("found", [USABLE, text("http://h")])
def test_a_connection_whose_id_the_server_finds_unfit_never_reaches_the_task(found: Answer) -> None:
    asked = resolved(secret_id="my db", settings=WITH_WORKER, process="task", environment=found)
    assert (asked.source, asked.problem) == (None, "api-undelivered")
    assert winner(resolved(secret_id="my db", environment=found)) == "environment"
    assert winner(resolved("variable", "my db", process="task", environment=found)) == "environment"
    own = resolved(secret_id="my db", settings=WITH_WORKER, process="task", worker_environment=found)
    assert winner(own) == "worker-environment"


def test_a_team_counts_only_where_there_are_teams() -> None:
    for multi_team, airflow, asked in ((True, "3.3", 2), (False, "3.3", 1), (True, "3.1.8", 1)):
        settings = Settings(airflow, multi_team=multi_team, team="red")
        assert len(resolved("variable", "v", settings=settings).trace[0].asks) == asked


def test_an_empty_variable_of_a_team_in_the_environment_is_none() -> None:
    settings = Settings("3.3", multi_team=True, team="red")
    for answer in (text(""), Answer("present", use="empty")):
        known = {"AIRFLOW_VAR__RED___V": answer, "AIRFLOW_VAR_V": text("x")}
        found = resolved("variable", "v", settings=settings, environment=known)
        assert isinstance(found.value, Sensitive)
        assert plain(found.value) == "x"


def test_rows_of_the_database_are_asked_for_with_the_team() -> None:
    asked: list[Ask] = []

    def rows(ask: Ask) -> Answer:
        asked.append(ask)
        return ABSENT

    layers = chain(Settings("3.3", multi_team=True, team="red"), "server")
    resolve(layers, {"environment": store(ABSENT), "metastore": rows}, "variable", "v")
    assert (asked[0].team, asked[0].mount) == ("red", "variable")
