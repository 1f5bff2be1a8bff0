"""An Airflow 3 with rows in memory, as far as its API is called here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.airflow.answering import Answer, Call, Reply, Server, answering, listed

BACKEND: Final = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
PASSWORD: Final = "airflow-canary-5521"
ROOT: Final = "/api/v2"
# What its forms are drawn from: a type that no other Airflow has.
METAS: Final[Sequence[Mapping[str, Any]]] = (
    {
        "connection_type": "shop",
        "hook_name": "Shop of our own",
        "hook_class_name": "our.ShopHook",
        "standard_fields": {"host": {"title": "Shop address"}, "port": {"hidden": True}},
        "extra_fields": {
            "till": {"value": None, "schema": {"type": ["integer", "null"], "title": "Till"}},
            "api_key": {"value": None, "schema": {"type": "string", "format": "password", "title": "Key of the till"}},
        },
    },
)


@dataclass
class Airflow:
    """`instead` holds answers by path, and `after` how many calls are answered before those count."""

    connections: list[Mapping[str, Any]] = field(default_factory=list)
    variables: list[Mapping[str, Any]] = field(default_factory=list)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: str = "3.3.2"
    instead: dict[str, Answer] = field(default_factory=dict)
    after: int = 0

    def __call__(self, call: Call) -> Answer:
        if call.path == "/auth/token":
            right = (call.body or {}).get("password") == PASSWORD
            return Reply(201, {"access_token": "token"}) if right else Reply(401, {"detail": "Invalid credentials"})
        if call.path == "/ui/connections/hook_meta" and call.path not in self.instead:
            return Reply(body=list(METAS))
        path = call.path.removeprefix(ROOT)
        if call.method == "POST" and path == "/connections/test" and path not in self.instead:
            return Reply(body={"status": False, "message": "no route to host shop.example"})
        if path in self.instead:
            self.after -= 1
            if self.after < 0:
                return self.instead[path]
        return self._answer(call.method, path, call.params)

    def _answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        _, kind, *rest = path.split("/")
        if kind == "version":
            return Reply(body={"version": self.version, "git_version": None})
        if kind == "providers":
            amazon = {"package_name": "apache-airflow-providers-amazon", "version": "9.39.0", "description": ""}
            return listed("providers", [amazon], params, 100)
        if kind == "config":
            return Reply(body={"sections": [_section(name, found) for name, found in self.options.items()]})
        rows, key = (self.variables, "key") if kind == "variables" else (self.connections, "connection_id")
        return self._one(method, rows, key, "/".join(rest)) if rest else listed(kind, rows, params, 100)

    def _one(self, method: str, rows: list[Mapping[str, Any]], key: str, name: str) -> Answer:
        found = next((row for row in rows if row[key] == name), None)
        if found is None:
            return Reply(404, {"detail": f"The row with the name `{name}` was not found"})
        if method == "DELETE":
            rows.remove(found)
            return Reply(204)
        return Reply(body=found)


def _section(name: str, options: Mapping[str, str]) -> Mapping[str, Any]:
    return {"name": name, "options": [{"key": key, "value": value} for key, value in options.items()]}


def connection(conn_id: str, **fields: Any) -> dict[str, Any]:
    """As Airflow shows one: the password is masked."""
    given = {"conn_type": "postgres", "host": "db.example", "login": "reader", "password": "***", "schema": None}
    rest = {"port": None, "extra": None, "description": None, "team_name": None}
    return {"connection_id": conn_id, **given, **rest, **fields}


def variable(key: str, value: str | None = "told") -> dict[str, Any]:
    return {"key": key, "value": value, "is_encrypted": True, "description": None, "team_name": None}


@contextmanager
def running(airflow: Airflow) -> Iterator[Server]:
    with answering(airflow) as server:
        yield server
