from __future__ import annotations

import pytest

from secretsui.airflow import env_compose
from secretsui.airflow.environment import Unknown
from tests.airflow.samples import gaps, origins, problems, text, values

INHERITED = Unknown("inherited", maybe_unset=True)
AMBIGUOUS = Unknown("ambiguous-yaml")


@pytest.fixture
def report() -> env_compose.EnvironmentReport:
    return env_compose.read(
        text("compose.yaml"), files={"./shared.env": text("shared.env")}, dotenv="DB_PASSWORD=sample-not-real\n"
    )


def test_anchors_and_merges_reach_each_service(report: env_compose.EnvironmentReport) -> None:
    assert report.components == ["flower", "scheduler", "worker"]
    scheduler, worker = values(report, "scheduler"), values(report, "worker")
    assert scheduler["AIRFLOW_CONN_CRM_DB"] == "postgres://svc_crm:sample-not-real@db.example/crm"
    assert worker == scheduler | {"AIRFLOW_VAR_REGION": "us-east-1"}
    assert origins(report, "worker")["AIRFLOW_CONN_CRM_DB"] == ("environment", 11)
    assert origins(report, "worker")["AIRFLOW_VAR_REGION"] == ("environment", 28)


def test_values_are_those_that_compose_hands_over(report: env_compose.EnvironmentReport) -> None:
    found = values(report, "scheduler")
    assert {name.removeprefix("AIRFLOW_VAR_"): value for name, value in found.items() if "_VAR_" in name} == {
        "FROM_FILE": "file",
        "DOLLAR": Unknown("readers-differ"),
        "PLAIN": "a b",
        "REGION": "eu-central-1",
        "LIMIT": "20",
        "ENABLED": "true",
        "ANSWER": AMBIGUOUS,
        "OCTAL": AMBIGUOUS,
        "PASSED_ON": INHERITED,
    }
    assert found["AIRFLOW_CONN_PRICED"] == "http://u:a$b@h.example"


def test_a_list_is_read_like_a_map(report: env_compose.EnvironmentReport) -> None:
    assert values(report, "flower") == {
        "AIRFLOW_VAR_STAGE": "dev",
        "AIRFLOW_VAR_PASSED_ON": INHERITED,
        "AIRFLOW_CONN_BROKEN": Unknown("interpolation"),
    }


def test_the_environment_counts_more_than_env_files(report: env_compose.EnvironmentReport) -> None:
    assert problems(report) == [("default-taken", 13), ("overridden", 13), ("overridden", 28)]
    assert gaps(report) == [
        ("env-file", "scheduler", "./secret.env"),
        ("env-file", "worker", "./secret.env"),
    ]
    assert report.is_complete_for("flower")
    assert not report.is_complete_for("worker")


def test_of_several_env_files_the_last_counts_and_a_raw_one_is_taken_as_it_stands() -> None:
    compose = "services: {a: {env_file: [one, {path: two, format: raw}]}}"
    found = env_compose.read(compose, files={"one": "AIRFLOW_VAR_X=1", "two": "AIRFLOW_VAR_X='2'"})
    assert values(found, "a") == {"AIRFLOW_VAR_X": "'2'"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("$KNOWN", "here"),
        ("${KNOWN}x", "herex"),
        ("${KNOWN:-d}", "here"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${MISSING-d}", "d"),
        ("${MISSING:-d}", "d"),
        ("${KNOWN:+p}", "p"),
        ("${EMPTY:+p}", ""),
        ("${EMPTY+p}", "p"),
        ("${KNOWN?no}", "here"),
        ("${EMPTY:?no}", Unknown("interpolation")),
        ("${MISSING}", Unknown("interpolation")),
        ("${MISSING:-${KNOWN}}", Unknown("interpolation")),
        ("$$KNOWN", "$KNOWN"),
        ("100$", Unknown("interpolation")),
    ],
)
def test_references_follow_the_rules_of_compose(written: str, expected: object) -> None:
    compose = f"services: {{a: {{environment: ['AIRFLOW_VAR_X={written}']}}}}"
    found = env_compose.read(compose, dotenv="KNOWN=here\nEMPTY=\n")
    assert values(found, "a") == {"AIRFLOW_VAR_X": expected}


def test_a_bare_name_is_taken_from_the_project_file() -> None:
    found = env_compose.read("services: {a: {environment: [AIRFLOW_VAR_X]}}", dotenv="AIRFLOW_VAR_X=1\n")
    assert values(found, "a") == {"AIRFLOW_VAR_X": "1"}


def test_what_other_files_may_add_is_a_gap() -> None:
    found = env_compose.read("include: [x.yaml]\nservices:\n  a:\n    extends: {file: b.yaml}\n")
    assert [(each.reason, each.line) for each in found.gaps] == [("included", 1), ("extends", 4)]


def test_a_name_that_is_given_twice_is_told() -> None:
    found = env_compose.read("services:\n  a:\n    environment:\n      AIRFLOW_VAR_X: a\n      AIRFLOW_VAR_X: b\n")
    assert (values(found, "a"), problems(found)) == ({"AIRFLOW_VAR_X": "b"}, [("duplicate-key", 5)])


def test_a_file_without_services_is_refused() -> None:
    assert problems(env_compose.read("version: '3'")) == [("bad-shape", 0)]
