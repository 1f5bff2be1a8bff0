"""The API of Airflow 3, from 3.0 on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from secretsui.airflow import rows_v2
from secretsui.airflow.api import BackendConfig, ConnectionRow, Outcome, VariableRow
from secretsui.airflow.client_v2 import ClientV2, is_plain
from secretsui.airflow.errors import ApiError, ForeignAnswer, NotFound, Unsupported
from secretsui.airflow.http import TIMEOUT, Answer, Http
from secretsui.airflow.paging import Page, pages
from secretsui.airflow.rest_v1 import rows_in, text_in, total_in
from secretsui.airflow.tokens import SignIn, Tokens, is_rejected, rejected
from secretsui.core.connection import FIELDS, Connection
from secretsui.core.sensitive import Hidden, Sensitive

Found = Mapping[str, Any]
Row = TypeVar("Row")
Send = Callable[[], Answer | ApiError]


class ApiV2:
    """Signs in with a user and a password as often as the token expires, or with a bare token."""

    def __init__(
        self, url: str, credential: Callable[[], Sensitive], sign_in: SignIn = "password", timeout: float = TIMEOUT
    ) -> None:
        self._http = Http(url, timeout)
        self._client = ClientV2(self._http)
        self._tokens = Tokens(self._http, credential, sign_in)
        self._sign_in = sign_in
        self._version = ""

    @property
    def calls(self) -> int:
        return self._http.calls

    def version(self) -> str:
        """The one call that needs no credential."""
        if not self._version:
            self._version = text_in(_checked(_sent(self._client.version)).members, "version")
        return self._version

    def providers(self) -> Mapping[str, str]:
        lister = self._lister(self._client.providers, "providers", rows_v2.provider)
        return dict(row for page in pages(lister, lambda row: row[0]) for row in page)

    def connections(self) -> Iterator[Sequence[ConnectionRow]]:
        return pages(self._lister(self._client.connections, "connections", rows_v2.connection_row), _conn_id)

    def variables(self) -> Iterator[Sequence[VariableRow]]:
        lister = self._lister(self._client.variables, "variables", rows_v2.variable_row)
        return pages(lister, lambda row: row.key)

    def connection(self, conn_id: str) -> ConnectionRow | None:
        if not is_plain(conn_id):
            return self._searched(conn_id)
        try:
            return rows_v2.connection_row(self._ask(lambda: self._client.connection(conn_id)).members)
        except NotFound:
            return None

    def config(self) -> BackendConfig:
        """As a whole: a section that only variables set is not to be had alone."""
        airflow = self.version()
        return rows_v2.backend_config(self._ask(self._client.config).members, airflow)

    def delete_connection(self, conn_id: str) -> None:
        self._delete(lambda: self._client.delete_connection(conn_id))

    def delete_variable(self, key: str) -> None:
        self._delete(lambda: self._client.delete_variable(key))

    def test_connection(self, conn_id: str, conn: Connection) -> Outcome:  # noqa: ARG002
        """Under an id of its own: Airflow fills what a test leaves out from the connection that has the id."""
        if any(isinstance(getattr(conn, name), Hidden) for name in FIELDS):
            raise Unsupported(
                "A connection with masked fields cannot be tested.", remedy="Enter the fields, then test again."
            )
        test_id = f"secretsui_test_{secrets.token_hex(8)}"
        found = self._ask(lambda: self._client.test(test_id, conn)).members
        return Outcome(found.get("status") is True, text_in(found, "message"))

    def hook_meta(self) -> Sequence[Found]:
        found = self._ask(self._client.hook_meta).content
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise ForeignAnswer
        return rows_v2.without_masks(found)

    def _lister(
        self, call: Callable[[int], Answer | ApiError], name: str, row: Callable[[Found], Row]
    ) -> Callable[[int], Page[Row]]:
        def fetch(offset: int) -> Page[Row]:
            found = self._ask(lambda: call(offset)).members
            return Page([row(each) for each in rows_in(found, name)], total_in(found))

        return fetch

    def _searched(self, conn_id: str) -> ConnectionRow | None:
        """By a pattern that has a wildcard for each character which means something in patterns."""
        like = re.sub(r"[^\w./-]", "_", conn_id)
        lister = self._lister(
            lambda offset: self._client.connections(offset, like), "connections", rows_v2.connection_row
        )
        found = (row for page in pages(lister, _conn_id) for row in page if row.conn_id == conn_id)
        return next(found, None)

    def _delete(self, send: Send) -> None:
        answer = self._ask(send)
        if answer.status == 200 and (problem := rows_v2.bulk_refusal(answer.members, "delete")):
            raise problem

    def _ask(self, send: Send) -> Answer:
        self._client.authorize(self._tokens.current())
        answer = _sent(send)
        if is_rejected(answer):
            self._client.authorize(self._tokens.renew(answer))
            answer = _sent(send)
        if is_rejected(answer):
            raise rejected(answer, self._sign_in)
        return _checked(answer)


def _conn_id(row: ConnectionRow) -> str:
    return row.conn_id


def _sent(send: Send) -> Answer:
    outcome = send()
    if isinstance(outcome, ApiError):
        raise outcome
    return outcome


def _checked(answer: Answer) -> Answer:
    if problem := rows_v2.refusal(answer):
        raise problem
    return answer
