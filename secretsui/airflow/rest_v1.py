"""Airflow 2 through whatever carries its calls: its addresses, its rows, and what its refusals mean.

Its lists show no password and no extra, a single connection its extra with masks; variables it shows in clear.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

from secretsui.airflow.api import BackendConfig, ConnectionRow, Outcome, VariableRow
from secretsui.airflow.errors import (
    ApiError,
    BadCredentials,
    ConfigHidden,
    Failed,
    Forbidden,
    ForeignAnswer,
    NotFound,
    Unsupported,
)
from secretsui.airflow.masks import extra as masked_extra
from secretsui.airflow.masks import told
from secretsui.airflow.paging import LIMIT, Page, pages
from secretsui.core.backend_settings import kwargs_of
from secretsui.core.connection import FIELDS, Connection, plain
from secretsui.core.sensitive import Hidden, Sensitive

Found = Mapping[str, Any]

_SECRET: Final = frozenset({"login", "password"})
_HIDDEN: Final = "< hidden >"


class Call(Protocol):
    """One call below the root of the API: its status, and the JSON of the answer or None where it is none."""

    def __call__(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> tuple[int, Any]: ...


class RestV1:
    def __init__(self, call: Call) -> None:
        self._call = call

    def version(self) -> str:
        return text_in(self.ask("GET", "/version"), "version")

    def providers(self) -> Mapping[str, str]:
        found = rows_in(self.ask("GET", "/providers"), "providers")
        return {text_in(each, "package_name"): text_in(each, "version") for each in found}

    def connections(self) -> Iterator[Sequence[ConnectionRow]]:
        return pages(self._lister("connections", connection_row), lambda row: row.conn_id)

    def variables(self) -> Iterator[Sequence[VariableRow]]:
        return pages(self._lister("variables", self.variable_row), lambda row: row.key)

    def connection(self, conn_id: str) -> ConnectionRow | None:
        """Of an id that no address can name, what the list has of it."""
        if not self.can_name("connections", conn_id):
            return next((row for rows in self.connections() for row in rows if row.conn_id == conn_id), None)
        try:
            return connection_row(self.ask("GET", path_of("connections", conn_id)))
        except NotFound:
            return None

    def config(self) -> BackendConfig:
        options = self._secrets_section()
        kwargs = options.get("backend_kwargs", "")
        return BackendConfig(
            backend=options.get("backend", ""),
            kwargs=Hidden() if kwargs == _HIDDEN else kwargs_of(kwargs),
            test_connection=self._option("core", "test_connection"),
        )

    def delete_connection(self, conn_id: str) -> None:
        self._delete("connections", conn_id)

    def delete_variable(self, key: str) -> None:
        self._delete("variables", key)

    def _delete(self, kind: str, name: str) -> None:
        if self.can_name(kind, name):
            self.ask("DELETE", path_of(kind, name))
        else:
            self.delete_unnamed(kind, name)

    def can_name(self, kind: str, name: str) -> bool:
        """Slashes part the path of a connection, quoted or not; dots alone stand for folders."""
        return name not in (".", "..") and not (kind == "connections" and "/" in name)

    def delete_unnamed(self, _kind: str, _name: str, /) -> None:
        raise Unsupported("No address of this API can name this id.")

    def test_connection(self, conn_id: str, conn: Connection) -> Outcome:  # noqa: ARG002
        """Under an id of its own: some Airflows fill what a test leaves out from the connection that has the id.

        Where tests are off, Airflow 2 says so in plain text.
        """
        status, found = self._call("POST", "/connections/test", body=_as_body(conn))
        if status == 403 and _says_tests_are_off(found):
            raise Unsupported(
                "Connection tests are off in this Airflow.", remedy="Set test_connection of [core] to Enabled there."
            )
        found = self._checked(status, found)
        return Outcome(found.get("status") is True, text_in(found, "message"))

    def hook_meta(self) -> Sequence[Found]:
        raise Unsupported("Only Airflow 3 tells which forms its connection types have.")

    def forbidden(self) -> ApiError:
        return Forbidden(
            "Airflow refused, and does not say whether the credentials are missing or wrong, or the user lacks the "
            "right.",
            remedy="Sign in to Airflow with these credentials; if that works, give the user the role Op.",
            code="403",
        )

    def variable_row(self, found: Found) -> VariableRow:
        value = found.get("value")
        shown = self.shown(value) if isinstance(value, str) else Hidden()
        description, team = str(found.get("description") or ""), str(found.get("team_name") or "")
        return VariableRow(text_in(found, "key"), shown, description, team)

    def shown(self, value: str) -> Sensitive | Hidden:
        """Airflow 2 masks no variable, so stars are the value itself."""
        return Sensitive(value)

    def _lister(self, name: str, row: Callable[[Found], Any]) -> Callable[[int], Page[Any]]:
        def fetch(offset: int) -> Page[Any]:
            params: dict[str, str | int] = {"limit": LIMIT, "offset": offset, "order_by": "id"}
            found = self.ask("GET", f"/{name}", params=params)
            return Page([row(each) for each in rows_in(found, name)], total_in(found))

        return fetch

    def _secrets_section(self) -> Mapping[str, str]:
        """As a whole where airflow.cfg has no such section, although variables may set its options."""
        try:
            found = self.ask("GET", "/config", params={"section": "secrets"})
        except NotFound:
            found = self.ask("GET", "/config")
        sections = [each for each in rows_in(found, "sections") if each.get("name") == "secrets"]
        options = [option for each in sections for option in rows_in(each, "options")]
        return {text_in(each, "key"): text_in(each, "value") for each in options}

    def _option(self, section: str, option: str) -> str:
        try:
            found = self.ask("GET", f"/config/section/{section}/option/{option}")
        except NotFound:
            return ""
        values = [each for holder in rows_in(found, "sections") for each in rows_in(holder, "options")]
        return text_in(values[0], "value") if values else ""

    def ask(self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: Any = None) -> Found:
        return self._checked(*self._call(method, path, params=params, body=body))

    def _checked(self, status: int, found: Any) -> Found:
        if status == 204:
            return {}
        if status == 401:
            raise BadCredentials(code="401")
        if not isinstance(found, dict):
            raise ForeignAnswer(code=str(status))
        if status >= 400:
            raise refusal(status, found) or self.forbidden()
        return found


def _says_tests_are_off(found: Any) -> bool:
    """Some say it as JSON, others in plain text, which not every way here hands on."""
    return found is None or "connections is disabled" in str(found.get("detail") if isinstance(found, dict) else found)


def refusal(status: int, found: Found) -> ApiError | None:
    """None: it is forbidden. Airflow's own text is searched for known facts and never passed on, as it may quote."""
    code, detail = str(status), str(found.get("detail") or "")
    if "title" not in found and "detail" not in found:
        return ForeignAnswer(code=code)
    if status == 404:
        is_row = found.get("type") != "about:blank" and ("title" in found or "was not found" in detail)
        return NotFound(code=code) if is_row else Unsupported(code=code)
    if status != 403:
        return Failed(code=code)
    if "not to expose the configuration" in detail:
        return ConfigHidden(code=code)
    return None


