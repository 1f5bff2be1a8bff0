"""Runs in Airflow's own interpreter: what the reporter says there, of an environment that comes in as JSON."""

import json
import os
import sys

given = json.load(sys.stdin)
os.environ.update(given["environ"])
sys.path.insert(0, given["folder"])

import secretsui_reporter_plugin as reporter  # noqa: E402


def dags():
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    bag = DagBag(given["folder"])
    return {"errors": bag.import_errors, "tasks": {name: list(dag.task_dict) for name, dag in bag.dags.items()}}


def plugins():
    from airflow import plugins_manager

    if hasattr(plugins_manager, "_get_plugins"):
        loaded, errors = plugins_manager._get_plugins()
    else:
        plugins_manager.ensure_plugins_loaded()
        loaded, errors = plugins_manager.plugins, plugins_manager.import_errors
    return [each.name for each in loaded], errors


def posted():
    try:
        reporter.post(given["process"])
    except reporter.Refused as refusal:
        return str(refusal)
    return ""


answer = {"report": reporter.report(given["process"], given["key"].encode())}
if given.get("loads"):
    answer |= {"dags": dags(), "plugins": plugins()}
answer["posted"] = [posted() for _ in range(given.get("posts", 0))]
with open(given["out"], "w") as out:
    json.dump(answer, out)
