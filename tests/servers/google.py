"""Google Secret Manager over its REST transport, as far as it is called here, written from its published description.

Strict, so that what passes here passes there: it wants tokens signed by the service account's key, refuses names,
labels, checksums, masks and etags that the service refuses, gives pages, and words its errors as the service does.
"""

from __future__ import annotations

import base64
import binascii
import functools
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn
from unittest.mock import patch

import google_crc32c
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from google.auth.credentials import CredentialsWithRegionalAccessBoundary

from secretsui.core.sensitive import Sensitive
from secretsui.stores.google import GoogleStore
from tests.airflow.answering import Answer, Call, Reply, answering
from tests.servers.google_rules import ID, Refused, check_etag, check_labels, illegal, known, page

PROJECT: Final = "sample-project"
NUMBER: Final = "123456789012"
ACCOUNT: Final = f"reader@{PROJECT}.iam.gserviceaccount.com"
MAX_BYTES: Final = 65_536

_FILTER: Final = re.compile(r'name:"?([A-Za-z0-9_-]+)"?')
_STATES: Final = {"ENABLED": 1, "DISABLED": 2, "DESTROYED": 3}
_MUTABLE: Final = {"labels", "annotations", "expireTime", "ttl", "rotation", "topics", "versionAliases"}


@dataclass
class Version:
    number: int
    data: bytes
    created: str
    state: str = "ENABLED"
    destroyed: str = ""
    etag: str = ""


@dataclass
class Secret:
    id: str
    body: dict[str, Any]
    created: str
    etag: str = ""
    versions: list[Version] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"projects/{NUMBER}/secrets/{self.id}"


