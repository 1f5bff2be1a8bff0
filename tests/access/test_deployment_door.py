from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any, Final

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import DatabaseError

from secretsui.access import events, policy
from secretsui.access.deployment_door import DeploymentDoor, open_deployment
from secretsui.access.door import Job, Person
from secretsui.access.models import AccessEvent, DeploymentGrant, DeploymentLevel
from secretsui.airflow.errors import ApiError, NoCredential, NotFound, Unreachable, Unsupported
from secretsui.core.connection import Connection
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Check, Deployment, LayerEntry
from tests.airflow.answering import Cut, Reply, Server
from tests.airflow_double import BACKEND, PASSWORD, Airflow, running, variable
from tests.airflow_double import connection as row

pytestmark = pytest.mark.database

CREDENTIAL: Final = "SECRETSUI_CREDENTIAL_HALDEN"
CONN: Final = Connection(conn_type="http", host="crm.example", password=Sensitive("canary-3"))

Verb = Callable[[DeploymentDoor], Any]
VERBS: Final[Mapping[str, Verb]] = {
    "check": lambda door: door.check(),
    "live": lambda door: door.live("connection", "crm"),
    "hook meta": lambda door: door.hook_meta(),
    "delete": lambda door: door.delete_row("connection", "crm"),
    "test connection": lambda door: door.test_connection("crm", CONN),
    "test": lambda door: door.test(),
    "import": lambda door: door.import_config(),
    "read source": lambda door: door.read_source("mwaa", "halden"),
}
NEEDED: Final[Mapping[str, str]] = {
    "check": "any",
    "live": "see",
    "hook meta": "see",
    "delete": "fix",
    "test connection": "fix",
    "test": "administer",
    "import": "administer",
    "read source": "administer",
}
MAY: Final[Mapping[str, set[str]]] = {
    "sees": {"any", "see"},
    "fixes": {"any", "see", "fix"},
    "administers": {"any", "administer"},
}


@pytest.fixture
def airflow() -> Airflow:
    found = Airflow([row("crm"), row("orders")], [variable("limit")], {"secrets": {"backend": BACKEND}})
    found.instead["/connections/test"] = Reply(body={"status": False, "message": "refused"})
    return found


@pytest.fixture
def server(airflow: Airflow) -> Iterator[Server]:
    with running(airflow) as found:
        found.answer = lambda call: Reply(body=[]) if call.path.endswith("hook_meta") else airflow(call)
        yield found


