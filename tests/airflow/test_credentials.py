from __future__ import annotations

import os
from pathlib import Path

import pytest

from secretsui.airflow.credentials import FOLDER_SETTING, Login, check, is_arn, login, resolve
from secretsui.airflow.errors import NoCredential
from secretsui.core.sensitive import Sensitive

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:airflow/api-AbCdEf"
CANARY = "canary-7391"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setenv(FOLDER_SETTING, str(kept))
    return kept


def code(reference: str) -> str:
    problem = check(reference)
    assert problem is not None
    assert problem.sentence.endswith(".")
    assert problem.remedy.endswith(".")
    assert problem.__traceback__ is None
    return problem.code


def test_a_variable_with_the_prefix_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_PROD", " admin:secret \n")
    assert resolve("env:SECRETSUI_CREDENTIAL_PROD") == Sensitive("admin:secret")
    assert check(" env:SECRETSUI_CREDENTIAL_PROD ") is None


@pytest.mark.parametrize("name", ["SECRETSUI_SECRET_KEY", "HOME", "SECRETSUI_CREDENTIAL_", "secretsui_credential_a"])
def test_no_other_variable_of_the_server_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, CANARY)
    assert code(f"env:{name}") == "form"


def test_a_variable_that_is_not_set_or_empty_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = check("env:SECRETSUI_CREDENTIAL_NONE")
    assert problem is not None
    assert "SECRETSUI_CREDENTIAL_NONE" in problem.sentence
    monkeypatch.setenv("SECRETSUI_CREDENTIAL_NONE", " \n")
    assert code("env:SECRETSUI_CREDENTIAL_NONE") == "empty"


def test_a_file_below_the_folder_is_read_by_either_name(folder: Path) -> None:
    (folder / "prod").write_text("admin:secret\n")
    assert resolve("file:prod") == resolve(f"file:{folder}/prod") == Sensitive("admin:secret")


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "prod").write_text("token")
    (folder / "prod").symlink_to(folder / "..data" / "prod")
    assert resolve("file:prod") == Sensitive("token")


def test_nothing_outside_the_folder_is_read(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.write_text(CANARY)
    (folder / "link").symlink_to(outside)
    for name in ("../outside", str(outside), "link", "/etc/hostname", f"{folder}x", "sub/../../outside"):
        assert code(f"file:{name}") == "outside"


@pytest.mark.parametrize("name", ["SECRETSUI_SECRET_KEY_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_no_file_that_the_server_reads_for_itself_is_read(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "own").write_text(CANARY)
    (folder / "own").symlink_to(folder / "..data" / "own")
    monkeypatch.setenv(name, str(folder / "own"))
    assert code("file:own") == code("file:..data/own") == "outside"


def test_a_file_that_cannot_be_read_is_absent(folder: Path) -> None:
    (folder / "binary").write_bytes(b"\xff\xfe")
    (folder / "large").write_text("x" * 70_000)
    (folder / "loop").symlink_to(folder / "loop")
    for name in ("none", ".", "binary", "large", "loop", "a\0b"):
        assert code(f"file:{name}") in ("absent", "outside")
    assert code("file:large") == "absent"


@pytest.mark.parametrize(
    "reference", ["", "admin:secret", "env:", "file:", "http://h", "vault:x", "arn:aws:s3:::bucket", f"{ARN} x"]
)
def test_what_is_no_reference_is_refused_without_repeating_it(reference: str) -> None:
    problem = check(reference)
    assert problem is not None
    assert problem.code == "form"
    assert "secret:" not in problem.sentence + problem.remedy


def test_an_arn_is_read_by_the_reader_and_checked_by_its_form() -> None:
    assert is_arn(ARN)
    assert check(ARN) is None
    assert resolve(ARN, lambda arn: Sensitive(f"token of {arn}")) == Sensitive(f"token of {ARN}")
    with pytest.raises(NoCredential):
        resolve(ARN)


@pytest.mark.parametrize(
    ("text", "username", "password"),
    [
        ("admin:secret", "admin", "secret"),
        ("admin:se:cr:et", "admin", "se:cr:et"),
        ('{"username": "admin", "password": "secret"}', "admin", "secret"),
        ('{"password": "", "username": "a", "host": "h"}', "a", ""),
    ],
)
def test_a_login_is_read_from_text_and_from_json(text: str, username: str, password: str) -> None:
    assert login(Sensitive(text)) == Login(username, Sensitive(password))


@pytest.mark.parametrize(
    "text", [CANARY, f":{CANARY}", f"{CANARY}:", f'{{"username": "{CANARY}"}}', f'{{"user": "{CANARY}:x"', "[" * 50_000]
)
def test_what_holds_no_login_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NoCredential) as caught:
        login(Sensitive(text))
    assert CANARY not in f"{caught.value} {caught.value.remedy}"
    assert caught.value.__context__ is None


def test_the_folder_is_none_of_the_server_s_own_secrets_unless_another_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_SETTING, raising=False)
    assert FOLDER_SETTING not in os.environ
    problem = check("file:surely-not-there")
    assert problem is not None
    assert "/run/secrets/secretsui" in problem.remedy
