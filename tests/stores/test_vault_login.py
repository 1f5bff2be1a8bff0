"""The ways into Vault, and what becomes of a login that ends."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores import vault_login
from secretsui.stores.base import Denied, Expired, SecretInfo, StoreError, Unavailable
from secretsui.stores.vault import VaultStore, probe
from secretsui.stores.vault_place import AUTHS
from secretsui.stores.vault_session import Session
from tests.servers.vault import Server
from tests.servers.vault_auth import ACCESS_KEY, SECRET_KEY, Method, jwt
from tests.servers.vault_kv import Versioned

READER = {"secret/data/*": ["read"], "secret/metadata/*": ["read", "list"]}
POD = jwt(sub="system:serviceaccount:airflow:secretsui")
BADGE = jwt(sub="secretsui", aud="vault")
METHODS = {
    "approle": Method("approle", {"role-1": {"secret_id": "unmistakable", "policies": ["reader"]}}),
    "userpass": Method("userpass", {"alice": {"password": "unmistakable", "policies": ["reader"]}}),
    "kubernetes": Method(
        "kubernetes", {"r": {"names": ["secretsui"], "namespaces": ["airflow"], "policies": ["reader"]}}
    ),
    "jwt": Method("jwt", {"r": {"audience": "vault", "policies": ["reader"]}}),
    "aws": Method("aws", {"r": {"policies": ["reader"]}}),
}
# For each way: what the place says, the credential, and one that is wrong.
WAYS: dict[str, tuple[dict[str, str], str, str]] = {
    "approle": ({"role": "role-1"}, "unmistakable", "wrong"),
    "userpass": ({"username": "Alice"}, "unmistakable", "wrong"),
    "kubernetes": ({"role": "r"}, POD, jwt(sub="system:serviceaccount:airflow:default")),
    "jwt": ({"role": "r"}, BADGE, jwt(sub="secretsui", aud="others")),
    "aws_iam": ({"role": "r"}, "", ""),
}


@pytest.fixture
def way_in(vault: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    vault.world.policies["reader"] = READER
    vault.world.methods = {("", name): method for name, method in METHODS.items()}
    vault.world.put("a", {"value": "x"})
    for name, value in {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return vault


def opened(vault: Server, auth: str, credential: str | None = None, **more: str) -> VaultStore:
    place, usual, _ = WAYS.get(auth, ({}, "", ""))
    text = usual if credential is None else credential
    given = (lambda: Sensitive(text)) if text else None
    return VaultStore(vault.place(auth=auth, **{**place, **more}), given, kind="variable", secret=b"k")


def listed(store: VaultStore) -> list[SecretInfo]:
    return [info for page in store.list("") for info in page]


@pytest.mark.parametrize("auth", WAYS)
def test_each_way_leads_in_with_one_login(way_in: Server, auth: str) -> None:
    store = opened(way_in, auth)

    assert [info.name for info in listed(store)] == ["a"]
    assert (way_in.world.tokens.logins, store.calls) == (1, 3)


@pytest.mark.parametrize("auth", [each for each in WAYS if each != "aws_iam"])
def test_a_wrong_credential_is_told(way_in: Server, auth: str) -> None:
    with pytest.raises(Expired, match="refused the login") as caught:
        listed(opened(way_in, auth, WAYS[auth][2]))

    assert "unmistakable" not in repr(vars(caught.value))


@pytest.mark.parametrize(
    ("auth", "more"),
    [
        ("approle", {"role": "nobody"}),
        ("userpass", {"username": "nobody"}),
        ("kubernetes", {"role": "nobody"}),
        ("jwt", {"role": "nobody"}),
        ("aws_iam", {"role": "nobody"}),
    ],
)
def test_a_role_or_user_that_vault_does_not_know_is_told(way_in: Server, auth: str, more: dict[str, str]) -> None:
    with pytest.raises(Expired, match="refused the login"):
        listed(opened(way_in, auth, **more))


@pytest.mark.parametrize("auth", AUTHS)
def test_no_credential_is_told_before_anything_is_sent(
    way_in: Server, auth: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vault_login, "POD_TOKEN", tmp_path / "none")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("VAULT_TOKEN", "of-the-server-itself")
    store = opened(way_in, auth, "")

    with pytest.raises(Expired, match=r"no credential|no token|no AWS identity|refused the login"):
        listed(store)

    assert all("of-the-server-itself" not in str(each) for each in way_in.world.headers)


def test_a_pod_brings_its_own_token(way_in: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(f"{POD}\n")
    monkeypatch.setattr(vault_login, "POD_TOKEN", token)

    assert listed(opened(way_in, "kubernetes", ""))


def test_a_signature_of_another_key_is_refused(way_in: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")

    with pytest.raises(Expired, match="refused the login"):
        listed(opened(way_in, "aws_iam"))


@pytest.mark.parametrize("region", ["", "eu-west-1"])
def test_a_request_to_sts_is_signed_for_its_region(way_in: Server, region: str) -> None:
    assert listed(opened(way_in, "aws_iam", region=region))


def test_a_method_may_be_mounted_elsewhere(way_in: Server) -> None:
    way_in.world.methods = {("", "team/roles"): METHODS["approle"]}

    assert listed(opened(way_in, "approle", auth_mount="/team/roles/"))
    with pytest.raises(Expired) as caught:
        listed(opened(way_in, "approle"))
    assert caught.value.remedy == "Check the credential and the role, the mount of the method and the namespace."


@pytest.mark.parametrize("auth", WAYS)
def test_stores_of_one_account_share_a_login(way_in: Server, auth: str) -> None:
    for _ in range(3):
        listed(opened(way_in, auth))

    assert way_in.world.tokens.logins == 1


def test_a_login_is_shared_with_nobody_who_has_another_credential(way_in: Server) -> None:
    listed(opened(way_in, "userpass"))

    with pytest.raises(Expired):
        listed(opened(way_in, "userpass", "wrong"))


def test_a_login_that_another_store_renewed_is_taken_over(way_in: Server) -> None:
    stores = [opened(way_in, "approle") for _ in range(2)]
    for store in stores:
        listed(store)
    way_in.world.seconds += METHODS["approle"].ttl

    for store in stores:
        listed(store)

    assert way_in.world.tokens.logins == 2


def test_an_expired_login_is_made_again_once(way_in: Server) -> None:
    store = opened(way_in, "approle")
    listed(store)
    way_in.world.seconds += METHODS["approle"].ttl

    assert listed(store)
    assert way_in.world.tokens.logins == 2


def test_servers_that_do_not_name_a_dead_token_are_asked_about_it(way_in: Server) -> None:
    way_in.world.names_dead_tokens = False
    store = opened(way_in, "approle")
    listed(store)
    way_in.world.seconds += METHODS["approle"].ttl

    assert listed(store)
    assert (way_in.world.tokens.logins, way_in.world.calls["GET auth/token"]) == (2, 1)


def test_a_right_that_is_missing_costs_no_login(way_in: Server) -> None:
    store = opened(way_in, "approle")

    for _ in range(3):
        with pytest.raises(Denied):
            store.restore("a")

    assert way_in.world.tokens.logins == 1
    assert way_in.world.calls["GET auth/token"] == 1


@pytest.mark.parametrize("names_dead_tokens", [True, False])
def test_a_spent_token_is_told(way_in: Server, names_dead_tokens: bool) -> None:
    way_in.world.names_dead_tokens = names_dead_tokens
    token = way_in.world.token(READER, ttl=60)
    store = opened(way_in, "token", token)
    listed(store)
    way_in.world.seconds += 60

    with pytest.raises(Expired, match="token") as caught:
        listed(store)

    assert "Renew or replace it" in caught.value.remedy
    assert token not in repr(vars(caught.value))


def test_a_token_that_was_replaced_where_it_is_kept_is_taken_up(way_in: Server) -> None:
    kept = [way_in.world.token(READER, ttl=60), way_in.world.token(READER)]
    store = VaultStore(way_in.place(), lambda: Sensitive(kept[0]), kind="variable", secret=b"k")
    listed(store)
    way_in.world.seconds += 60
    del kept[0]

    assert listed(store)


def test_a_credential_that_cannot_be_read_says_why(way_in: Server) -> None:
    def missing() -> Sensitive:
        raise Expired("The environment of this server has no X.")

    store = VaultStore(way_in.place(), missing, kind="variable", secret=b"k")

    with pytest.raises(Expired, match="has no X"):
        listed(store)


def test_a_namespace_goes_with_every_request(way_in: Server) -> None:
    world = way_in.world
    world.namespaces.add("team/a")
    world.mounts["team/a", "secret"] = Versioned()
    world.methods["team/a", "approle"] = METHODS["approle"]
    world.put("of-the-team", {"value": "x"}, namespace="team/a")

    store = opened(way_in, "approle", namespace="team/a")

    assert [info.name for info in listed(store)] == ["of-the-team"]
    assert {each["x-vault-namespace"] for each in world.headers} == {"team/a"}
    with pytest.raises(StoreError):
        listed(opened(way_in, "approle", namespace="nowhere"))


def test_tokens_and_values_are_never_logged(way_in: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    way_in.world.put("a", {"value": "unmistakable-value"})
    token = way_in.world.token(READER)

    for store in (opened(way_in, "approle"), opened(way_in, "token", token)):
        list(store.read(["a"]))

    assert "unmistakable" not in caplog.text
    assert token not in caplog.text
    assert not any(each in caplog.text for each in way_in.world.tokens.found)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "vault.crt", folder / "vault.key"
    names = "subjectAltName=IP:127.0.0.1"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=vault",
        "-addext",
        names,
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server = Server(str(certificate), str(key))
    yield server, certificate
    server.stop()


def test_a_certificate_is_checked_against_the_named_authority(tls: tuple[Server, Path]) -> None:
    server, certificate = tls
    token = server.world.token(READER)
    server.world.put("a", {"value": "x"})

    assert listed(opened(server, "token", token, ca_file=str(certificate)))
    with pytest.raises(Unavailable, match="certificate of Vault is not trusted"):
        listed(opened(server, "token", token))
    with pytest.raises(Unavailable, match="certificate file"):
        listed(opened(server, "token", token, ca_file="/nowhere/ca.crt"))


@pytest.mark.parametrize(
    ("status", "words", "kind", "sentence"),
    [
        (429, "request path: rate limit quota exceeded", "throttled", "limiting the rate"),
        (412, "required index state not present", "unavailable", "behind the others"),
        (500, "internal error", "unavailable", "failed to answer"),
        (501, "", "unavailable", "not initialised"),
        (502, "", "unavailable", "failed to answer"),
        (503, "Vault is sealed", "unavailable", "is sealed"),
        (473, "", "unavailable", "stands by"),
        (400, "anything else", "storeerror", "did not accept"),
        (405, "unsupported operation", "storeerror", "did not accept"),
    ],
)
def test_refusals_are_told_in_words(vault: Server, status: int, words: str, kind: str, sentence: str) -> None:
    vault.world.faults.extend([(status, {"errors": [words]}, {})] * 3)

    with pytest.raises(StoreError, match=sentence) as caught:
        patient(vault, []).ask(request())

    assert (caught.value.kind, caught.value.code) == (kind, str(status))


def patient(vault: Server, pauses: list[float]) -> Session:
    return Session(vault.place(), lambda: Sensitive(vault.world.token(READER)), pause=pauses.append)


def request(method: str = "LIST", path: str = "secret/metadata/") -> Any:
    from secretsui.stores.vault_session import Request

    return Request(method, path)


def test_a_rate_limit_is_waited_for(vault: Server) -> None:
    vault.world.put("a", {"value": "x"})
    limited = {"errors": ["rate limit quota exceeded"]}
    vault.world.faults.extend([(429, limited, {"Retry-After": "2"}), (429, limited, {"Retry-After": "3600"})])
    pauses: list[float] = []
    session = patient(vault, pauses)

    assert session.ask(request()).data == {"keys": ["a"]}
    assert (pauses, session.calls) == ([2.0, 5.0], 3)


def test_reading_is_tried_again_where_the_connection_broke(vault: Server) -> None:
    vault.world.put("a", {"value": "x"})
    vault.world.faults.append((0, None, {}))

    assert listed(vault.store())


def test_what_broke_twice_or_would_change_something_is_told(vault: Server) -> None:
    vault.world.put("a", {"value": "x"})
    store = vault.store()
    listed(store)
    vault.world.faults.extend([(0, None, {})] * 2)
    with pytest.raises(Unavailable, match="could not reach"):
        listed(store)

    store.tag("a", put={"k": "1"})
    before = len(vault.world.requests)
    vault.world.faults.append((0, None, {}))
    with pytest.raises(Unavailable):
        store._session.ask(request("POST", "secret/undelete/a"))
    assert len(vault.world.requests) == before + 1


def test_a_sealed_vault_is_told_by_every_read(vault: Server) -> None:
    vault.world.sealed = True

    answers = {name: each for batch in vault.store().read(["a", "b"]) for name, each in batch.items()}

    assert {name: each.kind for name, each in answers.items() if isinstance(each, StoreError)} == {
        "a": "unavailable",
        "b": "unavailable",
    }


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, "<html>sign in</html>", {}), "did not come from Vault"),
        ((404, "<html>not found</html>", {}), "did not come from Vault"),
        ((200, ["list"], {}), "did not come from Vault"),
        ((200, {"data": 5}, {}), "did not come from Vault"),
        ((403, {"errors": 5}, {}), "did not come from Vault"),
        ((404, {"message": "no Route matched"}, {}), "did not come from Vault"),
        ((307, "", {"Location": "http://127.0.0.1:9/v1/secret"}), "sends its requests elsewhere"),
        ((504, "<html>gateway</html>", {}), "failed to answer"),
        ((413, "<html>too large</html>", {}), "larger than this Vault accepts"),
    ],
)
def test_answers_of_others_are_no_answers(vault: Server, answer: Any, sentence: str) -> None:
    vault.world.faults.append(answer)

    with pytest.raises(StoreError, match=sentence):
        listed(vault.store())

    assert len(vault.world.requests) == 1  # no redirect was followed with the token


@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
@pytest.mark.parametrize("verb", ["list", "describe", "read", "write", "probe"])
def test_json_that_is_no_answer_is_no_empty_one(vault: Server, mount: str, kv: int, verb: str) -> None:
    vault.world.put("a", {"value": "x"}, mount)
    store = vault.store(mount, kv)
    store._is_checked = True
    ways: dict[str, Any] = {
        "list": lambda: listed(store),
        "describe": lambda: store.describe("a"),
        "read": lambda: list(store.read(["a"])),
        "write": lambda: store.write("a", Sensitive("y"), replaces="1"),
        "probe": lambda: probe(store.place, lambda: Sensitive("t"), ""),
    }
    vault.world.faults.append((200, {"status": "ok"}, {}))

    if verb == "read":
        assert isinstance(ways[verb]()[0]["a"], Unavailable)
    elif verb == "probe":
        assert isinstance(ways[verb]().error, Unavailable)
    else:
        with pytest.raises(Unavailable, match="did not come from Vault"):
            ways[verb]()


@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_a_proxy_that_has_no_route_is_not_taken_for_an_absent_secret(vault: Server, mount: str, kv: int) -> None:
    vault.world.put("a", {"value": "x"}, mount)
    vault.world.faults.append((404, {"error": "Not Found", "status": 404}, {}))

    (answers,) = vault.store(mount, kv).read(["a"])

    assert isinstance(answers["a"], Unavailable)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "ftp://x", "http://[::1", "http://"])
def test_an_address_where_no_vault_is(vault: Server, url: str) -> None:
    from dataclasses import replace

    store = VaultStore(replace(vault.place(), url=url), lambda: Sensitive("t"), kind="variable", secret=b"k")

    with pytest.raises(Unavailable, match=r"could not reach Vault|not usable"):
        listed(store)
