"""A Vault for tests, over real HTTP, written from the description of its API: as far as secrets of Airflow need it.

Served are health, tokens, six ways to log in, policies, namespaces and both versions of the key-value engine. Time is
the test's own, so that tokens expire when a test says so.

`python -m tests.servers.vault --seed 5000` serves one on a free port, prints its address and stops with its input.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_tokens
from secretsui.stores.vault import VaultStore
from secretsui.stores.vault_place import VaultPlace
from tests.servers.vault_auth import Method, Tokens, login
from tests.servers.vault_kv import Plain, Refused, Versioned
from tests.servers.vault_policies import DEFAULT, Policy, capabilities

ROOT = "hvs.root-of-the-tests"
MAX_BODY = 33_554_432
Engine = Plain | Versioned


class World:
    """One Vault: what a test arranges and looks at. Keys of mounts and methods are (namespace, path)."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        self.seconds = 1_000_000.0
        self.sealed = self.standby = False
        self.names_dead_tokens = True  # as servers since 1.14 do
        self.mounts: dict[tuple[str, str], Engine] = {("", "secret"): Versioned(), ("", "kv1"): Plain()}
        self.methods: dict[tuple[str, str], Method] = {}
        self.policies: dict[str, Policy] = {"default": DEFAULT}
        self.namespaces = {""}
        self.tokens = Tokens(lambda: self.seconds)
        self.tokens.make(["root"], "root", "auth/token/root")
        (token,) = self.tokens.found.values()
        self.tokens.found = {ROOT: token}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        # Each is answered to one call instead of what it asks for: status, words and headers. A status of 0 breaks off.
        self.faults: deque[tuple[int, Any, Mapping[str, str]]] = deque()
        self.max_body = MAX_BODY

    def engine(self, mount: str = "secret", namespace: str = "") -> Any:
        return self.mounts[namespace, mount]

    def put(self, name: str, data: Mapping[str, Any], mount: str = "secret", namespace: str = "") -> None:
        engine = self.engine(mount, namespace)
        path, body = (name, data) if engine.version == 1 else (f"data/{name}", {"data": data})
        engine.handle("POST", path, {}, body)

    def token(self, *policies: Policy, ttl: int = 0, namespace: str = "") -> str:
        """One with these policies alone, beside the default one."""
        names = [f"policy-{len(self.policies) + number}" for number in range(len(policies))]
        self.policies |= dict(zip(names, policies, strict=True))
        return self.tokens.make(names, "token", "auth/token/create", ttl=ttl, namespace=namespace)

    # Answering

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], raw: bytes
    ) -> tuple[int, Any, Mapping[str, str]]:
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        path = unquote(url.path).removeprefix("/v1/")
        if method == "GET" and query.get("list") == "true":
            method = "LIST"
        with self.lock:
            self.calls[f"{method} {_kind(path)}"] += 1
            self.requests.append((method, path))
            self.headers.append(headers)
            fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            return fault
        try:
            return self._routed(method, path, query, headers, raw)
        except Refused as refused:
            return refused.status, refused.body, {}

    def _routed(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], raw: bytes
    ) -> tuple[int, Any, Mapping[str, str]]:
        if path == "sys/health":
            return self._health()
        if self.sealed:
            raise Refused(503, "Vault is sealed")
        if len(raw) > self.max_body:
            raise Refused(413, "http: request body too large")
        _check_path(path)
        body = _body(raw)
        namespace = headers.get("x-vault-namespace", "").strip("/")
        if namespace not in self.namespaces:
            raise Refused(404, f'no handler for route "{path}". namespace not found.')
        if found := self._method(namespace, path):
            return 200, self._log_in(*found, namespace, method, body), {}
        data = self._authenticated(method, path, query, headers, body, namespace)
        return (204, None, {}) if data is None else (200, _envelope(data), {})

    def _health(self) -> tuple[int, Any, Mapping[str, str]]:
        status = 503 if self.sealed else 429 if self.standby else 200
        told = {"initialized": True, "sealed": self.sealed, "standby": self.standby, "version": "1.18.0"}
        return status, told, {}

    def _method(self, namespace: str, path: str) -> tuple[Method, str, str] | None:
        for (where, mount), method in self.methods.items():
            if where == namespace and path.startswith(f"auth/{mount}/"):
                return method, mount, path.removeprefix(f"auth/{mount}/")
        return None

    def _log_in(
        self, found: Method, mount: str, rest: str, namespace: str, method: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if method not in ("POST", "PUT"):
            raise Refused(405, "1 error occurred:\n\t* unsupported operation\n\n")
        policies, name = login(found, mount, rest, body)
        token = self.tokens.make(policies, name, f"auth/{mount}/login", ttl=found.ttl, namespace=namespace)
        self.tokens.logins += 1
        auth = {"client_token": token, "policies": policies, "lease_duration": found.ttl, "renewable": True}
        return {**_envelope(None), "auth": auth}

    def _authenticated(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Mapping[str, Any],
        namespace: str,
    ) -> Mapping[str, Any] | None:
        name = headers.get("x-vault-token", "")
        token = self.tokens.get(name)
        if not name:
            raise Refused(403 if self.names_dead_tokens else 400, *_denied("missing client token"))
        if token is None or token.namespace not in ("", namespace):
            raise Refused(403, *(_denied("permission denied", "invalid token") if self.names_dead_tokens else DENIED))
        policies = token.policies
        if path.startswith("sys/internal/ui/mounts/"):
            return self._mount(path.removeprefix("sys/internal/ui/mounts/"), policies, namespace)
        own = {
            ("GET", "auth/token/lookup-self"): lambda: self.tokens.told(name, token),
            ("POST", "auth/token/renew-self"): lambda: self._renew(name),
            ("POST", "sys/capabilities-self"): lambda: self._capabilities(policies, body),
        }
        if (method, path) in own:
            self._require(policies, path, "read" if method == "GET" else "update")
            return own[method, path]()
        return self._secret(method, path, query, body, policies, namespace)

    def _renew(self, name: str) -> Mapping[str, Any]:
        token = self.tokens.found[name]
        if not token.ttl:
            raise Refused(400, "lease is not renewable")
        token.made = self.seconds
        return self.tokens.told(name, token)

    def _allowed(self, policies: list[str], path: str) -> list[str]:
        return ["root"] if "root" in policies else capabilities([self.policies[each] for each in policies], path)

    def _require(self, policies: list[str], path: str, capability: str) -> None:
        allowed = self._allowed(policies, path)
        if not {"root", capability} & {*allowed}:
            raise Refused(403, *DENIED)

    def _capabilities(self, policies: list[str], body: Mapping[str, Any]) -> Mapping[str, Any]:
        paths = body.get("paths")
        if not isinstance(paths, list) or not paths:
            raise Refused(400, "paths must be supplied")
        found: dict[str, Any] = {path: self._allowed(policies, path) for path in paths}
        return {**found, "capabilities": found[paths[0]]} if len(paths) == 1 else found

    def _found(self, namespace: str, path: str) -> tuple[str, Engine] | None:
        fits = [mount for where, mount in self.mounts if where == namespace and f"{path}/".startswith(f"{mount}/")]
        return (max(fits, key=len), self.mounts[namespace, max(fits, key=len)]) if fits else None

    def _mount(self, path: str, policies: list[str], namespace: str) -> Mapping[str, Any]:
        found = self._found(namespace, path.strip("/"))
        rules = [rule for each in policies if each != "root" for rule in self.policies[each]]
        mount = found[0] if found else ""
        if not found or not (
            "root" in policies or any(rule.startswith(f"{mount}/") or "*" in rule.split("/")[0] for rule in rules)
        ):
            raise Refused(
                403,
                "preflight capability check returned 403, please ensure client's policies grant access to path "
                f'"{path.strip("/")}/"',
            )
        return {"path": f"{mount}/", "type": "kv", "options": {"version": "2"} if found[1].version == 2 else None}

    def _secret(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any],
        policies: list[str],
        namespace: str,
    ) -> Mapping[str, Any] | None:
        if method == "LIST" and not path.endswith("/"):
            path += "/"
        found = self._found(namespace, path.rstrip("/"))
        if found is None:
            self._require(policies, path, "read")
            raise Refused(404, f'no handler for route "{path}". route entry not found.')
        mount, engine = found
        rest = path.removeprefix(mount).removeprefix("/")
        self._require(policies, path, engine.capability(method, rest))
        return engine.handle(method, rest, query, body)


