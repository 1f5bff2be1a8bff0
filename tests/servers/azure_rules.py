"""What the test server of Azure Key Vault refuses, and how it words it; and the certificate that it shows."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.airflow.answering import Reply

NAME: Final = re.compile(r"[0-9A-Za-z-]{1,127}")
VERSION: Final = re.compile(r"[0-9a-f]{32}")
MAX_PAGE: Final = 25
MAX_BYTES: Final = 25_600
_HELP: Final = "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287"
_RECENTLY: Final = (
    "If you recently deleted this secret you may be able to recover it using the correct recovery command. For help "
    "resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
)


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str, inner: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner

    def reply(self, headers: Mapping[str, str] | None = None) -> Reply:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.inner:
            error["innererror"] = {"code": self.inner}
        return Reply(self.status, {"error": error}, headers=headers or {})


def missing(name: str) -> Refused:
    return Refused(
        404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault. {_RECENTLY}"
    )


def not_deleted(name: str) -> Refused:
    return Refused(404, "SecretNotFound", f"Deleted Secret not found: {name}")


def waits(name: str) -> Refused:
    return Refused(
        409,
        "Conflict",
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, "
        "the secret can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
    )


def is_being(name: str, what: str) -> Refused:
    return Refused(409, "Conflict", f"Secret {name} is currently being {what}.", f"ObjectIsBeing{what.capitalize()}")


def disabled() -> Refused:
    return Refused(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")


def bad(message: str) -> Refused:
    return Refused(400, "BadParameter", message)


def forbidden(action: str, permission: str, resource: str, *, by_policies: bool) -> Refused:
    caller = "appid=11111111-2222-3333-4444-555555555555;oid=66666666-7777-8888-9999-000000000000;iss=https://sts.test/"
    if by_policies:
        words = f"The user, group or application '{caller}' does not have secrets {permission} permission on key vault"
        return Refused(403, "Forbidden", f"{words} 'sample;location=westeurope'. {_HELP}", "AccessDenied")
    lines = (
        "Caller is not authorized to perform action on resource.",
        "If role assignments or role definitions were changed recently, please observe propagation time.",
        f"Caller: {caller}",
        f"Action: 'Microsoft.KeyVault/vaults/secrets/{action}'",
        f"Resource: '{resource}'",
        "Assignment: (not found)",
        "DenyAssignmentId: null",
        "DecisionReason: 'DeniedWithNoValidRBAC' ",
        "Vault: sample;location=westeurope",
    )
    return Refused(403, "Forbidden", "\r\n".join(lines) + "\r\n", "ForbiddenByRbac")


def firewall() -> Reply:
    message = (
        "Client address is not authorized and caller is not a trusted service.\r\nClient address: 192.0.2.1\r\n"
        "Caller: appid=1\r\nVault: sample;location=westeurope"
    )
    return Refused(403, "Forbidden", message, "ForbiddenByFirewall").reply()


def throttled(retry_after: str = "0") -> Reply:
    message = "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached"
    return Refused(429, "Throttled", message).reply({"Retry-After": retry_after})


def failure(status: int = 503) -> Reply:
    return Refused(status, "ServerError", "The service is temporarily unavailable.").reply()


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise bad(f"The request URI contains an invalid name: {name}")


def check_properties(body: Mapping[str, Any]) -> None:
    tags = body.get("tags") or {}
    if len(tags) > 15:
        raise bad("The number of tags exceeds the limit of 15.")
    for key, text in tags.items():
        if len(key) > 256 or len(text) > 256:
            raise bad("The length of a tag's name or value exceeds the limit of 256.")
    if len(body.get("contentType") or "") > 255:
        raise bad("Property contentType exceeds the limit of 255 characters.")
    if not set(body.get("attributes") or {}) <= {"enabled", "nbf", "exp"}:
        raise bad("Property attributes has members that cannot be set.")


def check_value(body: Mapping[str, Any]) -> str:
    value = body.get("value")
    if not isinstance(value, str):
        raise bad("Property value is required.")
    if len(value.encode()) > MAX_BYTES:
        raise bad(f"The value of the secret exceeds the limit of {MAX_BYTES} bytes.")
    return value


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this machine's own for 127.0.0.1, as a file to be trusted, and what a server shows it with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sample vault")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "vault.crt", folder / "vault.key"
    trusted.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return trusted, context


def as_token(claims: Mapping[str, Any]) -> str:
    def part(content: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'typ': 'JWT', 'alg': 'RS256'})}.{part(claims)}.c2lnbmVk"
