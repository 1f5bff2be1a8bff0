from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from secretsui.airflow import http
from secretsui.airflow.errors import (
    ApiError,
    BadAddress,
    BrokenOff,
    Failed,
    ForeignAnswer,
    Slow,
    Unreachable,
)
from secretsui.airflow.http import Http, base_of
from tests.airflow.answering import Answer, Call, Cut, Reply, Silent, answering

CANARY = "canary-5521"


def failure(url: str, path: str = "/x", method: str = "GET", timeout: float = 5) -> ApiError:
    with pytest.raises(ApiError) as caught:
        Http(url, timeout).ask(method, path, json={"password": CANARY}, headers={"Authorization": CANARY})
    error = caught.value
    assert error.__context__ is None
    assert CANARY not in f"{error} {error.remedy} {error.code}"
    return error


@contextmanager
def raw(*pieces: bytes) -> Iterator[str]:
    """A server that sends these bytes to everyone, whatever they ask."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    link, _ = listening.accept()
                except OSError:
                    return
                with link:
                    link.recv(65_536)
                    for piece in pieces:
                        link.sendall(piece)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("airflow.example.com", "https://airflow.example.com"),
        ("https://airflow.example.com/", "https://airflow.example.com"),
        (" http://localhost:8080/api/v2 ", "http://localhost:8080"),
        ("https://h/prod/airflow/api/v1/", "https://h/prod/airflow"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, base: str) -> None:
    assert base_of(typed) == base


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://h",
        "file:///etc/passwd",
        "https://h:99999",
        "https://h/?next=x",
        "https://h/#x",
        "https://h\\@evil.example",
        "https://h /x",
        "https://h\n/x",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress) as caught:
        Http(typed)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("typed", [f"https://admin:{CANARY}@h", f"https://{CANARY}@h", f"{CANARY}:x@h", "https://@h"])
def test_an_address_with_a_user_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(BadAddress, match="user or a password") as caught:
        Http(typed)
    assert CANARY not in f"{caught.value} {caught.value.remedy}"


def test_an_answer_is_read_and_counted() -> None:
    with answering(lambda call: Reply(body={"path": call.path})) as server:
        asked = Http(f"{server.url}/prefix/")
        assert asked.ask("GET", "/x", params={"a": 1}).members == {"path": "/prefix/x"}
        assert asked.ask("POST", "/y", json=[1]).content == {"path": "/prefix/y"}
    assert asked.calls == 2
    assert server.calls[0].params == {"a": "1"}


def test_an_answer_shows_nothing_of_itself() -> None:
    assert CANARY not in repr(http.Answer(200, "application/json", CANARY.encode()))


def test_a_redirect_is_not_followed_and_its_host_named() -> None:
    with answering(lambda call: Reply(body={})) as elsewhere:
        where = {"Location": f"{elsewhere.url}/login?token={CANARY}"}
        with answering(lambda call: Reply(302, headers=where)) as server:
            error = failure(server.url)
    assert isinstance(error, ForeignAnswer)
    assert "127.0.0.1" in error.sentence
    assert elsewhere.calls == []


@pytest.mark.parametrize("location", ["https://[::1", "//", "http://a b", f"https://{CANARY} x"])
def test_a_redirect_to_nowhere_is_no_more_than_one(location: str) -> None:
    with answering(lambda call: Reply(301, headers={"Location": location})) as server:
        assert isinstance(failure(server.url), ForeignAnswer)


@pytest.mark.parametrize(("status", "kind"), [(502, Unreachable), (503, Unreachable), (504, Unreachable), (429, Slow)])
def test_what_a_proxy_says_of_airflow_is_understood(status: int, kind: type[ApiError]) -> None:
    with answering(lambda call: Reply(status, CANARY.encode(), "text/html")) as server:
        assert isinstance(failure(server.url), kind)


@pytest.mark.parametrize("reply", [Reply(200, b"<html>", "text/html"), Reply(200, b"{"), Reply(200, [1])])
def test_what_is_no_json_object_is_foreign(reply: Reply) -> None:
    with answering(lambda call: reply) as server:
        answer = Http(server.url).ask("GET", "/x")
    with pytest.raises(ForeignAnswer):
        _ = answer.members


def test_a_silent_server_is_slow() -> None:
    with answering(lambda call: Silent) as server:
        assert isinstance(failure(server.url, timeout=0.1), Slow)


def test_an_answer_that_never_ends_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 0)
    with answering(lambda call: Reply(200, {"a": 1})) as server:
        assert isinstance(failure(server.url), Slow)


def test_an_answer_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER", 1000)
    with answering(lambda call: Reply(200, {"a": "x" * 2000})) as server:
        error = failure(server.url)
    assert isinstance(error, Failed)
    assert error.code == "size"


def test_nobody_there_is_unreachable() -> None:
    with answering(lambda call: Cut) as server:
        pass
    assert isinstance(failure(server.url), Unreachable)


def test_a_connection_that_is_cut_broke_off() -> None:
    with answering(lambda call: Cut) as server:
        assert isinstance(failure(server.url), BrokenOff)
    with answering(lambda call: Reply(200, {"a": 1}, promised=10)) as server:
        assert isinstance(failure(server.url), BrokenOff)


def test_reading_is_tried_again_on_a_new_connection_and_changing_never() -> None:
    def once_cut(call: Call) -> Answer:
        return Cut if len(server.calls) == 1 else Reply(body={})

    with answering(once_cut) as server:
        assert Http(server.url).ask("GET", "/x").members == {}
        assert len(server.calls) == 2
    with answering(once_cut) as server:
        assert isinstance(failure(server.url, method="DELETE"), BrokenOff)
        assert len(server.calls) == 1


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00\x01\x02", b"HTTP/9.9 what\r\n\r\n"])
def test_what_speaks_no_http_is_foreign(banner: bytes) -> None:
    with raw(banner) as url:
        assert isinstance(failure(url), ForeignAnswer | BrokenOff)


def test_a_compressed_answer_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    monkeypatch.setattr(http, "MAX_ANSWER", 10_000)
    body = zlib.compress(b" " * 1_000_000)
    with answering(lambda call: Reply(200, body, headers={"Content-Encoding": "deflate"})) as server:
        assert failure(server.url).code == "size"
        assert server.calls[0].headers["Accept-Encoding"] == "identity"


def test_https_to_a_server_without_it_says_so() -> None:
    with answering(lambda call: Cut) as server:
        error = failure(server.url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert "TLS" in error.sentence


def test_a_certificate_that_nobody_vouches_for_is_refused_by_name(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*self_signed(tmp_path))
    with answering(lambda call: Reply(body={})) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        error = failure(server.url.replace("http:", "https:"))
        assert server.calls == []
    assert isinstance(error, Unreachable)
    assert error.code == "certificate"


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
    certificate, private = folder / "certificate", folder / "key"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


def test_nothing_stays_open_when_it_is_dropped() -> None:
    with answering(lambda call: Reply(body={})) as server:
        asked = Http(server.url)
        asked.ask("GET", "/x")
        client = asked._client
        del asked
        gc.collect()
        assert client is not None
        assert client.is_closed
