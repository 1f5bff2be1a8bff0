from __future__ import annotations

from secretsui.airflow import env_ecs
from secretsui.airflow.environment import SecretRef, Unknown
from tests.airflow.samples import answer, gaps, problems, values

KNOWN = "arn:aws:s3:::sample/known.env"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"


def test_literals_and_references_of_each_container() -> None:
    report = env_ecs.read(answer("task-definition.json"))
    assert values(report, "scheduler") == {
        "AIRFLOW_VAR_STAGE": "prod",
        "AIRFLOW__SECRETS__BACKEND": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
        "AIRFLOW_CONN_CRM_DB": SecretRef("secrets-manager", f"{SECRET}:crm-AbCdEf", "uri"),
        "AIRFLOW_CONN_LAKE": SecretRef("secrets-manager", f"{SECRET}:lake-AbCdEf"),
        "AIRFLOW_VAR_TOKEN": SecretRef(
            "parameter-store", "arn:aws:ssm:eu-central-1:123456789012:parameter/airflow/token"
        ),
        "AIRFLOW_VAR_PLAIN": SecretRef("parameter-store", "/airflow/plain"),
    }
    assert not report.problems


def test_files_count_less_than_the_environment_and_one_that_is_not_given_is_a_gap() -> None:
    files = {KNOWN: "# remark\nAIRFLOW_VAR_STAGE=x\nAIRFLOW_VAR_QUOTED='q'\n"}
    report = env_ecs.read(answer("task-definition.json"), files=files)
    assert values(report, "worker") == {"AIRFLOW_VAR_STAGE": "prod", "AIRFLOW_VAR_QUOTED": "'q'"}
    assert gaps(report) == [("env-file", "worker", "arn:aws:s3:::sample/other.env")]
    assert problems(report) == [("overridden", 0)]


def test_the_definition_itself_is_read_as_well() -> None:
    whole = answer("task-definition.json")
    assert env_ecs.read(whole["taskDefinition"]) == env_ecs.read(whole)


def test_a_secret_without_a_reference_is_unknown() -> None:
    assert env_ecs.reference("") == Unknown("no-reference")


def test_another_answer_is_refused() -> None:
    assert problems(env_ecs.read({"services": []})) == [("bad-shape", 0)]
