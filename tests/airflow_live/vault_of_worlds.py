"""Vaults for worlds: objects by mount and path where the real Airflow reads them over HTTP, and random ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.airflow_live.cases import Maker
from tests.airflow_live.worlds import Case
from tests.servers.vault import Server, World
from tests.servers.vault_auth import Method, Token, jwt
from tests.servers.vault_kv import Plain, Versioned

VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
TOKEN = "t"
ALL = ["create", "read", "update", "delete", "list"]
WORLDS_OF_A_SETTING = 8
MOUNTS = ["secret", "kv", "team/kv"]
PATHS: list[Any] = ["airflow", "", "a/b", "a/b/", "airflow//", "/", "variables", None]
IDS = [
    "db",
    "my_db",
    "My-DB",
    "a.b",
    "team/db",
    "a/b/c",
    "42",
    "secret/db",
    "kv/db",
    "kv/team/db",
    "ünï",
    "a b",
    "x?y",
    "100%",
    "/db",
    "db/",
    "a//b",
]
CONNECTIONS: list[Any] = [
    {"conn_uri": "postgresql://u:p%40ss@h:5432/main?sslmode=require"},
    {"conn_uri": "http://h", "host": "not read", "owner": "me"},
    {"conn_uri": '{"conn_type": "http", "host": "json"}'},
    {"conn_uri": "", "host": "h"},
    {"conn_uri": " "},
    {"conn_uri": 5},
    {"conn_type": "a-b", "host": "h", "port": "5", "extra": {"a": {"b": 1}}},
    {"conn_type": "http", "host": "h", "port": 80, "extra": '{"a": 1}', "login": "", "password": "p", "schema": None},
    {"conn_type": "http", "port": "x"},
    {"conn_type": "http", "extra": [1]},
    {"conn_type": "postgresql", "description": "of all", "login": 5},
    {"uri": "http://h"},
    {"conn_type": "http", "colour": "red"},
]
VALUES: list[Any] = [
    {"value": "text"},
    {"value": "also a connection", "conn_uri": "http://both"},
    {"value": ""},
    {"value": '{"a": 1}'},
    {"value": 5},
    {"value": {"a": 1}},
    {"value": None, "text": "x"},
    {"text": "x"},
]
GONE = ["deleted", "destroyed", "metadata", "deleted-before"]


@contextlib.contextmanager
def serving(objects: Mapping[str, Any]) -> Iterator[str]:
    """The address of a Vault with these, some of them "denied" to the token `t`."""
    server = Server()
    world = server.world
    world.mounts = {("", each.partition("/")[0]): Versioned() for each in objects}
    rules = {"*": ALL}
    for path, found in objects.items():
        mount, _, name = path.partition("/")
        if found == "denied":
            rules[f"{mount}/data/{name}"] = ["deny"]
        else:
            world.put(name, found, mount)
    _let_in(world, rules)
    try:
        yield server.url
    finally:
        server.stop()


def _let_in(world: World, rules: Mapping[str, Sequence[str]], namespace: str = "") -> None:
    name = f"of-{namespace}"
    world.policies[name] = rules
    world.tokens.found[f"{TOKEN}{namespace}"] = Token(
        ["default", name], "token", "auth/token/create", namespace=namespace
    )


@dataclass
class Setting:
    """A namespace of its own, so that the objects of settings keep apart."""

    namespace: str
    kwargs: Case
    ids: Sequence[str]
    objects: dict[str, Any] = field(default_factory=dict)  # what a reader gets, or "denied"

    def worlds(self, maker: Maker) -> Iterator[Case]:
        for _ in range(WORLDS_OF_A_SETTING):
            asked = maker.pick(list(self.ids))
            lookup = {"op": "resolve_connection", "conn_id": asked}
            if maker.chance(0.4):
                lookup = {"op": "resolve_variable", "key": asked}
            yield {**lookup, "backend": VAULT, "backend_kwargs": self.kwargs, "vault": self.objects}


class VaultMaker:
    """`knows_lists`: whether the provider takes lists of paths."""

    def __init__(self, seed: int, server: Server, folder: Path, *, knows_lists: bool) -> None:
        self.maker = Maker(seed)
        self.pick, self.chance = self.maker.pick, self.maker.chance
        self.world, self.url, self.knows_lists = server.world, server.url, knows_lists
        self.badge = folder / "badge.jwt"
        self.badge.write_text(jwt(sub="system:serviceaccount:airflow:worker"))

    def worlds(self, settings: int) -> list[Case]:
        made = [self.setting(f"ns{number}") for number in range(settings)]
        return [world for each in made for world in each.worlds(self.maker)]

    def setting(self, namespace: str) -> Setting:
        kv = self.pick([1, 2, 2])
        self.world.namespaces.add(namespace)
        for mount in MOUNTS:
            self.world.mounts[namespace, mount] = Plain() if kv == 1 else Versioned()
        kwargs: Case = {"url": self.url, "namespace": namespace, "kv_engine_version": kv, **self.paths()}
        if self.chance(0.6):
            kwargs["mount_point"] = self.pick([*MOUNTS, *MOUNTS, "/kv/", None, ""])
        made = Setting(namespace, {**kwargs, **self.login(namespace)}, self.maker.random.sample(IDS, 6))
        rules: dict[str, list[str]] = {"*": ALL}
        for name in dict.fromkeys(self.names(made)):
            self.fill(made, kv, name, rules)
        self.world.policies[f"of-{namespace}"] = rules
        return made

    def paths(self) -> Case:
        given = {f"{plural}_path": self.path() for plural in ("connections", "variables") if self.chance(0.7)}
        return given | ({"global_secrets_path": self.pick(["all", "all/"])} if self.chance(0.1) else {})

    def path(self) -> Any:
        if self.knows_lists and self.chance(0.35):
            return [self.pick([each for each in PATHS if each is not None]) for _ in range(self.pick([0, 1, 2, 3]))]
        return self.pick(PATHS)

    def login(self, namespace: str) -> Case:
        """By one of five ways, each with the rules of this setting."""
        _let_in(self.world, {}, namespace)
        policies = [f"of-{namespace}"]
        methods = self.world.methods
        way = self.pick(["token", "approle", "userpass", "kubernetes", "jwt"])
        if way == "approle":
            methods[namespace, "approle"] = Method(way, {"r": {"secret_id": "s", "policies": policies}})
            return {"auth_type": way, "role_id": "r", "secret_id": "s"}
        if way == "userpass":
            methods[namespace, "people"] = Method(way, {"u": {"password": "p", "policies": policies}})
            return {"auth_type": way, "auth_mount_point": "people", "username": "u", "password": "p"}
        if way == "kubernetes":
            role = {"names": ["worker"], "namespaces": ["airflow"], "policies": policies}
            methods[namespace, "kubernetes"] = Method(way, {"r": role})
            return {"auth_type": way, "kubernetes_role": "r", "kubernetes_jwt_path": str(self.badge)}
        if way == "jwt":
            methods[namespace, "jwt"] = Method(way, {"r": {"audience": "vault", "policies": policies}})
            return {"auth_type": way, "jwt_role": "r", "jwt_token": jwt(sub="worker", aud="vault")}
        return {"token": f"{TOKEN}{namespace}"}

    def names(self, made: Setting) -> Iterator[str]:
        """Mount and path of what is asked for, and of what nearly is."""
        for secret_id in made.ids:
            mount = made.kwargs.get("mount_point", "secret")
            key = secret_id if mount else secret_id.partition("/")[2]
            mount = mount.strip("/") if mount else secret_id.partition("/")[0]
            for plural in ("connections", "variables"):
                paths = made.kwargs.get(f"{plural}_path", plural)
                bases = paths if isinstance(paths, list) else [paths or ""]
                for base in [*bases, plural, "all"]:
                    parts = [each for each in f"{base}/{key}".split("/") if each]
                    if mount in MOUNTS and key and self.chance(0.7):
                        yield "/".join([mount, *parts])

    def fill(self, made: Setting, kv: int, path: str, rules: dict[str, list[str]]) -> None:
        mount = next(each for each in MOUNTS if path.startswith(f"{each}/"))
        name = path.removeprefix(f"{mount}/")
        likely = VALUES if "variables" in name else CONNECTIONS
        found = self.pick(likely if self.chance(0.6) else [*CONNECTIONS, *VALUES])
        self.world.put(name, found, mount, made.namespace)
        made.objects[path] = found
        if self.chance(0.07):
            made.objects[path] = "denied"
            rules[f"{mount}/{name}" if kv == 1 else f"{mount}/data/{name}"] = ["deny"]
        elif kv == 2 and self.chance(0.25):
            self.spoil(made, self.world.engine(mount, made.namespace), path, name)

    def spoil(self, made: Setting, engine: Versioned, path: str, name: str) -> None:
        """The last version is not there any more, or another one was there before."""
        how = self.pick(GONE)
        if how == "deleted":
            engine.handle("DELETE", f"data/{name}", {}, {})
        elif how == "destroyed":
            engine.handle("POST", f"destroy/{name}", {}, {"versions": [engine.keys[name].current]})
        elif how == "metadata":
            engine.handle("DELETE", f"metadata/{name}", {}, {})
        else:
            engine.handle("DELETE", f"data/{name}", {}, {})
            engine.handle("POST", f"data/{name}", {}, {"data": made.objects[path]})
            return
        del made.objects[path]
