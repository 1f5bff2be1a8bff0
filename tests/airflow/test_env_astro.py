from __future__ import annotations

from secretsui.airflow import env_astro
from secretsui.airflow.env_astro import ManagedObject
from secretsui.airflow.environment import Unknown
from tests.airflow.samples import answer, plain, problems, values


def test_variables_of_a_deployment_are_known_and_secret_ones_by_name() -> None:
    report = env_astro.read(answer("astro-deployment.json"))
    assert values(report) == {
        "AIRFLOW__SECRETS__BACKEND": "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARG__VAULT_URL": "https://v.example",
        "AIRFLOW_CONN_CRM_DB": Unknown("hidden"),
        "AIRFLOW_VAR_STAGE": "prod",
    }


def objects(deployment: str) -> dict[str, ManagedObject]:
    return {each.secret_id: each for each in env_astro.read_objects(answer("astro-objects.json"), deployment).objects}


def test_objects_reach_the_deployments_they_are_linked_to() -> None:
    assert set(objects("dep1")) == {"crm_db", "stage", "Token"}
    assert set(objects("dep2")) == {"crm_db", "stage", "excluded", "elsewhere"}
    assert len(objects("")) == 5


def test_the_object_of_the_deployment_counts_more_than_that_of_the_workspace() -> None:
    found = objects("dep1")
    assert (plain(found["stage"].value), found["stage"].scope) == ("own", "DEPLOYMENT")
    assert found["Token"].value == Unknown("hidden")


def test_a_connection_shows_what_the_answer_shows_with_the_overrides_of_its_link() -> None:
    hidden = Unknown("hidden")
    shown = {"type": "postgres", "host": "db.example", "login": "svc_crm", "port": "5432"}
    for deployment, host in (("dep1", "db1.example"), ("dep2", "db.example")):
        fields = {name: plain(value) for name, value in objects(deployment)["crm_db"].fields.items()}
        assert fields == shown | {"host": host, "password": hidden, "extra": hidden}


def test_one_page_of_many_is_not_complete() -> None:
    whole = answer("astro-objects.json")
    assert env_astro.read_objects(whole).is_complete
    assert not env_astro.read_objects(whole | {"totalCount": 8}).is_complete


def test_environment_variables_of_the_manager_keep_their_name() -> None:
    given = {"objectKey": "AIRFLOW_VAR_X", "objectType": "ENVIRONMENT_VARIABLE", "environmentVariable": {"value": "1"}}
    (found,) = env_astro.read_objects({"environmentObjects": [given]}).objects
    assert (found.kind, found.secret_id, plain(found.value)) == ("environment", "AIRFLOW_VAR_X", "1")


def test_other_answers_are_refused() -> None:
    assert problems(env_astro.read({"message": "no"})) == [("bad-shape", 0)]
    found = env_astro.read_objects({"message": "no"})
    assert ([each.code for each in found.problems], found.is_complete) == (["bad-shape"], False)
