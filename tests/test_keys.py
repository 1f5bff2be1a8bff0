from __future__ import annotations

import stat
from pathlib import Path

import pytest

from secretsui import keys


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    key = keys.kept_key(tmp_path / "key")
    assert len(key) >= 48
    assert keys.kept_key(tmp_path / "key") == key
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_only_its_owner_may_read_it_and_look_into_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / "key"
    keys.kept_key(path)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    keys.kept_key(tmp_path / "key")
    assert mode(tmp_path) == 0o750


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch()
    key = keys.kept_key(path)
    assert len(key) >= 48
    assert mode(path) == 0o600


def test_the_first_of_two_processes_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    made = iter(["the slower one", "the faster one"])

    def token(_size: int) -> str:
        text = next(made)
        if text == "the slower one":
            assert keys.kept_key(path) == "the faster one"
        return text

    monkeypatch.setattr("secretsui.keys.secrets.token_urlsafe", token)
    assert keys.kept_key(path) == "the faster one"
    assert path.read_text() == "the faster one"
