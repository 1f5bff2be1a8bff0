"""Secrets full of canaries, wherever something secret can stand in a value, in good texts and in broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from tests.canary.canaries import HARSH, STEM, canary

CONNECTIONS: Final = "airflow/connections/"
VARIABLES: Final = "airflow/variables/"
CONFIG: Final = "airflow/config/"

# name of the secret → its text, from the canaries `<name of the secret>.<place>`
Make = Callable[[Callable[[str], str]], str]


def _quoted(text: str) -> str:
    return quote(text, safe="")


CONNECTION_TEXTS: Final[Mapping[str, Make]] = {
    # What works, with characters that each format has to escape.
    "uri": lambda c: (
        f"postgres://{_quoted(c('login') + HARSH)}:{_quoted(c('password') + HARSH)}@db.example:5432/main"
        f"?sslpassword={_quoted(c('extra') + HARSH)}"
    ),
    "uri_nested": lambda c: (
        f"http://:{c('password')}@api.example?__extra__={_quoted(json.dumps({'a': {'b': c('deep')}}))}"
    ),
    "json": lambda c: json.dumps(
        {
            "conn_type": "mysql",
            "description": c("description"),
            "host": "db.example",
            "login": c("login") + HARSH,
            "password": c("password") + HARSH,
            "schema": "main",
            "port": 3306,
            "extra": {"key": c("extra") + HARSH, "nested": {"deep": [c("deep")]}},
        }
    ),
    "json_extra_text": lambda c: json.dumps(
        {"conn_type": "aws", "extra": json.dumps({"aws_secret_access_key": c("extra")})}
    ),
    # Credentials where an address is expected.
    "json_host_userinfo": lambda c: json.dumps(
        {"conn_type": "http", "host": f"https://{c('user')}:{c('password')}@api.example/{c('path')}?key={c('query')}"}
    ),
    "json_schema_userinfo": lambda c: json.dumps(
        {"conn_type": "http", "host": "a.example", "schema": f"x:{c('pass')}@b"}
    ),
    "uri_token_path": lambda c: f"https://hooks.example/services/{c('first')}/{c('second')}",
    "uri_login_only": lambda c: f"slack://{c('token')}@",
    "uri_host_quoted": lambda c: f"http://{_quoted('https://u:' + c('password') + '@h.example/' + c('path'))}",
    # Broken: pieces of the password come out as another part of the connection.
    "broken_hash": lambda c: f"postgres://app:{c('before')}#{c('after')}@db.example:5432/main",
    "broken_slash": lambda c: f"postgres://app:{c('before')}/{c('after')}@db.example:5432/main",
    "broken_slash_number": lambda c: f"postgres://{c('login')}:5432/{c('after')}@db.example:5432/main",
    "broken_query": lambda c: f"postgres://app:{c('before')}?{c('after')}@db.example/main",
    "broken_query_pairs": lambda c: f"postgres://{c('login')}?{c('key')}={c('value')}@db.example/main",
    "broken_at": lambda c: f"postgres://app:{c('before')}@{c('after')}@db.example:5432/main",
    "broken_colon": lambda c: f"postgres://{c('login')}:{c('one')}:{c('two')}",
    "broken_percent": lambda c: f"postgres://app:%zz{c('password')}%@db.example:99999/main",
    "broken_bracket": lambda c: f"postgres://app:[{c('password')}@db.example/main",
    "broken_port": lambda c: f"postgres://db.example:{c('port')}/main",
    "broken_space": lambda c: f"postgres://app:{c('before')} {c('after')}@db.example/main",
    "broken_line": lambda c: f"postgres://app:{c('before')}\n{c('after')}@db.example/main",
    "broken_json": lambda c: '{"conn_type": "mysql", "password": "' + c("password") + '", }',
    "broken_json_cut": lambda c: '{"conn_type": "mysql", "password": "' + c("password"),
    "broken_json_key": lambda c: json.dumps({"conn_type": "mysql", c("key"): c("value")}),
    "broken_json_port": lambda c: json.dumps({"conn_type": "mysql", "port": c("port")}),
    "broken_json_extra": lambda c: json.dumps({"conn_type": "mysql", "extra": c("extra") + " is no JSON"}),
    "broken_json_list": lambda c: json.dumps([c("item")]),
    "broken_json_no_type": lambda c: json.dumps({"login": c("login"), "password": c("password")}),
    "broken_json_types": lambda c: json.dumps({"conn_type": "mysql", "host": {"a": c("host")}, "login": [c("login")]}),
    # Not a connection at all: somebody saved just the password.
    "text": lambda c: c("text"),
    "text_colon": lambda c: f"{c('before')}:{c('after')}",
    "text_harsh": lambda c: f"{c('text')}{HARSH}",
    "text_lines": lambda c: f"{c('one')}\n{c('two')}\n",
    # Quoted as a whole, as shells and YAML leave it.
    "quoted_double": lambda c: f'"postgres://app:{c("password")}@db.example/main"',
    "quoted_single": lambda c: f"'postgres://app:{c('password')}@db.example/main'",
    "quoted_json": lambda c: json.dumps(json.dumps({"conn_type": "mysql", "password": c("password")})),
    "spaces": lambda c: f"  postgres://app:{c('password')}@db.example/main  ",
}
OTHER_TEXTS: Final[Mapping[str, Mapping[str, Make]]] = {
    VARIABLES: {
        "text": lambda c: c("text") + HARSH,
        "json": lambda c: json.dumps({"key": c("value"), c("key"): [c("item")]}),
        "quoted": lambda c: f'"{c("text")}"',
        "broken_json": lambda c: '{"key": "' + c("value"),
        "lines": lambda c: f"-----BEGIN PRIVATE KEY-----\n{c('line')}\n-----END PRIVATE KEY-----\n",
    },
    CONFIG: {
        "sql_alchemy_conn": lambda c: f"postgresql+psycopg2://airflow:{c('password')}@db.example/airflow",
        "fernet_key": lambda c: c("text") + "=",
    },
}


class Garden:
    """What was planted: the text of each secret, and which canaries it holds."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.holds: dict[str, frozenset[str]] = {}
        for start, texts in {CONNECTIONS: CONNECTION_TEXTS, **OTHER_TEXTS}.items():
            for key, make in texts.items():
                self._plant(start + key, make)

    def _plant(self, name: str, make: Make) -> None:
        used: set[str] = set()

        def word(place: str) -> str:
            used.add(f"{name}.{place}")
            return canary(f"{name}.{place}")

        self.texts[name] = make(word)
        self.holds[name] = frozenset(used)

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*self.holds.values())


def typed(place: str) -> str:
    """A canary that a person types, rather than one that is stored."""
    return canary(f"typed.{place}")


def quoted_by_aws(place: str) -> str:
    """An error text of the service that repeats what was sent."""
    return f"Value '{canary(f'aws.{place}')}' at 'secretString' failed; User: {STEM.lower()} is not authorized"
