"""What one layer answers, read all at once and one by one: always the same."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.backends.source import Kind
from secretsui.inventory.deployments.lookups import Lookups, lookups
from secretsui.inventory.deployments.tables import Everything, OneByOne
from secretsui.inventory.deployments.told import Told
from secretsui.inventory.models import Deployment, Prefix, Refresh, SecretRecord
from tests.conftest import Place
from tests.inventory.deployments import halden

pytestmark = pytest.mark.database  # letter case is compared there


@pytest.fixture
def deployment(place: Place) -> Deployment:
    return halden.deployment(place.connections)


def told(deployment: Deployment, layer: str, key: str = "crm", kind: Kind = "connection", **given: Any) -> Told:
    """The last answer of this layer, which both ways of reading the tables agree on."""
    process = given.pop("process", "server")
    ways = [lookups(deployment, process, tables(deployment)) for tables in (Everything, OneByOne)]
    first, second = (_told(each, layer, kind, key) for each in ways)
    assert first == second
    return first


def _told(found: Lookups, layer: str, kind: Kind, key: str) -> Told:
    asks = found.asks(next(each for each in found.chain.layers if each.id == layer), kind, key)
    return found.known[kind][layer].tell(asks[-1])


def state(found: Told) -> tuple[str, str, str]:
    return found.answer.state, found.answer.use, found.reason


class TestSecrets:
    def test_one_that_is_there_is_usable(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", changed_at=halden.NOON, tags={"owner": "crm-team"})
        found = told(deployment, "backend")

        assert state(found) == ("present", "usable", "")
        assert found.held is not None
        assert (found.held.conn_type, found.held.owner, found.held.changed_at) == ("postgres", "crm-team", halden.NOON)
        assert (found.as_of, found.prefix) == (halden.NOON, place.connections.pk)

    def test_one_that_a_complete_listing_did_not_have_is_absent(self, deployment: Deployment, place: Place) -> None:
        found = told(deployment, "backend")

        assert (found.answer.state, found.as_of, found.prefix) == ("absent", halden.NOON, place.connections.pk)

    def test_json_that_this_backend_reads_its_own_way_is_compared_as_a_whole_and_not_called_usable(
        self, deployment: Deployment, place: Place
    ) -> None:
        deployment.backend_kwargs = {**deployment.backend_kwargs, "extra_conn_words": {"login": ["benutzer"]}}
        deployment.save()
        halden.secret(place.connections, "crm", form="json")
        halden.secret(place.connections, "uri", form="uri")

        found, other = told(deployment, "backend"), told(deployment, "backend", "uri")

        assert state(found) == ("present", "unknown", "")
        assert found.held is not None
        assert set(found.held.prints) == {"text"}
        assert state(other) == ("present", "usable", "")

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"deleted_at": halden.NOON}, ("deleted", "unknown", "")),
            ({"form": "binary"}, ("binary", "unknown", "")),
            ({"read_error": "denied"}, ("unknown", "unknown", "denied")),
            ({"read_error": "cannotdecrypt"}, ("unknown", "unknown", "cannotdecrypt")),
            ({"read_error": "throttled"}, ("present", "unknown", "throttled")),
            ({"stale": True}, ("present", "usable", "stale")),
        ],
    )
    def test_each_state_of_a_record_is_an_answer(
        self, deployment: Deployment, place: Place, facts: dict[str, Any], expected: tuple[str, str, str]
    ) -> None:
        halden.secret(place.connections, "crm", **facts)

        assert state(told(deployment, "backend")) == expected

    def test_one_whose_value_was_never_read_may_be_of_use(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", None)

        assert state(told(deployment, "backend")) == ("present", "unknown", "not-read")

    def test_one_that_some_airflow_cannot_read_is_broken_for_that(self, deployment: Deployment, place: Place) -> None:
        halden.secret(place.connections, "crm", halden.BROKEN)
        found = told(deployment, "backend")

        assert set(found.answer.unreadable) == {"2.11", "3.3", "3.3-sdk"}
        assert found.held is not None
        assert found.held.problem == "bad-port"

    def test_a_name_under_no_registered_prefix_is_unknown(self, place: Place) -> None:
        elsewhere = halden.deployment(place.connections, backend_kwargs={"connections_prefix": "other"})

        assert state(told(elsewhere, "backend")) == ("unknown", "unknown", "no-prefix")

    def test_a_prefix_that_was_never_listed_tells_nothing(self, deployment: Deployment, place: Place) -> None:
        Prefix.objects.update(as_of=None, complete=False)

        assert state(told(deployment, "backend")) == ("unknown", "unknown", "never-listed")

    def test_without_a_place_to_look_nothing_is_known(self, deployment: Deployment) -> None:
        deployment.places.all().delete()

        assert state(told(deployment, "backend")) == ("unknown", "unknown", "no-place")

    def test_after_a_listing_that_broke_off_nothing_is_called_absent(
        self, deployment: Deployment, place: Place
    ) -> None:
        Refresh.objects.create(prefix=place.connections, state="failed", started_at=halden.LATER)
        Prefix.objects.update(problem="The store cannot be reached.", complete=False)
        found = told(deployment, "backend")

        assert state(found) == ("unknown", "unknown", "listing-failed")
        assert found.as_of == halden.NOON

    def test_values_that_could_not_be_read_do_not_make_a_listing_incomplete(
        self, deployment: Deployment, place: Place
    ) -> None:
        Refresh.objects.create(prefix=place.connections, state="partial", started_at=halden.NOON)
        Prefix.objects.update(problem="3 new values could not be read.", complete=False)

        assert told(deployment, "backend").answer.state == "absent"

    def test_the_most_specific_prefix_answers(self, deployment: Deployment, place: Place) -> None:
        narrow = Prefix.objects.create(
            account=place.account, region=place.connections.region, path="airflow/connections/crm", kind="connection"
        )
        SecretRecord.objects.create(prefix=place.connections, name="airflow/connections/crm/eu", key="crm/eu")

        found = told(deployment, "backend", "crm/eu")

        assert (state(found), found.prefix) == (("unknown", "unknown", "never-listed"), narrow.pk)

    def test_a_prefix_of_another_region_does_not_answer(self, deployment: Deployment, place: Place) -> None:
        Prefix.objects.filter(pk=place.connections.pk).update(region="us-east-2")

        assert state(told(deployment, "backend")) == ("unknown", "unknown", "no-prefix")

    def test_the_shared_account_is_asked_in_its_own_place(self, place: Place) -> None:
        deployment = halden.deployment(
            place.connections,
            backend_class=halden.SHARED,
            backend_kwargs={"shared_account": place.account.account_id},
            providers={"apache-airflow-providers-amazon": "9.25"},
        )
        assert state(told(deployment, "backend")) == ("unknown", "unknown", "no-place")

        halden.look(deployment, place.connections, place="shared")
        assert told(deployment, "backend").answer.state == "absent"

        deployment.backend_kwargs = {"shared_account": "444455556666"}
        assert told(deployment, "backend").reason == "no-place", "that account is not the one which was named"

    def test_a_store_that_is_not_indexed_is_unknown(self, place: Place) -> None:
        path = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
        kwargs = {"connections_file_path": "/etc/connections.json"}
        deployment = halden.deployment(place.connections, backend_class=path, backend_kwargs=kwargs)

        assert state(told(deployment, "backend")) == ("unknown", "unknown", "store-not-read")


class TestEnvironment:
    def test_without_a_source_nothing_is_known(self, deployment: Deployment) -> None:
        assert state(told(deployment, "environment")) == ("unknown", "unknown", "no-source")

    def test_what_a_whole_source_does_not_have_is_absent(self, deployment: Deployment) -> None:
        halden.source(deployment)
        found = told(deployment, "environment")

        assert (found.answer.state, found.as_of) == ("absent", halden.NOON)

    @pytest.mark.parametrize(
        ("facts", "reason"), [({"is_whole": False}, "not-whole"), ({"gaps": [{"reason": "from-secret"}]}, "gap")]
    )
    def test_what_a_source_leaves_open_is_unknown(
        self, deployment: Deployment, facts: dict[str, Any], reason: str
    ) -> None:
        halden.setting(halden.source(deployment, **facts), "AIRFLOW_CONN_CRM")

        assert state(told(deployment, "environment")) == ("present", "usable", "")
        assert state(told(deployment, "environment", "erp")) == ("unknown", "unknown", reason)

    def test_one_source_that_is_not_whole_is_enough_to_doubt(self, deployment: Deployment) -> None:
        halden.source(deployment)
        halden.source(deployment, is_whole=False)

        assert state(told(deployment, "environment")) == ("unknown", "unknown", "not-whole")

    def test_a_reporter_that_never_reported_tells_nothing(self, deployment: Deployment) -> None:
        halden.source(deployment, form="reporter", as_of=None)

        assert state(told(deployment, "environment")) == ("unknown", "unknown", "no-report")

    def test_a_report_counts_alone(self, deployment: Deployment) -> None:
        halden.setting(halden.source(deployment, is_whole=False), "AIRFLOW_CONN_CRM")
        halden.source(deployment, form="reporter", as_of=halden.LATER)
        found = told(deployment, "environment")

        assert (found.answer.state, found.as_of) == ("absent", halden.LATER)

    def test_sources_of_workers_do_not_tell_of_the_server_of_airflow_3(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2")
        halden.source(deployment, process="server")
        halden.setting(halden.source(deployment, process="worker"), "AIRFLOW_CONN_CRM")

        assert told(deployment, "environment", process="task").answer.state == "absent"
        assert told(deployment, "worker-environment", process="task").answer.state == "present"

    def test_in_airflow_2_the_sources_of_all_processes_are_one(self, deployment: Deployment) -> None:
        halden.setting(halden.source(deployment, process="worker"), "AIRFLOW_CONN_CRM")

        assert told(deployment, "environment").answer.state == "present"

    def test_a_value_that_is_kept_elsewhere_is_there_and_may_be_of_use(self, deployment: Deployment) -> None:
        halden.setting(halden.source(deployment), "AIRFLOW_CONN_CRM", None)

        assert state(told(deployment, "environment")) == ("present", "unknown", "kept-elsewhere")

    def test_a_name_in_small_letters_is_absent_and_yet_lies_there(self, deployment: Deployment) -> None:
        halden.setting(halden.source(deployment), "AIRFLOW_CONN_crm")
        found = told(deployment, "environment")

        assert state(found) == ("absent", "unknown", "lower-case")
        assert found.held is not None
        assert found.held.name == "AIRFLOW_CONN_crm"

    def test_two_sources_that_disagree_tell_no_value(self, deployment: Deployment) -> None:
        halden.setting(halden.source(deployment), "AIRFLOW_CONN_CRM", halden.CRM)
        halden.setting(halden.source(deployment), "AIRFLOW_CONN_CRM", halden.OLD)
        found = told(deployment, "environment")

        assert state(found) == ("present", "unknown", "several-sources")
        assert found.held is not None
        assert not found.held.prints

    def test_an_object_of_the_environment_manager_is_found_by_its_id(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, platform="astro")
        assert state(told(deployment, "environment-manager")) == ("unknown", "unknown", "no-source")

        objects = halden.source(deployment, form="astro-objects")
        entry = halden.setting(objects, "AIRFLOW_CONN_X")
        entry.name, entry.layer = "crm", "environment-manager"
        entry.save()

        assert told(deployment, "environment-manager").answer.state == "present"
        assert told(deployment, "environment-manager", "erp").answer.state == "absent"
        assert told(deployment, "environment").reason == "no-source"


class TestMetastore:
    def test_a_row_is_there_and_a_missing_one_absent_after_a_complete_reading(self, deployment: Deployment) -> None:
        halden.read(deployment)
        halden.row(deployment, "crm")

        assert told(deployment, "metastore").answer.state == "present"
        assert told(deployment, "metastore", "erp").answer.state == "absent"
        assert told(deployment, "metastore", "crm", "variable").answer.state == "absent"

    def test_what_was_never_read_is_unknown(self, deployment: Deployment) -> None:
        assert state(told(deployment, "metastore")) == ("unknown", "unknown", "never-read")

    def test_without_an_api_there_is_nobody_to_ask(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, api="none")

        assert state(told(deployment, "metastore")) == ("unknown", "unknown", "no-api")

    def test_a_failed_attempt_leaves_only_what_was_known_before(self, deployment: Deployment) -> None:
        halden.read(deployment, problem="Airflow cannot be reached.", error="unreachable")
        halden.row(deployment, "crm")
        found = told(deployment, "metastore")

        assert (state(found), found.trouble) == (("unknown", "unknown", "unreachable"), "failed")
        assert found.as_of == halden.NOON
        assert found.held is not None
        assert told(deployment, "metastore", "erp").held is None

    def test_a_row_of_another_team_is_absent(self, place: Place) -> None:
        deployment = halden.deployment(place.connections, airflow_version="3.3.2", multi_team=True, team="crm")
        halden.read(deployment)
        halden.row(deployment, "crm", team="erp")
        halden.row(deployment, "own", team="crm")
        halden.row(deployment, "all")

        states = {key: told(deployment, "metastore", key).answer.state for key in ("crm", "own", "all")}
        assert states == {"crm": "absent", "own": "present", "all": "present"}
