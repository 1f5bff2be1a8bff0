"""The matrix as a whole, and one id of it: both from the same answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.core.chain import Process
from secretsui.inventory.deployments import resolving, triggers
from secretsui.inventory.deployments.explained import Cell, Explained
from secretsui.inventory.models import Deployment, Kind, Prefix, ResolvedRow, SecretRecord
from tests.conftest import Place
from tests.inventory.deployments import halden


@pytest.fixture
def deployment(place: Place) -> Deployment:
    """All of its layers were read; nothing lies in any."""
    found = halden.deployment(place.connections)
    halden.read(found)
    halden.source(found)
    return found


def one(deployment: Deployment, key: str = "crm", process: Process = "server") -> Explained:
    """As it is resolved alone; the matrix says the same of it."""
    found = resolving.resolve_one(deployment, process, "connection", key)
    resolving.resolve_all(deployment)
    row = ResolvedRow.objects.filter(deployment=deployment, process=process, kind="connection", key=key).first()
    if row is not None:
        assert list(found.cells.values()) == row.cells
        facts = (row.conflict, row.winner, row.is_certain, row.conn_type, row.owner)
        assert facts == (found.conflict, found.winner, found.is_certain, found.conn_type, found.owner)
    return found


def states(found: Explained) -> list[str]:
    return [cell["state"] for cell in found.cells.values()]


def keys(deployment: Deployment, kind: str = "connection", process: str = "server") -> list[str]:
    rows = ResolvedRow.objects.filter(deployment=deployment, process=process, kind=kind)
    return sorted(rows.values_list("key", flat=True))


class TestOneId:
    def test_a_shadowed_value_is_compared_field_by_field(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", tags={"owner": "crm-team"}, changed_at=halden.NOON)
        halden.row(deployment, "crm", halden.OLD)
        found = one(deployment)

        assert (found.conflict, found.winner, found.is_certain) == ("different", "backend", True)
        assert (found.conn_type, found.owner) == ("postgres", "crm-team")
        assert found.cells["metastore"] == Cell(state="shadowed", compared="different", fields=["password"])
        diffs = {diff.field: diff.state for diff in found.diffs["metastore"]}
        assert (diffs["password"], diffs["host"]) == ("differs", "same")
        secret = found.cells["backend"]
        assert secret["prefix"], secret["name"] == (place.connections.pk, "airflow/connections/crm")
        assert secret["age"] == "2026-11-20T12:00:00+00:00"

    def test_the_same_value_twice_is_said_so(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", "postgresql://reader:right@db.example/crm")

        assert one(deployment).conflict == "same"

    def test_fingerprints_of_two_keys_are_never_compared(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", fingerprint_key="another")
        halden.row(deployment, "crm")
        found = one(deployment)

        assert found.conflict == "cannot-compare"
        assert found.cells["metastore"] == Cell(state="shadowed", compared="cannot-tell")
        assert not found.diffs["metastore"]

    def test_a_masked_value_is_never_compared(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm")
        row = halden.row(deployment, "crm")
        row.fingerprints["password"] = "?"
        row.save()

        assert one(deployment).cells["metastore"].get("compared") == "cannot-tell"

    def test_a_deleted_secret_lets_the_next_layer_win(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", deleted_at=halden.NOON)
        halden.row(deployment, "crm")
        found = one(deployment)

        assert (states(found), found.conflict) == (["deleted", "absent", "wins"], "falls-through")
        assert found.cells["backend"]["held"]

    def test_a_broken_secret_lets_the_next_layer_win(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", halden.BROKEN)
        halden.row(deployment, "crm")
        found = one(deployment)

        assert (states(found), found.conflict) == (["broken", "absent", "wins"], "falls-through")
        assert found.cells["backend"]["reason"] == "bad-port"

    def test_a_pattern_keeps_a_value_from_being_looked_up(self, place: Place) -> None:
        kwargs = {"connections_lookup_pattern": "^sql"}
        deployment = halden.deployment(place.connections, backend_kwargs=kwargs)
        halden.read(deployment)
        halden.source(deployment)
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", halden.OLD)
        halden.row(deployment, "erp")
        found = one(deployment)

        assert (states(found), found.conflict) == (["never", "absent", "wins"], "never")
        cell = found.cells["backend"]
        assert (cell["reason"], cell["held"], cell["compared"]) == ("pattern", True, "different")
        assert one(deployment, "erp").conflict == "none", "nothing lies where nobody looks"

    def test_a_null_prefix_keeps_a_value_from_being_looked_up(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, backend_kwargs={"connections_prefix": None})
        halden.secret(place.connections, "crm")
        found = one(deployment)

        assert (found.cells["backend"]["state"], found.cells["backend"]["reason"]) == ("never", "disabled")
        assert found.cells["backend"]["held"]

    def test_a_name_in_small_letters_is_never_looked_up(self, deployment: Deployment) -> None:
        halden.setting(deployment.sources.get(), "AIRFLOW_CONN_crm")
        found = one(deployment)

        assert (states(found), found.conflict) == (["absent", "never", "absent"], "never")
        assert keys(deployment) == ["crm"]

    def test_what_we_may_not_read_leaves_the_next_layer_in_doubt(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", read_error="denied")
        halden.row(deployment, "crm")
        found = one(deployment)

        assert (states(found), found.conflict) == (["denied", "absent", "wins-if"], "not-checked")
        assert not found.is_certain

    def test_a_layer_that_could_not_be_read_shows_what_was_known(self, deployment: Deployment, place: Place) -> None:
        deployment.layer_states.update(problem="Airflow cannot be reached.", error="unreachable")
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", halden.OLD)
        found = one(deployment)

        cell = found.cells["metastore"]
        assert (cell["state"], cell["reason"], cell["held"]) == ("failed", "unreachable", True)
        assert (cell["age"], cell["compared"]) == ("2026-11-20T12:00:00+00:00", "different")
        assert found.winner == "backend"
        assert found.conflict == "not-checked"

    def test_a_record_that_the_last_refresh_did_not_reach_wins_in_doubt(
        self, deployment: Deployment, place: Place
    ) -> None:
        halden.secret(place.connections, "crm", stale=True)
        found = one(deployment)

        assert (found.winner, found.is_certain, found.cells["backend"]["reason"]) == ("backend", False, "stale")

    def test_an_id_that_lies_nowhere_is_answered_by_every_layer(self, deployment: Deployment) -> None:
        found = one(deployment, "nothing")

        assert (states(found), found.winner, found.conflict) == (["absent"] * 3, "", "none")
        asked = {column: [each.name for each in asks] for column, asks in found.asked.items()}
        assert asked == {
            "backend": ["airflow/connections/nothing"],
            "environment": ["AIRFLOW_CONN_NOTHING"],
            "metastore": ["nothing"],
        }

    def test_the_next_winner_is_who_has_something_of_its_own(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2")
        halden.read(deployment)
        halden.source(deployment)
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", halden.OLD)
        found = one(deployment, process="task")

        assert (found.winner, found.next_winner) == ("worker-backend", "metastore")

    def test_one_secret_that_two_layers_read_is_no_conflict(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2")
        halden.read(deployment)
        halden.setting(halden.source(deployment), "AIRFLOW_CONN_ERP")
        halden.secret(place.connections, "crm")
        found, other = one(deployment, process="task"), one(deployment, "erp", process="task")

        assert found.cells["backend"] == {
            "state": "shadowed",
            "compared": "same",
            "reason": "same-entry",
            "prefix": place.connections.pk,
            "name": "airflow/connections/crm",
        }
        assert (found.conflict, other.winner, other.conflict) == ("none", "worker-environment", "none")

    def test_an_id_that_no_server_hears_is_found_by_no_task(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2")
        halden.read(deployment)
        halden.source(deployment)
        halden.row(deployment, "crm/eu")
        found = one(deployment, "crm/eu", process="task")

        assert (found.winner, found.conflict) == ("", "nowhere")
        assert found.cells["metastore"]["reason"] == "api-unheard"

    def test_a_shared_account_has_its_own_part(self, place: Place) -> None:
        shared = Prefix.objects.create(
            account=place.account, region="us-east-2", path="airflow/connections", kind="connection"
        )
        deployment = halden.deployment(
            place.connections,
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": "111122223333", "aws_region": "us-east-2"},
            providers={"apache-airflow-providers-amazon": "8.29"},
        )
        halden.look(deployment, shared, place="shared")
        halden.read(deployment)
        halden.source(deployment)
        halden.secret(shared, "crm", halden.OLD)
        alone = one(deployment)
        assert (alone.winner, states(alone)[:2]) == ("backend/shared", ["absent", "wins"])

        halden.secret(place.connections, "crm")
        both = one(deployment)
        assert (both.winner, both.conflict) == ("backend", "different")
        cell = both.cells["backend/shared"]
        assert (cell["state"], cell["compared"], cell["prefix"]) == ("shadowed", "different", shared.pk)
        assert [each.is_sent for each in both.asked["backend/shared"]] == [False]

    def test_a_shared_secret_wins_if_the_own_account_has_none(self, place: Place) -> None:
        shared = Prefix.objects.create(
            account=place.account, region="us-east-2", path="airflow/connections", kind="connection"
        )
        deployment = halden.deployment(
            place.connections,
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": "111122223333"},
            providers={"apache-airflow-providers-amazon": "8.29"},
        )
        halden.look(deployment, shared, place="shared")
        Prefix.objects.filter(pk=place.connections.pk).update(as_of=None)
        halden.secret(shared, "crm")
        halden.read(deployment)
        halden.source(deployment)
        halden.row(deployment, "crm")

        assert states(one(deployment)) == ["unknown", "wins-if", "absent", "wins-if"]

    def test_a_shared_secret_that_workers_and_the_server_find_is_no_conflict(self, place: Place) -> None:
        deployment = halden.deployment(
            place.variables,
            airflow_version="3.3.2",
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": "111122223333"},
            providers={"apache-airflow-providers-amazon": "9.25"},
        )
        shared = Prefix.objects.create(
            account=place.account, region="us-east-2", path="airflow/connections", kind="connection"
        )
        halden.look(deployment, shared, place="shared")
        halden.read(deployment)
        halden.source(deployment)
        halden.secret(shared, "crm")
        alone = one(deployment, process="task")
        assert (alone.winner, alone.conflict) == ("worker-backend/shared", "none")

        halden.row(deployment, "crm", halden.OLD)
        assert one(deployment, process="task").conflict == "different"

    def test_a_provider_that_the_shared_backend_cannot_bear_reaches_nothing(self, place: Place) -> None:
        deployment = halden.deployment(
            place.connections,
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": "444455556666"},
            providers={"apache-airflow-providers-amazon": "9.39"},
        )
        halden.read(deployment)
        halden.source(deployment)
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm")
        found = one(deployment)

        cell = found.cells["backend"]
        assert (cell["state"], cell["reason"], cell["held"]) == ("failed", "shared-too-new", True)
        assert (found.winner, found.conflict) == ("metastore", "falls-through")


@pytest.mark.database
class TestAllIds:
    def test_the_ids_are_those_of_every_layer(self, deployment: Deployment, place: Place) -> None:
        env = deployment.sources.get()
        halden.secret(place.connections, "My_CRM")
        halden.secret(place.variables, "flags", "{}")
        halden.secret(place.config, "sql_alchemy_conn", "postgresql://")
        halden.row(deployment, "row")
        halden.row(deployment, "flags", "{}", Kind.VARIABLE)
        halden.setting(env, "AIRFLOW_CONN_MY_CRM")
        halden.setting(env, "AIRFLOW_CONN_ONLY_HERE")
        halden.setting(env, "AIRFLOW_VAR_BATCH", "5")

        assert resolving.resolve_all(deployment) == 5
        assert keys(deployment) == ["My_CRM", "only_here", "row"]
        assert keys(deployment, "variable") == ["batch", "flags"]

    def test_what_lies_outside_the_prefixes_of_the_backend_is_no_id(self, deployment: Deployment, place: Place) -> None:
        other = Prefix.objects.create(
            account=place.account, region=place.connections.region, path="other/connections", kind="connection"
        )
        halden.secret(other, "crm")

        assert resolving.resolve_all(deployment) == 0

    def test_each_process_of_airflow_3_has_its_rows(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2")
        halden.read(deployment)
        halden.setting(halden.source(deployment, process="worker"), "AIRFLOW_CONN_CRM", halden.OLD)
        halden.source(deployment, process="server")
        halden.row(deployment, "crm")
        resolving.resolve_all(deployment)

        rows = {row.process: row for row in ResolvedRow.objects.filter(deployment=deployment)}
        assert (rows["server"].winner, rows["task"].winner) == ("metastore", "worker-environment")
        assert (len(rows["server"].cells), len(rows["task"].cells)) == (3, 5)

    def test_the_summary_counts_each_conflict(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", halden.OLD)
        halden.row(deployment, "erp")
        before = timezone.now()
        resolving.resolve_all(deployment)
        deployment.refresh_from_db()

        assert deployment.summary == {"server": {"ids": 2, "conflicts": {"different": 1, "none": 1}}}
        assert deployment.resolved_at is not None
        assert deployment.resolved_at >= before

    def test_resolving_again_replaces_every_row(self, deployment: Deployment, place: Place) -> None:
        row = halden.row(deployment, "crm")
        resolving.resolve_all(deployment)
        row.delete()
        halden.row(deployment, "erp")
        resolving.resolve_all(deployment)

        assert keys(deployment) == ["erp"]

    def test_rows_that_somebody_made_of_younger_facts_stay(self, deployment: Deployment) -> None:
        halden.row(deployment, "crm")
        resolving.resolve_all(deployment)
        Deployment.objects.update(resolved_at=timezone.now() + timedelta(hours=1))
        deployment.entries.all().delete()
        resolving.resolve_all(deployment)

        assert keys(deployment) == ["crm"]

    def test_a_secret_that_changes_meanwhile_is_not_forgotten(
        self, deployment: Deployment, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record = halden.secret(place.connections, "crm")
        write = resolving._write

        def later(*all_of_it: Any) -> None:
            record.deleted_at = record.described_at = timezone.now()
            record.save()
            write(*all_of_it)

        monkeypatch.setattr(resolving, "_write", later)
        resolving.resolve_all(deployment)

        assert ResolvedRow.objects.get().conflict == "nowhere"

    @pytest.mark.parametrize("many", [1000, 0])
    def test_a_secret_that_goes_or_falls_in_doubt_meanwhile_is_not_forgotten(
        self, deployment: Deployment, place: Place, monkeypatch: pytest.MonkeyPatch, many: int
    ) -> None:
        gone, doubted = (halden.secret(place.connections, key) for key in ("crm", "erp"))
        write = resolving._write

        def later(*all_of_it: Any) -> None:
            gone.delete()
            SecretRecord.objects.filter(pk=doubted.pk).update(stale=True)
            write(*all_of_it)

        monkeypatch.setattr(resolving, "_write", later)
        monkeypatch.setattr(resolving, "MANY", many)
        resolving.resolve_all(deployment)

        if many:
            assert [(row.key, row.is_certain) for row in ResolvedRow.objects.all()] == [("erp", False)]
        else:
            assert triggers.is_outdated(Deployment.objects.get()), "all of it is resolved again"

    def test_resolving_does_not_count_as_a_change_of_the_deployment(self, deployment: Deployment) -> None:
        before = Deployment.objects.get().changed_at
        resolving.resolve_all(deployment)

        assert Deployment.objects.get().changed_at == before

    def test_the_number_of_queries_does_not_grow_with_the_ids(
        self, deployment: Deployment, place: Place, django_assert_max_num_queries: pytest.FixtureRequest
    ) -> None:
        for number in range(40):
            halden.secret(place.connections, f"crm_{number}")
            halden.row(deployment, f"crm_{number}")
        with django_assert_max_num_queries(20):  # type: ignore[operator]
            assert resolving.resolve_all(deployment) == 40

    def test_no_row_holds_a_value(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm")
        halden.row(deployment, "crm", halden.OLD)
        resolving.resolve_all(deployment)

        stored = str(list(ResolvedRow.objects.values()))
        assert "right" not in stored
        assert "wrong" not in stored


class TestOneSecret:
    def test_a_variable_that_a_shared_account_reads_among_connections_is_made_anew(self, place: Place) -> None:
        deployment = halden.deployment(
            place.variables,
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": "111122223333"},
            providers={"apache-airflow-providers-amazon": "8.29"},
        )
        shared = Prefix.objects.create(
            account=place.account, region="us-east-2", path="airflow/connections", kind="connection"
        )
        halden.look(deployment, shared, place="shared")
        halden.read(deployment)
        halden.source(deployment)
        halden.row(deployment, "limit", "5", Kind.VARIABLE)
        resolving.resolve_all(deployment)
        assert ResolvedRow.objects.get().winner == "metastore"

        record = halden.secret(shared, "limit")
        resolving.resolve_secret(deployment, shared.pk, record.name)
        made = {row.kind: row.winner for row in ResolvedRow.objects.all()}
        assert made == {"connection": "backend/shared", "variable": "backend/shared"}

        ResolvedRow.objects.filter(kind="variable").delete()
        resolving.resolve_secret(deployment, shared.pk, record.name)
        assert keys(deployment, "variable") == []

    def test_only_its_rows_are_made_anew(self, deployment: Deployment, place: Place) -> None:
        record = halden.secret(place.connections, "crm")
        halden.row(deployment, "crm")
        halden.row(deployment, "erp")
        resolving.resolve_all(deployment)
        other = ResolvedRow.objects.get(key="erp").pk
        record.deleted_at = halden.NOON
        record.save()
        resolving.resolve_secret(deployment, place.connections.pk, record.name)

        assert ResolvedRow.objects.get(key="crm").conflict == "falls-through"
        assert ResolvedRow.objects.get(key="erp").pk == other
        deployment.refresh_from_db()
        assert deployment.summary == {"server": {"ids": 2, "conflicts": {"falls-through": 1, "none": 1}}}

    def test_a_new_one_gets_its_row(self, deployment: Deployment, place: Place) -> None:
        resolving.resolve_all(deployment)
        halden.secret(place.connections, "crm")
        resolving.resolve_secret(deployment, place.connections.pk, "airflow/connections/crm")

        assert keys(deployment) == ["crm"]

    def test_the_row_of_what_lies_nowhere_any_more_goes(self, deployment: Deployment, place: Place) -> None:
        record = halden.secret(place.connections, "crm")
        resolving.resolve_all(deployment)
        record.delete()
        resolving.resolve_secret(deployment, place.connections.pk, record.name)

        assert keys(deployment) == []
        deployment.refresh_from_db()
        assert deployment.summary == {}