@pytest.fixture
def deployment(db: None, server: Server, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setenv(CREDENTIAL, f"admin:{PASSWORD}")
    return Deployment.objects.create(
        name="halden-prod", api=Deployment.Api.V2, api_url=server.url, credential=f"env:{CREDENTIAL}"
    )


def give(user: User, deployment: Deployment, level: DeploymentLevel) -> User:
    group = Group.objects.create(name=f"{user.username} {level}")
    user.groups.add(group)
    DeploymentGrant.objects.create(group=group, deployment=deployment, level=level)
    return user


@pytest.fixture
def sees(charlie: User, deployment: Deployment) -> User:
    return give(charlie, deployment, DeploymentLevel.SEE)


@pytest.fixture
def fixes(charlie: User, deployment: Deployment) -> User:
    return give(charlie, deployment, DeploymentLevel.FIX)


@pytest.fixture
def administers(root: User) -> User:
    return root


def log() -> list[tuple[str, str, str, str]]:
    return list(AccessEvent.objects.order_by("pk").values_list("action", "outcome", "name", "detail"))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", MAY)
def test_each_verb_needs_its_level(
    request: pytest.FixtureRequest, deployment: Deployment, server: Server, who: str, verb: str
) -> None:
    door = open_deployment(Person(request.getfixturevalue(who)), deployment)
    if NEEDED[verb] in MAY[who]:
        no_account = pytest.raises(NoCredential) if verb == "read source" else nullcontext()
        with no_account:
            VERBS[verb](door)
        assert {event.deployment for event in AccessEvent.objects.all()} <= {"halden-prod"}
        return
    with pytest.raises((policy.Refused, policy.NotVisible)) as refusal:
        VERBS[verb](door)
    assert isinstance(refusal.value, policy.Refused) == (who == "sees" and NEEDED[verb] == "fix")
    assert server.calls == []
    assert {outcome for _, outcome, *_ in log()} == ({"refused"} if verb != "hook meta" else set())


@pytest.mark.parametrize("who", ["alice", "nobody", "inactive"])
def test_without_a_grant_there_is_no_door(request: pytest.FixtureRequest, deployment: Deployment, who: str) -> None:
    user = AnonymousUser() if who == "nobody" else request.getfixturevalue("fixes" if who == "inactive" else who)
    if who == "inactive":
        user.is_active = False
    with pytest.raises(policy.NotVisible):
        open_deployment(Person(user), deployment)


def test_a_grant_on_one_deployment_opens_no_other(deployment: Deployment, fixes: User) -> None:
    other = Deployment.objects.create(name="other", api=Deployment.Api.NONE)
    with pytest.raises(policy.NotVisible):
        open_deployment(Person(fixes), other)
    assert list(policy.visible_deployments(fixes)) == [deployment]
    assert (policy.may_see(fixes, deployment), policy.may_fix(fixes, deployment)) == (True, True)
    assert (policy.may_see(fixes, other), policy.may_fix(fixes, other)) == (False, False)


def test_the_highest_level_of_several_groups_counts(deployment: Deployment, sees: User) -> None:
    assert not policy.may_fix(sees, deployment)
    give(sees, deployment, DeploymentLevel.FIX)
    assert policy.deployment_level(sees, deployment) == DeploymentLevel.FIX
    assert [found.level for found in policy.visible_deployments(sees)] == [DeploymentLevel.FIX]
    sees.groups.clear()
    assert not policy.visible_deployments(sees).exists()


def test_a_row_is_deleted_in_airflow_and_here(deployment: Deployment, airflow: Airflow, fixes: User) -> None:
    _remember(deployment, "crm", "orders")
    open_deployment(Person(fixes), deployment).delete_row("connection", "crm")
    assert [each["connection_id"] for each in airflow.connections] == ["orders"]
    assert [each.name for each in LayerEntry.objects.all()] == ["orders"]
    assert log() == [("delete-row", "allowed", "crm", "connection")]


def test_a_row_that_was_gone_already_is_forgotten(deployment: Deployment, airflow: Airflow, fixes: User) -> None:
    _remember(deployment, "old")
    with pytest.raises(NotFound):
        open_deployment(Person(fixes), deployment).delete_row("connection", "old")
    assert not LayerEntry.objects.exists()
    assert log()[-1] == ("delete-row", "failed", "old", "not-found")


def test_a_deletion_that_nobody_confirms_is_looked_after(deployment: Deployment, airflow: Airflow, fixes: User) -> None:
    _remember(deployment, "crm")
    airflow.instead["/connections/crm"] = Cut
    with pytest.raises(ApiError):
        open_deployment(Person(fixes), deployment).delete_row("connection", "crm")
    assert LayerEntry.objects.exists()
    assert Check.objects.get().trigger == "change"


def test_looking_at_one_row_brings_it_up_to_date_without_its_value(
    deployment: Deployment, airflow: Airflow, sees: User
) -> None:
    airflow.variables = [variable("limit", "canary-4")]
    door = open_deployment(Person(sees), deployment)
    found = door.live("variable", "limit")
    assert found is not None
    assert (found.name, found.use) == ("limit", {"*": "usable"})
    assert "canary" not in repr(LayerEntry.objects.values_list())
    airflow.variables = []
    assert door.live("variable", "limit") is None
    assert not LayerEntry.objects.exists()
    assert log()[0] == ("check", "allowed", "limit", "variable")


def test_the_outcome_of_a_connection_test_is_for_who_ran_it(deployment: Deployment, fixes: User) -> None:
    outcome = open_deployment(Person(fixes), deployment).test_connection("crm", CONN)
    assert (outcome.ok, outcome.message) == (False, "refused")
    assert log() == [("test-conn", "allowed", "crm", "")]


def test_what_cannot_be_recorded_does_not_happen(
    deployment: Deployment, server: Server, fixes: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError

    door = open_deployment(Person(fixes), deployment)
    monkeypatch.setattr(events, "append", fail)
    with pytest.raises(events.NotRecorded):
        door.delete_row("connection", "crm")
    assert server.calls == []


def test_a_failure_is_recorded_with_its_kind(deployment: Deployment, fixes: User) -> None:
    Deployment.objects.update(api_url="http://127.0.0.1:9")
    deployment.refresh_from_db()
    with pytest.raises(Unreachable):
        open_deployment(Person(fixes), deployment).delete_row("variable", "limit")
    assert log()[-1] == ("delete-row", "failed", "limit", "unreachable")
    assert events.first_broken() is None


def test_a_deployment_that_names_no_airflow_cannot_be_asked(deployment: Deployment, fixes: User) -> None:
    deployment.api = Deployment.Api.EXPORTED
    with pytest.raises(Unsupported):
        open_deployment(Person(fixes), deployment).delete_row("variable", "limit")


def test_jobs_fix_nothing_and_people_run_no_jobs(deployment: Deployment, fixes: User) -> None:
    with pytest.raises(policy.Refused):
        open_deployment(Job("checks"), deployment).delete_row("connection", "crm")
    door = open_deployment(Person(fixes), deployment)
    with pytest.raises(TypeError):
        door.collect(Check.objects.create(deployment=deployment))
    with pytest.raises(TypeError):
        door.receive({})


def _remember(deployment: Deployment, *conn_ids: str) -> None:
    for conn_id in conn_ids:
        LayerEntry.objects.create(deployment=deployment, layer="metastore", kind="connection", name=conn_id)
