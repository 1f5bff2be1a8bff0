"""What providers declare, read by us from their wheels and by the real Airflow from what it has installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue_files import FOLDER
from secretsui.core.catalogue_overlay import overlay
from secretsui.core.sensitive_names import is_sensitive
from tests.airflow_live.environments import LAB, NoAirflow, airflow_python
from tests.needs import need

pytestmark = pytest.mark.airflow_live

THEIR_NAMES = {"description": "description", "url_schema": "schema", "host": "host", "port": "port"}
THEIR_NAMES |= {"login": "login", "password": "password"}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    try:
        python = airflow_python(3)
    except NoAirflow as reason:
        need(False, f"no Airflow to compare with: {reason}")
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow"))}
    command = [str(python), str(LAB / "hook_meta.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def same_versions(airflow: Mapping[str, Any]) -> Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Our reading and Airflow's of the types whose provider is installed in the version of our file."""
    theirs = {each["connection_type"]: each for each in airflow["types"]}
    documents = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    alike = [each for each in documents if airflow["versions"].get(each["distribution"]) == each["version"]]
    return {one["conn_type"]: (one, theirs[one["conn_type"]]) for each in alike for one in each["types"]}


def test_airflow_has_no_type_that_the_catalogue_lacks(airflow):
    types = {each["connection_type"] for each in airflow["types"]}
    assert {"generic", "email", "fs", "package_index", "aws"} <= types
    assert {each for each in types if catalogue.find(each) is None} == set()


def test_the_types_of_the_core_are_those_without_a_hook(airflow):
    hookless = {each["connection_type"]: each["hook_name"] for each in airflow["types"] if not each["hook_class_name"]}
    core = json.loads((FOLDER / "apache-airflow.json").read_text())["types"]
    assert {each["conn_type"]: each["name"] for each in core} == hookless


def test_what_a_provider_declares_is_read_as_airflow_reads_it(same_versions):
    assert len(same_versions) >= 5
    for conn_type, (ours, theirs) in same_versions.items():
        assert (ours["hook"], ours["name"]) == (theirs["hook_class_name"], theirs["hook_name"]), conn_type
        assert [each["name"] for each in ours.get("fields", [])] == list(theirs["extra_fields"] or {}), conn_type
        standard = ours.get("standard", {})
        for their_name, name in THEIR_NAMES.items():
            known = (theirs["standard_fields"] or {}).get(their_name) or {}
            own = standard.get(name, {})
            assert own.get("hidden", False) == known.get("hidden", False), f"{conn_type}.{name}"
            assert own.get("label") == known.get("title"), f"{conn_type}.{name}"
            assert own.get("placeholder") == known.get("placeholder"), f"{conn_type}.{name}"


def test_laid_over_the_catalogue_the_forms_are_those_of_airflow(airflow):
    found = overlay("airflow", airflow["types"], catalogue.by_type())
    assert found.types.keys() == {each["connection_type"] for each in airflow["types"]}
    for theirs in airflow["types"]:
        conn_type = found.types[theirs["connection_type"]]
        assert conn_type.name == theirs["hook_name"]
        declared = list(theirs["extra_fields"] or {})
        assert [each.name for each in conn_type.fields][: len(declared)] == declared
        for their_name, name in THEIR_NAMES.items():
            known = (theirs["standard_fields"] or {}).get(their_name) or {}
            assert conn_type.standard[name].label == (known.get("title") or ""), conn_type.conn_type
            assert conn_type.standard[name].hidden == known.get("hidden", False), conn_type.conn_type


def test_every_name_that_airflow_masks_is_secret_here(airflow):
    assert len(airflow["sensitive"]) > 15
    assert [name for name in airflow["sensitive"] if not is_sensitive(name)] == []
