"""Airflow's own client for Airflow 3, over our way of calling: it knows the addresses, parameters and bodies.

Importing it takes a second, so that is done on first use. Its models read no answer: they refuse as a whole those of a
server that is older or newer than the client, or that hold one odd row.
"""

from __future__ import annotations

import re
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from secretsui.airflow.errors import ApiError, Unsupported
from secretsui.airflow.http import Answer, Http
from secretsui.airflow.paging import LIMIT
from secretsui.core.connection import FIELDS, Connection, plain
from secretsui.core.sensitive import Sensitive

if TYPE_CHECKING:
    from airflow_client.client import ApiClient, ConnectionApi, VariableApi

# Unraised, because the frames of the client hold what was sent.
Outcome = Answer | ApiError

# What can be a piece of a path as it is: servers take an encoded slash for a plain one, and dots for a way up.
_PLAIN: Final = re.compile(r"[\w-][\w.-]*")


class ClientV2:
    def __init__(self, http: Http) -> None:
        self._way = _Way(http)

    def authorize(self, token: Sensitive) -> None:
        self._way.token = token

    def version(self) -> Outcome:
        from airflow_client.client import VersionApi

        return _outcome(VersionApi(self._client).get_version_without_preload_content())

    def providers(self, offset: int) -> Outcome:
        from airflow_client.client import ProviderApi

        return _outcome(ProviderApi(self._client).get_providers_without_preload_content(limit=LIMIT, offset=offset))

    def config(self) -> Outcome:
        from airflow_client.client import ConfigApi

        return _outcome(ConfigApi(self._client).get_config_without_preload_content())

    def hook_meta(self) -> Outcome:
        """Of the API for Airflow's own screens, which the client leaves out."""
        return self._way.ask("GET", f"{self._way.http.base}/ui/connections/hook_meta", None)

    def connections(self, offset: int, like: str | None = None) -> Outcome:
        found = self._connections.get_connections_without_preload_content(
            limit=LIMIT, offset=offset, order_by=["id"], connection_id_pattern=like
        )
        return _outcome(found)

    def variables(self, offset: int) -> Outcome:
        found = self._variables.get_variables_without_preload_content(limit=LIMIT, offset=offset, order_by=["id"])
        return _outcome(found)

    def connection(self, conn_id: str) -> Outcome:
        return _outcome(self._connections.get_connection_without_preload_content(conn_id))

    def delete_connection(self, conn_id: str) -> Outcome:
        """By a bulk call where the id cannot stand in a path."""
        from airflow_client.client import BulkBodyConnectionBody

        if is_plain(conn_id):
            return _outcome(self._connections.delete_connection_without_preload_content(conn_id))
        body = BulkBodyConnectionBody.from_dict(_deletion(conn_id))
        return _outcome(self._connections.bulk_connections_without_preload_content(cast("Any", body)))

    def delete_variable(self, key: str) -> Outcome:
        from airflow_client.client import BulkBodyVariableBody

        if is_plain(key):
            return _outcome(self._variables.delete_variable_without_preload_content(key))
        body = BulkBodyVariableBody.from_dict(_deletion(key))
        return _outcome(self._variables.bulk_variables_without_preload_content(cast("Any", body)))

    def test(self, conn_id: str, conn: Connection) -> Outcome:
        """What the client refuses to send is an outcome too: its own error quotes the value."""
        from airflow_client.client import ConnectionBody

        try:
            body = ConnectionBody(connection_id=conn_id, **{name: _clear(getattr(conn, name)) for name in FIELDS})
        except ValueError:
            return Unsupported(
                "Airflow tests only connections whose fields are text and whose port is a number.",
                remedy="Correct the fields that are marked.",
            )
        return _outcome(self._connections.test_connection_without_preload_content(body))

    @cached_property
    def _connections(self) -> ConnectionApi:
        from airflow_client.client import ConnectionApi

        return ConnectionApi(self._client)

    @cached_property
    def _variables(self) -> VariableApi:
        from airflow_client.client import VariableApi

        return VariableApi(self._client)

    @cached_property
    def _client(self) -> ApiClient:
        from airflow_client.client import ApiClient, Configuration

        client = ApiClient(Configuration(host=self._way.http.base))
        client.rest_client = cast("Any", self._way)
        return client


class _Way:
    """In the place of the client's own transport, which would follow redirects and read without end."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self.token: Sensitive | None = None

    def ask(self, method: str, url: str, body: object) -> Outcome:
        authorization = {"Authorization": f"Bearer {self.token.reveal()}"} if self.token else {}
        return self.http.attempt(method, url, {"headers": authorization, "json": body})

    def request(self, method: str, url: str, body: object = None, **_: object) -> SimpleNamespace:
        """What the client calls; it hands on what is in `response`."""
        return SimpleNamespace(response=self.ask(method, url, body))


def is_plain(name: str) -> bool:
    return _PLAIN.fullmatch(name) is not None


def _outcome(handed_on: object) -> Outcome:
    return cast("Outcome", handed_on)


def _clear(value: Any) -> Any:
    return plain(value) if isinstance(value, Sensitive) else value


def _deletion(name: str) -> dict[str, Any]:
    return {"actions": [{"action": "delete", "entities": [name], "action_on_non_existence": "fail"}]}
