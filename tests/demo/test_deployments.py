"""What the sample's deployments get wrong: every kind of conflict, and exactly those that docs/demo.md tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from secretsui.access.models import DeploymentGrant, DeploymentLevel
from secretsui.core.conflicts import CONFLICTS
from secretsui.core.sensitive import Sensitive
from secretsui.demo import deployment_rows, deployments, rows, story
from secretsui.demo.accounts import ACCOUNTS
from secretsui.demo.companion import ADDRESS, CREDENTIAL
from secretsui.inventory.deployments import resolving
from secretsui.inventory.models import Check, Deployment, EnvSource, LayerEntry, Prefix, ResolvedRow, SecretRecord
from secretsui.inventory.sync import values
from secretsui.stores.base import Value
from tests.demo.told import Told, told_conflicts

pytestmark = pytest.mark.django_db
ENDPOINT = "http://127.0.0.1:9"
NOW = datetime.now(UTC)
# Those of Airflow 2 have one sort of process, and the lab has faults of other kinds.
PROCESSES = {"halden-us": {"server"}, "halden-depot": {"server"}, "halden-lab": set()}


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after the first refresh of every prefix, with exported files in the place of the real Airflow."""
    monkeypatch.delenv(ADDRESS, raising=False)
    rows.write("a-password-of-three", ENDPOINT)
    SecretRecord.objects.bulk_create(records())
    Prefix.objects.update(as_of=NOW, complete=True)
    for deployment in Deployment.objects.all():
        resolving.resolve_all(deployment)


def records() -> Iterator[SecretRecord]:
    samples = [(account.name, sample) for account in ACCOUNTS for sample in story.samples(account)]
    for prefix in Prefix.objects.select_related("account"):
        for account, sample in samples:
            if (account, sample.region) == (prefix.account.name, prefix.region) and sample.name.startswith(
                f"{prefix.path}/"
            ):
                yield record(prefix, sample)


def record(prefix: Prefix, sample: story.Sample) -> SecretRecord:
    text = sample.texts()[-1]
    known = values.learn(Value(sample.name, "v1", Sensitive(text) if isinstance(text, str) else None), prefix.kind)
    return SecretRecord(
        prefix=prefix,
        name=sample.name,
        key=sample.name.removeprefix(prefix.start),
        deleted_at=NOW if "deleted" in sample.line else None,
        **known._asdict(),
    )


def found(name: str) -> Told:
    conflicts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in ResolvedRow.objects.filter(deployment__name=name).exclude(conflict="none"):
        conflicts[row.process][row.conflict].add(row.key)
    return conflicts


@pytest.mark.database
def test_exactly_the_conflicts_that_are_told_are_found(sample):
    for each in deployments.samples():
        wanted, conflicts = told_conflicts(each.name), found(each.name)
        if each.name == deployments.REAL:
            wanted = {process: without_masks(conflicts) for process, conflicts in wanted.items()}
        assert conflicts == {process: wanted[process] for process in conflicts}, each.name
        assert set(conflicts) == PROCESSES.get(each.name, {"server", "task"}), each.name
    assert {row.conflict for row in ResolvedRow.objects.all()} == set(CONFLICTS)


def without_masks(conflicts: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    return {
        conflict: ids | (conflicts["cannot-compare"] if conflict == "same" else set())
        for conflict, ids in conflicts.items()
        if conflict != "cannot-compare"
    }


def test_groups_are_granted_what_the_documents_say(sample):
    granted = DeploymentGrant.objects.values_list("group__name", "deployment__name", "level")
    assert set(granted) == {
        *(("platform", each.name, DeploymentLevel.FIX) for each in deployments.samples()),
        ("analysts", "halden-dev", DeploymentLevel.SEE),
    }


def test_no_secret_of_the_story_is_kept_with_a_deployment(sample):
    kept = [*Deployment.objects.values_list("backend_kwargs", flat=True), *EnvSource.objects.values()]
    kept += LayerEntry.objects.values()
    assert "sample-" not in str(kept)
    assert "halden-secretsui-4417" not in str(kept)


def test_a_second_start_adds_nothing_and_keeps_what_a_person_changed(sample):
    Deployment.objects.filter(name="halden-us").update(stage="dev")
    Deployment.objects.filter(name="halden-dev").delete()
    LayerEntry.objects.filter(deployment__name="halden-us", name="ups_tracking").delete()
    DeploymentGrant.objects.filter(deployment__name="halden-prod").delete()
    rows.write("a-password-of-three", ENDPOINT)

    assert Deployment.objects.get(name="halden-us").stage == "dev"
    assert not LayerEntry.objects.filter(name="ups_tracking").exists()
    assert not DeploymentGrant.objects.filter(deployment__name="halden-prod").exists()
    assert EnvSource.objects.filter(deployment__name="halden-prod").count() == 2


def test_the_real_airflow_is_where_this_start_has_it(sample, monkeypatch):
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:11")
    rows.write("a-password-of-three", ENDPOINT)
    real = Deployment.objects.get(name=deployments.REAL)
    assert (real.api, real.api_url, real.credential) == ("v2", "http://127.0.0.1:11", f"env:{CREDENTIAL}")

    monkeypatch.delenv(ADDRESS)
    rows.write("a-password-of-three", ENDPOINT)
    assert Deployment.objects.get(name=deployments.REAL).api == "exported"


def test_only_a_real_airflow_is_checked(sample, monkeypatch):
    deployment_rows.check_airflow()
    assert not Check.objects.exists()
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:11")
    rows.write("a-password-of-three", ENDPOINT)
    deployment_rows.check_airflow()
    assert [str(check.deployment) for check in Check.objects.all()] == [deployments.REAL]
