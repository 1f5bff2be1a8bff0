"""A real SMTP server with STARTTLS and a login, which can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.services import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "secretsui", "of the mail server"
CUT, CUT_EARLY, SILENT = "cut after the text", "cut before the text", "no answer to the text"


class Server:
    """`answers` are for the next messages, in order, then 250; `got` are the texts that the server took or may have."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.answers: list[str] = []
        self.got: list[str] = []
        self.mails: list[Envelope] = []
        self.logins = 0
        self.was_secret: list[bool] = []
        self.certificate = folder / "mail.pem"
        _write_certificate(self.certificate)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate)
        self._controller = Controller(
            self,
            hostname=HOST,
            port=self.port,
            tls_context=context,
            require_starttls=True,
            authenticator=self._login,
            auth_required=True,
        )

    def __enter__(self) -> Server:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def _login(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, tried: Any) -> AuthResult:
        self.logins += 1
        known = isinstance(tried, LoginPassword) and tried == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers[:1] == [CUT_EARLY]:
            self.answers.pop(0)
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 Taken"
        if answer.startswith("250") or answer in (CUT, SILENT):
            self.got.append(bytes(envelope.content or b"").decode())
            self.mails.append(envelope)
            self.was_secret.append(session.ssl is not None)
        if answer == CUT:
            server.transport.abort()
        if answer == SILENT:
            await asyncio.sleep(60)  # until the server is stopped
        return answer


def _write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