def _denied(*words: str) -> tuple[str]:
    count = len(words)
    return (f"{count} error{'s' if count > 1 else ''} occurred:\n" + "".join(f"\t* {each}\n" for each in words) + "\n",)


DENIED = _denied("permission denied")


def _kind(path: str) -> str:
    """A name for counting, in which no secret's own name is."""
    parts = path.split("/")
    return (
        "/".join(parts[:2])
        if parts[0] in ("sys", "auth")
        else next((p for p in parts if p in ("data", "metadata")), "kv")
    )


def _check_path(path: str) -> None:
    if ".." in path:
        raise Refused(400, "path cannot contain parent references")
    if not path.isprintable():
        raise Refused(400, "path contains non-printable characters")
    if path.endswith("."):
        raise Refused(404, "1 error occurred:\n\t* unsupported path\n\n")


def _body(raw: bytes) -> Mapping[str, Any]:
    if not raw:
        return {}
    try:
        found = json.loads(raw)
    except ValueError:
        raise Refused(400, "failed to parse JSON input: invalid character") from None
    if not isinstance(found, dict):
        raise Refused(400, "failed to parse JSON input: json: cannot unmarshal array into Go value")
    return found


def _envelope(data: Any) -> dict[str, Any]:
    return {
        "request_id": "00000000-0000-4000-8000-000000000000",
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": data,
        "wrap_info": None,
        "warnings": None,
        "auth": None,
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world: World

    def handle_one_request(self) -> None:
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            return
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): text for name, text in self.headers.items()}
        status, body, more = self.world.answer(self.command, self.path, headers, raw)
        if not status:
            self.close_connection = True
            return
        told = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        kind = "text/html" if isinstance(body, str) else "application/json"
        lines = {"Content-Type": kind, "Cache-Control": "no-store", "Content-Length": str(len(told)), **more}
        head = "".join(f"{name}: {text}\r\n" for name, text in lines.items())
        self.wfile.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + told)
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        pass


class Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class Server:
    """With `certificate` and `key`, files, it speaks TLS."""

    def __init__(self, certificate: str = "", key: str = "") -> None:
        self.world = World()
        self._server = Threads(("127.0.0.1", 0), type("Bound", (Handler,), {"world": self.world}))
        if certificate:
            import ssl

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def place(self, mount: str = "secret", kv: int = 2, **more: Any) -> VaultPlace:
        return VaultPlace(self.url, mount, kv, **more)

    def store(self, mount: str = "secret", kv: int = 2, kind: str = "variable", token: str = ROOT) -> VaultStore:
        return VaultStore(self.place(mount, kv), lambda: Sensitive(token), kind=kind, secret=b"of the tests")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="session")
def vault_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def vault(vault_server: Server) -> Server:
    """An empty Vault, with a mount of each version of the key-value engine: secret and kv1."""
    vault_server.world.reset()
    vault_tokens.forget_all()
    return vault_server


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0, help="connections to begin with")
    server = Server()
    for number in range(parser.parse_args().seed):
        server.world.put(f"connections/c{number:05}", {"conn_uri": f"http://h{number}"})
    print(server.url, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