def connection_row(found: Found) -> ConnectionRow:
    fields: dict[str, Any] = {name: _field(name, found[name]) if name in found else Hidden() for name in FIELDS}
    return ConnectionRow(text_in(found, "connection_id"), Connection(**fields), str(found.get("team_name") or ""))


def _field(name: str, value: Any) -> Any:
    if name == "extra" and isinstance(value, str):
        return masked_extra(value)
    return told(value) if name in _SECRET and isinstance(value, str) else value


def _as_body(conn: Connection) -> Mapping[str, Any]:
    """In clear. What is not set is left out: Airflow refuses null in some fields."""
    values = {name: value for name in FIELDS if (value := getattr(conn, name)) is not None}
    if any(isinstance(value, Hidden) for value in values.values()):
        raise Unsupported(
            "A connection with masked fields cannot be tested.", remedy="Enter the fields, then try again."
        )
    clear = {name: plain(value) if isinstance(value, Sensitive) else value for name, value in values.items()}
    return {"connection_id": f"secretsui_test_{secrets.token_hex(8)}", **clear}


def path_of(kind: str, name: str) -> str:
    return f"/{kind}/{quote(name, safe='')}"


def rows_in(found: Found, name: str) -> Sequence[Found]:
    rows = found.get(name)
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise ForeignAnswer
    return rows


def total_in(found: Found) -> int:
    total = found.get("total_entries")
    if not isinstance(total, int):
        raise ForeignAnswer
    return total


def text_in(found: Found, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise ForeignAnswer
    return value
