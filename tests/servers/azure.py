"""Azure Key Vault over TLS, as far as it is called here, and the login beside it, from its published description.

Strict, so that what passes here passes there: it challenges who brings no token and refuses one for another resource,
knows names whatever their letter case, gives pages of at most 25, keeps what is deleted, moves into that state and out
of it as slowly as it is told to, refuses what the service refuses, and words it as the service does. Its clock shows
whole seconds, as the service's does, and goes on by one with each change unless it is told to stand.
"""

from __future__ import annotations

import base64
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores.azure import AzureStore
from tests.airflow.answering import Answer, Call, Reply, answering
from tests.servers import azure_rules as rules
from tests.servers.azure_rules import Refused

TENANT: Final = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CLIENT: Final = "11111111-2222-3333-4444-555555555555"
PASSWORD: Final = "the-client-secret~1"
RETENTION_DAYS: Final = 90
_API_VERSIONS: Final = {"7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"}


@dataclass
class Version:
    id: str
    value: str
    body: dict[str, Any]
    created: int
    updated: int


@dataclass
class Secret:
    name: str
    versions: list[Version] = field(default_factory=list)
    managed: bool = False
    deleted: int = 0
    lag: int = 0  # questions until it has arrived where it was sent
    is_recovering: bool = False

    @property
    def current(self) -> Version:
        return self.versions[-1]


