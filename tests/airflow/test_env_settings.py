from __future__ import annotations

from secretsui.airflow import env_astro, env_ecs, env_file, env_helm, env_mwaa
from secretsui.airflow.env_settings import settings_of
from secretsui.airflow.environment import EnvironmentReport
from secretsui.core.backends.source import Backend
from tests.airflow.samples import answer, text

MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"


def of(lines: str) -> EnvironmentReport:
    return env_file.read(lines)


def test_a_backend_is_taken_over_with_its_kwargs() -> None:
    found = settings_of(of(text("project.env")), "2.11.0")
    assert found.settings.backend == Backend(
        MANAGER, {"connections_prefix": "team/connections", "variables_prefix": None}
    )
    assert (found.settings.worker_backend, found.unknown) == (None, [])


def test_workers_of_mwaa_have_their_own() -> None:
    found = settings_of(env_mwaa.read(answer("mwaa.json"), ""), "3.0.6").settings
    assert found.backend == Backend(MANAGER, {"connections_lookup_pattern": "^(?!aws_default$).*$"})
    assert found.worker_backend == Backend(MANAGER, {"connections_prefix": "workers"})
    assert found.environ["AWS_REGION"] == "eu-west-1"


def test_kwargs_with_a_variable_of_their_own_count_since_3_3() -> None:
    report = env_astro.read(answer("astro-deployment.json"))
    kwargs = {
        airflow: backend.kwargs
        for airflow in ("3.2.0", "3.3.0")
        if (backend := settings_of(report, airflow).settings.backend)
    }
    assert kwargs == {"3.2.0": {}, "3.3.0": {"vault_url": "https://v.example"}}


def test_settings_that_are_not_known_are_named() -> None:
    found = settings_of(env_helm.read(text("values-official.yaml")), "3.3.0")
    assert found.unknown == ["AIRFLOW__SECRETS__BACKEND_KWARGS"]
    assert found.settings.multi_team


def test_a_command_or_secret_in_the_place_of_a_setting_is_unknown() -> None:
    lines = f"AIRFLOW__SECRETS__BACKEND={MANAGER}\nAIRFLOW__SECRETS__BACKEND_KWARGS_CMD=cat /kwargs\n"
    assert settings_of(of(lines), "3.3.0").unknown == ["AIRFLOW__SECRETS__BACKEND_KWARGS_CMD"]
    assert not settings_of(of(lines + "AIRFLOW__SECRETS__BACKEND_KWARGS={}\n"), "3.3.0").unknown


def test_server_and_worker_may_be_different_components() -> None:
    def container(name: str, prefix: str) -> dict[str, object]:
        kwargs = f'{{"connections_prefix": "{prefix}"}}'
        given = {"AIRFLOW__SECRETS__BACKEND": MANAGER, "AIRFLOW__SECRETS__BACKEND_KWARGS": kwargs}
        return {"name": name, "environment": [{"name": key, "value": value} for key, value in given.items()]}

    report = env_ecs.read({"containerDefinitions": [container("api", "one"), container("worker", "two")]})
    found = settings_of(report, "3.3.0", server="api", worker="worker").settings
    assert found.backend == Backend(MANAGER, {"connections_prefix": "one"})
    assert found.worker_backend == Backend(MANAGER, {"connections_prefix": "two"})
    assert settings_of(report, "3.3.0", server="api").settings.worker_backend is None


def test_what_was_found_prints_no_value() -> None:
    lines = f"AIRFLOW__SECRETS__BACKEND={MANAGER}\nAIRFLOW__SECRETS__BACKEND_KWARG__TOKEN=hunter2\n"
    assert "hunter2" not in repr(settings_of(of(lines), "3.3.0"))
