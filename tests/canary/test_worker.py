"""Values on their way through a real worker: tasks that succeed, that fail and that explode."""

from __future__ import annotations

import pytest
from django.test import Client

from secretsui.celery import app
from secretsui.inventory.models import Refresh
from tests.canary import places
from tests.canary.planted import quoted_by_aws
from tests.canary.watch import Watch
from tests.canary.world import World
from tests.endtoend.conftest import Start, start_worker  # noqa: F401 - a fixture
from tests.endtoend.worker import wait

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = (pytest.mark.database, pytest.mark.broker)


@pytest.mark.parametrize("as_json", ["0", pytest.param("1", marks=ELSEWHERE)])
def test_no_worker_leaves_a_value_behind(
    as_alice: Client,
    world: World,
    watch: Watch,
    start_worker: Start,  # noqa: F811
    as_json: str,
) -> None:
    said = quoted_by_aws("said")
    broken, denied = "airflow/connections/broken_at", "airflow/connections/json"
    world.aws.faults.add("BatchGetSecretValue", "item", name=denied, code="InternalServiceError", message=said)
    world.aws.faults.add("ListSecrets", "internal", times=1, message=said)
    # What waits in the broker is looked at before anybody takes it.
    as_alice.post("/inventory/refresh/")
    for task in ("tests.explode", "tests.explode_again"):
        app.send_task(task, args=[world.prefix.pk, broken])
    app.send_task("secretsui.access.tasks.refresh_due")
    watch.look_at(places.everywhere())

    worker = start_worker("-I", "tests.canary.exploding", SECRETSUI_LOG_LEVEL="DEBUG", SECRETSUI_LOG_JSON=as_json)
    wait(lambda: not Refresh.objects.filter(state__in=Refresh.ACTIVE).exists(), "the refreshes")
    wait(lambda: Refresh.objects.filter(state="failed", code="InternalServiceError").exists(), "the failed refresh")
    wait(lambda: worker.said().count("raised unexpected") >= 2, "the explosions")
    log = worker.said()
    watch.look("the worker's log", log)
    # That the log is complete, and still says what went wrong and where.
    assert "debug" in log
    assert "RuntimeError" in log
    assert "KeyError" in log
    assert "exploding.py" in log
    assert "refresh_prefix" in log
    watch.look_at(places.everywhere())