def _now() -> datetime:
    return datetime.now(UTC)


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    """The service account's own, as slow to make as a hundred calls."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def _public() -> bytes:
    public = _key().public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Google:
    """One project. `calls` is what was asked of Secret Manager; the rest is for tests to spoil it with."""

    def __init__(self) -> None:
        self.url = ""
        self._etags = itertools.count(1)
        self._accepted: set[str] = set()
        self.reset()

    def reset(self) -> None:
        self.secrets: dict[str, Secret] = {}
        self.policies: dict[str, Any] = {}
        self.calls: list[tuple[str, str]] = []
        self.denied: set[tuple[str, str]] = set()  # a permission, and the secret that it is missing on; "" for all
        self.broken: set[str] = set()  # secrets of which every question fails
        self.failing: list[Answer] = []  # answers instead of the next calls
        self.meanwhile: dict[str, Callable[[], Any]] = {}  # end of a path: what somebody else does before its answer
        self.is_enabled = True  # the API, in the project
        self._accepted.clear()

    def credential(self, **changes: Any) -> str:
        """The key file of the service account."""
        private = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "k1",
                "private_key": private.decode(),
                "client_email": ACCOUNT,
                "client_id": "1",
                "token_uri": f"{self.url}/token",
                **changes,
            }
        )

    def put(self, name: str, *texts: str, **body: Any) -> Secret:
        """As another client would: a secret, or more versions of one."""
        secret = self.secrets.get(name) or self._made(name, {"replication": {"automatic": {}}, **body})
        for text in texts:
            self.add(secret, text.encode())
        return secret

    def add(self, secret: Secret, data: bytes) -> Version:
        version = Version(len(secret.versions) + 1, data, _stamp(_now()), etag=self._etag())
        secret.versions.append(version)
        return version

    def _etag(self) -> str:
        return f'"{next(self._etags):x}"'

    def _made(self, name: str, body: dict[str, Any]) -> Secret:
        self.secrets[name] = Secret(name, body, _stamp(_now()), self._etag())
        return self.secrets[name]

    def __call__(self, call: Call) -> Answer:
        try:
            self.calls.append((call.method, call.path))
            if self.failing:
                return self.failing.pop(0)
            self._authenticate(call)
            for end, action in list(self.meanwhile.items()):
                if call.path.endswith(end):
                    del self.meanwhile[end]
                    action()
            return Reply(200, self._answer(call))
        except Refused as refusal:
            return refusal.reply()

    def _authenticate(self, call: Call) -> None:
        self.authenticate({name.lower(): text for name, text in call.headers.items()}.get("authorization", ""))

    def authenticate(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        if scheme != "Bearer":
            raise Refused(
                401,
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
                "other valid authentication credential.",
                reason="CREDENTIALS_MISSING",
                domain="googleapis.com",
                metadata={"service": "secretmanager.googleapis.com"},
            )
        if token in self._accepted:
            return
        try:
            claims = jwt.decode(token, certs=_public())
            if claims["iss"] != ACCOUNT or not (claims.get("scope") or claims.get("aud")):
                raise ValueError
        except ValueError:
            self._unauthenticated()
        self._accepted.add(token)

    def _unauthenticated(self) -> NoReturn:
        raise Refused(
            401,
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
            "valid authentication credential.",
            reason="ACCESS_TOKEN_EXPIRED",
            domain="googleapis.com",
            metadata={"service": "secretmanager.googleapis.com"},
        )

    def _answer(self, call: Call) -> Any:
        for pattern, routes in _ROUTES:
            match = pattern.fullmatch(call.path)
            if match and call.method in routes:
                permission, answer = routes[call.method]
                project, *rest = match.groups()
                self._check_project(project)
                if permission:
                    self.check(permission, call.path.removeprefix("/v1/").partition(":")[0], (rest or [""])[0])
                return answer(self, call, *rest)
        raise Refused(404, "The requested URL was not found on this server.")

    def _check_project(self, project: str) -> None:
        if project not in (PROJECT, NUMBER):
            raise Refused(
                403,
                f"Permission denied on resource project {project}.",
                reason="CONSUMER_INVALID",
                domain="googleapis.com",
                metadata={"consumer": f"projects/{project}", "service": "secretmanager.googleapis.com"},
            )
        if not self.is_enabled:
            raise Refused(
                403,
                f"Secret Manager API has not been used in project {NUMBER} before or it is disabled.",
                reason="SERVICE_DISABLED",
                domain="googleapis.com",
                metadata={"consumer": f"projects/{NUMBER}", "service": "secretmanager.googleapis.com"},
            )

    def may(self, permission: str, name: str) -> bool:
        return not {(permission, ""), (permission, name)} & self.denied

    def check(self, permission: str, resource: str, name: str) -> None:
        if name in self.broken:
            raise Refused(500, "Internal error encountered.")
        if not self.may(permission, name):
            raise Refused(
                403,
                f"Permission '{permission}' denied for resource '{resource}' (or it may not exist).",
                reason="IAM_PERMISSION_DENIED",
                domain="iam.googleapis.com",
                metadata={"permission": permission, "resource": resource},
            )

    def list_secrets(self, call: Call) -> Any:
        known(call.params, {"pageSize", "pageToken", "filter"})
        wanted = call.params.get("filter", "")
        match = _FILTER.fullmatch(wanted) if wanted else None
        if wanted and not match:
            raise Refused(400, "The provided filter is invalid.")
        part = match[1].lower() if match else ""
        found = [each for _, each in sorted(self.secrets.items()) if part in each.id.lower()]
        some, more = page(found, call.params)
        return _without_empty({"secrets": [_shown(each) for each in some], "totalSize": len(found), **more})

    def create_secret(self, call: Call) -> Any:
        known(call.params, {"secretId"})
        name = call.params.get("secretId", "")
        if not ID.fullmatch(name):
            illegal(name)
        body = dict(call.body or {})
        if not body.get("replication"):
            raise Refused(400, "Secret replication is required.")
        check_labels(body.get("labels", {}))
        if name in self.secrets:
            raise Refused(409, f"Secret [projects/{NUMBER}/secrets/{name}] already exists.")
        return _shown(self._made(name, body))

    def _of(self, name: str) -> Secret:
        if not ID.fullmatch(name):
            illegal(name)
        if name not in self.secrets:
            raise Refused(404, f"Secret [projects/{NUMBER}/secrets/{name}] not found.")
        return self.secrets[name]

    def get_secret(self, _call: Call, name: str) -> Any:
        return _shown(self._of(name))

    def update_secret(self, call: Call, name: str) -> Any:
        known(call.params, {"updateMask"})
        secret, mask = self._of(name), call.params.get("updateMask", "").split(",")
        if not set(mask) <= _MUTABLE:
            raise Refused(400, f"The update mask {mask} names fields that cannot be changed.")
        check_etag(call.body.get("etag", ""), secret.etag)
        check_labels(call.body.get("labels", {}))
        for each in mask:
            secret.body[each] = call.body.get(each) or {}
        secret.etag = self._etag()
        return _shown(secret)

    def delete_secret(self, call: Call, name: str) -> Any:
        known(call.params, {"etag"})
        check_etag(call.params.get("etag", ""), self._of(name).etag)
        del self.secrets[name]
        return {}

    def test_permissions(self, call: Call, name: str) -> Any:
        """Of a secret that does not exist nobody has any."""
        asked = call.body["permissions"] if name in self.secrets else []
        for each in call.body["permissions"]:
            if each in ("secretmanager.secrets.list", "secretmanager.secrets.create"):
                raise Refused(400, f"Permission {each} is not valid for this resource.")
        return _without_empty({"permissions": [each for each in asked if self.may(each, name)]})

    def get_policy(self, _call: Call, name: str) -> Any:
        return self.policies.get(self._of(name).id, {"etag": "ACAB"})

    def add_version(self, call: Call, name: str) -> Any:
        known(call.params, set())
        secret, payload = self._of(name), call.body.get("payload", {})
        try:
            data = base64.b64decode(payload.get("data", ""), validate=True)
        except binascii.Error:
            raise Refused(400, "Invalid value at 'payload.data' (TYPE_BYTES), Base64 decoding failed") from None
        if not data:
            raise Refused(400, "Secret Payload cannot be empty.")
        if len(data) > MAX_BYTES:
            raise Refused(400, f"Secret Payload must be at most {MAX_BYTES} bytes.")
        if "dataCrc32c" in payload and int(payload["dataCrc32c"]) != google_crc32c.value(data):
            raise Refused(400, "The provided data checksum does not match the payload.")
        return _shown_version(secret, self.add(secret, data), call)

    def list_versions(self, call: Call, name: str) -> Any:
        known(call.params, {"pageSize", "pageToken", "filter"})
        secret = self._of(name)
        some, more = page(secret.versions[::-1], call.params)
        shown = [_shown_version(secret, each, call) for each in some]
        return _without_empty({"versions": shown, "totalSize": len(secret.versions), **more})

    def _version(self, name: str, which: str) -> tuple[Secret, Version]:
        if not ID.fullmatch(name):
            illegal(name)
        secret = self.secrets.get(name)
        if which == "latest":
            if secret is None or not secret.versions:
                raise Refused(404, f"Secret [projects/{NUMBER}/secrets/{name}] not found or has no versions.")
            return secret, secret.versions[-1]
        if not which.isdecimal():
            raise Refused(400, f"The provided Secret Version ID [{which}] does not match the expected format.")
        if secret is None or not 1 <= int(which) <= len(secret.versions):
            raise Refused(404, f"Secret Version [projects/{NUMBER}/secrets/{name}/versions/{which}] not found.")
        return secret, secret.versions[int(which) - 1]

    def get_version(self, call: Call, name: str, which: str) -> Any:
        return _shown_version(*self._version(name, which), call)

    def access(self, _call: Call, name: str, which: str) -> Any:
        secret, version = self._version(name, which)
        if version.state != "ENABLED":
            raise Refused(
                400,
                f"Secret Version [{secret.name}/versions/{version.number}] is in {version.state} state.",
                "FAILED_PRECONDITION",
            )
        data = {
            "data": base64.b64encode(version.data).decode(),
            "dataCrc32c": str(google_crc32c.value(version.data)),
        }
        return {"name": f"{secret.name}/versions/{version.number}", "payload": data}

    def _changed(self, call: Call, name: str, which: str, state: str) -> Any:
        secret, version = self._version(name, which)
        check_etag((call.body or {}).get("etag", ""), version.etag)
        if version.state == "DESTROYED" and state != "DESTROYED":
            message = f"Secret Version [{secret.name}/versions/{which}] is in DESTROYED state."
            raise Refused(400, message, "FAILED_PRECONDITION")
        version.state, version.etag = state, self._etag()
        if state == "DESTROYED":
            version.data, version.destroyed = b"", _stamp(_now())
        return _shown_version(secret, version, call)

    def enable(self, call: Call, name: str, which: str) -> Any:
        return self._changed(call, name, which, "ENABLED")

    def disable(self, call: Call, name: str, which: str) -> Any:
        return self._changed(call, name, which, "DISABLED")

    def destroy(self, call: Call, name: str, which: str) -> Any:
        return self._changed(call, name, which, "DESTROYED")


_OF: Final = "secretmanager."
_SECRETS: Final = r"/v1/projects/([^/]+)/secrets"
_SECRET: Final = _SECRETS + r"/([^/:]+)"
_VERSION: Final = _SECRET + r"/versions/([^/:]+)"
_ROUTES: Final[list[tuple[re.Pattern[str], dict[str, tuple[str, Callable[..., Any]]]]]] = [
    (re.compile(pattern), {method: (permission and _OF + permission, answer)})
    for pattern, method, permission, answer in (
        (_SECRETS, "GET", "secrets.list", Google.list_secrets),
        (_SECRETS, "POST", "secrets.create", Google.create_secret),
        (_SECRET, "GET", "secrets.get", Google.get_secret),
        (_SECRET, "PATCH", "secrets.update", Google.update_secret),
        (_SECRET, "DELETE", "secrets.delete", Google.delete_secret),
        (_SECRET + ":testIamPermissions", "POST", "", Google.test_permissions),
        (_SECRET + ":getIamPolicy", "GET", "secrets.getIamPolicy", Google.get_policy),
        (_SECRET + ":addVersion", "POST", "versions.add", Google.add_version),
        (_SECRET + "/versions", "GET", "versions.list", Google.list_versions),
        (_VERSION, "GET", "versions.get", Google.get_version),
        (_VERSION + ":access", "GET", "versions.access", Google.access),
        (_VERSION + ":enable", "POST", "versions.enable", Google.enable),
        (_VERSION + ":disable", "POST", "versions.disable", Google.disable),
        (_VERSION + ":destroy", "POST", "versions.destroy", Google.destroy),
    )
]


def _without_empty(answer: dict[str, Any]) -> dict[str, Any]:
    """What has its default value is not sent."""
    return {name: each for name, each in answer.items() if each}


def _shown(secret: Secret) -> dict[str, Any]:
    body = dict(secret.body)
    if ttl := body.pop("ttl", None):
        body["expireTime"] = _stamp(_now() + timedelta(seconds=float(ttl.rstrip("s"))))
    return _without_empty({**body, "name": secret.name, "createTime": secret.created, "etag": secret.etag})


def _shown_version(secret: Secret, version: Version, call: Call) -> dict[str, Any]:
    is_number = "enum-encoding=int" in call.params.get("$alt", "")
    return _without_empty(
        {
            "name": f"{secret.name}/versions/{version.number}",
            "createTime": version.created,
            "destroyTime": version.destroyed,
            "state": _STATES[version.state] if is_number else version.state,
            "etag": version.etag,
            "clientSpecifiedPayloadChecksum": True,
        }
    )


def throttled(retry_after: str = "0") -> Reply:
    message = "Quota exceeded for quota metric 'Access requests' and limit 'Access requests per minute'."
    info = {"reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}
    return Refused(429, message, **info).reply({"Retry-After": retry_after})


def failure(code: int = 503) -> Reply:
    return Refused(code, "The service is currently unavailable.").reply()


@contextmanager
def serving_google() -> Iterator[Google]:
    """What the SDK looks up elsewhere beside it, where an identity may be used, is left out."""
    elsewhere = patch.object(CredentialsWithRegionalAccessBoundary, "_maybe_start_regional_access_boundary_refresh")
    google = Google()
    with answering(google) as server, elsewhere:
        google.url = server.url
        yield google


@pytest.fixture(scope="session")
def google_server() -> Iterator[Google]:
    with serving_google() as google:
        yield google


@pytest.fixture
def google(google_server: Google) -> Google:
    """An empty project."""
    google_server.reset()
    return google_server


def google_store(google: Google, **changes: Any) -> GoogleStore:
    """Its identity is the project's own service account."""
    credential = Sensitive(google.credential())
    return GoogleStore(**{"project": PROJECT, "credential": lambda: credential, "endpoint": google.url} | changes)