class Azure:
    """One vault. `calls` is what was asked of it; the rest is for tests to spoil it with."""

    def __init__(self) -> None:
        self.url = self.ca_file = ""
        self.reset()

    def reset(self) -> None:
        self.secrets: dict[str, Secret] = {}
        self.calls: list[tuple[str, str]] = []
        self.denied: set[tuple[str, str]] = set()  # an action, and the secret that it is missing on; "" for all
        self.uses_policies = False  # access policies in place of roles
        self.broken: set[str] = set()  # secrets of which every question fails, in lower case
        self.failing: list[Answer] = []  # answers instead of the next calls
        self.meanwhile: dict[str, Callable[[], Any]] = {}  # method: what somebody else does before the next such call
        self.tokens: dict[str, str] = {}  # and the scope of each
        self.password = PASSWORD
        self.lag = 0
        self.protects = False  # from being purged
        self.stands = False  # its clock
        self._clock = int(time.time())

    @property
    def resource(self) -> str:
        """The domain above the vault's own, as clients demand it of a challenge."""
        return f"https://0.0.1:{urlsplit(self.url).port}"

    def tick(self) -> int:
        if not self.stands:
            self._clock = max(self._clock + 1, int(time.time()))
        return self._clock

    def put(self, name: str, *texts: str, **body: Any) -> Secret:
        """As another client would: a secret, or more versions of one."""
        secret = self.secrets.setdefault(name.lower(), Secret(name))
        for text in texts:
            now = self.tick()
            secret.versions.append(Version(uuid.uuid4().hex, text, {"attributes": {}, **body}, now, now))
        return secret

    def __call__(self, call: Call) -> Answer:
        try:
            if call.path.endswith("/.well-known/openid-configuration"):
                return self._discovery(call)
            if call.path.endswith("/oauth2/v2.0/token"):
                return self._token(call)
            if not self._is_authentic(call):
                return self._challenge()
            self.calls.append((call.method, call.path))
            if self.failing:
                return self.failing.pop(0)
            if call.method in self.meanwhile:
                self.meanwhile.pop(call.method)()
            answer = self._answer(call)
            return Reply(204) if answer is None else Reply(200, answer)
        except Refused as refusal:
            return refusal.reply()

    def _discovery(self, call: Call) -> Reply:
        base = f"{self.url}/{call.path.split('/')[1]}"
        return Reply(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            },
        )

    def _token(self, call: Call) -> Reply:
        sent = dict(parse_qsl(call.body.decode()))
        if call.path.split("/")[1] != TENANT:
            return _login_refused(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if sent["client_id"] != CLIENT:
            return _login_refused(400, "unauthorized_client", "AADSTS700016: Application not found in the directory.")
        if sent.get("client_secret") != self.password:
            return _login_refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = rules.as_token({"appid": CLIENT, "oid": "o-1", "tid": TENANT, "n": len(self.tokens)})
        self.tokens[token] = sent["scope"].split()[0]
        return Reply(200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})

    def _is_authentic(self, call: Call) -> bool:
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self.tokens.get(token) == f"{self.resource}/.default"

    def _challenge(self) -> Reply:
        refusal = Refused(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        header = f'Bearer authorization="{self.url}/{TENANT}", resource="{self.resource}"'
        return refusal.reply({"WWW-Authenticate": header})

    def _answer(self, call: Call) -> Any:
        if call.params.get("api-version") not in _API_VERSIONS:
            raise rules.bad("The specified api-version is not supported.")
        area, *rest = [each for each in call.path.split("/") if each]
        name = rest[0] if rest else ""
        if rest:
            rules.check_name(name)
        tail = "/".join("*" if rules.VERSION.fullmatch(each) else each for each in rest[1:])
        route = _ROUTES.get((call.method, area, bool(rest), tail))
        if route is None:
            raise Refused(404, "NotFound", "The requested resource was not found.")
        action, permission, answer = route
        self._check(action, permission, call.path, name)
        return answer(self, call, *rest)

    def _check(self, action: str, permission: str, path: str, name: str) -> None:
        if name.lower() in self.broken:
            raise Refused(500, "InternalServerError", "An error occurred.")
        if {(action, ""), (action, name.lower())} & self.denied:
            resource = f"/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/sample{path}"
            raise rules.forbidden(action, permission, resource, by_policies=self.uses_policies)

    def _arrived(self, secret: Secret) -> None:
        """One more question about a secret on its way to being deleted or recovered."""
        if secret.lag:
            secret.lag -= 1
        elif secret.is_recovering:
            secret.is_recovering, secret.deleted = False, 0

    def _active(self, name: str) -> Secret:
        secret = self.secrets.get(name.lower())
        if secret:
            self._arrived(secret)
        if secret is None or secret.deleted:
            raise rules.missing(name)
        return secret

    def _deleted(self, name: str) -> Secret:
        secret = self.secrets.get(name.lower())
        if secret is None or not secret.deleted or secret.is_recovering:
            raise rules.not_deleted(name)
        if secret.lag:
            secret.lag -= 1
            raise rules.not_deleted(name)
        return secret

    def _version(self, secret: Secret, wanted: str) -> Version:
        for each in secret.versions:
            if each.id == wanted:
                return each
        raise rules.missing(f"{secret.name}/{wanted}")

    def list_secrets(self, call: Call) -> Any:
        return self._page(call, [self._item(each) for each in self._sorted() if not each.deleted])

    def list_deleted(self, call: Call) -> Any:
        gone = [each for each in self._sorted() if each.deleted and not each.lag and not each.is_recovering]
        return self._page(call, [self._item(each) | self._fate(each) for each in gone])

    def list_versions(self, call: Call, name: str, _versions: str) -> Any:
        """By id, which says nothing about their age; of a secret that is not there none."""
        secret = self.secrets.get(name.lower())
        if secret:
            self._arrived(secret)
        found = sorted(secret.versions, key=lambda each: each.id) if secret and not secret.deleted else []
        return self._page(call, [self._shown(secret, each) for each in found if secret])

    def _sorted(self) -> list[Secret]:
        return [self.secrets[key] for key in sorted(self.secrets)]

    def _page(self, call: Call, items: list[Any]) -> Any:
        size = int(call.params.get("maxresults", rules.MAX_PAGE))
        if not 1 <= size <= rules.MAX_PAGE:
            raise rules.bad("maxresults must be between 1 and 25.")
        token = call.params.get("$skiptoken", "")
        start = int(base64.urlsafe_b64decode(token.encode())) if token else 0
        more = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        link = f"{self.url}{call.path}?api-version={call.params['api-version']}&$skiptoken={more}&maxresults={size}"
        return {"value": items[start : start + size], "nextLink": link if start + size < len(items) else None}

    def get(self, _call: Call, name: str, wanted: str = "") -> Any:
        secret = self._active(name)
        version = self._version(secret, wanted) if wanted else secret.current
        if not version.body["attributes"].get("enabled", True):
            raise rules.disabled()
        return {"value": version.value, **self._shown(secret, version)}

    def set(self, call: Call, name: str) -> Any:
        value = rules.check_value(call.body)
        rules.check_properties(call.body)
        secret = self.secrets.get(name.lower())
        if secret and secret.deleted:
            if secret.lag:
                secret.lag -= 1
                raise rules.is_being(name, "recovered" if secret.is_recovering else "deleted")
            raise rules.waits(name)
        body = {key: call.body[key] for key in ("tags", "contentType") if call.body.get(key)}
        made = self.put(name, value, **body, attributes=dict(call.body.get("attributes") or {}))
        return {"value": value, **self._shown(made, made.current)}

    def update(self, call: Call, name: str, wanted: str) -> Any:
        rules.check_properties(call.body)
        secret = self._active(name)
        version = self._version(secret, wanted)
        for key in ("tags", "contentType"):
            if key in call.body:
                version.body[key] = call.body[key]
        version.body["attributes"] |= call.body.get("attributes") or {}
        version.updated = self.tick()
        return self._shown(secret, version)

    def delete(self, _call: Call, name: str) -> Any:
        secret = self._active(name)
        secret.deleted, secret.lag = self.tick(), self.lag
        return self._shown(secret, secret.current) | self._fate(secret)

    def get_deleted(self, _call: Call, name: str) -> Any:
        secret = self._deleted(name)
        return self._shown(secret, secret.current) | self._fate(secret)

    def purge(self, _call: Call, name: str) -> None:
        self._deleted(name)
        if self.protects:
            raise Refused(403, "Forbidden", 'Operation "purge" is not allowed because purge protection is enabled.')
        del self.secrets[name.lower()]

    def recover(self, _call: Call, name: str, _recover: str) -> Any:
        secret = self._deleted(name)
        secret.lag, secret.is_recovering = self.lag, True
        if not self.lag:
            self._arrived(secret)
        return self._shown(secret, secret.current)

    def _item(self, secret: Secret) -> dict[str, Any]:
        return self._shown(secret, secret.current) | {"id": f"{self.url}/secrets/{secret.name}"}

    def _shown(self, secret: Secret, version: Version) -> dict[str, Any]:
        level = "Recoverable" if self.protects else "Recoverable+Purgeable"
        attributes = {
            "enabled": True,
            **version.body["attributes"],
            "created": version.created,
            "updated": version.updated,
            "recoveryLevel": level,
            "recoverableDays": RETENTION_DAYS,
        }
        rest = {key: version.body[key] for key in ("tags", "contentType") if version.body.get(key)}
        managed = {"managed": True} if secret.managed else {}
        return {"id": f"{self.url}/secrets/{secret.name}/{version.id}", "attributes": attributes, **rest, **managed}

    def _fate(self, secret: Secret) -> dict[str, Any]:
        return {
            "recoveryId": f"{self.url}/deletedsecrets/{secret.name}",
            "deletedDate": secret.deleted,
            "scheduledPurgeDate": secret.deleted + RETENTION_DAYS * 86_400,
        }


def _login_refused(status: int, error: str, words: str) -> Reply:
    return Reply(status, {"error": error, "error_description": f"{words} Trace ID: t", "error_codes": [1]})


# Method, area, whether a name follows, and what follows it: the action that roles know, the permission that access
# policies know, and the answer.
_ROUTES: Final[Mapping[tuple[str, str, bool, str], tuple[str, str, Callable[..., Any]]]] = {
    ("GET", "secrets", False, ""): ("readMetadata/action", "list", Azure.list_secrets),
    ("GET", "secrets", True, "versions"): ("readMetadata/action", "list", Azure.list_versions),
    ("GET", "secrets", True, ""): ("getSecret/action", "get", Azure.get),
    ("GET", "secrets", True, "*"): ("getSecret/action", "get", Azure.get),
    ("PUT", "secrets", True, ""): ("setSecret/action", "set", Azure.set),
    ("PATCH", "secrets", True, "*"): ("update/action", "set", Azure.update),
    ("DELETE", "secrets", True, ""): ("delete", "delete", Azure.delete),
    ("GET", "deletedsecrets", False, ""): ("readMetadata/action", "list", Azure.list_deleted),
    ("GET", "deletedsecrets", True, ""): ("readMetadata/action", "get", Azure.get_deleted),
    ("DELETE", "deletedsecrets", True, ""): ("purge/action", "purge", Azure.purge),
    ("POST", "deletedsecrets", True, "recover"): ("recover/action", "recover", Azure.recover),
}


@contextmanager
def serving_azure() -> Iterator[Azure]:
    azure = Azure()
    with tempfile.TemporaryDirectory(prefix="secretsui-vault-") as folder:
        trusted, tls = rules.certificate(Path(folder))
        with answering(azure, tls) as server:
            azure.url, azure.ca_file = server.url, str(trusted)
            yield azure


@pytest.fixture(scope="session")
def azure_server() -> Iterator[Azure]:
    with serving_azure() as azure:
        yield azure


@pytest.fixture
def azure(azure_server: Azure, monkeypatch: pytest.MonkeyPatch) -> Azure:
    """An empty vault, which is its own login as well."""
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", azure_server.url)
    azure_server.reset()
    return azure_server


def azure_store(azure: Azure, **changes: Any) -> AzureStore:
    """Its identity is an application with a client secret."""
    given = {
        "vault_url": azure.url,
        "credential": lambda: Sensitive(PASSWORD),
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "ca_file": azure.ca_file,
    }
    return AzureStore(**given | changes)
