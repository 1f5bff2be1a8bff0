"""What is kept of a value for the rules about security: enough to judge it, and nothing of it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given

from secretsui.core import certificates, codec
from secretsui.core.connection import Connection
from secretsui.core.rules import shapes
from secretsui.core.rules.traits import Traits, of
from secretsui.core.sensitive import Sensitive
from tests.core import strategies as some

AWS_ID = "AKIA" + "SAMPLENOTREAL234"
GITHUB = "ghp_" + "s" * 36
KEY = "-----BEGIN PRIVATE KEY-----\nc2FtcGxl\n-----END PRIVATE KEY-----\n"


def conn(**fields: Any) -> Traits:
    return of(Sensitive(json.dumps({"conn_type": "postgres", "host": "db.example", **fields})), "connection")


def variable(text: Any) -> Traits:
    return of(Sensitive(text if isinstance(text, str) else json.dumps(text)), "variable")


def certificate(end: date) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.example")])
    built = x509.CertificateBuilder(name, name, key.public_key(), 7)
    built = built.not_valid_before(datetime(1990, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime.combine(end, time(12), UTC)
    )
    return built.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def jwt(claims: object) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "x"}, claims)
    ]
    return ".".join([*parts, "sample"])


def test_sizes_are_bytes_in_steps() -> None:
    assert variable("").size == 0
    assert variable("x").size == variable("x" * 256).size == variable("é" * 128).size == 256
    assert variable("x" * 257).size == variable("é" * 129).size == variable("\ud800" * 86).size == 512
    assert variable("x" * 4096).size == 4096


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", ""), ("***", ""), ("<password>", ""), ("${PASSWORD}", ""),
        ("svc_crm", "login"), ("SVC_crm", "login"),
        ("welcome", "common"), ("Airflow2024!", "common"), ("passw0rd", "common"), ("welcomehome-and-more", ""),
        ("abcabcabcabcabc", "repeated"), ("abcdabcdabcdabc", ""),
        ("123456789012345", "digits"), ("sample-key1", "short"), ("sample-key12", ""),
    ],
)  # fmt: skip
def test_why_a_password_is_weak(password: str, why: str) -> None:
    assert conn(login="svc_crm", password=password).weak == ({"password": why} if why else {})


@pytest.mark.parametrize(
    "word",
    [
        "admin", "administrator", "airflow", "changeit", "default", "guest", "hunter", "iloveyou", "letmein", "master",
        "monkey", "mysql", "oracle", "pass", "passw0rd", "password", "postgres", "qwerty", "redis", "root", "secret",
        "sysadmin", "temp", "test", "user", "welcome",
    ],
)  # fmt: skip
def test_words_that_are_tried_first(word: str) -> None:
    for password in (word, word.upper(), f"{word}-2026"):
        assert conn(login="svc_crm", password=password).weak == {"password": "common"}
    assert conn(login="svc_crm", password=f"12-{word}").weak != {"password": "common"}


def test_no_login_is_no_password() -> None:
    assert conn(password="").weak == {}
    assert conn(login="").weak == {}


def test_keys_of_aws_are_seen_in_any_field() -> None:
    assert conn(conn_type="aws", login=AWS_ID).keys == {"login": "aws-access-key"}
    assert conn(extra={"key": {"id": AWS_ID}}).keys == {"extra": "aws-access-key"}
    assert variable({"s3": {"id": AWS_ID}}).keys == {"text": "aws-access-key"}
    assert variable("ASIA" + AWS_ID[4:]).keys == variable("X" + AWS_ID).keys == variable(AWS_ID + "7").keys == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (KEY, "private-key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private-key"),
        ("-----BEGIN PUBLIC KEY-----", ""),
        ("https://svc:sample@api.example", "url-password"),
        ("https://svc@api.example", ""),
        ("https://svc:***@api.example", ""),
        ("https://svc:${PASSWORD}@api.example", ""),
        ("https://svc:<password>@api.example", ""),
        ("https://api.example:8443/a@b", ""),
        ("https://hooks.slack.com/services/T0/B0/sample", "webhook"),
        ("https://hooks.slack.com/services/", ""),
        ("discord.com/api/webhooks/12/sample_sample_sample", "webhook"),
        (GITHUB, "token"),
        (f"x{GITHUB}", ""),
        ("glpat-" + "s" * 20, "token"),
        (jwt({"sub": "sample"}), "token"),
        (f"{AWS_ID}:{'s' * 40}", "aws-secret-key"),
        (f"{AWS_ID}:{'s' * 41}", ""),
        (AWS_ID, ""),
        ("Server=db;Password=sample-not-real;", "parameter"),
        ("https://api.example/?token=sample-not-real", "parameter"),
        ("password: sample-not-real", "parameter"),
        ("The password: see the vault", ""),
        ("api_key=<your key>", ""),
        ("nopassword=sample", ""),
        ("a plain sentence", ""),
    ],
)
def test_the_form_of_a_secret(text: str, name: str) -> None:
    assert shapes.shape(text) == name


def test_what_airflow_shows_of_a_connection() -> None:
    shown = conn(conn_type="http", host="https://svc:sample@api.example", login=GITHUB, schema=f"/?sig={'s' * 8}")
    assert shown.exposed == {"host": "url-password", "login": "token", "schema": "parameter"}
    assert conn(conn_type="http", password=GITHUB).exposed == {}


def test_extras_are_shown_unless_their_name_is_masked() -> None:
    assert conn(extra={"options": KEY}).exposed.popitem()[1] == "private-key"
    assert conn(extra={"my-api-key": GITHUB, "token": {"inner": GITHUB}}).exposed == {}
    assert conn(extra={"inner": {"secret": GITHUB}}).exposed == {}
    assert conn(extra={"inner": [{"note": GITHUB}]}).exposed == {"extra": "token"}


def test_what_a_provider_calls_secret_and_airflow_does_not() -> None:
    assert conn(conn_type="wasb", extra={"account_key": "sample"}).exposed == {"extra.account_key": "declared"}
    assert conn(conn_type="wasb", extra={"account_key": ""}).exposed == {}
    assert conn(conn_type="snowflake", extra={"private_key_content": "sample"}).exposed == {}
    assert conn(conn_type="wasb", extra={"account_key": 7, "tenant_id": "sample"}).exposed == {}


def test_what_airflow_shows_of_a_variable() -> None:
    assert variable(GITHUB).exposed == {"text": "token"}
    assert variable({"a": {"b": GITHUB}}).exposed == {"text": "token"}
    assert variable({"token": GITHUB}).exposed == {}
    assert of(Sensitive(GITHUB), "config").exposed == {}
    assert of(Sensitive(GITHUB), "other").exposed == {}


def test_credentials_that_are_set() -> None:
    assert conn(login="svc", password="sample").fields == ("password",)
    assert conn(conn_type="wasb", extra={"account_key": "sample", "tenant_id": "t"}).fields == ("extra.account_key",)
    assert conn(extra={"unheard_of_token": "sample"}).fields == ()
    assert variable(GITHUB).fields == ("text",)
    assert variable({"a": GITHUB}).fields == variable("eu-west-1").fields == ()
    assert of(Sensitive("sample"), "config").fields == ("text",)


@pytest.mark.parametrize("end", [date(1999, 12, 31), date(2049, 12, 31), date(2050, 1, 1), date(2026, 11, 21)])
def test_the_day_on_which_a_certificate_ends(end: date) -> None:
    pem = certificate(end)
    assert list(certificates.ends(pem)) == [end]
    assert list(certificates.ends(pem.replace("\n", "\\n"))) == [end]
    assert list(certificates.ends(pem.replace("\n", " "))) == [end]


def test_a_chain_ends_with_its_first_link() -> None:
    chain = certificate(date(2031, 5, 6)) + certificate(date(2030, 4, 5)) + certificate(date(2032, 6, 7))
    assert variable(chain).expires == {"text": "2030-04-05"}


def test_what_is_no_certificate_has_no_end() -> None:
    whole = base64.b64decode("".join(certificate(date(2030, 1, 1)).splitlines()[1:-1]))
    for cut in range(0, len(whole), 3):
        text = base64.b64encode(whole[:cut]).decode()
        assert list(certificates.ends(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----")) == []
    assert list(certificates.ends("-----BEGIN CERTIFICATE-----\nno base64\n-----END CERTIFICATE-----")) == []


def test_tokens_that_tell_their_end() -> None:
    noon = int(datetime(2027, 3, 4, 12, tzinfo=UTC).timestamp())
    assert variable(jwt({"exp": noon})).expires == {"text": "2027-03-04"}
    assert variable(jwt({"exp": "soon"})).expires == variable(jwt({"sub": "x"})).expires == {}
    assert variable("https://x.example/?se=2027-03-04T00%3A00Z&sig=sample").expires == {"text": "2027-03-04"}
    assert variable("https://x.example/?se=2027-13-04&sig=sample").expires == {}
    assert variable("https://x.example/?se=2027-03-04").expires == {}


def test_nothing_is_told_of_fields_that_may_hold_what_belongs_elsewhere() -> None:
    assert of(Sensitive("postgres://svc:sam/ple@db.example"), "connection") == Traits(256, is_readable=False)


def test_what_is_stored_is_what_is_not_as_usual() -> None:
    assert variable("x").as_json() == {"size": 256}
    unreadable = Traits(256, is_readable=False)
    assert unreadable.as_json() == {"size": 256, "is_readable": False}
    assert Traits.from_json(unreadable.as_json()) == unreadable


@given(some.sound_connections())
def test_traits_of_anything_survive_being_stored(sound: Connection) -> None:
    found = of(codec.to_json(sound, "3.3"), "connection")
    assert Traits.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_nothing_of_a_value_is_in_its_traits() -> None:
    fields = {"login": "CANARY", "password": "CANARY", "host": f"https://CANARY:CANARY@{AWS_ID}"}
    for extra in ({"CANARY": GITHUB}, {"CANARY_token": "CANARY"}, {"inner": {"CANARY": KEY}}, ["CANARY"]):
        stored = json.dumps(conn(**fields, extra=extra).as_json())
        assert "CANARY" not in stored
        assert AWS_ID not in stored
    assert "CANARY" not in json.dumps(variable({"CANARY": GITHUB}).as_json())


@pytest.mark.parametrize(
    "piece", ["x", "eyJ-", "x://a:", "password ", "AKIA", "-----BEGIN A ", "é", "://", "sk_live_", "."]
)
@pytest.mark.parametrize("kind", ["connection", "variable"])
def test_a_text_of_a_million_signs_is_read_in_steps_that_its_length_bounds(piece: str, kind: str) -> None:
    """Where each sign was tried to the end of the text, this would run into the limit of every test."""
    assert of(Sensitive(piece * (1_000_000 // len(piece))), kind).size >= 1_000_000 - len(piece)


@pytest.mark.parametrize("piece", ["7", ".", "7 "])
def test_a_long_password_is_read_in_steps_that_its_length_bounds(piece: str) -> None:
    for password in (piece * 300_000, piece * 300_000 + "x"):
        assert conn(login="svc_crm", password=password).weak.keys() == {"password"}
