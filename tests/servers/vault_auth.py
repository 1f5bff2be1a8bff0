"""Vault's tokens, and the methods by which one gets them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.servers.vault_kv import Refused

ACCESS_KEY, SECRET_KEY = "AKIA111122223333TEST", "sample"
_STS_BODY = "Action=GetCallerIdentity&Version=2011-06-15"


@dataclass
class Token:
    policies: list[str]
    display_name: str
    path: str
    ttl: int = 0  # seconds, 0 for ever
    namespace: str = ""
    made: float = 0.0
    renewable: bool = True
    uses: int = 0  # 0 for any number


@dataclass
class Method:
    """`known` are its roles or users, with what each needs and the policies that it gets."""

    kind: str
    known: Mapping[str, Mapping[str, Any]]
    ttl: int = 3600


@dataclass
class Tokens:
    clock: Callable[[], float]
    found: dict[str, Token] = field(default_factory=dict)
    logins: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, policies: list[str], display_name: str, path: str, **more: Any) -> str:
        name = f"hvs.{secrets.token_urlsafe(24)}"
        self.found[name] = Token(
            [*dict.fromkeys(["default", *policies])], display_name, path, made=self.clock(), **more
        )
        return name

    def get(self, name: str) -> Token | None:
        token = self.found.get(name)
        if token is not None and token.ttl and self.clock() >= token.made + token.ttl:
            del self.found[name]
            return None
        return token

    def told(self, name: str, token: Token) -> dict[str, Any]:
        left = int(token.made + token.ttl - self.clock()) if token.ttl else 0
        return {
            "accessor": hashlib.sha256(name.encode()).hexdigest()[:24],
            "creation_ttl": token.ttl,
            "display_name": token.display_name,
            "id": name,
            "path": token.path,
            "policies": token.policies,
            "renewable": token.renewable and bool(token.ttl),
            "ttl": left,
            "type": "service",
            **({"namespace_path": token.namespace + "/"} if token.namespace else {}),
        }


def login(method: Method, mount: str, rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    """The policies and the display name that it earns."""
    ways: Mapping[str, Callable[[Method, str, Mapping[str, Any]], tuple[list[str], str]]] = {
        "approle": _approle,
        "userpass": _userpass,
        "kubernetes": _kubernetes,
        "jwt": _jwt,
        "aws": _aws,
    }
    wants_user = method.kind == "userpass"
    if (rest == "login") is wants_user or not rest.startswith("login"):
        raise Refused(404, "1 error occurred:\n\t* unsupported path\n\n")
    policies, name = ways[method.kind](method, rest, body)
    return policies, f"{mount.replace('/', '-')}-{name}" if name else mount.replace("/", "-")


def _approle(method: Method, _rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    role_id = str(body.get("role_id", "")).strip()
    if not role_id:
        raise Refused(400, "missing role_id")
    role = method.known.get(role_id)
    if role is None:
        raise Refused(400, "invalid role or secret ID")
    if role.get("secret_id"):
        given = str(body.get("secret_id", "")).strip()
        if not given:
            raise Refused(400, "missing secret_id")
        if given != role["secret_id"]:
            raise Refused(400, "invalid role or secret ID")
    return role["policies"], ""


def _userpass(method: Method, rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    name = unquote(rest.removeprefix("login/")).lower()
    if not body.get("password"):
        raise Refused(500, "missing password")
    user = method.known.get(name)
    if user is None or user["password"] != body["password"]:
        raise Refused(400, "invalid username or password")
    return user["policies"], name


def _claims(jwt: str) -> Mapping[str, Any]:
    """Of a JWT in three parts; whether it is signed well is in its third, as this server cannot know keys."""
    parts = jwt.split(".")
    try:
        if len(parts) != 3:
            raise ValueError
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except ValueError:
        raise Refused(400, "error parsing token: go-jose/go-jose: compact JWS format must have three parts") from None
    if parts[2] != "signed":
        raise Refused(
            400, "error validating token: error verifying token signature: no known key successfully validated"
        )
    return found


def jwt(**claims: Any) -> str:
    """One that `_claims` takes."""
    header, body = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({}, claims))
    return f"{header}.{body}.signed"


def _kubernetes(method: Method, _rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    for each in ("role", "jwt"):
        if not body.get(each):
            raise Refused(400, f"missing {each}")
    role = method.known.get(body["role"])
    if role is None:
        raise Refused(400, f'invalid role name "{body["role"]}"')
    try:
        found = _claims(body["jwt"])
    except Refused:
        raise Refused(403, "permission denied") from None
    _, _, namespace, name = ([*str(found.get("sub", "")).split(":"), "", "", "", ""])[:4]
    if name not in role["names"]:
        raise Refused(403, "service account name not authorized")
    if namespace not in role["namespaces"]:
        raise Refused(403, "namespace not authorized")
    return role["policies"], f"{namespace}-{name}"


def _jwt(method: Method, _rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    if not body.get("role"):
        raise Refused(400, "missing role")
    role = method.known.get(body["role"])
    if role is None:
        raise Refused(400, f'role "{body["role"]}" could not be found')
    if not body.get("jwt"):
        raise Refused(400, "missing token")
    found = _claims(body["jwt"])
    if found.get("aud") != role["audience"]:
        raise Refused(400, "error validating claims: aud claim does not match any bound audience")
    return role["policies"], str(found["sub"])


def _aws(method: Method, _rest: str, body: Mapping[str, Any]) -> tuple[list[str], str]:
    for each in ("iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"):
        if not body.get(each):
            raise Refused(400, f"missing {each}" if each != "iam_http_request_method" else "missing method")
    url, sent, raw = (base64.b64decode(body[f"iam_request_{each}"]).decode() for each in ("url", "body", "headers"))
    if body["iam_http_request_method"] != "POST" or sent != _STS_BODY:
        raise Refused(400, "error validating the request body")
    if url != "https://sts.amazonaws.com/":
        raise Refused(400, "error validating the request URL: only the endpoint of STS may be asked")
    headers = {name.lower(): text[0] if isinstance(text, list) else text for name, text in json.loads(raw).items()}
    _check_signature(headers, sent)
    role = method.known.get(body.get("role") or "airflow")
    if role is None:
        raise Refused(400, f'entry for role "{body.get("role")}" not found')
    return role["policies"], "i-airflow"


def _check_signature(headers: Mapping[str, str], body: str) -> None:
    """As STS does it, for the one key that it knows here."""
    kind, _, rest = headers.get("authorization", "").partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(",") if "=" in each)
    key, day, region, service, end = (parts.get("Credential", "").split("/") + [""] * 5)[:5]
    if (kind, key, service, end) != ("AWS4-HMAC-SHA256", ACCESS_KEY, "sts", "aws4_request"):
        raise Refused(400, "error making upstream request: received error code 403 from STS: InvalidClientTokenId")
    signed = parts["SignedHeaders"].split(";")
    if "host" not in signed or headers.get("host") != "sts.amazonaws.com":
        raise Refused(400, "error making upstream request: received error code 403 from STS: IncompleteSignature")
    canonical = "\n".join(
        ["POST", "/", "", *(f"{each}:{headers[each]}" for each in signed), "", ";".join(signed), _sha(body)]
    )
    text = "\n".join([kind, headers["x-amz-date"], "/".join((day, region, service, end)), _sha(canonical)])
    mac = f"AWS4{SECRET_KEY}".encode()
    for each in (day, region, service, end, text):
        mac = hmac.new(mac, each.encode(), hashlib.sha256).digest()
    if mac.hex() != parts.get("Signature"):
        raise Refused(400, "error making upstream request: received error code 403 from STS: SignatureDoesNotMatch")


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
