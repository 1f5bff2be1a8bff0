from __future__ import annotations

import pytest

from secretsui.airflow import env_helm
from secretsui.airflow.environment import SecretRef, Unknown
from tests.airflow.samples import gaps, origins, problems, text, values

TEMPLATE = Unknown("template")


def of_secret(name: str, key: str) -> SecretRef:
    return SecretRef("kubernetes-secret", name, key)


def test_values_of_the_official_chart_win_in_its_order() -> None:
    report = env_helm.read(text("values-official.yaml"))
    assert values(report) == {
        "AIRFLOW__SECRETS__BACKEND": (
            "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
        ),
        "AIRFLOW__SECRETS__BACKEND_KWARGS": TEMPLATE,
        "AIRFLOW__CORE__MULTI_TEAM": "true",
        "AIRFLOW_CONN_FROM_SECRET": of_secret("{{ .Release.Name }}-connections", "AIRFLOW_CONN_FROM_SECRET"),
        "AIRFLOW_VAR_RELEASE": TEMPLATE,
        "AIRFLOW_CONN_CRM_DB": of_secret("airflow-connections", "crm"),
        "AIRFLOW_CONN_LAKE": of_secret("airflow-lake", "value"),
        "AIRFLOW_VAR_STAGE": "staging",
        "AIRFLOW_CONN_REPORTING": of_secret("{{ .Release.Name }}-reporting", "uri"),
        "AIRFLOW_CONN_AIRFLOW_DB": of_secret("", "connection"),
    }
    assert origins(report)["AIRFLOW_CONN_AIRFLOW_DB"] == ("chart default", 0)
    assert [each.facts["name"] for each in report.problems] == [
        "AIRFLOW_CONN_CRM_DB",
        "AIRFLOW_CONN_LAKE",
        "AIRFLOW_VAR_STAGE",
    ]
    assert {code for code, _ in problems(report)} == {"overridden"}


def test_the_env_of_a_component_wins_there() -> None:
    report = env_helm.read(text("values-official.yaml"))
    assert values(report, "workers") == {"AIRFLOW_VAR_STAGE": "worker-stage"}
    assert report.of_component("workers")["AIRFLOW_VAR_STAGE"].source == "workers.env"
    assert report.of_component("scheduler")["AIRFLOW_VAR_STAGE"].source == "extraEnv"


def test_a_map_that_is_not_in_the_values_is_a_gap_everywhere() -> None:
    report = env_helm.read(text("values-official.yaml"))
    assert gaps(report) == [("kubernetes-configmap", "", "not-in-these-values")]
    assert not report.is_complete_for("workers")


def test_the_connection_of_the_metadata_database_can_be_left_out_or_named() -> None:
    assert "AIRFLOW_CONN_AIRFLOW_DB" in values(env_helm.read("executor: LocalExecutor"))
    assert not values(env_helm.read("enableBuiltInSecretEnvVars: {AIRFLOW_CONN_AIRFLOW_DB: false}"))
    named = values(env_helm.read("data: {metadataSecretName: my-db}"))
    assert named == {"AIRFLOW_CONN_AIRFLOW_DB": of_secret("my-db", "connection")}


def test_of_a_template_that_is_no_list_only_the_names_are_taken() -> None:
    values_yaml = (
        "extraEnv: |\n  {{- if .Values.x }}\n  - name: AIRFLOW_VAR_X\n    value: hunter2\n  {{- end }}\n"
        "extraEnvFrom: |\n  {{ include }}\n"
    )
    report = env_helm.read(values_yaml)
    assert values(report)["AIRFLOW_VAR_X"] == Unknown("template", maybe_unset=True)
    assert gaps(report) == [("template", "", "extraEnvFrom"), ("template", "", "extraEnv")]


@pytest.mark.parametrize(
    "written",
    ["[{name: AIRFLOW_VAR_X, value: a}]", "'[{{ x }}]'", "'- a'", "\"- {name: '{{ x }}', value: a}\"", "'a: b'"],
)
def test_what_is_no_plain_list_of_names_is_a_gap(written: str) -> None:
    report = env_helm.read(f"extraEnv: {written}\nextraEnvFrom: {written}\n")
    assert gaps(report) == [("template", "", "extraEnvFrom"), ("template", "", "extraEnv")]


@pytest.mark.parametrize("written", ["~", "''", "'[]'", "'# nothing'"])
def test_an_empty_template_is_no_gap(written: str) -> None:
    assert not env_helm.read(f"extraEnv: {written}\nextraEnvFrom: {written}\n").gaps


def test_config_maps_among_the_values_are_read() -> None:
    report = env_helm.read(
        "extraEnvFrom: |\n  - configMapRef: {name: settings}\nextraConfigMaps:\n  settings:\n"
        "    data: |\n      AIRFLOW_VAR_X: 'one'\n      AIRFLOW_VAR_Y: '{{ .Release.Name }}'\n"
    )
    assert (values(report)["AIRFLOW_VAR_X"], values(report)["AIRFLOW_VAR_Y"]) == ("one", TEMPLATE)
    assert not report.gaps


def test_numbers_that_helm_may_write_otherwise_are_unknown() -> None:
    report = env_helm.read("env: [{name: AIRFLOW_VAR_A, value: 5432}, {name: AIRFLOW_VAR_B, value: 123456789012}]")
    assert (values(report)["AIRFLOW_VAR_A"], values(report)["AIRFLOW_VAR_B"]) == ("5432", Unknown("ambiguous-yaml"))


def test_the_official_chart_may_be_part_of_another() -> None:
    report = env_helm.read("airflow:\n  env:\n    - {name: AIRFLOW_VAR_X, value: a}\n  config: {core: {}}\n")
    assert values(report)["AIRFLOW_VAR_X"] == "a"
    assert "AIRFLOW_CONN_AIRFLOW_DB" in values(report)


def test_the_community_chart_has_its_own_order_and_writes_some_to_the_database() -> None:
    report = env_helm.read(text("values-community.yaml"))
    assert values(report) == {
        "AIRFLOW__SECRETS__BACKEND": "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"project_id": "sample"}',
        "AIRFLOW_CONN_HTTP": "http://h.example",
        "AIRFLOW_VAR_STAGE": "prod",
        "AIRFLOW_CONN_CRM_DB": of_secret("crm", "uri"),
    }
    assert problems(report) == [("overridden", 10), ("synced", 18), ("synced", 21)]


def test_long_runs_in_a_template_take_no_time() -> None:
    report = env_helm.read("extraEnv: |\n  {{\n  " + " " * 300_000 + "x\n")
    assert gaps(report) == [("template", "", "extraEnv")]


def test_text_that_is_no_values_is_refused() -> None:
    assert problems(env_helm.read("- a\n- b\n")) == [("bad-shape", 0)]
    assert problems(env_helm.read("a: 'b\n")) == [("bad-text", 2)]


@pytest.mark.parametrize(
    ("written", "value"), [("^a%%b$", "^a%b$"), ("^a%b$", Unknown("interpolation")), ("^ab$", "^ab$")]
)
def test_config_becomes_airflow_cfg_where_a_percent_sign_is_doubled(written: str, value: object) -> None:
    report = env_helm.read(f"config:\n  secrets:\n    backend_kwargs: '{written}'\n")
    assert values(report)["AIRFLOW__SECRETS__BACKEND_KWARGS"] == value


def test_variables_of_the_other_chart_are_taken_as_they_are() -> None:
    report = env_helm.read("airflow:\n  config:\n    AIRFLOW_VAR_SHARE: '5%%'\n", "community")
    assert values(report) == {"AIRFLOW_VAR_SHARE": "5%%"}
