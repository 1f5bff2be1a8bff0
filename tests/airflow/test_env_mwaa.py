from __future__ import annotations

import pytest

from secretsui.airflow import env_mwaa
from tests.airflow.samples import answer, gaps, origins, problems, text, values

MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
ALL_BUT_AWS_DEFAULT = '{"connections_lookup_pattern": "^(?!aws_default$).*$"}'


def test_options_count_more_than_the_script_and_that_more_than_the_defaults() -> None:
    report = env_mwaa.read(answer("mwaa.json"), text("startup.sh"))
    found = values(report)
    assert found["AIRFLOW_CONN_AWS_DEFAULT"] == "aws://"
    assert found["AIRFLOW__SECRETS__BACKEND"] == MANAGER
    assert found["AIRFLOW__SECRETS__BACKEND_KWARGS"] == ALL_BUT_AWS_DEFAULT
    assert found["AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS"] == '{"connections_prefix": "workers"}'
    assert found["AWS_REGION"] == "eu-west-1"
    assert origins(report)["AIRFLOW_CONN_CRM_DB"] == ("start-up script", 2)
    assert problems(report) == [("overridden", 0)]
    assert report.problems[0].facts["name"] == "AIRFLOW__SECRETS__BACKEND"


def test_without_the_text_of_the_script_anything_may_be_set() -> None:
    assert gaps(env_mwaa.read(answer("mwaa.json"))) == [("start-up-script", "", "scripts/startup.sh")]
    assert not env_mwaa.read({"Environment": {"AirflowVersion": "3.0.6"}}).gaps


def test_the_defaults_can_be_set_otherwise() -> None:
    script = "export AIRFLOW_CONN_AWS_DEFAULT=aws://k:s@\nexport AWS_REGION=us-east-1\n"
    report = env_mwaa.read(answer("mwaa.json"), script)
    assert values(report)["AIRFLOW_CONN_AWS_DEFAULT"] == "aws://k:s@"
    assert values(report)["AWS_REGION"] == "eu-west-1"
    assert not report.problems


@pytest.mark.parametrize(("airflow", "has_workers"), [("2.11.0", False), ("3.0.6", True)])
def test_workers_have_a_default_of_their_own_in_airflow_3(airflow: str, has_workers: bool) -> None:
    found = values(env_mwaa.read({"AirflowVersion": airflow}))
    assert ("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS" in found) is has_workers


def test_another_answer_is_refused() -> None:
    assert problems(env_mwaa.read([])) == [("bad-shape", 0)]
