"""Environment sources and exported files: what is kept of them, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from secretsui.core import codec, facts, prints
from secretsui.core.backend_kwargs import MARK
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.deployments import reading, sources
from secretsui.inventory.models import Deployment, EnvSource, LayerEntry, LayerState
from secretsui.inventory.sync.values import key
from tests.airflow.samples import answer, text

pytestmark = pytest.mark.database

Form = EnvSource.Form
URI = "postgres://reader:canary-7@db.example:5432/orders"
VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
TASK = "arn:aws:ecs:eu-west-1:111122223333:task-definition/airflow:7"


@pytest.fixture
def deployment(db: None) -> Deployment:
    return Deployment.objects.create(name="halden-prod", api=Deployment.Api.EXPORTED, airflow_version="3.3.2")


def entry(name: str) -> LayerEntry:
    return LayerEntry.objects.get(name=name)


def everything() -> str:
    return repr([list(table.objects.values_list()) for table in (EnvSource, LayerEntry, LayerState, Deployment)])


def test_an_env_file_leaves_names_facts_and_fingerprints(deployment: Deployment) -> None:
    source = sources.store(
        deployment,
        Form.ENV_FILE,
        f"AIRFLOW_CONN_ORDERS={URI}\nAIRFLOW_VAR_BLANK=\nAIRFLOW_VAR_LIMIT=canary-8\nHOME=/root\n",
        label="prod.env",
    )
    names = source.entries.values_list("layer", "kind", "name", "conn_type", "line")
    assert list(names) == [
        ("environment", "connection", "AIRFLOW_CONN_ORDERS", "postgres", 1),
        ("environment", "variable", "AIRFLOW_VAR_BLANK", "", 2),
        ("environment", "variable", "AIRFLOW_VAR_LIMIT", "", 3),
    ]
    orders = entry("AIRFLOW_CONN_ORDERS")
    expected = facts.facts(Sensitive(URI), "connection", codec.decode).parts
    assert orders.fingerprints == prints.fingerprinted(expected, key().secret)
    assert (orders.endpoint, orders.use) == ("db.example:5432/orders", {"*": "usable"})
    assert entry("AIRFLOW_VAR_BLANK").use == {"*": "empty"}
    assert source.as_of is not None
    assert "canary" not in everything()


def test_what_no_airflow_or_only_some_can_read_is_told(deployment: Deployment) -> None:
    lines = ['AIRFLOW_CONN_CUT=\'{"conn_type": "http"\'', "AIRFLOW_CONN_PORT=http://db.example:port"]
    sources.store(deployment, Form.ENV_FILE, "\n".join(lines))
    assert entry("AIRFLOW_CONN_CUT").use == {"*": "broken"}
    assert entry("AIRFLOW_CONN_PORT").use == {"*": "broken"}


def test_a_source_takes_the_place_of_the_one_with_its_form_and_name(deployment: Deployment) -> None:
    first = sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1\nAIRFLOW_VAR_B=1", label="x")
    kept = entry("AIRFLOW_VAR_A").pk
    again = sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1\nAIRFLOW_VAR_C=1", label="x", is_whole=False)
    other = sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=2", label="y")
    assert (first.pk, first.pk == other.pk) == (again.pk, False)
    assert not EnvSource.objects.get(pk=first.pk).is_whole
    assert set(first.entries.values_list("name", flat=True)) == {"AIRFLOW_VAR_A", "AIRFLOW_VAR_C"}
    assert first.entries.get(name="AIRFLOW_VAR_A").pk == kept


def test_a_source_of_workers_tells_of_their_layer(deployment: Deployment) -> None:
    sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1", process="worker")
    assert entry("AIRFLOW_VAR_A").layer == "worker-environment"


def test_settings_are_kept_without_their_secrets(deployment: Deployment) -> None:
    kwargs = json.dumps({"token": "canary-9", "mount_point": "airflow"})
    lines = [
        *(f"AIRFLOW__SECRETS__BACKEND={VAULT}", f"AIRFLOW__SECRETS__BACKEND_KWARGS='{kwargs}'"),
        *("VAULT_TOKEN=canary-10", "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS_CMD=cat canary-11"),
    ]
    source = sources.store(deployment, Form.ENV_FILE, "\n".join(lines))
    assert source.settings["AIRFLOW__SECRETS__BACKEND"] == VAULT
    kept = json.loads(source.settings["AIRFLOW__SECRETS__BACKEND_KWARGS"])
    assert kept == {"token": MARK, "mount_point": "airflow"}
    assert source.settings["VAULT_TOKEN"] == MARK
    assert source.unknown == ["AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS_CMD"]
    assert "canary" not in everything()


def task_definition() -> dict[str, Any]:
    held = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:crm-AbCdEf:uri::"
    container = {
        "name": "airflow",
        "environment": [{"name": "AIRFLOW_CONN_ORDERS", "value": URI}],
        "secrets": [{"name": "AIRFLOW_CONN_CRM", "valueFrom": held}],
        "environmentFiles": [{"value": "arn:aws:s3:::bucket/more.env", "type": "s3"}],
    }
    return {"taskDefinition": {"containerDefinitions": [container, {"name": "proxy"}]}}


def test_a_value_that_is_kept_elsewhere_has_its_place_and_no_fingerprint(deployment: Deployment) -> None:
    source = sources.store(deployment, Form.ECS, task_definition(), label=TASK)
    crm = entry("AIRFLOW_CONN_CRM")
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:crm-AbCdEf"
    assert (crm.held_in, crm.fingerprints, crm.use) == (f"secrets-manager:{arn}:uri", {}, {"*": "unknown"})
    assert source.gaps == [{"reason": "env-file", "where": "arn:aws:s3:::bucket/more.env", "line": 0}]
    assert source.component == "airflow"


def test_a_value_that_the_source_does_not_tell_is_hidden(deployment: Deployment) -> None:
    compose = "services:\n  web:\n    environment:\n      AIRFLOW_CONN_A: ${SECRET}\n      AIRFLOW_VAR_B:\n"
    sources.store(deployment, Form.COMPOSE, compose)
    assert entry("AIRFLOW_CONN_A").fingerprints == {prints.UNTOLD: prints.HIDDEN}
    assert not entry("AIRFLOW_CONN_A").maybe_unset
    assert entry("AIRFLOW_VAR_B").fingerprints == {"text": prints.HIDDEN}
    assert entry("AIRFLOW_VAR_B").maybe_unset


def test_of_several_processes_one_has_to_be_named(deployment: Deployment) -> None:
    compose = "services:\n  web: {environment: {AIRFLOW_VAR_A: 1}}\n  worker: {environment: {AIRFLOW_VAR_B: 1}}\n"
    with pytest.raises(reading.SeveralComponents) as several:
        sources.store(deployment, Form.COMPOSE, compose)
    assert several.value.components == ["web", "worker"]
    assert not EnvSource.objects.exists()
    sources.store(deployment, Form.COMPOSE, compose, component="worker")
    assert [each.name for each in LayerEntry.objects.all()] == ["AIRFLOW_VAR_B"]


def test_processes_with_nothing_of_their_own_can_be_meant(deployment: Deployment) -> None:
    values = "env: [{name: AIRFLOW_VAR_A, value: x}]\nworkers: {env: [{name: AIRFLOW_VAR_B, value: x}]}\n"
    with pytest.raises(reading.SeveralComponents) as several:
        sources.store(deployment, Form.HELM, values)
    assert several.value.components == [reading.OTHERS, "workers"]
    source = sources.store(deployment, Form.HELM, values, component=reading.OTHERS)
    assert [each.name for each in source.entries.all() if each.kind == "variable"] == ["AIRFLOW_VAR_A"]


@pytest.mark.parametrize(
    ("form", "content", "code"),
    [
        (Form.COMPOSE, "a: [", "bad-text"),
        (Form.COMPOSE, "- a\n", "bad-shape"),
        (Form.ENV_FILE, "A=" + "x" * 500_001, "too-long"),
        (Form.HELM, "a:\n" + "- b\n" * 100_001, "too-long"),
        (Form.ECS, "[]", "bad-text"),
        (Form.ECS, "[" * 100_000, "bad-text"),
        (Form.ECS, {"taskDefinition": {}}, "bad-shape"),
        (Form.OBJECTS, {}, "bad-shape"),
    ],
)
def test_what_cannot_be_read_leaves_what_was_there(deployment: Deployment, form: str, content: Any, code: str) -> None:
    known = EnvSource.objects.create(deployment=deployment, form=form)
    with pytest.raises(reading.Unreadable) as unreadable:
        sources.store(deployment, form, content)
    assert [problem.code for problem in unreadable.value.problems] == [code]
    known.refresh_from_db()
    assert known.as_of is None


def test_a_line_that_cannot_be_read_leaves_open_what_it_sets(deployment: Deployment) -> None:
    source = sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1\nAIRFLOW_VAR_B='1\n")
    assert {"code": "bad-line", "line": 2, "facts": {}} in source.problems
    assert source.gaps == [{"reason": "unreadable", "where": "", "line": 2}]


def test_remarks_are_bounded(deployment: Deployment) -> None:
    source = sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1\n" * 500)
    assert len(source.problems) == sources.MOST_REMARKS


def test_mwaa_brings_its_own_defaults_and_leaves_its_script_open_until_that_is_given(deployment: Deployment) -> None:
    source = sources.store(deployment, Form.MWAA, answer("mwaa.json"), label="halden")
    assert entry("AIRFLOW_CONN_AWS_DEFAULT").conn_type == "aws"
    assert [gap["reason"] for gap in source.gaps] == ["start-up-script"]
    sources.store(deployment, Form.SCRIPT, text("startup.sh"))
    source.refresh_from_db()
    assert source.gaps == []
    again = sources.store(deployment, Form.MWAA, answer("mwaa.json"), label="halden")
    assert again.gaps == []


def test_a_script_that_is_removed_leaves_its_environment_open_again(deployment: Deployment) -> None:
    script = sources.store(deployment, Form.SCRIPT, text("startup.sh"))
    source = sources.store(deployment, Form.MWAA, answer("mwaa.json"), label="halden")
    assert source.gaps == []
    sources.remove(script)
    source.refresh_from_db()
    assert [gap["reason"] for gap in source.gaps] == ["start-up-script"]


def test_a_script_of_one_process_leaves_the_others_open(deployment: Deployment) -> None:
    def gaps(process: str) -> list[str]:
        source = sources.store(deployment, Form.MWAA, answer("mwaa.json"), label=process, process=process)
        return [gap["reason"] for gap in source.gaps]

    both = sources.store(deployment, Form.MWAA, answer("mwaa.json"))
    sources.store(deployment, Form.SCRIPT, text("startup.sh"), process="worker")
    both.refresh_from_db()
    assert [gap["reason"] for gap in both.gaps] == ["start-up-script"]
    assert (gaps("any"), gaps("server"), gaps("worker")) == (["start-up-script"], ["start-up-script"], [])
    sources.store(deployment, Form.SCRIPT, text("startup.sh"), process="server")
    assert (gaps("any"), gaps("server")) == ([], [])


def test_objects_of_the_environment_manager_are_a_layer_of_their_own(deployment: Deployment) -> None:
    objects = [
        {
            "objectType": "CONNECTION",
            "objectKey": "crm",
            "scope": "DEPLOYMENT",
            "connection": {"type": "http", "host": "crm.example", "port": 443, "password": "canary-12"},
        },
        {"objectType": "AIRFLOW_VARIABLE", "objectKey": "limit", "airflowVariable": {"value": "10", "isSecret": False}},
    ]
    source = sources.store(deployment, Form.OBJECTS, {"environmentObjects": objects, "totalCount": 3})
    assert {(each.layer, each.kind, each.name) for each in LayerEntry.objects.all()} == {
        ("environment-manager", "connection", "crm"),
        ("environment-manager", "variable", "limit"),
    }
    crm = entry("crm")
    assert crm.conn_type == "http"
    assert crm.fingerprints["extra"] == prints.HIDDEN
    assert len(crm.fingerprints["password"]) == prints.LENGTH
    assert [gap["reason"] for gap in source.gaps] == ["one-page"]
    assert "canary" not in everything()


def test_task_definitions_and_the_environment_of_mwaa_can_be_asked_again(deployment: Deployment) -> None:
    sources.store(deployment, Form.ECS, task_definition(), label=TASK)
    sources.store(deployment, Form.ECS, task_definition(), label="typed in")
    assert [source.label for source in sources.live(deployment)] == [TASK]
    deployment.mwaa_environment = "halden"
    asked = sources.live(deployment)
    assert [(source.form, source.label) for source in asked] == [("ecs", TASK), ("mwaa", "halden")]
    sources.store_again(asked[1], answer("mwaa.json"))
    assert [source.pk is None for source in sources.live(deployment)] == [False, False]


def test_the_arn_of_a_task_definition_with_a_long_name_is_kept_whole(deployment: Deployment) -> None:
    arn = f"arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task-definition/{'a' * 255}:12345"
    sources.store(deployment, Form.ECS, task_definition(), label=arn)
    assert [source.label for source in sources.live(deployment)] == [arn]


def test_a_source_that_is_removed_while_it_is_asked_does_not_come_back(deployment: Deployment) -> None:
    source = sources.store(deployment, Form.ECS, task_definition(), label=TASK)
    sources.remove(EnvSource.objects.get())
    sources.store_again(source, task_definition())
    assert not EnvSource.objects.exists()
    assert not LayerEntry.objects.exists()


EXPORT = json.dumps({"crm": {"conn_type": "http", "host": "crm.example", "password": "canary-13", "extra": ""}})


def test_exported_files_are_the_metadata_layer(deployment: Deployment) -> None:
    counts = sources.store_export(deployment, {"connection": EXPORT, "variable": '{"limit": "10"}'})
    assert counts == {"connection": 1, "variable": 1}
    assert {(each.layer, each.name) for each in LayerEntry.objects.all()} == {
        ("metastore", "crm"),
        ("metastore", "limit"),
    }
    state = LayerState.objects.get(kind="connection")
    assert (state.count, state.problem, state.as_of is None) == (1, "", False)
    assert "canary" not in everything()


def test_of_an_exported_uri_nothing_is_named_that_may_be_a_piece_of_its_password(deployment: Deployment) -> None:
    lines = "a=postgres://user:x@db.example/s?canary-14=1\n"
    sources.store_export(deployment, {"connection": lines})
    assert (entry("a").endpoint, entry("a").conn_type) == ("", "postgres")
    assert "extra" in entry("a").fingerprints
    assert "canary" not in everything()


def test_a_file_with_an_entry_that_cannot_be_read_changes_nothing(deployment: Deployment) -> None:
    sources.store_export(deployment, {"connection": EXPORT})
    with pytest.raises(reading.Unreadable) as unreadable:
        sources.store_export(deployment, {"connection": '{"a": 1}', "variable": "{}"})
    assert "Entry 1 of 1" in str(unreadable.value)
    assert [each.name for each in LayerEntry.objects.all()] == ["crm"]
    assert not LayerState.objects.filter(kind="variable").exists()


def test_a_source_that_is_removed_takes_its_entries_along(deployment: Deployment) -> None:
    sources.remove(sources.store(deployment, Form.ENV_FILE, "AIRFLOW_VAR_A=1"))
    assert not LayerEntry.objects.exists()
